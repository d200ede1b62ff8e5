//! One connection to the proxy: calls out, messages in.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use nix::poll::PollFlags;

use crate::{
    driver::{
        Answer, Error,
        conn::{Deadline, connect_unix, connect_unix_by, wait},
    },
    model::Kind,
    wire::proxy::{Bad, Call, ENDING, Inbox, MOST_MESSAGE, Message, VERSION, Welcome},
};

/// How long a proxy may take to say who it is, and for what it knows without asking.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// A connection.
#[derive(Debug)]
pub(super) struct Conn {
    stream: UnixStream,
    inbox: Inbox,
    outbox: Vec<u8>,
}

impl Conn {
    /// Connects and says hello, without waiting for anything.
    pub(super) fn open(path: &Path) -> Answer<Self> {
        Self::over(connect_unix(path), path)
    }

    /// The same, where others who come may have to be let in before.
    pub(super) fn open_by(path: &Path, deadline: Deadline) -> Answer<Self> {
        let stream = connect_unix_by(path, deadline);
        Self::over(stream.and_then(|stream| stream.set_nonblocking(true).map(|()| stream)), path)
    }

    fn over(stream: io::Result<UnixStream>, path: &Path) -> Answer<Self> {
        let stream = stream.map_err(|error| refused(path, &error))?;
        let mut conn = Self { stream, inbox: Inbox::new(MOST_MESSAGE), outbox: Vec::new() };
        conn.say(&Call::Hello(VERSION))?;
        Ok(conn)
    }

    /// Sends a call as far as the proxy takes it now; the rest goes with the next.
    pub(super) fn say(&mut self, call: &Call) -> Answer<()> {
        call.put(&mut self.outbox);
        self.send()
    }

    /// Sends what is left of calls.
    pub(super) fn send(&mut self) -> Answer<()> {
        while !self.outbox.is_empty() {
            match self.stream.write(&self.outbox) {
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What it said before it hung up tells more.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(Error::io("ask the proxy", &error)),
            }
        }
        Ok(())
    }

    /// Takes in what has come; whether there is more to come. Never waits.
    pub(super) fn fill(&mut self) -> Answer<bool> {
        loop {
            match self.stream.read(self.inbox.space()) {
                Ok(0) => return Err(Error::new(Kind::Unreachable, "the proxy hung up")),
                Ok(count) => {
                    self.inbox.filled(count);
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("read from the proxy", &error)),
            }
        }
    }

    /// The next message that came; none before more did.
    pub(super) fn next(&mut self) -> Answer<Option<Message<'_>>> {
        let Some((kind, body)) = self.inbox.next().map_err(malformed)? else { return Ok(None) };
        Message::of(kind, body).map(Some).map_err(malformed)
    }

    /// Waits until something came; whether it did. That nothing did costs nothing.
    pub(super) fn came(&mut self, deadline: Deadline) -> Answer<bool> {
        let out = if self.outbox.is_empty() { PollFlags::empty() } else { PollFlags::POLLOUT };
        match wait(&self.stream, PollFlags::POLLIN | out, deadline) {
            Ok(_) => self.send().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(false),
            Err(error) => Err(Error::io("wait for the proxy", &error)),
        }
    }

    /// Waits until something came.
    pub(super) fn wait(&mut self, deadline: Deadline) -> Answer<()> {
        if self.came(deadline)? { Ok(()) } else { Err(silent()) }
    }

    /// Waits for the proxy to say who it is.
    pub(super) fn greeted(&mut self) -> Answer<Welcome> {
        let deadline = Deadline::after(PATIENCE);
        loop {
            match self.next()? {
                Some(Message::Welcome(welcome)) => return checked(welcome),
                Some(Message::Bye(why)) => return Err(turned_away(&why)),
                Some(_) => return Err(malformed(Bad)),
                None => {}
            }
            if !self.fill()? {
                self.wait(deadline)?;
            } else if deadline.passed() {
                return Err(endless());
            }
        }
    }
}

/// A welcome that can be understood.
pub(super) fn checked(welcome: Welcome) -> Answer<Welcome> {
    if welcome.version == VERSION {
        return Ok(welcome);
    }
    let message = format!(
        "the proxy (domtop {}) speaks version {} of its protocol, and this domtop version {VERSION}",
        welcome.program, welcome.version
    );
    Err(Error::new(Kind::Refused, message).hint("restart the proxy with the domtop that is installed now"))
}

/// The proxy hung up and said why: it ends, or will not have this user.
pub(super) fn turned_away(why: &str) -> Error {
    if why == ENDING {
        return Error::new(Kind::Unreachable, why);
    }
    Error::new(Kind::Denied, format!("the proxy turned this user away: {why}"))
}

pub(super) fn malformed(bad: Bad) -> Error {
    Error::new(Kind::Malformed, bad.to_string())
}

/// What comes does not end in time: no proxy sends more than one sample beyond what is taken.
pub(super) fn endless() -> Error {
    Error::new(Kind::Malformed, "the proxy sends without end")
}

pub(super) fn silent() -> Error {
    Error::new(Kind::TimedOut, "the proxy gave no answer in time")
}

fn refused(path: &Path, error: &io::Error) -> Error {
    let error = Error::io(format!("connect to {}", path.display()), error);
    match error.kind {
        Kind::Denied => error.hint("ask for membership of the group that owns the socket"),
        Kind::Unreachable => Error {
            kind: Kind::Unreachable,
            message: format!("no proxy at {}", path.display()).into(),
            hint: None,
        }
        .hint("have root start `domtop proxy`"),
        _ => error,
    }
}
