//! Laws of the proxy: it shows what is there, costs the host the same for one watcher and for a thousand, and no
//! watcher harms another.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unreachable_pub, dead_code, reason = "a test")]

#[path = "support/proxy.rs"]
mod support;

use std::{
    io::{Read, Write},
    os::{
        fd::OwnedFd,
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use domtop::{
    driver::{
        Control, DriverInfo, Error, Observe, Session,
        proxy::{self, Proxy},
        session::{Opened, assemble},
    },
    model::{
        Demand, DomainKey, HostId, Hypervisor, Kind, Light, Nanos, Op, Reading, Snapshot, Stamp, Which,
        rates::Rates,
    },
    proxy::{Rules, Server, confine::make_room},
    sampler::{Sampler, stamp},
    wire::proxy::{Call, Inbox, MOST_MESSAGE, Message, Question, VERSION, Welcome},
};
use nix::{
    sys::{
        eventfd::EventFd,
        socket::{Backlog, listen},
    },
    time::{ClockId, clock_gettime},
};
use support::{Counted, PATIENCE, Served, Watcher, path, session, until};

const HOST: HostId = HostId(0);

fn quick() -> Rules {
    Rules { fastest: Nanos(20_000_000), ..Rules::default() }
}

fn every(millis: u64) -> Demand {
    Demand { interval: Some(Nanos(millis * 1_000_000)), ..Demand::default() }
}

/// A session through the proxy at this path.
fn through(served: &Served) -> Session {
    assemble(HOST, vec![opened(&served.path)], true).unwrap()
}

fn opened(path: &std::path::Path) -> Opened {
    let proxy: Arc<dyn Control> = Arc::new(Proxy::open(Some(path)).unwrap());
    (proxy.info(), Ok(proxy))
}

fn sample(session: &mut Session, demand: &Demand) -> Snapshot {
    let mut snapshot = Snapshot::default();
    session.reader.sample(stamp(), demand, &mut snapshot);
    snapshot
}

/// The same, where it came in time: after two seconds the driver gives what it has.
fn prompt(session: &mut Session, demand: &Demand) -> Snapshot {
    for _ in 0..30 {
        let start = Instant::now();
        let snapshot = sample(session, demand);
        if start.elapsed() < Duration::from_secs(2) {
            return snapshot;
        }
    }
    panic!("in thirty tries no sample came in time")
}

/// A way to the proxy over which every message comes alone, and a while after the one before.
fn dripping(served: &Served) -> std::path::PathBuf {
    let (path, to) = (path(), served.path.clone());
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for watcher in listener.incoming() {
            let (watcher, proxy) = (watcher.unwrap(), UnixStream::connect(&to).unwrap());
            let (mut calls, mut asked) = (watcher.try_clone().unwrap(), proxy.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut calls, &mut asked));
            thread::spawn(move || drip(proxy, watcher));
        }
    });
    path
}

fn drip(mut from: UnixStream, mut to: UnixStream) {
    let mut inbox = Inbox::new(MOST_MESSAGE);
    loop {
        while let Some((kind, body)) = inbox.next().unwrap() {
            let mut bytes = Vec::new();
            Message::of(kind, body).unwrap().put(&mut bytes);
            if to.write_all(&bytes).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(30));
        }
        match from.read(inbox.space()) {
            Ok(0) | Err(_) => return,
            Ok(count) => inbox.filled(count),
        }
    }
}

#[test]
fn what_is_seen_through_the_proxy_is_what_is_there() {
    let host = Arc::new(Counted::frozen("test:///default"));
    let served = Served::new(&host, quick());
    all_is_seen(&host, through(&served));
}

#[test]
fn what_is_seen_through_the_proxy_is_what_is_there_however_slowly_it_comes() {
    let host = Arc::new(Counted::frozen("test:///default"));
    let served = Served::new(&host, quick());
    let path = dripping(&served);
    all_is_seen(&host, assemble(HOST, vec![opened(&path)], true).unwrap());
    std::fs::remove_file(path).unwrap();
}

