//! The socket the proxy listens at: made here, or handed over by systemd.
//!
//! Whoever may write into its folder can put something else in its place at any moment: what is done to its file is
//! done by descriptors, in a folder in which nobody but root and the proxy's user could.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::{
            fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
            net::UnixListener,
        },
    },
    path::{Path, PathBuf},
};

use nix::{
    fcntl::{AtFlags, OFlag, openat},
    sys::{
        socket::{SockType, getsockopt, sockopt},
        stat::{FileStat, Mode, fstat, fstatat, umask},
    },
    unistd::{Gid, UnlinkatFlags, fchownat, geteuid, unlinkat},
};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::driver::conn::connect_unix;

/// The first descriptor that is handed over (`SD_LISTEN_FDS_START`, `sd_listen_fds(3)`).
const HANDED: i32 = 3;
/// The folder of the usual socket, which is also that of root's consoles.
pub(super) const USUAL: &str = "/run/domtop";

/// A socket that listens; its file goes with it where it was made here.
#[derive(Debug)]
pub struct Socket {
    /// The socket.
    pub listener: UnixListener,
    /// Its file, where it is this process's to take away.
    made: Option<Made>,
    /// Why the usual folder stays closed to others, where it does: who may pass through it is served all the same.
    pub closed: Option<io::Error>,
}

/// The file of a socket that was made here.
#[derive(Debug)]
struct Made {
    folder: File,
    path: PathBuf,
    /// By this it is known again: its device and inode.
    identity: (u64, u64),
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
    /// `AddrInUse` where somebody listens, `AlreadyExists` where something else stands there, `PermissionDenied` where
    /// others could put something in its place, else the system's.
    pub fn make(path: &Path, access: &Access) -> io::Result<Self> {
        let folder = folder(path)?;
        clear(path, &folder)?;
        // Until it has its group and mode nobody else may connect.
        let before = umask(Mode::from_bits_truncate(0o177));
        let listener = UnixListener::bind(path);
        umask(before);
        let listener = listener?;
        let file =
            openat(&folder, name(path), OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty())?;
        let made = Made { folder, path: path.into(), identity: identity(&fstat(&file)?) };
        let socket = Self { listener, made: Some(made), closed: None };
        open_to(&file, access)?;
        Ok(socket)
    }

    /// The socket that systemd handed over, where it did (`sd_listen_fds(3)`): `LISTEN_PID` names this process and
    /// `LISTEN_FDS` how many there are; the first is taken. It is fetched as a descriptor of a process that happens to
    /// be this one: that needs Linux 5.6.
    ///
    /// # Errors
    /// Where it cannot be taken, or is no socket that listens.
    pub fn handed_over(variable: impl Fn(&str) -> Option<String>) -> io::Result<Option<Self>> {
        let number = |name| variable(name).and_then(|text| text.parse::<i32>().ok());
        let ours = number("LISTEN_PID") == Some(getpid().as_raw_nonzero().get());
        if !ours || number("LISTEN_FDS").is_none_or(|count| count < 1) {
            return Ok(None);
        }
        let this = pidfd_open(getpid(), PidfdFlags::empty())?;
        let fd = pidfd_getfd(&this, HANDED, PidfdGetfdFlags::empty())?;
        Self::taken(fd, Path::new(USUAL)).map(Some)
    }

