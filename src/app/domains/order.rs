//! The order of rows: rates sort by what is more than noise, so that rows stand still while an eye is on them.
//!
//! Each domain has a *held* value that it is sorted by. It follows the measured one, smoothed over about half a second,
//! only when the two have come apart by more than a twentieth and by more than half a unit. Comparing held values is
//! a total order, so that a row that moves goes to its right place at once.

use std::{cmp::Ordering, collections::HashMap};

use super::{Gone, Row};
use crate::{
    app::{Column, subject::Scene},
    model::{Domain, DomainKey},
};

/// Time over which rates are smoothed, in seconds.
const SMOOTH: f64 = 0.5;
/// The part of a value that is noise.
const NOISE: f64 = 0.05;
/// A difference that is noise however small the values are: half a percent, half a byte a second.
const LEAST: f64 = 0.5;

/// What rows are sorted by.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// By place in the shown snapshot's domains.
    values: Vec<Value>,
    /// Those of the snapshot before, while they are sorted into the new one's places.
    before: HashMap<DomainKey, Value>,
}

/// What one domain is sorted by.
#[derive(Clone, Copy, Debug)]
struct Value {
    key: DomainKey,
    smooth: Option<f64>,
    held: Option<f64>,
}

impl Order {
    /// Takes in a newer scene: held values follow what is more than noise.
    pub(super) fn follow(&mut self, scene: &Scene<'_>, column: Column) {
        self.align(scene);
        let share = 1.0 - (-scene.span().seconds() / SMOOTH).exp();
        for (place, value) in self.values.iter_mut().enumerate() {
            let measured = scene.subject(place).and_then(|s| s.number(column));
            if column.is_rate() { value.follow(measured, share) } else { value.take(measured) }
        }
    }

    /// Takes the values as they were measured.
    pub(super) fn exact(&mut self, scene: &Scene<'_>, column: Column) {
        self.align(scene);
        for (place, value) in self.values.iter_mut().enumerate() {
            value.take(scene.subject(place).and_then(|s| s.number(column)));
        }
    }

    /// Whether there is anything to sort by yet: the first snapshot has no rates.
    pub(super) fn is_settled(&self) -> bool {
        self.values.iter().any(|v| v.held.is_some())
    }

    /// What a domain was sorted by, by its place in the scene that was followed last.
    pub(super) fn held(&self, place: usize) -> Option<f64> {
        self.values.get(place).and_then(|v| v.held)
    }

    /// Brings each domain's value to its place in the scene. Nothing is done while the domains stay the same.
    fn align(&mut self, scene: &Scene<'_>) {
        let domains = &scene.snapshot.domains;
        let same = self.values.len() == domains.len()
            && self.values.iter().zip(domains).all(|(value, domain)| value.key == domain.key);
        if same {
            return;
        }
        self.before.clear();
        self.before.extend(self.values.drain(..).map(|v| (v.key, v)));
        let fresh = |key| Value { key, smooth: None, held: None };
        self.values
            .extend(domains.iter().map(|d| self.before.get(&d.key).copied().unwrap_or_else(|| fresh(d.key))));
    }
}

impl Value {
    fn take(&mut self, measured: Option<f64>) {
        (self.smooth, self.held) = (measured, measured);
    }

    /// A tick without a value leaves the row where it is.
    fn follow(&mut self, measured: Option<f64>, share: f64) {
        let Some(measured) = measured else { return };
        let smooth = self.smooth.map_or(measured, |old| old + share * (measured - old));
        self.smooth = Some(smooth);
        let noise = self.held.is_some_and(|held| !apart(held, smooth));
        if !noise {
            self.held = Some(smooth);
        }
    }
}

/// Whether two values differ by more than noise.
fn apart(a: f64, b: f64) -> bool {
    let far = (a - b).abs();
    far > LEAST && far > NOISE * a.abs().max(b.abs())
}

/// How two rows are compared.
pub(super) struct Comparison<'a> {
    pub(super) domains: &'a [Domain],
    pub(super) gone: &'a [Gone],
    pub(super) order: &'a Order,
    pub(super) column: Column,
    pub(super) descending: bool,
}

impl Comparison<'_> {
    /// Which row stands higher: by value, those without one last; then by name, then by id. Never equal for two
    /// domains, so that sorting is stable whatever the algorithm.
    pub(super) fn compare(&self, a: Row, b: Row) -> Ordering {
        let (Some((one, held_one)), Some((two, held_two))) = (self.of(a), self.of(b)) else {
            return Ordering::Equal;
        };
        let names = || one.name.raw().cmp(two.name.raw());
        let first = match self.column {
            Column::Name => self.turn(names()),
            Column::Uuid => self.turn(one.key.uuid.cmp(&two.key.uuid)),
            _ => self.numbers(held_one, held_two),
        };
        first.then_with(names).then_with(|| one.key.cmp(&two.key))
    }

    fn numbers(&self, a: Option<f64>, b: Option<f64>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => self.turn(a.total_cmp(&b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }

    const fn turn(&self, ordering: Ordering) -> Ordering {
        if self.descending { ordering.reverse() } else { ordering }
    }

    fn of(&self, row: Row) -> Option<(&Domain, Option<f64>)> {
        match row {
            Row::Here(place) => Some((self.domains.get(place)?, self.order.held(place))),
            Row::Gone(place) => self.gone.get(place).map(|gone| (&gone.domain, gone.held)),
        }
    }
}
