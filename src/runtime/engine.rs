//! The loop: what comes in goes to the app, what the app asks for is done, what changed is drawn.
//!
//! Input comes before everything, so that a flood of snapshots cannot hold up a key. Drawing follows when nothing
//! waits any more, at most thirty times a second; what changed in between is drawn when that time has come.

mod away;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use crossterm::event::Event;
use nix::sys::signal::Signal;

use away::{tell_left, typed};

use super::{
    Setup, clipboard, editor,
    hosts::Hosts,
    input::Input,
    past,
    screen::Screen,
    signals::{self, Asked, Signals},
    terminal::{Mouse, Terminal},
};
use crate::{
    app::{App, Effect, Msg, Regions},
    driver::Session,
    model::HostId,
    sampler::{Order, stamp},
    theme::{Depth, Theme},
    view,
};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// How often the app hears of the time while something on the screen depends on it, and else.
const LIVELY: Duration = Duration::from_millis(250);
const CALM: Duration = Duration::from_secs(1);
/// Events taken at a time before the screen is drawn: a flood must not freeze it.
const FLOOD: usize = 1024;

/// How long the last frame may take before the terminal is given back without it.
const LAST_FRAME: Duration = Duration::from_millis(500);

/// How long taking back what was not kept may hold up the end.
const ROLL_BACK: Duration = Duration::from_secs(10);

/// How the loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The user quit.
    Quit,
    /// A signal of this number, or the terminal has gone, which is the signal that says so.
    Signal(i32),
}

/// All that runs the screen.
pub(super) struct Engine {
    app: App,
    theme: Theme,
    depth: Depth,
    hosts: Hosts,
    /// None while an editor has the terminal.
    input: Option<Input>,
    signals: Signals,
    screen: Screen,
    terminal: Terminal,
    /// Whether the terminal shows nothing of ours, and is to be drawn whatever the app says.
    blank: bool,
    /// When the next frame may be drawn.
    frame: Instant,
    /// When the app last heard of the time.
    heard: Instant,
    ending: Option<Ending>,
    /// Where lines run in the palette are kept.
    past: Option<PathBuf>,
    /// When the last editor ended.
    back: Option<Instant>,
    /// Files definitions were edited in; those whose text was defined or dropped are there no more.
    drafts: Vec<PathBuf>,
}

impl Engine {
    /// Takes the terminal, draws the first frame before anything is read, and starts sampling.
    pub(super) fn start(setup: Setup) -> Result<Self, String> {
        let variable = |name| std::env::var(name).ok();
        let (colour, term) = (variable("COLORTERM"), variable("TERM"));
        can_draw(term.as_deref())?;
        let depth = Depth::of(variable("NO_COLOR").as_deref(), colour.as_deref(), term.as_deref());
        let (theme, complaint) = first_theme(&setup.settings.theme, depth)?;
        let ids: Vec<_> = setup.hosts.iter().map(|(pane, _)| pane.id).collect();
        let (panes, sessions): (Vec<_>, Vec<_>) = setup.hosts.into_iter().unzip();
        let hosts = Hosts::new(setup.scribes, (setup.consoles, setup.ring));
        let mut app = App::new(panes, setup.settings, setup.keymap);
        app.table = setup.table;
        if let Some(file) = &setup.past {
            app.prompt.past = past::read(file);
        }
        let mut engine = Self::over(app, (theme, depth), hosts)?;
        engine.past = setup.past;
        engine.begin(ids.into_iter().zip(sessions).collect(), complaint);
        Ok(engine)
    }

    fn over(app: App, (theme, depth): (Theme, Depth), hosts: Hosts) -> Result<Self, String> {
        let signals = Signals::take()?;
        let terminal = Terminal::take()?;
        let screen = Screen::new(terminal.output()?).map_err(|e| format!("cannot draw: {e}"))?;
        let (input, now) = (Some(Input::spawn(terminal.input()?)?), Instant::now());
        let (blank, frame, heard) = (true, now, now);
        let (ending, past, back, drafts) = (None, None, None, Vec::new());
        Ok(Self {
            app,
            theme,
            depth,
            hosts,
            input,
            signals,
            screen,
            terminal,
            blank,
            frame,
            heard,
            ending,
            past,
            back,
            drafts,
        })
    }

