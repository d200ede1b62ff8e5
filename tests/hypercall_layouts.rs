//! Sizes and offsets of every interface version, typed from the public headers of each release as a compiler lays
//! them out, beside what the tables say; and decoders over arbitrary bytes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use domtop::wire::hypercall::{
    Abi, Arch, Message, Release,
    abi::{NEWEST_DOMCTL, NEWEST_SYSCTL, RELEASES},
    about,
    command::{self, Button},
    console, cpu, domain, hvm, message, physinfo, pool, query, sched, vcpu,
};
use proptest::prelude::*;

fn abi(release: (u16, u16), domctl: u32, sysctl: u32, arch: Arch) -> Abi {
    Abi { release: Release::new(release.0, release.1), sysctl, domctl, arch }
}

/// domctl versions from..=to, then size, outstanding, shared, paged, `cpu_time`, online, max vCPU, ssidref, handle,
/// cpupool, emulation, misc; 0 where there is none.
#[rustfmt::skip]
const X86: &[([u32; 2], [usize; 12])] = &[
    ([0, 5],        [ 72,  0,  0,  0, 32, 40, 44, 48, 52,  0,   0,   0]),
    ([6, 6],        [ 80,  0, 24,  0, 40, 48, 52, 56, 60,  0,   0,   0]),
    ([7, 7],        [ 80,  0, 24,  0, 40, 48, 52, 56, 60, 76,   0,   0]),
    ([8, 8],        [ 88,  0, 24, 32, 48, 56, 60, 64, 68, 84,   0,   0]),
    ([9, 0xe],      [ 96, 24, 32, 40, 56, 64, 68, 72, 76, 92,   0,   0]),
    ([0xf, 0x12],   [104, 24, 32, 40, 56, 64, 68, 72, 76, 92,  96,   0]),
    ([0x13, 0x13],  [104, 24, 32, 40, 56, 64, 68, 72, 76, 92,  96, 100]),
    ([0x14, 0x18],  [112, 24, 32, 40, 56, 64, 68, 72, 76, 92, 104, 108]),
];

#[rustfmt::skip]
const ARM64: &[([u32; 2], [usize; 12])] = &[
    ([9, 0xe],      [ 96, 24, 32, 40, 56, 64, 68, 72, 76, 92, 0, 0]),
    ([0xf, 0x13],   [112, 24, 32, 40, 56, 64, 68, 72, 76, 92, 0, 0]),
    ([0x14, 0x18],  [120, 24, 32, 40, 56, 64, 68, 72, 76, 92, 0, 0]),
];

#[test]
fn a_domain_record_lies_as_its_release_lays_it() {
    for (arch, table) in [(Arch::X86, X86), (Arch::Arm64, ARM64)] {
        for &([from, to], expected) in table {
            for version in from..=to {
                let l = domain::Layout::of(&abi((4, 99), version, 1, arch));
                let optional = [l.outstanding, l.shared, l.paged].map(|at| at.unwrap_or(0));
                let last = [l.cpupool, l.emulation, l.misc].map(|at| at.unwrap_or(0));
                let fixed = [l.cpu_time, l.online, l.max_vcpu, l.ssidref, l.handle];
                let told = [&[l.size], &optional[..], &fixed[..], &last[..]].concat();
                assert_eq!(told, expected, "{arch:?} domctl {version:#x}");
            }
        }
    }
}

