//! What Linux, as the backend of the domains' devices, counted of their traffic.
//!
//! Devices come and go seldom and are counted often: they are looked for when the set of domains changed, when one
//! vanished, and about every five seconds; in between, kept-open files are read again, in place and without
//! allocating.

mod disks;
mod nets;

use std::path::{Path, PathBuf};

use self::{disks::Disks, nets::Nets};
use super::link::Link;
use crate::model::{DiskCounters, Domain, DomainKey, Nanos, NetCounters, Reading};

/// How often devices are looked for where nothing tells that there are new ones.
const SCAN_EVERY: Nanos = Nanos(5_000_000_000);

/// A device by the domain whose it is and its number there, as in `vif14.0` and `vbd-14-51712`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeviceId {
    /// The domain.
    pub(super) domain: u32,
    /// Its number.
    pub(super) device: u32,
}

impl DeviceId {
    /// From its two numbers in decimal, with `between` them: `14.0`.
    fn parse(text: &[u8], between: u8) -> Option<Self> {
        let middle = text.iter().position(|&b| b == between)?;
        let number = |digits: &[u8]| {
            let plain = digits.iter().all(u8::is_ascii_digit);
            std::str::from_utf8(digits).ok().filter(|_| plain)?.parse().ok()
        };
        Some(Self { domain: number(&text[..middle])?, device: number(&text[middle + 1..])? })
    }
}

/// The counters of all devices this host is the backend of.
pub(super) struct Counters {
    nets: Nets,
    disks: Disks,
    /// For which domains devices were looked for, and when.
    scanned_for: Vec<DomainKey>,
    scanned: Option<Nanos>,
}

impl Counters {
    /// Below these mounts of procfs and sysfs, and the directory of tapdisk's counters.
    pub(super) fn new(proc: &Path, sys: &Path, shm: PathBuf) -> Self {
        Self {
            nets: Nets::new(proc.join("net/dev"), sys.join("class/net")),
            disks: Disks::new(sys.join("bus/xen-backend/devices"), shm),
            scanned_for: Vec::new(),
            scanned: None,
        }
    }

    /// Fills `net` and `disk` of every running domain; those without such devices become `Unsupported`.
    pub(super) fn fill(&mut self, link: &mut Link, domains: &mut [Domain]) {
        let running = domains.partition_point(|domain| domain.key.id.is_some());
        let (running, off) = domains.split_at_mut(running);
        off.iter_mut().for_each(clear);
        running.iter_mut().for_each(clear);
        let same = self.scanned_for.iter().eq(running.iter().map(|domain| &domain.key));
        if !same || !self.was_scanned_lately(link.now()) {
            self.scanned_for.clear();
            self.scanned_for.extend(running.iter().map(|domain| domain.key));
            self.scan(link);
        }
        self.nets.each(|id, counters| {
            if let Some(domain) = find(running, id) {
                domain.net = Reading::Known(sum_nets(domain.net.known(), counters));
            }
        });
        self.disks.each(|id, counters| {
            if let Some(domain) = find(running, id) {
                domain.disk = Reading::Known(sum_disks(domain.disk.known(), counters));
            }
        });
    }

    /// The counters of one network device.
    pub(super) fn net(&mut self, wanted: DeviceId) -> Reading<NetCounters> {
        let mut found = None;
        self.nets.each(|id, counters| found = found.or((id == wanted).then_some(*counters)));
        found.into()
    }

    /// The counters of one disk.
    pub(super) fn disk(&mut self, wanted: DeviceId) -> Reading<DiskCounters> {
        self.disks.one(wanted).into()
    }

    /// Looks for devices where it was not done lately, for [`Counters::net`] and [`Counters::disk`].
    pub(super) fn refresh(&mut self, link: &mut Link) {
        if !self.was_scanned_lately(link.now()) {
            self.scan(link);
        }
    }

    fn was_scanned_lately(&self, now: Nanos) -> bool {
        let lately = |then| now >= then && now.since(then) < SCAN_EVERY;
        self.scanned.is_some_and(lately) && !self.disks.lost
    }

    fn scan(&mut self, link: &mut Link) {
        self.scanned = Some(link.now());
        self.nets.scan();
        self.disks.scan(link);
    }
}

fn clear(domain: &mut Domain) {
    (domain.net, domain.disk) = (Reading::Unsupported, Reading::Unsupported);
}

/// The row of a device's domain, among rows by id.
fn find(running: &mut [Domain], id: DeviceId) -> Option<&mut Domain> {
    let place = running.binary_search_by_key(&id.domain, |d| d.key.id.map_or(u32::MAX, |id| id.0)).ok()?;
    Some(&mut running[place])
}

fn sum_nets(before: Option<&NetCounters>, more: &NetCounters) -> NetCounters {
    let before = before.copied().unwrap_or_default();
    NetCounters {
        rx_bytes: before.rx_bytes.wrapping_add(more.rx_bytes),
        tx_bytes: before.tx_bytes.wrapping_add(more.tx_bytes),
        rx_packets: before.rx_packets.wrapping_add(more.rx_packets),
        tx_packets: before.tx_packets.wrapping_add(more.tx_packets),
        errors: before.errors.wrapping_add(more.errors),
        dropped: before.dropped.wrapping_add(more.dropped),
    }
}

fn sum_disks(before: Option<&DiskCounters>, more: &DiskCounters) -> DiskCounters {
    let before = before.copied().unwrap_or_default();
    DiskCounters {
        read_bytes: before.read_bytes.wrapping_add(more.read_bytes),
        write_bytes: before.write_bytes.wrapping_add(more.write_bytes),
        read_requests: before.read_requests.wrapping_add(more.read_requests),
        write_requests: before.write_requests.wrapping_add(more.write_requests),
    }
}
