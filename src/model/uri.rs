//! Which host: `xen:///[?xm=DIR]`, `xen+http://HOST[:PORT]/`, `xen+unix:///[?xend=PATH]`, `proxy:///[PATH]`,
//! `test:///default?domains=N&seed=N&state=PATH`, `test:///ABS/FILE.xml`.

use std::{fmt, path::PathBuf, str::FromStr};

/// A host's address, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uri {
    /// The Xen this machine's control domain runs on.
    Xen(XenHost),
    /// A given xend, and nothing else.
    Xend(Xend),
    /// A host read through domtop's own proxy, at this socket; none is where it listens unless told otherwise.
    Proxy(Option<PathBuf>),
    /// A host in memory.
    Test(TestHost),
}

/// This machine's Xen: what of it lies elsewhere than usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XenHost {
    /// The folder of xm's and xl's configuration files; none is `/etc/xen`.
    pub xm: Option<PathBuf>,
}

/// Where a xend listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Xend {
    /// At a TCP port.
    Tcp {
        /// Its machine: a name, an IPv4 address, or an IPv6 address without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// At a unix socket.
    Unix(PathBuf),
}

/// The port of xend (`xend-port` of xend-config.sxp).
pub const XEND_PORT: u16 = 8000;
/// The socket of xend (`xend-unix-path`).
pub const XEND_SOCKET: &str = "/var/lib/xend/xend-socket";

/// A host in memory: which, and where it keeps its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestHost {
    /// A file that describes it; none for the demo host.
    pub file: Option<PathBuf>,
    /// How many domains the demo host has; none for its dozen.
    pub domains: Option<u32>,
    /// What its randomness starts from.
    pub seed: u64,
    /// A file that keeps its state between commands.
    pub state: Option<PathBuf>,
}

/// Why a URI could not be taken: what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{uri:?} is no host: {problem}")]
pub struct BadUri {
    /// The URI as given.
    pub uri: String,
    /// What is wrong with it.
    pub problem: String,
}

/// The most domains a demo host can have.
pub const MOST_DOMAINS: u32 = 32_752;

const KNOWN: &str = "this domtop knows xen:///, xen+http://HOST:PORT/, xen+unix:///, proxy:/// and test:///default, \
                     test:///ABS/FILE.xml";

impl FromStr for Uri {
    type Err = BadUri;

    fn from_str(text: &str) -> Result<Self, BadUri> {
        parse(text).map_err(|problem| BadUri { uri: text.into(), problem })
    }
}

fn parse(text: &str) -> Result<Uri, String> {
    let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("it has no scheme; {KNOWN}"))?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    match (scheme, path) {
        ("xen", "" | "/") => path_in(query, "xm", "xen:///").map(|xm| Uri::Xen(XenHost { xm })),
        ("xen", _) => Err("xen:/// is this machine's Xen and has no path".into()),
        ("xen+http", place) if query.is_empty() => http(place).map(Uri::Xend),
        ("xen+http", _) => Err("xen+http takes no parameters".into()),
        ("xen+unix", "" | "/") => {
            let path = path_in(query, "xend", "xen+unix:///")?;
            Ok(Uri::Xend(Xend::Unix(path.unwrap_or_else(|| XEND_SOCKET.into()))))
        }
        ("xen+unix", _) => Err("the socket is given as xen+unix:///?xend=PATH".into()),
        ("proxy", _) if !query.is_empty() => Err("proxy:/// takes no parameters".into()),
        ("proxy", "" | "/") => Ok(Uri::Proxy(None)),
        ("proxy", path) if path.starts_with('/') => Ok(Uri::Proxy(Some(path.into()))),
        ("proxy", _) => Err("a proxy has no server: write three slashes, proxy:///PATH".into()),
        ("test", "/default") => test(TestHost::default(), query).map(Uri::Test),
        ("test", "" | "/") => Err("it names no test host: test:///default or test:///ABS/FILE.xml".into()),
        ("test", path) if path.starts_with('/') => {
            test(TestHost { file: Some(path.into()), ..TestHost::default() }, query).map(Uri::Test)
        }
        ("test", _) => Err("a test host has no server: write three slashes".into()),
        (scheme, _) => Err(format!("unknown scheme {scheme:?}; {KNOWN}")),
    }
}

/// The one parameter a URI takes: an absolute path.
fn path_in(query: &str, name: &str, of: &str) -> Result<Option<PathBuf>, String> {
    let mut path = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is not KEY=VALUE"))?;
        match key {
            _ if key != name => return Err(format!("unknown parameter {key:?}; {of} takes {name}")),
            _ if !value.starts_with('/') => return Err(format!("{name}= takes an absolute path")),
            _ => path = Some(value.into()),
        }
    }
    Ok(path)
}

