//! The xenstore driver: what the toolstack and the guests wrote down about each domain, and what Linux counts of
//! their devices.
//!
//! Xenstore is a tree of small texts that a daemon, xenstored, keeps. It costs a system call or two per key, so
//! nothing is asked for twice: keys of every domain are cached and watched (`names`), those of the one in view are
//! read in bursts (`facts`, `devices`). Counters do not come from xenstored at all, but from files of
//! the kernel that serves as the backend (`counters`).

mod clean_up;
mod client;
mod consoles;
mod control;
mod counters;
mod devices;
mod facts;
mod guest;
mod link;
mod names;
mod rename;

use std::{
    env,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use self::{consoles::Terminals, counters::Counters, link::Link, names::Names};
use crate::{
    driver::{Answer, DriverInfo, Error, Observe},
    model::{Demand, Device, Domain, DomainKey, Light, Name, Op, Stamp, console::Tty},
};

/// How long xenstored may be silent while it owes an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where things lie on this host; tests point it to trees of their own.
#[derive(Clone, Debug)]
pub struct Places {
    /// Sockets and devices that lead to xenstored, in the order to try them.
    pub peers: Vec<PathBuf>,
    /// Where procfs is mounted.
    pub proc: PathBuf,
    /// Where sysfs is mounted.
    pub sys: PathBuf,
    /// Where tapdisk keeps its counters, `/dev/shm`.
    pub shm: PathBuf,
    /// Where devpts is mounted, `/dev/pts`.
    pub pts: PathBuf,
    /// Where Xen's own console client keeps its locks, `/var/lock`.
    pub locks: PathBuf,
    /// How long xenstored may be silent while it owes an answer.
    pub patience: Duration,
}

impl Places {
    /// Those of this host: `XENSTORED_PATH` and `XENSTORED_RUNDIR` of the environment, as for Xen's own tools, then
    /// the daemon's sockets, then the kernel's devices. For looking only, a directory's read-only socket comes
    /// first where there is one (`socket_ro`, up to Xen 4.14).
    pub fn host(read_only: bool) -> Self {
        let given = env::var_os("XENSTORED_PATH").map(PathBuf::from);
        let rundir = env::var_os("XENSTORED_RUNDIR").map(PathBuf::from);
        let usual = ["/run/xenstored", "/var/run/xenstored"].map(PathBuf::from);
        let sockets = rundir.into_iter().chain(usual).flat_map(|directory| {
            let ours = Some(directory.join("socket_ro")).filter(|socket| read_only && socket.exists());
            ours.into_iter().chain([directory.join("socket")])
        });
        let devices = ["/dev/xen/xenbus", "/proc/xen/xenbus"].map(PathBuf::from);
        Self {
            peers: given.into_iter().chain(sockets).chain(devices).collect(),
            proc: "/proc".into(),
            sys: "/sys".into(),
            shm: "/dev/shm".into(),
            pts: "/dev/pts".into(),
            locks: "/var/lock".into(),
            patience: PATIENCE,
        }
    }
}

/// What the driver can, all of it with any xenstored.
const OPS: [Op; 11] = [
    Op::Identify,
    Op::Traffic,
    Op::Devices,
    Op::Facts,
    Op::Consoles,
    Op::Requests,
    Op::Shutdown,
    Op::Reboot,
    Op::SetMemory,
    Op::SetVcpus,
    Op::Rename,
];

/// What the driver is, opened or not.
pub fn info() -> DriverInfo {
    describe(Path::new("/run/xenstored/socket"))
}

fn describe(peer: &Path) -> DriverInfo {
    DriverInfo {
        name: "xenstore",
        peer: peer.display().to_string().into(),
        hypervisor: false,
        ops: OPS.into(),
    }
}

/// The driver.
pub struct Xenstore {
    info: DriverInfo,
    state: Mutex<State>,
}

struct State {
    link: Link,
    names: Names,
    counters: Counters,
    terminals: Terminals,
}

impl State {
    /// The id of a running domain, as long as it is the one meant.
    fn running(&self, key: DomainKey) -> Answer<u32> {
        match key.id {
            None => Err(Error::no_domain("running domain with this uuid")),
            Some(id) if self.names.is_gone(key) => {
                Err(Error::no_domain(format!("domain {} any more: its id was given to another", id.0)))
            }
            Some(id) => Ok(id.0),
        }
    }
}

impl Xenstore {
    /// Connects; where looking is all that is wanted, by the read-only socket if there is one, and as
    /// [`Xenstore::at_read_only`] in any case.
    ///
    /// # Errors
    /// Where nobody answers or this user may not.
    pub fn open(read_only: bool) -> Answer<Self> {
        let places = Places::host(read_only);
        if read_only { Self::at_read_only(places) } else { Self::at(places) }
    }

    /// Connects to the first peer of these places that can be connected to. Asks it nothing yet.
    ///
    /// # Errors
    /// `Denied` where some peer is there but not for this user, else `Unreachable`.
    pub fn at(places: Places) -> Answer<Self> {
        let (link, peer) = Link::open(places.peers, places.patience)?;
        let counters = Counters::new(&places.proc, &places.sys, places.shm);
        let terminals = Terminals { pts: places.pts, locks: places.locks };
        let state = State { link, names: Names::default(), counters, terminals };
        Ok(Self { info: describe(&peer), state: Mutex::new(state) })
    }

    /// The same, for looking only: a request that does more than ask is an error before a byte of it leaves.
    ///
    /// # Errors
    /// As [`Xenstore::at`].
    pub fn at_read_only(places: Places) -> Answer<Self> {
        let xenstore = Self::at(places)?;
        xenstore.state().link.fence();
        Ok(xenstore)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Xenstore {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        let state = self.state();
        match state.link.light() {
            Light::Ready => state.names.light(),
            other => other,
        }
    }

    fn begin(&self, at: Stamp, _demand: &Demand) {
        self.state().link.begin(at.mono);
    }

    fn identify(&self, domains: &mut [Domain]) -> Answer<()> {
        let State { link, names, .. } = &mut *self.state();
        names.identify(link, domains)
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        let State { link, counters, .. } = &mut *self.state();
        counters.fill(link, domains);
        Ok(())
    }

    fn devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        let mut state = self.state();
        let id = state.running(key)?;
        let State { link, counters, .. } = &mut *state;
        devices::read(id, link, counters)
    }

    fn facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        let mut state = self.state();
        let id = state.running(key)?;
        state.link.run(|client| facts::read(id, key.uuid, client))
    }

    fn consoles(&self, key: DomainKey) -> Answer<Vec<Tty>> {
        let mut state = self.state();
        let id = state.running(key)?;
        let State { link, terminals, .. } = &mut *state;
        link.run(|client| consoles::read(id, key.uuid, terminals, client))
    }

    fn requests(&self, keys: &[DomainKey], into: &mut Vec<(DomainKey, Name)>) -> Answer<()> {
        let mut state = self.state();
        let running: Vec<DomainKey> =
            keys.iter().copied().filter(|&key| state.running(key).is_ok()).collect();
        state.link.run(|client| control::requests(&running, client, into))
    }
}
