//! Carrying out, on a thread of its own: a toolstack that takes its time can be left.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use super::{
    super::trouble::{Status, Trouble},
    errand::Errand,
    moving::Moving,
    outcome::Outcome,
    unwritten,
    watch::{Progress, SAMPLE},
};
use crate::{
    driver::execute,
    model::{JobId, Nanos, Order, Report, Snapshot, order::Undoes, request::Request},
    sampler,
};

impl Errand<'_> {
    /// Does what it is about.
    pub(super) fn carry_out(&mut self) -> Result<Outcome, Trouble> {
        let (order, begun) = (self.order(self.requests().to_vec(), None), sampler::stamp().mono);
        let report = match self.wish.revert_after {
            // What must be taken back must not end between the change and that.
            Some(_) => self.execute(&order)?,
            None => self.held.released(|| self.execute(&order))?,
        };
        match &report.failure {
            Some(failure) => Err(Trouble::failure(failure)),
            None => Ok(Outcome::new(self, report, begun)),
        }
    }

    /// Takes it back, unless somebody changed the same thing since.
    pub(super) fn take_back(&self, back: Vec<Request>, undoes: Undoes) -> Result<Report, Trouble> {
        self.execute(&self.order(back, Some(Box::new(undoes))))
    }

    fn order(&self, requests: Vec<Request>, undoes: Option<Box<Undoes>>) -> Order {
        let prefix = if undoes.is_some() { "undo " } else { "" };
        let upon = self.wish.upon.clone().filter(|_| undoes.is_none());
        Order { job: JobId(1), command: format!("{prefix}{}", self.typed()), requests, undoes, upon }
    }

    /// Has the drivers do it. Everything this process changes goes through here.
    fn execute(&self, order: &Order) -> Result<Report, Trouble> {
        let (answer, answered) = mpsc::channel();
        let (controller, asked) = (Arc::clone(&self.controller), order.clone());
        let done = move || drop(answer.send(execute(&controller, &asked)));
        let spawned = thread::Builder::new().name("executor".into()).spawn(done);
        let answer = match spawned {
            Ok(_) => self.await_answer(&answered, order),
            Err(error) => Ok(Err(format!("there is no thread to be had: {error}"))),
        };
        let report = match answer {
            Ok(report) => report.unwrap_or_else(|why| Report::lost(order, &why)),
            Err(trouble) => {
                self.note(order, &Report::lost(order, "it has not answered yet"));
                return Err(trouble);
            }
        };
        self.note(order, &report);
        Ok(report)
    }

    /// Writes what came of an order into the audit.
    fn note(&self, order: &Order, report: &Report) {
        if let Some(scribe) = &self.scribe {
            unwritten(scribe.done(sampler::stamp().wall, order, report));
        }
    }

    /// What the drivers answered; a driver that broke off is told in a clause.
    fn await_answer(
        &self,
        answered: &mpsc::Receiver<Report>,
        order: &Order,
    ) -> Result<Result<Report, String>, Trouble> {
        let (begun, mut progress) = (sampler::stamp().mono, Progress::new());
        let mut moving = Moving::of(order.op(), self.target().map(|target| target.key));
        let mut seen = Snapshot::default();
        let limit = self.wish.wait.unwrap_or(Nanos(u64::MAX));
        loop {
            match answered.recv_timeout(SAMPLE.into()) {
                Ok(report) => return Ok(Ok(report)),
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Ok(Err("a driver broke off; look at what it has done".into()));
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            let took = sampler::stamp().mono.since(begun);
            if took >= limit {
                return Err(unanswered(&self.intent.title(), limit));
            }
            let how = self.glance(&mut moving, &mut seen);
            let how = how.unwrap_or_else(|| format!("asked, {:.0} s", took.seconds()));
            progress.show(&format!("{}: {how}", self.intent.title()));
        }
    }
}

fn unanswered(title: &str, limit: Nanos) -> Trouble {
    let text = format!(
        "{title}: the driver has not answered in {:.0} s\n  what it was asked for may go on without domtop: \
         look before you ask again",
        limit.seconds()
    );
    Trouble::new(Status::TimedOut, text)
}
