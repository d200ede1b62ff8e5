//! The xend driver against a fake that answers what the real xend of two releases answered: what it reads, and that
//! nothing a xend does holds up who looks.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fake_xend.rs"]
mod fake_xend;
#[path = "support/xend_recordings.rs"]
mod xend_recordings;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use domtop::{
    driver::{
        Observe, Session,
        session::assemble,
        xen::xend::{Deadlines, Xend},
    },
    model::{
        Demand, DeviceKind, Domain, DomainId, DomainKey, DomainState, HostId, KiB, Kind, Light, Op, Snapshot,
        Stamp, Which,
        request::{Change, Request},
        text::steers,
        uri,
    },
};
use fake_xend::{FakeXend, Mood, Reply};
use proptest::prelude::*;

const RELEASES: [&str; 2] = ["xen-3.0.2", "xen-4.1"];
/// Longer than anything that is to happen takes, on any machine.
const GENEROUS: Duration = Duration::from_secs(60);

/// Time that a healthy fake never needs.
fn patient() -> Deadlines {
    Deadlines { quick: GENEROUS, thorough: GENEROUS, long: GENEROUS }
}

/// Time that is soon over.
fn brisk() -> Deadlines {
    let quick = Duration::from_secs(2);
    Deadlines { quick, thorough: GENEROUS, long: GENEROUS }
}

fn open(fake: &FakeXend, deadlines: Deadlines) -> Xend {
    Xend::at(&fake.at, deadlines).unwrap()
}

fn session(xend: Xend) -> Session {
    assemble(HostId(0), vec![(xend.info(), Ok(Arc::new(xend)))], true).unwrap()
}

fn domains(xend: &Xend) -> Vec<Domain> {
    let mut domains = Vec::new();
    xend.domains(&mut domains).unwrap();
    domains
}

