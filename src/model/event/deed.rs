//! Whose doing it was: what the host shows, against what was asked of it here.

use std::sync::Arc;

use super::{Event, Life, Quality, What, Who};
use crate::model::{DomainKey, DomainState, HostId, Nanos, Op, ShutdownReason};

/// How long after a job has ended its effects may still show.
const ECHO: Nanos = Nanos(5_000_000_000);

/// Something that was asked of a host here.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Of which host.
    pub host: HostId,
    /// Of which domain; none where it makes one.
    pub domain: Option<DomainKey>,
    /// What.
    pub op: Op,
    /// The command as it would be typed.
    pub title: Arc<str>,
    /// When it was sent, and when it had ended, where it has.
    pub span: (Nanos, Option<Nanos>),
}

/// Makes an event ours that is an effect of one of these, the last of them where there are several.
pub fn attribute<'a>(event: &mut Event, deeds: impl DoubleEndedIterator<Item = &'a Deed>) {
    if let Some(deed) = deeds.rev().find(|deed| deed.explains(event)) {
        event.who = Who::Us(deed.title.clone());
    }
}

impl Deed {
    /// Whether what happened can be an effect of it: the same domain, the same sort of thing, the right time.
    fn explains(&self, event: &Event) -> bool {
        let (from, until) = self.span;
        let late = until.is_some_and(|until| event.at.mono.since(until) > ECHO);
        let about = self.domain.map_or(event.domain.is_some(), |key| event.is_about(key));
        event.host == self.host && about && event.at.mono >= from && !late && brings(self.op, &event.what)
    }
}

/// Whether an operation can bring something about.
fn brings(op: Op, what: &What) -> bool {
    match what {
        What::Life(life) => leads(op, *life),
        What::Change(quality, ..) => alters(op, quality),
        What::Host(_) | What::Job(_) => false,
    }
}

fn leads(op: Op, life: Life) -> bool {
    use DomainState::{Dying, Off, Paused, ShutDown};
    let suspended = matches!(life, Life::State(_, ShutDown(ShutdownReason::Suspend)));
    let ends = matches!(life, Life::Gone(_) | Life::State(_, Dying | Off));
    let begins = matches!(life, Life::Created(_) | Life::Again(..) | Life::State(Off, _));
    let halts = matches!(life, Life::State(_, Paused));
    let runs = matches!(life, Life::State(Paused, to) if to != Off && to != Dying);
    let shuts = matches!(life, Life::State(_, ShutDown(_)));
    match op {
        Op::Suspend => halts,
        Op::Resume => runs,
        Op::Destroy | Op::Undefine => ends,
        Op::Shutdown => ends || shuts,
        Op::Reboot => ends || begins || shuts,
        Op::Start | Op::Create | Op::Restore | Op::Define => begins,
        Op::Save => ends || halts || suspended,
        // A core is written while the domain stands still.
        Op::Dump => halts || runs,
        _ => false,
    }
}

fn alters(op: Op, quality: &Quality) -> bool {
    match quality {
        Quality::Name => op == Op::Rename,
        Quality::Memory | Quality::Target => op == Op::SetMemory,
        // xl moves the limit along with the target.
        Quality::Limit => matches!(op, Op::SetMaxMemory | Op::SetMemory),
        Quality::Vcpus | Quality::MaxVcpus => op == Op::SetVcpus,
        Quality::Hard(_) | Quality::Soft(_) => op == Op::Pin,
        Quality::Weight | Quality::Cap => op == Op::SetScheduler,
        Quality::Device(_) => matches!(op, Op::Attach | Op::Detach),
        Quality::Pool => false,
    }
}
