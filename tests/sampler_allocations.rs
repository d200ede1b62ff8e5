//! A warm tick allocates nothing: not the sampler's thread, not the rates, not the history. In a binary of its own
//! and one test, for its allocator counts all threads.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, reason = "an allocator that counts")]

#[path = "support/counting.rs"]
mod counting;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use counting::allocations_of_all;
use domtop::{
    driver::{Answer, Control, DriverInfo, Observe, session},
    model::{
        Demand, Domain, DomainId, DomainKey, HostId, Hypervisor, Nanos, NetCounters, Op, PcpuTime, Reading,
        Snapshot, history::History, rates::Rates,
    },
    sampler::Sampler,
};

/// A thousand domains whose counters go on.
struct Busy(AtomicU64);

impl Observe for Busy {
    fn info(&self) -> DriverInfo {
        let ops = [Op::Hypervisor, Op::Domains, Op::PcpuTimes, Op::Traffic].into();
        DriverInfo { name: "busy", peer: "memory".into(), hypervisor: true, ops }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        into.clear();
        into.extend([PcpuTime { idle: Nanos(self.0.load(SeqCst)) }; 16]);
        Ok(())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        let time = Nanos(self.0.fetch_add(1_000_000, SeqCst));
        let key = |id| DomainKey { id: Some(DomainId(id)), ..DomainKey::default() };
        if into.is_empty() {
            into.extend((0..1000).map(|id| Domain { key: key(id), ..Domain::default() }));
        }
        for domain in into {
            domain.cpu_time = time;
        }
        Ok(())
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        let net = NetCounters { rx_bytes: self.0.load(SeqCst), ..NetCounters::default() };
        for domain in domains {
            domain.net = Reading::Known(net);
        }
        Ok(())
    }
}

impl Control for Busy {}

fn tick(sampler: &Sampler, wanted: u64) -> Arc<Snapshot> {
    let give_up = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(Instant::now() < give_up, "the sampler stands still");
        let last = sampler.snapshots.borrow().clone();
        match last {
            Some(snapshot) if snapshot.timing.tick >= wanted => return snapshot,
            _ => thread::sleep(Duration::from_millis(2)),
        }
    }
}

#[test]
fn a_warm_tick_allocates_nothing() {
    let driver: Arc<dyn Control> = Arc::new(Busy(AtomicU64::new(0)));
    let session = session::assemble(HostId(0), vec![(driver.info(), Ok(driver))], false).unwrap();
    let demand = Demand { devices: true, ..Demand::default() };
    let sampler = Sampler::spawn(session.reader, Nanos(10_000_000), demand);
    let (mut rates, mut history) = (Rates::default(), History::default());
    let mut old = tick(&sampler, 0);
    let mut before = 0;
    for turn in 1..60 {
        let new = tick(&sampler, turn);
        rates.fill(Some(&old), &new);
        history.push(&new, &rates);
        old = new;
        if turn == 30 {
            before = allocations_of_all();
        }
    }
    assert_eq!(allocations_of_all() - before, 0, "in thirty turns of a thousand domains");
    assert_eq!((old.domains.len(), history.domains.len(), rates.pcpus.len()), (1000, 1000, 16));
}
