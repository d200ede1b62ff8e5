//! Read only, proven over the whole stack: a looking session over every driver of Xen, all keys pressed and all lines
//! typed, moves no byte that changes; and a session that had a controller all the same is stopped by its transports.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unreachable_pub, dead_code, reason = "a test uses a part of its support")]

#[path = "support/fake_xend.rs"]
mod fake_xend;
#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;
mod support {
    pub mod simxen;
}
#[path = "support/xend_recordings.rs"]
mod xend_recordings;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Write},
    os::fd::AsFd,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use crossterm::event::Event;
use domtop::{
    app::{
        App, Effect, HostPane, Mode, Msg, Panel, Settings,
        command::{COMMANDS, Command},
        keymap::{Key, Keymap},
        xml::Shown,
    },
    driver::{
        Answer, Control, DriverInfo, Lost, Observe, Permit, Session,
        conn::{Deadline, wait},
        session::{Opened, assemble},
        xen::{
            hypercall::Xen,
            xend::{Deadlines, Xend},
            xenstore::{Places, Xenstore},
        },
    },
    model::{
        Demand, Domain, DomainId, DomainKey, HostId, Hypervisor, KiB, Kind, Nanos, Op, Snapshot, Stamp,
        markup::Markup,
        request::{Change, PinRequest, Request},
    },
};
use fake_xend::{Asked, FakeXend};
use fake_xenstored::FakeXenstored;
use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
    poll::PollFlags,
    pty::openpty,
    unistd::ttyname,
};
use support::simxen::{SimDomain, SimXen};
use uuid::Uuid;

const HOST: HostId = HostId(0);

/// A toolstack that must not be called.
struct Tripwire;

impl Observe for Tripwire {
    fn info(&self) -> DriverInfo {
        DriverInfo { name: "tripwire", peer: "nobody".into(), hypervisor: false, ops: Op::ALL.into() }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }
}

impl Control for Tripwire {
    fn change(&self, _: &Permit, _: DomainKey, change: &Change) -> Answer<Lost> {
        panic!("{change:?} reached a driver")
    }

    fn clean_up(&self, _: &Permit, key: DomainKey) -> Answer<()> {
        panic!("cleaning up {key:?} reached a driver")
    }

    fn make(&self, _: &Permit, request: &Request) -> Answer<Lost> {
        panic!("{request:?} reached a driver")
    }
}

/// All paths of a store, with what is there.
type Store = Vec<(String, Option<String>)>;

/// A Xen of two domains, the store of its toolstack, an old toolstack, and all that can be seen of them.
struct Peers {
    sim: Arc<SimXen>,
    store: FakeXenstored,
    xend: FakeXend,
}

impl Peers {
    fn new() -> Self {
        let sim = SimXen::of("4.17", vec![SimDomain::new(0), SimDomain::new(5)]);
        let store = FakeXenstored::start();
        for (path, value) in [
            ("/local/domain/0/name", "Domain-0"),
            ("/local/domain/5/name", "web1"),
            ("/local/domain/5/control/shutdown", ""),
            ("/local/domain/5/memory/target", "1024"),
            ("/local/domain/5/cpu/0/availability", "online"),
        ] {
            store.write(path, value);
        }
        Self { sim, store, xend: FakeXend::unix("xen-4.1") }
    }

    fn drivers(&self) -> Vec<Opened> {
        let nowhere = PathBuf::from("/nonexistent");
        let places = Places {
            peers: vec![self.store.socket()],
            proc: nowhere.clone(),
            sys: nowhere.clone(),
            shm: nowhere.clone(),
            pts: "/dev/pts".into(),
            locks: nowhere,
            patience: Duration::from_secs(20),
        };
        let xen = Xen::over_read_only(self.sim.clone()).unwrap();
        let store = Xenstore::at_read_only(places).unwrap();
        let span = Duration::from_secs(20);
        let deadlines = Deadlines { quick: span, thorough: span, long: span };
        let xend = Xend::at(&self.xend.at, deadlines).unwrap().looking();
        vec![
            (xen.info(), Ok(Arc::new(xen))),
            (xend.info(), Ok(Arc::new(xend))),
            (store.info(), Ok(Arc::new(store))),
        ]
    }

