//! Keys and pastes while something lies over the panels: into its line first, where it has one.

use crossterm::event::Event;
use tui_input::{InputRequest, backend::crossterm::to_input_request};

use super::Overlay;
use crate::app::{
    App, Effect,
    command::{Group, Scope},
    keymap::Key,
};

/// Most characters a line takes.
const LONGEST: usize = 200;

impl App {
    /// A key goes into the line, else to a row of the overlay, else to one of the program itself, as `Ctrl-c`.
    pub(in crate::app) fn overlay_key(&mut self, key: Key) -> Vec<Effect> {
        if self.edit(key) {
            return Vec::new();
        }
        let program = || {
            let global = self.keymap.lookup(Scope::Global, key)?;
            (key.commands() && global.group == Group::Program).then_some(global)
        };
        let command = self.keymap.lookup(Scope::Overlay, key).or_else(program);
        command.map_or_else(Vec::new, |command| self.run(command, ""))
    }

    /// Whether the key was one for the line.
    fn edit(&mut self, key: Key) -> bool {
        let Some(input) = self.overlay.as_mut().and_then(Overlay::input_mut) else { return false };
        let Some(request) = to_input_request(&Event::Key(key.event())) else { return key.writes() };
        let full = input.value().chars().count() >= LONGEST;
        let allowed = match request {
            InputRequest::InsertChar(c) => !full && !c.is_control(),
            _ => true,
        };
        if allowed && input.handle(request).is_some_and(|changed| changed.value) {
            self.typed();
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
        match &mut self.overlay {
            Some(Overlay::Filter { input, .. }) => {
                let query = input.value().to_owned();
                self.filter_by(&query);
            }
            Some(Overlay::Help { offset: line, .. } | Overlay::Palette { selected: line, .. }) => *line = 0,
            Some(
                Overlay::Interval { error, .. }
                | Overlay::Arguments { error, .. }
                | Overlay::Cpus { error, .. }
                | Overlay::TypeTheName { error, .. },
            ) => *error = None,
            _ => {}
        }
    }
}
