//! Who else reads a terminal without having taken our lock: Xen's client on a serial line, whose lock is of the whole
//! domain, or any `screen` or `cat`.
//!
//! `/proc/PID/fd` tells who has it open, and the right bits of each link whether for reading. Who has the pty's other
//! end has this one open too (xenconsoled keeps it so) and reads nothing of it; `tty-index` of `/proc/PID/fdinfo`
//! tells whose end that is. Of processes of other users nothing is told to who is not root.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// The right bit of a descriptor that reads.
const READS: u32 = 0o400;
/// Longer than a child takes to become the program it is started for.
const MOMENT: Duration = Duration::from_millis(20);

/// Another process that reads this terminal.
pub(super) fn other(tty: &Path) -> Option<u32> {
    let tty = fs::canonicalize(tty).ok()?;
    let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let mut others = fs::read_dir("/proc").ok()?.flatten().filter_map(pid);
    others.find(|&pid| pid != std::process::id() && reads(pid, &tty) && still_reads(pid, &tty))
}

/// A child that is being started has its parent's descriptors for a moment.
fn still_reads(pid: u32, tty: &Path) -> bool {
    thread::sleep(MOMENT);
    reads(pid, tty)
}

fn reads(pid: u32, tty: &Path) -> bool {
    let open = open_files(pid);
    let same = |number: &str, target: &Path| {
        // Another devpts has terminals of the same names.
        target.file_name() == tty.file_name() && identity(&link(pid, number)) == identity(tty)
    };
    let reading = |number: &str| {
        fs::symlink_metadata(link(pid, number)).is_ok_and(|link| link.permissions().mode() & READS != 0)
    };
    let reads = open.iter().any(|(number, target)| same(number, target) && reading(number));
    reads && !open.iter().any(|(number, target)| is_master(pid, number, target, tty))
}

/// The descriptors of a process and what they are; none where that is not told.
fn open_files(pid: u32) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let one = |entry: fs::DirEntry| {
        Some((entry.file_name().into_string().ok()?, fs::read_link(entry.path()).ok()?))
    };
    entries.flatten().filter_map(one).collect()
}

fn link(pid: u32, number: &str) -> PathBuf {
    format!("/proc/{pid}/fd/{number}").into()
}

/// What tells one file from another.
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Whether a descriptor is the other end of this terminal; where the kernel does not tell of which, it may be.
fn is_master(pid: u32, number: &str, target: &Path, tty: &Path) -> bool {
    if !target.ends_with("ptmx") {
        return false;
    }
    let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")).unwrap_or_default();
    let index = info.lines().find_map(|line| line.strip_prefix("tty-index:"));
    index.is_none_or(|index| tty.file_name().is_some_and(|name| name == index.trim()))
}
