//! The audit file's laws: nothing is written over, nothing is lost in silence.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
};

use domtop::{
    audit::{Limits, Log, Record, Scribe, User, Verdict, choose, tail},
    model::{
        Attempt, DomainId, DomainKey, Failure, JobId, KiB, Kind, Name, Nanos, Op, Order, Reason, Report,
        Standing, Step, Trail,
        order::Undoes,
        request::{Change, PinRequest, Request},
        text::steers,
        uri::Uri,
    },
};
use nix::sys::resource::{Resource, setrlimit};
use uuid::Uuid;

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("domtop-audit-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn user() -> User {
    User { name: "ada".into(), login: Some("grace".into()), pid: 7 }
}

fn standing(memory: u64) -> Standing {
    let key = DomainKey { id: Some(DomainId(4)), uuid: Uuid::from_u128(4) };
    Standing { key, name: Name::new("web1"), memory: KiB(memory), ..Standing::default() }
}

fn order() -> Order {
    let key = standing(0).key;
    let requests = vec![Request::Domain(key, Change::SetMemory(KiB(2048)))];
    Order { job: JobId(1), command: "setmem web1 2M".into(), requests, undoes: None, upon: None }
}

fn report() -> Report {
    let xl = Reason { driver: "xl".into(), kind: Kind::Unsupported, message: "not there".into(), hint: None };
    let steps = [("xl", Some(xl)), ("xenstore", None)];
    let steps = steps.map(|(driver, refused)| Step { driver: driver.into(), refused, lost: Vec::new() });
    Report {
        before: Some(standing(4096)),
        after: Some(standing(2048)),
        trails: vec![Trail(steps.into())],
        failure: None,
        notes: Vec::new(),
    }
}

fn numbered(n: usize) -> Record {
    Record::refused(&user(), ("xen:///", Nanos(0)), &attempt(&format!("destroy web{n}"), "-r"))
}

fn attempt(command: &str, why: &str) -> Attempt {
    let key = DomainKey { id: Some(DomainId(4)), ..DomainKey::default() };
    Attempt { command: command.into(), why: why.into(), domain: Some((key, Name::new("web1"))) }
}

fn records(path: &Path) -> Vec<Record> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn a_record_tells_who_what_when_from_what_to_what_and_by_which_way() {
    let record = Record::of(&user(), ("xen:///", Nanos(1_500_000_000_123_456_789)), &order(), &report());
    let json: serde_json::Value = serde_json::from_str(&record.line()).unwrap();
    assert_eq!(json["time"], "2017-07-14T02:40:00.123Z");
    assert_eq!((&json["user"], &json["login"], &json["pid"]), (&"ada".into(), &"grace".into(), &7.into()));
    assert_eq!((&json["host"], &json["command"]), (&"xen:///".into(), &"setmem web1 2M".into()));
    assert_eq!((&json["domain"]["id"], &json["domain"]["name"]), (&4.into(), &"web1".into()));
    assert_eq!(json["domain"]["uuid"], Uuid::from_u128(4).to_string());
    assert_eq!((&json["before"]["memory_kib"], &json["after"]["memory_kib"]), (&4096.into(), &2048.into()));
    assert_eq!((&json["by"][0]["driver"], &json["by"][0]["did"]), (&"xl".into(), &false.into()));
    assert_eq!((&json["by"][1]["driver"], &json["by"][1]["did"]), (&"xenstore".into(), &true.into()));
    assert_eq!((&json["result"], &json["reason"]), (&"done".into(), &serde_json::Value::Null));
    assert_eq!(serde_json::from_str::<Record>(&record.line()).unwrap(), record, "it reads back");
}

