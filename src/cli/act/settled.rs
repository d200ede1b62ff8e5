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
