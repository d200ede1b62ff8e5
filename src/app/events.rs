//! The Events panel's state: what happened on the hosts, newest first, and which of it is picked.
//!
//! What the host showed comes from its snapshots; what was asked of it, from the jobs and from refused commands. Both
//! are taken in beside the messages that bring them, so that nobody who makes a job has to think of it.

mod jobs;
mod timeline;

use std::sync::Arc;

use super::{App, Effect, domains::Step};
use crate::model::{
    Attempt, DomainKey, HostId, JobId, Nanos, Snapshot, Stamp,
    event::{Asked, Event, Outcome, What, Who},
};
pub use timeline::{Entry, Timeline};

/// The Events panel, and what it shows.
#[derive(Debug, Default)]
pub struct Events {
    /// What happened on each host, in the order of the app's.
    timelines: Vec<Timeline>,
    /// The number of the picked event; none for the newest, whichever that is.
    picked: Option<u64>,
    /// Whether only events of the domain under the cursor are shown.
    pub only: bool,
    /// How far each job had come when it was last looked at.
    noted: Vec<(JobId, super::jobs::Stage, bool)>,
}

impl Events {
    /// What happened on a host; none before its first event.
    pub fn timeline(&self, host: HostId) -> Option<&Timeline> {
        self.timelines.iter().find(|timeline| timeline.host == host)
    }

    fn timeline_mut(&mut self, host: HostId) -> &mut Timeline {
        let place = self.timelines.iter().position(|timeline| timeline.host == host);
        let place = place.unwrap_or_else(|| {
            self.timelines.push(Timeline::new(host));
            self.timelines.len() - 1
        });
        &mut self.timelines[place]
    }

    /// When something happened on a host since, and by whom, newest first; of one domain only where one is named.
    pub fn marks(
        &self,
        host: HostId,
        of: Option<DomainKey>,
        since: Nanos,
    ) -> impl Iterator<Item = (Nanos, &Who)> {
        let entries = self.timeline(host).into_iter().flat_map(Timeline::entries);
        let about = move |event: &Event| of.is_none_or(|key| event.is_about(key));
        let events = entries.map(|entry| &entry.event);
        events.filter(move |e| e.at.mono >= since && about(e)).map(|event| (event.at.mono, &event.who))
    }
}

impl App {
    /// The events the panel shows, newest first.
    pub fn listed_events(&self) -> impl Iterator<Item = &Entry> {
        let of = self.table.cursor.filter(|_| self.events.only);
        let entries = self.events.timeline(self.pane().id).into_iter().flat_map(Timeline::entries);
        entries.filter(move |entry| of.is_none_or(|key| entry.event.is_about(key)))
    }

    /// The place of the picked event among those listed: where it has gone, of the nearest that is older.
    pub fn picked_event(&self) -> usize {
        let Some(picked) = self.events.picked else { return 0 };
        let listed = self.listed_events();
        listed.take_while(|entry| entry.number > picked).count().min(self.listed_events().count().max(1) - 1)
    }

    /// Picks another event.
    pub(super) fn walk_events(&mut self, step: Step) {
        let page = usize::from(self.screen.regions.events.height).max(1);
        let to = step.from(self.picked_event(), self.listed_events().count(), page);
        self.pick_event(to);
    }

    /// Picks the event at a place of those listed; at the first one, whichever comes to be the first.
    pub(super) fn pick_event(&mut self, place: usize) {
        let number = self.listed_events().nth(place).map(|entry| entry.number);
        self.events.picked = number.filter(|_| place > 0);
    }

    /// Puts the table's cursor on the domain of the picked event.
    pub(super) fn go_to_event(&mut self) {
        let Some(entry) = self.listed_events().nth(self.picked_event()) else { return };
        let label = entry.event.label().into_owned();
        let Some(key) = entry.event.domain.as_ref().map(|(key, _)| *key) else {
            return self.say("this happened to the host, not to a domain".into());
        };
        let found = match &self.hosts[self.host].shown {
            Some(snapshot) => self.table.seek(key, snapshot),
            None => false,
        };
        if found {
            self.screen.zoom = false;
            self.screen.focus_on(super::Panel::Domains);
        } else {
            let why = if self.table.filter.is_empty() { "has gone" } else { "is not in the filtered table" };
            self.complain(format!("{label} {why}"));
        }
    }

    /// A host was read: what happened to it since it was read before.
    pub(super) fn watch(&mut self, place: usize, snapshot: &Snapshot) {
        let pane = &self.hosts[place];
        let jobs = &self.jobs;
        let deeds = || jobs::deeds(jobs, pane.id);
        self.events.timeline_mut(pane.id).watch(pane.latest.as_deref(), snapshot, deeds);
    }

    /// Takes in what the last message did to jobs, and what was refused.
    pub(super) fn note(&mut self, effects: &[Effect]) {
        self.note_jobs();
        for effect in effects {
            if let Effect::Refused(host, attempt) = effect {
                self.note_refused(*host, attempt);
            }
        }
    }

    fn note_refused(&mut self, host: HostId, attempt: &Attempt) {
        let title: Arc<str> = crate::model::text::visible(&attempt.command).into();
        let outcome = Outcome::Refused(attempt.why.as_str().into());
        let asked = Asked { job: None, title: title.clone(), outcome };
        let domain = attempt.domain.clone();
        let at = self.stamp(host, self.now);
        let event = Event { at, host, domain, what: What::Job(asked), who: Who::Us(title) };
        self.events.timeline_mut(host).push(event);
    }

    /// A moment on the clock that never steps, on both: by the last snapshot of a host. Zero on the other clock
    /// before the first.
    pub(super) fn stamp(&self, host: HostId, mono: Nanos) -> Stamp {
        let latest = self.hosts.iter().find(|pane| pane.id == host).and_then(|pane| pane.latest.as_ref());
        let wall = latest.map_or(Nanos(0), |latest| {
            let Stamp { mono: then, wall } = latest.at;
            Nanos((wall.0 + mono.since(then).0).saturating_sub(then.since(mono).0))
        });
        Stamp { mono, wall }
    }
}
