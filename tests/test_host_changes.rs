//! Laws of changing a simulated host: each operation does what it says, or refuses with the reason; state is kept.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{fs, path::PathBuf, sync::Arc};

use domtop::{
    driver::{
        Controller, Observe,
        session::{assemble, open, open_read_only},
        test::{DomainPlan, HostPlan, NodePlan, Start, Temper, Test},
    },
    model::{
        Demand, Domain, DomainKey, DomainState, Failure, HostId, KiB, Kind, Nanos, Op, Stamp, Which,
        request::{Change, PinRequest, Request},
        uri::Uri,
    },
};
use nix::{sys::stat::Mode, unistd::mkfifo};
use proptest::prelude::*;

const GIB: u64 = 1 << 20;

/// A host with what changes it.
struct Lab {
    test: Arc<Test>,
    controller: Controller,
    ms: u64,
}

impl Lab {
    fn new(plan: HostPlan) -> Self {
        let test = Arc::new(Test::script(plan).unwrap());
        let session = assemble(HostId(0), vec![(test.info(), Ok(test.clone()))], true).unwrap();
        let mut lab = Self { test, controller: session.controller.unwrap(), ms: 0 };
        lab.pass(0);
        lab
    }

    fn pass(&mut self, ms: u64) {
        self.ms += ms;
        let at = Nanos(self.ms * 1_000_000);
        self.test.begin(Stamp { mono: at, wall: at }, &Demand::default());
    }

    fn rows(&self) -> Vec<Domain> {
        let mut rows = Vec::new();
        self.test.domains(&mut rows).unwrap();
        self.test.identify(&mut rows).unwrap();
        rows
    }

    fn find(&self, name: &str) -> Option<Domain> {
        self.rows().into_iter().find(|d| d.name.raw() == name)
    }