    /// All there is of domains and store, and what xend was told; CPU times alone go on by themselves.
    fn seen(&self) -> (String, Store, Vec<Asked>) {
        let domains = self.sim.look(|state| format!("{:?}", state.domains));
        let paths = self.store.paths();
        let store = paths.into_iter().map(|path| (path.clone(), self.store.value(&path))).collect();
        (domains, store, self.xend.changes())
    }
}

fn key(code: &str) -> Msg {
    Msg::Input(Event::Key(code.parse::<Key>().unwrap().event()))
}

/// A looking screen over a session, read once.
fn screen(session: &mut Session) -> App {
    let mode = Mode::Viewer("opened with -r".into());
    let pane = HostPane::new(HOST, "xen:///".into(), String::new(), mode);
    let mut app = App::new(vec![pane], Settings::default(), Keymap::new(&BTreeMap::new()).unwrap());
    let mut snapshot = Snapshot::default();
    let demand = Demand { all_vcpus: true, devices: true, ..Demand::default() };
    session.reader.sample(Stamp::default(), &demand, &mut snapshot);
    app.update(Msg::Sampled(HOST, Arc::new(snapshot)));
    app
}

/// Presses every key of the table, then types every changing command in full, and says yes to all.
fn press_everything(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    for command in COMMANDS {
        for code in command.keys {
            effects.extend(tell(app, key(code)));
            leave_console(app);
            effects.extend(["y", "Enter", "Esc", "Esc"].into_iter().flat_map(|code| tell(app, key(code))));
        }
    }
    for command in COMMANDS.iter().filter(|command| command.changes()) {
        effects.extend(tell(app, key(":")));
        effects.extend(tell(app, Msg::Input(Event::Paste(line(command)))));
        effects.extend(["Enter", "y", "Esc", "Esc"].into_iter().flat_map(|code| tell(app, key(code))));
    }
    effects
}

/// Gives the app a message, and answers what it asks of definitions, as a driver would.
fn tell(app: &mut App, msg: Msg) -> Vec<Effect> {
    let markup = Markup { text: "<domain/>".into(), ..Markup::default() };
    let mut effects = app.update(msg);
    let mut told = 0;
    while let Some(place) = effects[told..].iter().position(|it| matches!(it, Effect::Definition(..))) {
        told += place + 1;
        if let Effect::Definition(host, of) = &effects[told - 1] {
            let shown = Shown { markup: markup.clone(), ..Shown::default() };
            let answer = Msg::Definition(*host, *of, Ok(Box::new(shown)));
            effects.extend(app.update(answer));
        }
    }
    effects
}

/// Where a console has the keys, they are the guest's: the table takes them back.
fn leave_console(app: &mut App) {
    if app.screen.focus == Panel::Console {
        app.screen.focus = Panel::Domains;
    }
}

/// A line that would do what a command does, to `web1`.
fn line(command: &Command) -> String {
    let word = |name: &str| match name {
        "DOMAIN" => "web1".to_owned(),
        "SIZE" => "512M".into(),
        "N" => "1".into(),
        "VCPU|all" | "CPUS" => "0".into(),
        "on|off" => "on".into(),
        "weight=N" => "weight=5".into(),
        other => other.to_lowercase(),
    };
    let args = command.args.iter().filter(|arg| !arg.optional || arg.name == "weight=N");
    std::iter::once(command.name.to_owned())
        .chain(args.map(|arg| word(arg.name)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn every_change() -> Vec<Change> {
    let file = || PathBuf::from("/nonexistent/file");
    let all = Some("all".parse().unwrap());
    vec![
        Change::Suspend,
        Change::Resume,
        Change::Shutdown,
        Change::Reboot,
        Change::Destroy,
        Change::Start,
        Change::Undefine,
        Change::SetMemory(KiB(4096)),
        Change::SetMaxMemory(KiB(1 << 20)),
        Change::SetVcpus(1),
        Change::Pin(PinRequest { vcpu: None, hard: all, soft: None }),
        Change::SetScheduler { weight: Some(512), cap: None },
        Change::Rename("other".into()),
        Change::Save(file()),
        Change::Dump(file()),
        Change::Attach(file()),
        Change::Detach(file()),
        Change::SetAutostart(true),
    ]
}

#[test]
fn a_looking_screen_over_every_driver_moves_no_byte_that_changes() {
    let peers = Peers::new();
    let mut drivers = peers.drivers();
    drivers.push((Tripwire.info(), Ok(Arc::new(Tripwire))));
    let mut session = assemble(HOST, drivers, false).unwrap();
    assert!(session.controller.is_none(), "there is nothing in the process to change with");
    let mut app = screen(&mut session);
    assert_eq!(app.selected().map(Domain::label).as_deref(), Some("Domain-0"));
    let before = peers.seen();
    let effects = press_everything(&mut app);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Run(..))), "nothing is ordered");
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Edit(_))), "nothing is edited");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Definition(..))), "definitions are read");
    let refused = effects.iter().filter(|effect| matches!(effect, Effect::Refused(..))).count();
    let changing = COMMANDS.iter().filter(|command| command.changes()).count();
    assert!(refused >= 2 * changing, "every try is told to the audit: {refused}");
    assert_eq!(app.jobs.list().len(), 0);
    let mut snapshot = Snapshot::default();
    let demand = Demand {
        all_vcpus: true,
        devices: true,
        focus: Some(domain()),
        awaited: vec![domain()],
        ..Demand::default()
    };
    session.reader.sample(Stamp { mono: Nanos(1), wall: Nanos(1) }, &demand, &mut snapshot);
    assert_eq!(peers.seen(), before);
}

