//! A warm tick through the proxy allocates nothing here: an allocator that counts, in a test program of its own.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, dead_code, reason = "an allocator that counts")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/proxy.rs"]
mod support;

use std::sync::Arc;

use counting::allocations;
use domtop::{
    driver::{Control, proxy::Proxy, session::assemble},
    model::{Demand, HostId, Nanos, Snapshot},
    proxy::Rules,
    sampler::stamp,
};
use support::{Counted, Served};

/// Allocations of thirty samples of five hundred domains, after those that warm it.
fn thirty_samples(demand: &Demand) -> u64 {
    let host = Arc::new(Counted::new("test:///default?domains=500"));
    let served = Served::new(&host, Rules { fastest: Nanos(20_000_000), ..Rules::default() });
    let proxy: Arc<dyn Control> = Arc::new(Proxy::open(Some(&served.path)).unwrap());
    let mut session = assemble(HostId(0), vec![(proxy.info(), Ok(proxy))], false).unwrap();
    let (mut snapshot, mut moments) = (Snapshot::default(), Vec::with_capacity(100));
    let mut sample = |count: usize| {
        for _ in 0..count {
            session.reader.sample(stamp(), demand, &mut snapshot);
            assert_eq!(snapshot.stale, None);
            assert!(snapshot.domains.len() >= 500);
            moments.push(snapshot.at.mono);
        }
    };
    sample(20);
    let before = allocations();
    sample(30);
    let spent = allocations() - before;
    moments.dedup();
    assert!(moments.len() > 10, "samples came meanwhile");
    spent
}

#[test]
fn a_warm_sample_through_the_proxy_allocates_nothing() {
    let before = allocations();
    drop(std::hint::black_box(vec![0_u8; 10]));
    assert!(allocations() > before, "the allocator counts");
    let every = Demand { interval: Some(Nanos(40_000_000)), ..Demand::default() };
    assert_eq!(thirty_samples(&every), 0, "the rows alone");
    let all = Demand { all_vcpus: true, devices: true, ..every };
    assert_eq!(thirty_samples(&all), 0, "with every vCPU and all counters");
}
