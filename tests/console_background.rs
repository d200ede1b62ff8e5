//! Laws of consoles that are read in the background, over the simulated host's ptys.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    thread,
    time::{Duration, Instant},
};

use domtop::{
    console::background::Background,
    driver::{Session, session},
    model::{
        DomainKey, DomainState, HostId, Kind,
        request::{Change, Request},
        uri::{TestHost, Uri},
    },
};

const PATIENCE: Duration = Duration::from_secs(30);

fn host() -> Session {
    session::open(&Uri::Test(TestHost::default()), HostId(0)).unwrap()
}

fn until(what: &str, shows: impl Fn() -> bool) {
    let start = Instant::now();
    while !shows() {
        assert!(start.elapsed() < PATIENCE, "{what}: not seen");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Starts a domain that is off.
fn start_one(host: &Session) {
    let mut domains = Vec::new();
    host.reader.read_domains(&mut domains).unwrap();
    let off = domains.iter().find(|domain| domain.state == DomainState::Off).unwrap().key;
    host.controller.as_ref().unwrap().run(&Request::Domain(off, Change::Start)).unwrap();
}

/// Read in the background, and the first of the domains that are.
fn reading(host: &Session, most: usize) -> (Background, DomainKey) {
    let background = Background::start(host.consoles.clone(), most).unwrap();
    let running = host.consoles.running().unwrap();
    let has = |key: &&DomainKey| host.consoles.list(**key).is_ok_and(|ttys| !ttys.is_empty());
    let all = running.iter().filter(has).count();
    until("every console that runs is read", || background.count() == all);
    (background, running[0])
}

#[test]
fn who_opens_a_console_gets_what_came_before_and_reads_on_alone() {
    let host = host();
    let (background, key) = reading(&host, 1 << 16);
    let tty = host.consoles.list(key).unwrap().remove(0);
    assert_eq!(
        host.consoles.watch(&tty).err().unwrap().kind,
        Kind::Refused,
        "two would take from each other"
    );
    until("its boot log is kept", || background.kept(key) > 500);
    let before = String::from_utf8(background.hand_over(key)).unwrap();
    assert!(before.contains("Linux version"), "{before:?}");
    assert!(host.consoles.watch(&tty).is_ok(), "it was let go");
    assert_eq!(background.hand_over(key), b"");
}

#[test]
fn what_is_kept_is_bounded_and_begins_with_a_line() {
    let host = host();
    let (background, key) = reading(&host, 200);
    until("its ring is full", || background.kept(key) == 200);
    let before = background.hand_over(key);
    assert!(!before.is_empty() && before.len() <= 200, "{}", before.len());
    let text = String::from_utf8(before).unwrap();
    assert!(!text.starts_with("Linux"), "it begins in the middle: {text:?}");
}

#[test]
fn a_console_that_is_open_is_left_alone_until_it_is_given_back() {
    let host = host();
    let (background, key) = reading(&host, 1 << 16);
    let count = background.count() - 1;
    background.hand_over(key);
    // One that is found was found by a look that came after, and to which the console was to be had as well.
    start_one(&host);
    until("one that began since is read", || background.count() > count);
    assert_eq!(background.count(), count + 1);
    let tty = host.consoles.list(key).unwrap().remove(0);
    assert!(host.consoles.watch(&tty).is_ok(), "nobody else reads it");
    background.give_back(key);
    until("it is read again", || background.count() == count + 2);
}
