//! Laws of the history: what goes in comes out as means over time, bounded in memory.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test; the values are exact in 16 bits")]

use domtop::model::{
    Domain, DomainId, DomainKey, HostMemory, KiB, Nanos, Reading, Snapshot, Stamp,
    history::{DomainHistory, History, HostHistory, Ring},
    rates::{DiskRates, DomainRates, NetRates, Rates},
};
use proptest::prelude::*;
use uuid::Uuid;

const MS: u64 = 1_000_000;
const HALF: Nanos = Nanos(500 * MS);

fn ring(values: &[(f32, u64)]) -> Ring {
    let mut ring = Ring::new(8, HALF);
    for (value, ms) in values {
        ring.push(*value, Nanos(ms * MS));
    }
    ring
}

fn cells(ring: &Ring, ms: u64, cells: usize) -> Vec<Option<f32>> {
    ring.resample(Nanos(ms * MS), cells).collect()
}

#[test]
fn newest_stands_last_and_what_was_not_yet_is_none() {
    let ring = ring(&[(1.0, 500), (2.0, 500), (3.0, 500)]);
    assert_eq!(cells(&ring, 2500, 5), [None, None, Some(1.0), Some(2.0), Some(3.0)]);
    assert_eq!((ring.last(), ring.max_over(Nanos(1000 * MS))), (Some(3.0), Some(3.0)));
}

#[test]
fn a_bucket_is_the_mean_over_time_of_what_went_into_it() {
    let ring = ring(&[(100.0, 100), (0.0, 300), (50.0, 100)]);
    assert_eq!(cells(&ring, 500, 1), [Some(30.0)]);
}

#[test]
fn one_slow_sample_fills_many_buckets() {
    assert_eq!(cells(&ring(&[(7.0, 2000)]), 2000, 4), [Some(7.0); 4]);
}

#[test]
fn the_interval_may_change_in_between() {
    let ring = ring(&[(4.0, 1000), (8.0, 250), (0.0, 250), (2.0, 500)]);
    assert_eq!(cells(&ring, 2000, 4), [Some(4.0), Some(4.0), Some(4.0), Some(2.0)]);
}

#[test]
fn the_bucket_being_filled_is_shown() {
    let ring = ring(&[(4.0, 500), (8.0, 100)]);
    assert_eq!(cells(&ring, 1000, 2), [Some(4.0), Some(8.0)]);
    assert_eq!((ring.last(), ring.max_over(HALF)), (Some(8.0), Some(8.0)));
}

#[test]
fn a_full_cell_does_not_tremble() {
    let mut ring = ring(&[(1.0, 1000), (5.0, 1000)]);
    let before = cells(&ring, 2000, 2);
    ring.push(9.0, Nanos(100 * MS));
    assert_eq!(cells(&ring, 3000, 3)[..2], before);
}

#[test]
fn a_time_nobody_told_is_a_gap() {
    let mut ring = ring(&[(1.0, 500)]);
    ring.push_known(None, Nanos(500 * MS));
    ring.push(3.0, Nanos(250 * MS));
    assert_eq!(cells(&ring, 1500, 3), [Some(1.0), None, Some(3.0)]);
    ring.push_known(None, Nanos(250 * MS));
    assert_eq!(cells(&ring, 500, 1), [Some(3.0)], "a mean of what was told");
}

#[test]
fn what_is_older_than_the_buckets_falls_out() {
    let ring = ring(&[(9.0, 500), (1.0, 4000)]);
    assert_eq!(cells(&ring, 5000, 10)[..2], [None, None]);
    assert_eq!(ring.max_over(Nanos(u64::MAX)), Some(1.0));
}

#[test]
fn a_machine_that_slept_for_ages_fills_the_ring_and_no_more() {
    let mut ring = ring(&[(1.0, 130)]);
    ring.push(2.0, Nanos(u64::MAX / 2));
    assert_eq!(cells(&ring, 4000, 8), [Some(2.0); 8]);
}

#[test]
fn a_ring_of_no_buckets_holds_nothing() {
    let mut ring = Ring::default();
    ring.push(1.0, HALF);
    assert_eq!((ring.last(), ring.max_over(HALF), cells(&ring, 10, 2)), (None, None, vec![None, None]));
}

proptest! {
    /// However it is pushed and asked: as many cells as asked for, each within what went in (three digits).
    #[test]
    fn cells_are_means_of_what_went_in(
        values in prop::collection::vec((0.0..1e10_f32, 0..3_000_000_000_u64), 0..40),
        span in 0..u64::MAX, count in 0..100_usize, buckets in 0..20_usize, bucket in 1..u64::MAX,
    ) {
        let mut ring = Ring::new(buckets, Nanos(bucket));
        for (value, span) in &values {
            ring.push(*value, Nanos(*span));
        }
        let most = values.iter().map(|(v, _)| *v).fold(0.0, f32::max) * 1.01;
        let cells: Vec<_> = ring.resample(Nanos(span), count).collect();
        prop_assert_eq!(cells.len(), count);
        prop_assert!(cells.iter().flatten().chain(&ring.last()).all(|v| (0.0..=most).contains(v)), "{:?}", cells);
    }

    #[test]
    fn a_value_comes_back_to_three_digits(value in 0.0..1e12_f32) {
        let mut ring = Ring::new(2, HALF);
        ring.push(value, HALF);
        let back = ring.last().unwrap();
        prop_assert!((back - value).abs() <= value * 0.002, "{} {}", value, back);
    }
}

