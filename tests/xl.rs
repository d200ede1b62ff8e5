//! The laws of the xl driver: how it calls the program, and what it makes of how that ends.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

mod support {
    pub mod fake_xl;
    pub mod recording;
}

use std::{
    ffi::OsString,
    fs,
    os::unix::{
        ffi::OsStringExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::PathBuf,
    time::{Duration, Instant},
};

use domtop::{
    driver::{
        Answer, Control, DriverInfo, Observe, session,
        xen::xl::{Deadlines, Xl},
    },
    model::{
        DomainKey, Failure, HostId, Hypervisor, KiB, Kind, Light, Op, Trail, Which,
        definition::{DiskDriver, Ending, Told},
        request::{Change, Request},
    },
    wire::{
        cfg::{self, Config, Dialect},
        xml::domain,
    },
};
use support::{
    fake_xl::{FakeXl, Host, PATIENT, ROW, key},
    recording::{Recording, Tape},
};

fn words<const N: usize>(list: [&str; N]) -> Vec<OsString> {
    list.map(OsString::from).into()
}

fn on(change: Change) -> Request {
    Request::Domain(key(), change)
}

/// Whether a process is there and no zombie.
fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

/// Waits until something is so, but not forever.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn each_change_is_one_verb_on_the_id() {
    let size = KiB(131_073);
    for (change, call) in [
        (Change::Suspend, words(["pause", "7"])),
        (Change::Resume, words(["unpause", "7"])),
        (Change::Destroy, words(["destroy", "7"])),
        (Change::SetMemory(size), words(["mem-set", "7", "131073k"])),
        (Change::SetMaxMemory(size), words(["mem-max", "7", "131073k"])),
        (Change::SetVcpus(3), words(["vcpu-set", "7", "3"])),
        (Change::Rename("web2".into()), words(["rename", "--", "7", "web2"])),
    ] {
        let fake = FakeXl::new(&format!("{ROW} exit 0"));
        let trail = Host::over(&fake).change(change.clone()).unwrap();
        assert!(trail.done_by().any(|driver| &**driver == "xl"), "{change:?}");
        assert_eq!(fake.calls().last().unwrap(), &call, "{change:?}");
    }
}

#[test]
fn arguments_arrive_unsplit_and_unexpanded() {
    let nasty =
        ["-v", "--", "a b", "$(touch pwned)", "`id`;|&<>*?~!#", "new\nline", "\"'\\", "k=v", "é\u{202e}"];
    for name in nasty {
        let fake = FakeXl::new("exit 0");
        Host::over(&fake).change(Change::Rename(name.into())).unwrap();
        assert_eq!(fake.calls(), [words(["rename", "--", "7", name])]);
    }
    let raw = OsString::from_vec(b"\xff\xfe raw".to_vec());
    for name in nasty.map(OsString::from).into_iter().chain([raw]) {
        let fake = FakeXl::new(&format!("{ROW} exit 0"));
        let host = Host::over(&fake);
        let (saved, config) = (
            fake.file(&name),
            fake.written([name.as_os_str(), "c".as_ref()].into_iter().collect::<OsString>(), "name='x'"),
        );
        host.change(Change::Save(saved.clone())).unwrap();
        host.controller.run(&Request::Create(config.clone())).unwrap();
        host.controller.run(&Request::Restore(saved.clone())).unwrap();
        let calls = fake.calls();
        assert_eq!(calls[1], ["save".as_ref(), "7".as_ref(), saved.as_os_str()]);
        // A path with a `=` is no setting where it goes with `-f`.
        assert_eq!(calls[2], ["create".as_ref(), "-q".as_ref(), "-f".as_ref(), config.as_os_str()]);
        assert_eq!(calls[3], ["restore".as_ref(), saved.as_os_str()]);
        assert!(!fake.file("pwned").exists());
    }
}

#[test]
fn a_relative_path_arrives_absolute() {
    let fake = FakeXl::new("exit 0");
    Host::over(&fake).controller.run(&Request::Create("Cargo.toml".into())).unwrap();
    let here = std::env::current_dir().unwrap().join("Cargo.toml");
    assert_eq!(fake.calls()[0][3], here.into_os_string());
}

#[test]
fn the_program_is_our_child_in_a_group_of_its_own_and_sees_little() {
    let fake = FakeXl::new("exit 0");
    Host::over(&fake).change(Change::Suspend).unwrap();
    assert_eq!(fake.around("parent"), [std::process::id().to_string()], "no shell in between");
    assert_eq!(fake.around("group"), fake.around("pid"), "a ^C is not for it");
    assert_eq!(fake.around("stdin"), ["/dev/null"]);
    assert_eq!(fake.around("LC_ALL"), ["C"]);
    assert_eq!(fake.around("PATH"), [std::env::var("PATH").unwrap()]);
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && fake.around("CARGO_MANIFEST_DIR").is_empty());
}