/// `HOST[:PORT][/]`, an IPv6 address in brackets.
fn http(place: &str) -> Result<Xend, String> {
    let place = place.strip_suffix('/').unwrap_or(place);
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("the bracket of the address is not closed")?;
            (host, port.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || host.contains(['/', '@', ' ']) {
        return Err("it names no machine: xen+http://HOST:PORT/".into());
    }
    let port = port.map_or(Ok(XEND_PORT), |port| {
        port.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("{port:?} is no port"))
    })?;
    Ok(Xend::Tcp { host: host.into(), port })
}

fn test(mut host: TestHost, query: &str) -> Result<TestHost, String> {
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is not KEY=VALUE"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{key}={value:?} is not a whole number"));
        match key {
            "domains" if host.file.is_some() => return Err("domains= goes with test:///default only".into()),
            "domains" => host.domains = Some(count(number()?)?),
            "seed" => host.seed = number()?,
            "state" if value.starts_with('/') => host.state = Some(value.into()),
            "state" => return Err("state= takes an absolute path".into()),
            _ => return Err(format!("unknown parameter {key:?}; a test host takes domains, seed, state")),
        }
    }
    Ok(host)
}

fn count(number: u64) -> Result<u32, String> {
    let count = u32::try_from(number).ok().filter(|n| (1..=MOST_DOMAINS).contains(n));
    count.ok_or_else(|| format!("domains={number} is not between 1 and {MOST_DOMAINS}"))
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xen(XenHost { xm: None }) => f.write_str("xen:///"),
            Self::Xen(XenHost { xm: Some(folder) }) => write!(f, "xen:///?xm={}", folder.display()),
            Self::Xend(Xend::Tcp { host, port }) if host.contains(':') => {
                write!(f, "xen+http://[{host}]:{port}/")
            }
            Self::Xend(Xend::Tcp { host, port }) => write!(f, "xen+http://{host}:{port}/"),
            Self::Xend(Xend::Unix(path)) => write!(f, "xen+unix:///?xend={}", path.display()),
            Self::Proxy(None) => f.write_str("proxy:///"),
            Self::Proxy(Some(path)) => write!(f, "proxy://{}", path.display()),
            Self::Test(host) => host.fmt(f),
        }
    }
}

impl fmt::Display for TestHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self;
        match &host.file {
            Some(file) => write!(f, "test://{}", file.display())?,
            None => f.write_str("test:///default")?,
        }
        let seed = (host.seed != 0).then(|| format!("seed={}", host.seed));
        let domains = host.domains.map(|n| format!("domains={n}"));
        let state = host.state.as_ref().map(|p| format!("state={}", p.display()));
        let query: Vec<_> = domains.into_iter().chain(seed).chain(state).collect();
        if query.is_empty() { Ok(()) } else { write!(f, "?{}", query.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_uri_prints_back_to_itself() {
        for text in [
            "xen:///",
            "xen:///?xm=/srv/xen",
            "xen+http://xen-07.example:8000/",
            "xen+http://[fe80::1]:8001/",
            "xen+unix:///?xend=/var/lib/xend/xend-socket",
            "proxy:///",
            "proxy:///srv/domtop.sock",
            "test:///default",
            "test:///default?domains=1000&seed=7",
            "test:///a/b.xml?state=/tmp/s",
        ] {
            assert_eq!(text.parse::<Uri>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn a_wrong_uri_says_what_is_wrong() {
        for (text, part) in [
            ("xen", "no scheme"),
            ("xem:///", "unknown scheme \"xem\""),
            ("xen://host/", "has no path"),
            ("xen:///?xm=here", "absolute path"),
            ("xen:///?colour=red", "takes xm"),
            ("xen+http://:80/", "names no machine"),
            ("xen+http://a:0/", "no port"),
            ("xen+http://[::1/", "not closed"),
            ("xen+unix:///sock", "xend=PATH"),
            ("proxy://host", "three slashes"),
            ("proxy:///?a=b", "no parameters"),
            ("test:///", "names no test host"),
            ("test://default", "three slashes"),
            ("test:///default?domains=0", "between 1 and"),
            ("test:///default?domains=many", "not a whole number"),
            ("test:///default?colour=red", "unknown parameter"),
            ("test:///a.xml?domains=3", "test:///default only"),
        ] {
            let said = text.parse::<Uri>().expect_err(text).to_string();
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}
