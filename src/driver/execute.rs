//! Carries out orders: reads what stands, changes it, reads again. The one path of every change, from the screen and
//! from the command line.

use super::{Controller, Error, notes, stack::Outcome};
use crate::model::{
    DomainState, Failure, Kind, Op, Order, Report, Standing, Trail,
    order::{Undoes, Upon},
    request::{Change, Request},
    undo::disturbance,
};

/// How many pauses Xen counts (4.5 and later).
const PAUSES: u32 = 255;

/// Carries out an order; blocks until the drivers have answered.
///
/// It is not begun where the domain has gone, or where somebody changed what is to be undone, or what it was made upon.
pub fn execute(controller: &Controller, order: &Order) -> Report {
    let mut report =
        Report { before: None, after: None, trails: Vec::new(), failure: None, notes: Vec::new() };
    let found = order.upon.as_ref().map_or(Ok(()), |upon| untouched(controller, order, upon));
    match found.and_then(|()| before(controller, order)) {
        Ok(before) => report.before = before,
        Err(failure) => return Report { failure: Some(failure), ..report },
    }
    for request in &order.requests {
        report.notes.extend(notes::of(request));
        match run(controller, request) {
            Ok(trail) => report.trails.push(trail),
            Err(failure) => {
                let failure = explained(failure, std::mem::take(&mut report.notes));
                report.failure = Some(about(failure, report.before.as_ref()));
                break;
            }
        }
    }
    // Where it has ended, as it should after some changes, nothing stands there.
    report.after = target(order).and_then(|(key, op)| controller.standing(key, op).ok());
    report
}

/// Whether what the order was made upon is kept as it was: what somebody wrote meanwhile is not written over.
fn untouched(controller: &Controller, order: &Order, upon: &Upon) -> Outcome<()> {
    let kept = controller.kept(upon.key)?;
    let Some(op) = order.op().filter(|_| kept.xml != *upon.kept) else { return Ok(()) };
    let reason = Error::new(Kind::Refused, "somebody changed what is kept of it meanwhile");
    let reason = reason.hint("look at what is kept now, and edit that").reason("definition");
    Err(Failure { op, subject: "".into(), reasons: vec![reason] })
}

/// The failure with what is odd about the description, which may be why, before the reasons of those who tried.
fn explained(mut failure: Failure, notes: Vec<String>) -> Failure {
    let kind = failure.kind();
    let reason = |note: String| Error::new(kind, note).reason("description");
    failure.reasons.splice(0..0, notes.into_iter().map(reason));
    failure
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
