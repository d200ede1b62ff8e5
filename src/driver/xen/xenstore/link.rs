//! The way to xenstored, found again after it was lost.
//!
//! ```text
//!            a call failed: no answer, hung up, out of step
//!     Up ─────────────────────────────────────────────────────► Down(reason, until)
//!      ▲                                                          │  every call answers the reason, at once
//!      └──────────────── it answers a probe ◄─────────────────────┘  until the pause is over
//! ```
//!
//! Pauses double from one second to sixteen, so a hung xenstored costs one deadline and then next to nothing:
//! a probe after a silence is given a quarter of a second.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use nix::fcntl::OFlag;

use super::client::{Client, Stream};
use crate::{
    driver::{Answer, Error, conn::connect_unix},
    model::{Kind, Light, Nanos},
    wire::xenstore::Request,
};

/// The first pause and the longest.
const PAUSE: (Nanos, Nanos) = (Nanos(1_000_000_000), Nanos(16_000_000_000));
/// How long a xenstored that gave no answer once may take to answer that it is back.
const PROBE: Duration = Duration::from_millis(250);

/// The way to xenstored.
pub(super) struct Link {
    places: Vec<PathBuf>,
    patience: Duration,
    state: State,
    pause: Nanos,
    now: Nanos,
    /// Counts connections.
    epoch: u64,
    /// Whether only what asks is sent.
    fenced: bool,
}

enum State {
    Up(Client),
    Down { error: Error, until: Nanos },
}

impl Link {
    /// Connects to the first of these places that can be connected to; returns it and the place.
    ///
    /// # Errors
    /// The most telling of the reasons: that we may not, else that nobody is at the first place.
    pub(super) fn open(places: Vec<PathBuf>, patience: Duration) -> Answer<(Self, PathBuf)> {
        let (stream, place) = connect(&places)?;
        let state = State::Up(Client::new(stream, patience, 1));
        Ok((Self { places, patience, state, pause: PAUSE.0, now: Nanos(0), epoch: 1, fenced: false }, place))
    }

    /// From now on sends only what asks, over this connection and those to come: the rest is an error before a byte
    /// of it leaves.
    pub(super) fn fence(&mut self) {
        self.fenced = true;
        if let Some(client) = self.client() {
            client.fenced = true;
        }
    }

    /// A tick begins: takes in what came unasked. Never waits.
    pub(super) fn begin(&mut self, now: Nanos) {
        self.now = now;
        if let State::Up(client) = &mut self.state
            && let Err(error) = client.look()
        {
            self.lose(error);
        }
    }

    /// The moment the tick began.
    pub(super) const fn now(&self) -> Nanos {
        self.now
    }

    /// Runs a call over the connection; an error of the connection ends it.
    ///
    /// # Errors
    /// The call's, or the reason why there is no connection.
    pub(super) fn run<T>(&mut self, call: impl FnOnce(&mut Client) -> Answer<T>) -> Answer<T> {
        self.restore()?;
        let (answer, broken) = match &mut self.state {
            State::Up(client) => {
                client.clear();
                (call(client), client.is_broken())
            }
            State::Down { error, .. } => (Err(error.clone()), false),
        };
        if broken {
            self.lose(answer.as_ref().err().cloned().unwrap_or_else(hung_up));
        }
        answer
    }

    /// The client, where there is a connection now.
    pub(super) fn client(&mut self) -> Option<&mut Client> {
        match &mut self.state {
            State::Up(client) => Some(client),
            State::Down { .. } => None,
        }
    }

    /// How it is.
    pub(super) fn light(&self) -> Light {
        match &self.state {
            State::Up(_) => Light::Ready,
            State::Down { error, .. } => Light::Down(Arc::clone(&error.message)),
        }
    }

    fn lose(&mut self, error: Error) {
        self.state = State::Down { error, until: Nanos(self.now.0.saturating_add(self.pause.0)) };
        self.pause = Nanos(self.pause.0.saturating_mul(2).min(PAUSE.1.0));
    }

