//! A host that several processes open: its state in a file, which each takes in before it changes anything.
//!
//! ```text
//!   begin   the file is another's? ──► take it in, move on to now
//!   change  lock ──► the same ──► change ──► write ──► unlock
//! ```
//!
//! Between processes time goes on by the wall clock: a guest that was asked to shut down has done so when it is looked
//! for again.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg},
};

use super::{state, world::World};
use crate::{
    driver::{Answer, Error, conn::Deadline},
    model::{Kind, Stamp},
};

/// How long another process may take to write the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a host's state is kept.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
    /// The host's URI, without the path: the state of one host is not taken for another's.
    host: String,
    /// The file as it was when it was read or written last.
    mark: Option<Mark>,
    /// The last moment this process gave.
    at: Stamp,
    /// Whether this process changed anything: one that only looks writes nothing.
    changed: bool,
}

/// What tells one writing of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark([i128; 4]);

impl Kept {
    /// In this file, of this host; with the world that is there, if any.
    pub(super) fn open(path: &Path, host: String) -> Answer<(Self, Option<World>)> {
        let mark = mark(path);
        let world = state::load(path, &host)?;
        let mark = mark.filter(|_| world.is_some());
        Ok((Self { path: path.into(), host, mark, at: Stamp::default(), changed: false }, world))
    }

    /// Moves on to a moment, from what others left.
    pub(super) fn begin(&mut self, world: &mut World, at: Stamp) {
        self.at = at;
        // What cannot be read now may be being repaired; a change will tell.
        let _ = self.take_in(world);
    }

    /// Takes in what others changed, and keeps them from changing more while the lock lives.
    pub(super) fn lock(&mut self, world: &mut World) -> Answer<Option<Flock<File>>> {
        let lock = lock(&self.path)?;
        self.take_in(world)?;
        Ok(lock)
    }

    /// Writes the world, under the lock.
    pub(super) fn keep(&mut self, world: &World) -> Answer<()> {
        state::save(&self.path, &self.host, world)?;
        (self.mark, self.changed) = (mark(&self.path), true);
        Ok(())
    }

    /// At the end: what was begun by a change here and came about since, unless others went on from there.
    pub(super) fn end(&mut self, world: &World) {
        let lock = lock(&self.path);
        if self.changed && lock.is_ok() && self.mark == mark(&self.path) {
            // There is nobody left to tell of a failure; what the changes themselves did is kept already.
            let _ = self.keep(world);
        }
    }

    fn take_in(&mut self, world: &mut World) -> Answer<()> {
        let now = mark(&self.path);
        // Where the file has gone there is nothing to take in: it is written again with the next change.
        if now == self.mark || now.is_none() {
            return Ok(());
        }
        if let Some(left) = state::load(&self.path, &self.host)? {
            (*world, self.mark) = (left, now);
            world.tick(self.at);
        }
        Ok(())
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let file = fs::metadata(path).ok()?;
    Some(Mark([file.ino().into(), file.mtime().into(), file.mtime_nsec().into(), file.len().into()]))
}

/// Locks the directory, as the file itself is replaced by each writing. Where that cannot be, the last writer wins.
fn lock(path: &Path) -> Answer<Option<Flock<File>>> {
    let directory = path.parent().unwrap_or(path);
    let Ok(mut file) = File::open(directory) else { return Ok(None) };
    let deadline = Deadline::after(PATIENCE);
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => return Ok(Some(lock)),
            Err((again, Errno::EWOULDBLOCK)) if !deadline.passed() => file = again,
            Err((_, Errno::EWOULDBLOCK)) => {
                let what = format!("lock {}: another process holds it", directory.display());
                return Err(Error::new(Kind::TimedOut, what));
            }
            Err(_) => return Ok(None),
        }
        thread::sleep(Duration::from_millis(5));
    }
}
