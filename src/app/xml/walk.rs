//! Moving through the panel: its cursor, what is scrolled away, the rows there are.

use super::{Row, Sight, Xml, diff};
use crate::app::{App, domains::Step};

/// Columns before what is said of a text that one of its lines has not: of its sign, of a word.
const SIGN: usize = 8;
/// Columns a step to the side goes.
const ASIDE: usize = 8;

impl App {
    /// Moves the cursor of the panel.
    pub(in crate::app) fn walk_xml(&mut self, step: Step) {
        let page = usize::from(self.screen.regions.xml.height);
        self.xml.cursor = step.from(self.xml.cursor, self.xml.rows.len(), page);
        self.xml.keep_in_page(page);
    }

    /// Scrolls without moving the cursor further than it must.
    pub(in crate::app) fn scroll_xml(&mut self, by: isize) {
        let page = usize::from(self.screen.regions.xml.height).max(1);
        let xml = &mut self.xml;
        let last = xml.rows.len().saturating_sub(page);
        xml.first = xml.first.saturating_add_signed(by).min(last);
        xml.cursor = xml.cursor.clamp(xml.first, xml.first + page - 1).min(xml.rows.len().saturating_sub(1));
    }

    /// Scrolls to the side, no further than the longest line goes.
    pub(in crate::app) fn slide_xml(&mut self, by: isize) {
        let room = usize::from(self.screen.regions.xml.width);
        let last = self.xml.widest().saturating_sub(room.saturating_sub(ASIDE));
        let step = by.saturating_mul(ASIDE.cast_signed());
        self.xml.left = self.xml.left.saturating_add_signed(step).min(last);
    }

    /// A click puts the cursor on a row; one on the cursor's row does what Enter does.
    pub(in crate::app) fn click_xml(&mut self, line: usize) {
        let place = self.xml.first + line;
        if place == self.xml.cursor {
            self.toggle_xml();
        } else if place < self.xml.rows.len() {
            self.xml.cursor = place;
        }
    }

    /// One step back: what was looked for, the zoom, the panel.
    pub(in crate::app) fn back_from_xml(&mut self) {
        if self.call_off() {
            return;
        }
        if self.xml.search.is_empty() {
            return self.step_back();
        }
        self.xml.search.clear();
        self.xml.look_again();
    }

    /// Folds or unfolds at the cursor; on something that is wrong, goes to where it is.
    pub(in crate::app) fn toggle_xml(&mut self) {
        let Some(Row::Problem(place)) = self.xml.at() else { return self.fold_xml() };
        let shown = self.xml.shown();
        let line = shown.and_then(|shown| shown.markup.problems.get(place)).map(|problem| problem.line);
        if let Some(line) = line {
            self.xml.go_to(line.saturating_sub(1));
            self.xml.keep_in_page(usize::from(self.screen.regions.xml.height));
        }
    }
}

impl Xml {
    /// Puts the cursor on a line of the text, which nothing hides from then on.
    pub(super) fn go_to(&mut self, line: usize) {
        self.unhide(line);
        let found = self.rows.iter().position(|row| matches!(row, Row::Line(at) if *at >= line));
        self.cursor = found.unwrap_or(self.rows.len().saturating_sub(1));
    }

    /// Keeps the cursor on the page.
    pub(in crate::app) fn keep_in_page(&mut self, page: usize) {
        let page = page.max(1);
        let last = self.rows.len().saturating_sub(page);
        self.first = self.first.min(self.cursor).max((self.cursor + 1).saturating_sub(page)).min(last);
    }

    /// Something else is to be shown: rows, what differs, and where the text looked for is.
    pub(super) fn changed(&mut self) {
        let before = self.at();
        self.changes = match (self.sight, self.kept.known(), self.live.known()) {
            (Sight::Diff, Some(kept), Some(live)) => diff::compare(&kept.markup, &live.markup),
            _ => Vec::new(),
        };
        self.lay();
        self.look_again();
        self.return_to(before);
    }

    /// Puts the cursor on a row of a page that begins at another: places that are remembered outlive the rows they meant.
    pub(super) fn stand_at(&mut self, (cursor, first): (usize, usize)) {
        self.cursor = cursor.min(self.rows.len().saturating_sub(1));
        self.first = first.min(self.cursor);
    }

    /// Puts the cursor on the row it was on, or where that would stand.
    pub(super) fn return_to(&mut self, before: Option<Row>) {
        let is = |row: &Row| match (before, row) {
            (Some(Row::Line(line)), Row::Line(at)) => *at <= line,
            (Some(Row::Change(place)), Row::Change(at)) => *at <= place,
            (before, row) => before == Some(*row),
        };
        self.stand_at((self.rows.iter().rposition(is).unwrap_or(0), self.first));
        self.left = self.left.min(self.widest());
    }

    /// Every row there is now.
    pub(super) fn lay(&mut self) {
        let mut rows = Vec::new();
        if self.sight == Sight::Diff {
            rows.extend((0..self.changes.len()).map(Row::Change));
        } else if let Some(shown) = self.reading().known() {
            rows.extend(shown.file.iter().map(|_| Row::File));
            rows.extend((0..shown.lost.len()).map(Row::Lost));
            rows.extend((0..shown.markup.problems.len()).map(Row::Problem));
            let mut line = 0;
            while line < shown.markup.lines.len() {
                rows.push(Row::Line(line));
                let fold = shown.markup.lines[line].fold.filter(|_| self.folded.contains(&line));
                line = fold.map_or(line, |last| last.max(line)) + 1;
            }
        }
        self.rows = rows;
    }

    /// Characters of the longest line, of what is said before the text too.
    fn widest(&self) -> usize {
        let width = |line: &crate::model::markup::Line| {
            line.parts.iter().map(|(_, text)| text.chars().count()).sum::<usize>()
        };
        let Some(shown) = self.shown() else {
            return self.changes.iter().map(|change| width(&change.line)).max().unwrap_or(0);
        };
        let said = shown.markup.problems.iter().map(ToString::to_string).chain(shown.lost.iter().cloned());
        let lines = shown.markup.lines.iter().map(width);
        lines.chain(said.map(|said| said.chars().count() + SIGN)).max().unwrap_or(0)
    }
}
