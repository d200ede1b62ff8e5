//! What happened to the domain both snapshots tell all of: pins, shares, devices.

use std::sync::Arc;

use super::{Event, Quality, Value, What};
use crate::model::{Affinity, Detail, Device, Name, SchedParams, Snapshot};

pub(super) fn diff(old: &Snapshot, new: &Snapshot, into: &mut Vec<Event>) {
    let (Some(from), Some(to)) = (&old.detail, &new.detail) else { return };
    if Arc::ptr_eq(from, to) || from.key != to.key {
        return;
    }
    let name = new.domains.iter().find(|domain| domain.key == to.key).map(|domain| domain.name.clone());
    let name = name.unwrap_or_default();
    let mut put = |quality, from, to| {
        into.push(Event::of((new_key(new), &name), What::Change(quality, from, to), new));
    };
    compare(from, to, &mut put);
}

fn new_key(new: &Snapshot) -> crate::model::DomainKey {
    new.detail.as_ref().map_or_else(Default::default, |detail| detail.key)
}

fn compare(from: &Detail, to: &Detail, put: &mut impl FnMut(Quality, Value, Value)) {
    if let (Some(from), Some(to)) = (from.affinities.known(), to.affinities.known()) {
        pins(from, to, put);
    }
    if let (Some(from), Some(to)) = (from.sched.known(), to.sched.known()) {
        share(from, to, put);
    }
    if let (Some(from), Some(to)) = (from.devices.known(), to.devices.known()) {
        devices(from, to, put);
    }
}

/// A vCPU that is there in both; those that came or went are told by their number.
fn pins(from: &[Affinity], to: &[Affinity], put: &mut impl FnMut(Quality, Value, Value)) {
    for is in to {
        let Some(was) = from.iter().find(|was| was.vcpu == is.vcpu) else { continue };
        if was.hard != is.hard {
            put(Quality::Hard(is.vcpu), Value::Cpus(was.hard.clone()), Value::Cpus(is.hard.clone()));
        }
        if was.soft != is.soft {
            put(Quality::Soft(is.vcpu), Value::Cpus(was.soft.clone()), Value::Cpus(is.soft.clone()));
        }
    }
}

/// In another scheduler's hands weights and caps are not the same things.
fn share(from: &SchedParams, to: &SchedParams, put: &mut impl FnMut(Quality, Value, Value)) {
    if from.scheduler != to.scheduler {
        return;
    }
    for (quality, from, to) in [(Quality::Weight, from.weight, to.weight), (Quality::Cap, from.cap, to.cap)] {
        if let (Some(from), Some(to)) = (from, to)
            && from != to
        {
            put(quality, Value::Number(from), Value::Number(to));
        }
    }
}

fn devices(from: &[Device], to: &[Device], put: &mut impl FnMut(Quality, Value, Value)) {
    let same = |a: &Device, b: &Device| a.kind == b.kind && a.name == b.name;
    let state = |device: Option<&Device>| device.map(|device| device.state.clone());
    let value = |state: Option<Name>| state.map_or(Value::None, Value::Text);
    for is in to {
        let was = state(from.iter().find(|was| same(was, is)));
        // A state nobody told is none.
        let told = |name: &Name| !name.raw().is_empty();
        if was.as_ref() != Some(&is.state) && told(&is.state) && was.as_ref().is_none_or(told) {
            put(Quality::Device(is.name.clone()), value(was), Value::Text(is.state.clone()));
        }
    }
    for was in from.iter().filter(|was| !to.iter().any(|is| same(was, is))) {
        put(Quality::Device(was.name.clone()), Value::Text(was.state.clone()), Value::None);
    }
}
