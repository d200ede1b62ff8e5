//! What was edited, before it is ordered: what is wrong with it, what it means, what differs.
//!
//! All of that can be read on any screen, for a yes is said to it: sentences and lines that differ are broken to the
//! width there is, and of a long line what differs is shown.

use std::ops::Range;

use ratatui::{layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{
    elsewhere, grave,
    line::{Ink, text},
    put_side,
    sentence::Sentence,
    told,
};
use crate::{
    app::xml::{Change, Revised, Side, Stretch},
    view::{
        canvas::{Canvas, Pen, area},
        overlay::popup,
    },
};

/// The widest the box is, and the cells of it that are none of its lines.
const WIDE: (u16, u16) = (104, 4);
/// Lines of the list that are to be seen before the box has gaps, where it has so many.
const LEAST: u16 = 12;
/// Lines what it is about takes at most.
const HEAD: usize = 3;
/// Cells before a line: its sign, and whether there is more to the left.
const SIGNS: u16 = 2;
/// Cells between two keys.
const BETWEEN: u16 = 3;

/// Draws it over the panels.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, body: Rect, (revised, offset): (&Revised, usize)) {
    let width = WIDE.0.min(body.width).saturating_sub(WIDE.1);
    let head = head(canvas, revised);
    let about: Vec<_> = head.lines(width.into()).into_iter().take(HEAD).collect();
    let keys = keys(canvas, revised, width);
    let list = List::new(canvas, revised, width);
    let around = 2 + height(about.len()) + height(keys.len());
    let rows = height(list.rows());
    let gaps = if body.height >= around + rows.min(LEAST) + 2 { 2 } else { 0 };
    let listed = rows.clamp(1, body.height.saturating_sub(around + gaps).max(1));
    let title = list.title(listed.into(), offset);
    let inner = popup::middle(canvas, body, (WIDE.0, listed + around + gaps), &title);
    for (line, range) in (0..).zip(&about) {
        head.put(&mut canvas.pen(inner, line), range.clone());
    }
    let place = Rect { y: inner.y + height(about.len()) + gaps / 2, height: listed, ..inner };
    list.draw(canvas, place.intersection(inner), offset);
    let theme = canvas.theme;
    for (line, keys) in (inner.height.saturating_sub(height(keys.len()))..).zip(&keys) {
        let mut pen = canvas.pen(inner, line);
        for (key, what) in keys {
            pen.put(key, theme.key()).skip(1).put(what, theme.text()).skip(BETWEEN);
        }
    }
}

fn height(lines: usize) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX)
}

/// What it is about.
fn head(canvas: &Canvas<'_>, revised: &Revised) -> Sentence {
    let theme = canvas.theme;
    let mut head =
        Sentence::default().and("define ", theme.strong()).and(&revised.draft.label, theme.strong());
    if let Some(host) = elsewhere(canvas.app, revised.draft.host) {
        head = head.and(" on ", theme.text()).and(host, theme.warning());
    }
    if revised.is_sound() {
        head.and(" from what was edited: this is what changes", theme.text())
    } else {
        head.and("  nothing can be made of this text", theme.error())
    }
}

/// The keys and what they do, in as many lines as they take.
fn keys(canvas: &Canvas<'_>, revised: &Revised, width: u16) -> Vec<Vec<(String, &'static str)>> {
    let yes = revised.is_sound().then_some(("yes", "defines it"));
    let others = [("edit-again", "edits again"), ("no", "drops it"), ("cancel", "leaves it in its file")];
    let (mut lines, mut left) = (vec![Vec::new()], usize::from(width));
    for (name, what) in yes.into_iter().chain(others) {
        let key = canvas.app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
        let cells = key.width() + 1 + what.len();
        if cells > left {
            lines.push(Vec::new());
            left = width.into();
        }
        left = left.saturating_sub(cells + usize::from(BETWEEN));
        if let Some(line) = lines.last_mut() {
            line.push((key, what));
        }
    }
    lines
}

/// What scrolls: sentences, each with the style of its sign and the lines it is broken into, then what differs.
struct List<'r> {
    said: Vec<(Style, Sentence, Vec<Range<usize>>)>,
    revised: &'r Revised,
    /// Cells of a line behind its signs, one less than there are: there may be more to the right.
    room: usize,
}

