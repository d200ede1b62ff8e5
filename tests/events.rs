//! What is made of two snapshots: everything that happened, and nothing that did not.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]
#![allow(unsafe_code, reason = "an allocator that counts")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/hosts.rs"]
mod hosts;

use std::sync::Arc;

use counting::allocations;
use domtop::model::{
    Affinity, CpuSet, Detail, Device, DeviceKind, Domain, DomainId, DomainKey, DomainState, DriverStatus,
    HostId, HostMemory, KiB, Light, Name, Nanos, Node, Op, Pcpu, Reading, SchedParams, ShutdownReason,
    Snapshot, Stamp, VcpuCount,
    event::{Deed, Event, Flow, HostNews, Life, Quality, Value, What, Who, attribute, diff},
};
use hosts::{MS, guest};
use proptest::prelude::*;
use uuid::Uuid;

/// A host with these domains, each of which has run.
fn host(names: &[(u32, &str)]) -> Snapshot {
    let mut domains: Vec<Domain> = names.iter().map(|(id, name)| guest(*id, name, 0.0).domain).collect();
    for domain in &mut domains {
        domain.cpu_time = Nanos(5_000 * MS);
    }
    let driver = |name: &str| DriverStatus { name: name.into(), ..DriverStatus::default() };
    Snapshot {
        at: Stamp { mono: Nanos(1000 * MS), wall: Nanos(1000 * MS) },
        node: Arc::new(Node { pcpus: vec![Pcpu { online: true, ..Pcpu::default() }; 4], ..Node::default() }),
        memory: Reading::Known(HostMemory { total: KiB(1000), free: KiB(500), ..HostMemory::default() }),
        drivers: vec![driver("hypervisor"), driver("xenstore")],
        domains,
        ..Snapshot::default()
    }
}

fn found(old: &Snapshot, new: &Snapshot) -> Vec<Event> {
    let mut found = Vec::new();
    diff(old, new, &mut found);
    found
}

/// What happens when this is done to a host of three.
fn after(change: impl FnOnce(&mut Snapshot)) -> Vec<(String, What, Who)> {
    let old = host(&[(1, "a"), (2, "b"), (3, "c")]);
    let mut new = old.clone();
    change(&mut new);
    let told = |event: Event| (event.label().into_owned(), event.what, event.who);
    found(&old, &new).into_iter().map(told).collect()
}

fn off(mut domain: Domain) -> Domain {
    (domain.key.id, domain.state, domain.memory) = (None, DomainState::Off, KiB(0));
    domain
}

#[test]
fn a_domain_that_comes_and_one_that_goes_are_told_by_name() {
    let came = after(|new| new.domains.push(guest(9, "new", 0.0).domain));
    assert_eq!(came, [("new".into(), What::Life(Life::Created(DomainState::Running)), Who::Tool)]);
    let went = after(|new| drop(new.domains.remove(1)));
    assert_eq!(went, [("b".into(), What::Life(Life::Gone(DomainState::Running)), Who::Tool)]);
}

#[test]
fn states_are_told_and_waiting_is_not_another_than_running() {
    use DomainState::{Blocked, Crashed, Dying, Paused, ShutDown, Unknown};
    for (to, who) in [
        (Paused, Who::Tool),
        (Crashed, Who::Guest),
        (ShutDown(ShutdownReason::Poweroff), Who::Guest),
        (ShutDown(ShutdownReason::Suspend), Who::Tool),
        (Dying, Who::Tool),
    ] {
        let told = after(|new| new.domains[0].state = to);
        assert_eq!(told, [("a".into(), What::Life(Life::State(DomainState::Running, to)), who)]);
    }
    for quiet in [Blocked, Unknown] {
        assert_eq!(after(|new| new.domains[0].state = quiet), [], "{quiet:?}");
    }
}

