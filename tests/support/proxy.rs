//! A proxy of this process's own over a host that counts what it is asked, and watchers who say what they like.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use domtop::{
    driver::{
        Answer, Control, DriverInfo, Error, Observe,
        session::{Session, assemble},
        test::Test,
    },
    model::{
        Affinity, Demand, Device, Domain, DomainKey, HostId, HostMemory, Hypervisor, Kind, Light, Name,
        Nanos, Node, Op, PcpuTime, SchedParams, Stamp, Vcpu, Which,
        console::Tty,
        definition::Told,
        uri::{TestHost, Uri},
    },
    proxy::{Rules, Server},
    wire::proxy::{Assembly, Call, Inbox, MOST_MESSAGE, Message, Sample, VERSION, Welcome},
};
use nix::sys::eventfd::EventFd;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A test host that counts what it is asked, stands still where it is told to, and fails where it is told to.
pub struct Counted {
    test: Test,
    /// The moment it is held at.
    pub frozen: bool,
    /// While a test holds it, nothing is answered.
    pub gate: Mutex<()>,
    calls: Mutex<BTreeMap<Op, u64>>,
    broken: Mutex<Option<Op>>,
}

impl Counted {
    pub fn new(uri: &str) -> Self {
        let Uri::Test(host) = uri.parse().unwrap() else { panic!("{uri} is no test host") };
        Self::over(&host)
    }

    pub fn over(host: &TestHost) -> Self {
        let test = Test::open(host).unwrap();
        Self {
            test,
            frozen: false,
            gate: Mutex::default(),
            calls: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// The same, at one moment.
    pub fn frozen(uri: &str) -> Self {
        Self { frozen: true, ..Self::new(uri) }
    }

    pub fn calls(&self, op: Op) -> u64 {
        self.calls.lock().unwrap().get(&op).copied().unwrap_or_default()
    }

    /// From now on this fails.
    pub fn let_fail(&self, op: Option<Op>) {
        *self.broken.lock().unwrap() = op;
    }

    fn asked(&self, op: Op) -> Answer<()> {
        *self.calls.lock().unwrap().entry(op).or_default() += 1;
        drop(self.gate.lock().unwrap());
        if *self.broken.lock().unwrap() == Some(op) {
            return Err(Error::new(Kind::Failed, format!("{} broke", op.word())));
        }
        Ok(())
    }
}

impl Observe for Counted {
    fn info(&self) -> DriverInfo {
        let info = self.test.info();
        let ops = info.ops.iter().copied().chain([Op::Definition]).collect();
        DriverInfo { ops, ..info }
    }

    fn light(&self) -> Light {
        self.test.light()
    }

    fn begin(&self, at: Stamp, demand: &Demand) {
        let moment = Stamp { mono: Nanos(5_000_000_000), wall: Nanos(5_000_000_000) };
        self.test.begin(if self.frozen { moment } else { at }, demand);
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        self.test.hypervisor()
    }

    fn node(&self) -> Answer<Node> {
        self.asked(Op::Node)?;
        self.test.node()
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        self.asked(Op::HostMemory)?;
        self.test.host_memory()
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        self.asked(Op::PcpuTimes)?;
        self.test.pcpu_times(into)
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        self.asked(Op::Domains)?;
        self.test.domains(into)
    }

    fn identify(&self, domains: &mut [Domain]) -> Answer<()> {
        self.asked(Op::Identify)?;
        self.test.identify(domains)
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        self.asked(Op::Vcpus)?;
        self.test.vcpus(domains, into)
    }

    fn affinities(&self, key: DomainKey) -> Answer<Vec<Affinity>> {
        self.asked(Op::Affinities)?;
        self.test.affinities(key)
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        self.asked(Op::Traffic)?;
        self.test.traffic(domains)
    }

    fn devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        self.asked(Op::Devices)?;
        self.test.devices(key)
    }

    fn facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        self.asked(Op::Facts)?;
        self.test.facts(key)
    }

    fn consoles(&self, key: DomainKey) -> Answer<Vec<Tty>> {
        self.asked(Op::Consoles)?;
        self.test.consoles(key)
    }

    fn scheduler(&self, key: DomainKey) -> Answer<SchedParams> {
        self.asked(Op::ReadScheduler)?;
        self.test.scheduler(key)
    }

    fn requests(&self, keys: &[DomainKey], into: &mut Vec<(DomainKey, Name)>) -> Answer<()> {
        self.asked(Op::Requests)?;
        self.test.requests(keys, into)
    }