    fn begin(&mut self, sessions: Vec<(HostId, Session)>, complaint: Option<String>) {
        let effects = self.app.start();
        self.resized();
        self.tell(Msg::Clock(stamp().mono));
        if let Some(complaint) = complaint {
            self.tell(Msg::Notice(true, complaint));
        }
        self.draw();
        self.hosts.start(sessions, self.app.settings.interval, &effects);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// Runs until the user, a signal or the terminal ends it.
    pub(super) async fn run(mut self) -> (Ending, Result<(), String>) {
        loop {
            self.wait().await;
            self.take_in();
            if let Some(ending) = self.ending {
                self.roll_back().await;
                self.give();
                tell_left(&self.drafts);
                past::keep(self.past.as_deref(), self.app.prompt.past.fresh());
                return (ending, self.hosts.finish());
            }
            if self.shows_old() && self.frame <= Instant::now() {
                self.draw();
            }
        }
    }

    async fn wait(&mut self) {
        let due = self.due();
        tokio::select! {
            biased;
            asked = self.signals.next() => self.asked(asked),
            event = typed(&mut self.input) => match event {
                Some(event) => self.tell(Msg::Input(event)),
                None => self.hung_up(),
            },
            written = self.screen.writer.written() => if written.is_err() { self.hung_up() },
            message = self.hosts.changed() => message.into_iter().for_each(|message| self.tell(message)),
            () = tokio::time::sleep_until(due.into()) => {}
        }
    }

    /// When there is something to do though nothing comes in.
    fn due(&self) -> Instant {
        let clock = self.heard + self.period();
        if self.shows_old() { clock.min(self.frame) } else { clock }
    }

    /// Whether there is something to draw that can be drawn: a terminal that still takes in the last frame gets
    /// the next one when it is done, and none of those in between.
    fn shows_old(&self) -> bool {
        (self.blank || self.app.changed) && self.terminal.ours() && self.screen.writer.is_idle()
    }

    /// Something that glows or fades, goes by itself or tells how old it is needs to hear of the time more often.
    fn period(&self) -> Duration {
        let table = &self.app.table;
        let stale = self.app.pane().latest.as_ref().is_some_and(|latest| latest.stale.is_some());
        let passing = self.app.notice.is_some() || !table.fresh.is_empty() || !table.gone.is_empty();
        let working = self.app.jobs.running().next().is_some();
        if stale || passing || working { LIVELY } else { CALM }
    }

    /// Takes in all that waits.
    fn take_in(&mut self) {
        for _ in 0..FLOOD {
            let Some(Ok(event)) = self.input.as_mut().map(|input| input.events.try_recv()) else { break };
            self.tell(Msg::Input(event));
        }
        for message in self.hosts.news() {
            self.tell(message);
        }
        if self.heard + self.period() <= Instant::now() {
            self.hear();
        }
    }

    fn hear(&mut self) {
        self.heard = Instant::now();
        if !self.terminal.ours() {
            self.resume();
        }
        self.tell(Msg::Clock(stamp().mono));
    }

    fn tell(&mut self, message: Msg) {
        if matches!(message, Msg::Edited(_)) {
            self.come_back();
        }
        for effect in self.app.update(message) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.ending = Some(Ending::Quit),
            Effect::Suspend => self.suspend(),
            Effect::Interval(host, interval) => self.hosts.tell(host, Order::Interval(interval)),
            Effect::Demand(host, demand) => self.hosts.tell(host, Order::Demand(demand)),
            Effect::Poke(host) => self.hosts.tell(host, Order::Poke),
            Effect::HostLog(host) => self.hosts.tell(host, Order::HostLog),
            Effect::Run(host, order) => self.hosts.run(host, order),
            Effect::Refused(host, attempt) => self.hosts.refused(host, attempt),
            Effect::Complete(path) => self.hosts.complete(path),
            Effect::Console(host, id, order) => self.hosts.consoles.order(host, id, order),
            Effect::Ttys(host, key) => self.hosts.consoles.list(host, key),
            Effect::Definition(host, of) => self.hosts.definitions.read(host, of),
            Effect::Edit(draft) => self.edit(*draft),
            Effect::Discard(file) => editor::discard(&file),
            Effect::Save(file, text) => self.hosts.definitions.save(file, text),
            Effect::Clipboard(text) => self.copy(&text),
            Effect::Mouse(true) => self.terminal.mouse(Mouse::Ours),
            Effect::Mouse(false) => self.terminal.mouse(Mouse::Terminals),
            Effect::Theme(name) => self.put_on(&name),
            Effect::Redraw => self.renew(),
        }
    }

