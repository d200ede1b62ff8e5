//! THE FRONT-END: every operation, and the order in which the drivers are asked for it.
//!
//! ```text
//!              First              HypervisorLast           Every
//!  reads   1 → 2 → 3 …             –                        –
//!          first that answers;
//!          any failure falls on
//!  changes 1 → 2 → 3 …             2 → 3 → … → 1            1 + 2 + 3 …
//!          only Unsupported, Unreachable and                done if any did
//!          Denied fall on; else it ends
//! ```
//!
//! A change ends at a driver that *tried and failed* (a deliberate departure from the ancestor, whose loop went on):
//! a busy toolstack must not be answered by the hypervisor behind its back. Every reason is kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Answer, Control, DriverInfo, Error, Observe, Permit, conn::Stopwatch};
use crate::model::{
    DomainKey, DriverStatus, Failure, Kind, Light, Nanos, Op, Reason, Route,
    request::{Change, Request},
};

/// What an operation of the stack gives.
pub type Outcome<T> = Result<T, Failure>;

/// The drivers of one host in priority order, with a meter on each.
pub struct Stack {
    slots: Vec<Slot>,
}

/// A driver with what it says of itself, or why it could not be opened.
pub type Place = (DriverInfo, Result<Arc<dyn Observe>, Error>);

/// One place of the stack.
struct Slot {
    info: DriverInfo,
    name: Arc<str>,
    /// The driver, or why it could not be opened.
    driver: Result<Arc<dyn Observe>, Error>,
    meter: Mutex<Meter>,
}

/// What was asked of one driver so far.
#[derive(Default)]
struct Meter {
    calls: u64,
    failures: u64,
    latency: Nanos,
    last_failure: Option<Arc<str>>,
}

impl Stack {
    /// From drivers in priority order; those that could not be opened keep their place, with the reason.
    pub fn new(drivers: Vec<Place>) -> Self {
        let slot =
            |(info, driver): Place| Slot { name: info.name.into(), info, driver, meter: Mutex::default() };
        Self { slots: drivers.into_iter().map(slot).collect() }
    }

    /// Tells every driver that a tick begins.
    pub fn each(&self, mut tell: impl FnMut(&dyn Observe)) {
        self.slots.iter().filter_map(|s| s.driver.as_ref().ok()).for_each(|d| tell(d.as_ref()));
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

    /// The statuses of all drivers, into a buffer kept from tick to tick.
    pub fn statuses(&self, into: &mut Vec<DriverStatus>) {
        into.resize_with(self.slots.len(), DriverStatus::default);
        for (slot, status) in self.slots.iter().zip(into) {
            slot.status(status);
        }
    }
}

impl Slot {
    /// Gives one call to the driver, on the meter.
    fn call<T>(&self, op: Op, ask: impl FnOnce(&dyn Observe) -> Answer<T>) -> Answer<T> {
        if !self.info.ops.contains(&op) {
            return Err(Error::unsupported(op));
        }
        let driver = self.driver.as_ref().map_err(Clone::clone)?;
        let watch = Stopwatch::start();
        let answer = ask(driver.as_ref());
        self.note(watch.elapsed(), answer.as_ref().err());
        answer
    }

