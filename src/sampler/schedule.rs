//! When to sample: absolute deadlines on a grid. Pure: the time is an argument.
//!
//! ```text
//!  grid      0         1         2         3         4         5
//!  deadlines ├─────────┼─────────┼─────────┼─────────┼─────────┤
//!  reading   ▓▓         ▓▓       ▓▓▓▓▓▓▓▓▓▓▓▓▓▓       ▓▓         ▓
//!                       late: jitter       3 is skipped, not made up for
//! ```

use crate::model::{Nanos, Timing};

/// The shortest interval there is: below it a monitor is the load it looks for.
pub const SHORTEST: Nanos = Nanos(10_000_000);
/// The longest interval there is: an hour.
pub const LONGEST: Nanos = Nanos(3_600_000_000_000);

/// The deadlines of one host and how well they were kept.
#[derive(Clone, Debug)]
pub struct Schedule {
    running: bool,
    deadline: Nanos,
    last: Option<Nanos>,
    timing: Timing,
}

impl Schedule {
    /// The first deadline is now. Intervals are kept between [`SHORTEST`] and [`LONGEST`].
    pub fn new(interval: Nanos, now: Nanos) -> Self {
        let timing = Timing { interval: sane(interval), ..Timing::default() };
        Self { running: true, deadline: now, last: None, timing }
    }

    /// From now on at this interval, none to pause. It takes effect at once: the next deadline is that long after
    /// the last sample, or now where that has passed.
    pub fn change(&mut self, interval: Option<Nanos>, now: Nanos) {
        let wanted = interval.map_or(self.timing.interval, sane);
        if interval.is_some() && (!self.running || wanted != self.timing.interval) {
            self.timing.interval = wanted;
            self.deadline = self.last.map_or(now, |last| plus(last, wanted, 1).max(now));
        }
        self.running = interval.is_some();
    }

    /// Moves the next deadline to the front, but not nearer than `apart` to the last sample: what is to be read has
    /// changed, and the user waits for it. Does nothing while paused.
    pub fn hasten(&mut self, apart: Nanos, now: Nanos) {
        let soonest = self.last.map_or(now, |last| plus(last, apart, 1).max(now));
        self.deadline = self.deadline.min(soonest);
    }

    /// How long to wait for the next deadline, none while paused.
    pub fn wait(&self, now: Nanos) -> Option<Nanos> {
        self.running.then(|| self.deadline.since(now))
    }

    /// A sample begins. One taken before its deadline, because somebody asked, starts the grid anew, so that no two
    /// samples stand too close to compute a rate from.
    pub fn begin(&mut self, now: Nanos) -> Timing {
        if now < self.deadline {
            self.deadline = now;
        }
        if self.running {
            self.skip(now.since(self.deadline).0 / self.timing.interval.0);
            self.timing.jitter = mean(self.timing.jitter, now.since(self.deadline));
            self.deadline = plus(self.deadline, self.timing.interval, 1);
        }
        self.timing.real = self.last.map_or(Nanos(0), |last| now.since(last));
        self.timing.tick += u64::from(self.last.is_some());
        self.last = Some(now);
        self.timing
    }

    /// The sample is taken. Deadlines that passed meanwhile are skipped and counted: a reader that is slower than
    /// its interval must not be asked in bursts.
    pub fn end(&mut self, now: Nanos) -> Timing {
        self.timing.cost = self.last.map_or(Nanos(0), |last| now.since(last));
        if self.running {
            self.skip(now.since(self.deadline).0.div_ceil(self.timing.interval.0));
        }
        self.timing
    }

    fn skip(&mut self, deadlines: u64) {
        self.timing.missed += deadlines;
        self.deadline = plus(self.deadline, self.timing.interval, deadlines);
    }
}

/// A mean that forgets: an eighth of it is new each time.
fn mean(before: Nanos, new: Nanos) -> Nanos {
    Nanos(before.0 - before.0 / 8 + new.0 / 8)
}

fn plus(from: Nanos, interval: Nanos, times: u64) -> Nanos {
    Nanos(from.0.saturating_add(interval.0.saturating_mul(times)))
}

fn sane(interval: Nanos) -> Nanos {
    interval.clamp(SHORTEST, LONGEST)
}
