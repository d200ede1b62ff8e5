//! The xend driver's changes, through the front-end: each is sent as the real xend of its release took it, what makes
//! no sense is never sent, and what xend says is believed as far as it can be checked.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fake_xend.rs"]
mod fake_xend;
#[path = "support/xend_recordings.rs"]
mod xend_recordings;

use std::{fs, path::PathBuf, sync::Arc, thread, time::Duration};

use domtop::{
    driver::{
        Answer, Control, DriverInfo, Observe, Session,
        session::assemble,
        stack::Outcome,
        xen::xend::{Deadlines, Xend},
    },
    model::{
        Demand, Domain, DomainKey, DomainState, Failure, HostId, KiB, Kind, Nanos, Op, Progress, Stamp,
        Trail, Which,
        definition::Told,
        request::{Change, PinRequest, Request},
    },
    wire::sexpr::{Format, Node, Tree, domain},
};
use fake_xend::{FakeXend, Mood, Reply};

const RELEASES: [&str; 2] = ["xen-3.0.2", "xen-4.1"];
const GENEROUS: Duration = Duration::from_secs(60);

/// A xend, the driver, and the front-end over it.
struct Host {
    fake: FakeXend,
    xend: Arc<Xend>,
    session: Session,
}

impl Host {
    fn new(fake: FakeXend) -> Self {
        Self::within(fake, Deadlines { quick: GENEROUS, thorough: GENEROUS, long: GENEROUS })
    }

    fn within(fake: FakeXend, deadlines: Deadlines) -> Self {
        let xend = Arc::new(Xend::at(&fake.at, deadlines).unwrap());
        let session = assemble(HostId(0), vec![(xend.info(), Ok(xend.clone()))], true).unwrap();
        Self { fake, xend, session }
    }

