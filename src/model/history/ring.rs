//! The last values of one quantity in buckets of equal time.

use crate::model::Nanos;

/// The last values of one quantity in buckets of equal time, oldest first.
///
/// Each bucket is the time-weighted mean of what was pushed into it; one push may fill many buckets (slow sampling)
/// or a part of one (fast sampling). Never reallocates. Values are at least 0 and kept to three digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ring {
    buckets: Box<[Packed]>,
    bucket: Nanos,
    /// Time pushed since the start: the last bucket ends somewhere in it.
    total: u64,
    /// Of the bucket being filled: value times time, and the time for which there was a value.
    sum: f32,
    known: u32,
}

/// A bucket in 16 bits: a value of at least 0 as the upper half of an `f32` without its sign. A thousand domains with
/// six quantities each fit into 2 MiB, and nine bits are what a graph can show.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Packed(u16);

/// What was pushed in is counted in microseconds, so that a bucket of an hour still fits.
const MICRO: u64 = 1_000;
/// No host does more of anything, and sums of it stay finite.
const LARGEST: f32 = 1e24;

impl Ring {
    /// Of so many buckets of this much time each, at least a microsecond and at most an hour.
    pub fn new(buckets: usize, bucket: Nanos) -> Self {
        let bucket = bucket.clamp(Nanos(MICRO), Nanos(3_600_000_000 * MICRO));
        Self { buckets: vec![Packed::GAP; buckets].into(), bucket, ..Self::default() }
    }

    /// Adds a value that held for `span` until now.
    pub fn push(&mut self, value: f32, span: Nanos) {
        self.push_known(Some(value).filter(|v| v.is_finite()), span);
    }

    /// The same, or for none a gap: `span` passed, and nobody told the value.
    pub fn push_known(&mut self, value: Option<f32>, span: Nanos) {
        if self.buckets.is_empty() {
            return;
        }
        let mut left = self.skip_what_falls_out(span.0);
        while left > 0 {
            let step = left.min(self.bucket.0 - self.total % self.bucket.0);
            if let Some(value) = value {
                self.weigh(value.clamp(0.0, LARGEST), step);
            }
            self.total = self.total.saturating_add(step);
            left -= step;
            if self.total.is_multiple_of(self.bucket.0) {
                self.close();
            }
        }
    }

    /// The mean of each of the last `cells` parts of `span` (oldest first), none where there is nothing yet.
    ///
    /// Cells stand on multiples of their width since the start, so a cell that is full does not change any more: the
    /// graph moves by whole cells instead of trembling. The last is being filled.
    pub fn resample(&self, span: Nanos, cells: usize) -> impl Iterator<Item = Option<f32>> + '_ {
        let width = (span.0 / cells.max(1) as u64).max(1);
        let end = self.total.div_ceil(width).saturating_mul(width);
        (0..cells).map(move |cell| {
            let from = end.checked_sub(((cells - cell) as u64).saturating_mul(width))?;
            self.mean(from, from.saturating_add(width))
        })
    }

    /// The cell of such a resampling in which what happened `age` ago stands; none where that was before it.
    pub fn cell_of(&self, age: Nanos, span: Nanos, cells: usize) -> Option<usize> {
        let width = (span.0 / cells.max(1) as u64).max(1);
        let end = self.total.div_ceil(width).saturating_mul(width);
        let back = end.saturating_sub(self.total.checked_sub(age.0)?).div_ceil(width).max(1);
        cells.checked_sub(usize::try_from(back).ok()?)
    }

    /// The newest value: the mean of the bucket being filled, or of the last full one.
    pub fn last(&self) -> Option<f32> {
        let full = self.total / self.bucket.0.max(1);
        self.filling().or_else(|| self.full(full.checked_sub(1)?))
    }

    /// The largest bucket of the last `span`.
    pub fn max_over(&self, span: Nanos) -> Option<f32> {
        let (from, to) = self.buckets_between(self.total.saturating_sub(span.0), self.total);
        (from..to).filter_map(|bucket| self.full(bucket)).chain(self.filling()).reduce(f32::max)
    }

    /// Drops so much of a long span that what is left just fills every bucket; returns what is left.
    fn skip_what_falls_out(&mut self, span: u64) -> u64 {
        let round = self.bucket.0.saturating_mul(self.buckets.len() as u64 + 1);
        let skipped = span.saturating_sub(round) / self.bucket.0 * self.bucket.0;
        self.total = self.total.saturating_add(skipped);
        span - skipped
    }

    fn weigh(&mut self, value: f32, step: u64) {
        // A step is at most a bucket, and a bucket at most an hour.
        let micros = u32::try_from(step / MICRO).unwrap_or(u32::MAX);
        self.sum += value * micros as f32;
        self.known = self.known.saturating_add(micros);
    }

    /// The bucket is full; the next begins.
    fn close(&mut self) {
        let place = self.place(self.total / self.bucket.0 - 1);
        self.buckets[place] = self.filling().map_or(Packed::GAP, Packed::new);
        (self.sum, self.known) = (0.0, 0);
    }

    fn filling(&self) -> Option<f32> {
        (self.known > 0).then(|| self.sum / self.known as f32)
    }

    /// A full bucket by its number since the start.
    fn full(&self, bucket: u64) -> Option<f32> {
        self.buckets.get(self.place(bucket))?.value()
    }

    fn place(&self, bucket: u64) -> usize {
        usize::try_from(bucket % (self.buckets.len() as u64).max(1)).unwrap_or(0)
    }

    /// Numbers of the full buckets that are still there and have a part in this time.
    fn buckets_between(&self, from: u64, to: u64) -> (u64, u64) {
        let bucket = self.bucket.0.max(1);
        let full = self.total / bucket;
        let oldest = full.saturating_sub(self.buckets.len() as u64);
        (oldest.max(from / bucket), full.min(to.div_ceil(bucket)))
    }

    /// The mean of this time, by how much of it each bucket has.
    fn mean(&self, from: u64, to: u64) -> Option<f32> {
        let (first, after) = self.buckets_between(from, to);
        let overlap = |start: u64, end: u64| end.min(to).saturating_sub(start.max(from)) as f64;
        let full = (first..after).filter_map(|n| {
            let start = n.saturating_mul(self.bucket.0);
            Some((self.full(n)?, overlap(start, start.saturating_add(self.bucket.0))))
        });
        let begun = self.total - self.total % self.bucket.0.max(1);
        let filling = self.filling().map(|value| (value, overlap(begun, self.total)));
        let weighed = |(sum, weight), (value, time)| (sum + f64::from(value) * time, weight + time);
        let (sum, weight) = full.chain(filling).fold((0.0, 0.0), weighed);
        (weight > 0.0).then(|| super::narrow(sum / weight))
    }
}

impl Packed {
    /// No value: what would be the largest NaN.
    const GAP: Self = Self(u16::MAX);

    /// The nearest to `value`, which is at least 0.
    fn new(value: f32) -> Self {
        let bits = u64::from(value.to_bits()) + (1 << 14);
        Self(u16::try_from(bits >> 15).unwrap_or(u16::MAX - 1))
    }

    fn value(self) -> Option<f32> {
        (self != Self::GAP).then(|| f32::from_bits(u32::from(self.0) << 15))
    }
}
