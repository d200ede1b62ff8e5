//! The hypervisor driver: every domain of the host by one call to Xen itself.
//!
//! ```text
//!  Xen (Observe, Control)      what is asked, as the model's values
//!  Link                        one message there and back; many in one multicall
//!  Arena                       the memory whose addresses go in the messages, kept for the process's lifetime
//!  trait Hypercall             the device, or in tests a hypervisor simulated over the same bytes
//! ```
//!
//! A tick is three calls for any number of domains: the domain list, the host's memory, the CPUs' idle times.

mod about;
mod arena;
mod buttons;
mod control;
mod device;
mod domains;
mod host;
mod limits;
mod link;
mod log;
mod pin;
mod probe;
mod refusal;
mod shares;
mod vcpus;
mod weigh;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;

use self::{arena::Arena, device::Device, link::Link};
use crate::{
    driver::{Answer, DriverInfo, Observe},
    model::{
        Affinity, Domain, DomainKey, HostMemory, Hypervisor, Light, Node, Op, PcpuTime, SchedParams, Vcpu,
    },
};

/// The way to a hypervisor: what lies between this driver and the device.
pub trait Hypercall: Send + Sync {
    /// Makes one call; the arguments are numbers and addresses within its [`Pages`].
    ///
    /// # Errors
    /// What Xen returned below 0, or what the device itself said. Xen's error numbers are Linux's.
    fn call(&self, number: u64, arguments: [u64; 5]) -> Result<u64, Errno>;

    /// Memory the hypervisor can reach during a call, at least this many bytes, zeroed.
    ///
    /// # Errors
    /// What the system said.
    fn pages(&self, bytes: usize) -> Result<Box<dyn Pages>, Errno>;

    /// What it is reached by, as the Drivers panel shows it.
    fn peer(&self) -> Arc<str>;
}

/// Memory a hypervisor reads and writes during a call: whole pages at an address that stays.
pub trait Pages: Send {
    /// What it holds.
    fn bytes(&self) -> &[u8];

    /// The same, to be changed.
    fn bytes_mut(&mut self) -> &mut [u8];

    /// Where it starts in this process.
    fn address(&self) -> u64;

    /// Brings back pages the system took away, by writing to each.
    fn touch(&mut self);
}

/// What the driver can at most: what old releases lack is left out once it is open.
const OPS: [Op; 18] = [
    Op::Hypervisor,
    Op::Node,
    Op::HostMemory,
    Op::PcpuTimes,
    Op::Domains,
    Op::Vcpus,
    Op::Affinities,
    Op::ReadScheduler,
    Op::HostLog,
    Op::Suspend,
    Op::Resume,
    Op::Destroy,
    Op::SetVcpus,
    Op::Shutdown,
    Op::Reboot,
    Op::SetMaxMemory,
    Op::Pin,
    Op::SetScheduler,
];

/// What the driver is, opened or not.
pub fn info() -> DriverInfo {
    DriverInfo { name: "hypervisor", peer: device::PRIVCMD.into(), hypervisor: true, ops: OPS.into() }
}

/// The hypervisor by its calls.
pub struct Xen {
    link: Mutex<Link>,
    /// What changes go by, once there is one: to end a large domain takes Xen seconds, and looking must not wait.
    orders: Mutex<Option<Link>>,
    info: DriverInfo,
}

impl Xen {
    /// Opens the device.
    ///
    /// # Errors
    /// Where there is none, this user may not, or the hypervisor speaks an interface this program does not know.
    pub fn open() -> Answer<Self> {
        Self::over(Arc::new(Device::open()?))
    }

    /// Over any way to a hypervisor: finds out which release it is and sizes the memory for its domains.
    ///
    /// # Errors
    /// As [`Xen::open`].
    pub fn over(hypercall: Arc<dyn Hypercall>) -> Answer<Self> {
        Self::with(hypercall.peer(), Arena::new(hypercall)?)
    }

    /// Opens the device for looking only: see [`Xen::over_read_only`].
    ///
    /// # Errors
    /// As [`Xen::open`].
    pub fn open_read_only() -> Answer<Self> {
        Self::over_read_only(Arc::new(Device::open()?))
    }

    /// Over any way to a hypervisor, for looking only: a call that does more than ask ends before it is made, with
    /// [`crate::model::Kind::Refused`].
    ///
    /// # Errors
    /// As [`Xen::open`].
    pub fn over_read_only(hypercall: Arc<dyn Hypercall>) -> Answer<Self> {
        let peer = hypercall.peer();
        let mut arena = Arena::new(hypercall)?;
        arena.fence();
        Self::with(peer, arena)
    }

    fn with(peer: Arc<str>, arena: Arena) -> Answer<Self> {
        let mut link = probe::probe(arena)?;
        // A security policy may forbid either; the calls of each tick will say so in their place.
        let _ = link.host_memory();
        let _ = link.list();
        let ops = OPS.into_iter().filter(|&op| link.can(op)).collect();
        let info = DriverInfo { peer, ops, ..info() };
        Ok(Self { link: Mutex::new(link), orders: Mutex::default(), info })
    }

    /// Makes a change over the link of its own.
    fn order(&self, change: impl FnOnce(&mut Link) -> Answer<()>) -> Answer<()> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let link = match &mut *orders {
            Some(link) => link,
            none => none.insert(self.link().twin()?),
        };
        change(link)
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Xen {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        self.link().light()
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(self.link().about())
    }

    fn node(&self) -> Answer<Node> {
        self.link().node()
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        self.link().host_memory()
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        self.link().pcpu_times(into)
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        self.link().domains(into)
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        self.link().vcpus(domains, into)
    }

    fn affinities(&self, key: DomainKey) -> Answer<Vec<Affinity>> {
        self.link().affinities(key)
    }

    fn scheduler(&self, key: DomainKey) -> Answer<SchedParams> {
        self.link().scheduler(key)
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        self.link().host_log(cursor)
    }
}
