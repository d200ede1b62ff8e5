//! Quantities whose unit is their type.

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

    /// In bytes; saturates instead of wrapping.
    pub const fn bytes(self) -> u64 {
        self.0.saturating_mul(1024)
    }
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
