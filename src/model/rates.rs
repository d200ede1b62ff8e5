//! Rates: a pure function of two snapshots.
//!
//! Only the clock that never steps is looked at, so setting the wall clock changes nothing. What cannot be compared
//! gives none, never a guess: a bar that jumps to 4,000 % when a domain restarts is worse than a gap.

use super::{DiskCounters, Domain, DomainId, Nanos, NetCounters, Snapshot};

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
    ///
    /// Nothing is told where no time passed, where the two are of different hosts, or where either is stale: the
    /// rows of a stale snapshot are older than its stamp.
    pub fn fill(&mut self, old: Option<&Snapshot>, new: &Snapshot) {
        self.clear(new);
        let Some(old) = old.filter(|old| comparable(old, new)) else { return };
        self.span = new.at.mono.since(old.at.mono);
        self.fill_domains(old, new);
        self.fill_vcpus(old, new);
        self.fill_pcpus(old, new);
        self.host_cpu = self.host();
    }

    fn clear(&mut self, new: &Snapshot) {
        (self.span, self.host_cpu) = (Nanos(0), None);
        self.domains.clear();
        self.domains.resize(new.domains.len(), DomainRates::default());
        self.vcpus.clear();
        self.vcpus.resize(new.vcpus.len(), None);
        self.pcpus.clear();
    }

    /// Walks both lists of running domains, which are sorted by id, side by side.
    fn fill_domains(&mut self, old: &Snapshot, new: &Snapshot) {
        let mut before = running(old).iter().peekable();
        for (rates, now) in self.domains.iter_mut().zip(running(new)) {
            while before.next_if(|then| then.key.id < now.key.id).is_some() {}
            if let Some(then) = before.next_if(|then| then.key == now.key) {
                *rates = DomainRates::between(then, now, self.span);
            }
        }
    }

    /// As [`Self::fill_domains`], by domain and index; a vCPU only continues where its domain does.
    fn fill_vcpus(&mut self, old: &Snapshot, new: &Snapshot) {
        let mut before = old.vcpus.iter().peekable();
        let mut domain = None;
        for (rate, now) in self.vcpus.iter_mut().zip(&new.vcpus) {
            let place = (now.domain, now.index);
            while before.next_if(|then| (then.domain, then.index) < place).is_some() {}
            let same = match domain {
                Some((id, same)) if id == now.domain => same,
                _ => goes_on(old, new, now.domain),
            };
            domain = Some((now.domain, same));
            if let Some(then) = before.next_if(|then| same && (then.domain, then.index) == place) {
                *rate = percent(then.cpu_time, now.cpu_time, self.span).map(|cpu| cpu.min(100.0));
            }
        }
    }

    /// A pCPU was busy for the time it was not idle; one that is offline idles by definition.
    fn fill_pcpus(&mut self, old: &Snapshot, new: &Snapshot) {
        let busy = |(i, (then, now)): (usize, (&super::PcpuTime, &super::PcpuTime))| {
            let offline = new.node.pcpus.get(i).is_some_and(|pcpu| !pcpu.online);
            let idle = percent(then.idle, now.idle, self.span).filter(|_| !offline);
            idle.map_or(0.0, |idle| (1.0 - idle / 100.0).clamp(0.0, 1.0))
        };
        self.pcpus.extend(old.pcpus.iter().zip(&new.pcpus).enumerate().map(busy));
    }

    fn host(&self) -> Option<f32> {
        if self.pcpus.is_empty() {
            let mut known = self.domains.iter().filter_map(|d| d.cpu).peekable();
            return known.peek().is_some().then(|| known.sum());
        }
        Some(self.pcpus.iter().sum::<f32>() * 100.0)
    }
}

impl DomainRates {
    fn between(then: &Domain, now: &Domain, span: Nanos) -> Self {
        let net = then.net.known().zip(now.net.known());
        let disk = then.disk.known().zip(now.disk.known());
        Self {
            cpu: percent(then.cpu_time, now.cpu_time, span).map(|cpu| cpu.min(ceiling(now))),
            net: net.and_then(|(then, now)| NetRates::between(then, now, span)),
            disk: disk.and_then(|(then, now)| DiskRates::between(then, now, span)),
        }
    }
}

impl NetRates {
    fn between(then: &NetCounters, now: &NetCounters, span: Nanos) -> Option<Self> {
        let rate = |then, now| Some(wrapping_step(then, now)? as f64 / span.seconds());
        Some(Self {
            rx_bytes: rate(then.rx_bytes, now.rx_bytes)?,
            tx_bytes: rate(then.tx_bytes, now.tx_bytes)?,
            rx_packets: rate(then.rx_packets, now.rx_packets)?,
            tx_packets: rate(then.tx_packets, now.tx_packets)?,
        })
    }
}

impl DiskRates {
    fn between(then: &DiskCounters, now: &DiskCounters, span: Nanos) -> Option<Self> {
        let rate = |then, now: u64| Some(now.checked_sub(then)? as f64 / span.seconds());
        Some(Self {
            read_bytes: rate(then.read_bytes, now.read_bytes)?,
            write_bytes: rate(then.write_bytes, now.write_bytes)?,
            read_requests: rate(then.read_requests, now.read_requests)?,
            write_requests: rate(then.write_requests, now.write_requests)?,
        })
    }
}

fn comparable(old: &Snapshot, new: &Snapshot) -> bool {
    old.host == new.host && old.at.mono < new.at.mono && old.stale.is_none() && new.stale.is_none()
}

/// The running domains, which stand first.
fn running(snapshot: &Snapshot) -> &[Domain] {
    &snapshot.domains[..snapshot.domains.partition_point(|d| d.key.id.is_some())]
}

/// Whether this id is the same domain in both.
fn goes_on(old: &Snapshot, new: &Snapshot, id: DomainId) -> bool {
    let key = |snapshot| {
        let domains = running(snapshot);
        domains.binary_search_by_key(&Some(id), |d| d.key.id).ok().map(|i| domains[i].key)
    };
    key(new).is_some_and(|new| key(old) == Some(new))
}

/// The most a domain can use: all its vCPUs, all the time. What is measured above that is noise, as the counters are
/// read a moment after the stamp is taken. A domain whose vCPUs are not told has no ceiling.
fn ceiling(domain: &Domain) -> f32 {
    if domain.vcpus.max == 0 { f32::INFINITY } else { domain.vcpus.max as f32 * 100.0 }
}

/// The share of `span` a counter of time advanced by, in percent; none where it went back.
fn percent(then: Nanos, now: Nanos, span: Nanos) -> Option<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "a screen shows three digits of it")]
    now.0.checked_sub(then.0).map(|step| (step as f64 / span.0 as f64 * 100.0) as f32)
}

/// How far a network counter advanced. Some backends count in 32 bits: one that went back by more than half that
/// range, and was never beyond it, went round; any other that went back was reset.
fn wrapping_step(then: u64, now: u64) -> Option<u64> {
    let round =
        || (now.checked_add(1 << 32)?).checked_sub(then).filter(|step| then < 1 << 32 && *step < 1 << 31);
    now.checked_sub(then).or_else(round)
}
