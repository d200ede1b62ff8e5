//! Laws of the hypervisor driver, over a simulated hypervisor that reads and writes real memory.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "a test"
)]

mod support {
    pub mod simxen;
}

use std::sync::Arc;

use domtop::{
    driver::{Error, Observe, session::assemble, xen::hypercall::Xen},
    model::{
        CpuSet, Demand, Domain, DomainId, DomainKey, DomainState, GuestType, HostId, KiB, Kind, Light, Nanos,
        Op, Reading, ShutdownReason, Snapshot, Stamp, VcpuCount,
    },
};
use nix::errno::Errno;
use support::simxen::{Called, RELEASES, SimDomain, SimXen, State};
use uuid::Uuid;

fn open(sim: &Arc<SimXen>) -> Xen {
    Xen::over(sim.clone()).expect("a hypervisor that answers")
}

fn refusal(state: State) -> Error {
    Xen::over(SimXen::new(state)).err().expect("a hypervisor that does not")
}

fn read(xen: &Xen) -> Vec<Domain> {
    let mut domains = Vec::new();
    xen.domains(&mut domains).expect("a list");
    domains
}

fn ids(domains: &[Domain]) -> Vec<u32> {
    domains.iter().map(|d| d.key.id.unwrap().0).collect()
}

fn key(d: &SimDomain) -> DomainKey {
    DomainKey { id: Some(DomainId(d.id.into())), uuid: Uuid::from_bytes(d.handle) }
}

/// Domains 0, step, 2 × step…
fn sparse(count: u16, step: u16) -> Vec<SimDomain> {
    (0..count).map(|i| SimDomain::new(i * step)).collect()
}

/// Domains that differ in all a record tells.
fn varied() -> Vec<SimDomain> {
    let control =
        SimDomain { flags: 0xffff_0020, online: 2, vcpus: 4, max_pages: u64::MAX, ..SimDomain::new(0) };
    let hvm = SimDomain { flags: 0xffff_0002, emulation: 0xff, cpupool: 3, ..SimDomain::new(2) };
    let empty = SimDomain { flags: 0xffff_0008, online: 0, vcpus: 0, ..SimDomain::new(3) };
    let crashed = SimDomain { flags: 0x0003_0006, emulation: 1, ..SimDomain::new(700) };
    vec![control, SimDomain::new(1), hvm, empty, crashed]
}

#[test]
fn every_release_is_probed_and_its_domains_read() {
    for &(name, ..) in RELEASES {
        let sim = SimXen::of(name, varied());
        let domains = read(&open(&sim));
        assert_eq!(ids(&domains), [0, 1, 2, 3, 700], "{name}");
        for (row, d) in domains.iter().zip(varied()) {
            assert_eq!(row.key, key(&d), "{name}");
            assert_eq!(row.memory, KiB(d.tot_pages * 4), "{name}");
            assert_eq!(row.cpu_time, Nanos(d.cpu_time), "{name}");
            assert_eq!(row.vcpus, VcpuCount { online: d.online, max: d.vcpus }, "{name} {:?}", row.key);
        }
        assert_eq!(domains[0].max_memory, Reading::Unsupported, "{name}");
        assert_eq!(domains[1].max_memory, Reading::Known(KiB(16_641 * 4)), "{name}");
        let states = domains.iter().map(|d| d.state).collect::<Vec<_>>();
        let expected =
            [DomainState::Running, DomainState::Blocked, DomainState::Running, DomainState::Paused];
        assert_eq!(states[..4], expected, "{name}");
        assert_eq!(states[4], DomainState::Crashed, "{name}");
    }
}

#[test]
fn cpupools_and_guest_types_are_told_since_their_releases() {
    for &(name, release, domctl, _) in RELEASES {
        let domains = read(&open(&SimXen::of(name, varied())));
        let pools = domains.iter().map(|d| d.pool.known().copied()).collect::<Vec<_>>();
        let expected =
            if release >= (4, 1) { [Some(0), Some(0), Some(3), Some(0), Some(0)] } else { [None; 5] };
        assert_eq!(pools, expected, "{name}");
        let guests = domains.iter().map(|d| d.guest.known().copied()).collect::<Vec<_>>();
        let last = if domctl >= 15 { GuestType::Pvh } else { GuestType::Hvm };
        let told = [GuestType::Pv, GuestType::Pv, GuestType::Hvm, GuestType::Pv, last].map(Some);
        assert_eq!(guests, if domctl >= 4 { told } else { [None; 5] }, "{name}");
    }
}

