//! Sets of physical CPUs, written as `0-3,^2,8` or `all`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The highest CPU number a set can hold: beyond any hypervisor's limit, and a bound for what is typed.
pub const HIGHEST: u32 = 4095;

/// A set of physical CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CpuSet {
    /// Every CPU there is, however many: `words` is empty then.
    all: bool,
    /// Bit `n % 64` of word `n / 64`; no trailing zero words.
    words: Vec<u64>,
}

impl CpuSet {
    /// Every CPU there is.
    pub const fn all() -> Self {
        Self { all: true, words: Vec::new() }
    }

    /// From a hypervisor's byte bitmap, lowest bit first, of `cpus` CPUs; full is [`CpuSet::all`].
    pub fn from_bitmap(bytes: &[u8], cpus: u32) -> Self {
        let has = |cpu: u32| bytes.get(cpu as usize / 8).is_some_and(|b| b & (1 << (cpu % 8)) != 0);
        if cpus > 0 && (0..cpus).all(has) {
            return Self::all();
        }
        (0..cpus.min(HIGHEST + 1)).filter(|&cpu| has(cpu)).collect()
    }

    /// As a hypervisor's byte bitmap, lowest bit first, of `cpus` CPUs; those above are left out.
    pub fn to_bitmap(&self, cpus: u32) -> Vec<u8> {
        let mut bytes = vec![0; (cpus as usize).div_ceil(8)];
        self.iter(cpus).for_each(|cpu| bytes[cpu as usize / 8] |= 1 << (cpu % 8));
        bytes
    }

    /// Whether it stands for every CPU there is.
    pub const fn is_all(&self) -> bool {
        self.all
    }

    /// Whether it holds no CPU.
    pub fn is_empty(&self) -> bool {
        !self.all && self.words.is_empty()
    }

    /// Whether it holds this CPU.
    pub fn contains(&self, cpu: u32) -> bool {
        self.all || self.words.get(cpu as usize / 64).is_some_and(|w| w & (1 << (cpu % 64)) != 0)
    }

    /// Adds a CPU; those above [`HIGHEST`] are ignored.
    pub fn insert(&mut self, cpu: u32) {
        if cpu <= HIGHEST && !self.all {
            self.put(cpu, cpu, true);
        }
    }

    /// Takes a CPU out of a set that names its CPUs.
    pub fn remove(&mut self, cpu: u32) {
        self.put(cpu, cpu, false);
    }

    /// Adds or takes out all from `first` to `last`, of a set that names its CPUs.
    fn put(&mut self, first: u32, last: u32, add: bool) {
        let (from, to) = (first as usize / 64, last as usize / 64);
        if add {
            self.words.resize(self.words.len().max(to + 1), 0);
        }
        let end = self.words.len().min(to + 1);
        for (place, word) in self.words[..end].iter_mut().enumerate().skip(from) {
            let low = if place == from { u64::MAX << (first % 64) } else { u64::MAX };
            let high = if place == to { u64::MAX >> (63 - last % 64) } else { u64::MAX };
            if add { *word |= low & high } else { *word &= !(low & high) }
        }
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }

    /// The CPUs in it by number, of a machine that has `cpus`.
    pub fn iter(&self, cpus: u32) -> impl Iterator<Item = u32> + '_ {
        (0..cpus).filter(|&cpu| self.contains(cpu))
    }

    /// The same set with its CPUs named: what `all` means on a machine that has `cpus`.
    #[must_use]
    pub fn of(&self, cpus: u32) -> Self {
        self.iter(cpus).collect()
    }

    /// The CPUs that are in both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        match (self.all, other.all) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect::<Vec<_>>().into(),
        }
    }

    /// Whether the other holds all of its CPUs.
    pub fn is_within(&self, other: &Self) -> bool {
        let word = |place: usize| other.words.get(place).copied().unwrap_or(0);
        other.all || (!self.all && self.words.iter().enumerate().all(|(place, w)| w & !word(place) == 0))
    }

    /// How many CPUs it holds on a machine that has `cpus`.
    pub fn count(&self, cpus: u32) -> usize {
        self.iter(cpus).count()
    }
}

impl From<Vec<u64>> for CpuSet {
    fn from(mut words: Vec<u64>) -> Self {
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { all: false, words }
    }
}

impl FromIterator<u32> for CpuSet {
    fn from_iter<I: IntoIterator<Item = u32>>(cpus: I) -> Self {
        let mut set = Self::default();
        cpus.into_iter().for_each(|cpu| set.insert(cpu));
        set
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            return f.pad("all");
        }
        let mut parts = Vec::new();
        let mut cpus = self.iter(HIGHEST + 1).peekable();
        while let Some(first) = cpus.next() {
            let mut last = first;
            while let Some(next) = cpus.next_if_eq(&(last + 1)) {
                last = next;
            }
            parts.push(if first == last { first.to_string() } else { format!("{first}-{last}") });
        }
        f.pad(&parts.join(","))
    }
}

