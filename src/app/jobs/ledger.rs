//! The undo ledger: what can be taken back, what is taken back unless it is kept.

use super::{Job, Stage};
use crate::{
    app::{App, Effect, intent::Target},
    model::{
        DomainKey, HostId, JobId, Nanos, Op,
        order::Undoes,
        request::{Change, Request},
        undo::{Reversal, inverse},
    },
};

/// Whether a job can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// It cannot, for this reason.
    No(String),
    /// By these requests.
    Ready(Vec<Request>),
    /// It is, by these requests, at this time unless it is kept before.
    Provisional(Vec<Request>, Nanos),
    /// It was, or is being.
    Undone(JobId),
}

impl Undo {
    /// The requests that take it back, where it can be.
    pub fn requests(&self) -> Option<&[Request]> {
        match self {
            Self::Ready(requests) | Self::Provisional(requests, _) => Some(requests),
            Self::No(_) | Self::Undone(_) => None,
        }
    }
}

impl Job {
    /// Whether a domain's definition may be another after it: of whom the file is that it was given is not known.
    pub(super) fn redefines(&self, (host, key): (HostId, DomainKey)) -> bool {
        let makes = self.op().is_some_and(|op| matches!(op, Op::Create | Op::Define | Op::Restore));
        let about = |target: &Target| target.key.same_domain(key);
        self.host == host && (makes || self.target.as_ref().is_some_and(about))
    }

    /// The requests that bring back what was there before.
    fn inverse(&self) -> Result<Vec<Request>, String> {
        let before = self.before.as_ref().ok_or("what was there before is not known")?;
        let mut back = Vec::new();
        for request in self.requests.iter().take(self.trails.len()).rev() {
            let Request::Domain(key, change) = request else {
                return Err("ending a domain is a decision of its own".into());
            };
            let changes = inverse(change, before)?;
            back.extend(changes.into_iter().map(|change| Request::Domain(*key, change)));
        }
        if back.is_empty() { Err("nothing of it was done".into()) } else { Ok(back) }
    }

    /// Whether it was done, and its like can be taken back: who takes back the last change means none before it.
    fn could_be_undone(&self) -> bool {
        let reversible = |op: Op| op.reversal() == Reversal::Inverse;
        self.op().is_some_and(reversible) && !self.trails.is_empty()
    }

    fn undoes(&self) -> Option<Box<Undoes>> {
        let changes = self.requests.iter().filter_map(|request| match request {
            Request::Domain(_, change) => Some(change.clone()),
            _ => None,
        });
        let changes: Vec<Change> = changes.collect();
        Some(Box::new(Undoes { changes, before: self.before.clone()?, after: self.after.clone()? }))
    }
}

impl App {
    /// Notes in the ledger what was just done.
    pub(super) fn enter(&mut self, id: JobId) {
        let (now, revert) = (self.now, self.settings.revert_after);
        let Some(job) = self.jobs.job_mut(id) else { return };
        let mut stays = None;
        job.undo = match (job.inverse(), revert) {
            (Err(why), span) => {
                stays = span.filter(|_| job.could_be_undone()).map(|_| format!("{} stays: {why}", job.title));
                Undo::No(why)
            }
            // What takes a change back is not taken back by itself.
            (Ok(back), Some(span)) if job.undoes.is_none() => {
                Undo::Provisional(back, Nanos(now.0.saturating_add(span.0)))
            }
            (Ok(back), _) => Undo::Ready(back),
        };
        if let Some(stays) = stays {
            self.complain(stays);
        }
    }

    /// Takes back the last change of this host; one of a kind that never can be is passed over.
    pub(in crate::app) fn undo_last(&mut self) -> Vec<Effect> {
        let host = self.pane().id;
        let undone = |job: &Job| matches!(job.undo, Undo::Undone(_));
        let could = |job: &Job| job.undo.requests().is_some() || job.could_be_undone();
        let ready = |job: &&Job| job.host == host && job.undoes.is_none() && !undone(job) && could(job);
        let last = self.jobs.list().rev().find(ready).map(|job| job.id);
        let Some(id) = last else {
            self.complain("there is no change to take back".into());
            return Vec::new();
        };
        self.undo(id)
    }

    /// Takes a change back, unless somebody changed the same thing since.
    pub(in crate::app) fn undo(&mut self, id: JobId) -> Vec<Effect> {
        let now = self.now;
        let Some(job) = self.jobs.job(id) else { return Vec::new() };
        let (Some(back), Some(undoes)) = (job.undo.requests(), job.undoes()) else {
            let why = format!("{}: {}", job.title, why_not(&job.undo));
            self.complain(why);
            return Vec::new();
        };
        let title = format!("undo {}", job.title);
        let parts = (title.clone(), job.target.clone(), back.to_vec());
        let host = job.host;
        let again = self.jobs.put(|new| {
            let mut job = Job::new(new, host, now, parts, None);
            job.undoes = Some((id, undoes));
            job
        });
        if let Some(job) = self.jobs.job_mut(id) {
            job.undo = Undo::Undone(again);
            // What was still on its way is not waited for any more.
            if job.stage == Stage::Underway {
                job.end(Stage::Cancelled, now);
            }
        }
        self.say(format!("{title}: asked"));
        self.send_due()
    }

    /// Keeps all changes that would be taken back by themselves; how many there were.
    pub(in crate::app) fn keep_all(&mut self) -> usize {
        let mut kept = 0;
        for job in &mut self.jobs.list {
            if let Undo::Provisional(back, _) = &job.undo {
                (job.undo, kept) = (Undo::Ready(back.clone()), kept + 1);
            }
        }
        kept
    }

    /// Changes that are taken back unless they are kept, the next one first.
    pub fn provisional(&self) -> Vec<(&Job, Nanos)> {
        let until = |job| match job {
            &Job { undo: Undo::Provisional(_, until), .. } => Some(until),
            _ => None,
        };
        let mut found: Vec<_> = self.jobs.list().filter_map(|job| Some((job, until(job)?))).collect();
        found.sort_by_key(|(_, until)| *until);
        found
    }

    /// Takes back what was not kept in time.
    pub(in crate::app) fn revert_due(&mut self) -> Vec<Effect> {
        let due = |until: Nanos| until <= self.now;
        let ids: Vec<_> =
            self.provisional().into_iter().filter(|(_, until)| due(*until)).map(|(job, _)| job.id).collect();
        ids.into_iter().rev().flat_map(|id| self.undo(id)).collect()
    }

    /// Takes back all that was not kept, now: the program ends.
    pub fn revert_all(&mut self) -> Vec<Effect> {
        let ids: Vec<_> = self.provisional().into_iter().map(|(job, _)| job.id).collect();
        ids.into_iter().rev().flat_map(|id| self.undo(id)).collect()
    }

    /// Whether anything was sent and not answered yet.
    pub fn is_waiting(&self) -> bool {
        self.jobs.list().any(|job| job.stage == Stage::Sent)
    }
}

fn why_not(undo: &Undo) -> &str {
    match undo {
        Undo::No(why) => why,
        Undo::Undone(_) => "it was taken back already",
        Undo::Ready(_) | Undo::Provisional(..) => "how it was right after is not known",
    }
}
