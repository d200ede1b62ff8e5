//! The mouse: what was drawn last says what lies under it. What it does without naming a command it does on a kiosk
//! where the command is listed that does the same.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{App, Area, Column, Effect, Panel, command, domains::Step, overlay::Pick};

/// Lines the wheel moves at a notch.
const NOTCH: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        let at = (event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            MouseEventKind::Drag(MouseButton::Left) if self.overlay.is_none() => self.drag_console(at),
            MouseEventKind::ScrollUp => self.wheel(at, -NOTCH),
            MouseEventKind::ScrollDown => self.wheel(at, NOTCH),
            MouseEventKind::ScrollLeft => self.tilt(at, "scroll-left"),
            MouseEventKind::ScrollRight => self.tilt(at, "scroll-right"),
            _ => Vec::new(),
        }
    }

    fn click(&mut self, at: (u16, u16)) -> Vec<Effect> {
        if let Some(name) = under(&self.screen.regions.footer, at) {
            return self.run_named(name);
        }
        if self.overlay.is_some() {
            return self.click_pick(at);
        }
        self.consoles.release();
        if let Some(column) = under(&self.screen.regions.headers, at) {
            self.click_header(column);
        } else if under(&self.screen.regions.panels, at) == Some(Panel::Console) {
            return self.click_consoles(at);
        } else if let Some(panel) = under(&self.screen.regions.panels, at) {
            self.click_panel(panel, at);
        }
        Vec::new()
    }

    /// Runs a command by its name; on a kiosk only where it is one of its own.
    fn run_named(&mut self, name: &str) -> Vec<Effect> {
        let command = command::find(name).filter(|command| self.allows(command));
        command.map_or_else(Vec::new, |command| self.run(command, ""))
    }

    /// A click on a tab shows it; one on the page selects there.
    fn click_consoles(&mut self, at: (u16, u16)) -> Vec<Effect> {
        self.click_panel(Panel::Console, at);
        if let (Some(place), true) = (under(&self.screen.regions.tabs, at), self.allows_name("console-next"))
        {
            self.consoles.shown = place;
            return Vec::new();
        }
        self.click_console(at)
    }

    fn click_header(&mut self, column: Column) {
        if self.allows_name("sort") {
            self.screen.focus_on(Panel::Domains);
            self.sort_by(column);
        }
    }

    fn click_panel(&mut self, panel: Panel, at: (u16, u16)) {
        if self.screen.focus != panel && !self.allows_name("next-panel") {
            return;
        }
        let had_keys = self.screen.focus == panel;
        self.screen.focus_on(panel);
        match line(self.screen.regions.rows, at) {
            _ if panel == Panel::Pins => self.click_pins(at, had_keys),
            Some(line) if panel == Panel::Domains => self.click_row(self.table.offset.saturating_add(line)),
            _ => {}
        }
        if let (Panel::Events, Some(line)) = (panel, line(self.screen.regions.events, at)) {
            self.click_event(line);
        }
        if let (Panel::Xml, Some(line)) = (panel, line(self.screen.regions.xml, at)) {
            self.click_xml(line);
        }
    }

    /// A click picks an event; one on the picked event goes to its domain.
    fn click_event(&mut self, line: usize) {
        let height = usize::from(self.screen.regions.events.height);
        let place = super::overlay::first_line(self.picked_event(), height) + line;
        if place == self.picked_event() {
            self.go_to_event();
        } else if place < self.listed_events().count() {
            self.pick_event(place);
        }
    }

    /// A click puts the cursor on a row; one on the cursor's row opens what is known of its domain.
    fn click_row(&mut self, row: usize) {
        if row >= self.table.rows.len() {
            return;
        }
        let again = row == self.table.selected && self.table.cursor.is_some();
        match &self.hosts[self.host].shown {
            _ if again && self.allows_name("detail") => self.toggle_detail(),
            Some(snapshot) if !again && self.allows_name("down") => self.table.select(row, snapshot),
            _ => {}
        }
    }

    fn click_pick(&mut self, at: (u16, u16)) -> Vec<Effect> {
        line(self.screen.regions.picks, at).map_or_else(Vec::new, |line| self.pick(Pick::Click(line)))
    }

    /// The wheel tilted over the table scrolls its columns; over the grid it moves the cursor.
    fn tilt(&mut self, at: (u16, u16), name: &str) -> Vec<Effect> {
        let panel = under(&self.screen.regions.panels, at);
        if self.overlay.is_some() {
            return Vec::new();
        }
        if panel == Some(Panel::Pins) && self.allows_name("pins") {
            self.slide_pins(if name == "scroll-left" { Step::Lines(-1) } else { Step::Lines(1) });
        }
        if panel == Some(Panel::Xml) {
            self.slide_xml(if name == "scroll-left" { -1 } else { 1 });
        }
        if panel == Some(Panel::Domains) { self.run_named(name) } else { Vec::new() }
    }

    /// The wheel scrolls what is under the pointer, whatever has the keys.
    fn wheel(&mut self, at: (u16, u16), by: isize) -> Vec<Effect> {
        if self.overlay.is_some() {
            return self.pick(Pick::Lines(by));
        }
        if !self.allows_name(if by < 0 { "up" } else { "down" }) {
            return Vec::new();
        }
        match (under(&self.screen.regions.panels, at), &self.hosts[self.host].shown) {
            (Some(Panel::Domains), Some(snapshot)) => {
                self.table.wheel(by, usize::from(self.screen.regions.rows.height), snapshot);
            }
            (None | Some(Panel::Domains), _) => {}
            (Some(Panel::Console), _) => return self.scroll_console(by),
            (Some(Panel::Events), _) => self.walk_events(Step::Lines(by)),
            (Some(Panel::Pins), _) => self.walk_pins(Step::Lines(by)),
            (Some(Panel::Xml), _) => self.scroll_xml(by),
            (Some(panel), _) => self.screen.scroll(panel, Step::Lines(by)),
        }
        Vec::new()
    }
}

/// The last of what was drawn that lies under the pointer: the uppermost.
fn under<T: Copy>(drawn: &[(T, Area)], (x, y): (u16, u16)) -> Option<T> {
    drawn.iter().rev().find(|(_, area)| area.contains(x, y)).map(|(what, _)| *what)
}

/// The line of an area under the pointer, from 0.
fn line(area: Area, (x, y): (u16, u16)) -> Option<usize> {
    area.contains(x, y).then(|| usize::from(y - area.y))
}
