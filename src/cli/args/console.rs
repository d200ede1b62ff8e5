//! What `console` takes on the command line.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, ValueHint, error::ErrorKind, value_parser};

use super::{define, word};

/// A console that is to have the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleWish {
    /// The domain as given.
    pub domain: String,
    /// Which of its consoles, where one was named.
    pub tty: Option<String>,
    /// Whether the guest's bytes go to the terminal as they are.
    pub raw: bool,
    /// A file to record into.
    pub record: Option<PathBuf>,
    /// The escape key as given.
    pub escape: Option<String>,
}

/// Its options.
pub(super) fn options() -> [Arg; 4] {
    let raw =
        "Let the guest's bytes through to the terminal as they are: it can do with it whatever it likes";
    [
        Arg::new("tty")
            .long("tty")
            .value_name("NAME")
            .help("Which of its consoles, where it has several: serial0"),
        define::flag("raw").help(raw),
        Arg::new("record")
            .long("record")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("Record it into a file, which must not be there"),
        Arg::new("escape")
            .long("escape")
            .value_name("KEY")
            .help("The key after which the next is not the guest's [default: Ctrl-]]"),
    ]
}

/// The domain of a command that on the screen does without one.
pub(super) fn domain(matches: &ArgMatches, name: &str) -> Result<String, clap::Error> {
    word(matches, "DOMAIN").map(str::to_owned).ok_or_else(|| {
        let text = format!("which domain? write {name} DOMAIN");
        define::command().error(ErrorKind::MissingRequiredArgument, text)
    })
}

/// What it is to do.
pub(super) fn wish(matches: &ArgMatches) -> Result<ConsoleWish, clap::Error> {
    let own = |name: &str| word(matches, name).map(str::to_owned);
    Ok(ConsoleWish {
        domain: domain(matches, "console")?,
        tty: own("tty"),
        raw: matches.get_flag("raw"),
        record: matches.get_one("record").cloned(),
        escape: own("escape"),
    })
}
