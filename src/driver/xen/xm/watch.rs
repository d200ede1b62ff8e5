//! Learns of changes in the folder: from the kernel where it tells (inotify), else by looking now and then.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::inotify::{AddWatchFlags, InitFlags, Inotify},
};

use crate::driver::conn::Deadline;

/// How often it is looked where the kernel does not tell.
const PERIOD: Duration = Duration::from_secs(1);
/// How many events are taken in at once, in reads: more are taken in the next time.
const READS: usize = 64;

/// A watch over the folder.
pub(super) struct Watch {
    told: Option<Inotify>,
    /// When to look again without being told.
    next: Deadline,
}

/// What may have changed.
pub(super) enum News {
    /// These files.
    Files(Vec<OsString>),
    /// Nobody told, so the times of the files must tell.
    Unknown,
}

impl News {
    /// Whether this file is known to have changed, however it looks.
    pub(super) fn is_about(&self, name: &OsStr) -> bool {
        matches!(self, Self::Files(names) if names.iter().any(|other| other == name))
    }
}

impl Watch {
    /// Over a folder, which need not be there.
    pub(super) fn over(folder: &Path) -> Self {
        Self { told: inotify(folder), next: Deadline::after(PERIOD) }
    }

    /// What happened since it was last asked; none where nothing did. Does not wait.
    pub(super) fn news(&mut self, folder: &Path) -> Option<News> {
        match self.told.as_ref().map(events) {
            Some(Ok(names)) if names.is_empty() => None,
            Some(Ok(names)) => Some(News::Files(names)),
            // The folder itself went, or the kernel forgot some: begin anew.
            Some(Err(())) => {
                self.told = inotify(folder);
                Some(News::Unknown)
            }
            None if self.next.passed() => {
                *self = Self::over(folder);
                Some(News::Unknown)
            }
            None => None,
        }
    }
}

fn inotify(folder: &Path) -> Option<Inotify> {
    let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK).ok()?;
    let of = AddWatchFlags::IN_CLOSE_WRITE
        | AddWatchFlags::IN_CREATE
        | AddWatchFlags::IN_DELETE
        | AddWatchFlags::IN_MOVE
        | AddWatchFlags::IN_ATTRIB
        | AddWatchFlags::IN_DELETE_SELF
        | AddWatchFlags::IN_MOVE_SELF
        | AddWatchFlags::IN_ONLYDIR;
    inotify.add_watch(folder, of).ok()?;
    Some(inotify)
}

/// The files events are about; `Err` where they no longer tell all.
fn events(inotify: &Inotify) -> Result<Vec<OsString>, ()> {
    let over = AddWatchFlags::IN_Q_OVERFLOW
        | AddWatchFlags::IN_IGNORED
        | AddWatchFlags::IN_UNMOUNT
        | AddWatchFlags::IN_DELETE_SELF
        | AddWatchFlags::IN_MOVE_SELF;
    let mut names = Vec::new();
    for _ in 0..READS {
        match inotify.read_events() {
            Ok(events) => {
                if events.iter().any(|event| event.mask.intersects(over)) {
                    return Err(());
                }
                names.extend(events.into_iter().filter_map(|event| event.name));
            }
            Err(Errno::EAGAIN | Errno::EINTR) => break,
            Err(_) => return Err(()),
        }
    }
    Ok(names)
}
