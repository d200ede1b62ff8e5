//! Looking for text in the lines kept.

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::{Dimensions, Grid},
    index::{Column, Line as Row, Point},
    term::cell::{Cell, Flags, LineLength},
};

use super::paint::{glyph, shown_marks};
use crate::model::console::{Paint, Upwards};

/// Characters looked for, and places told of, at most.
const MOST_CHARS: usize = 200;
const MOST_HITS: usize = 100_000;

/// What is looked for, and where it was found last.
#[derive(Debug, Default)]
pub(super) struct Finding {
    needle: Vec<char>,
    /// Whether case counts: the text holds a capital.
    exact: bool,
    /// Where the hit that is shown begins: its row on the page and its column. It stays on the page while what is
    /// shown stays; where it is not what is looked for any more, nothing is marked.
    focus: Option<(i32, usize)>,
    /// Which hit is shown, from 1, and how many there were when it was looked for.
    found: Option<(usize, usize)>,
}

impl Finding {
    pub(super) fn look_for(&mut self, text: &str) {
        self.exact = text.chars().any(char::is_uppercase);
        self.needle = text.chars().take(MOST_CHARS).map(|c| fold(c, self.exact)).collect();
        self.blur();
        self.found = None;
    }

    /// Forgets which hit is shown.
    pub(super) const fn blur(&mut self) {
        self.focus = None;
    }

    pub(super) const fn found(&self) -> Option<(usize, usize)> {
        self.found
    }

    /// What is shown begins elsewhere: so many lines up from the bottom.
    pub(super) fn scrolled(&mut self, before: usize, now: usize) {
        if let Some((row, _)) = &mut self.focus {
            *row += line(now) - line(before);
        }
    }

    /// Goes to the next hit above or below the one that is shown, or the page; at the end around to the first.
    pub(super) fn next(&mut self, term: &mut Term<VoidListener>, upwards: Upwards) {
        if self.needle.is_empty() {
            return;
        }
        let hits = self.hits(term.grid(), term.topmost_line().0, term.bottommost_line().0);
        let from = self.from(term);
        let next = match upwards {
            Upwards::Yes => hits.iter().rposition(|hit| hit.0 < from).or(hits.len().checked_sub(1)),
            Upwards::No => {
                hits.iter().position(|hit| hit.0 > from).or(if hits.is_empty() { None } else { Some(0) })
            }
        };
        self.found = Some((next.map_or(0, |next| next + 1), hits.len()));
        self.blur();
        if let Some((start, _)) = next.map(|next| hits[next]) {
            term.scroll_to_point(start);
            self.focus = Some((start.line.0 + line(term.grid().display_offset()), start.column.0));
        }
    }

    /// Where to look from: the hit that is shown, else the end of the page.
    fn from(&self, term: &Term<VoidListener>) -> Point {
        let offset = line(term.grid().display_offset());
        let (row, column) = self.focus.unwrap_or((line(term.screen_lines()), 0));
        Point::new(Row(row - offset), Column(column))
    }

    /// The hits on the page.
    pub(super) fn visible(&self, term: &Term<VoidListener>) -> Hits {
        if self.needle.is_empty() {
            return Hits::default();
        }
        let (grid, offset) = (term.grid(), line(term.grid().display_offset()));
        let last = term.bottommost_line().0;
        let (top, bottom) = (-offset, last - offset);
        let wrapped_into = |row: i32| row > term.topmost_line().0 && wraps(grid, row - 1);
        let begin = (term.topmost_line().0..=top).rev().find(|row| !wrapped_into(*row)).unwrap_or(top);
        let end = (bottom..=last).find(|row| !wraps(grid, *row)).unwrap_or(bottom);
        let shown = self.focus.map(|(row, column)| Point::new(Row(row - offset), Column(column)));
        Hits { spans: self.hits(grid, begin, end), shown }
    }

    /// Where it is found in these rows, which begin and end whole lines: first and last cell of each hit, in order.
    fn hits(&self, grid: &Grid<Cell>, first: i32, last: i32) -> Vec<(Point, Point)> {
        let (mut found, mut whole) = (Vec::new(), Vec::new());
        for row in first..=last {
            read(grid, row, self.exact, &mut whole);
            if row == last || !wraps(grid, row) {
                self.hits_in(&whole, &mut found);
                whole.clear();
            }
            if found.len() >= MOST_HITS {
                break;
            }
        }
        found
    }

    fn hits_in(&self, line: &[(char, Point)], found: &mut Vec<(Point, Point)>) {
        let (mut at, length) = (0, self.needle.len());
        while let Some(part) = line.get(at..at + length) {
            if part.iter().zip(&self.needle).all(|((c, _), wanted)| c == wanted) {
                found.push((part[0].1, part[length - 1].1));
                at += length;
            } else {
                at += 1;
            }
        }
    }
}

/// Hits that stand on the page, in order, and where the one that is shown begins.
#[derive(Debug, Default)]
pub(super) struct Hits {
    spans: Vec<(Point, Point)>,
    shown: Option<Point>,
}

impl Hits {
    pub(super) const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// How a hit makes this cell look.
    pub(super) fn style(&self, at: Point) -> u16 {
        let after = self.spans.partition_point(|(start, _)| *start <= at);
        match after.checked_sub(1).map(|place| self.spans[place]) {
            Some((start, end)) if at <= end => {
                Paint::FOUND | if self.shown == Some(start) { Paint::HIT } else { 0 }
            }
            _ => 0,
        }
    }
}

/// The lines kept, oldest first, up to the last that holds anything.
pub(super) fn lines(term: &Term<VoidListener>) -> impl Iterator<Item = String> + '_ {
    let grid = term.grid();
    let (top, bottom) = (term.topmost_line().0, term.bottommost_line().0);
    let last = (top..=bottom).rev().find(|row| grid[Row(*row)].line_length().0 > 0);
    let mut rows = top..last.map_or(top, |last| last + 1);
    std::iter::from_fn(move || {
        let mut text = String::new();
        let mut next = rows.next()?;
        write(grid, next, &mut text);
        while wraps(grid, next)
            && let Some(more) = rows.next()
        {
            next = more;
            write(grid, next, &mut text);
        }
        text.truncate(text.trim_end().len());
        Some(text)
    })
}

/// Whether a row goes on in the next.
fn wraps(grid: &Grid<Cell>, row: i32) -> bool {
    grid[Row(row)][grid.last_column()].flags.contains(Flags::WRAPLINE)
}

/// The cells of a row that begin a character.
fn characters(grid: &Grid<Cell>, row: i32) -> impl Iterator<Item = (usize, &Cell)> {
    let cells = &grid[Row(row)];
    let spacer = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
    let written = (0..cells.line_length().0).map(|column| (column, &cells[Column(column)]));
    written.filter(move |(_, cell)| !cell.flags.intersects(spacer))
}

fn read(grid: &Grid<Cell>, row: i32, exact: bool, whole: &mut Vec<(char, Point)>) {
    let place = |column| Point::new(Row(row), Column(column));
    whole.extend(characters(grid, row).map(|(column, cell)| (fold(glyph(cell.c).0, exact), place(column))));
}

fn write(grid: &Grid<Cell>, row: i32, text: &mut String) {
    for (_, cell) in characters(grid, row) {
        text.push(glyph(cell.c).0);
        text.extend(shown_marks(cell));
    }
}

/// A character as it is compared.
fn fold(c: char, exact: bool) -> char {
    match c {
        _ if exact => c,
        _ if c.is_ascii() => c.to_ascii_lowercase(),
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// Lines, as the grid counts them.
fn line(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
