//! The reading end of a console.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::{FileTypeExt, OpenOptionsExt},
    },
    path::Path,
};

use nix::{fcntl::OFlag, unistd::isatty};

use super::held::Held;
use crate::{
    driver::{Answer, Error},
    model::{Kind, console::Tty},
};

/// A console that is read, and by nobody else: opened without write access, so it cannot be typed on.
///
/// ```compile_fail
/// fn who_watches_cannot_type(watch: &mut domtop::driver::console::Watch) { watch.write(b"reboot\r"); }
/// ```
#[derive(Debug)]
pub struct Watch {
    tty: File,
    _held: Held,
}

impl Watch {
    /// Opens it for reading and takes its lock.
    pub(super) fn open(tty: &Tty) -> Answer<Self> {
        let file = open(&tty.path, OpenOptions::new().read(true))?;
        let held = Held::take(&file, tty)?;
        Ok(Self { tty: file, _held: held })
    }

    /// Reads what the guest wrote, without waiting.
    ///
    /// # Errors
    /// `WouldBlock` where there is nothing now. The pty has gone with an answer of 0 bytes, and with `EIO`.
    pub fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tty.read(into)
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }
}

/// Opens a terminal, which must not become that of this process, for what the options say.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> Answer<File> {
    let what = || format!("open the console {}", path.display());
    let flags = OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = options.custom_flags(flags.bits()).open(path).map_err(|error| explain(what(), &error))?;
    let device = file.metadata().is_ok_and(|it| it.file_type().is_char_device());
    if device && isatty(&file).unwrap_or(false) {
        return Ok(file);
    }
    Err(Error::new(Kind::Refused, format!("{}: it is no terminal", what())))
}

fn explain(what: String, error: &io::Error) -> Error {
    match error.raw_os_error().map(nix::errno::Errno::from_raw) {
        // The master has closed: devpts keeps the name for a moment.
        Some(nix::errno::Errno::EIO | nix::errno::Errno::ENXIO) => {
            Error::new(Kind::Unreachable, format!("{what}: it has gone"))
        }
        Some(nix::errno::Errno::EACCES | nix::errno::Errno::EPERM) => {
            Error::io(what, error).hint("run as root, or give this user access to the terminal")
        }
        _ => Error::io(what, error),
    }
}
