//! Sockets under the HTTP client, TCP and unix: every wait on them ends at a deadline.
//!
//! The client has no unix sockets of its own, and its TCP connector does not tell a way that could not be found from
//! one that broke under a request: whoever changes something must know which.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::fd::{AsRawFd, OwnedFd},
};

use nix::{
    errno::Errno,
    poll::PollFlags,
    sys::socket::{MsgFlags, recv, send},
};
use ureq::{
    Error, Timeout,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport},
    },
};

use crate::{
    driver::conn::{Deadline, connect_unix_by, wait},
    model::uri,
};

/// Connects to where xend listens, whatever the address of a request says.
#[derive(Debug)]
pub(super) struct Way(pub(super) uri::Xend);

/// There was no connection, so nothing was sent.
#[derive(Debug)]
pub(super) struct NoWay(pub(super) io::Error);

impl fmt::Display for NoWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoWay {}

impl<In: Transport> Connector<In> for Way {
    type Out = Line;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<In>) -> Result<Option<Line>, Error> {
        let deadline = until(details.timeout);
        let socket = match &self.0 {
            uri::Xend::Unix(path) => connect_unix_by(path, deadline).map(OwnedFd::from),
            uri::Xend::Tcp { .. } => connect_tcp(&details.addrs, deadline).map(OwnedFd::from),
        };
        let socket = socket.map_err(|error| Error::Other(Box::new(NoWay(error))))?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Line { socket, buffers }))
    }
}

/// The first address that takes the connection; each is given its share of what is left of the time.
fn connect_tcp(addresses: &[SocketAddr], deadline: Deadline) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for (place, address) in addresses.iter().enumerate() {
        let share = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
        let span = deadline.left() / share;
        if span.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(address, span) {
            Ok(stream) => return stream.set_nodelay(true).map(|()| stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    socket: OwnedFd,
    buffers: LazyBuffers,
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        let deadline = until(timeout);
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            ready(&self.socket, PollFlags::POLLOUT, deadline, timeout.reason)?;
            match send(self.socket.as_raw_fd(), rest, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL) {
                Ok(sent) => rest = &rest[sent..],
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(io::Error::from(errno).into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        let deadline = until(timeout);
        let came = loop {
            ready(&self.socket, PollFlags::POLLIN, deadline, timeout.reason)?;
            match recv(self.socket.as_raw_fd(), self.buffers.input_append_buf(), MsgFlags::MSG_DONTWAIT) {
                Ok(came) => break came,
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(io::Error::from(errno).into()),
            }
        };
        self.buffers.input_appended(came);
        Ok(came > 0)
    }

    /// No connection is used twice: xend leaves sockets open that it will never read from again.
    fn is_open(&mut self) -> bool {
        false
    }
}

fn ready(socket: &OwnedFd, wanted: PollFlags, deadline: Deadline, reason: Timeout) -> Result<(), Error> {
    match wait(socket, wanted, deadline) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(Error::Timeout(reason)),
        Err(error) => Err(error.into()),
    }
}

/// Every request has a deadline; where the client has none left to give, it is a second.
fn until(timeout: NextTimeout) -> Deadline {
    Deadline::after(timeout.not_zero().map_or(std::time::Duration::from_secs(1), |left| *left))
}

/// A unix socket needs no address looked up; the client wants one all the same.
#[derive(Debug)]
pub(super) struct NoNames;

impl Resolver for NoNames {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Ok(addresses)
    }
}
