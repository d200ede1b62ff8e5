//! The files xl is to read or to write: looked at before it is told of them.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::FileTypeExt,
    path::{self, Path, PathBuf},
};

use nix::sys::statvfs::fstatvfs;

use crate::{
    driver::{
        Answer, Error,
        files::{Target, unusable},
    },
    model::{KiB, Kind},
};

pub(super) use crate::driver::files::text;

/// A file to read, as an absolute path, so that no name is taken for an option.
///
/// # Errors
/// `Refused` where it is none that this user can read: xl was not even told.
pub(super) fn source(file: &Path) -> Answer<PathBuf> {
    let refuse = |error: &io::Error| unusable("read", file, error);
    let path = path::absolute(file).map_err(|error| refuse(&error))?;
    let kind = fs::metadata(&path).map_err(|error| refuse(&error))?.file_type();
    if !(kind.is_file() || kind.is_block_device()) {
        return Err(Error::new(Kind::Refused, format!("read {}: it is no file", file.display())));
    }
    File::open(&path).map_err(|error| refuse(&error))?;
    Ok(path)
}

/// Whether what a file begins with is the start of XML.
///
/// # Errors
/// `Refused` where it cannot be read.
pub(super) fn is_markup(file: &Path) -> Answer<bool> {
    let mut start = Vec::new();
    let read = File::open(file).and_then(|open| open.take(4096).read_to_end(&mut start));
    read.map_err(|error| unusable("read", file, &error))?;
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&start);
    Ok(start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<'))
}

/// Makes a file for xl to write.
///
/// # Errors
/// As [`Target::make`].
pub(super) fn target(file: &Path) -> Answer<Target> {
    Target::make(file).map_err(|(error, _)| error)
}

/// Whether so much goes into a file as far as can be told.
///
/// # Errors
/// `Refused` where its file system has less: a save that runs out of room midway can crash the guest it should have
/// kept (Xen 4.14 does).
pub(super) fn must_hold(target: &Target, size: KiB) -> Answer<()> {
    let Ok(room) = fstatvfs(target.file()) else { return Ok(()) };
    let free = room.blocks_available().saturating_mul(room.fragment_size());
    if free >= size.bytes() {
        return Ok(());
    }
    let [needed, free] = [size.bytes(), free].map(|bytes| bytes >> 20);
    let why =
        format!("write {}: it takes {needed} MiB, and {free} MiB are free there", target.path().display());
    Err(Error::new(Kind::Refused, why).hint("make room, or name a file elsewhere"))
}
