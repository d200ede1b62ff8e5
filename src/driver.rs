//! What a driver is: a part of the table of operations over one way to a host.
//!
//! Both traits answer [`Error::unsupported`] by default, so a driver writes only what it can do and lists it in its
//! [`DriverInfo::ops`]; a law holds the two together. Drivers block, each read and write with a deadline
//! ([`conn`]), take `&self`, and are shared by the sampler's and the executor's thread: one that must not be held up
//! by the other keeps a connection for each.

pub mod conn;
pub mod console;
pub mod definitions;
pub mod error;
pub mod execute;
pub mod files;
mod notes;
pub mod proxy;
pub mod reader;
pub mod session;
pub mod stack;
pub mod test;
pub mod xen;

use std::sync::Arc;

pub use error::Error;
pub use execute::execute;
pub use reader::Reader;
pub use session::{Permit, Session};
pub use stack::Controller;

use crate::model::{
    Affinity, Demand, Device, Domain, DomainKey, HostMemory, Hypervisor, Light, Name, Node, Op, PcpuTime,
    Progress, SchedParams, Stamp, Vcpu, Which,
    console::Tty,
    definition::Told,
    request::{Change, Request},
};

/// What a driver's call gives.
pub type Answer<T> = Result<T, Error>;

/// What a definition says and a domain was made or kept without, for its toolstack has no word for it: a phrase each,
/// not safe to show.
pub type Lost = Vec<String>;

/// What a driver says of itself.
#[derive(Clone, Debug)]
pub struct DriverInfo {
    /// Its name: `hypervisor`, `xenstore`, `xl`.
    pub name: &'static str,
    /// What it talks to: a device, a socket, a program.
    pub peer: Arc<str>,
    /// Whether it goes under the feet of every toolstack: the last to be asked for `Route::HypervisorLast`.
    pub hypervisor: bool,
    /// The operations it does not answer `Unsupported`.
    pub ops: Arc<[Op]>,
}

/// The reading half of a driver. Buffers are the caller's, and are filled in place: a warm call allocates nothing.
///
/// # Errors
/// Every operation may answer any [`Error`]; on any kind the stack asks the next driver.
#[expect(clippy::missing_errors_doc, reason = "they are the same for every operation, and told above")]
pub trait Observe: Send + Sync {
    /// What it is and what it can do.
    fn info(&self) -> DriverInfo;

    /// How its peer is, without asking it: from what the last calls gave.
    fn light(&self) -> Light {
        Light::Ready
    }

    /// Starts the threads it reads with, where they are not there yet. The first reading does that as well: who gives
    /// up rights, which every thread has of its own, has it done in between.
    fn prepare(&self) -> Answer<()> {
        Ok(())
    }

    /// A tick begins: simulated hosts move their clock here, watchers take in what their peer sent meanwhile.
    /// Must not wait. Whatever goes wrong shows in [`Observe::light`] and in the calls that follow.
    fn begin(&self, _at: Stamp, _demand: &Demand) {}

    /// When what [`Observe::domains`] gave last was read, where that was not now: a peer that samples by itself tells
    /// by its own clock, on which rates are to be computed.
    fn sampled_at(&self) -> Option<Stamp> {
        None
    }

    /// [`Op::Hypervisor`]: asked once per connection.
    fn hypervisor(&self) -> Answer<Hypervisor> {
        Err(Error::unsupported(Op::Hypervisor))
    }

    /// [`Op::Node`]: asked at the start, about every ten seconds and when the number of CPUs changed.
    fn node(&self) -> Answer<Node> {
        Err(Error::unsupported(Op::Node))
    }

    /// [`Op::HostMemory`]: asked every tick.
    fn host_memory(&self) -> Answer<HostMemory> {
        Err(Error::unsupported(Op::HostMemory))
    }

    /// [`Op::PcpuTimes`]: asked every tick; `into` is cleared and filled by index.
    fn pcpu_times(&self, _into: &mut Vec<PcpuTime>) -> Answer<()> {
        Err(Error::unsupported(Op::PcpuTimes))
    }

    /// [`Op::Domains`]: asked every tick. `into` holds what it held some ticks ago; the driver makes it hold today's
    /// domains by increasing id, those that are off last by name, and overwrites every field it knows. A row whose
    /// key is the same as before keeps `name`, `guest`, `target`, `net` and `disk` (the driver clears them where the
    /// key changed), so that what others fill in need not be filled again each tick.
    fn domains(&self, _into: &mut Vec<Domain>) -> Answer<()> {
        Err(Error::unsupported(Op::Domains))
    }

    /// [`Op::Identify`]: asked every tick, of the first driver that can; fills `name`, `target`, and `guest` where
    /// it knows better. From a cache: it costs its peer nothing while nothing changed.
    fn identify(&self, _domains: &mut [Domain]) -> Answer<()> {
        Err(Error::unsupported(Op::Identify))
    }

