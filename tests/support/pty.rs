//! Drives a real program on a pseudo terminal and reads its screen through an emulator we did not write.
//!
//! `setsid --ctty` (util-linux) gives the program the terminal as its own, `stty` (coreutils) resizes it.

use std::{
    fs::{self, File},
    io::Write,
    os::fd::{AsFd, OwnedFd},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use alacritty_terminal::{
    event::{Event, EventListener},
    grid::Dimensions,
    index::{Column, Line},
    term::{Config, Osc52, Term, TermMode, cell::Flags},
    vte::ansi::{Processor, StdSyncHandler},
};
use nix::{
    poll::{PollFd, PollFlags, poll},
    pty::{Winsize, openpty},
    sys::{
        signal::{Signal, kill},
        termios::{LocalFlags, tcgetattr},
    },
    unistd::{Pid, read},
};

/// How long anything may take before a test gives up: far longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the emulator answers to the program's questions.
#[derive(Clone, Default)]
struct Replies(Arc<Mutex<Vec<u8>>>);

impl EventListener for Replies {
    fn send_event(&self, event: Event) {
        if let Event::PtyWrite(text) = event {
            self.0.lock().unwrap().extend(text.bytes());
        }
    }
}

#[derive(Clone, Copy)]
struct Size {
    columns: usize,
    lines: usize,
}

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        self.lines
    }

    fn screen_lines(&self) -> usize {
        self.lines
    }

    fn columns(&self) -> usize {
        self.columns
    }
}

/// A program on a terminal.
pub struct Pty {
    child: Child,
    master: OwnedFd,
    /// Held open, so that the terminal outlives the program.
    slave: File,
    path: String,
    term: Term<Replies>,
    parser: Processor<StdSyncHandler>,
    replies: Replies,
    /// All it has written.
    pub raw: Vec<u8>,
}

impl Pty {
    /// Starts `program` with these arguments and variables on a terminal of so many columns and lines. Of the
    /// environment only the path is handed on, and the terminal is an `xterm-256color` unless the variables say so.
    pub fn spawn(program: &str, args: &[&str], variables: &[(&str, &str)], size: (u16, u16)) -> Self {
        let (ws_col, ws_row) = size;
        let window = Winsize { ws_row, ws_col, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&window), None).unwrap();
        let slave = File::from(pty.slave);
        let fd = std::os::fd::AsRawFd::as_raw_fd(&slave);
        let path = fs::read_link(format!("/proc/self/fd/{fd}")).unwrap().to_string_lossy().into_owned();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let home = std::env::temp_dir();
        let child = Command::new("setsid")
            .args(["--ctty", program])
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .envs(variables.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid of util-linux is installed");
        let replies = Replies::default();
        let config = Config { scrolling_history: 100, osc52: Osc52::Disabled, ..Config::default() };
        let size = Size { columns: ws_col.into(), lines: ws_row.into() };
        let term = Term::new(config, &size, replies.clone());
        let (master, parser, raw) = (pty.master, Processor::new(), Vec::new());
        Self { child, master, slave, path, term, parser, replies, raw }
    }

    /// Takes in what the program writes within so many milliseconds; whether it wrote.
    pub fn pump(&mut self, milliseconds: u16) -> bool {
        let mut ready = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, milliseconds).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 16384];
        let count = read(&self.master, &mut bytes).unwrap_or(0);
        self.raw.extend(&bytes[..count]);
        self.parser.advance(&mut self.term, &bytes[..count]);
        let replies = std::mem::take(&mut *self.replies.0.lock().unwrap());
        File::from(self.master.try_clone().unwrap()).write_all(&replies).unwrap();
        count > 0
    }

    /// The screen as text, lines without trailing blanks.
    pub fn screen(&self) -> String {
        let grid = self.term.grid();
        let line = |y: usize| {
            let cells = (0..grid.columns()).map(|x| &grid[Line(i32::try_from(y).unwrap())][Column(x)]);
            let text: String =
                cells.filter(|c| !c.flags.contains(Flags::WIDE_CHAR_SPACER)).map(|c| c.c).collect();
            text.trim_end().to_owned() + "\n"
        };
        (0..grid.screen_lines()).map(line).collect()
    }

    /// Waits until the screen is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) -> Duration {
        let start = Instant::now();
        while !wanted(self) {
            assert!(start.elapsed() < PATIENCE, "{what}: not seen on\n{}", self.screen());
            self.pump(20);
        }
        start.elapsed()
    }

    /// Waits until this text is on the screen.
    pub fn wait_for(&mut self, text: &str) -> Duration {
        self.until(text, |pty| pty.screen().contains(text))
    }

    /// Types, or sends what a terminal might.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        File::from(self.master.try_clone().unwrap()).write_all(bytes.as_ref()).unwrap();
    }

    /// Sends the program itself a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// The program.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    /// The state of the program in one letter (proc(5)): `T` is stopped.
    pub fn state(&self) -> char {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('X')
    }

    /// Makes the terminal another size; the kernel tells the program.
    pub fn resize(&mut self, columns: u16, lines: u16) {
        let (cols, rows) = (columns.to_string(), lines.to_string());
        let done = Command::new("stty").args(["-F", &self.path, "cols", &cols, "rows", &rows]).status();
        assert!(done.expect("stty of coreutils is installed").success());
        self.term.resize(Size { columns: columns.into(), lines: lines.into() });
    }

    /// Waits until the program ends, and takes in all it has written.
    pub fn exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            self.pump(20);
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it did not end:\n{}", self.screen());
        };
        while self.pump(100) {}
        status
    }

    /// Whether the program has the terminal: raw, with its modes set.
    pub fn is_taken(&self) -> bool {
        let modes = TermMode::ALT_SCREEN | TermMode::BRACKETED_PASTE;
        self.term.mode().contains(modes)
            && !self.term.mode().contains(TermMode::SHOW_CURSOR)
            && !self.is_cooked()
    }

    /// Whether the program hears of the mouse.
    pub fn mouse(&self) -> bool {
        self.term.mode().intersects(TermMode::MOUSE_MODE)
    }

    /// What of the terminal is not as a shell wants it; empty where all is.
    pub fn left_behind(&self) -> Vec<&'static str> {
        let mode = self.term.mode();
        let faults = [
            ("the alternate screen", mode.contains(TermMode::ALT_SCREEN)),
            ("no cursor", !mode.contains(TermMode::SHOW_CURSOR)),
            ("the mouse", mode.intersects(TermMode::MOUSE_MODE | TermMode::SGR_MOUSE)),
            ("bracketed paste", mode.contains(TermMode::BRACKETED_PASTE)),
            ("raw input", !self.is_cooked()),
        ];
        faults.into_iter().filter(|(_, left)| *left).map(|(what, _)| what).collect()
    }

    fn is_cooked(&self) -> bool {
        let cooked = LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
        tcgetattr(&self.slave).unwrap().local_flags.contains(cooked)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
