//! Laws of finding consoles, of reading them alone, and of typing on them.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;
mod support {
    pub mod console;
}

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    os::{fd::AsFd, unix::fs::symlink},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use domtop::{
    driver::{
        Answer, Control, DriverInfo, Lost, Observe, Permit, Session,
        conn::Deadline,
        console::holder,
        session::{assemble, open_read_only},
        xen::xenstore::{Places, Xenstore},
    },
    model::{
        DomainId, DomainKey, HostId, Hypervisor, Kind, Op,
        console::{Tty, TtyKind},
        request::{Change, Request},
    },
};
use fake_xenstored::{FakeXenstored, Scratch};
use nix::{
    fcntl::{FcntlArg, FdFlag, Flock, FlockArg, OFlag, fcntl},
    pty::openpty,
    unistd::{isatty, ttyname},
};
use support::console::{Lab, PATIENCE, kind, read};
use uuid::Uuid;

/// A pty of a guest, with its master here.
struct Pty {
    master: File,
    slave: File,
    path: PathBuf,
}

impl Pty {
    fn new() -> Self {
        let pty = openpty(None, None).unwrap();
        // No child of a test is to have it: it would be the other end's owner.
        for end in [&pty.master, &pty.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
        }
        let path = ttyname(&pty.slave).unwrap();
        Self { master: pty.master.into(), slave: pty.slave.into(), path }
    }

    /// Whether the guest was given anything.
    fn got_nothing(&self) -> bool {
        let flags = OFlag::from_bits_retain(fcntl(&self.master, FcntlArg::F_GETFL).unwrap());
        fcntl(&self.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).unwrap();
        (&self.master).read(&mut [0; 16]).is_err()
    }

    fn tty(&self) -> Tty {
        Tty { name: "console".into(), kind: TtyKind::Paravirtual, path: self.path.clone(), lock: None }
    }
}

/// A host's xenstored and where its files are.
struct Host {
    store: FakeXenstored,
    files: Scratch,
}

impl Host {
    fn new() -> Self {
        let host = Self { store: FakeXenstored::start(), files: Scratch::new() };
        host.files.file("locks/here", "");
        host.files.file("pts/77", "no terminal");
        host.store.write("/local/domain/5/name", "web1");
        host
    }

    fn session(&self, changes: bool) -> Session {
        let below = |name: &str| self.files.path().join(name);
        let places = Places {
            peers: vec![self.store.socket()],
            proc: below("proc"),
            sys: below("sys"),
            shm: below("shm"),
            pts: below("pts"),
            locks: below("locks"),
            patience: Duration::from_secs(20),
        };
        let store = Xenstore::at_read_only(places).unwrap();
        let named: Arc<dyn Control> = Arc::new(Named);
        assemble(HostId(0), vec![(named.info(), Ok(named)), (store.info(), Ok(Arc::new(store)))], changes)
            .unwrap()
    }

    /// A terminal with this number.
    fn terminal(&self, number: u32) -> (Pty, String) {
        let (pty, path) = (Pty::new(), self.files.path().join(format!("pts/{number}")));
        symlink(&pty.path, &path).unwrap();
        (pty, path.to_str().unwrap().into())
    }

    fn list(&self) -> Result<Vec<Tty>, domtop::model::Failure> {
        self.session(false).consoles.list(key())
    }

    fn names(&self) -> Vec<String> {
        self.list().unwrap().iter().map(|tty| tty.name.to_string()).collect()
    }
}

/// Tells what hypervisor this is, and nothing else.
struct Named;

impl Observe for Named {
    fn info(&self) -> DriverInfo {
        DriverInfo { name: "named", peer: "nobody".into(), hypervisor: true, ops: [Op::Hypervisor].into() }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }
}

impl Control for Named {
    fn change(&self, _: &Permit, _: DomainKey, change: &Change) -> Answer<Lost> {
        panic!("{change:?} reached a driver")
    }

    fn make(&self, _: &Permit, request: &Request) -> Answer<Lost> {
        panic!("{request:?} reached a driver")
    }
}

fn key() -> DomainKey {
    DomainKey { id: Some(DomainId(5)), uuid: Uuid::from_u128(5) }
}

