//! Canonical XML: an element a line, two blanks a level, values in single quotes, as libvirt prints it.

use std::fmt::{self, Write as _};

use super::document::{Stands, escape};

/// Writes elements one after the other.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// The names of the elements that are open.
    open: Vec<&'static str>,
    /// Whether the beginning of the last one still lacks its `>`.
    begun: bool,
}

impl Writer {
    /// What was written.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Begins an element; its attributes follow, then what is in it, then [`Writer::end`].
    pub(super) fn begin(&mut self, name: &'static str) -> &mut Self {
        self.complete("\n");
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        self.open.push(name);
        self.begun = true;
        self
    }

    /// An attribute of the element begun last.
    pub(super) fn attribute(&mut self, name: &str, value: impl Value) -> &mut Self {
        for piece in [" ", name, "='"] {
            self.out.push_str(piece);
        }
        value.put(Stands::Value, &mut self.out);
        self.out.push('\'');
        self
    }

    /// The same, where there is a value.
    pub(super) fn maybe(&mut self, name: &str, value: Option<impl Value>) -> &mut Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Ends the element begun last.
    pub(super) fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        if self.begun {
            self.begun = false;
            self.out.push_str("/>\n");
            return;
        }
        self.indent();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    /// Ends the element begun last with a text in it.
    pub(super) fn end_with(&mut self, text: impl Value) {
        let Some(name) = self.open.pop() else { return };
        self.complete("");
        text.put(Stands::Content, &mut self.out);
        for piece in ["</", name, ">\n"] {
            self.out.push_str(piece);
        }
    }

    /// An element that holds a text.
    pub(super) fn text(&mut self, name: &'static str, text: impl Value) {
        self.begin(name).end_with(text);
    }

    /// The same, where there is one; an empty one is none.
    pub(super) fn maybe_text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.text(name, text);
        }
    }

    fn complete(&mut self, then: &str) {
        if std::mem::take(&mut self.begun) {
            self.out.push('>');
            self.out.push_str(then);
        }
    }

    fn indent(&mut self) {
        (0..self.open.len()).for_each(|_| self.out.push_str("  "));
    }
}

/// What can be written as a value.
pub(super) trait Value {
    /// Adds it.
    fn put(self, stands: Stands, out: &mut String);
}

impl Value for &str {
    fn put(self, stands: Stands, out: &mut String) {
        escape(self, stands, out);
    }
}

impl Value for &String {
    fn put(self, stands: Stands, out: &mut String) {
        escape(self, stands, out);
    }
}

/// What writes nothing that would have to be escaped: numbers, sets, uuids.
pub(super) struct Plain<T>(pub(super) T);

impl<T: fmt::Display> Value for Plain<T> {
    fn put(self, _: Stands, out: &mut String) {
        // Writing to a string does not fail.
        let _ = write!(out, "{}", self.0);
    }
}
