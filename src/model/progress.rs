//! How far a long change has come: saving, restoring, dumping.

use serde::{Deserialize, Serialize};

use super::{DomainKey, Op};

/// How far a change that moves bytes has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Save, restore or dump.
    pub op: Op,
    /// The domain; none where it is not there yet.
    pub key: Option<DomainKey>,
    /// Bytes moved.
    pub done: u64,
    /// Bytes there are in all, as far as it is known; 0 where nobody can tell.
    pub total: u64,
}

impl Progress {
    /// The part that is done, 0.0 to 1.0; none where nobody can tell.
    pub fn part(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).clamp(0.0, 1.0))
    }
}