/// sysctl versions from..=to and release, then size, sockets, CPUs, max CPU, nodes, max node, kHz, capabilities,
/// total, free, scrub, outstanding, `hw_cap`; 0 where there is none.
#[rustfmt::skip]
#[allow(clippy::type_complexity, reason = "a table")]
const PHYSINFO: &[([u32; 2], (u16, u16), [usize; 13])] = &[
    ([0, 0],       (3, 0),  [ 72, 8, 0,  0, 12,  0, 16,  0, 24, 32,  0,  0, 40]),
    ([2, 3],       (3, 1),  [ 80, 8, 0,  0, 12,  0, 16,  0, 24, 32, 40,  0, 48]),
    ([4, 4],       (3, 1),  [ 96, 8, 0, 80, 12,  0, 16,  0, 24, 32, 40,  0, 48]),
    ([5, 5],       (3, 1),  [ 96, 0, 8, 80, 12,  0, 16,  0, 24, 32, 40,  0, 48]),
    ([6, 6],       (3, 2),  [ 96, 0, 8, 80, 12,  0, 16,  0, 24, 32, 40,  0, 48]),
    ([6, 6],       (3, 3),  [104, 0, 8, 80, 12,  0, 16, 96, 24, 32, 40,  0, 48]),
    ([6, 6],       (3, 4),  [104, 0, 8, 80, 12,  0, 16, 96, 24, 32, 40,  0, 48]),
    ([7, 7],       (4, 0),  [104, 0, 8, 80,  0, 12, 16, 96, 24, 32, 40,  0, 48]),
    ([8, 9],       (4, 2),  [ 96, 0, 8, 12, 16, 20, 24, 88, 32, 40, 48,  0, 56]),
    ([0xa, 0xf],   (4, 9),  [104, 0, 8, 12, 16, 20, 24, 96, 32, 40, 48, 56, 64]),
    ([0x10, 0x14], (4, 16), [104, 0, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 72]),
    ([0x15, 0x16], (4, 22), [112, 0, 8, 12, 16, 20, 24, 28, 40, 48, 56, 64, 80]),
];

#[test]
fn physinfo_lies_as_its_release_lays_it() {
    for &([from, to], release, expected) in PHYSINFO {
        for version in from..=to {
            let l = physinfo::Layout::of(&abi(release, 5, version, Arch::X86));
            let at = |at: Option<usize>| at.unwrap_or(0);
            let counts =
                [at(l.sockets_per_node), at(l.nr_cpus), at(l.max_cpu_id), at(l.nr_nodes), at(l.max_node_id)];
            let pages = [at(l.capabilities), l.total, l.total + 8, at(l.scrub), at(l.outstanding), l.hw_cap];
            let told = [&[l.size], &counts[..], &[l.cpu_khz], &pages[..]].concat();
            assert_eq!(told, expected, "sysctl {version:#x} of {release:?}");
            assert!(l.size <= 128);
        }
    }
}

/// The words of a message by their place.
fn words(message: &Message) -> Vec<(usize, u32)> {
    let word = |(i, chunk): (usize, &[u8])| (4 * i, u32::from_le_bytes(chunk.try_into().unwrap()));
    message.bytes().chunks(4).enumerate().map(word).filter(|w| w.1 != 0).collect()
}

#[test]
fn messages_lie_in_the_envelopes_of_their_time() {
    let old = abi((3, 0), 0, 0, Arch::X86);
    let list = domain::list(&old, 5, 9, 0x1000).unwrap();
    assert_eq!((list.hypercall(), list.bytes().len()), (7, 136));
    assert_eq!(words(&list), [(0, 38), (4, 0x0300_0000), (8, 5), (12, 9), (16, 0x1000)]);
    let new = abi((4, 17), 0x15, 0x15, Arch::X86);
    let list = domain::list(&new, 5, 9, 0x1000).unwrap();
    assert_eq!((list.hypercall(), list.bytes().len()), (35, 136));
    assert_eq!(words(&list), [(0, 6), (4, 0x15), (8, 5), (12, 9), (16, 0x1000)]);
    let info = domain::info(&new, 7).unwrap();
    assert_eq!((info.hypercall(), info.bytes().len()), (36, 144));
    assert_eq!(words(&info), [(0, 5), (4, 0x15), (8, 7)]);
    assert_eq!(words(&domain::info(&old, 7).unwrap()), [(0, 12), (4, 0x0300_0000), (8, 7)]);
    let vcpu = |abi| words(&vcpu::ask(abi, 7, 3).unwrap());
    assert_eq!(vcpu(&old), [(0, 43), (4, 0x0300_0000), (8, 7), (12, 3)]);
    assert_eq!(vcpu(&new), [(0, 14), (4, 0x15), (8, 7), (16, 3)]);
    let share = |abi, kind| words(&sched::ask(abi, 7, kind).unwrap());
    assert_eq!(share(&old, sched::Kind::Sedf), [(0, 7), (4, 0x0300_0000), (8, 4), (12, 1), (16, 7)]);
    assert_eq!(share(&new, sched::Kind::Credit2), [(0, 16), (4, 0x15), (8, 7), (16, 6), (20, 1)]);
}