    fn of(&self, name: &str) -> Domain {
        self.find(name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn key(&self, name: &str) -> DomainKey {
        self.of(name).key
    }

    /// How far the change of this kind that is under way has come.
    fn progress(&self, op: Op) -> Option<f64> {
        let mut all = Vec::new();
        self.test.progress(&mut all).unwrap();
        all.iter().find(|it| it.op == op)?.part()
    }

    fn run(&self, name: &str, change: Change) -> Result<(), Failure> {
        self.controller.run(&Request::Domain(self.key(name), change)).map(drop)
    }

    fn make(&self, request: &Request) -> Result<(), Failure> {
        self.controller.run(request).map(drop)
    }

    fn refused(&self, name: &str, change: Change) -> String {
        let failure = self.run(name, change).unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused, "{failure}");
        failure.to_string()
    }
}

fn lab() -> Lab {
    let burner = |name| DomainPlan::new(name).temper(Temper::Burning).vcpus(2, 4);
    let mut deaf = DomainPlan::new("deaf");
    deaf.life.shutdown = None;
    let mut control = DomainPlan::new("Domain-0").id(0);
    control.uuid = uuid::Uuid::nil();
    let node = NodePlan { sockets: 1, cores: 8, threads: 1, numa: 1, memory: KiB(16 * GIB), khz: 1_000_000 };
    let plan = HostPlan::new("lab")
        .node(node)
        .domain(control)
        .domain(burner("web1").memory(KiB(2 * GIB), KiB(4 * GIB)))
        .domain(burner("web2"))
        .domain(deaf)
        .domain(DomainPlan::new("off").memory(KiB(4 * GIB), KiB(4 * GIB)).start(Start::Off));
    Lab::new(plan)
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("domtop-changes-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn ops_are_exactly_what_is_not_answered_unsupported() {
    let lab = lab();
    let info = lab.test.info();
    let (none, file) = (DomainKey::default(), PathBuf::from("/nonexistent/file"));
    let unsupported = |op| {
        let changes = [
            Change::Suspend,
            Change::Resume,
            Change::Destroy,
            Change::SetVcpus(1),
            Change::Shutdown,
            Change::Reboot,
            Change::SetMemory(KiB(1)),
            Change::SetMaxMemory(KiB(1)),
            Change::Pin(PinRequest::default()),
            Change::SetScheduler { weight: None, cap: None },
            Change::Rename("x".into()),
            Change::Undefine,
            Change::Start,
            Change::Save(file.clone()),
            Change::Dump(file.clone()),
            Change::Attach(file.clone()),
            Change::Detach(file.clone()),
            Change::SetAutostart(true),
        ];
        let makes =
            [Request::Create(file.clone()), Request::Define(file.clone()), Request::Restore(file.clone())];
        let of_domains = changes.into_iter().map(|change| Request::Domain(none, change));
        let request = of_domains.chain(makes).find(|request| request.op() == op);
        let kind = match (request, op) {
            (Some(request), _) => lab.controller.run(&request).err().map(|failure| failure.reasons),
            (None, op) => return reads_unsupported(&lab.test, op),
        };
        // The stack keeps no reason for an operation a driver has no part in.
        kind.is_some_and(|reasons| reasons.is_empty())
    };
    for &op in Op::ALL {
        assert_eq!(unsupported(op), !info.ops.contains(&op), "{}", op.word());
    }
}

fn reads_unsupported(test: &Test, op: Op) -> bool {
    let none = DomainKey::default();
    let error = match op {
        Op::Hypervisor => test.hypervisor().err(),
        Op::Node => test.node().err(),
        Op::HostMemory => test.host_memory().err(),
        Op::PcpuTimes => test.pcpu_times(&mut vec![]).err(),
        Op::Domains => test.domains(&mut vec![]).err(),
        Op::Identify => test.identify(&mut []).err(),
        Op::Vcpus => test.vcpus(&[], &mut vec![]).err(),
        Op::Affinities => test.affinities(none).err(),
        Op::Traffic => test.traffic(&mut []).err(),
        Op::Devices => test.devices(none).err(),
        Op::Facts => test.facts(none).err(),
        Op::Consoles => test.consoles(none).err(),
        Op::ReadScheduler => test.scheduler(none).err(),
        Op::Requests => test.requests(&[], &mut vec![]).err(),
        Op::Configuration => test.configuration(none).err(),
        Op::HostLog => test.host_log(0).err(),
        Op::Definition => test.definition(none, Which::Live).err(),
        Op::Inactive => test.inactive(&mut vec![]).err(),
        Op::Progress => test.progress(&mut vec![]).err(),
        other => panic!("{} has no request here", other.word()),
    };
    error.is_some_and(|error| error.kind == Kind::Unsupported)
}

#[test]
fn a_suspended_domain_stands_still_until_it_is_resumed() {
    let mut lab = lab();
    lab.pass(1234);
    lab.run("web1", Change::Suspend).unwrap();
    let stopped = lab.of("web1");
    assert_eq!(stopped.state, DomainState::Paused);
    assert!(
        (stopped.cpu_time.seconds() - 2.468).abs() < 1e-3,
        "to the moment: {}",
        stopped.cpu_time.seconds()
    );
    lab.pass(5000);
    assert_eq!(lab.of("web1").cpu_time, stopped.cpu_time);
    assert!(lab.refused("web1", Change::Suspend).contains("paused"));
    lab.run("web1", Change::Resume).unwrap();
    lab.pass(1000);
    assert!((lab.of("web1").cpu_time.seconds() - 4.468).abs() < 1e-3);
    assert!(lab.refused("web1", Change::Resume).contains("cannot resume while running"));
}

#[test]
fn a_guest_shuts_down_in_its_time_and_a_deaf_one_does_not() {
    let mut lab = lab();
    lab.run("web1", Change::Shutdown).unwrap();
    lab.run("deaf", Change::Shutdown).unwrap();
    assert_eq!(lab.of("web1").state, DomainState::Running);
    lab.pass(1100);
    assert_eq!(lab.of("web1").state.word(), "shutdown");
    lab.pass(2000);
    assert_eq!((lab.of("web1").state, lab.key("web1").id), (DomainState::Off, None));
    assert!(lab.key("deaf").id.is_some());
    assert!(lab.refused("web1", Change::Shutdown).contains("not running"));
}

#[test]
fn a_reboot_gives_another_id_and_keeps_the_uuid() {
    let mut lab = lab();
    let before = lab.key("web1");
    lab.run("web1", Change::Reboot).unwrap();
    lab.pass(4000);
    let after = lab.of("web1");
    assert_eq!(after.key.uuid, before.uuid);
    assert!(after.key.id.is_some() && after.key.id != before.id);
    assert!(after.cpu_time.seconds() < 7.0, "it counts from its start");
}

#[test]
fn a_destroyed_domain_can_be_started_and_undefined() {
    let mut lab = lab();
    lab.run("web1", Change::Destroy).unwrap();
    assert_eq!(lab.of("web1").state, DomainState::Dying);
    lab.pass(500);
    assert_eq!(lab.of("web1").state, DomainState::Off);
    lab.run("web1", Change::Start).unwrap();
    assert!(lab.refused("web1", Change::Start).contains("running already"));
    lab.run("web1", Change::Undefine).unwrap();
    assert!(lab.find("web1").is_some(), "a run goes on without its description");
    lab.run("web1", Change::Destroy).unwrap();
    lab.pass(500);
    assert!(lab.find("web1").is_none());
    lab.run("off", Change::Undefine).unwrap();
    assert!(lab.find("off").is_none());
}

#[test]
fn the_control_domain_is_not_ended() {
    let lab = lab();
    for change in [Change::Destroy, Change::Suspend, Change::Shutdown, Change::Undefine] {
        assert!(lab.refused("Domain-0", change).contains("control domain"));
    }
}

#[test]
fn memory_moves_to_its_target_over_seconds() {
    let mut lab = lab();
    let free = lab.test.host_memory().unwrap().free;
    lab.run("web1", Change::SetMemory(KiB(3 * GIB))).unwrap();
    let asked = lab.of("web1");
    assert_eq!((asked.memory, asked.target.known()), (KiB(2 * GIB), Some(&KiB(3 * GIB))));
    lab.pass(2000);
    let halfway = lab.of("web1").memory;
    assert!(halfway > KiB(2 * GIB) && halfway < KiB(3 * GIB), "{halfway:?}");
    lab.pass(6000);
    assert_eq!(lab.of("web1").memory, KiB(3 * GIB));
    assert_eq!(lab.test.host_memory().unwrap().free, KiB(free.0 - GIB));
    assert!(lab.refused("web1", Change::SetMemory(KiB(5 * GIB))).contains("allowed"));
    assert!(lab.refused("web1", Change::SetMaxMemory(KiB(GIB))).contains("below"));
    lab.run("web1", Change::SetMaxMemory(KiB(64 * GIB))).unwrap();
    assert!(lab.refused("web1", Change::SetMemory(KiB(32 * GIB))).contains("free on the host"));
}

#[test]
fn vcpus_pins_and_shares_take_effect_at_once() {
    let mut lab = lab();
    lab.run("web1", Change::SetVcpus(4)).unwrap();
    lab.pass(1000);
    assert_eq!(lab.of("web1").vcpus.online, 4);
    assert!((lab.of("web1").cpu_time.seconds() - 4.0).abs() < 1e-3);
    assert!(lab.refused("web1", Change::SetVcpus(5)).contains("between 1 and 4"));

    let one = |cpu: u32| PinRequest { hard: Some([cpu].into_iter().collect()), ..PinRequest::default() };
    lab.run("web1", Change::Pin(one(7))).unwrap();
    lab.run("web2", Change::Pin(one(7))).unwrap();
    lab.run("web1", Change::SetScheduler { weight: Some(256), cap: Some(10) }).unwrap();
    let (before, other) = (lab.of("web1").cpu_time.0, lab.of("web2").cpu_time.0);
    lab.pass(1000);
    assert!((lab.of("web1").cpu_time.0 - before).abs_diff(100_000_000) < 1_000_000, "capped at 10 %");
    assert!(
        (lab.of("web2").cpu_time.0 - other).abs_diff(900_000_000) < 1_000_000,
        "the rest of the one pCPU"
    );
    let affinities = lab.test.affinities(lab.key("web1")).unwrap();
    assert!(affinities.iter().all(|a| a.hard.to_string() == "7" && a.soft.is_all()));
    assert!(lab.refused("web1", Change::Pin(one(8))).contains("this host has 8"));
    assert!(lab.refused("web1", Change::Pin(PinRequest { vcpu: Some(9), ..one(1) })).contains("no vCPU 9"));
    assert!(lab.refused("web1", Change::SetScheduler { weight: Some(0), cap: None }).contains("not 0"));
}

#[test]
fn a_renamed_domain_has_the_name_and_no_other_has_it() {
    let lab = lab();
    lab.run("web1", Change::Rename("shop".into())).unwrap();
    assert!(lab.find("web1").is_none() && lab.find("shop").is_some());
    assert!(lab.refused("shop", Change::Rename("web2".into())).contains("already"));
    assert!(lab.refused("shop", Change::Rename(String::new())).contains("between 1 and 4096"));
}

#[test]
fn a_target_of_a_disk_that_is_not_simulated_is_taken_all_the_same() {
    let lab = lab();
    let file = scratch("taken.xml");
    let text = "<domain type='test'><name>taken</name><memory>65536</memory><devices>
        <disk type='network'><source protocol='rbd' name='a'/><target dev='vdb'/></disk></devices></domain>";
    fs::write(&file, text).unwrap();
    lab.make(&Request::Define(file.clone())).unwrap();
    let disk = |target: &str| format!("<disk type='file'><source file='/a'/><target dev='{target}'/></disk>");
    fs::write(&file, disk("vdb")).unwrap();
    assert!(lab.refused("taken", Change::Attach(file.clone())).contains("two disks called vdb"));
    fs::write(&file, disk("vdc")).unwrap();
    lab.run("taken", Change::Attach(file.clone())).unwrap();
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_disk_that_is_attached_is_kept_as_it_is_written() {
    let lab = lab();
    let file = scratch("written.xml");
    let text = "<domain type='test'>\n  <name>written</name>\n  <memory>65536</memory>\n  <devices>\n    \
        <disk type='file'><source file='/a'/><target dev='vda'/></disk>\n  </devices>\n</domain>\n";
    fs::write(&file, text).unwrap();
    lab.make(&Request::Define(file.clone())).unwrap();
    let kept = |lab: &Lab| lab.test.definition(lab.key("written"), Which::Kept).unwrap().xml;
    let before = kept(&lab);
    for serial in ["A1", "B2"] {
        let disk = format!(
            "<disk type='file' device='disk'>\n      <source file='/{serial}'/>\n      \
             <target dev='vdb' bus='virtio'/>\n      <serial>{serial}</serial>\n    </disk>"
        );
        fs::write(&file, format!("{disk}\n")).unwrap();
        lab.run("written", Change::Attach(file.clone())).unwrap();
        let end = "  </devices>";
        assert_eq!(kept(&lab), before.replace(end, &format!("    {disk}\n{end}")));
        lab.run("written", Change::Detach(file.clone())).unwrap();
        assert_eq!(kept(&lab), before, "what was there before is as it was");
    }
    fs::remove_file(&file).unwrap();
}

#[test]
fn files_make_domains_and_devices() {
    let mut lab = lab();
    let file = scratch("made.xml");
    fs::write(&file, "<domain name='made' memory='64M' temper='busy'/>").unwrap();
    lab.make(&Request::Create(file.clone())).unwrap();
    assert!(lab.key("made").id.is_some());
    let twin = scratch("twin.xml");
    fs::write(&twin, "<domain name='made' memory='64M' uuid='00000000-0000-4000-8000-000000000001'/>")
        .unwrap();
    assert!(lab.make(&Request::Define(twin.clone())).unwrap_err().to_string().contains("already"));
    fs::remove_file(&twin).unwrap();
    fs::write(&file, "<disk name='xvdz' source='/srv/z.img' read='1M'/>").unwrap();
    lab.run("made", Change::Attach(file.clone())).unwrap();
    assert!(lab.refused("made", Change::Attach(file.clone())).contains("already"));
    lab.pass(1000);
    let disks = |lab: &Lab| {
        lab.test.devices(lab.key("made")).unwrap().iter().filter(|d| d.disk.known().is_some()).count()
    };
    assert_eq!(disks(&lab), 1);
    lab.run("made", Change::Detach(file.clone())).unwrap();
    assert_eq!(disks(&lab), 0);
    fs::write(&file, "<domain name='made'/>").unwrap();
    let said = lab.make(&Request::Create(file.clone())).unwrap_err().to_string();
    assert!(said.contains("made.xml:1: <domain> needs"), "{said}");
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_saved_domain_is_restored_as_it_was() {
    let mut lab = lab();
    let file = scratch("saved");
    lab.run("web1", Change::Dump(file.clone())).unwrap();
    assert!(file.exists() && lab.key("web1").id.is_some(), "a dump ends nothing");
    let dumped = fs::read(&file).unwrap();
    lab.pass(9000);
    for change in [Change::Save(file.clone()), Change::Dump(file.clone())] {
        assert!(lab.refused("web1", change).contains("file exists"));
    }
    assert_eq!(fs::read(&file).unwrap(), dumped, "what is there is not written over");
    fs::remove_file(&file).unwrap();
    lab.run("web1", Change::SetMemory(KiB(3 * GIB))).unwrap();
    lab.pass(9000);
    let before = lab.of("web1");
    lab.run("web1", Change::Save(file.clone())).unwrap();
    lab.pass(1000);
    let part = lab.progress(Op::Save).expect("3 GiB take more than a second");
    assert!(part > 0.2 && part < 0.9, "{part}");
    assert_eq!(lab.of("web1").state, DomainState::Paused);
    assert!(lab.refused("web1", Change::Resume).contains("being saved"));
    lab.pass(2000);
    assert_eq!((lab.of("web1").state, lab.progress(Op::Save)), (DomainState::Off, None));
    lab.make(&Request::Restore(file.clone())).unwrap();
    assert_eq!((lab.of("web1").state, lab.progress(Op::Restore)), (DomainState::Paused, Some(0.0)));
    lab.pass(3000);
    let after = lab.of("web1");
    assert!(matches!(after.state, DomainState::Running | DomainState::Blocked));
    assert_eq!((after.key.uuid, after.memory, after.vcpus), (before.key.uuid, KiB(3 * GIB), before.vcpus));
    assert!(lab.make(&Request::Restore(file.clone())).is_err(), "not twice");
    fs::remove_file(&file).unwrap();
    assert!(lab.make(&Request::Restore(file.clone())).unwrap_err().to_string().contains("no such file"));
    fs::write(&file, "<domain/>").unwrap();
    let failure = lab.make(&Request::Restore(file.clone())).unwrap_err();
    assert!(failure.to_string().contains("no domain that was saved"), "{failure}");
    fs::remove_file(&file).unwrap();
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let lab = lab();
    let pipe = scratch("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let attach = lab.refused("web1", Change::Attach(pipe.clone()));
    assert!(attach.contains("it is no file"), "{attach}");
    for make in [Request::Create, Request::Define, Request::Restore] {
        let failure = lab.make(&make(pipe.clone())).unwrap_err();
        assert!(failure.to_string().contains("it is no file"), "{failure}");
    }
    fs::remove_file(&pipe).unwrap();
}

#[test]
fn a_stale_key_changes_nothing() {
    let mut lab = lab();
    let old = lab.key("web1");
    lab.run("web1", Change::Reboot).unwrap();
    lab.pass(4000);
    let failure = lab.controller.run(&Request::Domain(old, Change::Destroy)).unwrap_err();
    assert_eq!(failure.kind(), Kind::NoDomain);
    assert!(lab.key("web1").id.is_some());
}

fn kept(path: &std::path::Path) -> Uri {
    format!("test:///default?seed=4&state={}", path.display()).parse().unwrap()
}

/// Opens a host with kept state, has something done to it and closes it; returns the rows as they were left.
fn visit(uri: &Uri, act: impl FnOnce(&Controller, &dyn Fn(u64) -> Vec<Domain>)) {
    let mut session = open(uri, HostId(0)).unwrap();
    let reader = std::cell::RefCell::new(&mut session.reader);
    let at = |ms: u64| {
        let mut snapshot = domtop::model::Snapshot::default();
        let mono = Nanos(ms * 1_000_000);
        reader.borrow_mut().sample(Stamp { mono, wall: mono }, &Demand::default(), &mut snapshot);
        snapshot.domains
    };
    at(0);
    act(session.controller.as_ref().unwrap(), &at);
}

fn named<'a>(rows: &'a [Domain], name: &str) -> &'a Domain {
    rows.iter().find(|d| d.name.raw() == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn state_is_kept_between_commands() {
    let path = scratch("state.json");
    let uri = kept(&path);
    let run = |controller: &Controller, row: &Domain, change| {
        controller.run(&Request::Domain(row.key, change)).unwrap();
    };
    let mut left = Vec::new();
    visit(&uri, |controller, at| {
        let rows = at(20_000);
        run(controller, named(&rows, "web1"), Change::Suspend);
        run(controller, named(&rows, "mail"), Change::Shutdown);
        let pin = PinRequest { vcpu: Some(1), hard: Some("2-3".parse().unwrap()), soft: None };
        run(controller, named(&rows, "cache"), Change::Pin(pin));
        run(controller, named(&rows, "archive"), Change::Start);
        left = at(24_000);
    });
    // Whether a vCPU stands on a pCPU this very moment is of the moment: the vCPUs are placed anew.
    let settled = |rows: &[Domain]| -> Vec<Domain> {
        let still = |state| if state == DomainState::Running { DomainState::Blocked } else { state };
        rows.iter().cloned().map(|row| Domain { state: still(row.state), ..row }).collect()
    };
    visit(&uri, |_, at| {
        assert_eq!(settled(&at(0)), settled(&left), "a command finds what the last one left");
    });
    visit(&uri, |controller, at| {
        let rows = at(0);
        assert_eq!(named(&rows, "web1").state, DomainState::Paused);
        assert_eq!(named(&rows, "mail").state, DomainState::Off);
        assert!(named(&rows, "archive").key.id.is_some());
        run(controller, named(&rows, "web1"), Change::Resume);
    });
    fs::remove_file(&path).unwrap();
}

#[test]
fn looking_writes_no_state() {
    let path = scratch("untouched.json");
    visit(&kept(&path), |_, at| drop(at(9000)));
    drop(open_read_only(&kept(&path), HostId(0)).unwrap());
    assert!(!path.exists());
}

#[test]
fn a_bad_state_is_refused_with_the_reason() {
    let path = scratch("bad.json");
    let uri = kept(&path);
    visit(&uri, |controller, at| {
        controller.run(&Request::Domain(named(&at(0), "web1").key, Change::Suspend)).unwrap();
    });
    let good = fs::read_to_string(&path).unwrap();
    let cases = [
        (String::new(), "EOF"),
        (good[..good.len() / 2].into(), "EOF"),
        (good.replacen("\"format\":1", "\"format\":9", 1), "its format is 9"),
        (good.replacen("seed=4", "seed=5", 1), "it is the state of test:///default?seed=5"),
        (good.replacen("web2", "web1", 1), "same name"),
        (good.replacen("\"elapsed\"", "\"elapsd\"", 1), "unknown field"),
        (good.replacen("\"memory\":12582912", "\"memory\":92582912", 1), "maximum"),
        (good.replacen("\"sockets\":2", "\"sockets\":9", 1), "CPUs"),
        (good.replacen("\"pcpu\":", "\"pcpu\":9", 1), "a vCPU is nowhere"),
        (good.replacen("\"busy\":[", "\"busy\":[1,", 1), "17 busy times for 16 CPUs"),
    ];
    for (text, part) in cases {
        assert_ne!(text, good, "{part}: the case changes something");
        fs::write(&path, text).unwrap();
        let said = open(&uri, HostId(0)).err().unwrap_or_else(|| panic!("{part}")).to_string();
        assert!(said.contains("bad.json") && said.contains(part), "wanted {part}: {said}");
    }
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_state_that_cannot_be_written_fails_the_change() {
    let uri: Uri = "test:///default?state=/nonexistent/state.json".parse().unwrap();
    visit(&uri, |controller, at| {
        let failure =
            controller.run(&Request::Domain(named(&at(0), "web1").key, Change::Suspend)).unwrap_err();
        assert!(failure.to_string().contains("write /nonexistent/state.json"), "{failure}");
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_a_state_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let path = scratch("any.json");
        fs::write(&path, bytes).unwrap();
        prop_assert!(open(&kept(&path), HostId(0)).is_err());
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_state_with_other_numbers_is_a_state_or_an_error(
        which in 0usize..3000, number in prop_oneof![Just(0u64), Just(u64::MAX), any::<u64>(), 0u64..70_000]
    ) {
        let path = scratch("numbers.json");
        let uri = kept(&path);
        visit(&uri, |controller, at| {
            let key = named(&at(7000), "web2").key;
            controller.run(&Request::Domain(key, Change::Suspend)).unwrap();
        });
        let text = fs::read_to_string(&path).unwrap();
        let starts = |at: &usize| {
            text.as_bytes()[*at].is_ascii_digit() && matches!(text.as_bytes()[at - 1], b':' | b',' | b'[')
        };
        let places: Vec<usize> = (1..text.len()).filter(starts).collect();
        let from = places[which % places.len()];
        let to = from + text[from..].bytes().take_while(u8::is_ascii_digit).count();
        fs::write(&path, format!("{}{number}{}", &text[..from], &text[to..])).unwrap();
        if let Ok(mut session) = open(&uri, HostId(0)) {
            let mut snapshot = domtop::model::Snapshot::default();
            for mono in [Nanos(0), Nanos(60_000_000_000)] {
                let demand = Demand { all_vcpus: true, devices: true, ..Demand::default() };
                session.reader.sample(Stamp { mono, wall: mono }, &demand, &mut snapshot);
            }
        }
        fs::remove_file(&path).unwrap();
    }
}
