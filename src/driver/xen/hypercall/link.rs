//! Messages there and back: one at a time, or many in one multicall.
//!
//! ```text
//!  arena   0         BUFFER
//!          message   whatever the message points at: records, maps, text
//!                    or a batch: entries (64 each) · messages (144 each) · room for each
//! ```

use std::sync::Arc;

use nix::errno::Errno;

use super::{arena::Arena, refusal};
use crate::{
    driver::{Answer, Error},
    model::{Kind, Light, Op},
    wire::hypercall::{
        Abi, Message,
        abi::call,
        command::{self, Button},
        cpu, domain,
        message::{self, ENTRY, ENTRY_RESULT, LARGEST},
        physinfo::PhysInfo,
    },
};

/// Where in the arena the memory begins that messages point at.
pub(super) const BUFFER: usize = 256;

/// A probed hypervisor and what is remembered of it between calls.
pub(super) struct Link {
    pub(super) arena: Arena,
    pub(super) abi: Abi,
    /// How its domain records are laid out.
    pub(super) layout: &'static domain::Layout,
    /// How many domains are asked for at once.
    pub(super) capacity: u32,
    /// The host as it was last read.
    pub(super) host: Option<PhysInfo>,
    /// Whether many calls can go in one; found out by trying.
    pub(super) multicall: bool,
    /// Why the domains could not be read last time.
    pub(super) trouble: Option<Arc<str>>,
}

impl Link {
    pub(super) fn new(arena: Arena, abi: Abi, layout: &'static domain::Layout) -> Self {
        Self { arena, abi, layout, capacity: 256, host: None, multicall: true, trouble: None }
    }

    /// A second link to the same hypervisor, with memory of its own: neither holds the other up.
    pub(super) fn twin(&self) -> Answer<Self> {
        let mut twin = Self::new(self.arena.twin()?, self.abi, self.layout);
        (twin.host, twin.multicall) = (self.host, self.multicall);
        Ok(twin)
    }

    /// Whether this release can do an operation at all.
    pub(super) fn can(&self, op: Op) -> bool {
        match op {
            Op::PcpuTimes => cpu::ask_times(&self.abi, 0, 0).is_some(),
            Op::SetVcpus => command::may_add_vcpus(&self.abi),
            Op::Shutdown => self.has_button(Button::Power),
            Op::Reboot => self.has_button(Button::Reset),
            // Its schedulers, BVT and SEDF, have no weights to set.
            Op::SetScheduler => !self.abi.is_legacy(),
            _ => true,
        }
    }

    /// How the hypervisor is, from what the last calls gave.
    pub(super) fn light(&self) -> Light {
        match &self.trouble {
            Some(why) => Light::Down(why.clone()),
            None => Light::Ready,
        }
    }

    /// Sends a message and takes its answer; `what` is what it asks for.
    pub(super) fn ask(&mut self, what: &str, message: Option<Message>) -> Answer<Message> {
        let mut message = message.ok_or_else(|| self.lacks(what))?;
        self.send(&mut message).map_err(|errno| refusal::refused(what, errno))?;
        Ok(message)
    }

    /// The error of what this release has not.
    pub(super) fn lacks(&self, what: &str) -> Error {
        self.cannot(&format!("tell {what}"))
    }

    /// The error of what this release can not do.
    pub(super) fn cannot(&self, doing: &str) -> Error {
        Error::new(Kind::Unsupported, format!("Xen {} cannot {doing}", self.abi.release))
    }

    /// Sends a message that changes something and takes its answer; `doing` is what it does.
    pub(super) fn tell(&mut self, doing: &str, message: Option<Message>) -> Answer<Message> {
        let mut message = message.ok_or_else(|| self.cannot(doing))?;
        self.send(&mut message).map_err(|errno| refusal::failed(doing, errno))?;
        Ok(message)
    }

    /// Sends a message; its answer takes its place.
    pub(super) fn send(&mut self, message: &mut Message) -> Result<u64, Errno> {
        send(&mut self.arena, message)
    }

    /// Makes room for a batch of messages, each with `room` bytes of its own to point at.
    pub(super) fn batch(&mut self, count: usize, room: usize) -> Answer<Batch> {
        let batch = Batch { count, room };
        self.arena.reserve(batch.end().next_multiple_of(8).max(BUFFER + 1))?;
        Ok(batch)
    }

    /// Puts a message in its place of a batch.
    pub(super) fn stage(&mut self, batch: Batch, place: usize, message: &Message) {
        let at = batch.message(place);
        let filled = message::entry(message.hypercall(), self.arena.address(at));
        self.arena.write(entry(place), &filled);
        self.arena.write(at, message.bytes());
    }

    /// Makes all calls of a batch: at once where the hypervisor lets us, else one after the other.
    pub(super) fn run(&mut self, batch: Batch) -> Result<(), Errno> {
        if self.multicall {
            let arguments = [self.arena.address(entry(0)), batch.count as u64, 0, 0, 0];
            match self.arena.call(call::MULTICALL, arguments) {
                // A PVH control domain before Xen 4.16 has no multicall; that does not change while it runs.
                Err(Errno::ENOSYS | Errno::EPERM) => self.multicall = false,
                answer => return answer.map(|_| ()),
            }
        }
        self.run_singly(batch);
        Ok(())
    }

    fn run_singly(&mut self, batch: Batch) {
        let number = if self.abi.is_legacy() { call::DOM0_OP } else { call::DOMCTL };
        for place in 0..batch.count {
            let arguments = [self.arena.address(batch.message(place)), 0, 0, 0, 0];
            let result = match self.arena.call(number, arguments) {
                Ok(_) => 0,
                Err(errno) => -i64::from(errno as i32),
            };
            self.arena.write(entry(place) + ENTRY_RESULT, &result.to_le_bytes());
        }
    }

    /// Takes the answer to a message of a batch that was run.
    pub(super) fn collect(&self, batch: Batch, place: usize, message: &mut Message) -> Result<(), Errno> {
        let entry = self.arena.bytes(entry(place), ENTRY);
        match message::entry_result(entry).unwrap_or(-1) {
            0.. => {
                message.receive(self.arena.bytes(batch.message(place), LARGEST));
                Ok(())
            }
            error => {
                Err(Errno::from_raw(error.checked_neg().and_then(|e| i32::try_from(e).ok()).unwrap_or(0)))
            }
        }
    }
}

/// Sends a message; its answer takes its place.
pub(super) fn send(arena: &mut Arena, message: &mut Message) -> Result<u64, Errno> {
    arena.write(0, message.bytes());
    let returned = arena.call(message.hypercall(), [arena.address(0), 0, 0, 0, 0])?;
    message.receive(arena.bytes(0, LARGEST));
    Ok(returned)
}

/// Where an entry of a multicall stands.
const fn entry(place: usize) -> usize {
    BUFFER + place * ENTRY
}

/// Where the messages of a multicall stand.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    count: usize,
    room: usize,
}

impl Batch {
    const fn message(self, place: usize) -> usize {
        entry(self.count) + place * LARGEST
    }

    /// The bytes a message may point at.
    pub(super) const fn room(self, place: usize) -> usize {
        self.message(self.count) + place * self.room
    }

    const fn end(self) -> usize {
        self.room(self.count)
    }
}
