//! Values the type alone does not check; an error raised here gets the line from the TOML reader.

use serde::{Deserialize, Deserializer, de::Error};

use super::INTERVALS;
use crate::model::nearest::suggestion;

/// Seconds within [`INTERVALS`]; a whole number will do.
pub(super) fn interval<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let seconds = f64::deserialize(from)?;
    if INTERVALS.contains(&seconds) {
        return Ok(Some(seconds));
    }
    let (least, most) = (INTERVALS.start(), INTERVALS.end());
    Err(D::Error::custom(format!("`interval` is {seconds}, but must lie between {least} and {most} seconds")))
}

/// `pcpu` or `host`.
pub(super) fn cpu<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    one_of(from, "cpu", &["pcpu", "host"])
}

/// `braille`, `block` or `ascii`.
pub(super) fn glyphs<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    one_of(from, "glyphs", &["braille", "block", "ascii"])
}

/// Lines kept of a console, up to a million.
pub(super) fn console_history<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    at_most(from, ("console_history", "lines"), 1_000_000)
}

/// KiB kept of a console that is not open, up to 64 MiB.
pub(super) fn console_ring<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    at_most(from, ("console_ring", "KiB"), 65_536)
}

fn at_most<'de, D: Deserializer<'de>>(
    from: D,
    (key, unit): (&str, &str),
    most: u32,
) -> Result<Option<u32>, D::Error> {
    let value = i64::deserialize(from)?;
    match u32::try_from(value) {
        Ok(value) if value <= most => Ok(Some(value)),
        _ => Err(D::Error::custom(format!("`{key}` is {value}, but must lie between 0 and {most} {unit}"))),
    }
}

fn one_of<'de, D: Deserializer<'de>>(
    from: D,
    key: &str,
    words: &[&'static str],
) -> Result<Option<String>, D::Error> {
    let word = String::deserialize(from)?;
    if words.contains(&word.as_str()) {
        return Ok(Some(word));
    }
    let near = suggestion(&word, words.iter().copied());
    Err(D::Error::custom(format!("`{key}` is {word:?}, but must be one of {}{near}", words.join(", "))))
}
