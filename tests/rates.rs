//! Laws of the rates: what two snapshots say, and when they say nothing.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test; the values are exact in binary")]

use std::sync::Arc;

use domtop::model::{
    DiskCounters, Domain, DomainId, DomainKey, HostId, Nanos, NetCounters, Node, Pcpu, PcpuTime, Reading,
    Snapshot, Stamp, Vcpu, VcpuCount,
    rates::{DomainRates, Rates},
};
use proptest::prelude::*;
use uuid::Uuid;

const SECOND: u64 = 1_000_000_000;

fn domain(id: u32, cpu_time: u64) -> Domain {
    Domain {
        key: DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(u128::from(id) + 1) },
        vcpus: VcpuCount { online: 4, max: 4 },
        cpu_time: Nanos(cpu_time),
        ..Domain::default()
    }
}

fn at(mono: u64, domains: Vec<Domain>) -> Snapshot {
    Snapshot { at: Stamp { mono: Nanos(mono), wall: Nanos(0) }, domains, ..Snapshot::default() }
}

fn between(old: &Snapshot, new: &Snapshot) -> Rates {
    let mut rates = Rates::default();
    rates.fill(Some(old), new);
    rates
}

fn traffic(rx: u64) -> Domain {
    let net = NetCounters { rx_bytes: rx, ..NetCounters::default() };
    Domain { net: Reading::Known(net), ..domain(1, 0) }
}

fn rx(old: u64, new: u64) -> Option<f64> {
    between(&at(0, vec![traffic(old)]), &at(SECOND, vec![traffic(new)])).domains[0].net.map(|n| n.rx_bytes)
}

#[test]
fn cpu_is_time_used_over_time_passed() {
    let rates = between(&at(0, vec![domain(3, 5)]), &at(SECOND / 2, vec![domain(3, 5 + SECOND)]));
    assert_eq!(rates.domains[0].cpu, Some(200.0));
    assert_eq!(rates.span, Nanos(SECOND / 2));
}

#[test]
fn rates_stand_in_the_order_of_the_newer_snapshot() {
    let old = at(0, vec![domain(1, 0), domain(2, 0), domain(5, 0), domain(9, 0)]);
    let new = at(SECOND, vec![domain(0, 7), domain(2, SECOND), domain(9, 2 * SECOND), domain(11, 3)]);
    let cpus: Vec<_> = between(&old, &new).domains.iter().map(|d| d.cpu).collect();
    assert_eq!(cpus, [None, Some(100.0), Some(200.0), None]);
}

#[test]
fn an_id_used_again_is_another_domain() {
    let mut other = domain(1, 10 * SECOND);
    other.key.uuid = Uuid::from_u128(99);
    let rates = between(&at(0, vec![domain(1, 0)]), &at(SECOND, vec![other, domain(2, 0)]));
    assert_eq!(rates.domains[0], DomainRates::default());
}

#[test]
fn a_restart_under_the_same_key_gives_no_cpu() {
    let rates = between(&at(0, vec![domain(1, 9 * SECOND)]), &at(SECOND, vec![domain(1, SECOND)]));
    assert_eq!(rates.domains[0].cpu, None);
}

#[test]
fn a_domain_that_is_off_has_no_rates() {
    let off = || Domain { key: DomainKey { id: None, uuid: Uuid::from_u128(1) }, ..traffic(5) };
    let rates = between(&at(0, vec![off()]), &at(SECOND, vec![off()]));
    assert_eq!(rates.domains, [DomainRates::default()]);
}

#[test]
fn noise_does_not_exceed_all_vcpus() {
    let rates = between(&at(0, vec![domain(1, 0)]), &at(SECOND, vec![domain(1, 4 * SECOND + 99_999_999)]));
    assert_eq!(rates.domains[0].cpu, Some(400.0));
}

#[test]
fn a_step_of_the_wall_clock_changes_nothing() {
    let old = at(0, vec![domain(1, 0)]);
    let mut new = at(SECOND, vec![domain(1, SECOND)]);
    let before = between(&old, &new);
    new.at.wall = Nanos(u64::MAX);
    assert_eq!(between(&old, &new), before);
}