#[test]
fn each_thing_a_domain_has_is_told_with_what_it_was() {
    let number = Value::Number;
    for (change, what) in [
        ((|d| d.vcpus.online = 1) as fn(&mut Domain), What::Change(Quality::Vcpus, number(2), number(1))),
        (|d| d.vcpus.max = 8, What::Change(Quality::MaxVcpus, number(4), number(8))),
        (
            |d| d.max_memory = Reading::Known(KiB(7)),
            What::Change(Quality::Limit, Value::Memory(KiB(2 << 20)), Value::Memory(KiB(7))),
        ),
        (
            |d| d.name = Name::new("z"),
            What::Change(Quality::Name, Value::Text(Name::new("b")), Value::Text(Name::new("z"))),
        ),
    ] {
        let told = after(|new| change(&mut new.domains[1]));
        assert_eq!(told.into_iter().map(|(_, what, _)| what).collect::<Vec<_>>(), [what]);
    }
    let mut old = host(&[(1, "a")]);
    (old.domains[0].pool, old.domains[0].target) = (Reading::Known(0), Reading::Known(KiB(10)));
    let mut new = old.clone();
    (new.domains[0].pool, new.domains[0].target) = (Reading::Known(1), Reading::Known(KiB(20)));
    let kinds: Vec<_> = found(&old, &new).iter().map(|e| e.what.kind()).collect();
    assert_eq!(kinds, ["pool", "target"]);
}

#[test]
fn the_same_uuid_under_another_id_was_started_again() {
    let told = after(|new| {
        let mut again = new.domains.remove(1);
        again.key.id = Some(DomainId(9));
        again.cpu_time = Nanos(0);
        new.domains.push(again);
    });
    assert_eq!(told, [("b".into(), What::Life(Life::Again(DomainId(2), DomainId(9))), Who::Tool)]);
}

#[test]
fn an_id_given_to_another_domain_is_a_domain_gone_and_one_made() {
    let told = after(|new| new.domains[1] = guest(2, "other", 0.0).domain).len();
    assert_eq!(told, 1, "the same uuid is the same domain, renamed");
    let told = after(|new| {
        new.domains[1] = guest(2, "other", 0.0).domain;
        new.domains[1].key.uuid = Uuid::from_u128(77);
    });
    let lives: Vec<_> = told.into_iter().map(|(name, what, _)| (name, what.kind())).collect();
    assert_eq!(lives, [("b".into(), "gone"), ("other".into(), "created")]);
}

#[test]
fn a_domain_without_a_uuid_whose_time_goes_back_is_another() {
    let mut old = host(&[(0, "Domain-0"), (5, "x")]);
    old.domains.iter_mut().for_each(|domain| domain.key.uuid = Uuid::nil());
    let mut new = old.clone();
    new.domains.iter_mut().for_each(|domain| domain.cpu_time = Nanos(MS));
    let told: Vec<_> = found(&old, &new).iter().map(|e| (e.label().into_owned(), e.what.kind())).collect();
    assert_eq!(told, [("x".into(), "gone"), ("x".into(), "created")], "the control domain is never another");
}

#[test]
fn a_domain_that_is_kept_while_off_is_started_and_ends() {
    let old = host(&[(1, "a"), (2, "b")]);
    let mut new = old.clone();
    let ended = off(new.domains.remove(0));
    new.domains.push(ended);
    let kinds = |old, new| found(old, new).iter().map(|e| e.what.kind()).collect::<Vec<_>>();
    assert_eq!(kinds(&old, &new), ["off"]);
    assert_eq!(kinds(&new, &old), ["started"]);
    let mut forgotten = new.clone();
    forgotten.domains.pop();
    assert_eq!(kinds(&new, &forgotten), ["forgotten"]);
    assert_eq!(kinds(&forgotten, &new), ["defined"]);
}

#[test]
fn one_renamed_while_off_moves_in_the_list_and_nothing_else_is_told() {
    let mut old = host(&[(1, "a"), (2, "b"), (3, "c")]);
    old.domains = old.domains.into_iter().map(off).collect();
    let mut new = old.clone();
    let mut moved = new.domains.remove(0);
    moved.name = Name::new("z");
    new.domains.push(moved);
    let told: Vec<_> = found(&old, &new).into_iter().map(|e| e.what.kind()).collect();
    assert_eq!(told, ["name"]);
}

#[test]
fn those_off_are_not_gone_because_a_driver_is() {
    let mut old = host(&[(1, "a"), (2, "b")]);
    let kept = off(old.domains.remove(1));
    let running = old.clone();
    old.domains.push(kept);
    let mut new = running;
    new.drivers[1].light = Light::Down("no answer".into());
    let kinds = |old, new| found(old, new).iter().map(|e| e.what.kind()).collect::<Vec<_>>();
    assert_eq!(kinds(&old, &new), ["driver"]);
    assert_eq!(kinds(&new, &old), ["driver"]);
}

