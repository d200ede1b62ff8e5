//! How far changes that move a guest's memory have come: by the size of the file, where that is on this machine.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{DomainKey, KiB, Op, Progress};

/// The changes under way.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<Vec<Moving>>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moving {
    /// Save, restore or dump.
    pub(super) op: Op,
    /// The domain; none where it is not there yet.
    pub(super) key: Option<DomainKey>,
    /// The file; none where it is on another machine.
    pub(super) file: Option<PathBuf>,
    /// What goes into it, as far as it is known.
    pub(super) total: KiB,
}

impl UnderWay {
    /// Takes one in, until what is returned is dropped.
    pub(super) fn begin(&self, moving: Moving) -> Guard<'_> {
        self.lock().push(moving.clone());
        Guard { all: self, moving }
    }

    /// Appends how far each has come.
    pub(super) fn tell(&self, into: &mut Vec<Progress>) {
        let told = |moving: &Moving| {
            let size = moving.file.as_ref()?.metadata().ok()?.len();
            // Of a file that is read, its size says nothing of how far: it is told that it goes on.
            let done = if moving.op == Op::Restore { 0 } else { size };
            let total = if moving.op == Op::Restore { 0 } else { moving.total.bytes() };
            Some(Progress { op: moving.op, key: moving.key, done, total })
        };
        into.extend(self.lock().iter().filter_map(told));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Moving>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends with the change.
pub(super) struct Guard<'a> {
    all: &'a UnderWay,
    moving: Moving,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(place) = all.iter().position(|moving| *moving == self.moving) {
            all.remove(place);
        }
    }
}
