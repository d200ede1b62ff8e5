//! The consoles of simulated guests: a small shell on a real pty for each console that somebody asked for.
//!
//! ```text
//!   World ── how its guest is ──► Line ── thread ── Shell ◄──► master ═ slave ◄── whoever opened it
//!     ▲                                     │
//!     └────────── poweroff, reboot ─────────┘   at the next tick
//! ```
//!
//! A console is of one run of a guest: a reboot takes its pty away, as xenconsoled does, and the next run has another.

mod commands;
mod flood;
mod keys;
mod line;
mod screen;
mod shell;
mod texts;
mod top;
mod vi;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use self::{
    line::{Line, Mood},
    shell::Shell,
};
use super::{
    event::Stage,
    guest::{Guest, Phase},
    world::World,
};
use crate::{
    driver::{Answer, Error},
    model::{DomainKey, GuestType, ShutdownReason, console::Tty},
};

/// What guests have decided to do with themselves.
type Wishes = Arc<Mutex<Vec<(DomainKey, Stage)>>>;

/// A console's name and what the guest calls it.
type Names = (&'static str, &'static str);

/// The consoles of a world that somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    wishes: Wishes,
}

impl Lines {
    /// The consoles of a running guest; they are made where they were not there yet.
    pub(super) fn of(&mut self, guest: &Guest) -> Answer<Vec<Tty>> {
        let key = guest.key();
        names(guest).iter().map(|&names| self.line(key, names, guest)).collect()
    }

    fn line(&mut self, key: DomainKey, (name, tty): Names, guest: &Guest) -> Answer<Tty> {
        if let Some(line) = self.lines.iter().find(|line| line.key == key && *line.tty.name == *name) {
            return Ok(line.tty.clone());
        }
        let shell = Shell::new(&guest.plan.name, tty);
        let line = Line::open((key, name), mood(guest), shell, self.wishes.clone())
            .map_err(|error: io::Error| Error::io("make a pty for a simulated guest", &error))?;
        self.lines.push(line);
        Ok(self.lines[self.lines.len() - 1].tty.clone())
    }

    /// Lets them see how their guests are; those whose run is over go.
    pub(super) fn follow(&mut self, world: &World) {
        self.lines.retain(|line| {
            let mood = world.guest(line.key).map_or(Mood::Gone, mood);
            line.tell(mood);
            mood != Mood::Gone
        });
    }

    /// What guests have decided since the last call.
    pub(super) fn wishes(&self) -> Vec<(DomainKey, Stage)> {
        std::mem::take(&mut *self.wishes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The consoles a guest has, the one it is used by first.
fn names(guest: &Guest) -> &'static [Names] {
    match guest.plan.guest {
        _ if guest.plan.uuid.is_nil() => &[],
        GuestType::Hvm => &[("serial0", "ttyS0"), ("console", "hvc0")],
        _ => &[("console", "hvc0")],
    }
}

fn mood(guest: &Guest) -> Mood {
    match guest.run.as_ref().map(|run| run.phase) {
        Some(Phase::Live) => Mood::Runs,
        Some(Phase::Paused) => Mood::Paused,
        Some(Phase::Crashed) => Mood::Crashed,
        Some(Phase::ShutDown(ShutdownReason::Reboot)) => Mood::Reboots,
        Some(Phase::ShutDown(_)) => Mood::PoweredOff,
        Some(Phase::Dying) | None => Mood::Gone,
    }
}
