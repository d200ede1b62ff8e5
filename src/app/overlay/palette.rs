//! The palette: commands by name, found by the letters that were typed of it.

use crate::app::{
    App,
    command::{COMMANDS, Command, Scope},
    words::{self, fuzzy},
};

/// The commands for what was typed, best first; all of them where nothing was.
///
/// The first word is the name, what follows is for the command.
pub fn palette(typed: &str) -> Vec<&'static Command> {
    let (name, _) = split(typed);
    let panels = |c: &&Command| !matches!(c.scope, Scope::Overlay | Scope::CommandLine);
    let mut found: Vec<(i32, &'static Command)> =
        COMMANDS.iter().filter(panels).filter_map(|c| Some((score(typed.trim(), name, c)?, c))).collect();
    found.sort_by_key(|(score, _)| -score);
    found.into_iter().map(|(_, command)| command).collect()
}

/// As [`palette`], of the commands there are here: a kiosk has only its own.
pub fn listed(app: &App, typed: &str) -> Vec<&'static Command> {
    let mut found = palette(typed);
    found.retain(|command| app.allows(command));
    found
}

/// The name that was typed, and what follows it.
pub(super) fn split(typed: &str) -> (&str, &str) {
    let typed = typed.trim_start();
    let (name, rest) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    (name, rest.trim())
}

/// The first word that no argument of the command takes.
pub(super) fn extra(command: &Command, rest: &str) -> Option<String> {
    let words = words::split(rest).into_iter().enumerate();
    words.skip_while(|(place, _)| command.arg(*place).is_some()).map(|(_, word)| word).next()
}

/// A command's own name before one like it, a name before words of a doc.
fn score(typed: &str, name: &str, command: &Command) -> Option<i32> {
    if command.name == name {
        return Some(i32::MAX);
    }
    let by_doc = || command.doc.to_lowercase().contains(&typed.to_lowercase()).then_some(-1000);
    fuzzy(typed, command.name).or_else(by_doc)
}
