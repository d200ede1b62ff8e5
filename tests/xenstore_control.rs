//! Laws of the xenstore driver's changing half, against a small xenstored with transactions.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unreachable_pub, dead_code, reason = "a test uses a part of its support")]

#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;
mod support {
    pub mod recording;
}

use std::{path::PathBuf, sync::Arc, time::Duration};

use domtop::{
    driver::{
        Controller, Observe,
        session::{Opened, assemble},
        xen::xenstore::{Places, Xenstore},
    },
    model::{
        Domain, DomainId, DomainKey, Failure, HostId, KiB, Kind, Light, Op, Trail,
        request::{Change, Request},
    },
};
use fake_xenstored::{FakeXenstored, MKDIR, READ, RM, TRANSACTION_END, TRANSACTION_START, WRITE};
use support::recording::{Recording, Tape};
use uuid::Uuid;

/// What a change gave: nothing, or why not.
type Gave = Result<(), (Kind, String)>;

fn places(fake: &FakeXenstored) -> Places {
    let nowhere = PathBuf::from("/nonexistent");
    let patience = Duration::from_secs(20);
    Places {
        peers: vec![fake.socket()],
        proc: nowhere.clone(),
        sys: nowhere.clone(),
        shm: nowhere.clone(),
        pts: nowhere.clone(),
        locks: nowhere,
        patience,
    }
}

/// A host of this driver and one that is no hypervisor's; the driver beside it, to read with.
fn controller(xenstore: &Arc<Xenstore>) -> Controller {
    // A host needs somebody who knows what hypervisor it is; it has no part in changes.
    let mut other = Recording::hypervisor("reader", &Tape::default(), Err(Kind::Unsupported)).opened();
    other.0.ops = [Op::Hypervisor].into();
    let mine: Opened = (xenstore.info(), Ok(xenstore.clone() as _));
    assemble(HostId(0), vec![other, mine], true).expect("a session").controller.expect("opened for changes")
}

fn open(fake: &FakeXenstored) -> Controller {
    controller(&Arc::new(Xenstore::at(places(fake)).unwrap()))
}

fn key(id: u32) -> DomainKey {
    DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(id.into()) }
}

fn vm(id: u32) -> String {
    format!("/vm/{}", Uuid::from_u128(id.into()))
}

fn run(host: &Controller, id: u32, change: Change) -> Gave {
    let why = |failure: Failure| {
        let reason = failure.reasons.first().expect("a reason");
        let hint = reason.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        (reason.kind, format!("{}{hint}", reason.message))
    };
    host.run(&Request::Domain(key(id), change)).map(|_| ()).map_err(why)
}

fn refusal(host: &Controller, id: u32, change: Change) -> (Kind, String) {
    run(host, id, change).expect_err("a refusal")
}

/// A guest as libxl writes it down.
fn guest(fake: &FakeXenstored, id: u32, kind: &str) {
    let home = format!("/local/domain/{id}");
    fake.write(&format!("{home}/name"), &format!("guest{id}"));
    fake.write(&format!("{home}/vm"), &vm(id));
    fake.write(&format!("{home}/control/shutdown"), "");
    fake.write(&format!("{home}/control/feature-poweroff"), "");
    fake.write(&format!("{home}/memory/target"), "524288");
    fake.write(&format!("{home}/memory/static-max"), "1048576");
    fake.write(&format!("{home}/memory/videoram"), "0");
    for vcpu in 0..4 {
        let word = if vcpu < 2 { "online" } else { "offline" };
        fake.write(&format!("{home}/cpu/{vcpu}/availability"), word);
    }
    fake.write(&format!("{}/name", vm(id)), &format!("guest{id}"));
    fake.write(&format!("/libxl/{id}/type"), kind);
}

fn started(kind: &str) -> FakeXenstored {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/0/name", "Domain-0");
    guest(&fake, 5, kind);
    fake
}