    fn domain(&self, name: &str) -> Domain {
        let mut rows = Vec::new();
        self.xend.domains(&mut rows).unwrap();
        self.xend.inactive(&mut rows).unwrap();
        rows.into_iter().find(|row| row.name.raw() == name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    fn run(&self, request: &Request) -> Outcome<Trail> {
        self.session.controller.as_ref().unwrap().run(request)
    }

    fn change(&self, name: &str, change: Change) -> Outcome<Trail> {
        self.run(&Request::Domain(self.domain(name).key, change))
    }

    /// The changes it was sent, as lines.
    fn sent(&self) -> Vec<String> {
        self.fake.changes().iter().map(fake_xend::Asked::line).collect()
    }

    /// The failure of a change of which xend is not to hear.
    fn refused(&self, name: &str, change: Change) -> Failure {
        let failure = self.change(name, change).unwrap_err();
        assert_eq!(self.sent(), Vec::<String>::new());
        failure
    }
}

fn mib(count: u64) -> KiB {
    KiB(count << 10)
}

fn pin(vcpu: Option<u32>, cpus: &str) -> Change {
    Change::Pin(PinRequest { vcpu, hard: Some(cpus.parse().unwrap()), soft: None })
}

/// Changes to a domain, with the name of the exchange in which the real xend took the same.
fn changes() -> Vec<(&'static str, Change, &'static str)> {
    let save = |release: &str| PathBuf::from(format!("/srv/xen/guest/file/{release}/guest1.save"));
    vec![
        ("demo", Change::Suspend, "pause"),
        ("demo", Change::Resume, "unpause"),
        ("web", Change::SetVcpus(1), "set_vcpus-1"),
        ("web", Change::SetMaxMemory(mib(300)), "maxmem_set"),
        ("web", Change::SetMemory(mib(200)), "mem_target_set"),
        ("web", Change::Rename("www".into()), "rename"),
        ("guest1", Change::Reboot, "reboot"),
        ("guest1", Change::Shutdown, "shutdown-halt"),
        ("guest3", Change::Destroy, "destroy"),
        ("guest1", Change::Save(save("v302")), "save"),
        ("guest1", Change::Save(save("v41")), "save"),
        ("web", pin(Some(0), "1,3"), "pincpu-plain"),
        ("web", Change::SetScheduler { weight: Some(512), cap: Some(50) }, "sched_credit_set"),
        ("mgd", Change::Start, "start"),
        ("mgd", Change::Undefine, "delete"),
    ]
}

#[test]
fn every_change_is_sent_as_the_real_xend_took_it() {
    let mut done = 0;
    for release in RELEASES {
        for (name, change, exchange) in changes() {
            let fake = FakeXend::elsewhere(release);
            let (asked, taken) = fake.recorded(exchange);
            let own = asked.field("file").is_none_or(|file| change == Change::Save(file.into()));
            if taken.status >= 300 || !own {
                continue;
            }
            match name {
                "mgd" => fake.go_to(if change == Change::Start { "new" } else { "mgd-shutdown" }),
                "guest1" | "guest3" => {
                    fake.list(&[
                        "dom0",
                        "dom-by-name",
                        if name == "guest1" { "state-started" } else { "create-third" },
                    ]);
                }
                _ => {}
            }
            let host = Host::new(fake);
            if !host.xend.info().ops.contains(&change.op()) {
                continue;
            }
            if let Change::SetScheduler { .. } = change {
                host.fake.script("sched_credit_get", Reply::sxp(200, "\"{'cap': 50, 'weight': 512}\""));
            }
            host.change(name, change.clone())
                .unwrap_or_else(|failure| panic!("{release}: {exchange}: {failure}"));
            assert_eq!(host.sent(), [asked.line()], "{release}: {exchange}");
            done += 1;
        }
    }
    assert_eq!(done, 10 + 14, "of both releases together");
}

#[test]
fn what_makes_no_sense_is_never_sent() {
    for release in RELEASES {
        let host = Host::new(FakeXend::tcp(release));
        for (change, why) in [
            (Change::SetVcpus(0), "it was started with 2"),
            (Change::SetVcpus(99), "it was started with 2"),
            (Change::SetMemory(mib(9000)), "at most"),
            (Change::SetMemory(mib(1)), "at least"),
            (Change::SetMaxMemory(mib(100)), "cannot print"),
            (Change::Rename(String::new()), "neither empty"),
            (Change::Rename("42".into()), "nor a number"),
            (Change::Undefine, if release == "xen-4.1" { "it runs" } else { "no driver" }),
            (Change::Start, "it runs"),
        ] {
            let failure = host.refused("web", change.clone());
            assert!(failure.to_string().contains(why), "{release}: {change:?}: {failure}");
        }
    }
}

#[test]
fn the_control_domain_is_never_paused_ended_or_saved() {
    for release in RELEASES {
        let host = Host::new(FakeXend::tcp(release));
        for change in [
            Change::Suspend,
            Change::Resume,
            Change::Shutdown,
            Change::Reboot,
            Change::Destroy,
            Change::Rename("x".into()),
            Change::Save("/nonexistent".into()),
        ] {
            assert_eq!(host.refused("Domain-0", change).kind(), Kind::Refused);
        }
    }
}

#[test]
fn a_domain_that_xend_would_destroy_because_it_reboots_too_soon_is_not_rebooted() {
    for (release, least) in [("xen-3.0.2", 20), ("xen-4.1", 60)] {
        let host = Host::new(FakeXend::unix(release));
        let page = host.fake.page("dom-by-id");
        let started: u64 =
            page.split("(start_time ").nth(1).unwrap().split('.').next().unwrap().parse().unwrap();
        let at = |wall: u64| Stamp { wall: Nanos(wall * 1_000_000_000), mono: Nanos(0) };
        let after = |seconds: u64| at(started + seconds);
        // It was started since the last tick, or the clock was put back.
        for soon in [after(least - 5), at(started - 100)] {
            host.xend.begin(soon, &Demand::default());
            let failure = host.refused("demo", Change::Reboot);
            assert!(
                failure.to_string().contains(&format!("destroys what reboots within {least} s")),
                "{failure}"
            );
        }
        host.xend.begin(after(least + 5), &Demand::default());
        host.fake.script("op=shutdown", Reply::sxp(202, ""));
        host.change("demo", Change::Reboot).unwrap();
        assert_eq!(host.sent(), ["POST /xend/domain/demo op=shutdown&reason=reboot"]);
    }
}

/// Up to 3.0.3 a domain's page has the limit it was started with (recordings 69 to 71).
#[test]
fn a_limit_that_xend_does_not_print_is_told_and_an_old_one_forbids_nothing() {
    let host = Host::new(FakeXend::tcp("xen-3.0.2"));
    let before = host.domain("web").max_memory;
    assert_eq!(before.known(), Some(&mib(512)));
    host.change("web", Change::SetMaxMemory(mib(600))).unwrap();
    assert!(host.fake.page("state-after-mem").contains("(maxmem 512)"), "as it was recorded");
    assert_eq!(host.domain("web").max_memory.known(), Some(&mib(600)));
    // Of another process, which cannot know.
    let host = Host::new(host.fake);
    assert_eq!(host.domain("web").max_memory, before);
    host.change("web", Change::SetMemory(mib(600))).unwrap();
    assert_eq!(host.sent().last().unwrap(), "POST /xend/domain/web op=mem_target_set&target=600");
    let failure = host.change("web", Change::SetMemory(mib(9000))).unwrap_err();
    assert!(failure.to_string().contains("it may have 8 GiB at most"), "{failure}");
}

#[test]
fn a_change_to_a_domain_that_is_kept_and_does_not_run_is_told_so() {
    let fake = FakeXend::tcp("xen-4.1");
    fake.go_to("new");
    let host = Host::new(fake);
    for change in [Change::Suspend, Change::Shutdown, Change::SetMemory(mib(64)), Change::Destroy] {
        let failure = host.refused("mgd", change.clone());
        assert_eq!(failure.kind(), Kind::Refused, "{change:?}: {failure}");
        assert!(failure.to_string().contains("domain mgd: it does not run"), "{failure}");
    }
}

#[test]
fn a_paused_domain_that_xend_does_not_list_is_resumed() {
    let fake = FakeXend::tcp("xen-4.1");
    fake.go_to("pause");
    let host = Host::new(fake);
    assert_eq!(host.domain("demo").state, DomainState::Paused);
    host.change("demo", Change::Resume).unwrap();
    assert_eq!(host.domain("demo").state, DomainState::Blocked);
}

#[test]
fn memory_that_is_no_whole_mib_is_left_to_others_with_what_to_try() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    let failure = host.refused("web", Change::SetMemory(KiB(200 * 1024 + 512)));
    assert_eq!((failure.kind(), failure.hint()), (Kind::Unsupported, Some("try 200M or 201M")));
}

/// The reply to an operation that failed, in each release.
fn failed(release: &str, text: &str) -> Reply {
    let status = if release == "xen-3.0.2" { 200 } else { 500 };
    Reply::sxp(status, format!("(xend.err {text})"))
}

#[test]
fn a_failure_is_one_whatever_status_it_comes_with() {
    for release in RELEASES {
        for (text, kind, said) in [
            (
                "\"invalid literal for int() with base 10: 'two'\"",
                Kind::Failed,
                "wants a number where it was given 'two'",
            ),
            ("\"'reason'\"", Kind::Failed, "misses the field \"reason\""),
            ("\"(22, 'Invalid argument')\"", Kind::Failed, "Invalid argument (error 22)"),
            ("\"(3, 'No such process')\"", Kind::NoDomain, "No such process"),
            ("'Cannot pause privileged domain 0'", Kind::Refused, "privileged"),
            (
                "\"int() argument must be a string or a number, not 'NoneType'\"",
                Kind::Refused,
                "does not run",
            ),
            ("'an escape \\x1b[2J of a guest'", Kind::Failed, "␛[2J"),
            ("", Kind::Failed, "suspend domain web"),
        ] {
            let host = Host::new(FakeXend::tcp(release));
            host.fake.script("op=pause", failed(release, text));
            let failure = host.change("web", Change::Suspend).unwrap_err();
            assert_eq!(failure.kind(), kind, "{text}: {failure}");
            assert!(failure.to_string().contains(said), "{failure}");
            assert_eq!(host.sent().len(), 1);
        }
    }
}

#[test]
fn every_status_xend_has_means_what_it_means() {
    let plain = |status, body: &str| Reply { status, body: body.into(), kind: "text/plain" };
    for (reply, kind) in [
        (plain(404, "<Fault 3: 'web'>"), Kind::NoDomain),
        (plain(404, "No such domain web"), Kind::NoDomain),
        (plain(501, "Operation not implemented: pause"), Kind::Unsupported),
        (plain(406, ""), Kind::Malformed),
        (plain(413, ""), Kind::Refused),
        (plain(500, ""), Kind::Failed),
        (plain(400, ""), Kind::Malformed),
        (plain(303, ""), Kind::Malformed),
    ] {
        let host = Host::new(FakeXend::tcp("xen-4.1"));
        host.fake.script("op=pause", reply.clone());
        let failure = host.change("web", Change::Suspend).unwrap_err();
        assert_eq!(failure.kind(), kind, "{}: {failure}", reply.status);
    }
}

/// 3.1 to 3.3 have no word for a domain that is not there.
#[test]
fn an_internal_error_without_a_word_is_an_unknown_domain_in_the_releases_that_have_no_other() {
    let fake = FakeXend::tcp("xen-4.1");
    let page = fake.page("node").replace("(xen_major 4)", "(xen_major 3)");
    fake.script("/xend/node", Reply::sxp(200, page));
    let host = Host::new(fake);
    assert!(!host.xend.info().ops.contains(&Op::Pin), "3.1 takes every set for all CPUs");
    host.fake.script("op=pause", Reply::sxp(500, ""));
    assert_eq!(host.change("web", Change::Suspend).unwrap_err().kind(), Kind::NoDomain);
}

#[test]
fn a_save_that_failed_is_told_though_it_was_accepted_and_leaves_no_file() {
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        let file = host.fake.home().join("web.save");
        host.fake.script_as("op=save", "save-bad-path");
        let failure = host.change("web", Change::Save(file.clone())).unwrap_err();
        assert!(failure.to_string().contains("can't write guest state file"), "{failure}");
        assert!(!file.exists());
    }
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let file = host.fake.home().join("web.save");
    fs::write(&file, "mine").unwrap();
    assert_eq!(host.refused("web", Change::Save(file.clone())).kind(), Kind::Refused);
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

#[test]
fn an_image_whose_name_is_no_text_is_not_even_made() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let name = std::os::unix::ffi::OsStringExt::from_vec(b"web\xff.save".to_vec());
    let file = host.fake.home().join::<std::ffi::OsString>(name);
    assert_eq!(host.refused("web", Change::Save(file.clone())).kind(), Kind::Refused);
    assert!(!file.exists());
}

