//! The terminal a guest writes on: its bytes become pages of cells.
//!
//! The emulation is `alacritty_terminal`'s, behind the [`Guard`] and a fence of its own: it has nobody to tell anything,
//! answers are made here, and what would grow with what a guest sends is bounded. A panic in it costs the lines kept,
//! not the program.

mod fence;
mod find;
mod keys;
mod paint;
mod select;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::{self, Dimensions},
    term::{Config, Osc52, TermMode},
    vte::ansi::{CharsetIndex, Processor, Timeout},
};

use self::{
    fence::{Fence, Heard},
    find::Finding,
};
use super::guard::Guard;
use crate::model::{
    console::{Page, Scroll, Stroke, Upwards, page_size},
    text,
};

/// Answers a guest gets in one second before the rest of its questions go unanswered.
pub const ANSWERS: u32 = 50;

/// What came of a guest's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// What the guest asked, answered: bytes for it alone. Only its attributes, its state and the cursor's place.
    pub answers: Vec<u8>,
    /// How often it rang the bell.
    pub bells: u32,
    /// Whether the emulation failed over these bytes: all lines kept are lost, and it begins anew.
    pub broken: bool,
}

/// A guest's terminal.
pub struct Emulator {
    term: Term<VoidListener>,
    parser: Processor<Unbuffered>,
    guard: Guard,
    /// Which of the terminal's character sets is in use.
    charset: CharsetIndex,
    history: usize,
    /// Answers left of this second.
    answers: u32,
    finding: Finding,
    shown: Arc<Page>,
}

