//! Marks over the table, jobs, and taking back.

use super::{Arg, Command, Group, Need, Scope};
use crate::app::{App, Effect, Panel, domains::Step};

/// A row that acts on marks.
macro_rules! marks {
    ($name:literal, $keys:expr, $doc:literal, $run:expr) => {
        Command::screen($name, $keys, $doc, |app, typed| {
            let run: fn(&mut App, &str) = $run;
            run(app, typed);
            Vec::new()
        })
        .under(Group::Jobs)
        .within(Scope::Domains)
    };
}

pub(super) const ROWS: [Command; 12] = [
    marks!("mark", &["Space"], "Marks the domain, or takes its mark away, and goes on", |app, _| {
        app.mark(Step::Lines(1));
    })
    .needs(Need::Domain),
    marks!("mark-up", &["Shift-Up"], "Marks the domain and goes up", |app, _| app.mark_on(Step::Lines(-1)))
        .needs(Need::Domain),
    marks!("mark-down", &["Shift-Down"], "Marks the domain and goes down", |app, _| {
        app.mark_on(Step::Lines(1));
    })
    .needs(Need::Domain),
    marks!("mark-range", &["\\"], "Marks every domain from the last mark to the cursor", |app, _| {
        app.mark_range();
    })
    .needs(Need::Domain),
    marks!("mark-shown", &["Ctrl-a"], "Marks every domain the filter shows", |app, _| app.mark_shown())
        .needs(Need::Domain),
    marks!("invert-marks", &["*"], "Marks what is not marked, of what the filter shows", |app, _| {
        app.invert_marks();
    })
    .needs(Need::Domain),
    marks!("unmark", &["Ctrl-u"], "Takes all marks away", |app, _| app.table.marks.clear())
        .needs(Need::Marks),
    Command::screen(
        "undo",
        &["u"],
        "Takes back the last change, unless somebody changed the same since",
        |app, _| app.undo_last(),
    )
    .under(Group::Jobs)
    .needs(Need::Undo),
    Command::screen("keep", &["K"], "Keeps changes that would be taken back by themselves", keep)
        .under(Group::Jobs)
        .needs(Need::Provisional),
    Command::screen(
        "provisional",
        &["Q"],
        "Takes changes back after a while unless they are kept, or not any more",
        provisional,
    )
    .under(Group::Jobs)
    .with(&[Arg::may("SECONDS", "how long one that is not kept stays; 30 where it is left out")]),
    Command::screen(
        "jobs",
        &["5"],
        "Opens or closes the jobs: what was asked, how far it has come",
        |app, _| {
            app.screen.toggle(Panel::Jobs);
            Vec::new()
        },
    )
    .under(Group::Jobs),
    Command::screen("cancel-job", &["Delete"], "Cancels the job, where that can be done", |app, _| {
        app.cancel_selected()
    })
    .under(Group::Jobs)
    .needs(Need::Job),
];

fn keep(app: &mut App, _: &str) -> Vec<Effect> {
    let kept = app.keep_all();
    app.say(format!("{kept} kept"));
    Vec::new()
}

fn provisional(app: &mut App, typed: &str) -> Vec<Effect> {
    let seconds = if typed.is_empty() { Ok(30) } else { typed.parse::<u32>() };
    match (seconds, app.settings.revert_after, typed.is_empty()) {
        (_, Some(_), true) => {
            app.settings.revert_after = None;
            app.say("changes stay from now on".into());
        }
        (Ok(seconds @ 1..), ..) => {
            app.settings.revert_after = Some(crate::model::Nanos(u64::from(seconds) * 1_000_000_000));
            app.say(format!("changes are taken back after {seconds} s unless they are kept"));
        }
        _ => app.complain("provisional: write a whole number of seconds".into()),
    }
    Vec::new()
}