#[test]
fn commands_lie_in_the_envelopes_of_their_time() {
    let old = abi((3, 0), 0, 0, Arch::X86);
    let new = abi((4, 11), 0x10, 0x11, Arch::X86);
    let old_head = |command| [(0, command), (4, 0x0300_0000), (8, 7)];
    let new_head = |command| [(0, command), (4, 0x10), (8, 7)];
    let plain = [command::destroy, command::pause, command::unpause];
    for (i, make) in (0..).zip(plain) {
        assert_eq!(words(&make(&old, 7).unwrap()), old_head(9 + i));
        assert_eq!(words(&make(&new, 7).unwrap()), new_head(2 + i));
    }
    let with = |head: [(usize, u32); 3], more: &[(usize, u32)]| [&head, more].concat();
    let memory = |abi| words(&command::max_memory(abi, 7, 5 << 32 | 6).unwrap());
    assert_eq!(memory(&old), with(old_head(28), &[(16, 6), (20, 5)]));
    assert_eq!(memory(&new), with(new_head(11), &[(16, 6), (20, 5)]));
    let vcpus = |abi| words(&command::max_vcpus(abi, 7, 3).unwrap());
    assert_eq!(vcpus(&old), with(old_head(41), &[(12, 3)]));
    assert_eq!(vcpus(&new), with(new_head(15), &[(16, 3)]));
    let trigger = |abi, button| command::trigger(abi, 7, button).map(|message| words(&message));
    assert_eq!(trigger(&new, Button::Reset), Some(with(new_head(28), &[(16, 1)])));
    assert_eq!(trigger(&new, Button::Power), Some(with(new_head(28), &[(16, 3)])));
    assert_eq!(
        [trigger(&old, Button::Power), trigger(&abi((3, 0), 4, 2, Arch::X86), Button::Reset)],
        [None, None]
    );
}

#[test]
fn an_affinity_is_set_in_the_form_of_its_time() {
    let [old, four, five] = [(3, 0, 0, 0), (4, 4, 9, 0xa), (4, 5, 0xa, 0xb)]
        .map(|(major, minor, d, s)| abi((major, minor), d, s, Arch::X86));
    let set = |abi, hard, soft| {
        let maps = vcpu::NewMaps { hard, soft, cpus: 72, bits: 5 << 32 | 6 };
        vcpu::set_affinity(abi, 7, 3, &maps).map(|message| words(&message).split_off(3))
    };
    assert_eq!(set(&old, Some(64), None), Some(vec![(12, 3), (16, 6), (20, 5)]));
    assert_eq!(set(&four, Some(64), None), Some(vec![(16, 3), (24, 64), (32, 72)]));
    assert_eq!(
        [set(&old, Some(64), Some(65)), set(&four, Some(64), Some(65)), set(&four, None, None)],
        [None, None, None]
    );
    assert_eq!(set(&five, Some(64), None), Some(vec![(16, 3), (20, 1), (24, 64), (32, 72)]));
    assert_eq!(set(&five, None, Some(65)), Some(vec![(16, 3), (20, 2), (40, 65), (48, 72)]));
    let both = vec![(16, 3), (20, 3), (24, 64), (32, 72), (40, 65), (48, 72)];
    assert_eq!(set(&five, Some(64), Some(65)), Some(both));
}

#[test]
fn a_share_is_written_as_it_was_read_but_for_what_is_set() {
    let new = abi((4, 17), 0x15, 0x15, Arch::X86);
    let mut reply = sched::ask(&new, 7, sched::Kind::Credit2).unwrap();
    let mut bytes = reply.bytes().to_vec();
    bytes[24..28].copy_from_slice(&[1, 1, 70, 0]);
    reply.receive(&bytes);
    let put = |weight, cap| words(&sched::put(&reply, sched::Kind::Credit2, weight, cap).unwrap());
    let head = [(0, 16), (4, 0x15), (8, 7), (16, 6)];
    assert_eq!(put(None, None), [&head[..], &[(24, 0x46_0101)]].concat());
    assert_eq!(put(Some(9), None), [&head[..], &[(24, 0x46_0009)]].concat());
    assert_eq!(put(None, Some(0)), [&head[..], &[(24, 0x0101)]].concat());
    assert_eq!(sched::put(&reply, sched::Kind::Rtds, Some(1), None), None);
}

