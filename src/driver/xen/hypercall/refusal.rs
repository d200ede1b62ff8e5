//! Xen's error numbers in words.

use nix::errno::Errno;

use crate::{
    driver::Error,
    model::{DomainKey, Kind},
};

/// What Xen's answer to a call means; `what` is what was asked for.
pub(super) fn refused(what: &str, errno: Errno) -> Error {
    let (kind, why) = match errno {
        Errno::EPERM => (Kind::Denied, "Xen refused: this is not a privileged domain"),
        Errno::EACCES => (Kind::Denied, "Xen refused: its security policy (XSM) does not let this domain"),
        Errno::ENOSYS | Errno::EOPNOTSUPP => (Kind::Unsupported, "this Xen has no such call"),
        Errno::ESRCH => (Kind::NoDomain, "the domain has gone"),
        Errno::ENOMEM => (Kind::Failed, "Xen has no memory left for it"),
        other => (Kind::Failed, other.desc()),
    };
    Error::new(kind, format!("read {what}: {why}"))
}

/// The system gave no memory for a call.
pub(super) fn memory(bytes: usize, errno: Errno) -> Error {
    let error =
        Error::new(Kind::Failed, format!("get {} KiB to call Xen with: {}", bytes >> 10, errno.desc()));
    if matches!(errno, Errno::EAGAIN | Errno::ENOMEM) {
        return error.hint("raise the limit of locked memory (ulimit -l)");
    }
    error
}

/// There is no such domain, or another has its id now.
pub(super) fn gone(key: DomainKey) -> Error {
    Error::no_domain(key.id.map_or_else(|| "running domain".to_owned(), |id| format!("domain {}", id.0)))
}

/// What Xen said makes no sense.
pub(super) fn malformed(what: impl AsRef<str>) -> Error {
    Error::new(Kind::Malformed, what)
}
