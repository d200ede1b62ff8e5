//! What the proxy gives up once its host is open: each lock for itself, and what could not be applied is told.
//!
//! ```text
//!   host open, socket bound ──► one thread? ──► capabilities ──► no_new_privs ──► Landlock ──► seccomp ──► threads ──► no more of them
//! ```
//!
//! Reading needs no capability: Linux asks for rights when `/dev/xen/privcmd` is opened, and not at the calls made
//! through it (`privcmd_ioctl_hypercall`, drivers/xen/privcmd.c); xenstored's socket and `/dev/xen/xenbus` are checked
//! when they are connected to and opened. The process stays the user it is, whose files under `/proc` and `/sys` it
//! goes on reading.

mod calls;
mod files;

use std::{fs, io, path::PathBuf};

use nix::{
    sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit},
    unistd::gettid,
};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities, set_no_new_privs,
};

pub use calls::close;

/// What the open host goes on needing.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Files and folders that are read.
    pub read: Vec<PathBuf>,
    /// Files and folders that are read and written: devices that are opened again, a simulated host's state.
    pub write: Vec<PathBuf>,
    /// The socket's folder, from which its file is taken at the end.
    pub remove: Option<PathBuf>,
    /// The TCP port that is connected to again.
    pub port: Option<u16>,
}

/// A lock, and whether it is on: what it does here, or why it could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its name.
    pub name: &'static str,
    /// What came of it.
    pub applied: Result<String, String>,
}

/// The lock that is on only where no thread goes on without the others.
pub const ALONE: &str = "threads";

/// Applies all of them to this thread and those it will start. Any other that is there keeps its rights, and is told:
/// what the process gives up then is not given up.
pub fn confine(needs: &Needs) -> Vec<Lock> {
    let system = |done: io::Result<&str>| done.map(str::to_owned).map_err(|error| error.to_string());
    vec![
        Lock { name: ALONE, applied: alone() },
        Lock { name: "capabilities", applied: system(give_up_capabilities()) },
        Lock { name: "no_new_privs", applied: system(no_new_privileges()) },
        Lock { name: "landlock", applied: files::restrict(needs) },
        Lock { name: "seccomp", applied: calls::restrict(needs) },
    ]
}

/// Makes room while it still may: for as many descriptors as the system lets this process have, and for memory that is
/// locked, by which old kernels let Xen reach it (`MAP_LOCKED` beyond the limit needs a capability).
pub fn make_room() {
    // With less of either there is room for fewer watchers or domains, and whoever finds none is told.
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
    let _ = setrlimit(Resource::RLIMIT_MEMLOCK, RLIM_INFINITY, RLIM_INFINITY);
}

/// Whether this thread is the only one: each lock is a thread's own, and of those alone that it starts afterwards.
fn alone() -> Result<String, String> {
    let tasks = fs::read_dir("/proc/self/task").map_err(|error| format!("cannot count them: {error}"))?;
    let own = gettid().to_string();
    let others = tasks.flatten().filter(|task| *task.file_name() != *own.as_str());
    let names: Vec<_> = others
        .map(|task| fs::read_to_string(task.path().join("comm")).unwrap_or_default().trim().to_owned())
        .collect();
    match names.as_slice() {
        [] => Ok("the only one is this".into()),
        names => Err(format!("others go on with all they had: {}", names.join(" "))),
    }
}

fn give_up_capabilities() -> io::Result<&'static str> {
    clear_ambient_capability_set()?;
    for bit in 0..u64::BITS {
        // Those the kernel does not know, and all of them where this process may not, are nothing to be given up:
        // with no_new_privs there is no way to get one back.
        let _ = remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit));
    }
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })?;
    Ok("all given up")
}

fn no_new_privileges() -> io::Result<&'static str> {
    set_no_new_privs(true)?;
    Ok("no program it could run would have more rights")
}