#[test]
fn a_failure_an_undo_and_a_refusal_have_their_own_words() {
    let host = ("xen:///", Nanos(0));
    let reason = Reason { driver: "xl".into(), kind: Kind::Failed, message: "EBUSY".into(), hint: None };
    let failure = Failure { op: Op::SetMemory, subject: "domain web1".into(), reasons: vec![reason] };
    let failed =
        Report { before: None, after: None, trails: Vec::new(), failure: Some(failure), notes: Vec::new() };
    let record = Record::of(&user(), host, &order(), &failed);
    assert_eq!(
        (record.result, record.reason.as_deref()),
        (Verdict::Failed, Some("cannot set-memory on domain web1; xl: EBUSY"))
    );
    assert_eq!(record.domain.unwrap().id, Some(4), "which domain was meant is known all the same");
    let undoes = Undoes { changes: Vec::new(), before: standing(1), after: standing(2) };
    let undo = Order { undoes: Some(Box::new(undoes)), ..order() };
    assert_eq!(Record::of(&user(), host, &undo, &report()).result, Verdict::Undone);
    let refused = Record::refused(&user(), host, &attempt("destroy web1", "opened with -r"));
    assert_eq!((refused.result, refused.reason.as_deref()), (Verdict::Refused, Some("opened with -r")));
    let domain = refused.domain.unwrap();
    assert_eq!((domain.id, domain.name.as_deref()), (Some(4), Some("web1")), "whom it would have hit");
}

/// One request of each sort of change.
fn every_request() -> Vec<Request> {
    let changes = [
        Change::Suspend,
        Change::Resume,
        Change::Shutdown,
        Change::Reboot,
        Change::Destroy,
        Change::Start,
        Change::Undefine,
        Change::SetMemory(KiB(1)),
        Change::SetMaxMemory(KiB(1)),
        Change::SetVcpus(1),
        Change::Pin(PinRequest::default()),
        Change::SetScheduler { weight: Some(1), cap: None },
        Change::Rename("x".into()),
        Change::Save("/f".into()),
        Change::Dump("/f".into()),
        Change::Attach("/f".into()),
        Change::Detach("/f".into()),
        Change::SetAutostart(true),
    ];
    let makes = [Request::Create("/f".into()), Request::Define("/f".into()), Request::Restore("/f".into())];
    makes.into_iter().chain(changes.map(|change| Request::Domain(standing(0).key, change))).collect()
}

#[test]
fn every_changing_operation_has_a_record_whatever_came_of_it() {
    let requests = every_request();
    let missing = Op::ALL.iter().find(|op| op.changes() && !requests.iter().any(|r| r.op() == **op));
    assert_eq!(missing, None);
    let path = folder("every").join("audit.jsonl");
    let scribe = Scribe::new(Arc::new(Log::open(&path, Limits::default())), "xen:///");
    for request in &requests {
        let command = request.op().word().to_owned();
        let order =
            Order { job: JobId(1), command, requests: vec![request.clone()], undoes: None, upon: None };
        let failure = Some(Failure { op: request.op(), subject: "".into(), reasons: Vec::new() });
        let failed = Report { before: None, after: None, trails: Vec::new(), failure, notes: Vec::new() };
        for (report, result) in [(report(), Verdict::Done), (failed, Verdict::Failed)] {
            scribe.done(Nanos(0), &order, &report).unwrap();
            let last = tail(&path, "xen:///", 1).unwrap().remove(0);
            assert_eq!((last.command.as_str(), last.result), (order.command.as_str(), result));
            let about = matches!(request, Request::Domain(..)) || result == Verdict::Done;
            assert_eq!(last.domain.is_some(), about, "{}", order.command);
        }
    }
}

#[test]
fn foreign_text_is_one_harmless_line_and_reads_back() {
    let evil = "a\nb\x1b[2J\u{9b}\u{202e}\u{e0001}\x7f";
    let record = Record::refused(&user(), ("xen:///", Nanos(0)), &attempt(evil, evil));
    let line = record.line();
    assert!(!line.trim_end_matches('\n').chars().any(steers), "{line:?}");
    assert_eq!(serde_json::from_str::<Record>(&line).unwrap().command, evil);
}

