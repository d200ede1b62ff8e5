//! What goes on over many snapshots, told once: balloons that move, deadlines that are missed, domains that come back.

use std::mem::take;

use super::{Event, HostNews, Life, Quality, Value, What};
use crate::model::{DomainId, DomainKey, KiB, Nanos, pursuit::NEAR};

/// A move that did not go on for so long is over.
const SETTLED: Nanos = Nanos(2_000_000_000);
/// One that goes on longer is told in parts.
const LONGEST: Nanos = Nanos(30_000_000_000);
/// A uuid that runs again within this time was started again, not made anew.
const RETURNS: Nanos = Nanos(120_000_000_000);
/// How many that have gone are remembered.
const REMEMBERED: usize = 64;

/// What must be remembered between snapshots of a host.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// What is still going on, and when it began; the event's own time is that of its last step.
    moving: Vec<(Event, Nanos)>,
    /// Runs that have gone, and when.
    gone: Vec<(DomainKey, DomainId, Nanos)>,
    scarce: bool,
    spare: Vec<Event>,
}

impl Flow {
    /// Takes in what one diff found at this time, and leaves what is to be told now.
    ///
    /// A tick that found nothing while nothing goes on costs nothing.
    pub fn settle(&mut self, events: &mut Vec<Event>, now: Nanos) {
        if events.is_empty() && self.moving.is_empty() {
            return;
        }
        let mut told = take(&mut self.spare);
        for event in events.drain(..) {
            self.sort(event, &mut told);
        }
        self.release(now, &mut told);
        std::mem::swap(events, &mut told);
        self.spare = told;
    }

    /// All that is still going on: nothing comes after.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        events.extend(take(&mut self.moving).into_iter().map(|(event, _)| event).filter(is_worth));
    }

    fn sort(&mut self, mut event: Event, told: &mut Vec<Event>) {
        let now = event.at.mono;
        match &event.what {
            What::Change(Quality::Memory, ..) | What::Host(HostNews::Missed(_)) => return self.join(event),
            What::Host(HostNews::Scarce(_)) if std::mem::replace(&mut self.scarce, true) => return,
            What::Host(HostNews::Plenty(_)) if !std::mem::take(&mut self.scarce) => return,
            What::Life(Life::Gone(_)) => self.remember(&event),
            What::Life(Life::Created(_)) => {
                if let Some(life) = self.returned(&event, now) {
                    event.what = What::Life(life);
                }
            }
            _ => {}
        }
        told.push(event);
    }

    /// A step of something that goes on.
    fn join(&mut self, event: Event) {
        let same = |(old, _): &&mut (Event, Nanos)| {
            old.domain.as_ref().map(|d| d.0) == event.domain.as_ref().map(|d| d.0)
        };
        let Some((old, _)) = self.moving.iter_mut().find(same) else {
            let since = event.at.mono;
            self.moving.push((event, since));
            return;
        };
        match (&mut old.what, &event.what) {
            (What::Change(_, _, to), What::Change(_, _, next)) => to.clone_from(next),
            (What::Host(HostNews::Missed(sum)), What::Host(HostNews::Missed(more))) => {
                *sum = sum.saturating_add(*more);
            }
            _ => {}
        }
        old.at = event.at;
    }

    fn release(&mut self, now: Nanos, told: &mut Vec<Event>) {
        self.moving.retain(|(event, since)| {
            let over = now.since(event.at.mono) >= SETTLED || now.since(*since) >= LONGEST;
            if over && is_worth(event) {
                told.push(event.clone());
            }
            !over
        });
    }

    fn remember(&mut self, event: &Event) {
        let Some(((key, _), id)) = event.domain.as_ref().and_then(|d| Some((d, d.0.id?))) else { return };
        if !key.uuid.is_nil() {
            self.gone.truncate(REMEMBERED - 1);
            self.gone.insert(0, (*key, id, event.at.mono));
        }
    }

    /// The run that went before, where a domain has come back.
    fn returned(&mut self, event: &Event, now: Nanos) -> Option<Life> {
        let key = event.domain.as_ref()?.0;
        let to = key.id?;
        self.gone.retain(|(_, _, when)| now.since(*when) < RETURNS);
        let place = self.gone.iter().position(|(was, ..)| was.uuid == key.uuid)?;
        let (_, from, _) = self.gone.remove(place);
        Some(Life::Again(from, to))
    }
}

/// Whether a balloon moved further than it trembles.
fn is_worth(event: &Event) -> bool {
    match &event.what {
        What::Change(Quality::Memory, Value::Memory(KiB(from)), Value::Memory(KiB(to))) => {
            from.abs_diff(*to) > NEAR.0
        }
        _ => true,
    }
}
