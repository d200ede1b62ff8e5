//! A host: the node (the physical machine) and the hypervisor on it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{KiB, Name, Nanos, Reading};

/// Which of the program's hosts: its place on the command line, from 0. Every message carries one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostId(pub u16);

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host {}", self.0)
    }
}

/// What virtualises a node; it does not change while the connection lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hypervisor {
    /// Its kind: `Xen`, `QEMU`, `test`.
    pub kind: Arc<str>,
    /// Its version as it prints it: `4.17.7`.
    pub version: Arc<str>,
    /// Capability tokens, as `xen-3.0-x86_64`.
    pub capabilities: Vec<Arc<str>>,
    /// The default scheduler: `credit2`.
    pub scheduler: Reading<Arc<str>>,
    /// Everything else it tells of itself, in order: changeset, compiler, build id, command line, interface versions.
    pub facts: Vec<(Arc<str>, Name)>,
}

/// The physical machine: what changes seldom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its host name.
    pub name: Name,
    /// The machine type: `x86_64`.
    pub machine: Arc<str>,
    /// Physical CPUs by index (holes are offline).
    pub pcpus: Vec<Pcpu>,
    /// Threads of one core.
    pub threads_per_core: u32,
    /// Cores of one socket.
    pub cores_per_socket: u32,
    /// Clock in kHz.
    pub cpu_khz: Reading<u32>,
    /// Memory of each NUMA node.
    pub numa: Vec<NumaNode>,
    /// The cpupools (Xen 4.1 and later), else empty.
    pub pools: Vec<super::CpuPool>,
}

impl Node {
    /// Physical CPUs that are online: what 100 % of the host means.
    pub fn online(&self) -> usize {
        self.pcpus.iter().filter(|p| p.online).count()
    }
}

/// Where one physical CPU stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pcpu {
    /// Whether it is there and online.
    pub online: bool,
    /// Core number within the machine.
    pub core: u32,
    /// Socket number.
    pub socket: u32,
    /// NUMA node.
    pub node: u32,
}

/// One NUMA node's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumaNode {
    /// All of it.
    pub total: KiB,
    /// What no domain has.
    pub free: KiB,
    /// Relative distance to each node (10 is local), empty where not told.
    pub distances: Vec<u32>,
}

/// The host's memory at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostMemory {
    /// What the hypervisor manages.
    pub total: KiB,
    /// What no domain has.
    pub free: KiB,
    /// Freed, but to be wiped before it is given again.
    pub scrub: KiB,
    /// Promised to domains that have not taken it yet.
    pub outstanding: KiB,
}

/// How long one physical CPU has run nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PcpuTime {
    /// Idle time since the host started; it stands still where the CPU is offline.
    pub idle: Nanos,
}
