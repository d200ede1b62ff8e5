//! The keys worth showing now: of the focused panel, or of what lies over the panels.

use super::{Command, Scope, availability, find};
use crate::{
    app::{App, Overlay, Panel},
    model::{DomainState, console::Link},
};

const TABLE: &[&str] = &[
    "filter", "detail", "suspend", "resume", "start", "shutdown", "setmem", "undo", "pins", "xml", "palette",
    "help", "quit", "jobs", "sort", "freeze", "columns", "zoom", "pause",
];
const MARKED: &[&str] =
    &["mark", "suspend", "shutdown", "destroy", "setmem", "unmark", "palette", "help", "quit"];
const JOBS: &[&str] =
    &["cancel-job", "undo", "keep", "next-panel", "close", "help", "zoom", "palette", "quit"];
const FROZEN: &[&str] = &["freeze", "filter", "detail", "help", "sort", "palette", "quit"];
const EVENTS: &[&str] = &["detail", "events-of", "next-panel", "close", "help", "zoom", "undo", "quit"];
const PANEL: &[&str] = &["next-panel", "close", "help", "zoom", "palette", "quit", "page-down", "page-up"];
const PINS: &[&str] = &[
    "pin-toggle",
    "pin-half",
    "pin-set",
    "pin-spread",
    "pin-node",
    "help",
    "pin-copy",
    "pin-back",
    "next-panel",
];
const TYPED: &[&str] = &[
    "console-detach",
    "console-browse",
    "help",
    "console-next",
    "console-close",
    "console-find",
    "console-record",
    "zoom",
];
const BROWSED: &[&str] = &[
    "console-live",
    "console-find",
    "console-select",
    "console-copy",
    "console-older",
    "help",
    "console-lines",
    "console-save",
];
const WATCHED: &[&str] = &[
    "console-take",
    "console-detach",
    "console-find",
    "console-next",
    "help",
    "console-browse",
    "console-close",
    "zoom",
];
const BROKEN: &[&str] =
    &["console-attach", "console-detach", "console-close", "console-next", "help", "console-save"];
const XML: &[&str] = &[
    "xml-find",
    "xml-edit",
    "xml-diff",
    "xml-which",
    "xml-fold",
    "help",
    "xml-back",
    "xml-copy",
    "xml-save",
    "zoom",
];
const EDITED: &[&str] =
    &["pin-apply", "pin-back", "pin-toggle", "pin-half", "pin-set", "help", "pin-spread", "pin-revert"];

/// The rows worth showing now, most useful first, each with the key to show: the view cuts what does not fit.
///
/// Rows without a key, or that cannot be run now, are left out.
pub fn footer(app: &App) -> impl Iterator<Item = (&'static Command, String)> {
    let escapes = app.escapes();
    names(app).iter().filter_map(move |name| {
        let command = find(name)?;
        let key = app.keymap.keys_in(Scope::of(app.screen.focus), command).into_iter().next()?;
        let key = if escapes { format!("{} {key}", app.settings.console.escape) } else { key };
        (suits(app, name) && availability(app, command).is_ok()).then_some((command, key))
    })
}

/// Whether a verb makes sense for what the domain under the cursor is doing.
fn suits(app: &App, name: &str) -> bool {
    let Some(state) = app.selected().map(|domain| domain.state) else { return true };
    match name {
        "resume" => state == DomainState::Paused,
        "start" => state == DomainState::Off,
        "suspend" => matches!(state, DomainState::Running | DomainState::Blocked),
        "shutdown" | "setmem" => state != DomainState::Off,
        _ => true,
    }
}

fn names(app: &App) -> &'static [&'static str] {
    match (&app.overlay, app.screen.focus) {
        (Some(overlay), _) => over(overlay),
        (None, Panel::Domains) if app.settings.frozen => FROZEN,
        (None, Panel::Domains) if !app.table.marks.is_empty() => MARKED,
        (None, Panel::Domains) => TABLE,
        (None, Panel::Jobs) => JOBS,
        (None, Panel::Events) => EVENTS,
        (None, Panel::Pins) if app.pins.edit.is_some() => EDITED,
        (None, Panel::Pins) => PINS,
        (None, Panel::Console) => consoles(app),
        (None, Panel::Xml) => XML,
        (None, _) => PANEL,
    }
}

fn consoles(app: &App) -> &'static [&'static str] {
    let Some(tab) = app.consoles.tab() else { return PANEL };
    match (&tab.link, &tab.browse) {
        (_, Some(_)) => BROWSED,
        (Link::Watching(_), None) => WATCHED,
        (Link::Lost(_) | Link::Ended(_), None) => BROKEN,
        (Link::Opening | Link::Writing, None) => TYPED,
    }
}

fn over(overlay: &Overlay) -> &'static [&'static str] {
    match overlay {
        Overlay::Columns { .. } => &["toggle", "earlier", "later", "cancel"],
        Overlay::Help { .. } => &["next", "previous", "next-page", "cancel"],
        Overlay::HostLog { .. } => &["next", "previous", "next-page", "last", "cancel"],
        Overlay::Arguments { .. } => &["accept", "complete", "cancel"],
        Overlay::Filter { .. }
        | Overlay::Interval { .. }
        | Overlay::Cpus { .. }
        | Overlay::Console { .. }
        | Overlay::Xml { .. }
        | Overlay::TypeTheName { .. } => &["accept", "cancel"],
        Overlay::Confirm { intent, .. } if intent.acts.len() > 1 => {
            &["yes", "no", "plan-order", "plan-slower", "plan-wait", "plan-stop"]
        }
        Overlay::Confirm { .. } | Overlay::Discard | Overlay::Paste { .. } => &["yes", "no"],
        Overlay::Revised { revised, .. } if !revised.is_sound() => &["edit-again", "cancel", "no"],
        Overlay::Revised { .. } => &["yes", "edit-again", "no", "cancel"],
        Overlay::Leave => &["yes", "no", "cancel"],
        Overlay::Palette { .. } => &["accept", "complete", "next", "previous", "cancel"],
        Overlay::Sort { .. } | Overlay::Devices { .. } => &["accept", "next", "previous", "cancel"],
    }
}
