//! What is found wrong while a document is read: kept by place, told with line, column and path at the end.

use super::{
    Problem,
    document::{Document, Element},
    place::Places,
    values::none_of,
};
use crate::model::nearest::nearest;

/// The most problems told of one text; who has mended so many may ask again.
const MOST: usize = 500;

/// The most that are kept of what only hostile texts have.
const MOST_KEPT: usize = 4 * MOST;

/// All that was found wrong.
#[derive(Default)]
pub(super) struct Faults {
    kept: Vec<Fault>,
    fatal: bool,
}

/// The words an attribute may be.
pub(super) struct Words<T> {
    /// Those that are understood, as what they mean.
    pub(super) of: fn(&str) -> Option<T>,
    /// The same, for messages.
    pub(super) ours: &'static [&'static str],
    /// Those that libvirt knows besides.
    pub(super) also: &'static [&'static str],
}

struct Fault {
    at: usize,
    /// The element it is in, by its place in the document.
    within: u32,
    message: String,
    fatal: bool,
}

impl Fault {
    /// At an attribute, or at its element where that has none of the name.
    fn of((of, attribute): (Element<'_, '_>, &str), message: String, fatal: bool) -> Self {
        let at = of.attribute(attribute).map_or(of.open().start, |attribute| attribute.whole().start);
        Self { at, within: of.place(), message, fatal }
    }
}

impl Faults {
    /// Whether one of them is such that nothing can be made of the document.
    pub(super) const fn are_fatal(&self) -> bool {
        self.fatal
    }

    /// The first that is fatal is kept whatever came before: without it nobody is told why there is no document.
    fn keep(&mut self, fault: Fault) {
        if self.kept.len() < MOST_KEPT || (fault.fatal && !self.fatal) {
            self.fatal |= fault.fatal;
            self.kept.push(fault);
        }
    }

    /// Adds what makes the document of no use, at the beginning of an element.
    pub(super) fn fatal(&mut self, of: Element<'_, '_>, message: impl Into<String>) {
        self.keep(Fault { at: of.open().start, within: of.place(), message: message.into(), fatal: true });
    }

    /// Adds what is only told, at the beginning of an element.
    pub(super) fn note(&mut self, of: Element<'_, '_>, message: impl Into<String>) {
        self.keep(Fault { at: of.open().start, within: of.place(), message: message.into(), fatal: false });
    }

    /// Adds what is only told of an attribute.
    pub(super) fn note_of(&mut self, of: Element<'_, '_>, attribute: &str, message: impl Into<String>) {
        self.keep(Fault::of((of, attribute), message.into(), false));
    }

    /// Adds what makes the document of no use, of an attribute.
    pub(super) fn fatal_of(&mut self, of: Element<'_, '_>, attribute: &str, message: impl Into<String>) {
        self.keep(Fault::of((of, attribute), message.into(), true));
    }

    /// The text of an element as a value.
    pub(super) fn content<T>(
        &mut self,
        of: Element<'_, '_>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let outcome = read(of.content().trim());
        self.taken(of, of.inner().start, outcome)
    }

    /// The text of the first child of a name as a value; none where there is no such child.
    pub(super) fn child<T>(
        &mut self,
        of: Element<'_, '_>,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        of.child(name).and_then(|child| self.content(child, read))
    }

    /// An attribute as a value; none where it is not there.
    pub(super) fn value<T>(
        &mut self,
        of: Element<'_, '_>,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let attribute = of.attribute(name)?;
        let outcome = read(attribute.value().trim());
        self.taken(of, attribute.inner().start, outcome.map_err(|message| format!("`{name}`: {message}")))
    }

    /// What an attribute says an element is, or what it is without it; none where it is of a kind that is left alone.
    ///
    /// A word that nobody knows is fatal where it is likely a typing error, and else only told: libvirt learns kinds.
    pub(super) fn kind<T>(
        &mut self,
        of: Element<'_, '_>,
        (name, usual): (&str, &str),
        words: &Words<T>,
    ) -> Option<T> {
        let value = of.value(name).unwrap_or(usual.into());
        if let Some(kind) = (words.of)(&value) {
            return Some(kind);
        }
        if !words.also.contains(&&*value) && self.kept.len() < MOST_KEPT {
            let all = words.ours.iter().chain(words.also).copied();
            let fatal = nearest(&value, all.clone()).is_some();
            let at = of.attribute(name).map_or(of.open().start, |attribute| attribute.inner().start);
            let message = format!("`{name}`: {}", none_of(&value, all));
            self.keep(Fault { at, within: of.place(), message, fatal });
        }
        None
    }

    fn taken<T>(&mut self, of: Element<'_, '_>, at: usize, outcome: Result<T, String>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(message) => {
                self.keep(Fault { at, within: of.place(), message, fatal: true });
                None
            }
        }
    }

    /// All of them as they are told, by place. Of too many those that are fatal come first.
    pub(super) fn told(mut self, of: &Document<'_>) -> Vec<Problem> {
        self.kept.sort_by_key(|fault| (!fault.fatal, fault.at));
        self.kept.truncate(MOST);
        self.kept.sort_by_key(|fault| fault.at);
        let mut places = Places::of(of.text());
        let told = self.kept.into_iter().map(|fault| {
            let (line, column) = places.at(fault.at);
            let path = of.element(fault.within).path();
            Problem { line, column, path, message: fault.message, fatal: fault.fatal }
        });
        told.collect()
    }
}
