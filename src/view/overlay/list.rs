//! Lists to pick from: columns, what to sort by, commands, words that can stand in a line.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::popup;
use crate::{
    app::{
        Column,
        command::{Command, availability},
        overlay::{first_line, listed},
        prompt::Menu,
        words::matched,
    },
    model::text::visible,
    view::canvas::{Canvas, Pen, area},
};

/// Lines of the palette's list.
const MATCHES: u16 = 12;
/// Cells of a command's name.
const NAME: u16 = 16;

/// Which columns, in which order.
pub(super) fn columns(canvas: &mut Canvas<'_>, body: Rect, selected: usize) -> Option<(u16, u16)> {
    let list = canvas.app.table.columns_in_order();
    let inner = popup::middle(canvas, body, (76, size(list.len())), "Columns");
    pick(canvas, inner, (selected, list.len()), |pen, place| {
        let (theme, (column, shown)) = (pen.theme, list[place]);
        let [on, _, off] = pen.signs.lights;
        pen.field(2, if shown { on } else { off }, if shown { theme.good() } else { theme.dim() });
        entry(pen, column, shown);
    });
    None
}

/// Which column to sort by.
pub(super) fn sort(canvas: &mut Canvas<'_>, body: Rect, selected: usize) -> Option<(u16, u16)> {
    let table = &canvas.app.table;
    let inner = popup::middle(canvas, body, (76, size(Column::ALL.len())), "Sort by");
    pick(canvas, inner, (selected, Column::ALL.len()), |pen, place| {
        let (theme, column) = (pen.theme, Column::ALL[place]);
        let arrow = if table.descending { pen.signs.down } else { pen.signs.up };
        pen.field(2, if table.sort == column { arrow } else { " " }, theme.sorted());
        entry(pen, column, table.columns.contains(&column));
    });
    None
}

fn entry(pen: &mut Pen<'_>, column: Column, shown: bool) {
    let theme = pen.theme;
    let style = if shown { theme.text() } else { theme.dim() };
    pen.field(10, column.title(), style)
        .skip(1)
        .field(9, column.word(), theme.dim())
        .put(column.doc(), style);
}

/// Commands for what was typed.
pub(super) fn palette(canvas: &mut Canvas<'_>, body: Rect, (typed, selected): (&str, usize)) {
    let app = canvas.app;
    let list = listed(app, typed);
    let inner = popup::bottom(canvas, body, MATCHES.min(size(list.len().max(1))), "Commands");
    if list.is_empty() {
        let dim = canvas.theme.dim();
        canvas.pen(inner, 0).put("no command is called that", dim);
    }
    pick(canvas, inner, (selected, list.len()), |pen, place| {
        let command = list[place];
        let why = availability(app, command).err();
        name(pen, command, (typed, why.is_some()));
        row(pen, command, (&app.keymap.keys_of(command.name).join(" "), why.as_deref()));
    });
}

/// What can stand at the cursor of the line being typed.
pub(super) fn menu(canvas: &mut Canvas<'_>, body: Rect, (menu, title): (&Menu, &str)) {
    let lines = menu.candidates.len();
    let inner = popup::bottom(canvas, body, MATCHES.min(size(lines)), title);
    let width = menu.candidates.iter().map(|one| one.text.width()).max().unwrap_or(0);
    let width = u16::try_from(width).unwrap_or(u16::MAX).clamp(8, inner.width / 2);
    pick(canvas, inner, (menu.picked, lines), |pen, place| {
        let (theme, candidate) = (pen.theme, &menu.candidates[place]);
        pen.field(width, &visible(&candidate.text), theme.text()).skip(2).put(&candidate.doc, theme.dim());
    });
}

/// A command's name with the letters that were typed of it.
fn name(pen: &mut Pen<'_>, command: &Command, (typed, off): (&str, bool)) {
    let theme = pen.theme;
    let (plain, end) = (if off { theme.dim() } else { theme.text() }, pen.x() + NAME);
    let typed = typed.split_whitespace().next().unwrap_or_default();
    let found = matched(typed, command.name);
    for (place, letter) in command.name.char_indices() {
        let style = if found.contains(&place) { theme.accent() } else { plain };
        pen.put(&command.name[place..place + letter.len_utf8()], style);
    }
    let left = end.saturating_sub(pen.x());
    pen.skip(left);
}

fn row(pen: &mut Pen<'_>, command: &Command, (keys, why): (&str, Option<&str>)) {
    let theme = pen.theme;
    let style = if why.is_some() { theme.dim() } else { theme.text() };
    pen.skip(1).field(11, keys, theme.key()).skip(1).put(command.doc, style);
    if let Some(why) = why {
        pen.put(": ", theme.dim()).put(&visible(why), theme.warning());
    }
}

/// The lines of a list that fit, the picked one among them.
fn pick(
    canvas: &mut Canvas<'_>,
    inner: Rect,
    (selected, lines): (impl Into<Option<usize>>, usize),
    draw: impl Fn(&mut Pen<'_>, usize),
) {
    let theme = canvas.theme;
    canvas.regions.picks = area(inner);
    let selected = selected.into().map(|selected| selected.min(lines.saturating_sub(1)));
    let first = first_line(selected.unwrap_or(0), usize::from(inner.height));
    for (line, place) in (0..inner.height).zip(first..lines) {
        draw(&mut canvas.pen(inner, line), place);
        if Some(place) == selected {
            let whole = Rect { x: inner.x - 1, y: inner.y + line, width: inner.width + 2, height: 1 };
            canvas.tint(whole, theme.selection());
        }
    }
}

/// Height of a box for so many lines.
fn size(lines: usize) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2)
}
