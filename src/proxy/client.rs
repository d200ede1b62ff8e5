//! One who watches: what came from it, what it is still to take, and its limits.
//!
//! ```text
//!            Hello              Demand
//!   New ─────────────► Known ───────────► Known, sampled for
//!    │ in time           │ too many calls, half a call for too long, no call at all: Bye
//!    └───────────────────┴──────────────────────────────────────────────────────────► gone
//! ```

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
};

use super::{
    Rules, demands, load,
    packet::{Packet, Piece},
};
use crate::{
    driver::conn::Deadline,
    model::{Demand, Nanos},
    wire::proxy::{Bad, Call, Inbox, MOST_CALL, Message},
};

/// Reads of one client in one turn of the loop: the others must not wait.
const TURNS: usize = 4;

/// One who watches.
#[derive(Debug)]
pub(super) struct Client {
    stream: UnixStream,
    pub(super) who: Who,
    inbox: Inbox,
    outbox: VecDeque<Piece>,
    /// Bytes of the first piece that are gone.
    gone: usize,
    pub(super) known: bool,
    /// When what has begun must be whole.
    half: Option<Deadline>,
    budget: Budget,
    /// Questions that are open.
    pub(super) open: usize,
    pub(super) watch: Option<Watch>,
    /// Since when it takes nothing of what there is.
    stuck: Option<Nanos>,
    /// What of a sample it has.
    has: Has,
    pub(super) counts: Counts,
}

/// The process at the other end, as the kernel says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Who {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) pid: i32,
}

/// What it is sampled for.
#[derive(Debug)]
pub(super) struct Watch {
    /// Its own number of the demand.
    pub(super) number: u32,
    pub(super) demand: Demand,
    /// The number of the merged demand that holds this one.
    pub(super) serial: u64,
    /// Whether it was told that samples hold it.
    pub(super) served: bool,
}

/// What of a sample it has already.
#[derive(Debug, Default)]
struct Has {
    node: u32,
    roster: u32,
    packet: Option<(u32, Nanos)>,
}

/// What it was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) samples: u64,
    pub(super) left_out: u64,
}

/// Calls it may still make.
#[derive(Debug)]
struct Budget {
    left: u64,
    since: Nanos,
}

/// Why it is let go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It hung up.
    Left,
    /// It is told why.
    Cut(&'static str),
}

impl Client {
    pub(super) fn new(stream: UnixStream, who: Who, rules: &Rules, now: Nanos) -> Self {
        Self {
            stream,
            who,
            inbox: Inbox::new(MOST_CALL),
            outbox: VecDeque::new(),
            gone: 0,
            known: false,
            half: Some(Deadline::after(rules.half)),
            budget: Budget { left: u64::from(rules.calls) * 2, since: now },
            open: 0,
            watch: None,
            stuck: None,
            has: Has::default(),
            counts: Counts::default(),
        }
    }

    /// Takes in what it said, a few bites at most.
    pub(super) fn hear(
        &mut self,
        rules: &Rules,
        now: Nanos,
        mut obey: impl FnMut(&mut Self, Call) -> Result<(), End>,
    ) -> Result<(), End> {
        for _ in 0..TURNS {
            let more = self.fill()?;
            while let Some(call) = self.next().map_err(|Bad| End::Cut("what came is no call"))? {
                self.budget.spend(rules, now)?;
                self.counts.calls += 1;
                obey(self, call)?;
            }
            if !more {
                break;
            }
        }
        let amid = self.inbox.is_amid() || !self.known;
        self.half = amid.then(|| self.half.unwrap_or_else(|| Deadline::after(rules.half)));
        Ok(())
    }

    /// Whether half a call, or the greeting, took too long.
    pub(super) fn is_late(&self) -> bool {
        self.half.is_some_and(Deadline::passed)
    }

    /// Whether it took nothing for so long that nobody need sample for it.
    pub(super) fn is_stalled(&self, rules: &Rules, now: Nanos) -> bool {
        self.stuck.is_some_and(|since| now.since(since) > rules.stalled)
    }