#[test]
fn the_paravirtual_console_comes_first_with_the_lock_of_xen_s_own_client() {
    let host = Host::new();
    let (_pty, path) = host.terminal(4);
    host.store.write_for("/local/domain/5/console/tty", &path, "n0 r5");
    host.store.write_for("/local/domain/5/device/console/10/tty", &path, "n0 r5");
    host.store.write_for("/local/domain/5/device/console/2/tty", &path, "n0 r5");
    host.store.write("/local/domain/5/serial/0/tty", &path);
    let ttys = host.list().unwrap();
    let lock = host.files.path().join("locks/xenconsole.5");
    assert_eq!(
        ttys[0],
        Tty { name: "console".into(), kind: TtyKind::Paravirtual, path: path.into(), lock: Some(lock) }
    );
    assert_eq!(host.names(), ["console", "console2", "console10", "serial0"]);
    assert!(ttys[1..].iter().all(|tty| tty.lock.is_none()));
}

#[test]
fn an_emulated_machine_is_used_by_its_serial_line() {
    for (node, value) in
        [("/libxl/5/type", "hvm"), (format!("/vm/{}/image/ostype", key().uuid).as_str(), "hvm")]
    {
        let host = Host::new();
        let (_pty, path) = host.terminal(4);
        host.store.write("/local/domain/5/console/tty", &path);
        host.store.write("/local/domain/5/serial/0/tty", &path);
        assert_eq!(host.names(), ["console", "serial0"]);
        host.store.write(node, value);
        assert_eq!(host.names(), ["serial0", "console"]);
    }
}

#[test]
fn a_domain_without_a_console_has_none() {
    let host = Host::new();
    host.store.write("/local/domain/5/console/tty", "");
    host.store.write("/local/domain/5/device/console/x/tty", "/dev/pts/0");
    assert_eq!(host.list().unwrap(), []);
    let gone = DomainKey { id: None, ..key() };
    assert_eq!(host.session(false).consoles.list(gone).unwrap_err().kind(), Kind::NoDomain);
}

#[test]
fn what_a_guest_could_have_written_is_not_opened() {
    for permissions in ["n5 r0", "n5", "b0", "n0 w5", "n0 b5", "n0 r1 b5"] {
        let host = Host::new();
        let (_pty, path) = host.terminal(4);
        host.store.write_for("/local/domain/5/console/tty", &path, permissions);
        let failure = host.list().unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused, "{permissions}");
        assert!(failure.to_string().contains("the guest could have written it"), "{failure}");
    }
}

#[test]
fn only_terminals_of_devpts_are_opened() {
    let host = Host::new();
    let (_pty, path) = host.terminal(4);
    symlink("/dev/null", host.files.path().join("pts/x")).unwrap();
    let strange = [
        "/dev/mem".to_owned(),
        "relative/4".into(),
        "/etc/passwd".into(),
        path.replace("pts/4", "pts/../pts/4"),
        path.replace("pts/4", "pts/04"),
        path.replace("pts/4", "pts//4"),
        path.replace("pts/4", "pts/x"),
        path.replace("pts/4", "pts"),
        format!("{path} "),
        format!("{path}\n"),
        path.replace("pts/4", "pts/77"),
    ];
    for path in strange {
        host.store.write("/local/domain/5/console/tty", &path);
        let failure = host.list().unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused, "{path:?}");
        assert!(failure.to_string().contains("terminal"), "{failure}");
    }
    host.store.write("/local/domain/5/console/tty", &path.replace("pts/4", "pts/5"));
    assert_eq!(host.list().unwrap_err().kind(), Kind::Unreachable, "it is not there");
}

#[test]
fn what_a_guest_makes_does_not_hide_what_is_there() {
    let host = Host::new();
    let (_pty, path) = host.terminal(4);
    host.store.write_for("/local/domain/5/device/console/1/tty", "/dev/mem", "n5");
    (2..200).for_each(|n| {
        host.store.write_for(&format!("/local/domain/5/device/console/{n}/tty"), &path, "n5");
    });
    host.store.write("/local/domain/5/console/tty", &path);
    host.store.write("/local/domain/5/serial/0/tty", &path);
    assert_eq!(host.names(), ["console", "serial0"]);
}