#[test]
fn a_parameter_of_a_machine_is_asked_for_in_sixteen_bytes() {
    assert_eq!(hvm::ask(0x0102, 9), [2, 1, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut reply = hvm::ask(1, hvm::CALLBACK_IRQ);
    reply[8..].copy_from_slice(&0x0200_0000_0000_00f3_u64.to_le_bytes());
    assert_eq!((hvm::value(&reply), hvm::value(&reply[..15])), (Some(0x0200_0000_0000_00f3), None));
}

/// The versions of every release.
fn abis() -> impl Iterator<Item = Abi> {
    let oldest = abi((3, 0), 0, 0, Arch::X86);
    let rows =
        RELEASES.iter().map(|&(release, domctl, sysctl)| Abi { release, domctl, sysctl, arch: Arch::X86 });
    rows.chain([oldest])
}

/// What asks, and what changes, in one release.
fn askers(abi: &Abi) -> Vec<Message> {
    let maps = vcpu::Maps { hard: 4096, soft: 8192, cpus: 64 };
    let credit = sched::Kind::Credit;
    let asks = [
        domain::list(abi, 0, 9, 4096),
        domain::info(abi, 1),
        physinfo::ask(abi),
        physinfo::ask_nodes(abi, 4, 4096),
        cpu::ask_times(abi, 4, 4096),
        cpu::ask_places(abi, 4, 4096),
        cpu::ask_numa(abi, 2, 4096),
        cpu::ask_heap(abi, None),
        console::ask(abi, 9, 4096, 512),
        pool::ask(abi, 0, 4096, 64),
        sched::ask_default(abi),
        sched::ask(abi, 1, if abi.is_legacy() { sched::Kind::Sedf } else { credit }),
        sched::ask_pool(abi, 0, credit),
        vcpu::ask(abi, 1, 0),
        vcpu::ask_affinity(abi, 1, 0, maps),
    ];
    asks.into_iter().flatten().collect()
}

fn changers(abi: &Abi) -> Vec<Message> {
    let maps = vcpu::NewMaps { hard: Some(4096), soft: None, cpus: 64, bits: 1 };
    let credit = sched::Kind::Credit;
    let changes = [
        command::destroy(abi, 1),
        command::pause(abi, 1),
        command::unpause(abi, 1),
        command::max_memory(abi, 1, 9),
        command::max_vcpus(abi, 1, 9),
        command::trigger(abi, 1, Button::Power),
        vcpu::set_affinity(abi, 1, 0, &maps),
        sched::ask(abi, 1, credit).and_then(|reply| sched::put(&reply, credit, Some(1), None)),
    ];
    changes.into_iter().flatten().collect()
}

#[test]
fn the_fence_lets_through_what_asks_and_nothing_that_changes() {
    for abi in abis() {
        let asks = |message: &Message| query::message_only_asks(message.hypercall(), message.bytes());
        assert!(askers(&abi).iter().all(asks), "{abi:?}");
        assert!(!changers(&abi).iter().any(asks), "{abi:?}");
        assert!(changers(&abi).len() >= if abi.is_legacy() { 6 } else { 7 }, "{abi:?}");
    }
    // To clear the console, to make a cpupool, to create a domain, to do something to the platform.
    let [old, new] = [abi((3, 1), 5, 3, Arch::X86), abi((4, 17), 0x15, 0x15, Arch::X86)];
    let spoilt = |message: Message, at: usize, byte: u8| {
        let mut bytes = message.bytes().to_vec();
        bytes[at] = byte;
        query::message_only_asks(message.hypercall(), &bytes)
    };
    assert!(!spoilt(console::ask(&new, 0, 4096, 9).unwrap(), 8, 1));
    assert!(!spoilt(console::ask(&old, 0, 4096, 9).unwrap(), 9, 1));
    assert!(!spoilt(pool::ask(&new, 0, 4096, 64).unwrap(), 8, 1));
    assert!(!spoilt(domain::info(&new, 1).unwrap(), 0, 1));
    assert!(!spoilt(domain::info(&abi((3, 0), 0, 0, Arch::X86), 1).unwrap(), 4, 1));
}

#[test]
fn the_fence_looks_into_every_call_of_a_multicall() {
    let new = abi((4, 17), 0x15, 0x15, Arch::X86);
    let (ask, change) = (vcpu::ask(&new, 1, 0).unwrap(), command::pause(&new, 1).unwrap());
    let multicall = |messages: [&Message; 2], claimed: u64| {
        let mut memory = [0_u8; 512];
        for (i, message) in messages.into_iter().enumerate() {
            let at = 128 + 192 * i;
            memory[64 * i..64 * i + 64]
                .copy_from_slice(&message::entry(message.hypercall(), 4096 + at as u64));
            memory[at..at + 144].copy_from_slice(message.bytes());
        }
        let at = |address: u64, length: usize| {
            let from = usize::try_from(address.checked_sub(4096)?).ok().filter(|&from| from < 512)?;
            Some(&memory[from..(from + length).min(512)])
        };
        query::only_asks(13, [4096, claimed, 0, 0, 0], at)
    };
    assert!(multicall([&ask, &ask], 2));
    assert!(!multicall([&ask, &change], 2));
    assert!(!multicall([&change, &ask], 2));
    assert!(!multicall([&ask, &ask], u64::MAX), "more than there are");
    let nested = message::entry(13, 4096);
    assert!(!query::only_asks(13, [4096, 1, 0, 0, 0], |_, _| Some(&nested)), "a multicall in a multicall");
    let nowhere = |_: u64, _: usize| None;
    assert!(query::only_asks(17, [10, 1, 2, 3, 4], nowhere), "xen_version changes nothing");
    assert!(
        query::only_asks(34, [1, 4096, 0, 0, 0], nowhere)
            && !query::only_asks(34, [0, 4096, 0, 0, 0], nowhere)
    );
    for number in (0..64).filter(|number| ![13, 17, 34].contains(number)) {
        assert!(!query::only_asks(number, [4096, 1, 0, 0, 0], nowhere), "hypercall {number}");
    }
}

#[test]
fn arguments_lie_where_their_release_reads_them() {
    let abis = [(4, 4, 9, 0xa), (4, 5, 0xa, 0xb), (4, 6, 0xb, 0xc)];
    let [four, five, six] = abis.map(|(major, minor, d, s)| abi((major, minor), d, s, Arch::X86));
    let maps = vcpu::Maps { hard: 0x1000, soft: 0x2000, cpus: 12 };
    let affinity = |abi| words(&vcpu::ask_affinity(abi, 1, 2, maps).unwrap())[3..].to_vec();
    assert_eq!(affinity(&four), [(16, 2), (24, 0x1000), (32, 12)]);
    assert_eq!(affinity(&five), [(16, 2), (20, 3), (24, 0x1000), (32, 12), (40, 0x2000), (48, 12)]);
    let places = |abi| words(&cpu::ask_places(abi, 10, 0x1000).unwrap())[2..].to_vec();
    assert_eq!(places(&five), [(8, 9), (16, 0x1000), (24, 0x1028), (32, 0x1050)]);
    assert_eq!(places(&six), [(8, 10), (16, 0x1000)]);
    let numa = |abi| words(&cpu::ask_numa(abi, 4, 0x1000).unwrap())[2..].to_vec();
    assert_eq!(numa(&five), [(8, 3), (16, 0x1000), (24, 0x1020), (32, 0x1040)]);
    assert_eq!(numa(&six), [(8, 4), (16, 0x1000), (24, 0x1040)]);
    assert_eq!(words(&cpu::ask_times(&six, 4, 0x1000).unwrap())[2..], [(8, 4), (16, 0x1000)]);
    assert_eq!(words(&cpu::ask_heap(&six, Some(2)).unwrap())[2..], [(16, 2)]);
    assert_eq!(words(&pool::ask(&six, 2, 0x1000, 9).unwrap())[2..], [(8, 3), (12, 2), (32, 0x1000), (40, 9)]);
    let params = sched::ask_pool(&six, 2, sched::Kind::Credit).unwrap();
    assert_eq!(words(&params)[2..], [(8, 2), (12, 5), (16, 1)]);
    assert_eq!(
        words(&console::ask(&six, 7, 0x1000, 99).unwrap())[2..],
        [(8, 0x100), (12, 7), (16, 0x1000), (24, 99)]
    );
    let old = abi((3, 1), 5, 3, Arch::X86);
    assert_eq!(words(&console::ask(&old, 7, 0x1000, 99).unwrap())[2..], [(16, 0x1000), (24, 99)]);
    let nodes = physinfo::ask_nodes(&abi((4, 0), 6, 7, Arch::X86), 8, 0x1000).unwrap();
    assert_eq!(words(&nodes)[2..], [(88, 7), (96, 0x1000)]);
}

#[test]
fn what_a_release_lacks_is_not_asked_of_it() {
    let has = |sysctl: u32| {
        let abi = abi((3, 0), 5, sysctl, Arch::X86);
        let pools = pool::ask(&abi, 0, 0, 0).is_some();
        [cpu::ask_times(&abi, 1, 0).is_some(), cpu::ask_places(&abi, 1, 0).is_some(), pools]
    };
    assert_eq!([has(3), has(6), has(8)], [[false; 3], [true, false, false], [true; 3]]);
    assert!(
        vcpu::ask_affinity(&abi((3, 0), 0, 0, Arch::X86), 0, 0, vcpu::Maps { hard: 0, soft: 0, cpus: 1 })
            .is_none()
    );
}

#[test]
fn a_multicall_entry_has_64_bytes_and_its_result_in_the_second_word() {
    let mut entry = message::entry(36, 0x1234_5678_9abc);
    assert_eq!(entry.len(), 64);
    assert_eq!(entry[..8], 36_u64.to_le_bytes());
    assert_eq!(entry[16..24], 0x1234_5678_9abc_u64.to_le_bytes());
    entry[8..16].copy_from_slice(&(-3_i64).to_le_bytes());
    assert_eq!(message::entry_result(&entry), Some(-3));
    assert_eq!(message::entry_result(&entry[..15]), None);
}

#[test]
fn the_newest_versions_are_those_of_the_newest_release() {
    let last = RELEASES.last().expect("a release");
    assert_eq!((last.1, last.2), (NEWEST_DOMCTL, NEWEST_SYSCTL));
    assert!(RELEASES.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1 && a.2 <= b.2));
}

#[test]
fn flags_mean_what_their_release_means() {
    let told = |minor, bit: u32| {
        let (flags, release) = (domain::Flags(1 << bit), Release::new(4, minor));
        [flags.is_early_pvh(release), flags.is_xenstore(release), flags.is_hap(release)]
    };
    let (none, pvh, xenstore, hap) =
        ([false; 3], [true, false, false], [false, true, false], [false, false, true]);
    assert_eq!([3, 4, 8, 9, 22].map(|minor| told(minor, 7)), [none, pvh, pvh, xenstore, xenstore]);
    assert_eq!([6, 7, 8, 9, 22].map(|minor| told(minor, 8)), [none, xenstore, xenstore, hap, hap]);
    assert_eq!([7, 8, 9].map(|minor| told(minor, 9)), [none, hap, none]);
    assert!(domain::Flags(1 << 6).is_debugged(Release::new(3, 2)));
    assert!(!domain::Flags(1 << 6).is_debugged(Release::new(3, 1)));
    assert_eq!(domain::Flags(0xffff_0000).shutdown(), None);
    assert_eq!(domain::Flags(0xff05_0004).shutdown(), Some(5));
}

#[test]
fn invalid_memory_and_distances_of_a_node_are_none() {
    let six = abi((4, 6), 0xb, 0xc, Arch::X86);
    let mut buffer = vec![0; cpu::numa_size(2)];
    buffer[..8].copy_from_slice(&0xffff_ffff_u64.to_le_bytes());
    buffer[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(cpu::numa_memory(&six, &buffer, 2, 0), None);
    assert_eq!(cpu::numa_memory(&six, &buffer, 2, 1), Some((0, 0)));
    assert_eq!(cpu::numa_distance(&buffer, 2, 0, 0), None);
    assert_eq!(cpu::numa_distance(&buffer, 2, 0, 1), Some(0));
}

fn any_abi() -> impl Strategy<Value = Abi> {
    let arch = prop_oneof![Just(Arch::X86), Just(Arch::Arm64)];
    (0..=NEWEST_DOMCTL + 3, 0..=NEWEST_SYSCTL + 3, 3..6_u16, 0..30_u16, arch)
        .prop_map(|(domctl, sysctl, major, minor, arch)| abi((major, minor), domctl, sysctl, arch))
}

/// A message that came back with any bytes in it.
fn answered(message: Option<Message>, bytes: &[u8]) -> Option<Message> {
    message.map(|mut message| {
        message.receive(bytes);
        message
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(abi in any_abi(), bytes in proptest::collection::vec(any::<u8>(), 0..300), n: u32, m: u32) {
        let layout = domain::Layout::of(&abi);
        prop_assert_eq!(layout.decode(&bytes).is_some(), bytes.len() >= layout.size);
        if let Some(record) = layout.decode(&bytes) {
            prop_assert!(record.vcpus(&abi) <= domain::MOST_VCPUS);
            let _ = (record.kind(&abi), record.flags.shutdown());
            prop_assert_eq!(layout.identity(&bytes), Some((record.domain, record.handle)));
        }
        let _ = domain::Layout::of_size(&abi, bytes.len());
        if let Some(reply) = answered(physinfo::ask(&abi), &bytes) {
            let host = physinfo::PhysInfo::decode(&abi, &reply);
            prop_assert!((1..=physinfo::MOST_CPUS).contains(&host.cpus) && host.max_cpu_id < physinfo::MOST_CPUS);
            let _ = host.abilities(&abi);
        }
        if let Some(reply) = answered(vcpu::ask(&abi, 1, 0), &bytes) {
            let _ = (vcpu::decode(&abi, &reply), reply.domain(), domain::listed(&reply), cpu::timed(&reply));
            let _ = (cpu::placed(&abi, &reply), cpu::heap(&reply), pool::decode(&reply), console::decode(&reply));
            let kind = sched::Kind::new(n % 12);
            let _ = (sched::decode(&abi, kind, &reply), sched::pool(&abi, kind, &reply), sched::default(&reply));
        }
        let (cpus, index) = (n % 5000, m % 5000);
        let _ = (cpu::idle(&bytes, m as usize), cpu::place(&abi, &bytes, cpus, index), cpu::node_of(&bytes, index));
        let _ = (cpu::numa_memory(&abi, &bytes, n % 65, m % 65), cpu::numa_distance(&bytes, n % 65, m % 65, m % 64));
        let _ = (about::string(&bytes), about::CompileInfo::decode(&bytes), about::varbuf_bytes(&bytes, n.into()));
        let _ = (message::entry_result(&bytes), hvm::value(&bytes));
    }

    #[test]
    fn any_change_can_be_made_a_message_and_none_passes_the_fence(
        abi in any_abi(), n in any::<u64>(), (domain, vcpu, weight) in any::<(u16, u32, u16)>(), bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let maps = vcpu::NewMaps { hard: Some(n), soft: Some(n), cpus: vcpu, bits: n };
        let hard = vcpu::NewMaps { soft: None, ..maps };
        let credit = sched::Kind::new(vcpu % 12);
        let reply = answered(sched::ask(&abi, domain, credit), &bytes);
        let put = reply.and_then(|reply| sched::put(&reply, credit, Some(weight), Some(weight)));
        let changes = [
            command::max_memory(&abi, domain, n),
            command::max_vcpus(&abi, domain, vcpu),
            command::destroy(&abi, domain),
            command::trigger(&abi, domain, Button::Reset),
            vcpu::set_affinity(&abi, domain, vcpu, &maps),
            vcpu::set_affinity(&abi, domain, vcpu, &hard),
        ];
        for message in changes.into_iter().flatten() {
            prop_assert!(!query::message_only_asks(message.hypercall(), message.bytes()));
        }
        if let Some(put) = put {
            prop_assert_eq!(put.argument()[8..12].to_vec(), [weight.to_le_bytes(), weight.to_le_bytes()].concat());
        }
        for number in [7, 13, 35, 36, 34, 12] {
            let _ = query::only_asks(number, [n, n % 9, 0, 0, 0], |_, _| Some(&bytes));
            let _ = query::message_only_asks(number, &bytes);
        }
    }
}