#[test]
fn a_save_tells_how_far_it_is_and_others_are_served_meanwhile() {
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        let (file, key) = (host.fake.home().join("web.save"), host.domain("web").key);
        host.fake.script("op=save", Reply::sxp(202, ""));
        host.fake.hold("op=save");
        let told = || {
            let mut told = Vec::new();
            host.xend.progress(&mut told).unwrap();
            told
        };
        thread::scope(|scope| {
            let save = scope.spawn(|| host.run(&Request::Domain(key, Change::Save(file.clone()))));
            host.fake.wait_for("op=save");
            fs::write(&file, vec![0; 1 << 20]).unwrap();
            let progress = Progress { op: Op::Save, key: Some(key), done: 1 << 20, total: 256 << 20 };
            assert_eq!(told(), [progress]);
            let mut rows = Vec::new();
            host.xend.domains(&mut rows).unwrap();
            host.fake.recover();
            save.join().unwrap().unwrap();
        });
        assert_eq!(told(), []);
    }
}

/// A thread of xend that died answers nothing, ever.
#[test]
fn an_operation_that_is_never_answered_ends_and_is_not_sent_twice() {
    let deadlines = Deadlines { quick: GENEROUS, thorough: GENEROUS, long: Duration::from_millis(300) };
    let host = Host::within(FakeXend::unix("xen-4.1"), deadlines);
    let file = host.fake.home().join("web.save");
    host.fake.mood_for("op=save", Mood::Hangs);
    let failure = host.change("web", Change::Save(file.clone())).unwrap_err();
    assert_eq!(failure.kind(), Kind::TimedOut);
    assert!(
        file.exists() && failure.hint().unwrap().contains("is left"),
        "it may be all there is of the guest"
    );
    assert_eq!(host.sent().len(), 1);
    host.domain("web");
}