#[test]
fn a_hanging_xl_is_killed_with_all_it_started_and_the_change_ends() {
    let fake = FakeXl::new(
        "echo 'libxl: error: x.c:1:f: waiting for a lock' >&2; sleep 1000 & echo \"pid $!\" >>\"$folder/around\"; wait",
    );
    let quick = Duration::from_secs(3);
    let host = Host::new(fake.driver(Deadlines { quick, ..PATIENT }), Ok(()));
    let failure = host.change(Change::Suspend).unwrap_err();
    assert_eq!(failure.kind(), Kind::TimedOut);
    assert_eq!(
        &*failure.reasons[0].message,
        "xl pause had not ended after 3s and was killed; it had said: waiting for a lock"
    );
    assert!(host.tape.asked().is_empty(), "a hanging toolstack is not answered by the hypervisor");
    let pids = fake.around("pid");
    assert!(pids.len() >= 2, "it had started something: {pids:?}");
    until("all of them end", || !pids.iter().any(|pid| lives(pid)));
    assert!(matches!(host.xl.light(), Light::Down(_)));
}

#[test]
fn what_create_leaves_behind_holds_nobody_up_and_lives_on() {
    let fake = FakeXl::new("sleep 1000 & echo $! >\"$folder/watcher\"; echo made; exit 0");
    let config = fake.written("web.cfg", "name='web'");
    let long = Duration::from_secs(600);
    let start = Instant::now();
    Host::new(fake.driver(Deadlines { long, ..PATIENT }), Err(Kind::Unsupported))
        .controller
        .run(&Request::Create(config))
        .unwrap();
    assert!(start.elapsed() < long / 2);
    let watcher = fs::read_to_string(fake.file("watcher")).unwrap();
    assert!(lives(watcher.trim()), "the watcher was killed");
    let pid = nix::unistd::Pid::from_raw(watcher.trim().parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn a_vanished_xl_falls_through_to_the_hypervisor() {
    for change in [Change::Destroy, Change::Suspend, Change::SetVcpus(2)] {
        let fake = FakeXl::new("exit 0");
        let host = Host::new(fake.driver(PATIENT), Ok(()));
        fake.vanish();
        let trail = host.change(change).unwrap();
        assert_eq!(host.tape.asked(), ["hypervisor"]);
        let reason = trail.0[0].refused.as_ref().unwrap();
        assert_eq!((&*reason.driver, reason.kind), ("xl", Kind::Unreachable));
        assert!(reason.message.ends_with("/xl: no such file or directory"), "{}", reason.message);
        assert!(matches!(host.xl.light(), Light::Down(_)));
    }
}

#[test]
fn a_light_comes_back_with_the_program() {
    let fake = FakeXl::new("exit 0");
    let host = Host::new(fake.driver(PATIENT), Ok(()));
    assert!(matches!(host.xl.light(), Light::Ready));
    fs::rename(fake.file("xl"), fake.file("away")).unwrap();
    host.change(Change::Suspend).unwrap();
    assert!(matches!(host.xl.light(), Light::Down(_)));
    fs::rename(fake.file("away"), fake.file("xl")).unwrap();
    host.change(Change::Suspend).unwrap();
    assert!(matches!(host.xl.light(), Light::Ready));
}

#[test]
fn an_xl_that_is_not_there_or_not_for_us_says_which() {
    let absent = Xl::at("/nonexistent/xl".into(), PATIENT).err().unwrap();
    assert_eq!(absent.kind, Kind::Unreachable);
    let fake = FakeXl::new("");
    let plain = fake.written("plain", "not a program");
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Xl::at(plain, PATIENT).err().unwrap().kind, Kind::Denied);
    assert_eq!(Xl::at(fake.folder.clone(), PATIENT).err().unwrap().kind, Kind::Unreachable);
}

#[test]
fn an_xl_that_tried_and_failed_ends_the_change() {
    let fake = FakeXl::new(&format!("{ROW} echo 'destroy failed (rc=-3)' >&2; exit 1"));
    let host = Host::new(fake.driver(PATIENT), Ok(()));
    let failure = host.change(Change::Destroy).unwrap_err();
    assert_eq!(failure.kind(), Kind::Failed);
    assert!(host.tape.asked().is_empty(), "{:?}", host.tape.asked());
    assert_eq!(&*failure.reasons[0].message, "xl destroy 7: destroy failed (rc=-3); it still runs");
}

#[test]
fn an_id_that_is_anothers_by_now_is_left_alone() {
    let fake = FakeXl::new("");
    let target = fake.file("saved");
    for change in [Change::Destroy, Change::Save(target.clone())] {
        fake.tell(&ROW.replace("4c2840a8", "5c2840a8"));
        let host = Host::over(&fake);
        assert_eq!(host.refusal(&on(change.clone())).kind, Kind::NoDomain, "{change:?}");
    }
    assert_eq!(fake.verbs(), ["list"; 2]);
    assert!(!target.exists());
}

#[test]
fn an_id_nobody_has_is_no_domain_however_xl_says_it() {
    let silent =
        FakeXl::new("case $1 in list) echo \"Error: Domain '7' does not exist.\" >&2;; esac; exit 1");
    let host = Host::over(&silent);
    for change in [Change::SetVcpus(1), Change::Rename("x".into()), Change::Suspend, Change::Destroy] {
        assert_eq!(host.refusal(&on(change)).kind, Kind::NoDomain);
    }
    let off = DomainKey { id: None, ..key() };
    assert_eq!(host.refusal(&Request::Domain(off, Change::Destroy)).kind, Kind::NoDomain);
}

#[test]
fn the_control_domain_is_not_taken_from_under_the_host() {
    let fake = FakeXl::new("exit 0");
    let host = Host::over(&fake);
    let dom0 = DomainKey { id: Some(domtop::model::DomainId(0)), ..DomainKey::default() };
    for change in [Change::Destroy, Change::Suspend, Change::Save(fake.file("s"))] {
        let failure = host.controller.run(&Request::Domain(dom0, change)).unwrap_err();
        assert_eq!(failure.reasons.iter().find(|r| &*r.driver == "xl").unwrap().kind, Kind::Refused);
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    let there = fake.written("there", "precious");
    for change in
        [Change::Save(there.clone()), Change::Dump(there.clone()), Change::Save("/nonexistent/x".into())]
    {
        let reason = host.refusal(&on(change));
        assert_eq!(reason.kind, Kind::Refused, "{}", reason.message);
    }
    assert_eq!(fs::read_to_string(there).unwrap(), "precious");
    assert!(fake.verbs().iter().all(|verb| verb == "list"), "{:?}", fake.verbs());
}

#[test]
fn a_guests_memory_is_for_its_owner_alone() {
    let fake = FakeXl::new(&format!("{ROW} echo memory >\"$3\"; exit 0"));
    let host = Host::over(&fake);
    let [saved, core] = ["saved", "core"].map(|name| fake.file(name));
    host.change(Change::Save(saved.clone())).unwrap();
    host.change(Change::Dump(core.clone())).unwrap();
    for file in [saved, core] {
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(file).unwrap(), "memory\n");
    }
}

#[test]
fn a_save_that_failed_leaves_no_half_file_and_says_how_the_domain_is() {
    for (state, phrase) in [
        ("-b----", "it still runs"),
        ("--p---", "it is paused"),
        ("---sc-", "it has crashed"),
        ("---s--", "it stands suspended and was not resumed"),
    ] {
        let row = ROW.replace("-b----", state);
        let fake = FakeXl::new(&format!(
            "{row} echo half >\"$3\"; echo 'Failed to save domain, resuming domain' >&2; exit 1"
        ));
        let file = fake.file("saved");
        let reason = Host::over(&fake).refusal(&on(Change::Save(file.clone())));
        assert_eq!(reason.kind, Kind::Failed);
        assert!(
            reason.message.ends_with(&format!(": Failed to save domain, resuming domain; {phrase}")),
            "{}",
            reason.message
        );
        assert!(!file.exists());
    }
}

#[test]
fn a_save_that_was_killed_keeps_what_may_be_all_there_is_of_the_guest() {
    let fake = FakeXl::new(&format!("{ROW} echo image >\"$3\"; sleep 1000"));
    let file = fake.file("saved");
    let long = Duration::from_secs(3);
    let host = Host::new(fake.driver(Deadlines { long, ..PATIENT }), Err(Kind::Unsupported));
    let reason = host.refusal(&on(Change::Save(file.clone())));
    assert_eq!(reason.kind, Kind::TimedOut);
    assert!(
        reason.message.contains("xl save had not come further for 3s and was killed"),
        "{}",
        reason.message
    );
    assert!(reason.message.ends_with("; it still runs"), "{}", reason.message);
    assert!(reason.hint.unwrap().contains("is left"));
    assert_eq!(fs::read_to_string(file).unwrap(), "image\n");
}

#[test]
fn a_save_whose_file_still_grows_is_not_killed_however_long_it_takes() {
    let fake = FakeXl::new(&format!(
        "{ROW} for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do echo more >>\"$3\"; sleep 0.5; done; exit 0"
    ));
    let file = fake.file("saved");
    let long = Duration::from_secs(3);
    let host = Host::new(fake.driver(Deadlines { long, ..PATIENT }), Err(Kind::Unsupported));
    host.change(Change::Save(file.clone())).unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), "more\n".repeat(16));
}