#[test]
fn what_a_lost_driver_told_is_not_news() {
    let told = after(|new| {
        for domain in &mut new.domains {
            (domain.name, domain.max_memory) = (Name::default(), Reading::Unsupported);
            (domain.target, domain.pool) = (Reading::Failed("gone".into()), Reading::Unsupported);
            domain.key.uuid = Uuid::nil();
        }
    });
    assert_eq!(told, []);
}

#[test]
fn what_is_built_and_what_is_torn_down_has_no_balloon() {
    let mut old = host(&[(1, "a")]);
    old.domains[0].cpu_time = Nanos(0);
    let mut new = old.clone();
    new.domains[0].memory = KiB(5);
    assert_eq!(found(&old, &new), [], "it was never run");
    let told = after(|new| (new.domains[0].memory, new.domains[0].state) = (KiB(5), DomainState::Dying));
    assert_eq!(told.len(), 1, "it is dying, and that is all");
}

#[test]
fn a_stale_host_loses_nothing_and_makes_nothing_up() {
    let old = host(&[(1, "a"), (2, "b")]);
    let mut stale = old.clone();
    stale.stale = Some("no answer".into());
    let mut back = host(&[(2, "b"), (3, "c")]);
    back.domains[0].state = DomainState::Paused;
    let kinds = |old, new| found(old, new).iter().map(|e| e.what.kind()).collect::<Vec<_>>();
    assert_eq!(kinds(&old, &stale), ["stale"]);
    assert_eq!(kinds(&stale, &stale), [] as [&str; 0]);
    assert_eq!(kinds(&stale, &back), ["fresh", "paused", "gone", "created"]);
    let unread = Snapshot { stale: Some("not yet".into()), domains: Vec::new(), ..old.clone() };
    assert_eq!(kinds(&unread, &back), ["fresh"], "what was never read is not new");
}

#[test]
fn the_host_s_own_news() {
    let kinds = |change: fn(&mut Snapshot)| -> Vec<String> {
        after(change)
            .into_iter()
            .map(|(_, what, who)| {
                assert_eq!(who, Who::Host);
                what.phrase().into_owned()
            })
            .collect()
    };
    let node = |online: &[bool]| {
        let pcpus = online.iter().map(|online| Pcpu { online: *online, ..Pcpu::default() }).collect();
        Arc::new(Node { pcpus, ..Node::default() })
    };
    assert_eq!(
        kinds(|new| new.drivers[1].light = Light::Down("x".into())),
        ["driver xenstore does not answer"]
    );
    assert_eq!(
        kinds(|new| new.drivers[0].light = Light::Degraded("x".into())),
        ["driver hypervisor is degraded"]
    );
    assert_eq!(kinds(|new| new.timing.missed = 4), [] as [&str; 0]);
    assert_eq!(kinds(|new| new.timing.missed = 9), ["sampler missed 9 deadlines"]);
    let mut new = host(&[(1, "a"), (2, "b"), (3, "c")]);
    let old = new.clone();
    new.node = node(&[true, false, true, true, true]);
    let told: Vec<_> = found(&old, &new).iter().map(|e| e.what.phrase().into_owned()).collect();
    assert_eq!(told, ["pCPU 1 offline", "pCPU 4 online"]);
    new.node = node(&[]);
    assert_eq!(found(&old, &new), [], "a topology nobody told has no CPU that went");
}

#[test]
fn a_light_that_gives_another_reason_is_no_news() {
    let mut old = host(&[]);
    old.drivers[0].light = Light::Degraded("took 2.1 s".into());
    let mut new = old.clone();
    new.drivers[0].light = Light::Degraded("took 2.3 s".into());
    assert_eq!(found(&old, &new), []);
}

#[test]
fn memory_that_trembles_at_the_line_is_told_once() {
    let (mut flow, mut last) = (Flow::default(), host(&[]));
    let mut told = Vec::new();
    for (n, free) in [500, 19, 21, 19, 21, 39, 41, 300].into_iter().enumerate() {
        let mut next = last.clone();
        next.at.mono.0 += 1000 * MS;
        next.memory =
            Reading::Known(HostMemory { total: KiB(1000), free: KiB(free), ..HostMemory::default() });
        let mut events = found(&last, &next);
        flow.settle(&mut events, next.at.mono);
        told.extend(events.iter().map(|e| (n, e.what.kind())));
        last = next;
    }
    assert_eq!(told, [(1, "memory-scarce"), (6, "memory-plenty")]);
}