fn all_is_seen(host: &Arc<Counted>, mut proxied: Session) {
    let mut direct = session(host);
    let key = sample(&mut direct, &Demand::default()).domains[2].key;
    for demand in [
        Demand::default(),
        Demand { devices: true, ..every(100) },
        Demand { all_vcpus: true, ..every(100) },
        Demand { focus: Some(key), devices: true, ..every(50) },
        Demand { focus: Some(key), all_vcpus: true, devices: true, awaited: vec![key], ..every(50) },
    ] {
        let (here, there) = (sample(&mut direct, &demand), prompt(&mut proxied, &demand));
        assert_eq!(there.domains, here.domains, "{demand:?}");
        assert_eq!(there.vcpus, here.vcpus, "{demand:?}");
        assert_eq!(there.detail, here.detail, "{demand:?}");
        assert_eq!((&there.memory, &there.pcpus), (&here.memory, &here.pcpus));
        assert_eq!((&there.node, &there.hypervisor), (&here.node, &here.hypervisor));
        assert_eq!((&there.requests, &there.stale), (&here.requests, &here.stale));
    }
    assert_eq!(proxied.reader.host_log(0), direct.reader.host_log(0));
    assert_eq!(proxied.reader.configuration(key), direct.reader.configuration(key));
    for which in [Which::Live, Which::Kept] {
        assert_eq!(proxied.definitions.read(key, which), direct.definitions.read(key, which));
    }
}

#[test]
fn a_question_nobody_can_answer_says_why() {
    let host = Arc::new(Counted::frozen("test:///default"));
    let served = Served::new(&host, quick());
    let mut proxied = through(&served);
    sample(&mut proxied, &every(100));
    let gone = DomainKey { id: None, uuid: uuid::Uuid::from_u128(7) };
    let failure = proxied.reader.configuration(gone).unwrap_err();
    assert_eq!(failure.kind(), Kind::NoDomain, "{failure}");
    host.let_fail(Some(Op::HostLog));
    let failure = proxied.reader.host_log(9).unwrap_err();
    assert!(failure.to_string().contains("host-log broke"), "{failure}");
}

#[test]
fn rates_are_of_the_proxys_stamps_and_never_of_a_tick_without_a_sample() {
    let host = Arc::new(Counted::new("test:///default?domains=3"));
    let served = Served::new(&host, Rules { fastest: Nanos(60_000_000), ..Rules::default() });
    let sampler = Sampler::spawn(through(&served).reader, Nanos(10_000_000), Demand::default());
    let (mut last, mut rates, mut seen) = (None::<Arc<Snapshot>>, Rates::default(), 0);
    until("twenty snapshots", || {
        let now = sampler.snapshots.borrow().clone();
        if let Some(now) = now.filter(|now| last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, now))) {
            assert_eq!(now.stale, None);
            if let Some(last) = &last {
                assert!(last.at.mono < now.at.mono, "a snapshot is of another moment than the one before");
                rates.fill(Some(last), &now);
                // What the host's clock went on by is what the stamps say: a vCPU never ran longer than time passed.
                let spent = now.pcpus[0].idle.0 - last.pcpus[0].idle.0;
                assert!(spent <= rates.span.0, "{spent} of {}", rates.span.0);
                assert!(rates.domains.iter().all(|rate| rate.cpu.is_some()), "{rates:?}");
                seen += 1;
            }
            last = Some(now);
        }
        seen >= 20
    });
}

