//! One connection to xenstored: batches of requests sent at once, replies matched by number, events kept aside.
//!
//! The stream never blocks: it is written and read as it is ready, both at once, so that a batch of any size fits
//! through buffers of any size.

mod arrival;
mod stream;
#[cfg(test)]
mod tests;
mod transaction;

use std::{io, time::Duration};

use nix::poll::PollFlags;

use self::arrival::{Events, Owed};
pub(super) use self::stream::Stream;
use crate::{
    driver::{
        Answer, Error,
        conn::{Deadline, wait},
    },
    model::Kind,
    wire::xenstore::{Decoder, Part, Request, WireError, children},
};

/// Requests of one batch; more are sent in several.
pub(super) const BATCH: usize = 8192;
/// Reads of one look at what came unasked: a storm of events must not hold up a tick.
const MAX_READS: usize = 64;
/// Parts of one directory, and how often it is begun again because it changed meanwhile.
const MAX_PARTS: usize = 1024;

/// The number in the token of one of our watches.
pub(super) type Token = u64;

/// What a request gave.
pub(super) type Reply<'a> = Result<&'a [u8], &'a str>;

/// A connection.
pub(super) struct Client {
    stream: Stream,
    decoder: Decoder,
    out: Vec<u8>,
    next_id: u32,
    queued: usize,
    events: Events,
    /// How long xenstored may be silent while it owes an answer.
    pub(super) patience: Duration,
    /// Which connection this is, from 1: what was watched over another is watched no longer.
    pub(super) epoch: u64,
    /// Whether only what asks is sent.
    pub(super) fenced: bool,
    /// The transaction that requests belong to, 0 for none.
    transaction: u32,
    /// Whether the stream is of no use any more.
    broken: bool,
}

/// What changed since the last look.
pub(super) enum Changes<'a> {
    /// The watches with these tokens fired.
    Of(std::vec::Drain<'a, Token>),
    /// There were too many to keep.
    Anything,
}

impl Client {
    /// Over a stream, the `epoch`th.
    pub(super) fn new(stream: Stream, patience: Duration, epoch: u64) -> Self {
        Self {
            stream,
            decoder: Decoder::default(),
            out: Vec::new(),
            next_id: 1,
            queued: 0,
            events: Events::default(),
            patience,
            epoch,
            fenced: false,
            transaction: 0,
            broken: false,
        }
    }

    /// Adds a request to the batch and returns its number in it.
    pub(super) fn queue(&mut self, request: &Request<'_>) -> Answer<usize> {
        if self.fenced && !request.kind().only_asks() {
            return Err(Error::new(
                Kind::Refused,
                "write to xenstore: this session was opened for looking only",
            ));
        }
        let from = self.out.len();
        request.encode(self.next_id, self.transaction, &mut self.out).map_err(malformed)?;
        let size = self.out.len() - from;
        if size > self.stream.longest() {
            self.out.truncate(from);
            return Err(malformed(WireError::TooLong(size)));
        }
        self.next_id = self.next_id.wrapping_add(1);
        self.queued += 1;
        Ok(self.queued - 1)
    }

    /// Whether watches may be set. Not through the kernel's device: see [`Stream::takes_turns`].
    pub(super) const fn may_watch(&self) -> bool {
        !self.stream.takes_turns()
    }

    /// Drops a batch that was not sent.
    pub(super) fn clear(&mut self) {
        self.out.clear();
        self.queued = 0;
    }