fn detail(key: DomainKey) -> Detail {
    let affinity = |vcpu| Affinity { vcpu, hard: CpuSet::all(), soft: CpuSet::all() };
    let device = Device {
        kind: DeviceKind::Net,
        name: Name::new("vif1.0"),
        backend: Name::default(),
        state: Name::new("connected"),
        note: Name::default(),
        net: Reading::Unsupported,
        disk: Reading::Unsupported,
    };
    Detail {
        key,
        affinities: Reading::Known(vec![affinity(0), affinity(1)]),
        sched: Reading::Known(SchedParams { weight: Some(256), cap: Some(0), ..SchedParams::default() }),
        devices: Reading::Known(vec![device]),
        facts: Vec::new(),
    }
}

#[test]
fn pins_shares_and_devices_are_told_of_the_domain_both_tell() {
    let mut old = host(&[(1, "a"), (2, "b")]);
    let mut new = old.clone();
    let (was, mut is) = (detail(old.domains[0].key), detail(old.domains[0].key));
    if let (Reading::Known(pins), Reading::Known(sched), Reading::Known(devices)) =
        (&mut is.affinities, &mut is.sched, &mut is.devices)
    {
        pins[1].hard = "0-1".parse().unwrap();
        sched.weight = Some(512);
        devices[0].state = Name::new("closing");
    }
    old.detail = Some(Arc::new(was));
    new.detail = Some(Arc::new(is.clone()));
    let told: Vec<_> = found(&old, &new)
        .iter()
        .map(|e| {
            let (from, to) = e.what.values().unwrap();
            format!("{}: {} {from} -> {to}", e.label(), e.what.phrase())
        })
        .collect();
    assert_eq!(
        told,
        ["a: pin vcpu 1 all -> 0-1", "a: weight 256 -> 512", "a: device vif1.0 connected -> closing"]
    );
    is.key = old.domains[1].key;
    new.detail = Some(Arc::new(is));
    assert_eq!(found(&old, &new), [], "another domain's are not compared");
}

/// A balloon that moves by these steps, a tick each; what is told, and at which tick.
fn balloon(steps: &[u64], ms: u64) -> Vec<(usize, String)> {
    let (mut flow, mut last) = (Flow::default(), host(&[(1, "a")]));
    let mut told = Vec::new();
    for (n, memory) in steps.iter().enumerate() {
        let mut next = last.clone();
        next.at.mono.0 += ms * MS;
        next.domains[0].memory = KiB(*memory);
        let mut events = found(&last, &next);
        flow.settle(&mut events, next.at.mono);
        told.extend(events.iter().map(|e| {
            let (from, to) = e.what.values().unwrap();
            assert_eq!(e.who, Who::Guest);
            (n, format!("{from} {to}"))
        }));
        last = next;
    }
    told
}

#[test]
fn a_balloon_is_told_once_when_it_has_settled() {
    let mut steps: Vec<u64> = (0..10).map(|n| (1 << 20) - n * 50_000).collect();
    steps.extend([steps[9]; 30]);
    let told = balloon(&steps, 100);
    assert_eq!(told, [(29, "1.0 GiB 585 MiB".into())], "ten steps of a tenth of a second, then two seconds");
}

#[test]
fn one_that_trembles_is_not_told_however_many_its_ticks() {
    let steps: Vec<u64> = (0..400).map(|n| (1 << 20) + n % 2 * 900).collect();
    assert_eq!(balloon(&steps, 100), []);
}

#[test]
fn a_slow_one_is_not_lost_to_fast_sampling_and_a_long_one_is_told_in_parts() {
    let steps: Vec<u64> = (0..10_000).map(|n| (1 << 20) - n * 50).collect();
    let told = balloon(&steps, 10);
    assert_eq!(told.len(), 3, "a hundred seconds in parts of thirty: {told:?}");
}

