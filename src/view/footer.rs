//! The footer: the keys worth knowing now, from the command table.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, area};

/// Draws as many as fit; each can be clicked.
pub(super) fn draw(canvas: &mut Canvas<'_>, line: Rect) {
    let app = canvas.app;
    let theme = canvas.theme;
    let mut x = line.x + 1;
    let mut words = Vec::new();
    for (command, key) in keys(app) {
        let word = word(command.name);
        let width = u16::try_from(key.width() + 1 + word.width()).unwrap_or(u16::MAX);
        if x.saturating_add(width) >= line.right() {
            break;
        }
        let mut pen = canvas.pen(line, 0);
        pen.goto(x).put(&key, theme.key()).skip(1).put(word, theme.hint());
        words.push((command.name, area(Rect { x, width, ..line })));
        x += width + 3;
    }
    canvas.regions.footer = words;
}

/// A command's name as the footer says it.
fn word(name: &'static str) -> &'static str {
    name
}

fn keys(app: &crate::app::App) -> Vec<(&'static crate::app::command::Command, String)> {
    let _ = app;
    crate::app::command::COMMANDS.iter().filter_map(|c| Some((c, (*c.keys.first()?).to_owned()))).take(5).collect()
}
