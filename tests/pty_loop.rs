//! Laws of the loop that need a host of our own making. The program on the terminal is this test itself.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use domtop::{
    app::{HostPane, Mode, Settings, Table, keymap::Keymap},
    console::{session::Options, share::Place},
    driver::{Answer, Control, DriverInfo, Observe, session},
    model::{Domain, DomainId, DomainKey, HostId, Hypervisor, Name, Nanos, Op},
    runtime::{self, Setup},
};
use nix::sys::signal::Signal;
use pty::Pty;

const WHAT: &str = "LOOP_TEST";

/// A host that does its worst after the first sample.
struct Awful(fn());

static TICKS: AtomicU64 = AtomicU64::new(0);

impl Observe for Awful {
    fn info(&self) -> DriverInfo {
        let ops = [Op::Hypervisor, Op::Domains].into();
        DriverInfo { name: "awful", peer: "memory".into(), hypervisor: true, ops }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        if TICKS.fetch_add(1, SeqCst) > 0 {
            (self.0)();
        }
        let key = DomainKey { id: Some(DomainId(7)), ..DomainKey::default() };
        let name = Name::new("evil\x1b[2J\x1b]0;owned\x07name");
        into.clear();
        into.push(Domain { key, name, ..Domain::default() });
        Ok(())
    }
}

impl Control for Awful {}

/// What the child does; nothing where this is no child.
#[test]
fn child() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let worst: fn() = match what.as_str() {
        "hangs" => || thread::sleep(Duration::from_secs(3600)),
        "panics" => || panic!("the driver's cheese is out"),
        _ => || {},
    };
    let theme = if what == "theme" { "no such theme" } else { "dark" };
    let driver: Arc<dyn Control> = Arc::new(Awful(worst));
    let session = session::assemble(HostId(0), vec![(driver.info(), Ok(driver))], false).unwrap();
    let pane = HostPane::new(HostId(0), "awful:///".into(), String::new(), Mode::Operator);
    let interval = Nanos(100_000_000);
    let settings = Settings { interval, theme: theme.into(), ..Settings::default() };
    let keymap = Keymap::new(&BTreeMap::new()).unwrap();
    let hosts = vec![(pane, session)];
    let (scribes, table) = (Vec::new(), Table::default());
    let place = Place::new(std::env::temp_dir().join("domtop-pty-loop"));
    let consoles = Options { history: 100, before: Vec::new(), record: None, place, who: "tester".into() };
    runtime::run(Setup { hosts, settings, keymap, scribes, table, past: None, consoles, ring: 0 }).unwrap();
}

fn run(what: &str) -> Pty {
    let this = std::env::current_exe().unwrap();
    let args = ["child", "--exact", "--nocapture", "--test-threads=1"];
    let mut pty = Pty::spawn(this.to_str().unwrap(), &args, &[(WHAT, what)], (100, 30));
    pty.wait_for("evil");
    pty
}

#[test]
fn a_driver_that_hangs_holds_up_no_key() {
    let mut pty = run("hangs");
    pty.send("?");
    pty.until("the help opens", |pty| !pty.screen().contains("evil"));
    pty.send("\x1b");
    pty.wait_for("evil");
    pty.send("q");
    assert!(pty.exit().success(), "nor the way out");
    assert_eq!(pty.left_behind(), [""; 0]);
}

#[test]
fn a_driver_that_hangs_holds_up_no_signal() {
    let mut pty = run("hangs");
    pty.signal(Signal::SIGTERM);
    assert_eq!(pty.exit().code(), Some(128 + Signal::SIGTERM as i32));
    assert_eq!(pty.left_behind(), [""; 0]);
}

#[test]
fn a_driver_that_panics_is_told_of_on_the_screen() {
    let mut pty = run("panics");
    pty.wait_for("the driver's cheese is out");
    assert!(pty.is_taken() && pty.screen().contains("evil"), "the rows stay");
    pty.send("q");
    assert!(pty.exit().success());
}

#[test]
fn a_name_from_outside_reaches_the_terminal_as_signs() {
    let pty = run("well");
    assert!(pty.screen().contains("evil␛[2J"), "{}", pty.screen());
    assert!(!pty.raw.windows(4).any(|bytes| bytes == b"\x1b]0;"));
}

#[test]
fn a_theme_that_cannot_be_read_is_told_of_on_the_screen() {
    let mut pty = run("theme");
    pty.wait_for("no such theme");
    pty.send("q");
    assert!(pty.exit().success());
}
