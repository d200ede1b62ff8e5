//! What can happen to a simulated host at a simulated time: by a script, or as the end of what was begun.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::DomainPlan;
use crate::model::{DomainId, Kind, Nanos, Op};

/// Something that happens to the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A domain is started that was not there before.
    Create(Box<DomainPlan>),
    /// Something happens to the domain of this name; nothing where there is none.
    Domain(String, Deed),
    /// The next so many calls of an operation fail with this kind.
    Fail(Op, Kind, u32),
    /// One run of a domain goes on to its next stage; nothing where that run is over.
    Run(DomainId, Stage),
}

/// What can be done to a domain from outside or by its guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// It starts, if it is off.
    Start,
    /// It ends at once.
    Destroy,
    /// Its guest crashes, and is kept.
    Crash,
    /// Its vCPUs stop where they stand.
    Pause,
    /// It runs on.
    Resume,
    /// Its guest is asked to power off.
    Shutdown,
    /// Its guest is asked to reboot.
    Reboot,
}

impl Deed {
    /// Every deed.
    pub const ALL: &[Self] =
        &[Self::Start, Self::Destroy, Self::Crash, Self::Pause, Self::Resume, Self::Shutdown, Self::Reboot];

    /// Its word in a description.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Destroy => "destroy",
            Self::Crash => "crash",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Shutdown => "shutdown",
            Self::Reboot => "reboot",
        }
    }
}

/// A later stage of a run that was begun before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Its time is over: it powers off by itself, and another takes its place.
    Expired,
    /// Its guest has powered off.
    PoweredOff,
    /// Its guest has shut down to be started anew.
    Rebooting,
    /// The host begins to tear it down, to start it anew or not.
    TornDown {
        /// Whether it starts anew.
        again: bool,
    },
    /// Its memory is in the file, or out of it.
    Transferred,
    /// It is gone.
    Gone {
        /// Whether it starts anew.
        again: bool,
    },
}

/// Events by time, those of one moment in the order they were put in.
#[derive(Debug, Default)]
pub(super) struct Queue {
    events: BTreeMap<(Nanos, u64), Event>,
    put: u64,
}

impl Queue {
    /// Puts an event in.
    pub(super) fn put(&mut self, at: Nanos, event: Event) {
        self.events.insert((at, self.put), event);
        self.put += 1;
    }

    /// When the first is due.
    pub(super) fn first(&self) -> Option<Nanos> {
        self.events.keys().next().map(|(at, _)| *at)
    }

    /// Takes the first out, if it is due by `now`.
    pub(super) fn due(&mut self, now: Nanos) -> Option<Event> {
        self.first().filter(|at| *at <= now)?;
        self.events.pop_first().map(|(_, event)| event)
    }

    /// All of them in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Nanos, &Event)> {
        self.events.iter().map(|((at, _), event)| (*at, event))
    }
}
