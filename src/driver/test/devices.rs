//! What the simulated host tells of devices, and what else it tells of one domain.

use std::sync::Arc;

use super::{
    guest::{Flow, Guest},
    plan::DevicePlan,
    world::World,
};
use crate::{
    driver::{Answer, Error},
    model::{
        Affinity, CpuSet, Device, DeviceKind, DiskCounters, Domain, DomainKey, Kind, Name, NetCounters,
        Reading,
    },
};

/// Bytes of a mean packet in and out.
const PACKET: (u64, u64) = (1100, 640);
/// Bytes of a mean disk request.
const REQUEST: (u64, u64) = (32 << 10, 12 << 10);

impl World {
    pub(super) fn tell_traffic(&self, domains: &mut [Domain]) {
        for (hint, row) in domains.iter_mut().enumerate() {
            let place = self.place(row.key, hint);
            let guest = place.map(|place| &self.guests[place]);
            let run = guest.and_then(|guest| guest.run.as_ref().map(|run| (guest, run)));
            (row.net, row.disk) = run.map_or((Reading::Unsupported, Reading::Unsupported), |(guest, run)| {
                let of =
                    |kind| guest.plan.devices.iter().zip(&run.flows).filter(move |(d, _)| d.kind == kind);
                let nets = of(DeviceKind::Net).map(|(d, flow)| self.net(d, flow)).reduce(both_nets);
                let disks = of(DeviceKind::Disk).map(|(_, flow)| self.disk(flow)).reduce(both_disks);
                (nets.into(), disks.into())
            });
        }
    }

    fn net(&self, device: &DevicePlan, flow: &Flow) -> NetCounters {
        let (rx_bytes, tx_bytes) = self.bytes(flow);
        let (rx_packets, tx_packets) = (rx_bytes / PACKET.0, tx_bytes / PACKET.1);
        // A slow link drops more than a fast one.
        let dropped = rx_packets / device.inward.max(1_000).saturating_mul(10);
        NetCounters { rx_bytes, tx_bytes, rx_packets, tx_packets, errors: 0, dropped }
    }

    fn disk(&self, flow: &Flow) -> DiskCounters {
        let (read_bytes, write_bytes) = self.bytes(flow);
        let (read_requests, write_requests) = (read_bytes / REQUEST.0, write_bytes / REQUEST.1);
        DiskCounters { read_bytes, write_bytes, read_requests, write_requests }
    }

    fn bytes(&self, flow: &Flow) -> (u64, u64) {
        let (segment, now) = (self.clock.segment, self.clock.now);
        (flow.inward.bytes(segment, now), flow.outward.bytes(segment, now))
    }

    pub(super) fn tell_devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        let guest = self.guest(key)?;
        let mut devices: Vec<_> =
            (0..guest.plan.devices.len()).map(|place| self.device(guest, place)).collect();
        devices.extend(guest.extras());
        Ok(devices)
    }

    fn device(&self, guest: &Guest, place: usize) -> Device {
        let plan = &guest.plan.devices[place];
        let flow = guest.run.as_ref().and_then(|run| run.flows.get(place));
        let (is_net, is_disk) = (plan.kind == DeviceKind::Net, plan.kind == DeviceKind::Disk);
        Device {
            kind: plan.kind,
            name: guest.device_name(place),
            backend: Name::new(&plan.backend),
            state: Name::new(if flow.is_some() { &plan.state } else { "off" }),
            note: Name::new(&plan.note),
            net: flow.filter(|_| is_net).map(|flow| self.net(plan, flow)).into(),
            disk: flow.filter(|_| is_disk).map(|flow| self.disk(flow)).into(),
        }
    }
}

impl Guest {
    /// The devices every guest has: a console, and a display where it has VNC.
    fn extras(&self) -> impl Iterator<Item = Device> {
        let console = self.tty().map(|tty| extra(DeviceKind::Console, "console", &tty));
        let vnc = self.plan.vnc.filter(|_| self.run.is_some());
        let display = vnc.map(|port| extra(DeviceKind::Display, "vfb", &format!("vnc 127.0.0.1:{port}")));
        console.into_iter().chain(display)
    }

