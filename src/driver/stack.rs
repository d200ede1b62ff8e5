//! THE FRONT-END: every operation, and the order in which the drivers are asked for it.
//!
//! ```text
//!              First              HypervisorLast           Every
//!  reads   1 → 2 → 3 …             –                        –
//!          first that answers;
//!          any failure falls on
//!  changes 1 → 2 → 3 …             2 → 3 → … → 1            1 + 2 + 3 …
//!          only Unsupported, Unreachable and                done if any did
//!          Denied fall on; else it ends              Refused ends it
//! ```
//!
//! A change ends at a driver that *tried and failed* (a deliberate departure from the ancestor, whose loop went on):
//! a busy toolstack must not be answered by the hypervisor behind its back. What one driver finds wrong to do, another
//! that looks less closely is not told (xl sets a target of 1 MiB). Every reason is kept.

mod slot;
mod twins;

use std::sync::{Arc, OnceLock};

pub use self::slot::{Again, Opening};
use self::{slot::Slot, twins::Twins};
use super::{Answer, Control, Error, Lost, Observe, Permit};
use crate::model::{
    Demand, Domain, DomainKey, DriverStatus, Failure, Kind, Op, Reason, Route, Stamp, Standing, Step, Trail,
    Which,
    definition::Told,
    domain::run_of,
    request::{Change, Request},
};

/// What an operation of the stack gives.
pub type Outcome<T> = Result<T, Failure>;

/// The drivers of one host in priority order, with a meter on each.
pub struct Stack {
    slots: Vec<Slot>,
    twins: Twins,
}

impl Stack {
    /// From drivers in priority order; those that could not be opened keep their place, with the reason.
    pub fn new(drivers: Vec<Opening>) -> Self {
        Self { slots: drivers.into_iter().map(Slot::new).collect(), twins: Twins::default() }
    }

    /// Tells every driver that is there something.
    pub fn each(&self, tell: impl FnMut(&dyn Observe)) {
        self.slots.iter().filter_map(|slot| slot.driver().ok()).for_each(tell);
    }

    /// Tells every driver that a tick begins; of those that are not there, each is looked for again in its time, by a
    /// thread of its own: nobody waits for it.
    pub fn begin(&self, at: Stamp, demand: &Demand) {
        self.each(|driver| driver.begin(at, demand));
        self.slots.iter().for_each(Slot::look_again);
    }

    /// Asks for a read by route First: on any failure the next driver is asked.
    ///
    /// # Errors
    /// Every driver's reason, where none could.
    pub fn read<T>(&self, op: Op, mut ask: impl FnMut(&dyn Observe) -> Answer<T>) -> Outcome<T> {
        let mut reasons = Vec::new();
        for slot in &self.slots {
            match slot.call(op, |driver| ask(driver)) {
                Ok(value) => return Ok(value),
                Err(error) => keep(&mut reasons, slot, error),
            }
        }
        Err(Failure { op, subject: Arc::default(), reasons })
    }

    /// Asks every driver that can for its part of a read by route Every: what could not be read is left out, and the
    /// driver's meter has the reason.
    pub fn gather(&self, op: Op, mut ask: impl FnMut(&dyn Observe) -> Answer<()>) {
        for slot in &self.slots {
            let _ = slot.call(op, &mut ask);
        }
    }

    /// The domains there are, with their names: those that run, and those that are defined and do not, by name. `into`
    /// as in [`Observe::domains`].
    ///
    /// Tells when they were read, where that was not now.
    ///
    /// # Errors
    /// Every driver's reason, where none could tell which run.
    pub fn domains(&self, into: &mut Vec<Domain>) -> Outcome<Option<Stamp>> {
        let at = self.read(Op::Domains, |driver| driver.domains(into).map(|()| driver.sampled_at()))?;
        // A host without names shows ids: its Drivers panel tells why, so the failure is not repeated per row.
        let named = self.read(Op::Identify, |driver| driver.identify(into)).is_ok();
        // Nor can anybody tell then which of those that are kept do not run.
        if !named {
            return Ok(at);
        }
        let running = into.len();
        self.gather(Op::Inactive, |driver| driver.inactive(into));
        self.twins.sort_out(into, running);
        Ok(at)
    }

    /// A domain's definition. What is kept of one is the same whichever run of it the key is of.
    ///
    /// # Errors
    /// The reasons of the drivers, where none could.
    pub fn definition(&self, key: DomainKey, which: Which) -> Outcome<Told> {
        let ask = |key| self.read(Op::Definition, |driver| driver.definition(key, which));
        match ask(key) {
            Err(failure) if which == Which::Kept && may_be_anothers(&failure) => {
                let kept = self.twins.kept_as(key).or_else(|| self.kept_by_now(key));
                kept.map_or(Err(failure), ask)
            }
            told => told,
        }
    }

