//! The laws of the three routes, over recording drivers.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support {
    pub mod recording;
}

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use domtop::{
    driver::{Answer, Control, DriverInfo, Error, Lost, Observe, Permit, Reader, session},
    model::{
        Demand, Domain, DomainId, DomainKey, HostId, Hypervisor, KiB, Kind, Light, Name, Op, Route, Snapshot,
        Stamp, Which,
        definition::Told,
        request::{Change, PinRequest, Request},
    },
};
use support::recording::{Recording, Tape};
use uuid::Uuid;

/// One change of each route.
fn first() -> Change {
    Change::Pin(PinRequest::default())
}

const LAST: Change = Change::Destroy;
const EVERY: Change = Change::Shutdown;

/// Runs a change over hypervisor, xenstore and xl, which answer as told; gives who was asked, and the outcome.
fn run(change: &Change, answers: [Result<(), Kind>; 3]) -> (Vec<String>, Result<Vec<String>, Vec<Kind>>) {
    let tape = Tape::default();
    let [hypervisor, xenstore, xl] = answers;
    let drivers = vec![
        Recording::hypervisor("hypervisor", &tape, hypervisor).opened(),
        Recording::new("xenstore", &tape, xenstore).opened(),
        Recording::new("xl", &tape, xl).opened(),
    ];
    let session = session::assemble(HostId(0), drivers, true).unwrap();
    tape.clear();
    let controller = session.controller.expect("opened for changes");
    let outcome = controller.run(&Request::Domain(DomainKey::default(), change.clone()));
    let done = outcome.map(|trail| trail.done_by().map(ToString::to_string).collect());
    (tape.asked(), done.map_err(|f| f.reasons.iter().map(|r| r.kind).collect()))
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

#[test]
fn first_asks_in_priority_order_and_stops_at_the_first_that_can() {
    let (asked, done) = run(&first(), [Ok(()), Ok(()), Ok(())]);
    assert_eq!((asked, done), (names(&["hypervisor"]), Ok(names(&["hypervisor"]))));
}

#[test]
fn the_hypervisor_is_asked_last_to_destroy() {
    let no = Err(Kind::Unsupported);
    let (asked, done) = run(&LAST, [Ok(()), no, Ok(())]);
    assert_eq!((asked, done), (names(&["xenstore", "xl"]), Ok(names(&["xl"]))));
    let (asked, done) = run(&LAST, [Ok(()), no, Err(Kind::Unreachable)]);
    assert_eq!((asked, done), (names(&["xenstore", "xl", "hypervisor"]), Ok(names(&["hypervisor"]))));
}

#[test]
fn shutdown_tells_every_driver() {
    let (asked, done) = run(&EVERY, [Ok(()), Err(Kind::Failed), Ok(())]);
    assert_eq!((asked, done), (names(&["hypervisor", "xenstore", "xl"]), Ok(names(&["hypervisor", "xl"]))));
    let (_, done) = run(&EVERY, [Err(Kind::Failed), Err(Kind::Denied), Err(Kind::Unsupported)]);
    assert_eq!(done, Err(vec![Kind::Failed, Kind::Denied]), "every reason is kept, in the order told");
}

#[test]
fn what_one_driver_finds_wrong_to_do_no_other_is_told() {
    let (asked, done) = run(&EVERY, [Err(Kind::Unsupported), Err(Kind::Refused), Ok(())]);
    assert_eq!((asked, done), (names(&["hypervisor", "xenstore"]), Err(vec![Kind::Refused])));
    let (asked, done) = run(&EVERY, [Ok(()), Err(Kind::Refused), Ok(())]);
    assert_eq!((asked, done), (names(&["hypervisor", "xenstore"]), Ok(names(&["hypervisor"]))));
}

#[test]
fn a_driver_that_tried_and_failed_ends_a_change() {
    for kind in [Kind::Failed, Kind::TimedOut, Kind::NoDomain, Kind::Refused, Kind::Malformed] {
        let (asked, done) = run(&first(), [Err(kind), Ok(()), Ok(())]);
        assert_eq!((asked, done), (names(&["hypervisor"]), Err(vec![kind])));
        let (asked, _) = run(&LAST, [Ok(()), Err(kind), Ok(())]);
        assert_eq!(asked, names(&["xenstore"]), "the hypervisor must not answer behind a toolstack's back");
    }
}

#[test]
fn a_change_falls_through_what_could_not_try() {
    for kind in [Kind::Unsupported, Kind::Unreachable, Kind::Denied] {
        let (asked, done) = run(&first(), [Err(kind), Err(kind), Ok(())]);
        assert_eq!((asked, done), (names(&["hypervisor", "xenstore", "xl"]), Ok(names(&["xl"]))));
    }
}

#[test]
fn a_read_falls_through_any_failure() {
    for kind in [Kind::Failed, Kind::TimedOut, Kind::Malformed, Kind::Denied, Kind::Unsupported] {
        let tape = Tape::default();
        let drivers = vec![
            Recording::new("one", &tape, Err(kind)).opened(),
            Recording::new("two", &tape, Ok(())).opened(),
        ];
        let mut reader = session::assemble(HostId(0), drivers, false).unwrap().reader;
        let mut snapshot = Snapshot::default();
        reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
        assert_eq!(snapshot.stale, None);
        assert_eq!(snapshot.domains.len(), 1, "the second driver answered");
    }
}

#[test]
fn every_operation_takes_the_route_its_users_need() {
    let of = |route| Op::ALL.iter().filter(move |op| op.route() == route).copied().collect::<Vec<_>>();
    assert_eq!(of(Route::HypervisorLast), [Op::Suspend, Op::Resume, Op::Destroy, Op::SetVcpus]);
    assert_eq!(
        of(Route::Every),
        [Op::Inactive, Op::Progress, Op::Shutdown, Op::Reboot, Op::SetMemory, Op::SetMaxMemory]
    );
    let reads = Op::ALL.iter().filter(|op| !op.changes()).filter(|op| op.route() != Route::First);
    assert_eq!(reads.copied().collect::<Vec<_>>(), [Op::Inactive, Op::Progress]);
}

/// Runs two domains, and knows their names or does not.
struct Runs(Answer<()>);

/// Keeps definitions by keys of its own; tells which it was asked for.
struct Keeps(Vec<Domain>, Mutex<Vec<DomainKey>>);

fn domain(id: Option<u32>, uuid: u128, name: &str) -> Domain {
    let key = DomainKey { id: id.map(DomainId), uuid: Uuid::from_u128(uuid) };
    Domain { key, name: Name::new(name), ..Domain::default() }
}

fn told(name: &'static str, ops: &[Op]) -> DriverInfo {
    DriverInfo { name, peer: "nowhere".into(), hypervisor: false, ops: ops.into() }
}

impl Observe for Runs {
    fn info(&self) -> DriverInfo {
        told("runs", &[Op::Hypervisor, Op::Domains, Op::Identify])
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.clear();
        into.extend([domain(Some(4), 1, "web"), domain(Some(5), 2, "db")]);
        Ok(())
    }

    fn identify(&self, _domains: &mut [Domain]) -> Answer<()> {
        self.0.clone()
    }
}

impl Observe for Keeps {
    fn info(&self) -> DriverInfo {
        told("keeps", &[Op::Inactive, Op::Definition, Op::Undefine])
    }

    fn inactive(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.extend(self.0.iter().cloned());
        Ok(())
    }

    fn definition(&self, key: DomainKey, _which: Which) -> Answer<Told> {
        let kept = self.0.iter().find(|kept| kept.key.uuid == key.uuid);
        let xml = kept.ok_or_else(|| Error::no_domain("such file"))?.name.raw().into();
        Ok(Told { xml, ..Told::default() })
    }
}

impl Control for Runs {}

impl Control for Keeps {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        self.definition(key, Which::Kept)?;
        assert_eq!(*change, Change::Undefine);
        self.1.lock().unwrap().push(key);
        Ok(Lost::new())
    }
}

