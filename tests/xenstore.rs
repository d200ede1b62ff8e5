//! Laws of the xenstore driver, against a small xenstored.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;

use std::{path::PathBuf, time::Duration};

use domtop::{
    driver::{
        Observe,
        xen::xenstore::{Places, Xenstore},
    },
    model::{Demand, Domain, DomainId, DomainKey, GuestType, KiB, Kind, Light, Nanos, Reading, Stamp},
};
use fake_xenstored::{FakeXenstored, READ, UNWATCH, WATCH};
use uuid::Uuid;

const SECOND: u64 = 1_000_000_000;

/// Generous: only a test of silence waits that long.
const PATIENCE: Duration = Duration::from_secs(20);

fn places(socket: PathBuf, patience: Duration) -> Places {
    let nowhere = PathBuf::from("/nonexistent");
    Places {
        peers: vec![socket],
        proc: nowhere.clone(),
        sys: nowhere.clone(),
        shm: nowhere.clone(),
        pts: nowhere.clone(),
        locks: nowhere,
        patience,
    }
}

fn open(fake: &FakeXenstored) -> Xenstore {
    Xenstore::at(places(fake.socket(), PATIENCE)).unwrap()
}

fn impatient(fake: &FakeXenstored) -> Xenstore {
    Xenstore::at(places(fake.socket(), Duration::from_millis(100))).unwrap()
}

fn domain(id: u32) -> Domain {
    numbered(id, u128::from(id))
}

fn numbered(id: u32, uuid: u128) -> Domain {
    let key = DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(uuid) };
    Domain { key, ..Domain::default() }
}

fn begin(xenstore: &Xenstore, at: u64) {
    let at = Stamp { mono: Nanos(at), wall: Nanos(0) };
    xenstore.begin(at, &Demand::default());
}

/// Ticks until nothing is asked any more.
fn settle(xenstore: &Xenstore, fake: &FakeXenstored, domains: &mut [Domain]) {
    for _ in 0..100 {
        begin(xenstore, 0);
        xenstore.identify(domains).unwrap();
        if fake.take_log().is_empty() {
            return;
        }
    }
    panic!("the driver never comes to rest");
}

/// Ticks until `done`, for what comes by a socket in its own time.
fn until(xenstore: &Xenstore, domains: &mut [Domain], done: impl Fn(&[Domain]) -> bool) {
    for _ in 0..2000 {
        begin(xenstore, 0);
        xenstore.identify(domains).unwrap();
        if done(domains) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("what was waited for did not come: {domains:?}");
}

#[test]
fn a_domain_is_known_by_its_name_its_target_and_its_type() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/0/name", "Domain-0");
    fake.write("/local/domain/7/name", "web\u{1b}[2J");
    fake.write("/local/domain/7/memory/target", "524288");
    fake.write("/libxl/7/type", "pvh");
    fake.write(&format!("/vm/{}/image/ostype", Uuid::from_u128(8)), "hvm");
    fake.write("/local/domain/8/memory/target", "lots");
    let mut domains = [domain(0), domain(7), domain(8), Domain::default()];
    open(&fake).identify(&mut domains).unwrap();
    assert_eq!(domains.each_ref().map(|d| d.name.shown()), ["Domain-0", "web␛[2J", "", ""]);
    assert_eq!(domains[1].target, Reading::Known(KiB(524_288)));
    assert_eq!(domains[1].guest, Reading::Known(GuestType::Pvh));
    assert_eq!(domains[2].guest, Reading::Known(GuestType::Hvm));
    assert!(matches!(domains[2].target, Reading::Failed(_)), "a target that is no number is not 0");
    assert_eq!(domains[0].guest, Reading::Unsupported, "what nobody wrote stays what it was");
}

#[test]
fn missing_keys_are_normal() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains = [domain(3)];
    xenstore.identify(&mut domains).unwrap();
    assert_eq!((domains[0].name.raw(), &domains[0].target), ("", &Reading::Unsupported));
    assert_eq!(xenstore.light(), Light::Ready);
}