fn value(fake: &FakeXenstored, key: &str) -> String {
    fake.value(&format!("/local/domain/5/{key}")).unwrap_or_else(|| "nothing".into())
}

/// The tree but for what is about the connection.
fn tree(fake: &FakeXenstored) -> Vec<(String, Option<String>)> {
    fake.paths().into_iter().map(|path| (path.clone(), fake.value(&path))).collect()
}

fn changing(kind: u32) -> bool {
    [WRITE, MKDIR, RM, TRANSACTION_START, TRANSACTION_END].contains(&kind)
}

#[test]
fn a_guest_is_asked_for_poweroff_and_reboot_in_its_control_directory() {
    for kind in ["pv", "pvh"] {
        let fake = started(kind);
        let host = open(&fake);
        assert_eq!(run(&host, 5, Change::Shutdown), Ok(()), "{kind}");
        assert_eq!(value(&fake, "control/shutdown"), "poweroff", "{kind}");
        assert_eq!(run(&host, 5, Change::Reboot), Ok(()), "{kind}");
        assert_eq!(value(&fake, "control/shutdown"), "reboot", "{kind}: a standing request is replaced");
        assert_eq!(fake.open_transactions(), 0);
    }
}

#[test]
fn an_emulated_machine_is_asked_only_where_its_guest_has_drivers() {
    let fake = started("hvm");
    let host = open(&fake);
    let (kind, why) = refusal(&host, 5, Change::Shutdown);
    assert_eq!(kind, Kind::Unsupported);
    assert!(why.contains("no drivers for Xen") && why.contains("power button"), "{why}");
    assert_eq!(value(&fake, "control/shutdown"), "");
    fake.write("/local/domain/5/device/vif/0/state", "1");
    assert_eq!(refusal(&host, 5, Change::Shutdown).0, Kind::Unsupported, "nobody has connected it yet");
    fake.write("/local/domain/5/device/vbd/51712/state", "4");
    assert_eq!(run(&host, 5, Change::Shutdown), Ok(()), "an old kernel says nothing of what it obeys");
    fake.remove("/local/domain/5/device");
    fake.write("/local/domain/5/control/feature-reboot", "1");
    assert_eq!(run(&host, 5, Change::Reboot), Ok(()));
    assert_eq!(value(&fake, "control/shutdown"), "reboot");
}

#[test]
fn the_type_is_told_by_older_toolstacks_too() {
    let fake = started("hvm");
    fake.remove("/libxl/5/type");
    fake.write(&format!("{}/image/ostype", vm(5)), "hvm");
    assert_eq!(refusal(&open(&fake), 5, Change::Shutdown).0, Kind::Unsupported);
    fake.write(&format!("{}/image/ostype", vm(5)), "linux");
    assert_eq!(run(&open(&fake), 5, Change::Shutdown), Ok(()));
}

#[test]
fn a_guest_that_says_it_does_not_obey_is_not_asked() {
    let fake = started("pv");
    fake.write("/local/domain/5/control/feature-poweroff", "0");
    let (kind, why) = refusal(&open(&fake), 5, Change::Shutdown);
    assert_eq!(kind, Kind::Unsupported);
    assert!(why.contains("does not obey poweroff"), "{why}");
    assert_eq!(run(&open(&fake), 5, Change::Reboot), Ok(()));
}

#[test]
fn a_domain_without_a_control_directory_cannot_be_asked() {
    let fake = started("pv");
    fake.remove("/local/domain/5/control");
    let (kind, why) = refusal(&open(&fake), 5, Change::Shutdown);
    assert_eq!(kind, Kind::Unsupported);
    assert!(why.contains("no control directory"), "{why}");
    let (kind, why) = refusal(&open(&fake), 77, Change::Shutdown);
    assert_eq!(kind, Kind::Unsupported);
    assert!(why.contains("no toolstack wrote anything"), "{why}");
}

