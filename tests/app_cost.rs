//! What a tick costs the app: an allocator that counts, in a test program of its own.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]
#![allow(unsafe_code, reason = "an allocator that counts")]

#[path = "support/hosts.rs"]
mod hosts;

#[path = "support/counting.rs"]
mod counting;

use std::sync::Arc;

use counting::allocations;
use domtop::{app::Msg, model::HostId};
use hosts::{Desk, guest};

/// A thousand guests that all work, a few much, most like each other.
fn desk() -> Desk {
    let cpu = |n: u32| if n.is_multiple_of(10) { f64::from(n) / 4.0 } else { f64::from(n % 7) };
    let guests: Vec<_> = (0..1000).map(|n| guest(n, &format!("vm{n:04}"), cpu(n))).collect();
    Desk::new(&guests)
}

/// Allocations of one tick once the buffers are warm; every guest works differently from the tick before.
fn tick(desk: &mut Desk) -> u64 {
    for round in 0..4u32 {
        for (guest, n) in desk.guests.iter_mut().zip(0u32..) {
            guest.cpu = f64::from((n * 37 + round * 91) % 400);
        }
        desk.tick(100);
    }
    desk.guests
        .iter_mut()
        .zip(0u32..)
        .for_each(|(guest, n)| guest.domain.cpu_time.0 += u64::from(n) * 100_000);
    let snapshot = Arc::new(desk.snapshot(HostId(0)));
    let before = allocations();
    desk.app.update(Msg::Sampled(HostId(0), snapshot));
    allocations() - before
}

#[test]
fn a_warm_tick_of_a_thousand_domains_allocates_nothing() {
    assert_eq!(tick(&mut desk()), 0);
}

#[test]
fn nor_does_one_with_a_filter_by_name_and_value_sorted_by_name() {
    let mut desk = desk();
    desk.press("A /vm0 Space cpu>=0 Space (mem>1M or name:*9*) Space not 77 Enter");
    assert!(!desk.rows().is_empty());
    assert_eq!(tick(&mut desk), 0);
}

#[test]
fn the_counter_counts() {
    let before = allocations();
    drop(std::hint::black_box(vec![1, 2, 3]));
    assert_eq!(allocations() - before, 1);
}
