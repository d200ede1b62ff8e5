//! Texts to scroll: the help, the hypervisor's log.

use ratatui::layout::Rect;

use super::{line::typed, popup};
use crate::{
    app::overlay::{HelpLine, help as lines_of},
    model::text::visible,
    view::canvas::{Canvas, Pen, area},
};

/// Cells of a command's keys.
const KEYS: u16 = 18;

/// Every command with its keys, and why one cannot be run now; the first line is typed into.
pub(super) fn help(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (search, offset): ((&str, usize), usize),
) -> (u16, u16) {
    let (app, theme) = (canvas.app, canvas.theme);
    let lines = lines_of(app, search.0);
    let inner = popup::middle(canvas, body, (104, body.height.saturating_sub(2)), "Help");
    let mut pen = canvas.pen(inner, 0);
    pen.put("search ", theme.label());
    let x = typed(&mut pen, search);
    if search.0.is_empty() {
        pen.skip(1).put("type a word of what you want to do", theme.dim());
    }
    let text = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    canvas.regions.picks = area(text);
    let first = offset.min(lines.len().saturating_sub(1));
    for (line, said) in (0..text.height).zip(&lines[first..]) {
        help_line(&mut canvas.pen(text, line), said);
    }
    if lines.is_empty() {
        canvas.pen(text, 0).put("nothing is called that", theme.dim());
    }
    (x, inner.y)
}

fn help_line(pen: &mut Pen<'_>, line: &HelpLine) {
    let theme = pen.theme;
    match line {
        HelpLine::Heading(title) => {
            pen.put(title, theme.title_focused());
        }
        HelpLine::Row { command, keys, why_not } => {
            let style = if why_not.is_some() { theme.dim() } else { theme.text() };
            pen.skip(2).field(KEYS, keys, theme.key()).skip(1).put(command.doc, style);
        }
        HelpLine::Note { usage, why_not } => {
            pen.skip(KEYS + 3);
            if let Some(usage) = usage {
                pen.put(usage, theme.dim()).skip(2);
            }
            if let Some(why) = why_not {
                pen.put(&visible(why), theme.warning());
            }
        }
    }
}

/// What the hypervisor printed.
pub(super) fn log(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (lines, offset): (&Result<Vec<String>, String>, usize),
) -> Option<(u16, u16)> {
    let theme = canvas.theme;
    let size = (body.width.saturating_sub(4), body.height.saturating_sub(2));
    let inner = popup::middle(canvas, body, size, "Log of the hypervisor");
    canvas.regions.picks = area(inner);
    let lines = match lines {
        Ok(lines) => lines,
        Err(why) => {
            canvas.pen(inner, 0).put("! ", theme.error()).put(&visible(why), theme.error());
            return None;
        }
    };
    let first = offset.min(lines.len().saturating_sub(usize::from(inner.height)));
    for (line, text) in (0..inner.height).zip(&lines[first..]) {
        canvas.pen(inner, line).put(&visible(text), theme.text());
    }
    if lines.is_empty() {
        canvas.pen(inner, 0).put("it has printed nothing", theme.dim());
    }
    None
}
