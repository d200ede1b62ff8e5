//! Lines that were run before: kept newest first, walked with keys, handed to the runtime at the end.

use crate::app::{App, Overlay};

/// Most lines that are kept.
pub const MOST: usize = 200;

/// Lines run before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Newest first, none of them twice.
    lines: Vec<String>,
    /// How many of them, from the first, were run since the program started.
    fresh: usize,
    /// Where a walk stands, and the line that was being typed when it began.
    walk: Option<(usize, String)>,
}

impl Past {
    /// From lines as they were kept, newest first; what no line can hold is left out.
    pub fn new(lines: impl IntoIterator<Item = String>) -> Self {
        let mut past = Self::default();
        for line in lines {
            let fits = line.chars().count() <= super::super::overlay::LONGEST;
            let sound = fits && !line.trim().is_empty() && !line.chars().any(char::is_control);
            if sound && past.lines.len() < MOST && !past.lines.contains(&line) {
                past.lines.push(line);
            }
        }
        past
    }

    /// All lines, newest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Those run since the program started, newest first.
    pub fn fresh(&self) -> &[String] {
        &self.lines[..self.fresh.min(self.lines.len())]
    }

    /// A line is run: it goes to the front, from wherever it was.
    pub(in crate::app) fn remember(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        if let Some(place) = self.lines.iter().position(|kept| kept == line) {
            self.lines.remove(place);
            self.fresh -= usize::from(place < self.fresh);
        }
        self.lines.insert(0, line.to_owned());
        self.lines.truncate(MOST);
        self.fresh = (self.fresh + 1).min(MOST);
    }

    /// The walk ends where it stands.
    pub(in crate::app) fn stand(&mut self) {
        self.walk = None;
    }

    /// Whether a walk is under way.
    pub(in crate::app) const fn walks(&self) -> bool {
        self.walk.is_some()
    }

    /// The line so many steps on, newer where less than 0, from the one being typed; none where there is no such line.
    fn step(&mut self, by: isize, typed: &str) -> Option<String> {
        let (place, draft) = match self.walk.take() {
            Some((place, draft)) => (place.checked_add_signed(by), draft),
            None => ((by > 0).then_some(0), typed.to_owned()),
        };
        match place {
            Some(place) if place < self.lines.len() => {
                self.walk = Some((place, draft));
                self.lines.get(place).cloned()
            }
            // Past the oldest the walk stays there; past the newest is the line that was being typed.
            Some(place) if place > 0 => {
                self.walk = Some((place - 1, draft));
                None
            }
            Some(_) => None,
            None => Some(draft),
        }
    }
}

impl App {
    /// Puts an earlier line into the palette, or a later one.
    pub(in crate::app) fn recall(&mut self, by: isize) {
        let Some(Overlay::Palette { input, selected }) = &mut self.overlay else { return };
        self.prompt.menu = None;
        if let Some(line) = self.prompt.past.step(by, input.value()) {
            (*input, *selected) = (line.into(), 0);
        }
    }

    /// Keeps a line that is run; a kiosk keeps none, for whoever comes next would read it.
    pub(in crate::app) fn remember(&mut self, line: &str) {
        if self.settings.kiosk.is_none() {
            self.prompt.past.remember(line);
        }
    }
}
