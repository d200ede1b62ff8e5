//! What a tick of a simulated host costs: nothing is allocated once it is warm.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]
#![allow(unsafe_code, reason = "an allocator that counts")]

mod support {
    pub mod counting;
}

use domtop::{
    driver::session::open_read_only,
    model::{Demand, HostId, Nanos, Snapshot, Stamp},
};
use support::counting::allocations;

/// Allocations of twenty warm ticks of 100 ms, in which segments end and begin.
fn twenty_ticks(uri: &str, demand: &Demand) -> u64 {
    let mut reader = open_read_only(&uri.parse().unwrap(), HostId(0)).unwrap().reader;
    let mut snapshot = Snapshot::default();
    let mut tick = |n: u64| {
        let mono = Nanos(n * 100_000_000);
        reader.sample(Stamp { mono, wall: mono }, demand, &mut snapshot);
    };
    (0..20).for_each(&mut tick);
    let before = allocations();
    (20..40).for_each(&mut tick);
    allocations() - before
}

#[test]
fn a_warm_tick_allocates_nothing() {
    for uri in ["test:///default", "test:///default?domains=1000", "test:///default?domains=3000"] {
        for (all_vcpus, devices) in [(false, false), (true, false), (true, true)] {
            let demand = Demand { all_vcpus, devices, ..Demand::default() };
            assert_eq!(twenty_ticks(uri, &demand), 0, "{uri} {demand:?}");
        }
    }
}

#[test]
fn the_allocator_counts() {
    let before = allocations();
    drop(std::hint::black_box(vec![1u8]));
    assert_eq!(allocations(), before + 1);
}