    fn configuration(&self, key: DomainKey) -> Answer<String> {
        self.asked(Op::Configuration)?;
        self.test.configuration(key)
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        self.asked(Op::Definition)?;
        let xml = format!("<domain><uuid>{}</uuid><!-- {which:?} --></domain>", key.uuid);
        Ok(Told { xml, file: Some("/etc/xen/a".into()), lost: vec!["a thing".into()] })
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        self.asked(Op::HostLog)?;
        self.test.host_log(cursor)
    }
}

impl Control for Counted {}

/// A session over a host; `changes` whether it was opened for them.
pub fn session(host: &Arc<Counted>) -> Session {
    let driver: Arc<dyn Control> = host.clone();
    assemble(HostId(0), vec![(driver.info(), Ok(driver))], false).unwrap()
}

/// A path of a test's own.
pub fn path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, SeqCst);
    std::env::temp_dir().join(format!("domtop-proxy-{}-{count}.sock", std::process::id()))
}

/// A proxy on a thread.
pub struct Served {
    pub path: PathBuf,
    ends: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    pub fn new(host: &Arc<Counted>, rules: Rules) -> Self {
        Self::at(&path(), host, rules)
    }

    pub fn at(path: &Path, host: &Arc<Counted>, rules: Rules) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let Session { reader, consoles, definitions, .. } = session(host);
        let mut server = Server::new((reader, consoles, definitions), listener, rules).unwrap();
        let ends = Arc::new(EventFd::new().unwrap());
        let end = ends.clone();
        let thread = thread::spawn(move || server.run(&end).unwrap());
        Self { path: path.into(), ends, thread: Some(thread) }
    }

    pub fn end(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.ends.write(1).unwrap();
            thread.join().unwrap();
            std::fs::remove_file(&self.path).unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.end();
        }
    }
}

/// One who watches by the bytes.
pub struct Watcher {
    pub stream: UnixStream,
    inbox: Inbox,
    pub assembly: Assembly,
    /// What the proxy said it is.
    pub welcome: Option<Welcome>,
    /// Numbers of demands that were served.
    pub served: Vec<u32>,
    /// Samples that came.
    pub samples: usize,
    /// Why the proxy hung up, where it said so.
    pub bye: Option<String>,
    /// Numbers of answers.
    pub answers: Vec<u32>,
}

impl Watcher {
    /// Connects and says nothing.
    pub fn silent(path: &Path) -> Self {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream,
            inbox: Inbox::new(MOST_MESSAGE),
            assembly: Assembly::default(),
            welcome: None,
            served: Vec::new(),
            samples: 0,
            bye: None,
            answers: Vec::new(),
        }
    }

    /// Connects and demands.
    pub fn new(path: &Path, demand: &Demand) -> Self {
        let mut watcher = Self::silent(path);
        watcher.say(&Call::Hello(VERSION));
        watcher.say(&Call::Demand(1, demand.clone()));
        watcher
    }

    pub fn say(&mut self, call: &Call) {
        let mut bytes = Vec::new();
        call.put(&mut bytes);
        // One that was cut is told so by what it reads.
        let _ = self.stream.write_all(&bytes);
    }

    /// Takes in one message; whether there was one.
    pub fn hear(&mut self) -> bool {
        loop {
            if let Some((kind, body)) = self.inbox.next().unwrap() {
                match Message::of(kind, body).unwrap() {
                    Message::Part(part) => self.samples += usize::from(self.assembly.take(part).unwrap()),
                    Message::Served(serial) => self.served.push(serial),
                    Message::Bye(why) => self.bye = Some(why),
                    Message::Answer(number, _) => self.answers.push(number),
                    Message::Welcome(welcome) => self.welcome = Some(welcome),
                }
                return true;
            }
            match self.stream.read(self.inbox.space()) {
                Ok(0) => return false,
                Ok(count) => self.inbox.filled(count),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return false,
                Err(error) => panic!("the proxy says nothing: {error}"),
            }
        }
    }

    /// Hears until so many samples more have come; the last of them.
    pub fn take(&mut self, samples: usize) -> &Sample {
        let wanted = self.samples + samples;
        while self.samples < wanted {
            assert!(self.hear(), "the proxy hung up: {:?}", self.bye);
        }
        self.assembly.sample().unwrap()
    }

    /// Hears until the proxy hangs up; what it said of it.
    pub fn cut(&mut self) -> String {
        while self.hear() {}
        self.bye.clone().unwrap_or_default()
    }
}

/// Waits until something is so.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < PATIENCE, "{what}: not in a minute");
        thread::sleep(Duration::from_millis(2));
    }
}
