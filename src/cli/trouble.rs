//! Why the program ends with another status than 0, and what it says of it.

use std::{fmt::Write as _, io};

use crate::model::{Failure, Kind};

/// The exit statuses of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Done,
    /// It was tried and failed.
    Failed,
    /// The command line, the environment or the config file is wrong.
    Usage,
    /// Read only, or this user may not.
    Refused,
    /// There is no such domain.
    NoDomain,
    /// The host cannot be opened.
    CannotConnect,
    /// No answer in time.
    TimedOut,
}

impl Status {
    /// All of them, by code.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Refused,
        Self::NoDomain,
        Self::CannotConnect,
        Self::TimedOut,
    ];

    /// The number the process exits with.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage: the command line, a URI, a variable or the config file is wrong",
            Self::Refused => "refused: read only, no rights, not confirmed, or it would be wrong to do",
            Self::NoDomain => "no such domain, or it has gone",
            Self::CannotConnect => "cannot connect",
            Self::TimedOut => "timed out: no answer, or it has not come about",
        }
    }

    /// The status an operation's failure ends with.
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Unsupported | Kind::Failed | Kind::Malformed => Self::Failed,
            Kind::Denied | Kind::Refused => Self::Refused,
            Kind::NoDomain => Self::NoDomain,
            Kind::Unreachable => Self::CannotConnect,
            Kind::TimedOut => Self::TimedOut,
        }
    }
}

/// Why the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it exits with.
    pub status: Status,
    /// What it says: a sentence, then lines that tell more; made visible when it is printed.
    pub text: String,
}

impl Trouble {
    /// With this status, saying this.
    pub fn new(status: Status, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// What the user wrote is wrong.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(Status::Usage, text)
    }

    /// A host cannot be opened: every driver's reason. Rights and time keep their own status.
    pub fn open(uri: &str, failure: &Failure) -> Self {
        // One way that is barred to this user is what to tell, whatever is not there besides.
        let denied = failure.reasons.iter().any(|reason| reason.kind == Kind::Denied);
        let status = match failure.kind() {
            _ if denied => Status::Refused,
            Kind::TimedOut => Status::TimedOut,
            _ => Status::CannotConnect,
        };
        let mut text = format!("cannot open {uri}{}", reasons(failure));
        if status == Status::CannotConnect && !uri.starts_with("test:") {
            text.push_str("\n  try `domtop -c test:///default`, the demo host, which needs no hypervisor");
        }
        Self::new(status, text)
    }

    /// An operation was not done.
    pub fn failure(failure: &Failure) -> Self {
        let verb = if failure.op.changes() { "" } else { "read " };
        let subject = if failure.subject.is_empty() { "" } else { " " };
        let what = format!("{verb}{}{subject}{}", failure.op.word(), failure.subject);
        let text = format!("cannot {what}{}", reasons(failure));
        Self::new(Status::of(failure.kind()), text)
    }

    /// The same, after it was told.
    #[must_use]
    pub fn told(self) -> Self {
        Self { text: String::new(), ..self }
    }

    /// stdout cannot be written. A closed pipe is no trouble: the reader has what it wanted.
    pub fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Status::Done, "");
        }
        Self::new(Status::Failed, format!("cannot write to stdout: {error}"))
    }
}

/// A line per driver with its reason.
fn reasons(failure: &Failure) -> String {
    if failure.reasons.is_empty() {
        return ": no driver of this host can".into();
    }
    let mut text = String::new();
    for reason in &failure.reasons {
        let hint = reason.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
        write!(text, "\n  {}: {}{hint}", reason.driver, reason.message).expect("a String takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Op, Reason};

    fn failure(kind: Kind, hint: Option<&str>) -> Failure {
        let reason = Reason { driver: "xl".into(), kind, message: "no".into(), hint: hint.map(Into::into) };
        Failure { op: Op::Domains, subject: "".into(), reasons: vec![reason] }
    }

    #[test]
    fn codes_are_the_contract() {
        assert_eq!(Status::ALL.map(Status::code), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn every_kind_has_its_status() {
        for (kind, code) in [
            (Kind::Failed, 1),
            (Kind::Unsupported, 1),
            (Kind::Malformed, 1),
            (Kind::Denied, 3),
            (Kind::Refused, 3),
            (Kind::NoDomain, 4),
            (Kind::Unreachable, 5),
            (Kind::TimedOut, 6),
        ] {
            assert_eq!(Trouble::failure(&failure(kind, None)).status.code(), code, "{kind:?}");
        }
    }

    #[test]
    fn opening_without_rights_is_refused_and_all_else_cannot_connect() {
        let code = |kind| Trouble::open("xen:///", &failure(kind, None)).status.code();
        assert_eq!([Kind::Denied, Kind::Unreachable, Kind::Failed, Kind::TimedOut].map(code), [3, 5, 5, 6]);
    }

    #[test]
    fn every_driver_has_a_line_with_its_hint() {
        let text = Trouble::open("xen:///", &failure(Kind::Denied, Some("be root"))).text;
        assert_eq!(text, "cannot open xen:///\n  xl: no (be root)");
    }
}