#[test]
fn a_domain_may_take_the_longer_to_make_the_more_memory_it_has() {
    let fake = FakeXl::new("sleep 2; exit 0");
    let long = Duration::from_millis(1);
    let host = Host::new(fake.driver(Deadlines { long, ..PATIENT }), Err(Kind::Unsupported));
    let large = fake.written("large", "name = 'a'\nmemory = 1920\n");
    host.controller.run(&Request::Create(large)).unwrap();
    let none = fake.written("none", "name = 'a'\nmemory = 8\n");
    assert_eq!(host.refusal(&Request::Create(none)).kind, Kind::TimedOut);
}

#[test]
fn a_save_without_room_for_it_is_not_begun() {
    let row = ROW.replace("\\t96\\t", "\\t99999999999\\t");
    assert_ne!(row, ROW);
    let fake = FakeXl::new(&format!("{row} exit 0"));
    let file = fake.file("saved");
    let reason = Host::over(&fake).refusal(&on(Change::Save(file.clone())));
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains(": it takes 99999999999 MiB, and "), "{}", reason.message);
    assert_eq!((fake.verbs(), file.exists()), (vec!["list".to_owned()], false));
}

#[test]
fn what_cannot_be_read_is_refused_before_xl_is_told() {
    let fake = FakeXl::new("exit 0");
    let host = Host::over(&fake);
    nix::unistd::mkfifo(&fake.file("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for file in [fake.file("missing"), fake.folder.clone(), fake.file("fifo"), PathBuf::new(), "a\0b".into()]
    {
        for request in [Request::Create(file.clone()), Request::Restore(file)] {
            assert_eq!(host.refusal(&request).kind, Kind::Refused, "{request:?}");
        }
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn no_vcpus_and_no_name_are_refused() {
    let fake = FakeXl::new("exit 0");
    let host = Host::over(&fake);
    assert_eq!(host.refusal(&on(Change::SetVcpus(0))).kind, Kind::Refused);
    assert_eq!(host.refusal(&on(Change::Rename(String::new()))).kind, Kind::Refused);
    assert!(fake.calls().is_empty());
}

#[test]
fn pause_and_unpause_fail_by_what_they_say_not_by_their_status() {
    let fake = FakeXl::new(&format!(
        "{ROW} echo 'libxl: error: libxl_domain.c:688:domain_unpause_done: Domain 7:Unpausing domain: Invalid argument' >&2; exit 0"
    ));
    let reason = Host::over(&fake).refusal(&on(Change::Resume));
    assert_eq!(&*reason.message, "xl unpause 7: Unpausing domain: Invalid argument; it still runs");
    let fake = FakeXl::new(&format!("{ROW} echo 'libxl: warning: x.c:1:f: Domain 7:odd' >&2; exit 0"));
    Host::over(&fake).change(Change::Resume).unwrap();
}

#[test]
fn a_xl_that_says_nothing_is_told_by_its_end() {
    for (answer, end) in [("exit 3", "with status 3"), ("kill -SEGV $$", "by SIGSEGV")] {
        let fake = FakeXl::new(&format!("{ROW} {answer}"));
        let reason = Host::over(&fake).refusal(&on(Change::SetVcpus(1)));
        assert_eq!(&*reason.message, format!("xl vcpu-set 7 1: it ended {end} and said nothing"));
    }
}

#[test]
fn control_characters_of_xl_are_made_visible() {
    let fake =
        FakeXl::new(&format!("{ROW} printf 'a\\033[2Jb\\033]0;t\\007\\377 \\342\\200\\256c\\n' >&2; exit 1"));
    let reason = Host::over(&fake).refusal(&on(Change::SetVcpus(1)));
    assert!(!reason.message.chars().any(domtop::model::text::steers), "{:?}", reason.message);
    assert!(reason.message.contains("a␛[2Jb"), "{}", reason.message);
}

#[test]
fn output_without_end_ends() {
    let fake = FakeXl::new(&format!("{ROW} yes 'xl: it goes on and on' >&2; yes; exit 1"));
    let host = Host::over(&fake);
    let reason = host.refusal(&on(Change::SetVcpus(1)));
    assert!(reason.message.len() < 2000, "{}", reason.message.len());
    fake.tell("yes '['; exit 0");
    assert_eq!(host.xl.configuration(key()).unwrap_err().kind, Kind::Malformed);
    fake.tell(&format!("{ROW} head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1"));
    assert!(host.refusal(&on(Change::SetVcpus(1))).message.len() < 2000);
}

#[test]
fn the_configuration_is_the_object_of_that_domain_as_it_was_printed() {
    let object = format!(
        "{{\n  \"domid\": 7,\n  \"config\": {{ \"c_info\": {{ \"uuid\": \"{}\", \"b\": 1, \"a\": [] }} }}\n}}",
        support::fake_xl::UUID
    );
    let fake = FakeXl::new("cat \"$folder/json\"; echo; exit 0");
    let host = Host::over(&fake);
    fake.written("json", &format!("[\n{object}\n]"));
    assert_eq!(host.reader.configuration(key()).unwrap(), object);
    assert_eq!(fake.calls(), [words(["list", "-l", "7"])]);
    fake.written("json", &format!("[{}]", object.replace("4c2840a8", "5c2840a8")));
    assert_eq!(host.xl.configuration(key()).unwrap_err().kind, Kind::NoDomain);
    for (json, kind) in [
        ("[]", Kind::Failed),
        ("[1]", Kind::Malformed),
        ("[{}, {}]", Kind::Malformed),
        ("{}", Kind::Malformed),
        ("(domain (domid 7))", Kind::Malformed),
        ("", Kind::Malformed),
    ] {
        fake.written("json", json);
        assert_eq!(host.xl.configuration(key()).unwrap_err().kind, kind, "{json}");
    }
}

/// Keeps the definition of the domain the tests are about.
struct Keeper(Told);

impl Observe for Keeper {
    fn info(&self) -> DriverInfo {
        DriverInfo {
            name: "keeper",
            peer: "a test".into(),
            hypervisor: false,
            ops: [Op::Hypervisor, Op::Definition].into(),
        }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn definition(&self, _key: DomainKey, which: Which) -> Answer<Told> {
        assert_eq!(which, Which::Kept);
        Ok(self.0.clone())
    }
}

impl Control for Keeper {}

/// Starts the domain the tests are about, of what another driver keeps.
fn start(fake: &FakeXl, kept: Told) -> Result<Trail, Failure> {
    let (keeper, xl) = (Keeper(kept), fake.driver(PATIENT));
    let drivers = vec![
        (keeper.info(), Ok(std::sync::Arc::new(keeper) as std::sync::Arc<_>)),
        (xl.info(), Ok(std::sync::Arc::new(xl) as std::sync::Arc<_>)),
    ];
    let session = session::assemble(HostId(0), drivers, true).unwrap();
    let off = DomainKey { id: None, ..key() };
    session.controller.unwrap().run(&Request::Domain(off, Change::Start))
}

const XML: &str = "
  <domain type='xen'><name>web</name><title>a line</title><memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <os><type>linux</type><kernel>/k</kernel></os>
  <devices><disk type='file'><source file='/a.img'/><target dev='xvda'/></disk></devices></domain>";

/// Copies the configuration it is given, and how private that is, before it answers.
const COPY: &str = "cp \"$4\" \"$folder/seen\"; stat -c %a \"$4\" >\"$folder/mode\"\n";

#[test]
fn xml_is_created_of_a_private_file_that_goes_away() {
    let wanted = "name = \"web\"\nmaxmem = 64\nmemory = 64\nvcpus = 1\nkernel = \"/k\"\n\
        disk = [ \"vdev=xvda,access=rw,target=/a.img\" ]\n";
    for kept in [false, true] {
        let fake = FakeXl::new(&format!("{COPY} exit 0"));
        if kept {
            start(&fake, Told { xml: XML.into(), ..Told::default() }).unwrap();
        } else {
            let file = fake.written("web.xml", XML);
            let trail = Host::over(&fake).controller.run(&Request::Create(file)).unwrap();
            assert!(trail.to_string().ends_with("xl did, without its title"), "{trail}");
        }
        let call = &fake.calls()[0];
        assert_eq!(call[..3], words(["create", "-q", "-f"]));
        assert!(!PathBuf::from(&call[3]).exists());
        assert_eq!(fs::read_to_string(fake.file("seen")).unwrap(), wanted);
        assert_eq!(fs::read_to_string(fake.file("mode")).unwrap(), "600\n");
    }
}

#[test]
fn what_xml_lost_on_its_way_is_told_where_xl_fails() {
    let fake = FakeXl::new(&format!("{COPY} echo 'failed to boot' >&2; exit 1"));
    let file = fake.written("web.xml", XML);
    let reason = Host::over(&fake).refusal(&Request::Create(file));
    assert!(reason.message.ends_with(": failed to boot"), "{}", reason.message);
    assert_eq!(reason.hint.as_deref(), Some("xl's configuration has no place for: its title"));
    assert!(!PathBuf::from(&fake.calls()[0][3]).exists());
}

#[test]
fn xml_that_xl_would_start_without_a_device_is_refused() {
    let fake = FakeXl::new("exit 0");
    let host = Host::over(&fake);
    for (what, with, why) in [
        (
            "type='file'><source file='/a.img'/><target dev='xvda'",
            "type='file' device='floppy'><source file='/a'/><target dev='fda'",
            "without disk fda: xl has no floppy drives",
        ),
        (
            "<disk type='file'><source file='/a.img'/><target dev='xvda'/></disk>",
            "<interface type='network'><source network='n'/></interface>",
            "name the bridge of `n`",
        ),
        ("</domain>", "", ""),
        ("<name>web</name>", "", "it has no <name>"),
    ] {
        let file = fake.written("web.xml", &XML.replace(what, with));
        let reason = host.refusal(&Request::Create(file));
        let kind = if with.contains("source") { Kind::Refused } else { Kind::Malformed };
        assert_eq!(reason.kind, kind, "{}", reason.message);
        assert!(reason.message.contains(why), "{}", reason.message);
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn a_device_is_attached_and_detached_by_the_words_xl_has_for_it() {
    let disk =
        "<disk type='block' device='cdrom'><source dev='/dev/vg/a'/><target dev='xvdb'/><readonly/></disk>";
    let vif = "<interface type='bridge'><mac address='00:16:3e:00:00:01'/><source bridge='br0'/><ip address='10.0.0.1'/><ip address='10.0.0.2'/></interface>";
    let pci = "<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x01' slot='0x1b' function='0x2'/></source></hostdev>";
    for (xml, attach, detach) in [
        (
            disk,
            words(["block-attach", "7", "vdev=xvdb,access=ro,devtype=cdrom,target=/dev/vg/a"]),
            words(["block-detach", "7", "xvdb"]),
        ),
        (
            vif,
            words(["network-attach", "7", "mac=00:16:3e:00:00:01", "bridge=br0", "ip=10.0.0.1 10.0.0.2"]),
            words(["network-detach", "7", "00:16:3e:00:00:01"]),
        ),
        (pci, words(["pci-attach", "7", "0000:01:1b.2"]), words(["pci-detach", "7", "0000:01:1b.2"])),
    ] {
        let fake = FakeXl::new(&format!("{ROW} exit 0"));
        let host = Host::over(&fake);
        let file = fake.written("device.xml", xml);
        host.change(Change::Attach(file.clone())).unwrap();
        host.change(Change::Detach(file)).unwrap();
        assert_eq!(fake.verbs()[0], "list", "the id is looked at first");
        assert_eq!([&fake.calls()[1], &fake.calls()[3]], [&attach, &detach]);
    }
}

#[test]
fn a_device_xl_has_no_words_for_is_refused() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    for (xml, kind) in [
        ("<graphics type='vnc'/>", Kind::Refused),
        ("<input type='tablet' bus='usb'/>", Kind::Refused),
        ("<disk", Kind::Malformed),
        ("", Kind::Malformed),
        ("<interface type='network'><source network='n'/></interface>", Kind::Refused),
    ] {
        let file = fake.written("device.xml", xml);
        for change in [Change::Attach(file.clone()), Change::Detach(file)] {
            let reason = host.refusal(&on(change));
            assert_eq!(reason.kind, kind, "{xml}: {}", reason.message);
        }
    }
    assert!(fake.verbs().iter().all(|verb| verb == "list"));
}

#[test]
fn an_interface_without_a_bridge_is_not_attached_to_the_default_one() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    let file =
        fake.written("vif.xml", "<interface type='ethernet'><mac address='00:16:3e:00:00:01'/></interface>");
    let reason = host.refusal(&on(Change::Attach(file)));
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains("without its being on no bridge"), "{}", reason.message);
    assert!(fake.verbs().iter().all(|verb| verb == "list"));
}

#[test]
fn what_a_device_is_attached_without_is_told() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    let disk = "<disk type='file'><source file='/a'/><target dev='xvdb'/><shareable/></disk>";
    let trail = host.change(Change::Attach(fake.written("disk.xml", disk))).unwrap();
    assert!(
        trail.to_string().ends_with("xl did, without that it is shared, which xl does not ask"),
        "{trail}"
    );
}

#[test]
fn what_xml_says_beyond_a_definition_is_told_or_refused() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    let tuned = "<disk type='file'><source file='/a'/><target dev='xvdb'/><iotune/></disk>";
    let trail = host.change(Change::Attach(fake.written("disk.xml", tuned))).unwrap();
    assert!(trail.to_string().ends_with("without the <iotune> of its <disk type='file'> (xvdb)"), "{trail}");
    let file = fake.written("web.xml", &XML.replace("</name>", "</name><cpu/>"));
    let trail = host.controller.run(&Request::Create(file)).unwrap();
    assert!(trail.to_string().ends_with("xl did, without its title, without its <cpu>"), "{trail}");

    let calls = fake.calls().len();
    let fleeting = tuned.replace("<iotune/>", "<transient/>");
    let reason = host.refusal(&on(Change::Attach(fake.written("disk.xml", &fleeting))));
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains("attach it without the <transient> of its"), "{}", reason.message);
    let file = fake.written("web.xml", &XML.replace("<os>", "<os firmware='efi'>"));
    let reason = host.refusal(&Request::Create(file));
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains("without the firmware='efi' of its <os>"), "{}", reason.message);
    assert!(fake.verbs()[calls..].iter().all(|verb| verb == "list"));
}

