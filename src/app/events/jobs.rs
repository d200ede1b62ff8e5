//! Jobs on the timeline: each has one event, which tells what came of it.

use std::sync::Arc;

use crate::{
    app::{
        App, Jobs,
        jobs::{Job, Stage, Undo, brief},
    },
    model::{
        HostId, Name, Trail,
        event::{Asked, Deed, Event, Outcome, What, Who},
    },
};

/// What was asked of a host here, oldest first.
pub(super) fn deeds(jobs: &Jobs, host: HostId) -> Vec<Deed> {
    let sent = jobs.list().filter(|job| job.host == host && job.stage != Stage::Queued);
    sent.filter_map(deed).collect()
}

fn deed(job: &Job) -> Option<Deed> {
    Some(Deed {
        host: job.host,
        domain: job.target.as_ref().map(|target| target.key),
        op: job.op()?,
        title: job.title.as_str().into(),
        span: (job.since, job.ended),
    })
}

impl App {
    /// Tells of every job that has come further since it was looked at last.
    pub(super) fn note_jobs(&mut self) {
        let noted = std::mem::take(&mut self.events.noted);
        let mut known = noted.iter().peekable();
        let mut changed = Vec::new();
        for job in self.jobs.list() {
            // Both go by number; jobs that are not remembered any more are passed over.
            while known.next_if(|(id, ..)| *id < job.id).is_some() {}
            let before = known.next_if(|(id, ..)| *id == job.id);
            let now = (job.id, job.stage, taken_back(&self.jobs, job));
            if before != Some(&now) && job.stage != Stage::Queued {
                changed.push((job.id, outcome(job, now.2)));
            }
        }
        if noted.len() == self.jobs.list().len() && changed.is_empty() {
            self.events.noted = noted;
            return;
        }
        let jobs = &self.jobs;
        self.events.noted = jobs.list().map(|job| (job.id, job.stage, taken_back(jobs, job))).collect();
        for (id, outcome) in changed {
            self.note_job(id, outcome);
        }
    }

    fn note_job(&mut self, id: crate::model::JobId, outcome: Outcome) {
        let Some(job) = self.jobs.job(id) else { return };
        let (host, title): (_, Arc<str>) = (job.host, job.title.as_str().into());
        let domain = job.target.as_ref().map(|target| (target.key, Name::new(&target.name)));
        let at = self.stamp(host, job.since);
        let timeline = self.events.timeline_mut(host);
        if let Some(old) = timeline.outcome_mut(id) {
            *old = outcome;
            return;
        }
        let asked = Asked { job: Some(id), title: title.clone(), outcome };
        timeline.push(Event { at, host, domain, what: What::Job(asked), who: Who::Us(title) });
    }
}

/// Whether the job that takes it back has come about.
fn taken_back(jobs: &Jobs, job: &Job) -> bool {
    let Undo::Undone(by) = job.undo else { return false };
    jobs.job(by).is_some_and(|by| by.stage == Stage::Done)
}

fn outcome(job: &Job, taken_back: bool) -> Outcome {
    match job.stage {
        _ if taken_back => Outcome::Undone,
        Stage::Queued | Stage::Sent | Stage::Underway => Outcome::Pending,
        Stage::Done => Outcome::Done(job.ended.unwrap_or(job.since).since(job.since), drivers(job)),
        Stage::Failed => Outcome::Failed(why(job)),
        Stage::Cancelled => Outcome::Cancelled,
    }
}

/// The drivers that did it.
fn drivers(job: &Job) -> Arc<str> {
    let mut by: Vec<&str> = job.trails.iter().flat_map(Trail::done_by).map(AsRef::as_ref).collect();
    by.dedup();
    by.join(", ").into()
}

fn why(job: &Job) -> Arc<str> {
    match (&job.failure, job.verdict()) {
        (Some(failure), _) => brief(failure).into(),
        (None, Some(verdict)) => verdict.word().into(),
        (None, None) => "".into(),
    }
}
