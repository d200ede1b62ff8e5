//! stub
use super::canvas::Canvas;
use ratatui::layout::Rect;
pub(super) fn draw(_canvas: &mut Canvas<'_>, _inner: Rect) {}
