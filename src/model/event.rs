//! What happened on a host: found by comparing snapshots, or done by jobs of ours.
//!
//! ```text
//!   snapshot, snapshot ──► diff ──► Flow ──► attribute ──► timeline      what the host showed, and by whom
//!                        (pure)   (moves    (jobs of       ▲
//!                                 settle)     ours)        └── jobs      what was asked, and what came of it
//! ```

mod deed;
mod detail;
mod diff;
mod flow;
mod host;
mod words;

use std::sync::Arc;

pub use deed::{Deed, attribute};
pub use diff::diff;
pub use flow::Flow;

use super::{
    CpuSet, DomainId, DomainKey, DomainState, HostId, JobId, KiB, Light, Name, Nanos, Snapshot, Stamp,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was seen.
    pub at: Stamp,
    /// On which host.
    pub host: HostId,
    /// To which domain, where it was to one.
    pub domain: Option<(DomainKey, Name)>,
    /// What.
    pub what: What,
    /// By whom.
    pub who: Who,
}

/// Who made something happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// We did, by this command.
    Us(Arc<str>),
    /// The guest, by itself.
    Guest,
    /// Another toolstack or another operator: nobody here asked for it.
    Tool,
    /// The host: its hypervisor, its hardware, the drivers to it.
    Host,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A domain came, went, or does something else now.
    Life(Life),
    /// Something a domain has is another now.
    Change(Quality, Value, Value),
    /// Something about the host itself.
    Host(HostNews),
    /// Something was asked of the host, or tried.
    Job(Asked),
}

/// A step in the life of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is there and was not before, in this state.
    Created(DomainState),
    /// It is not there any more; it was in this state.
    Gone(DomainState),
    /// The same uuid runs under another id.
    Again(DomainId, DomainId),
    /// It did one thing and does another.
    State(DomainState, DomainState),
}

/// What a domain has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Its name.
    Name,
    /// Memory it has.
    Memory,
    /// Memory it was asked to come to.
    Target,
    /// Memory it may have at most.
    Limit,
    /// vCPUs that are plugged in.
    Vcpus,
    /// vCPUs it could have.
    MaxVcpus,
    /// Its cpupool.
    Pool,
    /// Where this vCPU may run.
    Hard(u32),
    /// Where this vCPU would rather run.
    Soft(u32),
    /// Its weight.
    Weight,
    /// Its cap.
    Cap,
    /// The state of this device.
    Device(Name),
}

/// One value of what a domain has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// There is none.
    None,
    /// An amount of memory.
    Memory(KiB),
    /// How many, or which.
    Number(u32),
    /// A set of pCPUs.
    Cpus(CpuSet),
    /// A name or a word from outside.
    Text(Name),
}

/// Something about the host itself.
#[derive(Clone, Debug, PartialEq)]
pub enum HostNews {
    /// A driver of the stack is otherwise than it was.
    Driver(Arc<str>, Light, Light),
    /// So much memory is left for domains: little.
    Scarce(KiB),
    /// So much memory is left for domains again.
    Plenty(KiB),
    /// A physical CPU came or went.
    Pcpu(u32, bool),
    /// The sampler skipped so many deadlines.
    Missed(u64),
    /// The domains cannot be read, for this reason.
    Stale(Arc<str>),
    /// They can be read again.
    Fresh,
}

/// Something that was asked of the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The job, where one was made.
    pub job: Option<JobId>,
    /// The command as it would be typed; safe to show.
    pub title: Arc<str>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of something that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Pending,
    /// It came about after so long, by these drivers.
    Done(Nanos, Arc<str>),
    /// It did not, for this reason.
    Failed(Arc<str>),
    /// It was taken out before it was begun, or while it was on its way.
    Cancelled,
    /// It came about and was taken back.
    Undone,
    /// It may not be done here, for this reason.
    Refused(Arc<str>),
}

impl Event {
    /// What a snapshot showed of a domain.
    pub(super) fn of((key, name): (DomainKey, &Name), what: What, snapshot: &Snapshot) -> Self {
        let who = what.nature();
        Self { at: snapshot.at, host: snapshot.host, domain: Some((key, name.clone())), what, who }
    }

    /// What a snapshot showed of the host.
    pub(super) const fn of_host(news: HostNews, snapshot: &Snapshot) -> Self {
        Self { at: snapshot.at, host: snapshot.host, domain: None, what: What::Host(news), who: Who::Host }
    }

    /// The domain to show: its name, or its id where it has none; empty where it is about none.
    pub fn label(&self) -> std::borrow::Cow<'_, str> {
        match &self.domain {
            Some((key, name)) => super::domain::label(*key, name),
            None => "".into(),
        }
    }

    /// Whether it is about a domain: this run of it, or another of the same uuid.
    pub fn is_about(&self, key: DomainKey) -> bool {
        self.domain
            .as_ref()
            .is_some_and(|(own, _)| *own == key || (!key.uuid.is_nil() && own.uuid == key.uuid))
    }
}

impl What {
    /// Who did it where nothing else is known: guests crash, power off and move their balloons by themselves; what
    /// else happens to a domain somebody did.
    fn nature(&self) -> Who {
        use super::ShutdownReason::Suspend;
        match self {
            // A guest suspends itself because a toolstack that saves it asks it to.
            Self::Life(Life::State(_, DomainState::ShutDown(Suspend))) => Who::Tool,
            Self::Life(Life::State(_, DomainState::Crashed | DomainState::ShutDown(_)))
            | Self::Change(Quality::Memory, ..) => Who::Guest,
            Self::Life(_) | Self::Change(..) => Who::Tool,
            Self::Host(_) => Who::Host,
            Self::Job(asked) => Who::Us(asked.title.clone()),
        }
    }
}
