//! The simulated host: its clock, and what each stretch of time brings.
//!
//! ```text
//!   advance(t):  │ segment │ segment │ segm…        fold: counters take in what the segment brought
//!                0        step      2 step   t      fire: events that are due happen
//!                                                   plan: the next segment is worked out
//! ```
//!
//! Segments end at whole steps and where an event is due; a change from outside cuts one short. A gap of hours is
//! crossed in longer strides, so that it ends.

use std::collections::HashSet;

use super::{
    board::{Board, Segment},
    event::{Event, Queue},
    guest::Guest,
    log::Log,
    plan::{HostPlan, NodePlan, PoolPlan},
};
use crate::{
    driver::{Answer, Error},
    model::{DomainKey, KiB, Kind, Name, Nanos, Op, Stamp},
};

/// The last moment of simulated time: one before that to which its last segment reaches.
const END: Nanos = Nanos(u64::MAX - 1);
/// How many domain-steps one call crosses at the normal stride.
const WORK: u64 = 200_000;

/// A simulated host.
#[derive(Debug)]
pub(super) struct World {
    pub(super) name: Name,
    pub(super) seed: u64,
    pub(super) node: NodePlan,
    pub(super) pools: Vec<PoolPlan>,
    /// Running ones by id, then those that are off by name.
    pub(super) guests: Vec<Guest>,
    pub(super) board: Board,
    pub(super) clock: Clock,
    pub(super) queue: Queue,
    pub(super) log: Log,
    /// Calls that are to fail: how many, of which operation, with what.
    pub(super) faults: Vec<(Op, Kind, u32)>,
    /// The ids of running domains, and the last one given.
    pub(super) ids: HashSet<u32>,
    pub(super) last_id: u32,
    /// Runs begun so far: a number no two of them share.
    pub(super) runs: u64,
}

/// Simulated time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// The first moment this process gave, on its own clock.
    first: Option<Nanos>,
    /// The last moment it gave, on the wall's clock; of a world that was left, the moment it was left.
    pub(super) wall: Nanos,
    /// Simulated time at the first moment.
    pub(super) offset: Nanos,
    pub(super) now: Nanos,
    pub(super) segment: Segment,
    step: u64,
}

impl World {
    /// An empty host that stands at the beginning of its time, or `elapsed` into it.
    pub(super) fn empty(plan: &HostPlan, elapsed: Nanos) -> Self {
        let elapsed = elapsed.min(END);
        let clock = Clock { offset: elapsed, now: elapsed, ..Clock::new(plan.domains.len()) };
        Self {
            name: Name::new(&plan.name),
            seed: plan.seed,
            node: plan.node,
            pools: plan.pools.clone(),
            guests: Vec::with_capacity(plan.domains.len()),
            board: Board::new(plan.node.pcpus()),
            clock,
            queue: Queue::default(),
            log: Log::default(),
            faults: Vec::new(),
            ids: HashSet::new(),
            last_id: 0,
            runs: 0,
        }
    }

    /// A host as its description says, at the beginning of its time.
    pub(super) fn new(plan: HostPlan) -> Self {
        let mut world = Self::empty(&plan, plan.uptime);
        world.boot_log();
        let start = world.clock.now.0;
        plan.events
            .into_iter()
            .for_each(|(at, event)| world.queue.put(Nanos(start.saturating_add(at.0)), event));
        world.populate(plan.domains);
        world.begin_segment();
        world.give_past();
        world
    }

    /// Gives the host and its domains the past that belongs to its uptime.
    fn give_past(&mut self) {
        let Self { guests, board, clock, .. } = self;
        for guest in guests {
            guest.give_past(board, clock.segment, clock.now);
        }
    }

    /// Moves the clock to a moment of the caller's clock.
    ///
    /// A world that was left has gone on meanwhile, by the wall's clock; once a process moves it, the clock that never
    /// steps is the one that counts.
    pub(super) fn tick(&mut self, at: Stamp) {
        let Clock { first, wall, offset, .. } = &mut self.clock;
        if first.is_none() && wall.0 > 0 {
            *offset = Nanos(offset.0.saturating_add(at.wall.since(*wall).0));
        }
        *wall = at.wall;
        let first = *first.get_or_insert(at.mono);
        let to = Nanos(offset.0.saturating_add(at.mono.since(first).0));
        self.advance(to.min(END).max(self.clock.now));
    }

    fn advance(&mut self, to: Nanos) {
        while self.clock.segment.end <= to {
            self.fold(self.clock.segment.end);
            self.fire();
            self.plan_segment(to);
        }
        self.clock.now = to;
        self.board.point(self.seed, to);
    }