impl Emulator {
    /// An empty one with room for so many columns and rows, which keeps so many lines above its own. A guest has
    /// [`ANSWERS`] until [`Self::allow`] gives more.
    pub fn new(size: (u16, u16), history: usize) -> Self {
        let size = page_size(size);
        Self {
            term: terminal(size, history),
            parser: Processor::new(),
            guard: Guard::new(),
            charset: CharsetIndex::default(),
            history,
            answers: ANSWERS,
            finding: Finding::default(),
            shown: Arc::default(),
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        let cells = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        (cells(self.term.columns()), cells(self.term.screen_lines()))
    }

    /// Takes in what the guest sent. Those of its bytes that passed the guard go to `keep` as well: for the ring and the
    /// recording, which hold nothing a terminal would obey beyond its screen.
    ///
    /// Thousands of a guest's bytes may each ask for work on the whole screen: feed a few KiB between looks at the clock.
    pub fn feed(&mut self, bytes: &[u8], mut keep: impl FnMut(&[u8])) -> Fed {
        let mut heard = Heard::new(self.answers);
        let (term, parser, guard) = (&mut self.term, &mut self.parser, &mut self.guard);
        let charset = &mut self.charset;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let mut fence = Fence { term, heard: &mut heard, charset };
            guard.feed(bytes, |clean| {
                keep(clean);
                parser.advance(&mut fence, clean);
            });
        }));
        self.answers = heard.left;
        if ran.is_err() {
            self.renew();
        }
        Fed { answers: heard.answers, bells: heard.bells, broken: ran.is_err() }
    }

    /// A new second began: the guest may ask again.
    pub const fn allow(&mut self) {
        self.answers = ANSWERS;
    }

    /// Whether the guest is in the midst of an update of its screen: a page made now would show it half done. It may
    /// never end it: do not wait for that longer than about 150 ms.
    pub const fn midway(&self) -> bool {
        self.guard.midway()
    }

    /// Gives it room for so many columns and rows.
    pub fn resize(&mut self, size: (u16, u16)) {
        let size = page_size(size);
        if size == self.size() {
            return;
        }
        self.finding.blur();
        let term = &mut self.term;
        let resized = catch_unwind(AssertUnwindSafe(|| term.resize(Cells(size))));
        if resized.is_err() {
            self.term = terminal(size, self.history);
            self.charset = CharsetIndex::default();
        }
    }

    /// A line of domtop's own among the guest's: after the guest was away, and began anew. What it had left half done
    /// is ended: its modes, its colours, the alternate screen.
    pub fn mark(&mut self, line: &str) {
        self.guard = Guard::new();
        let end = "\x18\x1b[?1049l\x1b[?1;5;6;2004l\x1b[?7;25h\x1b[4l\x1b[20l\x1b>\x1b(B\x0f\x1b[s\x1b[r\x1b[u\x1b[m";
        let line = format!("{end}\r\n\x1b[7m {} \x1b[m\r\n", text::visible(line));
        self.feed(line.as_bytes(), |_| {});
    }

    /// What is shown now. Lines that stayed the same are those of the page before; where all did, so is the page.
    pub fn page(&mut self) -> Arc<Page> {
        let page = paint::page(&mut self.term, &self.finding, &self.shown);
        if *self.shown != page {
            self.shown = Arc::new(page);
        }
        self.shown.clone()
    }

    /// What would be shown at the bottom with nothing selected and nothing looked for: for who comes to watch.
    pub fn newest(&mut self) -> Page {
        let (back, selection) = (self.term.grid().display_offset(), self.term.selection.take());
        self.term.scroll_display(grid::Scroll::Bottom);
        let page = paint::page(&mut self.term, &Finding::default(), &Page::default());
        self.term.scroll_display(grid::Scroll::Delta(i32::try_from(back).unwrap_or(i32::MAX)));
        self.term.selection = selection;
        // What changed was told to this page: the next one is made without knowing of it.
        self.shown = Arc::default();
        page
    }

    /// Shows other lines of those kept. What is shown stays where it is while more come; at the bottom it follows them.
    pub fn scroll(&mut self, scroll: Scroll) {
        let rows = i32::from(self.size().1);
        let scroll = match scroll {
            Scroll::Lines(lines) => grid::Scroll::Delta(bounded(lines)),
            Scroll::Pages(pages) => grid::Scroll::Delta(bounded(pages.saturating_mul(rows))),
            Scroll::Top => grid::Scroll::Top,
            Scroll::Bottom => grid::Scroll::Bottom,
        };
        let before = self.term.grid().display_offset();
        self.term.scroll_display(scroll);
        self.finding.scrolled(before, self.term.grid().display_offset());
    }

    /// Looks for this text in all lines kept, upwards from what is shown, and shows where it is. An empty one forgets
    /// the last. A text without capitals is found in whatever case.
    pub fn search(&mut self, text: &str) {
        self.finding.look_for(text);
        self.finding.next(&mut self.term, Upwards::Yes);
    }

    /// Shows the next place it was found at; after the last one the first.
    pub fn again(&mut self, upwards: Upwards) {
        self.finding.next(&mut self.term, upwards);
    }

    /// The lines kept, oldest first, each without the spaces at its end; those that were wrapped as one. While a
    /// full-screen program has the alternate screen that is only what it shows.
    pub fn text_lines(&self) -> impl Iterator<Item = String> + '_ {
        find::lines(&self.term)
    }

    /// The bytes a guest gets for a key, in the mode its terminal is in.
    pub fn encode(&self, stroke: Stroke) -> Vec<u8> {
        keys::encode(stroke, self.term.mode().contains(TermMode::APP_CURSOR))
    }

    /// The bytes a guest gets for a text that is pasted: controls in it are left out, and it is bracketed where the
    /// guest asked for that.
    pub fn paste(&self, text: &str) -> Vec<u8> {
        keys::paste(text, self.term.mode().contains(TermMode::BRACKETED_PASTE))
    }

    fn renew(&mut self) {
        self.term = terminal(self.size(), self.history);
        self.parser = Processor::new();
        self.guard = Guard::new();
        self.charset = CharsetIndex::default();
        self.finding.blur();
    }
}

/// More lines than any terminal keeps.
fn bounded(lines: i32) -> i32 {
    lines.clamp(-10_000_000, 10_000_000)
}

fn terminal(size: (u16, u16), history: usize) -> Term<VoidListener> {
    let config = Config { scrolling_history: history, osc52: Osc52::Disabled, ..Config::default() };
    Term::new(config, &Cells(size), VoidListener)
}

/// Columns and rows, as the emulation asks for them.
struct Cells((u16, u16));

impl Dimensions for Cells {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.1)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.0)
    }
}

/// No update is buffered: [`Emulator::midway`] tells of them instead, and a guest cannot fill a buffer.
#[derive(Debug, Default)]
struct Unbuffered;

impl Timeout for Unbuffered {
    fn set_timeout(&mut self, _: std::time::Duration) {}

    fn clear_timeout(&mut self) {}

    fn pending_timeout(&self) -> bool {
        false
    }
}
