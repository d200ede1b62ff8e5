//! What is told of a domain and of its parts: one row each, for text, CSV and JSON alike.

use super::View;
use crate::model::{
    Device, Domain, DomainState, Name, NetCounters, Reading, Vcpu, device::DiskCounters, rates::DomainRates,
};

/// What a cell is made from.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// What the host is called.
    pub host: &'a Name,
    /// The domain.
    pub domain: &'a Domain,
    /// Its rates.
    pub rates: DomainRates,
    /// The part of it this row is about.
    pub part: Part<'a>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// The domain as a whole.
    Whole,
    /// One virtual CPU, with its CPU use in percent of one pCPU.
    Vcpu(&'a Vcpu, Option<f32>),
    /// One device.
    Device(&'a Device),
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Not known, or there is no such thing.
    Null,
    /// A whole number.
    Number(u64),
    /// A number with two decimals.
    Decimal(f64),
    /// Yes or no.
    Flag(bool),
    /// A word of ours.
    Word(&'static str),
    /// Text from outside.
    Foreign(&'a Name),
    /// A uuid by its bytes.
    Uuid([u8; 16]),
}

/// One column: a key of JSON, a column of CSV, and where it has a width, of text.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its key, with its unit.
    pub key: &'static str,
    /// What it says, in a phrase.
    pub doc: &'static str,
    /// Its header in text; empty where text leaves it out.
    pub title: &'static str,
    /// Its least width in text.
    pub width: usize,
    /// Its value.
    pub read: for<'a> fn(&Row<'a>) -> Cell<'a>,
}

/// The stable keys of a domain.
#[rustfmt::skip]
pub const DOMAIN: &[Column] = &[
    HOST, ID, NAME, UUID,
    Column { key: "state", doc: "running, idle, paused, shutdown, crashed, dying, off, unknown",
        title: "STATE", width: 8, read: |r| Cell::Word(r.domain.state.word()) },
    Column { key: "reason", doc: "why a domain that is shut down did so", title: "", width: 0, read: reason },
    Column { key: "vcpus", doc: "virtual CPUs online; of a domain that is off, those it would have",
        title: "VCPUS", width: 5, read: vcpus },
    Column { key: "memory_kib", doc: "memory it has, in KiB",
        title: "MEM_KiB", width: 10, read: |r| Cell::Number(r.domain.memory.0) },
    Column { key: "max_memory_kib", doc: "memory it may have at most, in KiB; null: no limit is known",
        title: "MAX_KiB", width: 10, read: |r| count(&r.domain.max_memory, |m| m.0) },
    Column { key: "cpu_time_ns", doc: "CPU time since it was created, in ns",
        title: "", width: 0, read: cpu_time },
    Column { key: "cpu_percent", doc: "CPU use since the sample before, in percent of one pCPU",
        title: "%CPU", width: 8, read: |r| share(r.rates.cpu) },
    Column { key: "net_rx_bytes_per_s", doc: "bytes the guest received a second",
        title: "RX_B/s", width: 10, read: |r| rate(r.rates.net.map(|n| n.rx_bytes)) },
    Column { key: "net_tx_bytes_per_s", doc: "bytes the guest sent a second",
        title: "TX_B/s", width: 10, read: |r| rate(r.rates.net.map(|n| n.tx_bytes)) },
    Column { key: "disk_read_bytes_per_s", doc: "bytes the guest read a second",
        title: "RD_B/s", width: 10, read: |r| rate(r.rates.disk.map(|d| d.read_bytes)) },
    Column { key: "disk_write_bytes_per_s", doc: "bytes the guest wrote a second",
        title: "WR_B/s", width: 10, read: |r| rate(r.rates.disk.map(|d| d.write_bytes)) },
];

/// What says whose a vCPU or a device is, where each has a row.
const WHOSE: &[Column] = &[HOST, ID, NAME, UUID];

#[rustfmt::skip]
const VCPU: &[Column] = &[
    Column { key: "vcpu", doc: "the vCPU's number within the domain",
        title: "VCPU", width: 4, read: |r| vcpu(r, |v| Cell::Number(v.index.into())) },
    Column { key: "online", doc: "whether it is plugged in",
        title: "ONLINE", width: 6, read: |r| vcpu(r, |v| Cell::Flag(v.online)) },
    Column { key: "state",
        doc: "running (on a pCPU), idle (waits for an event), ready (waits for a pCPU), offline",
        title: "STATE", width: 8, read: |r| vcpu(r, |v| Cell::Word(vcpu_state(v))) },
    Column { key: "pcpu", doc: "the pCPU it is on, or was on last",
        title: "PCPU", width: 4, read: |r| vcpu(r, |v| Cell::Number(v.pcpu.into())) },
    Column { key: "cpu_time_ns", doc: "CPU time since the domain was created, in ns",
        title: "TIME_ns", width: 16, read: |r| vcpu(r, |v| Cell::Number(v.cpu_time.0)) },
    Column { key: "cpu_percent", doc: "CPU use since the sample before, in percent of one pCPU",
        title: "%CPU", width: 8, read: vcpu_share },
];

const DEVICE: Column = Column {
    key: "device",
    doc: "its name",
    title: "DEVICE",
    width: 12,
    read: |r| device(r).map_or(Cell::Null, |d| Cell::Foreign(&d.name)),
};
const BACKEND: Column = Column {
    key: "backend",
    doc: "what is behind it: a bridge, an image's path, a block device",
    title: "",
    width: 0,
    read: |r| device(r).map_or(Cell::Null, |d| Cell::Foreign(&d.backend)),
};

#[rustfmt::skip]
const NET: &[Column] = &[
    DEVICE, BACKEND,
    Column { key: "rx_bytes", doc: "bytes the guest received",
        title: "RX_B", width: 14, read: |r| net(r, |n| n.rx_bytes) },
    Column { key: "tx_bytes", doc: "bytes the guest sent",
        title: "TX_B", width: 14, read: |r| net(r, |n| n.tx_bytes) },
    Column { key: "rx_packets", doc: "packets it received",
        title: "RX_PKTS", width: 11, read: |r| net(r, |n| n.rx_packets) },
    Column { key: "tx_packets", doc: "packets it sent",
        title: "TX_PKTS", width: 11, read: |r| net(r, |n| n.tx_packets) },
    Column { key: "errors", doc: "errors of both directions",
        title: "ERRS", width: 6, read: |r| net(r, |n| n.errors) },
    Column { key: "dropped", doc: "packets dropped, of both directions",
        title: "DROP", width: 6, read: |r| net(r, |n| n.dropped) },
];

#[rustfmt::skip]
const DISK: &[Column] = &[
    DEVICE, BACKEND,
    Column { key: "read_bytes", doc: "bytes read",
        title: "RD_B", width: 14, read: |r| disk(r, |d| d.read_bytes) },
    Column { key: "write_bytes", doc: "bytes written",
        title: "WR_B", width: 14, read: |r| disk(r, |d| d.write_bytes) },
    Column { key: "read_requests", doc: "read requests",
        title: "RD_REQS", width: 11, read: |r| disk(r, |d| d.read_requests) },
    Column { key: "write_requests", doc: "write requests",
        title: "WR_REQS", width: 11, read: |r| disk(r, |d| d.write_requests) },
];

const HOST: Column = Column {
    key: "host",
    doc: "the host's name, or its URI where it has none or shares it",
    title: "",
    width: 0,
    read: |r| Cell::Foreign(r.host),
};
const ID: Column = Column {
    key: "id",
    doc: "the running id; null where the domain is off",
    title: "ID",
    width: 6,
    read: |r| r.domain.key.id.map_or(Cell::Null, |id| Cell::Number(id.0.into())),
};
/// The name; text puts it last, for it may hold spaces.
const NAME: Column = Column {
    key: "name",
    doc: "the name as the host gives it",
    title: "",
    width: 0,
    read: |r| Cell::Foreign(&r.domain.name),
};
const UUID: Column = Column {
    key: "uuid",
    doc: "the uuid; all zero for the control domain",
    title: "",
    width: 0,
    read: |r| Cell::Uuid(r.domain.key.uuid.into_bytes()),
};

impl View {
    /// The columns that stand before those of the parts, where each row is a line.
    pub const fn head(self) -> &'static [Column] {
        match self {
            Self::Domains => DOMAIN,
            Self::Vcpus | Self::Nets | Self::Disks => WHOSE,
        }
    }

    /// The columns of the parts.
    pub const fn parts(self) -> &'static [Column] {
        match self {
            Self::Domains => &[],
            Self::Vcpus => VCPU,
            Self::Nets => NET,
            Self::Disks => DISK,
        }
    }

    /// The key of the array of parts in a domain's JSON object.
    pub const fn key(self) -> Option<&'static str> {
        match self {
            Self::Domains => None,
            Self::Vcpus => Some("vcpu_list"),
            Self::Nets => Some("nets"),
            Self::Disks => Some("disks"),
        }
    }
}

