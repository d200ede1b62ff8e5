//! Light lines around panels, shared between neighbours, joined where they meet.

use ratatui::{layout::Rect, style::Style};

use super::canvas::Canvas;
use crate::app::Panel;

/// What a border leaves for the panel.
pub(super) const fn inside(place: Rect) -> Rect {
    Rect {
        x: place.x + 1,
        y: place.y + 1,
        width: place.width.saturating_sub(2),
        height: place.height.saturating_sub(2),
    }
}

/// Draws the lines of all panels, those of the focused one last and brighter.
pub(super) fn draw(canvas: &mut Canvas<'_>, tiles: &[(Panel, Rect)]) {
    let focus = canvas.app.screen.focus;
    let (own, others): (Vec<_>, Vec<_>) = tiles.iter().partition(|(panel, _)| *panel == focus);
    for &(panel, place) in others.into_iter().chain(own) {
        let alone = tiles.len() == 1;
        let style =
            if panel == focus && !alone { canvas.theme.border_focused() } else { canvas.theme.border() };
        lines(canvas, tiles, place, style);
    }
    for &(panel, place) in tiles {
        title(canvas, panel, place);
    }
}

/// Draws the lines around one place, joined with those of all.
pub(super) fn lines(canvas: &mut Canvas<'_>, tiles: &[(Panel, Rect)], place: Rect, style: Style) {
    for (x, y) in around(place) {
        let arms = tiles.iter().fold(0, |arms, (_, place)| arms | arms_of(*place, x, y));
        let line = canvas.signs.lines[arms];
        if let Some(cell) = canvas.buf.cell_mut((x, y)) {
            cell.set_symbol(line).set_style(style);
        }
    }
}

/// The panel's name in its upper line; panels write more behind it.
fn title(canvas: &mut Canvas<'_>, panel: Panel, place: Rect) {
    let theme = canvas.theme;
    let style = if panel == canvas.app.screen.focus { theme.title_focused() } else { theme.title() };
    let mut pen = canvas.pen(place, 0);
    pen.leave(2).skip(2).put(" ", theme.title()).put(panel.title(), style).put(" ", theme.title());
}

/// The arms a panel's border has in a cell: up 1, right 2, down 4, left 8.
fn arms_of(place: Rect, x: u16, y: u16) -> usize {
    let (right, bottom) = (place.right().saturating_sub(1), place.bottom().saturating_sub(1));
    let inside = (place.x..=right).contains(&x) && (place.y..=bottom).contains(&y);
    let (upright, level) = (x == place.x || x == right, y == place.y || y == bottom);
    if !inside {
        return 0;
    }
    let arm = |is: bool, arm: usize| if is { arm } else { 0 };
    arm(upright && y > place.y, 1)
        | arm(level && x < right, 2)
        | arm(upright && y < bottom, 4)
        | arm(level && x > place.x, 8)
}

/// The cells of a border.
fn around(place: Rect) -> impl Iterator<Item = (u16, u16)> {
    let (right, bottom) = (place.right().saturating_sub(1), place.bottom().saturating_sub(1));
    let level = (place.x..place.right()).flat_map(move |x| [(x, place.y), (x, bottom)]);
    level.chain((place.y..place.bottom()).flat_map(move |y| [(place.x, y), (right, y)]))
}
