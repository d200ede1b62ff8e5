//! A text changed in place: what it says, what it is to say, and the least that lies between.
//!
//! ```text
//!   actual   the text as it is, with all that is not understood
//!   base     what was understood of it, written canonically  ┐ where these two differ,
//!   wanted   what it is to say, written canonically          ┘ the actual is edited
//! ```
//!
//! The three are walked side by side. An element that base and wanted have alike is not touched, so that its spelling,
//! its comments and whatever else is in it stay byte for byte.

mod align;
mod children;
mod layout;

use std::ops::Range;

use self::layout::Layout;
use super::document::{Attribute, Element, Stands, escape};

/// How the children of a name are told from each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinship {
    /// There is one; of several the first counts.
    Single,
    /// There is one for each value of an attribute.
    Keyed(&'static str),
    /// They are a list, of those that are understood.
    List,
}

/// What is known of the elements of a kind of document.
pub(super) struct Grammar {
    /// How the children of the second name in an element of the first are told apart.
    pub(super) kinship: fn(&str, &str) -> Kinship,
    /// Whether an element of a list was understood, and so is in base.
    pub(super) understands: fn(Element<'_, '_>) -> bool,
    /// What makes an element of a list the same one, though other things of it changed.
    pub(super) identity: fn(Element<'_, '_>) -> Option<String>,
    /// Whether one may become the other in place, where their identities say nothing.
    pub(super) becomes: fn(Element<'_, '_>, Element<'_, '_>) -> bool,
    /// The element beside one of a name that says nothing as long as that one is there, and goes with it.
    pub(super) hidden_by: fn(&str) -> Option<&'static str>,
    /// Whether an element of a name that is to go stays for what is not understood in it.
    pub(super) holds_more: fn(&str) -> bool,
}

/// The text of `actual` changed such that it says what is wanted, where that is not what base says.
pub(super) fn revise(
    grammar: &Grammar,
    actual: Element<'_, '_>,
    base: Element<'_, '_>,
    wanted: Element<'_, '_>,
) -> String {
    let mut revision = Revision { grammar, layout: Layout::of(actual.source()), edits: Vec::new() };
    revision.merge(Pair { actual, base: Some(base) }, wanted);
    splice(actual.source(), 0..actual.source().len(), revision.edits)
}

type Node<'a> = Element<'a, 'a>;

/// An element as it is, and what was understood of it.
#[derive(Clone, Copy)]
struct Pair<'a> {
    actual: Node<'a>,
    base: Option<Node<'a>>,
}

struct Revision<'g> {
    grammar: &'g Grammar,
    layout: Layout,
    edits: Vec<(Range<usize>, String)>,
}

impl Revision<'_> {
    fn merge(&mut self, pair: Pair<'_>, wanted: Node<'_>) {
        if pair.base.is_some_and(|base| canonical(base) == canonical(wanted)) {
            return;
        }
        let parents =
            [Some(wanted), pair.base].into_iter().flatten().any(|node| node.children().next().is_some());
        let says = |node: Node<'_>| node.content().into_owned();
        let resaid = !parents && pair.base.map(says) != Some(says(wanted));
        self.attributes(pair, wanted, resaid);
        if parents {
            self.children(pair, wanted);
        } else if resaid {
            self.content(pair.actual, &wanted.source()[wanted.inner()]);
        }
    }

    /// Sets and takes out attributes. A unit is one with the amount: it is set where that is said anew.
    fn attributes(&mut self, pair: Pair<'_>, wanted: Node<'_>, resaid: bool) {
        let said = |name: &str| pair.base.and_then(|base| base.attribute(name)).map(Attribute::value);
        for attribute in wanted.attributes() {
            let actual = pair.actual.attribute(attribute.name);
            let bound = resaid && attribute.name == "unit" && actual.is_some();
            if bound || said(attribute.name) != Some(attribute.value()) {
                self.set(pair.actual, attribute);
            }
        }
        for attribute in pair.base.map_or(&[][..], Element::attributes) {
            let gone = wanted.attribute(attribute.name).is_none();
            if let Some(actual) = pair.actual.attribute(attribute.name).filter(|_| gone) {
                self.edits
                    .push((layout::with_blanks_before(pair.actual.source(), actual.whole()), String::new()));
            }
        }
    }

    fn set(&mut self, of: Node<'_>, wanted: &Attribute<'_>) {
        let mut value = String::new();
        escape(&wanted.value(), Stands::Value, &mut value);
        match of.attribute(wanted.name) {
            Some(actual) if actual.value() == wanted.value() => {}
            Some(actual) => self.edits.push((actual.inner(), value)),
            None => {
                let named = of.open().start + 1 + of.name().len();
                let end = of.attributes().last().map_or(named, |last| last.whole().end);
                self.edits.push((end..end, format!(" {}='{value}'", wanted.name)));
            }
        }
    }

    /// Puts another text between the beginning and the end of an element.
    fn content(&mut self, of: Node<'_>, content: &str) {
        if of.is_closed_at_once() {
            let end = of.open().end;
            self.edits.push((end - 2..end, format!(">{content}</{}>", of.name())));
        } else {
            self.edits.push((of.inner(), content.into()));
        }
    }
}

/// An element of a canonical text as it stands there; two that say the same are the same.
fn canonical(node: Node<'_>) -> &str {
    &node.source()[node.whole()]
}

/// A part of a text with its edits made. No two of them overlap; those at one place are made in their order.
fn splice(text: &str, part: Range<usize>, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut at) = (String::with_capacity(part.len() + 64), part.start);
    for (range, put) in edits {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&put);
        at = at.max(range.end);
    }
    out.push_str(&text[at..part.end]);
    out
}
