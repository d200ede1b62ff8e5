//! A guest's page into cells: nothing of it but letters, marks over them, and colours.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::regions::{Area, Seen},
    model::{
        console::{Cell, Page, Paint},
        text::steers,
    },
    theme::Theme,
};

/// Draws a page into an area; the part around its caret or cursor where it is larger than that.
///
/// Tells which part that was, and where on the screen the caret stands, or the guest's cursor where there is none, if
/// either is to be seen.
pub fn page(
    buf: &mut Buffer,
    place: Rect,
    (page, theme): (&Page, &Theme),
    caret: Option<(u16, u16)>,
) -> (Seen, Option<(u16, u16)>) {
    let place = place.intersection(buf.area);
    let eye = caret.or(page.cursor.filter(|_| page.back == 0));
    let origin = origin(place, page, eye);
    let lines = page.lines.iter().skip(origin.1.into());
    for (y, line) in (place.y..place.bottom()).zip(lines) {
        for (x, cell) in (place.x..place.right()).zip(line.iter().skip(origin.0.into())) {
            put(buf, (x, y), place.right(), (cell, theme));
        }
    }
    let area = Area { x: place.x, y: place.y, width: place.width, height: place.height };
    let at = eye.and_then(|(column, row)| {
        let (x, y) = (column.checked_sub(origin.0)?, row.checked_sub(origin.1)?);
        (x < place.width && y < place.height).then(|| (place.x + x, place.y + y))
    });
    (Seen { area, origin }, at)
}

/// The first column and row that are shown: of a shell the lines down to the eye, of a full-screen program those around
/// it, and no column is left out but to show the one of the eye.
fn origin(place: Rect, page: &Page, eye: Option<(u16, u16)>) -> (u16, u16) {
    let (columns, rows) = page.size;
    let most = (columns.saturating_sub(place.width), rows.saturating_sub(place.height));
    let Some((column, row)) = eye else { return (0, written(page).saturating_sub(place.height).min(most.1)) };
    let x = if column < place.width { 0 } else { (column + 1 + place.width / 4).saturating_sub(place.width) };
    let y = if page.alternate {
        row.saturating_sub(place.height / 2)
    } else {
        (row + 1).saturating_sub(place.height)
    };
    (x.min(most.0), y.min(most.1))
}

/// Lines down to the last that something is written in; of a full-screen program, and above the oldest line kept,
/// what counts stands above.
fn written(page: &Page) -> u16 {
    if page.alternate || (page.back > 0 && page.back == page.history) {
        return 0;
    }
    let blank = |cell: &Cell| cell.c == ' ' && cell.paint == Paint::default();
    let last = page.lines.iter().rposition(|line| !line.iter().all(blank));
    last.map_or(0, |last| u16::try_from(last + 1).unwrap_or(u16::MAX))
}

fn put(buf: &mut Buffer, at: (u16, u16), end: u16, (cell, theme): (&Cell, &Theme)) {
    let Some(target) = buf.cell_mut(at) else { return };
    target.set_style(theme.guest(cell.paint));
    // The second column of a wide letter is the terminal's own to fill; half of one is not to be seen.
    let half = cell.width == 2 && at.0 + 1 >= end;
    if cell.width == 0 || half || cell.paint.is(Paint::HIDDEN) {
        target.set_symbol(" ");
        return;
    }
    let letter = if steers(cell.c) { '\u{fffd}' } else { cell.c };
    match &cell.marks {
        None => drop(target.set_char(letter)),
        Some(marks) => {
            let marks = marks.chars().filter(|mark| !steers(*mark));
            target.set_symbol(&std::iter::once(letter).chain(marks).collect::<String>());
        }
    }
}