#[test]
fn bit_seven_is_the_first_pvh_only_in_4_4_to_4_8() {
    for &(name, release, domctl, _) in RELEASES.iter().filter(|row| row.2 >= 4) {
        let marked = SimDomain { flags: 0xffff_0080, ..SimDomain::new(1) };
        let guest = read(&open(&SimXen::of(name, vec![SimDomain::new(0), marked])))[1].guest.clone();
        let early = ((4, 4)..=(4, 8)).contains(&release);
        assert!(domctl >= 4);
        let expected = if early { GuestType::Pvh } else { GuestType::Pv };
        assert_eq!(guest, Reading::Known(expected), "{name}");
    }
}

#[test]
fn a_control_domain_with_nothing_but_interrupts_emulated_is_pvh() {
    let control = SimDomain { flags: 0xffff_0022, emulation: 0x411, ..SimDomain::new(0) };
    let domains = read(&open(&SimXen::of("4.17", vec![control])));
    assert_eq!(domains[0].guest, Reading::Known(GuestType::Pvh));
}

#[test]
fn a_limit_of_all_the_host_has_is_none() {
    let limited = |max_pages| {
        let domain = SimDomain { max_pages, ..SimDomain::new(0) };
        read(&open(&SimXen::of("4.17", vec![domain])))[0].max_memory.clone()
    };
    assert_eq!(limited((4 << 20) - 1), Reading::Known(KiB((16 << 20) - 4)));
    assert_eq!(limited(4 << 20), Reading::Unsupported);
}

#[test]
fn memory_of_every_release_is_read_right() {
    for &(name, _, _, sysctl) in RELEASES {
        let xen = open(&SimXen::of(name, varied()));
        let memory = xen.host_memory().expect("memory");
        assert_eq!((memory.total, memory.free), (KiB(16 << 20), KiB(4 << 20)), "{name}");
        let scrub = if (1..7).contains(&sysctl) { 44 } else { 0 };
        assert_eq!(memory.scrub, KiB(scrub), "{name}");
        assert_eq!(memory.outstanding, KiB(if sysctl >= 10 { 52 } else { 0 }), "{name}");
    }
}

#[test]
fn idle_times_are_told_since_3_2_and_for_the_cpus_there_may_be() {
    for &(name, _, _, sysctl) in RELEASES {
        let xen = open(&SimXen::of(name, varied()));
        let mut times = Vec::new();
        assert_eq!(xen.pcpu_times(&mut times).is_ok(), sysctl >= 6, "{name}");
        assert_eq!(xen.info().ops.contains(&Op::PcpuTimes), sysctl >= 6, "{name}");
        if sysctl >= 6 {
            let idle = times.iter().map(|t| t.idle.0).collect::<Vec<_>>();
            assert_eq!(idle, [1_000_000, 2_000_000, 3_000_000, 4_000_000], "{name}");
        }
    }
}

#[test]
fn the_machine_of_every_release_is_read_right() {
    for &(name, release, ..) in RELEASES {
        let node = open(&SimXen::of(name, varied())).node().expect("a machine");
        assert_eq!(node.online(), 4, "{name}");
        assert_eq!(node.cpu_khz, Reading::Known(2_400_000), "{name}");
        assert_eq!(node.numa.len(), 1, "{name}");
        let told = release >= (4, 1);
        let cores = node.pcpus.iter().map(|p| p.core).collect::<Vec<_>>();
        assert_eq!(cores, if told { [0, 0, 1, 1] } else { [0, 1, 2, 3] }, "{name}");
        assert_eq!(node.numa[0].total, if told { KiB(8 << 20) } else { KiB(16 << 20) }, "{name}");
        assert_eq!(node.numa[0].distances, if told { vec![10] } else { vec![] }, "{name}");
        let pools = node.pools.iter().map(|p| (p.id, p.domains, p.cpus.to_string())).collect::<Vec<_>>();
        let expected = [(0, 4, "0-2".to_owned()), (3, 1, "3".to_owned())];
        assert_eq!(pools, if told { expected.to_vec() } else { vec![] }, "{name}");
    }
}

