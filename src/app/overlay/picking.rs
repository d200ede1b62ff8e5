//! Picking, taking and leaving in overlays.

use super::{Overlay, Pick, first_line, help, listed, palette};
use crate::app::{
    App, Column, Effect,
    domains::Step,
    interval,
    xml::{Keep, Purpose},
};

impl App {
    /// Does what a key or a click asks of the overlay.
    pub(in crate::app) fn pick(&mut self, pick: Pick) -> Vec<Effect> {
        match pick {
            Pick::Accept => return self.accept(),
            Pick::Cancel => return self.cancel(),
            Pick::Lines(by) if self.walks_past(by) => self.recall(-by.signum()),
            Pick::Lines(by) => self.go(Step::Lines(by)),
            Pick::Pages(by) => self.go(Step::Pages(by)),
            Pick::First => self.go(Step::First),
            Pick::Last => self.go(Step::Last),
            Pick::Toggle => {
                if let Some(Overlay::Columns { selected }) = self.overlay {
                    self.table.toggle_column(selected);
                }
            }
            Pick::Move(by) => {
                if let Some(Overlay::Columns { selected }) = &mut self.overlay {
                    *selected = self.table.move_column(*selected, by);
                }
            }
            Pick::Click(line) => return self.click_line(line),
        }
        Vec::new()
    }

    /// After a frame: a text is scrolled no further than its end. Whether it was.
    pub(in crate::app) fn bound_overlay(&mut self) -> bool {
        let last = self.overlay_lines().saturating_sub(self.overlay_page());
        let scrolls = self.overlay.as_ref().is_some_and(Overlay::scrolls);
        match self.overlay.as_mut().and_then(Overlay::line_mut) {
            Some(line) if scrolls && *line > last => {
                *line = last;
                true
            }
            _ => false,
        }
    }

    /// Whether a step up or down the palette is one through the lines run before: up from its first command.
    fn walks_past(&self, by: isize) -> bool {
        let top = matches!(&self.overlay, Some(Overlay::Palette { selected: 0, .. }));
        top && self.prompt.menu.is_none() && (by < 0 || self.prompt.past.walks())
    }

    fn go(&mut self, step: Step) {
        if self.prompt.menu.is_some() {
            self.go_candidate(step);
            return;
        }
        let (lines, page) = (self.overlay_lines(), self.overlay_page());
        let scrolls = self.overlay.as_ref().is_some_and(Overlay::scrolls);
        let lines = if scrolls { (lines + 1).saturating_sub(page) } else { lines };
        if let Some(line) = self.overlay.as_mut().and_then(Overlay::line_mut) {
            *line = step.from(*line, lines, page);
        }
    }

    fn overlay_lines(&self) -> usize {
        match &self.overlay {
            Some(Overlay::Help { search, .. }) => help(self, search.value()).len(),
            Some(Overlay::Columns { .. } | Overlay::Sort { .. }) => Column::ALL.len(),
            Some(Overlay::Palette { input, .. }) => listed(self, input.value()).len(),
            Some(Overlay::HostLog { lines: Ok(lines), .. }) => lines.len(),
            Some(Overlay::Confirm { intent, .. } | Overlay::TypeTheName { intent, .. }) => {
                intent.acts.len() + intent.notes.len()
            }
            Some(Overlay::Devices { ttys, .. }) => ttys.len(),
            Some(Overlay::Paste { text, .. }) => text.lines().count(),
            Some(Overlay::Revised { revised, .. }) => revised.lines().max(self.screen.regions.lines),
            Some(
                Overlay::Filter { .. }
                | Overlay::Interval { .. }
                | Overlay::Arguments { .. }
                | Overlay::Cpus { .. }
                | Overlay::Console { .. }
                | Overlay::Xml { .. }
                | Overlay::Leave
                | Overlay::Discard
                | Overlay::HostLog { .. },
            )
            | None => 0,
        }
    }

    fn overlay_page(&self) -> usize {
        usize::from(self.screen.regions.picks.height.max(1))
    }

