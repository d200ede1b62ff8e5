//! What a watcher says: who it is, what it wants sampled, what it asks. Each of it only reads.

use super::{
    Bad, MOST_CALL,
    field::{Field, Fields},
    frame,
};
use crate::model::{Demand, DomainKey, Op, Which};

const HELLO: u8 = 1;
const DEMAND: u8 = 2;
const ASK: u8 = 3;

/// What a watcher says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// The version it speaks; comes first.
    Hello(u8),
    /// What the next samples should hold, and the number by which they are told to.
    Demand(u32, Demand),
    /// A single question, and the number its answer comes under.
    Ask(u32, Question),
}

/// What is asked of one domain, or of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Affinities, share, devices and facts of a domain.
    Detail(DomainKey),
    /// A domain's definition.
    Definition(DomainKey, Which),
    /// A domain's configuration as its toolstack keeps it.
    Configuration(DomainKey),
    /// A domain's consoles.
    Consoles(DomainKey),
    /// What the hypervisor printed after this cursor.
    HostLog(u32),
}

impl Question {
    /// The operation it needs of the host; the first of several.
    pub const fn op(self) -> Op {
        match self {
            Self::Detail(_) => Op::Affinities,
            Self::Definition(..) => Op::Definition,
            Self::Configuration(_) => Op::Configuration,
            Self::Consoles(_) => Op::Consoles,
            Self::HostLog(_) => Op::HostLog,
        }
    }
}

impl Call {
    /// Appends its frame.
    pub fn put(&self, into: &mut Vec<u8>) {
        match self {
            Self::Hello(version) => frame::put(HELLO, into, |into| version.put(into)),
            Self::Demand(serial, demand) => frame::put(DEMAND, into, |into| {
                serial.put(into);
                demand.put(into);
            }),
            Self::Ask(number, question) => frame::put(ASK, into, |into| {
                number.put(into);
                question.put(into);
            }),
        }
    }

    /// From a frame's kind and body.
    ///
    /// # Errors
    /// Where it is none of these.
    pub fn of(kind: u8, body: &[u8]) -> Result<Self, Bad> {
        let mut from = Fields(body);
        let call = match kind {
            // A later version may say more in its greeting.
            HELLO => return u8::take(&mut from).map(Self::Hello),
            DEMAND => Self::Demand(u32::take(&mut from)?, Demand::take(&mut from)?),
            ASK => Self::Ask(u32::take(&mut from)?, Question::take(&mut from)?),
            _ => return Err(Bad),
        };
        from.end().map(|()| call)
    }

    /// The first frame of these bytes and how many it took; none where there are not enough yet.
    ///
    /// # Errors
    /// Where no bytes to come could make it a call.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Bad> {
        let Some((kind, body, length)) = frame::split(bytes, MOST_CALL)? else { return Ok(None) };
        Ok(Some((Self::of(kind, body)?, length)))
    }
}

record!(Demand { interval, all_vcpus, devices, focus, awaited });

tagged!(Which, Live 0, Kept 1);

impl Field for Question {
    fn put(&self, into: &mut Vec<u8>) {
        match *self {
            Self::Detail(key) => (0_u8, key).put(into),
            Self::Definition(key, which) => (1_u8, (key, which)).put(into),
            Self::Configuration(key) => (2_u8, key).put(into),
            Self::Consoles(key) => (3_u8, key).put(into),
            Self::HostLog(cursor) => (4_u8, cursor).put(into),
        }
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        Ok(match u8::take(from)? {
            0 => Self::Detail(Field::take(from)?),
            1 => Self::Definition(Field::take(from)?, Field::take(from)?),
            2 => Self::Configuration(Field::take(from)?),
            3 => Self::Consoles(Field::take(from)?),
            4 => Self::HostLog(Field::take(from)?),
            _ => return Err(Bad),
        })
    }
}