#[test]
fn a_domain_that_runs_under_another_uuid_than_it_is_kept_under_is_one_domain() {
    let kept =
        vec![domain(None, 9, "web"), domain(None, 2, "db"), domain(None, 3, "zoo"), domain(None, 4, "app")];
    let runs = Arc::new(Runs(Ok(())));
    let keeps = Arc::new(Keeps(kept, Mutex::default()));
    let drivers = vec![(runs.info(), Ok(runs as Arc<dyn Control>)), (keeps.info(), Ok(keeps.clone() as _))];
    let mut session = session::assemble(HostId(0), drivers, true).unwrap();
    let mut snapshot = Snapshot::default();
    session.reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    let names: Vec<_> = snapshot.domains.iter().map(|domain| domain.name.raw().to_owned()).collect();
    assert_eq!(names, ["web", "db", "app", "zoo"], "each once, those that are off last and by name");
    let web = snapshot.domains[0].key;
    assert_eq!(session.definitions.read(web, Which::Kept).unwrap().xml, "web");
    assert!(session.definitions.read(web, Which::Live).is_err(), "what is kept is not what it runs with");
    session.controller.unwrap().run(&Request::Domain(web, Change::Undefine)).unwrap();
    assert_eq!(*keeps.1.lock().unwrap(), [DomainKey { id: None, uuid: Uuid::from_u128(9) }]);
}

