//! A warm tick allocates nothing: an allocator that counts, in a test program of its own.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, reason = "an allocator that counts")]

mod support {
    pub mod simxen;
}

#[path = "support/counting.rs"]
mod counting;

use std::sync::Arc;

use counting::allocations;
use domtop::{
    driver::{Observe, session::assemble, xen::hypercall::Xen},
    model::{Demand, HostId, Nanos, Snapshot, Stamp},
};
use support::simxen::{SimDomain, SimXen};

/// Allocations of ten ticks over a thousand domains that all change between them.
fn ten_ticks(demand: &Demand) -> u64 {
    let sim = SimXen::of("4.17", (0..1_000).map(|i| SimDomain::new(i * 7)).collect());
    let xen = Xen::over(sim.clone()).expect("a hypervisor that answers");
    let driver = vec![(xen.info(), Ok(Arc::new(xen) as _))];
    let mut session = assemble(HostId(0), driver, false).expect("a session");
    let mut snapshot = Snapshot::default();
    let mut tick = |number: u64| {
        sim.change(|s| s.domains.iter_mut().for_each(|d| d.cpu_time += 1_000));
        let at = Stamp { mono: Nanos(number * 1_000_000), wall: Nanos(0) };
        session.reader.sample(at, demand, &mut snapshot);
        snapshot.domains.len()
    };
    (1..=3).for_each(|number| assert_eq!(tick(number), 1_000));
    let before = allocations();
    (4..=13).for_each(|number| assert_eq!(tick(number), 1_000));
    allocations() - before
}

#[test]
fn a_warm_tick_allocates_nothing() {
    let before = allocations();
    drop(std::hint::black_box(vec![0_u8; 10]));
    assert!(allocations() > before, "the allocator counts");
    assert_eq!(ten_ticks(&Demand::default()), 0, "the list alone");
    assert_eq!(ten_ticks(&Demand { all_vcpus: true, ..Demand::default() }), 0, "with every vCPU");
}