    /// Connects again where the pause is over.
    fn restore(&mut self) -> Answer<()> {
        let State::Down { error, until } = &self.state else { return Ok(()) };
        if self.now < *until {
            return Err(error.clone());
        }
        match self.reconnect(error.kind) {
            Ok(client) => {
                (self.state, self.pause) = (State::Up(client), PAUSE.0);
                self.epoch += 1;
                Ok(())
            }
            Err(error) => {
                self.lose(error.clone());
                Err(error)
            }
        }
    }

    /// A new connection that answered; the node asked for need not be there.
    fn reconnect(&self, why: Kind) -> Answer<Client> {
        let (stream, _) = connect(&self.places)?;
        let probe = if why == Kind::TimedOut { PROBE.min(self.patience) } else { self.patience };
        let mut client = Client::new(stream, probe, self.epoch + 1);
        client.queue(&Request::Read("/tool/xenstored/domid"))?;
        client.exchange(|_, _| ())?;
        client.patience = self.patience;
        client.fenced = self.fenced;
        Ok(client)
    }
}

fn hung_up() -> Error {
    Error::new(Kind::Unreachable, "the connection to xenstored broke")
}

/// The first place that can be connected to. Where a socket is there and nobody listens, the kernel's devices are
/// left alone: behind them is the same silence, without a refusal.
fn connect(places: &[PathBuf]) -> Answer<(Stream, PathBuf)> {
    let mut telling: Option<(&PathBuf, io::Error)> = None;
    for place in places {
        let refused = telling.as_ref().is_some_and(|told| told.1.kind() == ErrorKind::ConnectionRefused);
        if refused && !is_socket(place) {
            continue;
        }
        match connect_to(place) {
            Ok(stream) => return Ok((stream, place.clone())),
            Err(error) if telling.as_ref().is_some_and(|told| rank(&told.1) >= rank(&error)) => {}
            Err(error) => telling = Some((place, error)),
        }
    }
    Err(telling.map_or_else(
        || Error::new(Kind::Unreachable, "no way to xenstored is known"),
        |(place, error)| explain(place, &error),
    ))
}

/// How much a reason says: that nobody listens most, that nothing is there least.
fn rank(error: &io::Error) -> u8 {
    match error.kind() {
        ErrorKind::NotFound => 0,
        ErrorKind::ConnectionRefused => 3,
        ErrorKind::PermissionDenied => 2,
        _ => 1,
    }
}

fn connect_to(place: &Path) -> io::Result<Stream> {
    if is_socket(place) {
        return connect_unix(place).map(Stream::Socket);
    }
    let flags = (OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).bits();
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(place).map(Stream::Device)
}

/// Whether a socket is there; one behind a closed door is told by the error of opening it.
fn is_socket(place: &Path) -> bool {
    place.metadata().is_ok_and(|place| place.file_type().is_socket())
}

fn explain(place: &Path, error: &io::Error) -> Error {
    let error = Error::io(format!("connect to {}", place.display()), error);
    match error.kind {
        Kind::Denied => error.hint("run as root, or give this user access to the socket"),
        Kind::Unreachable => error.hint("xenstored runs in Xen's control domain only; is it started?"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn a_closed_door_is_told_with_what_to_do() {
        let error = explain(Path::new("/run/xenstored/socket"), &Errno::EACCES.into());
        assert_eq!(
            (error.kind, &*error.message),
            (Kind::Denied, "connect to /run/xenstored/socket: permission denied")
        );
        assert!(error.hint.is_some_and(|hint| hint.contains("root")));
    }

    #[test]
    fn a_closed_door_says_more_than_one_that_is_not_there() {
        let rank = |errno: Errno| rank(&errno.into());
        assert!(rank(Errno::ENOENT) < rank(Errno::EAGAIN) && rank(Errno::EAGAIN) < rank(Errno::EACCES));
        assert!(rank(Errno::EACCES) < rank(Errno::ECONNREFUSED), "a daemon that died leaves its socket");
    }
}
