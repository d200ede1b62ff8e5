//! Whether a change has come about: what was asked, what is, at which pace, and a verdict. Pure: it looks at snapshots.
//!
//! ```text
//!            look            look
//!  Waiting ───────► Moving ───────► Reached
//!     │               │ ▲
//!     └───► Ignored ◄─┘ │      nothing moved for a while; it may still come
//!              └────────┘
//! ```

use super::{
    Domain, DomainKey, DomainState, KiB, Nanos, Progress, Snapshot, Standing,
    request::{Change, Request},
};

/// How long a guest may do nothing before it is said to ignore what it was asked.
pub const PATIENCE: Nanos = Nanos(5_000_000_000);
/// How long it may do nothing about a shutdown: an init has things to stop before the request is taken away.
pub const SHUTDOWN_PATIENCE: Nanos = Nanos(15_000_000_000);
/// How near to its target a balloon is there: a balloon driver works in steps of this.
pub const NEAR: KiB = KiB(2048);

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was asked for and nothing has happened yet.
    Waiting,
    /// It is on its way.
    Moving,
    /// It has come about.
    Reached,
    /// The guest has done nothing about it for a while.
    Ignored,
    /// It cannot come about any more: the domain has gone.
    Lost,
}

impl Verdict {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Moving => "moving",
            Self::Reached => "reached",
            Self::Ignored => "ignored by the guest",
            Self::Lost => "lost: the domain has gone",
        }
    }

    /// Whether it will not change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Reached | Self::Lost)
    }
}

/// A change that is on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Pursuit {
    key: DomainKey,
    change: Change,
    /// When it was asked for, and when something last moved; on the clock that never steps.
    since: Nanos,
    moved: Nanos,
    /// What moves (KiB, vCPUs), as last seen, and its pace a second.
    last: Option<f64>,
    /// The first value seen and when, for the pace.
    first: Option<(f64, Nanos)>,
    now: Nanos,
    verdict: Verdict,
    /// Whether a shutdown request still stands at the guest.
    stands: bool,
    actual: String,
}

impl Pursuit {
    /// Of a change to a domain as it stood before; none for requests that make a domain, which are done when they
    /// are done.
    pub fn of(request: &Request, before: Option<&Standing>, now: Nanos) -> Option<Self> {
        let Request::Domain(key, change) = request else { return None };
        let actual = before.map_or_else(String::new, |before| standing(change, before));
        Some(Self {
            key: *key,
            change: change.clone(),
            since: now,
            moved: now,
            last: None,
            first: None,
            now,
            verdict: Verdict::Waiting,
            stands: false,
            actual,
        })
    }

    /// Which domain.
    pub const fn key(&self) -> DomainKey {
        self.key
    }

    /// Whether the next snapshots should tell of its shutdown request.
    pub const fn awaits_guest(&self) -> bool {
        matches!(self.change, Change::Shutdown | Change::Reboot) && !self.verdict.is_final()
    }

    /// Takes in a snapshot read after the change was asked for.
    pub fn look(&mut self, snapshot: &Snapshot) -> Verdict {
        if self.verdict.is_final() || snapshot.stale.is_some() || snapshot.at.mono < self.since {
            return self.verdict;
        }
        self.now = snapshot.at.mono;
        let same = snapshot.domains.iter().find(|domain| domain.key == self.key);
        let heir = |domain: &&Domain| !self.key.uuid.is_nil() && domain.key.uuid == self.key.uuid;
        let heir = same.or_else(|| snapshot.domains.iter().find(heir));
        let under_way = |it: &Progress| it.op == self.change.op() && it.key == Some(self.key);
        if snapshot.progress.iter().any(under_way) {
            self.actual = same.map_or("gone", |domain| domain.state.word()).into();
            self.verdict = self.stirs();
            return self.verdict;
        }
        self.stands = snapshot.requests.iter().any(|(key, _)| *key == self.key);
        self.verdict = self.judge(same, heir);
        self.verdict
    }

    /// How far it has come.
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What was asked, in a few words: `4.0 GiB`, `off`, `2 vCPUs`.
    pub fn requested(&self) -> String {
        wanted(&self.change)
    }

    /// What is, in the same words.
    pub fn actual(&self) -> &str {
        &self.actual
    }

    /// The pace of what moves, in KiB or vCPUs a second; none where nothing is measured.
    pub fn rate(&self) -> Option<f64> {
        let ((from, began), last) = (self.first?, self.last?);
        let span = self.now.since(began).seconds();
        (span > 0.0).then(|| (last - from) / span)
    }

    /// The pace as it is written: `312.5 MiB/s`; empty where nothing moves.
    pub fn pace(&self) -> String {
        let moving = |rate: f64| rate.abs() > f64::EPSILON && self.verdict != Verdict::Reached;
        match (&self.change, self.rate().filter(|rate| moving(*rate))) {
            (Change::SetMemory(_), Some(rate)) => format!("{:+.1} MiB/s", rate / 1024.0),
            _ => String::new(),
        }
    }

    fn judge(&mut self, same: Option<&Domain>, heir: Option<&Domain>) -> Verdict {
        match &self.change {
            Change::Shutdown | Change::Destroy | Change::Save(_) => self.ends(same),
            Change::Reboot => self.returns(same, heir),
            Change::Undefine => {
                self.actual = same.map_or("forgotten", |_| "kept").into();
                if same.is_none_or(|domain| domain.key.id.is_some()) {
                    Verdict::Reached
                } else {
                    self.idle(PATIENCE)
                }
            }
            Change::Start => {
                let runs = heir.is_some_and(|domain| domain.key.id.is_some());
                self.actual = heir.map_or("gone", |domain| domain.state.word()).into();
                if runs { Verdict::Reached } else { self.idle(PATIENCE) }
            }
            _ => match same {
                Some(domain) => self.becomes(domain),
                None => Verdict::Lost,
            },
        }
    }

