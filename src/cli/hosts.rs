//! Which hosts, why these, and opening them.

use super::{args::Options, trouble::Trouble};
use crate::{
    config::Config,
    driver::{
        Reader,
        session::{self, Looking},
    },
    model::{HostId, uri::Uri},
};

/// Variables that name a host, in the order they are asked.
pub(super) const VARIABLES: [&str; 3] = ["DOMTOP_URI", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI"];

/// A host to open, and why this one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) uri: Uri,
    pub(super) why: String,
}

/// The hosts to open: command line, else environment, else config file, else what this machine is.
pub(super) fn choose(options: &Options, config: &Config) -> Result<Vec<Choice>, Trouble> {
    let named = named(options, config)?;
    if named.is_empty() {
        let (uri, why) = session::detect();
        return Ok(vec![Choice { uri, why: why.into() }]);
    }
    Ok(named)
}

/// Those of them that somebody named; none where it is left to what this machine is.
pub(super) fn named(options: &Options, config: &Config) -> Result<Vec<Choice>, Trouble> {
    if !options.uris.is_empty() {
        return options.uris.iter().map(|uri| parse(uri, "-c")).collect();
    }
    for name in VARIABLES {
        if let Some(uri) = std::env::var_os(name).filter(|uri| !uri.is_empty()) {
            return Ok(vec![parse(&uri.to_string_lossy(), &format!("${name}"))?]);
        }
    }
    config.uri.iter().map(|uri| parse(uri, "the config file")).collect()
}

/// Why a host is opened for looking only, where it is.
pub(super) fn looking_only(options: &Options, config: &Config, choice: &Choice) -> Option<String> {
    let listed = || config.read_only.iter().any(|uri| uri.parse().is_ok_and(|uri: Uri| uri == choice.uri));
    if options.read_only {
        return Some("opened with -r".into());
    }
    if matches!(choice.uri, Uri::Proxy(_)) {
        return Some("the proxy only reads: changing needs root".into());
    }
    listed().then(|| "as `read_only` of the config file says".into())
}

/// Opens a host to read it.
pub(super) fn open_read_only(choice: &Choice, place: usize) -> Result<Reader, Trouble> {
    look_at(choice, place).map(|looking| looking.reader)
}

/// Opens a host for looking only, at its consoles too.
pub(super) fn look_at(choice: &Choice, place: usize) -> Result<Looking, Trouble> {
    session::open_read_only(&choice.uri, id(place))
        .map_err(|failure| Trouble::open(&choice.uri.to_string(), &failure))
}

/// Which of the hosts this is.
pub(super) fn id(place: usize) -> HostId {
    HostId(u16::try_from(place).unwrap_or(u16::MAX))
}

fn parse(uri: &str, source: &str) -> Result<Choice, Trouble> {
    let why = format!("as {source} says");
    uri.parse().map(|uri| Choice { uri, why }).map_err(|bad| Trouble::usage(format!("{source}: {bad}")))
}