/// What is wrong with a written set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no set of CPUs: {problem}; write it as 0-3,^2,8 or all")]
pub struct BadCpuSet {
    text: String,
    problem: String,
}

impl BadCpuSet {
    /// What is wrong with it, a clause.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl FromStr for CpuSet {
    type Err = BadCpuSet;

    fn from_str(text: &str) -> Result<Self, BadCpuSet> {
        parse(text).map_err(|problem| BadCpuSet { text: text.into(), problem })
    }
}

fn parse(text: &str) -> Result<CpuSet, String> {
    if text.trim() == "all" {
        return Ok(CpuSet::all());
    }
    let mut set = CpuSet::default();
    for part in text.split(',').map(str::trim) {
        let (out, range) = part.strip_prefix('^').map_or((false, part), |rest| (true, rest));
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (number(first)?, number(last)?);
        if first > last {
            return Err(format!("{range:?} runs backwards"));
        }
        set.put(first, last, !out);
    }
    if set.is_empty() { Err("it is empty".into()) } else { Ok(set) }
}

fn number(text: &str) -> Result<u32, String> {
    let number = text.trim().parse::<u32>().map_err(|_| format!("{text:?} is no CPU number"))?;
    if number > HIGHEST { Err(format!("CPU {number} is above {HIGHEST}")) } else { Ok(number) }
}

impl Serialize for CpuSet {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CpuSet {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() { Ok(Self::default()) } else { text.parse().map_err(serde::de::Error::custom) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_come_and_go_as_their_cpus_do(
            ranges in proptest::collection::vec((0..300_u32, 0..200_u32, any::<bool>()), 1..8),
        ) {
            let (mut set, mut parts, mut wanted) = (CpuSet::default(), Vec::new(), BTreeSet::new());
            for (first, more, add) in ranges {
                let last = first + more;
                set.put(first, last, add);
                parts.push(format!("{}{first}-{last}", if add { "" } else { "^" }));
                if add { wanted.extend(first..=last) } else { wanted.retain(|cpu| !(first..=last).contains(cpu)) }
                prop_assert_eq!(set.iter(HIGHEST + 1).collect::<BTreeSet<_>>(), wanted.clone());
                prop_assert_eq!(&set, &wanted.iter().copied().collect::<CpuSet>());
                prop_assert_eq!(parts.join(",").parse().ok(), Some(set.clone()).filter(|set| !set.is_empty()));
            }
        }

        #[test]
        fn a_set_prints_and_parses_back(cpus in proptest::collection::btree_set(0..=HIGHEST, 1..40)) {
            let set: CpuSet = cpus.into_iter().collect();
            prop_assert_eq!(set.to_string().parse::<CpuSet>(), Ok(set));
        }

        #[test]
        fn a_bitmap_reads_back_as_the_set_it_was_made_of(
            cpus in proptest::collection::btree_set(0..300_u32, 0..40), count in 301..400_u32,
        ) {
            let set: CpuSet = cpus.into_iter().collect();
            prop_assert_eq!(CpuSet::from_bitmap(&set.to_bitmap(count), count), set);
            prop_assert!(CpuSet::from_bitmap(&CpuSet::all().to_bitmap(count), count).is_all());
        }

        #[test]
        fn what_two_sets_share_is_in_both_and_all_of_it(
            one in proptest::collection::btree_set(0..300_u32, 0..20),
            two in proptest::collection::btree_set(0..300_u32, 0..20),
        ) {
            let shared: CpuSet = one.intersection(&two).copied().collect();
            let within = one.is_subset(&two);
            let (one, two): (CpuSet, CpuSet) = (one.into_iter().collect(), two.into_iter().collect());
            prop_assert_eq!(one.meet(&two), shared);
            prop_assert_eq!(one.is_within(&two), within);
            prop_assert_eq!(CpuSet::all().meet(&one), one.clone());
            prop_assert!(one.is_within(&CpuSet::all()) && !CpuSet::all().is_within(&one));
        }

        #[test]
        fn any_text_is_a_set_or_an_error(text in "\\PC*") {
            let _ = text.parse::<CpuSet>();
        }
    }

    #[test]
    fn exclusions_take_out_what_came_before() {
        assert_eq!("0-3,^2,8".parse::<CpuSet>().expect("valid").to_string(), "0-1,3,8");
        assert!("3-1".parse::<CpuSet>().is_err());
        assert!("1,^1".parse::<CpuSet>().is_err());
        assert!("99999".parse::<CpuSet>().is_err());
    }

    #[test]
    fn a_full_bitmap_means_all() {
        assert!(CpuSet::from_bitmap(&[0xff, 0x03], 10).is_all());
        assert_eq!(CpuSet::from_bitmap(&[0xfd, 0x03], 10).to_string(), "0,2-9");
        assert!(CpuSet::from_bitmap(&[], 4).is_empty());
    }
}
