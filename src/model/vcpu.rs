//! A domain's virtual CPUs.

use serde::{Deserialize, Serialize};

use super::{CpuSet, DomainId, Nanos};

/// One virtual CPU as it stood when it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vcpu {
    /// The domain it belongs to.
    pub domain: DomainId,
    /// Its number within the domain.
    pub index: u32,
    /// Whether it is plugged in.
    pub online: bool,
    /// Whether it waits for an event.
    pub blocked: bool,
    /// Whether it stands on a physical CPU right now.
    pub running: bool,
    /// CPU time since the domain was created.
    pub cpu_time: Nanos,
    /// The physical CPU it is on, or was on last.
    pub pcpu: u32,
}

/// Where a virtual CPU may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affinity {
    /// The vCPU's number within the domain.
    pub vcpu: u32,
    /// Where it may run at all.
    pub hard: CpuSet,
    /// Where it would rather run (Xen 4.5 and later; all elsewhere).
    pub soft: CpuSet,
}
