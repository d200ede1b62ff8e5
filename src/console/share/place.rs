//! Where the sockets are.

use std::{
    fs::{self, DirBuilder},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;
use uuid::Uuid;

use crate::model::console::Tty;

/// The directory of the sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(PathBuf);

impl Place {
    /// In this directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self(directory.into())
    }

    /// The usual one: all of root's domtops meet in `/run/domtop`, whatever `sudo` left of the environment; those of
    /// another user in `$XDG_RUNTIME_DIR/domtop`, or where there is none in a directory of that user's below `/tmp`.
    pub fn usual() -> Self {
        let user = geteuid();
        if user.is_root() {
            return Self("/run/domtop".into());
        }
        let runtime =
            std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
        Self(runtime.map_or_else(|| format!("/tmp/domtop-{user}").into(), |path| path.join("domtop")))
    }

    /// Where the socket of this name is, in a directory that is this user's and nobody else's.
    ///
    /// # Errors
    /// Where it cannot be made, or is somebody else's.
    pub(super) fn socket(&self, name: &str) -> io::Result<PathBuf> {
        match DirBuilder::new().mode(0o700).create(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        is_private(&self.0)?;
        Ok(self.0.join(name))
    }
}

/// A link, or what another user could put sockets into or look into, is no place to meet. That others may pass through
/// it is no harm: the proxy's socket is in the same folder, and a console lets in processes of its own user only.
fn is_private(directory: &Path) -> io::Result<()> {
    let about = fs::symlink_metadata(directory)?;
    let shut = about.mode() & 0o066;
    let ours = about.is_dir() && about.uid() == geteuid().as_raw() && shut == 0;
    let text = || format!("{} is not this user's alone", directory.display());
    if ours { Ok(()) } else { Err(io::Error::new(io::ErrorKind::PermissionDenied, text())) }
}

/// The name of a console's socket. The pty is part of it: two simulated hosts have domains of the same uuid.
pub fn socket_name(uuid: Uuid, tty: &Tty) -> String {
    let mut hasher = DefaultHasher::new();
    (&tty.name, &tty.path).hash(&mut hasher);
    format!("{}-{:016x}", uuid.simple(), hasher.finish())
}