    /// How many requests the batch has.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Whether the connection is of no use any more.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// Sends the batch and hands each reply over with the number of its request.
    pub(super) fn exchange(&mut self, each: impl FnMut(usize, Reply<'_>)) -> Answer<()> {
        let answer = self.send_and_take(each);
        self.broken |= answer.is_err();
        answer
    }

    fn send_and_take(&mut self, mut each: impl FnMut(usize, Reply<'_>)) -> Answer<()> {
        let mut owed = Owed::for_the_last(std::mem::take(&mut self.queued), self.next_id);
        let mut sent = if self.out.is_empty() { 0 } else { self.stream.send(&self.out)? };
        let mut deadline = Deadline::after(self.patience);
        while owed.left > 0 {
            let unsent = sent < self.out.len() && !self.stream.takes_turns();
            let ready = self.ready(unsent, deadline)?;
            if ready.contains(PollFlags::POLLOUT) {
                sent += self.stream.send(&self.out[sent..])?;
            }
            if ready.intersects(!PollFlags::POLLOUT) {
                self.receive()?;
                if owed.settle(&mut self.decoder, &mut self.events, &mut each)? {
                    deadline = Deadline::after(self.patience);
                    if self.stream.takes_turns() && sent < self.out.len() {
                        sent += self.stream.send(&self.out[sent..])?;
                    }
                }
            }
        }
        self.out.clear();
        Ok(())
    }

    /// Takes in what came unasked, without waiting: one system call where nothing did.
    pub(super) fn look(&mut self) -> Answer<()> {
        let answer = self.take_unasked();
        self.broken |= answer.is_err();
        answer
    }

    fn take_unasked(&mut self) -> Answer<()> {
        let mut nothing = Owed::for_the_last(0, self.next_id);
        for _ in 0..MAX_READS {
            if self.receive()? == 0 {
                break;
            }
            nothing.settle(&mut self.decoder, &mut self.events, &mut |_, _| ())?;
        }
        Ok(())
    }

    /// The events since the last call.
    pub(super) fn changes(&mut self) -> Changes<'_> {
        let lost = std::mem::take(&mut self.events.lost);
        let tokens = self.events.tokens.drain(..);
        if lost { Changes::Anything } else { Changes::Of(tokens) }
    }

    /// The values of many nodes in one batch, none for those that are missing or not for us.
    pub(super) fn read_all<P: AsRef<str>>(&mut self, paths: &[P]) -> Answer<Vec<Option<String>>> {
        let mut values = vec![None; paths.len()];
        for path in paths {
            self.queue(&Request::Read(path.as_ref()))?;
        }
        self.exchange(|i, reply| {
            values[i] = reply.ok().map(|value| String::from_utf8_lossy(value).into_owned());
        })?;
        Ok(values)
    }

    /// The children of many nodes in one batch, none for those that are missing.
    pub(super) fn list_all<P: AsRef<str>>(&mut self, paths: &[P]) -> Answer<Vec<Vec<String>>> {
        let (mut lists, mut long) = (vec![Vec::new(); paths.len()], Vec::new());
        for path in paths {
            self.queue(&Request::Directory(path.as_ref()))?;
        }
        self.exchange(|i, reply| match reply {
            Ok(names) => lists[i] = texts(names),
            Err("E2BIG") => long.push(i),
            Err(_) => {}
        })?;
        for i in long {
            lists[i] = self.list_in_parts(paths[i].as_ref())?;
        }
        Ok(lists)
    }

    /// The children of one node whose names do not fit into one reply.
    fn list_in_parts(&mut self, path: &str) -> Answer<Vec<String>> {
        let (mut generation, mut names, mut whole) = (Vec::new(), Vec::new(), false);
        for _ in 0..MAX_PARTS {
            self.queue(&Request::DirectoryPart(path, names.len()))?;
            self.exchange(|_, reply| {
                let Some(part) = reply.ok().and_then(Part::parse) else {
                    whole = true;
                    return;
                };
                if part.generation != generation && !names.is_empty() {
                    names.clear();
                } else {
                    names.extend_from_slice(part.names);
                    whole = part.last;
                }
                generation = part.generation.to_vec();
            })?;
            if whole {
                return Ok(texts(&names));
            }
        }
        Err(Error::new(Kind::Failed, format!("list {path}: it never came to an end")))
    }

    /// Waits for the stream, for both directions where there is still something to send.
    fn ready(&self, unsent: bool, deadline: Deadline) -> Answer<PollFlags> {
        let wanted = if unsent { PollFlags::POLLIN | PollFlags::POLLOUT } else { PollFlags::POLLIN };
        wait(&self.stream, wanted, deadline).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => no_answer(self.patience),
            _ => Error::io("wait for xenstored", &error),
        })
    }

    /// Reads what is there, without waiting: 0 where nothing is.
    fn receive(&mut self) -> Answer<usize> {
        let got = self.stream.receive(self.decoder.space())?;
        self.decoder.filled(got);
        Ok(got)
    }
}

fn no_answer(patience: Duration) -> Error {
    let seconds = patience.as_secs_f32();
    Error::new(Kind::TimedOut, format!("no answer from xenstored for {seconds} s"))
}

fn malformed(error: WireError) -> Error {
    let ours = !matches!(error, WireError::Oversized(_));
    let kind = if ours { Kind::Failed } else { Kind::Malformed };
    Error::new(kind, format!("talk to xenstored: {error}"))
}

fn texts(names: &[u8]) -> Vec<String> {
    children(names).map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}