#[test]
fn what_a_running_domain_has_beyond_its_xml_is_told() {
    let fake = FakeXl::new("cat \"$folder/json\"; exit 0");
    fake.written(
        "json",
        r#"[{"domid": 7, "config": {"c_info": {"type": "pv", "name": "web"},
        "b_info": {"sched_params": {"cap": 50}},
        "disks": [{"pdev_path": "r0", "vdev": "xvda", "format": "raw", "readwrite": 1, "script": "block-drbd",
                   "discard_enable": "True", "direct_io_safe": "False", "trusted": "True", "colo_port": 0},
                  {"pdev_path": "/b", "vdev": "xvdb", "format": "raw", "readwrite": 1, "discard_enable": "False"}],
        "nics": [{"devid": 0, "mac": "00:16:3e:00:00:01", "mtu": 9000, "gatewaydev": "eth0", "nictype": "vif"},
                 {"devid": 1, "mac": "00:16:3e:00:00:02", "mtu": 1492, "bridge": "xenbr0"}]}}]"#,
    );
    let told = Host::over(&fake).xl.definition(key(), Which::Live).unwrap();
    let mut lost: Vec<_> = told.lost.iter().map(|what| what.split(": domtop").next().unwrap()).collect();
    lost.sort_unstable();
    assert_eq!(
        lost,
        [
            "cap = 50",
            "discard_enable of disk xvdb",
            "gatewaydev of interface 00:16:3e:00:00:01",
            "mtu of interface 00:16:3e:00:00:01",
            "script of disk xvda",
        ]
    );
}

