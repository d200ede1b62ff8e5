//! What the screen or the command line has the executor do, and what came of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DomainKey, Failure, Kind, Name, Op, Reason, Standing, Trail, request::Request};

/// The number of a job: given once, never again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

/// Requests to carry out one after the other; the first that fails ends it.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The job it is for.
    pub job: JobId,
    /// The command as it would be typed, for the audit: `pin web1 0 0-3`.
    pub command: String,
    /// What to do: at least one, all of the same operation and of the same domain where they are of one.
    pub requests: Vec<Request>,
    /// Where it undoes a change: that change, with the domain before and after it. It is not carried out where
    /// somebody changed the same thing since.
    pub undoes: Option<Box<Undoes>>,
    /// Where it was made upon what was kept of a domain: it is not carried out where that is another by now.
    pub upon: Option<Upon>,
}

/// What was kept of a domain when an order was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upon {
    /// The domain.
    pub key: DomainKey,
    /// Its definition, raw XML.
    pub kept: Arc<str>,
}

/// A change that is to be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoes {
    /// What was changed.
    pub changes: Vec<super::request::Change>,
    /// The domain before it.
    pub before: Standing,
    /// The domain right after it.
    pub after: Standing,
}

/// A change that was tried and may not be made here.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The command as typed.
    pub command: String,
    /// Why it may not be.
    pub why: String,
    /// The domain it would have hit, where that is known.
    pub domain: Option<(DomainKey, Name)>,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The domain before, where it is about one that was there.
    pub before: Option<Standing>,
    /// The domain right after, where it is still there.
    pub after: Option<Standing>,
    /// The way of each request that was done, in order.
    pub trails: Vec<Trail>,
    /// Why the next one was not done, where one was not.
    pub failure: Option<Failure>,
    /// What is odd about the description something was made of, a line each; safe to show.
    pub notes: Vec<String>,
}

impl Report {
    /// Of an order that nobody can tell the end of.
    pub fn lost(order: &Order, why: &str) -> Self {
        let reason =
            Reason { driver: "executor".into(), kind: Kind::Failed, message: why.into(), hint: None };
        let failure = order.op().map(|op| Failure { op, subject: "".into(), reasons: vec![reason] });
        Self { before: None, after: None, trails: Vec::new(), failure, notes: Vec::new() }
    }
}

impl Order {
    /// The operation it needs.
    pub fn op(&self) -> Option<Op> {
        self.requests.first().map(Request::op)
    }
}
