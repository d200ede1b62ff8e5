//! The notice: a line for the user, over the lowest border, so that nothing moves when it comes and goes.

use ratatui::{layout::Rect, style::Style};

use super::{canvas::Canvas, text::span};
use crate::{app::App, model::text::visible};

/// Draws it, where there is one; or what no title has room to say.
pub(super) fn draw(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let reason = app.pane().shown.as_deref().and_then(|shown| shown.stale.as_deref());
    let (sign, text, style) = match (&app.notice, reason) {
        (Some(notice), _) if notice.error => ("! ", notice.text.as_str(), theme.error()),
        (Some(notice), _) => ("", notice.text.as_str(), theme.strong()),
        (None, Some(reason)) if !canvas.framed && app.overlay.is_none() => {
            ("~ not read: ", reason, theme.warning())
        }
        (None, _) => match provisional(app) {
            Some(text) => return put(canvas, line, ("", &text, theme.warning())),
            None => return,
        },
    };
    put(canvas, line, (sign, text, style));
}

/// That a change is taken back soon, and what keeps it.
fn provisional(app: &App) -> Option<String> {
    let changes = app.provisional();
    let (job, until) = changes.first()?;
    let key = app.keymap.keys_of("keep").into_iter().next().unwrap_or_else(|| ":keep".into());
    let more = if changes.len() > 1 { format!(" (and {} more)", changes.len() - 1) } else { String::new() };
    let left = span(until.since(app.now));
    Some(format!("{}{more} is taken back in {left} unless {key} keeps it", job.title))
}

fn put(canvas: &mut Canvas<'_>, line: Rect, (sign, text, style): (&str, &str, Style)) {
    let theme = canvas.theme;
    if !canvas.framed {
        canvas.clear(line, theme.base());
    }
    // The first line says what; what each driver said is on its panel.
    let text = text.lines().next().unwrap_or_default();
    let mut pen = canvas.pen(line, 0);
    pen.leave(2).skip(2).put(" ", style).put(sign, style).put(&visible(text), style).put(" ", style);
}
