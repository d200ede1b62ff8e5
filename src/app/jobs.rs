//! Jobs: what was asked of the hosts, how far it has come, and what can be taken back.
//!
//! ```text
//!  Queued ──► Sent ──► Underway ──► Done        Sent: the drivers are at it
//!    │          │          └──────► Failed      Underway: done, and to come about at the guest
//!    └► Cancelled                                after Done: Undo::Ready, or Provisional until kept
//! ```
//!
//! Nothing here knows more than the host told: a job has come about when a snapshot shows it.

mod cancel;
mod ledger;
mod transfers;

use std::collections::VecDeque;

use super::{
    App, Effect, Panel,
    intent::{Intent, Plan, Target},
    xml::{Keep, keeping},
};
use crate::model::{
    DomainKey, Failure, HostId, JobId, Nanos, Op, Order, Report, Snapshot, Standing, Trail,
    order::{Undoes, Upon},
    pursuit::{Pursuit, Verdict},
    request::Request,
    text::visible,
    transfer::Transfer,
};
pub use ledger::Undo;

/// How many jobs are remembered; those that have not ended are never forgotten.
const KEPT: usize = 500;
/// How long a job may take to come about before it is given up.
const LONGEST: Nanos = Nanos(600_000_000_000);

/// All jobs, oldest first.
#[derive(Debug, Default)]
pub struct Jobs {
    list: VecDeque<Job>,
    given: u64,
    plans: u64,
    /// What moves bytes, on which host.
    transfers: Vec<(HostId, Transfer)>,
}

/// One job: the requests of one command about one domain.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// On which host.
    pub host: HostId,
    /// The command as it would be typed; safe to show.
    pub title: String,
    /// The domain it is about, where it is about one that was there.
    pub target: Option<Target>,
    /// What is done, in order.
    pub requests: Vec<Request>,
    /// How far it has got.
    pub stage: Stage,
    /// When it was asked for, and when it ended.
    pub since: Nanos,
    /// When it ended.
    pub ended: Option<Nanos>,
    /// The way its requests took through the stack.
    pub trails: Vec<Trail>,
    /// Why it failed, where it did.
    pub failure: Option<Failure>,
    /// The domain before and right after.
    pub before: Option<Standing>,
    /// The domain right after.
    pub after: Option<Standing>,
    /// How the host comes to what was asked.
    pub pursuit: Option<Pursuit>,
    /// Whether it can be taken back.
    pub undo: Undo,
    /// What it undoes, where it does.
    pub undoes: Option<(JobId, Box<Undoes>)>,
    /// What was kept of the domain when it was asked for, where it is only meant upon that.
    pub upon: Option<Upon>,
    /// What is odd about the description it made something of, a line each; safe to show.
    pub notes: Vec<String>,
    /// The plan it is part of: its number, and how it goes on.
    pub plan: Option<(u64, Plan)>,
}

/// How far a job has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for its turn.
    Queued,
    /// The drivers are at it.
    Sent,
    /// The drivers have done it; it comes about.
    Underway,
    /// It has come about.
    Done,
    /// It has not, and will not.
    Failed,
    /// It was taken out before it was begun, or taken back while it was on its way.
    Cancelled,
}

impl Stage {
    /// Whether it will not change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Underway => "under way",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Job {
    /// Its operation.
    pub fn op(&self) -> Option<Op> {
        self.requests.first().map(Request::op)
    }

    /// How the host comes to what was asked, in a word.
    pub fn verdict(&self) -> Option<Verdict> {
        self.pursuit.as_ref().map(Pursuit::verdict)
    }

    /// What of a definition it was done without, a phrase each; not safe to show.
    pub fn lost(&self) -> impl Iterator<Item = &str> {
        let steps = self.trails.iter().flat_map(|Trail(steps)| steps);
        steps.flat_map(|step| &step.lost).map(String::as_str)
    }

    fn order(&self) -> Order {
        Order {
            job: self.id,
            command: self.title.clone(),
            requests: self.requests.clone(),
            undoes: self.undoes.as_ref().map(|(_, undoes)| undoes.clone()),
            upon: self.upon.clone(),
        }
    }

    fn end(&mut self, stage: Stage, now: Nanos) {
        (self.stage, self.ended) = (stage, Some(now));
    }

    /// A snapshot came: whether it has come about.
    fn look(&mut self, snapshot: &Snapshot) {
        let Some(pursuit) = self.pursuit.as_mut().filter(|_| self.stage == Stage::Underway) else { return };
        let now = snapshot.at.mono;
        match pursuit.look(snapshot) {
            Verdict::Reached => self.end(Stage::Done, now),
            Verdict::Lost => self.end(Stage::Failed, now),
            Verdict::Ignored if now.since(self.since) >= LONGEST => self.end(Stage::Failed, now),
            Verdict::Waiting | Verdict::Moving | Verdict::Ignored => {}
        }
    }

