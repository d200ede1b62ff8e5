//! Where the panels stand: beside each other where the screen is wide, else below; neighbours share a border.

use ratatui::layout::Rect;

use crate::app::{App, Panel, consoles::Split};

/// From this width and height on panels have borders.
pub(super) const FRAMED: (u16, u16) = (60, 16);

/// From this width on two panels stand beside each other.
const WIDE: u16 = 110;

/// The least height of a panel, borders included.
const LEAST: u16 = 7;

/// Panels that stand beside each other where there is room.
const ROWS: [&[Panel]; 5] = [
    &[Panel::Domains, Panel::Detail, Panel::Xml],
    &[Panel::Pins],
    &[Panel::Host, Panel::Drivers],
    &[Panel::Jobs, Panel::Events],
    &[Panel::Console],
];

/// The same while consoles stand beside the table.
const BESIDE: [&[Panel]; 5] = [
    &[Panel::Domains, Panel::Console],
    &[Panel::Detail, Panel::Xml],
    &[Panel::Pins],
    &[Panel::Host, Panel::Drivers],
    &[Panel::Jobs, Panel::Events],
];

/// From this height on a console stands below other panels while it has the keys.
const TALL: u16 = 36;

/// Each panel that is shown and where, borders included.
pub(super) fn tile(app: &App, body: Rect) -> Vec<(Panel, Rect)> {
    let (screen, focus) = (&app.screen, app.screen.focus);
    let beside = app.consoles.split == Split::Beside && body.width >= WIDE;
    // A guest's screen has 24 lines or more, and a definition reads badly through a slit: neither is cut to half of a
    // small screen.
    let cramped = match focus {
        Panel::Console => !beside && body.height < TALL,
        Panel::Xml => body.width < WIDE && body.height < TALL,
        _ => false,
    };
    if screen.zoom || cramped || body.height < LEAST * 2 || body.width < FRAMED.0 {
        return vec![(focus, body)];
    }
    let is_open = |panel| screen.open.contains(&panel) || panel == focus;
    let rows = if beside { &BESIDE } else { &ROWS };
    let open = rows.iter().map(|row| row.iter().copied().filter(|&p| is_open(p)).collect::<Vec<_>>());
    let rows: Vec<_> = if body.width >= WIDE {
        open.flat_map(|row| row.chunks(2).map(<[Panel]>::to_vec).collect::<Vec<_>>()).collect()
    } else {
        open.flatten().map(|panel| vec![panel]).collect()
    };
    let rows: Vec<_> = fitting(rows.into_iter().filter(|row| !row.is_empty()).collect(), focus, body.height);
    stack(&rows, body)
}

/// As many rows as the height has room for; the focused one stays.
fn fitting(mut rows: Vec<Vec<Panel>>, focus: Panel, height: u16) -> Vec<Vec<Panel>> {
    while rows.len() > 1 && height < LEAST * u16::try_from(rows.len()).unwrap_or(u16::MAX) {
        let unfocused = rows.iter().rposition(|row| !row.contains(&focus)).unwrap_or(0);
        rows.remove(unfocused);
    }
    rows
}

/// Rows below each other: the first has what the others leave, but at least half.
fn stack(rows: &[Vec<Panel>], body: Rect) -> Vec<(Panel, Rect)> {
    let below = u16::try_from(rows.len()).unwrap_or(1).saturating_sub(1);
    let (mut tiles, mut y) = (Vec::new(), body.y);
    for (i, row) in rows.iter().enumerate() {
        let left = body.bottom() - y;
        let after = below - u16::try_from(i).unwrap_or(0);
        let height = match (i, after) {
            (_, 0) => left,
            (0, 1) => left.div_ceil(2).max(left.saturating_sub(16)),
            (0, _) => left.div_ceil(2),
            _ => left / (after + 1),
        };
        // The last line of a row is the first of the next: their border.
        let shared = u16::from(after > 0);
        tiles.extend(beside(row, Rect { y, height: height + shared, ..body }));
        y += height;
    }
    tiles
}

/// Panels of one row: the one on the right takes a third or so, both share the line between them.
fn beside(row: &[Panel], place: Rect) -> Vec<(Panel, Rect)> {
    let [left, right] = row else { return row.iter().map(|&panel| (panel, place)).collect() };
    let width = match right {
        Panel::Detail => (place.width * 9 / 25).clamp(40, 72),
        // As many columns as a guest has at least, where the table keeps enough to tell domains by.
        Panel::Console => (place.width / 2).max(82).min(place.width.saturating_sub(40)),
        Panel::Xml => (place.width / 2).max(70).min(place.width.saturating_sub(46)),
        _ => place.width / 2,
    };
    let x = place.right() - width;
    [(*left, Rect { width: place.width - width + 1, ..place }), (*right, Rect { x, width, ..place })].into()
}
