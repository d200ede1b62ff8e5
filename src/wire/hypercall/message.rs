//! The envelopes: `struct xen_sysctl` (public/sysctl.h), `struct xen_domctl` (public/domctl.h), `struct dom0_op`
//! (`public/dom0_ops.h`, Xen 3.0.0 to 3.0.2) and `struct multicall_entry` (public/xen.h).
//!
//! Xen copies every message in whole before it looks at the version, and many back out, so a message is always sent
//! at its full size, with zeros where nothing is said.

use super::{
    Abi,
    abi::{DOM0_OP_VERSION, call},
    bytes,
};

/// The room every message has for its argument.
const ARGUMENT: usize = 128;

/// The largest message, a domctl.
pub const LARGEST: usize = 16 + ARGUMENT;

/// A command about the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sysctl {
    /// The console ring.
    ReadConsole,
    /// CPUs and memory.
    PhysInfo,
    /// The default scheduler.
    SchedId,
    /// Every domain.
    DomainList,
    /// Idle time of each CPU.
    CpuInfo,
    /// Free memory by width and node.
    AvailHeap,
    /// Core, socket and node of each CPU.
    Topology,
    /// Memory and distances of NUMA nodes.
    Numa,
    /// Cpupools.
    CpuPool,
    /// Parameters of a pool's scheduler.
    Scheduler,
}

impl Sysctl {
    /// Its number, the first sysctl version that has it, and its number as a `dom0_op`.
    const fn row(self) -> (u32, u32, Option<u32>) {
        match self {
            Self::ReadConsole => (1, 1, Some(19)),
            Self::PhysInfo => (3, 1, Some(22)),
            Self::SchedId => (4, 1, Some(24)),
            Self::DomainList => (6, 1, Some(38)),
            Self::CpuInfo => (8, 6, None),
            Self::AvailHeap => (9, 6, None),
            Self::Topology => (16, 8, None),
            Self::Numa => (17, 8, None),
            Self::CpuPool => (18, 8, None),
            Self::Scheduler => (19, 8, None),
        }
    }
}

/// A command about one domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domctl {
    /// Ends the domain.
    Destroy,
    /// Stops its vCPUs.
    Pause,
    /// Takes one stop back.
    Unpause,
    /// State, memory and CPU time of the domain.
    DomainInfo,
    /// Sets where one vCPU may run.
    SetVcpuAffinity,
    /// Sets how much memory it may have.
    MaxMemory,
    /// State and CPU time of one vCPU.
    VcpuInfo,
    /// Sets how many vCPUs it may have.
    MaxVcpus,
    /// The domain's share of the CPUs.
    Scheduler,
    /// Where one vCPU may run.
    VcpuAffinity,
    /// Presses a button of the emulated machine.
    Trigger,
}

impl Domctl {
    /// Its number, the first domctl version that has it, its number as a `dom0_op`, and where the argument of that
    /// holds the domain.
    const fn row(self) -> (u32, u32, Option<(u32, usize)>) {
        match self {
            Self::Destroy => (2, 1, Some((9, 0))),
            Self::Pause => (3, 1, Some((10, 0))),
            Self::Unpause => (4, 1, Some((11, 0))),
            Self::DomainInfo => (5, 1, Some((12, 0))),
            Self::SetVcpuAffinity => (9, 1, Some((20, 0))),
            Self::MaxMemory => (11, 1, Some((28, 0))),
            Self::VcpuInfo => (14, 1, Some((43, 0))),
            Self::MaxVcpus => (15, 1, Some((41, 0))),
            Self::Scheduler => (16, 1, Some((7, 8))),
            Self::VcpuAffinity => (25, 1, None),
            Self::Trigger => (28, 5, None),
        }
    }
}

/// One call's message, to be sent and to be read again when it came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    hypercall: u64,
    argument: usize,
    bytes: [u8; LARGEST],
}

