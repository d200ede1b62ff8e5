//! The writing end of a console.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::fd::{AsFd, BorrowedFd},
};

use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, Termios, Winsize, tcgetattr, tcsetattr,
    tcsetwinsize,
};

use super::watch::open;
use crate::{
    driver::{Answer, Error, Permit},
    model::console::Tty,
};

/// A console that is typed on.
#[derive(Debug)]
pub struct Writing {
    tty: File,
}

impl Writing {
    /// Opens it for writing, and makes it raw where it is not.
    pub(super) fn open(_permit: &Permit, tty: &Tty) -> Answer<Self> {
        let file = open(&tty.path, OpenOptions::new().write(true))?;
        make_raw(&file).map_err(|error| {
            Error::io(format!("make the console {} raw", tty.path.display()), &error.into())
        })?;
        Ok(Self { tty: file })
    }

    /// Gives the guest bytes, as many as it takes without waiting; at least one.
    ///
    /// # Errors
    /// `WouldBlock` where it takes none now: poll for `POLLOUT`. `EIO` where the pty has gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tty.write(bytes)
    }

    /// Tells the pty its columns and rows. The guest behind a paravirtual console or a serial line learns nothing of
    /// it; a simulated one does.
    ///
    /// # Errors
    /// The system's.
    pub fn resize(&self, columns: u16, rows: u16) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(&self.tty, size)?)
    }
}

impl AsFd for Writing {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }
}

/// xenconsoled and QEMU make their slaves raw. One that is not would echo the guest's output back to it as input.
fn make_raw(tty: &File) -> rustix::io::Result<()> {
    let mut modes = tcgetattr(tty)?;
    if is_raw(&modes) {
        return Ok(());
    }
    modes.make_raw();
    tcsetattr(tty, OptionalActions::Now, &modes)
}

fn is_raw(modes: &Termios) -> bool {
    let local = LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
    let input = InputModes::ICRNL | InputModes::INLCR | InputModes::IGNCR | InputModes::IXON;
    !modes.local_modes.intersects(local)
        && !modes.input_modes.intersects(input)
        && !modes.output_modes.contains(OutputModes::OPOST)
}