#[test]
fn no_name_of_a_device_is_an_option_to_xl() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let host = Host::over(&fake);
    let disk = "<disk type='file'><source file='/a'/><target dev='-h'/></disk>";
    let disk = fake.written("disk.xml", disk);
    for change in [Change::Detach(disk.clone()), Change::Attach(disk)] {
        let reason = host.refusal(&on(change));
        assert!(reason.message.ends_with("would be an option to xl"), "{}", reason.message);
    }
    assert!(fake.verbs().iter().all(|verb| verb == "list"));
}

#[test]
fn an_interface_is_not_attached_to_another_network_than_its_own() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let tagged = "<interface type='bridge'><source bridge='br0'/><vlan><tag id='42'/></vlan></interface>";
    let file = fake.written("device.xml", tagged);
    let reason = Host::over(&fake).refusal(&on(Change::Attach(file)));
    assert_eq!(reason.kind, Kind::Refused);
    assert!(
        reason.message.contains("without the <vlan> of its <interface type='bridge'>"),
        "{}",
        reason.message
    );
    assert!(fake.verbs().iter().all(|verb| verb == "list"));
}

#[test]
fn a_device_that_could_not_be_attached_is_told_in_xls_words() {
    let said = "libxl: error: libxl_device.c:1110:device_backend_callback: Domain 7:unable to add device with path /local/domain/0/backend/vbd/7/51728\nlibxl_device_disk_add failed.\n";
    let fake = FakeXl::new(&format!("{ROW} cat \"$folder/said\" >&2; exit 1"));
    fake.written("said", said);
    let file = fake.written("device.xml", "<disk type='file'><source file='/a'/><target dev='xvdb'/></disk>");
    let reason = Host::over(&fake).refusal(&on(Change::Attach(file)));
    assert_eq!(reason.kind, Kind::Failed);
    assert!(
        reason.message.ends_with(
            "unable to add device with path /local/domain/0/backend/vbd/7/51728; libxl_device_disk_add failed"
        ),
        "{}",
        reason.message
    );
}

