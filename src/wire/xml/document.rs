//! A text of XML as a tree of spans over it: nothing is copied, and what is changed later is spliced into the text.
//!
//! ```text
//!   <disk type='file'>  …  </disk>
//!   └─────open──────┘      └close┘   a node: two spans, its name, its attributes, its first child, its next sibling
//! ```
//!
//! What could be used against its reader is refused: a text of more than [`LARGEST`] bytes, elements deeper than
//! [`DEEPEST`] or more than [`MOST_NODES`], a DTD (so no entity can be defined and none is but the five of XML).
//! Beyond what quick-xml looks at, names, attributes, references and characters are held to XML 1.0, fifth edition.

mod build;
mod characters;
mod tag;

use std::{borrow::Cow, ops::Range};

pub(super) use self::characters::{Stands, escape, plain};
use super::{LARGEST, Problem};

/// The deepest an element may be.
pub(super) const DEEPEST: usize = 64;
/// The most elements a text may have.
pub(super) const MOST_NODES: usize = 100_000;

/// A text that is well-formed, and its elements.
#[derive(Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
    /// In the order they begin in; the first is the root.
    nodes: Vec<Node<'t>>,
    attributes: Vec<Attribute<'t>>,
}

/// No node: what stands for the parent of the root, and for a child or sibling that is not there.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Node<'t> {
    name: &'t str,
    /// From `<` to behind `>`.
    open: Span,
    /// The same of its end; empty where the element has none of its own.
    close: Span,
    parent: u32,
    first: u32,
    next: u32,
    /// Of the document's attributes.
    attributes: Span,
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'t> {
    /// Its name.
    pub(super) name: &'t str,
    /// From its name to behind its value's quote.
    whole: Span,
    /// What stands between the quotes.
    raw: &'t str,
}

/// A part of a text; its length is bounded, so that half the bytes of a range do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    fn of(range: Range<usize>) -> Self {
        // The text is shorter than LARGEST: nothing is cut off.
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { from: short(range.start), to: short(range.end) }
    }

    const fn range(self) -> Range<usize> {
        self.from as usize..self.to as usize
    }
}

impl<'t> Document<'t> {
    /// Reads a text.
    ///
    /// # Errors
    /// The first place where it is not well-formed, or beyond a bound.
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        if text.len() > LARGEST {
            let message = format!("it has {} bytes; at most {LARGEST} are read", text.len());
            return Err(Problem { line: 1, column: 1, path: String::new(), message, fatal: true });
        }
        build::build(text)
    }

    /// The text it was read from.
    pub(super) const fn text(&self) -> &'t str {
        self.text
    }

    /// The element all others are in.
    pub(super) const fn root(&self) -> Element<'_, 't> {
        Element { document: self, at: 0 }
    }

    /// The element at a place.
    pub(super) const fn element(&self, at: u32) -> Element<'_, 't> {
        Element { document: self, at }
    }
}

/// An element of a document.
#[derive(Clone, Copy)]
pub(super) struct Element<'d, 't> {
    document: &'d Document<'t>,
    at: u32,
}

impl<'d, 't> Element<'d, 't> {
    fn node(self) -> &'d Node<'t> {
        &self.document.nodes[self.at as usize]
    }

    fn other(self, at: u32) -> Option<Self> {
        (at != NONE).then_some(Self { document: self.document, at })
    }

    /// Its name, with its prefix.
    pub(super) fn name(self) -> &'t str {
        self.node().name
    }

    /// Its place among the elements of its document: the same element has the same.
    pub(super) const fn place(self) -> u32 {
        self.at
    }

    /// The text of its document.
    pub(super) const fn source(self) -> &'t str {
        self.document.text
    }

    /// The element it is in.
    pub(super) fn parent(self) -> Option<Self> {
        self.other(self.node().parent)
    }

    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.other(self.node().first), |child| child.other(child.node().next))
    }

    /// The first element in it of a name.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The elements in it of a name.
    pub(super) fn named(self, name: &str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.name() == name)
    }

    /// Its attributes.
    pub(super) fn attributes(self) -> &'d [Attribute<'t>] {
        &self.document.attributes[self.node().attributes.range()]
    }

    /// One of its attributes.
    pub(super) fn attribute(self, name: &str) -> Option<&'d Attribute<'t>> {
        self.attributes().iter().find(|attribute| attribute.name == name)
    }

    /// The value of one of its attributes.
    pub(super) fn value(self, name: &str) -> Option<Cow<'t, str>> {
        self.attribute(name).map(Attribute::value)
    }

    /// What stands before, between and behind the elements in it.
    pub(super) fn gaps(self) -> impl Iterator<Item = &'t str> {
        let mut from = self.open().end;
        self.children().map(Self::whole).chain([self.close()]).map(move |taken| {
            let gap = from..taken.start.max(from);
            from = taken.end;
            &self.source()[gap]
        })
    }

    /// The text in it, without that of the elements in it.
    pub(super) fn content(self) -> Cow<'t, str> {
        let mut gaps = self.gaps().map(plain);
        let first = gaps.next().unwrap_or_default();
        gaps.fold(first, |all, gap| if gap.is_empty() { all } else { all + gap })
    }

    /// From its `<` to behind the `>` of its beginning.
    pub(super) fn open(self) -> Range<usize> {
        self.node().open.range()
    }

    /// The same of its end; empty where it has none of its own.
    pub(super) fn close(self) -> Range<usize> {
        self.node().close.range()
    }

    /// All of it.
    pub(super) fn whole(self) -> Range<usize> {
        self.open().start..self.close().end
    }

    /// What stands between its beginning and its end.
    pub(super) fn inner(self) -> Range<usize> {
        self.open().end..self.close().start
    }

    /// Whether its beginning is also its end: `<acpi/>`.
    pub(super) fn is_closed_at_once(self) -> bool {
        self.close().is_empty()
    }

    /// Where it is: `/domain/devices/disk[2]`, with numbers where there are several of a name.
    pub(super) fn path(self) -> String {
        let mut steps: Vec<_> =
            std::iter::successors(Some(self), |step| step.parent()).map(Self::step).collect();
        steps.reverse();
        steps.concat()
    }

    fn step(self) -> String {
        let name = super::shown(self.name());
        let Some(parent) = self.parent() else { return format!("/{name}") };
        let before = parent.named(self.name()).take_while(|sibling| sibling.at != self.at).count();
        if before == 0 && parent.named(self.name()).nth(1).is_none() {
            return format!("/{name}");
        }
        format!("/{name}[{}]", before + 1)
    }
}

impl<'t> Attribute<'t> {
    /// Its value, references replaced, line ends made blanks.
    pub(super) fn value(&self) -> Cow<'t, str> {
        if self.raw.bytes().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b'&')) {
            return characters::normal(self.raw).into();
        }
        self.raw.into()
    }

    /// From its name to behind its value's quote.
    pub(super) const fn whole(&self) -> Range<usize> {
        self.whole.range()
    }

    /// What stands between its quotes.
    pub(super) fn inner(&self) -> Range<usize> {
        let end = self.whole().end - 1;
        end - self.raw.len()..end
    }
}
