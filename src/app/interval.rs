//! Intervals between samples: the steps of the keys, reading and printing.

use crate::model::{Nanos, text::visible};

const MS: u64 = 1_000_000;
const S: u64 = 1000 * MS;

/// The steps the keys walk through.
const STEPS: [u64; 14] = [
    10 * MS,
    20 * MS,
    50 * MS,
    100 * MS,
    200 * MS,
    500 * MS,
    S,
    2 * S,
    5 * S,
    10 * S,
    30 * S,
    60 * S,
    120 * S,
    300 * S,
];

/// The shortest interval.
pub const SHORTEST: Nanos = Nanos(STEPS[0]);
/// The longest interval.
pub const LONGEST: Nanos = Nanos(STEPS[STEPS.len() - 1]);

/// The next longer step.
pub fn longer(than: Nanos) -> Nanos {
    Nanos(STEPS.into_iter().find(|s| *s > than.0).unwrap_or(LONGEST.0))
}

/// The next shorter step.
pub fn shorter(than: Nanos) -> Nanos {
    Nanos(STEPS.into_iter().rev().find(|s| *s < than.0).unwrap_or(SHORTEST.0))
}

/// Reads `0.25` (seconds), `250ms`, `2s`, `1m`.
///
/// # Errors
/// A clause: it is no interval, or it is shorter or longer than can be.
pub fn parse(text: &str) -> Result<Nanos, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let factor = match unit.trim() {
        "" | "s" => S,
        "ms" => MS,
        "m" | "min" => 60 * S,
        _ => return Err(unreadable(text)),
    };
    let number: f64 = digits.parse().map_err(|_| unreadable(text))?;
    checked(number * factor as f64)
}

/// An interval of so many seconds.
///
/// # Errors
/// A clause: it is shorter or longer than can be.
pub fn from_seconds(seconds: f64) -> Result<Nanos, String> {
    checked(seconds * S as f64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against both bounds before"
)]
fn checked(nanos: f64) -> Result<Nanos, String> {
    let nanos = nanos.round();
    if nanos >= SHORTEST.0 as f64 && nanos <= LONGEST.0 as f64 {
        Ok(Nanos(nanos as u64))
    } else {
        Err("an interval lies between 10 ms and 5 min".into())
    }
}

fn unreadable(text: &str) -> String {
    format!("`{}` is no interval; write 0.25, 250ms, 2s or 1m", visible(text))
}

/// As [`parse`] reads it: `250ms`, `2s`.
pub fn print(interval: Nanos) -> String {
    match interval.0 {
        n if n % (60 * S) == 0 => format!("{}m", n / (60 * S)),
        n if n % S == 0 => format!("{}s", n / S),
        n => format!("{}ms", n as f64 / MS as f64),
    }
}
