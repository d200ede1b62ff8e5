//! Randomness as a function: the same place always gives the same number, so nothing depends on how often it is asked.

/// One number made of two, as unlike its neighbours as can be (the finisher of `SplitMix64`).
pub(super) const fn mix(seed: u64, place: u64) -> u64 {
    let mut z = seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number from 0 up to but not 1.
pub(super) const fn unit(seed: u64, place: u64) -> f32 {
    (mix(seed, place) >> 40) as f32 / 16_777_216.0
}

/// A whole number below `bound`, which is not 0.
pub(super) const fn below(seed: u64, place: u64, bound: u64) -> u64 {
    mix(seed, place) % bound
}

/// One of these, of which there is at least one.
pub(super) fn pick<T: Copy>(seed: u64, place: u64, of: &[T]) -> T {
    of[usize::try_from(below(seed, place, of.len() as u64)).unwrap_or(0)]
}

/// A curve through one random height per unit of `x`, from 0 to 1, without steps.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative")]
pub(super) fn smooth(seed: u64, x: f64) -> f32 {
    let place = x as u64;
    let part = (x - place as f64) as f32;
    let ease = part * part * (3.0 - 2.0 * part);
    let (from, to) = (unit(seed, place), unit(seed, place + 1));
    from + (to - from) * ease
}

/// The seed that belongs to a text.
pub(super) fn of_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed, text.len() as u64), |seed, byte| mix(seed, u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_continuous_and_stays_within_bounds() {
        let heights: Vec<f32> = (0..5000).map(|i| smooth(7, f64::from(i) / 100.0)).collect();
        assert!(heights.iter().all(|h| (0.0..=1.0).contains(h)));
        assert!(heights.windows(2).all(|w| (w[0] - w[1]).abs() < 0.03));
    }

    #[test]
    fn numbers_spread_over_their_range() {
        let mean = (0..10_000).map(|i| unit(1, i)).sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}
