//! Rates: a pure function of two snapshots.

use super::{Nanos, Snapshot};

/// What happened between two snapshots of one host, in the order of the newer one's domains.
///
/// Buffers are kept: filling it again allocates nothing once warm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// The time between the two, on the clock that never steps.
    pub span: Nanos,
    /// By index of the newer snapshot's domains.
    pub domains: Vec<DomainRates>,
    /// Busy share of each pCPU, 0 to 1, by index; empty where not told.
    pub pcpus: Vec<f32>,
    /// vCPUs: CPU in percent of one pCPU, by index of the newer snapshot's vCPUs; none where there was none before.
    pub vcpus: Vec<Option<f32>>,
    /// Work of the host in percent of one pCPU: what its pCPUs did, or where that is not told, its domains.
    pub host_cpu: Option<f32>,
}

/// One domain's rates; none where there was nothing to compare with: it is new, it was restarted, its counters went
/// back, or nobody tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DomainRates {
    /// CPU in percent of one pCPU.
    pub cpu: Option<f32>,
    /// Network traffic.
    pub net: Option<NetRates>,
    /// Disk traffic.
    pub disk: Option<DiskRates>,
}

/// Network rates, from the guest's point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NetRates {
    /// Bytes received a second.
    pub rx_bytes: f64,
    /// Bytes sent a second.
    pub tx_bytes: f64,
    /// Packets received a second.
    pub rx_packets: f64,
    /// Packets sent a second.
    pub tx_packets: f64,
}

/// Disk rates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DiskRates {
    /// Bytes read a second.
    pub read_bytes: f64,
    /// Bytes written a second.
    pub write_bytes: f64,
    /// Read requests a second.
    pub read_requests: f64,
    /// Write requests a second.
    pub write_requests: f64,
}

impl Rates {
    /// Makes it hold what happened from `old` to `new`; without an old one, nothing to compare with.
    pub fn fill(&mut self, _old: Option<&Snapshot>, new: &Snapshot) {
        self.domains.clear();
        self.domains.resize(new.domains.len(), DomainRates::default());
    }
}
