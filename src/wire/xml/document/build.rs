//! The events of a text, put together into a document.

use std::ops::Range;

use quick_xml::{Reader, events::Event};

use super::{
    DEEPEST, Document, Element, MOST_NODES, NONE, Node, Span,
    characters::{self, Flaw},
    tag,
};
use crate::wire::xml::{Problem, place::Places, shown};

/// Reads a text whose length is within bounds.
pub(super) fn build(text: &str) -> Result<Document<'_>, Problem> {
    let mut builder = Builder {
        document: Document { text, nodes: Vec::new(), attributes: Vec::new() },
        stack: Vec::new(),
        last: Vec::new(),
    };
    match builder.read() {
        Ok(()) => Ok(builder.document),
        Err((at, message)) => Err(builder.problem(at, message)),
    }
}

struct Builder<'t> {
    document: Document<'t>,
    /// The elements that are open, from the root.
    stack: Vec<u32>,
    /// The last child so far of each.
    last: Vec<u32>,
}

impl Builder<'_> {
    fn read(&mut self) -> Result<(), Flaw> {
        let text = self.document.text;
        if let Some((at, c)) = characters::stray(text) {
            return Err((
                at,
                format!("it holds the character U+{:04X}, which XML does not know", u32::from(c)),
            ));
        }
        // A byte order mark is no part of the document; quick-xml would take it out without counting it.
        let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let mut reader = Reader::from_str(&text[skipped..]);
        let config = reader.config_mut();
        config.check_comments = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let place =
            |at: u64| usize::try_from(at).unwrap_or(usize::MAX).saturating_add(skipped).min(text.len());
        loop {
            let from = place(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                let at = place(reader.error_position());
                (at, format!("it is not well-formed: {error}"))
            })?;
            if matches!(event, Event::Eof) {
                return self.end();
            }
            self.event(&event, from..place(reader.buffer_position()))?;
        }
    }

    fn event(&mut self, event: &Event<'_>, span: Range<usize>) -> Result<(), Flaw> {
        match event {
            Event::Start(_) => {
                let at = self.open(span.clone(), 1)?;
                self.stack.push(at);
                self.last.push(NONE);
                Ok(())
            }
            Event::Empty(_) => self.open(span, 2).map(drop),
            Event::End(_) => self.close(span),
            Event::Text(_) => self.text(span),
            Event::GeneralRef(_) => {
                self.within(span.start)?;
                at(span.start, characters::references(&self.document.text[span]))
            }
            Event::CData(_) => self.within(span.start),
            Event::DocType(_) => {
                Err((span.start, "it has a document type definition, which is not read".into()))
            }
            Event::Decl(_) if self.document.text[..span.start].trim_start_matches('\u{feff}').is_empty() => {
                Ok(())
            }
            Event::Decl(_) => {
                Err((span.start, "the declaration `<?xml …?>` stands only at the very beginning".into()))
            }
            Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    /// Adds the element whose beginning is here, closed by so many characters.
    fn open(&mut self, span: Range<usize>, closed_by: usize) -> Result<u32, Flaw> {
        let own = Span::of(0..self.document.nodes.len()).to;
        self.admit(span.start)?;
        let inner = span.start + 1..span.end - closed_by;
        let first = self.document.attributes.len();
        let name = tag::read(self.document.text, inner, &mut self.document.attributes)?;
        let attributes = Span::of(first..self.document.attributes.len());
        let parent = self.stack.last().copied().unwrap_or(NONE);
        let (open, close) = (Span::of(span.clone()), Span::of(span.end..span.end));
        self.document.nodes.push(Node { name, open, close, parent, first: NONE, next: NONE, attributes });
        self.link(own);
        Ok(own)
    }

    /// Whether there may be one more element here.
    fn admit(&self, at: usize) -> Result<(), Flaw> {
        let nodes = self.document.nodes.len();
        if self.stack.is_empty() && nodes > 0 {
            return Err((at, "there is a second root element; a document has one".into()));
        }
        if self.stack.len() >= DEEPEST {
            return Err((at, format!("elements are nested deeper than {DEEPEST}")));
        }
        if nodes >= MOST_NODES {
            return Err((at, format!("there are more than {MOST_NODES} elements")));
        }
        Ok(())
    }

    /// Makes a new element the last child of the one that is open.
    fn link(&mut self, own: u32) {
        let (Some(parent), Some(last)) = (self.stack.last(), self.last.last_mut()) else { return };
        let nodes = &mut self.document.nodes;
        match *last {
            NONE => nodes[*parent as usize].first = own,
            before => nodes[before as usize].next = own,
        }
        *last = own;
    }

    fn close(&mut self, span: Range<usize>) -> Result<(), Flaw> {
        let inner = &self.document.text[span.start + 2..span.end - 1];
        let name = inner.trim_end_matches(tag::is_blank);
        let open = self.stack.last().map(|at| &mut self.document.nodes[*at as usize]);
        match open {
            Some(node) if node.name == name => {
                node.close = Span::of(span);
                self.stack.pop();
                self.last.pop();
                Ok(())
            }
            Some(node) => Err((span.start, format!("`</{}>` ends <{}>", shown(name), shown(node.name)))),
            None => Err((span.start, format!("`</{}>` ends nothing", shown(name)))),
        }
    }

    fn text(&self, span: Range<usize>) -> Result<(), Flaw> {
        let text = &self.document.text[span.clone()];
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if let Some(found) = text.find("]]>").filter(|_| !blank) {
            return Err((span.start + found, "`]]>` stands only at the end of character data".into()));
        }
        if blank { Ok(()) } else { self.within(span.start + text.len() - text.trim_start().len()) }
    }

    /// Whether something other than markup may stand here.
    fn within(&self, at: usize) -> Result<(), Flaw> {
        if self.stack.is_empty() {
            Err((at, "there is text outside the root element".into()))
        } else {
            Ok(())
        }
    }

    fn end(&self) -> Result<(), Flaw> {
        let end = self.document.text.len();
        if let Some(at) = self.stack.last() {
            let name = shown(self.document.nodes[*at as usize].name);
            return Err((end, format!("the text ends within <{name}>: `</{name}>` is missing")));
        }
        if self.document.nodes.is_empty() { Err((end, "there is no element in it".into())) } else { Ok(()) }
    }

    fn problem(&self, at: usize, message: String) -> Problem {
        let (line, column) = Places::of(self.document.text).at(at);
        let within = self.stack.last().map(|at| Element { document: &self.document, at: *at }.path());
        Problem { line, column, path: within.unwrap_or_default(), message, fatal: true }
    }
}

/// The flaw of a piece of text, at its place in the whole.
fn at(from: usize, outcome: Result<(), Flaw>) -> Result<(), Flaw> {
    outcome.map_err(|(at, message)| (from + at, message))
}
