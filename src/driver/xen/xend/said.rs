//! What xend says, and that it said no: in the status, in the body of a success, or not at all.
//!
//! ```text
//!                     3.0.2                        3.0.3, 3.0.4       3.1 – 3.3        3.4 – 4.4
//!  an op failed       200 or 202, (xend.err 'why') 500, the same body ────────────────────────────
//!  in a thread        202 or 200, (xend.err 'why') in every release: save, dump, restore, migrate
//!  unknown domain     404 No such domain X         404 No domain …    500, nothing     404 <Fault 3: 'X'>
//!  unknown op         501 Operation not implemented: X
//! ```
//!
//! The text is what Python raised, at times the exception's own words: those are put into sentences.

use super::{era::Era, http::Reply};
use crate::{
    driver::{Answer, Error},
    model::{DomainKey, Kind},
    wire::sexpr::{Tree, error::failure},
};

/// Whether a request was about one domain, which may not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// One domain.
    Domain,
    /// The host.
    Host,
}

/// The body of a reply, where it was a success.
///
/// # Errors
/// What xend said, by kind.
pub(super) fn accepted(doing: &str, reply: Reply, era: Option<Era>, about: About) -> Answer<Vec<u8>> {
    let text = failure(&reply.body);
    let fail = |kind, why: &str| Err(Error::new(kind, format!("{doing}: {why}")));
    match (reply.status, text) {
        (200..=299, None) => Ok(reply.body),
        (_, Some(text)) => Err(refused(doing, &text)),
        (404, None) if about == About::Domain => fail(Kind::NoDomain, "xend knows no such domain"),
        (500, None) if about == About::Domain && era.is_some_and(Era::is_speechless) => {
            fail(Kind::NoDomain, "xend knows no such domain")
        }
        (501, None) => fail(Kind::Unsupported, "this release of xend has no such operation"),
        (413, None) => fail(Kind::Refused, "it takes more bytes to say than xend reads"),
        (406, None) => fail(Kind::Malformed, "xend found no operation in the request"),
        (500, None) => fail(Kind::Failed, "an error inside xend, of which it says nothing but in its log"),
        (status, None) => fail(Kind::Malformed, &format!("xend answered with status {status}")),
    }
}

/// The value a body holds. What follows it is left alone: 4.1 and later print `''` behind some.
///
/// # Errors
/// `Malformed` where it holds none.
pub(super) fn value<'t>(doing: &str, body: &'t [u8]) -> Answer<Tree<'t>> {
    let read = Tree::parse(body).map(|(tree, _)| tree);
    read.map_err(|bad| Error::new(Kind::Malformed, format!("{doing}: the reply cannot be read: {bad}")))
}

/// What an error's text comes to.
fn refused(doing: &str, text: &str) -> Error {
    let text = text.strip_prefix("Error creating domain: ").unwrap_or(text).trim().trim_end_matches('.');
    Error::new(kind(text), format!("{doing}: {}", plain(text)))
}

/// What sort of error it is, by its words in each release.
fn kind(text: &str) -> Kind {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["No such domain", "No domain named", "<Fault 3:", "'No such process'"]) {
        return Kind::NoDomain;
    }
    if says(&[
        "may not be reconfigured",
        "unknown device type",
        "not a valid device type",
        "invalid device (",
    ]) {
        return Kind::Unsupported;
    }
    let unwise = [
        "already in use by domain",
        "already exists",
        "privileged domain",
        "omain 0 cannot",
        "is already running",
        "is not halted",
        "invalid vm name",
        "Invalid VM Name",
        "max vcpus",
        "Invalid Configuration: memory",
        "Not enough free memory",
        "is already connected",
        "not connected",
        "Domain cannot be shutdown",
    ];
    if says(&unwise) || is_of_no_id(text) { Kind::Refused } else { Kind::Failed }
}

/// Python's words for an operation on a domain that does not run: its id is None.
fn is_of_no_id(text: &str) -> bool {
    text.contains("not 'NoneType'") || text.contains("not NoneType")
}

/// A text in words for one who does not know Python.
fn plain(text: &str) -> String {
    if is_of_no_id(text) {
        return format!("the domain does not run, or something of it is not said (xend: {text})");
    }
    if let Some(value) = text.strip_prefix("invalid literal for int() with base 10: ") {
        return format!("xend wants a number where it was given {value}");
    }
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'))
        && let Some((number, words)) = inner.split_once(", ")
        && number.parse::<u32>().is_ok()
    {
        return format!("{} (error {number})", unquoted(words).unwrap_or(words));
    }
    unquoted(text).map_or_else(|| text.to_owned(), |key| format!("xend misses the field {key:?}"))
}

/// What is between a text's quotes, which is all Python says of a missing key.
fn unquoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.filter(|inner| !inner.contains('\''))
}

/// Whether there was no answer, rather than one that says no.
pub(super) const fn is_silence(error: &Error) -> bool {
    matches!(error.kind, Kind::TimedOut | Kind::Unreachable | Kind::Denied)
}

/// That a domain is none any more.
pub(super) fn gone(key: DomainKey) -> Error {
    match key.id {
        Some(id) => Error::no_domain(format!("domain {} any more, or its id was given to another", id.0)),
        None => Error::no_domain(format!("domain {} that does not run", key.uuid)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::sexpr::Format;

    fn kind_of(status: u16, body: &str, format: Format, release: (u32, u32)) -> Option<Kind> {
        let (reply, era) = (Reply { status, body: body.into() }, Era { format, release });
        accepted("do it", reply, Some(era), About::Domain).err().map(|error| error.kind)
    }

    #[test]
    fn nothing_at_all_is_an_unknown_domain_only_where_it_has_no_other_word() {
        assert_eq!(kind_of(500, "", Format::Four, (3, 1)), Some(Kind::NoDomain));
        assert_eq!(kind_of(500, "", Format::Four, (3, 4)), Some(Kind::Failed));
        assert_eq!(kind_of(500, "", Format::One, (3, 0)), Some(Kind::Failed));
        assert_eq!(kind_of(500, "(xend.err 'x')", Format::Four, (3, 1)), Some(Kind::Failed));
    }

    #[test]
    fn a_success_that_holds_an_error_is_none() {
        assert_eq!(kind_of(202, "(xend.err 'it failed')''", Format::Two, (3, 0)), Some(Kind::Failed));
        assert_eq!(kind_of(200, "(domain (name xend.err))", Format::Two, (3, 0)), None);
        assert_eq!(kind_of(202, "", Format::Two, (3, 0)), None);
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_read_and_an_error_is_safe_to_show(
            status in 100..999_u16,
            body in prop_oneof![any::<Vec<u8>>(), "\\(xend.err ['\"(]?.{0,60}\\)".prop_map(String::into_bytes)],
        ) {
            let reply = Reply { status, body };
            if let Err(error) = accepted("do it", reply, Some(Era { format: Format::Four, release: (3, 1) }), About::Domain) {
                prop_assert!(error.message.starts_with("do it: "));
                prop_assert!(!error.message.chars().any(crate::model::text::steers));
            }
        }
    }
}
