//! Which rows there are and in which order; what is new and what has gone.

use std::collections::HashSet;

use super::{
    GLOW, Gone, Row, Table,
    order::{Comparison, Order},
};
use crate::{
    app::{filter::Query, subject::Scene},
    model::{DomainKey, DomainState, Nanos},
};

impl Table {
    /// Takes in a newer scene: what is new glows, what has gone fades, rows move where they must.
    pub(in crate::app) fn follow(&mut self, old: Option<&Scene<'_>>, new: &Scene<'_>, now: Nanos) {
        if let Some(old) = old.filter(|old| !same_domains(old, new)) {
            self.note_changes(old, new, now);
        }
        let settled = self.order.is_settled();
        self.order.follow(new, self.sort);
        if !settled && self.order.is_settled() && self.selected == 0 {
            self.cursor = None;
        }
        self.rebuild(new);
    }

    /// Rows of another scene, or in another order: values as they were measured.
    pub(in crate::app) fn resort(&mut self, scene: &Scene<'_>) {
        self.order.exact(scene, self.sort);
        self.rebuild(scene);
    }

    /// Rows as filter and order have them; the cursor stays on its domain.
    pub(in crate::app) fn rebuild(&mut self, scene: &Scene<'_>) {
        let Self { rows, query, gone, order, .. } = self;
        let count = scene.snapshot.domains.len();
        if !is_all(rows, count) {
            rows.clear();
            rows.extend((0..count).map(Row::Here));
        }
        if *query != Query::default() {
            let wanted = |place| scene.subject(place).is_some_and(|s| query.matches(&s));
            rows.retain(|row| matches!(row, Row::Here(place) if wanted(*place)));
        }
        if self.running_only {
            let domains = &scene.snapshot.domains;
            let runs = |place: usize| domains.get(place).is_some_and(|it| it.state != DomainState::Off);
            rows.retain(|row| matches!(row, Row::Here(place) if runs(*place)));
        }
        rows.extend((0..gone.len()).map(Row::Gone));
        let domains = &scene.snapshot.domains;
        let comparison = Comparison { domains, gone, order, column: self.sort, descending: self.descending };
        rows.sort_unstable_by(|a, b| comparison.compare(*a, *b));
        self.place_cursor(scene.snapshot);
    }

    /// Nothing is shown any more, or something else.
    pub(in crate::app) fn forget(&mut self) {
        self.rows.clear();
        self.fresh.clear();
        self.gone.clear();
        self.marks.clear();
        self.order = Order::default();
        (self.cursor, self.selected, self.offset) = (None, 0, 0);
    }

    /// Takes a filter; one that cannot be read leaves the rows as they are and says why.
    pub(in crate::app) fn filter_by(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        match Query::parse(text) {
            Ok(query) => (self.query, self.filter_error) = (query, None),
            Err(why) => self.filter_error = Some(why),
        }
        self.gone.clear();
    }

    /// Ends the glow and the fading of what is older than a second; whether rows have to go.
    pub(in crate::app) fn expire(&mut self, now: Nanos) -> bool {
        let glows = |since: Nanos| now.since(since) < GLOW;
        self.fresh.retain(|_, since| glows(*since));
        let before = self.gone.len();
        self.gone.retain(|gone| glows(gone.since));
        before != self.gone.len()
    }

    /// Whether rows depend on network or disk counters.
    pub(in crate::app) fn needs_devices(&self) -> bool {
        self.sort.needs_devices()
            || self.query.needs_devices()
            || self.columns.iter().any(|c| c.needs_devices())
    }

    fn note_changes(&mut self, old: &Scene<'_>, new: &Scene<'_>, now: Nanos) {
        let keys = |scene: &Scene<'_>| -> HashSet<DomainKey> {
            scene.snapshot.domains.iter().map(|d| d.key).collect()
        };
        let (before, here) = (keys(old), keys(new));
        self.fresh.extend(here.difference(&before).map(|key| (*key, now)));
        self.fresh.retain(|key, _| here.contains(key));
        self.marks.retain(|key| here.contains(key));
        self.gone.retain(|gone| !here.contains(&gone.domain.key));
        self.note_gone(old, &here, now);
    }

    /// What was to be seen and is here no more fades; a domain that runs on under another id is still here.
    fn note_gone(&mut self, old: &Scene<'_>, here: &HashSet<DomainKey>, now: Nanos) {
        let uuids: HashSet<_> = here.iter().map(|k| k.uuid).filter(|u| !u.is_nil()).collect();
        for (place, domain) in old.snapshot.domains.iter().enumerate() {
            let hidden = self.running_only && domain.state == DomainState::Off;
            if hidden || here.contains(&domain.key) || uuids.contains(&domain.key.uuid) {
                continue;
            }
            let Some(subject) = old.subject(place).filter(|s| self.query.matches(s)) else { continue };
            self.gone.push(Gone {
                domain: domain.clone(),
                rates: subject.rates,
                held: self.order.held(place),
                since: now,
            });
        }
    }
}

/// Whether the rows are every domain of so many, in whatever order: sorting what nearly is sorted costs little.
fn is_all(rows: &[Row], count: usize) -> bool {
    rows.len() == count && rows.iter().all(|row| matches!(row, Row::Here(place) if *place < count))
}

/// Whether both hold the same domains in the same places, as nearly always.
fn same_domains(old: &Scene<'_>, new: &Scene<'_>) -> bool {
    let (old, new) = (&old.snapshot.domains, &new.snapshot.domains);
    old.len() == new.len() && old.iter().zip(new).all(|(a, b)| a.key == b.key)
}
