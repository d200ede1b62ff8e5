//! Which events are ours: what other domtops wrote into the audit about the same host just before.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use super::RECORDS;
use crate::{
    app::command,
    audit::{Record, Verdict, tail},
    model::{
        DomainId, DomainKey, HostId, Nanos, Op, Stamp,
        event::{Deed, Event, attribute},
    },
};

/// How long drivers may have taken over what a record tells the end of.
const TAKEN: Nanos = Nanos(5_000_000_000);
/// How old a record may be whose effect is seen now.
const RECENT: Nanos = Nanos(5_000_000_000);

/// The audit of one host.
pub(super) struct Ours {
    pub(super) path: PathBuf,
    pub(super) host: String,
}

impl Ours {
    /// Makes events ours that are. The file is read only where something happened.
    pub(super) fn claim(&self, events: &mut [Event]) {
        let Some(first) = events.first() else { return };
        // One that cannot be read was complained of at the start.
        let records = tail(&self.path, &self.host, RECORDS).unwrap_or_default();
        let deeds: Vec<Deed> =
            records.iter().filter_map(|record| deed(record, first.host, first.at)).collect();
        for event in events {
            attribute(event, deeds.iter());
        }
    }
}

/// What a record tells, on the clock of these events.
fn deed(record: &Record, host: HostId, now: Stamp) -> Option<Deed> {
    let done = matches!(record.result, Verdict::Done | Verdict::Undone);
    let age = now.wall.since(wall(&record.time));
    // It may be older than this process, whose clock begins with it.
    let ended = now.mono.since(age);
    let domain = record.domain.as_ref().and_then(|domain| {
        Some(DomainKey { id: domain.id.map(DomainId), uuid: domain.uuid.parse::<Uuid>().ok()? })
    });
    (done && age <= RECENT).then_some(Deed {
        host,
        domain,
        op: op(&record.command)?,
        title: Arc::from(record.command.as_str()),
        span: (ended.since(TAKEN), Some(ended)),
    })
}

/// The operation of a command as it was typed; of one that takes another back, its inverse.
fn op(typed: &str) -> Option<Op> {
    let undone = typed.strip_prefix("undo ");
    let name = undone.unwrap_or(typed).split(' ').next()?;
    let op = command::find(name)?.op?;
    Some(match (undone, op) {
        (Some(_), Op::Suspend) => Op::Resume,
        (Some(_), Op::Resume) => Op::Suspend,
        _ => op,
    })
}

/// The moment of a record; the first there was where it is none.
pub(super) fn wall(time: &str) -> Nanos {
    let time: Timestamp = time.parse().unwrap_or_default();
    Nanos(u64::try_from(time.as_nanosecond()).unwrap_or(0))
}
