//! How simulated domains begin, end and return.
//!
//! ```text
//!   off ──start──► live ◄──resume── paused         shutdown, reboot: the guest takes its time, or ignores it
//!    ▲             │ │ └──pause──────▲             lives: powers off by itself, another one takes its place
//!    │             │ └──crash──► crashed
//!    └── dying ◄───┴─ shut down ◄── (guest)        not kept: gone instead of off
//! ```

use super::{
    check::HIGHEST_ID,
    event::{Deed, Event, Stage},
    guest::{Asked, Guest, Phase},
    noise::{below, mix, unit},
    plan::{DomainPlan, GIB, Start, made_up_uuid},
    world::World,
};
use crate::{
    driver::{Answer, Error},
    model::{DomainId, DomainKey, Kind, Nanos, ShutdownReason},
};

/// How long a domain that shut down stands there before it is torn down.
const CLEANING: u64 = 400_000_000;
/// How long tearing down takes.
const DYING: u64 = 200_000_000;

impl World {
    /// What the hypervisor said while it started.
    pub(super) fn boot_log(&mut self) {
        let node = self.node;
        let scheduler = &self.pools[0].scheduler;
        for text in [
            "Xen version 1.0 (simulated) debug=n".to_owned(),
            "Command line: dom0_mem=4096M,max:4096M dom0_max_vcpus=4 dom0_vcpus_pin".into(),
            format!("System RAM: {}MB ({}kB)", node.memory.0 >> 10, node.memory.0),
            format!("Using scheduler: {scheduler}"),
            format!("Detected {}.{:03} MHz processor.", node.khz / 1000, node.khz % 1000),
            format!("Brought up {} CPUs", node.pcpus()),
            format!("Scrubbing Free RAM in background ({} GiB)", node.memory.0 / GIB),
        ] {
            self.log.print(Nanos(0), &text);
        }
    }

    /// Puts in the domains of the host's beginning.
    pub(super) fn populate(&mut self, plans: Vec<DomainPlan>) {
        self.last_id = plans.iter().filter_map(|plan| plan.id).max().unwrap_or(0);
        for plan in plans {
            let start = plan.life.start;
            self.guests.push(Guest::new(plan, self.seed));
            let place = self.guests.len() - 1;
            if start != Start::Off {
                self.begin_run(place);
            }
            let phase = match start {
                Start::Paused => Phase::Paused,
                Start::Crashed => Phase::Crashed,
                Start::Running | Start::Off => continue,
            };
            self.enter(place, phase);
        }
        self.sort();
    }

    /// Puts in a domain that was not there and starts it, unless its description says it is off.
    pub(super) fn create(&mut self, plan: DomainPlan) -> Answer<()> {
        self.admit(&plan)?;
        let start = plan.life.start;
        self.guests.push(Guest::new(plan, self.seed));
        let place = self.guests.len() - 1;
        let started = if start == Start::Off { Ok(()) } else { self.start(place) };
        if started.is_err() {
            self.guests.pop();
        }
        self.sort();
        started
    }

    /// Whether a domain with this name and uuid, on these pCPUs, fits beside those that are there.
    fn admit(&self, plan: &DomainPlan) -> Answer<()> {
        let twin =
            self.guests.iter().find(|guest| guest.plan.name == plan.name || guest.plan.uuid == plan.uuid);
        if let Some(twin) = twin {
            return Err(refused(format!(
                "there is a domain {} with uuid {} already",
                twin.name, twin.plan.uuid
            )));
        }
        self.fits(plan)
    }

    /// Whether there can be such a domain on this host.
    pub(super) fn fits(&self, plan: &DomainPlan) -> Answer<()> {
        plan.problem(&self.pools, self.node.pcpus()).map_or(Ok(()), |problem| Err(refused(problem)))
    }

    /// Starts a domain that is off.
    pub(super) fn start(&mut self, place: usize) -> Answer<()> {
        let guest = &self.guests[place];
        if guest.run.is_some() {
            return Err(refused(format!("domain {} is running already", guest.name)));
        }
        let (needs, free) = (guest.plan.memory, self.unclaimed());
        if self.ids.len() >= HIGHEST_ID as usize {
            return Err(Error::new(Kind::Failed, "every domain id is taken"));
        }
        if needs > free {
            let problem =
                format!("domain {} needs {} KiB of memory, and {} KiB are free", guest.name, needs.0, free.0);
            return Err(Error::new(Kind::Failed, problem).hint("shrink or end another domain first"));
        }
        self.begin_run(place);
        Ok(())
    }

