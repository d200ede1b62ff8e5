//! The words xl is called with, for each change.
//!
//! Domains are named by their id: a name may be anything, `-v` too. Files are absolute paths. Nothing passes a shell.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::Path,
};

use crate::model::{KiB, request::Change};

/// How long a verb may take before it is taken for hung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// It asks the hypervisor something.
    Quick,
    /// It takes devices apart, or waits for somebody a little.
    Thorough,
    /// It writes or reads all of a guest's memory, and can be seen at it.
    Long,
    /// It makes a guest of this much memory, or of a file so large.
    Making(KiB),
}

/// One call of xl.
pub(super) struct Call {
    /// The verb and its arguments.
    pub(super) words: Vec<OsString>,
    /// How long it may take.
    pub(super) pace: Pace,
}

impl Call {
    fn new<const N: usize>(pace: Pace, words: [&OsStr; N]) -> Self {
        Self { words: words.map(OsStr::to_owned).into(), pace }
    }

    fn on<const N: usize>(pace: Pace, words: [&str; N]) -> Self {
        Self::new(pace, words.map(OsStr::new))
    }

    /// Carries out a change to a domain; none for those that are not xl's, and those that write a file.
    ///
    /// Shutdown and reboot are not xl's: all it does is to write the request the xenstore driver writes, and then it
    /// waits up to a minute for a guest to take it that may have taken the first one and gone.
    pub(super) fn to_change(id: u32, change: &Change) -> Option<Self> {
        let id = id.to_string();
        Some(match change {
            Change::Suspend => Self::on(Pace::Quick, ["pause", &id]),
            Change::Resume => Self::on(Pace::Quick, ["unpause", &id]),
            Change::Destroy => Self::on(Pace::Thorough, ["destroy", &id]),
            Change::SetMemory(size) => Self::on(Pace::Thorough, ["mem-set", &id, &format!("{}k", size.0)]),
            Change::SetMaxMemory(size) => Self::on(Pace::Thorough, ["mem-max", &id, &format!("{}k", size.0)]),
            Change::SetVcpus(count) => Self::on(Pace::Thorough, ["vcpu-set", &id, &count.to_string()]),
            Change::Rename(name) => Self::on(Pace::Thorough, ["rename", "--", &id, name]),
            _ => return None,
        })
    }

    /// Writes a domain's memory to a file and ends it.
    pub(super) fn save(id: u32, file: &Path) -> Self {
        Self::new(Pace::Long, ["save".as_ref(), id.to_string().as_ref(), file.as_ref()])
    }

    /// Writes a domain's core to a file.
    pub(super) fn dump(id: u32, file: &Path) -> Self {
        Self::new(Pace::Long, ["dump-core".as_ref(), id.to_string().as_ref(), file.as_ref()])
    }

    /// Starts a domain. The file goes with its option: one with a `=` in its name would be taken for a setting.
    pub(super) fn create(file: &Path, memory: KiB) -> Self {
        Self::new(Pace::Making(memory), ["create".as_ref(), "-q".as_ref(), "-f".as_ref(), file.as_ref()])
    }

    /// Starts a saved domain.
    pub(super) fn restore(file: &Path, size: KiB) -> Self {
        Self::new(Pace::Making(size), ["restore".as_ref(), file.as_ref()])
    }

    /// Adds a device: `words` are what says which.
    pub(super) fn attach(id: u32, verb: &str, words: &[String]) -> Self {
        let mut call = Self::on(Pace::Thorough, [verb, &id.to_string()]);
        call.words.extend(words.iter().map(OsString::from));
        call
    }

    /// Whose a running domain is, and how it is.
    pub(super) fn row(id: u32) -> Self {
        Self::on(Pace::Quick, ["list", "-v", &id.to_string()])
    }

    /// A running domain's configuration.
    pub(super) fn configuration(id: u32) -> Self {
        Self::on(Pace::Quick, ["list", "-l", &id.to_string()])
    }

    /// Whether xl ends with status 0 even where it could not do it (4.14 to 4.20): these call libxl and do not look
    /// at what came of it.
    pub(super) fn hides_failure(&self) -> bool {
        self.words.first().is_some_and(|verb| verb == "pause" || verb == "unpause")
    }
}

impl fmt::Display for Call {
    /// As one would type it, but for quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xl")?;
        self.words.iter().try_for_each(|word| write!(f, " {}", word.display()))
    }
}
