//! What xl says when it did not do what it was told, made one clause and a kind.
//!
//! ```text
//! libxl: error: libxl_domain.c:1182:libxl__destroy_domid: Domain 99:Non-existant domain
//! └ library, level ┘└ place in its source, left out ────┘└ left out ┘└ kept ──────────┘
//! destroy failed (rc=-21)
//! └ kept: xl itself ────┘
//! ```
//!
//! The cause comes first and the consequences follow, so of many lines the first two and the last are kept.

use super::run::Ran;
use crate::{driver::Error, model::Kind};

/// Levels of the libraries' log that say why something failed; those below tell of the work.
const GRAVE: [&str; 3] = ["error", "critical", "fatal error"];
/// The other levels of that log.
const LIGHT: [&str; 7] = ["debug", "verbose", "detail", "progress", "info", "notice", "warning"];
/// How much of a line is shown, in characters.
const WIDEST: usize = 300;
/// How lines start in which xl tells what it does or what to type, and not why it failed.
const TELLING: [&str; 10] = [
    "Parsing config ",
    "Saving to ",
    "Loading new save file ",
    "Savefile contains ",
    "Shutting down domain ",
    "Rebooting domain ",
    "WARNING: ",
    "warning: ",
    "the global config option ",
    "Use \"-F\" to fallback ",
];

/// What libxl says where it takes away a domain it could not make: that there is none is no news.
const TIDYING: [&str; 4] = [
    "Getting domain info: No such process",
    "Non-existant domain",
    "Unable to destroy guest",
    "Destruction of domain failed",
];

/// The error of a run that did not do what it was told; `what` is what was attempted.
pub(super) fn refused(what: &str, ran: &Ran) -> Error {
    let text = gist(&ran.err).unwrap_or_else(|| format!("it ended {} and said nothing", ran.ended()));
    let (kind, hint) = kind(&ran.err, ran.status.code());
    let error = Error::new(kind, format!("{what}: {text}"));
    hint.map_or_else(|| error.clone(), |hint| error.clone().hint(hint))
}

/// Whether one of the libraries said that something failed: some verbs of xl end with status 0 all the same.
pub(super) fn complains(err: &str) -> bool {
    lines(err).any(|line| matches!(level(line), Some((level, _)) if GRAVE.contains(&level)))
}

/// The lines that say why, in one clause; none where there are none.
pub(super) fn gist(err: &str) -> Option<String> {
    let mut said = reasons(err);
    if let [first, second, _, .., last] = said[..] {
        said = vec![first, second, last];
    }
    let said: Vec<String> = said.into_iter().map(shortened).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// Each line that says why, once; the usage of a verb, which xl adds at times, does not.
fn reasons(err: &str) -> Vec<&str> {
    let mut said: Vec<&str> = Vec::new();
    for line in lines(err).take_while(|line| !line.starts_with("Usage: xl ")).filter_map(telling) {
        let known = said.contains(&line) || (!said.is_empty() && TIDYING.contains(&line));
        if !known {
            said.push(line);
        }
    }
    said
}

/// A line that goes on and on says what it says at its start.
fn shortened(line: &str) -> String {
    let end = line.char_indices().nth(WIDEST).map(|(at, _)| at);
    end.map_or_else(|| line.to_owned(), |at| format!("{}…", &line[..at]))
}

/// What sort of failure it is, and what to try.
fn kind(err: &str, code: Option<i32>) -> (Kind, Option<&'static str>) {
    let says = |text: &str| err.contains(text);
    if says("cannot init xl context") {
        // xl gives up here before it looks at what it was told.
        let denied = says("Permission denied") || says("Operation not permitted");
        return if denied { (Kind::Denied, Some("run domtop as root")) } else { (Kind::Unreachable, None) };
    }
    if code == Some(127) || lines(err).any(is_wrapper) {
        return (Kind::Unreachable, None);
    }
    if reasons(err).into_iter().any(says_no_domain) {
        return (Kind::NoDomain, None);
    }
    if says("PV control interface not available") {
        return (Kind::Unsupported, None);
    }
    let forbids = ["Not destroying domain 0", "You are overcommmitting!", "\" already exists."];
    if forbids.into_iter().any(says) {
        return (Kind::Refused, None);
    }
    (Kind::Failed, None)
}

/// Debian's wrapper around the tools of each release found none for the one that runs: xl was not started.
fn is_wrapper(line: &str) -> bool {
    let whys = ["Can't find", "Can't read hypervisor type", "Hypervisor is not xen", "Unable to execute"];
    line.strip_prefix("ERROR:").is_some_and(|why| whys.iter().any(|w| why.trim_start().starts_with(w)))
}

/// In the words of xl and of libxl, whose spelling is its own, and of the hypervisor's ESRCH.
fn says_no_domain(line: &str) -> bool {
    let why = ["does not exist", "Domain not found", "No such process"];
    line.contains("is an invalid domain identifier")
        || line == "Non-existant domain"
        || (line.contains("omain") && why.iter().any(|why| line.contains(why)))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty())
}

