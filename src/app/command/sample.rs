//! Sampling: how often, whether at all, and whether the screen follows.

use super::{Arg, Command, Group};
use crate::app::{App, Effect, Overlay, interval};

pub(super) const ROWS: [Command; 6] = [
    Command::screen(
        "freeze",
        &["f"],
        "Lets the screen stand still while sampling and graphs go on",
        |app, _| {
            app.freeze();
            Vec::new()
        },
    )
    .under(Group::Sample),
    Command::screen("pause", &["Z"], "Takes no samples: the host is left in peace", |app, _| {
        app.settings.paused = !app.settings.paused;
        app.intervals()
    })
    .under(Group::Sample),
    Command::screen("sample-now", &["F5", "Ctrl-r"], "Takes one sample now", |app, _| {
        vec![Effect::Poke(app.pane().id)]
    })
    .under(Group::Sample),
    Command::screen("slower", &["+", "="], "Takes the next longer interval", |app, _| {
        app.sample_every(interval::longer(app.settings.interval))
    })
    .under(Group::Sample),
    Command::screen("faster", &["-"], "Takes the next shorter interval", |app, _| {
        app.sample_every(interval::shorter(app.settings.interval))
    })
    .under(Group::Sample),
    Command::screen("interval", &["i"], "Sets the interval between samples", set)
        .under(Group::Sample)
        .with(&[Arg::may("INTERVAL", "seconds, or as 250ms, 2s, 1m; none asks for it")]),
];

fn set(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        let input = interval::print(app.settings.interval).into();
        app.overlay = Some(Overlay::Interval { input, error: None });
        return Vec::new();
    }
    match interval::parse(typed) {
        Ok(interval) => app.sample_every(interval),
        Err(why) => {
            app.complain(why);
            Vec::new()
        }
    }
}
