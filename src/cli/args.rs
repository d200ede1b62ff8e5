//! What the command line can say, made from the command table.

mod change;
mod console;
mod define;
mod proxy;

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgMatches, error::ErrorKind, parser::ValueSource};

use crate::{
    app::command::{self, Look},
    batch::{Format, Plan, View},
    model::{Nanos, Which},
};
pub use change::ActWish;
pub use console::ConsoleWish;
use define::COMPLETE;
pub use define::command;
pub(super) use define::shown;
pub use proxy::ProxyWish;

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// URIs as given with `-c`, in order.
    pub uris: Vec<String>,
    /// Whether every host is opened for looking only.
    pub read_only: bool,
    /// The config file to read instead of the usual one.
    pub config: Option<PathBuf>,
    /// The time between samples.
    pub interval: Option<Nanos>,
    /// What to do.
    pub task: Task,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Open the screen.
    Screen(ScreenWish),
    /// Write samples to stdout.
    Batch(Plan),
    /// Print what one command reads.
    Look(LookWish),
    /// Give the terminal to a domain's console.
    Console(ConsoleWish),
    /// Have what is kept of this domain edited.
    Edit(String),
    /// Play this recording.
    Play(PathBuf),
    /// Serve a host's readings.
    Proxy(ProxyWish),
    /// Carry out one command that changes the host.
    Act(ActWish),
    /// Print what can stand at the end of this line, for a shell.
    Complete(String),
}

/// What the command line says of the screen; what it does not say is the config file's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScreenWish {
    /// The theme by name or path.
    pub theme: Option<String>,
    /// What graphs are drawn with.
    pub glyphs: Option<String>,
    /// That the mouse is left alone.
    pub no_mouse: bool,
    /// Seconds after which a change is taken back unless it is kept.
    pub revert_after: Option<u32>,
}

/// One looking command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookWish {
    /// What to read.
    pub look: Look,
    /// The domain as given, for commands that take one.
    pub domain: Option<String>,
    /// The shell as given, for the command that takes one.
    pub shell: Option<String>,
    /// Whether domains that are off are listed too.
    pub all: bool,
    /// Which definition is meant, for the command that prints one.
    pub which: Which,
    /// Whether to go on until interrupted.
    pub follow: bool,
    /// Whether to print JSON instead of text.
    pub json: bool,
}

/// What only the screen and batch take.
const TOP_ONLY: [&str; 11] = [
    "seconds",
    "theme",
    "glyphs",
    "no-mouse",
    "revert-after",
    "batch",
    "count",
    "format",
    "vcpus",
    "nets",
    "disks",
];

/// Takes the command line apart.
///
/// # Errors
/// What is wrong with it; `--help` and `--version` come this way too.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Options, clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    if let Some((name, _)) = matches.subcommand() {
        refuse_top_only(&matches, name)?;
    }
    Ok(Options {
        uris: uris(&matches),
        read_only: matches.get_flag("read-only"),
        config: matches.get_one("config").cloned(),
        interval: matches.get_one("seconds").copied(),
        task: task(&matches)?,
    })
}

/// The hosts named before a command and after it.
pub(super) fn uris(matches: &ArgMatches) -> Vec<String> {
    let of =
        |matches: &ArgMatches| matches.get_many("uri").into_iter().flatten().cloned().collect::<Vec<_>>();
    let after = matches.subcommand().map(|(_, after)| of(after));
    of(matches).into_iter().chain(after.into_iter().flatten()).collect()
}

/// Seconds within `config::INTERVALS` as a span.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "3600 s fit; casts of floats saturate"
)]
pub fn nanos(seconds: f64) -> Nanos {
    Nanos((seconds * 1e9).round() as u64)
}

/// What belongs to the screen and batch does not go with a command.
fn refuse_top_only(matches: &ArgMatches, name: &str) -> Result<(), clap::Error> {
    let given = TOP_ONLY.iter().find(|id| is_given(matches, id));
    let Some(id) = given else { return Ok(()) };
    let mut command = command();
    command.build();
    let arg =
        command.get_arguments().find(|arg| arg.get_id() == id).map(ToString::to_string).unwrap_or_default();
    let place = if *id == "format" { "; write --format after the command" } else { "" };
    let text = format!("the argument '{arg}' does not go with the command '{name}'{place}");
    Err(command.error(ErrorKind::ArgumentConflict, text))
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::CommandLine)
}