impl Message {
    /// A command about the host; none where this hypervisor has no such command.
    pub fn sysctl(abi: &Abi, command: Sysctl) -> Option<Self> {
        let (number, since, legacy) = command.row();
        match legacy {
            _ if abi.sysctl >= since => Some(Self::new(call::SYSCTL, number, abi.sysctl, 8)),
            Some(number) if abi.is_legacy() => Some(Self::dom0_op(number)),
            _ => None,
        }
    }

    /// A command about one domain; none where this hypervisor has no such command.
    pub fn domctl(abi: &Abi, command: Domctl, domain: u16) -> Option<Self> {
        let (number, since, legacy) = command.row();
        let (mut message, at) = match legacy {
            _ if !abi.is_legacy() && abi.domctl < since => return None,
            _ if !abi.is_legacy() => (Self::new(call::DOMCTL, number, abi.domctl, 16), 8),
            Some((number, at)) => (Self::dom0_op(number), 8 + at),
            None => return None,
        };
        message.bytes[at..at + 2].copy_from_slice(&domain.to_le_bytes());
        Some(message)
    }

    fn dom0_op(number: u32) -> Self {
        Self::new(call::DOM0_OP, number, DOM0_OP_VERSION, 8)
    }

    fn new(hypercall: u64, command: u32, version: u32, argument: usize) -> Self {
        let mut bytes = [0; LARGEST];
        bytes[..4].copy_from_slice(&command.to_le_bytes());
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        Self { hypercall, argument, bytes }
    }

    /// The hypercall it goes to.
    pub const fn hypercall(&self) -> u64 {
        self.hypercall
    }

    /// What to send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.argument + ARGUMENT]
    }

    /// Takes what came back in place of what was sent; bytes beyond its size are left out.
    pub fn receive(&mut self, bytes: &[u8]) {
        let len = (self.argument + ARGUMENT).min(bytes.len());
        self.bytes[..len].copy_from_slice(&bytes[..len]);
    }

    /// The domain a domctl is about; Xen writes there which one it answered for.
    pub fn domain(&self) -> u16 {
        bytes::u16_at(&self.bytes, 8).unwrap_or_default()
    }

    /// The argument.
    pub fn argument(&self) -> &[u8] {
        &self.bytes[self.argument..self.argument + ARGUMENT]
    }

    /// Writes into the argument, at an offset of a layout: one of ours, so it fits.
    pub(super) fn put(&mut self, at: usize, value: &[u8]) {
        let at = self.argument + at;
        self.bytes[at..at + value.len()].copy_from_slice(value);
    }

    pub(super) fn put_u32(&mut self, at: usize, value: u32) {
        self.put(at, &value.to_le_bytes());
    }

    pub(super) fn put_u64(&mut self, at: usize, value: u64) {
        self.put(at, &value.to_le_bytes());
    }

    /// Writes a `struct xenctl_bitmap`: where the bytes are, and how many bits (public/xen.h).
    pub(super) fn put_map(&mut self, at: usize, address: u64, bits: u32) {
        self.put_u64(at, address);
        self.put_u32(at + 8, bits);
    }

    pub(super) fn u8(&self, at: usize) -> u8 {
        self.argument()[at]
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        bytes::u16_at(self.argument(), at).unwrap_or_default()
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        bytes::u32_at(self.argument(), at).unwrap_or_default()
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        bytes::u64_at(self.argument(), at).unwrap_or_default()
    }
}

/// The size of a `struct multicall_entry`.
pub const ENTRY: usize = 64;

/// Where in an entry its call's result stands: 0 and above, or an error number below 0.
pub const ENTRY_RESULT: usize = 8;

/// A multicall entry for a call whose message stands at `address`.
///
/// Debug builds of Xen overwrite all of an entry but its result, so it is made anew for every multicall.
pub fn entry(hypercall: u64, address: u64) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[..8].copy_from_slice(&hypercall.to_le_bytes());
    entry[16..24].copy_from_slice(&address.to_le_bytes());
    entry
}

/// What the call of an entry returned; none of a short entry.
pub fn entry_result(entry: &[u8]) -> Option<i64> {
    bytes::array(entry, ENTRY_RESULT).map(i64::from_le_bytes)
}
