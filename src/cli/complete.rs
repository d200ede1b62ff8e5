//! What can stand at the end of a command line, for the scripts that shells run.
//!
//! The line is taken apart as far as it is right; what is wrong with it is told when it is run.

use clap::{ArgMatches, Command};

use super::{
    args::{self, Options, Task},
    hosts, print,
    trouble::Trouble,
};
use crate::{
    app::{
        command::{self, Arg, ArgKind},
        prompt::{Around, candidates::candidates},
        words,
    },
    config::Config,
    model::{Demand, Snapshot, domain::find},
    sampler,
};

/// What a line asks for.
struct Wanted {
    arg: &'static Arg,
    row: &'static command::Command,
    /// The domain the line names, as given.
    domain: Option<String>,
}

/// Prints the words, each on a line.
pub(super) fn run(line: &str) -> Result<(), Trouble> {
    let (mut given, _, typed) = words::last(line);
    let start = given.iter().position(|word| word.rsplit('/').next() == Some("domtop")).unwrap_or(0);
    given.drain(..start.min(given.len()));
    let command = args::command().ignore_errors(true);
    if typed.starts_with('-') || given.last().is_some_and(|last| awaits_value(&command, last)) {
        return Ok(());
    }
    let Ok(matches) = command.try_get_matches_from(&given) else { return Ok(()) };
    let Some(wanted) = wanted(&matches) else { return Ok(()) };
    let snapshot = read(&matches)?;
    let found = offered(&wanted, &typed, &snapshot);
    print(found.into_iter().map(|word| word + "\n").collect::<String>().as_bytes())
}

/// Whether a word is an option whose value comes next.
fn awaits_value(command: &Command, word: &str) -> bool {
    let all = command.get_subcommands().chain([command]).flat_map(Command::get_arguments);
    all.filter(|arg| arg.get_action().takes_values()).any(|arg| {
        let long = arg.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long));
        long || arg.get_short().is_some_and(|short| word == format!("-{short}"))
    })
}

/// The first argument of the line's command that is not given yet.
fn wanted(matches: &ArgMatches) -> Option<Wanted> {
    let (name, given) = matches.subcommand()?;
    let row = command::find(name)?;
    let value = |arg: &Arg| Some(given.try_get_raw(arg.name).ok()??.next()?.to_string_lossy().into_owned());
    let mut places = row.args.iter().filter(|arg| !arg.name.starts_with("--"));
    let domain = row.args.iter().find(|arg| arg.kind == ArgKind::Domain).and_then(value);
    let arg = places.find(|arg| value(arg).is_none())?;
    Some(Wanted { arg, row, domain })
}

/// Reads the host the line names, or the one that would be opened.
fn read(matches: &ArgMatches) -> Result<Snapshot, Trouble> {
    let options = Options {
        uris: args::uris(matches),
        read_only: true,
        config: matches.get_one("config").cloned(),
        interval: None,
        task: Task::Complete(String::new()),
    };
    let config = Config::load(options.config.as_deref()).map_err(Trouble::usage)?;
    let choices = hosts::choose(&options, &config)?;
    let mut snapshot = Snapshot::default();
    if let Some(choice) = choices.first() {
        hosts::open_read_only(choice, 0)?.sample(sampler::stamp(), &Demand::default(), &mut snapshot);
    }
    Ok(snapshot)
}

fn offered(wanted: &Wanted, typed: &str, snapshot: &Snapshot) -> Vec<String> {
    let named = wanted.domain.as_deref();
    let around = Around {
        domains: &snapshot.domains,
        node: Some(&snapshot.node),
        memory: snapshot.memory.known().map(|memory| memory.total),
        domain: named.and_then(|named| find(&snapshot.domains, named)),
        op: wanted.row.op,
        themes: &[],
    };
    candidates(wanted.arg, typed, &around).into_iter().map(|candidate| candidate.text).collect()
}
