//! Why an operation was not done: every driver's reason, in the order tried.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Op;

/// What sort of error it is, which decides whether the next driver is asked and what the process exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// This driver, or the peer's version, cannot do that.
    Unsupported,
    /// The peer is not there or does not answer.
    Unreachable,
    /// This user may not.
    Denied,
    /// There is no such domain, or it has gone.
    NoDomain,
    /// It would be wrong to do: the guard, the state or the value forbids it.
    Refused,
    /// It was tried and failed.
    Failed,
    /// No answer before the deadline.
    TimedOut,
    /// What the peer said cannot be understood.
    Malformed,
}

impl Kind {
    /// Whether a *change* may go on to the next driver after this: one that tried and failed ends it.
    pub const fn falls_through(self) -> bool {
        matches!(self, Self::Unsupported | Self::Unreachable | Self::Denied)
    }
}

/// One driver's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The driver.
    pub driver: Arc<str>,
    /// What sort of error.
    pub kind: Kind,
    /// What was attempted, on what, and what came back: one clause, safe to show.
    pub message: Arc<str>,
    /// What to try.
    pub hint: Option<Arc<str>>,
}

/// Why an operation was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The operation.
    pub op: Op,
    /// On what: `domain web1`, `host xen:///`; may be empty.
    pub subject: Arc<str>,
    /// Each driver's reason, in the order asked.
    pub reasons: Vec<Reason>,
}

impl Failure {
    /// The kind that says most: of the reasons, the last that is not merely `Unsupported`.
    pub fn kind(&self) -> Kind {
        let telling = self.reasons.iter().rev().find(|r| r.kind != Kind::Unsupported);
        telling.map_or(Kind::Unsupported, |r| r.kind)
    }

    /// The first hint any driver gave.
    pub fn hint(&self) -> Option<&str> {
        self.reasons.iter().find_map(|r| r.hint.as_deref())
    }
}

impl fmt::Display for Failure {
    /// A sentence, then a line per driver with its reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}", self.op.word())?;
        if !self.subject.is_empty() {
            write!(f, " on {}", self.subject)?;
        }
        if self.reasons.is_empty() {
            return write!(f, ": no driver of this host can");
        }
        for reason in &self.reasons {
            write!(f, "\n  {}: {}", reason.driver, reason.message)?;
            if let Some(hint) = &reason.hint {
                write!(f, " ({hint})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
