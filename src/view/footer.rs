//! The footer: the keys worth knowing now, from the command table.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, area};
use crate::app::{App, command};

/// Cells between one key and the next.
const APART: u16 = 3;

/// Draws as many as fit, each to be clicked; the one that shows them all has its place in any case.
pub(super) fn draw(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let mut x = line.x.saturating_add(1);
    let fits = |x: u16, width: u16| x.saturating_add(width) < line.right();
    let (help, others): (Vec<_>, Vec<_>) = command::footer(app).partition(|(row, _)| row.name == "help");
    let reserved: u16 = help.iter().map(|(row, key)| cells(row.name, key) + APART).sum();
    let others = others.into_iter().map(|row| (row, reserved));
    for ((command, key), reserved) in others.chain(help.into_iter().map(|row| (row, 0))) {
        let width = cells(command.name, &key);
        if !fits(x, width + reserved) {
            continue;
        }
        let mut pen = canvas.pen(Rect { x, width, ..line }, 0);
        pen.put(&key, theme.key()).skip(1).put(&word(command.name), theme.hint());
        canvas.regions.footer.push((command.name, area(Rect { x, width, ..line })));
        x += width + APART;
    }
}

/// Cells all of it takes.
pub(super) fn width(app: &App) -> u16 {
    command::footer(app).map(|(command, key)| cells(command.name, &key) + APART).sum()
}

fn cells(name: &str, key: &str) -> u16 {
    u16::try_from(key.width() + 1 + word(name).width()).unwrap_or(u16::MAX)
}

/// A command's name as the footer says it: `next panel`; of a panel's own rows without the panel's name.
fn word(name: &str) -> String {
    let own = ["console-", "xml-"].iter().find_map(|panel| name.strip_prefix(panel));
    own.unwrap_or(name).replace('-', " ")
}
