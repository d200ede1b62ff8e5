//! Who writes about one host.

use std::sync::Arc;

use super::{Log, Record, User};
use crate::model::{Attempt, Nanos, Order, Report};

/// Writes about the changes of one host; the time is the caller's.
#[derive(Clone, Debug)]
pub struct Scribe {
    log: Arc<Log>,
    user: User,
    host: String,
}

impl Scribe {
    /// About the host of this URI, for the user of this process.
    pub fn new(log: Arc<Log>, host: &str) -> Self {
        Self { log, user: User::current(), host: host.into() }
    }

    /// Where it writes.
    pub const fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Writes what came of an order.
    ///
    /// # Errors
    /// As [`Log::record`].
    pub fn done(&self, wall: Nanos, order: &Order, report: &Report) -> Result<(), String> {
        self.log.record(&Record::of(&self.user, (&self.host, wall), order, report))
    }

    /// Writes that a command which needs no driver was done: a console is typed on.
    ///
    /// # Errors
    /// As [`Log::record`].
    pub fn did(&self, wall: Nanos, what: &Attempt) -> Result<(), String> {
        self.log.record(&Record::did(&self.user, (&self.host, wall), what))
    }

    /// Writes that a command may not be done here.
    ///
    /// # Errors
    /// As [`Log::record`].
    pub fn refused(&self, wall: Nanos, attempt: &Attempt) -> Result<(), String> {
        self.log.record(&Record::refused(&self.user, (&self.host, wall), attempt))
    }
}
