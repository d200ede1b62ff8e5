//! Drives a real program on a pseudo terminal and reads its screen through an emulator we did not write.
//!
//! `setsid --ctty` (util-linux) gives the program the terminal as its own, `stty` (coreutils) resizes it.

use std::{
    fs::{self, File},
    io::Write,
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::OpenOptionsExt,
    },
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use alacritty_terminal::{
    event::{Event, EventListener},
    grid::Dimensions,
    index::{Column, Line},
    term::{Config, Osc52, Term, TermMode, cell::Flags},
    vte::ansi::{Color, Processor, StdSyncHandler},
};
use nix::{
    fcntl::OFlag,
    poll::{PollFd, PollFlags, poll},
    pty::{grantpt, posix_openpt, ptsname_r, unlockpt},
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

impl Size {
    /// Of the emulator, which has a size also where the kernel's terminal has none.
    fn of((columns, lines): (u16, u16)) -> Self {
        let or = |told: u16, usual| if told == 0 { usual } else { told.into() };
        Self { columns: or(columns, 80).max(2), lines: or(lines, 24) }
    }
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
    /// Not handed on to other programs the tests start meanwhile, or it would never be closed.
    master: File,
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
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname_r(&master).unwrap();
        let slave =
            File::options().read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(&path).unwrap();
        set_size(&path, size);
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
        let term = Term::new(config, &Size::of(size), replies.clone());
        let (master, parser, raw) = (File::from(OwnedFd::from(master)), Processor::new(), Vec::new());
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
        self.master.write_all(&replies).unwrap();
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

    /// The background of the last cell.
    pub fn ground(&self) -> Color {
        let grid = self.term.grid();
        grid[Line(i32::try_from(grid.screen_lines()).unwrap() - 1)][Column(grid.columns() - 1)].bg
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
        self.master.write_all(bytes.as_ref()).unwrap();
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
        set_size(&self.path, (columns, lines));
        self.term.resize(Size::of((columns, lines)));
    }

    /// Takes the terminal away, as when its window is closed, and waits until the program ends.
    pub fn hang_up(mut self) -> ExitStatus {
        let null = || File::open("/dev/null").unwrap();
        self.master = null();
        self.slave = null();
        self.end()
    }

    /// Waits until the program ends, and takes nothing in.
    pub fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
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

fn set_size(path: &str, (columns, lines): (u16, u16)) {
    let (cols, rows) = (columns.to_string(), lines.to_string());
    let done = Command::new("stty").args(["-F", path, "cols", &cols, "rows", &rows]).status();
    assert!(done.expect("stty of coreutils is installed").success());
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
