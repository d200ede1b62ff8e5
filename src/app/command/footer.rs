//! The keys worth showing now: of the focused panel, or of what lies over the panels.

use super::{Command, availability, find};
use crate::app::{App, Overlay, Panel};

const TABLE: &[&str] =
    &["filter", "detail", "help", "sort", "palette", "quit", "freeze", "columns", "zoom", "pause"];
const FROZEN: &[&str] = &["freeze", "filter", "detail", "help", "sort", "palette", "quit"];
const PANEL: &[&str] = &["next-panel", "close", "help", "zoom", "palette", "quit", "page-down", "page-up"];

/// The rows worth showing now, most useful first, each with the key to show: the view cuts what does not fit.
///
/// Rows without a key, or that cannot be run now, are left out.
pub fn footer(app: &App) -> impl Iterator<Item = (&'static Command, String)> {
    names(app).iter().filter_map(|name| {
        let command = find(name)?;
        let key = app.keymap.keys_of(name).into_iter().next()?;
        availability(app, command).is_ok().then_some((command, key))
    })
}

fn names(app: &App) -> &'static [&'static str] {
    match (&app.overlay, app.screen.focus) {
        (Some(overlay), _) => over(overlay),
        (None, Panel::Domains) if app.settings.frozen => FROZEN,
        (None, Panel::Domains) => TABLE,
        (None, _) => PANEL,
    }
}

fn over(overlay: &Overlay) -> &'static [&'static str] {
    match overlay {
        Overlay::Columns { .. } => &["toggle", "earlier", "later", "cancel"],
        Overlay::Help { .. } => &["next", "previous", "next-page", "cancel"],
        Overlay::HostLog { .. } => &["next", "previous", "next-page", "last", "cancel"],
        Overlay::Arguments { .. } => &["accept", "complete", "cancel"],
        Overlay::Filter { .. } | Overlay::Interval { .. } | Overlay::TypeTheName { .. } => {
            &["accept", "cancel"]
        }
        Overlay::Confirm { intent, .. } if intent.acts.len() > 1 => {
            &["yes", "no", "plan-order", "plan-slower", "plan-wait", "plan-stop"]
        }
        Overlay::Confirm { .. } => &["yes", "no"],
        Overlay::Leave => &["yes", "no", "cancel"],
        Overlay::Palette { .. } => &["accept", "complete", "next", "previous", "cancel"],
        Overlay::Sort { .. } => &["accept", "next", "previous", "cancel"],
    }
}
