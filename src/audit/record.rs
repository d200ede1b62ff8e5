//! One line of the audit. Its keys are stable and carry units.

use std::fmt::Write;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::User;
use crate::model::{
    self, Affinity, Attempt, DomainKey, Failure, Name, Nanos, Order, Report, Trail, request::Request,
    text::steers,
};

/// A change, or an attempt at one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it was done: RFC 3339 in UTC.
    pub time: String,
    /// The name of the process's real uid.
    pub user: String,
    /// Who logged in before, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The process.
    pub pid: u32,
    /// The host's URI.
    pub host: String,
    /// The command as it would be typed.
    pub command: String,
    /// The domain it was about, where it was about one that was there.
    pub domain: Option<Subject>,
    /// The domain before.
    pub before: Option<Standing>,
    /// The domain right after.
    pub after: Option<Standing>,
    /// The drivers that were asked, in order.
    pub by: Vec<Step>,
    /// What came of it.
    pub result: Verdict,
    /// Why it was not done, where it was not.
    pub reason: Option<String>,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The drivers did it.
    Done,
    /// They did not.
    Failed,
    /// It may not be done here.
    Refused,
    /// A change was taken back.
    Undone,
}

impl Verdict {
    /// Its word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Undone => "undone",
        }
    }
}

/// A domain by all its names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The running id, where it ran.
    pub id: Option<u32>,
    /// The uuid.
    pub uuid: String,
    /// The name, where it was read.
    pub name: Option<String>,
}

/// A domain as far as changes touch it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// What it was doing, in the word of `list`.
    pub state: String,
    /// The memory it had.
    pub memory_kib: u64,
    /// The memory it could have.
    pub max_memory_kib: Option<u64>,
    /// The memory it was asked to come to.
    pub target_kib: Option<u64>,
    /// vCPUs that were plugged in.
    pub vcpus: u32,
    /// vCPUs it could have.
    pub max_vcpus: u32,
    /// Where its vCPUs could run, where that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pins: Option<Vec<Pin>>,
    /// Its weight, where that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Its cap, where that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<u32>,
}

/// Where a vCPU could run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The vCPU.
    pub vcpu: u32,
    /// Where it could run at all.
    pub hard: String,
    /// Where it would rather run.
    pub soft: String,
}

/// What one driver answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The driver.
    pub driver: String,
    /// Whether it did it.
    pub did: bool,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What of a definition it did it without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

impl Record {
    /// Of an order that was carried out, or tried.
    pub fn of(user: &User, (host, wall): (&str, Nanos), order: &Order, report: &Report) -> Self {
        let attempt = Attempt { command: order.command.clone(), why: String::new(), domain: None };
        let result = match (&report.failure, &order.undoes) {
            (Some(_), _) => Verdict::Failed,
            (None, Some(_)) => Verdict::Undone,
            (None, None) => Verdict::Done,
        };
        Self {
            domain: subject(order, report),
            before: report.before.as_ref().map(Standing::of),
            after: report.after.as_ref().map(Standing::of),
            by: steps(report),
            result,
            reason: report.failure.as_ref().map(told),
            ..Self::refused(user, (host, wall), &attempt)
        }
    }

    /// Of a command that was done without a driver.
    pub fn did(user: &User, about: (&str, Nanos), what: &Attempt) -> Self {
        Self { result: Verdict::Done, reason: None, ..Self::refused(user, about, what) }
    }

    /// Of a command that may not be done here.
    pub fn refused(user: &User, (host, wall): (&str, Nanos), attempt: &Attempt) -> Self {
        Self {
            time: time(wall),
            user: user.name.clone(),
            login: user.login.clone(),
            pid: user.pid,
            host: host.into(),
            command: attempt.command.clone(),
            domain: attempt.domain.as_ref().map(|(key, name)| Subject::of(*key, Some(name))),
            before: None,
            after: None,
            by: Vec::new(),
            result: Verdict::Refused,
            reason: Some(attempt.why.clone()),
        }
    }

    /// Its line, with every character escaped that a terminal could obey.
    ///
    /// # Panics
    /// Never: its keys are strings, and a String takes all.
    pub fn line(&self) -> String {
        let json = serde_json::to_string(self).expect("its keys are strings");
        let mut line = String::with_capacity(json.len() + 1);
        for c in json.chars() {
            if steers(c) {
                // Outside of strings there is nothing but ASCII, so it stands in one.
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(line, "\\u{unit:04x}").expect("a String takes all");
                }
            } else {
                line.push(c);
            }
        }
        line.push('\n');
        line
    }
}

impl Subject {
    fn of(DomainKey { id, uuid }: DomainKey, name: Option<&Name>) -> Self {
        Self { id: id.map(|id| id.0), uuid: uuid.to_string(), name: name.map(|name| name.raw().to_owned()) }
    }
}

impl Standing {
    fn of(domain: &model::Standing) -> Self {
        let sched = domain.sched.as_ref();
        Self {
            name: domain.name.raw().into(),
            state: domain.state.word().into(),
            memory_kib: domain.memory.0,
            max_memory_kib: domain.max_memory.map(|amount| amount.0),
            target_kib: domain.target.map(|amount| amount.0),
            vcpus: domain.vcpus.online,
            max_vcpus: domain.vcpus.max,
            pins: domain.affinities.as_ref().map(|pins| pins.iter().map(pin).collect()),
            weight: sched.and_then(|sched| sched.weight),
            cap: sched.and_then(|sched| sched.cap),
        }
    }
}

fn pin(affinity: &Affinity) -> Pin {
    Pin { vcpu: affinity.vcpu, hard: affinity.hard.to_string(), soft: affinity.soft.to_string() }
}

/// The domain: as it was found, else as it was asked for.
fn subject(order: &Order, report: &Report) -> Option<Subject> {
    let found = report.before.as_ref().or(report.after.as_ref());
    let asked = order.requests.iter().find_map(|request| match request {
        Request::Domain(key, _) => Some(*key),
        _ => None,
    });
    let key = found.map(|found| found.key).or(asked)?;
    Some(Subject::of(key, found.map(|found| &found.name)))
}

/// Who was asked: for what was done, and for what was not.
fn steps(report: &Report) -> Vec<Step> {
    let step = |step: &model::Step| Step {
        driver: step.driver.to_string(),
        did: step.refused.is_none(),
        reason: step.refused.as_ref().map(|reason| reason.message.to_string()),
        lost: step.lost.clone(),
    };
    let done = report.trails.iter().flat_map(|Trail(steps)| steps).map(step);
    let failed = report.failure.iter().flat_map(|failure| &failure.reasons).map(|reason| Step {
        driver: reason.driver.to_string(),
        did: false,
        reason: Some(reason.message.to_string()),
        lost: Vec::new(),
    });
    done.chain(failed).collect()
}

/// A failure in one line.
fn told(failure: &Failure) -> String {
    failure.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn time(wall: Nanos) -> String {
    let nanos = i128::from(wall.0) / 1_000_000 * 1_000_000;
    Timestamp::from_nanosecond(nanos).unwrap_or_default().to_string()
}