fn task(matches: &ArgMatches) -> Result<Task, clap::Error> {
    if let Some((COMPLETE, matches)) = matches.subcommand() {
        return Ok(Task::Complete(word(matches, "LINE").unwrap_or_default().to_owned()));
    }
    if let Some((name, matches)) = matches.subcommand() {
        return one_command(name, matches);
    }
    if matches.get_flag("batch") {
        return Ok(Task::Batch(plan(matches)));
    }
    if is_given(matches, "format") {
        let text = "the argument '--format <FORMAT>' goes with --batch, or after a command";
        return Err(command().error(ErrorKind::MissingRequiredArgument, text));
    }
    Ok(Task::Screen(wish(matches)))
}

/// A row that does both looks where nothing but a domain is given.
fn one_command(name: &str, matches: &ArgMatches) -> Result<Task, clap::Error> {
    let unknown = || command().error(ErrorKind::InvalidSubcommand, "no such command");
    let row = command::find(name).ok_or_else(unknown)?;
    match row.look {
        Some(Look::Console) => console::wish(matches).map(Task::Console),
        Some(Look::Proxy) => proxy::wish(matches).map(Task::Proxy),
        Some(Look::Edit) => console::domain(matches, name).map(Task::Edit),
        Some(Look::Play) => Ok(Task::Play(word(matches, "FILE").unwrap_or_default().into())),
        Some(look) if !row.changes() || change::words(row, matches).is_empty() => {
            change::refuse_options(row, matches)?;
            Ok(Task::Look(look_wish(row, look, matches)))
        }
        _ if row.changes() => change::wish(row, matches).map(Task::Act),
        _ => Err(unknown()),
    }
}

fn look_wish(row: &command::Command, look: Look, matches: &ArgMatches) -> LookWish {
    let given = |name: &str| row.args.iter().any(|arg| arg.name == name);
    LookWish {
        look,
        domain: given("DOMAIN").then(|| matches.get_one("DOMAIN").cloned()).flatten(),
        shell: given("SHELL").then(|| matches.get_one("SHELL").cloned()).flatten(),
        all: given("--all") && matches.get_flag("all"),
        which: if given("--kept") && matches.get_flag("kept") { Which::Kept } else { Which::Live },
        follow: given("--follow") && matches.get_flag("follow"),
        json: !look.is_page() && word(matches, "format") == Some("json"),
    }
}

fn plan(matches: &ArgMatches) -> Plan {
    let format = match word(matches, "format") {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        _ => Format::Text,
    };
    let views = [("vcpus", View::Vcpus), ("nets", View::Nets), ("disks", View::Disks)];
    let view =
        views.into_iter().find(|(name, _)| matches.get_flag(name)).map_or(View::Domains, |(_, view)| view);
    Plan { count: matches.get_one("count").copied().filter(|n| *n > 0), format, view }
}

fn wish(matches: &ArgMatches) -> ScreenWish {
    ScreenWish {
        theme: matches.get_one("theme").cloned(),
        glyphs: matches.get_one("glyphs").cloned(),
        no_mouse: matches.get_flag("no-mouse"),
        revert_after: matches.get_one("revert-after").copied(),
    }
}

fn word<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn clap_finds_no_fault_in_the_definition() {
        command().debug_assert();
    }

    #[test]
    fn batch_takes_what_the_contract_says() {
        let options =
            parsed("domtop -c a -c b -r --batch -n 3 -d 0.1 --format json --nets").expect("it is right");
        let plan = Plan { count: Some(3), format: Format::Json, view: View::Nets };
        assert_eq!((options.uris, options.read_only), (vec!["a".into(), "b".into()], true));
        assert_eq!((options.task, options.interval), (Task::Batch(plan), Some(Nanos(100_000_000))));
    }

    #[test]
    fn no_count_and_none_are_until_interrupted() {
        for line in ["domtop --batch", "domtop --batch -n 0"] {
            assert_eq!(parsed(line).expect(line).task, Task::Batch(Plan::default()));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "domtop -d 0",
            "domtop -d 0.009",
            "domtop -d 3601",
            "domtop -d nan",
            "domtop -d -1",
            "domtop -n 3",
            "domtop --format json",
            "domtop --batch --vcpus --nets",
            "domtop --batch --theme dark",
            "domtop --batch -n -1",
            "domtop --glyphs dots",
            "domtop --batch --format xml",
            "domtop nonsense",
            "domtop sort-cpu",
            "domtop -c",
        ] {
            assert!(parsed(line).is_err_and(|error| error.exit_code() == 2), "{line}");
        }
    }
}
