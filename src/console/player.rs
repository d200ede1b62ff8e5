//! Playing a recording: what of it is due, by a clock that can be stopped, hurried and set.
//!
//! It has no terminal itself. Whoever plays gives each step to an [`Emulator`](super::emulator::Emulator): going back
//! begins with [`Step::Restart`], after which the terminal is built up again from the beginning.

use std::time::Duration;

use super::cast::{Cast, What};

/// How fast a recording can be played.
const SPEEDS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
const NORMAL: usize = 2;

/// What the terminal is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Begin anew, empty, with so many columns and rows.
    Restart(u16, u16),
    /// Take this in.
    Output(&'a str),
    /// Have so many columns and rows.
    Resize(u16, u16),
}

/// A recording that is played.
#[derive(Clone, Debug)]
pub struct Player {
    cast: Cast,
    /// When each event is due: later ones are earlier than recorded where pauses are cut short.
    due: Vec<Duration>,
    /// The event that comes next.
    next: usize,
    at: Duration,
    /// Place in [`SPEEDS`].
    speed: usize,
    paused: bool,
    /// Whether the terminal is to begin anew.
    restart: bool,
}

impl Player {
    /// At its beginning, running at normal speed. No pause lasts longer than `idle`, where there is one.
    pub fn new(cast: Cast, idle: Option<Duration>) -> Self {
        let (mut at, mut before) = (Duration::ZERO, Duration::ZERO);
        let due = cast.events.iter().map(|event| {
            let pause = event.at.saturating_sub(before);
            before = event.at;
            at += idle.map_or(pause, |idle| pause.min(idle));
            at
        });
        Self {
            due: due.collect(),
            cast,
            next: 0,
            at: Duration::ZERO,
            speed: NORMAL,
            paused: false,
            restart: true,
        }
    }

    /// Lets so much time pass on the operator's clock, and tells what became due. The first call begins with
    /// [`Step::Restart`].
    pub fn pass(&mut self, elapsed: Duration) -> Vec<Step<'_>> {
        if !self.paused {
            self.at = self.at.saturating_add(elapsed.mul_f64(self.speed())).min(self.length());
        }
        let from = self.next;
        self.next = self.due.partition_point(|due| *due <= self.at).max(from);
        let (columns, rows) = self.cast.head.size;
        let restart = std::mem::take(&mut self.restart).then_some(Step::Restart(columns, rows));
        let events = self.cast.events[from..self.next].iter();
        restart.into_iter().chain(events.filter_map(|event| step(&event.what))).collect()
    }

    /// Goes to this time of the recording; its end where it is shorter. The next [`Self::pass`] tells how to get there.
    pub fn seek(&mut self, to: Duration) {
        let to = to.min(self.length());
        if to < self.at {
            self.next = 0;
            self.restart = true;
        }
        self.at = to;
    }

    /// Stops the clock, or lets it run on; at the end it begins anew.
    pub fn toggle(&mut self) {
        if self.ended() {
            self.paused = false;
            self.seek(Duration::ZERO);
        } else {
            self.paused = !self.paused;
        }
    }

    /// Plays it twice as fast, up to sixteen times.
    pub fn faster(&mut self) {
        self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
    }

    /// Plays it half as fast, down to a quarter.
    pub fn slower(&mut self) {
        self.speed = self.speed.saturating_sub(1);
    }

    /// How fast it is played: 1 is as recorded.
    pub fn speed(&self) -> f64 {
        SPEEDS[self.speed]
    }

    /// Whether its clock stands.
    pub const fn paused(&self) -> bool {
        self.paused
    }

    /// Where it is.
    pub const fn at(&self) -> Duration {
        self.at
    }

    /// How long it is, pauses cut short.
    pub fn length(&self) -> Duration {
        self.due.last().copied().unwrap_or_default()
    }

    /// Whether all of it was played.
    pub fn ended(&self) -> bool {
        self.at >= self.length() && self.next == self.due.len()
    }

    /// How long on the operator's clock until something is due; none where nothing will be.
    pub fn wait(&self) -> Option<Duration> {
        let due = self.due.get(self.next).filter(|_| !self.paused)?;
        Some(due.saturating_sub(self.at).div_f64(self.speed()))
    }

    /// What it says of itself.
    pub const fn cast(&self) -> &Cast {
        &self.cast
    }
}

/// What an event is to a terminal.
const fn step(what: &What) -> Option<Step<'_>> {
    match what {
        What::Output(text) => Some(Step::Output(text.as_str())),
        What::Resize(columns, rows) => Some(Step::Resize(*columns, *rows)),
        What::Input(_) | What::Mark(_) => None,
    }
}
