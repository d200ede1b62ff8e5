//! In lists and lines over the panels: pick, keep, take back.

use super::{Command, Group, Scope};
use crate::app::overlay::Pick;

macro_rules! picks {
    ($name:literal, $keys:expr, $pick:expr, $doc:literal) => {
        Command::screen($name, $keys, $doc, |app, _| app.pick($pick))
            .under(Group::Pick)
            .within(Scope::Overlay)
    };
}

pub(super) const ROWS: [Command; 11] = [
    picks!("accept", &["Enter"], Pick::Accept, "Takes the picked line, or what was typed"),
    picks!("cancel", &["Esc", "q"], Pick::Cancel, "Closes it and takes back what was typed"),
    picks!("previous", &["Up", "Ctrl-p", "k"], Pick::Lines(-1), "Picks the line before"),
    picks!("next", &["Down", "Ctrl-n", "j"], Pick::Lines(1), "Picks the next line"),
    picks!("previous-page", &["PageUp"], Pick::Pages(-1), "Goes a page up"),
    picks!("next-page", &["PageDown"], Pick::Pages(1), "Goes a page down"),
    picks!("first", &["Home", "g"], Pick::First, "Goes to the first line"),
    picks!("last", &["End", "G"], Pick::Last, "Goes to the last line"),
    picks!("toggle", &["Space"], Pick::Toggle, "Shows or hides the picked column"),
    picks!("earlier", &["Shift-Up", "K"], Pick::Move(-1), "Moves the picked column to the left"),
    picks!("later", &["Shift-Down", "J"], Pick::Move(1), "Moves the picked column to the right"),
];