    fn note(&self, took: Nanos, error: Option<&Error>) {
        let mut meter = self.meter();
        meter.calls += 1;
        meter.latency = Nanos((meter.latency.0 * 7 + took.0) / 8);
        if let Some(error) = error.filter(|e| e.kind != Kind::Unsupported) {
            meter.failures += 1;
            meter.last_failure = Some(error.message.clone());
        }
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn status(&self, into: &mut DriverStatus) {
        let meter = self.meter();
        into.name.clone_from(&self.name);
        into.peer.clone_from(&self.info.peer);
        into.ops.clone_from(&self.info.ops);
        into.light = match &self.driver {
            Ok(driver) => driver.light(),
            Err(error) => Light::Absent(error.message.clone()),
        };
        into.calls = meter.calls;
        into.failures = meter.failures;
        into.latency = meter.latency;
        into.last_failure.clone_from(&meter.last_failure);
    }
}

/// Keeps a driver's reason; that it has no part in the operation is worth no line.
fn keep(reasons: &mut Vec<Reason>, slot: &Slot, error: Error) {
    if error.kind != Kind::Unsupported {
        reasons.push(error.reason(&slot.name));
    }
}

/// The changing half of the front-end: there is one only in a session opened for changes.
pub struct Controller {
    stack: Arc<Stack>,
    /// By place in the stack; none where the driver could not be opened.
    drivers: Vec<Option<Arc<dyn Control>>>,
    permit: Permit,
}

impl Controller {
    /// Only a session can: it alone has a permit to give.
    pub(super) fn new(stack: Arc<Stack>, drivers: Vec<Option<Arc<dyn Control>>>, permit: Permit) -> Self {
        Self { stack, drivers, permit }
    }

    /// Carries out a request by the route of its operation; returns the drivers that did it, in the order told.
    ///
    /// # Errors
    /// The reasons of the drivers that did not.
    pub fn run(&self, request: &Request) -> Outcome<Vec<Arc<str>>> {
        match request {
            Request::Domain(key, change) => self.change(*key, change),
            Request::Create(_) | Request::Define(_) | Request::Restore(_) => {
                self.route(request.op(), |driver| driver.make(&self.permit, request))
            }
        }
    }

    fn change(&self, key: DomainKey, change: &Change) -> Outcome<Vec<Arc<str>>> {
        self.route(change.op(), |driver| driver.change(&self.permit, key, change))
    }

    fn route(&self, op: Op, ask: impl Fn(&dyn Control) -> Answer<()>) -> Outcome<Vec<Arc<str>>> {
        match op.route() {
            Route::First => self.first(op, ask, 0..self.drivers.len()),
            Route::HypervisorLast => self.first(op, ask, self.hypervisor_last()),
            Route::Every => self.every(op, ask),
        }
    }

    fn first(
        &self,
        op: Op,
        ask: impl Fn(&dyn Control) -> Answer<()>,
        order: impl IntoIterator<Item = usize>,
    ) -> Outcome<Vec<Arc<str>>> {
        let mut reasons = Vec::new();
        for place in order {
            match self.call(place, op, &ask) {
                Ok(()) => return Ok(vec![self.stack.slots[place].name.clone()]),
                Err(error) => {
                    let ends = !error.kind.falls_through();
                    keep(&mut reasons, &self.stack.slots[place], error);
                    if ends {
                        break;
                    }
                }
            }
        }
        Err(Failure { op, subject: Arc::default(), reasons })
    }

    fn every(&self, op: Op, ask: impl Fn(&dyn Control) -> Answer<()>) -> Outcome<Vec<Arc<str>>> {
        let (mut done, mut reasons) = (Vec::new(), Vec::new());
        for (place, slot) in self.stack.slots.iter().enumerate() {
            match self.call(place, op, &ask) {
                Ok(()) => done.push(slot.name.clone()),
                Err(error) => keep(&mut reasons, slot, error),
            }
        }
        if done.is_empty() { Err(Failure { op, subject: Arc::default(), reasons }) } else { Ok(done) }
    }

    fn call(&self, place: usize, op: Op, ask: impl Fn(&dyn Control) -> Answer<()>) -> Answer<()> {
        let control = self.drivers[place].as_ref();
        self.stack.slots[place]
            .call(op, |_| control.map_or_else(|| Err(Error::unsupported(op)), |c| ask(c.as_ref())))
    }

    /// Every place but the hypervisor's in order, then the hypervisor's.
    fn hypervisor_last(&self) -> Vec<usize> {
        let (last, others): (Vec<_>, Vec<_>) =
            (0..self.drivers.len()).partition(|&place| self.stack.slots[place].info.hypervisor);
        others.into_iter().chain(last).collect()
    }
}
