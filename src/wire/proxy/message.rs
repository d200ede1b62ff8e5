//! What a proxy says.

use std::sync::Arc;

use super::{
    Bad, MOST_MESSAGE,
    field::{Field, Fields},
    frame,
};
use crate::model::{Detail, Hypervisor, Kind, Op, console::Tty, definition::Told};

const WELCOME: u8 = 16;
const SERVED: u8 = 17;
const BYE: u8 = 18;
const ANSWER: u8 = 19;
pub(super) const NODE: u8 = 20;
pub(super) const ROSTER: u8 = 21;
pub(super) const VCPUS: u8 = 22;
pub(super) const TICK: u8 = 23;

/// What a proxy says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message<'a> {
    /// Who is there: comes first.
    Welcome(Welcome),
    /// Why it hangs up.
    Bye(String),
    /// The samples that follow hold what was demanded under this number.
    Served(u32),
    /// What came of a question.
    Answer(u32, Answer),
    /// A part of a sample, for an [`super::Assembly`].
    Part(Part<'a>),
}

/// A part of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The machine.
    Node(&'a [u8]),
    /// What seldom changes of the domains.
    Roster(&'a [u8]),
    /// Virtual CPUs, for the tick that follows.
    Vcpus(&'a [u8]),
    /// What changes: it completes the sample.
    Tick(&'a [u8]),
}

/// Who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Welcome {
    /// The version it speaks.
    pub version: u8,
    /// Its program's version, to be told.
    pub program: String,
    /// The hypervisor.
    pub hypervisor: Hypervisor,
    /// What can be read of the host; words this program does not know are left out.
    pub ops: Vec<Op>,
}

/// What came of a question.
pub type Answer = Result<Reply, Trouble>;

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Of [`super::Question::Detail`].
    Detail(Box<Detail>),
    /// Of [`super::Question::Definition`].
    Definition(Told),
    /// Of [`super::Question::Configuration`].
    Configuration(String),
    /// Of [`super::Question::Consoles`].
    Consoles(Vec<Tty>),
    /// Of [`super::Question::HostLog`]: the text, and the cursor to go on from.
    HostLog(String, u32),
}

/// Why a question has no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What sort of error.
    pub kind: Kind,
    /// What was attempted, on what, and what came back.
    pub message: Arc<str>,
    /// What to try.
    pub hint: Option<Arc<str>>,
}

impl<'a> Message<'a> {
    /// Appends its frame.
    pub fn put(&self, into: &mut Vec<u8>) {
        match self {
            Self::Welcome(welcome) => frame::put(WELCOME, into, |into| welcome.put(into)),
            Self::Bye(why) => frame::put(BYE, into, |into| why.put(into)),
            Self::Served(serial) => frame::put(SERVED, into, |into| serial.put(into)),
            Self::Answer(number, answer) => put_answer(*number, &answer_body(answer), into),
            Self::Part(part) => {
                let (kind, body) = part.kind_and_body();
                frame::put(kind, into, |into| into.extend(body));
            }
        }
    }

    /// From a frame's kind and body.
    ///
    /// # Errors
    /// Where it is none of these.
    pub fn of(kind: u8, body: &'a [u8]) -> Result<Self, Bad> {
        let mut from = Fields(body);
        let message = match kind {
            WELCOME => Self::Welcome(Welcome::take(&mut from)?),
            BYE => Self::Bye(String::take(&mut from)?),
            SERVED => Self::Served(u32::take(&mut from)?),
            ANSWER => Self::Answer(u32::take(&mut from)?, take_answer(&mut from)?),
            NODE => return Ok(Self::Part(Part::Node(body))),
            ROSTER => return Ok(Self::Part(Part::Roster(body))),
            VCPUS => return Ok(Self::Part(Part::Vcpus(body))),
            TICK => return Ok(Self::Part(Part::Tick(body))),
            _ => return Err(Bad),
        };
        from.end().map(|()| message)
    }

    /// The first frame of these bytes and how many it took; none where there are not enough yet.
    ///
    /// # Errors
    /// Where no bytes to come could make it a message.
    pub fn decode(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, Bad> {
        let Some((kind, body, length)) = frame::split(bytes, MOST_MESSAGE)? else { return Ok(None) };
        Ok(Some((Self::of(kind, body)?, length)))
    }
}

impl<'a> Part<'a> {
    const fn kind_and_body(self) -> (u8, &'a [u8]) {
        match self {
            Self::Node(body) => (NODE, body),
            Self::Roster(body) => (ROSTER, body),
            Self::Vcpus(body) => (VCPUS, body),
            Self::Tick(body) => (TICK, body),
        }
    }
}

/// The bytes of an answer without its number: the same for all who asked.
pub fn answer_body(answer: &Answer) -> Vec<u8> {
    let mut body = Vec::new();
    match answer {
        Ok(Reply::Detail(detail)) => {
            body.push(0);
            detail.put(&mut body);
        }
        Ok(Reply::Definition(told)) => {
            body.push(1);
            told.put(&mut body);
        }
        Ok(Reply::Configuration(text)) => {
            body.push(2);
            text.put(&mut body);
        }
        Ok(Reply::Consoles(ttys)) => {
            body.push(3);
            ttys.put(&mut body);
        }
        Ok(Reply::HostLog(text, cursor)) => {
            body.push(4);
            text.put(&mut body);
            cursor.put(&mut body);
        }
        Err(trouble) => {
            body.push(255);
            trouble.put(&mut body);
        }
    }
    body
}

/// Appends the frame of an answer.
pub fn put_answer(number: u32, body: &[u8], into: &mut Vec<u8>) {
    frame::put(ANSWER, into, |into| {
        number.put(into);
        into.extend(body);
    });
}

fn take_answer(from: &mut Fields<'_>) -> Result<Answer, Bad> {
    Ok(match u8::take(from)? {
        0 => Ok(Reply::Detail(Box::new(Detail::take(from)?))),
        1 => Ok(Reply::Definition(Told::take(from)?)),
        2 => Ok(Reply::Configuration(String::take(from)?)),
        3 => Ok(Reply::Consoles(Vec::take(from)?)),
        4 => Ok(Reply::HostLog(String::take(from)?, u32::take(from)?)),
        255 => Err(Trouble::take(from)?),
        _ => return Err(Bad),
    })
}

record!(Trouble { kind, message, hint });

impl Field for Welcome {
    fn put(&self, into: &mut Vec<u8>) {
        self.version.put(into);
        self.program.put(into);
        self.hypervisor.put(into);
        self.ops.put(into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        let (version, program) = (u8::take(from)?, String::take(from)?);
        let hypervisor = Hypervisor::take(from)?;
        let words = Vec::<String>::take(from)?;
        let known = |word: &String| Op::ALL.iter().copied().find(|op| op.word() == word);
        Ok(Self { version, program, hypervisor, ops: words.iter().filter_map(known).collect() })
    }
}