    /// The drivers have answered.
    fn reported(&mut self, report: Report, now: Nanos) {
        self.pursuit = self.requests.last().and_then(|last| Pursuit::of(last, report.before.as_ref(), now));
        (self.before, self.after, self.trails) = (report.before, report.after, report.trails);
        (self.failure, self.notes) = (report.failure, report.notes);
        if self.failure.is_some() {
            return self.end(Stage::Failed, now);
        }
        self.stage = Stage::Underway;
        if self.pursuit.is_none() {
            self.end(Stage::Done, now);
        }
    }
}

impl Jobs {
    /// All of them, oldest first.
    pub fn list(&self) -> impl DoubleEndedIterator<Item = &Job> + ExactSizeIterator {
        self.list.iter()
    }

    /// One of them.
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.list.iter().find(|job| job.id == id)
    }

    pub(super) fn job_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.list.iter_mut().find(|job| job.id == id)
    }

    /// Those that have not ended.
    pub fn running(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.list.iter().filter(|job| !job.stage.is_final())
    }

    /// The newest job about a domain that has not ended: its row is marked as pending.
    pub fn pending(&self, host: HostId, key: DomainKey) -> Option<&Job> {
        let about = |job: &&Job| job.host == host && job.target.as_ref().is_some_and(|t| t.key == key);
        self.running().rfind(about)
    }

    /// Domains whose guests were asked something and have not answered.
    pub(super) fn awaited(&self, host: HostId) -> Vec<DomainKey> {
        let jobs = self.running().filter(|job| job.host == host);
        jobs.filter_map(|job| job.pursuit.as_ref()).filter(|p| p.awaits_guest()).map(Pursuit::key).collect()
    }

    /// Puts a job in; returns its number.
    fn put(&mut self, make: impl FnOnce(JobId) -> Job) -> JobId {
        self.given += 1;
        let id = JobId(self.given);
        self.list.push_back(make(id));
        while self.list.len() > KEPT {
            let Some(ended) = self.list.iter().position(|job| job.stage.is_final()) else { break };
            self.list.remove(ended);
        }
        id
    }

    /// Whether a queued job may be sent now.
    fn is_due(&self, job: &Job, now: Nanos) -> bool {
        let Some((plan, how)) = job.plan else { return true };
        let before = || self.list.iter().filter(|j| j.id < job.id && j.plan.is_some_and(|(p, _)| p == plan));
        let begun = before().filter(|j| j.stage != Stage::Queued).map(|j| j.since).max();
        let busy = before().any(|j| j.stage == Stage::Queued || (how.wait && !j.stage.is_final()));
        !busy && begun.is_none_or(|at| now.since(at) >= how.stagger)
    }

    /// Takes the rest of a plan out after one of its jobs failed.
    fn stop_plan(&mut self, id: JobId, now: Nanos) {
        let failed = self.job(id).filter(|job| job.stage == Stage::Failed);
        let Some((plan, _)) = failed.and_then(|job| job.plan).filter(|(_, how)| how.stop) else { return };
        let rest = self.list.iter_mut().filter(|job| job.plan.is_some_and(|(p, _)| p == plan));
        rest.filter(|job| job.stage == Stage::Queued).for_each(|job| job.end(Stage::Cancelled, now));
    }
}

impl App {
    /// Makes jobs of what the user means, and sends those whose turn it is.
    pub(super) fn submit(&mut self, intent: &Intent) -> Vec<Effect> {
        self.submit_upon(intent, self.pane().id, None)
    }

    /// The same on a host that may be another than the one looked at, and only upon what is kept of a domain.
    pub(super) fn submit_upon(&mut self, intent: &Intent, host: HostId, upon: Option<&Upon>) -> Vec<Effect> {
        let now = self.now;
        let plan = (intent.acts.len() > 1).then(|| {
            self.jobs.plans += 1;
            (self.jobs.plans, intent.plan)
        });
        for act in &intent.acts {
            let (title, act) = (intent.typed(act), act.clone());
            let parts = (title, act.target, act.requests);
            self.jobs.put(|id| Job { upon: upon.cloned(), ..Job::new(id, host, now, parts, plan) });
        }
        self.table.marks.clear();
        self.say(format!("{}: asked", intent.title()));
        self.send_due()
    }

    /// Sends the queued jobs whose turn it is.
    pub(super) fn send_due(&mut self) -> Vec<Effect> {
        let now = self.now;
        let mut effects = Vec::new();
        while let Some(id) = self.next_due() {
            let Some(job) = self.jobs.job_mut(id) else { break };
            (job.stage, job.since) = (Stage::Sent, now);
            effects.push(Effect::Run(job.host, job.order()));
        }
        effects
    }