/// What xl of 4.17 really made of a configuration is what domtop reads in both.
#[test]
fn libxls_configuration_means_what_the_file_it_was_made_of_means() {
    let data = |name: &str| {
        fs::read_to_string(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xl-made").join(name),
        )
        .unwrap()
    };
    for name in ["hvm", "pv"] {
        let config = Config::parse(&data(&format!("{name}.cfg"))).unwrap();
        let (mut of_file, _) = cfg::read(&config, Dialect::Xl);
        let fake = FakeXl::new("cat \"$folder/json\"; exit 0");
        fake.written("json", &format!("[{{\"domid\": 7, \"config\": {}}}]", data(&format!("{name}.json"))));
        let host = Host::over(&fake);
        let made: serde_json::Value = serde_json::from_str(&data(&format!("{name}.json"))).unwrap();
        let uuid = made["c_info"]["uuid"].as_str().unwrap().parse().unwrap();
        let told = host.xl.definition(DomainKey { uuid, ..key() }, Which::Live).unwrap();
        let mut of_libxl = domain::read(&told.xml).unwrap();
        assert_eq!(of_libxl.id.take(), Some(7));
        assert_eq!(of_libxl.uuid.take(), Some(uuid));
        // libxl puts in what goes without saying.
        for ending in [&mut of_file.endings.poweroff, &mut of_file.endings.crash] {
            ending.get_or_insert(Ending::Destroy);
        }
        of_file.endings.reboot.get_or_insert(Ending::Restart);
        // Into the command line goes the root device, and no cap into XML.
        let root = of_file.boot.root.take().map(|root| format!("root={root} "));
        of_file.boot.cmdline = of_file.boot.cmdline.map(|line| root.unwrap_or_default() + &line);
        of_file.cpus.cap = None;
        let raw =
            |driver: &mut DiskDriver| driver.format = driver.format.take().filter(|format| format != "raw");
        for disk in of_file.devices.disks.iter_mut().chain(&mut of_libxl.devices.disks) {
            disk.driver.iter_mut().for_each(raw);
            disk.driver = disk.driver.take().filter(|driver| driver.name != "file");
        }
        for interface in of_file.devices.interfaces.iter_mut().chain(&mut of_libxl.devices.interfaces) {
            interface.rate = None;
        }
        assert_eq!(of_libxl, of_file, "{name}");
    }
}

