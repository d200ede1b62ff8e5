//! Puts a text into the folder, whole and at once: nobody ever reads half of it, and a crash leaves the old one.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use crate::{
    driver::{Answer, Error},
    model::Kind,
};

/// Makes a file that is not there yet, for its owner alone.
///
/// # Errors
/// `Refused` where something has that name, else what the system said.
pub(super) fn new(folder: &Path, name: &OsStr, text: &str) -> Answer<()> {
    let path = folder.join(name);
    let draft = Draft::write(folder, name, text).map_err(|error| failed(&path, &error))?;
    // A link fails where something is: a rename would put itself in its place.
    match fs::hard_link(&draft.path, &path) {
        Ok(()) => settle(folder, &path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken(&path)),
        Err(error) => Err(failed(&path, &error)),
    }
}

/// Puts another text into a file's place; whose it is and who may read it stays.
///
/// # Errors
/// `Refused` where it is a link, else what the system said.
pub(super) fn over(folder: &Path, name: &OsStr, text: &str) -> Answer<()> {
    let path = folder.join(name);
    let old = fs::symlink_metadata(&path).map_err(|error| failed(&path, &error))?;
    if !old.is_file() {
        let why =
            format!("write {}: it is a link, and what it leads to is not of this folder", path.display());
        return Err(Error::new(Kind::Refused, why).hint("change the file it leads to"));
    }
    let write = || -> io::Result<()> {
        let draft = Draft::write(folder, name, text)?;
        let mine = draft.file.metadata()?;
        if (mine.uid(), mine.gid()) != (old.uid(), old.gid()) {
            fchown(&draft.file, Some(old.uid()), Some(old.gid()))?;
        }
        draft.file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777))?;
        fs::rename(&draft.path, &path)
    };
    write().map_err(|error| failed(&path, &error))?;
    settle(folder, &path)
}

/// Something has the name a file was to get.
pub(super) fn taken(path: &Path) -> Error {
    let why = format!("write {}: something that is no domain has that name", path.display());
    Error::new(Kind::Refused, why).hint("give the domain another name")
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::io(format!("write {}", path.display()), error)
}

/// The folder remembers the name, too, once this is done.
fn settle(folder: &Path, path: &Path) -> Answer<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(path, &error))
}

/// A text on its way, under a name that is no domain's; goes away with this.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn write(folder: &Path, name: &OsStr, text: &str) -> io::Result<Self> {
        let mut hidden = std::ffi::OsString::from(".domtop-");
        hidden.push(std::process::id().to_string());
        hidden.push("-");
        // A name may be as long as names get.
        hidden.push(uuid::Uuid::new_v5(&uuid::Uuid::nil(), name.as_encoded_bytes()).to_string());
        let path = folder.join(hidden);
        // What an earlier one of ours left when it was killed.
        let _ = fs::remove_file(&path);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let mut draft = Self { path, file };
        draft.file.write_all(text.as_bytes())?;
        draft.file.sync_all()?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