    /// This one. Where it is in the usual folder, and root's consoles made that, others could not pass through to it:
    /// systemd leaves a folder as it is (`DirectoryMode=` of systemd.socket(5)).
    fn taken(fd: OwnedFd, usual: &Path) -> io::Result<Self> {
        let streams = getsockopt(&fd, sockopt::SockType)? == SockType::Stream;
        if !streams || !getsockopt(&fd, sockopt::AcceptConn)? {
            let text = "it is none that listens for streams: its unit needs ListenStream= and no Accept=";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = UnixListener::from(fd);
        let address = listener.local_addr()?;
        let folder = address.as_pathname().and_then(Path::parent);
        let closed = folder.and_then(|folder| let_through(folder, usual).err());
        Ok(Self { listener, made: None, closed })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Some(Made { folder, path, identity: ours }) = &self.made else { return };
        // Another proxy's may stand in its place by now.
        let there = fstatat(folder, name(path), AtFlags::AT_SYMLINK_NOFOLLOW);
        if there.is_ok_and(|there| identity(&there) == *ours) {
            // One that stays is replaced by the next proxy.
            let _ = unlinkat(folder, name(path), UnlinkatFlags::NoRemoveDir);
        }
    }
}

/// The folder of a socket, made where it is not there yet, in which nobody else can put something in its place. Others
/// may pass through one that is made and see nothing in it. The consoles' sockets are in the same folder, and each lets
/// in processes of its own user only.
fn folder(path: &Path) -> io::Result<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match DirBuilder::new().mode(0o711).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => let_through(folder, Path::new(USUAL))?,
        made => made?,
    }
    let flags = (OFlag::O_PATH | OFlag::O_DIRECTORY).bits();
    let open = File::options().read(true).custom_flags(flags).open(folder)?;
    let about = open.metadata()?;
    let theirs = about.uid() != 0 && about.uid() != geteuid().as_raw();
    // In a folder with the sticky bit nobody takes away another's file (inode(7)).
    let shared = about.mode() & 0o022 != 0 && about.mode() & 0o1000 == 0;
    let why = match (theirs, shared) {
        (true, _) => "belongs to another user",
        (_, true) => "can be written by others, and is not sticky",
        _ => return Ok(open),
    };
    let text = format!("others may put something else in its place: {} {why}", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

/// Lets others pass through the usual folder where it is closed, as consoles make it.
fn let_through(folder: &Path, usual: &Path) -> io::Result<()> {
    let about = fs::symlink_metadata(folder)?;
    let closed = about.is_dir() && about.uid() == geteuid().as_raw() && about.mode() & 0o777 == 0o700;
    if closed && folder == usual {
        return fs::set_permissions(folder, Permissions::from_mode(0o711));
    }
    Ok(())
}

/// Gives a socket's file its group and mode. A descriptor that only names a file takes no mode; the way to it below
/// `/proc` leads to that very file (open(2), `O_PATH`).
fn open_to(file: &OwnedFd, access: &Access) -> io::Result<()> {
    if let Some(group) = access.group {
        fchownat(file, "", None, Some(Gid::from_raw(group)), AtFlags::AT_EMPTY_PATH)?;
    }
    let way = format!("/proc/self/fd/{}", file.as_fd().as_raw_fd());
    fs::set_permissions(way, Permissions::from_mode(access.mode))
}

fn identity(about: &FileStat) -> (u64, u64) {
    (about.st_dev, about.st_ino)
}

/// The name in its folder.
fn name(path: &Path) -> &Path {
    path.file_name().map_or(path, Path::new)
}

/// Takes away what stands at the path, where it is a socket nobody listens at.
fn clear(path: &Path, folder: &File) -> io::Result<()> {
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
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Ok(unlinkat(folder, name(path), UnlinkatFlags::NoRemoveDir)?)
        }
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, text("has somebody who listens already"))),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixStream};

    use super::*;

    #[test]
    fn through_the_usual_folder_others_pass_also_where_the_socket_was_handed_over() {
        let folder = std::env::temp_dir().join(format!("domtop-socket-{}", std::process::id()));
        let mode = || fs::metadata(&folder).expect("it is there").mode() & 0o777;
        DirBuilder::new().mode(0o700).create(&folder).expect("it is new");
        let listener = UnixListener::bind(folder.join("a")).expect("it is free");
        let fd = || OwnedFd::from(listener.try_clone().expect("there is room"));
        Socket::taken(fd(), Path::new("/nonexistent")).expect("it listens");
        assert_eq!(mode(), 0o700, "another folder stays as its owner made it");
        drop(Socket::taken(fd(), &folder).expect("it listens"));
        assert_eq!(mode(), 0o711);
        assert!(folder.join("a").exists(), "it was not made here");
        fs::set_permissions(&folder, Permissions::from_mode(0o750)).expect("it is ours");
        Socket::taken(fd(), &folder).expect("it listens");
        assert_eq!(mode(), 0o750, "whoever wanted it so goes on");
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn what_does_not_listen_for_streams_is_not_taken() {
        let refused = |fd: OwnedFd| {
            let error = Socket::taken(fd, Path::new(USUAL)).expect_err("nobody can connect to it");
            assert!(error.to_string().starts_with("it is none that listens for streams"), "{error}");
        };
        refused(UnixStream::pair().expect("there is room").0.into());
        refused(UnixDatagram::pair().expect("there is room").0.into());
    }
}
