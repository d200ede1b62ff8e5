//! A change that is taken back unless the user keeps it: who locked himself out need do nothing.

use super::{
    super::trouble::{Status, Trouble},
    ask,
    errand::Errand,
    outcome::Outcome,
};
use crate::model::{Nanos, Report, order::Undoes, request::Request, undo::inverse};

/// Asks whether it is to stay, and takes it back where nobody says so in time; also where a signal would end the
/// program meanwhile.
pub(super) fn unless_kept(
    errand: &mut Errand<'_>,
    outcome: &mut Outcome,
    span: Nanos,
) -> Result<(), Trouble> {
    let kept = ask::keep(&errand.held, span);
    outcome.kept = Some(kept);
    if kept {
        return Ok(());
    }
    let title = errand.intent.title();
    // A host that has a clock of its own, or keeps what others did in a file, moves on to now.
    errand.sample(Vec::new());
    let (back, undoes) = way_back(errand, outcome)
        .map_err(|why| Trouble::new(Status::Failed, format!("{title} cannot be taken back: {why}")))?;
    let steps = back.len();
    let report = errand.take_back(back, undoes)?;
    Err(told(&title, &report, steps))
}

/// What brings back what was there before, and the change it takes back.
fn way_back(errand: &Errand<'_>, outcome: &Outcome) -> Result<(Vec<Request>, Undoes), String> {
    let gone = || "the domain has gone".to_owned();
    let (_, change) = errand.change().ok_or_else(gone)?;
    let before = outcome.report.before.clone().ok_or_else(gone)?;
    let after = outcome.report.after.clone().ok_or_else(gone)?;
    let back = inverse(change, &before)?;
    let back = back.into_iter().map(|change| Request::Domain(after.key, change)).collect();
    Ok((back, Undoes { changes: vec![change.clone()], before, after }))
}

/// It is no trouble that it was taken back, but it is not what was asked for either.
fn told(title: &str, report: &Report, steps: usize) -> Trouble {
    let done = report.trails.len();
    match &report.failure {
        None => Trouble::new(Status::Refused, format!("{title} was taken back: nobody kept it")),
        Some(failure) => {
            let part = if done > 0 {
                format!(" as a whole, {done} of {steps} steps are done")
            } else {
                String::new()
            };
            let why = Trouble::failure(failure).text;
            let reasons = why.split_once('\n').map_or(why.as_str(), |(_, lines)| lines);
            Trouble::new(Status::Failed, format!("{title} cannot be taken back{part}\n{reasons}"))
        }
    }
}
