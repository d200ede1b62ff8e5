//! The log: records into the file, and those that could not be written kept until they can.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Record, file};

/// How many records wait at most for a file that can be written again.
const MOST: usize = 1000;

/// How large the file may become, and how many older ones are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file before it is rotated.
    pub bytes: u64,
    /// Older files: `.1`, `.2`…
    pub files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10 << 20, files: 5 }
    }
}

/// The audit file. Shared by threads; other processes may write to the same.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    limits: Limits,
    backlog: Mutex<Backlog>,
}

/// Lines that could not be written yet, oldest first, and how many there was no room for.
#[derive(Debug, Default)]
struct Backlog {
    lines: VecDeque<String>,
    lost: u64,
}

impl Log {
    /// At this place. Nothing is written yet: the file is made with the first record.
    pub fn open(path: impl Into<PathBuf>, limits: Limits) -> Self {
        Self { path: path.into(), limits, backlog: Mutex::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a record, after those that wait. One that cannot be written waits for the next call.
    ///
    /// # Errors
    /// A sentence for the user: why it cannot be written, and how many wait. The change itself was made all the same.
    pub fn record(&self, record: &Record) -> Result<(), String> {
        let mut backlog = self.backlog();
        if backlog.lines.len() >= MOST {
            backlog.lines.pop_front();
            backlog.lost += 1;
        }
        backlog.lines.push_back(record.line());
        self.flush(&mut backlog)
    }

    /// Tries again to write what waits.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn retry(&self) -> Result<(), String> {
        self.flush(&mut self.backlog())
    }

    /// How many records wait.
    pub fn waiting(&self) -> usize {
        self.backlog().lines.len()
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        // A line is put in or taken out whole, so what another thread left behind is sound.
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flush(&self, backlog: &mut Backlog) -> Result<(), String> {
        while let Some(line) = backlog.lines.front() {
            file::append(&self.path, self.limits, line.as_bytes())
                .map_err(|error| self.told(&error, backlog))?;
            backlog.lines.pop_front();
        }
        Ok(())
    }

    fn told(&self, error: &io::Error, backlog: &Backlog) -> String {
        let waiting = match backlog.lines.len() {
            1 => "1 record waits".to_owned(),
            count => format!("{count} records wait"),
        };
        let lost = if backlog.lost == 0 { String::new() } else { format!(", {} are lost", backlog.lost) };
        format!("the audit file {} cannot be written: {error}; {waiting}{lost}", self.path.display())
    }
}