#[test]
fn vcpus_of_every_release_come_in_one_multicall() {
    for &(name, ..) in RELEASES {
        let sim = SimXen::of(name, varied());
        let xen = open(&sim);
        let (domains, mut vcpus) = (read(&xen), Vec::new());
        sim.clear_counts();
        xen.vcpus(&domains, &mut vcpus).expect("vCPUs");
        assert_eq!((sim.calls(), sim.count(Called::Multicall)), (1, 1), "{name}");
        let places = vcpus.iter().map(|v| (v.domain.0, v.index, v.pcpu)).collect::<Vec<_>>();
        assert_eq!(
            places,
            [(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 3, 3), (1, 0, 0), (2, 0, 0), (700, 0, 0)],
            "{name}"
        );
        assert_eq!(vcpus[1].cpu_time, Nanos(1_000_000_007 / 4 + 1), "{name}");
        assert!(vcpus[0].online && vcpus[0].blocked && !vcpus[0].running, "{name}");
    }
}

#[test]
fn without_multicall_vcpus_are_read_one_by_one_and_it_is_tried_once() {
    for errno in [Errno::ENOSYS, Errno::EPERM] {
        let sim = SimXen::of("4.15", varied());
        sim.change(|s| s.no_multicall = Some(errno));
        let xen = open(&sim);
        let (domains, mut vcpus) = (read(&xen), Vec::new());
        for _ in 0..3 {
            vcpus.clear();
            xen.vcpus(&domains, &mut vcpus).expect("vCPUs");
            assert_eq!(vcpus.len(), 7);
        }
        assert_eq!((sim.count(Called::Multicall), sim.count(Called::Domctl)), (1, 3 * 7 + 1));
    }
}

#[test]
fn a_domain_that_vanished_between_two_calls_is_left_out_without_an_error() {
    for name in ["3.0.0", "3.4", "4.17", "4.22"] {
        let sim = SimXen::of(name, varied());
        let xen = open(&sim);
        let (domains, mut vcpus) = (read(&xen), Vec::new());
        sim.change(|s| {
            s.domains.retain(|d| d.id != 1);
            s.domains[0].vcpus = 2;
        });
        xen.vcpus(&domains, &mut vcpus).expect("the rest");
        xen.vcpus(&domains[1..2], &mut vcpus).expect("nothing");
        sim.change(|s| s.domains[1].vcpus = 0);
        xen.vcpus(&domains[2..3], &mut vcpus).expect("nothing");
        let left = vcpus.iter().map(|v| (v.domain.0, v.index)).collect::<Vec<_>>();
        assert_eq!(left, [(0, 0), (0, 1), (2, 0), (700, 0)], "{name}");
        let gone = xen.affinities(key(&SimDomain::new(1))).unwrap_err();
        assert_eq!(gone.kind, Kind::NoDomain, "{name}");
        assert_eq!(xen.scheduler(key(&SimDomain::new(1))).unwrap_err().kind, Kind::NoDomain, "{name}");
    }
}

#[test]
fn a_domain_a_policy_refuses_does_not_take_the_others_vcpus_away() {
    let sim = SimXen::of("4.17", varied());
    let xen = open(&sim);
    let (domains, mut vcpus) = (read(&xen), Vec::new());
    sim.change(|s| s.hidden = vec![0]);
    xen.vcpus(&domains, &mut vcpus).expect("the rest");
    assert_eq!(vcpus.iter().map(|v| v.domain.0).collect::<Vec<_>>(), [1, 2, 700]);
    sim.change(|s| s.hidden = vec![0, 1, 2, 700]);
    vcpus.clear();
    assert_eq!(xen.vcpus(&domains, &mut vcpus).unwrap_err().kind, Kind::Denied);
}

#[test]
fn more_vcpus_than_one_call_takes_come_in_parts() {
    let large = |id| SimDomain { vcpus: 8192, online: 8192, ..SimDomain::new(id) };
    let sim = SimXen::of("4.17", (0..5).map(large).collect());
    let xen = open(&sim);
    let (domains, mut vcpus) = (read(&xen), Vec::new());
    sim.clear_counts();
    xen.vcpus(&domains, &mut vcpus).expect("vCPUs");
    let expected = (0..5).flat_map(|id| (0..8192).map(move |index| (DomainId(id), index)));
    assert!(vcpus.iter().map(|v| (v.domain, v.index)).eq(expected));
    assert_eq!(sim.calls(), 2);
}