#[test]
fn a_thousand_watchers_cost_the_host_what_one_costs() {
    make_room();
    let host = Arc::new(Counted::new("test:///default"));
    let rules = Rules { most_clients: 1100, fastest: Nanos(50_000_000), ..Rules::default() };
    let served = Served::new(&host, rules);
    let mut one = Watcher::new(&served.path, &Demand { devices: true, ..every(50) });
    let key = one.take(1).domains[1].key;
    let demand = Demand { focus: Some(key), all_vcpus: true, devices: true, ..every(50) };
    let mut crowd: Vec<Watcher> = (0..1000).map(|_| Watcher::new(&served.path, &demand)).collect();
    for watcher in &mut crowd {
        watcher.take(1);
    }
    let ops = [Op::Domains, Op::Identify, Op::Traffic, Op::Vcpus, Op::HostMemory, Op::PcpuTimes];
    one.take(1);
    let before = ops.map(|op| host.calls(op));
    let moments = |one: &mut Watcher| one.take(1).at.mono;
    let (first, start) = (moments(&mut one), Instant::now());
    let mut last = first;
    for number in 0..10 {
        for watcher in &mut crowd {
            watcher.say(&Call::Ask(number, Question::Detail(key)));
        }
        last = moments(&mut one);
    }
    for watcher in &mut crowd {
        while watcher.answers.len() < 10 {
            assert!(watcher.hear(), "every question is answered");
        }
    }
    // A sample each interval at most, and one at either end.
    let after = ops.map(|op| host.calls(op));
    let ticks = Nanos::from(start.elapsed()).0 / 50_000_000 + 3;
    for (op, (before, after)) in ops.iter().zip(before.into_iter().zip(after)) {
        let calls = after - before;
        assert!((1..=ticks).contains(&calls), "{}: {calls} calls in {ticks} ticks", op.word());
    }
    assert!(last > first);
    let seconds = start.elapsed().as_secs();
    for op in [Op::Affinities, Op::ReadScheduler, Op::Devices, Op::Facts] {
        let calls = host.calls(op);
        assert!((1..=seconds + 2).contains(&calls), "{}: {calls} calls in {seconds} s", op.word());
    }
}

#[test]
fn without_a_watcher_nothing_is_read() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let mut asks = Watcher::silent(&served.path);
    asks.say(&Call::Hello(VERSION));
    asks.say(&Call::Ask(5, Question::HostLog(0)));
    while asks.answers.is_empty() {
        assert!(asks.hear());
    }
    assert_eq!((asks.answers, host.calls(Op::HostLog), host.calls(Op::Domains)), (vec![5], 1, 0));
}

#[test]
fn one_who_floods_is_cut_and_the_others_see_nothing_of_it() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let mut good = Watcher::new(&served.path, &every(20));
    good.take(1);
    let mut flood = Watcher::silent(&served.path);
    flood.say(&Call::Hello(VERSION));
    let mut bytes = Vec::new();
    (0..5000).for_each(|serial| Call::Demand(serial, every(20)).put(&mut bytes));
    let _ = flood.stream.write_all(&bytes);
    // What was in flight is dropped with a connection that is cut amid it: the word may not arrive.
    assert!(["too many calls", ""].contains(&&*flood.cut()));
    good.take(3);
}

#[test]
fn one_who_asks_and_does_not_wait_is_cut() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, Rules { open: 2, ..quick() });
    let mut asks = Watcher::silent(&served.path);
    asks.say(&Call::Hello(VERSION));
    let mut bytes = Vec::new();
    (0..100).for_each(|number| Call::Ask(number, Question::HostLog(number)).put(&mut bytes));
    let _ = asks.stream.write_all(&bytes);
    assert!(["too many questions at once", ""].contains(&&*asks.cut()));
}

