//! Attributes as values: numbers, sizes, times, words.

use std::{fmt::Display, str::FromStr};

use super::tree::{Bad, Element};
use crate::model::{CpuSet, KiB, Nanos, nearest::suggestion};

impl Element {
    /// An attribute as it is written.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that must be there.
    pub(super) fn must(&self, name: &str) -> Result<&str, Bad> {
        self.text(name).ok_or_else(|| self.bad(format!("<{}> needs the attribute {name:?}", self.name)))
    }

    /// An attribute as a value, if it is there.
    pub(super) fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Bad> {
        let value = self.text(name).map(read).transpose();
        value.map_err(|problem| self.bad(format!("{name} of <{}>: {problem}", self.name)))
    }
}

/// A whole number.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is no whole number that fits"))
}

/// What says itself why it cannot be read.
pub(super) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// An amount of memory: `512M`, `2G`, plain KiB.
pub(super) fn memory(text: &str) -> Result<KiB, String> {
    scaled(text, "KMGT")
        .map(KiB)
        .ok_or_else(|| format!("{text:?} is no amount of memory; write 512M, 2G or plain KiB"))
}

/// Bytes a second: `8M`, `500K`, plain bytes.
pub(super) fn rate(text: &str) -> Result<u64, String> {
    scaled(text, "_KMGT")
        .ok_or_else(|| format!("{text:?} is no rate; write 8M, 500K or plain bytes a second"))
}

/// A number with a letter of `letters`, each of which stands for 1024 of the one before.
fn scaled(text: &str, letters: &str) -> Option<u64> {
    let last = text.chars().last().filter(char::is_ascii_alphabetic);
    let digits = last.map_or(text, |_| &text[..text.len() - 1]);
    let power = last.map_or(Some(0), |last| letters.find(last.to_ascii_uppercase()))?;
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(1 << (10 * power))
}

/// A span of time: `250ms`, `5s`, `2m`, `1h`.
pub(super) fn time(text: &str) -> Result<Nanos, String> {
    let wrong = || format!("{text:?} is no time; write 250ms, 5s, 2m or 1h");
    let (digits, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let unit: u64 = match unit {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).map(Nanos).ok_or_else(wrong)
}

/// Yes or no.
pub(super) fn yes(text: &str) -> Result<bool, String> {
    word(text, &[("yes", true), ("no", false)])
}

/// A set of pCPUs or vCPUs.
pub(super) fn cpus(text: &str) -> Result<CpuSet, String> {
    parsed(text)
}

/// One of these words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let near = suggestion(text, all.iter().copied());
        let near = if near.is_empty() { format!("; it is one of {}", all.join(", ")) } else { near };
        format!("unknown word {text:?}{near}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_carry_their_units() {
        assert_eq!(
            (memory("512M"), memory("2G"), memory("64")),
            (Ok(KiB(524_288)), Ok(KiB(2 << 20)), Ok(KiB(64)))
        );
        assert_eq!((rate("8M"), rate("500")), (Ok(8 << 20), Ok(500)));
        assert_eq!((time("250ms"), time("2m")), (Ok(Nanos(250_000_000)), Ok(Nanos(120_000_000_000))));
        for wrong in ["", "G", "1X", "-1M", "99999999999T", "1é"] {
            assert!(memory(wrong).is_err() && rate(wrong).is_err() && time(wrong).is_err(), "{wrong}");
        }
        assert!(time("5").is_err(), "a time without a unit could be anything");
    }
}