#[test]
fn a_running_domain_is_told_as_xl_keeps_it() {
    let fake = FakeXl::new("cat \"$folder/json\"; exit 0");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xl-made/running.json");
    let json = fs::read_to_string(path).unwrap();
    fake.written("json", &json.replace("\"domid\": 1,", "\"domid\": 7,"));
    let host = Host::over(&fake);
    let uuid = "d0bba65c-e9ac-11f1-9962-7bf16e6c3dc2".parse().unwrap();
    let told = host.xl.definition(DomainKey { uuid, ..key() }, Which::Live).unwrap();
    let read = domain::read(&told.xml).unwrap();
    assert_eq!((read.name.as_str(), read.id, read.uuid), ("g1", Some(7), Some(uuid)));
    assert_eq!((read.memory.max, read.memory.current, read.cpus.max), (KiB(96 << 10), None, 1));
    assert_eq!(read.boot.kernel.as_deref(), Some("/guest/vmlinuz"));
    assert_eq!(read.boot.cmdline.as_deref(), Some("console=hvc0 quiet burn=1 plug=0"));
    assert_eq!((read.endings.poweroff, read.endings.reboot), (Some(Ending::Destroy), Some(Ending::Restart)));
    assert!(told.lost.is_empty(), "{:?}", told.lost);
    assert_eq!(host.xl.definition(key(), Which::Live).unwrap_err().kind, Kind::NoDomain, "another's id");
    assert_eq!(host.xl.definition(key(), Which::Kept).unwrap_err().kind, Kind::Unsupported);
    for config in
        ["null", "[]", "{}", "{\"disks\": 3}", "{\"c_info\": {\"name\": \"x\"}, \"disks\": [null, {}]}"]
    {
        fake.written("json", &format!("[{{\"config\": {config}}}]"));
        let _ = host.xl.definition(key(), Which::Live);
    }
}