/// A save whose answer is lost may have been done: then the image is all there is of the guest.
#[test]
fn an_image_is_kept_where_xend_did_not_say_no() {
    for (mood, op) in [
        (Mood::Dies, "save"),
        (Mood::CutOff, "save"),
        (Mood::Garbage, "save"),
        (Mood::TooLong, "save"),
        (Mood::Endless, "save"),
        (Mood::Dies, "dump"),
    ] {
        let host = Host::new(FakeXend::unix("xen-4.1"));
        let (file, key) = (host.fake.home().join("web.image"), host.domain("web").key);
        host.fake.script(&format!("op={op}"), Reply::sxp(202, "(xend.err 'no'"));
        host.fake.mood_for(&format!("op={op}"), mood);
        host.fake.hold(&format!("op={op}"));
        let change = if op == "save" { Change::Save } else { Change::Dump };
        let outcome = thread::scope(|scope| {
            let save = scope.spawn(|| host.run(&Request::Domain(key, change(file.clone()))));
            host.fake.wait_for(&format!("op={op}"));
            fs::write(&file, "the guest").unwrap();
            host.fake.let_go();
            save.join().unwrap()
        });
        assert_eq!(fs::read_to_string(&file).unwrap(), "the guest", "{mood:?}");
        // A body that is cut where its length says so is a whole one.
        let Err(failure) = outcome else { continue };
        assert!(!failure.kind().falls_through(), "{mood:?}: {failure}");
        let hint = failure.hint().unwrap();
        assert!(hint.contains("may have been done") && hint.contains("is left"), "{mood:?}: {hint}");
    }
}

/// xend closes the image after it has ended the guest, and says no where that fails.
#[test]
fn an_image_is_kept_where_xend_says_no_and_its_guest_is_gone() {
    for no in [Reply::sxp(202, "(xend.err 'no space')"), Reply::sxp(500, "")] {
        let host = Host::new(FakeXend::unix("xen-4.1"));
        let (file, key) = (host.fake.home().join("web.image"), host.domain("web").key);
        host.fake.script("op=save", no);
        host.fake.hold("op=save");
        let failure = thread::scope(|scope| {
            let save = scope.spawn(|| host.run(&Request::Domain(key, Change::Save(file.clone()))));
            host.fake.wait_for("op=save");
            fs::write(&file, "the guest").unwrap();
            host.fake.script("/xend/domain/web", Reply::sxp(404, "(xend.err 'Domain web not found')"));
            host.fake.script("state=all", Reply::sxp(200, "(Domain-0 demo)"));
            host.fake.script("detail=1", Reply::sxp(200, format!("({})", host.fake.page("dom0"))));
            host.fake.let_go();
            save.join().unwrap().unwrap_err()
        });
        assert_eq!(fs::read_to_string(&file).unwrap(), "the guest");
        assert!(failure.hint().unwrap().contains("is left"), "{failure}");
    }
}

#[test]
fn an_image_xend_says_no_to_is_taken_away() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let (file, key) = (host.fake.home().join("web.save"), host.domain("web").key);
    host.fake.script("op=save", Reply::sxp(500, ""));
    host.run(&Request::Domain(key, Change::Save(file.clone()))).unwrap_err();
    assert!(!file.exists(), "xend said no");
}

#[test]
fn a_connection_that_breaks_under_a_change_ends_it() {
    for mood in [Mood::Dies, Mood::CutOff, Mood::Garbage, Mood::Redirects, Mood::TooLong] {
        let host = Host::new(FakeXend::tcp("xen-4.1"));
        host.fake.script("op=pause", Reply::sxp(200, "(a b c d)"));
        host.fake.mood_for("op=pause", mood);
        let outcome = host.change("web", Change::Suspend);
        assert_eq!(host.sent().len(), 1, "{mood:?}");
        // A body that is cut where its length says so is a whole one.
        let Err(failure) = outcome else { continue };
        assert!(!failure.kind().falls_through(), "{mood:?}: nobody else is to do it as well: {failure}");
    }
}

#[test]
fn a_change_a_hung_xend_was_never_told_of_goes_on_to_another_driver() {
    let deadlines = Deadlines { quick: Duration::from_secs(2), thorough: GENEROUS, long: GENEROUS };
    let host = Host::within(FakeXend::tcp("xen-4.1"), deadlines);
    let web = host.domain("web").key;
    host.fake.mood(Mood::Hangs);
    let failure = host.run(&Request::Domain(web, Change::Destroy)).unwrap_err();
    assert_eq!(failure.kind(), Kind::Unreachable, "{failure}");
    assert_eq!(host.sent(), Vec::<String>::new());
}

#[test]
fn a_request_longer_than_xend_reads_is_not_sent() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    let failure = host.refused("web", Change::Rename("a".repeat(10_000)));
    assert!(failure.to_string().contains("10000 at most"), "{failure}");
    // Where it reads less than it says, it breaks the connection, and the 413 may be lost.
    host.fake.mood_for("op=pause", Mood::Sane);
    host.fake.mood(Mood::Resets);
    let failure = host.change("web", Change::Rename("a".repeat(9000))).unwrap_err();
    assert!(!failure.kind().falls_through(), "{failure}");
}

#[test]
fn a_pin_that_was_answered_and_not_done_goes_on_to_another_driver() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    host.fake.script("op=pincpu", Reply::sxp(200, "0"));
    let failure = host.change("web", pin(None, "2")).unwrap_err();
    assert_eq!(failure.kind(), Kind::Unsupported);
    assert!(failure.to_string().contains("xend said yes, but vCPU 0 may run on 0-3 still"), "{failure}");
    let sent: Vec<_> =
        host.fake.changes().iter().map(|asked| asked.field("vcpu").unwrap().to_owned()).collect();
    assert_eq!(sent, ["0", "1"], "each by its number");
}

