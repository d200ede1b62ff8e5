//! Waiting until a change has come about, as the next snapshots show it.

use std::io::{IsTerminal, stderr};

use super::{
    super::trouble::{Status, Trouble},
    ask::write,
    errand::Errand,
    moving::{self, Moving},
    outcome::{Outcome, Sight},
};
use crate::{
    model::{
        Domain, DomainKey, Nanos, Op, Standing,
        pursuit::{Pursuit, Verdict},
        request::Change,
        undo::disturbance,
    },
    sampler,
};

/// How long between one look and the next, once the first are over.
pub(super) const SAMPLE: Nanos = Nanos(200_000_000);
/// How long before the second look; each after it waits twice as long as the one before.
const FIRST: Nanos = Nanos(25_000_000);

/// Why waiting ended.
enum End {
    Reached,
    Lost,
    /// The time is over.
    Late,
    /// A signal came.
    Stopped,
    /// Somebody changed the same thing: what is different, in a clause.
    Disturbed(String),
}

/// Looks until it has come about, or cannot any more, or the time is over.
pub(super) fn watch(errand: &mut Errand<'_>, outcome: &mut Outcome) -> Result<(), Trouble> {
    match &mut outcome.sight {
        Sight::Told => {
            dumped(errand, outcome);
            Ok(())
        }
        Sight::Made => {
            made(errand, outcome);
            Ok(())
        }
        Sight::Settled(there) => {
            let there = *there;
            outcome.verdict = if there { "reached" } else { "disturbed" };
            there.then_some(()).ok_or_else(|| elsewhere(errand, outcome))
        }
        Sight::Watch(pursuit) => {
            let Some(limit) = errand.wish.wait else {
                outcome.verdict = "asked";
                return Ok(());
            };
            let mut pursuit = pursuit.clone();
            let end = pursue(errand, &mut pursuit, (outcome, limit));
            told(errand, outcome, &end)
        }
    }
}

fn pursue(errand: &mut Errand<'_>, pursuit: &mut Pursuit, (outcome, limit): (&mut Outcome, Nanos)) -> End {
    let (begun, mut pause) = (sampler::stamp().mono, FIRST);
    let (mut progress, mut ignored) = (Progress::new(), false);
    let mut moving = Moving::of(errand.change().map(|(_, change)| change.op()), Some(pursuit.key()));
    loop {
        errand.sample(if pursuit.awaits_guest() { vec![pursuit.key()] } else { Vec::new() });
        let verdict = pursuit.look(&errand.snapshot);
        outcome.sight = Sight::Watch(Box::new(pursuit.clone()));
        outcome.note(verdict);
        match verdict {
            Verdict::Reached => return End::Reached,
            Verdict::Lost => return End::Lost,
            Verdict::Ignored if !ignored => {
                ignored = true;
                progress.say(&format!("{}: nothing happens: {}", outcome.label, at(outcome)));
            }
            _ => {}
        }
        if let Some(what) = disturbed(errand, outcome) {
            return End::Disturbed(what);
        }
        let took = sampler::stamp().mono.since(begun);
        if took >= limit {
            return End::Late;
        }
        match moving.look(&errand.snapshot) {
            Some(how) => progress.show(&format!("{}: {how}", outcome.label)),
            None => progress.show(&line(outcome, pursuit, took)),
        }
        if errand.held.signal(pause.min(limit.since(took))) {
            return End::Stopped;
        }
        pause = Nanos(pause.0 * 2).min(SAMPLE);
    }
}

/// How far it has come: `web1: 8.0 GiB → 4.0 GiB: 6.2 GiB -312.5 MiB/s, moving, 3 s`.
fn line(outcome: &Outcome, pursuit: &Pursuit, took: Nanos) -> String {
    let pace = pursuit.pace();
    let pace = if pace.is_empty() { pace } else { format!(" {pace}") };
    let (label, way, actual) = (&outcome.label, outcome.way(), pursuit.actual());
    format!("{label}: {way}: {actual}{pace}, {}, {:.0} s", outcome.verdict, took.seconds())
}

/// What is seen and what was asked.
fn at(outcome: &Outcome) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("it is {}, {} was asked for", word(&outcome.actual), word(&outcome.requested))
}

/// What somebody else changed since, where that can be told from what a guest does in its own time.
fn disturbed(errand: &Errand<'_>, outcome: &Outcome) -> Option<String> {
    let (key, change) = errand.change()?;
    let tells = matches!(
        change,
        Change::SetMemory(_) | Change::SetMaxMemory(_) | Change::Suspend | Change::Resume | Change::Rename(_)
    );
    let now = errand.snapshot.domains.iter().find(|domain| domain.key == key).filter(|_| tells)?;
    let (before, after) = (outcome.report.before.as_ref()?, outcome.report.after.as_ref()?);
    disturbance(change, [before, after, &Standing::of(now)])
}

