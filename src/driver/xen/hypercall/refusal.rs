//! Xen's error numbers in words.

use nix::errno::Errno;

use crate::{
    driver::Error,
    model::{DomainKey, Kind},
};

/// What Xen's answer to a question means; `what` is what was asked for.
pub(super) fn refused(what: &str, errno: Errno) -> Error {
    failed(&format!("read {what}"), errno)
}

/// What Xen's answer to a call means; `doing` is what was attempted, as in `pause domain 5`.
pub(super) fn failed(doing: &str, errno: Errno) -> Error {
    let (kind, why) = match errno {
        Errno::EPERM => (Kind::Denied, "Xen refused: this is not a privileged domain"),
        Errno::EACCES => (Kind::Denied, "Xen refused: its security policy (XSM) does not let this domain"),
        // Xen has no such error: it comes from the fence of the arena.
        Errno::EROFS => (Kind::Refused, "this session was opened for looking only"),
        Errno::ENOSYS | Errno::EOPNOTSUPP => (Kind::Unsupported, "this Xen has no such call"),
        Errno::ESRCH => (Kind::NoDomain, "the domain has gone"),
        Errno::ENOMEM => (Kind::Failed, "Xen has no memory left for it"),
        Errno::EUSERS | Errno::EOVERFLOW => {
            (Kind::Refused, "it is paused 255 times, more Xen does not count")
        }
        Errno::EBUSY | Errno::EAGAIN => return busy(doing),
        other => (Kind::Failed, other.desc()),
    };
    Error::new(kind, format!("{doing}: {why}"))
}

fn busy(doing: &str) -> Error {
    Error::new(Kind::Failed, format!("{doing}: Xen is busy with it")).hint("try again in a moment")
}

/// It would be wrong to do, and nothing was done.
pub(super) fn unwise(doing: &str, why: impl AsRef<str>) -> Error {
    Error::new(Kind::Refused, format!("{doing}: {}", why.as_ref()))
}

/// It was tried often enough.
pub(super) fn unfinished(doing: &str, why: impl AsRef<str>) -> Error {
    Error::new(Kind::Failed, format!("{doing}: {}", why.as_ref()))
}

/// This driver has no way to do it to this domain, but another may.
pub(super) fn elsewhere(doing: &str, why: impl AsRef<str>) -> Error {
    Error::new(Kind::Unsupported, format!("{doing}: {}", why.as_ref()))
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

/// There is no such domain.
pub(super) fn gone(key: DomainKey) -> Error {
    Error::no_domain(key.id.map_or_else(|| "running domain".to_owned(), |id| format!("domain {}", id.0)))
}

/// Another domain has its id now.
pub(super) fn given_away(id: u16) -> Error {
    Error::no_domain(format!("domain {id} any more: its id was given to another"))
}

/// What Xen said makes no sense.
pub(super) fn malformed(what: impl AsRef<str>) -> Error {
    Error::new(Kind::Malformed, what)
}
