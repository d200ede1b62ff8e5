//! Help: every command by group with its keys, and why one cannot be run now.

use crate::app::{
    App,
    command::{COMMANDS, Command, Run, Scope, availability},
};

/// A line of the help.
#[derive(Clone, Debug)]
pub enum HelpLine {
    /// The heading of a group.
    Heading(&'static str),
    /// A command.
    Row {
        /// Which.
        command: &'static Command,
        /// Its keys, or how it is called on the command line.
        keys: String,
        /// Why it cannot be run now, where it cannot.
        why_not: Option<String>,
    },
    /// Under a command: how it is typed where it takes words, and why it cannot be run now.
    Note {
        /// `:setmem DOMAIN SIZE`.
        usage: Option<String>,
        /// As in the row.
        why_not: Option<String>,
    },
}

/// The lines of the help for what was searched: in names, docs and keys.
pub fn help(app: &App, search: &str) -> Vec<HelpLine> {
    let search = search.trim().to_lowercase();
    let mut lines = Vec::new();
    let mut group = None;
    for command in COMMANDS {
        let keys = keys(app, command);
        if !app.allows(command) || !found(command, &keys, &search) {
            continue;
        }
        if group.replace(command.group) != Some(command.group) {
            lines.push(HelpLine::Heading(command.group.title()));
        }
        let (usage, why_not) = (usage(command), why_not(app, command));
        lines.push(HelpLine::Row { command, keys, why_not: why_not.clone() });
        if usage.is_some() || why_not.is_some() {
            lines.push(HelpLine::Note { usage, why_not });
        }
    }
    lines
}

fn keys(app: &App, command: &Command) -> String {
    match command.run {
        Run::Look(_) => format!("domtop {}", command.usage()),
        Run::Screen(_) | Run::Change(_) | Run::Make(_) => {
            app.keymap.keys_in(Scope::of(app.screen.focus), command).join(" ")
        }
    }
}

/// How a command of the screen that takes words is typed; those of the command line have it in place of keys.
fn usage(command: &Command) -> Option<String> {
    let typed = !command.args.is_empty() && !matches!(command.run, Run::Look(_));
    typed.then(|| format!(":{}", command.usage()))
}

fn found(command: &Command, keys: &str, search: &str) -> bool {
    let mut texts = [command.name, command.doc, keys].into_iter();
    search.is_empty() || texts.any(|text| text.to_lowercase().contains(search))
}

/// Commands of the command line and of overlays are no use now, and nobody expects them to be.
fn why_not(app: &App, command: &Command) -> Option<String> {
    let elsewhere = matches!(command.scope, Scope::CommandLine | Scope::Overlay);
    if elsewhere { None } else { availability(app, command).err() }
}