#[test]
fn the_control_domain_is_never_asked_to_shut_down() {
    let fake = started("pv");
    fake.write("/local/domain/0/control/shutdown", "");
    let (kind, why) = refusal(&open(&fake), 0, Change::Shutdown);
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("control domain"), "{why}");
    assert!(!fake.take_log().iter().any(|request| changing(request.0)));
}

#[test]
fn a_target_is_written_in_kib_less_the_display() {
    let fake = started("hvm");
    let host = open(&fake);
    assert_eq!(run(&host, 5, Change::SetMemory(KiB(300_000))), Ok(()));
    assert_eq!(value(&fake, "memory/target"), "300000");
    fake.write("/local/domain/5/memory/videoram", "8192");
    assert_eq!(run(&host, 5, Change::SetMemory(KiB(300_000))), Ok(()));
    assert_eq!(value(&fake, "memory/target"), "291808");
    fake.write("/local/domain/5/memory/videoram", "-1");
    assert_eq!(run(&host, 5, Change::SetMemory(KiB(1_048_576))), Ok(()), "the limit itself may be reached");
    assert_eq!(value(&fake, "memory/target"), "1048576");
}

#[test]
fn memory_beyond_its_bounds_is_refused_with_the_numbers() {
    let fake = started("pv");
    fake.write("/local/domain/0/memory/static-max", "4000000");
    let before = tree(&fake);
    let host = open(&fake);
    for (id, amount, told) in [
        (5, 0, "needs 4096 KiB at least"),
        (5, 4095, "needs 4096 KiB at least"),
        (5, 1_048_577, "to 1048577 KiB: it was started with 1048576 KiB at most"),
        (0, 131_071, "needs 131072 KiB at least"),
        (0, 4_000_001, "4000000 KiB at most"),
    ] {
        let (kind, why) = refusal(&host, id, Change::SetMemory(KiB(amount)));
        assert_eq!(kind, Kind::Refused, "{why}");
        assert!(why.contains(told), "{why}");
    }
    assert_eq!(tree(&fake), before);
    fake.write("/local/domain/5/memory/videoram", "8192");
    let (kind, why) = refusal(&host, 5, Change::SetMemory(KiB(8192)));
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("display alone takes 8192 KiB"), "{why}");
}

#[test]
fn the_control_domain_shrinks_too() {
    let fake = started("pv");
    assert_eq!(run(&open(&fake), 0, Change::SetMemory(KiB(1 << 20))), Ok(()));
    assert_eq!(fake.value("/local/domain/0/memory/target").as_deref(), Some("1048576"));
}

#[test]
fn so_many_vcpus_are_online_as_were_asked_for() {
    let fake = started("pv");
    for vcpu in 4..12 {
        fake.write(&format!("/local/domain/5/cpu/{vcpu}/availability"), "offline");
    }
    let host = open(&fake);
    for count in [1, 12, 3, 11] {
        assert_eq!(run(&host, 5, Change::SetVcpus(count)), Ok(()));
        let online: Vec<u32> =
            (0..12).filter(|vcpu| value(&fake, &format!("cpu/{vcpu}/availability")) == "online").collect();
        assert_eq!(online, (0..count).collect::<Vec<_>>(), "by number, not as text");
    }
}

#[test]
fn no_vcpus_and_more_than_there_are_are_refused_before_any_write() {
    let fake = started("pv");
    let host = open(&fake);
    fake.take_log();
    for (count, told) in [(0, "needs one at least"), (5, "to 5 vCPUs: it was started with 4 at most")] {
        let (kind, why) = refusal(&host, 5, Change::SetVcpus(count));
        assert_eq!(kind, Kind::Refused);
        assert!(why.contains(told), "{why}");
    }
    assert!(!fake.take_log().iter().any(|request| request.0 == WRITE));
}

