//! The notice: a line for the user, over the lowest border, so that nothing moves when it comes and goes.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::model::text::visible;

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
        (None, _) => return,
    };
    if !canvas.framed {
        canvas.clear(line, theme.base());
    }
    // The first line says what; what each driver said is on its panel.
    let text = text.lines().next().unwrap_or_default();
    let mut pen = canvas.pen(line, 0);
    pen.leave(2).skip(2).put(" ", style).put(sign, style).put(&visible(text), style).put(" ", style);
}
