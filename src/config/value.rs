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
