//! The Console panel.

use ratatui::layout::Rect;

use super::canvas::Canvas;

/// Draws it.
pub(super) fn draw(_canvas: &mut Canvas<'_>, _inner: Rect) {}
