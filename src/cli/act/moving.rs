//! How far saving, restoring and dumping have come, while the command waits.

use super::{errand::Errand, watch::Progress, watch::SAMPLE};
use crate::{
    model::{Demand, DomainKey, Nanos, Op, Snapshot, transfer::Transfer},
    sampler,
};

/// What moves bytes on behalf of a command, where it is one that does.
pub(super) struct Moving {
    /// Save, restore or dump; none for what moves nothing.
    op: Option<Op>,
    /// The domain; none where it is only made by that.
    key: Option<DomainKey>,
    seen: Option<Transfer>,
}

impl Moving {
    /// By this operation, of this domain.
    pub(super) fn of(op: Option<Op>, key: Option<DomainKey>) -> Self {
        Self { op: op.filter(|op| matches!(op, Op::Save | Op::Restore | Op::Dump)), key, seen: None }
    }

    /// Whether there is anything to be looked at.
    pub(super) const fn moves(&self) -> bool {
        self.op.is_some()
    }

    /// How far it has come in a snapshot: `37 %, 1.2 GiB of 4 GiB, 312.5 MiB/s, 9 s left`; none where it is not told.
    pub(super) fn look(&mut self, snapshot: &Snapshot) -> Option<String> {
        let op = self.op?;
        let ours = |key: Option<DomainKey>| self.key.is_none() || key == self.key;
        let mut like = snapshot.progress.iter().filter(|it| it.op == op && ours(it.key));
        // Of several that make domains nobody can tell which is this one.
        let progress = like.next().filter(|_| like.next().is_none())?;
        match &mut self.seen {
            Some(seen) if seen.is(progress) => seen.look(progress, snapshot.at.mono),
            seen => *seen = Some(Transfer::new(progress, snapshot.at.mono)),
        }
        self.seen.as_ref().map(ToString::to_string)
    }
}

/// Waits while memory still moves after the drivers have answered: what was made is there, and not whole yet.
pub(super) fn settle(errand: &mut Errand<'_>, (op, key): (Op, DomainKey), label: &str) {
    let (mut moving, mut progress) = (Moving::of(Some(op), Some(key)), Progress::new());
    let Some(limit) = errand.wish.wait else { return };
    let begun = sampler::stamp().mono;
    while let Some(how) = moving.look(&errand.snapshot) {
        progress.show(&format!("{label}: {how}"));
        let left = limit.since(sampler::stamp().mono.since(begun));
        if left == Nanos(0) || errand.held.signal(SAMPLE.min(left)) {
            return;
        }
        errand.sample(Vec::new());
    }
}

impl Errand<'_> {
    /// How far a driver that has not answered yet has come, where its host tells.
    pub(super) fn glance(&self, moving: &mut Moving, snapshot: &mut Snapshot) -> Option<String> {
        if moving.moves() {
            self.reader.borrow_mut().sample(sampler::stamp(), &Demand::default(), snapshot);
        }
        moving.look(snapshot)
    }
}