#[test]
fn an_id_given_again_is_another_domain() {
    let sim = SimXen::of("4.17", varied());
    let xen = open(&sim);
    let old = key(&SimDomain::new(1));
    sim.change(|s| s.domains[1].handle[0] = 0x99);
    assert_eq!(xen.affinities(old).unwrap_err().kind, Kind::NoDomain);
}

#[test]
fn affinities_of_every_release_are_read_right() {
    for &(name, release, ..) in RELEASES {
        let control = SimDomain { vcpus: 3, online: 3, pinned: true, ..SimDomain::new(0) };
        let sim = SimXen::of(name, vec![control.clone(), SimDomain::new(5)]);
        let xen = open(&sim);
        let pinned = xen.affinities(key(&control)).expect("affinities");
        let hard = pinned.iter().map(|a| (a.vcpu, a.hard.to_string())).collect::<Vec<_>>();
        assert_eq!(hard, [(0, "0".into()), (1, "1".into()), (2, "2".into())], "{name}");
        let free = xen.affinities(key(&SimDomain::new(5))).expect("affinities");
        assert_eq!(free[0].hard, CpuSet::all(), "{name}");
        let soft = if release >= (4, 5) { "0,2" } else { "all" };
        assert_eq!(free[0].soft.to_string(), soft, "{name}");
    }
}

#[test]
fn scheduler_parameters_of_every_release_are_read_right() {
    for &(name, release, _, sysctl) in RELEASES {
        let sim = SimXen::of(name, varied());
        let share = open(&sim).scheduler(key(&varied()[1])).expect("a share");
        let (word, weight, cap) = match release {
            _ if sysctl == 0 => ("sedf", 2, None),
            (3, _) | (4, ..12) => ("credit", 300, Some(50)),
            _ => ("credit2", 256, Some(70)),
        };
        assert_eq!((&*share.scheduler, share.weight, share.cap), (word, Some(weight), cap), "{name}");
    }
}

#[test]
fn a_domain_has_the_scheduler_of_its_pool_not_of_the_host() {
    let xen = open(&SimXen::of("4.17", varied()));
    let share = xen.scheduler(key(&varied()[2])).expect("a share");
    assert_eq!((&*share.scheduler, share.cap), ("credit", Some(50)));
    let other = share.other.iter().map(|(name, value)| (&**name, *value)).collect::<Vec<_>>();
    assert_eq!(other, [("timeslice", 30_000), ("ratelimit", 1000), ("migration delay", 0)]);
}

#[test]
fn credit2_has_caps_since_4_10() {
    for (name, cap) in [("4.9", None), ("4.10.4", Some(70))] {
        let sim = SimXen::of(name, varied());
        sim.change(|s| s.scheduler = 6);
        let share = open(&sim).scheduler(key(&varied()[1])).expect("a share");
        assert_eq!((&*share.scheduler, share.weight, share.cap), ("credit2", Some(256), cap), "{name}");
    }
}

#[test]
fn schedulers_without_weights_have_none() {
    for (scheduler, name, period) in [(8, "rtds", Some(10_000)), (9, "null", None), (77, "unknown", None)] {
        let sim = SimXen::of("4.17", varied());
        sim.change(|s| s.scheduler = scheduler);
        let share = open(&sim).scheduler(key(&varied()[1])).expect("a share");
        assert_eq!((&*share.scheduler, share.weight, share.cap), (name, None, None));
        assert_eq!(share.other.first().map(|o| o.1), period);
    }
}

#[test]
fn a_tick_is_three_hypercalls_for_any_number_of_domains() {
    for count in [1, 100, 1_000, 10_000] {
        let sim = SimXen::of("4.17", sparse(count, 3));
        let xen = open(&sim);
        let driver = vec![(xen.info(), Ok(Arc::new(xen) as _))];
        let mut session = assemble(HostId(0), driver, false).expect("a session");
        let mut snapshot = Snapshot::default();
        session.reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
        sim.clear_counts();
        for tick in 1..=5 {
            let at = Stamp { mono: Nanos(tick * 1_000_000_000), wall: Nanos(0) };
            session.reader.sample(at, &Demand::default(), &mut snapshot);
            assert_eq!(snapshot.domains.len(), usize::from(count));
        }
        let each = [Called::List, Called::PhysInfo, Called::CpuInfo].map(|called| sim.count(called));
        assert_eq!((each, sim.calls()), ([5, 5, 5], 15), "{count} domains");
    }
}

