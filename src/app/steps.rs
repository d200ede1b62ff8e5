//! What commands do to the app, where it takes more than a line.

use super::{App, Column, Notice, Panel, Table, domains::Step};
use crate::model::Nanos;

/// How long a line for the user stays, and how long one that tells of an error.
const STAYS: (Nanos, Nanos) = (Nanos(4_000_000_000), Nanos(10_000_000_000));

/// Width and height from which a second panel has room beside the table or below it.
const ROOMY: (u16, u16) = (60, 20);

impl App {
    /// Moves what has the keys: the cursor of the table, or the lines of a panel.
    pub(super) fn walk(&mut self, step: Step) {
        let page = self.page();
        match (self.screen.focus, &self.hosts[self.host].shown) {
            (Panel::Domains, Some(snapshot)) => self.table.walk(step, page, snapshot),
            (Panel::Domains, None) => {}
            (Panel::Jobs, _) => {
                let page = self.screen.regions.jobs.height.into();
                self.screen.job = step.from(self.screen.job, self.jobs.list().len(), page);
            }
            (Panel::Events, _) => self.walk_events(step),
            (Panel::Pins, _) => self.walk_pins(step),
            (Panel::Xml, _) => self.walk_xml(step),
            (panel, _) => self.screen.scroll(panel, step),
        }
    }

    /// Lines of the table on the screen; a guess before the first frame.
    pub(super) fn page(&self) -> usize {
        match self.screen.regions.rows.height {
            0 => usize::from(self.screen.size.1 / 2).max(1),
            height => usize::from(height),
        }
    }

    /// Opens Detail beside the table, which keeps the keys where there is room for both; or closes it.
    ///
    /// The domain looked at is chosen by that: the cursor stays with it.
    pub(super) fn toggle_detail(&mut self) {
        self.table.chosen = true;
        let screen = &mut self.screen;
        let hidden = screen.is_hidden(Panel::Detail);
        let cramped = screen.size.0 < ROOMY.0 || screen.size.1 < ROOMY.1 || screen.zoom;
        match (screen.open.contains(&Panel::Detail), screen.focus) {
            (true, Panel::Detail) => screen.close(Panel::Detail),
            (true, _) if hidden => screen.focus_on(Panel::Detail),
            (true, _) => screen.close(Panel::Detail),
            (false, _) if cramped => screen.focus_on(Panel::Detail),
            (false, _) => screen.open(Panel::Detail),
        }
    }

    /// One step back: what is to be edited once it was read, the panel, the filter, the zoom, the panel opened last. Never ends the program.
    pub(super) fn step_back(&mut self) {
        if self.call_off() {
            return;
        }
        let screen = &mut self.screen;
        match screen.focus {
            Panel::Domains if !self.table.filter.is_empty() => self.filter_by(""),
            _ if screen.zoom => screen.zoom = false,
            Panel::Domains => {
                if let Some(last) = screen.open.last().copied() {
                    screen.close(last);
                }
            }
            panel => screen.close(panel),
        }
    }

    /// Sorts by a column; by the same one again: the other way round.
    pub(super) fn sort_by(&mut self, column: Column) {
        let table = &mut self.table;
        table.descending = if table.sort == column { !table.descending } else { column.descending() };
        table.sort = column;
        self.sort_exactly();
    }

    /// Sorts by the shown column so many places beside.
    pub(super) fn sort_beside(&mut self, by: isize) {
        if let Some(column) = self.table.column_beside(by).filter(|c| *c != self.table.sort) {
            self.sort_by(column);
        }
    }

    /// Rows in exact order, noise or not.
    pub(super) fn sort_exactly(&mut self) {
        self.with_scene(Table::resort);
    }

    /// Rows that match this query only.
    pub(super) fn filter_by(&mut self, query: &str) {
        self.table.filter_by(query);
        self.refilter();
    }

    /// Rows as the filter has them now.
    pub(super) fn refilter(&mut self) {
        self.with_scene(Table::rebuild);
    }

    /// Lets the screen stand still, or shows what came meanwhile.
    pub(super) fn freeze(&mut self) {
        self.settings.frozen = !self.settings.frozen;
        if !self.settings.frozen {
            (0..self.hosts.len()).for_each(|place| self.show_latest(place));
        }
    }

    /// Tells the user something.
    pub(super) fn say(&mut self, text: String) {
        self.notice = Some(Notice { error: false, text, since: self.now });
    }

    /// Tells the user what went wrong.
    pub(super) fn complain(&mut self, text: String) {
        self.notice = Some(Notice { error: true, text, since: self.now });
    }

    /// Time passed; whether anything on the screen has had its time.
    pub(super) fn expire(&mut self) -> bool {
        let fresh = self.table.fresh.len();
        let rows = self.table.expire(self.now);
        if rows {
            self.refilter();
        }
        let notice = self.notice.take_if(|n| self.now.since(n.since) >= n.stays()).is_some();
        rows || notice || fresh != self.table.fresh.len()
    }
}

impl Notice {
    const fn stays(&self) -> Nanos {
        if self.error { STAYS.1 } else { STAYS.0 }
    }
}
