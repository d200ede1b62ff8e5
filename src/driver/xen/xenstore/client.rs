//! One connection to xenstored: batches of requests sent at once, replies matched by number, events kept aside.
//!
//! The stream never blocks: it is written and read as it is ready, both at once, so that a batch of any size fits
//! through buffers of any size.

mod stream;
mod transaction;

use std::{io, time::Duration};

use nix::poll::PollFlags;

pub(super) use self::stream::Stream;
use crate::{
    driver::{
        Answer, Error,
        conn::{Deadline, wait},
    },
    model::Kind,
    wire::xenstore::{Decoder, Message, MessageType, Part, Request, WireError, children},
};

/// Requests of one batch; more are sent in several.
pub(super) const BATCH: usize = 8192;
/// Events kept between two looks; a host with more of them has every key read again instead.
const MAX_EVENTS: usize = 1 << 16;
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

/// Tokens of the events that came and were not yet looked at.
#[derive(Default)]
struct Events {
    tokens: Vec<Token>,
    lost: bool,
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

/// The replies still to come.
struct Owed {
    first: u32,
    count: usize,
    left: usize,
}

impl Owed {
    /// To the last `count` requests before the one that will get `next_id`.
    fn for_the_last(count: usize, next_id: u32) -> Self {
        let behind = u32::try_from(count).expect("a batch is far smaller than 2^32 requests");
        Self { first: next_id.wrapping_sub(behind), count, left: count }
    }

    /// Handles every complete message; says whether one was a reply.
    fn settle(
        &mut self,
        decoder: &mut Decoder,
        events: &mut Events,
        each: &mut impl FnMut(usize, Reply<'_>),
    ) -> Answer<bool> {
        let before = self.left;
        while let Some(message) = decoder.next().map_err(malformed)? {
            if message.kind == MessageType::WATCH_EVENT {
                events.keep(&message);
            } else {
                let number = self.number(&message)?;
                each(number, message.refusal().as_deref().map_or(Ok(message.payload), Err));
                self.left = self.left.saturating_sub(1);
            }
        }
        Ok(self.left < before)
    }

    /// Which request this answers.
    fn number(&self, message: &Message<'_>) -> Answer<usize> {
        let number = message.req_id.wrapping_sub(self.first) as usize;
        if number < self.count && self.left > 0 {
            Ok(number)
        } else {
            Err(Error::new(Kind::Malformed, "xenstored sent an answer to what nobody asked"))
        }
    }
}

impl Events {
    fn keep(&mut self, event: &Message<'_>) {
        let token = event.event().and_then(|(_, token)| std::str::from_utf8(token).ok()?.parse().ok());
        match token {
            Some(_) if self.tokens.len() >= MAX_EVENTS => self.lost = true,
            Some(token) => self.tokens.push(token),
            None => {}
        }
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

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{Read, Write},
        os::fd::OwnedFd,
        thread,
    };

    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};

    use super::*;
    use crate::wire::xenstore::MAX_PAYLOAD;

    /// A pair that keeps what each write wrote apart, as the device does; its reads do not wait.
    fn device() -> (File, File) {
        let (ours, kernels): (OwnedFd, OwnedFd) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
                .expect("a pair of sockets");
        let flags = nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK);
        nix::fcntl::fcntl(&ours, flags).expect("a flag of a socket");
        (ours.into(), kernels.into())
    }

    fn reply(out: &mut Vec<u8>, kind: MessageType, req_id: u32, payload: &[u8]) {
        Message { kind, req_id, tx_id: 0, payload }.encode(out).expect("a short message");
    }

    #[test]
    fn the_device_gets_one_message_a_write_and_its_events_carry_garbage() {
        let (ours, mut kernels) = device();
        let kernel = thread::spawn(move || {
            let (mut bytes, mut out) = ([0; 9000], Vec::new());
            for _ in 0..300 {
                let size = kernels.read(&mut bytes).expect("a message");
                let (message, all) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
                assert_eq!(all, size, "nothing may follow a message in the same write");
                reply(&mut out, MessageType::WATCH_EVENT, 0xdead_beef, b"/x\x0077\0");
                reply(&mut out, message.kind, message.req_id, &message.payload[..message.payload.len() - 1]);
                kernels.write_all(&std::mem::take(&mut out)).expect("an answer");
            }
            kernels
        });
        let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
        let paths: Vec<String> = (0..300).map(|i| format!("/key/{i}")).collect();
        let values = client.read_all(&paths).expect("answers");
        assert!(values.iter().zip(&paths).all(|(value, path)| value.as_ref() == Some(path)));
        assert!(matches!(client.changes(), Changes::Of(tokens) if tokens.as_slice() == [77; 300]));
        client.look().expect("nothing came since");
        drop(kernel.join().expect("the device's side ends well"));
        assert_eq!(client.look().expect_err("the other side is gone").kind, Kind::Unreachable);
    }