#[test]
fn what_those_asked_who_have_left_is_not_asked_of_the_host() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, Rules { most_clients: 2, ..quick() });
    let mut good = Watcher::silent(&served.path);
    good.say(&Call::Hello(VERSION));
    let held = host.gate.lock().unwrap();
    good.say(&Call::Ask(1, Question::HostLog(0)));
    until("the host is asked", || host.calls(Op::HostLog) == 1);
    for turn in 0..30 {
        let mut flood = Watcher::silent(&served.path);
        flood.say(&Call::Hello(VERSION));
        // There is a place for it once the one before has left.
        until("it is let in", || {
            if !flood.hear() || flood.bye.is_some() {
                flood = Watcher::silent(&served.path);
                flood.say(&Call::Hello(VERSION));
            }
            flood.welcome.is_some()
        });
        (0..16)
            .for_each(|number| flood.say(&Call::Ask(number, Question::HostLog(1000 + turn * 16 + number))));
    }
    until("the last has left", || {
        let mut next = Watcher::silent(&served.path);
        next.say(&Call::Hello(VERSION));
        while next.welcome.is_none() && next.hear() {}
        next.welcome.is_some()
    });
    drop(held);
    good.say(&Call::Ask(2, Question::HostLog(1)));
    while good.answers.len() < 2 {
        assert!(good.hear(), "{:?}", good.bye);
    }
    assert_eq!((good.answers, host.calls(Op::HostLog)), (vec![1, 2], 2));
}

#[test]
fn a_socket_at_which_nobody_can_be_let_in_costs_nothing() {
    let host = Arc::new(Counted::new("test:///default"));
    let Session { reader, consoles, definitions, .. } = session(&host);
    let (connected, other) = UnixStream::pair().unwrap();
    drop(other);
    let listener = UnixListener::from(OwnedFd::from(connected));
    let mut server = Server::new((reader, consoles, definitions), listener, quick()).unwrap();
    let ends = Arc::new(EventFd::new().unwrap());
    let end = ends.clone();
    let spent = thread::spawn(move || {
        server.run(&end).unwrap();
        clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap()
    });
    thread::sleep(Duration::from_secs(3));
    ends.write(1).unwrap();
    let spent = Duration::from(spent.join().unwrap());
    assert!(spent < Duration::from_millis(300), "{spent:?} of 3 s");
}

#[test]
fn one_for_whom_more_waits_than_may_is_let_go_and_the_others_see_nothing_of_it() {
    let host = Arc::new(Counted::new("test:///default"));
    let rules = Rules { unsent: 256 << 10, calls: 1_000_000, open: 100_000, ..quick() };
    let served = Served::new(&host, rules);
    let mut good = Watcher::new(&served.path, &every(20));
    good.take(1);
    let mut greedy = Watcher::silent(&served.path);
    greedy.say(&Call::Hello(VERSION));
    let mut bytes = Vec::new();
    (0..20_000).for_each(|number| Call::Ask(number, Question::HostLog(0)).put(&mut bytes));
    let _ = greedy.stream.write_all(&bytes);
    assert!(["it leaves more untaken than there is room for", ""].contains(&&*greedy.cut()));
    assert!(greedy.answers.len() < 20_000);
    good.take(3);
}

#[test]
fn one_who_takes_nothing_is_given_the_last_sample_once_it_does() {
    let host = Arc::new(Counted::new("test:///default?domains=2000"));
    let served = Served::new(&host, quick());
    let demand = Demand { devices: true, ..every(20) };
    let mut good = Watcher::new(&served.path, &demand);
    let mut stalled = Watcher::new(&served.path, &demand);
    stalled.take(1);
    let then = good.take(30).at;
    // It finds what the socket held, and then the newest there is: not what came in between.
    let mut found = 0;
    while stalled.take(1).at.mono < then.mono {
        found += 1;
    }
    assert!(found < 10, "{found} samples were kept for it");
    good.take(1);
}

