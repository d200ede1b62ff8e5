//! A thread that reads the keyboard and the mouse.

use std::{
    os::fd::{AsFd, OwnedFd},
    thread::{self, JoinHandle},
    time::Duration,
};

use crossterm::event::Event;
use nix::{
    errno::Errno,
    fcntl::OFlag,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd::{pipe2, read},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::decoder::Decoder;

/// Events that may wait for the loop; then the keyboard waits.
const WAITING: usize = 256;

/// Events as they come. Dropping it ends the thread. When the terminal has gone the channel is closed.
pub(super) struct Input {
    pub(super) events: Receiver<Event>,
    /// Closed with this: the thread waits for it beside the terminal.
    alive: OwnedFd,
    thread: JoinHandle<()>,
}

impl Input {
    /// Starts reading.
    pub(super) fn spawn(tty: OwnedFd) -> Result<Self, String> {
        let (ended, alive) = pipe2(OFlag::O_CLOEXEC).map_err(|e| format!("cannot read keys: {e}"))?;
        let (send, events) = channel(WAITING);
        let reads = thread::Builder::new().name("input".into()).spawn(move || run(&tty, &ended, &send));
        let thread = reads.map_err(|e| format!("cannot read keys: {e}"))?;
        Ok(Self { events, alive, thread })
    }

    /// Ends it, and returns once nothing more is read: the next key is somebody else's.
    pub(super) fn end(self) {
        let Self { events, alive, thread } = self;
        drop((events, alive));
        let _ = thread.join();
    }
}

fn run(tty: &OwnedFd, ended: &OwnedFd, send: &Sender<Event>) {
    let (mut decoder, mut events, mut bytes) = (Decoder::default(), Vec::new(), [0; 4096]);
    loop {
        match wait(tty, ended, decoder.patience()) {
            Wait::Ready => match read(tty, &mut bytes) {
                Ok(0) => return,
                Ok(count) => decoder.feed(&bytes[..count], &mut events),
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(_) => return,
            },
            Wait::TimedOut => decoder.expire(&mut events),
            Wait::Ended => return,
        }
        for event in events.drain(..) {
            if send.blocking_send(event).is_err() {
                return;
            }
        }
    }
}

enum Wait {
    Ready,
    TimedOut,
    Ended,
}

fn wait(tty: &OwnedFd, ended: &OwnedFd, patience: Option<Duration>) -> Wait {
    let timeout = patience.and_then(|p| PollTimeout::try_from(p).ok()).unwrap_or(PollTimeout::NONE);
    let mut ready = [tty, ended].map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN));
    match poll(&mut ready, timeout) {
        Ok(0) => Wait::TimedOut,
        Ok(_) if ready[1].any() == Some(false) => Wait::Ready,
        // A signal to the process: nothing came, so nothing has timed out either.
        Err(Errno::EINTR) => wait(tty, ended, patience),
        _ => Wait::Ended,
    }
}
