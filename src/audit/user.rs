//! Who we are: the user of this process, and who logged in before becoming that user.

use nix::unistd::{Uid, User as Entry, getuid};

/// The loginuid of who never logged in.
const NOBODY: u32 = u32::MAX;

/// The user of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name of the real uid, or its number where it has none.
    pub name: String,
    /// Who logged in, where that is another: as the kernel remembers it, else as sudo says.
    pub login: Option<String>,
    /// The number of this process.
    pub pid: u32,
}

impl User {
    /// Of this process.
    pub fn current() -> Self {
        let name = name(getuid());
        let login = kernels().or_else(sudos).filter(|login| *login != name);
        Self { name, login, pid: std::process::id() }
    }
}

fn name(uid: Uid) -> String {
    let entry = Entry::from_uid(uid).ok().flatten();
    entry.map_or_else(|| uid.to_string(), |entry| entry.name)
}

/// The uid of the session this process descends from, which its owner cannot change.
fn kernels() -> Option<String> {
    let text = std::fs::read_to_string("/proc/self/loginuid").ok()?;
    let uid: u32 = text.trim().parse().ok().filter(|uid| *uid != NOBODY)?;
    Some(name(Uid::from_raw(uid)))
}

fn sudos() -> Option<String> {
    std::env::var("SUDO_USER").ok().filter(|user| !user.is_empty())
}
