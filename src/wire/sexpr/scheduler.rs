//! A domain's share of the CPUs: a printed Python dictionary of the credit scheduler, a list of SEDF.

use super::Node;
use crate::model::SchedParams;

/// The reply to `domain_sched_credit_get`, the text `{'cap': 0, 'weight': 256}`; none where it is none.
pub fn credit(reply: Node<'_>) -> Option<SchedParams> {
    let inside = reply.text()?.trim().strip_prefix('{')?.strip_suffix('}')?;
    let number = |wanted: &str| {
        let mut pairs = inside.split(',').filter_map(|pair| pair.split_once(':'));
        let (_, value) = pairs.find(|(key, _)| key.trim().trim_matches(['\'', '"']) == wanted)?;
        value.trim().trim_end_matches('L').parse().ok()
    };
    let (weight, cap) = (number("weight"), number("cap"));
    (weight.is_some() || cap.is_some()).then(|| SchedParams {
        scheduler: "credit".into(),
        weight,
        cap,
        other: Vec::new(),
    })
}

/// The reply to `cpu_sedf_get`: `(sedf (domid 2) (period 100000000) (slice 0) (latency 0) (extratime 1) (weight 0))`,
/// times in ns.
pub fn sedf(reply: Node<'_>) -> Option<SchedParams> {
    let number = |key| reply.value(key)?.parse::<u64>().ok();
    let times = ["period", "slice", "latency"].into_iter();
    let other = times.filter_map(|key| Some((key.into(), number(key)? / 1000)));
    let extra = number("extratime").map(|extra| ("extratime".into(), extra));
    (reply.head() == Some("sedf")).then(|| SchedParams {
        scheduler: "sedf".into(),
        weight: number("weight").and_then(|weight| u32::try_from(weight).ok()),
        cap: None,
        other: other.chain(extra).collect(),
    })
}