#[test]
fn a_pin_to_what_is_not_there_is_never_sent() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    assert_eq!(host.refused("web", pin(Some(0), "77")).kind(), Kind::Refused);
    assert_eq!(host.refused("web", pin(Some(9), "0")).kind(), Kind::Refused);
    let soft = Change::Pin(PinRequest { soft: Some("0".parse().unwrap()), ..PinRequest::default() });
    assert_eq!(host.refused("web", soft).kind(), Kind::Unsupported);
}

#[test]
fn a_share_that_was_answered_and_not_set_goes_on_to_another_driver() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    host.fake.script_as("sched_credit_get", "sched_credit_get");
    host.fake.script("sched_credit_set", Reply::sxp(200, "0"));
    let failure = host.change("web", Change::SetScheduler { weight: Some(300), cap: None }).unwrap_err();
    assert_eq!(failure.kind(), Kind::Unsupported);
    assert_eq!(host.fake.changes()[0].field("cap"), Some("0"), "what is left as it is is sent as it is");
}

#[test]
fn a_domain_whose_id_was_given_to_another_is_not_changed() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    let old = host.domain("web").key;
    let page =
        host.fake.page("dom-by-name").replace("(name demo)", "(name web)").replace("(domid 1)", "(domid 2)");
    host.fake.script("detail=1", Reply::sxp(200, format!("({page})")));
    let failure = host.run(&Request::Domain(old, Change::Destroy)).unwrap_err();
    assert_eq!(failure.kind(), Kind::NoDomain);
    assert_eq!(host.sent(), Vec::<String>::new());
}

#[test]
fn a_saved_domain_is_restored_by_the_path_xend_knows_it_by() {
    for release in RELEASES {
        let fake = FakeXend::elsewhere(release);
        let (asked, _) = fake.recorded("restore");
        let host = Host::new(fake);
        host.run(&Request::Restore(asked.field("file").unwrap().into())).unwrap();
        assert_eq!(host.sent(), [asked.line()]);
        let relative = host.run(&Request::Restore("guest1.save".into())).unwrap_err();
        assert!(relative.to_string().contains("whole path"), "{relative}");
        host.fake.script_as("op=restore", "restore-missing");
        let failure = host.run(&Request::Restore("/nonexistent.save".into())).unwrap_err();
        assert!(failure.to_string().contains("can't read guest state file"), "{failure}");
    }
}

/// A tunnel may lead from there.
#[test]
fn what_listens_at_localhost_may_be_another_machines_and_no_file_is_made_for_it() {
    let host = Host::new(FakeXend::tcp("xen-4.1"));
    let failure = host.refused("web", Change::Save("web.save".into()));
    assert!(failure.to_string().contains("whole path"), "{failure}");
    let file = std::env::temp_dir().join(format!("domtop-tunnel-{}.save", std::process::id()));
    host.fake.script("op=save", Reply::sxp(202, ""));
    host.change("web", Change::Save(file.clone())).unwrap();
    assert!(!file.exists());
}

#[test]
fn a_session_for_looking_sends_nothing_that_changes_whatever_it_is_told() {
    for release in RELEASES {
        let fake = FakeXend::tcp(release);
        let deadlines = Deadlines { quick: GENEROUS, thorough: GENEROUS, long: GENEROUS };
        let xend = Arc::new(Xend::at(&fake.at, deadlines).unwrap().looking());
        // As if somebody had made a controller over it all the same, and it claimed to be able to.
        let mut info = xend.info();
        info.ops = Op::ALL.into();
        let session = assemble(HostId(0), vec![(info, Ok(xend.clone()))], true).unwrap();
        let controller = session.controller.unwrap();
        let mut rows = Vec::new();
        xend.domains(&mut rows).unwrap();
        let web = rows[2].key;
        let file = || PathBuf::from("/nonexistent");
        let mut requests: Vec<_> =
            changes().into_iter().map(|(_, change, _)| Request::Domain(web, change)).collect();
        for change in
            [Change::Dump(file()), Change::Attach(file()), Change::Detach(file()), Change::SetAutostart(true)]
        {
            requests.push(Request::Domain(web, change));
        }
        requests.extend([Request::Create(file()), Request::Define(file()), Request::Restore(file())]);
        for request in requests {
            let failure = controller.run(&request).unwrap_err();
            assert_eq!(failure.kind(), Kind::Unsupported, "{request:?}");
        }
        xend.scheduler(web).unwrap();
        assert_eq!(fake.changes(), []);
    }
}

const GUEST: &str = "<domain type='xen'>
  <name>guest1</name><memory>65536</memory><vcpu>1</vcpu>
  <os><type>linux</type>
    <kernel>/srv/xen/guest/file/images/vmlinuz</kernel>
    <initrd>/srv/xen/guest/file/images/initrd.img</initrd>
    <cmdline>ro console=hvc0</cmdline>
  </os>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <source file='/srv/xen/guest/file/images/d-guest1.img'/><target dev='xvda'/>
    </disk>
    <interface type='bridge'>
      <mac address='00:16:3e:0a:0b:0c'/><source bridge='xenbr0'/><script path='vif-bridge'/>
    </interface>
  </devices>
</domain>";

/// What an expression says, whatever the order of its parts.
fn said(config: &str) -> String {
    fn sorted(node: Node<'_>) -> String {
        let Some(head) = node.head() else { return node.text().unwrap_or_default().to_owned() };
        let mut rest: Vec<_> = node.arguments().map(sorted).collect();
        rest.sort();
        format!("({head} {})", rest.join(" "))
    }
    // From 3.0.3 on a disk may be told to be one.
    sorted(Tree::parse(config.as_bytes()).unwrap().0.root()).replace(":disk", "")
}

