//! A domain as far as changes touch it, at one moment: what is kept of before and after a change.

use serde::{Deserialize, Serialize};

use super::{Affinity, Domain, DomainKey, DomainState, KiB, Name, SchedParams, VcpuCount};

/// A domain as far as changes touch it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Which domain.
    pub key: DomainKey,
    /// Its name.
    pub name: Name,
    /// What it was doing.
    pub state: DomainState,
    /// The memory it had.
    pub memory: KiB,
    /// The memory it could have at most, where that is known.
    pub max_memory: Option<KiB>,
    /// The memory it was asked to shrink or grow to, where that is known.
    pub target: Option<KiB>,
    /// Its virtual CPUs.
    pub vcpus: VcpuCount,
    /// Where each vCPU could run; read for pinning only.
    pub affinities: Option<Vec<Affinity>>,
    /// Its share of the CPUs; read for changes of it only.
    pub sched: Option<SchedParams>,
}

impl Standing {
    /// Of a row, without what is read for single domains only.
    pub fn of(domain: &Domain) -> Self {
        Self {
            key: domain.key,
            name: domain.name.clone(),
            state: domain.state,
            memory: domain.memory,
            max_memory: domain.max_memory.known().copied(),
            target: domain.target.known().copied(),
            vcpus: domain.vcpus,
            affinities: None,
            sched: None,
        }
    }
}
