//! Changes that have come about, or not, as soon as the drivers are done: where vCPUs may run, and shares.

use crate::model::{
    Affinity, CpuSet, SchedParams, Standing,
    request::{Change, PinRequest},
};

/// What was, what was asked for and what is.
pub(super) struct Settled {
    /// What of the domain it is about: `vCPU 0`.
    pub(super) part: String,
    pub(super) before: Option<String>,
    pub(super) requested: String,
    pub(super) actual: Option<String>,
    /// Whether what is, is what was asked for.
    pub(super) there: bool,
}

/// How a change of this sort stands; none for those that are watched, or cannot be read back.
pub(super) fn settled(
    change: &Change,
    [before, after]: [Option<&Standing>; 2],
    pcpus: u32,
) -> Option<Settled> {
    match change {
        Change::Pin(pin) => pinned(pin, [before, after], pcpus),
        Change::SetScheduler { weight, cap } => {
            let has = |standing: Option<&Standing>| standing?.sched.clone();
            Some(shared((*weight, *cap), [has(before), has(after)]))
        }
        _ => None,
    }
}

fn pinned(pin: &PinRequest, [before, after]: [Option<&Standing>; 2], pcpus: u32) -> Option<Settled> {
    let (wanted, kind) = match (&pin.hard, &pin.soft) {
        (Some(hard), _) => (hard, ""),
        (None, soft) => (soft.as_ref()?, ", soft"),
    };
    let sets = |standing: Option<&Standing>| -> Vec<CpuSet> {
        let all = standing.and_then(|standing| standing.affinities.clone()).unwrap_or_default();
        let touched = all.into_iter().filter(|affinity| pin.vcpu.is_none_or(|vcpu| vcpu == affinity.vcpu));
        let of = |affinity: Affinity| if pin.hard.is_some() { affinity.hard } else { affinity.soft };
        touched.map(of).collect()
    };
    let now = sets(after);
    let same = |set: &CpuSet| set == wanted || (pcpus > 0 && set.of(pcpus) == wanted.of(pcpus));
    Some(Settled {
        part: pin.vcpu.map_or_else(|| "all vCPUs".into(), |vcpu| format!("vCPU {vcpu}")) + kind,
        before: common(&sets(before)),
        requested: wanted.to_string(),
        there: !now.is_empty() && now.iter().all(same),
        actual: common(&now),
    })
}

/// The set they have in common, if they have.
fn common(sets: &[CpuSet]) -> Option<String> {
    let first = sets.first()?;
    Some(if sets.iter().all(|set| set == first) { first.to_string() } else { "several".into() })
}

fn shared((weight, cap): (Option<u32>, Option<u32>), [before, after]: [Option<SchedParams>; 2]) -> Settled {
    let met = |wanted: Option<u32>, is: Option<u32>| wanted.is_none() || wanted == is;
    Settled {
        part: "share".into(),
        before: before.map(|params| share(params.weight, params.cap)),
        requested: share(weight, cap),
        there: after.as_ref().is_some_and(|is| met(weight, is.weight) && met(cap, is.cap)),
        actual: after.map(|params| share(params.weight, params.cap)),
    }
}

fn share(weight: Option<u32>, cap: Option<u32>) -> String {
    let parts = [weight.map(|weight| format!("weight {weight}")), cap.map(|cap| format!("cap {cap}"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(sets: &[&str]) -> Standing {
        let set = |text: &&str| text.parse().expect("it is a set of CPUs");
        let affinity = |(vcpu, text)| Affinity { vcpu, hard: set(text), soft: CpuSet::all() };
        Standing { affinities: Some((0..).zip(sets).map(affinity).collect()), ..Standing::default() }
    }

    fn pin(vcpu: Option<u32>, hard: &str) -> Change {
        Change::Pin(PinRequest { vcpu, hard: Some(hard.parse().expect(hard)), soft: None })
    }

    #[test]
    fn every_cpu_there_is_is_all() {
        let (before, after) = (stands(&["1", "1"]), stands(&["1", "all"]));
        let seen = settled(&pin(Some(1), "0-3"), [Some(&before), Some(&after)], 4).expect("it is read back");
        assert!(seen.there, "a host of four CPUs tells `0-3` as `all`");
        let seen = settled(&pin(Some(1), "0-3"), [Some(&before), Some(&after)], 8).expect("it is read back");
        assert!(!seen.there, "of eight it does not");
    }

    #[test]
    fn a_pin_of_all_is_there_where_each_is() {
        let (before, after) = (stands(&["0", "1"]), stands(&["2", "1"]));
        let seen = settled(&pin(None, "2"), [Some(&before), Some(&after)], 4).expect("it is read back");
        assert_eq!((seen.there, seen.actual.as_deref()), (false, Some("several")));
        let after = stands(&["2", "2"]);
        let seen = settled(&pin(None, "2"), [Some(&before), Some(&after)], 4).expect("it is read back");
        assert_eq!((seen.there, seen.before.as_deref()), (true, Some("several")));
        assert!(
            !settled(&pin(None, "2"), [Some(&before), None], 4).expect("it is told").there,
            "it has gone"
        );
    }

    #[test]
    fn a_share_is_there_where_what_was_asked_for_is() {
        let stands = |weight, cap| {
            let sched = SchedParams { weight: Some(weight), cap: Some(cap), ..SchedParams::default() };
            Standing { sched: Some(sched), ..Standing::default() }
        };
        let (before, after) = (stands(256, 0), stands(512, 0));
        let change = |weight, cap| Change::SetScheduler { weight, cap };
        for (weight, cap, there) in
            [(Some(512), None, true), (Some(512), Some(50), false), (None, Some(0), true)]
        {
            let seen =
                settled(&change(weight, cap), [Some(&before), Some(&after)], 4).expect("it is read back");
            assert_eq!(seen.there, there, "{weight:?} {cap:?}");
        }
    }
}