/// A file with this text in a folder of the fake's, or of its own.
fn file(host: &Host, name: &str, text: &str) -> PathBuf {
    let path = host.fake.home().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_domain_is_created_as_the_real_xend_took_it_and_let_run_when_its_devices_are_there() {
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        host.fake.script_as("op=create", "create-libvirt-style");
        host.run(&Request::Create(file(&host, "guest1.xml", GUEST))).unwrap();
        let (recorded, _) = host.fake.recorded("create-libvirt-style");
        let sent = host.fake.changes();
        let [create, wait, unpause] = sent.as_slice() else { panic!("{:?}", host.sent()) };
        assert_eq!(create.path, recorded.path);
        assert_eq!(
            said(create.field("config").unwrap()),
            said(recorded.field("config").unwrap()),
            "{release}"
        );
        assert_eq!(wait.line(), host.fake.recorded("wait_for_devices").0.line());
        assert_eq!(unpause.line(), host.fake.recorded("create-unpause").0.line());
    }
}

/// The emulator of an HVM guest inherits the connection, which ends with the guest.
#[test]
fn a_create_whose_connection_stays_open_ends_with_its_answer() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    host.fake.script_as("op=create", "create-libvirt-style");
    host.fake.mood(Mood::LeavesOpen);
    host.run(&Request::Create(file(&host, "guest1.xml", GUEST))).unwrap();
}

#[test]
fn a_domain_whose_devices_do_not_come_is_taken_away_again() {
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        host.fake.script_as("op=create", "create-libvirt-style");
        host.fake
            .script("op=wait_for_devices", failed(release, "'Device 51712 (vbd) could not be connected.'"));
        host.fake.script("op=destroy", Reply::sxp(202, ""));
        let failure = host.run(&Request::Create(file(&host, "guest1.xml", GUEST))).unwrap_err();
        assert!(failure.to_string().contains("Device 51712 (vbd) could not be connected"), "{failure}");
        assert_eq!(failure.kind(), Kind::Failed);
        let last = host.fake.changes().pop().unwrap();
        assert_eq!(last.line(), "POST /xend/domain/guest1 op=destroy");
    }
}

/// It may run.
#[test]
fn a_domain_of_which_it_is_not_known_whether_it_runs_is_left() {
    for (step, mood) in [
        ("unpause", Mood::Dies),
        ("unpause", Mood::CutOff),
        ("unpause", Mood::Garbage),
        ("wait_for_devices", Mood::Dies),
        ("wait_for_devices", Mood::Garbage),
    ] {
        let host = Host::new(FakeXend::unix("xen-4.1"));
        host.fake.script_as("op=create", "create-libvirt-style");
        host.fake.mood_for(&format!("op={step}"), mood);
        let failure = host.run(&Request::Create(file(&host, "guest1.xml", GUEST))).unwrap_err();
        assert_eq!(failure.kind(), Kind::Failed, "{failure}");
        assert!(failure.hint().unwrap().contains("running or paused"), "{:?}", failure.hint());
        let sent = host.sent();
        assert!(sent.last().unwrap().contains(step), "{step}: {mood:?}: {sent:?}");
    }
}

#[test]
fn what_xend_finds_wrong_with_a_description_is_told() {
    for (release, exchange, kind, text) in [
        ("xen-3.0.2", "create-dup-name", Kind::Refused, "'guest1' already in use by domain 3"),
        ("xen-4.1", "create-dup-name", Kind::Refused, "already exists with ID '3'"),
        ("xen-3.0.2", "create-bad-kernel", Kind::Failed, "Kernel image does not exist: /nonexistent/vmlinuz"),
        ("xen-4.1", "create-bad-kernel", Kind::Failed, "Kernel image does not exist: /nonexistent/vmlinuz"),
        ("xen-3.0.2", "create-toobig", Kind::Refused, "Not enough free memory"),
        ("xen-4.1", "create-toobig", Kind::Refused, "Not enough free memory"),
        ("xen-3.0.2", "create-bad-name", Kind::Refused, "invalid vm name"),
        ("xen-4.1", "create-11k-body", Kind::Refused, "more bytes"),
    ] {
        let host = Host::new(FakeXend::unix(release));
        host.fake.script_as("op=create", exchange);
        let failure = host.run(&Request::Create(file(&host, "guest1.xml", GUEST))).unwrap_err();
        assert_eq!(failure.kind(), kind, "{failure}");
        assert!(failure.to_string().contains(text), "{failure}");
        assert_eq!(host.sent().len(), 1, "nothing is waited for that is not there");
    }
}

#[test]
fn a_description_that_is_none_is_never_sent() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    for (text, kind, words) in [
        ("name = 'web'\nmemory = 64\n", Kind::Unsupported, "no XML"),
        ("<domain type='xen'><memory>1</memory></domain>", Kind::Malformed, "name"),
        ("<domain", Kind::Malformed, ""),
    ] {
        let failure = host.run(&Request::Create(file(&host, "guest1.xml", text))).unwrap_err();
        assert_eq!(failure.kind(), kind, "{failure}");
        assert!(failure.to_string().contains(words), "{failure}");
    }
    assert!(host.run(&Request::Define("/nonexistent".into())).is_err());
    assert_eq!(host.sent(), Vec::<String>::new());
}