#[test]
fn one_who_takes_nothing_is_not_sampled_for_and_then_given_what_it_demanded_or_nothing() {
    let host = Arc::new(Counted::new("test:///default?domains=2000"));
    let served = Served::new(&host, Rules { stalled: Nanos(200_000_000), ..quick() });
    let mut good = Watcher::new(&served.path, &every(20));
    let focus = good.take(1).domains.iter().map(|row| row.key).find(|key| key.id.is_some());
    let mut stalled = Watcher::new(&served.path, &Demand { focus, devices: true, ..every(20) });
    stalled.take(1);
    let mut before = 0;
    until("nobody's CPUs are read for it", || {
        let calls = std::mem::replace(&mut before, host.calls(Op::Vcpus));
        good.take(20);
        calls == host.calls(Op::Vcpus)
    });
    let then = good.take(1).at;
    let mut since = 0;
    while since < 20 {
        let sample = stalled.take(1);
        assert!(!sample.vcpus.is_empty(), "a sample {since} later is without what was demanded");
        since += u32::from(sample.at.mono > then.mono);
    }
}

#[test]
fn half_a_call_and_no_hello_are_waited_for_so_long_and_no_longer() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, Rules { half: Duration::from_millis(300), ..quick() });
    let mut good = Watcher::new(&served.path, &every(20));
    let mut silent = Watcher::silent(&served.path);
    let mut half = Watcher::silent(&served.path);
    half.say(&Call::Hello(VERSION));
    half.stream.write_all(&[40, 0, 0, 0, 2, 1]).unwrap();
    assert_eq!(silent.cut(), "half a call came, and no more");
    assert_eq!(half.cut(), "half a call came, and no more");
    good.take(2);
    let mut wrong = Watcher::silent(&served.path);
    wrong.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(wrong.cut(), "what came is no call");
    let mut rude = Watcher::silent(&served.path);
    rude.say(&Call::Demand(1, every(20)));
    assert_eq!(rude.cut(), "it did not say hello");
    let mut twice = Watcher::silent(&served.path);
    twice.say(&Call::Hello(VERSION));
    twice.say(&Call::Hello(VERSION));
    assert_eq!(twice.cut(), "it said hello before");
    good.take(2);
}

#[test]
fn those_who_are_killed_amid_a_frame_leave_nothing_behind() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, Rules { most_clients: 4, ..quick() });
    let mut good = Watcher::new(&served.path, &every(20));
    for turn in 0..50 {
        let mut killed = Watcher::new(&served.path, &Demand { all_vcpus: true, ..every(20) });
        killed.say(&Call::Ask(turn, Question::HostLog(turn)));
        killed.stream.write_all(&[40, 0, 0]).unwrap();
        drop(killed);
        good.take(1);
    }
    assert!(good.bye.is_none());
}

#[test]
fn there_are_no_more_than_may_be() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, Rules { most_clients: 2, ..quick() });
    let mut first = Watcher::new(&served.path, &every(20));
    let mut second = Watcher::new(&served.path, &every(20));
    first.take(1);
    second.take(1);
    assert_eq!(Watcher::silent(&served.path).cut(), "as many watch already as may");
    drop(second);
    until("a place that was left is free", || {
        let mut next = Watcher::new(&served.path, &every(20));
        while next.samples == 0 && next.hear() {}
        next.samples > 0
    });
}

#[test]
fn a_proxy_that_comes_back_is_found_again_and_meanwhile_what_is_shown_is_old() {
    let host = Arc::new(Counted::frozen("test:///default"));
    let mut served = Served::new(&host, quick());
    let mut proxied = through(&served);
    let before = sample(&mut proxied, &every(20));
    assert_eq!((before.stale, &before.drivers[0].light), (None, &Light::Ready));
    served.end();
    let down = format!("no proxy at {}: reconnecting", served.path.display());
    until("the end is noticed", || {
        let gone = sample(&mut proxied, &every(20));
        // That it ends is no refusal of this user.
        assert!(gone.stale.as_deref().is_none_or(|why| why == down), "{:?}", gone.stale);
        gone.stale.as_deref() == Some(&*down) && gone.drivers[0].light == Light::Down(down.as_str().into())
    });
    let _again = Served::at(&served.path, &host, quick());
    until("the proxy is found again", || {
        let back = sample(&mut proxied, &every(20));
        back.stale.is_none() && back.domains == before.domains
    });
    assert!(proxied.reader.host_log(0).is_ok());
}

