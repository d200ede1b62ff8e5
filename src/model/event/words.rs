//! Events in words: the same on the screen and on the command line.

use std::borrow::Cow;

use super::{Asked, HostNews, Life, Outcome, Quality, Value, What, Who};
use crate::model::{DomainState, KiB, Light, text::visible};

impl Who {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Us(_) => "us",
            Self::Guest => "guest",
            Self::Tool => "tool",
            Self::Host => "host",
        }
    }

    /// As it stands in a sentence.
    pub const fn phrase(&self) -> &'static str {
        match self {
            Self::Us(_) => "by us",
            Self::Guest => "by itself",
            Self::Tool => "by another",
            Self::Host => "the host",
        }
    }
}

impl What {
    /// What it is about, in a word that scripts can rely on.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Life(life) => life.kind(),
            Self::Change(quality, ..) => quality.kind(),
            Self::Host(news) => news.kind(),
            Self::Job(asked) => asked.outcome.word(),
        }
    }

    /// What happened, in a few words that are safe to show, without the values before and after.
    pub fn phrase(&self) -> Cow<'_, str> {
        match self {
            Self::Life(life) => life.phrase(),
            Self::Change(quality, ..) => quality.phrase(),
            Self::Host(news) => news.phrase(),
            Self::Job(asked) => visible(&asked.title),
        }
    }

    /// The values before and after, safe to show; none where there are none.
    pub fn values(&self) -> Option<(String, String)> {
        match self {
            Self::Change(_, from, to) => Some((from.to_string(), to.to_string())),
            Self::Life(Life::Again(from, to)) => Some((format!("id {}", from.0), format!("id {}", to.0))),
            _ => None,
        }
    }

    /// More of it, in a clause that is safe to show; empty where there is no more.
    pub fn reason(&self) -> Cow<'_, str> {
        match self {
            Self::Host(news) => news.reason(),
            Self::Job(Asked { outcome, .. }) => outcome.reason(),
            _ => "".into(),
        }
    }
}

impl Life {
    const fn kind(self) -> &'static str {
        match self {
            Self::Created(DomainState::Off) => "defined",
            Self::Created(_) => "created",
            Self::Gone(DomainState::Off) => "forgotten",
            Self::Gone(_) => "gone",
            Self::Again(..) => "started-again",
            Self::State(from, to) => state(from, to),
        }
    }

    fn phrase(self) -> Cow<'static, str> {
        match self {
            Self::Again(..) => "started again".into(),
            Self::State(_, DomainState::ShutDown(reason)) => format!("shut down: {}", reason.word()).into(),
            Self::State(..) | Self::Created(_) | Self::Gone(_) => self.kind().into(),
        }
    }
}

const fn state(from: DomainState, to: DomainState) -> &'static str {
    match (from, to) {
        (DomainState::Off, DomainState::Running | DomainState::Blocked | DomainState::Paused) => "started",
        (DomainState::Paused, DomainState::Running | DomainState::Blocked) => "resumed",
        (_, to) => to.word(),
    }
}

impl Quality {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Memory => "memory",
            Self::Target => "target",
            Self::Limit => "limit",
            Self::Vcpus => "vcpus",
            Self::MaxVcpus => "max-vcpus",
            Self::Pool => "pool",
            Self::Hard(_) => "pin",
            Self::Soft(_) => "soft-pin",
            Self::Weight => "weight",
            Self::Cap => "cap",
            Self::Device(_) => "device",
        }
    }

    fn phrase(&self) -> Cow<'_, str> {
        match self {
            Self::Hard(vcpu) => format!("pin vcpu {vcpu}").into(),
            Self::Soft(vcpu) => format!("soft pin vcpu {vcpu}").into(),
            Self::Device(name) => format!("device {}", name.shown()).into(),
            Self::Vcpus => "vCPUs".into(),
            Self::MaxVcpus => "most vCPUs".into(),
            Self::Limit => "memory limit".into(),
            Self::Target => "memory target".into(),
            other => other.kind().into(),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Memory(amount) => f.write_str(&size(*amount)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Cpus(cpus) => write!(f, "{cpus}"),
            Self::Text(name) => f.write_str(name.shown()),
        }
    }
}

impl HostNews {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Driver(..) => "driver",
            Self::Scarce(_) => "memory-scarce",
            Self::Plenty(_) => "memory-plenty",
            Self::Pcpu(_, true) => "pcpu-online",
            Self::Pcpu(_, false) => "pcpu-offline",
            Self::Missed(_) => "missed",
            Self::Stale(_) => "stale",
            Self::Fresh => "fresh",
        }
    }

    fn phrase(&self) -> Cow<'_, str> {
        match self {
            Self::Driver(name, _, to) => format!("driver {} {}", visible(name), light(to)).into(),
            Self::Scarce(free) => format!("memory runs out: {} free", size(*free)).into(),
            Self::Plenty(free) => format!("memory again: {} free", size(*free)).into(),
            Self::Pcpu(cpu, true) => format!("pCPU {cpu} online").into(),
            Self::Pcpu(cpu, false) => format!("pCPU {cpu} offline").into(),
            Self::Missed(count) => format!("sampler missed {count} deadlines").into(),
            Self::Stale(_) => "cannot be read".into(),
            Self::Fresh => "can be read again".into(),
        }
    }

    fn reason(&self) -> Cow<'_, str> {
        match self {
            Self::Driver(_, _, Light::Degraded(why) | Light::Down(why) | Light::Absent(why))
            | Self::Stale(why) => visible(why),
            _ => "".into(),
        }
    }
}

/// What became of a driver.
const fn light(light: &Light) -> &'static str {
    match light {
        Light::Ready => "answers",
        Light::Degraded(_) => "is degraded",
        Light::Down(_) => "does not answer",
        Light::Absent(_) => "is not there",
    }
}

impl Outcome {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pending => "asked",
            Self::Done(..) => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
            Self::Refused(_) => "refused",
        }
    }

    /// How, or why not.
    fn reason(&self) -> Cow<'_, str> {
        match self {
            Self::Done(time, by) if by.is_empty() => format!("in {:.1} s", time.seconds()).into(),
            Self::Done(time, by) => format!("in {:.1} s ({})", time.seconds(), visible(by)).into(),
            Self::Failed(why) | Self::Refused(why) => visible(why),
            Self::Pending | Self::Cancelled | Self::Undone => "".into(),
        }
    }
}

fn size(amount: KiB) -> String {
    let mib = amount.0 as f64 / 1024.0;
    if mib >= 1024.0 { format!("{:.1} GiB", mib / 1024.0) } else { format!("{mib:.0} MiB") }
}
