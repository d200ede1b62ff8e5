//! Time as drivers see it: deadlines for what blocks, how long a call took, and streams that wait no longer.

use std::{
    io,
    os::{
        fd::{AsFd, AsRawFd},
        unix::net::UnixStream,
    },
    path::Path,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, setsockopt, socket, sockopt},
        time::{TimeVal, TimeValLike},
    },
};

use crate::model::Nanos;

/// Measures one call.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    pub fn elapsed(self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// The moment by which a peer must have answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// `span` from now.
    pub fn after(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// What is left, zero once it has passed.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it has passed.
    pub fn passed(self) -> bool {
        self.left().is_zero()
    }
}

/// Connects to a unix socket without ever waiting: the stream is non-blocking, so [`wait`] before use.
///
/// # Errors
/// The system's; `WouldBlock` where the peer accepts nobody, which a blocking connect would wait for without end.
pub fn connect_unix(path: &Path) -> io::Result<UnixStream> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    connect(fd.as_raw_fd(), &UnixAddr::new(path)?)?;
    Ok(fd.into())
}

/// Connects to a unix socket, waiting for a peer that accepts nobody now until the deadline has passed. A blocking
/// connect would wait for it without end (`SO_SNDTIMEO` bounds it, unix(7)).
///
/// # Errors
/// The system's; `TimedOut` where the peer accepted nobody in time.
pub fn connect_unix_by(path: &Path, deadline: Deadline) -> io::Result<UnixStream> {
    let fd = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    let left = i64::try_from(deadline.left().as_micros()).unwrap_or(i64::MAX).max(1);
    setsockopt(&fd, sockopt::SendTimeout, &TimeVal::microseconds(left))?;
    match connect(fd.as_raw_fd(), &UnixAddr::new(path)?) {
        Err(Errno::EAGAIN) => Err(io::ErrorKind::TimedOut.into()),
        other => Ok(other.map(|()| fd.into())?),
    }
}

/// Waits until `fd` is ready for one of `wanted` and returns for which; a peer that hung up makes it ready to read.
///
/// # Errors
/// `TimedOut` once the deadline has passed, else the system's. A signal does not end the wait.
pub fn wait(fd: &impl AsFd, wanted: PollFlags, deadline: Deadline) -> io::Result<PollFlags> {
    loop {
        let left = deadline.left();
        let mut fds = [PollFd::new(fd.as_fd(), wanted)];
        match poll(&mut fds, timeout(left)) {
            Ok(0) if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return Ok(fds[0].revents().unwrap_or(PollFlags::POLLERR)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// In whole milliseconds, rounded up so that a wait's last millisecond is not spent spinning.
fn timeout(left: Duration) -> PollTimeout {
    let millis = left.as_nanos().div_ceil(1_000_000);
    i32::try_from(millis).ok().and_then(|ms| PollTimeout::try_from(ms).ok()).unwrap_or(PollTimeout::MAX)
}