/// What a vCPU is doing.
pub const fn vcpu_state(vcpu: &Vcpu) -> &'static str {
    match (vcpu.online, vcpu.running, vcpu.blocked) {
        (false, ..) => "offline",
        (_, true, _) => "running",
        (_, _, true) => "idle",
        _ => "ready",
    }
}

fn reason<'a>(row: &Row<'a>) -> Cell<'a> {
    match row.domain.state {
        DomainState::ShutDown(reason) => Cell::Word(reason.word()),
        _ => Cell::Null,
    }
}

fn vcpus<'a>(row: &Row<'a>) -> Cell<'a> {
    let vcpus = row.domain.vcpus;
    Cell::Number(if row.domain.key.id.is_some() { vcpus.online } else { vcpus.max }.into())
}

fn cpu_time<'a>(row: &Row<'a>) -> Cell<'a> {
    row.domain.key.id.map_or(Cell::Null, |_| Cell::Number(row.domain.cpu_time.0))
}

fn share<'a>(percent: Option<f32>) -> Cell<'a> {
    percent.map_or(Cell::Null, |p| Cell::Decimal(p.into()))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn rate<'a>(bytes: Option<f64>) -> Cell<'a> {
    bytes.filter(|b| b.is_finite()).map_or(Cell::Null, |b| Cell::Number(b.round() as u64))
}

fn count<'a, T>(reading: &Reading<T>, of: impl Fn(&T) -> u64) -> Cell<'a> {
    reading.known().map_or(Cell::Null, |value| Cell::Number(of(value)))
}

fn vcpu_share<'a>(row: &Row<'a>) -> Cell<'a> {
    match row.part {
        Part::Vcpu(_, cpu) => share(cpu),
        Part::Whole | Part::Device(_) => Cell::Null,
    }
}

fn vcpu<'a>(row: &Row<'a>, read: impl Fn(&'a Vcpu) -> Cell<'a>) -> Cell<'a> {
    match row.part {
        Part::Vcpu(vcpu, _) => read(vcpu),
        Part::Whole | Part::Device(_) => Cell::Null,
    }
}

const fn device<'a>(row: &Row<'a>) -> Option<&'a Device> {
    match row.part {
        Part::Device(device) => Some(device),
        Part::Whole | Part::Vcpu(..) => None,
    }
}

fn net<'a>(row: &Row<'a>, of: impl Fn(&NetCounters) -> u64) -> Cell<'a> {
    device(row).map_or(Cell::Null, |device| count(&device.net, of))
}

fn disk<'a>(row: &Row<'a>, of: impl Fn(&DiskCounters) -> u64) -> Cell<'a> {
    device(row).map_or(Cell::Null, |device| count(&device.disk, of))
}
