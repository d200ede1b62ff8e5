//! Which domains start with the host: links to their files in the folder `auto`, which the service xendomains takes.

use std::{
    ffi::OsStr,
    fs,
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, symlink},
    path::{Path, PathBuf},
};

use crate::{
    driver::{Answer, Error},
    model::Kind,
};

/// Lets a file's domain start with the host, or no longer.
///
/// # Errors
/// `Refused` where something else stands in the way, else what the system said.
pub(super) fn set(folder: &Path, file: &OsStr, on: bool) -> Answer<()> {
    if on { link(&folder.join("auto"), file, &folder.join(file)) } else { remove(&links(folder, file)) }
}

/// The links that let a file's domain start with the host.
pub(super) fn links(folder: &Path, file: &OsStr) -> Vec<PathBuf> {
    links_to(&folder.join("auto"), &folder.join(file)).collect()
}

/// Takes links away.
///
/// # Errors
/// What the system said.
pub(super) fn remove(links: &[PathBuf]) -> Answer<()> {
    links.iter().try_for_each(|link| {
        fs::remove_file(link).map_err(|error| Error::io(format!("remove {}", link.display()), &error))
    })
}

fn link(auto: &Path, file: &OsStr, target: &Path) -> Answer<()> {
    if links_to(auto, target).next().is_some() {
        return Ok(());
    }
    let failed = |what: &Path, error: &io::Error| Error::io(format!("make {}", what.display()), error);
    match fs::create_dir(auto) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(auto, &error)),
        _ => {}
    }
    let place = auto.join(file);
    match symlink(Path::new("..").join(file), &place) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let why = format!("make {}: something else has that name", place.display());
            Err(Error::new(Kind::Refused, why).hint("look at what it is and take it away"))
        }
        Err(error) => Err(failed(&place, &error)),
        Ok(()) => Ok(()),
    }
}

/// The links in a folder that lead to a file.
fn links_to(auto: &Path, target: &Path) -> impl Iterator<Item = PathBuf> {
    let place = |path: &Path| fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    let wanted = place(target);
    let entries = fs::read_dir(auto).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.filter(move |path| path.is_symlink() && wanted.is_some() && place(path) == wanted)
}
