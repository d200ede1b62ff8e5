//! What changing commands take: their words, and whether to ask, to wait, to take back.

use clap::{
    Arg, ArgAction, ArgMatches, ValueHint, builder::PossibleValuesParser, error::ErrorKind, value_parser,
};

use super::{define, is_given, word};
use crate::{
    app::command::{self, ArgKind, Command, Run},
    model::{Nanos, Op, order::Upon, undo::Reversal},
};

/// One changing command with its words and how it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActWish {
    /// Its row.
    pub command: &'static Command,
    /// The domain as given, for commands that are about one there is.
    pub domain: Option<String>,
    /// The words after the domain; the row can make a change of them.
    pub words: Vec<String>,
    /// Whether what would be asked is answered with yes.
    pub yes: bool,
    /// How long to wait until it has come about; none not to wait.
    pub wait: Option<Nanos>,
    /// After what time it is taken back unless the user keeps it.
    pub revert_after: Option<Nanos>,
    /// Whether to print JSON instead of text.
    pub json: bool,
    /// What was kept of a domain when it was asked for, where it is only meant upon that.
    pub upon: Option<Upon>,
}

/// How long a guest may take.
const PATIENCE: u64 = 60;
/// How long what moves a guest's whole memory may take.
const LONG_PATIENCE: u64 = 1800;
/// The longest span that can be asked for: a day.
const LONGEST: u64 = 86_400;

/// The options that only changing takes.
const OPTIONS: [&str; 4] = ["yes", "no-wait", "timeout", "revert-after"];

/// The options of a row that changes a host.
pub(super) fn options(row: &Command) -> Vec<Arg> {
    let seconds = |name: &'static str| {
        let within = value_parser!(u64).range(1..=LONGEST);
        Arg::new(name).long(name).value_name("SECONDS").value_parser(within)
    };
    let mut options = vec![
        define::flag("yes").short('y').help("Do not ask, where it would be asked"),
        define::flag("no-wait").help("Do not wait until it has come about"),
        seconds("timeout").conflicts_with("no-wait").help(format!(
            "How long to wait until it has come about [default: {}]",
            patience(row.op).0 / 1_000_000_000
        )),
    ];
    if is_reversible(row) {
        let help = "Take it back after so long unless it is kept, which is asked on the terminal";
        options.push(seconds("revert-after").help(help));
    }
    options
}

/// An argument of a row: a flag, or a word in its place.
pub(super) fn argument(row: &Command, arg: &command::Arg) -> Arg {
    if let Some(name) = arg.name.strip_prefix("--") {
        return define::flag(name).help(arg.doc);
    }
    let made = Arg::new(arg.name).value_name(arg.name).required(!arg.optional).help(arg.doc);
    let made = made.action(ArgAction::Set);
    match arg.kind {
        ArgKind::File => made.value_hint(ValueHint::FilePath),
        // A row that changes has words of its own for what is wrong.
        ArgKind::Choice(words) if !row.changes() => made.value_parser(PossibleValuesParser::new(words)),
        _ => made,
    }
}

/// The words after the domain.
pub(super) fn words(row: &Command, matches: &ArgMatches) -> Vec<String> {
    let after = row.args.iter().filter(|arg| arg.kind != ArgKind::Domain);
    let words = after.filter(|arg| !arg.name.starts_with("--"));
    words.filter_map(|arg| matches.get_one::<String>(arg.name).cloned()).collect()
}

/// What a changing command is to do; its words are tried here, so that what is wrong with them is usage.
pub(super) fn wish(row: &'static Command, matches: &ArgMatches) -> Result<ActWish, clap::Error> {
    let words = words(row, matches);
    let tried = match row.run {
        Run::Change(make) => make(&words).map(drop),
        Run::Make(make) => make(&words).map(drop),
        Run::Screen(_) | Run::Look(_) => Ok(()),
    };
    tried.map_err(|why| wrong(row, ErrorKind::ValueValidation, format!("{}: {why}", row.name)))?;
    let about_one = matches!(row.run, Run::Change(_));
    Ok(ActWish {
        command: row,
        domain: about_one.then(|| matches.get_one("DOMAIN").cloned()).flatten(),
        words,
        yes: matches.get_flag("yes"),
        wait: (!matches.get_flag("no-wait"))
            .then(|| seconds(matches, "timeout").unwrap_or_else(|| patience(row.op))),
        revert_after: is_reversible(row).then(|| seconds(matches, "revert-after")).flatten(),
        json: word(matches, "format") == Some("json"),
        upon: None,
    })
}

/// Where a row that does both only looks, what goes with changing makes no sense.
pub(super) fn refuse_options(row: &Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let given = |id: &&&str| row.changes() && is_given(matches, id);
    OPTIONS.iter().find(given).map_or(Ok(()), |id| {
        let text = format!("--{id} goes with a change: write {}", row.usage());
        Err(wrong(row, ErrorKind::ArgumentConflict, text))
    })
}

fn wrong(row: &Command, kind: ErrorKind, text: String) -> clap::Error {
    let mut all = define::command();
    all.build();
    match all.find_subcommand_mut(row.name) {
        Some(command) => command.error(kind, text),
        None => all.error(kind, text),
    }
}

fn is_reversible(row: &Command) -> bool {
    row.op.map(Op::reversal) == Some(Reversal::Inverse)
}

const fn patience(op: Option<Op>) -> Nanos {
    let seconds = match op {
        Some(Op::Save | Op::Restore | Op::Dump | Op::Create) => LONG_PATIENCE,
        _ => PATIENCE,
    };
    Nanos(seconds * 1_000_000_000)
}

fn seconds(matches: &ArgMatches, name: &str) -> Option<Nanos> {
    matches.get_one::<u64>(name).map(|seconds| Nanos(seconds * 1_000_000_000))
}