#[test]
fn sparse_ids_above_256_are_read_once_each() {
    for (count, step) in [(256, 1), (257, 1), (300, 3), (1_000, 5), (512, 61), (9, 4_000)] {
        let sim = SimXen::of("4.17", sparse(count, step));
        let xen = open(&sim);
        assert_eq!(ids(&read(&xen)), (0..count).map(|i| u32::from(i * step)).collect::<Vec<_>>());
        let mut more = sparse(count, step);
        more.extend((1..2_000).map(|i| SimDomain::new(30_000 + i)).filter(|d| d.id % step != 0));
        more.sort_by_key(|d| d.id);
        let expected = more.iter().map(|d| u32::from(d.id)).collect::<Vec<_>>();
        sim.change(|s| s.domains = more);
        assert_eq!(ids(&read(&xen)), expected);
    }
}

#[test]
fn as_many_domains_as_there_can_be_are_read() {
    let sim = SimXen::of("4.22", (0..0x7ff0).map(SimDomain::new).collect());
    let xen = open(&sim);
    sim.clear_counts();
    assert_eq!(read(&xen).len(), 0x7ff0);
    assert_eq!(sim.calls(), 1);
}

#[test]
fn ids_no_guest_can_have_are_left_out() {
    let domains =
        vec![SimDomain::new(0), SimDomain::new(0x7fef), SimDomain::new(0x7ff0), SimDomain::new(0x7ff4)];
    assert_eq!(ids(&read(&open(&SimXen::of("4.17", domains)))), [0, 0x7fef]);
}

#[test]
fn a_row_keeps_what_others_filled_in_until_its_domain_is_another() {
    let sim = SimXen::of("4.17", sparse(8, 2));
    let xen = open(&sim);
    let mut domains = read(&xen);
    for row in &mut domains {
        row.name = domtop::model::Name::new(&format!("name{}", row.key.id.unwrap().0));
        row.target = Reading::Known(KiB(5));
    }
    sim.change(|s| {
        s.domains.retain(|d| d.id != 0 && d.id != 8);
        s.domains.insert(0, SimDomain::new(1));
        s.domains.insert(4, SimDomain::new(9));
        s.domains.push(SimDomain::new(99));
        s.domains[2].handle[3] = 0xaa;
    });
    xen.domains(&mut domains).expect("a list");
    let rows = domains.iter().map(|d| (d.key.id.unwrap().0, d.name.raw())).collect::<Vec<_>>();
    let expected = [
        (1, ""),
        (2, "name2"),
        (4, ""),
        (6, "name6"),
        (9, ""),
        (10, "name10"),
        (12, "name12"),
        (14, "name14"),
        (99, ""),
    ];
    assert_eq!(rows, expected);
    assert!(domains.iter().all(|d| d.target.known().is_none() == d.name.raw().is_empty()));
}

#[test]
fn a_hypervisor_that_lies_about_its_count_is_not_believed() {
    let sim = SimXen::of("4.17", sparse(3, 1));
    let xen = open(&sim);
    let mut domains = read(&xen);
    sim.change(|s| s.lie = Some(u32::MAX));
    let error = xen.domains(&mut domains).unwrap_err();
    assert_eq!(error.kind, Kind::Malformed);
    assert_eq!(xen.light(), Light::Down(error.message));
    assert_eq!(ids(&domains), [0, 1, 2], "what was read before stays");
    sim.change(|s| s.lie = None);
    xen.domains(&mut domains).expect("a list");
    assert_eq!(xen.light(), Light::Ready);
}

#[test]
fn a_list_out_of_order_is_not_believed() {
    let sim = SimXen::of("4.17", vec![SimDomain::new(0), SimDomain::new(7), SimDomain::new(7)]);
    assert_eq!(open(&sim).domains(&mut Vec::new()).unwrap_err().kind, Kind::Malformed);
}

#[test]
fn a_domain_that_claims_billions_of_vcpus_costs_no_more_than_the_most_there_can_be() {
    let greedy = SimDomain { vcpus: u32::MAX - 3, ..SimDomain::new(1) };
    let sim = SimXen::of("4.17", vec![SimDomain::new(0), greedy]);
    let xen = open(&sim);
    assert_eq!(read(&xen)[1].vcpus.max, 8192);
}