#[test]
fn where_nobody_knows_the_names_nothing_is_said_to_be_off() {
    let runs = Arc::new(Runs(Err(Error::no_domain("name"))));
    let keeps = Arc::new(Keeps(vec![domain(None, 9, "web")], Mutex::default()));
    let drivers = vec![(runs.info(), Ok(runs as Arc<dyn Control>)), (keeps.info(), Ok(keeps as _))];
    let mut reader = session::assemble(HostId(0), drivers, false).unwrap().reader;
    let mut snapshot = Snapshot::default();
    reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    assert_eq!(snapshot.domains.len(), 2, "web runs, as far as anybody can tell");
}

#[test]
fn a_read_only_session_has_no_controller() {
    let tape = Tape::default();
    let drivers = vec![Recording::new("one", &tape, Ok(())).opened()];
    assert!(session::assemble(HostId(0), drivers, false).unwrap().controller.is_none());
}

#[test]
fn a_driver_that_could_not_be_opened_keeps_its_place_and_says_why() {
    let tape = Tape::default();
    let drivers = vec![
        Recording::new("hypervisor", &tape, Ok(()))
            .absent(Kind::Denied, "open /dev/xen/privcmd: permission denied"),
        Recording::new("xenstore", &tape, Ok(())).opened(),
    ];
    let mut reader = session::assemble(HostId(0), drivers, true).unwrap().reader;
    let mut snapshot = Snapshot::default();
    reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    assert_eq!(snapshot.drivers.len(), 2);
    assert_eq!(&*snapshot.drivers[0].name, "hypervisor");
    assert_eq!(snapshot.drivers[0].light, Light::Absent("open /dev/xen/privcmd: permission denied".into()));
}

