//! Laws of the sampler: deadlines without a clock, and the thread over drivers that misbehave.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use domtop::{
    driver::{Answer, Control, DriverInfo, Error, Observe, session},
    model::{
        Demand, Domain, DomainId, DomainKey, HostId, Hypervisor, Kind, Nanos, Op, Snapshot, Stamp, Timing,
    },
    sampler::{Order, Pace, Sampler, Schedule, stamp},
};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

/// One turn on a clock of our own: sleeps to the deadline, wakes `late` after it, reads for `cost`.
fn turn(schedule: &mut Schedule, now: &mut u64, late: u64, cost: u64) -> Timing {
    *now += schedule.wait(Nanos(*now)).unwrap().0 + late;
    schedule.begin(Nanos(*now));
    *now += cost;
    schedule.end(Nanos(*now))
}

#[test]
fn ten_thousand_late_ticks_do_not_drift() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(10 * MS), Nanos(0)), 0);
    let mut began = 0;
    for tick in 0..10_000 {
        let (late, cost) = (tick * 7919 % MS, tick * 104_729 % (8 * MS));
        let timing = turn(&mut schedule, &mut now, late, cost);
        began = now - cost;
        assert_eq!((timing.tick, timing.missed, timing.cost), (tick, 0, Nanos(cost)));
        assert_eq!(began - late, tick * 10 * MS, "on the grid");
    }
    assert!(began - 9_999 * 10 * MS < MS);
}

#[test]
fn the_real_interval_is_measured() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(100 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, MS);
    assert_eq!(turn(&mut schedule, &mut now, 3 * MS, MS).real, Nanos(103 * MS));
    assert_eq!(turn(&mut schedule, &mut now, 0, MS).real, Nanos(97 * MS));
}

#[test]
fn jitter_tends_to_the_usual_lateness_and_forgets() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(10 * MS), Nanos(0)), 0);
    for _ in 0..100 {
        turn(&mut schedule, &mut now, 400_000, 0);
    }
    let late = turn(&mut schedule, &mut now, 400_000, 0).jitter.0;
    assert!((390_000..=400_000).contains(&late), "{late}");
    for _ in 0..100 {
        turn(&mut schedule, &mut now, 0, 0);
    }
    assert!(turn(&mut schedule, &mut now, 0, 0).jitter.0 < 1_000);
}

#[test]
fn deadlines_that_passed_while_reading_are_skipped_and_counted() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(10 * MS), Nanos(0)), 0);
    assert_eq!(turn(&mut schedule, &mut now, 0, 35 * MS).missed, 3);
    assert_eq!(schedule.wait(Nanos(now)), Some(Nanos(5 * MS)), "40 ms is next: no burst");
    let timing = turn(&mut schedule, &mut now, 0, 10 * MS);
    assert_eq!((timing.missed, timing.real), (3, Nanos(40 * MS)), "ending on a deadline misses none");
    assert_eq!(schedule.wait(Nanos(now)), Some(Nanos(0)));
}

#[test]
fn deadlines_that_passed_while_the_machine_slept_are_skipped_and_counted() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(10 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, 0);
    let timing = turn(&mut schedule, &mut now, 3_600_003 * MS, 0);
    assert_eq!(timing.missed, 360_000);
    assert!(timing.jitter.0 < 3 * MS, "a sleep is not jitter");
    assert_eq!(schedule.wait(Nanos(now)), Some(Nanos(7 * MS)), "and the grid stands");
}

#[test]
fn a_new_interval_counts_from_the_last_sample() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(60_000 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, 0);
    schedule.change(Some(Nanos(100 * MS)), Nanos(30 * MS));
    assert_eq!(schedule.wait(Nanos(30 * MS)), Some(Nanos(70 * MS)));
    schedule.change(Some(Nanos(10 * MS)), Nanos(40 * MS));
    assert_eq!(schedule.wait(Nanos(40 * MS)), Some(Nanos(0)), "overdue: at once");
    schedule.change(Some(Nanos(60_000 * MS)), Nanos(40 * MS));
    assert_eq!(schedule.wait(Nanos(40 * MS)), Some(Nanos(59_960 * MS)));
}