#[test]
fn a_warm_tick_sends_nothing() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains: Vec<Domain> = (0..50).map(domain).collect();
    settle(&xenstore, &fake, &mut domains);
    for tick in 0..100 {
        begin(&xenstore, tick * SECOND);
        xenstore.identify(&mut domains).unwrap();
    }
    assert_eq!(fake.take_log(), []);
}

#[test]
fn a_thousand_names_take_one_burst() {
    let fake = FakeXenstored::start();
    for id in 0..1000 {
        fake.write(&format!("/local/domain/{id}/name"), &format!("guest{id}"));
    }
    // No answer before the last request of its kind: who waits for one in between waits for ever.
    fake.withhold(WATCH, 2002);
    fake.withhold(READ, 4000);
    let mut domains: Vec<Domain> = (0..1000).map(domain).collect();
    open(&fake).identify(&mut domains).unwrap();
    assert!(domains.iter().all(|d| d.name.raw() == format!("guest{}", d.key.id.unwrap().0)));
    // A change after the watch fires, one before the read is read: in this order none is missed.
    let log = fake.take_log();
    assert!(log.iter().rposition(|r| r.0 == WATCH) < log.iter().position(|r| r.0 == READ));
}

#[test]
fn ten_thousand_domains_fit() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/32000/name", "last");
    let mut domains: Vec<Domain> = (0..10_000).map(|i| domain(i * 3 + 2003)).collect();
    let xenstore = open(&fake);
    settle(&xenstore, &fake, &mut domains);
    assert_eq!(domains[9999].name.raw(), "last");
    assert_eq!(fake.watches(), 20_002);
}

#[test]
fn a_rename_is_seen_by_its_watch() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/5/name", "old");
    fake.write("/local/domain/6/name", "other");
    let xenstore = open(&fake);
    let mut domains = [domain(5), domain(6)];
    fake.write("/libxl/5/type", "pv");
    settle(&xenstore, &fake, &mut domains);
    fake.write("/local/domain/5/name", "new");
    until(&xenstore, &mut domains, |d| d[0].name.raw() == "new");
    assert_eq!(fake.take_log(), [(READ, "/local/domain/5/name".into())], "only the key that changed is read");
}

#[test]
fn a_change_of_target_is_seen_by_its_watch() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains = [domain(5)];
    settle(&xenstore, &fake, &mut domains);
    fake.write("/local/domain/5/memory/target", "1024");
    until(&xenstore, &mut domains, |d| d[0].target == Reading::Known(KiB(1024)));
    assert_eq!(fake.take_log(), [(READ, "/local/domain/5/memory/target".into())]);
}

#[test]
fn a_name_written_after_the_domain_came_is_seen() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains = [domain(9)];
    settle(&xenstore, &fake, &mut domains);
    fake.write("/libxl/9/type", "pvh");
    fake.write("/local/domain/9/name", "late");
    until(&xenstore, &mut domains, |d| d[0].name.raw() == "late");
    assert_eq!(domains[0].guest, Reading::Known(GuestType::Pvh), "the type comes with the name");
}

#[test]
fn comings_are_a_hint_to_look_again_at_those_without_a_name() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/1/name", "named");
    let xenstore = open(&fake);
    let mut domains = [domain(1), domain(2)];
    settle(&xenstore, &fake, &mut domains);
    fake.announce("@introduceDomain");
    let asked = || fake.take_log().into_iter().map(|(_, path)| path).collect::<Vec<_>>();
    let mut paths = Vec::new();
    for _ in 0..2000 {
        begin(&xenstore, 0);
        xenstore.identify(&mut domains).unwrap();
        paths = asked();
        if !paths.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(paths.contains(&"/local/domain/2/name".into()), "{paths:?}");
    assert!(!paths.contains(&"/local/domain/1/name".into()), "{paths:?}");
}

