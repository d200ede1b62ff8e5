//! What is drawn to: one write a frame, and the terminal is never asked anything.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Write},
    rc::Rc,
};

use ratatui::{
    Terminal, TerminalOptions, Viewport,
    backend::CrosstermBackend,
    layout::{Rect, Size},
};

use super::writer::Writer;

/// A terminal that knows them shows all of a frame at once (synchronized output, mode 2026); others ignore both.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";
/// Where nobody tells how large the terminal is, as on a serial line.
const USUAL: Size = Size { width: 80, height: 24 };
/// No terminal is larger, but a size is what anybody wrote into the kernel.
const LARGEST: Size = Size { width: 1000, height: 500 };

/// Bytes of the frame being drawn; ratatui's flushes do nothing to them.
#[derive(Clone, Debug, Default)]
struct Frame(Rc<RefCell<Vec<u8>>>);

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A screen of cells over a terminal.
#[derive(Debug)]
pub(super) struct Screen {
    /// Where frames go.
    pub(super) writer: Writer,
    frame: Frame,
    cells: Terminal<CrosstermBackend<Frame>>,
    /// What must be cleared before the next frame: nothing, or all of the terminal.
    before: &'static [u8],
    /// What goes out after the next frame.
    after: Vec<u8>,
}

impl Screen {
    /// Over this terminal, in its size.
    pub(super) fn new(output: File) -> io::Result<Self> {
        let frame = Frame::default();
        Ok(Self {
            writer: Writer::spawn(output)?,
            cells: blank(&frame, size())?,
            frame,
            before: CLEAR,
            after: Vec::new(),
        })
    }

    /// How large it is in cells.
    pub(super) fn size(&mut self) -> (u16, u16) {
        let area = self.cells.get_frame().area();
        (area.width, area.height)
    }

    /// Forgets what is shown and takes the terminal's size: the next frame draws every cell. Made anew because a
    /// `Terminal` that clears itself asks the terminal where the cursor is, and waits for the answer among the keys.
    pub(super) fn renew(&mut self) -> io::Result<()> {
        self.frame.0.borrow_mut().clear();
        self.cells = blank(&self.frame, size())?;
        self.before = CLEAR;
        Ok(())
    }

    /// Has something else of ours written, after the next frame.
    pub(super) fn say(&mut self, mut bytes: Vec<u8>) {
        self.after.append(&mut bytes);
    }

    /// Draws a frame and has it written. The writer must be idle.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.frame.write_all(BEGIN)?;
        self.frame.write_all(std::mem::take(&mut self.before))?;
        self.cells.draw(draw)?;
        self.frame.write_all(END)?;
        self.frame.0.borrow_mut().append(&mut self.after);
        self.writer.write(&mut self.frame.0.borrow_mut())
    }
}

fn blank(frame: &Frame, size: Size) -> io::Result<Terminal<CrosstermBackend<Frame>>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.width, size.height));
    Terminal::with_options(CrosstermBackend::new(frame.clone()), TerminalOptions { viewport })
}

/// How large the terminal is: as the kernel says, or else `$COLUMNS` and `$LINES`.
fn size() -> Size {
    let told = crossterm::terminal::window_size().map_or(Size::ZERO, |s| Size::new(s.columns, s.rows));
    let or = |told: u16, name: &str, usual| match told {
        0 => std::env::var(name).ok().and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(usual),
        told => told,
    };
    let width = or(told.width, "COLUMNS", USUAL.width).min(LARGEST.width);
    Size { width, height: or(told.height, "LINES", USUAL.height).min(LARGEST.height) }
}
