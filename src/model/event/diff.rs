//! What happened between two snapshots of a host.
//!
//! Lists are walked side by side, as they are sorted: a tick in which nothing happened costs one comparison a domain
//! and allocates nothing. Who has no partner there is looked for by uuid, in a second pass over those alone.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Event, Life, Quality, Value, What, detail, host};
use crate::model::{Domain, DomainState, Light, Nanos, Reading, Snapshot};

/// A step back of a domain's CPU time that no clock makes: it is another domain under the same id.
const ANOTHER: Nanos = Nanos(1_000_000_000);

/// Adds what happened between two snapshots of a host.
///
/// What a driver that went away told is not missed: only values both snapshots know are compared.
pub fn diff(old: &Snapshot, new: &Snapshot, into: &mut Vec<Event>) {
    host::diff(old, new, into);
    // The rows of a stale snapshot are those of the last that was not: nothing happens between them, and nothing is
    // lost. A host that was never read shows no rows at all, and none of them is new once they can be read.
    let unread = old.stale.is_some() && old.domains.is_empty();
    if new.stale.is_some() || unread {
        return;
    }
    let mut pairs = Pairs { old, new, into };
    pairs.walk();
    detail::diff(old, new, into);
}

/// Two snapshots, and where it goes.
struct Pairs<'a> {
    old: &'a Snapshot,
    new: &'a Snapshot,
    into: &'a mut Vec<Event>,
}

impl<'a> Pairs<'a> {
    fn walk(&mut self) {
        let (olds, news) = (self.old.domains.as_slice(), self.new.domains.as_slice());
        let (mut left, mut came) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (olds.get(i), news.get(j)) {
            if is_same(a, b) {
                self.compare(a, b);
                (i, j) = (i + 1, j + 1);
                continue;
            }
            // Those that are off come last and stand by name: there both wait for the second pass.
            let (of_old, of_new) = (place(a), place(b));
            if of_old <= of_new {
                left.push(a);
                i += 1;
            }
            if of_new <= of_old {
                came.push(b);
                j += 1;
            }
        }
        left.extend(&olds[i.min(olds.len())..]);
        came.extend(&news[j.min(news.len())..]);
        if !(left.is_empty() && came.is_empty()) {
            self.by_uuid(&left, &came);
        }
    }

    /// Those that have no partner in the same place: started again, started, ended, renamed while off; or gone, or new.
    fn by_uuid(&mut self, left: &[&'a Domain], came: &[&'a Domain]) {
        let mut heirs: HashMap<_, _> = came.iter().rev().filter_map(|b| Some((identity(b)?, *b))).collect();
        let counts_off = !driver_changed(self.old, self.new);
        let worth = |domain: &Domain| counts_off || domain.key.id.is_some();
        for a in left {
            match identity(a).and_then(|identity| heirs.remove(&identity)) {
                Some(b) => self.again(a, b),
                None if worth(a) => self.life(a, Life::Gone(a.state)),
                None => {}
            }
        }
        for b in came {
            // Of those with an identity, the ones without a predecessor are still there.
            let new =
                identity(b).is_none_or(|identity| heirs.get(&identity).is_some_and(|h| std::ptr::eq(*h, *b)));
            if new && worth(b) {
                self.life(b, Life::Created(b.state));
            }
        }
    }

    /// The same uuid, under another id or none.
    fn again(&mut self, a: &Domain, b: &Domain) {
        match (a.key.id, b.key.id) {
            (Some(from), Some(to)) if from != to => self.life(b, Life::Again(from, to)),
            (None, None) => self.compare(a, b),
            _ => self.state(a, b),
        }
    }

    /// Two readings of one run.
    fn compare(&mut self, a: &Domain, b: &Domain) {
        if is_another(a, b) {
            self.life(a, Life::Gone(a.state));
            self.life(b, Life::Created(b.state));
            return;
        }
        self.state(a, b);
        let named = !a.name.raw().is_empty() && !b.name.raw().is_empty();
        if named && a.name != b.name {
            self.change(b, Quality::Name, [Value::Text(a.name.clone()), Value::Text(b.name.clone())]);
        }
        self.known(b, Quality::Pool, [&a.pool, &b.pool], |pool| Value::Number(*pool));
        // What was never run is being built, and what has ended is being taken apart: neither moves by itself.
        if (b.key.id.is_none() || a.cpu_time.0 > 0) && !is_ending(b.state) {
            self.sizes(a, b);
        }
    }