#[test]
fn a_missing_page_is_touched_and_the_call_made_again_twice_at_most() {
    let sim = SimXen::of("4.17", sparse(3, 1));
    let xen = open(&sim);
    sim.change(|s| s.faults = 2);
    assert_eq!(read(&xen).len(), 3);
    assert_eq!(sim.touched(), 2);
    sim.change(|s| s.faults = 3);
    assert_eq!(xen.domains(&mut Vec::new()).unwrap_err().kind, Kind::Failed);
}

#[test]
fn memory_is_one_run_of_pages_however_long_it_lasts() {
    let sim = SimXen::of("4.17", sparse(2_000, 2));
    let xen = open(&sim);
    let (mut domains, mut vcpus) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        xen.domains(&mut domains).expect("a list");
        vcpus.clear();
        xen.vcpus(&domains, &mut vcpus).expect("vCPUs");
        assert_eq!((vcpus.len(), sim.mappings()), (2_000, 1));
    }
}

#[test]
fn a_domain_a_policy_hides_does_not_hide_the_others() {
    for (name, hidden) in
        [("4.17", vec![40]), ("4.17", vec![3, 20, 39, 40]), ("4.1", vec![40]), ("4.20", vec![40])]
    {
        let sim = SimXen::of(name, sparse(41, 1));
        sim.change(|s| s.hidden.clone_from(&hidden));
        let expected = (0..41).filter(|id| !hidden.contains(id)).map(u32::from).collect::<Vec<_>>();
        assert_eq!(ids(&read(&open(&sim))), expected, "{name} without {hidden:?}");
    }
}

#[test]
fn a_backported_record_is_recognised_by_its_size() {
    for (name, records) in [("4.10.0", 15), ("4.14", 20), ("3.4", 9), ("4.17", 15)] {
        let sim = SimXen::of(name, varied());
        sim.change(|s| s.records = records);
        let domains = read(&open(&sim));
        assert_eq!(ids(&domains), [0, 1, 2, 3, 700], "{name}");
        assert_eq!(domains[4].key, key(&varied()[4]), "{name}");
        assert_eq!(domains[4].cpu_time, Nanos(varied()[4].cpu_time), "{name}");
    }
}

#[test]
fn a_record_that_ends_in_what_the_buffer_was_filled_with_is_measured_right() {
    for byte in [0xa5, 0x5a] {
        let word = u32::from_le_bytes([byte; 4]);
        let domain = SimDomain { handle: [byte; 16], cpupool: word, ..SimDomain::new(0) };
        let domains = read(&open(&SimXen::of("4.9", vec![domain.clone(), SimDomain::new(1)])));
        assert_eq!((ids(&domains), domains[0].key), (vec![0, 1], key(&domain)));
    }
}

#[test]
fn a_release_of_the_future_is_read_where_its_records_have_the_known_size() {
    let mut future = State::new("4.22", varied());
    (future.release, future.sysctl, future.domctl, future.records) = ((4, 24), 24, 25, 24);
    let domains = read(&open(&SimXen::new(future)));
    assert_eq!(ids(&domains), [0, 1, 2, 3, 700]);
}

#[test]
fn a_release_of_the_future_with_other_records_is_refused_by_name() {
    let mut future = State::new("4.22", varied());
    (future.release, future.sysctl, future.domctl, future.extra) = ((4, 25), 23, 26, 16);
    let error = refusal(future.clone());
    assert_eq!(error.kind, Kind::Malformed);
    assert!(error.message.contains("Xen 4.25 speaks sysctl 0x17 and domctl 0x1a"), "{error}");
    assert!(error.message.contains("128 bytes, which this domtop does not know"), "{error}");
    (future.extra, future.records) = (0, 15);
    assert!(refusal(future.clone()).message.contains("104 bytes"), "a size of the past is no proof either");
    future.sysctl = 99;
    let error = refusal(future);
    assert!(
        error.message.contains("Xen 4.25 speaks a sysctl interface which this domtop does not know"),
        "{error}"
    );
    assert!(error.hint.is_some_and(|hint| hint.contains("0x16")));
}