#[test]
fn a_guest_is_not_made_kept_or_given_anything_without_a_device_it_was_described_with() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let devices = |more: &str| GUEST.replace("</devices>", &format!("{more}</devices>"));
    let tagged = "<interface type='bridge'><source bridge='b'/><vlan><tag id='42'/></vlan></interface>";
    let network = "<disk type='network'><source protocol='rbd' name='a'/><target dev='xvdz'/></disk>";
    for (device, words) in [(tagged, "the <vlan> of its"), (network, "its <disk type='network'> (xvdz)")] {
        let path = file(&host, "guest1.xml", &devices(device));
        for request in [Request::Create(path.clone()), Request::Define(path)] {
            let failure = host.run(&request).unwrap_err();
            assert_eq!(failure.kind(), Kind::Refused, "{failure}");
            assert!(failure.to_string().contains(words), "{failure}");
        }
        let failure = host.change("web", Change::Attach(file(&host, "device.xml", device))).unwrap_err();
        assert!(matches!(failure.kind(), Kind::Refused | Kind::Malformed), "{failure}");
    }
    assert_eq!(host.sent(), Vec::<String>::new());
}

#[test]
fn what_xml_says_beyond_a_definition_is_told_or_refused() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let tuned = "<disk type='file'><source file='/srv/xen/guest/file/images/d-hotplug.img'/>\
        <target dev='hdb'/><iotune/></disk>";
    let trail = host.change("web", Change::Attach(file(&host, "disk.xml", tuned))).unwrap();
    assert_eq!(trail.to_string(), "xend did, without the <iotune> of its <disk type='file'> (hdb)");
    let cpu = GUEST.replace("</name>", "</name><uuid>0a0b0c0d-0000-1111-2222-333344445577</uuid><cpu/>");
    let trail = host.run(&Request::Define(file(&host, "guest1.xml", &cpu))).unwrap();
    assert_eq!(trail.to_string(), "xend did, without its <cpu>");

    let sent = host.sent().len();
    let fleeting = tuned.replace("<iotune/>", "<transient/>");
    let failure = host.change("web", Change::Attach(file(&host, "disk.xml", &fleeting))).unwrap_err();
    assert_eq!(failure.kind(), Kind::Refused, "{failure}");
    let path = file(&host, "guest1.xml", &GUEST.replace("<os>", "<os firmware='efi'>"));
    for request in [Request::Create(path.clone()), Request::Define(path)] {
        let failure = host.run(&request).unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused, "{failure}");
        assert!(failure.to_string().contains("without the firmware='efi' of its <os>"), "{failure}");
    }
    assert_eq!(host.sent().len(), sent);
}

#[test]
fn an_interface_on_no_bridge_is_not_attached_to_the_default_one() {
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        let bare =
            "<interface type='ethernet'><mac address='00:16:3e:00:00:01'/><target dev='tap0'/></interface>";
        let failure = host.change("web", Change::Attach(file(&host, "nic.xml", bare))).unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused, "{failure}");
        assert!(failure.to_string().contains("without its being on no bridge"), "{failure}");
        assert_eq!(host.sent(), Vec::<String>::new());
    }
}

#[test]
fn a_description_longer_than_xend_reads_is_told_before_it_is_sent() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let long = GUEST.replace("ro console=hvc0", &"x".repeat(10_000));
    let failure = host.run(&Request::Create(file(&host, "guest1.xml", &long))).unwrap_err();
    assert!(failure.to_string().contains("xend reads 10000 at most"), "{failure}");
    assert_eq!(host.sent(), Vec::<String>::new());
}

#[test]
fn a_definition_is_kept_as_the_real_xend_took_it() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let (recorded, _) = host.fake.recorded("new");
    let config = recorded.field("config").unwrap();
    let (tree, _) = Tree::parse(config.as_bytes()).unwrap();
    let (definition, _) = domain::read(tree.root(), Format::Four).unwrap();
    let xml = domtop::wire::xml::domain::write(&definition);
    host.run(&Request::Define(file(&host, "mgd.xml", &xml))).unwrap();
    let sent = host.fake.changes().pop().unwrap();
    assert_eq!((sent.op(), &sent.path), (Some("new"), &recorded.path));
    assert_eq!(said(sent.field("config").unwrap()), said(config));
    // Again, which xend takes for a second domain of that name unless the uuid is the same.
    host.run(&Request::Define(file(&host, "mgd.xml", &xml))).unwrap();
    let another = xml.replace("0a0b0c0d", "0a0b0c0e");
    let failure = host.run(&Request::Define(file(&host, "mgd.xml", &another))).unwrap_err();
    assert_eq!(failure.kind(), Kind::Refused);
    assert!(failure.to_string().contains("there is one of that name"), "{failure}");
    let titled = xml.replace("</name>", "</name><title>a line</title>");
    let trail = host.run(&Request::Define(file(&host, "mgd.xml", &titled))).unwrap();
    assert_eq!(trail.to_string(), "xend did, without its title, a line");
    let running = xml.replace("<name>mgd</name>", "<name>web</name>");
    assert_eq!(
        host.run(&Request::Define(file(&host, "web.xml", &running))).unwrap_err().kind(),
        Kind::Refused
    );
    assert_eq!(host.sent().len(), 3);
}

