//! The audit: an append-only file of JSON lines with every change and every refused attempt, shared by all domtops of
//! a machine.
//!
//! ```text
//!   Order, Report ──► Record ──► line ──► one write(2) ──► audit.jsonl ──► .1 ──► .2 …     by size, under the lock
//!                                  │ cannot be written
//!                                  └──► backlog ──► with the next record, or when it is tried again
//! ```

mod file;
mod log;
mod place;
mod record;
mod scribe;
mod tail;
mod user;

pub use log::{Limits, Log};
pub use place::{OFF, choose};
pub use record::{Record, Standing, Step, Subject, Verdict};
pub use scribe::Scribe;
pub use tail::tail;
pub use user::User;
