//! Two lists laid beside each other: what stays, what moves, what goes and what comes.

use std::collections::{HashMap, VecDeque};

/// Where an element of the wanted list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It stays where it is: its place in base.
    Stays(usize),
    /// It was elsewhere in the list: its place in base.
    Moves(usize),
    /// It is new.
    Comes,
}

/// Finds, for each wanted key, the element of base it is: those with equal keys one after the other, and of these as
/// many as can stay in place. Then neighbours without a like become one another, where `becomes` (base, wanted) allows.
pub(super) fn align(
    base: &[String],
    wanted: &[String],
    becomes: impl Fn(usize, usize) -> bool,
) -> Vec<Origin> {
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    base.iter().enumerate().for_each(|(at, key)| places.entry(key).or_default().push_back(at));
    let matched: Vec<Option<usize>> =
        wanted.iter().map(|key| places.get_mut(key.as_str()).and_then(VecDeque::pop_front)).collect();
    let staying = rising(&matched);
    let mut origins: Vec<_> = matched
        .iter()
        .zip(&staying)
        .map(|(at, stays)| match at {
            Some(at) if *stays => Origin::Stays(*at),
            Some(at) => Origin::Moves(*at),
            None => Origin::Comes,
        })
        .collect();
    let mut free = vec![true; base.len()];
    matched.iter().flatten().for_each(|at| free[*at] = false);
    fill(&mut origins, &free, becomes);
    origins
}

/// Lets new elements take the place of free ones of base between the same neighbours that stay.
fn fill(origins: &mut [Origin], free: &[bool], becomes: impl Fn(usize, usize) -> bool) {
    // From the end, so that for each new element the next that stays is known.
    let mut until = vec![free.len(); origins.len()];
    let mut next = free.len();
    for (at, origin) in origins.iter().enumerate().rev() {
        until[at] = next;
        next = if let Origin::Stays(base) = origin { *base } else { next };
    }
    let mut from = 0;
    for (wanted, origin) in origins.iter_mut().enumerate() {
        match *origin {
            Origin::Stays(base) => from = base + 1,
            Origin::Moves(_) => {}
            Origin::Comes => {
                // What is not free now never is, so that nothing is looked at twice.
                from = (from..until[wanted]).find(|base| free[*base]).unwrap_or(until[wanted].max(from));
                if from < until[wanted] && becomes(from, wanted) {
                    *origin = Origin::Stays(from);
                    from += 1;
                }
            }
        }
    }
}

/// Which of the places are on one longest rising sequence.
fn rising(places: &[Option<usize>]) -> Vec<bool> {
    // For each length the end of the sequence that ends lowest, as an index into places.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (at, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let length = ends.partition_point(|end| places[*end].is_some_and(|other| other < *place));
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut on = vec![false; places.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        on[index] = true;
        at = before[index];
    }
    on
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn aligned(base: &str, wanted: &str) -> Vec<Origin> {
        let keys = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        align(&keys(base), &keys(wanted), |_, _| true)
    }

    #[test]
    fn what_is_in_both_stays_and_the_fewest_move() {
        use Origin::{Comes, Moves, Stays};
        assert_eq!(aligned("abc", "ac"), [Stays(0), Stays(2)]);
        assert_eq!(aligned("ac", "abc"), [Stays(0), Comes, Stays(1)]);
        assert_eq!(aligned("abc", "cab"), [Moves(2), Stays(0), Stays(1)]);
        assert_eq!(aligned("abc", "axc"), [Stays(0), Stays(1), Stays(2)]);
        assert_eq!(aligned("aa", "aab"), [Stays(0), Stays(1), Comes]);
    }

    proptest! {
        #[test]
        fn nothing_is_used_twice_and_what_stays_keeps_its_order(base in "[a-e]{0,9}", wanted in "[a-e]{0,9}") {
            let origins = aligned(&base, &wanted);
            let used: Vec<_> = origins.iter().filter_map(|origin| match origin {
                Origin::Stays(at) | Origin::Moves(at) => Some(*at),
                Origin::Comes => None,
            }).collect();
            let once: std::collections::HashSet<_> = used.iter().collect();
            prop_assert_eq!(once.len(), used.len());
            let staying = origins.iter().filter_map(|o| if let Origin::Stays(at) = o { Some(*at) } else { None });
            prop_assert!(staying.clone().is_sorted());
            if base == wanted {
                prop_assert_eq!(staying.count(), base.len());
            }
        }
    }
}