#[test]
fn vcpus_of_an_emulated_machine_are_the_toolstacks_to_plug() {
    let fake = started("hvm");
    let (kind, why) = refusal(&open(&fake), 5, Change::SetVcpus(1));
    assert_eq!(kind, Kind::Unsupported, "so that the next driver is asked");
    assert!(why.contains("device model"), "{why}");
    fake.write("/libxl/5/type", "pv");
    fake.remove("/local/domain/5/cpu");
    assert_eq!(refusal(&open(&fake), 5, Change::SetVcpus(1)).0, Kind::Unsupported);
}

#[test]
fn a_name_is_written_in_both_places_at_once() {
    let fake = started("pv");
    fake.take_log();
    assert_eq!(run(&open(&fake), 5, Change::Rename("größer 2".into())), Ok(()));
    assert_eq!(value(&fake, "name"), "größer 2");
    assert_eq!(fake.value(&format!("{}/name", vm(5))).as_deref(), Some("größer 2"));
    let log: Vec<u32> =
        fake.take_log().into_iter().map(|request| request.0).filter(|&k| changing(k)).collect();
    assert_eq!(log, [TRANSACTION_START, WRITE, WRITE, TRANSACTION_END]);
}

#[test]
fn a_bad_name_is_refused_and_nothing_is_written() {
    let fake = started("pv");
    guest(&fake, 6, "pv");
    let before = tree(&fake);
    let host = open(&fake);
    let long = "n".repeat(256);
    for (name, told) in [
        ("", "a letter at least"),
        (&*long, "255 bytes at most, and this has 256"),
        ("a/b", "must not hold a /"),
        ("a\u{1b}[2J", "steer a terminal"),
        ("a\u{202e}b", "steer a terminal"),
        ("a\nb", "steer a terminal"),
        ("a\0b", "steer a terminal"),
        (" a", "begin or end with a space"),
        ("42", "taken for an id"),
        ("guest6", "domain 6 is called guest6 already"),
        ("Domain-0", "domain 0 is called Domain-0 already"),
    ] {
        let (kind, why) = refusal(&host, 5, Change::Rename(name.into()));
        assert_eq!(kind, Kind::Refused, "{name:?}: {why}");
        assert!(why.contains(told), "{name:?}: {why}");
    }
    assert_eq!(tree(&fake), before);
    assert_eq!(run(&host, 5, Change::Rename("guest5".into())), Ok(()), "its own name is nobody else's");
    assert_eq!(run(&host, 5, Change::Rename("n".repeat(255))), Ok(()));
}

#[test]
fn a_name_is_unique_among_a_thousand() {
    let fake = started("pv");
    for id in 100..1400 {
        fake.write(&format!("/local/domain/{id}/name"), &format!("guest{id}"));
    }
    let (kind, why) = refusal(&open(&fake), 5, Change::Rename("guest1399".into()));
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("domain 1399"), "{why}");
}

#[test]
fn a_change_never_hits_the_domain_that_got_the_id() {
    let fake = started("pv");
    fake.write("/local/domain/5/vm", &vm(6));
    let before = tree(&fake);
    let host = open(&fake);
    let all = [
        Change::Shutdown,
        Change::Reboot,
        Change::SetMemory(KiB(300_000)),
        Change::SetVcpus(1),
        Change::Rename("other".into()),
    ];
    for change in all {
        let (kind, why) = refusal(&host, 5, change.clone());
        assert_eq!(kind, Kind::NoDomain, "{change:?}");
        assert!(why.contains("its id was given to another"), "{why}");
    }
    assert_eq!(tree(&fake), before);
    assert_eq!(fake.open_transactions(), 0);
}

#[test]
fn a_domain_the_sampler_saw_replaced_is_not_changed() {
    let fake = started("pv");
    fake.remove("/local/domain/5/vm");
    let xenstore = Arc::new(Xenstore::at(places(&fake)).unwrap());
    let host = controller(&xenstore);
    let other = DomainKey { uuid: Uuid::from_u128(99), ..key(5) };
    xenstore.identify(&mut [Domain { key: other, ..Domain::default() }]).unwrap();
    assert_eq!(refusal(&host, 5, Change::Shutdown).0, Kind::NoDomain);
}

