//! Carries out orders: reads what stands, changes it, reads again. The one path of every change, from the screen and
//! from the command line.

use super::{Controller, Error};
use crate::model::{
    Failure, Kind, Op, Order, Report, Standing, order::Undoes, request::Request, undo::disturbance,
};

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
        match controller.run(request) {
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
    match &order.undoes {
        Some(undoes) => undisturbed(op, undoes, now).map(Some),
        None => Ok(Some(now)),
    }
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