#[test]
fn no_time_no_rates() {
    for mono in [SECOND, SECOND - 1] {
        let rates = between(&at(SECOND, vec![domain(1, 0)]), &at(mono, vec![domain(1, SECOND)]));
        assert_eq!(rates, Rates { domains: vec![DomainRates::default()], ..Rates::default() });
    }
}

#[test]
fn nothing_is_said_next_to_a_stale_snapshot() {
    let (old, new) = (at(0, vec![domain(1, 0)]), at(SECOND, vec![domain(1, SECOND)]));
    let stale = |s: &Snapshot| Snapshot { stale: Some("gone".into()), ..s.clone() };
    assert_eq!(between(&old, &stale(&new)).domains[0].cpu, None);
    assert_eq!(between(&stale(&old), &new).domains[0].cpu, None);
    assert_eq!(between(&old, &new).domains[0].cpu, Some(100.0));
}

#[test]
fn another_host_is_not_compared() {
    let old = Snapshot { host: HostId(1), ..at(0, vec![domain(1, 0)]) };
    assert_eq!(between(&old, &at(SECOND, vec![domain(1, SECOND)])).domains[0].cpu, None);
}

#[test]
fn a_counter_of_32_bits_goes_round() {
    assert_eq!(rx((1 << 32) - 600, 400), Some(1000.0));
}

#[test]
fn a_counter_that_went_back_otherwise_was_reset() {
    assert_eq!(rx(1000, 400), None);
    assert_eq!(rx((1 << 31) + 5, (1 << 31) + 4), None);
    assert_eq!(rx((1 << 32) + 5, 7), None);
    assert_eq!(rx(u64::MAX, 0), None);
}

#[test]
fn a_counter_of_64_bits_passes_the_32nd_bit() {
    assert_eq!(rx((1 << 32) - 1, (1 << 32) + 999), Some(1000.0));
}

#[test]
fn a_disk_counter_that_went_back_silences_the_disk_only() {
    let with = |reads, cpu| Domain {
        disk: Reading::Known(DiskCounters { read_bytes: reads, ..DiskCounters::default() }),
        ..domain(1, cpu)
    };
    let rates = between(&at(0, vec![with(10, 0)]), &at(SECOND, vec![with(9, SECOND)]));
    assert_eq!((rates.domains[0].cpu, rates.domains[0].disk), (Some(100.0), None));
}

#[test]
fn a_driver_lost_on_either_side_gives_no_traffic() {
    let lost = || Domain { net: Reading::Failed("no answer".into()), ..domain(1, 0) };
    for (old, new) in [(lost(), traffic(9)), (traffic(9), lost()), (domain(1, 0), traffic(9))] {
        assert_eq!(between(&at(0, vec![old]), &at(SECOND, vec![new])).domains[0].net, None);
    }
}

fn pcpus(idle: &[u64], online: &[bool], mono: u64) -> Snapshot {
    let node = Node {
        pcpus: online.iter().map(|&online| Pcpu { online, ..Pcpu::default() }).collect(),
        ..Node::default()
    };
    let pcpus = idle.iter().map(|&idle| PcpuTime { idle: Nanos(idle) }).collect();
    Snapshot { node: Arc::new(node), pcpus, ..at(mono, vec![domain(1, 0)]) }
}

#[test]
fn a_pcpu_is_busy_for_the_time_it_was_not_idle() {
    let online = [true, true, false, true];
    let old = pcpus(&[0, 0, 5, 100], &online, 0);
    let new = pcpus(&[SECOND / 4, 2 * SECOND, 5, 99], &online, SECOND);
    let rates = between(&old, &new);
    assert_eq!(rates.pcpus, [0.75, 0.0, 0.0, 0.0], "busy, noise, offline, went back");
    assert_eq!(rates.host_cpu, Some(75.0));
}

#[test]
fn without_pcpu_times_the_host_does_what_its_domains_do() {
    let old = at(0, vec![domain(1, 0), domain(2, 0)]);
    let new = at(SECOND, vec![domain(1, SECOND), domain(2, SECOND / 2), domain(3, 9)]);
    assert_eq!(between(&old, &new).host_cpu, Some(150.0));
    assert_eq!(between(&at(0, vec![]), &at(SECOND, vec![])).host_cpu, None);
}

