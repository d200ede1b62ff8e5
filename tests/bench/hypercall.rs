//! What a tick costs this process, over a simulated hypervisor: reading, decoding, composing the snapshot.
//!
//! The simulation's own part (filling the records) is in it; a real hypervisor does that instead.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "a benchmark")]

#[path = "../support"]
mod support {
    pub mod simxen;
}

use std::sync::Arc;

use domtop::{
    driver::{Observe, session::assemble, xen::hypercall::Xen},
    model::{Demand, HostId, Nanos, Snapshot, Stamp},
};
use support::simxen::{SimDomain, SimXen};

fn main() {
    divan::main();
}

const COUNTS: [u16; 3] = [100, 1_000, 10_000];

#[divan::bench(args = COUNTS)]
fn tick_of_three_hypercalls(bencher: divan::Bencher<'_, '_>, domains: u16) {
    tick(bencher, domains, &Demand::default());
}

#[divan::bench(args = COUNTS)]
fn tick_with_every_vcpu(bencher: divan::Bencher<'_, '_>, domains: u16) {
    tick(bencher, domains, &Demand { all_vcpus: true, ..Demand::default() });
}

fn tick(bencher: divan::Bencher<'_, '_>, domains: u16, demand: &Demand) {
    let sim = SimXen::of("4.17", (0..domains).map(|i| SimDomain::new(i * 3)).collect());
    let xen = Xen::over(sim).expect("a hypervisor that answers");
    let driver = vec![(xen.info(), Ok(Arc::new(xen) as _))];
    let mut session = assemble(HostId(0), driver, false).expect("a session");
    let (mut snapshot, mut number) = (Snapshot::default(), 0);
    bencher.bench_local(move || {
        number += 1;
        let at = Stamp { mono: Nanos(number * 1_000_000), wall: Nanos(0) };
        session.reader.sample(at, demand, &mut snapshot);
        snapshot.domains.len()
    });
}
