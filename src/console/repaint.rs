//! A page as bytes for another emulator: text, colours, where the cursor stands, and nothing else.
//!
//! For who begins to look on at a console through another process: it is shown the screen as it is, then what the
//! guest writes. What goes out is made here from cells, never copied from what a guest sent.

use std::fmt::Write;

use crate::model::console::{Cell, Ink, Page, Paint};

/// Styles and their SGR numbers (ECMA-48, 8.3.117).
const STYLES: [(u16, u8); 7] = [
    (Paint::BOLD, 1),
    (Paint::DIM, 2),
    (Paint::ITALIC, 3),
    (Paint::UNDERLINED, 4),
    (Paint::REVERSED, 7),
    (Paint::HIDDEN, 8),
    (Paint::CROSSED, 9),
];

/// The bytes that make any terminal of the page's size show it, whatever it showed and whatever modes it was in.
pub fn whole(page: &Page) -> Vec<u8> {
    let screen = if page.alternate { 'h' } else { 'l' };
    // CAN ends a sequence that broke off; then screen, origin, wrap, insert, characters, region, colours.
    let mut out =
        format!("\x18\x1b[?1049{screen}\x1b[?6l\x1b[?7h\x1b[4l\x1b(B\x0f\x1b[r\x1b[0m\x1b[H\x1b[2J");
    for (row, line) in page.lines.iter().enumerate() {
        put_line(&mut out, row, line);
    }
    put_cursor(&mut out, page);
    out.into_bytes()
}

fn put_line(out: &mut String, row: usize, cells: &[Cell]) {
    let blank = |cell: &Cell| cell.c == ' ' && cell.marks.is_none() && cell.paint == Paint::default();
    let Some(last) = cells.iter().rposition(|cell| !blank(cell)) else { return };
    let _ = write!(out, "\x1b[{};1H", row + 1);
    let mut paint = Paint::default();
    for cell in cells[..=last].iter().filter(|cell| cell.width > 0) {
        if cell.paint != paint {
            paint = cell.paint;
            put_paint(out, paint);
        }
        out.push(if cell.c.is_control() { ' ' } else { cell.c });
        out.extend(cell.marks.iter().flat_map(|marks| marks.chars()).filter(|mark| !mark.is_control()));
    }
    out.push_str("\x1b[0m");
}

fn put_cursor(out: &mut String, page: &Page) {
    if let Some((x, y)) = page.cursor {
        let _ = write!(out, "\x1b[{};{}H\x1b[?25h", y + 1, x + 1);
    } else {
        out.push_str("\x1b[?25l");
    }
}

fn put_paint(out: &mut String, paint: Paint) {
    out.push_str("\x1b[0");
    for (_, number) in STYLES.iter().filter(|(style, _)| paint.is(*style)) {
        let _ = write!(out, ";{number}");
    }
    put_ink(out, paint.fg, 38);
    put_ink(out, paint.bg, 48);
    out.push('m');
}

/// A colour; `base` is 38 for letters and 48 for the ground.
fn put_ink(out: &mut String, ink: Ink, base: u8) {
    let _ = match ink {
        Ink::Default => Ok(()),
        Ink::Indexed(index) => write!(out, ";{base};5;{index}"),
        Ink::Rgb(red, green, blue) => write!(out, ";{base};2;{red};{green};{blue}"),
    };
}