    fn sizes(&mut self, a: &Domain, b: &Domain) {
        self.known(b, Quality::Limit, [&a.max_memory, &b.max_memory], |amount| Value::Memory(*amount));
        self.known(b, Quality::Target, [&a.target, &b.target], |amount| Value::Memory(*amount));
        if a.memory != b.memory {
            self.change(b, Quality::Memory, [Value::Memory(a.memory), Value::Memory(b.memory)]);
        }
        for (quality, from, to) in
            [(Quality::Vcpus, a.vcpus.online, b.vcpus.online), (Quality::MaxVcpus, a.vcpus.max, b.vcpus.max)]
        {
            if from != to {
                self.change(b, quality, [Value::Number(from), Value::Number(to)]);
            }
        }
    }

    /// Waiting and running are one, and a state nobody told is none.
    fn state(&mut self, a: &Domain, b: &Domain) {
        let (from, to) = (awake(a.state), awake(b.state));
        if from != to && ![from, to].contains(&DomainState::Unknown) {
            self.life(b, Life::State(a.state, b.state));
        }
    }

    fn known<T: PartialEq>(
        &mut self,
        domain: &Domain,
        quality: Quality,
        [from, to]: [&Reading<T>; 2],
        value: fn(&T) -> Value,
    ) {
        if let (Reading::Known(from), Reading::Known(to)) = (from, to)
            && from != to
        {
            self.change(domain, quality, [value(from), value(to)]);
        }
    }

    fn change(&mut self, domain: &Domain, quality: Quality, [from, to]: [Value; 2]) {
        let what = What::Change(quality, from, to);
        self.into.push(Event::of((domain.key, &domain.name), what, self.new));
    }

    fn life(&mut self, domain: &Domain, life: Life) {
        self.into.push(Event::of((domain.key, &domain.name), What::Life(life), self.new));
    }
}

/// Where a domain stands in a snapshot: running ones by id, the others last.
fn place(domain: &Domain) -> u64 {
    domain.key.id.map_or(u64::MAX, |id| u64::from(id.0))
}

/// Whether two readings are of one run of a domain. A driver that stands in for another may not know uuids.
fn is_same(a: &Domain, b: &Domain) -> bool {
    let nameless = a.key.uuid.is_nil() || b.key.uuid.is_nil();
    match (a.key.id, b.key.id) {
        (None, None) if nameless => a.key == b.key && a.name == b.name,
        (Some(from), Some(to)) => from == to && (nameless || a.key.uuid == b.key.uuid),
        _ => a.key == b.key,
    }
}

/// Whether an id without a uuid was given to another domain.
fn is_another(a: &Domain, b: &Domain) -> bool {
    let anonymous = a.key.uuid.is_nil() && b.key.uuid.is_nil() && a.key.id.is_some_and(|id| id.0 != 0);
    anonymous && a.cpu_time.since(b.cpu_time) > ANOTHER && b.cpu_time.0 < a.cpu_time.0 / 2
}

/// By what another run of a domain is known: its uuid; its name where it is off and has none.
fn identity(domain: &Domain) -> Option<(Uuid, &str)> {
    match (domain.key.uuid.is_nil(), domain.key.id) {
        (false, _) => Some((domain.key.uuid, "")),
        (true, None) => Some((Uuid::nil(), domain.name.raw())),
        (true, Some(_)) => None,
    }
}

/// Whether a driver came or went: those that are off come and go with whoever tells of them.
fn driver_changed(old: &Snapshot, new: &Snapshot) -> bool {
    let answers = |light: &Light| matches!(light, Light::Ready | Light::Degraded(_));
    let changed = |(a, b): (&crate::model::DriverStatus, &crate::model::DriverStatus)| {
        a.name != b.name || answers(&a.light) != answers(&b.light)
    };
    old.drivers.len() != new.drivers.len() || old.drivers.iter().zip(&new.drivers).any(changed)
}

const fn awake(state: DomainState) -> DomainState {
    if matches!(state, DomainState::Blocked) { DomainState::Running } else { state }
}

const fn is_ending(state: DomainState) -> bool {
    matches!(state, DomainState::ShutDown(_) | DomainState::Dying | DomainState::Crashed)
}
