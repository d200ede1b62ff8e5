//! The socket the proxy listens at: made here, or handed over by systemd.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::{
        fd::OwnedFd,
        unix::{
            fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt, chown},
            net::UnixListener,
        },
    },
    path::{Path, PathBuf},
};

use nix::{
    sys::stat::{Mode, umask},
    unistd::geteuid,
};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::driver::conn::connect_unix;

/// The first descriptor that is handed over (`SD_LISTEN_FDS_START`, `sd_listen_fds(3)`).
const HANDED: i32 = 3;

/// A socket that listens; its file goes with it where it was made here.
#[derive(Debug)]
pub struct Socket {
    /// The socket.
    pub listener: UnixListener,
    /// Its file, where it is this process's to take away.
    pub path: Option<PathBuf>,
}

/// Who may connect to a socket that is made.
#[derive(Clone, Debug)]
pub struct Access {
    /// The group that owns it; none is the process's own.
    pub group: Option<u32>,
    /// The mode of its file.
    pub mode: u32,
}

impl Socket {
    /// Makes the file; one that stands there is replaced where nobody listens behind it.
    ///
    /// # Errors
    /// `AddrInUse` where somebody listens, `AlreadyExists` where something else stands there, else the system's.
    pub fn make(path: &Path, access: &Access) -> io::Result<Self> {
        directory(path)?;
        clear(path)?;
        // Until it has its group and mode nobody else may connect.
        let before = umask(Mode::from_bits_truncate(0o177));
        let listener = UnixListener::bind(path);
        umask(before);
        let socket = Self { listener: listener?, path: Some(path.into()) };
        chown(path, None, access.group)?;
        fs::set_permissions(path, Permissions::from_mode(access.mode))?;
        Ok(socket)
    }

    /// The socket that systemd handed over, where it did (`sd_listen_fds(3)`): `LISTEN_PID` names this process and
    /// `LISTEN_FDS` how many there are; the first is taken. It is fetched as a descriptor of a process that happens to
    /// be this one: that needs Linux 5.6.
    ///
    /// # Errors
    /// Where it cannot be taken, or is no socket.
    pub fn handed_over(variable: impl Fn(&str) -> Option<String>) -> io::Result<Option<Self>> {
        let number = |name| variable(name).and_then(|text| text.parse::<i32>().ok());
        let ours = number("LISTEN_PID") == Some(getpid().as_raw_nonzero().get());
        if !ours || number("LISTEN_FDS").is_none_or(|count| count < 1) {
            return Ok(None);
        }
        let this = pidfd_open(getpid(), PidfdFlags::empty())?;
        let fd: OwnedFd = pidfd_getfd(&this, HANDED, PidfdGetfdFlags::empty())?;
        let listener = UnixListener::from(fd);
        listener.local_addr()?;
        Ok(Some(Self { listener, path: None }))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // One that stays is replaced by the next proxy.
            let _ = fs::remove_file(path);
        }
    }
}

/// The folder of the usual socket, where it is not there yet: others may pass through it and see nothing in it. The
/// consoles' sockets are in the same folder, and each lets in processes of its own user only.
fn directory(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    match DirBuilder::new().mode(0o711).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    let about = fs::symlink_metadata(folder)?;
    let closed = about.is_dir() && about.uid() == geteuid().as_raw() && about.mode() & 0o777 == 0o700;
    if closed && folder == Path::new("/run/domtop") {
        return fs::set_permissions(folder, Permissions::from_mode(0o711));
    }
    Ok(())
}

/// Takes away what stands at the path, where it is a socket nobody listens at.
fn clear(path: &Path) -> io::Result<()> {
    let text = |what: &str| format!("{} {what}", path.display());
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(about) if !about.file_type().is_socket() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text("is there and no socket")));
        }
        Ok(_) => {}
    }
    match connect_unix(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, text("has somebody who listens already"))),
    }
}