#[test]
fn an_id_used_again_gets_its_own_name() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/4/name", "first");
    fake.write("/local/domain/4/memory/target", "1000");
    let xenstore = open(&fake);
    let mut domains = [numbered(4, 1)];
    settle(&xenstore, &fake, &mut domains);
    fake.remove("/local/domain/4");
    domains[0] = numbered(4, 2);
    xenstore.identify(&mut domains).unwrap();
    assert_eq!((domains[0].name.raw(), &domains[0].target), ("", &Reading::Unsupported));
    fake.write("/local/domain/4/name", "second");
    until(&xenstore, &mut domains, |d| d[0].name.raw() == "second");
    assert_eq!(fake.watches(), 4, "the watches of the first run are replaced, not added to");
}

#[test]
fn a_domain_torn_down_keeps_its_name_to_the_end() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/4/name", "dying");
    let xenstore = open(&fake);
    let mut domains = [domain(4)];
    settle(&xenstore, &fake, &mut domains);
    fake.remove("/local/domain/4");
    settle(&xenstore, &fake, &mut domains);
    assert_eq!(domains[0].name.raw(), "dying");
}

#[test]
fn domains_that_have_gone_are_watched_no_longer() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains: Vec<Domain> = (1..=3).map(domain).collect();
    settle(&xenstore, &fake, &mut domains);
    domains.remove(1);
    xenstore.identify(&mut domains).unwrap();
    let unwatched: Vec<String> =
        fake.take_log().into_iter().filter(|r| r.0 == UNWATCH).map(|r| r.1).collect();
    assert_eq!(unwatched, ["/local/domain/2/name", "/local/domain/2/memory/target"]);
    assert_eq!(fake.watches(), 2 * 2 + 2);
}

#[test]
fn a_restarted_xenstored_is_found_again() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/1/name", "before");
    let xenstore = open(&fake);
    let mut domains = [domain(1)];
    settle(&xenstore, &fake, &mut domains);
    fake.die();
    begin(&xenstore, SECOND);
    assert!(matches!(xenstore.light(), Light::Down(why) if why.contains("closed the connection")));
    let error = xenstore.identify(&mut domains).unwrap_err();
    assert_eq!((error.kind, domains[0].name.raw()), (Kind::Unreachable, "before"));
    fake.restart();
    fake.write("/local/domain/1/name", "after");
    begin(&xenstore, 2 * SECOND);
    xenstore.identify(&mut domains).unwrap();
    assert_eq!((xenstore.light(), domains[0].name.raw()), (Light::Ready, "after"));
    assert_eq!(fake.watches(), 4, "every watch is set again");
}