#[test]
fn a_proxy_that_hangs_is_not_shown_as_one_that_answers() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let mut proxied = through(&served);
    assert_eq!(prompt(&mut proxied, &every(20)).drivers[0].light, Light::Ready);
    let held = host.gate.lock().unwrap();
    let mut late = Snapshot::default();
    let at = stamp();
    let at = Stamp { mono: Nanos(at.mono.0 + 60_000_000_000), ..at };
    proxied.reader.sample(at, &every(20), &mut late);
    let why = late.stale.clone().unwrap();
    assert!(why.starts_with("the proxy sent no sample for "), "{why}");
    assert_eq!(late.drivers[0].light, Light::Degraded(why));
    drop(held);
    until("it answers again", || {
        let now = sample(&mut proxied, &every(20));
        now.stale.is_none() && now.drivers[0].light == Light::Ready
    });
}

#[test]
fn a_host_that_cannot_be_read_is_told_in_its_own_words() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let mut proxied = through(&served);
    let before = sample(&mut proxied, &every(20));
    host.let_fail(Some(Op::Domains));
    until("the failure is told", || {
        sample(&mut proxied, &every(20)).stale.as_deref() == Some("domains broke")
    });
    host.let_fail(Some(Op::HostMemory));
    until("the rest is told again", || {
        let now = sample(&mut proxied, &every(20));
        now.stale.is_none() && now.memory == Reading::Failed("host-memory broke".into())
    });
    let now = sample(&mut proxied, &every(20));
    assert_eq!(now.domains.len(), before.domains.len());
}

#[test]
fn what_was_demanded_is_in_the_sample_that_is_given_however_slowly_its_parts_come() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let path = dripping(&served);
    let mut proxied = assemble(HOST, vec![opened(&path)], true).unwrap();
    let rows = prompt(&mut proxied, &Demand::default()).domains;
    let running: Vec<DomainKey> = rows.iter().map(|row| row.key).filter(|key| key.id.is_some()).collect();
    assert!(running.len() > 5);
    for key in running {
        let seen = prompt(&mut proxied, &Demand { focus: Some(key), ..Demand::default() });
        let of: Vec<_> = seen.vcpus.iter().map(|vcpu| Some(vcpu.domain)).collect();
        assert!(!of.is_empty() && of.iter().all(|id| *id == key.id), "vCPUs of {key:?} are of {of:?}");
        assert_eq!(prompt(&mut proxied, &Demand::default()).vcpus, []);
    }
    drop(proxied);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn another_version_is_told_in_words() {
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    let speaks = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let welcome = Welcome { version: 99, program: "7.0".into(), ..Welcome::default() };
        let mut bytes = Vec::new();
        Message::Welcome(welcome).put(&mut bytes);
        stream.write_all(&bytes).unwrap();
        stream
    });
    let error = Proxy::open(Some(&path)).err().unwrap();
    assert_eq!(
        (error.kind, &*error.message),
        (
            Kind::Refused,
            "the proxy (domtop 7.0) speaks version 99 of its protocol, and this domtop version 1"
        )
    );
    assert!(error.hint.unwrap().contains("restart the proxy"));
    drop(speaks.join().unwrap());
    std::fs::remove_file(path).unwrap();
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    let mut old = Watcher::silent(&served.path);
    old.say(&Call::Hello(0));
    assert_eq!(old.cut(), "it speaks another version");
    // By this it tells its user which version the proxy speaks, and what to do.
    assert_eq!(old.welcome.map(|welcome| welcome.version), Some(VERSION));
}

