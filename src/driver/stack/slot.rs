//! One place of the stack: a driver, what was asked of it, and how it is looked for where it was not there at first.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    driver::{
        Answer, DriverInfo, Error, Observe,
        conn::{Deadline, Stopwatch},
    },
    model::{DriverStatus, Kind, Light, Nanos, Op},
};

/// How long after a driver could not be opened that is tried again.
const PAUSE: Duration = Duration::from_secs(3);

/// A driver with what it says of itself.
type Open = (DriverInfo, Arc<dyn Observe>);

/// Opens a driver once more.
pub type Again = Box<dyn Fn() -> Answer<(DriverInfo, Arc<dyn Observe>)> + Send + Sync>;

/// A driver that was opened, or why it could not be.
pub struct Opening {
    /// What it is, or would have been.
    pub info: DriverInfo,
    /// The driver, or why there is none.
    pub driver: Answer<Arc<dyn Observe>>,
    /// How it is opened where it was not there; without one it stays absent.
    pub again: Option<Again>,
}

/// One place of the stack.
pub(super) struct Slot {
    /// The driver's name.
    pub(super) name: Arc<str>,
    /// What it would be, for as long as it is not there.
    would_be: DriverInfo,
    place: Arc<Place>,
    meter: Mutex<Meter>,
}

/// What the thread that looks for a driver shares with its slot.
struct Place {
    open: OnceLock<Open>,
    again: Option<Again>,
    absent: Mutex<Absent>,
    looking: AtomicBool,
}

/// A driver that is not there.
struct Absent {
    why: Error,
    /// When it is looked for again.
    pause: Deadline,
}

/// What was asked of one driver so far.
#[derive(Default)]
struct Meter {
    calls: u64,
    failures: u64,
    latency: Nanos,
    last_failure: Option<Arc<str>>,
}

impl Slot {
    /// A place for a driver, there or not.
    pub(super) fn new(Opening { info, driver, again }: Opening) -> Self {
        let (open, why) = match driver {
            Ok(driver) => (OnceLock::from((info.clone(), driver)), Error::new(Kind::Unreachable, "")),
            Err(error) => (OnceLock::new(), error),
        };
        let absent = Mutex::new(Absent { why, pause: Deadline::after(PAUSE) });
        let place = Arc::new(Place { open, again, absent, looking: AtomicBool::new(false) });
        Self { name: info.name.into(), would_be: info, place, meter: Mutex::default() }
    }

    /// What the driver is, or would be.
    pub(super) fn info(&self) -> &DriverInfo {
        self.place.open.get().map_or(&self.would_be, |(info, _)| info)
    }

    /// The driver.
    ///
    /// # Errors
    /// Why it is not there.
    pub(super) fn driver(&self) -> Answer<&dyn Observe> {
        let open = self.place.open.get();
        open.map(|(_, driver)| driver.as_ref()).ok_or_else(|| self.place.absent().why.clone())
    }

    /// Looks for the driver where it was not there, it is time, and it is not being looked for already.
    pub(super) fn look_again(&self) {
        if self.place.is_due() && !self.place.looking.swap(true, Ordering::AcqRel) {
            let place = self.place.clone();
            // A system without a thread to spare is asked again at the next tick.
            let looks =
                thread::Builder::new().name(format!("open-{}", self.name)).spawn(move || place.look());
            if looks.is_err() {
                self.place.looking.store(false, Ordering::Release);
            }
        }
    }

    /// Gives one call to the driver, on the meter.
    ///
    /// # Errors
    /// The driver's, or why it is not there.
    pub(super) fn call<T>(&self, op: Op, ask: impl FnOnce(&dyn Observe) -> Answer<T>) -> Answer<T> {
        if !self.info().ops.contains(&op) {
            return Err(Error::unsupported(op));
        }
        let driver = self.driver()?;
        let watch = Stopwatch::start();
        let answer = ask(driver);
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

    /// The driver's status, into one kept from tick to tick.
    pub(super) fn status(&self, into: &mut DriverStatus) {
        let (facts, meter) = (self.info(), self.meter());
        into.name.clone_from(&self.name);
        into.peer.clone_from(&facts.peer);
        into.ops.clone_from(&facts.ops);
        into.light = match self.driver() {
            Ok(driver) => driver.light(),
            Err(error) => Light::Absent(error.message),
        };
        into.calls = meter.calls;
        into.failures = meter.failures;
        into.latency = meter.latency;
        into.last_failure.clone_from(&meter.last_failure);
    }
}

impl Place {
    fn absent(&self) -> MutexGuard<'_, Absent> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rights do not come to a program that runs: one that was denied is not looked for again.
    fn is_due(&self) -> bool {
        let due = |absent: &Absent| absent.pause.passed() && absent.why.kind != Kind::Denied;
        self.open.get().is_none() && self.again.is_some() && due(&self.absent())
    }

    fn look(&self) {
        match self.again.as_ref().map(|open| open()) {
            // Only one looks at a time: the place is empty.
            Some(Ok(driver)) => drop(self.open.set(driver)),
            Some(Err(why)) => *self.absent() = Absent { why, pause: Deadline::after(PAUSE) },
            None => {}
        }
        self.looking.store(false, Ordering::Release);
    }
}