    /// Under which key the definition of a domain is kept that was started or has ended since it had this one.
    fn kept_by_now(&self, key: DomainKey) -> Option<DomainKey> {
        let mut domains = Vec::new();
        self.domains(&mut domains).ok().filter(|_| !key.uuid.is_nil())?;
        let now = run_of(&domains, key)?.key;
        Some(self.twins.kept_as(now).unwrap_or(now)).filter(|now| *now != key)
    }

    /// The operations that some driver that could be opened can do.
    pub fn ops(&self) -> Vec<Op> {
        let open = self.slots.iter().filter(|slot| slot.driver().is_ok());
        let ops: Vec<_> = open.flat_map(|slot| slot.info().ops.iter().copied()).collect();
        Op::ALL.iter().copied().filter(|op| ops.contains(op)).collect()
    }

    /// The statuses of all drivers, into a buffer kept from tick to tick.
    pub fn statuses(&self, into: &mut Vec<DriverStatus>) {
        into.resize_with(self.slots.len(), DriverStatus::default);
        for (slot, status) in self.slots.iter().zip(into) {
            slot.status(status);
        }
    }
}

/// Keeps a driver's reason; that it has no part in the operation is worth no line.
fn keep(reasons: &mut Vec<Reason>, slot: &Slot, error: Error) {
    if error.kind != Kind::Unsupported {
        reasons.push(error.reason(&slot.name));
    }
}

/// The changing half of one driver, once there is one.
pub type Hand = Arc<OnceLock<Arc<dyn Control>>>;

/// The changing half of the front-end: there is one only in a session opened for changes.
pub struct Controller {
    stack: Arc<Stack>,
    /// By place in the stack; empty as long as the driver could not be opened.
    drivers: Vec<Hand>,
    permit: Permit,
}

impl Controller {
    /// Only a session can: it alone has a permit to give.
    pub(super) fn new(stack: Arc<Stack>, drivers: Vec<Hand>, permit: Permit) -> Self {
        Self { stack, drivers, permit }
    }

    /// Carries out a request by the route of its operation; returns the drivers that were asked, in order.
    ///
    /// # Errors
    /// The reasons of the drivers, where none did it.
    pub fn run(&self, request: &Request) -> Outcome<Trail> {
        match request {
            Request::Domain(key, change) => self.change(*key, change),
            Request::Create(_) | Request::Define(_) | Request::Restore(_) => {
                self.route(request.op(), |driver| driver.make(&self.permit, request))
            }
        }
    }

    /// A domain as it stands now, as far as an operation touches it.
    ///
    /// # Errors
    /// Where the domains cannot be read, or this one is not among them.
    pub fn standing(&self, key: DomainKey, op: Op) -> Outcome<Standing> {
        let mut domains = Vec::new();
        self.stack.domains(&mut domains)?;
        let found = domains.iter().find(|domain| domain.key == key);
        let mut standing = found.map(Standing::of).ok_or_else(|| missing(op, key))?;
        standing.affinities = (op == Op::Pin)
            .then(|| self.stack.read(Op::Affinities, |driver| driver.affinities(key)))
            .transpose()?;
        standing.sched = (op == Op::SetScheduler)
            .then(|| self.stack.read(Op::ReadScheduler, |driver| driver.scheduler(key)))
            .transpose()?;
        Ok(standing)
    }

    /// What is kept of a domain now.
    ///
    /// # Errors
    /// As [`Stack::definition`].
    pub fn kept(&self, key: DomainKey) -> Outcome<Told> {
        self.stack.definition(key, Which::Kept)
    }

    fn change(&self, key: DomainKey, change: &Change) -> Outcome<Trail> {
        let ask = |key| move |driver: &dyn Control| driver.change(&self.permit, key, change);
        let mut outcome = self.route(change.op(), ask(key));
        let of_definition = matches!(change, Change::Undefine | Change::SetAutostart(_));
        if of_definition
            && outcome.as_ref().is_err_and(may_be_anothers)
            && let Some(kept) = self.stack.twins.kept_as(key)
        {
            outcome = self.route(change.op(), ask(kept));
        }
        if *change == Change::Start && outcome.as_ref().is_err_and(may_be_anothers) {
            return self.start(key).unwrap_or(outcome);
        }
        let mut trail = outcome?;
        if *change == Change::Destroy {
            self.clean_up(key, &mut trail);
        }
        Ok(trail)
    }

    /// Starts a domain of what one driver keeps through another that can start; none where nobody keeps it.
    fn start(&self, key: DomainKey) -> Option<Outcome<Trail>> {
        let kept = self.stack.definition(key, Which::Kept).ok()?;
        Some(self.route(Op::Start, |driver| driver.start(&self.permit, key, &kept)))
    }

