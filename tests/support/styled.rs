//! A screen as text: its rows, then every run of cells with a style of its own.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "pixels and cells of a small screen"
)]

use std::fmt::Write;

use domtop::{
    app::{App, Regions},
    theme::{Depth, Theme},
    view,
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
};
use unicode_width::UnicodeWidthStr;

/// The screen of an app at its size, and what drawing learned.
pub(crate) fn draw(app: &App, theme: &Theme) -> (Buffer, Regions) {
    let (width, height) = app.screen.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut regions = Regions::default();
    terminal.draw(|frame| regions = view::draw(frame, app, theme)).unwrap();
    (terminal.backend().buffer().clone(), regions)
}

/// The same in the usual theme, cells only.
pub(crate) fn screen(app: &App) -> Buffer {
    draw(app, &dark()).0
}

/// The usual theme in all its colours.
pub(crate) fn dark() -> Theme {
    Theme::load("dark", Depth::True).unwrap()
}

/// One row's text; the cell behind a wide sign belongs to it.
pub(crate) fn row(buffer: &Buffer, y: u16) -> String {
    let (mut text, mut x) = (String::new(), 0);
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        x += symbol.width().max(1) as u16;
    }
    text
}

/// All rows' text.
pub(crate) fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y).trim_end().to_owned() + "\n").collect()
}

/// Text, then styles: `y: x1-x2 ink on ground MODIFIERS`, a row's runs in one line.
pub(crate) fn styled(buffer: &Buffer) -> String {
    let mut said = text(buffer);
    let plain = Cell::default().style();
    for y in 0..buffer.area.height {
        let (mut x, mut runs) = (0, String::new());
        while x < buffer.area.width {
            let (style, from) = (buffer[(x, y)].style(), x);
            while x < buffer.area.width && buffer[(x, y)].style() == style {
                x += 1;
            }
            if style != plain {
                let (fg, bg) = (style.fg.unwrap(), style.bg.unwrap());
                write!(runs, " {from}-{} {fg} on {bg}", x - 1).unwrap();
                if !style.add_modifier.is_empty() {
                    write!(runs, " {:?}", style.add_modifier).unwrap();
                }
                runs.push(';');
            }
        }
        writeln!(said, "{y}:{runs}").unwrap();
    }
    said
}