#[test]
fn a_refusal_says_whether_rights_or_a_policy_are_behind_it() {
    for name in ["3.0.0", "3.4", "4.2", "4.17", "4.22"] {
        let mut state = State::new(name, varied());
        state.privileged = false;
        let error = refusal(state.clone());
        assert_eq!(error.kind, Kind::Denied, "{name}");
        assert!(error.message.contains("not a privileged domain"), "{name}: {error}");
        (state.privileged, state.policy) = (true, true);
        let error = refusal(state);
        assert_eq!(error.kind, Kind::Denied, "{name}");
        assert!(
            error.hint.is_some_and(|hint| hint.contains("XSM")) || error.message.contains("XSM"),
            "{name}"
        );
    }
}

#[test]
fn a_policy_that_comes_later_says_so_and_leaves_the_rows() {
    let sim = SimXen::of("4.20", varied());
    let xen = open(&sim);
    let mut domains = read(&xen);
    sim.change(|s| s.policy = true);
    let error = xen.domains(&mut domains).unwrap_err();
    assert_eq!((error.kind, domains.len()), (Kind::Denied, 5));
    assert!(error.message.contains("XSM"));
}

#[test]
fn what_xen_says_of_itself_is_told() {
    for &(name, release, ..) in RELEASES {
        let about = open(&SimXen::of(name, varied())).hypervisor().expect("what it is");
        assert_eq!(&*about.version, format!("{}.{}.7", release.0, release.1), "{name}");
        assert_eq!(
            about.capabilities.iter().map(|c| &**c).collect::<Vec<_>>(),
            ["xen-3.0-x86_64", "hvm-3.0-x86_64"]
        );
        let fact =
            |name: &str| about.facts.iter().find(|f| &*f.0 == name).map_or("", |f| f.1.raw()).to_owned();
        assert_eq!(fact("compiler"), "gcc", "{name}");
        assert_eq!(fact("build id"), if release >= (4, 7) { "abcd01" } else { "not told" }, "{name}");
        let line = if release >= (4, 0) { "placeholder loglvl=all" } else { "not told" };
        assert_eq!(fact("command line"), line, "{name}");
        assert!(fact("interface").contains("domain records of"), "{name}");
    }
}

#[test]
fn strings_that_are_denied_are_not_told() {
    for name in ["4.17", "4.20"] {
        let sim = SimXen::of(name, varied());
        sim.change(|s| s.denied = true);
        let about = open(&sim).hypervisor().expect("what it is");
        assert_eq!((&*about.version, about.capabilities.len()), (name, 0));
        assert!(about.facts.iter().all(|f| !f.1.raw().contains("denied")));
    }
}

#[test]
fn the_console_is_read_on_from_where_one_left_off() {
    for &(name, ..) in RELEASES {
        let sim = SimXen::of(name, varied());
        let xen = open(&sim);
        let (log, cursor) = xen.host_log(0).expect("a log");
        assert!(log.starts_with("(XEN) Xen version\n"), "{name}");
        assert_eq!(xen.host_log(cursor).expect("a log"), (String::new(), cursor), "{name}");
        sim.change(|s| s.console.extend_from_slice(b"(XEN) more\n"));
        assert_eq!(xen.host_log(cursor).expect("a log").0, "(XEN) more\n", "{name}");
    }
}

#[test]
fn a_large_console_is_read_whole() {
    let sim = SimXen::of("4.17", varied());
    let text = (0..20_000).map(|i| format!("line {i}")).collect::<Vec<_>>().join("\n");
    sim.change(|s| {
        s.ring = 100_000;
        s.console = text.clone().into_bytes();
    });
    let (log, cursor) = open(&sim).host_log(0).expect("a log");
    assert_eq!(log, text[text.len() - 100_000..]);
    assert_eq!(cursor as usize, text.len());
}

#[test]
fn a_shutdown_tells_its_reason() {
    let reasons = [ShutdownReason::Poweroff, ShutdownReason::Reboot, ShutdownReason::Suspend];
    for (code, reason) in (0..).zip(reasons) {
        let domain = SimDomain { flags: 4 | code << 16, ..SimDomain::new(1) };
        let domains = read(&open(&SimXen::of("4.17", vec![SimDomain::new(0), domain])));
        assert_eq!(domains[1].state, DomainState::ShutDown(reason));
    }
}
