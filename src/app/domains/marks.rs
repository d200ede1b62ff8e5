//! Marks: domains that are chosen together.

use super::{Row, Step, Table};
use crate::{
    app::App,
    model::{DomainKey, Snapshot},
};

impl Table {
    /// The domains of the rows from one to another, both among them, whichever stands above.
    fn between(&self, one: usize, other: usize, snapshot: &Snapshot) -> Vec<DomainKey> {
        let rows = self.rows.iter().take(one.max(other) + 1).skip(one.min(other));
        rows.filter_map(|row| key(row, snapshot)).collect()
    }

    fn shown(&self, snapshot: &Snapshot) -> Vec<DomainKey> {
        self.rows.iter().filter_map(|row| key(row, snapshot)).collect()
    }
}

fn key(row: &Row, snapshot: &Snapshot) -> Option<DomainKey> {
    match row {
        Row::Here(place) => snapshot.domains.get(*place).map(|domain| domain.key),
        Row::Gone(_) => None,
    }
}

impl App {
    /// Marks the domain under the cursor or takes its mark away, and moves the cursor.
    pub(in crate::app) fn mark(&mut self, then: Step) {
        let Some(cursor) = self.table.cursor else { return };
        if !self.table.marks.remove(&cursor) {
            self.put_mark(cursor);
        }
        self.walk(then);
    }

    /// Marks the domain under the cursor and moves on to the next, which is marked too.
    pub(in crate::app) fn mark_on(&mut self, step: Step) {
        let Some(cursor) = self.table.cursor else { return };
        self.put_mark(cursor);
        self.walk(step);
        if let Some(next) = self.table.cursor {
            self.put_mark(next);
        }
    }

    /// Marks from the domain marked last to the cursor.
    pub(in crate::app) fn mark_range(&mut self) {
        let (Some(cursor), Some(snapshot)) = (self.table.cursor, self.pane().shown.clone()) else { return };
        let shown = self.table.shown(&snapshot);
        let place = |wanted: DomainKey| shown.iter().position(|key| *key == wanted);
        let from = self.table.anchor.filter(|key| place(*key).is_some()).unwrap_or(cursor);
        let row = |wanted| self.table.rows.iter().position(|row| key(row, &snapshot) == Some(wanted));
        let (Some(one), Some(other)) = (row(from), row(cursor)) else { return };
        let range = self.table.between(one, other, &snapshot);
        self.table.marks.extend(range);
        self.table.anchor = Some(cursor);
    }

    /// Marks every domain the filter shows.
    pub(in crate::app) fn mark_shown(&mut self) {
        let Some(snapshot) = self.pane().shown.clone() else { return };
        let shown = self.table.shown(&snapshot);
        self.table.marks.extend(shown);
    }

    /// Marks what is not marked of the domains shown, and takes the marks of those that are.
    pub(in crate::app) fn invert_marks(&mut self) {
        let Some(snapshot) = self.pane().shown.clone() else { return };
        for key in self.table.shown(&snapshot) {
            if !self.table.marks.remove(&key) {
                self.table.marks.insert(key);
            }
        }
    }

    fn put_mark(&mut self, key: DomainKey) {
        self.table.marks.insert(key);
        self.table.anchor = Some(key);
    }
}
