//! The pace of what moves bytes: what several snapshots tell of one saving, restoring or dumping.

use super::{DomainKey, KiB, Nanos, Op, Progress};

/// Over how much of the past a pace is taken: long enough to be steady, short enough to see a disk fill up.
const SPAN: Nanos = Nanos(4_000_000_000);

/// A saving, restoring or dumping as it goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// Save, restore or dump.
    pub op: Op,
    /// The domain; none where it is not there yet.
    pub key: Option<DomainKey>,
    /// Bytes moved.
    pub done: u64,
    /// Bytes there are in all; 0 where nobody can tell.
    pub total: u64,
    /// When it was seen last.
    at: Nanos,
    /// Where the pace is taken from, and where it will be next.
    from: (Nanos, u64),
    next: (Nanos, u64),
}

impl Transfer {
    /// As it is seen first.
    pub const fn new(progress: &Progress, at: Nanos) -> Self {
        let here = (at, progress.done);
        let Progress { op, key, done, total } = *progress;
        Self { op, key, done, total, at, from: here, next: here }
    }

    /// Whether it is what this tells of.
    pub fn is(&self, progress: &Progress) -> bool {
        (self.op, self.key) == (progress.op, progress.key)
    }

    /// As it is seen next.
    pub fn look(&mut self, progress: &Progress, at: Nanos) {
        if progress.done < self.done || at < self.at {
            *self = Self::new(progress, at);
            return;
        }
        (self.done, self.total, self.at) = (progress.done, progress.total, at);
        if at.since(self.next.0) >= SPAN {
            (self.from, self.next) = (self.next, (at, self.done));
        }
    }

    /// The part that is done, 0.0 to 1.0; none where nobody can tell.
    pub fn part(&self) -> Option<f64> {
        Progress { op: self.op, key: None, done: self.done, total: self.total }.part()
    }

    /// Bytes a second of late; none before it was seen twice.
    pub fn pace(&self) -> Option<f64> {
        let span = self.at.since(self.from.0).seconds();
        (span > 0.0).then(|| self.done.saturating_sub(self.from.1) as f64 / span)
    }

    /// How long it takes from now on at this pace; none where nothing moves, or nobody can tell how much there is.
    pub fn left(&self) -> Option<Nanos> {
        let pace = self.pace().filter(|pace| *pace >= 1.0)?;
        let bytes = self.total.saturating_sub(self.done);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts of floats saturate"
        )]
        let nanos = (bytes as f64 / pace * 1e9) as u64;
        (self.total > 0).then_some(Nanos(nanos))
    }

    /// In a word, short enough for a column: `save`, `load`, `dump`.
    pub const fn word(&self) -> &'static str {
        match self.op {
            Op::Restore => "load",
            Op::Dump => "dump",
            _ => "save",
        }
    }

    /// What is being done, in a sentence.
    pub const fn doing(&self) -> &'static str {
        match self.op {
            Op::Restore => "restoring",
            Op::Dump => "dumping",
            _ => "saving",
        }
    }
}

impl std::fmt::Display for Transfer {
    /// `37 %, 1.2 GiB of 4 GiB, 312.5 MiB/s, 9 s left`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(part) = self.part() {
            write!(f, "{:.0} %, ", (part * 100.0).floor())?;
        }
        write!(f, "{}", KiB(self.done >> 10))?;
        if self.total > 0 {
            write!(f, " of {}", KiB(self.total >> 10))?;
        }
        if let Some(pace) = self.pace() {
            write!(f, ", {:.1} MiB/s", pace / f64::from(1 << 20))?;
        }
        if let Some(left) = self.left() {
            write!(f, ", {:.0} s left", left.seconds().ceil())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn told(done: u64, total: u64) -> Progress {
        Progress { op: Op::Save, key: None, done: done << 20, total: total << 20 }
    }

    #[test]
    fn the_pace_is_that_of_late_and_tells_what_is_left() {
        let mut transfer = Transfer::new(&told(0, 4096), Nanos(SECOND));
        assert_eq!((transfer.pace(), transfer.left()), (None, None));
        for second in 1..=20 {
            transfer.look(&told(second * 100, 4096), Nanos((1 + second) * SECOND));
        }
        assert_eq!(transfer.pace(), Some(f64::from(100 << 20)));
        assert_eq!(transfer.left(), Some(Nanos(SECOND * 2096 / 100)));
        assert_eq!(transfer.to_string(), "48 %, 2 GiB of 4 GiB, 100.0 MiB/s, 21 s left");
        for second in 21..=32 {
            transfer.look(&told(2000, 4096), Nanos((1 + second) * SECOND));
        }
        assert_eq!((transfer.pace(), transfer.left()), (Some(0.0), None), "it has stalled, and says so");
    }

    #[test]
    fn what_begins_again_or_has_no_end_makes_nothing_up() {
        let mut transfer = Transfer::new(&told(900, 0), Nanos(SECOND));
        transfer.look(&told(1000, 0), Nanos(2 * SECOND));
        assert_eq!((transfer.part(), transfer.left()), (None, None));
        assert_eq!(transfer.to_string(), "1000 MiB, 100.0 MiB/s");
        transfer.look(&told(10, 0), Nanos(3 * SECOND));
        assert_eq!(transfer.pace(), None);
        transfer.look(&told(20, 0), Nanos(2 * SECOND));
        assert_eq!(transfer.pace(), None, "a clock that goes back is a beginning too");
    }
}