#[test]
fn vcpus_are_matched_by_domain_and_index_and_end_with_their_domain() {
    let vcpu = |domain, index, time| Vcpu {
        domain: DomainId(domain),
        index,
        cpu_time: Nanos(time),
        ..Vcpu::default()
    };
    let mut old = at(0, vec![domain(1, 0), domain(2, 0)]);
    old.vcpus = vec![vcpu(1, 0, 0), vcpu(1, 2, 0), vcpu(2, 0, 0)];
    let mut new = at(SECOND, vec![domain(1, 0), domain(2, 0)]);
    new.domains[1].key.uuid = Uuid::from_u128(77);
    new.vcpus = vec![vcpu(1, 0, SECOND / 2), vcpu(1, 1, 9), vcpu(1, 2, SECOND), vcpu(2, 0, SECOND)];
    assert_eq!(between(&old, &new).vcpus, [Some(50.0), None, Some(100.0), None]);
}

#[test]
fn filling_again_forgets_what_was() {
    let mut rates = between(&at(0, vec![domain(1, 0)]), &at(SECOND, vec![domain(1, SECOND)]));
    let new = at(2 * SECOND, vec![domain(1, SECOND)]);
    rates.fill(None, &new);
    assert_eq!(rates, Rates { domains: vec![DomainRates::default()], ..Rates::default() });
}

#[test]
fn warm_buffers_are_kept() {
    let (old, new) = (at(0, vec![domain(1, 0); 50]), at(SECOND, vec![domain(1, 1); 50]));
    let mut rates = between(&old, &new);
    let place = rates.domains.as_ptr();
    rates.fill(Some(&old), &new);
    assert_eq!(rates.domains.as_ptr(), place);
}

prop_compose! {
    fn any_snapshot()(
        mono in 0..4 * SECOND,
        rows in prop::collection::vec((0..6_u32, 0..3_u128, any::<u64>(), 0..5_u32, any::<u64>()), 0..8),
        idle in prop::collection::vec(any::<u64>(), 0..4),
        vcpus in prop::collection::vec((0..6_u32, 0..3_u32, any::<u64>()), 0..8),
    ) -> Snapshot {
        let row = |(id, uuid, time, max, count): (u32, u128, u64, u32, u64)| Domain {
            key: DomainKey { id: (id > 0).then_some(DomainId(id)), uuid: Uuid::from_u128(uuid) },
            vcpus: VcpuCount { online: max, max },
            net: Reading::Known(NetCounters { rx_bytes: count, ..NetCounters::default() }),
            ..domain(id, time)
        };
        let vcpu = |(id, index, time)| Vcpu {
            domain: DomainId(id), index, cpu_time: Nanos(time), ..Vcpu::default()
        };
        Snapshot {
            pcpus: idle.into_iter().map(|idle| PcpuTime { idle: Nanos(idle) }).collect(),
            vcpus: vcpus.into_iter().map(vcpu).collect(),
            ..at(mono, rows.into_iter().map(row).collect())
        }
    }
}

proptest! {
    /// Also of lists in any order, which a lying peer may give.
    #[test]
    fn no_two_snapshots_give_a_rate_that_cannot_be(old in any_snapshot(), new in any_snapshot()) {
        let rates = between(&old, &new);
        prop_assert_eq!(rates.domains.len(), new.domains.len());
        prop_assert_eq!(rates.vcpus.len(), new.vcpus.len());
        for (rate, domain) in rates.domains.iter().zip(&new.domains) {
            let most = if domain.vcpus.max == 0 { f32::MAX } else { domain.vcpus.max as f32 * 100.0 };
            prop_assert!(rate.cpu.is_none_or(|cpu| (0.0..=most).contains(&cpu)));
            prop_assert!(rate.net.is_none_or(|net| net.rx_bytes >= 0.0 && net.rx_bytes.is_finite()));
        }
        prop_assert!(rates.pcpus.iter().all(|busy| (0.0..=1.0).contains(busy)));
        prop_assert!(rates.vcpus.iter().flatten().all(|cpu| (0.0..=100.0).contains(cpu)));
    }
}
