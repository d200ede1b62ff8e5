//! The samplers of all hosts, and what comes from them.

use std::sync::Arc;

use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{
    app::{Effect, Msg, xml::Draft},
    audit::Scribe,
    console::session::Options,
    driver::Session,
    model::{Attempt, HostId, Nanos, Order as Job, Which},
    sampler::{Order, Sampler},
};

use super::{
    clerk::Clerk, consoles::Consoles, consoles::Way, definitions::Definitions, editor, executor::Executor,
    executor::Outlet, files::Files,
};

/// All hosts. Snapshots are looked up when one came, so that only the last of several is taken; everything else comes
/// as messages.
pub(super) struct Hosts {
    samplers: Vec<(HostId, Sampler)>,
    /// None for a host that was opened for looking only.
    executors: Vec<(HostId, Executor)>,
    clerk: Clerk,
    files: Files,
    /// Open consoles.
    pub(super) consoles: Consoles,
    /// Definitions.
    pub(super) definitions: Definitions,
    sampled: Arc<Notify>,
    messages: (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
}

impl Hosts {
    /// None yet; these will be written about, and consoles opened with this.
    pub(super) fn new(scribes: Vec<(HostId, Scribe)>, options: (Options, usize)) -> Self {
        let (messages, sampled) = (unbounded_channel(), Arc::<Notify>::default());
        Self {
            samplers: Vec::new(),
            executors: Vec::new(),
            clerk: Clerk::spawn(scribes, messages.0.clone()),
            files: Files::default(),
            definitions: Definitions::new(messages.0.clone()),
            consoles: Consoles::new(options, sampled.clone(), messages.0.clone()),
            sampled,
            messages,
        }
    }

    /// Starts sampling each host, at once with what `effects` demand of it: the first snapshot should hold it.
    pub(super) fn start(&mut self, sessions: Vec<(HostId, Session)>, interval: Nanos, effects: &[Effect]) {
        for (id, session) in sessions {
            let demand = effects.iter().rev().find_map(|effect| match effect {
                Effect::Demand(host, demand) if *host == id => Some(demand.clone()),
                _ => None,
            });
            self.add(id, Sampler::spawn(session.reader, interval, demand.unwrap_or_default()));
            let (consoles, typist) = (session.consoles, session.typist);
            self.consoles.add(Way { host: id, consoles, typist, scribe: self.clerk.scribe(id) });
            self.definitions.add(id, session.definitions);
            if let Some(controller) = session.controller {
                let outlet = Outlet { messages: self.messages.0.clone(), scribe: self.clerk.scribe(id) };
                self.executors.push((id, Executor::spawn(id, controller, outlet)));
            }
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

    /// Has a host's executor carry out an order; a host opened for looking only has none.
    pub(super) fn run(&self, host: HostId, order: Job) {
        if let Some((_, executor)) = self.executors.iter().find(|(id, _)| *id == host) {
            executor.tell(order);
        }
    }

    /// Writes into the audit that a command may not be done on a host.
    pub(super) fn refused(&self, host: HostId, attempt: Attempt) {
        self.clerk.refused(host, attempt);
    }

    /// Ends the consoles, and has what is still to be written into the audit written.
    ///
    /// # Errors
    /// What could not be.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        self.consoles.finish();
        self.clerk.finish()
    }

    /// Looks for files whose path begins so; the answer comes as a message.
    pub(super) fn complete(&self, path: String) {
        self.files.look(path, &self.messages.0);
    }

    /// Has the editor run on a draft by a thread; the answer comes as a message.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub(super) fn edit(&self, draft: Draft) -> Result<(), String> {
        let messages = self.messages.0.clone();
        let reader = self.definitions.reader(draft.host);
        let kept = move |draft: &Draft| Some(reader?.read(draft.key, Which::Kept).ok()?.xml);
        let run = move || drop(messages.send(Msg::Edited(Box::new(editor::run(draft, kept)))));
        let spawned = std::thread::Builder::new().name("editor".into()).spawn(run);
        spawned.map(drop).map_err(|error| format!("there is no thread to wait for the editor: {error}"))
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
        news.extend(self.consoles.pages());
        news
    }
}
