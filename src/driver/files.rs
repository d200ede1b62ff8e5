//! Files that requests name: descriptions to read, and those a toolstack is to write.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{self, Path, PathBuf},
};

use nix::fcntl::OFlag;

use super::{Answer, Error};
use crate::model::Kind;

/// The longest description read, in bytes.
pub const LARGEST: u64 = 4 << 20;

/// The text of a file, without waiting for one that never comes.
///
/// # Errors
/// `Failed` where it is not there, `Refused` where this user may not read it, it is longer than [`LARGEST`], or not in
/// UTF-8.
pub fn text(file: &Path) -> Answer<String> {
    let refuse = |why: &str| Error::new(Kind::Refused, format!("read {}: {why}", file.display()));
    let open = open(file).map_err(|error| unusable("read", file, &error))?;
    if !open.metadata().is_ok_and(|about| about.is_file()) {
        return Err(refuse("it is no file"));
    }
    let mut bytes = Vec::new();
    open.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unusable("read", file, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refuse("it is larger than any definition"));
    }
    String::from_utf8(bytes).map_err(|_| refuse("it is no text in UTF-8"))
}

/// Opens a file to read, without waiting for one nobody writes: whether it is one is to be looked at.
///
/// # Errors
/// The system's.
pub fn open(file: &Path) -> io::Result<File> {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    OpenOptions::new().read(true).custom_flags(flags).open(file)
}

/// Whether a text begins as XML does.
pub fn is_markup(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\n', '\r']).starts_with('<')
}

/// A file for a toolstack to write, made by us and so by nobody else, for our eyes alone: it would write over one that
/// is there, and leave a guest's memory for everybody to read.
pub struct Target {
    path: PathBuf,
    file: File,
}

impl Target {
    /// Makes it, empty.
    ///
    /// # Errors
    /// `Refused` where there is one or none can be made: the toolstack was not even told. The system's own error goes
    /// with it, as some toolstacks may write where this user may not.
    pub fn make(file: &Path) -> Result<Self, (Error, ErrorKind)> {
        let refuse = |error: io::Error| (unusable("write", file, &error), error.kind());
        let path = path::absolute(file).map_err(refuse)?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        Ok(Self { file: made.map_err(refuse)?, path })
    }

    /// Where it is: an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself, to ask its file system.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Takes away what was written of it, unless another stands in its place by now.
    pub fn discard(self) {
        let place = |about: io::Result<fs::Metadata>| about.ok().map(|about| (about.dev(), about.ino()));
        let ours = place(self.file.metadata());
        if ours.is_some() && ours == place(fs::symlink_metadata(&self.path)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Why a file cannot be what a request takes it for: `Refused` where there is one to be written or this user may not,
/// else `Failed`.
pub fn unusable(verb: &str, file: &Path, error: &io::Error) -> Error {
    let reason = of_file(Error::io(format!("{verb} {}", file.display()), error));
    if error.kind() == ErrorKind::AlreadyExists {
        Error { kind: Kind::Refused, ..reason }.hint("name a file that is not there yet")
    } else {
        reason
    }
}

/// An error of a file that a request names: that it is not there is no host that cannot be reached, and no other driver
/// has the rights on it that this one lacks.
pub fn of_file(error: Error) -> Error {
    let kind = match error.kind {
        Kind::Unreachable | Kind::TimedOut => Kind::Failed,
        Kind::Denied => Kind::Refused,
        kind => kind,
    };
    Error { kind, ..error }
}
