//! Threads that have questions answered: the same question within a second is asked of the host once. What may take a
//! toolstack's time has a thread of its own, so that who looks at a domain does not wait for who reads a definition; and
//! no user waits for all that another one asks.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use nix::sys::eventfd::EventFd;

use super::{
    packet::Piece,
    turns::{Asked, Turns},
};
use crate::{
    driver::{Reader, console::Consoles, definitions::Definitions},
    model::{Failure, Kind, Nanos, Op, definition::Told},
    sampler::stamp,
    wire::{
        cfg,
        proxy::{Answer, Question, Reply, Trouble, answer_body},
        xml,
    },
};

/// How long an answer serves.
const KEPT: Nanos = Nanos(1_000_000_000);
/// With so many answers kept, those that serve no more are thrown away.
const MANY: usize = 256;

/// Bytes of answers kept, by each thread: with more, none is.
const MOST: usize = 8 << 20;

/// Who can answer single questions of a host.
pub(super) struct Sources {
    pub(super) reader: Reader,
    pub(super) consoles: Consoles,
    pub(super) definitions: Definitions,
}

/// Who asked, under which number, and what came of it.
pub(super) type Answered = (u64, u32, Piece);

/// The threads, as the loop has them.
pub(super) struct Answers {
    quick: Arc<Turns>,
    slow: Arc<Turns>,
    done: Receiver<Answered>,
}

impl Answers {
    /// Starts the threads, which wake the loop by `bell`.
    pub(super) fn spawn(sources: &Sources, bell: &Arc<EventFd>) -> std::io::Result<Self> {
        let (outbox, done) = channel();
        let start = |name: &str| {
            let turns = Arc::new(Turns::default());
            let (kept, questions) = (Kept::new(sources), turns.clone());
            let (outbox, bell) = (outbox.clone(), bell.clone());
            let work = move || kept.run(&questions, &outbox, &bell);
            thread::Builder::new().name(name.into()).spawn(work).map(|_| turns)
        };
        Ok(Self { quick: start("details")?, slow: start("answers")?, done })
    }

    /// Has a question answered.
    pub(super) fn ask(&self, asked: Asked) {
        let way = if matches!(asked.question, Question::Detail(_)) { &self.quick } else { &self.slow };
        way.put(asked);
    }

    /// One has left: what it asked and has no answer yet need not be asked of the host.
    pub(super) fn forget(&self, client: u64, uid: u32) {
        self.quick.forget(client, uid);
        self.slow.forget(client, uid);
    }

    /// An answer that has come.
    pub(super) fn take(&self) -> Option<Answered> {
        self.done.try_recv().ok()
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.quick.end();
        self.slow.end();
    }
}

/// Answers, as long as they serve.
struct Kept {
    sources: Sources,
    answers: HashMap<Question, (Nanos, Piece)>,
}

impl Kept {
    fn new(Sources { reader, consoles, definitions }: &Sources) -> Self {
        let (consoles, definitions) = (consoles.clone(), definitions.clone());
        let sources = Sources { reader: reader.twin(), consoles, definitions };
        Self { sources, answers: HashMap::new() }
    }

    /// Runs until nobody can ask any more.
    fn run(mut self, questions: &Turns, outbox: &Sender<Answered>, bell: &EventFd) {
        while let Some(Asked { client, number, question, .. }) = questions.next() {
            if outbox.send((client, number, self.answer(question))).is_err() {
                return;
            }
            // A bell that rings already is loud enough.
            let _ = bell.write(1);
        }
    }

    fn answer(&mut self, question: Question) -> Piece {
        let now = stamp().mono;
        if let Some((at, piece)) = self.answers.get(&question)
            && now.since(*at) < KEPT
        {
            return piece.clone();
        }
        let answer = catch_unwind(AssertUnwindSafe(|| self.sources.answer(question)));
        let piece: Piece = answer_body(&answer.unwrap_or_else(|_| Err(broke_off()))).into();
        let now = stamp().mono;
        if self.answers.len() >= MANY || self.held() > MOST {
            self.answers.retain(|_, (at, _)| now.since(*at) < KEPT);
        }
        if self.held() > MOST {
            self.answers.clear();
        }
        self.answers.insert(question, (now, piece.clone()));
        piece
    }

