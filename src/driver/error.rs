//! What went wrong in a driver: the kind decides whether the next one is asked.

use std::sync::Arc;

use crate::model::{Kind, Op, Reason, markup::Problem, text::visible};

/// An error of one driver's call: what was attempted, on what, what came back, what to try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What sort of error.
    pub kind: Kind,
    /// What was attempted, on what, and what came back: one clause, without a full stop, safe to show.
    pub message: Arc<str>,
    /// What to try.
    pub hint: Option<Arc<str>>,
}

impl Error {
    /// An error of this kind; foreign text in `message` becomes visible signs.
    pub fn new(kind: Kind, message: impl AsRef<str>) -> Self {
        Self { kind, message: visible(message.as_ref()).as_ref().into(), hint: None }
    }

    /// The same with a hint what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(hint.as_ref().into());
        self
    }

    /// The answer of a driver that has no part in `op`. Allocates nothing.
    pub fn unsupported(op: Op) -> Self {
        use std::sync::OnceLock;
        static MESSAGES: OnceLock<Vec<Arc<str>>> = OnceLock::new();
        let messages = MESSAGES.get_or_init(|| {
            Op::ALL.iter().map(|op| format!("has no part in {}", op.word()).into()).collect()
        });
        Self { kind: Kind::Unsupported, message: messages[op as usize].clone(), hint: None }
    }

    /// The domain has gone, or never was.
    pub fn no_domain(what: impl AsRef<str>) -> Self {
        Self::new(Kind::NoDomain, format!("there is no {}", what.as_ref()))
    }

    /// A description of which nothing can be made: told by the first of its problems because of which that is so.
    pub fn wrong(doing: impl AsRef<str>, problems: &[Problem]) -> Self {
        let first = problems.iter().find(|problem| problem.fatal).or(problems.first());
        let told = first.map_or_else(|| "it describes nothing".into(), ToString::to_string);
        Self::new(Kind::Malformed, format!("{}: {told}", doing.as_ref()))
    }

    /// From an I/O error on `what`, as in `connect to /run/xenstored/socket`.
    pub fn io(what: impl AsRef<str>, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        let kind = match error.kind() {
            E::PermissionDenied => Kind::Denied,
            E::TimedOut | E::WouldBlock => Kind::TimedOut,
            E::NotFound
            | E::ConnectionRefused
            | E::ConnectionReset
            | E::ConnectionAborted
            | E::BrokenPipe
            | E::UnexpectedEof
            | E::NotConnected => Kind::Unreachable,
            _ => Kind::Failed,
        };
        Self::new(kind, format!("{}: {}", what.as_ref(), describe(error)))
    }

    /// As one driver's reason in a [`crate::model::Failure`].
    pub fn reason(self, driver: &str) -> Reason {
        Reason { driver: driver.into(), kind: self.kind, message: self.message, hint: self.hint }
    }
}

/// The system's words for an I/O error, without Rust's `(os error N)`.
fn describe(error: &std::io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.to_string(), |n| nix::errno::Errno::from_raw(n).desc().to_lowercase())
}