    /// [`Op::Vcpus`]: appends the vCPUs of these running domains (sorted by id) by domain and index. Domains that
    /// have gone meanwhile are left out, without an error.
    fn vcpus(&self, _domains: &[Domain], _into: &mut Vec<Vcpu>) -> Answer<()> {
        Err(Error::unsupported(Op::Vcpus))
    }

    /// [`Op::Affinities`] of one domain, by vCPU.
    fn affinities(&self, _key: DomainKey) -> Answer<Vec<Affinity>> {
        Err(Error::unsupported(Op::Affinities))
    }

    /// [`Op::Traffic`]: fills `net` and `disk` of every domain that has such devices; the rest become
    /// `Unsupported`. Asked every tick while the demand says so.
    fn traffic(&self, _domains: &mut [Domain]) -> Answer<()> {
        Err(Error::unsupported(Op::Traffic))
    }

    /// [`Op::Devices`] of one domain, with their counters.
    fn devices(&self, _key: DomainKey) -> Answer<Vec<Device>> {
        Err(Error::unsupported(Op::Devices))
    }

    /// [`Op::Facts`] of one domain: labelled, in the order to show.
    fn facts(&self, _key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        Err(Error::unsupported(Op::Facts))
    }

    /// [`Op::Consoles`] of one running domain: in the order to offer them, the one it is used by first. Where it has
    /// none the answer is empty.
    fn consoles(&self, _key: DomainKey) -> Answer<Vec<Tty>> {
        Err(Error::unsupported(Op::Consoles))
    }

    /// [`Op::ReadScheduler`] of one domain.
    fn scheduler(&self, _key: DomainKey) -> Answer<SchedParams> {
        Err(Error::unsupported(Op::ReadScheduler))
    }

    /// [`Op::Requests`]: appends those shutdown requests that still stand where the guest would have taken them away
    /// (`control/shutdown` of Xen's io/libxs protocol), of these domains. Domains that have gone are left out.
    fn requests(&self, _keys: &[DomainKey], _into: &mut Vec<(DomainKey, Name)>) -> Answer<()> {
        Err(Error::unsupported(Op::Requests))
    }

    /// [`Op::Configuration`] of one domain, as its toolstack keeps and prints it (JSON of `xl list -l`). Raw: make
    /// it visible before showing it.
    fn configuration(&self, _key: DomainKey) -> Answer<String> {
        Err(Error::unsupported(Op::Configuration))
    }

    /// [`Op::Definition`] of one domain, running or off, in domain XML. A driver that keeps definitions answers for
    /// [`Which::Kept`] what it keeps, and `NoDomain` where it keeps none of this domain.
    fn definition(&self, _key: DomainKey, _which: Which) -> Answer<Told> {
        Err(Error::unsupported(Op::Definition))
    }

    /// [`Op::Inactive`]: appends the domains this driver keeps a definition of, as they are when they do not run: no
    /// id, state `Off`. Asked of every driver, every tick: from a cache, without waiting. The reader drops those that
    /// run and those another driver told before.
    fn inactive(&self, _into: &mut Vec<Domain>) -> Answer<()> {
        Err(Error::unsupported(Op::Inactive))
    }

    /// [`Op::Progress`]: appends how far the changes under way in this driver have come. Asked every tick, also while
    /// the executor's thread waits inside such a change; must not wait.
    fn progress(&self, _into: &mut Vec<Progress>) -> Answer<()> {
        Err(Error::unsupported(Op::Progress))
    }

    /// [`Op::HostLog`]: what the hypervisor printed after `cursor` (0: all it still has), and the cursor to go on
    /// from. Raw: make it visible before showing it.
    fn host_log(&self, _cursor: u32) -> Answer<(String, u32)> {
        Err(Error::unsupported(Op::HostLog))
    }
}

/// The changing half of a driver. Every method needs a [`Permit`], which only a session opened for changes makes.
///
/// # Errors
/// The kind decides whether the next driver is asked: [`crate::model::Kind::falls_through`].
#[expect(clippy::missing_errors_doc, reason = "they are the same for every operation, and told above")]
pub trait Control: Observe {
    /// Carries out one change to one domain; the operation is `change.op()`. A device may have been attached without
    /// some of what it was described with.
    fn change(&self, _permit: &Permit, _key: DomainKey, change: &Change) -> Answer<Lost> {
        Err(Error::unsupported(change.op()))
    }

    /// Another driver destroyed a domain that is none of this one's to destroy: takes away what this one keeps of
    /// it. Called by the stack alone, after a [`Change::Destroy`] that the hypervisor did without its toolstack.
    fn clean_up(&self, _permit: &Permit, _key: DomainKey) -> Answer<()> {
        Ok(())
    }

    /// Starts a domain of a definition that another driver keeps: [`Op::Start`] where who keeps it cannot start it.
    fn start(&self, _permit: &Permit, _key: DomainKey, _kept: &Told) -> Answer<Lost> {
        Err(Error::unsupported(Op::Start))
    }

    /// Carries out a request that is about no domain there is yet.
    fn make(&self, _permit: &Permit, request: &Request) -> Answer<Lost> {
        Err(Error::unsupported(request.op()))
    }
}
