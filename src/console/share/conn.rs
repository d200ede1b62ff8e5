//! One end of a connection: frames in and out, never waiting.

use std::{
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
};

use nix::{
    poll::{PollFd, PollFlags},
    sys::socket::{getsockopt, sockopt::PeerCredentials},
    unistd::geteuid,
};

use super::Frame;

/// Bytes read at a time: what one end sends must not keep the other from its own work.
const BITE: usize = 64 * 1024;

/// A connection.
#[derive(Debug)]
pub(super) struct Conn {
    stream: UnixStream,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    /// The process at the other end.
    pub(super) pid: u32,
}

impl Conn {
    /// Over a stream whose other end is a process of the same user, or of root.
    ///
    /// # Errors
    /// `PermissionDenied` where it is another's.
    pub(super) fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let peer = getsockopt(&stream, PeerCredentials)?;
        if peer.uid() != geteuid().as_raw() && peer.uid() != 0 {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let pid = u32::try_from(peer.pid()).unwrap_or_default();
        Ok(Self { stream, inbox: Vec::new(), outbox: Vec::new(), pid })
    }

    /// The descriptor, and what to wait for.
    pub(super) fn poll(&self) -> PollFd<'_> {
        let out = if self.outbox.is_empty() { PollFlags::empty() } else { PollFlags::POLLOUT };
        PollFd::new(self.as_fd(), PollFlags::POLLIN | out)
    }

    /// Has a frame sent when the other end takes it.
    pub(super) fn put(&mut self, frame: &Frame) {
        frame.encode(&mut self.outbox);
    }

    /// Has output sent when the other end takes it.
    pub(super) fn put_output(&mut self, bytes: &[u8]) {
        Frame::output(bytes, &mut self.outbox);
    }

    /// Bytes the other end has not taken yet.
    pub(super) const fn waiting(&self) -> usize {
        self.outbox.len()
    }

    /// Sends what the other end takes now.
    ///
    /// # Errors
    /// Where it has gone.
    pub(super) fn send(&mut self) -> io::Result<()> {
        let mut sent = 0;
        let result = loop {
            match self.stream.write(&self.outbox[sent..]) {
                _ if sent == self.outbox.len() => break Ok(()),
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.outbox.drain(..sent);
        result
    }

    /// Takes in what has come, one bite at most, and hands on every whole frame.
    ///
    /// # Errors
    /// Where the other end has gone, or sent what is no frame; frames that came before are handed on all the same.
    pub(super) fn receive(&mut self, mut take: impl FnMut(Frame)) -> io::Result<()> {
        let ended = self.fill();
        let mut taken = 0;
        while let Some((frame, length)) =
            Frame::decode(&self.inbox[taken..]).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?
        {
            taken += length;
            take(frame);
        }
        self.inbox.drain(..taken);
        ended
    }

    fn fill(&mut self) -> io::Result<()> {
        let start = self.inbox.len();
        self.inbox.resize(start + BITE, 0);
        let result = loop {
            match self.stream.read(&mut self.inbox[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.inbox.truncate(start + result.as_ref().copied().unwrap_or_default());
        match result {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }
}

impl AsFd for Conn {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