    /// Makes a change now: what the present segment brought so far is taken in, the rest of it is worked out anew.
    pub(super) fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        self.fold(self.clock.now);
        let outcome = change(self);
        self.begin_segment();
        outcome
    }

    /// Works out what follows after a beginning or a change.
    pub(super) fn begin_segment(&mut self) {
        self.fire();
        self.plan_segment(self.clock.now);
        self.board.point(self.seed, self.clock.now);
    }

    fn fold(&mut self, now: Nanos) {
        let segment = self.clock.segment;
        self.guests.iter_mut().for_each(|guest| guest.fold(segment, now));
        self.board.fold(segment, now);
        self.clock.now = now;
    }

    fn fire(&mut self) {
        while let Some(event) = self.queue.due(self.clock.now) {
            self.happen(event);
        }
    }

    /// Has an event happen now. What cannot be done to a domain is not.
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Create(plan) => self.create(*plan).unwrap_or_default(),
            Event::Domain(name, deed) => {
                let place = self.guests.iter().position(|guest| guest.plan.name == name);
                place.and_then(|place| self.deed(place, deed).ok()).unwrap_or_default();
            }
            Event::Fail(op, kind, times) => self.faults.push((op, kind, times)),
            Event::Run(id, stage) => self.go_on(id, stage),
        }
    }

    /// Works out the segment that starts now, on the way to `to`.
    fn plan_segment(&mut self, to: Nanos) {
        self.indulge();
        let now = self.clock.now;
        self.board.clear();
        for guest in &mut self.guests {
            let pool = &self.pools[guest.plan.share.pool as usize].cpus;
            guest.place(&mut self.board, pool, now);
        }
        let Self { guests, board, .. } = self;
        board.grant(|give| guests.iter_mut().for_each(|guest| guest.each_cpu(give)));
        self.clock.segment = Segment { start: now, end: self.clock.next_edge(to, &self.queue, guests.len()) };
        for guest in guests {
            guest.book(board, self.clock.segment);
        }
    }

    /// Lets ballooning guests move, as far as there is memory.
    fn indulge(&mut self) {
        let now = self.clock.now;
        for place in 0..self.guests.len() {
            if let Some(target) = self.guests[place].whim(now) {
                let room = self.unclaimed();
                let run = self.guests[place].run.iter_mut();
                run.for_each(|run| run.inflate(target.min(KiB(run.claim(now).0 + room.0)), now));
            }
        }
    }

    /// Memory nobody has or was promised.
    pub(super) fn unclaimed(&self) -> KiB {
        let claims = self.guests.iter().filter_map(|guest| guest.run.as_ref());
        let claimed: u64 = claims.map(|run| run.claim(self.clock.now).0).sum();
        KiB(self.usable().0.saturating_sub(claimed))
    }

    /// Memory that domains can have: all but what the hypervisor keeps for itself.
    pub(super) fn usable(&self) -> KiB {
        KiB(self.node.memory.0 - self.node.memory.0 / 256)
    }

    /// The place of a domain; `hint` is where it may well be.
    pub(super) fn place(&self, key: DomainKey, hint: usize) -> Option<usize> {
        let is = |guest: &Guest| guest.key() == key;
        if self.guests.get(hint).is_some_and(is) {
            return Some(hint);
        }
        let running = self.guests.partition_point(|guest| guest.run.is_some());
        match key.id {
            Some(id) => {
                let ids = |guest: &Guest| guest.run.as_ref().map(|run| run.id);
                let place = self.guests[..running].binary_search_by_key(&Some(id), ids).ok()?;
                is(&self.guests[place]).then_some(place)
            }
            None => self.guests[running..].iter().position(is).map(|place| running + place),
        }
    }

    /// A domain by its key.
    pub(super) fn guest(&self, key: DomainKey) -> Answer<&Guest> {
        self.place(key, 0).map(|place| &self.guests[place]).ok_or_else(|| no_domain(key))
    }

    /// The shutdown request that stands at a domain's guest.
    pub(super) fn request_of(&self, key: DomainKey) -> Option<&'static str> {
        let guest = &self.guests[self.place(key, 0)?];
        guest.run.as_ref()?.asked?.stands(guest.plan.life.shutdown, self.clock.now)
    }

    /// Puts the domains in order again after one began or ended a run.
    pub(super) fn sort(&mut self) {
        self.guests.sort_by(|a, b| {
            let ids = |guest: &Guest| (guest.run.is_none(), guest.run.as_ref().map(|run| run.id));
            ids(a).cmp(&ids(b)).then_with(|| a.plan.name.cmp(&b.plan.name))
        });
    }

    /// Fails where a failure was ordered for this operation.
    pub(super) fn fault(&mut self, op: Op) -> Answer<()> {
        let Some(place) = self.faults.iter().position(|fault| fault.0 == op) else { return Ok(()) };
        let (_, kind, times) = &mut self.faults[place];
        let kind = *kind;
        *times = times.saturating_sub(1);
        if *times == 0 {
            self.faults.remove(place);
        }
        Err(Error::new(kind, format!("{} fails because the script says so", op.word())))
    }
}

impl Clock {
    /// Steps are longer where there is much to work out at each.
    fn new(domains: usize) -> Self {
        let step = match domains {
            0..=100 => 50_000_000,
            101..=2000 => 250_000_000,
            _ => 1_000_000_000,
        };
        Self { step, ..Self::default() }
    }

    /// Where the segment that starts now ends: at the next step or event, or further where `to` is far.
    fn next_edge(&self, to: Nanos, queue: &Queue, domains: usize) -> Nanos {
        let steps = to.since(self.now).0 / self.step;
        let most = (WORK / (domains as u64 + 1)).max(100);
        let stride = if steps > most { steps / (most / 16) } else { 0 };
        let edge = (self.now.0 / self.step).saturating_add(stride.max(1)).saturating_mul(self.step);
        // At the very end of countable time the last segment never ends.
        let edge = Nanos(if edge <= self.now.0 { u64::MAX } else { edge });
        match queue.first() {
            Some(event) if stride == 0 && event > self.now => edge.min(event),
            _ => edge,
        }
    }
}

/// The error for a domain that is not there.
pub(super) fn no_domain(key: DomainKey) -> Error {
    match key.id {
        Some(id) => Error::no_domain(format!("domain {} with uuid {} on this host", id.0, key.uuid)),
        None => Error::no_domain(format!("inactive domain with uuid {} on this host", key.uuid)),
    }
}
