//! Snapshots into what is shown; what the next snapshots should hold.

use std::sync::Arc;

use super::{App, Effect, HostPane, Panel, Settings, Table, subject::Scene};
use crate::model::{Demand, HostId, Nanos, Snapshot};

impl App {
    /// A host was read. Graphs take it in always, the screen unless it is frozen.
    pub(super) fn sampled(&mut self, id: HostId, snapshot: Arc<Snapshot>) {
        let Some(place) = self.hosts.iter().position(|h| h.id == id) else { return };
        self.now = self.now.max(snapshot.at.mono);
        self.look_at_jobs(id, &snapshot);
        self.watch(place, &snapshot);
        self.hosts[place].receive(snapshot);
        let pane = &mut self.hosts[place];
        if !self.settings.frozen || pane.shown.is_none() {
            self.show_latest(place);
        }
    }

    /// Shows the last snapshot of a host.
    pub(super) fn show_latest(&mut self, place: usize) {
        let Some(pane) = self.hosts.get_mut(place) else { return };
        let (Some(latest), scale) = (pane.latest.clone(), self.settings.scale) else { return };
        if pane.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, &latest)) {
            return;
        }
        let old = pane.shown.replace(latest.clone());
        std::mem::swap(&mut pane.rates, &mut pane.received);
        if place == self.host {
            let old = old.as_ref().map(|old| Scene::new(old, &pane.received, scale));
            self.table.follow(old.as_ref(), &Scene::new(&latest, &pane.rates, scale), self.now);
            self.follow_pins();
        }
    }

    /// Shows another host.
    pub(super) fn show_host(&mut self, place: usize) {
        self.lose_pins("another host is shown");
        self.host = place.min(self.hosts.len().saturating_sub(1));
        self.table.forget();
        self.screen.scroll = [0; Panel::ALL.len()];
        self.with_scene(Table::resort);
    }

    /// Does something to the table that needs what is shown; nothing before the first snapshot.
    pub(super) fn with_scene(&mut self, change: fn(&mut Table, &Scene<'_>)) {
        let pane = &self.hosts[self.host];
        if let Some(snapshot) = &pane.shown {
            change(&mut self.table, &Scene::new(snapshot, &pane.rates, self.settings.scale));
        }
    }

    /// The intervals all hosts are to be sampled at.
    pub(super) fn intervals(&self) -> Vec<Effect> {
        let Settings { paused, interval, .. } = self.settings;
        self.hosts.iter().map(|h| Effect::Interval(h.id, (!paused).then_some(interval))).collect()
    }

    /// From now on samples are taken at this interval.
    pub(super) fn sample_every(&mut self, interval: Nanos) -> Vec<Effect> {
        self.settings.interval = interval;
        self.say(format!("a sample every {}", super::interval::print(interval)));
        self.intervals()
    }

    /// What the snapshots of a host should hold, where that is not what was asked last.
    pub(super) fn demands(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for place in 0..self.hosts.len() {
            let wanted = self.demand(place);
            let pane = &mut self.hosts[place];
            if pane.demand != wanted {
                pane.demand = wanted.clone();
                effects.push(Effect::Demand(pane.id, wanted));
            }
        }
        effects
    }

    /// As [`Self::demands`], of every host whatever was asked.
    pub(super) fn first_demands(&mut self) -> Vec<Effect> {
        for place in 0..self.hosts.len() {
            self.hosts[place].demand = self.demand(place);
        }
        self.hosts.iter().map(|h| Effect::Demand(h.id, h.demand.clone())).collect()
    }

    /// What is shown decides what is read; of hosts that are not shown, only what costs nothing.
    fn demand(&self, place: usize) -> Demand {
        if place != self.host {
            return Demand { awaited: self.jobs.awaited(self.hosts[place].id), ..Demand::default() };
        }
        let (detail, pins) = (self.screen.shows(Panel::Detail), self.screen.shows(Panel::Pins));
        // One domain can be read in full: the one being edited, unless another is looked at.
        let edits = pins && (self.screen.focus == Panel::Pins || !detail);
        let focus = if edits { self.pinned() } else { self.table.cursor };
        Demand {
            interval: None,
            all_vcpus: pins,
            devices: detail || self.table.needs_devices(),
            focus: focus.filter(|_| detail || pins),
            awaited: self.jobs.awaited(self.hosts[place].id),
        }
    }
}

impl HostPane {
    /// Takes in a snapshot: rates against the one received before, so that nothing is lost while frozen.
    fn receive(&mut self, snapshot: Arc<Snapshot>) {
        self.received.fill(self.latest.as_deref(), &snapshot);
        self.history.push(&snapshot, &self.received);
        self.latest = Some(snapshot);
    }
}
