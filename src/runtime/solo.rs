//! A small loop for what has the whole terminal without the panels: one console, or a recording that is played.

use std::time::{Duration, Instant};

use crossterm::event::Event;
use nix::sys::signal::Signal;

use super::{
    Ending,
    input::Input,
    screen::Screen,
    signals::{self, Asked, Signals},
    terminal::Terminal,
};
use crate::{
    theme::Theme,
    view::solo::{self, Solo},
};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// How long the last frame may take before the terminal is given back without it.
const LAST_FRAME: Duration = Duration::from_millis(500);

/// What has the terminal.
pub(super) trait Actor {
    /// Waits until it shows something else than before; what `due` says ends the wait too.
    async fn changed(&mut self);

    /// How long until it shows something else by itself.
    fn due(&self) -> Option<Duration>;

    /// Takes in what was typed; whether it goes on.
    fn input(&mut self, event: Event) -> bool;

    /// The terminal has so many columns and rows, the last of which is the line below.
    fn room(&mut self, size: (u16, u16));

    /// Time passed, or something came; whether it goes on.
    fn turn(&mut self) -> bool;

    /// Whether it is drawn; else others write on the terminal.
    fn is_drawn(&self) -> bool {
        true
    }

    /// What is to be seen.
    fn show(&self) -> Solo<'_>;
}

/// The terminal and what comes from it.
struct Seat<'a> {
    terminal: Terminal,
    screen: Screen,
    input: Input,
    signals: Signals,
    theme: &'a Theme,
    /// Whether something is to be drawn.
    stale: bool,
    frame: Instant,
}

/// Runs it until the user ends it, it ends itself, or a signal ends it.
///
/// # Errors
/// Where there is no terminal.
pub(super) async fn run(actor: &mut impl Actor, theme: &Theme) -> Result<Ending, String> {
    let signals = Signals::take()?;
    let terminal = if actor.is_drawn() { Terminal::take()? } else { Terminal::take_keys()? };
    let mut screen = Screen::new(terminal.output()?).map_err(|e| format!("cannot draw: {e}"))?;
    let input = Input::spawn(terminal.input()?)?;
    actor.room(screen.size());
    let mut seat = Seat { terminal, screen, input, signals, theme, stale: true, frame: Instant::now() };
    loop {
        if let Some(ending) = seat.turn(actor).await {
            seat.screen.writer.settle(LAST_FRAME);
            seat.terminal.give();
            return Ok(ending);
        }
        if !actor.turn() {
            seat.draw(actor);
            seat.screen.writer.settle(LAST_FRAME);
            return Ok(Ending::Quit);
        }
        if seat.stale && seat.frame <= Instant::now() {
            seat.draw(actor);
        }
    }
}

impl Seat<'_> {
    async fn turn(&mut self, actor: &mut impl Actor) -> Option<Ending> {
        let due = actor.due().map_or(Duration::from_secs(1), |due| due.max(Duration::from_millis(1)));
        let frame = if self.stale { self.frame.saturating_duration_since(Instant::now()) } else { due };
        tokio::select! {
            biased;
            asked = self.signals.next() => return self.asked(asked, actor),
            event = self.input.events.recv() => return self.typed(event, actor),
            written = self.screen.writer.written() => return hung_up(written.is_err()),
            () = actor.changed() => self.stale = true,
            () = tokio::time::sleep(due.min(frame)) => self.stale |= actor.due().is_some_and(|due| due.is_zero()),
        }
        None
    }

    fn typed(&mut self, event: Option<Event>, actor: &mut impl Actor) -> Option<Ending> {
        let Some(event) = event else { return hung_up(true) };
        self.stale = true;
        if actor.input(event) { None } else { Some(Ending::Quit) }
    }

    fn asked(&mut self, asked: Asked, actor: &mut impl Actor) -> Option<Ending> {
        match asked {
            Asked::End(signal) => return Some(Ending::Signal(signal)),
            Asked::Stop => {
                self.screen.writer.settle(LAST_FRAME);
                self.terminal.give();
                signals::stop();
            }
            Asked::Continue => {
                self.terminal.retake();
                self.renew(actor);
            }
            Asked::Resize => self.renew(actor),
        }
        None
    }

    fn renew(&mut self, actor: &mut impl Actor) {
        self.stale = true;
        if self.screen.renew().is_ok() {
            actor.room(self.screen.size());
        }
    }

    fn draw(&mut self, actor: &impl Actor) {
        if actor.is_drawn() && self.terminal.ours() && self.screen.writer.is_idle() {
            (self.stale, self.frame) = (false, Instant::now() + FRAME);
            let (shown, theme) = (actor.show(), self.theme);
            // That the terminal has gone shows when it is read.
            let _ = self.screen.draw(|frame| solo::draw(frame, &shown, theme));
        }
    }
}

fn hung_up(gone: bool) -> Option<Ending> {
    gone.then_some(Ending::Signal(Signal::SIGHUP as i32))
}
