//! stub
use ratatui::layout::Rect;
use super::canvas::Canvas;
pub(super) fn draw(_canvas: &mut Canvas<'_>, _body: Rect, _last: Rect) -> Option<(u16, u16)> { None }
