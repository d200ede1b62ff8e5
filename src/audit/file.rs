//! The file: one line, one write, under a lock, in a file that is still the one of its name.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg, OFlag},
    sys::resource::{Resource, getrlimit},
};

use super::Limits;

/// How often a file is opened anew that others rotate away meanwhile.
const TRIES: u32 = 16;
/// How often and at which distance a lock is asked for that somebody else holds.
const LOCKS: u32 = 200;
const APART: Duration = Duration::from_millis(10);

/// Adds a line to the file of this name, which is made where there is none; rotates it first where it is full.
pub(super) fn append(path: &Path, limits: Limits, line: &[u8]) -> io::Result<()> {
    let mut may_rotate = true;
    for _ in 0..TRIES {
        let file = lock(open(path)?)?;
        let held = file.metadata()?;
        if !is_current(&held, path) {
            // Somebody rotated it between opening and locking: the line belongs into the next one.
            continue;
        }
        let full = held.len() > 0 && held.len().saturating_add(line.len() as u64) > limits.bytes;
        if held.is_file() && full && may_rotate {
            // A line in a file that is too large is better than none.
            may_rotate = rotate(path, limits.files).is_ok();
            continue;
        }
        return if held.is_file() { write(&file, held.len(), line) } else { whole(&file, line) };
    }
    Err(io::Error::other("others rotate it all the time"))
}

/// Opens it for appending, and makes it and the folder it is in where they are not there. A link in its place is not
/// followed, and a pipe nobody reads is not waited for.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let flags = OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let options = || {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600).custom_flags(flags.bits());
        options
    };
    // Reading tells whether the last line is whole; where it is forbidden, that is not told.
    options().read(true).open(path).or_else(|_| options().open(path))
}

/// Takes the lock that all domtops of the machine share; released when the file is closed.
fn lock(mut file: File) -> io::Result<Flock<File>> {
    for _ in 0..LOCKS {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(locked) => return Ok(locked),
            Err((back, Errno::EWOULDBLOCK)) => file = back,
            Err((_, error)) => return Err(error.into()),
        }
        thread::sleep(APART);
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "somebody else holds its lock"))
}

/// Whether the file that is held is still the one of this name.
fn is_current(held: &fs::Metadata, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino()))
}

/// `audit.jsonl` becomes `.1`, that `.2` and so on; the oldest goes. The file itself goes last, so that who finds a
/// new one under its name finds the others in their places.
fn rotate(path: &Path, files: u32) -> io::Result<()> {
    if files == 0 {
        return fs::remove_file(path);
    }
    for place in (1..files).rev() {
        match fs::rename(numbered(path, place), numbered(path, place + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, numbered(path, 1))
}

/// The name of an older file.
pub(super) fn numbered(path: &Path, place: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{place}"));
    name.into()
}

/// Adds a line to a regular file of this size. What was written of a line that did not fit is taken away again.
fn write(file: &File, size: u64, line: &[u8]) -> io::Result<()> {
    let torn = size > 0 && file.read_at(&mut [0], size - 1).is_ok() && last(file, size) != Some(b'\n');
    let line = if torn { [b"\n", line].concat() } else { line.to_vec() };
    let end = size.saturating_add(line.len() as u64);
    // Past this limit the kernel does not only refuse: it ends the process.
    if getrlimit(Resource::RLIMIT_FSIZE).is_ok_and(|(soft, _)| end > soft) {
        return Err(Errno::EFBIG.into());
    }
    whole(file, &line).inspect_err(|_| {
        // Where even that is refused, the next line begins a line of its own.
        let _ = file.set_len(size);
    })
}

fn last(file: &File, size: u64) -> Option<u8> {
    let mut byte = [0];
    let read = file.read_at(&mut byte, size - 1).ok()?;
    (read == 1).then_some(byte[0])
}

/// All of it in one write, or not at all.
fn whole(mut file: &File, line: &[u8]) -> io::Result<()> {
    loop {
        match file.write(line) {
            Ok(written) if written == line.len() => return Ok(()),
            Ok(_) => return Err(Errno::ENOSPC.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
