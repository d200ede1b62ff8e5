//! Keys and pastes while something lies over the panels: into its line first, where it has one.

use crossterm::event::Event;
use tui_input::{InputRequest, backend::crossterm::to_input_request};

use super::{LONGEST, Overlay};
use crate::app::{
    App, Effect,
    command::{Group, Scope},
    keymap::Key,
    xml::Purpose,
};

/// What works while it is asked about an edited text: nothing that takes the place of the question, which is all that
/// leads to the text.
const BESIDE: [&str; 4] = ["quit", "redraw", "background", "mouse"];

impl App {
    /// A key goes into the line, else to a row of the overlay, else to one of the program itself, as `Ctrl-c`.
    pub(in crate::app) fn overlay_key(&mut self, key: Key) -> Vec<Effect> {
        if self.edit(key) {
            return Vec::new();
        }
        let program = || {
            let global = self.keymap.lookup(Scope::Global, key)?;
            let asks = matches!(self.overlay, Some(Overlay::Revised { .. }));
            let opens = asks && !BESIDE.contains(&global.name);
            (key.commands() && global.group == Group::Program && !opens).then_some(global)
        };
        let command = self.keymap.lookup(Scope::Overlay, key).or_else(program);
        let Some(command) = command.filter(|command| self.allows(command)) else { return Vec::new() };
        // Leaving it is the only answer to what cannot be read.
        if self.screen.regions.no_room && command.scope == Scope::Overlay && key != Key::ESC {
            return Vec::new();
        }
        if command.scope != Scope::Overlay {
            // It may open something else, for which nothing was offered.
            self.prompt.settle();
        }
        self.run(command, "")
    }

    /// Whether the key was one for the line.
    fn edit(&mut self, key: Key) -> bool {
        let Some(input) = self.overlay.as_mut().and_then(Overlay::input_mut) else { return false };
        let Some(request) = to_input_request(&Event::Key(key.event())) else { return key.types() };
        let full = input.value().chars().count() >= LONGEST;
        let allowed = match request {
            InputRequest::InsertChar(c) => !full && !c.is_control(),
            _ => true,
        };
        if allowed && input.handle(request).is_some_and(|changed| changed.value) {
            self.typed();
        } else {
            // The cursor may stand at another word now.
            self.prompt.menu = None;
        }
        true
    }

    /// Takes a paste into the line: as one line, without control characters, no longer than fits.
    pub(in crate::app) fn paste(&mut self, text: &str) {
        let Some(input) = self.overlay.as_mut().and_then(Overlay::input_mut) else { return };
        let room = LONGEST.saturating_sub(input.value().chars().count());
        let line = text.lines().next().unwrap_or_default();
        for c in line.chars().filter(|c| !c.is_control()).take(room) {
            input.handle(InputRequest::InsertChar(c));
        }
        self.typed();
    }

    /// What was typed changed: rows follow the filter, lists start again.
    fn typed(&mut self) {
        self.prompt.settle();
        match &mut self.overlay {
            Some(Overlay::Filter { input, .. }) => {
                let query = input.value().to_owned();
                self.filter_by(&query);
            }
            Some(Overlay::Xml { purpose: Purpose::Find, input, before, .. }) => {
                let (text, at) = (input.value().to_owned(), before.1);
                self.seek_xml(&text, at);
            }
            Some(Overlay::Help { offset: line, .. } | Overlay::Palette { selected: line, .. }) => *line = 0,
            Some(
                Overlay::Interval { error, .. }
                | Overlay::Arguments { error, .. }
                | Overlay::Cpus { error, .. }
                | Overlay::Console { error, .. }
                | Overlay::Xml { error, .. }
                | Overlay::TypeTheName { error, .. },
            ) => *error = None,
            _ => {}
        }
    }
}
