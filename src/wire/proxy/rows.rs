//! Samples in bytes: what seldom changes once, what changes in fixed rows.
//!
//! ```text
//!   Roster   generation │ rows: key, name, guest, vCPUs at most, memory at most, pool
//!   Tick     generation, number, stamp, memory, pCPUs, … │ rows: state, reason, vCPUs online, memory,
//!            CPU time, target, net, disk                    (in the order of the roster)
//!   Vcpus    number │ vCPUs of some domains or of all
//! ```

use std::sync::Arc;

use super::{
    Bad,
    field::{Field, Fields, put_count, retake_reading},
    frame::put,
    message::{NODE, ROSTER, TICK, VCPUS},
};
use crate::model::{Domain, DomainState, Node, ShutdownReason, Snapshot, Vcpu};

/// Appends the frame of the machine.
pub fn put_node(node: &Node, into: &mut Vec<u8>) {
    put(NODE, into, |into| node.put(into));
}

/// Appends the frame of what seldom changes of the domains.
pub fn put_roster(generation: u32, domains: &[Domain], into: &mut Vec<u8>) {
    put(ROSTER, into, |into| {
        generation.put(into);
        put_count(domains.len(), into);
        for domain in domains {
            put_fixed(domain, into);
        }
    });
}

/// Appends the frame of what changes, which completes a sample.
pub fn put_tick(generation: u32, number: u32, sample: &Snapshot, into: &mut Vec<u8>) {
    put(TICK, into, |into| {
        generation.put(into);
        number.put(into);
        sample.at.put(into);
        sample.memory.put(into);
        sample.pcpus.put(into);
        sample.stale.put(into);
        sample.requests.put(into);
        sample.progress.put(into);
        put_count(sample.domains.len(), into);
        for domain in &sample.domains {
            put_moving(domain, into);
        }
    });
}

/// Appends the frame of virtual CPUs, for the tick of this number.
pub fn put_vcpus(number: u32, vcpus: &[Vcpu], into: &mut Vec<u8>) {
    put(VCPUS, into, |into| {
        number.put(into);
        put_count(vcpus.len(), into);
        for vcpu in vcpus {
            vcpu.put(into);
        }
    });
}

fn put_fixed(domain: &Domain, into: &mut Vec<u8>) {
    domain.key.put(into);
    domain.name.put(into);
    domain.guest.put(into);
    domain.vcpus.max.put(into);
    domain.max_memory.put(into);
    domain.pool.put(into);
}

/// Takes what seldom changes of a domain into its row; what changes is as of none.
pub(super) fn take_fixed(from: &mut Fields<'_>) -> Result<Domain, Bad> {
    let mut domain = Domain { key: Field::take(from)?, name: Field::take(from)?, ..Domain::default() };
    domain.guest = Field::take(from)?;
    domain.vcpus.max = Field::take(from)?;
    domain.max_memory = Field::take(from)?;
    domain.pool = Field::take(from)?;
    Ok(domain)
}

fn put_moving(domain: &Domain, into: &mut Vec<u8>) {
    let (state, reason) = state_bytes(domain.state);
    into.extend([state, reason]);
    domain.vcpus.online.put(into);
    domain.memory.put(into);
    domain.cpu_time.put(into);
    domain.target.put(into);
    domain.net.put(into);
    domain.disk.put(into);
}

/// Takes what changes of a domain over its row; allocates nothing where nothing failed anew.
pub(super) fn take_moving(domain: &mut Domain, from: &mut Fields<'_>) -> Result<(), Bad> {
    domain.state = state_of(u8::take(from)?, u8::take(from)?)?;
    domain.vcpus.online = Field::take(from)?;
    domain.memory = Field::take(from)?;
    domain.cpu_time = Field::take(from)?;
    retake_reading(&mut domain.target, from)?;
    retake_reading(&mut domain.net, from)?;
    retake_reading(&mut domain.disk, from)
}

/// Takes a reason over the one of before, which is kept where it is the same.
pub(super) fn retake_reason(reason: &mut Option<Arc<str>>, from: &mut Fields<'_>) -> Result<(), Bad> {
    let text = bool::take(from)?.then(|| from.text()).transpose()?;
    if reason.as_deref() != text {
        *reason = text.map(Into::into);
    }
    Ok(())
}

const fn state_bytes(state: DomainState) -> (u8, u8) {
    match state {
        DomainState::Running => (0, 0),
        DomainState::Blocked => (1, 0),
        DomainState::Paused => (2, 0),
        DomainState::ShutDown(ShutdownReason::Poweroff) => (3, 0),
        DomainState::ShutDown(ShutdownReason::Reboot) => (3, 1),
        DomainState::ShutDown(ShutdownReason::Suspend) => (3, 2),
        DomainState::ShutDown(ShutdownReason::Watchdog) => (3, 4),
        DomainState::ShutDown(ShutdownReason::SoftReset) => (3, 5),
        DomainState::ShutDown(ShutdownReason::Other(code)) => (4, code),
        DomainState::Crashed => (5, 0),
        DomainState::Dying => (6, 0),
        DomainState::Off => (7, 0),
        DomainState::Unknown => (8, 0),
    }
}

const fn state_of(state: u8, reason: u8) -> Result<DomainState, Bad> {
    Ok(match (state, reason) {
        (0, 0) => DomainState::Running,
        (1, 0) => DomainState::Blocked,
        (2, 0) => DomainState::Paused,
        (3, 0) => DomainState::ShutDown(ShutdownReason::Poweroff),
        (3, 1) => DomainState::ShutDown(ShutdownReason::Reboot),
        (3, 2) => DomainState::ShutDown(ShutdownReason::Suspend),
        (3, 4) => DomainState::ShutDown(ShutdownReason::Watchdog),
        (3, 5) => DomainState::ShutDown(ShutdownReason::SoftReset),
        (4, code) => DomainState::ShutDown(ShutdownReason::Other(code)),
        (5, 0) => DomainState::Crashed,
        (6, 0) => DomainState::Dying,
        (7, 0) => DomainState::Off,
        (8, 0) => DomainState::Unknown,
        _ => return Err(Bad),
    })
}
