//! Which host: `xen:///`, `test:///default?domains=N&seed=N&state=PATH`, `test:///ABS/FILE.xml`.

use std::{fmt, path::PathBuf, str::FromStr};

/// A host's address, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uri {
    /// The Xen this machine's control domain runs on.
    Xen,
    /// A host in memory.
    Test(TestHost),
}

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

const KNOWN: &str = "this domtop knows xen:/// and test:///default, test:///ABS/FILE.xml";

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
        ("xen", "" | "/") if query.is_empty() => Ok(Uri::Xen),
        ("xen", "" | "/") => Err("xen:/// takes no parameters".into()),
        ("xen", _) => Err("xen:/// is this machine's Xen and has no path".into()),
        ("test", "/default") => test(TestHost::default(), query).map(Uri::Test),
        ("test", "" | "/") => Err("it names no test host: test:///default or test:///ABS/FILE.xml".into()),
        ("test", path) if path.starts_with('/') => {
            test(TestHost { file: Some(path.into()), ..TestHost::default() }, query).map(Uri::Test)
        }
        ("test", _) => Err("a test host has no server: write three slashes".into()),
        (scheme, _) => Err(format!("unknown scheme {scheme:?}; {KNOWN}")),
    }
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
        let host = match self {
            Self::Xen => return f.write_str("xen:///"),
            Self::Test(host) => host,
        };
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
