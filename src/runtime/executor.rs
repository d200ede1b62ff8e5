//! A thread per host that carries out orders, one after the other: a toolstack that takes its time holds up neither
//! keys nor samples.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    app::Msg,
    driver::{Controller, execute},
    model::{Failure, HostId, Kind, Order, Reason, Report},
};

/// The executor of a host. Dropping it ends its thread once it has done what it was told.
pub(super) struct Executor {
    host: HostId,
    orders: mpsc::Sender<Order>,
    messages: UnboundedSender<Msg>,
}

impl Executor {
    /// Starts the thread.
    pub(super) fn spawn(host: HostId, controller: Controller, messages: UnboundedSender<Msg>) -> Self {
        let (orders, inbox) = mpsc::channel();
        let answers = messages.clone();
        let run = move || run(host, &controller, &inbox, &answers);
        // Where there is no thread to be had the channel is closed, and every order says so.
        let _ = thread::Builder::new().name("executor".into()).spawn(run);
        Self { host, orders, messages }
    }

    /// Has it carry out an order; the answer comes as a message.
    pub(super) fn tell(&self, order: Order) {
        if let Err(mpsc::SendError(order)) = self.orders.send(order) {
            let report = broken(&order, "the thread that carries out orders has ended");
            let _ = self.messages.send(Msg::Reported(self.host, order.job, Box::new(report)));
        }
    }
}

fn run(
    host: HostId,
    controller: &Controller,
    orders: &mpsc::Receiver<Order>,
    answers: &UnboundedSender<Msg>,
) {
    for order in orders {
        let done = catch_unwind(AssertUnwindSafe(|| execute(controller, &order)));
        let report = done.unwrap_or_else(|_| broken(&order, "a driver broke off; look at what it has done"));
        let _ = answers.send(Msg::Reported(host, order.job, Box::new(report)));
    }
}

/// The report of an order that nobody can tell the end of.
fn broken(order: &Order, why: &str) -> Report {
    let reason = Reason { driver: "executor".into(), kind: Kind::Failed, message: why.into(), hint: None };
    let failure = order.op().map(|op| Failure { op, subject: "".into(), reasons: vec![reason] });
    Report { before: None, after: None, trails: Vec::new(), failure }
}
