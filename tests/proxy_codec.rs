//! Laws of what a proxy and its watchers say to each other.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unreachable_pub, reason = "a test")]

use std::sync::Arc;

use domtop::{
    model::{
        Affinity, CpuPool, CpuSet, Demand, Detail, Device, DeviceKind, DiskCounters, Domain, DomainId,
        DomainKey, DomainState, GuestType, HostMemory, Hypervisor, KiB, Kind, Name, Nanos, NetCounters, Node,
        NumaNode, Op, Pcpu, PcpuTime, Progress, Reading, SchedParams, ShutdownReason, Snapshot, Stamp, Vcpu,
        VcpuCount, Which,
        console::{Tty, TtyKind},
        definition::Told,
    },
    wire::proxy::{
        Assembly, Call, Inbox, MOST_MESSAGE, Message, Part, Question, Reply, Sample, Trouble, VERSION,
        Welcome, put_node, put_roster, put_tick, put_vcpus,
    },
};
use proptest::{collection::vec, option, prelude::*};
use uuid::Uuid;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{0,12}", "\\PC{0,6}", Just("tab\tand\u{202e}more".to_owned())]
}

fn arc() -> impl Strategy<Value = Arc<str>> {
    text().prop_map(Into::into)
}

fn name() -> impl Strategy<Value = Name> {
    text().prop_map(|text| Name::new(&text))
}

fn reading<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Reading<T>> {
    prop_oneof![
        3 => value.prop_map(Reading::Known),
        1 => Just(Reading::Unsupported),
        1 => arc().prop_map(Reading::Failed),
    ]
}

fn key() -> impl Strategy<Value = DomainKey> {
    (option::of(any::<u32>()), any::<u128>())
        .prop_map(|(id, uuid)| DomainKey { id: id.map(DomainId), uuid: Uuid::from_u128(uuid) })
}

fn state() -> impl Strategy<Value = DomainState> {
    use ShutdownReason as Why;
    prop_oneof![
        Just(DomainState::Running),
        Just(DomainState::Blocked),
        Just(DomainState::Paused),
        Just(DomainState::Crashed),
        Just(DomainState::Dying),
        Just(DomainState::Off),
        Just(DomainState::Unknown),
        prop_oneof![
            Just(Why::Poweroff),
            Just(Why::Reboot),
            Just(Why::Suspend),
            Just(Why::Watchdog),
            Just(Why::SoftReset),
            any::<u8>().prop_map(Why::Other)
        ]
        .prop_map(DomainState::ShutDown),
    ]
}

fn guest() -> impl Strategy<Value = GuestType> {
    prop_oneof![Just(GuestType::Pv), Just(GuestType::Hvm), Just(GuestType::Pvh), Just(GuestType::Kvm)]
}

fn net() -> impl Strategy<Value = NetCounters> {
    any::<[u64; 6]>().prop_map(|[rx_bytes, tx_bytes, rx_packets, tx_packets, errors, dropped]| NetCounters {
        rx_bytes,
        tx_bytes,
        rx_packets,
        tx_packets,
        errors,
        dropped,
    })
}

fn disk() -> impl Strategy<Value = DiskCounters> {
    any::<[u64; 4]>().prop_map(|[read_bytes, write_bytes, read_requests, write_requests]| DiskCounters {
        read_bytes,
        write_bytes,
        read_requests,
        write_requests,
    })
}

fn domain() -> impl Strategy<Value = Domain> {
    let fixed = (key(), name(), reading(guest()), any::<(u32, u32)>(), reading(any::<u64>().prop_map(KiB)));
    let moving = (state(), any::<(u64, u64)>(), reading(any::<u64>().prop_map(KiB)), reading(any::<u32>()));
    (fixed, moving, reading(net()), reading(disk())).prop_map(
        |(
            (key, name, guest, (online, max), max_memory),
            (state, (memory, time), target, pool),
            net,
            disk,
        )| {
            Domain {
                key,
                name,
                state,
                guest,
                vcpus: VcpuCount { online, max },
                memory: KiB(memory),
                max_memory,
                target,
                cpu_time: Nanos(time),
                pool,
                net,
                disk,
            }
        },
    )
}

