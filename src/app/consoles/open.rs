//! Opening consoles, going between them, leaving and ending them.

use std::sync::Arc;

use super::{App, Split, Tab};
use crate::{
    app::{ConsoleOrder, Effect, Overlay, Panel},
    model::{
        Domain, DomainKey, HostId, Name,
        console::{Ask, ConsoleId, LEAST, Link, Tty, Wanted},
        domain::find,
        text::visible,
    },
};

impl App {
    /// Opens the console of a domain, of the one under the cursor where none is named; or goes back to it.
    pub(in crate::app) fn open_console(&mut self, typed: &str) -> Vec<Effect> {
        self.table.chosen = true;
        match self.console_domain(typed) {
            Ok((key, name)) => self.show_console(key, name, None),
            Err(why) => {
                self.complain(format!("console: {why}"));
                Vec::new()
            }
        }
    }

    /// Asks which consoles the domain under the cursor has, to choose from.
    pub(in crate::app) fn choose_console(&mut self, typed: &str) -> Vec<Effect> {
        self.table.chosen = true;
        match self.console_domain(typed) {
            Ok((key, _)) => vec![Effect::Ttys(self.pane().id, key)],
            Err(why) => {
                self.complain(format!("console-device: {why}"));
                Vec::new()
            }
        }
    }

    fn console_domain(&self, typed: &str) -> Result<(DomainKey, Name), String> {
        let known = |domain: &Domain| (domain.key, domain.name.clone());
        if typed.is_empty() {
            return self.selected().map(known).ok_or_else(|| "no domain is selected".into());
        }
        let word = crate::app::words::split(typed).into_iter().next().unwrap_or_default();
        let snapshot = self.pane().latest.as_ref();
        let found = snapshot.and_then(|snapshot| find(&snapshot.domains, &word));
        found.map(known).ok_or_else(|| format!("there is no domain `{}`", visible(&word)))
    }

    /// The consoles of a domain were listed.
    pub(in crate::app) fn ttys(
        &mut self,
        host: HostId,
        key: DomainKey,
        found: Result<Vec<Tty>, String>,
    ) -> Vec<Effect> {
        if host != self.pane().id || self.overlay.is_some() {
            return Vec::new();
        }
        let domain = self.pane().latest.as_ref().and_then(|s| s.domains.iter().find(|d| d.key == key));
        let name = domain.map(|domain| domain.name.clone()).unwrap_or_default();
        match found {
            Ok(ttys) if ttys.is_empty() => {
                self.complain(format!("{}: it has no console", crate::model::domain::label(key, &name)));
            }
            Ok(ttys) => self.overlay = Some(Overlay::Devices { key, name, ttys, selected: 0 }),
            Err(why) => self.complain(format!("console-device: {}", visible(&why))),
        }
        Vec::new()
    }

    /// Goes to the console of a domain, which is opened where it is not yet.
    pub(in crate::app) fn show_console(
        &mut self,
        key: DomainKey,
        name: Name,
        tty: Option<Arc<str>>,
    ) -> Vec<Effect> {
        let host = self.pane().id;
        self.screen.focus_on(Panel::Console);
        self.consoles.escaped = false;
        let open = |tab: &Tab| tab.is_of(host, key) && (tty.is_none() || tab.has(tty.as_deref()));
        let place = self.consoles.tabs.iter().position(open);
        let Some(place) = place else { return self.new_console(Wanted { key, name, tty, ..self.blank() }) };
        self.consoles.shown = place;
        let tab = &mut self.consoles.tabs[place];
        if !matches!(tab.link, Link::Ended(_)) {
            return Vec::new();
        }
        tab.link = Link::Opening;
        vec![tab.ask(Ask::Reattach)]
    }

    fn blank(&self) -> Wanted {
        let area = self.screen.regions.console.area;
        let size = if area.width == 0 || area.height == 0 { LEAST } else { (area.width, area.height) };
        let write = self.pane().mode == crate::app::Mode::Operator;
        Wanted { key: DomainKey::default(), name: Name::default(), tty: None, write, size }
    }

    fn new_console(&mut self, wanted: Wanted) -> Vec<Effect> {
        let consoles = &mut self.consoles;
        let id = ConsoleId(consoles.next);
        consoles.next += 1;
        let tab = Tab::new(id, self.hosts[self.host].id, wanted.clone());
        let effects = vec![tab.order(ConsoleOrder::Open(wanted))];
        consoles.shown = consoles.tabs.len();
        consoles.tabs.push(tab);
        effects
    }

    /// Leaves the console as it is: its session goes on, and comes back with every line.
    pub(in crate::app) fn detach_console(&mut self) {
        self.screen.close(Panel::Console);
    }

    /// Ends the console that is shown, with all it keeps.
    pub(in crate::app) fn close_console(&mut self) -> Vec<Effect> {
        let consoles = &mut self.consoles;
        if consoles.tab().is_none() {
            return Vec::new();
        }
        let tab = consoles.tabs.remove(consoles.shown);
        consoles.shown = consoles.shown.min(consoles.tabs.len().saturating_sub(1));
        if consoles.tabs.is_empty() {
            self.screen.close(Panel::Console);
        }
        vec![tab.order(ConsoleOrder::Close)]
    }

    /// Shows the console so many tabs on, round and round.
    pub(in crate::app) fn turn_console(&mut self, by: isize) {
        let consoles = &mut self.consoles;
        let count = isize::try_from(consoles.tabs.len()).unwrap_or(1).max(1);
        let at = isize::try_from(consoles.shown).unwrap_or(0);
        consoles.shown = (at + by).rem_euclid(count).unsigned_abs();
    }

    /// Puts the panel beside the table, or below it.
    pub(in crate::app) const fn split_console(&mut self) {
        self.consoles.split = match self.consoles.split {
            Split::Below => Split::Beside,
            Split::Beside => Split::Below,
        };
    }

    /// Becomes the one who writes, whoever that is now.
    pub(in crate::app) fn take_console(&mut self) -> Vec<Effect> {
        self.want_writing(true);
        self.ask_console(Ask::TakeOver)
    }

    /// Writes no more.
    pub(in crate::app) fn yield_console(&mut self) -> Vec<Effect> {
        self.want_writing(false);
        self.ask_console(Ask::Yield)
    }

    /// Tries at once to attach again.
    pub(in crate::app) fn reattach_console(&mut self) -> Vec<Effect> {
        if let Some(tab) = self.consoles.tab_mut() {
            tab.startled = false;
        }
        self.ask_console(Ask::Reattach)
    }

    fn want_writing(&mut self, write: bool) {
        if let Some(tab) = self.consoles.tab_mut() {
            (tab.wanted.write, tab.startled) = (write, false);
        }
    }
}

impl Tab {
    /// Whether it is this one of its domain's consoles.
    fn has(&self, tty: Option<&str>) -> bool {
        let own = self.tty.as_ref().map(|tty| &tty.name).or(self.wanted.tty.as_ref());
        own.map(AsRef::as_ref) == tty
    }
}