    /// Bytes of the answers.
    fn held(&self) -> usize {
        self.answers.values().map(|(_, piece)| piece.len()).sum()
    }
}

impl Sources {
    fn answer(&self, question: Question) -> Answer {
        let reply = match question {
            Question::Detail(key) => return Ok(Reply::Detail(Box::new(self.reader.read_detail(key)))),
            Question::Definition(key, which) => match self.definitions.read(key, which) {
                Ok(told) => return public(told).map(Reply::Definition),
                Err(failure) => Err(failure),
            },
            Question::Configuration(key) => match self.reader.configuration(key) {
                Ok(text) => return public_text(&text).map(Reply::Configuration),
                Err(failure) => Err(failure),
            },
            Question::Consoles(key) => self.consoles.list(key).map(Reply::Consoles),
            Question::HostLog(cursor) => {
                self.reader.host_log(cursor).map(|(text, cursor)| Reply::HostLog(text, cursor))
            }
        };
        reply.map_err(|failure| trouble(question.op(), &failure))
    }
}

/// What is told of a definition: who may look need not be let in where a display asks for a password.
fn public(told: Told) -> Result<Told, Trouble> {
    let xml = xml::without_passwords(&told.xml).or_else(|_| harmless(&told.xml, "definition"))?;
    let lost = told.lost.into_iter().filter(|phrase| !names_password(phrase)).collect();
    Ok(Told { xml, lost, ..told })
}

/// The same of a configuration: domain XML, or the notation of xm and xl.
fn public_text(text: &str) -> Result<String, Trouble> {
    let made = if text.trim_start().starts_with('<') {
        xml::without_passwords(text)
    } else {
        cfg::without_passwords(text)
    };
    made.or_else(|_| harmless(text, "configuration"))
}

/// A text that cannot be taken apart, where it names no password: else nobody knows what in it is one.
fn harmless(text: &str, what: &str) -> Result<String, Trouble> {
    if !names_password(text) {
        return Ok(text.to_owned());
    }
    let message = format!("the proxy does not tell a {what} in which it cannot tell passwords from the rest");
    Err(Trouble { kind: Kind::Refused, message: message.into(), hint: None })
}

/// By `passwd` of domain XML, `vncpasswd` and `spicepasswd` of xm and xl.
fn names_password(text: &str) -> bool {
    text.to_ascii_lowercase().contains("passwd")
}

/// A failure of the host's drivers as one of this one's.
fn trouble(op: Op, failure: &Failure) -> Trouble {
    let reasons: Vec<_> =
        failure.reasons.iter().map(|reason| format!("{}: {}", reason.driver, reason.message)).collect();
    let message = match reasons.as_slice() {
        [] => format!("no driver of the proxy's host tells {}", op.doc()),
        reasons => reasons.join("; "),
    };
    Trouble { kind: failure.kind(), message: message.into(), hint: failure.hint().map(Into::into) }
}

fn broke_off() -> Trouble {
    Trouble { kind: Kind::Failed, message: "a driver of the proxy broke off".into(), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_told_in_whatever_notation_it_is() {
        let told = Told {
            xml: "<domain><graphics passwd = 'secret'/></domain>".into(),
            file: None,
            lost: vec!["`vncpasswd=secret` of vfb".into(), "a clock".into()],
        };
        let public = public(told).expect("it is XML");
        assert_eq!(public.xml, "<domain><graphics/></domain>");
        assert_eq!(public.lost, ["a clock"]);
        assert_eq!(public_text("<graphics\tpasswd='secret'/>").as_deref(), Ok("<graphics/>"));
        assert_eq!(public_text("vncpasswd='secret'").as_deref(), Ok("vncpasswd=\"\""));
        assert_eq!(public_text("{ \"of\": \"another\" }").as_deref(), Ok("{ \"of\": \"another\" }"));
        let refused = public_text("vncpasswd = str('secret')").expect_err("it computes something");
        assert_eq!(refused.kind, Kind::Refused);
    }
}