    /// A click picks a line of a list; on the picked one it takes it, or toggles the column.
    fn click_line(&mut self, line: usize) -> Vec<Effect> {
        if let Some(menu) = &self.prompt.menu {
            let place = first_line(menu.picked.unwrap_or(0), self.overlay_page()).saturating_add(line);
            self.pick_candidate(place);
            return Vec::new();
        }
        let (lines, page) = (self.overlay_lines(), self.overlay_page());
        let Some(overlay) = self.overlay.as_mut().filter(|o| !o.scrolls()) else { return Vec::new() };
        let columns = matches!(overlay, Overlay::Columns { .. });
        let Some(selected) = overlay.line_mut() else { return Vec::new() };
        let clicked = first_line(*selected, page).saturating_add(line);
        match clicked {
            clicked if clicked >= lines => Vec::new(),
            clicked if clicked != *selected => {
                *selected = clicked;
                Vec::new()
            }
            _ if columns => self.pick(Pick::Toggle),
            _ => self.accept(),
        }
    }

    fn cancel(&mut self) -> Vec<Effect> {
        if self.leave_candidates() {
            return Vec::new();
        }
        self.prompt.settle();
        match self.overlay.take() {
            Some(Overlay::Filter { before, .. }) => self.filter_by(&before),
            Some(Overlay::Xml { purpose: Purpose::Find, before, .. }) => self.cancel_find(before),
            Some(Overlay::Revised { revised, .. }) => return self.leave_revised(revised.draft, Keep::Yes),
            _ => {}
        }
        Vec::new()
    }

    fn accept(&mut self) -> Vec<Effect> {
        self.prompt.settle();
        match self.overlay.take() {
            Some(Overlay::Filter { input, before }) if self.table.filter_error.is_some() => {
                self.overlay = Some(Overlay::Filter { input, before });
            }
            Some(Overlay::Sort { selected }) => {
                if let Some(column) = Column::ALL.get(selected) {
                    self.sort_by(*column);
                }
            }
            Some(Overlay::Interval { input, .. }) => match interval::parse(input.value()) {
                Ok(interval) => return self.sample_every(interval),
                Err(why) => self.overlay = Some(Overlay::Interval { input, error: Some(why) }),
            },
            Some(Overlay::Arguments { command, line, input, .. }) => {
                return self.accept_words((command, line), input);
            }
            Some(Overlay::TypeTheName { intent, input, .. }) => return self.accept_name(intent, input),
            Some(Overlay::Cpus { key, vcpus, input, .. }) => self.accept_cpus((key, vcpus), input),
            Some(Overlay::Console { id, purpose, input, .. }) => {
                return self.accept_console((id, purpose), input);
            }
            Some(Overlay::Devices { key, name, ttys, selected }) => {
                let tty = ttys.get(selected).map(|tty| tty.name.clone());
                return self.show_console(key, name, tty);
            }
            Some(Overlay::Xml { purpose, input, text, .. }) => {
                return self.accept_xml((purpose, text), input);
            }
            // Only its own key says yes: Enter may be one too many.
            Some(
                asks @ (Overlay::Confirm { .. }
                | Overlay::Leave
                | Overlay::Discard
                | Overlay::Revised { .. }
                | Overlay::Paste { .. }),
            ) => {
                self.overlay = Some(asks);
            }
            Some(Overlay::Palette { input, selected }) => {
                return self.accept_palette(input.value(), selected);
            }
            _ => {}
        }
        Vec::new()
    }

    /// The picked command; what follows its name is for it where the name was typed in full.
    fn accept_palette(&mut self, typed: &str, selected: usize) -> Vec<Effect> {
        self.remember(typed);
        let (name, rest) = palette::split(typed);
        let found = listed(self, typed);
        let Some(command) = found.get(selected) else {
            let names = listed(self, "").into_iter().map(|command| command.name);
            let hint = crate::model::nearest::suggestion(name, names);
            self.complain(format!("there is no command `{}`{hint}", super::visible(name)));
            return Vec::new();
        };
        let rest = if command.name == name { rest } else { "" };
        if let Some(extra) = palette::extra(command, rest) {
            let usage = command.usage();
            self.complain(format!("{usage}: `{}` is one word too many", super::visible(&extra)));
            return Vec::new();
        }
        self.run(command, rest)
    }
}
