//! The command line as clap knows it, made from the command table.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, Command, builder::PossibleValuesParser, value_parser};

use super::{super::trouble::Status, change, console, nanos, proxy};
use crate::{
    app::command::{self, COMMANDS, Look},
    config::INTERVALS,
    model::Nanos,
};

/// The command that shells call for what can stand at the end of a line.
pub(super) const COMPLETE: &str = "complete";

/// The whole command line as clap knows it; help, completion and the README come from it.
pub fn command() -> Command {
    shown().subcommand(complete())
}

/// As [`command`], without what only scripts call.
pub(in crate::cli) fn shown() -> Command {
    Command::new("domtop")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Watches and changes virtual machines: the screen, samples for scripts (--batch), or one command",
        )
        .help_template(template())
        .override_usage("domtop [OPTIONS] [COMMAND]")
        .after_help(after_help())
        .arg(uri())
        .args(common())
        .args(for_both())
        .args(for_screen().map(|arg| arg.help_heading("The screen")))
        .args(for_batch().map(|arg| arg.help_heading("Batch")))
        .group(ArgGroup::new("view").args(["vcpus", "nets", "disks"]))
        .subcommand_value_name("COMMAND")
        .disable_help_subcommand(true)
        .subcommands(rows().map(subcommand))
}

/// Rows of the command table that the command line knows: what looks, then what changes.
fn rows() -> impl Iterator<Item = &'static command::Command> {
    let looks = COMMANDS.iter().filter(|row| is_look(row));
    looks.chain(COMMANDS.iter().filter(|row| row.changes() || edits(row)))
}

/// What the scripts of shells call: it is nothing to type.
fn complete() -> Command {
    let line = Arg::new("LINE").required(true).allow_hyphen_values(true);
    Command::new(COMPLETE)
        .hide(true)
        .about("Prints what can stand at the end of a line, for shells")
        .arg(line)
        .arg(uri())
}

const fn is_look(row: &command::Command) -> bool {
    row.look.is_some() && !row.changes() && !edits(row)
}

/// Whether it ends in a change, though it has no words for one.
const fn edits(row: &command::Command) -> bool {
    matches!(row.look, Some(Look::Edit))
}

/// The help, with the commands under two headings, which clap cannot make.
fn template() -> String {
    let width = rows().map(|row| row.name.len()).max().unwrap_or_default();
    let lines = |looks: bool| {
        let of = rows().filter(|row| is_look(row) == looks);
        of.map(|row| format!("  {:width$}  {}\n", row.name, row.doc)).collect::<Vec<_>>().concat()
    };
    format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\nLooking:\n{}\nChanging:\n{}\n\
         {{all-args}}{{after-help}}",
        lines(true),
        lines(false)
    )
}

/// The host; before a command and after it, where each counts: a change must not go to the other of two.
fn uri() -> Arg {
    Arg::new("uri")
        .short('c')
        .long("connect")
        .value_name("URI")
        .action(ArgAction::Append)
        .help("The host: xen:///, proxy:///, test:///default, test:///ABS/FILE.xml; the screen and batch take several")
}

fn common() -> [Arg; 2] {
    [
        Arg::new("read-only")
            .short('r')
            .long("read-only")
            .action(ArgAction::SetTrue)
            .global(true)
            .help("Open for looking only"),
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .global(true)
            .help("Read this config file instead of $XDG_CONFIG_HOME/domtop/config.toml"),
    ]
}

fn for_both() -> [Arg; 1] {
    [Arg::new("seconds")
        .short('d')
        .long("interval")
        .value_name("SECONDS")
        .value_parser(interval)
        .help("Time between samples, 0.01 to 3600; 1 where nothing says otherwise")]
}

fn for_screen() -> [Arg; 4] {
    [
        Arg::new("theme")
            .long("theme")
            .value_name("NAME")
            .conflicts_with("batch")
            .help("A built-in theme's name or a theme file's path"),
        Arg::new("glyphs")
            .long("glyphs")
            .value_name("GLYPHS")
            .conflicts_with("batch")
            .value_parser(PossibleValuesParser::new(["braille", "block", "ascii"]))
            .help("What graphs are drawn with"),
        flag("no-mouse").conflicts_with("batch").help("Leave the mouse to the terminal"),
        Arg::new("revert-after")
            .long("revert-after")
            .value_name("SECONDS")
            .conflicts_with("batch")
            .value_parser(value_parser!(u32).range(1..=86_400))
            .help("Take every change back after so long unless it is kept by key"),
    ]
}

fn for_batch() -> [Arg; 6] {
    [
        flag("batch").help("Write samples to stdout"),
        Arg::new("count")
            .short('n')
            .long("count")
            .value_name("COUNT")
            .value_parser(value_parser!(u64))
            .requires("batch")
            .help("Samples to print; 0 or none: until interrupted"),
        format(&["text", "csv", "json"]),
        flag("vcpus").requires("batch").help("A row per virtual CPU"),
        flag("nets").requires("batch").help("A row per network interface, with its counters"),
        flag("disks").requires("batch").help("A row per disk, with its counters"),
    ]
}

fn subcommand(row: &'static command::Command) -> Command {
    let made = Command::new(row.name)
        .about(row.doc)
        .hide(true)
        .args(row.args.iter().map(|arg| change::argument(row, arg)));
    let made = if row.changes() { made.args(change::options(row)) } else { made };
    let made = if row.look == Some(Look::Console) { made.args(console::options()) } else { made };
    let made = if row.look == Some(Look::Proxy) { made.args(proxy::options()) } else { made };
    let format = (!row.look.is_some_and(Look::is_page)).then(|| format(&["text", "json"]));
    made.args(format).arg(uri())
}

pub(super) fn flag(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

fn format(words: &'static [&'static str]) -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .default_value("text")
        .value_parser(PossibleValuesParser::new(words))
        .help("How it is written")
}

fn after_help() -> String {
    let statuses = Status::ALL.iter().map(|s| format!("  {}  {}", s.code(), s.doc()));
    let statuses: Vec<_> = statuses.collect();
    format!(
        "DOMAIN is an id, a name or a uuid. Without -c: $DOMTOP_URI, $LIBVIRT_DEFAULT_URI,\n\
         $VIRSH_DEFAULT_CONNECT_URI, the config file's uri, then what this machine is.\n\n\
         Exit status:\n{}",
        statuses.join("\n")
    )
}

fn interval(text: &str) -> Result<Nanos, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number of seconds".to_owned())?;
    let within = INTERVALS.contains(&seconds);
    let range = || format!("it must lie between {} and {}", INTERVALS.start(), INTERVALS.end());
    within.then(|| nanos(seconds)).ok_or_else(range)
}
