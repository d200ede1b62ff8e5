//! The one thread that samples, for however many watch.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
};

use nix::sys::eventfd::EventFd;

use super::{
    demands::Wanted,
    packet::{Packer, Packet, Views},
};
use crate::{
    driver::Reader,
    model::{Demand, Domain, Nanos, Snapshot},
    sampler::{Schedule, stamp},
};

/// Where the last packet is until the loop has taken it.
type Slot = Arc<Mutex<Option<Arc<Packet>>>>;
/// Where the last order is until the thread has taken it: while it reads, those before it are of no use.
type Order = Arc<Mutex<Option<(u64, Wanted)>>>;

/// The sampler, as the loop has it. Dropping it ends its thread once its reader returns.
pub(super) struct Sampling {
    orders: SyncSender<()>,
    order: Order,
    slot: Slot,
}

impl Sampling {
    /// Starts the thread; it samples once something is wanted, and wakes the loop by `bell`.
    pub(super) fn spawn(reader: Reader, fastest: Nanos, bell: Arc<EventFd>) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(1);
        let (slot, order) = (Slot::default(), Order::default());
        let mut worker = Worker::new(reader, fastest, (slot.clone(), order.clone()));
        thread::Builder::new().name("sampler".into()).spawn(move || worker.run(&inbox, &bell))?;
        Ok(Self { orders, order, slot })
    }

    /// From now on samples are to hold this.
    pub(super) fn want(&self, serial: u64, wanted: &Wanted) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some((serial, wanted.clone()));
        // The thread only ends with this value; one that was told already looks for the last.
        let _ = self.orders.try_send(());
    }

    /// The last packet, where there is one that was not taken yet.
    pub(super) fn take(&self) -> Option<Arc<Packet>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Worker {
    reader: Reader,
    fastest: Nanos,
    slot: Slot,
    order: Order,
    schedule: Schedule,
    serial: u64,
    wanted: Wanted,
    snapshot: Snapshot,
    viewed: Vec<Domain>,
    packer: Packer,
}

impl Worker {
    fn new(reader: Reader, fastest: Nanos, (slot, order): (Slot, Order)) -> Self {
        let now = stamp().mono;
        let mut schedule = Schedule::new(fastest, now);
        schedule.change(None, now);
        Self {
            reader,
            fastest,
            slot,
            order,
            schedule,
            serial: 0,
            wanted: Wanted::default(),
            snapshot: Snapshot::default(),
            viewed: Vec::new(),
            packer: Packer::default(),
        }
    }

    /// Runs until nobody can give orders any more.
    fn run(&mut self, orders: &Receiver<()>, bell: &EventFd) {
        loop {
            let order = match self.schedule.wait(stamp().mono) {
                Some(left) => orders.recv_timeout(left.into()),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(()) => {
                    let order = self.order.lock().unwrap_or_else(PoisonError::into_inner).take();
                    if let Some((serial, wanted)) = order {
                        self.obey(serial, wanted);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let packet = Arc::new(self.tick());
                    *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(packet);
                    // A bell that rings already is loud enough.
                    let _ = bell.write(1);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn obey(&mut self, serial: u64, wanted: Wanted) {
        let now = stamp().mono;
        let more = !self.wanted.holds_as_much_as(&wanted) || self.wanted.interval.is_none();
        self.schedule.change(wanted.interval, now);
        if more && wanted.interval.is_some() {
            self.schedule.hasten(self.fastest, now);
        }
        (self.serial, self.wanted) = (serial, wanted);
    }

    fn tick(&mut self) -> Packet {
        let at = stamp();
        self.schedule.begin(at.mono);
        if catch_unwind(AssertUnwindSafe(|| self.read(at))).is_err() {
            self.snapshot.at = at;
            self.snapshot.stale = Some("a driver of the proxy broke off".into());
        }
        if self.snapshot.stale.is_some() {
            // Whatever the failed reading left in the buffers; who watches keeps the rows of before.
            self.snapshot.domains.clear();
            self.snapshot.vcpus.clear();
        }
        let views = Views { all: self.wanted.all_vcpus, focus: &self.wanted.focus };
        let packet = self.packer.pack(&self.snapshot, self.serial, &views);
        self.schedule.end(stamp().mono);
        packet
    }

    fn read(&mut self, at: crate::model::Stamp) {
        let Wanted { interval, all_vcpus, devices, ref focus, ref awaited } = self.wanted;
        let demand = Demand { interval, all_vcpus, devices, focus: None, awaited: awaited.clone() };
        self.reader.sample(at, &demand, &mut self.snapshot);
        if !all_vcpus && !focus.is_empty() {
            let viewed = self.snapshot.domains.iter().filter(|row| row.key.id.is_some());
            self.viewed.clear();
            self.viewed.extend(viewed.filter(|row| focus.binary_search(&row.key).is_ok()).cloned());
            // What could not be read is left out; the Drivers panel has the reason.
            let _ = self.reader.read_vcpus(&self.viewed, &mut self.snapshot.vcpus);
        }
    }
}