fn named(xend: &Xend, name: &str) -> Domain {
    let mut all = domains(xend);
    xend.inactive(&mut all).unwrap();
    all.into_iter().find(|row| row.name.raw() == name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// Asks again until it is so.
fn in_time(mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < GENEROUS, "it never came to be");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_domains_of_each_release_are_read_over_tcp_and_over_a_unix_socket() {
    for release in RELEASES {
        for fake in [FakeXend::tcp(release), FakeXend::unix(release)] {
            let xend = open(&fake, patient());
            let domains = domains(&xend);
            let names: Vec<_> = domains.iter().map(|domain| domain.name.raw()).collect();
            assert_eq!(names, ["Domain-0", "demo", "web"]);
            let Domain { state, memory, max_memory, vcpus, .. } = &domains[2];
            assert_eq!((*state, *memory), (DomainState::Blocked, KiB(256 << 10)));
            assert_eq!((max_memory.known(), vcpus.max, vcpus.online), (Some(&KiB(512 << 10)), 2, 2));
            assert_eq!(xend.node().unwrap().pcpus.len(), 4);
            assert_eq!(xend.host_memory().unwrap().free, KiB(6784 << 10));
            let version = if release == "xen-4.1" { "4.1.6.1" } else { "3.0.2" };
            assert_eq!(&*xend.hypervisor().unwrap().version, version);
        }
    }
}

#[test]
fn every_page_read_was_read_of_the_real_xend_and_is_asked_for_as_it_wants_to_be() {
    for release in RELEASES {
        let fake = FakeXend::tcp(release);
        let xend = open(&fake, patient());
        let (web, mut vcpus) = (named(&xend, "web"), Vec::new());
        xend.vcpus(&domains(&xend)[2..], &mut vcpus).unwrap();
        xend.affinities(web.key).unwrap();
        xend.scheduler(web.key).unwrap();
        xend.host_log(0).unwrap();
        xend.facts(named(&xend, "demo").key).unwrap();
        assert_eq!(fake.unheard_of(), Vec::<String>::new());
        for asked in fake.asked() {
            assert_eq!(asked.header("user-agent"), None, "with one, xend answers in HTML");
            assert_eq!(asked.header("accept"), Some("application/sxp"));
            assert_eq!(asked.header("connection"), Some("close"));
            assert_eq!(asked.header("transfer-encoding"), None, "xend knows no chunks");
            assert!(asked.header("host").is_some());
            assert!(!asked.changes(), "{}", asked.line());
            if asked.method == "POST" {
                assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
            }
        }
    }
}

#[test]
fn one_domain_is_read_in_full() {
    for release in RELEASES {
        let fake = FakeXend::unix(release);
        let xend = open(&fake, patient());
        let (web, mut vcpus) = (named(&xend, "web"), Vec::new());
        xend.vcpus(std::slice::from_ref(&web), &mut vcpus).unwrap();
        assert_eq!(
            vcpus.iter().map(|vcpu| (vcpu.domain, vcpu.index)).collect::<Vec<_>>(),
            [(DomainId(2), 0), (DomainId(2), 1)]
        );
        assert!(vcpus.iter().all(|vcpu| vcpu.online && vcpu.blocked && vcpu.cpu_time.0 > 1_000_000));
        assert!(xend.affinities(web.key).unwrap().iter().all(|affinity| affinity.hard.is_all()));
        let share = xend.scheduler(web.key).unwrap();
        let scheduler = if release == "xen-4.1" { ("credit", Some(256)) } else { ("sedf", Some(0)) };
        assert_eq!((&*share.scheduler, share.weight), scheduler);
        let facts = xend.facts(web.key).unwrap();
        let kernel = facts.iter().find(|(label, _)| &**label == "kernel").unwrap();
        assert_eq!(kernel.1.raw(), "/srv/xen/guest/file/images/vmlinuz");
        let devices = xend.devices(web.key).unwrap();
        let told: Vec<_> = devices.iter().map(|device| (device.kind, device.backend.raw())).collect();
        assert!(told.iter().any(|(kind, on)| *kind == DeviceKind::Net && *on == "xenbr0"), "{told:?}");
        assert!(
            told.iter().any(|(kind, on)| *kind == DeviceKind::Disk && on.contains("d-web.img")),
            "{told:?}"
        );
        let (log, end) = xend.host_log(0).unwrap();
        assert!(log.contains("(XEN) System RAM"));
        assert_eq!(xend.host_log(end).unwrap(), (String::new(), end));
    }
}

#[test]
fn a_domain_xend_leaves_out_of_its_list_because_it_is_paused_is_there_all_the_same() {
    for release in RELEASES {
        let fake = FakeXend::tcp(release);
        fake.go_to("pause");
        let xend = open(&fake, patient());
        let states: Vec<_> =
            domains(&xend).iter().map(|row| (row.name.raw().to_owned(), row.state)).collect();
        assert!(states.contains(&("demo".into(), DomainState::Paused)), "{states:?}");
    }
}

#[test]
fn a_domain_that_is_kept_and_does_not_run_is_told_apart() {
    let fake = FakeXend::tcp("xen-4.1");
    fake.go_to("new");
    let xend = open(&fake, patient());
    let (running, mut off) = (domains(&xend), Vec::new());
    assert!(running.iter().all(|row| row.key.id.is_some() && row.name.raw() != "mgd"));
    xend.inactive(&mut off).unwrap();
    let [mgd] = off.as_slice() else { panic!("{off:?}") };
    assert_eq!((mgd.name.raw(), mgd.state, mgd.key.id), ("mgd", DomainState::Off, None));
}

#[test]
fn what_does_not_run_is_not_read_anew_in_every_round() {
    let fake = FakeXend::tcp("xen-4.1");
    fake.go_to("new");
    let xend = open(&fake, patient());
    domains(&xend);
    let pages =
        || fake.asked().iter().filter(|asked| asked.path.last().is_some_and(|name| name == "mgd")).count();
    let before = pages();
    in_time(|| {
        domains(&xend);
        fake.asked().iter().filter(|asked| asked.field("detail").is_some()).count() > 3
    });
    assert_eq!((before, pages()), (1, 1));
}

/// Lets these be there as well, halted.
fn halt(fake: &FakeXend, names: &[String]) {
    for (place, name) in names.iter().enumerate() {
        let uuid = uuid::Uuid::from_u128(place as u128 + 1000);
        let page =
            format!("(domain (name {name}) (uuid {uuid}) (vcpus 1) (memory 64) (maxmem 64) (status 0))");
        fake.script(&format!("/xend/domain/{name}"), Reply::sxp(200, page));
    }
    fake.script("state=all", Reply::sxp(200, format!("(Domain-0 demo web {})", names.join(" "))));
}

fn halted(xend: &Xend) -> Vec<String> {
    let mut off = Vec::new();
    xend.inactive(&mut off).unwrap();
    off.iter().map(|row| row.name.raw().to_owned()).collect()
}

/// Who looks once is not to be told that there is no such domain.
#[test]
fn the_first_look_tells_all_domains_however_long_their_pages_take() {
    let fake = FakeXend::tcp("xen-4.1");
    let names: Vec<_> = (0..40).map(|number| format!("off{number:02}")).collect();
    halt(&fake, &names);
    // All of them take longer than a round may, each a tenth of what a page may.
    fake.slow("/xend/domain/off", Duration::from_millis(405));
    let quick = Duration::from_secs(16);
    let xend = open(&fake, Deadlines { quick, ..patient() });
    assert_eq!(domains(&xend).len(), 3);
    assert_eq!(halted(&xend), names);
    assert_eq!(xend.light(), Light::Ready);
}

#[test]
fn a_page_of_one_domain_that_is_not_answered_is_told_and_takes_no_other_with_it() {
    for mood in [Mood::Dies, Mood::Hangs, Mood::Garbage] {
        let fake = FakeXend::tcp("xen-4.1");
        halt(&fake, &["aaa".into(), "mmm".into(), "zzz".into()]);
        fake.mood_for("/xend/domain/mmm", mood);
        let quick = Duration::from_secs(12);
        let xend = open(&fake, Deadlines { quick, ..patient() });
        assert_eq!(domains(&xend).len(), 3, "{mood:?}");
        assert_eq!(halted(&xend), ["aaa", "zzz"], "{mood:?}");
        let Light::Degraded(why) = xend.light() else { panic!("{mood:?}: {:?}", xend.light()) };
        assert!(why.contains("could not read mmm ("), "{why}");
        let its = DomainKey { id: None, uuid: uuid::Uuid::from_u128(1001) };
        let error = xend.facts(its).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable, "nobody says that it is not there: {error}");
        if mood != Mood::Hangs {
            continue;
        }
        fake.recover();
        in_time(|| {
            domains(&xend);
            halted(&xend) == ["aaa", "mmm", "zzz"]
        });
    }
}

#[test]
fn vcpus_of_a_domain_that_xend_cannot_tell_are_missing_and_no_others() {
    let fake = FakeXend::tcp("xen-4.1");
    let xend = open(&fake, patient());
    let (rows, mut vcpus) = (domains(&xend), Vec::new());
    fake.script("/xend/domain/demo op=vcpuinfo", Reply::sxp(500, "(xend.err 'something odd')"));
    xend.vcpus(&rows, &mut vcpus).unwrap();
    let told = |id| vcpus.iter().filter(|vcpu| vcpu.domain == DomainId(id)).count();
    assert_eq!((told(1), told(2)), (0, 2));
    let demo = rows.iter().position(|row| row.name.raw() == "demo").unwrap();
    let error = xend.vcpus(&rows[demo..=demo], &mut Vec::new()).unwrap_err();
    assert!(error.message.contains("something odd"), "{error}");
}

/// As 3.1 does after a maximum below the memory was set.
#[test]
fn one_domain_that_cannot_be_printed_does_not_take_the_others_with_it() {
    let fake = FakeXend::tcp("xen-4.1");
    let error = "(xend.err 'Invalid Configuration: memory_dynamic_max must be less than or equal to memory_static_max')";
    fake.script("detail=1", Reply::sxp(200, error));
    fake.script(
        "/xend/domain/web",
        Reply { status: 404, body: b"<Fault 3: 'web'>".into(), kind: "text/plain" },
    );
    for (name, page) in [("demo", "dom-by-name"), ("Domain-0", "dom0")] {
        fake.script(&format!("/xend/domain/{name}"), Reply::sxp(200, fake.page(page)));
    }
    let xend = open(&fake, patient());
    let names: Vec<_> = domains(&xend).iter().map(|row| row.name.raw().to_owned()).collect();
    assert_eq!(names, ["Domain-0", "demo"]);
    assert!(matches!(xend.light(), Light::Degraded(why) if why.contains("memory_dynamic_max")));
}

#[test]
fn an_id_that_was_given_to_another_domain_is_no_domain() {
    let fake = FakeXend::tcp("xen-4.1");
    let xend = open(&fake, patient());
    let another = DomainKey { uuid: uuid::Uuid::from_u128(7), ..named(&xend, "web").key };
    for error in [
        xend.affinities(another).unwrap_err(),
        xend.facts(another).unwrap_err(),
        xend.scheduler(another).unwrap_err(),
    ] {
        assert_eq!(error.kind, Kind::NoDomain, "{error}");
    }
    let mut gone = vec![Domain { key: another, name: named(&xend, "web").name, ..Domain::default() }];
    gone[0].key.id = Some(DomainId(9));
    let mut vcpus = Vec::new();
    xend.vcpus(&gone, &mut vcpus).unwrap();
    assert_eq!(vcpus, [], "its name is another's by now");
}

#[test]
fn names_come_from_what_was_read_and_a_domain_xend_does_not_know_is_left_to_others() {
    let fake = FakeXend::tcp("xen-4.1");
    let xend = open(&fake, patient());
    let mut rows: Vec<_> =
        domains(&xend).into_iter().map(|row| Domain { key: row.key, ..Domain::default() }).collect();
    let asked = fake.asked().len();
    xend.identify(&mut rows).unwrap();
    assert_eq!(rows.iter().map(|row| row.name.raw()).collect::<Vec<_>>(), ["Domain-0", "demo", "web"]);
    assert_eq!(fake.asked().len(), asked, "xend was asked nothing");
    rows.push(Domain {
        key: DomainKey { id: Some(DomainId(77)), ..DomainKey::default() },
        ..Domain::default()
    });
    assert_eq!(xend.identify(&mut rows).unwrap_err().kind, Kind::Unsupported);
}

#[test]
fn each_release_lists_what_it_answers_and_no_more() {
    for (release, pins, manages) in [("xen-3.0.2", false, false), ("xen-4.1", true, true)] {
        let fake = FakeXend::tcp(release);
        let ops = open(&fake, patient()).info().ops;
        assert_eq!(
            (ops.contains(&Op::Pin), ops.contains(&Op::Define), ops.contains(&Op::Dump)),
            (pins, manages, manages)
        );
        let looking = open(&fake, patient()).looking().info().ops;
        assert!(looking.iter().all(|op| !op.changes()) && looking.iter().all(|op| ops.contains(op)));
        let beside = open(&fake, patient()).beside_xenstore().info().ops;
        assert!(!beside.contains(&Op::Devices) && beside.contains(&Op::Domains));
    }
}

#[test]
fn what_is_listed_is_answered_and_what_is_not_is_unsupported() {
    for release in RELEASES {
        let fake = FakeXend::tcp(release);
        let xend = open(&fake, patient());
        let (web, ops) = (named(&xend, "web"), xend.info().ops);
        let (mut rows, mut vcpus, mut progress) = (domains(&xend), Vec::new(), Vec::new());
        let mut kinds = vec![
            (Op::Hypervisor, xend.hypervisor().err()),
            (Op::Node, xend.node().err()),
            (Op::HostMemory, xend.host_memory().err()),
            (Op::PcpuTimes, xend.pcpu_times(&mut Vec::new()).err()),
            (Op::Identify, xend.identify(&mut rows).err()),
            (Op::Vcpus, xend.vcpus(&rows, &mut vcpus).err()),
            (Op::Affinities, xend.affinities(web.key).err()),
            (Op::Traffic, xend.traffic(&mut rows).err()),
            (Op::Devices, xend.devices(web.key).err()),
            (Op::Facts, xend.facts(web.key).err()),
            (Op::Consoles, xend.consoles(web.key).err()),
            (Op::ReadScheduler, xend.scheduler(web.key).err()),
            (Op::Requests, xend.requests(&[], &mut Vec::new()).err()),
            (Op::Configuration, xend.configuration(web.key).err()),
            (Op::Definition, xend.definition(web.key, Which::Live).err()),
            (Op::Inactive, xend.inactive(&mut Vec::new()).err()),
            (Op::Progress, xend.progress(&mut progress).err()),
            (Op::HostLog, xend.host_log(0).err()),
        ];
        kinds.push((Op::Domains, xend.domains(&mut rows).err()));
        assert_eq!(kinds.len(), Op::ALL.iter().filter(|op| !op.changes()).count());
        for (op, error) in kinds {
            let expected = (!ops.contains(&op)).then_some(Kind::Unsupported);
            assert_eq!(error.map(|error| error.kind), expected, "{release}: {op:?}");
        }
    }
}

#[test]
fn a_definition_is_told_as_xml_running_off_and_kept() {
    for release in RELEASES {
        let fake = FakeXend::unix(release);
        fake.go_to("new");
        let xend = open(&fake, patient()).keeping(fake.home().clone());
        let web = named(&xend, "web").key;
        let told = xend.definition(web, Which::Live).unwrap();
        assert!(told.xml.contains("<name>web</name>"), "{}", told.xml);
        assert_eq!(xend.definition(web, Which::Kept).unwrap_err().kind, Kind::NoDomain);
        if release == "xen-4.1" {
            let mgd = named(&xend, "mgd").key;
            assert!(xend.definition(mgd, Which::Kept).unwrap().xml.contains("<name>mgd</name>"));
            let folder = fake.home().join(web.uuid.to_string());
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(
                folder.join("config.sxp"),
                format!("(domain (name web)(memory 64)(uuid {}))", web.uuid),
            )
            .unwrap();
            assert!(xend.definition(web, Which::Kept).unwrap().xml.contains("<name>web</name>"));
        }
    }
}

#[test]
fn a_session_is_opened_by_its_uri_and_for_looking_has_nobody_who_changes() {
    let fake = FakeXend::unix("xen-4.1");
    let uri::Xend::Unix(path) = &fake.at else { panic!("it is on a socket") };
    let uri: uri::Uri = format!("xen+unix:///?xend={}", path.display()).parse().unwrap();
    let mut looking = domtop::driver::session::open_read_only(&uri, HostId(0)).unwrap();
    let mut snapshot = Snapshot::default();
    looking.reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    assert_eq!((snapshot.stale, snapshot.domains.len()), (None, 3));
    assert!(snapshot.drivers[0].ops.iter().all(|op| !op.changes()));
    let session = domtop::driver::session::open(&uri, HostId(0)).unwrap();
    assert!(session.controller.is_some());
}

#[test]
fn the_program_lists_the_domains_of_a_xend() {
    let fake = FakeXend::tcp("xen-4.1");
    fake.go_to("new");
    let uri = uri::Uri::Xend(fake.at.clone()).to_string();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_domtop"));
    let output = command.args(["-c", &uri, "list", "--all"]).env("HOME", "/nonexistent").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for name in ["Domain-0", "demo", "web", "mgd"] {
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn a_list_that_is_not_whole_says_so() {
    let fake = FakeXend::tcp("xen-4.1");
    halt(&fake, &["aaa".into(), "mmm".into()]);
    fake.mood_for("/xend/domain/mmm", Mood::Dies);
    let uri = uri::Uri::Xend(fake.at.clone()).to_string();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_domtop"));
    let output = command.args(["-c", &uri, "list", "--all"]).env("HOME", "/nonexistent").output().unwrap();
    let (text, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && text.contains("aaa") && !text.contains("mmm"), "{text}");
    assert!(said.starts_with("domtop: note: there may be more: xend: could not read mmm ("), "{said}");
}

#[test]
fn who_answers_otherwise_is_no_xend() {
    let fake = FakeXend::tcp("xen-4.1");
    for (mood, kind) in [
        (Mood::Garbage, Kind::Malformed),
        (Mood::Dies, Kind::Unreachable),
        (Mood::Redirects, Kind::Malformed),
        (Mood::TooLong, Kind::Malformed),
        (Mood::CutOff, Kind::Unreachable),
        (Mood::Endless, Kind::Malformed),
    ] {
        fake.mood(mood);
        let error = Xend::at(&fake.at, patient()).err().unwrap();
        assert_eq!(error.kind, kind, "{mood:?}: {error}");
    }
    for mood in [Mood::Hangs, Mood::HalfHeader, Mood::TooShort] {
        fake.mood(mood);
        let error = Xend::at(&fake.at, brisk()).err().unwrap();
        assert_eq!(error.kind, Kind::TimedOut, "{mood:?}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_bytes_come_are_a_xend_or_an_error(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        thread_local!(static FAKE: FakeXend = FakeXend::unix("xen-4.1"));
        FAKE.with(|fake| {
            let mut bytes = fake.recorded("node").1.reply;
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if !whole {
                bytes.truncate(cut.index(bytes.len()));
            }
            fake.raw(bytes);
            if let Err(error) = Xend::at(&fake.at, brisk()) {
                assert!(!error.message.is_empty() && !error.message.chars().any(steers));
            }
        });
    }
}

#[test]
fn an_answer_ends_where_its_length_says_not_where_the_socket_does() {
    for mood in [Mood::LeavesOpen, Mood::Drips] {
        for fake in [FakeXend::tcp("xen-4.1"), FakeXend::unix("xen-4.1")] {
            fake.mood(mood);
            assert_eq!(domains(&open(&fake, patient())).len(), 3);
        }
    }
}

#[test]
fn nobody_there_is_told_at_once_with_what_to_try() {
    let nowhere = uri::Xend::Unix("/nonexistent/xend-socket".into());
    let error = Xend::at(&nowhere, patient()).err().unwrap();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.message.starts_with("connect to /nonexistent/xend-socket: no such file"), "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("xend-unix-server")));
    let odd = uri::Xend::Tcp { host: "no machine\n".into(), port: 1 };
    assert_eq!(Xend::at(&odd, patient()).err().unwrap().kind, Kind::Unreachable);
}

/// A socket whose queue is full: a plain connect waits there without end.
#[test]
fn a_socket_that_takes_no_connection_is_not_waited_for_without_end() {
    let home = std::env::temp_dir().join(format!("domtop-xend-full-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let path = home.join("socket");
    let full = socket2(&path);
    let mut waiting = Vec::new();
    loop {
        match domtop::driver::conn::connect_unix(&path) {
            Ok(stream) => waiting.push(stream),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    let error = Xend::at(&uri::Xend::Unix(path), brisk()).err().unwrap();
    assert_eq!(error.kind, Kind::Unreachable, "{error}: nothing was sent");
    drop(full);
    std::fs::remove_dir_all(home).unwrap();
}

/// A listening socket with the shortest queue there is.
fn socket2(path: &std::path::Path) -> std::os::fd::OwnedFd {
    use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
    let fd = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(std::os::fd::AsRawFd::as_raw_fd(&fd), &UnixAddr::new(path).unwrap()).unwrap();
    listen(&fd, Backlog::new(0).unwrap()).unwrap();
    fd
}

#[test]
fn a_xend_that_hangs_holds_up_one_tick_and_none_after_it_and_comes_back_by_itself() {
    for mood in [Mood::Hangs, Mood::HalfHeader, Mood::TooShort, Mood::Dies] {
        let fake = FakeXend::tcp("xen-4.1");
        let mut session = session(open(&fake, brisk()));
        let (mut snapshot, demand) = (Snapshot::default(), Demand { all_vcpus: true, ..Demand::default() });
        in_time(|| {
            session.reader.sample(Stamp::default(), &demand, &mut snapshot);
            snapshot.stale.is_none()
        });
        assert_eq!(snapshot.domains.len(), 3);

        fake.mood(mood);
        // What was read just now is as good as new for a moment.
        let start = Instant::now();
        while snapshot.stale.is_none() {
            session.reader.sample(Stamp::default(), &demand, &mut snapshot);
        }
        assert!(start.elapsed() < Duration::from_secs(30), "a tick waits for its deadline and no longer");
        assert!(snapshot.stale.as_ref().unwrap().contains("no answer"), "{:?}", snapshot.stale);

        let accepted = fake.accepted();
        for _ in 0..200 {
            session.reader.sample(Stamp::default(), &demand, &mut snapshot);
            assert!(snapshot.stale.is_some(), "what was read before is not told as new");
        }
        assert!(fake.accepted() <= accepted + 2, "the ticks asked nothing: the thread alone tries again");
        assert!(matches!(&snapshot.drivers[0].light, Light::Down(why) if why.starts_with("no answer for ")));

        fake.recover();
        in_time(|| {
            session.reader.sample(Stamp::default(), &demand, &mut snapshot);
            snapshot.stale.is_none() && snapshot.drivers[0].light == Light::Ready
        });
        assert_eq!(snapshot.domains.len(), 3);
    }
}

#[test]
fn a_page_of_one_domain_that_hangs_is_no_answer_to_the_next_call_either() {
    let fake = FakeXend::tcp("xen-4.1");
    let xend = open(&fake, brisk());
    let web = named(&xend, "web").key;
    fake.mood_for("op=vcpuinfo", Mood::Hangs);
    assert_eq!(xend.affinities(web).unwrap_err().kind, Kind::TimedOut);
    let accepted = fake.accepted();
    assert_eq!(xend.affinities(web).unwrap_err().kind, Kind::TimedOut);
    assert!(fake.accepted() <= accepted + 3, "only the thread asks again");
    in_time(|| {
        let mut rows = Vec::new();
        xend.domains(&mut rows).is_ok()
    });
}

#[test]
fn a_tick_begins_without_a_word_to_xend() {
    let fake = FakeXend::tcp("xen-4.1");
    let xend = open(&fake, patient());
    let accepted = fake.accepted();
    (0..100).for_each(|_| xend.begin(Stamp::default(), &Demand::default()));
    assert_eq!(fake.accepted(), accepted);
}

#[test]
fn a_xend_that_serves_one_at_a_time_is_not_asked_while_it_is_busy_and_says_so() {
    for (release, waits) in [("xen-3.0.2", true), ("xen-4.1", false)] {
        let fake = FakeXend::tcp(release);
        let xend = Arc::new(open(&fake, patient()));
        let web = named(&xend, "web").key;
        let session = assemble(HostId(0), vec![(xend.info(), Ok(xend.clone()))], true).unwrap();
        let controller = session.controller.unwrap();
        fake.hold("op=set_vcpus");
        thread::scope(|scope| {
            let change = scope.spawn(|| controller.run(&Request::Domain(web, Change::SetVcpus(1))));
            fake.wait_for("op=set_vcpus");
            let (accepted, mut rows) = (fake.accepted(), Vec::new());
            if waits {
                // What was read just before is as good as new for a moment.
                in_time(|| xend.domains(&mut rows).is_err());
                assert!(xend.node().unwrap_err().message.contains("busy with set_vcpus"));
                assert!(xend.affinities(web).is_err());
                assert_eq!(fake.accepted(), accepted, "it was not even asked");
                assert!(matches!(xend.light(), Light::Degraded(_)));
            } else {
                in_time(|| fake.accepted() > accepted || xend.node().is_err());
                assert!(xend.domains(&mut rows).is_ok());
            }
            fake.recover();
            change.join().unwrap().unwrap();
        });
        assert_eq!(xend.light(), Light::Ready);
    }
}
