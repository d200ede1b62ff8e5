//! What all watchers want, as one.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use crate::model::{Demand, DomainKey, Nanos};

/// How often who does not say how often is sampled for.
const USUAL: Nanos = Nanos(1_000_000_000);
/// Domains that can be in view at once, and that can be awaited: more are left out, of each user as many.
const MOST: usize = 1024;
/// Domains that one watcher can await.
pub(super) const MOST_OF_ONE: usize = 64;

/// What all watchers want, as one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// How often; none where nobody watches.
    pub(super) interval: Option<Nanos>,
    /// Whether anybody wants every virtual CPU.
    pub(super) all_vcpus: bool,
    /// Whether anybody wants counters of devices.
    pub(super) devices: bool,
    /// The domains in anybody's view, in order.
    pub(super) focus: Vec<DomainKey>,
    /// The domains anybody awaits, in order.
    pub(super) awaited: Vec<DomainKey>,
}

impl Wanted {
    /// The demands of all watchers as one; each is its user's.
    pub(super) fn of(demands: &[(u32, &Demand)], rules: &Rules) -> Self {
        let mut wanted = Self::default();
        for (_, demand) in demands {
            let interval = pace(demand, rules);
            wanted.interval = Some(wanted.interval.map_or(interval, |fastest| fastest.min(interval)));
            wanted.all_vcpus |= demand.all_vcpus;
            wanted.devices |= demand.devices;
        }
        wanted.focus = shared(demands.iter().map(|(uid, demand)| (*uid, demand.focus.as_slice())));
        wanted.awaited = shared(demands.iter().map(|(uid, demand)| (*uid, demand.awaited.as_slice())));
        wanted
    }

    /// Whether a sample for this one holds all that a sample for the other does.
    pub(super) fn holds_as_much_as(&self, other: &Self) -> bool {
        let Self { interval: _, all_vcpus, devices, focus, awaited } = other;
        (self.all_vcpus || !all_vcpus)
            && (self.devices || !devices)
            && (self.all_vcpus || focus.iter().all(|key| self.focus.binary_search(key).is_ok()))
            && awaited.iter().all(|key| self.awaited.binary_search(key).is_ok())
    }
}

/// As many of these keys as there may be, in order. Users take turns, and so do the lists of each: nobody has those of
/// another left out by naming more.
fn shared<'a>(lists: impl Iterator<Item = (u32, &'a [DomainKey])>) -> Vec<DomainKey> {
    let mut users = BTreeMap::<u32, Vec<&[DomainKey]>>::new();
    lists
        .filter(|(_, keys)| !keys.is_empty())
        .for_each(|(uid, keys)| users.entry(uid).or_default().push(keys));
    let turns: Vec<_> = users.values().map(|lists| in_turns(lists)).collect();
    let longest = turns.iter().map(Vec::len).max().unwrap_or_default();
    let mut taken = BTreeSet::new();
    for key in (0..longest).flat_map(|turn| turns.iter().filter_map(move |keys| keys.get(turn))) {
        if taken.len() == MOST {
            break;
        }
        taken.insert(*key);
    }
    taken.into_iter().collect()
}

/// One user's keys: the first of each list, then the second of each; none twice.
fn in_turns(lists: &[&[DomainKey]]) -> Vec<DomainKey> {
    let longest = lists.iter().map(|keys| keys.len()).max().unwrap_or_default();
    let all = (0..longest).flat_map(|turn| lists.iter().filter_map(move |keys| keys.get(turn)));
    let mut seen = BTreeSet::new();
    all.filter(|key| seen.insert(**key)).take(MOST).copied().collect()
}

/// How often one watcher is to get a sample.
pub(super) fn pace(demand: &Demand, rules: &Rules) -> Nanos {
    demand.interval.unwrap_or(USUAL).max(rules.fastest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DomainId;

    fn key(id: u32) -> DomainKey {
        DomainKey { id: Some(DomainId(id)), ..DomainKey::default() }
    }

    #[test]
    fn the_fastest_sets_the_pace_but_not_below_the_bound() {
        let every = |millis: u64| Demand { interval: Some(Nanos(millis * 1_000_000)), ..Demand::default() };
        let rules = Rules::default();
        let of = |demands: &[Demand]| {
            let demands: Vec<_> = demands.iter().map(|demand| (0, demand)).collect();
            Wanted::of(&demands, &rules).interval
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[every(2000), every(500), every(900)]), Some(Nanos(500_000_000)));
        assert_eq!(of(&[every(1), every(500)]), Some(rules.fastest));
        assert_eq!(of(&[Demand::default()]), Some(USUAL));
    }

    #[test]
    fn what_anybody_wants_is_wanted() {
        let one = Demand { devices: true, focus: Some(key(3)), awaited: vec![key(7)], ..Demand::default() };
        let two = Demand { all_vcpus: true, focus: Some(key(1)), awaited: vec![key(7)], ..Demand::default() };
        let both = Wanted::of(&[(0, &one), (1, &two), (0, &one)], &Rules::default());
        assert_eq!((both.devices, both.all_vcpus), (true, true));
        assert_eq!((&both.focus[..], &both.awaited[..]), (&[key(1), key(3)][..], &[key(7)][..]));
        let first = Wanted::of(&[(0, &one)], &Rules::default());
        assert!(both.holds_as_much_as(&first) && !first.holds_as_much_as(&both));
    }

    #[test]
    fn who_names_many_small_keys_leaves_nobodys_out() {
        let greedy = |from: u32| Demand {
            awaited: (from..from + 3000).map(key).collect(),
            focus: Some(key(from)),
            ..Demand::default()
        };
        let (greedy, modest) = ([greedy(0), greedy(3000)], [key(900_000), key(900_001)]);
        let modest = Demand { awaited: modest.to_vec(), focus: Some(modest[0]), ..Demand::default() };
        let crowd: Vec<_> =
            (0..1500).map(|at| Demand { focus: Some(key(at)), ..Demand::default() }).collect();
        let mut demands = vec![(7, &greedy[0]), (7, &greedy[1]), (8, &modest)];
        demands.extend(crowd.iter().map(|demand| (7, demand)));
        let wanted = Wanted::of(&demands, &Rules::default());
        assert!(modest.awaited.iter().all(|key| wanted.awaited.binary_search(key).is_ok()));
        assert!(wanted.awaited.contains(&key(3000)), "each of one user's has its turn");
        assert!(modest.focus.is_some_and(|key| wanted.focus.binary_search(&key).is_ok()));
        assert_eq!((wanted.awaited.len(), wanted.focus.len()), (MOST, MOST));
        assert!(wanted.awaited.is_sorted() && wanted.focus.is_sorted());
    }
}
