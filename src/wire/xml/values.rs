//! The values of domain XML: what is written, and what it means.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use super::shown;
use crate::model::{CpuSet, KiB, cpuset::BadCpuSet, nearest::suggestion};

/// The units of `<memory>` with their bytes: libvirt's `virScaleInteger`, case aside but for `b`.
const UNITS: &[(&str, u128)] = &[
    ("b", 1),
    ("bytes", 1),
    ("KB", 1000),
    ("k", 1 << 10),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("M", 1 << 20),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("G", 1 << 30),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("T", 1 << 40),
    ("TiB", 1 << 40),
    ("PB", 1_000_000_000_000_000),
    ("P", 1 << 50),
    ("PiB", 1 << 50),
    ("EB", 1_000_000_000_000_000_000),
    ("E", 1 << 60),
    ("EiB", 1 << 60),
];

/// The bytes of one of a unit.
pub(super) fn unit(text: &str) -> Result<u128, String> {
    let found = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, bytes)| *bytes).ok_or_else(|| {
        let near = suggestion(text, UNITS.iter().map(|(name, _)| *name));
        format!("`{}` is no unit of memory: b, KB, KiB, MB, MiB, GB, GiB, TB, TiB are{near}", shown(text))
    })
}

/// An amount of memory in a unit of so many bytes; a part of a KiB is a whole one.
pub(super) fn amount(text: &str, unit: u128) -> Result<KiB, String> {
    let count: u64 = number(text)?;
    let kib = (u128::from(count) * unit).div_ceil(1024);
    u64::try_from(kib).map(KiB).map_err(|_| format!("{count} is more memory than there can be"))
}

/// A whole number.
pub(super) fn number<T: FromStr + Bounded + fmt::Display>(text: &str) -> Result<T, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = text.parse().ok().filter(|_| plain);
    parsed.ok_or_else(|| format!("`{}` is no whole number from {} to {}", shown(text), T::MIN, T::MAX))
}

/// A type of number with its bounds.
pub(super) trait Bounded: Sized {
    /// The least.
    const MIN: Self;
    /// The largest.
    const MAX: Self;
}

macro_rules! bounded {
    ($($kind:ident),*) => { $(impl Bounded for $kind { const MIN: Self = $kind::MIN; const MAX: Self = $kind::MAX; })* };
}

bounded!(u8, u16, u32, u64, i64);

/// A number of which there is at least one.
pub(super) fn count(text: &str) -> Result<u32, String> {
    match number(text)? {
        0 => Err("0 are too few: there is at least one".into()),
        count => Ok(count),
    }
}

/// A number as libvirt writes addresses: `0x1f`, or decimal.
pub(super) fn hex<T: TryFrom<u32>>(text: &str, most: u32) -> Result<T, String> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let plain = hex.unwrap_or(text).bytes().all(|byte| byte.is_ascii_hexdigit());
    let parsed = hex.map_or_else(|| text.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok());
    let value = parsed.filter(|value| plain && *value <= most).and_then(|value| T::try_from(value).ok());
    value.ok_or_else(|| format!("`{}` is no number from 0x0 to {most:#x}", shown(text)))
}

/// The name of a domain, as libvirt takes one: blanks in it are of it.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name is not blank".into());
    }
    match text.chars().find(|c| *c == '/' || c.is_control()) {
        Some('/') => Err(format!("`{}` is no name of a domain: there is a `/` in it", shown(text))),
        Some(_) => Err(format!("`{}` is no name of a domain: it is not of one line of text", shown(text))),
        None => Ok(text.into()),
    }
}

/// A uuid, with dashes or without.
pub(super) fn uuid(text: &str) -> Result<Uuid, String> {
    let digits: String = text.chars().filter(|c| *c != '-' && *c != ' ').collect();
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parsed = Uuid::try_parse(&digits).ok().filter(|_| plain);
    parsed
        .ok_or_else(|| format!("`{}` is no uuid: 32 hexadecimal digits, with dashes or without", shown(text)))
}

/// A set of CPUs.
pub(super) fn cpus(text: &str) -> Result<CpuSet, String> {
    text.parse().map_err(|bad: BadCpuSet| {
        let problem = bad.problem();
        format!("`{}` is no set of CPUs: {problem}; write it as 0-3,^2,8", shown(text))
    })
}

/// `yes` or `no`.
pub(super) fn yes(text: &str) -> Result<bool, String> {
    word(text, &[("yes", true), ("no", false)])
}

/// `on` or `off`.
pub(super) fn on(text: &str) -> Result<bool, String> {
    word(text, &[("on", true), ("off", false)])
}

/// One of a few words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| none_of(text, words.iter().map(|(word, _)| *word)))
}

/// The message about a word that is none of those expected.
pub(super) fn none_of<'w>(text: &str, words: impl Iterator<Item = &'w str> + Clone) -> String {
    let expected: Vec<_> = words.clone().collect();
    let near = suggestion(text, words);
    format!("`{}` is none of {}{near}", shown(text), expected.join(", "))
}

/// An address of a network card, as it is written.
pub(super) fn mac(text: &str) -> Result<String, String> {
    let part =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = text.split(':').count() == 6 && text.split(':').all(part);
    let problem = || format!("`{}` is no MAC address: write it as 00:16:3e:01:02:03", shown(text));
    fits.then(|| text.to_owned()).ok_or_else(problem)
}