    fn begin_run(&mut self, place: usize) {
        let now = self.clock.now;
        // An id is for the first run only, but the control domain's is its own.
        let plan = &mut self.guests[place].plan;
        let wish = if plan.uuid.is_nil() { plan.id } else { plan.id.take() };
        let id = wish.filter(|id| !self.ids.contains(id)).unwrap_or_else(|| self.next_id());
        self.ids.insert(id);
        self.runs += 1;
        let id = DomainId(id);
        let guest = &mut self.guests[place];
        guest.boot(id, now);
        if let Some(lives) = guest.plan.life.lives {
            let spread = f64::from(0.7 + 0.6 * unit(guest.seed, self.runs));
            self.queue.put(later(now, lives.seconds() * spread), Event::Run(id, Stage::Expired));
        }
        self.say(place, "created");
    }

    /// An id nobody has, mostly not the next one; it wraps before the hypervisor's own.
    fn next_id(&mut self) -> u32 {
        let stride = (u64::from(HIGHEST_ID) / 2 / (self.guests.len() as u64 + 1)).clamp(1, 3);
        let gap = u32::try_from(below(self.seed, self.runs, stride)).unwrap_or(0);
        let wrap = |id: u32| if id > HIGHEST_ID { 1 } else { id };
        let mut id = wrap(self.last_id.saturating_add(1 + gap));
        while self.ids.contains(&id) {
            id = wrap(id + 1);
        }
        self.last_id = id;
        id
    }

    /// Does something to a domain.
    pub(super) fn deed(&mut self, place: usize, deed: Deed) -> Answer<()> {
        if deed == Deed::Start {
            let started = self.start(place);
            self.sort();
            return started;
        }
        let guest = &self.guests[place];
        let Some(run) = &guest.run else {
            return Err(refused(format!("domain {} is not running", guest.name)));
        };
        let (id, phase, control) = (run.id, run.phase, guest.plan.uuid.is_nil());
        if let Some(transfer) = run.transfer.as_ref().filter(|_| deed != Deed::Destroy) {
            return Err(refused(format!("domain {} is being {}", guest.name, transfer.word())));
        }
        let able = match deed {
            _ if control => return Err(refused(format!("{} is the control domain", guest.name))),
            Deed::Resume => phase == Phase::Paused,
            Deed::Destroy => phase != Phase::Dying,
            _ => phase == Phase::Live,
        };
        if !able {
            return Err(refused(format!(
                "domain {} cannot {} while {}",
                guest.name,
                deed.word(),
                phase.word()
            )));
        }
        self.carry_out(place, id, deed);
        Ok(())
    }

    fn carry_out(&mut self, place: usize, id: DomainId, deed: Deed) {
        match deed {
            Deed::Start => {}
            Deed::Pause => self.enter(place, Phase::Paused),
            Deed::Resume => self.enter(place, Phase::Live),
            Deed::Crash => self.enter(place, Phase::Crashed),
            Deed::Destroy => self.tear_down(place, id, Stage::Gone { again: false }),
            Deed::Shutdown => self.ask_guest(place, id, Stage::PoweredOff),
            Deed::Reboot => self.ask_guest(place, id, Stage::Rebooting),
        }
    }

    /// The guest does as asked in its time, or never.
    fn ask_guest(&mut self, place: usize, id: DomainId, stage: Stage) {
        let guest = &mut self.guests[place];
        if let Some(run) = &mut guest.run {
            run.asked = Some(Asked::new(self.clock.now, stage == Stage::Rebooting));
        }
        if let Some(takes) = guest.plan.life.shutdown {
            self.queue.put(later(self.clock.now, takes.seconds()), Event::Run(id, stage));
        }
    }