    fn next_due(&self) -> Option<JobId> {
        let mut queued = self.jobs.list.iter().filter(|job| job.stage == Stage::Queued);
        queued.find(|job| self.jobs.is_due(job, self.now)).map(|job| job.id)
    }

    /// The drivers have answered: the next snapshot tells the truth.
    pub(super) fn reported(&mut self, host: HostId, id: JobId, report: Report) -> Vec<Effect> {
        let now = self.now;
        let Some(job) = self.jobs.job_mut(id) else { return Vec::new() };
        job.reported(report, now);
        let told = job.failure.as_ref().map(brief).or_else(|| incomplete(job));
        let told = told.map(|why| (job.title.clone(), why));
        let mut effects = vec![Effect::Poke(host)];
        if self.jobs.job(id).zip(self.xml.of).is_some_and(|(job, of)| job.redefines(of)) {
            self.xml.age();
        }
        let file = self.defined(id);
        if let Some((title, why)) = told {
            let kept = file.as_ref().filter(|(_, keep)| *keep == Keep::Yes);
            let kept = kept.map(|(file, _)| keeping(file));
            self.complain(format!("{}: {why}", kept.unwrap_or(title)));
        }
        effects.extend(file.filter(|(_, keep)| *keep == Keep::No).map(|(file, _)| Effect::Discard(file)));
        self.enter(id);
        self.jobs.stop_plan(id, now);
        effects.extend(self.send_due());
        effects
    }

    /// A snapshot came: jobs that are under way look at it.
    pub(super) fn look_at_jobs(&mut self, host: HostId, snapshot: &Snapshot) {
        self.jobs.follow_transfers(host, snapshot);
        let mut ended = Vec::new();
        for job in self.jobs.list.iter_mut().filter(|job| job.host == host && !job.stage.is_final()) {
            job.look(snapshot);
            if job.stage.is_final() {
                ended.push((job.id, job.stage == Stage::Failed, told(job)));
            }
        }
        for (id, failed, text) in ended {
            self.jobs.stop_plan(id, self.now);
            if failed { self.complain(text) } else { self.say(text) }
        }
    }
}

impl App {
    /// The job picked in the Jobs panel: newest first.
    pub fn selected_job(&self) -> Option<&Job> {
        self.jobs.list().rev().nth(self.screen.job)
    }

    /// Cancels the picked job where the panel is to be seen, else the newest that has not ended.
    pub(super) fn cancel_selected(&mut self) -> Vec<Effect> {
        let picked = self.selected_job().filter(|_| self.screen.shows(Panel::Jobs));
        let job = picked.or_else(|| self.jobs.running().next_back()).map(|job| job.id);
        job.map_or_else(Vec::new, |id| self.cancel_job(id))
    }
}

impl Job {
    fn new(
        id: JobId,
        host: HostId,
        since: Nanos,
        (title, target, requests): (String, Option<Target>, Vec<Request>),
        plan: Option<(u64, Plan)>,
    ) -> Self {
        Self {
            id,
            host,
            title,
            target,
            requests,
            stage: Stage::Queued,
            since,
            ended: None,
            trails: Vec::new(),
            failure: None,
            before: None,
            after: None,
            pursuit: None,
            undo: Undo::No("it has not been done".into()),
            undoes: None,
            upon: None,
            notes: Vec::new(),
            plan,
        }
    }
}

/// What came of a job that has ended, in a line.
fn told(job: &Job) -> String {
    let by: Vec<_> = job.trails.iter().flat_map(Trail::done_by).map(AsRef::as_ref).collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) };
    match (job.stage, &job.pursuit) {
        (Stage::Failed, Some(pursuit)) => format!("{}: {}", job.title, pursuit.verdict().word()),
        _ => format!("{}: done{by}", job.title),
    }
}

/// That something of a definition was left out or is odd, where it is.
fn incomplete(job: &Job) -> Option<String> {
    let lost = job.lost().map(|what| format!("without {}", visible(what)));
    let told: Vec<_> = lost.chain(job.notes.first().cloned()).collect();
    let others = job.notes.len().saturating_sub(1);
    let more = if others > 0 { format!("; {others} notes more") } else { String::new() };
    (!told.is_empty()).then(|| format!("done, {}{more}", told.join("; ")))
}

/// A failure in a line: the last reason, which is the one of whoever tried.
pub(super) fn brief(failure: &Failure) -> String {
    let reasons: Vec<_> = failure.reasons.iter().map(|r| format!("{}: {}", r.driver, r.message)).collect();
    if reasons.is_empty() { "no driver of this host can".into() } else { reasons.join("; ") }
}
