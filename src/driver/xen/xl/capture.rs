//! What a program prints, caught in memory that nobody has to read meanwhile.
//!
//! Not a pipe, for three reasons. `xl create` leaves a process behind that watches the domain: the end of a pipe it
//! holds never comes. A program that prints to a pipe nobody reads stops. And a program that prints to a pipe whose
//! reader has gone is killed by it: should domtop end while `xl save` runs, the guest would stay suspended.

use std::{
    fs::File,
    io::{self, Seek},
    os::unix::fs::FileExt,
    process::Stdio,
};

use nix::{
    fcntl::{FcntlArg, SealFlag, fcntl},
    sys::memfd::{MFdFlags, memfd_create},
};

/// Memory for one output of a program: the kernel refuses to write past its end.
pub(super) struct Capture(File);

impl Capture {
    /// For this many bytes at most; costs what is written.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn new(most: u64) -> io::Result<Self> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = File::from(memfd_create("output", flags)?);
        file.set_len(most)?;
        fcntl(&file, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SHRINK))?;
        Ok(Self(file))
    }

    /// The program's end of it; both share one place to write at.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn stdio(&self) -> io::Result<Stdio> {
        self.0.try_clone().map(Stdio::from)
    }

    /// The last of what was printed, this much at most; what is no UTF-8 is replaced.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn tail(&self, most: u64) -> io::Result<String> {
        let end = (&self.0).stream_position()?;
        let start = end.saturating_sub(most);
        let mut bytes = vec![0; usize::try_from(end - start).unwrap_or_default()];
        self.0.read_exact_at(&mut bytes, start)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