#[test]
fn a_domain_another_keeps_is_started_of_its_own_file() {
    let fake = FakeXl::new("exit 0");
    let file = fake.written("web", "name='web'");
    let trail = start(&fake, Told { file: Some(file.clone()), ..Told::default() }).unwrap();
    assert!(trail.done_by().any(|driver| &**driver == "xl"));
    let call = ["create".as_ref(), "-q".as_ref(), "-f".as_ref(), file.as_os_str()];
    assert_eq!(fake.calls(), [call]);
}

#[test]
fn how_far_a_save_has_come_is_how_long_its_file_is() {
    let fake = FakeXl::new(&format!(
        "{ROW} head -c 1000 /dev/zero >>\"$3\"; until [ -e \"$folder/go\" ]; do sleep 0.02; done; exit 0"
    ));
    let host = Host::over(&fake);
    let (saved, mut told) = (fake.file("saved"), Vec::new());
    std::thread::scope(|scope| {
        let save = scope.spawn(|| host.change(Change::Save(saved.clone())));
        until("it writes", || {
            told.clear();
            host.xl.progress(&mut told).unwrap();
            told.iter().any(|progress| progress.done == 1000)
        });
        fs::write(fake.file("go"), "").unwrap();
        save.join().unwrap().unwrap();
    });
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].op, told[0].key, told[0].total), (Op::Save, Some(key()), 96 << 20));
    told.clear();
    host.xl.progress(&mut told).unwrap();
    assert!(told.is_empty(), "it is over");
}

#[test]
fn how_far_a_restore_has_come_is_where_xl_reads() {
    let fake = FakeXl::new(
        "exec 7<\"$2\"; head -c 3000 <&7 >/dev/null; until [ -e \"$folder/go\" ]; do sleep 0.02; done; exit 0",
    );
    let host = Host::over(&fake);
    let (saved, mut told) = (fake.written("saved", &"x".repeat(8000)), Vec::new());
    std::thread::scope(|scope| {
        let restore = scope.spawn(|| host.controller.run(&Request::Restore(saved.clone())));
        until("it reads", || {
            told.clear();
            host.xl.progress(&mut told).unwrap();
            told.iter().any(|progress| progress.done == 3000)
        });
        fs::write(fake.file("go"), "").unwrap();
        restore.join().unwrap().unwrap();
    });
    assert_eq!((told[0].op, told[0].key, told[0].total), (Op::Restore, None, 8000));
}

#[test]
fn looking_runs_nothing_that_changes() {
    let fake = FakeXl::new("exit 0");
    let config = fake.written("web.cfg", "");
    let host = Host::new(fake.driver(PATIENT).looking(), Err(Kind::Unsupported));
    assert_eq!(&*host.xl.info().ops, [Op::Configuration, Op::Definition]);
    for request in [Request::Create(config), on(Change::Destroy), on(Change::Save(fake.file("s")))] {
        host.controller.run(&request).unwrap_err();
    }
    assert!(fake.calls().is_empty());
}

/// Whoever says it can must try, and who does not say so must not.
#[test]
fn what_it_says_it_can_is_what_it_does() {
    let fake = FakeXl::new(&format!("{ROW} exit 0"));
    let config = fake.written("web.cfg", "");
    let disk = fake.written("disk.xml", "<disk type='file'><source file='/a'/><target dev='xvdb'/></disk>");
    let changes = [
        Change::Attach(disk.clone()),
        Change::Detach(disk),
        Change::Suspend,
        Change::Undefine,
        Change::Pin(domtop::model::request::PinRequest::default()),
        Change::SetScheduler { weight: Some(1), cap: None },
        Change::SetAutostart(true),
        Change::Dump(fake.file("core")),
    ];
    let requests =
        changes.map(on).into_iter().chain([Request::Define(config.clone()), Request::Create(config)]);
    for request in requests {
        let (tape, xl) = (Tape::default(), fake.driver(PATIENT));
        let can = xl.info().ops.contains(&request.op());
        // Alone but for one who tells what hypervisor this is.
        let teller = Recording::new("teller", &tape, Err(Kind::Unsupported)).opened();
        let drivers = vec![teller, (xl.info(), Ok(std::sync::Arc::new(xl) as std::sync::Arc<_>))];
        let session = session::assemble(HostId(0), drivers, true).unwrap();
        assert_eq!(session.controller.unwrap().run(&request).is_ok(), can, "{request:?}");
    }
}
