//! The guest's terminal as a session keeps it: fed, shown no more often than frames are drawn, recorded.

use std::{path::Path, sync::Arc, time::Duration};

use super::Outlet;
use crate::{
    console::emulator::Emulator,
    driver::conn::Deadline,
    model::console::{Ask, Page, Stroke},
};

/// The shortest time between two pages.
const FRAME: Duration = Duration::from_millis(33);

/// A terminal.
pub(super) struct Screen {
    emulator: Emulator,
    /// Whether it shows what no page shows yet.
    changed: bool,
    attended: bool,
    /// When the next page may be made.
    next: Deadline,
}

/// What came of feeding it.
#[derive(Debug, Default)]
pub(super) struct Fed {
    /// For the guest, who asked.
    pub(super) answers: Vec<u8>,
    /// How often the bell was rung.
    pub(super) bells: usize,
    /// Why the recording broke off, where it did.
    pub(super) failed: Option<String>,
}

impl Screen {
    /// Of this size, keeping so many lines above.
    pub(super) fn new(size: (u16, u16), history: usize) -> Self {
        let next = Deadline::after(Duration::ZERO);
        Self { emulator: Emulator::new(size, history), changed: true, attended: true, next }
    }

    /// Takes in what the guest wrote.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Fed {
        self.changed = true;
        let fed = self.emulator.feed(bytes);
        Fed { answers: fed.answers, bells: fed.bells, failed: None }
    }

    /// A line between two lives of the guest.
    pub(super) fn separate(&mut self, text: &str) {
        // Whatever modes the last life left: the main screen, no region, usual characters and colours.
        let line = format!(
            "\x18\x1b[?1049l\x1b[r\x1b[?6l\x1b[?7h\x1b(B\x0f\x1b[0m\x1b[999;1H\r\n--- {text} ---\r\n"
        );
        self.feed(line.as_bytes());
    }

    /// Another size.
    pub(super) fn resize(&mut self, size: (u16, u16)) {
        self.changed = true;
        self.emulator.resize(size);
    }

    /// What it shows of what the guest wrote last, whatever is scrolled to.
    pub(super) fn newest(&mut self) -> Arc<Page> {
        self.emulator.page()
    }

    /// Does what is asked about what is shown.
    pub(super) fn answer(&mut self, ask: Ask) {
        self.changed = true;
        match ask {
            Ask::Scroll(scroll) => self.emulator.scroll(scroll),
            Ask::Search(text) => self.emulator.search(&text),
            Ask::Again(upwards) => self.emulator.again(upwards),
            Ask::Select(selecting) => self.emulator.select(selecting),
            Ask::Attend(attend) => self.attended = attend,
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
    pub(super) fn record(&mut self, _path: &Path, _title: &str) -> Result<(), String> {
        Err("stub".into())
    }

    /// Ends the recording.
    pub(super) fn end_recording(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Whether it is recorded.
    pub(super) fn is_recorded(&self) -> bool {
        false
    }

    /// Hands on a page where one is due.
    pub(super) fn tick(&mut self, outlet: &impl Outlet) {
        if self.changed && self.attended && self.next.passed() {
            self.changed = false;
            self.next = Deadline::after(FRAME);
            outlet.page(self.emulator.page());
        }
    }

    /// When there is something to do though nothing comes.
    pub(super) fn due(&self) -> Option<Duration> {
        (self.changed && self.attended).then(|| self.next.left())
    }
}
