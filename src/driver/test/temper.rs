//! What a guest does with its CPUs: its demand as a pure function of simulated time.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::noise::{mix, smooth, unit};

/// The length of a simulated day in seconds: short, so that a wave is seen to move.
const DAY: f64 = 180.0;

macro_rules! tempers {
    ($($name:ident, $word:literal, $doc:literal;)*) => {
        /// How a guest behaves.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Temper { $(#[doc = $doc] $name,)* #[doc = "waits nearly all the time"] #[default] Idle }

        impl Temper {
            /// Every temper.
            pub const ALL: &[Self] = &[$(Self::$name,)* Self::Idle];

            /// Its word in a description.
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* Self::Idle => "idle" } }
        }
    };
}

tempers! {
    Calm,       "calm",       "a little work, always";
    Steady,     "steady",     "somewhat less than half of its CPUs";
    Busy,       "busy",       "nearly all its CPUs can give";
    Burning,    "burning",    "all its CPUs can give: 100 % of each";
    Wave,       "wave",       "by the time of day, where a day takes three minutes";
    Bursty,     "bursty",     "nothing, or all for some seconds";
    Batch,      "batch",      "twenty seconds of work, ten of rest";
    Ballooning, "ballooning", "calm, and its memory target moves about";
}

impl Temper {
    /// What share of each of its vCPUs the guest wants, from 0 to 1, `t` seconds into the simulation.
    pub(super) fn load(self, seed: u64, t: f64) -> f32 {
        let load = match self {
            Self::Idle => 0.0006 + 0.025 * rare(seed, t),
            Self::Calm | Self::Ballooning => 0.05 + 0.10 * smooth(seed, t / 4.0),
            Self::Steady => 0.32 + 0.18 * smooth(seed, t / 3.0),
            Self::Busy => 0.88 + 0.14 * smooth(seed, t / 2.0),
            Self::Burning => 1.0,
            Self::Wave => wave(seed, t) * (0.82 + 0.3 * smooth(seed, t / 1.5)),
            Self::Bursty => 0.02 + 0.95 * burst(seed, t),
            Self::Batch => 0.03 + 0.9 * batch(seed, t),
        };
        load.clamp(0.0, 1.0)
    }

    /// The share of its most memory a ballooning guest should have now, and none for every other temper.
    pub(super) fn wanted_memory(self, seed: u64, t: f64) -> Option<f32> {
        let share = || 0.35 + 0.65 * unit(mix(seed, 2), window(mix(seed, 1), t, 14.0));
        (self == Self::Ballooning).then(share)
    }
}

/// A wave of one day: low at night, high by day, with a phase of its own.
#[expect(clippy::cast_possible_truncation, reason = "a share needs no more")]
fn wave(seed: u64, t: f64) -> f32 {
    let phase = f64::from(unit(seed, 0)) * 0.25;
    (0.40 - 0.36 * (TAU * (t / DAY + phase)).cos()) as f32
}

/// 1 in about a quarter of the windows of three seconds.
fn burst(seed: u64, t: f64) -> f32 {
    f32::from(u8::from(unit(seed, window(seed, t, 3.0)) > 0.74))
}

/// 1 in one of twenty-five windows of two seconds.
fn rare(seed: u64, t: f64) -> f32 {
    f32::from(u8::from(unit(seed, window(seed, t, 2.0)) > 0.96))
}

/// 1 for the first twenty of thirty seconds.
fn batch(seed: u64, t: f64) -> f32 {
    let at = (t + f64::from(unit(seed, 3)) * 30.0) % 30.0;
    f32::from(u8::from(at < 20.0))
}

/// Which window of `length` seconds `t` lies in, windows of different guests not starting together.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative")]
fn window(seed: u64, t: f64, length: f64) -> u64 {
    (t / length + f64::from(unit(seed, 9))) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(temper: Temper) -> f32 {
        (0..3000).map(|i| temper.load(42, f64::from(i) * 0.3)).sum::<f32>() / 3000.0
    }

    #[test]
    fn tempers_keep_their_order() {
        let means = [Temper::Idle, Temper::Calm, Temper::Steady, Temper::Busy, Temper::Burning].map(mean);
        assert!(means.is_sorted_by(|a, b| *a + 0.02 < *b), "{means:?}");
        assert!((mean(Temper::Wave) - 0.4).abs() < 0.1);
    }

    #[test]
    fn only_the_ballooning_move_their_memory() {
        for temper in Temper::ALL {
            assert_eq!(temper.wanted_memory(1, 5.0).is_some(), *temper == Temper::Ballooning);
        }
    }

    #[test]
    fn the_word_is_the_serialised_form() {
        for temper in Temper::ALL {
            let json = serde_json::to_string(temper).expect("a temper serialises");
            assert_eq!(json, format!("\"{}\"", temper.word()));
        }
    }
}
