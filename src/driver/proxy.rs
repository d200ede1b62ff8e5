//! The proxy driver: a host read through domtop's own proxy, for who may not ask its hypervisor.
//!
//! ```text
//!   begin ──► what the proxy sent meanwhile is taken in; a demand that is new is sent
//!   domains, vcpus, traffic, memory … ◄── the last sample, nothing is asked
//!   affinities, devices, facts …      ◄── asked, with a deadline; one answer serves them all for a second
//!   definition, consoles, host log …  ◄── asked over a connection of its own: it may take a toolstack's time
//! ```
//!
//! The proxy samples by its own clock, and its stamps are what rates are computed from.

mod conn;
mod details;
mod errand;
mod link;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{details::Details, errand::Errand, link::Link};
use crate::{
    driver::{Answer, Control, DriverInfo, Error, Observe},
    model::{
        Affinity, Demand, Device, Domain, DomainKey, HostMemory, Hypervisor, Kind, Light, Name, Node, Op,
        PcpuTime, Reading, SchedParams, Stamp, Vcpu, Which, console::Tty, definition::Told,
    },
    wire::proxy::{Question, Reply},
};

/// Where the proxy listens unless told otherwise.
pub const SOCKET: &str = "/run/domtop/proxy.sock";

/// What the driver is, opened or not.
pub fn info(path: Option<&Path>) -> DriverInfo {
    let path = path.unwrap_or(Path::new(SOCKET));
    DriverInfo { name: "proxy", peer: path.display().to_string().into(), hypervisor: false, ops: [].into() }
}

/// The driver.
pub struct Proxy {
    info: DriverInfo,
    hypervisor: Hypervisor,
    state: Mutex<State>,
    errand: Mutex<Errand>,
}

/// What the sampler's thread goes by.
struct State {
    link: Link,
    details: Details,
}

impl Proxy {
    /// Connects and waits until the proxy has said who it is.
    ///
    /// # Errors
    /// `Unreachable` where no proxy listens, `Denied` where this user may not, `TimedOut` where it says nothing.
    pub fn open(path: Option<&Path>) -> Answer<Self> {
        let path = path.unwrap_or(Path::new(SOCKET));
        let (link, welcome) = Link::open(path)?;
        let mut ops: Vec<_> = welcome.ops.into_iter().filter(|op| is_told(*op)).collect();
        ops.extend(
            [Op::Hypervisor, Op::Domains, Op::Identify]
                .iter()
                .filter(|op| !ops.contains(op))
                .copied()
                .collect::<Vec<_>>(),
        );
        let info = DriverInfo { ops: ops.into(), ..info(Some(path)) };
        let state = Mutex::new(State { link, details: Details::default() });
        let errand = Mutex::new(Errand::new(path));
        Ok(Self { info, hypervisor: welcome.hypervisor, state, errand })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a question answered that may take its time.
    fn ask(&self, question: Question) -> Answer<Reply> {
        self.errand.lock().unwrap_or_else(PoisonError::into_inner).ask(question)
    }
}

/// Whether an operation of the host is one through the proxy: it changes nothing, and what moves in the drivers of
/// this process, or is among the domains already, is not asked for.
const fn is_told(op: Op) -> bool {
    !op.changes() && !matches!(op, Op::Inactive | Op::Progress)
}

impl Observe for Proxy {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        self.state().link.light()
    }

    fn begin(&self, at: Stamp, demand: &Demand) {
        self.state().link.begin(at.mono, demand);
    }

    fn sampled_at(&self) -> Option<Stamp> {
        self.state().link.last().map(|sample| sample.at)
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(self.hypervisor.clone())
    }

    fn node(&self) -> Answer<Node> {
        let state = self.state();
        state.link.node().map(|node| node.as_ref().clone()).ok_or_else(|| Error::unsupported(Op::Node))
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        let state = self.state();
        told(Op::HostMemory, &state.link.last().ok_or_else(nothing_yet)?.memory)
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        let state = self.state();
        into.clone_from(&state.link.last().ok_or_else(nothing_yet)?.pcpus);
        if into.is_empty() { Err(Error::unsupported(Op::PcpuTimes)) } else { Ok(()) }
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        let mut state = self.state();
        let sample = state.link.sample()?;
        if let Some(why) = &sample.stale {
            return Err(Error { kind: Kind::Failed, message: why.clone(), hint: None });
        }
        into.clone_from(&sample.domains);
        Ok(())
    }

