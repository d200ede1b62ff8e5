//! The xend driver: the toolstack of Xen 3.0 to 4.4, over HTTP and S-expressions.
//!
//! ```text
//!  Xend (Observe)           answers from what the worker read, or asks for one domain itself
//!  control, make            changes: looked at before, ordered once, looked at after
//!  worker ── view           a thread that reads the host in rounds; a xend that hangs holds up nobody else
//!  said, era                what a reply means in each release
//!  http, page, transport    requests: bounded in time and size, never sent twice
//! ```
//!
//! xend is old and odd, and what it says is believed as far as it can be checked: it answers 0 to what it did not do,
//! 200 to what failed, and nothing at all to what it cannot parse. Its pages and operations are those of
//! tools/python/xen/xend/server/SrvDomain.py and SrvDomainDir.py.

mod control;
mod era;
mod files;
mod http;
mod limit;
mod look;
mod make;
mod names;
mod page;
mod pin;
mod progress;
mod said;
mod transport;
mod view;
mod worker;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use self::{
    era::{Era, beside_xenstore},
    http::{Hands, Web},
    limit::Limits,
    progress::UnderWay,
    view::Rounds,
    worker::Worker,
};
use crate::{
    driver::{Answer, DriverInfo, Observe, conn::Stopwatch},
    model::{
        Affinity, Demand, Device, Domain, DomainKey, HostMemory, Hypervisor, Light, Name, Nanos, Node, Op,
        Progress, Reading, SchedParams, Stamp, Vcpu, Which,
        definition::Told,
        uri::{self, XEND_SOCKET},
    },
    wire::sexpr::node,
};

/// How long xend may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// To tell something.
    pub quick: Duration,
    /// To change something.
    pub thorough: Duration,
    /// To create, to save, to restore, to dump.
    pub long: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let [quick, thorough, long] = [3, 60, 1800].map(Duration::from_secs);
        Self { quick, thorough, long }
    }
}

/// What the driver is, opened or not: what a xend of the latest release can.
pub fn info(at: &uri::Xend) -> DriverInfo {
    let latest = Era { format: crate::wire::sexpr::Format::Four, release: (4, 4) };
    describe(at, &latest.ops(true))
}

fn describe(at: &uri::Xend, ops: &[Op]) -> DriverInfo {
    let peer = match at {
        uri::Xend::Tcp { host, port } => format!("{host}:{port}"),
        uri::Xend::Unix(path) => path.display().to_string(),
    };
    DriverInfo { name: "xend", peer: peer.into(), hypervisor: false, ops: ops.into() }
}

/// Where this machine's xend listens, where there is one.
pub fn here() -> Option<uri::Xend> {
    Path::new(XEND_SOCKET).exists().then(|| uri::Xend::Unix(XEND_SOCKET.into()))
}

/// Where xend keeps definitions (`xend-domains-path`), each in `UUID/config.sxp` (XendDomain.py of 3.0.4 and later).
const KEPT: &str = "/var/lib/xend/domains";

/// The driver.
pub struct Xend {
    info: DriverInfo,
    era: Era,
    /// What it told of the machine when it was opened.
    page: node::Page,
    web: Arc<Web>,
    /// None where only looking is allowed: then there is nothing that could change anything.
    hands: Option<Hands>,
    worker: Worker,
    under_way: UnderWay,
    deadlines: Deadlines,
    /// Whether its files are this machine's: on a socket of it. What listens at localhost may be a tunnel's end.
    local: bool,
    /// Whether its clock is taken for this machine's, which no more than keeps one from a reboot.
    near: bool,
    /// The time of day when the last tick began, and what has passed since; none before the first.
    wall: Mutex<Option<(Nanos, Stopwatch)>>,
    /// Where it keeps definitions, where that is on this machine.
    kept: Option<PathBuf>,
    /// A running domain that was looked for and xend does not know.
    unknown: Mutex<Option<DomainKey>>,
    /// What it does not print.
    limits: Limits,
}

impl Xend {
    /// Connects and asks which release it is; for looking only, it has no means to send what changes anything.
    ///
    /// # Errors
    /// Where nobody answers, this user may not, or who answers is no xend.
    pub fn open(at: &uri::Xend, read_only: bool) -> Answer<Self> {
        let mut xend = Self::at(at, Deadlines::default())?;
        xend.kept = matches!(at, uri::Xend::Unix(_)).then(|| KEPT.into());
        Ok(if read_only { xend.looking() } else { xend })
    }

