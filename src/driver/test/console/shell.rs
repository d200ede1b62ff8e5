//! A shell of its own sort: a line that can be edited, and the commands.
//!
//! ```text
//!            ┌── top, vi, flood, ask ──┐  until it ends, or ^C
//!   boot ──► prompt ◄──────────────────┘
//!            │  ▲
//!       exit ▼  │ any name            poweroff, reboot: silence, and what the world makes of it
//!            login
//! ```

use std::{collections::BTreeMap, time::Duration};

use super::{
    super::event::Stage,
    commands,
    flood::Flood,
    keys::{Key, Keys},
    screen::Screen,
    texts,
    top::Top,
    vi::{Then, Vi},
};

/// How long the rest of an escape sequence may take.
const ESCAPE: Duration = Duration::from_millis(50);
/// How often a full-screen program draws.
const FRAME: Duration = Duration::from_secs(1);
/// How often one that waits for keys looks whether its terminal has another size.
const RESIZE: Duration = Duration::from_millis(250);
/// The longest line that is taken.
const LONGEST: usize = 1024;

/// The shell of one console.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) host: String,
    /// What the guest calls its console: `hvc0`.
    pub(super) tty: &'static str,
    pub(super) files: BTreeMap<String, String>,
    pub(super) program: Program,
    /// What the guest has decided to do with itself.
    pub(super) wish: Option<Stage>,
    keys: Keys,
    line: String,
    last: String,
    pasting: bool,
}

/// What has the terminal.
#[derive(Debug)]
pub(super) enum Program {
    /// The shell itself.
    Prompt,
    /// Nobody is logged in.
    Login,
    Top(Top),
    Vi(Vi),
    Flood(Flood),
    /// The terminal was asked; so many answers are to come.
    Ask(usize),
    /// The guest goes down.
    Down,
}

impl Shell {
    /// Of a guest with this name, before its boot.
    pub(super) fn new(name: &str, tty: &'static str) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        Self {
            host: name.chars().map(plain).collect(),
            tty,
            files: texts::FILES.map(|(name, text)| (name.into(), text.into())).into(),
            program: Program::Prompt,
            wish: None,
            keys: Keys::default(),
            line: String::new(),
            last: String::new(),
            pasting: false,
        }
    }

    /// Prints what a start prints, up to the prompt.
    pub(super) fn boot(&self, screen: &mut Screen) {
        screen.lines(texts::boot(&self.host, self.tty));
        self.prompt(screen);
    }

    /// Takes what was typed.
    pub(super) fn take(&mut self, bytes: &[u8], screen: &mut Screen) {
        for key in self.keys.take(bytes) {
            self.press(&key, screen);
        }
    }

    /// How long until it is to be called again without anything typed.
    pub(super) fn pace(&self) -> Option<Duration> {
        match self.program {
            _ if self.keys.waits() => Some(ESCAPE),
            Program::Top(_) => Some(FRAME),
            Program::Vi(_) => Some(RESIZE),
            _ => None,
        }
    }

    /// That time has passed.
    pub(super) fn tick(&mut self, screen: &mut Screen) {
        if let Some(key) = self.keys.settle() {
            self.press(&key, screen);
        }
        match &mut self.program {
            // Frames nobody takes are not drawn.
            Program::Top(top) if screen.has_room() => top.draw(screen),
            Program::Vi(vi) => vi.redraw(screen),
            _ => {}
        }
    }

    /// Writes on what has no end of its own.
    pub(super) fn go_on(&mut self, screen: &mut Screen) {
        if let Program::Flood(flood) = &mut self.program
            && flood.go_on(screen)
        {
            self.end(screen);
        }
    }

    /// What a guest says last.
    pub(super) fn cease(&mut self, words: &str, screen: &mut Screen) {
        self.program = Program::Down;
        screen.line(&format!("\r\n{words}"));
    }

    fn press(&mut self, key: &Key, screen: &mut Screen) {
        match &mut self.program {
            Program::Prompt => self.edit(key, screen),
            Program::Login => self.log_in(key, screen),
            Program::Top(_) if Top::press(key, screen) => self.end(screen),
            Program::Vi(vi) => {
                let then = vi.press(key, screen);
                self.after_vi(then, screen);
            }
            Program::Flood(_) | Program::Ask(_) if *key == Key::Ctrl('c') => {
                screen.line("\x1b[0m^C");
                self.end(screen);
            }
            Program::Ask(_) => self.answered(key, screen),
            Program::Top(_) | Program::Flood(_) | Program::Down => {}
        }
    }

    /// A program has ended: back to the prompt.
    fn end(&mut self, screen: &mut Screen) {
        self.program = Program::Prompt;
        self.prompt(screen);
    }

    fn after_vi(&mut self, then: Then, screen: &mut Screen) {
        let Program::Vi(vi) = &self.program else { return };
        let name = vi.name().to_owned();
        let ends = matches!(then, Then::End(_));
        if let Then::Write(text) | Then::End(Some(text)) = then {
            self.files.insert(name, text);
        }
        if ends {
            self.end(screen);
        }
    }

    fn answered(&mut self, key: &Key, screen: &mut Screen) {
        let (Program::Ask(left), Key::Answer(answer)) = (&mut self.program, key) else { return };
        *left = left.saturating_sub(1);
        let done = *left == 0;
        screen.line(&format!("answer: ^[[{answer}"));
        if done {
            self.end(screen);
        }
    }

    fn log_in(&mut self, key: &Key, screen: &mut Screen) {
        match key {
            Key::Enter => {
                screen.text("\r\n");
                self.line.clear();
                self.end(screen);
            }
            Key::Char(c) => screen.text(c.encode_utf8(&mut [0; 4])),
            _ => {}
        }
    }

    fn edit(&mut self, key: &Key, screen: &mut Screen) {
        match key {
            Key::Paste => self.pasting = true,
            Key::Pasted => self.pasting = false,
            // What is pasted does not run by itself.
            Key::Enter if self.pasting => self.insert(' ', screen),
            Key::Enter => self.enter(screen),
            Key::Char(c) => self.insert(*c, screen),
            Key::Backspace if self.line.pop().is_some() => self.redraw(screen),
            Key::Ctrl('u') => self.replace(String::new(), screen),
            Key::Up => self.replace(self.last.clone(), screen),
            Key::Ctrl('l') => {
                screen.text("\x1b[H\x1b[2J");
                self.redraw(screen);
            }
            Key::Ctrl('c') => {
                screen.line("^C");
                self.line.clear();
                self.prompt(screen);
            }
            Key::Ctrl('d') if self.line.is_empty() => commands::run(self, "exit", screen),
            _ => {}
        }
    }

    fn insert(&mut self, c: char, screen: &mut Screen) {
        if self.line.len() < LONGEST {
            self.line.push(c);
            screen.text(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn replace(&mut self, line: String, screen: &mut Screen) {
        self.line = line;
        self.redraw(screen);
    }

    fn enter(&mut self, screen: &mut Screen) {
        screen.text("\x1b[?2004l\r\n");
        let line = std::mem::take(&mut self.line);
        commands::run(self, &line, screen);
        if !line.trim().is_empty() {
            self.last = line;
        }
        if matches!(self.program, Program::Prompt) {
            self.prompt(screen);
        }
    }

    fn prompt(&self, screen: &mut Screen) {
        screen.text(&format!("\x1b[?2004h{}:~# ", self.host));
    }

    fn redraw(&self, screen: &mut Screen) {
        screen.text(&format!("\r{}:~# {}\x1b[K", self.host, self.line));
    }
}