fn domain(id: u32) -> Domain {
    let key = DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(u128::from(id)) };
    Domain { key, memory: KiB(1024), ..Domain::default() }
}

fn snapshot(ms: u64, ids: &[u32]) -> Snapshot {
    Snapshot {
        at: Stamp { mono: Nanos(ms * MS), wall: Nanos(0) },
        memory: Reading::Known(HostMemory { total: KiB(100), free: KiB(75), ..HostMemory::default() }),
        domains: ids.iter().copied().map(domain).collect(),
        ..Snapshot::default()
    }
}

fn rates(cpus: &[Option<f32>]) -> Rates {
    let domain = |cpu: &Option<f32>| DomainRates {
        cpu: *cpu,
        net: Some(NetRates { rx_bytes: 10.0, tx_bytes: 20.0, ..NetRates::default() }),
        disk: Some(DiskRates { read_bytes: 30.0, write_bytes: 40.0, ..DiskRates::default() }),
    };
    Rates {
        span: HALF,
        host_cpu: Some(150.0),
        domains: cpus.iter().map(domain).collect(),
        ..Rates::default()
    }
}

#[test]
fn each_domain_remembers_its_own_and_the_host_the_sum() {
    let mut history = History::default();
    history.push(&snapshot(0, &[1, 2]), &Rates::default());
    history.push(&snapshot(500, &[1, 2]), &rates(&[Some(50.0), Some(100.0)]));
    let of = |id| &history.domains[&domain(id).key];
    assert_eq!((of(1).cpu.last(), of(2).cpu.last()), (Some(50.0), Some(100.0)));
    assert_eq!((of(1).memory.last(), of(1).seen), (Some(1024.0), HALF));
    let host = &history.host;
    assert_eq!((host.cpu.last(), host.memory.last()), (Some(150.0), Some(0.25)));
    assert_eq!((host.rx.last(), host.tx.last()), (Some(20.0), Some(40.0)));
    assert_eq!((host.read.last(), host.write.last()), (Some(60.0), Some(80.0)));
}

#[test]
fn domains_that_are_gone_or_off_are_forgotten() {
    let mut history = History::default();
    history.push(&snapshot(0, &[1, 2]), &Rates::default());
    let mut next = snapshot(500, &[2, 3]);
    next.domains.push(Domain::default());
    history.push(&next, &Rates::default());
    let mut ids: Vec<_> = history.domains.keys().filter_map(|k| k.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [DomainId(2), DomainId(3)]);
}

#[test]
fn a_stale_snapshot_leaves_a_gap_of_its_length() {
    let mut history = History::default();
    history.push(&snapshot(0, &[1]), &Rates::default());
    history.push(&snapshot(500, &[1]), &rates(&[Some(50.0)]));
    let stale = Snapshot { stale: Some("no answer".into()), ..snapshot(1000, &[1]) };
    history.push(&stale, &Rates { domains: vec![DomainRates::default()], ..Rates::default() });
    history.push(&snapshot(1500, &[1]), &rates(&[Some(70.0)]));
    let graph: Vec<_> = history.host.cpu.resample(Nanos(1500 * MS), 3).collect();
    assert_eq!(graph, [Some(150.0), None, Some(150.0)]);
    let graph: Vec<_> = history.domains[&domain(1).key].cpu.resample(Nanos(1500 * MS), 3).collect();
    assert_eq!(graph, [Some(50.0), None, Some(70.0)]);
}

#[test]
fn the_same_snapshot_twice_counts_once() {
    let mut history = History::default();
    history.push(&snapshot(0, &[1]), &Rates::default());
    for _ in 0..2 {
        history.push(&snapshot(500, &[1]), &rates(&[Some(50.0)]));
    }
    assert_eq!(history.host.cpu.resample(Nanos(1000 * MS), 2).collect::<Vec<_>>(), [None, Some(150.0)]);
}

/// The hash table grows to the next power of two over 8/7 of the domains, one byte beside each place.
#[test]
fn a_thousand_domains_fit_into_two_mebibytes() {
    let buckets = 6 * 120 * size_of::<u16>();
    let table = 2048 * (size_of::<(DomainKey, DomainHistory)>() + 1);
    let domains = 1000 * buckets + table;
    let host = 6 * 600 * size_of::<u16>() + size_of::<HostHistory>();
    assert!(domains + host <= 2 << 20, "{domains} + {host}");
}