#[test]
fn a_proxy_that_says_nothing_is_given_up() {
    let path = path();
    let _listener = UnixListener::bind(&path).unwrap();
    let start = Instant::now();
    let error = Proxy::open(Some(&path)).err().unwrap();
    assert_eq!((error.kind, &*error.message), (Kind::TimedOut, "the proxy gave no answer in time"));
    assert!(start.elapsed() < PATIENCE);
    std::fs::remove_file(path).unwrap();
    let error = Proxy::open(Some("/nonexistent/proxy.sock".as_ref())).err().unwrap();
    assert_eq!((error.kind, &*error.message), (Kind::Unreachable, "no proxy at /nonexistent/proxy.sock"));
}

#[test]
fn who_comes_while_others_wait_to_be_let_in_waits_for_its_turn() {
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    listen(&listener, Backlog::new(0).unwrap()).unwrap();
    let other = UnixStream::connect(&path).unwrap();
    let comes = {
        let path = path.clone();
        thread::spawn(move || Proxy::open(Some(&path)).map(drop))
    };
    // It is let in only after it began to wait, or the wait is not tried; it must not take long, for that has its end.
    thread::sleep(Duration::from_millis(100));
    let mut bytes = Vec::new();
    Message::Welcome(Welcome { version: VERSION, ..Welcome::default() }).put(&mut bytes);
    let let_in = thread::spawn(move || {
        let watchers = [listener.accept().unwrap().0, listener.accept().unwrap().0];
        watchers.map(|mut watcher| watcher.write_all(&bytes).map(|()| watcher))
    });
    assert_eq!(comes.join().unwrap(), Ok(()));
    assert!(let_in.join().unwrap().iter().all(Result::is_ok));
    drop(other);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_proxy_that_sends_without_end_is_given_up() {
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for watcher in listener.incoming() {
            let mut watcher = watcher.unwrap();
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let hypervisor = Hypervisor::default();
                let welcome = Welcome { version: VERSION, program: "9".into(), hypervisor, ops: Vec::new() };
                Message::Welcome(welcome).put(&mut bytes);
                let mut junk = Vec::new();
                (0..20_000).for_each(|number| Message::Served(number).put(&mut junk));
                while watcher.write_all(&bytes).is_ok() {
                    bytes.clone_from(&junk);
                }
            });
        }
    });
    let mut proxied = assemble(HOST, vec![opened(&path)], true).unwrap();
    // However many ticks find it so.
    let start = Instant::now();
    for _ in 0..2 {
        let seen = sample(&mut proxied, &every(20));
        assert!(seen.stale.is_some() && seen.domains.is_empty());
    }
    let failure = proxied.reader.host_log(0).unwrap_err();
    assert!(start.elapsed() < PATIENCE, "{:?}, and then {failure}", start.elapsed());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn through_the_proxy_nothing_changes_and_the_reason_is_told() {
    let host = Arc::new(Counted::new("test:///default"));
    let served = Served::new(&host, quick());
    assert!(Proxy::open(Some(&served.path)).unwrap().info().ops.iter().all(|op| !op.changes()));
    let alone = through(&served);
    assert!(alone.controller.is_none() && alone.typist.is_none());
    assert_eq!(alone.barred.as_deref(), Some("the proxy only reads: changing needs root"));
    let info = DriverInfo { ops: [Op::Destroy].into(), name: "hypervisor", ..proxy::info(None) };
    let denied = Error::new(Kind::Denied, "open /dev/xen/privcmd: permission denied");
    let barred = assemble(HOST, vec![(info, Err(denied)), opened(&served.path)], true).unwrap();
    assert!(barred.controller.is_none());
    assert_eq!(
        barred.barred.as_deref(),
        Some(
            "this user may do nothing itself (open /dev/xen/privcmd: permission denied), and the proxy only reads: \
             changing needs root"
        )
    );
    // Beside one that does change, the session is as open as that one is.
    let changes: Arc<dyn Control> = host.clone();
    let both = assemble(HOST, vec![(changes.info(), Ok(changes)), opened(&served.path)], true).unwrap();
    assert!(both.controller.is_some() && both.barred.is_none());
}
