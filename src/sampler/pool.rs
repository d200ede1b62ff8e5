//! Snapshots that are used again: a warm tick allocates nothing.

use std::sync::Arc;

use crate::model::Snapshot;

/// How many are kept: the channel's, the two the app holds, one on its way, one being filled, and room for one more.
const KEPT: usize = 6;

/// Snapshots, those somebody still looks at and those to be filled again.
#[derive(Debug, Default)]
pub(super) struct Pool {
    kept: Vec<Arc<Snapshot>>,
}

impl Pool {
    /// One nobody looks at: its rows are those of some ticks ago.
    pub(super) fn take(&mut self) -> Arc<Snapshot> {
        let free = self.kept.iter_mut().position(|s| Arc::get_mut(s).is_some());
        free.map_or_else(Arc::default, |i| self.kept.swap_remove(i))
    }

    /// Keeps one to be taken again once everybody has let go of it.
    pub(super) fn give(&mut self, snapshot: Arc<Snapshot>) {
        if self.kept.len() < KEPT {
            self.kept.push(snapshot);
        }
    }
}