    #[test]
    fn a_transaction_through_the_device_is_one_message_at_a_time_and_all_bear_its_number() {
        let (ours, mut kernels) = device();
        let kernel = thread::spawn(move || {
            let (mut bytes, mut seen) = ([0; 9000], Vec::new());
            for answer in [&b"77\0"[..], b"OK\0", b"OK\0", b"OK\0"] {
                let size = kernels.read(&mut bytes).expect("a message");
                let (message, all) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
                assert_eq!(all, size, "nothing may follow a message in the same write");
                seen.push((message.kind, message.tx_id));
                let (mut out, mut more) = (Vec::new(), [0]);
                reply(&mut out, message.kind, message.req_id, answer);
                assert!(
                    nix::sys::socket::recv(
                        std::os::fd::AsRawFd::as_raw_fd(&kernels),
                        &mut more,
                        nix::sys::socket::MsgFlags::MSG_DONTWAIT | nix::sys::socket::MsgFlags::MSG_PEEK
                    )
                    .is_err()
                );
                kernels.write_all(&out).expect("an answer");
            }
            seen
        });
        let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
        let writes = [Request::Write("/a", b"1"), Request::Remove("/b")];
        client.transaction("write", |client| client.write_all("write", &writes)).expect("written");
        let types = [
            MessageType::TRANSACTION_START,
            MessageType::WRITE,
            MessageType::RM,
            MessageType::TRANSACTION_END,
        ];
        let seen = kernel.join().expect("the device's side ends well");
        assert_eq!(seen, types.into_iter().zip([0, 77, 77, 77]).collect::<Vec<_>>());
    }

    #[test]
    fn a_transaction_without_a_number_is_none_and_nothing_is_written_outside() {
        for number in [&b"soon\0"[..], b"0\0", b"", b"-1\0", b"\xff\0", b"4294967296\0"] {
            let (ours, mut kernels) = device();
            let kernel = thread::spawn(move || {
                let (mut bytes, mut out) = ([0; 9000], Vec::new());
                let size = kernels.read(&mut bytes).expect("a message");
                let (message, _) = Message::decode(&bytes[..size]).expect("a message").expect("whole");
                reply(&mut out, message.kind, message.req_id, number);
                kernels.write_all(&out).expect("an answer");
                kernels.read(&mut bytes).expect("an end")
            });
            let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
            let written = client.transaction("write", |client| client.write_all("write", &[]));
            assert_eq!(written.expect_err("no transaction").kind, Kind::Failed, "{number:?}");
            drop(client);
            assert_eq!(kernel.join().expect("the device's side ends well"), 0, "{number:?}");
        }
    }

    #[test]
    fn behind_the_fence_nothing_that_changes_is_even_queued() {
        let (ours, mut kernels) = device();
        let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
        client.fenced = true;
        let changing = [
            Request::Write("/a", b"1"),
            Request::Mkdir("/a"),
            Request::Remove("/a"),
            Request::Begin,
            Request::Commit,
            Request::Abort,
        ];
        for request in changing {
            assert_eq!(client.queue(&request).expect_err("a change").kind, Kind::Refused);
        }
        assert!(client.transaction("write", |_| Ok(())).is_err());
        client.queue(&Request::Read("/a")).expect("a question");
        assert_eq!(client.queued(), 1);
        drop(client);
        assert_eq!(kernels.read(&mut [0; 16]).expect("an end"), 0, "not a byte left");
    }

    #[test]
    fn the_device_is_not_given_more_than_it_takes() {
        let (ours, _kernels) = device();
        let mut client = Client::new(Stream::Device(ours), Duration::from_secs(20), 1);
        let fits = MAX_PAYLOAD - 16 - "/a\0".len();
        client.queue(&Request::Write("/a", &vec![0; fits])).expect("4096 bytes together fit");
        client.queue(&Request::Write("/a", &vec![0; fits + 1])).expect_err("4097 do not");
        assert!(!client.may_watch());
        assert_eq!(client.queued(), 1);
    }

    #[test]
    fn a_storm_of_events_is_not_kept_but_known() {
        let mut events = Events::default();
        let event = Message { kind: MessageType::WATCH_EVENT, req_id: 0, tx_id: 0, payload: b"/x\x001\0" };
        (0..=MAX_EVENTS).for_each(|_| events.keep(&event));
        assert_eq!((events.tokens.len(), events.lost), (MAX_EVENTS, true));
    }
}