#[test]
fn what_a_kept_definition_says_beyond_xml_stays_when_it_is_defined_again() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    host.fake.go_to("mgd-shutdown");
    let key = host.domain("mgd").key;
    let page = host.fake.page("state-managed-inactive");
    let page = page
        .replace("(cpu_cap 0)", "(cpu_cap 50)")
        .replace("(on_xend_start ignore)", "(on_xend_start start)")
        .replace("(shadow_memory 0)", "(shadow_memory 8)")
        .replace("(superpages 0)", "(superpages 1)")
        .replace("(bridge xenbr0)", "(bridge xenbr0) (rate 10Mb/s@50ms) (security_label x)")
        .replace("(device (vif", "(device (vscsi (a 'b c'))) (device (vif");
    host.fake.script("GET /xend/domain/mgd", Reply::sxp(200, page));
    let told = host.xend.definition(key, Which::Kept).unwrap();
    assert!(told.lost.iter().any(|clause| clause.starts_with("cap = 50: ")), "{:?}", told.lost);

    let xml = told.xml.replace(">1</vcpu>", ">2</vcpu>");
    assert_ne!(xml, told.xml);
    let trail = host.run(&Request::Define(file(&host, "mgd.xml", &xml))).unwrap();
    assert_eq!(trail.to_string(), "xend did");
    let sent = host.fake.changes().pop().unwrap().field("config").unwrap().to_owned();
    for kept in [
        "(vcpus 2)",
        "(cpu_cap 50)",
        "(on_xend_start start)",
        "(shadow_memory 8)",
        "(superpages 1)",
        "(security_label x)",
        "(rate '10Mb/s@50ms')",
        "(uuid 279fbbce-e594-9352-3036-6a6cc53c98ac)",
        "(uuid 482d69fb-5082-fe6e-35a4-c0373a42a54e)",
        "(bootable 1)",
        "(device (vscsi (a 'b c')))",
    ] {
        assert_eq!(sent.matches(kept).count(), 1, "{kept}: {sent}");
    }
    assert!(!sent.contains("status") && !sent.contains("paravirtualised"), "{sent}");

    // Who takes a device away takes away what it says.
    let (before, rest) = xml.split_once("    <interface").unwrap();
    let without = format!("{before}{}", rest.split_once("</interface>\n").unwrap().1);
    let trail = host.run(&Request::Define(file(&host, "mgd.xml", &without))).unwrap();
    assert_eq!(trail.to_string(), "xend did");
    assert!(!host.sent().pop().unwrap().contains("security_label"));
}

#[test]
fn the_program_says_what_a_definition_was_kept_without() {
    let host = Host::new(FakeXend::unix("xen-4.1"));
    let titled = file(&host, "guest1.xml", &GUEST.replace("</name>", "</name><title>a \u{9b}line</title>"));
    let uri = domtop::model::uri::Uri::Xend(host.fake.at.clone()).to_string();
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_domtop"));
        command.args(["-c", &uri, "define"]).arg(&titled).args(more).env("HOME", "/nonexistent");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let text = run(&["--yes"]);
    assert!(text.contains("\n  xend did it without its title, a \u{fffd}line\n"), "{text:?}");
    let object: serde_json::Value = serde_json::from_str(&run(&["--yes", "--format", "json"])).unwrap();
    assert_eq!(object["steps"][0]["lost"][0], "its title, a \u{fffd}line", "{object}");
}

#[test]
fn a_domain_another_driver_keeps_is_started_from_its_xml() {
    let host = Host::new(FakeXend::unix("xen-3.0.2"));
    host.fake.script_as("op=create", "create-libvirt-style");
    let key = DomainKey { id: None, uuid: uuid::Uuid::from_u128(7) };
    let drivers: Vec<_> = vec![
        (host.xend.info(), Ok(host.xend.clone() as Arc<dyn Control>)),
        (Keeper.info(), Ok(Arc::new(Keeper) as Arc<dyn Control>)),
    ];
    let session = assemble(HostId(0), drivers, true).unwrap();
    session.controller.unwrap().run(&Request::Domain(key, Change::Start)).unwrap();
    let ops: Vec<_> = host.fake.changes().iter().map(|asked| asked.op().unwrap().to_owned()).collect();
    assert_eq!(ops, ["create", "wait_for_devices", "unpause"]);
}

/// A driver that keeps a definition and can do nothing with it.
struct Keeper;

impl Observe for Keeper {
    fn info(&self) -> DriverInfo {
        DriverInfo { name: "keeper", peer: "".into(), hypervisor: false, ops: [Op::Definition].into() }
    }

    fn definition(&self, _: DomainKey, _: Which) -> Answer<Told> {
        Ok(Told { xml: GUEST.into(), ..Told::default() })
    }
}

impl Control for Keeper {}

#[test]
fn a_device_is_added_and_taken_away_as_the_real_xend_took_it() {
    let disk = "<disk type='file'><source file='/srv/xen/guest/file/images/d-hotplug.img'/><target dev='hdb'/></disk>";
    let nic =
        "<interface type='bridge'><mac address='00:16:3E:01:02:03'/><source bridge='xenbr0'/></interface>";
    for release in RELEASES {
        let host = Host::new(FakeXend::unix(release));
        let attach = host.change("web", Change::Attach(file(&host, "disk.xml", disk)));
        attach.unwrap_or_else(|failure| panic!("{failure}"));
        let (recorded, _) = host.fake.recorded("device_create-vbd");
        let sent = host.fake.changes().pop().unwrap();
        assert_eq!(said(sent.field("config").unwrap()), said(recorded.field("config").unwrap()));
        assert_eq!((sent.op(), &sent.path), (recorded.op(), &recorded.path));

        host.change("web", Change::Detach(file(&host, "disk.xml", disk))).unwrap();
        let (recorded, _) = host.fake.recorded("device_destroy-vbd-4arg");
        assert_eq!(host.sent().pop().unwrap(), recorded.line());

        host.fake.script("op=device_destroy", Reply::sxp(200, ""));
        host.change("web", Change::Detach(file(&host, "nic.xml", nic))).unwrap();
        let sent = host.fake.changes().pop().unwrap();
        assert_eq!(
            (sent.field("type"), sent.field("dev")),
            (Some("vif"), Some("0")),
            "by its hardware address"
        );
        let other = nic.replace("01:02:03", "09:09:09");
        let failure = host.change("web", Change::Detach(file(&host, "nic.xml", &other))).unwrap_err();
        assert_eq!(failure.kind(), Kind::Refused);
    }
}
