//! A box over the panels: emptied, framed, titled.

use ratatui::layout::Rect;

use crate::{
    app::Panel,
    view::{border, canvas::Canvas},
};

/// Opens a box of at most this size in the middle; returns what is inside.
pub(in crate::view) fn middle(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (width, height): (u16, u16),
    title: &str,
) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    let place =
        Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height };
    open(canvas, place, title)
}

/// Opens a box over the lower end of the panels.
pub(super) fn bottom(canvas: &mut Canvas<'_>, body: Rect, height: u16, title: &str) -> Rect {
    let height = height.min(body.height);
    open(canvas, Rect { y: body.bottom() - height, height, ..body }, title)
}

fn open(canvas: &mut Canvas<'_>, place: Rect, title: &str) -> Rect {
    let theme = canvas.theme;
    canvas.clear(place, theme.base());
    border::lines(canvas, &[(Panel::Domains, place)], place, theme.border_focused());
    canvas
        .pen(place, 0)
        .leave(2)
        .skip(2)
        .put(" ", theme.title_focused())
        .put(title, theme.title_focused())
        .put(" ", theme.title_focused());
    let inner = border::inside(place);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
