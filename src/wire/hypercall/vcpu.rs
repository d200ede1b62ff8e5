//! `getvcpuinfo` and `getvcpuaffinity` (public/domctl.h; `public/dom0_ops.h` before 3.0.3).

use super::{Abi, Message, message::Domctl};

/// The state of one vCPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VcpuInfo {
    /// Its number.
    pub index: u32,
    /// Whether it is plugged in.
    pub online: bool,
    /// Whether it waits.
    pub blocked: bool,
    /// Whether it stands on a CPU.
    pub running: bool,
    /// CPU time since the domain was created, in nanoseconds.
    pub cpu_time: u64,
    /// The CPU it is on, or was on last.
    pub cpu: u32,
    /// Where it may run, a bit for each CPU: told here only before 3.0.3.
    pub map: Option<u64>,
}

/// Asks for one vCPU of a domain. Where there is none: EINVAL or ESRCH, from 4.22 on ENOENT.
pub fn ask(abi: &Abi, domain: u16, vcpu: u32) -> Option<Message> {
    let mut message = Message::domctl(abi, Domctl::VcpuInfo, domain)?;
    message.put_u32(if abi.is_legacy() { 4 } else { 0 }, vcpu);
    Some(message)
}

/// Reads the answer to [`ask`].
pub fn decode(abi: &Abi, reply: &Message) -> VcpuInfo {
    let legacy = abi.is_legacy();
    let [index, states, cpu_time, cpu] = if legacy { [4, 8, 16, 24] } else { [0, 4, 8, 16] };
    VcpuInfo {
        index: reply.u32(index),
        online: reply.u8(states) != 0,
        blocked: reply.u8(states + 1) != 0,
        running: reply.u8(states + 2) != 0,
        cpu_time: reply.u64(cpu_time),
        cpu: reply.u32(cpu),
        map: legacy.then(|| reply.u64(32)),
    }
}

/// Whether a vCPU has soft affinity beside the hard one.
pub const fn has_soft(abi: &Abi) -> bool {
    abi.domctl >= 0xa
}

/// The buffers an affinity is written to: byte maps, lowest bit first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maps {
    /// Where it may run at all.
    pub hard: u64,
    /// Where it would rather run; not used where there is no such thing.
    pub soft: u64,
    /// How many CPUs fit in each.
    pub cpus: u32,
}

/// Asks where a vCPU may run; 3.0.3 and later.
pub fn ask_affinity(abi: &Abi, domain: u16, vcpu: u32, maps: Maps) -> Option<Message> {
    /// `XEN_VCPUAFFINITY_HARD` and `XEN_VCPUAFFINITY_SOFT`.
    const BOTH: u32 = 3;
    let mut message = Message::domctl(abi, Domctl::VcpuAffinity, domain)?;
    message.put_u32(0, vcpu);
    message.put_map(8, maps.hard, maps.cpus);
    if has_soft(abi) {
        message.put_u32(4, BOTH);
        message.put_map(24, maps.soft, maps.cpus);
    }
    Some(message)
}

/// A new affinity: addresses of byte maps, lowest bit first, where Xen since 4.5 writes what became of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMaps {
    /// Where it may run at all.
    pub hard: Option<u64>,
    /// Where it would rather run; there is no such thing before 4.5.
    pub soft: Option<u64>,
    /// How many CPUs each map has.
    pub cpus: u32,
    /// The hard map's first 64 CPUs, for releases before 3.0.3, which take it within the message.
    pub bits: u64,
}

/// Sets where a vCPU may run; none where this release cannot set what is asked.
pub fn set_affinity(abi: &Abi, domain: u16, vcpu: u32, maps: &NewMaps) -> Option<Message> {
    let mut message = Message::domctl(abi, Domctl::SetVcpuAffinity, domain)?;
    if has_soft(abi) {
        message.put_u32(0, vcpu);
        message.put_u32(4, u32::from(maps.hard.is_some()) | u32::from(maps.soft.is_some()) << 1);
        message.put_map(8, maps.hard.unwrap_or(0), maps.hard.map_or(0, |_| maps.cpus));
        message.put_map(24, maps.soft.unwrap_or(0), maps.soft.map_or(0, |_| maps.cpus));
        return Some(message);
    }
    let hard = maps.hard.filter(|_| maps.soft.is_none())?;
    if abi.is_legacy() {
        message.put_u32(4, vcpu);
        message.put_u64(8, maps.bits);
    } else {
        message.put_u32(0, vcpu);
        message.put_map(8, hard, maps.cpus);
    }
    Some(message)
}
