//! What `proxy` takes on the command line.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, ValueHint, value_parser};

use super::{define, nanos};
use crate::{driver::proxy::SOCKET, model::Nanos};

/// A proxy that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyWish {
    /// Where it listens.
    pub socket: PathBuf,
    /// The group whose members may watch.
    pub group: Option<String>,
    /// The mode of the socket's file.
    pub mode: u32,
    /// Users and groups that are let in, where not all whom the mode lets in are.
    pub allow: Vec<String>,
    /// The shortest time between two samples.
    pub fastest: Nanos,
    /// How many may watch.
    pub max_clients: usize,
    /// Whether only to say what confines it here.
    pub check: bool,
    /// Whether only to print the units for systemd.
    pub unit: bool,
}

/// Its options.
pub(super) fn options() -> [Arg; 8] {
    [
        Arg::new("socket")
            .long("socket")
            .value_name("PATH")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .default_value(SOCKET)
            .help("Where it listens"),
        Arg::new("group").long("group").value_name("NAME").help("The group whose members may watch"),
        Arg::new("mode")
            .long("mode")
            .value_name("MODE")
            .value_parser(mode)
            .default_value("0660")
            .help("The mode of the socket's file, octal"),
        Arg::new("allow")
            .long("allow")
            .value_name("USER|GROUP")
            .action(ArgAction::Append)
            .help("Let in only these users and the members of these groups, as they are when it starts"),
        Arg::new("fastest")
            .long("fastest")
            .value_name("SECONDS")
            .value_parser(fastest)
            .default_value("0.1")
            .help("The shortest time between two samples, whatever anybody wants"),
        Arg::new("max-clients")
            .long("max-clients")
            .value_name("COUNT")
            .value_parser(value_parser!(u16).range(1..))
            .default_value("256")
            .help("How many may be connected; each domtop has one connection, or two"),
        define::flag("check").help("Open the host, say what confines the proxy here, and end"),
        define::flag("unit").help("Print units for systemd, and end"),
    ]
}

/// What it is to do.
pub(super) fn wish(matches: &ArgMatches) -> Result<ProxyWish, clap::Error> {
    let missing = || define::command().error(clap::error::ErrorKind::MissingRequiredArgument, "no socket");
    Ok(ProxyWish {
        socket: matches.get_one::<PathBuf>("socket").cloned().ok_or_else(missing)?,
        group: matches.get_one("group").cloned(),
        mode: matches.get_one("mode").copied().unwrap_or(0o660),
        allow: matches.get_many("allow").into_iter().flatten().cloned().collect(),
        fastest: matches.get_one("fastest").copied().unwrap_or(Nanos(100_000_000)),
        max_clients: matches.get_one::<u16>("max-clients").map_or(256, |count| usize::from(*count)),
        check: matches.get_flag("check"),
        unit: matches.get_flag("unit"),
    })
}

fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| "it is no mode: write it as 0660".to_owned())
}

fn fastest(text: &str) -> Result<Nanos, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| (0.01..=60.0).contains(seconds));
    seconds.map(nanos).ok_or_else(|| "it must lie between 0.01 and 60 seconds".to_owned())
}
