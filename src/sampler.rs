//! A thread that fills snapshots at absolute deadlines.
//!
//! Whatever the reader does, the thread lives: a driver that hangs holds up this host's snapshots only, one that
//! panics makes them stale.

pub mod pace;
mod pool;
pub mod schedule;
mod tick;

use std::{
    sync::{Arc, mpsc},
    thread,
};

use tokio::sync::{mpsc as replies, watch};

pub use pace::{Pace, stamp};
pub use schedule::Schedule;

use crate::{
    driver::Reader,
    model::{Demand, Nanos, Snapshot},
};
use tick::Ticker;

/// A running sampler. Dropping it ends its thread once its reader returns; nobody waits for that.
pub struct Sampler {
    /// The last snapshot; none before the first.
    pub snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
    /// What each [`Order::HostLog`] gave: the text, raw, or why it cannot be read.
    pub logs: replies::UnboundedReceiver<Result<String, String>>,
    orders: mpsc::Sender<Order>,
}

/// What a sampler is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Sample at this interval from now on; none to pause.
    Interval(Option<Nanos>),
    /// What the next snapshots should hold; the first of them is taken soon.
    Demand(Demand),
    /// Take one now.
    Poke,
    /// Read all the hypervisor's console ring still has.
    HostLog,
}

impl Sampler {
    /// Starts sampling; the first snapshot is taken at once. Where there is no thread to be had, the channels are
    /// closed from the start.
    pub fn spawn(reader: Reader, interval: Nanos, demand: Demand) -> Self {
        let (publish, snapshots) = watch::channel(None);
        let (answer, logs) = replies::unbounded_channel();
        let (orders, inbox) = mpsc::channel();
        let mut ticker = Ticker::new(reader, interval, demand, publish);
        let _ = thread::Builder::new().name("sampler".into()).spawn(move || ticker.run(&inbox, &answer));
        Self { snapshots, logs, orders }
    }

    /// Tells it something; it obeys at once, not at the next deadline.
    pub fn tell(&self, order: Order) {
        // The thread only ends with this sampler, so a closed channel means it never began: the snapshots say so.
        let _ = self.orders.send(order);
    }
}