/// What a line says of a failure, without a full stop; none where it tells of the work.
fn telling(line: &str) -> Option<&str> {
    let noise = || TELLING.iter().any(|start| line.starts_with(start)) || is_about_xl_conf(line);
    let said = if let Some((level, text)) = level(line) {
        GRAVE.contains(&level).then(|| bare(text))
    } else {
        (!noise()).then_some(line)
    };
    said.map(|text| text.strip_suffix('.').unwrap_or(text))
}

/// A library's text without what says nothing to who asked: where in its source, which domain, what C made of it.
fn bare(text: &str) -> &str {
    let text = without_domain(without_place(text.strip_prefix("panic: ").unwrap_or(text)));
    let ends = [": Internal error", ": Success"];
    ends.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text)
}

/// A host without /etc/xen/xl.conf hears of it from every call.
fn is_about_xl_conf(line: &str) -> bool {
    line.starts_with("Failed to read config file: ") && line.contains("/xl.conf: ")
}

/// The level and the text of a line of a library's log.
fn level(line: &str) -> Option<(&str, &str)> {
    let (library, rest) = line.split_once(": ")?;
    let (level, text) = rest.split_once(": ")?;
    let plain = library.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    (plain && (GRAVE.contains(&level) || LIGHT.contains(&level))).then_some((level, text))
}

/// Without `file.c:123:function: ` or `file.c:123: `.
fn without_place(text: &str) -> &str {
    let place = |place: &str| {
        let mut parts = place.split(':');
        let file = parts.next().is_some_and(|file| file.contains('.') && !file.contains(' '));
        file && parts.next().is_some_and(|number| number.parse::<u32>().is_ok())
    };
    text.split_once(": ").filter(|(start, _)| place(start)).map_or(text, |(_, rest)| rest)
}

/// Without `Domain 3:`, which who asked knows.
fn without_domain(text: &str) -> &str {
    let rest = text.strip_prefix("Domain ").and_then(|rest| rest.split_once(':'));
    rest.filter(|(id, _)| id.parse::<u32>().is_ok()).map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_cause_comes_before_its_consequences_and_what_says_nothing_is_left_out() {
        let err = "Failed to read config file: /etc/xen/xl.conf: No such file or directory\n\
            xc: info: Saving domain 1, type x86 PV\n\
            xc: error: panic: xg_dom_core.c:205: failed to open file '/x': No such file or directory: Internal error\n\
            libxl: error: libxl_dom.c:646:libxl__build_pv: xc_dom_kernel_file failed: No such file or directory\n\
            libxl: warning: libxl_dom.c:1:f: Domain 3:odd\n\
            libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 3:cannot (re-)build domain: -3\n\
            libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 3:Non-existant domain\n";
        let said = "failed to open file '/x': No such file or directory; \
            xc_dom_kernel_file failed: No such file or directory; cannot (re-)build domain: -3";
        assert_eq!(gist(err).as_deref(), Some(said));
        assert_eq!(kind(err, Some(3)).0, Kind::Failed, "the domain that is not there is the one not made");
    }

    /// As 4.14 to 4.20 print it (`shutdown_domain` of `xl_vmcontrol.c`).
    #[test]
    fn a_guest_that_listens_to_no_toolstack_was_asked_nothing() {
        let err = "Shutting down domain 3\nPV control interface not available: external graceful shutdown not \
            possible.\nUse \"-F\" to fallback to ACPI power event.\nshutdown failed (rc=-15)\n";
        assert_eq!(kind(err, Some(1)).0, Kind::Unsupported);
        let said = "PV control interface not available: external graceful shutdown not possible; shutdown failed (rc=-15)";
        assert_eq!(gist(err).as_deref(), Some(said));
    }

    #[test]
    fn a_log_of_work_alone_is_no_reason() {
        let err = "Saving to /x new xl format (info 0x3/0x0/815)\nxc: progress: Frames: 2048/24576    8%\n\n";
        assert_eq!((gist(err), complains(err)), (None, false));
    }

    #[test]
    fn debians_wrapper_without_an_xl_tried_nothing() {
        let err = "ERROR:  Can't find version 4.17 of xen utils (maybe xen-utils-4.17 was already removed before \
            rebooting out of Xen 4.17), bailing out!\n";
        assert_eq!(kind(err, Some(127)).0, Kind::Unreachable);
        assert_eq!(
            kind("ERROR:  Can't find hypervisor information in sysfs!\n", Some(1)).0,
            Kind::Unreachable
        );
        assert_eq!(kind("ERROR: something else\n", Some(1)).0, Kind::Failed);
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_and_stays_short(err in any::<String>(), code in any::<Option<i32>>()) {
            let _ = (complains(&err), kind(&err, code));
            prop_assert!(gist(&err).is_none_or(|said| said.chars().count() <= 3 * (WIDEST + 3)));
        }

        #[test]
        fn whatever_is_said_in_the_shape_of_a_log_is_read(
            parts in prop::collection::vec("(libxl|xc|xl|Domain 3|a\\.c:1|a\\.c:1:f|error|fatal error|panic|[ :\n\r]|: |é|x)", 0..40)
        ) {
            let err = parts.concat();
            let _ = (complains(&err), kind(&err, Some(1)));
            prop_assert!(gist(&err).is_none_or(|said| !said.contains(['\n', '\r'])));
        }
    }
}
