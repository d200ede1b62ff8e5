//! Cancelling jobs, where the host can.

use super::Stage;
use crate::{
    app::{App, Effect},
    model::{JobId, request::Change, request::Request},
};

impl App {
    /// Takes a job out of the queue, with the rest of its plan; or takes it back while it is on its way.
    pub(in crate::app) fn cancel_job(&mut self, id: JobId) -> Vec<Effect> {
        let Some(job) = self.jobs.job(id) else { return Vec::new() };
        match job.stage {
            Stage::Queued => self.dequeue(id),
            Stage::Sent => self.cannot(id, "the drivers are at it, and must not be torn from it"),
            Stage::Underway => self.turn_back(id),
            Stage::Done | Stage::Failed | Stage::Cancelled => self.cannot(id, "it has ended"),
        }
    }

    fn dequeue(&mut self, id: JobId) -> Vec<Effect> {
        let (now, plan) = (self.now, self.jobs.job(id).and_then(|job| job.plan));
        let mut count = 0;
        for job in &mut self.jobs.list {
            let together = job.id == id || plan.is_some_and(|(p, _)| job.plan.is_some_and(|(q, _)| p == q));
            if together && job.stage == Stage::Queued {
                job.end(Stage::Cancelled, now);
                count += 1;
            }
        }
        self.say(format!("{count} cancelled"));
        Vec::new()
    }

    /// A guest on its way to an amount of memory or of vCPUs is sent back; one that was asked to shut down cannot be.
    fn turn_back(&mut self, id: JobId) -> Vec<Effect> {
        let Some(job) = self.jobs.job(id) else { return Vec::new() };
        let turns = |request: &Request| {
            matches!(request, Request::Domain(_, Change::SetMemory(_) | Change::SetVcpus(_)))
        };
        if !job.requests.iter().all(turns) {
            return self.cannot(id, "a guest that was asked cannot be asked to forget it; it can be left");
        }
        self.undo(id)
    }

    fn cannot(&mut self, id: JobId, why: &str) -> Vec<Effect> {
        let title = self.jobs.job(id).map_or_else(String::new, |job| job.title.clone());
        self.complain(format!("{title} cannot be cancelled: {why}"));
        Vec::new()
    }
}
