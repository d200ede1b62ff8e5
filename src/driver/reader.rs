//! Composes a snapshot from what the drivers of the stack can each tell.

use std::sync::Arc;

use super::{
    Answer,
    stack::{Outcome, Stack},
};
use crate::model::{
    Demand, Detail, Domain, DomainKey, Failure, HostId, Hypervisor, Kind, Name, Nanos, Node, Op, Reading,
    Snapshot, Stamp, Vcpu, Which, definition::Told,
};

/// How often what seldom changes is read again.
const NODE_EVERY: Nanos = Nanos(10_000_000_000);
/// How often the domain in view is read in full.
const DETAIL_EVERY: Nanos = Nanos(1_000_000_000);

/// The reading half of a session: all a looking user has.
///
/// ```compile_fail
/// fn a_reader_cannot_change_anything(reader: &domtop::driver::Reader) { reader.suspend(); }
/// ```
pub struct Reader {
    stack: Arc<Stack>,
    host: HostId,
    hypervisor: Arc<Hypervisor>,
    node: Arc<Node>,
    /// When the node was read last, and how many pCPUs there were.
    node_read: Option<(Nanos, usize)>,
    detail: Option<Arc<Detail>>,
    detail_read: Nanos,
}

impl Reader {
    /// Over a stack; asks for what does not change.
    ///
    /// # Errors
    /// Where no driver tells what hypervisor this is: then there is no host to read.
    pub fn new(host: HostId, stack: Arc<Stack>) -> Outcome<Self> {
        let hypervisor = Arc::new(stack.read(Op::Hypervisor, |d| d.hypervisor())?);
        Ok(Self {
            stack,
            host,
            hypervisor,
            node: Arc::default(),
            node_read: None,
            detail: None,
            detail_read: Nanos(0),
        })
    }

