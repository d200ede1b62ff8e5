//! The sampler's thread: wait, obey, read, publish.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvError, RecvTimeoutError},
    },
};

use tokio::sync::{mpsc::UnboundedSender, watch};

use super::{Order, Schedule, pool::Pool, stamp};
use crate::{
    driver::Reader,
    model::{Demand, Nanos, Snapshot, Stamp, text::visible},
};

/// How near a sample that a new demand brought forward may come to the one before: a held arrow key moves the focus
/// thirty times a second.
const APART: Nanos = Nanos(100_000_000);

/// What the thread owns.
pub(super) struct Ticker {
    reader: Reader,
    demand: Demand,
    schedule: Schedule,
    pool: Pool,
    last: Arc<Snapshot>,
    publish: watch::Sender<Option<Arc<Snapshot>>>,
}

impl Ticker {
    pub(super) fn new(
        reader: Reader,
        interval: Nanos,
        demand: Demand,
        publish: watch::Sender<Option<Arc<Snapshot>>>,
    ) -> Self {
        let schedule = Schedule::new(interval, stamp().mono);
        Self { reader, demand, schedule, pool: Pool::default(), last: Arc::default(), publish }
    }

    /// Runs until nobody can give orders any more.
    pub(super) fn run(&mut self, orders: &Receiver<Order>, logs: &UnboundedSender<Result<String, String>>) {
        loop {
            let order = match self.schedule.wait(stamp().mono) {
                Some(left) => orders.recv_timeout(left.into()),
                None => orders.recv().map_err(|RecvError| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(Order::Interval(interval)) => self.schedule.change(interval, stamp().mono),
                Ok(Order::Demand(demand)) => self.want(demand),
                Ok(Order::Poke) | Err(RecvTimeoutError::Timeout) => self.tick(),
                Ok(Order::HostLog) => {
                    let _ = logs.send(self.log());
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn want(&mut self, demand: Demand) {
        let demand = Demand { interval: self.demand.interval, ..demand };
        if demand != self.demand {
            self.demand = demand;
            self.schedule.hasten(APART, stamp().mono);
        }
    }

    /// Takes one snapshot and publishes it.
    fn tick(&mut self) {
        let mut next = self.pool.take();
        let into = Arc::make_mut(&mut next);
        let at = stamp();
        self.demand.interval = Some(self.schedule.begin(at.mono).interval);
        let (reader, demand) = (&mut self.reader, &self.demand);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| reader.sample(at, demand, into))) {
            into.clone_from(&self.last);
            // The drivers may have been left in the middle of anything, so nothing that moves is told.
            into.pcpus.clear();
            (into.at, into.stale) = (at, Some(said(panic.as_ref()).into()));
        }
        if into.stale.is_some() {
            keep_rows(into, &self.last);
        }
        into.timing = self.schedule.end(stamp().mono);
        if is_same(into, &self.last) {
            return self.pool.give(next);
        }
        self.publish.send_replace(Some(next.clone()));
        self.pool.give(std::mem::replace(&mut self.last, next));
    }

    fn log(&self) -> Result<String, String> {
        let read = catch_unwind(AssertUnwindSafe(|| self.reader.host_log(0)));
        match read {
            Ok(log) => log.map(|(text, _)| text).map_err(|failure| failure.to_string()),
            Err(panic) => Err(said(panic.as_ref())),
        }
    }
}

/// Whether a peer that samples by itself has nothing new: that is no snapshot, else every rate would be none.
fn is_same(next: &Snapshot, last: &Snapshot) -> bool {
    next.stale.is_none() && last.stale.is_none() && next.at == last.at && last.at != Stamp::default()
}

/// The rows of a stale snapshot are those of the one before, whatever the failed reading left in the buffers.
fn keep_rows(into: &mut Snapshot, last: &Snapshot) {
    into.domains.clone_from(&last.domains);
    into.vcpus.clone_from(&last.vcpus);
}

/// A panic's message in a clause.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a driver broke off: {}", visible(text.unwrap_or("it did not say why")))
}
