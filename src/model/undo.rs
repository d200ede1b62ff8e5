//! Taking a change back: what would undo it, and whether somebody else changed the same thing meanwhile.

use super::{
    Affinity, DomainState, Op, Standing,
    request::{Change, PinRequest},
};

/// Whether changes of an operation can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// By the inverse change.
    Inverse,
    /// Never, for this reason: a clause.
    Never(&'static str),
}

impl Op {
    /// Whether its changes can be taken back. Reads change nothing.
    pub const fn reversal(self) -> Reversal {
        match self {
            Self::Suspend
            | Self::Resume
            | Self::SetVcpus
            | Self::SetMemory
            | Self::SetMaxMemory
            | Self::Pin
            | Self::SetScheduler
            | Self::Rename => Reversal::Inverse,
            Self::Destroy | Self::Save => {
                Reversal::Never("what ended a domain is not undone by another start of it")
            }
            Self::Undefine => Reversal::Never("what was kept of it is gone, and kept nowhere else"),
            Self::Shutdown | Self::Reboot => {
                Reversal::Never("a guest that was asked cannot be asked to forget it")
            }
            Self::Create | Self::Define | Self::Start | Self::Restore => {
                Reversal::Never("ending a domain is a decision of its own")
            }
            Self::Attach | Self::Detach => Reversal::Never("a guest may have its device in use"),
            Self::SetAutostart => Reversal::Never("what it was before is not read"),
            Self::Dump => Reversal::Never("the file is there; remove it where it is not wanted"),
            _ => Reversal::Never("it changes nothing"),
        }
    }
}

/// The changes that bring back what was there before a change.
///
/// # Errors
/// Why there are none, in a clause.
pub fn inverse(change: &Change, before: &Standing) -> Result<Vec<Change>, String> {
    let unknown = |what: &str| format!("{what} before the change is not known");
    let was_paused = before.state == DomainState::Paused;
    match change {
        Change::Suspend if was_paused => Err("it was paused before".into()),
        Change::Suspend => Ok(vec![Change::Resume]),
        Change::Resume if was_paused => Ok(vec![Change::Suspend]),
        Change::Resume => Err("it was not paused before".into()),
        Change::SetMemory(_) => {
            let had = before.target.or(Some(before.memory).filter(|memory| memory.0 > 0));
            had.map(|had| vec![Change::SetMemory(had)]).ok_or_else(|| unknown("what it starts with"))
        }
        Change::SetMaxMemory(_) => before
            .max_memory
            .map(|limit| vec![Change::SetMaxMemory(limit)])
            .ok_or_else(|| unknown("its limit")),
        Change::SetVcpus(_) => Ok(vec![Change::SetVcpus(before.vcpus.online)]),
        Change::Pin(pin) => {
            let affinities = before.affinities.as_deref().ok_or_else(|| unknown("where it could run"))?;
            unpin(pin, affinities)
        }
        Change::SetScheduler { weight, cap } => {
            let sched = before.sched.as_ref().ok_or_else(|| unknown("its share"))?;
            Ok(vec![Change::SetScheduler { weight: weight.and(sched.weight), cap: cap.and(sched.cap) }])
        }
        Change::Rename(_) => Ok(vec![Change::Rename(before.name.raw().to_owned())]),
        other => match other.op().reversal() {
            Reversal::Never(why) => Err(why.into()),
            Reversal::Inverse => Err("no inverse is known".into()),
        },
    }
}

/// A pin per vCPU that was touched.
fn unpin(pin: &PinRequest, before: &[Affinity]) -> Result<Vec<Change>, String> {
    let touched = before.iter().filter(|affinity| pin.vcpu.is_none_or(|vcpu| vcpu == affinity.vcpu));
    let back: Vec<_> = touched
        .map(|affinity| {
            Change::Pin(PinRequest {
                vcpu: Some(affinity.vcpu),
                hard: pin.hard.as_ref().map(|_| affinity.hard.clone()),
                soft: pin.soft.as_ref().map(|_| affinity.soft.clone()),
            })
        })
        .collect();
    if back.is_empty() { Err("that vCPU was not there before".into()) } else { Ok(back) }
}

/// What somebody changed since a change of ours, where what it touched is no more as it left it: a clause.
///
/// What a guest does in its own time (memory, vCPUs) may still be on its way from `before`.
pub fn disturbance(change: &Change, [before, after, now]: [&Standing; 3]) -> Option<String> {
    if now.key != after.key {
        return Some("it was started again since".into());
    }
    let differs = |what: &str, left: String, is: String| {
        (left != is).then(|| format!("{what} was left at {left} and is {is} now"))
    };
    match change {
        Change::Suspend | Change::Resume => differs("its state", paused(after), paused(now)),
        Change::SetMemory(asked) => {
            let stray = now.target.filter(|target| target != asked && Some(*target) != after.target);
            stray.map(|target| format!("its target was left at {} KiB and is {} KiB now", asked.0, target.0))
        }
        Change::SetMaxMemory(_) => differs("its limit", limit(after), limit(now)),
        Change::SetVcpus(asked) => {
            let online = now.vcpus.online;
            let ours = [*asked, before.vcpus.online, after.vcpus.online].contains(&online);
            (!ours).then(|| format!("it was left with {asked} vCPUs and has {online} now"))
        }
        Change::Pin(pin) => displaced(pin, after, now),
        Change::SetScheduler { .. } => differs("its share", share(after), share(now)),
        Change::Rename(_) => differs("its name", after.name.shown().into(), now.name.shown().into()),
        _ => None,
    }
}

fn paused(standing: &Standing) -> String {
    if standing.state == DomainState::Paused { "paused" } else { "running" }.into()
}

fn limit(standing: &Standing) -> String {
    standing.max_memory.map_or_else(|| "none".into(), |limit| format!("{} KiB", limit.0))
}

fn share(standing: &Standing) -> String {
    let number = |number: Option<u32>| number.map_or_else(|| "-".into(), |n| n.to_string());
    standing.sched.as_ref().map_or_else(
        || "unknown".into(),
        |sched| format!("weight {} cap {}", number(sched.weight), number(sched.cap)),
    )
}

/// The first vCPU of a pin that may run elsewhere now than it was left.
fn displaced(pin: &PinRequest, after: &Standing, now: &Standing) -> Option<String> {
    let (after, now) = (after.affinities.as_deref()?, now.affinities.as_deref()?);
    let touched = after.iter().filter(|left| pin.vcpu.is_none_or(|vcpu| vcpu == left.vcpu));
    touched.into_iter().find_map(|left| {
        let is = now.iter().find(|is| is.vcpu == left.vcpu)?;
        let text = |affinity: &Affinity| format!("{} (soft {})", affinity.hard, affinity.soft);
        (left != is)
            .then(|| format!("vCPU {} was left on CPUs {} and is on {} now", left.vcpu, text(left), text(is)))
    })
}
