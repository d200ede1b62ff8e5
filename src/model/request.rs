//! A change as data: what the screen or the command line asks of a host.

use std::path::PathBuf;

use super::{CpuSet, DomainKey, KiB, Op};

/// One change to a host: made by the screen or the command line, carried out by the executor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A change to one domain.
    Domain(DomainKey, Change),
    /// Start a domain from a description in a file.
    Create(PathBuf),
    /// Keep a description from a file.
    Define(PathBuf),
    /// Start a domain from a saved one.
    Restore(PathBuf),
}

/// One change to one domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Stop its vCPUs where they stand.
    Suspend,
    /// Let it run on.
    Resume,
    /// Ask the guest to power off.
    Shutdown,
    /// Ask the guest to reboot.
    Reboot,
    /// End it at once.
    Destroy,
    /// Start it from its kept description.
    Start,
    /// Forget its description.
    Undefine,
    /// Ask the guest to shrink or grow to this.
    SetMemory(KiB),
    /// Set the limit of its memory.
    SetMaxMemory(KiB),
    /// Plug or unplug vCPUs until so many are online.
    SetVcpus(u32),
    /// Set where one vCPU, or each, may run.
    Pin(PinRequest),
    /// Set weight or cap; `None` leaves as it is.
    SetScheduler {
        /// Relative weight.
        weight: Option<u32>,
        /// Cap in percent of one pCPU, 0 for none.
        cap: Option<u32>,
    },
    /// Give it another name.
    Rename(String),
    /// Write its memory to a file and end it.
    Save(PathBuf),
    /// Write its core to a file.
    Dump(PathBuf),
    /// Add the device described in a file.
    Attach(PathBuf),
    /// Remove the device described in a file.
    Detach(PathBuf),
    /// Choose whether it starts with the host.
    SetAutostart(bool),
}

/// Where vCPUs may run from now on; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinRequest {
    /// The vCPU, or each of them.
    pub vcpu: Option<u32>,
    /// Where it may run at all.
    pub hard: Option<CpuSet>,
    /// Where it would rather run.
    pub soft: Option<CpuSet>,
}

impl Request {
    /// The operation it needs of the stack.
    pub const fn op(&self) -> Op {
        match self {
            Self::Domain(_, change) => change.op(),
            Self::Create(_) => Op::Create,
            Self::Define(_) => Op::Define,
            Self::Restore(_) => Op::Restore,
        }
    }
}

impl Change {
    /// The operation it needs of the stack.
    pub const fn op(&self) -> Op {
        match self {
            Self::Suspend => Op::Suspend,
            Self::Resume => Op::Resume,
            Self::Shutdown => Op::Shutdown,
            Self::Reboot => Op::Reboot,
            Self::Destroy => Op::Destroy,
            Self::Start => Op::Start,
            Self::Undefine => Op::Undefine,
            Self::SetMemory(_) => Op::SetMemory,
            Self::SetMaxMemory(_) => Op::SetMaxMemory,
            Self::SetVcpus(_) => Op::SetVcpus,
            Self::Pin(_) => Op::Pin,
            Self::SetScheduler { .. } => Op::SetScheduler,
            Self::Rename(_) => Op::Rename,
            Self::Save(_) => Op::Save,
            Self::Dump(_) => Op::Dump,
            Self::Attach(_) => Op::Attach,
            Self::Detach(_) => Op::Detach,
            Self::SetAutostart(_) => Op::SetAutostart,
        }
    }
}
