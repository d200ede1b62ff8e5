//! In lists and lines over the panels: pick, keep, take back.

use super::{Command, Group, Scope};
use crate::app::{act::Replan, overlay::Pick};

macro_rules! picks {
    ($name:literal, $keys:expr, $pick:expr, $doc:literal) => {
        Command::screen($name, $keys, $doc, |app, _| app.pick($pick))
            .under(Group::Pick)
            .within(Scope::Overlay)
    };
}

macro_rules! replans {
    ($name:literal, $keys:expr, $change:ident, $doc:literal) => {
        Command::screen($name, $keys, $doc, |app, _| {
            app.replan(Replan::$change);
            Vec::new()
        })
        .under(Group::Pick)
        .within(Scope::Overlay)
    };
}

macro_rules! recalls {
    ($name:literal, $key:literal, $by:expr, $doc:literal) => {
        Command::screen($name, &[$key], $doc, |app, _| {
            app.recall($by);
            Vec::new()
        })
        .under(Group::Pick)
        .within(Scope::Overlay)
    };
}

pub(super) const ROWS: [Command; 22] = [
    Command::screen("yes", &["y"], "Says yes to what is asked", |app, _| app.confirm())
        .under(Group::Pick)
        .within(Scope::Overlay),
    Command::screen("no", &["n"], "Says no to what is asked", |app, _| app.refuse())
        .under(Group::Pick)
        .within(Scope::Overlay),
    replans!("plan-order", &["o"], Order, "Does many in another order"),
    replans!("plan-slower", &["+", "="], Longer, "Leaves more time between one of many and the next"),
    replans!("plan-faster", &["-"], Shorter, "Leaves less time between one of many and the next"),
    replans!("plan-wait", &["w"], Wait, "Waits until each of many has come about, or does not"),
    replans!("plan-stop", &["s"], Stop, "Stops after the first of many that fails, or goes on"),
    picks!("accept", &["Enter"], Pick::Accept, "Takes the picked line, or what was typed"),
    picks!("cancel", &["Esc", "q"], Pick::Cancel, "Closes it and takes back what was typed"),
    picks!("previous", &["Up", "Ctrl-p", "k"], Pick::Lines(-1), "Picks the line before"),
    picks!("next", &["Down", "Ctrl-n", "j"], Pick::Lines(1), "Picks the next line"),
    Command::screen(
        "complete",
        &["Tab"],
        "Completes the word at the cursor; again: the next that fits",
        |app, _| app.complete(1),
    )
    .under(Group::Pick)
    .within(Scope::Overlay),
    Command::screen("complete-back", &["Shift-Tab"], "Goes back to the candidate before", |app, _| {
        app.complete(-1)
    })
    .under(Group::Pick)
    .within(Scope::Overlay),
    recalls!("earlier-line", "Alt-p", 1, "Puts in the line that was run before this one"),
    recalls!("later-line", "Alt-n", -1, "Puts in the line that was run after this one"),
    picks!("previous-page", &["PageUp"], Pick::Pages(-1), "Goes a page up"),
    picks!("next-page", &["PageDown"], Pick::Pages(1), "Goes a page down"),
    picks!("first", &["Home", "g"], Pick::First, "Goes to the first line"),
    picks!("last", &["End", "G"], Pick::Last, "Goes to the last line"),
    picks!("toggle", &["Space"], Pick::Toggle, "Shows or hides the picked column"),
    picks!("earlier", &["Shift-Up", "K"], Pick::Move(-1), "Moves the picked column to the left"),
    picks!("later", &["Shift-Down", "J"], Pick::Move(1), "Moves the picked column to the right"),
];