#[test]
fn a_controller_over_transports_for_looking_is_stopped_by_them() {
    let peers = Peers::new();
    let controller = assemble(HOST, peers.drivers(), true).unwrap().controller.unwrap();
    let before = peers.seen();
    for change in every_change() {
        let failure = controller.run(&Request::Domain(domain(), change.clone())).unwrap_err();
        assert!(matches!(failure.kind(), Kind::Refused | Kind::Unsupported), "{change:?}: {failure}");
    }
    assert_eq!(peers.seen(), before);
}

#[test]
fn a_console_of_a_looking_session_gives_the_guest_no_byte() {
    let peers = Peers::new();
    let pty = openpty(None, None).unwrap();
    let mut guest = File::from(pty.master);
    let path = ttyname(&pty.slave).unwrap();
    peers.store.write("/local/domain/5/console/tty", path.to_str().unwrap());
    let session = assemble(HOST, peers.drivers(), false).unwrap();
    assert!(session.typist.is_none(), "there is nobody in the process who types");
    let before = peers.seen();
    let tty = session.consoles.list(domain()).unwrap().remove(0);
    let mut watch = session.consoles.watch(&tty).unwrap();
    let flags = OFlag::from_bits_retain(fcntl(watch.as_fd(), FcntlArg::F_GETFL).unwrap());
    assert_eq!(flags & OFlag::O_ACCMODE, OFlag::O_RDONLY);
    assert_eq!(nix::unistd::write(watch.as_fd(), b"reboot\r"), Err(Errno::EBADF));
    // Silent, as xenconsoled leaves it: an echo would be the terminal's, not this program's.
    let mut modes = nix::sys::termios::tcgetattr(&pty.slave).unwrap();
    nix::sys::termios::cfmakeraw(&mut modes);
    nix::sys::termios::tcsetattr(&pty.slave, nix::sys::termios::SetArg::TCSANOW, &modes).unwrap();
    guest.write_all(b"web1 login: ").unwrap();
    wait(&watch, PollFlags::POLLIN, Deadline::after(Duration::from_secs(20))).unwrap();
    let mut bytes = [0; 64];
    let size = watch.read(&mut bytes).unwrap();
    assert_eq!(&bytes[..size], b"web1 login: ");
    drop(watch);
    let flags = OFlag::from_bits_retain(fcntl(&guest, FcntlArg::F_GETFL).unwrap());
    fcntl(&guest, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).unwrap();
    assert_eq!(guest.read(&mut bytes).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(peers.seen(), before);
}

#[test]
fn the_keys_that_are_pressed_here_would_change_where_it_may() {
    let peers = Peers::new();
    let mut drivers = peers.drivers();
    drivers.push((Tripwire.info(), Ok(Arc::new(Tripwire))));
    let mut session = assemble(HOST, drivers, false).unwrap();
    let mut app = screen(&mut session);
    app.hosts[0].mode = Mode::Operator;
    let effects = press_everything(&mut app);
    let ordered = effects.iter().filter(|effect| matches!(effect, Effect::Run(..))).count();
    assert!(ordered > 5, "{ordered}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Edit(_))), "and have a definition edited");
}

fn domain() -> DomainKey {
    DomainKey { id: Some(DomainId(5)), uuid: Uuid::from_bytes(SimDomain::new(5).handle) }
}