    /// Whether there is something it has not taken.
    pub(super) fn has_more(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Bytes it has not taken, at most.
    pub(super) fn waiting(&self) -> usize {
        load::bytes(&self.outbox)
    }

    /// What it has not taken.
    pub(super) const fn untaken(&self) -> &VecDeque<Piece> {
        &self.outbox
    }

    /// Has a message sent.
    pub(super) fn put(&mut self, message: &Message<'_>) {
        let mut bytes = Vec::new();
        message.put(&mut bytes);
        self.outbox.push_back(bytes.into());
    }

    /// Has bytes sent.
    pub(super) fn put_bytes(&mut self, bytes: Vec<u8>) {
        self.outbox.push_back(bytes.into());
    }

    /// Gives it a sample, where it has taken the one before and it is time for another.
    pub(super) fn offer(&mut self, packet: &Packet, rules: &Rules) {
        let Some(watch) = self.watch.as_mut().filter(|watch| watch.serial <= packet.serial) else { return };
        let fresh = !watch.served;
        let pace = demands::pace(&watch.demand, rules);
        let last = self.has.packet;
        // A sample a little early is better than one that is late by almost an interval.
        let due = last.is_none_or(|(_, at)| packet.at.mono.since(at).0.saturating_add(pace.0 / 4) >= pace.0);
        let again = last.is_some_and(|(number, _)| number == packet.number);
        if !fresh && (again || !due) {
            return;
        }
        if !self.outbox.is_empty() {
            self.counts.left_out += 1;
            return;
        }
        if fresh {
            watch.served = true;
            let served = Message::Served(watch.number);
            let mut bytes = Vec::new();
            served.put(&mut bytes);
            self.outbox.push_back(bytes.into());
        }
        let vcpus = match (watch.demand.all_vcpus, watch.demand.focus) {
            (true, _) => packet.all_vcpus.clone(),
            (false, Some(key)) => packet.vcpus_of(key).cloned(),
            (false, None) => None,
        };
        for (has, block) in [(&mut self.has.node, &packet.node), (&mut self.has.roster, &packet.roster)] {
            if *has != block.generation {
                *has = block.generation;
                self.outbox.push_back(block.bytes.clone());
            }
        }
        self.outbox.extend(vcpus);
        self.outbox.push_back(packet.tick.clone());
        self.has.packet = Some((packet.number, packet.at.mono));
        self.counts.samples += 1;
    }

    /// Sends what it takes now.
    pub(super) fn send(&mut self, now: Nanos) -> Result<(), End> {
        while let Some(piece) = self.outbox.front() {
            match self.stream.write(&piece[self.gone..]) {
                Ok(count) => {
                    (self.gone, self.stuck) = (self.gone + count, None);
                    if self.gone == piece.len() {
                        self.gone = 0;
                        self.outbox.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stuck.get_or_insert(now);
                    return Ok(());
                }
                Err(_) => return Err(End::Left),
            }
        }
        self.stuck = None;
        Ok(())
    }

    /// Tells it why it is let go, as far as it takes it.
    pub(super) fn dismiss(&mut self, why: &str) {
        // What is half sent must not be followed by something else.
        if self.gone == 0 {
            self.outbox.clear();
            self.put(&Message::Bye(why.into()));
        }
        let _ = self.send(Nanos(0));
    }

    fn next(&mut self) -> Result<Option<Call>, Bad> {
        self.inbox.next()?.map(|(kind, body)| Call::of(kind, body)).transpose()
    }

    fn fill(&mut self) -> Result<bool, End> {
        loop {
            match self.stream.read(self.inbox.space()) {
                Ok(0) => return Err(End::Left),
                Ok(count) => {
                    self.inbox.filled(count);
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(_) => return Err(End::Left),
            }
        }
    }
}

impl Budget {
    fn spend(&mut self, rules: &Rules, now: Nanos) -> Result<(), End> {
        let calls = u64::from(rules.calls);
        let earned = now.since(self.since).0.saturating_mul(calls) / 1_000_000_000;
        if earned > 0 {
            (self.left, self.since) = ((self.left + earned).min(calls * 2), now);
        }
        self.left = self.left.checked_sub(1).ok_or(End::Cut("too many calls"))?;
        Ok(())
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