fn vcpu() -> impl Strategy<Value = Vcpu> {
    (any::<(u32, u32, u32)>(), any::<(bool, bool, bool)>(), any::<u64>()).prop_map(
        |((domain, index, pcpu), (online, blocked, running), time)| Vcpu {
            domain: DomainId(domain),
            index,
            online,
            blocked,
            running,
            cpu_time: Nanos(time),
            pcpu,
        },
    )
}

fn cpus() -> impl Strategy<Value = CpuSet> {
    prop_oneof![Just(CpuSet::all()), vec(0..4096_u32, 0..6).prop_map(|cpus| cpus.into_iter().collect())]
}

fn node() -> impl Strategy<Value = Node> {
    let pcpu = any::<(bool, u32, u32, u32)>().prop_map(|(online, core, socket, node)| Pcpu {
        online,
        core,
        socket,
        node,
    });
    let numa = (any::<(u64, u64)>(), vec(any::<u32>(), 0..3))
        .prop_map(|((total, free), distances)| NumaNode { total: KiB(total), free: KiB(free), distances });
    let pool = (any::<(u32, u32)>(), arc(), cpus()).prop_map(|((id, domains), scheduler, cpus)| CpuPool {
        id,
        scheduler,
        domains,
        cpus,
    });
    let lists = (vec(pcpu, 0..4), vec(numa, 0..3), vec(pool, 0..3));
    (name(), arc(), lists, any::<(u32, u32)>(), reading(any::<u32>())).prop_map(
        |(name, machine, (pcpus, numa, pools), (threads, cores), cpu_khz)| Node {
            name,
            machine,
            pcpus,
            threads_per_core: threads,
            cores_per_socket: cores,
            cpu_khz,
            numa,
            pools,
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    (0..Op::ALL.len()).prop_map(|place| Op::ALL[place])
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let memory = any::<[u64; 4]>().prop_map(|[total, free, scrub, outstanding]| HostMemory {
        total: KiB(total),
        free: KiB(free),
        scrub: KiB(scrub),
        outstanding: KiB(outstanding),
    });
    let progress = (op(), option::of(key()), any::<(u64, u64)>())
        .prop_map(|(op, key, (done, total))| Progress { op, key, done, total });
    let host = (any::<(u64, u64)>(), reading(memory), vec(any::<u64>(), 0..5), option::of(arc()), node());
    let rows = (vec(domain(), 0..5), vec(vcpu(), 0..6), vec((key(), name()), 0..3), vec(progress, 0..3));
    (host, rows).prop_map(|((at, memory, idle, stale, node), (domains, vcpus, requests, progress))| {
        Snapshot {
            at: Stamp { mono: Nanos(at.0), wall: Nanos(at.1) },
            memory,
            pcpus: idle.into_iter().map(|idle| PcpuTime { idle: Nanos(idle) }).collect(),
            stale,
            node: Arc::new(node),
            domains,
            vcpus,
            requests,
            progress,
            ..Snapshot::default()
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let which = prop_oneof![Just(Which::Live), Just(Which::Kept)];
    prop_oneof![
        key().prop_map(Question::Detail),
        (key(), which).prop_map(|(key, which)| Question::Definition(key, which)),
        key().prop_map(Question::Configuration),
        key().prop_map(Question::Consoles),
        any::<u32>().prop_map(Question::HostLog),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let demand = (option::of(any::<u64>()), any::<(bool, bool)>(), option::of(key()), vec(key(), 0..4));
    let demand = demand.prop_map(|(interval, (all_vcpus, devices), focus, awaited)| Demand {
        interval: interval.map(Nanos),
        all_vcpus,
        devices,
        focus,
        awaited,
    });
    prop_oneof![
        any::<u8>().prop_map(Call::Hello),
        (any::<u32>(), demand).prop_map(|(serial, demand)| Call::Demand(serial, demand)),
        (any::<u32>(), question()).prop_map(|(number, question)| Call::Ask(number, question)),
    ]
}

fn detail() -> impl Strategy<Value = Detail> {
    let affinity =
        (any::<u32>(), cpus(), cpus()).prop_map(|(vcpu, hard, soft)| Affinity { vcpu, hard, soft });
    let numbers = (option::of(any::<u32>()), option::of(any::<u32>()));
    let sched = (arc(), numbers, vec((arc(), any::<u64>()), 0..3))
        .prop_map(|(scheduler, (weight, cap), other)| SchedParams { scheduler, weight, cap, other });
    let kind = prop_oneof![
        Just(DeviceKind::Disk),
        Just(DeviceKind::Net),
        Just(DeviceKind::Console),
        Just(DeviceKind::Display),
        Just(DeviceKind::Other)
    ];
    let device = (kind, name(), name(), name(), name(), reading(net()), reading(disk())).prop_map(
        |(kind, name, backend, state, note, net, disk)| Device {
            kind,
            name,
            backend,
            state,
            note,
            net,
            disk,
        },
    );
    let lists = (reading(vec(affinity, 0..3)), reading(vec(device, 0..3)), vec((arc(), name()), 0..3));
    (key(), lists, reading(sched)).prop_map(|(key, (affinities, devices, facts), sched)| Detail {
        key,
        affinities,
        sched,
        devices,
        facts,
    })
}

fn reply() -> impl Strategy<Value = Reply> {
    let told = (text(), option::of(text()), vec(text(), 0..3)).prop_map(|(xml, file, lost)| Told {
        xml,
        file: file.map(Into::into),
        lost,
    });
    let kind = prop_oneof![Just(TtyKind::Paravirtual), Just(TtyKind::Serial), Just(TtyKind::Simulated)];
    let tty = (arc(), kind, text(), option::of(text())).prop_map(|(name, kind, path, lock)| Tty {
        name,
        kind,
        path: path.into(),
        lock: lock.map(Into::into),
    });
    prop_oneof![
        detail().prop_map(|detail| Reply::Detail(Box::new(detail))),
        told.prop_map(Reply::Definition),
        text().prop_map(Reply::Configuration),
        vec(tty, 0..3).prop_map(Reply::Consoles),
        (text(), any::<u32>()).prop_map(|(text, cursor)| Reply::HostLog(text, cursor)),
    ]
}

fn message() -> impl Strategy<Value = Message<'static>> {
    let hypervisor = (arc(), arc(), vec(arc(), 0..3), reading(arc()), vec((arc(), name()), 0..3)).prop_map(
        |(kind, version, capabilities, scheduler, facts)| Hypervisor {
            kind,
            version,
            capabilities,
            scheduler,
            facts,
        },
    );
    let welcome = (any::<u8>(), text(), hypervisor, vec(op(), 0..5))
        .prop_map(|(version, program, hypervisor, ops)| Welcome { version, program, hypervisor, ops });
    let kind =
        prop_oneof![Just(Kind::Failed), Just(Kind::Denied), Just(Kind::NoDomain), Just(Kind::TimedOut)];
    let trouble =
        (kind, arc(), option::of(arc())).prop_map(|(kind, message, hint)| Trouble { kind, message, hint });
    let answer = prop_oneof![reply().prop_map(Ok), trouble.prop_map(Err)];
    prop_oneof![
        welcome.prop_map(Message::Welcome),
        text().prop_map(Message::Bye),
        any::<u32>().prop_map(Message::Served),
        (any::<u32>(), answer).prop_map(|(number, answer)| Message::Answer(number, answer)),
    ]
}

/// The frames of a snapshot, in the order they are sent.
fn frames(snapshot: &Snapshot, (generation, number): (u32, u32)) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_node(&snapshot.node, &mut bytes);
    put_roster(generation, &snapshot.domains, &mut bytes);
    put_vcpus(number, &snapshot.vcpus, &mut bytes);
    put_tick(generation, number, snapshot, &mut bytes);
    bytes
}

/// Puts together what frames hold; how many samples they made whole.
fn assembled(assembly: &mut Assembly, bytes: &[u8]) -> usize {
    let (mut at, mut samples) = (0, 0);
    while let Some((message, length)) = Message::decode(&bytes[at..]).unwrap() {
        let Message::Part(part) = message else { panic!("{message:?} is no part of a sample") };
        samples += usize::from(assembly.take(part).unwrap());
        at += length;
    }
    assert_eq!(at, bytes.len());
    samples
}

fn sample_of(snapshot: &Snapshot) -> Sample {
    let Snapshot { at, memory, pcpus, stale, requests, progress, domains, vcpus, .. } = snapshot.clone();
    Sample { at, memory, pcpus, stale, requests, progress, domains, vcpus }
}

proptest! {
    #[test]
    fn a_snapshot_comes_out_of_its_frames_as_it_went_in(one in snapshot(), two in snapshot()) {
        let mut assembly = Assembly::default();
        for (number, snapshot) in [(7, &one), (8, &two), (9, &two)] {
            prop_assert_eq!(assembled(&mut assembly, &frames(snapshot, (number, number))), 1);
            prop_assert_eq!(assembly.sample(), Some(&sample_of(snapshot)));
            prop_assert_eq!(assembly.node(), Some(&snapshot.node));
        }
    }

    #[test]
    fn what_changes_comes_without_what_does_not(mut one in snapshot(), time in any::<u64>(), memory in any::<u64>()) {
        let mut assembly = Assembly::default();
        assembled(&mut assembly, &frames(&one, (1, 1)));
        for domain in &mut one.domains {
            (domain.cpu_time, domain.memory, domain.net) = (Nanos(time), KiB(memory), Reading::Unsupported);
        }
        one.vcpus.clear();
        let mut bytes = Vec::new();
        put_tick(1, 2, &one, &mut bytes);
        prop_assert_eq!(assembled(&mut assembly, &bytes), 1);
        prop_assert_eq!(assembly.sample(), Some(&sample_of(&one)));
    }

    #[test]
    fn a_tick_of_a_roster_that_never_came_is_refused(one in snapshot(), generation in 2..u32::MAX) {
        let mut assembly = Assembly::default();
        assembled(&mut assembly, &frames(&one, (1, 1)));
        let mut bytes = Vec::new();
        put_tick(generation, 2, &one, &mut bytes);
        let (Message::Part(part), _) = Message::decode(&bytes).unwrap().unwrap() else { panic!("a tick") };
        prop_assert!(assembly.take(part).is_err());
    }

    #[test]
    fn every_part_cut_short_or_too_long_is_refused(one in snapshot(), cut in any::<prop::sample::Index>()) {
        let mut bytes = Vec::new();
        put_tick(0, 1, &one, &mut bytes);
        let body = &bytes[5..];
        let shorter = &body[..cut.index(body.len())];
        let longer = [body, &[0]].concat();
        for wrong in [shorter, &longer] {
            let mut assembly = Assembly::default();
            let mut roster = Vec::new();
            put_roster(0, &one.domains, &mut roster);
            assembled(&mut assembly, &roster);
            prop_assert!(assembly.take(Part::Tick(wrong)).is_err());
            prop_assert_eq!(assembly.sample(), None);
        }
    }

    #[test]
    fn a_call_is_decoded_as_it_was_and_every_strict_prefix_is_incomplete(call in call()) {
        let mut bytes = Vec::new();
        call.put(&mut bytes);
        prop_assert_eq!(Call::decode(&bytes), Ok(Some((call, bytes.len()))));
        for end in 0..bytes.len() {
            prop_assert_eq!(Call::decode(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn a_message_is_decoded_as_it_was_and_every_strict_prefix_is_incomplete(message in message()) {
        let mut bytes = Vec::new();
        message.put(&mut bytes);
        prop_assert_eq!(Message::decode(&bytes), Ok(Some((message, bytes.len()))));
        for end in 0..bytes.len() {
            prop_assert_eq!(Message::decode(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn any_bytes_are_messages_or_not_but_never_a_panic(bytes in vec(any::<u8>(), 0..200), kind in any::<u8>()) {
        let _ = (Call::decode(&bytes), Message::decode(&bytes), Call::of(kind, &bytes), Message::of(kind, &bytes));
        let mut assembly = Assembly::default();
        for part in [Part::Node(&bytes), Part::Roster(&bytes), Part::Vcpus(&bytes), Part::Tick(&bytes)] {
            let _ = assembly.take(part);
        }
    }

    #[test]
    fn frames_are_the_same_however_they_are_cut(one in snapshot(), piece in 1..100_usize) {
        let bytes = frames(&one, (3, 3));
        let (mut inbox, mut assembly, mut samples) = (Inbox::new(MOST_MESSAGE), Assembly::default(), 0);
        for piece in bytes.chunks(piece) {
            inbox.space()[..piece.len()].copy_from_slice(piece);
            inbox.filled(piece.len());
            while let Some((kind, body)) = inbox.next().unwrap() {
                let Ok(Message::Part(part)) = Message::of(kind, body) else { panic!("no part") };
                samples += usize::from(assembly.take(part).unwrap());
            }
        }
        prop_assert_eq!((samples, assembly.sample()), (1, Some(&sample_of(&one))));
    }
}

/// Each kind of call, each kind of question: whatever is added must be written here, and must not change anything.
#[test]
fn there_is_no_message_that_changes_anything() {
    let reads = |call: &Call| match call {
        Call::Hello(_) | Call::Demand(..) => true,
        Call::Ask(_, question) => match question {
            Question::Detail(_)
            | Question::Definition(..)
            | Question::Configuration(_)
            | Question::Consoles(_)
            | Question::HostLog(_) => !question.op().changes(),
        },
    };
    let (mut kinds, mut questions) = (Vec::new(), Vec::new());
    for kind in 0..=u8::MAX {
        for question in 0..=u8::MAX {
            // Long enough for any of them: a number, a tag, what follows.
            let bodies = (0..64).map(|length| [vec![0, 0, 0, 0, question], vec![0; length]].concat());
            let decoded: Vec<_> = bodies.filter_map(|body| Call::of(kind, &body).ok()).collect();
            assert!(decoded.iter().all(reads));
            if !decoded.is_empty() {
                kinds.push(kind);
                questions.extend(decoded.iter().any(|it| matches!(it, Call::Ask(..))).then_some(question));
            }
        }
    }
    kinds.dedup();
    assert_eq!(kinds, [1, 2, 3], "hello, demand, ask");
    assert_eq!(questions, [0, 1, 2, 3, 4], "detail, definition, configuration, consoles, host log");
}

#[test]
fn what_was_announced_longer_than_anything_is_refused_before_it_is_there() {
    assert!(Call::decode(&[0xff; 4]).is_err());
    assert!(Message::decode(&[0xff; 4]).is_err());
    assert!(Call::decode(&[0; 4]).is_err());
}

#[test]
fn more_domains_than_any_host_has_are_refused_before_they_are_there() {
    let taken = |count: usize| {
        let mut bytes = Vec::new();
        put_roster(1, &vec![Domain::default(); count], &mut bytes);
        let (message, _) = Message::decode(&bytes).unwrap().unwrap();
        let Message::Part(part) = message else { panic!("a roster is a part") };
        Assembly::default().take(part)
    };
    assert_eq!(taken(1 << 10), Ok(false));
    assert!(taken((1 << 17) + 1).is_err());
}

#[test]
fn a_greeting_of_a_later_version_is_still_a_greeting() {
    let mut bytes = Vec::new();
    Call::Hello(VERSION + 1).put(&mut bytes);
    assert_eq!(Call::decode(&bytes).unwrap().unwrap().0, Call::Hello(VERSION + 1));
    assert_eq!(Call::of(1, &[9, 1, 2, 3]), Ok(Call::Hello(9)));
}

#[test]
fn a_row_takes_few_bytes_a_tick() {
    let row = Domain {
        net: Reading::Known(NetCounters::default()),
        disk: Reading::Known(DiskCounters::default()),
        target: Reading::Known(KiB(1)),
        name: Name::new("a-name-that-is-sent-once"),
        ..Domain::default()
    };
    let size = |count: usize| {
        let snapshot = Snapshot { domains: vec![row.clone(); count], ..Snapshot::default() };
        let mut bytes = Vec::new();
        put_tick(1, 1, &snapshot, &mut bytes);
        bytes.len()
    };
    assert_eq!(size(1001) - size(1), 113 * 1000);
}
