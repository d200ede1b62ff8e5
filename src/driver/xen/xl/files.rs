//! The files xl is to read or to write: looked at before it is told of them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{self, Path, PathBuf},
};

use nix::sys::statvfs::fstatvfs;

use crate::{
    driver::{Answer, Error},
    model::{KiB, Kind},
};

/// A file to read, as an absolute path, so that no name is taken for an option.
///
/// # Errors
/// `Refused` where it is none that this user can read: xl was not even told.
pub(super) fn source(file: &Path) -> Answer<PathBuf> {
    let refuse = |error: &io::Error| refused("read", file, error);
    let path = path::absolute(file).map_err(|error| refuse(&error))?;
    let kind = fs::metadata(&path).map_err(|error| refuse(&error))?.file_type();
    if !(kind.is_file() || kind.is_block_device()) {
        return Err(Error::new(Kind::Refused, format!("read {}: it is no file", file.display())));
    }
    File::open(&path).map_err(|error| refuse(&error))?;
    Ok(path)
}

/// A file to write, made by us and so by nobody else, for our eyes alone: xl would write over one that is there, and
/// leave a guest's memory for everybody to read.
pub(super) struct Target {
    path: PathBuf,
    file: File,
}

impl Target {
    /// Makes it, empty.
    ///
    /// # Errors
    /// `Refused` where there is one or none can be made: xl was not even told.
    pub(super) fn make(file: &Path) -> Answer<Self> {
        let refuse = |error: &io::Error| refused("write", file, error);
        let path = path::absolute(file).map_err(|error| refuse(&error))?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        Ok(Self { file: made.map_err(|error| refuse(&error))?, path })
    }

    /// Where it is: an absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether so much goes into it as far as can be told.
    ///
    /// # Errors
    /// `Refused` where its file system has less: a save that runs out of room midway can crash the guest it should
    /// have kept (Xen 4.14 does).
    pub(super) fn must_hold(&self, size: KiB) -> Answer<()> {
        let Ok(room) = fstatvfs(&self.file) else { return Ok(()) };
        let free = room.blocks_available().saturating_mul(room.fragment_size());
        if free >= size.bytes() {
            return Ok(());
        }
        let [needed, free] = [size.bytes(), free].map(|bytes| bytes >> 20);
        let why =
            format!("write {}: it takes {needed} MiB, and {free} MiB are free there", self.path.display());
        Err(Error::new(Kind::Refused, why).hint("make room, or name a file elsewhere"))
    }

    /// Takes away what was written of it, unless another stands in its place by now.
    pub(super) fn discard(self) {
        let place = |meta: io::Result<fs::Metadata>| meta.ok().map(|meta| (meta.dev(), meta.ino()));
        let ours = place(self.file.metadata());
        if ours.is_some() && ours == place(fs::symlink_metadata(&self.path)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refused(verb: &str, file: &Path, error: &io::Error) -> Error {
    let reason = Error::io(format!("{verb} {}", file.display()), error);
    let reason = Error { kind: Kind::Refused, ..reason };
    if error.kind() == ErrorKind::AlreadyExists {
        reason.hint("name a file that is not there yet")
    } else {
        reason
    }
}