#[test]
fn a_silent_xenstored_is_asked_for_less_and_less_often() {
    let fake = FakeXenstored::start();
    fake.hang(true);
    let xenstore = impatient(&fake);
    for second in 0..64 {
        begin(&xenstore, second * SECOND);
        assert!(xenstore.identify(&mut [domain(1)]).is_err());
    }
    // Once when opened, then after pauses of 1, 2, 4, 8, 16, 16 and 16 seconds; the last may be a moment on its way.
    for _ in 0..2000 {
        if fake.accepted() > 7 {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(fake.accepted(), 1 + 7);
}

#[test]
fn a_hung_xenstored_holds_up_one_tick_only() {
    let fake = FakeXenstored::start();
    fake.write("/local/domain/1/name", "slow");
    let xenstore = impatient(&fake);
    fake.hang(true);
    let mut domains = [domain(1)];
    begin(&xenstore, 0);
    let first = xenstore.identify(&mut domains).unwrap_err();
    assert_eq!((first.kind, &*first.message), (Kind::TimedOut, "no answer from xenstored for 0.1 s"));
    assert!(matches!(xenstore.light(), Light::Down(_)));
    fake.take_log();
    for tick in 0..10 {
        begin(&xenstore, tick * SECOND / 10);
        assert_eq!(xenstore.identify(&mut domains).unwrap_err(), first);
    }
    assert_eq!((fake.accepted(), fake.take_log()), (1, vec![]), "nothing is tried while the pause lasts");
    fake.hang(false);
    // A busy machine may need more than one of these short looks.
    let found = (1..100).any(|minute| {
        begin(&xenstore, minute * 60 * SECOND);
        xenstore.identify(&mut domains).is_ok()
    });
    assert!(found, "it is found again");
    assert_eq!(domains[0].name.raw(), "slow");
}

#[test]
fn answers_may_come_in_odd_pieces() {
    let fake = FakeXenstored::start();
    fake.answer_in_pieces(7);
    fake.write("/local/domain/1/name", "a name longer than one piece");
    let mut domains = [domain(1), domain(2)];
    open(&fake).identify(&mut domains).unwrap();
    assert_eq!(domains[0].name.raw(), "a name longer than one piece");
}

#[test]
fn garbage_ends_the_connection_and_nothing_else() {
    let fake = FakeXenstored::start();
    let xenstore = open(&fake);
    let mut domains = [domain(1)];
    for garbage in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[2; 64], &[0; 16]] {
        fake.answer_garbage(Some(garbage));
        begin(&xenstore, 0);
        assert_eq!(xenstore.identify(&mut domains).unwrap_err().kind, Kind::Malformed);
        fake.answer_garbage(None);
        begin(&xenstore, 3600 * SECOND);
        xenstore.identify(&mut domains).unwrap();
        domains[0].key.uuid = Uuid::from_u128(u128::from(garbage[0]) << 8);
    }
}

#[test]
fn where_watches_are_refused_names_are_read_again_now_and_then() {
    let fake = FakeXenstored::start();
    fake.refuse_watches();
    fake.write("/local/domain/1/name", "old");
    let xenstore = open(&fake);
    let mut domains = [domain(1)];
    begin(&xenstore, SECOND);
    xenstore.identify(&mut domains).unwrap();
    assert!(matches!(xenstore.light(), Light::Degraded(_)));
    fake.write("/local/domain/1/name", "new");
    begin(&xenstore, 11 * SECOND);
    xenstore.identify(&mut domains).unwrap();
    assert_eq!(domains[0].name.raw(), "new");
}

#[test]
fn a_way_that_is_not_there_is_passed_by() {
    let fake = FakeXenstored::start();
    let mut places = places(fake.socket(), PATIENCE);
    places.peers.insert(0, "/nonexistent/xenstored/socket_ro".into());
    let xenstore = Xenstore::at(places).unwrap();
    assert_eq!(&*xenstore.info().peer, fake.socket().to_str().unwrap());
}

#[test]
fn where_nobody_listens_the_error_names_the_place() {
    let fake = FakeXenstored::start();
    fake.die();
    let error = Xenstore::at(places(fake.socket(), PATIENCE)).err().unwrap();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(*error.message, format!("connect to {}: connection refused", fake.socket().display()));
    let error = Xenstore::at(places("/nonexistent/socket".into(), PATIENCE)).err().unwrap();
    assert_eq!(
        (error.kind, &*error.message),
        (Kind::Unreachable, "connect to /nonexistent/socket: no such file or directory")
    );
}

#[test]
fn a_socket_nobody_listens_at_ends_the_search_before_the_devices() {
    let fake = FakeXenstored::start();
    fake.die();
    let mut places = places("/nonexistent/socket".into(), PATIENCE);
    // A file in the place of the kernel's device: it would be opened, and silent.
    places.peers.extend([fake.socket(), "/dev/null".into()]);
    let error = Xenstore::at(places.clone()).err().unwrap();
    assert!(error.message.ends_with("connection refused"), "{error}");
    places.peers.remove(1);
    assert_eq!(&*Xenstore::at(places).unwrap().info().peer, "/dev/null");
}