    /// The same with these deadlines, for changes.
    ///
    /// # Errors
    /// As [`Xend::open`].
    pub fn at(at: &uri::Xend, deadlines: Deadlines) -> Answer<Self> {
        let web = Arc::new(Web::new(at, describe(at, &[]).peer));
        let page = view::machine(&web, deadlines.quick)?;
        let era = Era { format: page.format, release: release(&page.hypervisor.version) };
        let worker = Worker::new(Rounds::new(web.clone(), era), deadlines.quick);
        let local = matches!(at, uri::Xend::Unix(_));
        let near = match at {
            uri::Xend::Unix(_) => true,
            uri::Xend::Tcp { host, .. } => ["localhost", "127.0.0.1", "::1"].contains(&host.as_str()),
        };
        let hands = Some(Hands::new(web.clone()));
        let info = describe(at, &era.ops(true));
        Ok(Self {
            info,
            era,
            page,
            web,
            hands,
            worker,
            under_way: UnderWay::default(),
            deadlines,
            local,
            near,
            wall: Mutex::default(),
            kept: None,
            unknown: Mutex::default(),
            limits: Limits::default(),
        })
    }

    /// The same without anything that changes.
    #[must_use]
    pub fn looking(mut self) -> Self {
        self.hands = None;
        self.info.ops = self.era.ops(false).into();
        self
    }

    /// The same with a folder of this machine in which xend keeps definitions.
    #[must_use]
    pub fn keeping(mut self, folder: PathBuf) -> Self {
        self.kept = Some(folder);
        self
    }

    /// The same beside a xenstore driver, to which it leaves what that one tells better.
    #[must_use]
    pub fn beside_xenstore(mut self) -> Self {
        self.info.ops = beside_xenstore(&self.info.ops).into();
        self
    }
}

impl Observe for Xend {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        self.worker.light()
    }

    fn prepare(&self) -> Answer<()> {
        self.worker.start()
    }

    fn begin(&self, at: Stamp, _demand: &Demand) {
        let tick = (at.wall, Stopwatch::start());
        *self.wall.lock().unwrap_or_else(PoisonError::into_inner) = Some(tick);
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(self.page.hypervisor.clone())
    }

    fn node(&self) -> Answer<Node> {
        self.worker.fresh().map(|view| view.page.node.clone())
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        self.worker.fresh().map(|view| view.page.memory)
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        let view = self.worker.fresh()?;
        into.resize_with(view.running.len(), Domain::default);
        for (row, read) in into.iter_mut().zip(&view.running) {
            take_over(row, read);
        }
        self.limits.put(into);
        Ok(())
    }

    fn identify(&self, domains: &mut [Domain]) -> Answer<()> {
        self.name_them(domains)
    }

    fn inactive(&self, into: &mut Vec<Domain>) -> Answer<()> {
        self.worker.recent().map(|view| into.extend(view.inactive.iter().cloned()))
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        self.read_vcpus(domains, into)
    }

    fn affinities(&self, key: DomainKey) -> Answer<Vec<Affinity>> {
        self.read_affinities(&self.subject(key)?)
    }

    fn scheduler(&self, key: DomainKey) -> Answer<SchedParams> {
        self.read_scheduler(&self.subject(key)?)
    }

    fn devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        self.read_devices(key)
    }

    fn facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        self.read_facts(key)
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        self.read_definition(key, which)
    }

    fn progress(&self, into: &mut Vec<Progress>) -> Answer<()> {
        self.under_way.tell(into);
        Ok(())
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        self.read_log(cursor)
    }
}

impl Xend {
    /// The time of day; none before the first tick.
    fn now_by_the_wall(&self) -> Option<Nanos> {
        let tick = *self.wall.lock().unwrap_or_else(PoisonError::into_inner);
        tick.map(|(wall, since)| Nanos(wall.0 + since.elapsed().0))
    }
}

/// Makes a row hold what was read; the same domain keeps the traffic others counted.
fn take_over(row: &mut Domain, read: &Domain) {
    let same = row.key == read.key;
    let traffic =
        if same { (row.net.clone(), row.disk.clone()) } else { (Reading::default(), Reading::default()) };
    row.clone_from(read);
    (row.net, row.disk) = traffic;
}

/// Major and minor of a version like `4.1.6.1`, 0 where they are not said.
fn release(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
