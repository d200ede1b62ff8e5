//! Pages from the emulation's grid.

use std::sync::Arc;

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::{Dimensions, Grid},
    index::{Column, Line as Row, Point},
    selection::SelectionRange,
    term::{
        TermDamage, TermMode,
        cell::{Cell as Source, Flags},
    },
    vte::ansi::{Color as Colour, NamedColor as Named},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::find::{Finding, Hits};
use crate::model::{
    console::{Cell, Ink, Line, Page, Paint},
    text,
};

/// What stands on the grid beside its own cells.
struct Over {
    selected: Option<SelectionRange>,
    hits: Hits,
}

impl Over {
    const fn is_bare(&self) -> bool {
        self.selected.is_none() && self.hits.is_empty()
    }

    fn style(&self, at: Point) -> u16 {
        let selected = self.selected.is_some_and(|range| range.contains(at));
        (if selected { Paint::SELECTED } else { 0 }) | self.hits.style(at)
    }
}

/// The page shown now; where `before` has a line that stayed the same, that one.
pub(super) fn page(term: &mut Term<VoidListener>, finding: &Finding, before: &Page) -> Page {
    let selected = term.selection.as_ref().and_then(|selection| selection.to_range(term));
    let over = Over { selected, hits: finding.visible(term) };
    let lines = lines(term, &over, before);
    let grid = term.grid();
    let cells = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    Page {
        size: (cells(grid.columns()), cells(grid.screen_lines())),
        lines,
        back: grid.display_offset(),
        history: grid.history_size(),
        cursor: cursor(term),
        alternate: term.mode().contains(TermMode::ALT_SCREEN),
        found: finding.found(),
        selected: over.selected.is_some(),
    }
}

fn cursor(term: &Term<VoidListener>) -> Option<(u16, u16)> {
    let grid = term.grid();
    let row = usize::try_from(grid.cursor.point.line.0).ok()? + grid.display_offset();
    let seen = term.mode().contains(TermMode::SHOW_CURSOR) && row < grid.screen_lines();
    let place = (u16::try_from(grid.cursor.point.column.0).ok()?, u16::try_from(row).ok()?);
    seen.then_some(place)
}

fn lines(term: &mut Term<VoidListener>, over: &Over, before: &Page) -> Vec<Line> {
    let (rows, columns) = (term.screen_lines(), term.columns());
    let as_before = before.lines.len() == rows && usize::from(before.size.0) == columns;
    // What is laid over the grid, or was, and what is scrolled back is not in the damage the emulation tells of.
    let whole = !as_before
        || !over.is_bare()
        || before.selected
        || before.found.is_some()
        || term.grid().display_offset() != before.back;
    let mut stale = vec![whole; rows];
    match term.damage() {
        TermDamage::Full => stale.fill(true),
        TermDamage::Partial(damaged) => damaged.for_each(|line| stale[line.line.min(rows - 1)] = true),
    }
    term.reset_damage();
    let mut fresh = Vec::with_capacity(columns);
    let line = |(row, stale): (usize, bool)| match before.lines.get(row) {
        Some(line) if !stale => line.clone(),
        line => {
            draw(term.grid(), row, over, &mut fresh);
            line.filter(|line| ***line == *fresh).map_or_else(|| Line::from(&*fresh), Line::clone)
        }
    };
    stale.into_iter().enumerate().map(line).collect()
}

/// One row of what is shown, cell by cell.
fn draw(grid: &Grid<Source>, row: usize, over: &Over, fresh: &mut Vec<Cell>) {
    fresh.clear();
    let row = Row(i32::try_from(row).unwrap_or(0)) - grid.display_offset();
    let source = &grid[row];
    for column in 0..grid.columns() {
        let cell = &source[Column(column)];
        let spacer =
            |at: usize| at < grid.columns() && source[Column(at)].flags.contains(Flags::WIDE_CHAR_SPACER);
        let paint = paint(cell, over.style(Point::new(row, Column(column))));
        let second = spacer(column) && fresh.last().is_some_and(|before| before.width == 2);
        fresh.push(match glyph(cell.c) {
            _ if second => Cell { c: ' ', marks: None, width: 0, paint },
            (c, width) if width == 1 || spacer(column + 1) => Cell { c, marks: marks(cell, c), width, paint },
            // Half of what took two columns: the other half was written over.
            _ => Cell { c: ' ', marks: None, width: 1, paint },
        });
    }
}

/// A character as it may be shown, and its columns: 1 or 2.
pub(super) fn glyph(c: char) -> (char, u8) {
    if (' '..='~').contains(&c) {
        return (c, 1);
    }
    match c.width() {
        None => (' ', 1),
        _ if text::steers(c) => ('\u{fffd}', 1),
        Some(0) => (' ', 1),
        Some(2) => (c, 2),
        Some(_) => (c, 1),
    }
}

/// The marks that stand over a character, where they leave its width as it is: those that would reorder, hide or widen
/// are left out.
fn marks(cell: &Source, c: char) -> Option<Arc<str>> {
    let marks: String = shown_marks(cell).collect();
    let whole = format!("{c}{marks}");
    (!marks.is_empty() && Some(whole.width()) == c.width()).then(|| marks.into())
}

/// Marks a terminal draws, and does not obey: no format characters, no variation selectors.
pub(super) fn shown_marks(cell: &Source) -> impl Iterator<Item = char> + '_ {
    let marks = cell.zerowidth().unwrap_or_default().iter().copied();
    marks.filter(|c| !text::steers(*c) && !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'))
}

fn paint(cell: &Source, over: u16) -> Paint {
    const STYLES: [(Flags, u16); 7] = [
        (Flags::BOLD, Paint::BOLD),
        (Flags::DIM, Paint::DIM),
        (Flags::ITALIC, Paint::ITALIC),
        (Flags::ALL_UNDERLINES, Paint::UNDERLINED),
        (Flags::INVERSE, Paint::REVERSED),
        (Flags::STRIKEOUT, Paint::CROSSED),
        (Flags::HIDDEN, Paint::HIDDEN),
    ];
    let has = |(flag, style): &(Flags, u16)| if cell.flags.intersects(*flag) { *style } else { 0 };
    let style = if cell.flags.is_empty() { 0 } else { STYLES.iter().map(has).sum() };
    Paint { fg: ink(cell.fg), bg: ink(cell.bg), style: style | over }
}

fn ink(colour: Colour) -> Ink {
    match colour {
        Colour::Spec(rgb) => Ink::Rgb(rgb.r, rgb.g, rgb.b),
        Colour::Indexed(number) => Ink::Indexed(number),
        Colour::Named(name) => named(name as usize),
    }
}

/// The sixteen by their numbers, the dim ones by those of what they are dim of; else the terminal's own.
fn named(number: usize) -> Ink {
    const DIM: usize = Named::DimBlack as usize;
    match number {
        0..=15 => Ink::Indexed(u8::try_from(number).unwrap_or_default()),
        _ if (DIM..DIM + 8).contains(&number) => Ink::Indexed(u8::try_from(number - DIM).unwrap_or_default()),
        _ => Ink::Default,
    }
}