    /// What was not kept is taken back before the program ends, however it ends.
    async fn roll_back(&mut self) {
        for effect in self.app.revert_all() {
            self.carry_out(effect);
        }
        let end = Instant::now() + ROLL_BACK;
        while self.app.is_waiting() && Instant::now() < end {
            if let Ok(Some(message)) = tokio::time::timeout_at(end.into(), self.hosts.changed()).await {
                self.tell(message);
            }
        }
    }

    /// Puts a text into the clipboard of whoever sits at the terminal: with the next frame, so that it breaks into none.
    fn copy(&mut self, text: &str) {
        match clipboard::sequence(text) {
            Ok(sequence) => self.screen.say(sequence),
            Err(why) => self.tell(Msg::Notice(true, why)),
        }
    }

    /// Draws with another theme; where it is broken the old one stays.
    fn put_on(&mut self, name: &str) {
        match Theme::load(name, self.depth) {
            Ok(theme) => self.theme = theme,
            Err(why) => self.tell(Msg::Notice(true, why)),
        }
    }

    fn asked(&mut self, asked: Asked) {
        match asked {
            // Meant for the editor, which is of the same group.
            Asked::End(signal) if self.is_for_editor(signal) => {}
            Asked::End(signal) => self.ending = Some(Ending::Signal(signal)),
            Asked::Stop => {
                self.give();
                signals::stop();
            }
            Asked::Continue => self.resume(),
            Asked::Resize => self.resized(),
        }
    }

    /// Stops until a shell lets it go on; the signal that does so has the terminal taken again.
    fn suspend(&mut self) {
        self.give();
        if let Err(why) = signals::stop_group() {
            self.resume();
            self.tell(Msg::Notice(true, why.into()));
        }
    }

    /// Gives the terminal back, after the last frame.
    fn give(&mut self) {
        self.screen.writer.settle(LAST_FRAME);
        self.terminal.give();
    }

    /// Takes the terminal again if it is in the foreground: whoever had it meanwhile left it as they liked.
    fn resume(&mut self) {
        if !self.is_away() && self.terminal.retake() {
            self.resized();
            self.tell(Msg::Resumed);
        }
    }

    fn resized(&mut self) {
        self.renew();
        let (width, height) = self.screen.size();
        self.tell(Msg::Input(Event::Resize(width, height)));
    }

    fn renew(&mut self) {
        self.blank = true;
        if self.screen.renew().is_err() {
            self.hung_up();
        }
    }

    fn draw(&mut self) {
        (self.blank, self.frame) = (false, Instant::now() + FRAME);
        let (app, theme, mut regions) = (&self.app, &self.theme, Regions::default());
        if self.screen.draw(|frame| regions = view::draw(frame, app, theme)).is_err() {
            self.hung_up();
        }
        self.tell(Msg::Drawn(regions));
    }

    /// The terminal has gone: as if its signal had come, which does not come to who is no child of the shell.
    fn hung_up(&mut self) {
        self.ending.get_or_insert(Ending::Signal(Signal::SIGHUP as i32));
    }
}

/// The theme asked for, or the first of the built-in ones and what is wrong with the one asked for.
fn first_theme(name: &str, depth: Depth) -> Result<(Theme, Option<String>), String> {
    match Theme::load(name, depth) {
        Ok(theme) => Ok((theme, None)),
        Err(why) => {
            let first = Theme::names().into_iter().next().unwrap_or_default();
            Ok((Theme::load(&first, depth)?, Some(why)))
        }
    }
}

/// Whether a screen can be drawn on such a terminal at all.
fn can_draw(term: Option<&str>) -> Result<(), String> {
    if term == Some("dumb") {
        return Err("this terminal cannot move its cursor (TERM=dumb); \
                    set TERM to what it is, or let --batch print samples"
            .into());
    }
    Ok(())
}