#[test]
fn a_domain_gone_for_a_moment_was_started_again() {
    let mut flow = Flow::default();
    let old = host(&[(1, "a"), (2, "b")]);
    let (mut gone, mut back) = (old.clone(), old.clone());
    gone.domains.remove(1);
    gone.at.mono.0 += 100 * MS;
    back.domains[1].key.id = Some(DomainId(7));
    back.at.mono.0 += 5000 * MS;
    let mut told = found(&old, &gone);
    flow.settle(&mut told, gone.at.mono);
    let mut again = found(&gone, &back);
    flow.settle(&mut again, back.at.mono);
    assert_eq!(told[0].what.kind(), "gone");
    assert_eq!(again[0].what, What::Life(Life::Again(DomainId(2), DomainId(7))));
}

fn deed(op: Op, domain: Option<DomainKey>, span: (u64, Option<u64>)) -> Deed {
    let span = (Nanos(span.0 * MS), span.1.map(|end| Nanos(end * MS)));
    Deed { host: HostId(0), domain, op, title: "what we typed".into(), span }
}

/// Who paused `a` at second 1, with this deed.
fn who(deed: &Deed) -> Who {
    let old = host(&[(1, "a"), (2, "b")]);
    let mut new = old.clone();
    new.domains[0].state = DomainState::Paused;
    let mut event = found(&old, &new).remove(0);
    attribute(&mut event, [deed].into_iter());
    event.who
}

#[test]
fn an_event_is_ours_where_domain_kind_and_time_are_those_of_a_deed() {
    let host = host(&[(1, "a"), (2, "b")]);
    let [a, b] = [host.domains[0].key, host.domains[1].key];
    let ours = Who::Us("what we typed".into());
    assert_eq!(who(&deed(Op::Suspend, Some(a), (900, None))), ours);
    assert_eq!(who(&deed(Op::Suspend, Some(a), (100, Some(200)))), ours, "just ended");
    let again = DomainKey { id: Some(DomainId(99)), ..a };
    assert_eq!(who(&deed(Op::Suspend, Some(again), (900, None))), ours, "another run of it");
    for (deed, why) in [
        (deed(Op::Suspend, Some(b), (900, None)), "another domain"),
        (deed(Op::Resume, Some(a), (900, None)), "another kind"),
        (deed(Op::Suspend, Some(a), (1100, None)), "asked afterwards"),
        (Deed { host: HostId(1), ..deed(Op::Suspend, Some(a), (900, None)) }, "another host"),
    ] {
        assert_eq!(who(&deed), Who::Tool, "{why}");
    }
    let mut late = Event {
        at: Stamp { mono: Nanos(60_000 * MS), ..Stamp::default() },
        ..found(&host, &{
            let mut new = host.clone();
            new.domains[0].state = DomainState::Paused;
            new
        })
        .remove(0)
    };
    attribute(&mut late, [&deed(Op::Suspend, Some(a), (900, Some(1000)))].into_iter());
    assert_eq!(late.who, Who::Tool, "long after");
}

#[test]
fn a_crash_is_never_ours() {
    let old = host(&[(1, "a")]);
    let mut new = old.clone();
    new.domains[0].state = DomainState::Crashed;
    for op in Op::ALL {
        let mut event = found(&old, &new).remove(0);
        attribute(&mut event, [&deed(*op, Some(old.domains[0].key), (0, None))].into_iter());
        assert_eq!(event.who, Who::Guest, "{}", op.word());
    }
}

#[test]
fn names_from_outside_are_harmless_in_every_phrase() {
    let told = after(|new| {
        new.domains[0].name = Name::new("evil\x1b[2J");
        new.drivers[0].light = Light::Down("\x1b]0;owned\x07".into());
    });
    assert_eq!(told.len(), 2);
    for (label, what, _) in told {
        let (from, to) = what.values().unwrap_or_default();
        let all = [label, what.phrase().into_owned(), what.reason().into_owned(), from, to].concat();
        assert!(!all.chars().any(char::is_control), "{all:?}");
    }
}

#[test]
fn a_tick_in_which_nothing_happened_allocates_nothing() {
    let names: Vec<(u32, String)> = (0..1000).map(|n| (n, format!("vm{n:04}"))).collect();
    let names: Vec<(u32, &str)> = names.iter().map(|(id, name)| (*id, name.as_str())).collect();
    let (old, mut new) = (host(&names), host(&names));
    new.at.mono.0 += 100 * MS;
    new.domains.iter_mut().for_each(|domain| domain.cpu_time.0 += 7);
    let (mut flow, mut events) = (Flow::default(), Vec::new());
    let before = allocations();
    diff(&old, &new, &mut events);
    flow.settle(&mut events, new.at.mono);
    assert_eq!((allocations() - before, events.len()), (0, 0));
    drop(std::hint::black_box(vec![1]));
    assert_eq!(allocations() - before, 1, "the counter counts");
}