    /// Where the hypervisor destroyed a domain under its toolstack's feet, the others take away what is left of it.
    fn clean_up(&self, key: DomainKey, trail: &mut Trail) {
        let under_feet =
            |slot: &Slot| slot.info().hypervisor && trail.done_by().any(|name| *name == slot.name);
        if !self.stack.slots.iter().any(under_feet) {
            return;
        }
        for (place, slot) in self.stack.slots.iter().enumerate().filter(|(_, slot)| !slot.info().hypervisor) {
            let Some(driver) = self.drivers[place].get() else { continue };
            if let Err(error) = driver.clean_up(&self.permit, key) {
                trail.0.push(step(slot, Err(error)));
            }
        }
    }

    fn route(&self, op: Op, ask: impl Fn(&dyn Control) -> Answer<Lost>) -> Outcome<Trail> {
        match op.route() {
            Route::First => self.first(op, ask, 0..self.drivers.len()),
            Route::HypervisorLast => self.first(op, ask, self.hypervisor_last()),
            Route::Every => self.every(op, ask),
        }
    }

    fn first(
        &self,
        op: Op,
        ask: impl Fn(&dyn Control) -> Answer<Lost>,
        order: impl IntoIterator<Item = usize>,
    ) -> Outcome<Trail> {
        let mut trail = Trail::default();
        for place in order.into_iter().filter(|&place| self.has_part(place, op)) {
            let answer = self.call(place, op, &ask);
            let ends = answer.as_ref().map_or_else(|error| !error.kind.falls_through(), |_| true);
            trail.0.push(step(&self.stack.slots[place], answer));
            if ends {
                break;
            }
        }
        outcome(op, trail)
    }

    fn every(&self, op: Op, ask: impl Fn(&dyn Control) -> Answer<Lost>) -> Outcome<Trail> {
        let mut trail = Trail::default();
        for place in (0..self.drivers.len()).filter(|&place| self.has_part(place, op)) {
            let answer = self.call(place, op, &ask);
            let unwise = answer.as_ref().is_err_and(|error| error.kind == Kind::Refused);
            trail.0.push(step(&self.stack.slots[place], answer));
            if unwise {
                break;
            }
        }
        outcome(op, trail)
    }

    fn has_part(&self, place: usize, op: Op) -> bool {
        self.stack.slots[place].info().ops.contains(&op)
    }

    fn call(&self, place: usize, op: Op, ask: impl Fn(&dyn Control) -> Answer<Lost>) -> Answer<Lost> {
        let control = self.drivers[place].get();
        self.stack.slots[place]
            .call(op, |_| control.map_or_else(|| Err(Error::unsupported(op)), |c| ask(c.as_ref())))
    }

    /// Every place but the hypervisor's in order, then the hypervisor's.
    fn hypervisor_last(&self) -> Vec<usize> {
        let (last, others): (Vec<_>, Vec<_>) =
            (0..self.drivers.len()).partition(|&place| self.stack.slots[place].info().hypervisor);
        others.into_iter().chain(last).collect()
    }
}

/// There is no such domain any more.
fn missing(op: Op, key: DomainKey) -> Failure {
    let what = key.id.map_or_else(|| format!("domain {}", key.uuid), |id| format!("domain {}", id.0));
    let reason = Error::no_domain(format!("{what} any more")).reason("stack");
    Failure { op, subject: Arc::default(), reasons: vec![reason] }
}

fn step(slot: &Slot, answer: Answer<Lost>) -> Step {
    let (lost, refused) = match answer {
        Ok(lost) => (lost, None),
        Err(error) => (Lost::new(), Some(error.reason(&slot.name))),
    };
    Step { driver: slot.name.clone(), refused, lost }
}

/// Whether nobody began with it, as who keeps the definition cannot start it.
fn may_be_anothers(failure: &Failure) -> bool {
    let nobodys = |kind: Kind| kind.falls_through() || kind == Kind::NoDomain;
    failure.reasons.iter().all(|reason| nobodys(reason.kind))
}

/// A trail on which some driver did it; else the failure with every reason that says something.
fn outcome(op: Op, trail: Trail) -> Outcome<Trail> {
    if trail.done() {
        return Ok(trail);
    }
    let mut reasons: Vec<_> = trail.0.into_iter().filter_map(|step| step.refused).collect();
    // That one has no part in it says something only where nobody has.
    if reasons.iter().any(|reason| reason.kind != Kind::Unsupported) {
        reasons.retain(|reason| reason.kind != Kind::Unsupported);
    }
    Err(Failure { op, subject: Arc::default(), reasons })
}