    /// Another reader of the same host, for who asks single questions while this one samples.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            stack: self.stack.clone(),
            host: self.host,
            hypervisor: self.hypervisor.clone(),
            node: Arc::default(),
            node_read: None,
            detail: None,
            detail_read: Nanos(0),
        }
    }

    /// Has the drivers start the threads they read with, as reading would.
    ///
    /// # Errors
    /// Where there can be no more threads.
    pub fn prepare(&self) -> Answer<()> {
        let mut done = Ok(());
        self.stack.each(|driver| {
            let started = driver.prepare();
            if done.is_ok() {
                done = started;
            }
        });
        done
    }

    /// The operations that some driver of the host can do.
    pub fn ops(&self) -> Vec<Op> {
        self.stack.ops()
    }

    /// The hypervisor.
    pub fn hypervisor(&self) -> &Arc<Hypervisor> {
        &self.hypervisor
    }

    /// Reads the host into `into`, whose buffers are used again: warm, without a change of the domains and without a
    /// focus, it allocates nothing. Never fails as a whole: what could not be read says so in its place.
    pub fn sample(&mut self, at: Stamp, demand: &Demand, into: &mut Snapshot) {
        self.stack.begin(at, demand);
        (into.host, into.at) = (self.host, at);
        self.domains(demand, into);
        into.memory = reading(self.stack.read(Op::HostMemory, |d| d.host_memory()));
        if self.stack.read(Op::PcpuTimes, |d| d.pcpu_times(&mut into.pcpus)).is_err() {
            into.pcpus.clear();
        }
        self.node(at.mono, into);
        self.vcpus(demand, into);
        self.detail(at.mono, demand, into);
        self.requests(demand, into);
        into.progress.clear();
        self.stack.gather(Op::Progress, |driver| driver.progress(&mut into.progress));
        self.stack.statuses(&mut into.drivers);
    }

    /// Reads the domains alone, for who must know why they cannot be read.
    ///
    /// # Errors
    /// The reasons of the drivers.
    pub fn read_domains(&self, into: &mut Vec<Domain>) -> Outcome<()> {
        self.stack.domains(into).map(drop)
    }

    /// What the hypervisor printed after `cursor`, and the cursor to go on from; raw text.
    ///
    /// # Errors
    /// The reasons of the drivers.
    pub fn host_log(&self, cursor: u32) -> Outcome<(String, u32)> {
        self.stack.read(Op::HostLog, |d| d.host_log(cursor))
    }

    fn domains(&self, demand: &Demand, into: &mut Snapshot) {
        match self.stack.domains(&mut into.domains) {
            Ok(read) => (into.stale, into.at) = (None, read.unwrap_or(into.at)),
            Err(failure) => {
                into.stale = Some(summary(&failure));
                return;
            }
        }
        let traffic = demand.devices.then(|| self.stack.read(Op::Traffic, |d| d.traffic(&mut into.domains)));
        match traffic {
            Some(Ok(())) => {}
            Some(Err(failure)) => no_traffic(into, &reading::<()>(Err(failure))),
            None => no_traffic(into, &Reading::Unsupported),
        }
    }

    /// The node is read at the start, seldom, and when a pCPU came or went; a failure waits its turn like a success.
    fn node(&mut self, now: Nanos, into: &mut Snapshot) {
        let turn = (now, into.pcpus.len());
        let due = self.node_read.is_none_or(|(read, cpus)| now.since(read) >= NODE_EVERY || cpus != turn.1);
        if due {
            self.node_read = Some(turn);
            let node = self.stack.read(Op::Node, |d| d.node()).unwrap_or_else(|_| self.node.as_ref().clone());
            if *self.node != node {
                self.node = Arc::new(node);
            }
        }
        into.node.clone_from(&self.node);
        into.hypervisor.clone_from(&self.hypervisor);
    }

    fn vcpus(&self, demand: &Demand, into: &mut Snapshot) {
        let Snapshot { domains, vcpus, .. } = into;
        vcpus.clear();
        let wanted = match (demand.all_vcpus, demand.focus) {
            (true, _) => &domains[..domains.partition_point(|d| d.key.id.is_some())],
            (false, Some(key)) => one(domains, key),
            (false, None) => &[],
        };
        if !wanted.is_empty() {
            // What could not be read is not shown; the Drivers panel has the reason.
            let _ = self.stack.read(Op::Vcpus, |d| d.vcpus(wanted, vcpus));
        }
    }

    /// Appends the vCPUs of these running domains, sorted by id.
    ///
    /// # Errors
    /// The reasons of the drivers.
    pub fn read_vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Outcome<()> {
        self.stack.read(Op::Vcpus, |d| d.vcpus(domains, into))
    }

    /// What could not be read is as if acknowledged; the Drivers panel has the reason.
    fn requests(&self, demand: &Demand, into: &mut Snapshot) {
        into.requests.clear();
        if !demand.awaited.is_empty() {
            let _ = self.stack.read(Op::Requests, |d| d.requests(&demand.awaited, &mut into.requests));
        }
    }

    /// A domain's configuration as its toolstack keeps it; raw text.
    ///
    /// # Errors
    /// The reasons of the drivers.
    pub fn configuration(&self, key: DomainKey) -> Outcome<String> {
        self.stack.read(Op::Configuration, |d| d.configuration(key))
    }

    /// A domain's definition.
    ///
    /// # Errors
    /// The reasons of the drivers.
    pub fn definition(&self, key: DomainKey, which: Which) -> Outcome<Told> {
        self.stack.definition(key, which)
    }

    fn detail(&mut self, now: Nanos, demand: &Demand, into: &mut Snapshot) {
        let wanted = demand.focus.filter(|key| !one(&into.domains, *key).is_empty());
        let fresh = self.detail.as_ref().is_some_and(|d| Some(d.key) == wanted)
            && now.since(self.detail_read) < DETAIL_EVERY;
        if !fresh {
            self.detail = wanted.map(|key| Arc::new(self.read_detail(key)));
            self.detail_read = now;
        }
        into.detail.clone_from(&self.detail);
    }

    /// All there is to know of one domain, now.
    pub fn read_detail(&self, key: DomainKey) -> Detail {
        Detail {
            key,
            affinities: reading(self.stack.read(Op::Affinities, |d| d.affinities(key))),
            sched: reading(self.stack.read(Op::ReadScheduler, |d| d.scheduler(key))),
            devices: reading(self.stack.read(Op::Devices, |d| d.devices(key))),
            facts: self.facts(key),
        }
    }

    fn facts(&self, key: DomainKey) -> Vec<(Arc<str>, Name)> {
        self.stack.read(Op::Facts, |d| d.facts(key)).unwrap_or_default()
    }
}

/// The row of one running domain as a slice, empty where it has gone.
fn one(domains: &[Domain], key: DomainKey) -> &[Domain] {
    let place = domains.iter().position(|d| d.key == key && d.key.id.is_some());
    place.map_or(&[], |i| std::slice::from_ref(&domains[i]))
}

fn no_traffic(into: &mut Snapshot, why: &Reading<()>) {
    for domain in &mut into.domains {
        domain.net = why.clone().map(|()| crate::model::NetCounters::default());
        domain.disk = why.clone().map(|()| crate::model::DiskCounters::default());
    }
}

/// A stack's outcome as a cell shows it.
fn reading<T>(outcome: Outcome<T>) -> Reading<T> {
    match outcome {
        Ok(value) => Reading::Known(value),
        Err(failure) if failure.kind() == Kind::Unsupported => Reading::Unsupported,
        Err(failure) => Reading::Failed(summary(&failure)),
    }
}

/// A failure in one line.
fn summary(failure: &Failure) -> Arc<str> {
    match failure.reasons.as_slice() {
        [] => format!("no driver can read {}", failure.op.word()).into(),
        [only] => only.message.clone(),
        many => {
            many.iter().map(|r| format!("{}: {}", r.driver, r.message)).collect::<Vec<_>>().join("; ").into()
        }
    }
}
