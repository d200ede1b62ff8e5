//! What happened on one host: the last of it, newest first.

use std::collections::VecDeque;

use crate::model::{
    HostId, JobId, Snapshot,
    event::{Asked, Deed, Event, Flow, Outcome, What, attribute, diff},
};

/// How many events of a host are kept.
const KEPT: usize = 2000;

/// An event with its number, by which it is found again.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Given once, in the order they came.
    pub number: u64,
    /// What happened.
    pub event: Event,
}

/// What happened on one host.
#[derive(Debug)]
pub struct Timeline {
    pub(super) host: HostId,
    entries: VecDeque<Entry>,
    given: u64,
    flow: Flow,
    found: Vec<Event>,
}

impl Timeline {
    pub(super) fn new(host: HostId) -> Self {
        Self { host, entries: VecDeque::new(), given: 0, flow: Flow::default(), found: Vec::new() }
    }

    /// All that is kept, newest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Takes in what happened between two snapshots. Who did it is asked only where something happened.
    pub(super) fn watch(
        &mut self,
        old: Option<&Snapshot>,
        new: &Snapshot,
        deeds: impl FnOnce() -> Vec<Deed>,
    ) {
        let Some(old) = old else { return };
        diff(old, new, &mut self.found);
        self.flow.settle(&mut self.found, new.at.mono);
        if self.found.is_empty() {
            return;
        }
        let deeds = deeds();
        let mut found = std::mem::take(&mut self.found);
        for mut event in found.drain(..) {
            attribute(&mut event, deeds.iter());
            self.push(event);
        }
        self.found = found;
    }

    /// Puts an event on top; the oldest falls out where there are too many.
    pub(super) fn push(&mut self, event: Event) {
        self.entries.truncate(KEPT - 1);
        self.given += 1;
        self.entries.push_front(Entry { number: self.given, event });
    }

    /// What came of a job, where its event is still there.
    pub(super) fn outcome_mut(&mut self, id: JobId) -> Option<&mut Outcome> {
        self.entries.iter_mut().find_map(|entry| match &mut entry.event.what {
            What::Job(Asked { job, outcome, .. }) if *job == Some(id) => Some(outcome),
            _ => None,
        })
    }
}
