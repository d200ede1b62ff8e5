//! One console of one run of a guest: a pty, and a thread that serves it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::{fd::AsFd, unix::fs::OpenOptionsExt},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    thread::{self, JoinHandle},
};

use nix::{
    fcntl::OFlag,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt},
    sys::eventfd::{EfdFlags, EventFd},
};
use rustix::termios::{OptionalActions, Winsize, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};

use super::{Wishes, screen::Screen, shell::Shell};
use crate::{
    driver::conn::Deadline,
    model::{
        DomainKey,
        console::{LEAST, Tty, TtyKind},
    },
};

/// More than this the guest does not write ahead of what is read.
const MOST: usize = 1 << 20;

/// How the guest behind a console is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mood {
    Runs,
    Paused,
    PoweredOff,
    Reboots,
    Crashed,
    Gone,
}

impl Mood {
    const ALL: [Self; 6] =
        [Self::Runs, Self::Paused, Self::PoweredOff, Self::Reboots, Self::Crashed, Self::Gone];

    /// What its kernel says last.
    const fn last_words(self) -> Option<&'static str> {
        match self {
            Self::PoweredOff => Some("[  999.999999] reboot: Power down"),
            Self::Reboots => Some("[  999.999999] reboot: Restarting system"),
            Self::Crashed => Some("[  999.999999] Kernel panic - not syncing: simulated"),
            Self::Runs | Self::Paused | Self::Gone => None,
        }
    }
}

/// A console; its pty goes with it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) key: DomainKey,
    pub(super) tty: Tty,
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

/// How the guest is, told to the thread.
#[derive(Debug)]
struct Signal {
    mood: AtomicU8,
    bell: EventFd,
}

impl Signal {
    fn mood(&self) -> Mood {
        Mood::ALL[usize::from(self.mood.load(Ordering::Acquire)) % Mood::ALL.len()]
    }
}

impl Line {
    /// Makes a pty and has this shell served on it, of a guest that is so; what it decides goes to `wishes`.
    pub(super) fn open(
        (key, name): (DomainKey, &'static str),
        mood: Mood,
        shell: Shell,
        wishes: Wishes,
    ) -> io::Result<Self> {
        let (master, slave, path) = pty()?;
        let bell = EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?;
        let signal = Arc::new(Signal { mood: AtomicU8::new(mood as u8), bell });
        let server = Server {
            master,
            _slave: slave,
            shell,
            screen: Screen::default(),
            signal: signal.clone(),
            key,
            wishes,
            said: Mood::Runs,
        };
        let thread = thread::Builder::new().name("guest".into()).spawn(move || server.run())?;
        let tty = Tty { name: name.into(), kind: TtyKind::Simulated, path, lock: None };
        Ok(Self { key, tty, signal, thread: Some(thread) })
    }

    /// Tells it how its guest is.
    pub(super) fn tell(&self, mood: Mood) {
        if self.signal.mood.swap(mood as u8, Ordering::AcqRel) != mood as u8 {
            // The bell is full only where it rings already.
            let _ = self.signal.bell.write(1);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.tell(Mood::Gone);
        // The thread waits for nothing but the bell and its pty; one that panicked has closed it too.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A raw pty with its usual size: the master, the slave kept open so that the master is never hung up, and its path.
fn pty() -> io::Result<(PtyMaster, File, PathBuf)> {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
    let master = posix_openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let path = PathBuf::from(ptsname_r(&master)?);
    let slave = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags((OFlag::O_NOCTTY | OFlag::O_CLOEXEC).bits())
        .open(&path)?;
    let mut modes = tcgetattr(&slave)?;
    modes.make_raw();
    tcsetattr(&slave, OptionalActions::Now, &modes)?;
    tcsetwinsize(&slave, Winsize { ws_col: LEAST.0, ws_row: LEAST.1, ws_xpixel: 0, ws_ypixel: 0 })?;
    Ok((master, slave, path))
}

/// What the thread has.
struct Server {
    master: PtyMaster,
    _slave: File,
    shell: Shell,
    screen: Screen,
    signal: Arc<Signal>,
    key: DomainKey,
    wishes: Wishes,
    /// The mood that was last acted on.
    said: Mood,
}

impl Server {
    fn run(mut self) {
        self.shell.boot(&mut self.screen);
        let mut due = None;
        while self.heed() != Mood::Gone {
            if self.said == Mood::Runs {
                self.shell.go_on(&mut self.screen);
                due = self.pace(due);
            }
            // Without its pty there is nobody to serve.
            if self.turn(due).is_err() {
                return;
            }
        }
    }

    /// Looks how the guest is, and has it say its last words where they are due.
    fn heed(&mut self) -> Mood {
        let mood = self.signal.mood();
        if mood != self.said
            && let Some(words) = mood.last_words()
        {
            self.shell.cease(words, &mut self.screen);
        }
        self.said = mood;
        mood
    }

    /// Calls the shell where its time has come; when it is to be called next.
    fn pace(&mut self, due: Option<Deadline>) -> Option<Deadline> {
        if due.is_some_and(Deadline::passed) {
            self.measure();
            self.shell.tick(&mut self.screen);
            return self.shell.pace().map(Deadline::after);
        }
        let wanted = self.shell.pace().map(Deadline::after);
        // What is due sooner than it was comes first: the end of an escape sequence, within a frame.
        wanted.map(|wanted| due.filter(|due| due.left() < wanted.left()).unwrap_or(wanted))
    }

    /// Waits until there is something to do, and reads and writes what can be.
    fn turn(&mut self, due: Option<Deadline>) -> io::Result<()> {
        let ready = self.wait(due)?;
        // Nothing to read means only that nobody rang.
        let _ = self.signal.bell.read();
        if ready.contains(PollFlags::POLLIN) {
            self.read()?;
        }
        if ready.contains(PollFlags::POLLOUT) {
            let written = self.master.write(&self.screen.out);
            self.screen.out.drain(..now(written)?);
        }
        Ok(())
    }

    fn wait(&self, due: Option<Deadline>) -> io::Result<PollFlags> {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::POLLIN, self.said == Mood::Runs && self.screen.out.len() < MOST);
        wanted.set(PollFlags::POLLOUT, self.said != Mood::Paused && !self.screen.out.is_empty());
        let mut fds = [
            PollFd::new(self.master.as_fd(), wanted),
            PollFd::new(self.signal.bell.as_fd(), PollFlags::POLLIN),
        ];
        let millis = |due: Deadline| u16::try_from(due.left().as_millis() + 1).unwrap_or(u16::MAX);
        let timeout =
            due.filter(|_| self.said == Mood::Runs).map_or(PollTimeout::NONE, |due| millis(due).into());
        match poll(&mut fds, timeout) {
            Err(nix::errno::Errno::EINTR) => Ok(PollFlags::empty()),
            polled => polled.map(|_| fds[0].revents().unwrap_or(PollFlags::empty())).map_err(Into::into),
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let size = now(self.master.read(&mut bytes))?;
        self.measure();
        self.shell.take(&bytes[..size], &mut self.screen);
        if let Some(stage) = self.shell.wish.take() {
            self.wishes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((self.key, stage));
        }
        Ok(())
    }

    /// Looks how large the terminal is.
    fn measure(&mut self) {
        if let Ok(size) = tcgetwinsize(&self.master)
            && size.ws_col > 0
            && size.ws_row > 0
        {
            self.screen.size = (size.ws_col, size.ws_row);
        }
    }
}

/// How much was read or written: nothing where that must wait.
fn now(done: io::Result<usize>) -> io::Result<usize> {
    match done {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
        done => done,
    }
}
