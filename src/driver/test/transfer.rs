//! Saving, restoring and dumping: memory on its way to or from a file takes its time.
//!
//! ```text
//!   live ── save ──► paused, transfer ── all of it ──► dying ──► off, if its definition is kept
//!   restore ───────► paused, transfer ── all of it ──► live
//!   live ── dump ──► live, transfer   ── all of it ──► live
//! ```
//!
//! The file is written at once and read at once: it holds a description, and what takes time is what a real host's
//! memory would.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    event::{Event, Stage},
    guest::{Guest, Phase},
    life::{later, refused},
    plan::{DomainPlan, Start},
    state,
    world::World,
};
use crate::{
    driver::Answer,
    model::{DomainId, KiB, Nanos, Op, Progress},
};

/// How fast memory moves, in KiB a second.
const PACE: u64 = 2 << 20;

/// Memory on its way to or from a file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Transfer {
    op: Op,
    since: Nanos,
    total: KiB,
}

impl Transfer {
    fn begin(op: Op, since: Nanos, total: KiB) -> Self {
        Self { op, since, total }
    }

    /// What is being done to the domain.
    pub(super) const fn word(self) -> &'static str {
        match self.op {
            Op::Restore => "restored",
            Op::Dump => "dumped",
            _ => "saved",
        }
    }

    /// How much of it has moved by `now`.
    fn moved(self, now: Nanos) -> KiB {
        let moved = u128::from(PACE) * u128::from(now.since(self.since).0) / 1_000_000_000;
        KiB(u64::try_from(moved).unwrap_or(u64::MAX)).min(self.total)
    }

    /// When all of it will have moved.
    fn ends(self) -> Nanos {
        later(self.since, self.total.0 as f64 / PACE as f64)
    }
}

impl World {
    /// Writes a guest to a file and ends it when its memory has moved; a definition that is kept stays.
    pub(super) fn save(&mut self, place: usize, file: &Path) -> Answer<()> {
        let guest = &self.guests[place];
        let Some(run) = guest.run.as_ref().filter(|_| !guest.plan.uuid.is_nil()) else {
            return Err(refused(format!("only a running guest can be saved, and {} is none", guest.name)));
        };
        if !matches!(run.phase, Phase::Live | Phase::Paused) || run.transfer.is_some() {
            return Err(refused(format!("{} is {} and cannot be saved", guest.name, run.doing())));
        }
        state::write_domain(file, &self.frozen(place))?;
        self.enter(place, Phase::Paused);
        self.transfer(place, Op::Save);
        Ok(())
    }

    /// Writes a guest's core to a file; it goes on meanwhile.
    pub(super) fn dump(&mut self, place: usize, file: &Path) -> Answer<()> {
        let guest = &self.guests[place];
        if let Some(transfer) = guest.run.as_ref().and_then(|run| run.transfer) {
            return Err(refused(format!("{} is being {}", guest.name, transfer.word())));
        }
        state::write_domain(file, &self.frozen(place))?;
        self.transfer(place, Op::Dump);
        Ok(())
    }

    /// Starts a guest from a file; one that is off under the same name and uuid is that guest.
    pub(super) fn restore(&mut self, file: &Path) -> Answer<()> {
        let saved = state::restore(file)?;
        let same = |guest: &Guest| {
            guest.run.is_none() && guest.plan.uuid == saved.uuid && guest.plan.name == saved.name
        };
        let place = if let Some(place) = self.guests.iter().position(same) {
            self.revive(place, saved)?;
            place
        } else {
            let uuid = saved.uuid;
            self.create(saved.start(Start::Running))?;
            let born = self.guests.iter().position(|guest| guest.plan.uuid == uuid);
            born.ok_or_else(|| refused("the restored domain has gone again"))?
        };
        self.enter(place, Phase::Paused);
        self.transfer(place, Op::Restore);
        self.sort();
        Ok(())
    }

    /// Starts a guest that is off as it was saved; its definition is what it is started by next.
    fn revive(&mut self, place: usize, saved: DomainPlan) -> Answer<()> {
        self.fits(&saved)?;
        let kept = std::mem::replace(&mut self.guests[place].plan, saved);
        if let Err(error) = self.start(place) {
            self.guests[place].plan = kept;
            return Err(error);
        }
        let guest = &mut self.guests[place];
        guest.plan.life.kept = true;
        guest.next = Some(kept);
        Ok(())
    }

    fn transfer(&mut self, place: usize, op: Op) {
        let now = self.clock.now;
        let Some(run) = &mut self.guests[place].run else { return };
        let transfer = Transfer::begin(op, now, run.memory(now));
        run.transfer = Some(transfer);
        self.queue.put(transfer.ends(), Event::Run(run.id, Stage::Transferred));
    }

    /// All of it has moved.
    pub(super) fn transferred(&mut self, place: usize, id: DomainId) {
        let Some(run) = &mut self.guests[place].run else { return };
        match run.transfer.take().map(|transfer| transfer.op) {
            Some(Op::Save) => self.tear_down(place, id, Stage::Gone { again: false }),
            Some(Op::Restore) => self.enter(place, Phase::Live),
            _ => {}
        }
    }

    /// How far each has come.
    pub(super) fn tell_progress(&self, into: &mut Vec<Progress>) {
        let now = self.clock.now;
        for guest in &self.guests {
            let Some(transfer) = guest.run.as_ref().and_then(|run| run.transfer) else { continue };
            let [done, total] = [transfer.moved(now), transfer.total].map(|amount| amount.0 << 10);
            into.push(Progress { op: transfer.op, key: Some(guest.key()), done, total });
        }
    }

    /// Its description with what a running guest would find again: its memory as it is now.
    fn frozen(&self, place: usize) -> DomainPlan {
        let guest = &self.guests[place];
        let memory = guest.run.as_ref().map_or(guest.plan.memory, |run| run.memory(self.clock.now));
        DomainPlan { memory, id: None, ..guest.plan.clone() }
    }
}
