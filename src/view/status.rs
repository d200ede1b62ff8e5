//! The notice: a line for the user, over the lowest border, so that nothing moves when it comes and goes.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::model::text::visible;

/// Draws it, where there is one.
pub(super) fn draw(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let Some(notice) = &app.notice else { return };
    let style = if notice.error { theme.error() } else { theme.strong() };
    let mut pen = canvas.pen(line, 0);
    pen.leave(2).skip(2).put(" ", style);
    // The first line says what; what drivers said is in the panel.
    let text = notice.text.lines().next().unwrap_or_default();
    pen.put(if notice.error { "! " } else { "" }, style).put(&visible(text), style).put(" ", style);
}