#[test]
fn the_same_interval_again_moves_nothing() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(100 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 30 * MS, 0);
    schedule.change(Some(Nanos(100 * MS)), Nanos(now));
    assert_eq!(schedule.wait(Nanos(now)), Some(Nanos(70 * MS)));
}

#[test]
fn paused_it_waits_for_ever_and_goes_on_at_once() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(100 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, 0);
    schedule.change(None, Nanos(MS));
    assert_eq!(schedule.wait(Nanos(5_000 * MS)), None);
    let poked = schedule.begin(Nanos(5_000 * MS));
    assert_eq!((poked.real, schedule.end(Nanos(5_001 * MS)).missed), (Nanos(5_000 * MS), 0));
    assert_eq!(schedule.wait(Nanos(5_002 * MS)), None, "a poke does not end the pause");
    schedule.change(Some(Nanos(100 * MS)), Nanos(9_000 * MS));
    assert_eq!(schedule.wait(Nanos(9_000 * MS)), Some(Nanos(0)));
    assert_eq!(schedule.begin(Nanos(9_000 * MS)).missed, 0, "a pause misses nothing");
}

#[test]
fn a_poke_starts_the_grid_anew() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(100 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, 0);
    schedule.begin(Nanos(99 * MS));
    assert_eq!(schedule.wait(Nanos(99 * MS)), Some(Nanos(100 * MS)));
}

#[test]
fn a_new_demand_is_met_soon_but_not_in_a_burst() {
    let (mut schedule, mut now) = (Schedule::new(Nanos(10_000 * MS), Nanos(0)), 0);
    turn(&mut schedule, &mut now, 0, 0);
    schedule.hasten(Nanos(100 * MS), Nanos(20 * MS));
    assert_eq!(schedule.wait(Nanos(20 * MS)), Some(Nanos(80 * MS)));
    schedule.hasten(Nanos(100 * MS), Nanos(50 * MS));
    assert_eq!(schedule.wait(Nanos(50 * MS)), Some(Nanos(50 * MS)), "asked again: not put off");
}

proptest! {
    #[test]
    fn any_interval_and_any_clock_end_well(
        interval in any::<u64>(),
        steps in prop::collection::vec((any::<u64>(), prop::option::of(any::<u64>())), 1..20),
    ) {
        let mut schedule = Schedule::new(Nanos(interval), Nanos(0));
        let mut now = 0_u64;
        for (step, change) in steps {
            now = now.saturating_add(step / 8);
            schedule.change(change.map(Nanos), Nanos(now));
            schedule.begin(Nanos(now));
            let timing = schedule.end(Nanos(now));
            prop_assert!((10 * MS..=3_600_000 * MS).contains(&timing.interval.0));
            prop_assert!(schedule.wait(Nanos(now)).is_none_or(|left| left <= timing.interval));
        }
    }
}

/// A host of one domain that does something bad at some of its ticks.
struct Moody {
    ticks: AtomicU64,
    mood: fn(u64) -> Answer<()>,
}

impl Observe for Moody {
    fn info(&self) -> DriverInfo {
        let ops = [Op::Hypervisor, Op::Domains, Op::HostLog].into();
        DriverInfo { name: "moody", peer: "memory".into(), hypervisor: true, ops }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.clear();
        let tick = self.ticks.fetch_add(1, SeqCst);
        (self.mood)(tick)?;
        let key = DomainKey { id: Some(DomainId(7)), ..DomainKey::default() };
        into.push(Domain { key, cpu_time: Nanos(tick), ..Domain::default() });
        Ok(())
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        Ok((format!("from {cursor}"), cursor))
    }
}

impl Control for Moody {}

fn over(mood: fn(u64) -> Answer<()>, interval: Duration) -> Sampler {
    let driver: Arc<dyn Control> = Arc::new(Moody { ticks: AtomicU64::new(0), mood });
    let session = session::assemble(HostId(3), vec![(driver.info(), Ok(driver))], false).unwrap();
    Sampler::spawn(session.reader, interval.into(), Demand::default())
}