#[test]
fn what_others_write_meanwhile_makes_all_of_it_begin_again() {
    let fake = started("pv");
    let host = open(&fake);
    for amount in [1, 2, 3] {
        fake.interfere("/local/domain/5/memory/static-max", &(600_000 + amount).to_string());
    }
    let (kind, why) = refusal(&host, 5, Change::SetMemory(KiB(700_000)));
    assert_eq!(kind, Kind::Refused, "the second look sees what the first did not: {why}");
    assert!(why.contains("600001 KiB at most"), "{why}");
    assert_eq!(run(&host, 5, Change::SetMemory(KiB(500_000))), Ok(()));
    assert_eq!(value(&fake, "memory/target"), "500000");
    assert_eq!(value(&fake, "memory/static-max"), "600003");
    assert_eq!(fake.open_transactions(), 0);
}

#[test]
fn a_store_that_never_comes_to_rest_is_given_up_and_the_connection_kept() {
    let fake = started("pv");
    let xenstore = Arc::new(Xenstore::at(places(&fake)).unwrap());
    let host = controller(&xenstore);
    for count in 0..100 {
        fake.interfere("/local/domain/9/data/noise", &count.to_string());
    }
    let (kind, why) = refusal(&host, 5, Change::Shutdown);
    assert_eq!(kind, Kind::Failed);
    assert!(why.contains("others kept writing") && why.contains("try again"), "{why}");
    assert_eq!(value(&fake, "control/shutdown"), "");
    assert_eq!((xenstore.light(), fake.accepted(), fake.open_transactions()), (Light::Ready, 1, 0));
}

#[test]
fn a_refused_write_is_told_in_words_and_leaves_nothing_and_keeps_the_connection() {
    for (name, expected, told) in [
        ("EACCES", Kind::Denied, "does not let this domain write"),
        ("EROFS", Kind::Denied, "for reading only"),
        ("ENOSPC", Kind::Failed, "no room"),
        ("EBUSY", Kind::Failed, "busy"),
        ("EIO", Kind::Failed, "EIO"),
    ] {
        let fake = started("pv");
        let before = tree(&fake);
        fake.refuse_writes("/", name);
        let xenstore = Arc::new(Xenstore::at(places(&fake)).unwrap());
        let host = controller(&xenstore);
        let (kind, why) = refusal(&host, 5, Change::Rename("other".into()));
        assert_eq!(kind, expected, "{why}");
        assert!(why.starts_with("rename domain 5: ") && why.contains(told), "{why}");
        assert_eq!(tree(&fake), before, "{name}");
        assert_eq!((xenstore.light(), fake.open_transactions()), (Light::Ready, 0), "{name}");
    }
}

#[test]
fn a_change_that_fails_half_way_leaves_nothing_of_its_first_half() {
    let fake = started("pv");
    let before = tree(&fake);
    fake.refuse_writes("/vm/", "ENOSPC");
    let (kind, why) = refusal(&open(&fake), 5, Change::Rename("other".into()));
    assert_eq!((kind, tree(&fake)), (Kind::Failed, before), "{why}");
    let before = tree(&fake);
    fake.refuse_writes("/local/domain/5/cpu/3", "ENOSPC");
    let (kind, why) = refusal(&open(&fake), 5, Change::SetVcpus(4));
    assert_eq!((kind, tree(&fake)), (Kind::Failed, before), "{why}");
}

#[test]
fn a_change_to_a_xenstored_that_hangs_ends_by_its_deadline() {
    let fake = started("pv");
    let patient = Places { patience: Duration::from_millis(100), ..places(&fake) };
    let xenstore = Arc::new(Xenstore::at(patient).unwrap());
    let host = controller(&xenstore);
    fake.hang(true);
    assert_eq!(refusal(&host, 5, Change::Shutdown).0, Kind::TimedOut);
    assert!(matches!(xenstore.light(), Light::Down(_)));
}

