//! A thread that writes refused commands into the audit, and what could not be written before: neither keys nor changes
//! wait for a disk.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    app::Msg,
    audit::Scribe,
    model::{Attempt, HostId},
    sampler::stamp,
};

/// How often it is tried again to write what waits.
const AGAIN: Duration = Duration::from_secs(5);
/// How long the end of the program waits for it.
const LAST: Duration = Duration::from_secs(2);

/// The clerk of all hosts.
pub(super) struct Clerk {
    scribes: Vec<(HostId, Scribe)>,
    tries: Option<mpsc::Sender<(Scribe, Attempt)>>,
    ended: mpsc::Receiver<()>,
}

impl Clerk {
    /// Starts the thread; hosts without a scribe are not written about.
    pub(super) fn spawn(scribes: Vec<(HostId, Scribe)>, messages: UnboundedSender<Msg>) -> Self {
        let (tries, inbox) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let logs: Vec<Scribe> = scribes.iter().map(|(_, scribe)| scribe.clone()).collect();
        let run = move || {
            run(&logs, &inbox, &messages);
            let _ = end.send(());
        };
        // Where there is no thread to be had the channel is closed, and what is refused is written without it.
        let _ = thread::Builder::new().name("clerk".into()).spawn(run);
        Self { scribes, tries: Some(tries), ended }
    }

    /// Who writes about a host, where somebody does.
    pub(super) fn scribe(&self, host: HostId) -> Option<Scribe> {
        self.scribes.iter().find(|(id, _)| *id == host).map(|(_, scribe)| scribe.clone())
    }

    /// Writes that a command may not be done on a host.
    pub(super) fn refused(&self, host: HostId, attempt: Attempt) {
        let (Some(scribe), Some(tries)) = (self.scribe(host), &self.tries) else { return };
        if let Err(mpsc::SendError((scribe, attempt))) = tries.send((scribe, attempt)) {
            let _ = scribe.refused(stamp().wall, &attempt);
        }
    }

    /// Has it write what it still has, and waits for that a while; what cannot be written even now is told.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        self.tries = None;
        let _ = self.ended.recv_timeout(LAST);
        self.scribes.iter().try_for_each(|(_, scribe)| match scribe.log().waiting() {
            0 => Ok(()),
            _ => scribe.log().retry(),
        })
    }
}

fn run(scribes: &[Scribe], tries: &mpsc::Receiver<(Scribe, Attempt)>, messages: &UnboundedSender<Msg>) {
    loop {
        match tries.recv_timeout(AGAIN) {
            Ok((scribe, attempt)) => {
                if let Err(told) = scribe.refused(stamp().wall, &attempt) {
                    let _ = messages.send(Msg::Notice(true, told));
                }
            }
            Err(RecvTimeoutError::Timeout) => again(scribes, messages),
            Err(RecvTimeoutError::Disconnected) => return again(scribes, messages),
        }
    }
}

/// What waits is tried again; only that it was written at last is told.
fn again(scribes: &[Scribe], messages: &UnboundedSender<Msg>) {
    for log in scribes.iter().map(Scribe::log).filter(|log| log.waiting() > 0) {
        if log.retry().is_ok() {
            let told = format!("the audit file {} is complete again", log.path().display());
            let _ = messages.send(Msg::Notice(false, told));
        }
    }
}