#[test]
fn one_reads_a_console_and_the_next_is_told_who() {
    let host = Host::new();
    let pty = Pty::new();
    let consoles = host.session(false).consoles;
    let lock = host.files.path().join("locks/xenconsole.5");
    for tty in [pty.tty(), Tty { lock: Some(lock), ..pty.tty() }] {
        assert_eq!(holder(&tty), None);
        let watch = consoles.watch(&tty).unwrap();
        let error = consoles.watch(&tty).unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
        assert!(error.message.contains("reads it already"), "{error}");
        let who = holder(&tty);
        assert!(who.as_ref().is_none_or(|who| who.pid == std::process::id()), "{who:?}");
        drop(watch);
        drop(consoles.watch(&tty).unwrap());
    }
}

#[test]
fn another_process_that_holds_the_lock_is_named() {
    let host = Host::new();
    let pty = Pty::new();
    let lock = host.files.path().join("locks/xenconsole.5");
    let tty = Tty { lock: Some(lock.clone()), ..pty.tty() };
    let mut other = Command::new("flock")
        .arg(&lock)
        .args(["-c", "echo held; read line"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(other.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let consoles = host.session(false).consoles;
    let error = consoles.watch(&tty).unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.hint.is_some());
    if let Some(who) = holder(&tty) {
        assert_eq!((who.pid, who.program.as_str(), who.is_ours()), (other.id(), "flock", false));
        assert!(error.message.contains(&format!("flock (process {})", other.id())), "{error}");
    }
    drop(other.stdin.take());
    other.wait().unwrap();
    consoles.watch(&tty).unwrap();
}

#[test]
fn another_process_that_reads_without_a_lock_is_named() {
    let host = Host::new();
    let (pty, consoles) = (Pty::new(), host.session(false).consoles);
    let mut modes = nix::sys::termios::tcgetattr(&pty.slave).unwrap();
    nix::sys::termios::cfmakeraw(&mut modes);
    nix::sys::termios::tcsetattr(&pty.slave, nix::sys::termios::SetArg::TCSANOW, &modes).unwrap();
    let terminal = File::options().read(true).open(&pty.path).unwrap();
    let mut other =
        Command::new("cat").stdin(terminal).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    (&pty.master).write_all(b"x").unwrap();
    other.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let error = consoles.watch(&pty.tty()).unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.message.contains(&format!("cat (process {})", other.id())), "{error}");
    other.kill().unwrap();
    other.wait().unwrap();
    consoles.watch(&pty.tty()).unwrap();
}

#[test]
fn a_lock_that_cannot_be_taken_is_told_and_one_without_a_place_is_none() {
    let host = Host::new();
    let (pty, consoles) = (Pty::new(), host.session(false).consoles);
    let lock = host.files.path().join("locks/xenconsole.5");
    symlink("/etc/passwd", &lock).unwrap();
    let tty = Tty { lock: Some(lock.clone()), ..pty.tty() };
    let error = consoles.watch(&tty).unwrap_err();
    assert!(error.message.contains("lock") && error.kind != Kind::Refused, "{error}");
    fs::remove_file(&lock).unwrap();
    fs::remove_dir_all(host.files.path().join("locks")).unwrap();
    consoles.watch(&tty).expect("a host without the directory has no such custom");
}

#[test]
fn a_lock_file_that_was_taken_away_is_no_lock() {
    let host = Host::new();
    let (pty, consoles) = (Pty::new(), host.session(false).consoles);
    let lock = host.files.path().join("locks/xenconsole.5");
    let gone = Flock::lock(File::create(&lock).unwrap(), FlockArg::LockExclusiveNonblock).unwrap();
    fs::remove_file(&lock).unwrap();
    let watch = consoles.watch(&Tty { lock: Some(lock.clone()), ..pty.tty() }).unwrap();
    drop(gone);
    assert!(lock.exists());
    drop(watch);
    assert!(!lock.exists(), "as Xen's own client leaves it");
}

#[test]
fn who_watches_has_no_way_to_write() {
    let mut pty = Pty::new();
    let looking = open_read_only(&"test:///default".parse().unwrap(), HostId(0)).unwrap();
    let session = Session::from(looking);
    assert!(session.typist.is_none() && session.controller.is_none());
    let mut watch = session.consoles.watch(&pty.tty()).unwrap();
    let flags = OFlag::from_bits_retain(fcntl(watch.as_fd(), FcntlArg::F_GETFL).unwrap());
    assert_eq!(flags & OFlag::O_ACCMODE, OFlag::O_RDONLY);
    assert!(flags.contains(OFlag::O_NONBLOCK));
    assert_eq!(nix::unistd::write(watch.as_fd(), b"x"), Err(nix::errno::Errno::EBADF));
    pty.master.write_all(b"seen\n").unwrap();
    let seen = read(&mut watch, Deadline::after(PATIENCE)).unwrap();
    assert!(seen.starts_with(b"seen"), "{seen:?}");
    assert_eq!(watch.read(&mut [0; 8]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_session_for_looking_has_nobody_who_types() {
    let host = Host::new();
    assert!(host.session(false).typist.is_none());
    assert!(host.session(true).typist.is_some());
}

#[test]
fn who_types_makes_the_terminal_raw_so_nothing_is_echoed() {
    let host = Host::new();
    let session = host.session(true);
    let mut pty = Pty::new();
    let typist = session.typist.clone().unwrap();
    let mut writing = typist.write(&pty.tty()).unwrap();
    let mut watch = session.consoles.watch(&pty.tty()).unwrap();
    pty.master.write_all(b"half a line").unwrap();
    assert_eq!(read(&mut watch, Deadline::after(PATIENCE)).unwrap(), b"half a line");
    assert!(pty.got_nothing(), "what the guest prints is not given back to it");
    assert_eq!(writing.write(b"\x03a\r").unwrap(), 3);
    let mut bytes = [0; 16];
    domtop::driver::conn::wait(&pty.master, nix::poll::PollFlags::POLLIN, Deadline::after(PATIENCE)).unwrap();
    let size = pty.master.read(&mut bytes).unwrap();
    assert_eq!(&bytes[..size], b"\x03a\r", "as it was typed");
    writing.resize(132, 43).unwrap();
    assert!(isatty(writing.as_fd()).unwrap());
}

#[test]
fn a_pty_that_has_gone_ends_what_is_read_and_is_not_opened_again() {
    let host = Host::new();
    let consoles = host.session(false).consoles;
    let pty = Pty::new();
    let (tty, mut watch) = (pty.tty(), consoles.watch(&pty.tty()).unwrap());
    drop(pty);
    let end = read(&mut watch, Deadline::after(PATIENCE)).unwrap_err();
    let gone = nix::errno::Errno::EIO as i32;
    assert!(end.kind() == std::io::ErrorKind::UnexpectedEof || end.raw_os_error() == Some(gone), "{end}");
    let again = consoles.watch(&tty).unwrap_err();
    assert_eq!(again.kind, Kind::Unreachable, "{again}");
}

#[test]
fn what_is_no_terminal_is_not_opened() {
    let host = Host::new();
    let session = host.session(true);
    let typist = session.typist.clone().unwrap();
    for path in ["/dev/null", "/etc/hostname", "/"] {
        let tty = Tty { path: path.into(), ..Pty::new().tty() };
        assert!(matches!(kind(session.consoles.watch(&tty)), Kind::Refused | Kind::Failed), "{path}");
        assert!(matches!(kind(typist.write(&tty)), Kind::Refused | Kind::Failed), "{path}");
    }
}

#[test]
fn simulated_guests_have_the_consoles_of_their_sort() {
    let mut lab = Lab::new();
    let names = |ttys: Vec<Tty>| ttys.iter().map(|tty| tty.name.to_string()).collect::<Vec<_>>();
    let ttys = lab.ttys("web1");
    assert!(ttys.iter().all(|tty| tty.kind == TtyKind::Simulated && tty.lock.is_none()));
    assert_eq!(lab.ttys("web1"), ttys, "a console stays the same while its guest runs");
    assert_eq!(names(ttys), ["console"]);
    assert_eq!(names(lab.ttys("desk")), ["serial0", "console"]);
    assert_eq!(names(lab.ttys("Domain-0")), [""; 0]);
}