/// The trouble an end is, where it is one.
fn told(errand: &Errand<'_>, outcome: &mut Outcome, end: &End) -> Result<(), Trouble> {
    let (title, label) = (errand.intent.title(), outcome.label.clone());
    let limit = errand.wish.wait.unwrap_or_default().seconds();
    let hint = hint(errand, &label);
    match end {
        End::Reached => Ok(()),
        End::Lost => Err(Trouble::new(
            Status::NoDomain,
            format!("{title} was asked for, and then {label} was gone: it ended before it came about"),
        )),
        End::Disturbed(what) => {
            outcome.verdict = "disturbed";
            let text = format!("{title} was asked for, and then somebody changed the same: {what}");
            Err(Trouble::new(Status::Failed, text))
        }
        End::Late => {
            let text = format!("{title} has not come about in {limit:.0} s: {}", at(outcome));
            Err(Trouble::new(Status::TimedOut, format!("{text}{}\n  {hint}", unread(errand))))
        }
        End::Stopped => {
            let text = format!("{title} was asked for and is not waited for any more: {}", at(outcome));
            Err(Trouble::new(Status::TimedOut, format!("{text}\n  {hint}")))
        }
    }
}

/// Where the host could not be read at last, what was seen is old.
fn unread(errand: &Errand<'_>) -> String {
    errand
        .snapshot
        .stale
        .as_ref()
        .map_or_else(String::new, |why| format!("\n  the host cannot be read: {why}"))
}

/// What to try.
fn hint(errand: &Errand<'_>, label: &str) -> String {
    match errand.change() {
        Some((_, Change::Shutdown | Change::Reboot)) => {
            format!("the guest may still do it; `domtop destroy {label}` ends it at once")
        }
        Some((_, Change::SetMemory(_))) => {
            "a guest follows only with a balloon driver, and not below what it needs".into()
        }
        Some((_, Change::SetVcpus(_))) => "the guest plugs them itself; its kernel's log tells more".into(),
        _ => format!("`domtop info {label}` tells how it is"),
    }
}

/// It was done, and stands otherwise.
fn elsewhere(errand: &Errand<'_>, outcome: &Outcome) -> Trouble {
    let text = format!(
        "{} was done, but {}\n  somebody changed the same meanwhile, or the hypervisor allows less",
        errand.intent.title(),
        at(outcome)
    );
    Trouble::new(Status::Failed, text)
}

/// A core may still be on its way to its file when the drivers have answered.
fn dumped(errand: &mut Errand<'_>, outcome: &mut Outcome) {
    if let Some((key, Change::Dump(_))) = errand.change() {
        errand.sample(Vec::new());
        moving::settle(errand, (Op::Dump, key), &outcome.label);
        outcome.time();
    }
}

/// Finds the domain that was made: the one that was not there before. Where others came too, nobody can tell.
fn made(errand: &mut Errand<'_>, outcome: &mut Outcome) {
    let before: Vec<DomainKey> = errand.snapshot.domains.iter().map(|domain| domain.key).collect();
    errand.sample(Vec::new());
    let is_new = |domain: &&Domain| !before.contains(&domain.key);
    let mut new = errand.snapshot.domains.iter().filter(is_new);
    if let (Some(domain), None) = (new.next(), new.next()) {
        let (key, label) = (domain.key, domain.label().into_owned());
        outcome.made(domain);
        moving::settle(errand, (Op::Restore, key), &label);
        if let Some(domain) = errand.snapshot.domains.iter().find(|domain| domain.key == key).cloned() {
            outcome.made(&domain);
        }
    }
}

/// A line on the terminal that is written over itself, and gone at the end.
pub(super) struct Progress {
    /// Whether there is a terminal that can.
    can: bool,
    shown: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub(super) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { can: stderr().is_terminal() && !dumb, shown: false }
    }

    /// Shows a line in place of the one before; longer ones are cut at the terminal's edge, not wrapped.
    pub(super) fn show(&mut self, line: &str) {
        if self.can {
            write(&format!("\r\x1b[?7l{line}\x1b[K\x1b[?7h"));
            self.shown = true;
        }
    }

    /// Says something that stays.
    pub(super) fn say(&mut self, line: &str) {
        self.clear();
        write(&format!("{line}\n"));
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            write("\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
