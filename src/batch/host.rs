//! One host as batch sees it: two snapshots, the rates between them, what it is called.

use std::{
    io::{self, Write},
    mem::swap,
};

use super::{
    View,
    column::{Part, Row},
};
use crate::{
    driver::Reader,
    model::{Demand, Detail, DeviceKind, Domain, Name, Nanos, Snapshot, Stamp, rates::Rates},
};

/// One host to sample.
pub struct Host {
    uri: Name,
    label: Name,
    reader: Reader,
    old: Snapshot,
    new: Snapshot,
    rates: Rates,
    /// Whether `old` was ever read: without it there is nothing to compare with.
    compared: bool,
    /// Whether the user was told that it does not answer.
    reported: bool,
    /// How often it is read, where that is known.
    interval: Option<Nanos>,
}

impl Host {
    /// A host that has not been read yet; its URI names it until its node does.
    pub fn new(uri: &str, reader: Reader) -> Self {
        Self {
            uri: Name::new(uri),
            label: Name::new(uri),
            reader,
            old: Snapshot::default(),
            new: Snapshot::default(),
            rates: Rates::default(),
            compared: false,
            reported: false,
            interval: None,
        }
    }

    /// The same, which is read this often.
    #[must_use]
    pub fn every(self, interval: Nanos) -> Self {
        Self { interval: Some(interval), ..self }
    }

    /// Reads the host, and compares with the last time it answered.
    pub fn sample(&mut self, at: Stamp, demand: &Demand) {
        if self.answered() {
            swap(&mut self.old, &mut self.new);
            self.compared = true;
        }
        let demand = Demand { interval: self.interval, ..demand.clone() };
        self.reader.sample(at, &demand, &mut self.new);
        self.rates.fill(self.compared.then_some(&self.old), &self.new);
    }

    /// Whether the last reading is another than the one before; a peer that samples by itself may have had none.
    pub fn is_news(&self) -> bool {
        !self.compared || self.new.stale.is_some() || self.new.at != self.old.at
    }

    /// Says once that the host stopped answering, and once that it answers again.
    ///
    /// # Errors
    /// What writing gives.
    pub fn report(&mut self, messages: &mut dyn Write) -> io::Result<()> {
        let stale = self.new.stale.as_ref();
        if stale.is_some() == self.reported {
            return Ok(());
        }
        self.reported = stale.is_some();
        match stale {
            Some(reason) => {
                writeln!(messages, "domtop: {}: its domains cannot be read: {reason}", self.label)
            }
            None => writeln!(messages, "domtop: {} answers again", self.label),
        }
    }

    /// What it is called in the output.
    pub fn label(&self) -> &Name {
        &self.label
    }

    /// What was read last.
    pub fn snapshot(&self) -> &Snapshot {
        &self.new
    }

    /// What happened since the reading before.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// The time since the reading before; none where there was none.
    pub fn interval(&self) -> Option<Nanos> {
        self.compared.then(|| self.new.at.mono.since(self.old.at.mono))
    }

    /// Gives the row of every domain; none where what stands there is old.
    pub fn each_domain(&self, mut give: impl FnMut(Row<'_>)) {
        let domains = if self.new.stale.is_none() { self.new.domains.as_slice() } else { &[] };
        for (place, domain) in domains.iter().enumerate() {
            let rates = self.rates.domains.get(place).copied().unwrap_or_default();
            give(Row { host: &self.label, domain, rates, part: Part::Whole });
        }
    }

    /// Gives the row of every part of one domain.
    pub fn each_part(&self, view: View, whole: Row<'_>, mut give: impl FnMut(Row<'_>)) {
        match view {
            View::Domains => {}
            View::Vcpus => self.each_vcpu(whole.domain, |part| give(Row { part, ..whole })),
            View::Nets => self.each_device(whole, DeviceKind::Net, give),
            View::Disks => self.each_device(whole, DeviceKind::Disk, give),
        }
    }

    fn each_vcpu(&self, domain: &Domain, mut give: impl FnMut(Part<'_>)) {
        let Some(id) = domain.key.id else { return };
        let from = self.new.vcpus.partition_point(|v| v.domain < id);
        for (place, vcpu) in self.new.vcpus_of(id).iter().enumerate() {
            give(Part::Vcpu(vcpu, self.rates.vcpus.get(from + place).copied().flatten()));
        }
    }

    fn each_device(&self, whole: Row<'_>, kind: DeviceKind, mut give: impl FnMut(Row<'_>)) {
        let Detail { devices, .. } = self.reader.read_detail(whole.domain.key);
        for device in devices.known().into_iter().flatten().filter(|d| d.kind == kind) {
            give(Row { part: Part::Device(device), ..whole });
        }
    }

    fn answered(&self) -> bool {
        self.new.at != Stamp::default() && self.new.stale.is_none()
    }
}

/// Names hosts by their nodes; those without a name or with another's are named by their URI.
pub(super) fn label(hosts: &mut [Host]) {
    let names: Vec<Name> = hosts.iter().map(|host| host.new.node.name.clone()).collect();
    for (host, name) in hosts.iter_mut().zip(&names) {
        let own = !name.raw().is_empty() && names.iter().filter(|n| *n == name).count() == 1;
        host.label = if own { name.clone() } else { host.uri.clone() };
    }
}
