//! What carries the bytes to xenstored and back: its socket, or the kernel's device.
//!
//! The device (`/dev/xen/xenbus`, `xenbus_dev_frontend.c`) takes one message per `write`, header and payload in 4096
//! bytes together, and is never reported ready to write.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
};

use crate::{
    driver::{Answer, Error},
    model::Kind,
    wire::xenstore::{HEADER, MAX_PAYLOAD, Message},
};

/// What carries the bytes.
pub(in crate::driver::xen::xenstore) enum Stream {
    /// A socket of xenstored, non-blocking.
    Socket(UnixStream),
    /// The kernel's device, opened non-blocking.
    Device(File),
}

impl Stream {
    /// Sends what can be sent without waiting and returns how many bytes that was.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Answer<usize> {
        let sent = match self {
            Self::Socket(socket) => socket.write(bytes),
            Self::Device(device) => send_one(device, bytes),
        };
        match sent {
            Err(error) if is_not_now(&error) => Ok(0),
            sent => sent.map_err(|error| Error::io("write to xenstored", &error)),
        }
    }

    /// Reads what is there, without waiting: 0 where nothing is.
    pub(super) fn receive(&mut self, into: &mut [u8]) -> Answer<usize> {
        let got = match self {
            Self::Socket(socket) => socket.read(into),
            Self::Device(device) => device.read(into),
        };
        match got {
            Ok(0) => Err(Error::new(Kind::Unreachable, "xenstored closed the connection")),
            Err(error) if is_not_now(&error) => Ok(0),
            got => got.map_err(|error| Error::io("read from xenstored", &error)),
        }
    }

    /// Whether a request must wait for the answer to the one before. So it must on the kernel's device: xenstored of
    /// Xen 4.17.7 was seen to end when several came that way at once, and with it ends all control of the host.
    pub(super) const fn takes_turns(&self) -> bool {
        matches!(self, Self::Device(_))
    }

    /// How long a message may be, with its header.
    pub(super) const fn longest(&self) -> usize {
        match self {
            Self::Socket(_) => HEADER + MAX_PAYLOAD,
            Self::Device(_) => MAX_PAYLOAD,
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Socket(socket) => socket.as_fd(),
            Self::Device(device) => device.as_fd(),
        }
    }
}

/// Writes the first message: the device drops what follows one in the same call.
fn send_one(device: &mut File, bytes: &[u8]) -> io::Result<usize> {
    let size = Message::decode(bytes).ok().flatten().map_or(bytes.len(), |(_, size)| size);
    device.write_all(&bytes[..size])?;
    Ok(size)
}

fn is_not_now(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