    /// Where each of its vCPUs may run.
    pub(super) fn tell_affinities(&self) -> Vec<Affinity> {
        let everywhere = |vcpu| Affinity { vcpu, hard: CpuSet::all(), soft: CpuSet::all() };
        let pinned = |vcpu| self.plan.pins.iter().find(|pin| pin.vcpu == vcpu).cloned();
        let planned = |vcpu| pinned(vcpu).unwrap_or_else(|| everywhere(vcpu));
        match &self.run {
            Some(run) => (0..).zip(&run.cpus).map(|(vcpu, cpu)| cpu.affinity(vcpu)).collect(),
            None => (0..self.plan.vcpus.max).map(planned).collect(),
        }
    }

    /// Its console's terminal; the control domain's console is the machine's own.
    fn tty(&self) -> Option<String> {
        let run = self.run.as_ref().filter(|_| !self.plan.uuid.is_nil())?;
        Some(format!("/dev/pts/{}", run.id.0))
    }

    /// Its description as JSON, as a toolstack would keep it.
    pub(super) fn tell_configuration(&self) -> Answer<String> {
        let text = serde_json::to_string_pretty(&self.plan);
        text.map_err(|error| Error::new(Kind::Failed, format!("write the description: {error}")))
    }

    /// What else is to be told of it, in the order to show.
    pub(super) fn tell_facts(&self) -> Vec<(Arc<str>, Name)> {
        let life = self.plan.life;
        let told = |told: bool, word: &str| if told { word.to_owned() } else { "no".into() };
        let bad = self.plan.devices.iter().enumerate().filter(|(_, device)| device.state != "connected");
        let errors = bad.map(|(place, device)| {
            Some((
                "device error",
                format!("{}: {} ({})", self.device_name(place).raw(), device.state, device.note),
            ))
        });
        let started =
            self.run.as_ref().map(|run| format!("{:.1} s into the simulation", run.started.seconds()));
        [
            self.tty().map(|tty| ("console", tty)),
            self.plan.vnc.map(|port| ("vnc", format!("127.0.0.1:{port}"))),
            started.map(|at| ("started", at)),
            Some(("temper", self.plan.temper.word().into())),
            Some(("autostart", told(life.autostart, "yes"))),
            Some(("on crash", "preserve".into())),
            Some(("features", told(life.shutdown.is_some(), "shutdown, reboot, balloon, suspend"))),
        ]
        .into_iter()
        .chain(errors)
        .flatten()
        .map(|(label, text)| (label.into(), Name::new(&text)))
        .collect()
    }
}

fn extra(kind: DeviceKind, name: &str, backend: &str) -> Device {
    Device {
        kind,
        name: Name::new(name),
        backend: Name::new(backend),
        state: Name::new("connected"),
        note: Name::default(),
        net: Reading::Unsupported,
        disk: Reading::Unsupported,
    }
}

fn both_nets(a: NetCounters, b: NetCounters) -> NetCounters {
    NetCounters {
        rx_bytes: a.rx_bytes.saturating_add(b.rx_bytes),
        tx_bytes: a.tx_bytes.saturating_add(b.tx_bytes),
        rx_packets: a.rx_packets.saturating_add(b.rx_packets),
        tx_packets: a.tx_packets.saturating_add(b.tx_packets),
        errors: a.errors.saturating_add(b.errors),
        dropped: a.dropped.saturating_add(b.dropped),
    }
}

fn both_disks(a: DiskCounters, b: DiskCounters) -> DiskCounters {
    DiskCounters {
        read_bytes: a.read_bytes.saturating_add(b.read_bytes),
        write_bytes: a.write_bytes.saturating_add(b.write_bytes),
        read_requests: a.read_requests.saturating_add(b.read_requests),
        write_requests: a.write_requests.saturating_add(b.write_requests),
    }
}
