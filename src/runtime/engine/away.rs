//! While an editor has the terminal: samples, jobs and what is taken back by itself go on, keys and frames do not.

use crossterm::event::Event;
use nix::sys::signal::Signal;

use super::Engine;
use crate::{
    app::{Msg, xml::Draft},
    runtime::{editor, input::Input, terminal},
};

impl Engine {
    /// Gives the terminal to the editor, which says when it is done. All else goes on meanwhile.
    pub(super) fn edit(&mut self, mut draft: Draft) {
        if self.is_away() {
            return;
        }
        let begun = editor::begin(&mut draft).and_then(|()| {
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
        match self.terminal.input().and_then(Input::spawn) {
            Ok(input) => self.input = Some(input),
            Err(_) => self.hung_up(),
        }
        self.resume();
    }

        terminal::forget_typed();
    /// Whether an editor has the terminal.
    pub(super) const fn is_away(&self) -> bool {
        self.input.is_none()
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
pub(super) const fn is_key(signal: i32) -> bool {
    signal == Signal::SIGINT as i32 || signal == Signal::SIGQUIT as i32
}
