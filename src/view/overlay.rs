//! stub
use super::canvas::Canvas;
use ratatui::layout::Rect;
pub(super) fn draw(_canvas: &mut Canvas<'_>, _body: Rect, _last: Rect) -> Option<(u16, u16)> {
    None
}
