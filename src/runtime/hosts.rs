//! The samplers of all hosts, and what comes from them.

use std::sync::Arc;

use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{
    app::{Effect, Msg},
    driver::Reader,
    model::{HostId, Nanos},
    sampler::{Order, Sampler},
};

/// All hosts. Snapshots are looked up when one came, so that only the last of several is taken; everything else comes
/// as messages.
pub(super) struct Hosts {
    samplers: Vec<(HostId, Sampler)>,
    sampled: Arc<Notify>,
    messages: (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
}

impl Hosts {
    /// None yet.
    pub(super) fn new() -> Self {
        Self { samplers: Vec::new(), sampled: Arc::default(), messages: unbounded_channel() }
    }

    /// Starts sampling each host, at once with what `effects` demand of it: the first snapshot should hold it.
    pub(super) fn start(&mut self, readers: Vec<(HostId, Reader)>, interval: Nanos, effects: &[Effect]) {
        for (id, reader) in readers {
            let demand = effects.iter().rev().find_map(|effect| match effect {
                Effect::Demand(host, demand) if *host == id => Some(demand.clone()),
                _ => None,
            });
            self.add(id, Sampler::spawn(reader, interval, demand.unwrap_or_default()));
        }
    }

    fn add(&mut self, id: HostId, mut sampler: Sampler) {
        let (came, messages) = (self.sampled.clone(), self.messages.0.clone());
        let mut snapshots = sampler.snapshots.clone();
        tokio::spawn(async move {
            while snapshots.changed().await.is_ok() {
                came.notify_one();
            }
            let _ = messages.send(Msg::Notice(true, format!("{id} is not sampled any more")));
        });
        let (messages, (_, nobody)) = (self.messages.0.clone(), unbounded_channel());
        let mut logs = std::mem::replace(&mut sampler.logs, nobody);
        tokio::spawn(async move {
            while let Some(log) = logs.recv().await {
                let _ = messages.send(Msg::HostLog(id, log));
            }
        });
        self.samplers.push((id, sampler));
    }

    /// Tells the sampler of a host.
    pub(super) fn tell(&self, host: HostId, order: Order) {
        if let Some((_, sampler)) = self.samplers.iter().find(|(id, _)| *id == host) {
            sampler.tell(order);
        }
    }

    /// Waits until there may be something new.
    pub(super) async fn changed(&mut self) -> Option<Msg> {
        tokio::select! {
            () = self.sampled.notified() => None,
            message = self.messages.1.recv() => message,
        }
    }

    /// What came since the last call.
    pub(super) fn news(&mut self) -> Vec<Msg> {
        let mut news = Vec::new();
        for (id, sampler) in &mut self.samplers {
            if sampler.snapshots.has_changed().unwrap_or(false) {
                let last = sampler.snapshots.borrow_and_update().clone();
                news.extend(last.map(|snapshot| Msg::Sampled(*id, snapshot)));
            }
        }
        news.extend(std::iter::from_fn(|| self.messages.1.try_recv().ok()));
        news
    }
}
