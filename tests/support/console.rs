//! A console of a host, read and typed on until something is seen.

#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    reason = "a test's support, of which each test uses a part"
)]

use std::{io, sync::Arc, time::Duration};

use domtop::{
    driver::{
        Control, Session,
        conn::{Deadline, wait},
        console::{Watch, Writing},
        session::assemble,
        test::{DomainPlan, HostPlan, Test},
    },
    model::{
        Demand, DomainKey, GuestType, HostId, Kind, Nanos, Snapshot, Stamp,
        console::Tty,
        request::{Change, Request},
    },
};
use nix::poll::PollFlags;

/// How long anything may take; what is waited for comes at once but for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A simulated host with a session over it, whose clock stands until it is moved.
pub struct Lab {
    pub test: Arc<Test>,
    pub session: Session,
    now: Nanos,
}

impl Lab {
    /// With `Domain-0`, `web1` (PVH) and `desk` (HVM).
    pub fn new() -> Self {
        let mut control = DomainPlan::new("Domain-0").id(0);
        control.uuid = uuid::Uuid::nil();
        let desk = DomainPlan::new("desk").id(2).guest(GuestType::Hvm);
        let plan = HostPlan::new("lab").domain(control).domain(DomainPlan::new("web1").id(1)).domain(desk);
        let test = Arc::new(Test::script(plan).unwrap());
        let driver: Arc<dyn Control> = test.clone();
        let session = assemble(HostId(0), vec![(driver.info(), Ok(driver))], true).unwrap();
        let mut lab = Self { test, session, now: Nanos(0) };
        lab.pass(1);
        lab
    }

    /// Moves the clock on.
    pub fn pass(&mut self, millis: u64) {
        self.now.0 += millis * 1_000_000;
        self.session.consoles.begin(Stamp { mono: self.now, wall: self.now });
    }

    pub fn key(&mut self, name: &str) -> DomainKey {
        let mut snapshot = Snapshot::default();
        let at = Stamp { mono: self.now, wall: self.now };
        self.session.reader.sample(at, &Demand::default(), &mut snapshot);
        snapshot.domains.iter().find(|domain| domain.name.raw() == name).expect("the domain is there").key
    }

    pub fn ttys(&mut self, name: &str) -> Vec<Tty> {
        let key = self.key(name);
        self.session.consoles.list(key).unwrap()
    }

    pub fn run(&mut self, name: &str, change: Change) {
        let key = self.key(name);
        self.session.controller.as_ref().unwrap().run(&Request::Domain(key, change)).unwrap();
    }

    /// Opens its first console to look and type.
    pub fn open(&mut self, name: &str) -> Console {
        let tty = self.ttys(name).remove(0);
        Console::open(&self.session, tty)
    }
}

/// An open console.
pub struct Console {
    pub tty: Tty,
    pub watch: Watch,
    pub writing: Writing,
    /// All that was read and not yet looked at.
    pub seen: String,
    /// A character of which only a part was read.
    pub cut: Vec<u8>,
}

impl Console {
    pub fn open(session: &Session, tty: Tty) -> Self {
        let watch = session.consoles.watch(&tty).unwrap();
        let writing = session.typist.as_ref().unwrap().write(&tty).unwrap();
        Self { tty, watch, writing, seen: String::new(), cut: Vec::new() }
    }

    pub fn send(&mut self, text: &str) {
        let mut bytes = text.as_bytes();
        let deadline = Deadline::after(PATIENCE);
        while !bytes.is_empty() {
            wait(&self.writing, PollFlags::POLLOUT, deadline).expect("the guest takes what is typed");
            let taken = self.writing.write(bytes).expect("the guest is there");
            bytes = &bytes[taken..];
        }
    }

    /// Types a line and gives what comes until the next prompt.
    pub fn ask(&mut self, line: &str) -> String {
        self.until(":~# ");
        self.send(&format!("{line}\r"));
        self.until("\x1b[?2004l\r\n");
        self.until("\x1b[?2004h")
    }

    /// Reads until this comes, and gives what came before it.
    pub fn until(&mut self, wanted: &str) -> String {
        let deadline = Deadline::after(PATIENCE);
        loop {
            if let Some(at) = self.seen.find(wanted) {
                let rest = self.seen.split_off(at + wanted.len());
                let mut before = std::mem::replace(&mut self.seen, rest);
                before.truncate(at);
                return before;
            }
            let more = read(&mut self.watch, deadline);
            let tail = self.seen.len().saturating_sub(400);
            let tail = self.seen.get(tail..).unwrap_or(&self.seen);
            let more = more.unwrap_or_else(|why| panic!("{wanted:?} did not come ({why}): {tail:?}"));
            self.keep(&more);
        }
    }

    /// Keeps what was read, whole characters only.
    pub fn keep(&mut self, more: &[u8]) {
        self.cut.extend(more);
        let whole = match std::str::from_utf8(&self.cut) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.cut.len(),
        };
        let rest = self.cut.split_off(whole);
        self.seen.push_str(&String::from_utf8_lossy(&self.cut));
        self.cut = rest;
    }

    /// Reads until the pty has gone.
    pub fn until_gone(&mut self) -> String {
        let deadline = Deadline::after(PATIENCE);
        while let Ok(more) = read(&mut self.watch, deadline) {
            self.keep(&more);
        }
        assert!(!deadline.passed(), "the pty never went: {:?}", self.seen);
        std::mem::take(&mut self.seen)
    }

    /// Whether something comes within a moment.
    pub fn is_silent(&mut self) -> bool {
        let moment = Deadline::after(Duration::from_millis(100));
        read(&mut self.watch, moment).is_err()
    }
}

/// What comes next.
///
/// # Errors
/// Where the pty has gone, or nothing comes in time.
pub fn read(watch: &mut Watch, deadline: Deadline) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        wait(watch, PollFlags::POLLIN, deadline)?;
        match watch.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(size) => {
                bytes.truncate(size);
                return Ok(bytes);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The kind of an error.
pub fn kind<T>(answer: Result<T, domtop::driver::Error>) -> Kind {
    answer.err().expect("an error").kind
}
