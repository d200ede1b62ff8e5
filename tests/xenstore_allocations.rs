//! A warm tick of the xenstore driver allocates nothing. In a binary of its own, for its allocator counts.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, reason = "an allocator that counts")]

#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;

#[path = "support/counting.rs"]
mod counting;

use std::{fmt::Write, time::Duration};

use counting::allocations;
use domtop::{
    driver::{
        Observe,
        xen::xenstore::{Places, Xenstore},
    },
    model::{Demand, Domain, DomainId, DomainKey, Nanos, Stamp},
};
use fake_xenstored::{FakeXenstored, Scratch};
use uuid::Uuid;

fn allocated(run: impl FnOnce()) -> u64 {
    let before = allocations();
    run();
    allocations() - before
}

/// Two hundred domains with an interface and a disk each.
fn host() -> (FakeXenstored, Scratch, Vec<Domain>) {
    let (xenstored, files) = (FakeXenstored::start(), Scratch::new());
    let mut table = "heading\nheading\n".to_owned();
    for id in 0..200 {
        xenstored.write(&format!("/local/domain/{id}/name"), &format!("guest{id}"));
        xenstored.write(&format!("/local/domain/{id}/memory/target"), "524288");
        writeln!(table, "vif{id}.0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16").unwrap();
        for file in ["rd_req", "wr_req", "rd_sect", "wr_sect"] {
            files.file(&format!("sys/bus/xen-backend/devices/vbd-{id}-51712/statistics/{file}"), "1\n");
        }
    }
    files.file("proc/net/dev", table);
    let key = |id: u32| DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(u128::from(id)) };
    (xenstored, files, (0..200).map(|id| Domain { key: key(id), ..Domain::default() }).collect())
}

#[test]
fn a_warm_tick_allocates_nothing() {
    assert!(allocated(|| drop(std::hint::black_box(vec![1_u8]))) > 0, "the allocator counts");
    let (xenstored, files, mut domains) = host();
    let xenstore = Xenstore::at(Places {
        peers: vec![xenstored.socket()],
        proc: files.path().join("proc"),
        sys: files.path().join("sys"),
        shm: files.path().join("shm"),
        pts: files.path().join("pts"),
        locks: files.path().join("locks"),
        patience: Duration::from_secs(20),
    })
    .unwrap();
    let demand = Demand { devices: true, ..Demand::default() };
    let mut tick = |at: u64| {
        xenstore.begin(Stamp { mono: Nanos(at), wall: Nanos(0) }, &demand);
        xenstore.identify(&mut domains).unwrap();
        xenstore.traffic(&mut domains).unwrap();
        std::hint::black_box(xenstore.light());
    };
    loop {
        tick(0);
        if xenstored.take_log().is_empty() {
            break;
        }
    }
    assert_eq!(allocated(|| (1..=20).for_each(tick)), 0);
    assert!(domains.iter().all(|d| d.net.known().is_some() && d.disk.known().is_some()));
    assert_eq!(domains[7].name.raw(), "guest7");
}
