//! Signals, and being stopped and going on.

use std::{fs, os::unix::process, path::PathBuf};

use nix::{
    sys::signal::{self, kill},
    unistd::{Pid, getpgrp, getpid, getsid},
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// To end, with this signal's number.
    End(i32),
    /// To stop for a while.
    Stop,
    /// To go on.
    Continue,
    /// To look how large the terminal is.
    Resize,
}

/// The signals that are taken instead of what they do by themselves.
pub(super) struct Signals(Vec<(Asked, Signal)>);

impl Signals {
    /// Takes them from now on.
    pub(super) fn take() -> Result<Self, String> {
        let ends =
            [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()];
        let ends = ends.map(|kind| (Asked::End(kind.as_raw_value()), kind));
        let others = [
            (Asked::Stop, SignalKind::from_raw(signal::SIGTSTP as i32)),
            (Asked::Continue, SignalKind::from_raw(signal::SIGCONT as i32)),
            (Asked::Resize, SignalKind::window_change()),
        ];
        let all = ends.into_iter().chain(others).map(|(asked, kind)| Ok((asked, signal(kind)?)));
        all.collect::<std::io::Result<_>>().map(Self).map_err(|e| format!("cannot take signals: {e}"))
    }

    /// The next one, those that end the program first.
    pub(super) async fn next(&mut self) -> Asked {
        std::future::poll_fn(|context| {
            let mut all = self.0.iter_mut();
            let came = all.find_map(|(asked, signal)| signal.poll_recv(context).is_ready().then_some(*asked));
            came.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }
}

/// Stops the process group as ^Z does where the terminal does it, and returns when it goes on. By the signal that
/// cannot be taken, as the other one is.
///
/// # Errors
/// Where nobody is there to let it go on: no shell waits for this group.
pub(super) fn stop_group() -> Result<(), &'static str> {
    if is_orphaned() {
        return Err("no shell waits for this program, so it cannot be suspended");
    }
    // There always is the group of the process itself.
    let _ = kill(Pid::from_raw(0), signal::SIGSTOP);
    Ok(())
}

/// Stops this process only: somebody sent it the signal to stop, and will send the one to go on.
pub(super) fn stop() {
    let _ = kill(getpid(), signal::SIGSTOP);
}

/// Whether the process group has no member whose parent is in another group of the session (POSIX, "orphaned process
/// group"): the kernel does not let a terminal stop such a group either.
fn is_orphaned() -> bool {
    let mut parent = process::parent_id().try_into().ok().map(Pid::from_raw);
    while let Some((of, [next, group, session])) = parent.and_then(|pid| Some((pid, lineage(pid)?))) {
        if of.as_raw() <= 1 || group != getpgrp() {
            return getsid(None).is_ok_and(|ours| ours != session);
        }
        parent = Some(next);
    }
    true
}

/// Parent, process group and session of a process (proc(5), `/proc/PID/stat`, fields 4 to 6).
fn lineage(pid: Pid) -> Option<[Pid; 3]> {
    let stat = fs::read_to_string(PathBuf::from("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name in parentheses may hold anything, also spaces and parentheses.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(1);
    let mut number = || fields.next()?.parse().ok().map(Pid::from_raw);
    Some([number()?, number()?, number()?])
}
