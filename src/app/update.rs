//! Messages to state and effects.

use crossterm::event::{Event, KeyEvent};

use super::{
    App, Effect, Msg, Overlay, Panel, Regions,
    command::{Command, Need, Run, Scope, availability},
    keymap::Key,
};
use crate::model::{Attempt, HostId, Nanos, Op};

impl App {
    /// What to ask the runtime for at the start: interval and demand of every host, the mouse.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = self.intervals();
        effects.extend(self.first_demands());
        effects.push(Effect::Mouse(self.settings.mouse));
        effects
    }

    /// Takes in one message.
    ///
    /// Afterwards [`App::changed`] says whether a frame should be drawn.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = self.take_in(msg);
        self.note(&effects);
        self.turn_page();
        effects.extend(self.demands());
        effects.extend(self.attend());
        effects.extend(self.read_xml());
        effects
    }

    fn take_in(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Drawn(regions) => {
                self.drawn(regions);
                return Vec::new();
            }
            Msg::Clock(now) => return self.clock(now),
            _ => self.changed = true,
        }
        match msg {
            Msg::Input(event) => return self.input(event),
            Msg::Sampled(host, snapshot) => {
                self.sampled(host, snapshot);
                return self.send_due();
            }
            Msg::Reported(host, job, report) => return self.reported(host, job, *report),
            Msg::HostLog(host, text) => self.host_log(host, text),
            Msg::Completed(asked, found) => self.completed(&asked, found),
            Msg::Notice(true, text) => self.complain(text),
            Msg::Notice(false, text) => self.say(text),
            Msg::Resumed => return vec![Effect::Redraw],
            Msg::Page(id, page) => self.consoles.paged(id, page),
            Msg::Console(id, news) => return self.console_news(id, news),
            Msg::Ttys(host, key, found) => return self.ttys(host, key, found),
            Msg::Definition(host, of, told) => return self.definition(host, of, told),
            Msg::Edited(edited) => self.edited(*edited),
            Msg::Drawn(_) | Msg::Clock(_) => {}
        }
        Vec::new()
    }

    /// A frame was drawn: what it could not know before, as how long a page is, may ask for another.
    fn drawn(&mut self, regions: Regions) {
        self.changed = false;
        self.see_revised();
        if self.screen.regions == regions {
            return;
        }
        self.screen.regions = regions;
        // Where the grid stood is where it stays until the cursor leaves it: no reason to draw again.
        self.pins.first = self.screen.regions.pins.first;
        self.xml.keep_in_page(self.screen.regions.xml.height.into());
        let scrolls = self.screen.scroll;
        self.screen.bound_scrolls();
        self.changed = scrolls != self.screen.scroll || self.bound_overlay();
    }

    fn clock(&mut self, now: Nanos) -> Vec<Effect> {
        let second = |at: Nanos| at.0 / 1_000_000_000;
        let ticked = second(now) != second(self.now);
        self.now = now;
        self.changed |= self.expire() || ticked;
        let mut effects = self.revert_due();
        effects.extend(self.send_due());
        self.changed |= !effects.is_empty();
        effects
    }

    /// Keeps the cursor on the page.
    fn turn_page(&mut self) {
        let before = self.table.offset;
        let page = usize::from(self.screen.regions.rows.height);
        self.table.keep_in_page(page);
        self.changed |= before != self.table.offset;
    }

    fn host_log(&mut self, host: HostId, text: Result<String, String>) {
        let welcome = matches!(self.overlay, None | Some(Overlay::HostLog { .. }));
        if host == self.pane().id && welcome {
            self.overlay = Some(Overlay::host_log(text));
        }
    }

    fn input(&mut self, event: Event) -> Vec<Effect> {
        match event {
            // It was typed for who had the terminal before.
            Event::Key(_) | Event::Mouse(_) | Event::Paste(_) if self.asks_unseen() => Vec::new(),
            Event::Key(event) => self.key(event),
            Event::Mouse(event) if self.settings.mouse => self.mouse(event),
            Event::Paste(text) if self.overlay.is_none() && self.screen.focus == Panel::Console => {
                self.paste_into_console(text)
            }
            Event::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Event::Resize(width, height) => {
                self.screen.size = (width, height);
                Vec::new()
            }
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost => Vec::new(),
        }
    }

    fn key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let Some(key) = Key::of(&event) else { return Vec::new() };
        if self.overlay.is_some() {
            return self.overlay_key(key);
        }
        if self.screen.focus == Panel::Console {
            return self.console_key(key);
        }
        let command = self.keymap.lookup(Scope::of(self.screen.focus), key);
        command.filter(|command| self.allows(command)).map_or_else(Vec::new, |command| self.run(command, ""))
    }

    /// Runs a command with what was typed after its name; or says why it cannot be run.
    pub fn run(&mut self, command: &'static Command, typed: &str) -> Vec<Effect> {
        if let Err(why) = availability(self, command) {
            return self.refused(command, typed, why);
        }
        match command.run {
            Run::Screen(run) => run(self, typed.trim()),
            Run::Change(_) | Run::Make(_) => self.act(command, typed.trim()),
            Run::Look(_) => Vec::new(),
        }
    }

    /// Says why a command cannot be run; that somebody tried to change something is told to the audit.
    pub(super) fn refused(&mut self, command: &'static Command, typed: &str, why: String) -> Vec<Effect> {
        self.complain(format!("{}: {why}", command.name));
        // What has something edited ends in a change.
        if !command.op.is_some_and(Op::changes) && command.need != Need::Keeper {
            return Vec::new();
        }
        let of = self.selected().filter(|_| command.need == Need::Domain);
        let name = of.map(|domain| domain.label().into_owned()).unwrap_or_default();
        let tried = [command.name, &name, typed].into_iter().filter(|part| !part.is_empty());
        let command = tried.collect::<Vec<_>>().join(" ");
        let domain = of.map(|domain| (domain.key, domain.name.clone()));
        vec![Effect::Refused(self.pane().id, Attempt { command, why, domain })]
    }
}
