//! Carries out orders: reads what stands, changes it, reads again. The one path of every change, from the screen and
//! from the command line.

use super::{Controller, Error, stack::Outcome};
use crate::model::{
    DomainState, Failure, Kind, Op, Order, Report, Standing, Trail,
    order::Undoes,
    request::{Change, Request},
    undo::disturbance,
};

/// How many pauses Xen counts (4.5 and later).
const PAUSES: u32 = 255;

/// Carries out an order; blocks until the drivers have answered.
///
/// It is not begun where the domain has gone, or where somebody changed what is to be undone.
pub fn execute(controller: &Controller, order: &Order) -> Report {
    let mut report = Report { before: None, after: None, trails: Vec::new(), failure: None };
    match before(controller, order) {
        Ok(before) => report.before = before,
        Err(failure) => return Report { failure: Some(failure), ..report },
    }
    for request in &order.requests {
        match run(controller, request) {
            Ok(trail) => report.trails.push(trail),
            Err(failure) => {
                report.failure = Some(about(failure, report.before.as_ref()));
                break;
            }
        }
    }
    // Where it has ended, as it should after some changes, nothing stands there.
    report.after = target(order).and_then(|(key, op)| controller.standing(key, op).ok());
    report
}

/// The domain as it stands, where the order is about one.
fn before(controller: &Controller, order: &Order) -> Result<Option<Standing>, Failure> {
    let Some((key, op)) = target(order) else { return Ok(None) };
    let now = controller.standing(key, op)?;
    let now = match &order.undoes {
        Some(undoes) => undisturbed(op, undoes, now)?,
        None => now,
    };
    match (op, now.state == DomainState::Paused) {
        // Xen counts pauses: one more would have to be taken back by one more resume.
        (Op::Suspend, true) => Err(refused(op, "state", "it is paused already", &now)),
        (Op::Resume, false) => Err(refused(op, "state", "it is not paused", &now)),
        _ => Ok(Some(now)),
    }
}

/// Carries out one request. A domain may have been paused more than once: it is resumed until it runs.
fn run(controller: &Controller, request: &Request) -> Outcome<Trail> {
    let mut trail = controller.run(request)?;
    if let Request::Domain(key, Change::Resume) = request {
        for _ in 0..PAUSES {
            let still = controller.standing(*key, Op::Resume).is_ok_and(|s| s.state == DomainState::Paused);
            if !still {
                break;
            }
            trail = controller.run(request)?;
        }
    }
    Ok(trail)
}

fn refused(op: Op, by: &str, why: &str, domain: &Standing) -> Failure {
    let reason = Error::new(Kind::Refused, why).reason(by);
    about(Failure { op, subject: "".into(), reasons: vec![reason] }, Some(domain))
}

fn undisturbed(op: Op, undoes: &Undoes, now: Standing) -> Result<Standing, Failure> {
    let Undoes { changes, before, after } = undoes;
    let told = changes.iter().find_map(|change| disturbance(change, [before, after, &now]));
    let Some(what) = told else { return Ok(now) };
    let why = format!("somebody changed it meanwhile: {what}");
    let reason = Error::new(Kind::Refused, why).hint("look at it and decide anew").reason("undo");
    Err(about(Failure { op, subject: "".into(), reasons: vec![reason] }, Some(&now)))
}

fn about(failure: Failure, domain: Option<&Standing>) -> Failure {
    let subject = domain.map(|domain| format!("domain {}", domain.name.shown()).into());
    Failure { subject: subject.unwrap_or_else(|| failure.subject.clone()), ..failure }
}

fn target(order: &Order) -> Option<(crate::model::DomainKey, Op)> {
    order.requests.iter().find_map(|request| match request {
        Request::Domain(key, change) => Some((*key, change.op())),
        _ => None,
    })
}
