//! Laws of a host that several processes open: its state is in a file, and belongs to all of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{fs, path::PathBuf};

use domtop::{
    driver::{Controller, Observe, session, test::Test},
    model::{
        CpuSet, Demand, Domain, DomainState, HostId, KiB, Kind, Nanos, Stamp,
        request::{Change, PinRequest, Request},
        uri::{TestHost, Uri},
    },
};

/// A file for a state, which goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("domtop-kept-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        Self(path)
    }

    fn host(&self) -> TestHost {
        TestHost { state: Some(self.0.clone()), ..TestHost::default() }
    }

    /// What one process looks at.
    fn looks(&self) -> Test {
        Test::open(&self.host()).unwrap()
    }

    /// What another changes.
    fn changes(&self) -> session::Session {
        session::open(&Uri::Test(self.host()), HostId(0)).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn at(ms: u64, wall_ms: u64) -> Stamp {
    Stamp { mono: Nanos(ms * 1_000_000), wall: Nanos(wall_ms * 1_000_000) }
}

fn web(test: &Test, at: Stamp) -> Option<Domain> {
    test.begin(at, &Demand::default());
    let mut domains = Vec::new();
    test.domains(&mut domains).unwrap();
    domains.into_iter().find(|domain| domain.name.raw() == "web1")
}

fn change(controller: &Controller, test: &Test, change: Change) -> Result<(), Kind> {
    let key = web(test, at(0, 1)).unwrap().key;
    controller.run(&Request::Domain(key, change)).map(drop).map_err(|failure| failure.kind())
}

fn pin(vcpu: u32, cpu: u32) -> Change {
    let hard = Some([cpu].into_iter().collect::<CpuSet>());
    Change::Pin(PinRequest { vcpu: Some(vcpu), hard, soft: None })
}

#[test]
fn what_one_process_changes_another_sees_with_its_next_tick() {
    let scratch = Scratch::new("seen");
    let (one, other) = (scratch.looks(), scratch.changes());
    assert_eq!(web(&one, at(0, 1)).unwrap().vcpus.online, 4);
    change(&other.controller.unwrap(), &one, Change::SetVcpus(2)).unwrap();
    assert_eq!(web(&one, at(10, 11)).unwrap().vcpus.online, 2);
}

#[test]
fn no_process_changes_what_another_changed_back() {
    let scratch = Scratch::new("both");
    let look = scratch.looks();
    let [one, other] = [scratch.changes(), scratch.changes()].map(|session| session.controller.unwrap());
    change(&one, &look, pin(0, 3)).unwrap();
    change(&other, &look, pin(1, 5)).unwrap();
    change(&one, &look, Change::SetVcpus(3)).unwrap();
    drop((one, other));
    let last = scratch.looks();
    let now = web(&last, at(0, 1)).unwrap();
    let hard: Vec<_> = last.affinities(now.key).unwrap().into_iter().map(|a| a.hard.to_string()).collect();
    assert_eq!((now.vcpus.online, &hard[..2]), (3, &["3".to_owned(), "5".to_owned()][..]));
}

#[test]
fn between_processes_time_goes_on_by_the_wall_clock() {
    let scratch = Scratch::new("time");
    {
        let mut session = scratch.changes();
        let mut snapshot = domtop::model::Snapshot::default();
        session.reader.sample(at(0, 5_000), &Demand::default(), &mut snapshot);
        let key = snapshot.domains.iter().find(|domain| domain.name.raw() == "web1").unwrap().key;
        let controller = session.controller.unwrap();
        controller.run(&Request::Domain(key, Change::Shutdown)).unwrap();
    }
    let soon = web(&scratch.looks(), at(900, 5_001)).expect("it was asked a moment ago");
    assert!(matches!(soon.state, DomainState::Running | DomainState::Blocked), "{:?}", soon.state);
    let later = web(&scratch.looks(), at(7, 65_000));
    assert!(later.is_none_or(|web| web.key.id.is_none()), "a minute later it is down");
}

#[test]
fn a_clock_that_was_set_back_takes_no_time_back() {
    let scratch = Scratch::new("back");
    let session = scratch.changes();
    let look = scratch.looks();
    change(&session.controller.unwrap(), &look, Change::SetMaxMemory(KiB(9 << 20))).unwrap();
    let before = web(&look, at(10, 1_000_000)).unwrap().cpu_time;
    assert!(web(&scratch.looks(), at(0, 1)).is_some(), "opened by a clock that is behind");
    assert!(web(&look, at(20, 3)).unwrap().cpu_time >= before);
}

#[test]
fn a_broken_file_fails_changes_and_is_left_as_it_is() {
    let scratch = Scratch::new("broken");
    let (look, session) = (scratch.looks(), scratch.changes());
    let controller = session.controller.unwrap();
    change(&controller, &look, pin(0, 3)).unwrap();
    fs::write(&scratch.0, "{").unwrap();
    assert_eq!(change(&controller, &look, pin(0, 4)), Err(Kind::Malformed));
    drop(controller);
    assert_eq!(fs::read_to_string(&scratch.0).unwrap(), "{");
}
