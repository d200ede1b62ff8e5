//! What happened to the host itself between two snapshots of it.

use std::sync::Arc;

use super::{Event, HostNews};
use crate::model::{DriverStatus, HostMemory, KiB, Light, Node, Snapshot};

/// Less of the memory than this share is little, and more than that is enough again: in percent.
const SCARCE: u64 = 2;
const PLENTY: u64 = 4;
/// So many deadlines skipped at once are worth telling: one or two are a busy host's.
const BURST: u64 = 5;

pub(super) fn diff(old: &Snapshot, new: &Snapshot, into: &mut Vec<Event>) {
    let mut put = |news| into.push(Event::of_host(news, new));
    match (&old.stale, &new.stale) {
        (None, Some(why)) => put(HostNews::Stale(why.clone())),
        (Some(_), None) => put(HostNews::Fresh),
        _ => {}
    }
    let missed = new.timing.missed.saturating_sub(old.timing.missed);
    if missed >= BURST {
        put(HostNews::Missed(missed));
    }
    if let (Some(from), Some(to)) = (old.memory.known(), new.memory.known()) {
        memory([from, to], &mut put);
    }
    drivers(old, new, &mut put);
    if !Arc::ptr_eq(&old.node, &new.node) {
        pcpus([&old.node, &new.node], &mut put);
    }
}

/// The share of free memory crosses a line downwards, or another further up upwards.
fn memory([from, to]: [&HostMemory; 2], put: &mut impl FnMut(HostNews)) {
    let above = |memory: &HostMemory, percent: u64| {
        let line = u128::from(memory.total.0) * u128::from(percent);
        u128::from(memory.free.0) * 100 >= line
    };
    // A host whose size is not told has no share.
    if KiB(0) == from.total.min(to.total) {
        return;
    }
    if above(from, SCARCE) && !above(to, SCARCE) {
        put(HostNews::Scarce(to.free));
    } else if !above(from, PLENTY) && above(to, PLENTY) {
        put(HostNews::Plenty(to.free));
    }
}

/// Drivers that came, went or do half. A reason that reads differently from tick to tick is no news.
fn drivers(old: &Snapshot, new: &Snapshot, put: &mut impl FnMut(HostNews)) {
    for (place, driver) in new.drivers.iter().enumerate() {
        let beside = old.drivers.get(place).filter(|was| was.name == driver.name);
        let was = beside.or_else(|| old.drivers.iter().find(|was| was.name == driver.name));
        let Some(DriverStatus { light, .. }) = was else { continue };
        if std::mem::discriminant(light) != std::mem::discriminant(&driver.light) {
            put(HostNews::Driver(driver.name.clone(), light.clone(), Light::clone(&driver.light)));
        }
    }
}

/// pCPUs that came or went. A topology nobody told has none, and none of those told later are new.
fn pcpus([from, to]: [&Node; 2], put: &mut impl FnMut(HostNews)) {
    if from.pcpus.is_empty() || to.pcpus.is_empty() {
        return;
    }
    let online = |node: &Node, cpu: usize| node.pcpus.get(cpu).is_some_and(|pcpu| pcpu.online);
    for cpu in 0..from.pcpus.len().max(to.pcpus.len()) {
        let is = online(to, cpu);
        if online(from, cpu) != is {
            put(HostNews::Pcpu(u32::try_from(cpu).unwrap_or(u32::MAX), is));
        }
    }
}
