//! A domain's devices and what passed through them.

use serde::{Deserialize, Serialize};

use super::{Name, Reading};

/// Network counters since the device came up, as the guest sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetCounters {
    /// Bytes the guest received.
    pub rx_bytes: u64,
    /// Bytes the guest sent.
    pub tx_bytes: u64,
    /// Packets the guest received.
    pub rx_packets: u64,
    /// Packets the guest sent.
    pub tx_packets: u64,
    /// Errors of both directions.
    pub errors: u64,
    /// Packets dropped, of both directions.
    pub dropped: u64,
}

/// Disk counters since the device came up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskCounters {
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes written.
    pub write_bytes: u64,
    /// Read requests.
    pub read_requests: u64,
    /// Write requests.
    pub write_requests: u64,
}

/// One device of a domain, with its backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// What it is.
    pub kind: DeviceKind,
    /// Its name for the guest or on the host: `xvda`, `vif14.0`.
    pub name: Name,
    /// What is behind it: a bridge, an image's path, a block device.
    pub backend: Name,
    /// How far front end and backend got: `connected`, `closing`… (`XenbusState`), or the driver's word.
    pub state: Name,
    /// The hardware address, the access mode or what else is told in one line.
    pub note: Name,
    /// Network traffic, for a network device.
    pub net: Reading<NetCounters>,
    /// Disk traffic, for a disk.
    pub disk: Reading<DiskCounters>,
}

/// The kinds of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DeviceKind {
    /// A disk or CD-ROM.
    Disk,
    /// A network interface.
    Net,
    /// A console or serial line.
    Console,
    /// A frame buffer or keyboard.
    Display,
    /// Anything else, by its word.
    Other,
}