    fn identify(&self, domains: &mut [Domain]) -> Answer<()> {
        self.each(domains, |row, known| {
            row.name.clone_from(&known.name);
            row.guest.clone_from(&known.guest);
            row.target.clone_from(&known.target);
        })
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        let state = self.state();
        let sample = state.link.last().ok_or_else(nothing_yet)?;
        let ids = domains.iter().filter_map(|domain| domain.key.id);
        ids.for_each(|id| into.extend_from_slice(sample.vcpus_of(id)));
        Ok(())
    }

    fn affinities(&self, key: DomainKey) -> Answer<Vec<Affinity>> {
        let State { link, details } = &mut *self.state();
        told(Op::Affinities, &details.of(key, link)?.affinities)
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        self.each(domains, |row, known| {
            row.net.clone_from(&known.net);
            row.disk.clone_from(&known.disk);
        })
    }

    fn devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        let State { link, details } = &mut *self.state();
        told(Op::Devices, &details.of(key, link)?.devices)
    }

    fn facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        let State { link, details } = &mut *self.state();
        Ok(details.of(key, link)?.facts.clone())
    }

    fn consoles(&self, key: DomainKey) -> Answer<Vec<Tty>> {
        match self.ask(Question::Consoles(key))? {
            Reply::Consoles(ttys) => Ok(ttys),
            _ => Err(other()),
        }
    }

    fn scheduler(&self, key: DomainKey) -> Answer<SchedParams> {
        let State { link, details } = &mut *self.state();
        told(Op::ReadScheduler, &details.of(key, link)?.sched)
    }

    fn requests(&self, keys: &[DomainKey], into: &mut Vec<(DomainKey, Name)>) -> Answer<()> {
        let state = self.state();
        let sample = state.link.last().ok_or_else(nothing_yet)?;
        into.extend(sample.requests.iter().filter(|(key, _)| keys.contains(key)).cloned());
        Ok(())
    }

    fn configuration(&self, key: DomainKey) -> Answer<String> {
        match self.ask(Question::Configuration(key))? {
            Reply::Configuration(text) => Ok(text),
            _ => Err(other()),
        }
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        match self.ask(Question::Definition(key, which))? {
            Reply::Definition(told) => Ok(told),
            _ => Err(other()),
        }
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        match self.ask(Question::HostLog(cursor))? {
            Reply::HostLog(text, cursor) => Ok((text, cursor)),
            _ => Err(other()),
        }
    }
}

impl Control for Proxy {}

impl Proxy {
    /// Fills rows from those of the last sample; one that is not among them is left as it is.
    fn each(&self, domains: &mut [Domain], mut fill: impl FnMut(&mut Domain, &Domain)) -> Answer<()> {
        let state = self.state();
        let known = &state.link.last().ok_or_else(nothing_yet)?.domains;
        for (place, row) in domains.iter_mut().enumerate() {
            let here = known.get(place).filter(|known| known.key == row.key);
            if let Some(known) = here.or_else(|| known.iter().find(|known| known.key == row.key)) {
                fill(row, known);
            }
        }
        Ok(())
    }
}

/// A reading of the proxy's as a driver's answer.
fn told<T: Clone>(op: Op, reading: &Reading<T>) -> Answer<T> {
    match reading {
        Reading::Known(value) => Ok(value.clone()),
        Reading::Unsupported => Err(Error::unsupported(op)),
        Reading::Failed(why) => Err(Error { kind: Kind::Failed, message: why.clone(), hint: None }),
    }
}

fn nothing_yet() -> Error {
    Error::new(Kind::Unreachable, "the proxy has sent no sample yet")
}

fn other() -> Error {
    Error::new(Kind::Malformed, "the proxy answered something else than what it was asked")
}
