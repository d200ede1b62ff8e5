//! A domain as sort and filter see it: each column as a number.

use super::{Column, CpuScale};
use crate::model::{
    Domain, KiB, Nanos, Snapshot,
    rates::{DomainRates, Rates},
};

/// What is shown of a host, as far as rows depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The snapshot shown.
    pub snapshot: &'a Snapshot,
    /// The rates that belong to it.
    pub rates: &'a Rates,
    /// By what CPU percent of one pCPU are divided.
    pub cpus: f64,
}

/// One domain with its rates.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The domain.
    pub domain: &'a Domain,
    /// Its rates.
    pub rates: DomainRates,
    /// By what CPU percent of one pCPU are divided.
    cpus: f64,
    /// The host's memory.
    memory: Option<KiB>,
}

impl<'a> Scene<'a> {
    /// Of a snapshot and its rates.
    pub fn new(snapshot: &'a Snapshot, rates: &'a Rates, scale: CpuScale) -> Self {
        let cpus = match scale {
            CpuScale::Pcpu => 1,
            CpuScale::Host => snapshot.node.online().max(1),
        };
        Self { snapshot, rates, cpus: cpus as f64 }
    }

    /// The domain at a place of the snapshot.
    pub fn subject(&self, place: usize) -> Option<Subject<'a>> {
        let domain = self.snapshot.domains.get(place)?;
        let rates = self.rates.domains.get(place).copied().unwrap_or_default();
        Some(Subject {
            domain,
            rates,
            cpus: self.cpus,
            memory: self.snapshot.memory.known().map(|m| m.total),
        })
    }

    /// How long the rates are the mean of.
    pub fn span(&self) -> Nanos {
        self.rates.span
    }
}

impl Subject<'_> {
    /// A column's value where it is one that can be compared as a number: percent, KiB, bytes a second, seconds.
    pub fn number(&self, column: Column) -> Option<f64> {
        let domain = self.domain;
        match column {
            Column::Id => domain.key.id.map(|id| f64::from(id.0)),
            Column::State => Some(f64::from(rank(domain))),
            Column::Cpu | Column::Spark => self.rates.cpu.map(|cpu| f64::from(cpu) / self.cpus),
            Column::Vcpus => Some(f64::from(domain.vcpus.online)),
            Column::Memory => Some(domain.memory.0 as f64),
            Column::MaxMemory => domain.max_memory.known().map(|m| m.0 as f64),
            Column::Target => domain.target.known().map(|m| m.0 as f64),
            Column::MemShare => self.memory.map(|all| 100.0 * domain.memory.0 as f64 / all.0.max(1) as f64),
            Column::CpuTime => Some(domain.cpu_time.seconds()),
            Column::Guest => domain.guest.known().map(|guest| f64::from(*guest as u8)),
            Column::Pool => domain.pool.known().map(|pool| f64::from(*pool)),
            Column::Name | Column::Uuid => None,
            _ => self.traffic(column),
        }
    }

    fn traffic(&self, column: Column) -> Option<f64> {
        let (net, disk) = (self.rates.net, self.rates.disk);
        match column {
            Column::Net => net.map(|n| n.rx_bytes + n.tx_bytes),
            Column::NetRx => net.map(|n| n.rx_bytes),
            Column::NetTx => net.map(|n| n.tx_bytes),
            Column::Disk => disk.map(|d| d.read_bytes + d.write_bytes),
            Column::DiskRead => disk.map(|d| d.read_bytes),
            Column::DiskWrite => disk.map(|d| d.write_bytes),
            _ => None,
        }
    }
}

/// States by how much they ask for a look: the lively first, those that are off last.
fn rank(domain: &Domain) -> u8 {
    use crate::model::DomainState as S;
    match domain.state {
        S::Running => 0,
        S::Blocked => 1,
        S::Paused => 2,
        S::Crashed => 3,
        S::Dying => 4,
        S::ShutDown(_) => 5,
        S::Unknown => 6,
        S::Off => 7,
    }
}
