//! What the proxy says of who comes and goes: a line each on stderr, but never more than somebody could read, and none
//! that would have to wait until somebody does.

use std::{io, os::fd::AsFd};

use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd,
};

use crate::{
    model::{Nanos, text::visible},
    sampler::stamp,
};

/// Lines a second that are written; for a moment, as many as this.
const LINES: u64 = 20;
/// Characters of a line: a pipe that can be written to takes so many at once (`PIPE_BUF`, pipe(7)).
const LONGEST: usize = 1000;
const SECOND: u64 = 1_000_000_000;

/// Where lines go, and how many may still.
#[derive(Debug)]
pub(super) struct Journal {
    budget: u64,
    since: Nanos,
    left_out: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self { budget: LINES, since: stamp().mono, left_out: 0 }
    }
}

impl Journal {
    /// Writes a line, unless there were too many of late or nobody takes them: those are counted and told with the
    /// next.
    pub(super) fn note(&mut self, line: &str) {
        let now = stamp().mono;
        let earned = now.since(self.since).0 * LINES / SECOND;
        if earned > 0 {
            (self.budget, self.since) = ((self.budget + earned).min(LINES), now);
        }
        if self.budget == 0 {
            self.left_out += 1;
            return;
        }
        self.budget -= 1;
        if self.left_out > 0 && write(&format!("{} lines were left out", self.left_out)) {
            self.left_out = 0;
        }
        if self.left_out > 0 || !write(line) {
            self.left_out += 1;
        }
    }
}

/// Writes a line where that can be done at once; whether it was. The descriptor stays one that waits: others have it.
fn write(line: &str) -> bool {
    let text: String = visible(line).chars().take(LONGEST).collect();
    let text = format!("domtop proxy: {text}\n");
    let stderr = io::stderr();
    let mut fds = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
    let ready = poll(&mut fds, PollTimeout::ZERO).is_ok_and(|count| count > 0);
    let takes = ready && fds[0].revents().is_some_and(|can| can.contains(PollFlags::POLLOUT));
    takes && unistd::write(&stderr, text.as_bytes()).is_ok_and(|count| count == text.len())
}
