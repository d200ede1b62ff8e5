//! The lock that says who reads a console.
//!
//! Xen's own client takes `flock` on `/var/lock/xenconsole.DOMID` (tools/console/client/main.c, Xen 4.8 and later);
//! that is taken where the host has this custom. The terminal itself is always locked too: so two of this program
//! never read one console, whatever sort it is. Who reads it without a lock is looked for besides.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::{
        fd::OwnedFd,
        unix::fs::{MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg, OFlag},
    sys::stat::{major, minor},
};

use super::readers;
use crate::{
    driver::{Answer, Error},
    model::{Kind, console::Tty, text::visible},
};

/// How often a lock file is opened anew because its holder took it away.
const TRIES: usize = 16;

/// A console's locks; they fall with it.
#[derive(Debug)]
pub(super) struct Held {
    _tty: Flock<OwnedFd>,
    _file: Option<LockFile>,
}

/// A file that is locked, and taken away when it is given up, as Xen's own client does.
#[derive(Debug)]
struct LockFile {
    path: PathBuf,
    _lock: Flock<File>,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // While it is locked: whoever finds it locks what has the name then. One that stays is as good.
        let _ = fs::remove_file(&self.path);
    }
}

/// A process that reads a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// The name of its program, safe to show.
    pub program: String,
}

impl Holder {
    fn of(pid: u32) -> Self {
        let program = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
        Self { pid, program: visible(String::from_utf8_lossy(&program).trim()).into_owned() }
    }

    /// Whether it is a domtop, which lets others look on.
    pub fn is_ours(&self) -> bool {
        self.program == env!("CARGO_PKG_NAME")
    }
}

impl Held {
    /// Takes the locks of a console that is open, and that no other process reads.
    pub(super) fn take(open: &File, tty: &Tty) -> Answer<Self> {
        let what = || format!("read the console {}", tty.path.display());
        let locked = tty.lock.as_deref().map(lock_file).transpose();
        let file = locked.map_err(|error| refused(&what(), tty, &error))?.flatten();
        let again = open.try_clone().map_err(|error| Error::io(what(), &error))?;
        let lock = Flock::lock(OwnedFd::from(again), FlockArg::LockExclusiveNonblock)
            .map_err(|(_, errno)| refused(&what(), tty, &errno.into()))?;
        match readers::other(&tty.path) {
            Some(pid) => Err(taken(&what(), Some(&Holder::of(pid)))),
            None => Ok(Self { _tty: lock, _file: file }),
        }
    }
}

/// Who reads a console, where that is known.
pub fn holder(tty: &Tty) -> Option<Holder> {
    let mut locks = tty.lock.as_deref().into_iter().chain([tty.path.as_path()]);
    locks.find_map(locker_of).or_else(|| readers::other(&tty.path)).map(Holder::of)
}

/// Takes the lock on a file, which is made where it is not there; none where there is no directory for it. A holder
/// may take its file away when it leaves: only what still has the name is the lock.
fn lock_file(path: &Path) -> io::Result<Option<LockFile>> {
    for _ in 0..TRIES {
        let flags = (OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).bits();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(flags);
        let file = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| errno)?;
        let (mine, named) = (lock.metadata()?, fs::symlink_metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (mine.dev(), mine.ino())) {
            return Ok(Some(LockFile { path: path.into(), _lock: lock }));
        }
    }
    Err(Errno::EWOULDBLOCK.into())
}

fn refused(what: &str, tty: &Tty, error: &io::Error) -> Error {
    if error.kind() != io::ErrorKind::WouldBlock {
        let path = tty.lock.as_deref().unwrap_or(&tty.path).display().to_string();
        return Error::io(format!("{what}: lock {path}"), error);
    }
    taken(what, holder(tty).as_ref())
}

fn taken(what: &str, by: Option<&Holder>) -> Error {
    let who = match by {
        Some(Holder { pid, program }) => format!("{program} (process {pid})"),
        None => "another process".into(),
    };
    Error::new(Kind::Refused, format!("{what}: {who} reads it already, and only one can"))
        .hint("end that first: what one reads of a console, another does not get")
}

fn locker_of(path: &Path) -> Option<u32> {
    let file = fs::metadata(path).ok()?;
    pid_in(&fs::read_to_string("/proc/locks").ok()?, (file.dev(), file.ino()))
}

/// The process that holds a whole file's lock, as `/proc/locks` tells (`man 5 proc_locks`):
/// `1: FLOCK  ADVISORY  WRITE 812 00:18:1234 0 EOF`.
fn pid_in(locks: &str, (dev, inode): (u64, u64)) -> Option<u32> {
    let place = format!("{:02x}:{:02x}:{inode}", major(dev), minor(dev));
    locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [_, "FLOCK", _, "WRITE", pid, at, ..] if at == place => pid.parse().ok().filter(|pid| *pid > 0),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_found_by_device_and_inode() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 00:18:1234 0 EOF\n\
                     1: -> FLOCK  ADVISORY  WRITE 8 00:18:1234 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 812 00:18:1234 0 EOF\n";
        let dev = nix::sys::stat::makedev(0, 0x18);
        assert_eq!(pid_in(locks, (dev, 1234)), Some(812));
        assert_eq!(pid_in(locks, (dev, 123)), None);
        assert_eq!(pid_in(locks, (nix::sys::stat::makedev(0, 0x19), 1234)), None);
        assert_eq!(pid_in("2: FLOCK  ADVISORY  WRITE -1 00:18:1234 0 EOF", (dev, 1234)), None);
    }
}
