//! stub
use ratatui::layout::Rect;
use super::canvas::Canvas;
pub(super) fn draw(_canvas: &mut Canvas<'_>, _inner: Rect) {}
