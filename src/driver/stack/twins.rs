//! Domains that run and are kept by different drivers: which row is the same domain as which, and under which keys.
//!
//! The uuid tells, and where the definition names none the name does: xl gives a domain whose file has no uuid another
//! one at every start, and who keeps the file has one made up.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use uuid::Uuid;

use crate::model::{Domain, DomainKey, Name};

/// Running domains and the keys their definitions are kept under, where those are others: as of the last reading.
#[derive(Default)]
pub(super) struct Twins(Mutex<State>);

#[derive(Default)]
struct State {
    twins: Vec<(DomainKey, DomainKey)>,
    index: Index,
}

impl Twins {
    /// Of the domains from place `told` on, which drivers keep definitions of, leaves those that were not told before,
    /// by name. Warm it allocates nothing; its time is that of looking each domain up once.
    pub(super) fn sort_out(&self, domains: &mut Vec<Domain>, told: usize) {
        let State { twins, index } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        twins.clear();
        if domains.len() == told {
            return;
        }
        index.clear();
        domains[..told].iter().enumerate().for_each(|(place, one)| index.add(place, one));
        let mut left = told;
        for place in told..domains.len() {
            let (before, [this, ..]) = domains.split_at(place) else { return };
            match index.find(this).map(|first| &before[first]) {
                Some(twin) if twin.key.uuid != this.key.uuid && twin.key.id.is_some() => {
                    twins.push((twin.key, this.key));
                }
                Some(_) => {}
                None => {
                    index.add(left, this);
                    domains.swap(left, place);
                    left += 1;
                }
            }
        }
        domains.truncate(left);
        domains[told..].sort_unstable_by(|a, b| a.name.raw().cmp(b.name.raw()));
    }

    /// Under which key the definition of a running domain is kept, where that is another.
    pub(super) fn kept_as(&self, key: DomainKey) -> Option<DomainKey> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.twins.iter().find(|(running, _)| *running == key).map(|(_, kept)| *kept)
    }
}

/// The places of the first domains of each uuid and of each name.
#[derive(Default)]
struct Index {
    uuids: HashMap<Uuid, usize>,
    names: HashMap<Name, usize>,
}

impl Index {
    fn clear(&mut self) {
        self.uuids.clear();
        self.names.clear();
    }

    fn add(&mut self, place: usize, domain: &Domain) {
        if !domain.key.uuid.is_nil() {
            self.uuids.entry(domain.key.uuid).or_insert(place);
        }
        if !domain.name.raw().is_empty() {
            self.names.entry(domain.name.clone()).or_insert(place);
        }
    }

    /// The place of the first domain that is the same: of its uuid or, where one of them has another, of its name.
    fn find(&self, domain: &Domain) -> Option<usize> {
        let places = [self.uuids.get(&domain.key.uuid), self.names.get(&domain.name)];
        places.into_iter().flatten().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::DomainId;

    fn same(one: &Domain, other: &Domain) -> bool {
        let uuid = !other.key.uuid.is_nil() && one.key.uuid == other.key.uuid;
        uuid || (!other.name.raw().is_empty() && one.name == other.name)
    }

    /// Few uuids and names, so that many are the same; none of either too.
    fn domain(id: Option<DomainId>, (uuid, name): (u8, u8)) -> Domain {
        let name = if name == 0 { String::new() } else { format!("n{name}") };
        let key = DomainKey { id, uuid: Uuid::from_u128(uuid.into()) };
        Domain { key, name: Name::new(&name), ..Domain::default() }
    }

    proptest! {
        #[test]
        fn each_is_there_once_and_who_is_kept_under_another_uuid_is_found(
            running in prop::collection::vec((0..12_u8, 0..12_u8), 0..12),
            kept in prop::collection::vec((0..12_u8, 0..12_u8), 0..12),
        ) {
            let ids = (0..).map(|id| Some(DomainId(id)));
            let running: Vec<_> = ids.zip(running).map(|(id, of)| domain(id, of)).collect();
            let kept: Vec<_> = kept.into_iter().map(|of| domain(None, of)).collect();
            let mut rows = running.clone();
            rows.extend(kept.iter().cloned());
            let twins = Twins::default();
            twins.sort_out(&mut rows, running.len());
            let (before, off) = rows.split_at(running.len());
            prop_assert_eq!(before, &running[..]);
            prop_assert!(off.is_sorted_by(|a, b| a.name.raw() <= b.name.raw()));
            // What is left is the first of its kind, in the order it was told in, and nothing else is missing.
            let mut wanted: Vec<Domain> = running.clone();
            let mut others: Vec<(DomainKey, DomainKey)> = Vec::new();
            for one in &kept {
                match wanted.iter().find(|other| same(other, one)) {
                    None => wanted.push(one.clone()),
                    Some(twin) if twin.key.id.is_some() && twin.key.uuid != one.key.uuid => {
                        others.push((twin.key, one.key));
                    }
                    Some(_) => {}
                }
            }
            let keys = |rows: &[Domain]| {
                let mut keys: Vec<_> = rows.iter().map(|row| (row.key, row.name.raw().to_owned())).collect();
                keys.sort_unstable();
                keys
            };
            prop_assert_eq!(keys(&rows), keys(&wanted));
            for one in &running {
                let first = others.iter().find(|(running, _)| *running == one.key).map(|(_, kept)| *kept);
                prop_assert_eq!(twins.kept_as(one.key), first);
            }
        }
    }
}