fn state() -> impl Strategy<Value = DomainState> {
    use DomainState as S;
    prop::sample::select(vec![
        S::Running,
        S::Blocked,
        S::Paused,
        S::ShutDown(ShutdownReason::Reboot),
        S::Crashed,
        S::Dying,
        S::Off,
        S::Unknown,
    ])
}

prop_compose! {
    fn domain()(
        id in prop::option::of(0u32..6),
        uuid in 0u128..6,
        name in "[a-c]{0,2}",
        state in state(),
        numbers in prop::array::uniform4(0u32..4),
        limit in prop::option::of(0u64..3),
    ) -> Domain {
        Domain {
            key: DomainKey { id: id.map(DomainId), uuid: Uuid::from_u128(uuid) },
            name: Name::new(&name),
            state,
            vcpus: VcpuCount { online: numbers[0], max: numbers[1] },
            memory: KiB(u64::from(numbers[2]) << 12),
            max_memory: limit.map(KiB).into(),
            cpu_time: Nanos(u64::from(numbers[3]) * 1_000_000_000),
            pool: limit.map(|n| n as u32).into(),
            ..Domain::default()
        }
    }
}

prop_compose! {
    fn snapshot()(
        domains in prop::collection::vec(domain(), 0..8),
        cpus in prop::collection::vec(any::<bool>(), 0..4),
        lights in prop::collection::vec(0u8..4, 0..3),
        numbers in prop::array::uniform3(any::<u64>()),
        stale in any::<bool>(),
        at in any::<u64>(),
        told in any::<bool>(),
    ) -> Snapshot {
        let light = |n| match n {
            0 => Light::Ready,
            1 => Light::Degraded("x".into()),
            2 => Light::Down("x".into()),
            _ => Light::Absent("x".into()),
        };
        let pcpus = cpus.into_iter().map(|online| Pcpu { online, ..Pcpu::default() }).collect();
        let drivers = lights.into_iter().enumerate();
        Snapshot {
            at: Stamp { mono: Nanos(at), wall: Nanos(at) },
            timing: domtop::model::Timing { missed: numbers[0], ..Default::default() },
            memory: Reading::Known(HostMemory { total: KiB(numbers[1]), free: KiB(numbers[2]), ..HostMemory::default() }),
            node: Arc::new(Node { pcpus, ..Node::default() }),
            stale: stale.then(|| "no answer".into()),
            detail: domains.first().filter(|_| told).map(|domain| Arc::new(detail(domain.key))),
            drivers: drivers
                .map(|(n, l)| DriverStatus { name: n.to_string().into(), light: light(l), ..DriverStatus::default() })
                .collect(),
            domains,
            ..Snapshot::default()
        }
    }
}

proptest! {
    #[test]
    fn between_a_snapshot_and_itself_nothing_happens(snapshot in snapshot()) {
        prop_assert_eq!(found(&snapshot, &snapshot), []);
        prop_assert_eq!(found(&snapshot, &snapshot.clone()), []);
    }

    #[test]
    fn no_pair_of_snapshots_is_too_much(old in snapshot(), new in snapshot()) {
        let mut events = found(&old, &new);
        // Each domain is told of as gone at most once, and as new at most once.
        let lives = |is: fn(&Life) -> bool| {
            events.iter().filter(|e| matches!(&e.what, What::Life(life) if is(life))).count()
        };
        prop_assert!(lives(|life| matches!(life, Life::Gone(_))) <= old.domains.len());
        prop_assert!(lives(|life| matches!(life, Life::Created(_))) <= new.domains.len());
        let mut flow = Flow::default();
        flow.settle(&mut events, new.at.mono);
        flow.finish(&mut events);
        for event in &events {
            prop_assert!(!event.what.kind().is_empty() && !event.what.phrase().is_empty());
            if let What::Host(HostNews::Missed(count)) = &event.what {
                prop_assert!(*count > 0);
            }
        }
    }
}
