//! What the graphs show: rings of averaged values, bounded in memory however fast or long the sampling is.
//!
//! All rings of a host go on by the same time with each snapshot, so that their graphs stand under each other; what
//! was not told meanwhile is a gap.

mod ring;

use std::collections::HashMap;

use super::{
    Domain, DomainKey, Nanos, Snapshot,
    rates::{DomainRates, Rates},
};

pub use ring::Ring;

/// Time of one bucket.
const BUCKET: Nanos = Nanos(500_000_000);
/// Buckets of a host's quantity: five minutes.
const HOST_BUCKETS: usize = 600;
/// Buckets of a domain's quantity: one minute.
const DOMAIN_BUCKETS: usize = 120;

/// What is remembered of one host and its domains.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The host's.
    pub host: HostHistory,
    /// Each domain's; those that are gone are forgotten.
    pub domains: HashMap<DomainKey, DomainHistory>,
    until: Option<Nanos>,
}

/// What is remembered of a host: five minutes in half seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct HostHistory {
    /// CPU in percent of one pCPU.
    pub cpu: Ring,
    /// Share of memory in use, 0 to 1.
    pub memory: Ring,
    /// Network bytes a second, all domains, received by guests.
    pub rx: Ring,
    /// Network bytes a second, all domains, sent by guests.
    pub tx: Ring,
    /// Disk bytes a second, all domains, read.
    pub read: Ring,
    /// Disk bytes a second, all domains, written.
    pub write: Ring,
}

/// What is remembered of a domain: one minute in half seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainHistory {
    /// CPU in percent of one pCPU.
    pub cpu: Ring,
    /// Memory in KiB.
    pub memory: Ring,
    /// Network bytes a second, received.
    pub rx: Ring,
    /// Network bytes a second, sent.
    pub tx: Ring,
    /// Disk bytes a second, read.
    pub read: Ring,
    /// Disk bytes a second, written.
    pub write: Ring,
    /// When it was last seen.
    pub seen: Nanos,
}

impl History {
    /// The time of the last snapshot: where the graphs end.
    pub fn until(&self) -> Nanos {
        self.until.unwrap_or_default()
    }

    /// Takes in a snapshot and the rates that belong to it. The first only shows which domains there are, as a value
    /// is drawn for the time it held; one that is not newer than the last is left out.
    pub fn push(&mut self, snapshot: &Snapshot, rates: &Rates) {
        let now = snapshot.at.mono;
        let span = now.since(self.until.unwrap_or(now));
        if self.until.is_some_and(|until| now <= until) {
            return;
        }
        self.until = Some(now);
        self.host.push(snapshot, rates, span);
        for (i, domain) in snapshot.domains.iter().enumerate().filter(|(_, d)| d.key.id.is_some()) {
            let history = self.domains.entry(domain.key).or_default();
            history.push(domain, rates.domains.get(i).unwrap_or(&DomainRates::default()), span);
            history.seen = now;
        }
        self.domains.retain(|_, history| history.seen == now);
    }
}

impl HostHistory {
    fn push(&mut self, snapshot: &Snapshot, rates: &Rates, span: Nanos) {
        let memory = snapshot.memory.known().filter(|m| m.total.0 > 0);
        let used = memory.map(|m| 1.0 - ratio(m.free.0, m.total.0)).filter(|_| snapshot.stale.is_none());
        self.cpu.push_known(rates.host_cpu, span);
        self.memory.push_known(used, span);
        self.rx.push_known(total(rates, |d| d.net.map(|n| n.rx_bytes)), span);
        self.tx.push_known(total(rates, |d| d.net.map(|n| n.tx_bytes)), span);
        self.read.push_known(total(rates, |d| d.disk.map(|k| k.read_bytes)), span);
        self.write.push_known(total(rates, |d| d.disk.map(|k| k.write_bytes)), span);
    }
}

impl DomainHistory {
    fn push(&mut self, domain: &Domain, rates: &DomainRates, span: Nanos) {
        self.cpu.push_known(rates.cpu, span);
        self.memory.push(domain.memory.0 as f32, span);
        self.rx.push_known(rates.net.map(|n| narrow(n.rx_bytes)), span);
        self.tx.push_known(rates.net.map(|n| narrow(n.tx_bytes)), span);
        self.read.push_known(rates.disk.map(|k| narrow(k.read_bytes)), span);
        self.write.push_known(rates.disk.map(|k| narrow(k.write_bytes)), span);
    }
}

impl Default for HostHistory {
    fn default() -> Self {
        let ring = || Ring::new(HOST_BUCKETS, BUCKET);
        Self { cpu: ring(), memory: ring(), rx: ring(), tx: ring(), read: ring(), write: ring() }
    }
}

impl Default for DomainHistory {
    fn default() -> Self {
        let ring = || Ring::new(DOMAIN_BUCKETS, BUCKET);
        let (rx, tx, read, write) = (ring(), ring(), ring(), ring());
        Self { cpu: ring(), memory: ring(), rx, tx, read, write, seen: Nanos(0) }
    }
}

/// A quantity of all domains that tell it; none where none does.
fn total(rates: &Rates, of: impl Fn(&DomainRates) -> Option<f64>) -> Option<f32> {
    let mut known = rates.domains.iter().filter_map(of).peekable();
    known.peek().is_some().then(|| narrow(known.sum()))
}

fn ratio(part: u64, whole: u64) -> f32 {
    narrow(part as f64 / whole as f64)
}

#[expect(clippy::cast_possible_truncation, reason = "a graph has a few hundred dots of height at most")]
const fn narrow(value: f64) -> f32 {
    value as f32
}