/// Waits for the next snapshot that is as wanted.
fn until(sampler: &mut Sampler, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        let last = sampler.snapshots.borrow().clone();
        match last {
            Some(snapshot) if wanted(&snapshot) => return snapshot,
            _ if Instant::now() > give_up => panic!("no such snapshot came"),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

#[test]
fn the_first_snapshot_comes_at_once() {
    let first = until(&mut over(|_| Ok(()), Duration::from_secs(600)), |_| true);
    assert_eq!((first.host, first.timing.tick, first.domains.len()), (HostId(3), 0, 1));
    assert_eq!(first.timing.interval, Duration::from_secs(600).into());
}

#[test]
fn a_panic_makes_the_snapshot_stale_and_the_thread_lives() {
    let mood = |tick| if tick == 2 { panic!("out of \u{1b}[2J cheese") } else { Ok(()) };
    let mut sampler = over(mood, Duration::from_secs(600));
    until(&mut sampler, |_| true);
    let mut taken = |tick| {
        sampler.tell(Order::Poke);
        until(&mut sampler, |s| s.timing.tick >= tick)
    };
    taken(1);
    let stale = taken(2);
    assert_eq!(stale.stale.as_deref(), Some("a driver broke off: out of ␛[2J cheese"));
    assert_eq!((stale.host, stale.domains[0].cpu_time), (HostId(3), Nanos(1)), "the rows before");
    assert_eq!(taken(3).stale, None);
}

#[test]
fn a_stale_snapshot_keeps_the_rows_of_the_one_before() {
    let mood = |tick| if tick < 3 { Ok(()) } else { Err(Error::new(Kind::TimedOut, "no answer for 2 s")) };
    let mut sampler = over(mood, Duration::from_millis(10));
    let stale = until(&mut sampler, |s| s.timing.tick > 8);
    assert_eq!(stale.stale.as_deref(), Some("no answer for 2 s"));
    assert_eq!(stale.domains[0].cpu_time, Nanos(2));
}

#[test]
fn orders_do_not_wait_for_a_deadline() {
    let mut sampler = over(|_| Ok(()), Duration::from_secs(600));
    until(&mut sampler, |_| true);
    sampler.tell(Order::Poke);
    until(&mut sampler, |s| s.timing.tick == 1);
    sampler.tell(Order::Demand(Demand { devices: true, ..Demand::default() }));
    until(&mut sampler, |s| s.timing.tick == 2);
    sampler.tell(Order::Interval(Some(Duration::from_millis(10).into())));
    until(&mut sampler, |s| s.timing.tick > 20);
    sampler.tell(Order::Interval(None));
    sampler.tell(Order::HostLog);
    assert_eq!(sampler.logs.blocking_recv(), Some(Ok("from 0".into())));
    let paused = until(&mut sampler, |_| true);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(until(&mut sampler, |_| true).timing.tick, paused.timing.tick);
}

#[test]
fn warm_snapshots_are_used_again() {
    let mut sampler = over(|_| Ok(()), Duration::from_millis(10));
    let mut places = std::collections::BTreeSet::new();
    for tick in 0..40 {
        places.insert(Arc::as_ptr(&until(&mut sampler, |s| s.timing.tick >= tick)) as usize);
    }
    assert!((2..=6).contains(&places.len()), "{} buffers", places.len());
}

#[test]
fn a_dropped_sampler_ends_its_thread() {
    let sampler = over(|_| Ok(()), Duration::from_millis(10));
    let mut snapshots = sampler.snapshots.clone();
    drop(sampler);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let closed = async { while snapshots.changed().await.is_ok() {} };
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), closed).await }).unwrap();
}

#[test]
fn pace_begins_at_once_and_never_early() {
    let (mut pace, start) = (Pace::new(Nanos(20 * MS)), stamp());
    let stamps: Vec<Stamp> = (0..4).map(|_| pace.wait().0).collect();
    assert!(stamps[0].mono.since(start.mono) < stamps[3].mono.since(start.mono));
    for (turn, at) in (0..).zip(&stamps) {
        assert!(at.mono.since(start.mono).0 + MS > turn * 20 * MS, "{turn}: {at:?}");
        assert!(at.wall.0 > 1_700_000_000_000 * MS, "{at:?}");
    }
}