#[test]
fn standing_requests_are_told_and_those_taken_up_are_not() {
    let fake = started("pv");
    guest(&fake, 6, "pv");
    guest(&fake, 7, "pv");
    fake.write("/local/domain/5/control/shutdown", "poweroff");
    fake.write("/local/domain/7/control/shutdown", "re\u{1b}boot");
    fake.remove("/local/domain/6/control/shutdown");
    fake.withhold(READ, 4);
    let xenstore = Xenstore::at(places(&fake)).unwrap();
    let mut standing = Vec::new();
    let off = DomainKey { id: None, ..key(8) };
    xenstore.requests(&[key(5), key(6), key(7), off, key(9)], &mut standing).unwrap();
    let told: Vec<_> = standing.iter().map(|(key, word)| (key.id.unwrap().0, word.shown())).collect();
    assert_eq!(told, [(5, "poweroff"), (7, "re␛boot")], "in one burst");
    fake.write("/local/domain/5/control/shutdown", "");
    standing.clear();
    xenstore.requests(&[key(5)], &mut standing).unwrap();
    assert_eq!(standing, []);
}

/// Devices of a domain as libxl lists them, one of them served by another domain.
fn devices(fake: &FakeXenstored, id: u32) {
    for (host, kind, device) in [(0, "vbd", "51712"), (3, "vif", "0"), (0, "vfb", "0")] {
        let backend = format!("/local/domain/{host}/backend/{kind}/{id}/{device}");
        fake.write(&format!("{backend}/state"), "4");
        fake.write(&format!("/local/domain/{id}/device/{kind}/{device}/backend"), &backend);
        if kind != "vfb" {
            fake.write(&format!("/libxl/{id}/device/{kind}/{device}/backend"), &backend);
        }
    }
}

/// A host where the hypervisor destroys without anybody's help.
fn destroyer(fake: &FakeXenstored) -> Controller {
    let mut other = Recording::hypervisor("hypervisor", &Tape::default(), Ok(())).opened();
    other.0.hypervisor = true;
    let xenstore = Arc::new(Xenstore::at(places(fake)).unwrap());
    let mine: Opened = (xenstore.info(), Ok(xenstore as _));
    assemble(HostId(0), vec![other, mine], true).unwrap().controller.unwrap()
}

fn destroy(host: &Controller, id: u32) -> Trail {
    host.run(&Request::Domain(key(id), Change::Destroy)).expect("destroyed")
}

#[test]
fn a_domain_destroyed_without_its_toolstack_leaves_nothing_and_others_keep_all() {
    let fake = started("pv");
    devices(&fake, 5);
    guest(&fake, 55, "pv");
    devices(&fake, 55);
    for id in [5, 55] {
        fake.write(&format!("/local/domain/0/device-model/{id}/state"), "running");
    }
    let others: Vec<_> = {
        let of_five = |path: &str| {
            path.starts_with("/local/domain/5/")
                || path.starts_with("/libxl/5/")
                || path.starts_with(&vm(5))
                || path.starts_with("/local/domain/0/device-model/5/")
                || (path.contains("/backend/") && path.contains("/5/"))
        };
        tree(&fake).into_iter().filter(|(path, _)| !of_five(path)).collect()
    };
    let trail = destroy(&destroyer(&fake), 5);
    assert_eq!(trail.0.len(), 1, "nothing went wrong: {trail}");
    assert_eq!(tree(&fake), others);
    assert_eq!(fake.open_transactions(), 0);
}

#[test]
fn what_belongs_to_the_next_domain_with_the_id_stays() {
    let fake = started("pv");
    devices(&fake, 5);
    fake.write("/local/domain/5/vm", &vm(6));
    let vms = |fake: &FakeXenstored| fake.paths().iter().any(|path| path.starts_with(&vm(5)));
    assert!(vms(&fake));
    let before: Vec<_> = tree(&fake).into_iter().filter(|(path, _)| !path.starts_with(&vm(5))).collect();
    destroy(&destroyer(&fake), 5);
    assert_eq!(tree(&fake), before, "only the VM's own directory went");
}

