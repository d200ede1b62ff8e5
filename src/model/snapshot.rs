//! All that was read of a host at one moment.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Affinity, Device, Domain, DomainKey, HostId, HostMemory, Hypervisor, Name, Nanos, Node, Op, PcpuTime,
    Progress, Reading, SchedParams, Vcpu,
};

/// A moment on two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// On a clock that never steps; its zero is anywhere.
    pub mono: Nanos,
    /// Since 1970-01-01 UTC; it may step.
    pub wall: Nanos,
}

/// All that was read of a host at one moment.
///
/// Running domains come first, by increasing id; those that are off follow, by name. Buffers are filled again and
/// again: reading into a warm snapshot allocates nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The host it was read from.
    pub host: HostId,
    /// When.
    pub at: Stamp,
    /// How well the sampler kept its time.
    pub timing: Timing,
    /// The hypervisor; shared, as it does not change.
    pub hypervisor: Arc<Hypervisor>,
    /// The node; shared, as it seldom changes.
    pub node: Arc<Node>,
    /// The host's memory.
    pub memory: Reading<HostMemory>,
    /// Idle time of each physical CPU by index; empty where no driver tells.
    pub pcpus: Vec<PcpuTime>,
    /// Why `domains` could not be read, where it could not: what stands there is old.
    pub stale: Option<Arc<str>>,
    /// The domains.
    pub domains: Vec<Domain>,
    /// vCPUs of the domains the demand named, by domain and index.
    pub vcpus: Vec<Vcpu>,
    /// The rest of what is known of the domain the demand named.
    pub detail: Option<Arc<Detail>>,
    /// Shutdown requests that the awaited domains' guests have not taken up yet, as `poweroff`; one that is not
    /// here was acknowledged, or no driver can tell.
    pub requests: Vec<(DomainKey, Name)>,
    /// How far changes that move bytes have come.
    #[serde(default)]
    pub progress: Vec<Progress>,
    /// The driver stack, in the order it is asked.
    pub drivers: Vec<DriverStatus>,
}

impl Snapshot {
    /// Its vCPUs of one domain.
    pub fn vcpus_of(&self, id: super::DomainId) -> &[Vcpu] {
        let from = self.vcpus.partition_point(|v| v.domain < id);
        let to = self.vcpus.partition_point(|v| v.domain <= id);
        &self.vcpus[from..to]
    }
}

/// How well the sampler kept its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// How many snapshots were taken before this one.
    pub tick: u64,
    /// The interval asked for.
    pub interval: Nanos,
    /// The interval that passed since the snapshot before.
    pub real: Nanos,
    /// Mean distance from the deadlines, of late.
    pub jitter: Nanos,
    /// What reading this snapshot took.
    pub cost: Nanos,
    /// Deadlines that were skipped since the start because reading took longer than the interval.
    pub missed: u64,
}

/// What the next snapshots should hold beyond the cheap things: all that costs calls per domain is asked for by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// How often a snapshot is taken, for drivers whose peer samples by itself; none for who reads once.
    pub interval: Option<Nanos>,
    /// vCPU times of every domain.
    pub all_vcpus: bool,
    /// Network and disk counters of every domain.
    pub devices: bool,
    /// The domain whose vCPUs and [`Detail`] are wanted.
    pub focus: Option<DomainKey>,
    /// Domains whose unanswered shutdown requests are wanted: those a job waits for.
    pub awaited: Vec<DomainKey>,
}

/// What is known of one domain beyond its row: read for the domain in view, about once a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// Which domain.
    pub key: DomainKey,
    /// Where each vCPU may run.
    pub affinities: Reading<Vec<Affinity>>,
    /// Its share of the CPUs.
    pub sched: Reading<SchedParams>,
    /// Its devices with their counters.
    pub devices: Reading<Vec<Device>>,
    /// Labelled facts in the order to show them: console tty, vnc port, start time, features, device errors.
    pub facts: Vec<(Arc<str>, Name)>,
}

/// One driver of the stack, as the Drivers panel shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DriverStatus {
    /// Its name: `hypervisor`, `xenstore`, `xl`.
    pub name: Arc<str>,
    /// What it talks to: a device, a socket, a program.
    pub peer: Arc<str>,
    /// How it is.
    pub light: Light,
    /// The operations it can do.
    pub ops: Arc<[Op]>,
    /// Calls it was given, and those it failed.
    pub calls: u64,
    /// Calls that failed, not counting those it does not support.
    pub failures: u64,
    /// Mean time of a call of late.
    pub latency: Nanos,
    /// Its last failure, where it had one.
    pub last_failure: Option<Arc<str>>,
}

/// How a driver is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Light {
    /// It answers.
    #[default]
    Ready,
    /// It answers, but not for everything it should; the reason.
    Degraded(Arc<str>),
    /// It answered once and does not now; the reason.
    Down(Arc<str>),
    /// It is not here, or not for this user; the reason.
    Absent(Arc<str>),
}
