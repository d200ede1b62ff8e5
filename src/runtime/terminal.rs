//! The terminal: taken, and given back on every way out.
//!
//! ```text
//!             take            give (^Z, a signal, drop, a panic)
//!   cooked ─────────► ours ───────────────────────────────────────► cooked
//!      ▲               ▲
//!      └── background ─┘  a process in the background must not touch it; it is taken when it comes to the front
//! ```

use std::{
    fs::File,
    io::Write,
    os::fd::{AsFd, OwnedFd},
    panic,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use nix::{
    poll::{PollFd, PollFlags, poll},
    sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr},
    unistd::{getpgrp, isatty, tcgetpgrp},
};

/// Alternate screen, bracketed paste, no cursor (ctlseqs, "DEC Private Mode Set").
const TAKE: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l";
/// Buttons, the wheel and dragging, in SGR form; not 1003, which reports every movement.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// Everything back, also what a frame that broke off left: the update it began, its colours. The cursor goes to the
/// last line for terminals without an alternate screen.
const GIVE: &[u8] =
    b"\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[999;1H\x1b[?1049l";

/// What must be undone: global, as a panic's hook has nothing else to reach it by.
static TAKEN: Mutex<Option<Tty>> = Mutex::new(None);

/// The terminal as it was, and the two ways to it.
struct Tty {
    input: OwnedFd,
    output: File,
    before: Termios,
    ours: bool,
    mouse: bool,
    /// What it is taken with: nothing where others write on it.
    take: &'static [u8],
}

/// Whose the mouse is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The program's: it hears of clicks and the wheel.
    Ours,
    /// The terminal's own: it selects text.
    Terminals,
}

/// The terminal while it is the program's. There is one at a time.
#[derive(Debug)]
pub struct Terminal(());

impl Terminal {
    /// Takes the terminal, and has the panics of this thread give it back before they say why. Panics of other
    /// threads stay silent: who contains them tells.
    ///
    /// # Errors
    /// A sentence, where standard output is no terminal or keys cannot be read.
    pub fn take() -> Result<Self, String> {
        Self::take_with(TAKE)
    }

    /// As [`Self::take`], but only keys: what is shown is left to others.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_keys() -> Result<Self, String> {
        Self::take_with(b"")
    }

    fn take_with(take: &'static [u8]) -> Result<Self, String> {
        let input = input()?;
        let output = output()?;
        let before = tcgetattr(&input).map_err(|e| format!("cannot read the terminal's settings: {e}"))?;
        *taken() = Some(Tty { input, output, before, ours: false, mouse: false, take });
        let terminal = Self(());
        hook();
        terminal.retake();
        Ok(terminal)
    }

    /// Takes it again after it was given back; returns whether it is ours, which it cannot be in the background.
    pub fn retake(&self) -> bool {
        taken().as_mut().is_some_and(Tty::take)
    }

    /// Whether it is ours.
    pub fn ours(&self) -> bool {
        taken().as_ref().is_some_and(|tty| tty.ours)
    }

    /// Gives it back as it was, for a while.
    pub fn give(&self) {
        if let Some(tty) = taken().as_mut() {
            tty.give();
        }
    }

    /// Takes or leaves the mouse: a user may want to select text.
    pub fn mouse(&self, mouse: Mouse) {
        if let Some(tty) = taken().as_mut() {
            tty.mouse = mouse == Mouse::Ours;
            if tty.ours {
                tty.put(if tty.mouse { MOUSE_ON } else { MOUSE_OFF });
            }
        }
    }

    /// Another descriptor of what keys come from.
    ///
    /// # Errors
    /// Where there are no descriptors left.
    pub fn input(&self) -> Result<OwnedFd, String> {
        input()
    }

    /// Another descriptor of what is drawn to.
    ///
    /// # Errors
    /// Where there are no descriptors left.
    pub fn output(&self) -> Result<File, String> {
        output()
    }
}

/// Drops what was typed and nobody has read: it was meant for who had the terminal before, and answers nothing of ours.
/// In the background it stays, for the shell.
pub fn forget_typed() {
    let Ok(input) = input() else { return };
    if is_in_front(&input) {
        let _ = tcflush(&input, FlushArg::TCIFLUSH);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.give();
        *taken() = None;
        if !thread::panicking() {
            drop(panic::take_hook());
        }
    }
}

impl Tty {
    fn take(&mut self) -> bool {
        // Outside of its process group the settings would be changed under the shell's feet.
        if !is_in_front(&self.input) {
            return false;
        }
        let mut raw = self.before.clone();
        cfmakeraw(&mut raw);
        let _ = tcsetattr(&self.input, SetArg::TCSANOW, &raw);
        self.put(self.take);
        if self.mouse {
            self.put(MOUSE_ON);
        }
        self.ours = true;
        true
    }

    /// Whatever fails here fails because the terminal has gone.
    fn give(&mut self) {
        if self.ours {
            self.ours = false;
            self.put(GIVE);
            let _ = tcsetattr(&self.input, SetArg::TCSANOW, &self.before);
        }
    }

    /// Does not wait for a terminal that takes nothing: the way out must not hang.
    fn put(&mut self, bytes: &[u8]) {
        const PATIENCE: u16 = 500;
        let mut ready = [PollFd::new(self.output.as_fd(), PollFlags::POLLOUT)];
        if poll(&mut ready, PATIENCE) != Ok(0) {
            let _ = self.output.write_all(bytes);
        }
    }
}

/// Whether this process is in the foreground of the terminal, or nobody can tell.
fn is_in_front(input: &OwnedFd) -> bool {
    tcgetpgrp(input).map_or(true, |group| group == getpgrp())
}

fn taken() -> MutexGuard<'static, Option<Tty>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the restoring hook over the one there is.
fn hook() {
    let (before, here) = (panic::take_hook(), thread::current().id());
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == here {
            // Where this thread panicked while it held the lock, the drop that follows gives it back.
            if let Ok(mut taken) = TAKEN.try_lock() {
                taken.as_mut().map(Tty::give);
            }
            before(info);
        }
    }));
}

/// Where keys come from: standard input, or the controlling terminal where that is something else.
fn input() -> Result<OwnedFd, String> {
    let stdin = std::io::stdin();
    if isatty(&stdin) == Ok(true) {
        return stdin.as_fd().try_clone_to_owned().map_err(|e| format!("cannot read keys: {e}"));
    }
    let tty = File::options().read(true).write(true).open("/dev/tty");
    tty.map(OwnedFd::from).map_err(|e| format!("cannot read keys: there is no terminal ({e})"))
}

fn output() -> Result<File, String> {
    let stdout = std::io::stdout();
    if isatty(&stdout) != Ok(true) {
        return Err("standard output is not a terminal; `--batch` prints samples without one".into());
    }
    let copy = stdout.as_fd().try_clone_to_owned();
    copy.map(File::from).map_err(|e| format!("cannot draw to the terminal: {e}"))
}