#[test]
fn a_vm_that_runs_again_under_another_id_keeps_its_directory() {
    let fake = started("pv");
    guest(&fake, 8, "pv");
    fake.write("/local/domain/8/vm", &vm(5));
    destroy(&destroyer(&fake), 5);
    assert_eq!(fake.value(&format!("{}/name", vm(5))).as_deref(), Some("guest5"));
    assert!(!fake.paths().iter().any(|path| path.starts_with("/local/domain/5/")));
}

#[test]
fn cleaning_up_twice_or_after_nothing_is_no_error() {
    let fake = started("pv");
    let host = destroyer(&fake);
    for id in [5, 5, 99] {
        assert_eq!(destroy(&host, id).0.len(), 1);
    }
}

#[test]
fn a_backend_a_guest_made_up_is_not_removed() {
    let fake = started("pv");
    guest(&fake, 55, "pv");
    devices(&fake, 55);
    fake.write("/local/domain/5/device/vif/0/backend", "/local/domain/0/backend/vbd/55/51712");
    fake.write("/local/domain/5/device/vif/1/backend", "/local/domain/55/name");
    let of_other = |fake: &FakeXenstored| {
        tree(fake).into_iter().filter(|(path, _)| path.contains("55")).collect::<Vec<_>>()
    };
    let before = of_other(&fake);
    destroy(&destroyer(&fake), 5);
    assert_eq!(of_other(&fake), before);
}

#[test]
fn a_clean_up_that_fails_is_told_beside_the_destroying() {
    let fake = started("pv");
    let host = destroyer(&fake);
    fake.refuse_writes("/", "EACCES");
    let trail = destroy(&host, 5);
    let reason = trail.0[1].refused.as_ref().expect("it failed");
    assert!(trail.done(), "the domain has ended all the same");
    assert!(reason.message.starts_with("remove what domain 5 left in xenstore"), "{}", reason.message);
}

#[test]
fn a_session_for_looking_sends_no_byte_that_changes() {
    let fake = started("pv");
    let before = tree(&fake);
    let xenstore = Arc::new(Xenstore::at_read_only(places(&fake)).unwrap());
    let host = controller(&xenstore);
    fake.take_log();
    let all = [
        Change::Shutdown,
        Change::Reboot,
        Change::SetMemory(KiB(300_000)),
        Change::SetVcpus(1),
        Change::Rename("other".into()),
    ];
    for change in all {
        let (kind, why) = refusal(&host, 5, change);
        assert_eq!(kind, Kind::Refused);
        assert!(why.contains("for looking only"), "{why}");
    }
    assert_eq!(fake.take_log(), [], "not even a transaction is begun");
    let mut domains = [Domain { key: key(5), ..Domain::default() }];
    xenstore.identify(&mut domains).unwrap();
    assert_eq!(domains[0].name.shown(), "guest5");
    assert!(!xenstore.facts(key(5)).unwrap().is_empty());
    assert!(!fake.take_log().iter().any(|request| changing(request.0)));
    assert_eq!(tree(&fake), before);
}

#[test]
fn a_connection_made_again_is_fenced_like_the_first() {
    let fake = started("pv");
    let xenstore = Arc::new(Xenstore::at_read_only(places(&fake)).unwrap());
    let host = controller(&xenstore);
    fake.die();
    fake.restart();
    let mut domains = [Domain { key: key(5), ..Domain::default() }];
    let _ = xenstore.identify(&mut domains);
    let later =
        domtop::model::Stamp { mono: domtop::model::Nanos(3_000_000_000), wall: domtop::model::Nanos(0) };
    xenstore.begin(later, &domtop::model::Demand::default());
    xenstore.identify(&mut domains).expect("it is back");
    fake.take_log();
    assert_eq!(refusal(&host, 5, Change::Shutdown).0, Kind::Refused);
    assert_eq!(fake.take_log(), []);
}
