//! An open console: a thread that reads the guest, keeps its terminal, and does what is asked.
//!
//! ```text
//!            ┌────────────── every second until it is there ──────────────┐
//!            ▼                                                            │
//!   Opening ─┬─ the lock is ours ──► own ────── the pty has gone ──────► Lost
//!            └─ another domtop's ──► through ── that one has gone ───────┘
//!                                    its share
//! ```
//!
//! The terminal with all its lines outlives what breaks. Whether it writes or watches is who has the pen
//! ([`super::share`]): the pen is claimed where the console was opened to write, and somebody here may type.

mod asks;
mod attachment;
mod recording;
mod run;
mod screen;
mod typed;

use std::{
    io::{self, Write},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

pub use recording::file_name;

use super::{line::Backing, share::Place};
use crate::model::console::{Ask, News, Page, Wanted};
use run::Run;

/// How long the end of a program waits for what a console still has to write.
const LAST: Duration = Duration::from_secs(2);

/// What a console is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Lines kept above the terminal's own.
    pub history: usize,
    /// What the guest wrote before, as far as it was kept.
    pub before: Vec<u8>,
    /// A folder: it is recorded there from the start.
    pub record: Option<PathBuf>,
    /// Where it is shared with others of this program.
    pub place: Place,
    /// The user, as others of this program are told.
    pub who: String,
}

/// Where what a console shows and tells goes; called on its thread, and must not wait.
pub trait Outlet: Send + Sync {
    /// What it shows now.
    fn page(&self, page: Arc<Page>);

    /// What it tells.
    fn news(&self, news: News);

    /// What the guest wrote, as it came: for who asked for exactly that.
    fn raw(&self, _bytes: &[u8]) {}
}

/// An open console. Dropping it closes it.
#[derive(Debug)]
pub struct Session {
    asks: Sender<Ask>,
    bell: UnixStream,
    ended: Receiver<()>,
}

impl Session {
    /// Opens a console: how that goes is told to the outlet.
    ///
    /// # Errors
    /// Where there is no thread or descriptor left.
    pub fn open(
        wanted: Wanted,
        backing: Backing,
        options: Options,
        outlet: impl Outlet + 'static,
    ) -> io::Result<Self> {
        let (asks, inbox) = channel();
        let (end, ended) = channel();
        let (bell, door) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        door.set_nonblocking(true)?;
        let run = Run::new((wanted, options), backing, (inbox, door), Arc::new(outlet));
        thread::Builder::new().name("console".into()).spawn(move || {
            run::contained(run);
            let _ = end.send(());
        })?;
        Ok(Self { asks, bell, ended })
    }

    /// Asks something of it; what comes of it is told to the outlet. Once it has ended nothing does.
    pub fn ask(&self, ask: Ask) {
        let _ = self.asks.send(ask);
        // Where it cannot be written, enough rings wait already.
        let _ = (&self.bell).write(&[0]);
    }

    /// Closes it, and waits a while until what is recorded is in its file.
    pub fn close(self) {
        let Self { asks, bell, ended } = self;
        drop((asks, bell));
        let _ = ended.recv_timeout(LAST);
    }
}
