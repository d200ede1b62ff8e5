//! The cursor: on a domain, not on a row; and the page around it.

use super::{Row, Table};
use crate::model::{DomainKey, Snapshot};

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many lines, up where less than 0.
    Lines(isize),
    /// So many pages.
    Pages(isize),
    /// To the first line.
    First,
    /// To the last line.
    Last,
}

impl Step {
    /// From a line to a line of so many, a page being so long.
    pub(in crate::app) fn from(self, line: usize, lines: usize, page: usize) -> usize {
        let last = lines.saturating_sub(1);
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
        match self {
            Self::Lines(by) => line.saturating_add_signed(by).min(last),
            Self::Pages(by) => line.saturating_add_signed(by.saturating_mul(page)).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

impl Table {
    /// Moves the cursor; rows of domains that have gone are passed over.
    pub(in crate::app) fn walk(&mut self, step: Step, page: usize, snapshot: &Snapshot) {
        self.chosen = true;
        let to = step.from(self.selected, self.rows.len(), page);
        if to < self.selected {
            self.settle(to, Self::above, snapshot);
        } else {
            self.settle(to, Self::below, snapshot);
        }
    }

    /// Puts the cursor on a row, or on the nearest that is a domain's.
    pub(in crate::app) fn select(&mut self, row: usize, snapshot: &Snapshot) {
        self.chosen = true;
        self.settle(row, Self::below, snapshot);
    }

    /// Puts the cursor on a domain, or on the next run of it; false where the table has neither.
    pub(in crate::app) fn seek(&mut self, key: DomainKey, snapshot: &Snapshot) -> bool {
        let found = self.find(key, snapshot);
        if let Some(row) = found {
            self.select(row, snapshot);
        }
        found.is_some()
    }

    /// Scrolls without asking for another domain, unless the cursor would leave the page.
    pub(in crate::app) fn wheel(&mut self, by: isize, page: usize, snapshot: &Snapshot) {
        let last = self.rows.len().saturating_sub(page.max(1));
        self.offset = self.offset.saturating_add_signed(by).min(last);
        let bottom = self.offset + page.saturating_sub(1);
        self.select(self.selected.clamp(self.offset, bottom), snapshot);
    }

    /// Moves the page so that the cursor is on it, and no line of it is empty without need.
    ///
    /// A page of no lines is one that is not on the screen.
    pub(in crate::app) fn keep_in_page(&mut self, page: usize) {
        if page == 0 {
            self.offset = self.offset.min(self.selected);
            return;
        }
        let least = (self.selected + 1).saturating_sub(page);
        self.offset = self.offset.clamp(least, self.selected.max(least));
        self.offset = self.offset.min(self.rows.len().saturating_sub(page));
    }

    /// After the rows changed: to where the cursor's domain is now, or to its neighbour where it has gone. A cursor
    /// nobody put anywhere stays on the first row.
    pub(super) fn place_cursor(&mut self, snapshot: &Snapshot) {
        if !self.chosen {
            return self.settle(0, Self::below, snapshot);
        }
        let found = self.cursor.and_then(|key| self.find(key, snapshot));
        match found {
            Some(row) => self.settle(row, Self::below, snapshot),
            None => self.settle(self.selected, Self::below, snapshot),
        }
    }

    /// The row of a domain: of the same run of it, else of its next one.
    fn find(&self, key: DomainKey, snapshot: &Snapshot) -> Option<usize> {
        let at = |row: usize| self.key_at(row, snapshot);
        if at(self.selected) == Some(key) {
            return Some(self.selected);
        }
        let again = |k: DomainKey| !k.uuid.is_nil() && k.uuid == key.uuid;
        let rows = || 0..self.rows.len();
        rows().find(|r| at(*r) == Some(key)).or_else(|| rows().find(|r| at(*r).is_some_and(again)))
    }

    fn key_at(&self, row: usize, snapshot: &Snapshot) -> Option<DomainKey> {
        match self.rows.get(row)? {
            Row::Here(place) => snapshot.domains.get(*place).map(|d| d.key),
            Row::Gone(_) => None,
        }
    }

    /// On the row, or the nearest on one side that is a domain's, or the nearest on the other.
    fn settle(&mut self, row: usize, side: fn(&Self, usize) -> Option<usize>, snapshot: &Snapshot) {
        let row = row.min(self.rows.len().saturating_sub(1));
        let found = side(self, row).or_else(|| self.below(row)).or_else(|| self.above(row));
        self.cursor = found.and_then(|row| self.key_at(row, snapshot));
        self.selected = found.unwrap_or(0);
    }

    fn below(&self, row: usize) -> Option<usize> {
        (row..self.rows.len()).find(|r| matches!(self.rows[*r], Row::Here(_)))
    }

    fn above(&self, row: usize) -> Option<usize> {
        (0..self.rows.len().min(row + 1)).rev().find(|r| matches!(self.rows[*r], Row::Here(_)))
    }
}
