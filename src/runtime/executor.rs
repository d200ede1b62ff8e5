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
    audit::Scribe,
    driver::{Controller, execute},
    model::{HostId, Order, Report},
    sampler::stamp,
};

/// Where what an executor has to tell goes.
#[derive(Clone)]
pub(super) struct Outlet {
    /// To the app.
    pub(super) messages: UnboundedSender<Msg>,
    /// Into the audit, where there is one.
    pub(super) scribe: Option<Scribe>,
}

/// The executor of a host. Dropping it ends its thread once it has done what it was told.
pub(super) struct Executor {
    host: HostId,
    orders: mpsc::Sender<Order>,
    outlet: Outlet,
}

impl Executor {
    /// Starts the thread.
    pub(super) fn spawn(host: HostId, controller: Controller, outlet: Outlet) -> Self {
        let (orders, inbox) = mpsc::channel();
        let answers = outlet.clone();
        let run = move || run(host, &controller, &inbox, &answers);
        // Where there is no thread to be had the channel is closed, and every order says so.
        let _ = thread::Builder::new().name("executor".into()).spawn(run);
        Self { host, orders, outlet }
    }

    /// Has it carry out an order; the answer comes as a message.
    pub(super) fn tell(&self, order: Order) {
        if let Err(mpsc::SendError(order)) = self.orders.send(order) {
            let report = Report::lost(&order, "the thread that carries out orders has ended");
            self.outlet.report(self.host, &order, report);
        }
    }
}

impl Outlet {
    /// Writes what came of an order into the audit, then tells the app: who hears of a change finds it written, and
    /// one that could not be written is told all the same.
    fn report(&self, host: HostId, order: &Order, report: Report) {
        let written = self.scribe.as_ref().map_or(Ok(()), |s| s.done(stamp().wall, order, &report));
        let _ = self.messages.send(Msg::Reported(host, order.job, Box::new(report)));
        if let Err(told) = written {
            let _ = self.messages.send(Msg::Notice(true, told));
        }
    }
}

fn run(host: HostId, controller: &Controller, orders: &mpsc::Receiver<Order>, outlet: &Outlet) {
    for order in orders {
        let done = catch_unwind(AssertUnwindSafe(|| execute(controller, &order)));
        let report =
            done.unwrap_or_else(|_| Report::lost(&order, "a driver broke off; look at what it has done"));
        outlet.report(host, &order, report);
    }
}