#[test]
fn lines_are_added_to_what_is_there_and_the_file_is_its_owners() {
    let path = folder("append").join("deep/er/audit.jsonl");
    for n in 0..3 {
        Log::open(&path, Limits::default()).record(&numbered(n)).unwrap();
    }
    let commands: Vec<_> = records(&path).into_iter().map(|r| r.command).collect();
    assert_eq!(commands, ["destroy web0", "destroy web1", "destroy web2"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn a_link_in_its_place_is_not_followed() {
    let folder = folder("link");
    let (path, target) = (folder.join("audit.jsonl"), folder.join("target"));
    fs::write(&target, "precious\n").unwrap();
    symlink(&target, &path).unwrap();
    let log = Log::open(&path, Limits::default());
    assert!(log.record(&numbered(0)).is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious\n");
    assert_eq!(log.waiting(), 1);
}

#[test]
fn a_full_file_is_rotated_and_the_oldest_goes() {
    let path = folder("rotate").join("audit.jsonl");
    let two = numbered(0).line().len() as u64 * 2;
    let log = Log::open(&path, Limits { bytes: two, files: 2 });
    (0..9).for_each(|n| log.record(&numbered(n)).unwrap());
    let commands = |suffix: &str| {
        let path = PathBuf::from(format!("{}{suffix}", path.display()));
        records(&path).into_iter().map(|r| r.command).collect::<Vec<_>>()
    };
    assert_eq!(commands(""), ["destroy web8"]);
    assert_eq!(commands(".1"), ["destroy web6", "destroy web7"]);
    assert_eq!(commands(".2"), ["destroy web4", "destroy web5"]);
    assert!(!path.with_extension("jsonl.3").exists());
    let last = tail(&path, "xen:///", 3).unwrap();
    assert_eq!(last[0].command, "destroy web6", "the tail reaches into the file before");
}

#[test]
fn a_file_that_cannot_be_rotated_is_added_to() {
    let path = folder("stuck").join("audit.jsonl");
    // A folder in the place of the older file, with something in it, cannot be renamed over.
    fs::create_dir_all(path.with_extension("jsonl.1").join("in it")).unwrap();
    let log = Log::open(&path, Limits { bytes: 1, files: 1 });
    (0..3).for_each(|n| log.record(&numbered(n)).unwrap());
    assert_eq!(records(&path).len(), 3);
}

#[test]
fn many_writers_share_a_file_and_no_line_is_lost_or_torn() {
    let path = folder("many").join("audit.jsonl");
    let limits = Limits { bytes: numbered(0).line().len() as u64 * 40, files: 50 };
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let path = path.clone();
            thread::spawn(move || {
                // As another process has it: a log of its own.
                let log = Log::open(path, limits);
                (0..50).for_each(|n| log.record(&numbered(writer * 1000 + n)).unwrap());
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let mut found = records(&path);
    for place in 1..=50 {
        found.extend(records(&PathBuf::from(format!("{}.{place}", path.display()))));
    }
    let mut commands: Vec<_> = found.into_iter().map(|r| r.command).collect();
    assert_eq!(commands.len(), 400);
    commands.sort();
    commands.dedup();
    assert_eq!(commands.len(), 400, "each once");
}

#[test]
fn a_disk_that_is_full_is_told_and_what_waits_is_written_when_it_is_not() {
    let folder = folder("full");
    let path = folder.join("audit.jsonl");
    symlink_to_nothing(&folder);
    let full = Log::open("/dev/full", Limits::default());
    let told = full.record(&numbered(0)).unwrap_err();
    assert!(told.contains("/dev/full cannot be written") && told.contains("1 record waits"), "{told}");
    let told = full.record(&numbered(1)).unwrap_err();
    assert!(told.contains("2 records wait"), "{told}");
    assert_eq!(full.waiting(), 2);
    // A file in the place of the folder stands in for the disk, and goes.
    let blocked = folder.join("blocked/audit.jsonl");
    fs::write(folder.join("blocked"), "").unwrap();
    let log = Log::open(&blocked, Limits::default());
    (0..3).for_each(|n| assert!(log.record(&numbered(n)).is_err()));
    fs::remove_file(folder.join("blocked")).unwrap();
    log.retry().unwrap();
    assert_eq!(log.waiting(), 0);
    let commands: Vec<_> = records(&blocked).into_iter().map(|r| r.command).collect();
    assert_eq!(commands, ["destroy web0", "destroy web1", "destroy web2"], "in their order");
    assert!(!path.exists());
}

fn symlink_to_nothing(folder: &Path) {
    symlink(folder.join("nothing"), folder.join("dangling")).unwrap();
    assert!(Log::open(folder.join("dangling"), Limits::default()).record(&numbered(0)).is_err());
    assert!(!folder.join("nothing").exists(), "what a link names is not made");
}

#[test]
fn what_waits_is_bounded_and_what_is_lost_is_counted() {
    let log = Log::open("/dev/full", Limits::default());
    let last = (0..1003).map(|n| log.record(&numbered(n)).unwrap_err()).last().unwrap();
    assert!(last.contains("1000 records wait, 3 are lost"), "{last}");
}

#[test]
fn a_torn_line_costs_only_itself() {
    let path = folder("torn").join("audit.jsonl");
    let log = Log::open(&path, Limits::default());
    log.record(&numbered(0)).unwrap();
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("{\"time\":\"20");
    fs::write(&path, text).unwrap();
    log.record(&numbered(1)).unwrap();
    let commands: Vec<_> = tail(&path, "xen:///", 20).unwrap().into_iter().map(|r| r.command).collect();
    assert_eq!(commands, ["destroy web0", "destroy web1"]);
}

const LIMITED: &str = "AUDIT_LIMITED";

/// What the child does; nothing where this is no child.
#[test]
fn child_under_a_limit() {
    let Ok(path) = std::env::var(LIMITED) else { return };
    let line = numbered(0).line().len() as u64;
    setrlimit(Resource::RLIMIT_FSIZE, line + 10, line + 10).unwrap();
    let log = Log::open(path, Limits::default());
    log.record(&numbered(0)).unwrap();
    let told = log.record(&numbered(1)).unwrap_err();
    assert!(told.contains("1 record waits"), "{told}");
}

#[test]
fn a_limit_on_files_does_not_end_the_process_nor_tear_a_line() {
    let path = folder("limit").join("audit.jsonl");
    let exe = std::env::current_exe().unwrap();
    let child =
        Command::new(exe).args(["--exact", "child_under_a_limit"]).env(LIMITED, &path).output().unwrap();
    assert!(child.status.success(), "{:?}: {}", child.status, String::from_utf8_lossy(&child.stdout));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, numbered(0).line());
}

#[test]
fn the_tail_is_of_one_host_and_of_no_file_there_is_none() {
    let path = folder("tail").join("audit.jsonl");
    assert_eq!(tail(&path, "xen:///", 20).unwrap(), []);
    let log = Arc::new(Log::open(&path, Limits::default()));
    let [xen, test] = ["xen:///", "test:///default"].map(|host| Scribe::new(log.clone(), host));
    for n in 0..5 {
        xen.done(Nanos(n), &order(), &report()).unwrap();
        test.refused(Nanos(n), &attempt("destroy a", "no")).unwrap();
    }
    assert_eq!(tail(&path, "xen:///", 20).unwrap().len(), 5);
    assert_eq!(tail(&path, "test:///default", 2).unwrap().len(), 2);
    let user = &tail(&path, "xen:///", 1).unwrap()[0].user;
    assert_eq!(*user, User::current().name);
}

#[test]
fn real_hosts_are_audited_and_test_hosts_only_where_a_file_is_named() {
    let [xen, test] = ["xen:///", "test:///default"].map(|uri| uri.parse::<Uri>().unwrap());
    for uri in [&xen, &test] {
        assert_eq!(choose(Some("off"), uri), Ok(None));
        assert_eq!(choose(Some("/a/b"), uri), Ok(Some("/a/b".into())));
        assert!(choose(Some("a/b"), uri).unwrap_err().contains("absolute path"));
    }
    assert_eq!(choose(None, &test), Ok(None));
    assert!(choose(None, &xen).unwrap().unwrap().ends_with("domtop/audit.jsonl"));
}