    /// A domain that is to end has ended when it is gone, off, or shut down.
    fn ends(&mut self, same: Option<&Domain>) -> Verdict {
        let Some(domain) = same else {
            self.actual = "gone".into();
            return Verdict::Reached;
        };
        self.actual = domain.state.word().into();
        match domain.state {
            DomainState::Off => Verdict::Reached,
            DomainState::ShutDown(_) if self.change == Change::Shutdown => Verdict::Reached,
            DomainState::Dying | DomainState::ShutDown(_) => self.stirs(),
            _ => self.asked(),
        }
    }

    /// A domain that is to start again has done so when it runs under another id. While its toolstack builds it, it is
    /// there already, but a domain that is paused and has no vCPU yet.
    fn returns(&mut self, same: Option<&Domain>, heir: Option<&Domain>) -> Verdict {
        let again = heir.filter(|domain| domain.key != self.key && domain.key.id.is_some());
        if again.is_some_and(|domain| domain.state == DomainState::Paused && domain.vcpus.online == 0) {
            self.actual = "being built".into();
            return self.stirs();
        }
        if let Some(domain) = again {
            self.actual = format!("{} again", domain.state.word());
            return Verdict::Reached;
        }
        let Some(domain) = same else {
            self.actual = "gone".into();
            return if self.key.uuid.is_nil() { Verdict::Lost } else { self.stirs() };
        };
        self.actual = domain.state.word().into();
        match domain.state {
            DomainState::Dying | DomainState::ShutDown(_) | DomainState::Off => self.stirs(),
            _ => self.asked(),
        }
    }

    /// A guest was asked to shut down and still runs.
    fn asked(&mut self) -> Verdict {
        let guests = matches!(self.change, Change::Shutdown | Change::Reboot);
        let overdue = self.now.since(self.moved) >= SHUTDOWN_PATIENCE;
        match (guests && self.stands, overdue) {
            (_, true) => Verdict::Ignored,
            (true, false) => Verdict::Waiting,
            // Taken away: the guest has begun.
            (false, false) if guests && self.verdict == Verdict::Waiting => self.stirs(),
            (false, false) => self.verdict,
        }
    }

    /// What a running domain becomes.
    fn becomes(&mut self, domain: &Domain) -> Verdict {
        self.actual = standing(&self.change, &Standing::of(domain));
        match &self.change {
            Change::Suspend => self.when(domain.state == DomainState::Paused),
            Change::Resume => self.when(domain.state != DomainState::Paused),
            // One that is off has none yet: it is what its drivers took that it starts with.
            Change::SetMemory(target) if domain.key.id.is_none() => {
                self.actual = target.to_string();
                Verdict::Reached
            }
            Change::SetMemory(target) => {
                let there = domain.memory.0.abs_diff(target.0) <= NEAR.0;
                self.measure(domain.memory.0 as f64, there)
            }
            Change::SetMaxMemory(limit) => {
                let has = domain.max_memory.known();
                self.when(has.is_none_or(|has| has.0.abs_diff(limit.0) <= NEAR.0))
            }
            Change::SetVcpus(count) => {
                self.measure(f64::from(domain.vcpus.online), domain.vcpus.online == *count)
            }
            Change::Rename(name) => self.when(domain.name.raw() == name),
            _ => Verdict::Reached,
        }
    }

    fn when(&mut self, there: bool) -> Verdict {
        if there { Verdict::Reached } else { self.idle(PATIENCE) }
    }

    fn measure(&mut self, value: f64, there: bool) -> Verdict {
        let moved = self.last.is_some_and(|last| (last - value).abs() > f64::EPSILON);
        self.last = Some(value);
        self.first.get_or_insert((value, self.now));
        match (there, moved) {
            (true, _) => Verdict::Reached,
            (false, true) => self.stirs(),
            (false, false) => self.idle(PATIENCE),
        }
    }

    const fn stirs(&mut self) -> Verdict {
        self.moved = self.now;
        Verdict::Moving
    }

    /// Nothing moved: as before, until patience is over.
    fn idle(&self, patience: Nanos) -> Verdict {
        match self.verdict {
            _ if self.now.since(self.moved) >= patience => Verdict::Ignored,
            Verdict::Ignored => Verdict::Waiting,
            verdict => verdict,
        }
    }
}

/// What a change asks for, in a few words.
fn wanted(change: &Change) -> String {
    match change {
        Change::Suspend => "paused".into(),
        Change::Resume | Change::Start => "running".into(),
        Change::Shutdown => "off".into(),
        Change::Reboot => "running again".into(),
        Change::Destroy | Change::Save(_) => "gone".into(),
        Change::Undefine => "forgotten".into(),
        Change::SetMemory(amount) | Change::SetMaxMemory(amount) => amount.to_string(),
        Change::SetVcpus(count) => format!("{count} vCPUs"),
        Change::Rename(name) => super::text::visible(name).into_owned(),
        _ => "done".into(),
    }
}

/// What stands there, in the words of [`wanted`].
fn standing(change: &Change, is: &Standing) -> String {
    match change {
        Change::SetMemory(_) if is.key.id.is_none() => is.target.unwrap_or(is.memory).to_string(),
        Change::SetMemory(_) => is.memory.to_string(),
        Change::SetMaxMemory(_) => is.max_memory.map_or_else(|| "no limit".into(), |limit| limit.to_string()),
        Change::SetVcpus(_) => format!("{} vCPUs", is.vcpus.online),
        Change::Rename(_) => is.name.shown().to_owned(),
        _ => is.state.word().into(),
    }
}
