//! Quantities whose unit is their type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of memory in KiB (1024 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KiB(pub u64);

impl KiB {
    /// From pages of 4096 bytes, the frame size of every Xen; saturates instead of wrapping.
    pub const fn from_pages(pages: u64) -> Self {
        Self(pages.saturating_mul(4))
    }

    /// An amount as a user writes it: `512M`, `2G`, `1.5GiB`, plain KiB.
    ///
    /// # Errors
    /// A clause: what is wrong with it and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let shift = match unit.trim().trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']) {
            "" | "k" | "K" => 0,
            "m" | "M" => 10,
            "g" | "G" => 20,
            "t" | "T" => 30,
            _ => return Err(bad_size(text)),
        };
        let number: f64 = number.parse().map_err(|_| bad_size(text))?;
        let kib = number * f64::from(1_u32 << shift);
        // 2^50 KiB are more than any machine has, and every whole number below fits an f64.
        if !(0.0..=1_125_899_906_842_624.0).contains(&kib) {
            return Err(bad_size(text));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within the bounds above"
        )]
        Ok(Self(kib.round() as u64))
    }

    /// In bytes; saturates instead of wrapping.
    pub const fn bytes(self) -> u64 {
        self.0.saturating_mul(1024)
    }
}

impl fmt::Display for KiB {
    /// For sentences: `512 MiB`, `1.5 GiB`; below a MiB in KiB. Columns have their own form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = self.0 as f64 / 1024.0;
        match self.0 {
            0..1024 => write!(f, "{} KiB", self.0),
            1024..0x10_0000 => write!(f, "{} MiB", short(mib)),
            _ => write!(f, "{} GiB", short(mib / 1024.0)),
        }
    }
}

/// With one decimal, where that says something.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

fn bad_size(text: &str) -> String {
    format!("`{}` is no amount of memory: write 512M, 2G or plain KiB", super::text::visible(text))
}

/// A span of time, or a moment on a clock that never steps, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span from `earlier` to `self`, zero where the clock went back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl From<std::time::Duration> for Nanos {
    fn from(span: std::time::Duration) -> Self {
        Self(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanos> for std::time::Duration {
    fn from(span: Nanos) -> Self {
        Self::from_nanos(span.0)
    }
}
