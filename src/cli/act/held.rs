//! Signals that would end the program, held back while a question is open or a change must be taken back.

use std::{io::stdin, os::fd::AsFd};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, poll},
    sys::{
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
    },
};

use super::super::trouble::{Status, Trouble};
use crate::{model::Nanos, sampler};

/// What came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Nothing, for as long as was to be waited.
    Nothing,
    /// A signal that ends programs.
    Signal,
    /// Something to read from the terminal, or its end.
    Input,
}

/// The signals, held back as long as this lives.
pub(super) struct Held {
    set: SigSet,
    signals: SignalFd,
}

impl Held {
    /// Holds them back from now on.
    pub(super) fn take() -> Result<Self, Trouble> {
        let set: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
        let failed = |errno: Errno| Trouble::new(Status::Failed, format!("cannot take signals: {errno}"));
        set.thread_block().map_err(failed)?;
        let signals = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        signals.map(|signals| Self { set, signals }).map_err(failed)
    }

    /// Does something during which they end the program, and what it started, as they would.
    pub(super) fn released<T>(&self, act: impl FnOnce() -> T) -> T {
        let _ = self.set.thread_unblock();
        let done = act();
        let _ = self.set.thread_block();
        done
    }

    /// Waits for a signal; whether one came.
    pub(super) fn signal(&self, span: Nanos) -> bool {
        self.first(&mut [self.pollable()], span) == Some(0)
    }

    /// Waits for a signal or for what the user types, which comes a line at a time.
    pub(super) fn signal_or_input(&self, span: Nanos) -> Came {
        let stdin = stdin();
        let input = PollFd::new(stdin.as_fd(), PollFlags::POLLIN);
        match self.first(&mut [self.pollable(), input], span) {
            None => Came::Nothing,
            Some(0) => Came::Signal,
            Some(_) => Came::Input,
        }
    }

    fn pollable(&self) -> PollFd<'_> {
        PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)
    }

    /// The first of these that is ready within the span; a signal that came is taken.
    fn first(&self, ready: &mut [PollFd<'_>], span: Nanos) -> Option<usize> {
        let end = Nanos(sampler::stamp().mono.0.saturating_add(span.0));
        loop {
            let left = u16::try_from(end.since(sampler::stamp().mono).0.div_ceil(1_000_000));
            match poll(ready, left.unwrap_or(u16::MAX)) {
                Ok(0) if left.is_ok() => return None,
                Ok(0) | Err(Errno::EINTR) => {}
                // Without a way to wait there is nothing to wait for.
                Err(_) => return Some(0),
                Ok(_) => break,
            }
        }
        let first = ready.iter().position(|fd| fd.any() == Some(true));
        if first == Some(0) {
            let _ = self.signals.read_signal();
        }
        first
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.set.thread_unblock();
    }
}