/// How long a driver is waited for that is looked for every few seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Has a host sampled until that holds.
fn until(reader: &mut Reader, mut holds: impl FnMut(&Snapshot) -> bool) {
    let (end, mut snapshot) = (Instant::now() + PATIENCE, Snapshot::default());
    loop {
        reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
        if holds(&snapshot) {
            return;
        }
        assert!(Instant::now() < end, "{:?}", snapshot.drivers);
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_driver_that_comes_later_joins_in_reading_and_changing() {
    let (tape, there) = (Tape::default(), Arc::new(AtomicBool::new(false)));
    let comes = there.clone();
    let drivers = vec![
        Recording::new("one", &tape, Ok(())).opened().into(),
        Recording::new("late", &tape, Ok(())).candidate(move || {
            let gone = || Error::new(Kind::Unreachable, "connect to /run/late: gone");
            comes.load(Ordering::Relaxed).then_some(()).ok_or_else(gone)
        }),
    ];
    let session = session::assemble_lasting(HostId(0), drivers, true).unwrap();
    let (mut reader, controller) = (session.reader, session.controller.unwrap());
    let shutdown = Request::Domain(DomainKey::default(), EVERY);
    tape.clear();
    let trail = controller.run(&shutdown).unwrap();
    assert_eq!(tape.asked(), ["one"]);
    assert_eq!(trail.0[1].refused.as_ref().unwrap().kind, Kind::Unreachable);

    until(&mut reader, |s| s.drivers[1].light == Light::Absent("connect to /run/late: gone".into()));
    there.store(true, Ordering::Relaxed);
    until(&mut reader, |s| s.drivers[1].light == Light::Ready);
    tape.clear();
    controller.run(&shutdown).unwrap();
    assert_eq!(tape.asked(), ["one", "late"]);
}

#[test]
fn nobody_waits_for_a_driver_that_is_looked_for_and_only_one_looks() {
    let (tape, looks) = (Tape::default(), Arc::new(AtomicU32::new(0)));
    let (counted, (release, held)) = (looks.clone(), mpsc::channel::<()>());
    let held = Mutex::new(held);
    let hangs = Recording::new("hangs", &tape, Ok(())).candidate(move || {
        if counted.fetch_add(1, Ordering::Relaxed) > 0 {
            let _ = held.lock().unwrap().recv();
        }
        Err(Error::new(Kind::TimedOut, "no answer"))
    });
    let drivers = vec![Recording::new("one", &tape, Ok(())).opened().into(), hangs];
    let mut reader = session::assemble_lasting(HostId(0), drivers, true).unwrap().reader;
    until(&mut reader, |_| looks.load(Ordering::Relaxed) == 2);
    // It hangs in the second: the host is read all the same, and nobody else begins.
    let mut ticks = 0;
    until(&mut reader, |snapshot| {
        ticks += 1;
        assert!(snapshot.stale.is_none() && matches!(snapshot.drivers[1].light, Light::Absent(_)));
        ticks == 100
    });
    assert_eq!(looks.load(Ordering::Relaxed), 2);
    drop(release);
    until(&mut reader, |_| looks.load(Ordering::Relaxed) > 2);
}

#[test]
fn a_driver_that_was_denied_is_not_looked_for_again() {
    let (tape, looks) = (Tape::default(), Arc::new([AtomicU32::new(0), AtomicU32::new(0)]));
    let fails = |place: usize, kind| {
        let counted = looks.clone();
        Recording::new("fails", &tape, Ok(())).candidate(move || {
            counted[place].fetch_add(1, Ordering::Relaxed);
            Err(Error::new(kind, "no"))
        })
    };
    let one = Recording::new("one", &tape, Ok(())).opened().into();
    let drivers = vec![one, fails(0, Kind::Denied), fails(1, Kind::Unreachable)];
    let mut reader = session::assemble_lasting(HostId(0), drivers, false).unwrap().reader;
    until(&mut reader, |_| looks[1].load(Ordering::Relaxed) == 3);
    assert_eq!(looks[0].load(Ordering::Relaxed), 1);
}

#[test]
fn a_host_nobody_can_open_gives_every_reason() {
    let tape = Tape::default();
    let drivers = vec![
        Recording::new("hypervisor", &tape, Ok(()))
            .absent(Kind::Denied, "open /dev/xen/privcmd: permission denied"),
        Recording::new("xenstore", &tape, Ok(()))
            .absent(Kind::Unreachable, "connect to /run/xenstored/socket: gone"),
    ];
    let failure = session::assemble(HostId(0), drivers, true).err().expect("nobody answers");
    let text = failure.to_string();
    assert!(text.contains("/dev/xen/privcmd") && text.contains("/run/xenstored/socket"), "{text}");
}

#[test]
fn a_failed_list_says_so_and_does_not_pretend() {
    let tape = Tape::default();
    let one = Recording::new("one", &tape, Err(Kind::TimedOut));
    let mut reader = session::assemble(HostId(0), vec![one.opened()], false).unwrap().reader;
    let mut snapshot = Snapshot::default();
    reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    assert!(snapshot.stale.is_some_and(|why| why.contains("as told")));
    assert_eq!(snapshot.drivers[0].failures, snapshot.drivers[0].calls - 1, "all but the version failed");
    assert!(snapshot.memory.known().is_none());
}

#[test]
fn set_memory_carries_its_amount_to_every_driver() {
    let (asked, _) = run(&Change::SetMemory(KiB(1024)), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(asked.len(), 3);
}
