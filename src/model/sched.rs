//! Schedulers, their per-domain parameters, cpupools.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::CpuSet;

/// A scheduler by its name: `credit`, `credit2`, `rtds`, `null`, `arinc653`, `sedf`, `bvt`.
pub type Scheduler = Arc<str>;

/// A domain's share of the CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchedParams {
    /// The scheduler of the domain's pool.
    pub scheduler: Scheduler,
    /// Relative weight, 256 by default; none where the scheduler has no weights.
    pub weight: Option<u32>,
    /// Cap in percent of one pCPU; `Some(0)` is no cap, none where the scheduler has no caps.
    pub cap: Option<u32>,
    /// Other parameters of the scheduler by name (period, budget…), in µs.
    pub other: Vec<(Arc<str>, u64)>,
}

/// A cpupool: pCPUs with a scheduler of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuPool {
    /// Its number.
    pub id: u32,
    /// Its scheduler.
    pub scheduler: Scheduler,
    /// How many domains are in it.
    pub domains: u32,
    /// Its pCPUs.
    pub cpus: CpuSet,
}
