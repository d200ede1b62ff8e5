//! Keys to commands: the table's defaults with the user's changes over them.

mod key;

use std::collections::BTreeMap;

pub use key::Key;

use super::command::{self, COMMANDS, Command, Scope};
use crate::model::text::visible;

/// The keys as the user has them.
#[derive(Clone, Debug)]
pub struct Keymap {
    /// Every key that is bound, in the order of the table, then of the row's keys.
    bound: Vec<(Key, &'static Command)>,
}

impl Keymap {
    /// The defaults with these changes (command name to keys; no keys: unbound).
    ///
    /// # Errors
    /// A sentence: an unknown command with the nearest name, a key that cannot be read, two commands on one key,
    /// `Esc` on a command that ends the program, a key that is pressed by habit on the one that confirms, no way out of
    /// an overlay.
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        for name in changes.keys() {
            known(name)?;
        }
        let mut keymap = Self { bound: Vec::new() };
        for command in COMMANDS {
            match changes.get(command.name) {
                None => keymap.bind(command, command.keys.iter().copied())?,
                Some(keys) => keymap.bind(command, keys.iter().map(String::as_str))?,
            }
        }
        keymap.check_way_out()?;
        Ok(keymap)
    }

    /// That what lies over the panels can be closed, also where letters are typed into it.
    fn check_way_out(&self) -> Result<(), String> {
        let closes = |(key, command): &(Key, &Command)| command.name == "cancel" && !key.writes();
        let why =
            "`cancel` needs a key that is no letter, as `Esc`: nothing else closes what lies over the panels";
        if self.bound.iter().any(closes) { Ok(()) } else { Err(why.into()) }
    }

    fn bind<'a>(
        &mut self,
        command: &'static Command,
        keys: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        for text in keys {
            let key = text.parse().map_err(|why| format!("keys of `{}`: {why}", command.name))?;
            self.check(key, command)?;
            if !self.bound.iter().any(|(k, c)| *k == key && c.name == command.name) {
                self.bound.push((key, command));
            }
        }
        Ok(())
    }

    /// Whether a key may be given to a command: it is free where the command's keys work.
    fn check(&self, key: Key, command: &Command) -> Result<(), String> {
        if key == Key::ESC && command.name == "quit" {
            return Err("`Esc` cannot be a key of `quit`: it never ends the program".into());
        }
        if key.slips() && command.name == "yes" {
            return Err(format!(
                "`{key}` cannot be a key of `yes`: it is pressed too easily to confirm anything"
            ));
        }
        if command.scope == Scope::CommandLine {
            return Err(format!("`{}` is a command of the command line: it has no keys", command.name));
        }
        let clashes = |c: &Command| c.name != command.name && c.scope.meets(command.scope);
        let other = self.bound.iter().find(|(k, c)| *k == key && clashes(c));
        other.map_or(Ok(()), |(_, other)| {
            Err(format!("`{key}` would be the key of both `{}` and `{}`", other.name, command.name))
        })
    }

    /// The keys of a command as printed, first the one to show; none where it is unbound or there is no such command.
    pub fn keys_of(&self, name: &str) -> Vec<String> {
        self.bound.iter().filter(|(_, c)| c.name == name).map(|(key, _)| key.to_string()).collect()
    }

    /// The keys of a command that do it where these scope's keys work: not those that do something else there.
    pub fn keys_in(&self, scope: Scope, command: &Command) -> Vec<String> {
        let own = self.bound.iter().filter(|(_, c)| c.name == command.name);
        let elsewhere = !scope.reach().contains(&command.scope);
        let does = |key: Key| self.lookup(scope, key).is_some_and(|found| found.name == command.name);
        own.filter(|(key, _)| elsewhere || does(*key)).map(|(key, _)| key.to_string()).collect()
    }

    /// The command of a key: that of the scope itself, or a global one where the scope is a panel's.
    pub fn lookup(&self, scope: Scope, key: Key) -> Option<&'static Command> {
        let of = |scope: &Scope| self.bound.iter().find(|(k, c)| *k == key && c.scope == *scope);
        let found = scope.reach().iter().find_map(of).map(|(_, command)| *command);
        // The Console panel may show another domain than the one under the table's cursor.
        found.filter(|command| scope != Scope::Console || !command.changes())
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).expect("the keys of the table are readable and unique: tests/commands.rs")
    }
}

/// That there is a command of this name.
pub(super) fn known(name: &str) -> Result<(), String> {
    if command::find(name).is_some() {
        return Ok(());
    }
    let hint = crate::model::nearest::suggestion(name, COMMANDS.iter().map(|c| c.name));
    Err(format!("there is no command `{}`{hint}", visible(name)))
}