impl<'r> List<'r> {
    fn new(canvas: &Canvas<'_>, revised: &'r Revised, width: u16) -> Self {
        let theme = canvas.theme;
        let problems = revised.problems.iter().map(|problem| (grave(theme, problem), told(theme, problem)));
        let warnings = revised
            .warnings
            .iter()
            .map(|warning| (theme.warning(), Sentence::default().and(warning, theme.warning())));
        let room = usize::from(width.saturating_sub(SIGNS));
        let said = problems.chain(warnings).map(|(style, sentence)| {
            let lines = sentence.lines(room);
            (style, sentence, lines)
        });
        Self { said: said.collect(), revised, room: room.saturating_sub(1) }
    }

    /// Lines there are.
    fn rows(&self) -> usize {
        let said: usize = self.said.iter().map(|(_, _, lines)| lines.len()).sum();
        said + self.changes().map(|(_, stretch)| stretch.map_or(1, |s| s.rows(self.room))).sum::<usize>()
    }

    /// The box's, with what of the list is seen where that is not all: more may follow than one thinks to see.
    fn title(&self, listed: usize, offset: usize) -> String {
        let (rows, first) = (self.rows(), self.first(listed, offset));
        if rows <= listed {
            "Edited".into()
        } else {
            format!("Edited: lines {} to {} of {rows}", first + 1, first + listed)
        }
    }

    /// The first line that is seen of so many.
    fn first(&self, listed: usize, offset: usize) -> usize {
        offset.min(self.rows().saturating_sub(listed))
    }

    /// What differs; with which of its characters, where it is on one side only.
    fn changes(&self) -> impl Iterator<Item = (&'r Change, Option<Stretch>)> {
        self.revised.changes.iter().enumerate().map(|(place, change)| {
            let apart = matches!(change.side, Side::Before | Side::After);
            (change, self.revised.stretches.get(place).copied().filter(|_| apart))
        })
    }

    fn draw(&self, canvas: &mut Canvas<'_>, place: Rect, offset: usize) {
        canvas.regions.picks = area(place);
        canvas.regions.lines = self.rows();
        let first = self.first(place.height.into(), offset);
        let mut at = 0;
        for (style, sentence, lines) in &self.said {
            for (nth, range) in lines.iter().enumerate() {
                if let Some(mut pen) = seen(canvas, place, (at, first)) {
                    let sign = if nth == 0 { pen.signs.warn } else { " " };
                    sentence.put(pen.put(sign, *style).skip(1), range.clone());
                }
                at += 1;
            }
        }
        for (change, stretch) in self.changes() {
            let rows = stretch.map_or(1, |stretch| stretch.rows(self.room));
            for nth in first.saturating_sub(at)..rows {
                let Some(mut pen) = seen(canvas, place, (at + nth, first)) else { break };
                draw_change(&mut pen, change, stretch.map(|stretch| (stretch, nth, self.room)));
            }
            at += rows;
            if at >= first + usize::from(place.height) {
                break;
            }
        }
    }
}

/// A pen for a line of so many before it, where that is to be seen.
fn seen<'c>(canvas: &'c mut Canvas<'_>, place: Rect, (at, first): (usize, usize)) -> Option<Pen<'c>> {
    let line = u16::try_from(at.checked_sub(first)?).ok().filter(|line| *line < place.height)?;
    Some(canvas.pen(place, line))
}

/// A line that is the same, or a row of one that is not: what differs of it, and which of the rows that takes.
fn draw_change(pen: &mut Pen<'_>, change: &Change, row: Option<(Stretch, usize, usize)>) {
    let (theme, signs) = (pen.theme, pen.signs);
    if !put_side(pen, change.side) {
        return;
    }
    let side = Some(change.side);
    let Some((stretch, nth, room)) = row else {
        text(pen.skip(1), &change.line, &Ink { left: 0, end: usize::MAX, hits: &[], side });
        return;
    };
    let shown = stretch.shown(room);
    let more = [nth == 0 && shown.start > 0, shown.end < stretch.len];
    if more[0] {
        pen.put(signs.more[0], theme.dim());
    } else {
        pen.skip(1);
    }
    let left = shown.start + nth * stretch.row(room);
    let end = (left + stretch.row(room)).min(shown.end);
    text(pen, &change.line, &Ink { left, end, hits: &[], side });
    if more[1] && end == shown.end {
        pen.put(signs.ellipsis, theme.dim());
    }
}
