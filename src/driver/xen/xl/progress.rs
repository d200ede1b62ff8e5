//! How far a save, a dump or a restore has come, without asking xl: by the file it writes or reads.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{DomainKey, Op, Progress};

/// The changes under way.
#[derive(Default)]
pub(super) struct Board(Mutex<Vec<Work>>);

/// One change that moves a guest's memory.
pub(super) struct Work {
    /// Save, dump or restore.
    pub(super) op: Op,
    /// The domain; none where it is not there yet.
    pub(super) key: Option<DomainKey>,
    /// What is written or read.
    pub(super) file: PathBuf,
    /// How many bytes that are, about.
    pub(super) total: u64,
    /// xl, once it runs.
    pub(super) pid: Option<u32>,
}

impl Board {
    /// Puts a change up for as long as what this returns is kept.
    pub(super) fn put(&self, work: Work) -> Up<'_> {
        let file = work.file.clone();
        self.works().push(work);
        Up { board: self, file }
    }

    /// Appends how far each has come.
    pub(super) fn tell(&self, into: &mut Vec<Progress>) {
        let told = self
            .works()
            .iter()
            .filter_map(|work| Some((work.op, work.key, work.done()?, work.total)))
            .collect::<Vec<_>>();
        into.extend(told.into_iter().map(|(op, key, done, total)| Progress { op, key, done, total }));
    }

    fn works(&self) -> MutexGuard<'_, Vec<Work>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change that is on the board.
pub(super) struct Up<'a> {
    board: &'a Board,
    file: PathBuf,
}

impl Up<'_> {
    /// xl runs, as this process.
    pub(super) fn runs(&self, pid: u32) {
        self.board
            .works()
            .iter_mut()
            .filter(|work| work.file == self.file)
            .for_each(|work| work.pid = Some(pid));
    }

    /// How far it has come, where that can be told.
    pub(super) fn done(&self) -> Option<u64> {
        self.board.works().iter().find(|work| work.file == self.file)?.done()
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        self.board.works().retain(|work| work.file != self.file);
    }
}

impl Work {
    fn done(&self) -> Option<u64> {
        if self.op == Op::Restore { read_up_to(self.pid?, &self.file) } else { written(&self.file) }
    }
}

/// How long a file has grown.
fn written(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().map(|meta| meta.len())
}

/// Where a process is in a file it reads; who reads it for that process goes by the same place.
fn read_up_to(pid: u32, file: &Path) -> Option<u64> {
    let place = |path: &Path| fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    let wanted = place(file)?;
    let process = PathBuf::from(format!("/proc/{pid}"));
    let open = fs::read_dir(process.join("fd")).ok()?.filter_map(Result::ok);
    let fd =
        open.map(|entry| entry.file_name()).find(|fd| place(&process.join("fd").join(fd)) == Some(wanted))?;
    let info = fs::read_to_string(process.join("fdinfo").join(fd)).ok()?;
    info.lines().find_map(|line| line.strip_prefix("pos:")?.trim().parse().ok())
}
