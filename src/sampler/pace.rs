//! The same deadlines for who samples on its own thread: batch.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use nix::time::{ClockId, clock_gettime};

use super::Schedule;
use crate::model::{Nanos, Stamp, Timing};

/// Now, on both clocks. The one that never steps is `CLOCK_MONOTONIC`, the same for every process of the machine: what
/// a proxy sampled is compared with what is read here.
pub fn stamp() -> Stamp {
    let mono = clock_gettime(ClockId::CLOCK_MONOTONIC).map(Duration::from).unwrap_or_default().into();
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().into();
    Stamp { mono, wall }
}

/// Paces a loop by absolute deadlines, blocking.
#[derive(Debug)]
pub struct Pace {
    schedule: Schedule,
}

impl Pace {
    /// The first deadline is now.
    pub fn new(interval: Nanos) -> Self {
        Self { schedule: Schedule::new(interval, stamp().mono) }
    }

    /// Sleeps until the next deadline; at once where the first is asked for. Deadlines that passed since the last
    /// call are skipped. The cost it tells is that of the turn before: this one's is not known yet.
    pub fn wait(&mut self) -> (Stamp, Timing) {
        self.schedule.end(stamp().mono);
        while let Some(left) = self.schedule.wait(stamp().mono).filter(|left| left.0 > 0) {
            thread::sleep(left.into());
        }
        let at = stamp();
        (at, self.schedule.begin(at.mono))
    }
}
