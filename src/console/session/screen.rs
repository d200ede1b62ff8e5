//! The guest's terminal as a session keeps it: fed, shown no more often than frames are drawn, recorded.

use std::{path::Path, time::Duration};

use super::{Outlet, recording};
use crate::{
    console::{
        cast::{Head, Recording},
        emulator::Emulator,
    },
    driver::conn::{Deadline, Stopwatch},
    model::console::{Ask, Page, Stroke},
};

/// The shortest time between two pages.
const FRAME: Duration = Duration::from_millis(33);

/// How long a page waits for the end of an update of the guest's screen, which may never come.
const MIDWAY: Duration = Duration::from_millis(150);
/// How often a guest is given answers anew.
const SECOND: Duration = Duration::from_secs(1);

/// A terminal.
pub(super) struct Screen {
    emulator: Emulator,
    recording: Option<(Recording, Stopwatch)>,
    /// Whether it shows what no page shows yet.
    changed: bool,
    attended: bool,
    /// Whether it was told that something came while nobody looked.
    stirred: bool,
    /// When the next page may be made.
    next: Deadline,
    /// Until when a page waits for the end of an update.
    midway: Deadline,
    /// When the guest may ask again.
    second: Deadline,
}

/// What came of feeding it.
#[derive(Debug, Default)]
pub(super) struct Fed {
    /// For the guest, who asked.
    pub(super) answers: Vec<u8>,
    /// How often the bell was rung.
    pub(super) bells: u32,
    /// What went wrong, where something did.
    pub(super) failed: Option<String>,
}

impl Screen {
    /// Of this size, keeping so many lines above.
    pub(super) fn new(size: (u16, u16), history: usize) -> Self {
        let now = Deadline::after(Duration::ZERO);
        Self {
            emulator: Emulator::new(size, history),
            recording: None,
            changed: true,
            attended: true,
            stirred: false,
            next: now,
            midway: now,
            second: now,
        }
    }

    /// Takes in what the guest wrote.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Fed {
        if self.second.passed() {
            self.emulator.allow();
            self.second = Deadline::after(SECOND);
        }
        if !self.changed {
            self.midway = Deadline::after(MIDWAY);
        }
        self.changed = true;
        let recording = self.recording.as_ref();
        let fed = self.emulator.feed(bytes, |clean| {
            if let Some((recording, watch)) = recording {
                recording.output(watch.elapsed().into(), clean);
            }
        });
        let broken = "the terminal failed over what the guest sent and began anew: its lines are lost";
        let failed = fed.broken.then(|| broken.to_owned()).or_else(|| self.broken_off());
        Fed { answers: fed.answers, bells: fed.bells, failed }
    }

    /// Whether something came for the first time since nobody looks.
    pub(super) const fn stirs(&mut self) -> bool {
        let first = !self.attended && !self.stirred;
        self.stirred |= first;
        first
    }

    /// Why the recording broke off, where it did just now.
    fn broken_off(&mut self) -> Option<String> {
        let why = self.recording.as_ref()?.0.trouble()?;
        self.recording = None;
        Some(why)
    }

    /// A line between two lives of the guest.
    pub(super) fn separate(&mut self, text: &str) {
        self.changed = true;
        self.emulator.mark(text);
    }

    /// Another size.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        self.changed = true;
        self.emulator.resize(size);
        if let Some((recording, watch)) = &self.recording {
            recording.resize(watch.elapsed().into(), self.emulator.size());
        }
    }

    /// What it shows of what the guest wrote last, whatever is scrolled to.
    pub(super) fn newest(&mut self) -> Page {
        self.emulator.newest()
    }

    /// Does what is asked about what is shown.
    pub(super) fn answer(&mut self, ask: Ask) {
        self.changed = true;
        match ask {
            Ask::Scroll(scroll) => self.emulator.scroll(scroll),
            Ask::Search(text) => self.emulator.search(&text),
            Ask::Again(upwards) => self.emulator.again(upwards),
            Ask::Select(selecting) => self.emulator.select(selecting),
            Ask::Attend(attend) => (self.attended, self.stirred) = (attend, false),
            _ => {}
        }
    }

    /// The bytes of a key, in the modes the guest has chosen.
    pub(super) fn encode(&self, stroke: Stroke) -> Vec<u8> {
        self.emulator.encode(stroke)
    }

    /// The bytes of a paste.
    pub(super) fn paste(&self, text: &str) -> Vec<u8> {
        self.emulator.paste(text)
    }

    /// What is selected.
    pub(super) fn copied(&self) -> Option<String> {
        self.emulator.copied()
    }

    /// Every line kept.
    pub(super) fn text_lines(&self) -> impl Iterator<Item = String> {
        self.emulator.text_lines()
    }

    /// Records from now on.
    ///
    /// # Errors
    /// A sentence: it is recorded already, or the file cannot be made.
    pub(super) fn record(&mut self, path: &Path, title: &str) -> Result<(), String> {
        if self.is_recorded() {
            return Err("cannot record: it is recorded already".into());
        }
        let head =
            Head { size: self.emulator.size(), timestamp: recording::now(), title: Some(title.to_owned()) };
        let made = Recording::create(path, &head);
        let made = made.map_err(|error| format!("cannot record into {}: {error}", path.display()))?;
        self.recording = Some((made, Stopwatch::start()));
        Ok(())
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// What of it could not be written.
    pub(super) fn end_recording(&mut self) -> Result<(), String> {
        self.recording.take().map_or(Ok(()), |(recording, _)| recording.end())
    }

    /// Whether it is recorded.
    pub(super) const fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    /// Hands on a page where one is due.
    pub(super) fn tick(&mut self, outlet: &impl Outlet) {
        if self.changed && self.attended && self.due().is_some_and(|left| left.is_zero()) {
            self.changed = false;
            self.next = Deadline::after(FRAME);
            outlet.page(self.emulator.page());
        }
    }

    /// When there is something to do though nothing comes.
    pub(super) fn due(&self) -> Option<Duration> {
        let midway = if self.emulator.midway() { self.midway.left() } else { Duration::ZERO };
        (self.changed && self.attended).then(|| self.next.left().max(midway))
    }
}
