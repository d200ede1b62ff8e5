//! While an editor has the terminal: samples, jobs and what is taken back by itself go on, keys and frames do not.

use std::{
    io::{Write, stderr},
    path::PathBuf,
    time::{Duration, Instant},
};

use crossterm::event::Event;
use nix::sys::signal::Signal;

use super::Engine;
use crate::{
    app::{Msg, xml::Draft},
    model::text::visible,
    runtime::{editor, input::Input, terminal},
};

/// How long after the editor's end a signal may still be one that was meant for it: a key that ends it comes to the
/// whole group, and this program may hear first of the end. A key of ours sends none.
const LATE: Duration = Duration::from_millis(500);

impl Engine {
    /// Gives the terminal to the editor, which says when it is done. All else goes on meanwhile.
    pub(super) fn edit(&mut self, mut draft: Draft) {
        if self.is_away() {
            return;
        }
        let begun = editor::begin(&mut draft).and_then(|()| {
            self.drafts.extend(draft.file.clone().filter(|file| !self.drafts.contains(file)));
            self.give();
            if let Some(input) = self.input.take() {
                input.end();
            }
            self.hosts.edit(draft)
        });
        if let Err(why) = begun {
            self.come_back();
            self.tell(Msg::Notice(true, why));
        }
    }

    /// The editor has ended: the keys and the terminal are ours again.
    pub(super) fn come_back(&mut self) {
        if !self.is_away() {
            return;
        }
        self.back = Some(Instant::now());
        terminal::forget_typed();
        match self.terminal.input().and_then(Input::spawn) {
            Ok(input) => self.input = Some(input),
            Err(_) => self.hung_up(),
        }
        self.resume();
    }

    /// Whether a signal is one of a key that was typed while an editor had the terminal.
    pub(super) fn is_for_editor(&self, signal: i32) -> bool {
        is_key(signal) && (self.is_away() || self.back.is_some_and(|back| back.elapsed() < LATE))
    }

    /// Whether an editor has the terminal.
    pub(super) const fn is_away(&self) -> bool {
        self.input.is_none()
    }
}

/// Tells of the edited texts that are still in their files, where nothing else would: a notice goes, also with the
/// screen, and an editor may have had one when the end came.
pub(super) fn tell_left(drafts: &[PathBuf]) {
    let mut err = stderr().lock();
    for file in drafts.iter().filter(|file| file.exists()) {
        // Where it cannot be written there is nobody to read it.
        let file = file.to_string_lossy();
        let _ = writeln!(err, "domtop: an edited text is kept in {}", visible(&file));
    }
}

/// The next of the keys; none comes while an editor has them.
pub(super) async fn typed(input: &mut Option<Input>) -> Option<Event> {
    match input {
        Some(input) => input.events.recv().await,
        None => std::future::pending().await,
    }
}

/// Whether a signal is one a key of the terminal sends.
const fn is_key(signal: i32) -> bool {
    signal == Signal::SIGINT as i32 || signal == Signal::SIGQUIT as i32
}