    /// A guest does by itself what it decided.
    pub(super) fn wish(&mut self, key: DomainKey, stage: Stage) -> Answer<()> {
        let id = self.guest(key)?.key().id.unwrap_or_default();
        self.go_on(id, stage);
        Ok(())
    }

    /// A run goes on to a later stage, if it still goes on.
    pub(super) fn go_on(&mut self, id: DomainId, stage: Stage) {
        let is = |guest: &Guest| guest.run.as_ref().is_some_and(|run| run.id == id);
        let Some(place) = self.guests.iter().position(is) else { return };
        let now = self.clock.now;
        let phase = self.guests[place].run.as_ref().map(|run| run.phase);
        match (stage, phase) {
            (Stage::Expired | Stage::PoweredOff | Stage::Rebooting, Some(Phase::Live)) => {
                let reboots = stage == Stage::Rebooting;
                let reason = if reboots { ShutdownReason::Reboot } else { ShutdownReason::Poweroff };
                self.enter(place, Phase::ShutDown(reason));
                let next = Stage::TornDown { again: stage != Stage::PoweredOff };
                self.queue.put(Nanos(now.0.saturating_add(CLEANING)), Event::Run(id, next));
            }
            // A paused guest does nothing; it will when it runs on.
            (Stage::Expired | Stage::PoweredOff | Stage::Rebooting, Some(Phase::Paused)) => {
                self.queue.put(later(now, 1.0), Event::Run(id, stage));
            }
            (Stage::Transferred, Some(Phase::Live | Phase::Paused)) => self.transferred(place, id),
            (Stage::TornDown { again }, Some(Phase::ShutDown(_))) => {
                self.tear_down(place, id, Stage::Gone { again });
            }
            (Stage::Gone { again }, Some(Phase::Dying)) => self.end_run(place, again.then_some(id)),
            _ => {}
        }
    }

    pub(super) fn tear_down(&mut self, place: usize, id: DomainId, then: Stage) {
        self.enter(place, Phase::Dying);
        self.queue.put(Nanos(self.clock.now.0.saturating_add(DYING)), Event::Run(id, then));
    }

    /// Ends a run; `again` is its id where another one follows.
    fn end_run(&mut self, place: usize, again: Option<DomainId>) {
        let guest = &mut self.guests[place];
        if let Some(run) = guest.run.take() {
            self.ids.remove(&run.id.0);
        }
        match again {
            Some(id) if guest.plan.life.lives.is_some() => self.succeed(place, id),
            Some(_) => self.begin_run(place),
            None if !guest.plan.life.kept => drop(self.guests.remove(place)),
            None => guest.renew(),
        }
        self.sort();
    }

    /// After a while, another domain with the same name takes the place of one whose time was over.
    fn succeed(&mut self, place: usize, id: DomainId) {
        let Guest { plan, seed, .. } = self.guests.remove(place);
        let uuid = made_up_uuid(mix(seed, u64::from(id.0)));
        let after = 1.0 + f64::from(unit(seed, self.runs)) * 3.0;
        let successor = DomainPlan { uuid, id: None, ..plan };
        self.queue.put(later(self.clock.now, after), Event::Create(Box::new(successor)));
    }

    pub(super) fn enter(&mut self, place: usize, phase: Phase) {
        let now = self.clock.now;
        self.guests[place].run.iter_mut().for_each(|run| run.enter(phase, now));
        self.say(place, phase.word());
    }

    fn say(&mut self, place: usize, what: &str) {
        let guest = &self.guests[place];
        let id = guest.run.as_ref().map_or(0, |run| run.id.0);
        let text = format!("d{id} ({}): {what}", guest.name.shown());
        self.log.print(self.clock.now, &text);
    }
}

impl Phase {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Live => "running",
            Self::Paused => "paused",
            Self::ShutDown(_) => "shut down",
            Self::Crashed => "crashed",
            Self::Dying => "dying",
        }
    }
}

/// An error for what would be wrong to do.
pub(super) fn refused(why: impl AsRef<str>) -> Error {
    Error::new(Kind::Refused, why)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float's limit saturates")]
pub(super) fn later(now: Nanos, seconds: f64) -> Nanos {
    Nanos(now.0.saturating_add((seconds * 1e9).max(1e6) as u64))
}
