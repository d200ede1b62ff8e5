//! XML as a tree of elements that know their lines: no text, no DTD, no entities but the five.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use crate::model::{markup::Problem, nearest::suggestion};

/// The deepest nesting taken: the format needs three.
const DEEPEST: usize = 16;
/// The most elements taken.
const MOST: usize = 200_000;

/// What is wrong, and on which line.
#[derive(Debug, PartialEq)]
pub(super) struct Bad {
    pub(super) line: usize,
    pub(super) problem: String,
}

impl From<Problem> for Bad {
    /// With its column and path, as who reads domain XML tells them.
    fn from(Problem { line, column, path, message, .. }: Problem) -> Self {
        let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
        Self { line, problem: format!("column {column}: {at}{message}") }
    }
}

/// An element with what is in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// An error on its line.
    pub(super) fn bad(&self, problem: impl Into<String>) -> Bad {
        Bad { line: self.line, problem: problem.into() }
    }

    /// Refuses attributes and children that are not among these.
    pub(super) fn expect(&self, attributes: &[&str], children: &[&str]) -> Result<(), Bad> {
        if let Some((name, _)) = self.attributes.iter().find(|(name, _)| !attributes.contains(&name.as_str()))
        {
            let near = suggestion(name, attributes.iter().copied());
            return Err(self.bad(format!("<{}> has no attribute {name:?}{near}", self.name)));
        }
        let stray = self.children.iter().find(|child| !children.contains(&child.name.as_str()));
        stray.map_or(Ok(()), |child| {
            let near = suggestion(&child.name, children.iter().copied());
            Err(child.bad(format!(
                "<{}> stands in <{}>, where there is no such element{near}",
                child.name, self.name
            )))
        })
    }
}

/// Where in the text the reader is: lines are counted as it goes.
struct Place<'a> {
    text: &'a str,
    counted: usize,
    line: usize,
}

impl Place<'_> {
    /// The line of this byte, which does not lie before the last one asked for.
    fn line(&mut self, byte: u64) -> usize {
        let to = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        if to > self.counted {
            self.line += lines(&self.text.as_bytes()[self.counted..to]);
            self.counted = to;
        }
        self.line
    }
}

/// How many lines end in these bytes.
pub(super) fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

/// Reads the one element a text holds.
pub(super) fn parse(text: &str) -> Result<Element, Bad> {
    let mut reader = Reader::from_str(text);
    let mut place = Place { text, counted: 0, line: 1 };
    let (mut open, mut root, mut count) = (Vec::<Element>::new(), None, 0);
    loop {
        let line = place.line(reader.buffer_position());
        let event = reader.read_event().map_err(|error| Bad {
            line: place.line(reader.error_position()),
            problem: format!("it is no XML: {error}"),
        })?;
        let bad = |problem: &str| Err(Bad { line, problem: problem.into() });
        match event {
            Event::Start(_) | Event::Empty(_) if root.is_some() => {
                return bad("a second element follows the first");
            }
            Event::Start(_) if open.len() >= DEEPEST => return bad("elements are nested too deeply"),
            Event::Start(_) | Event::Empty(_) if count >= MOST => return bad("there are too many elements"),
            Event::Start(tag) => {
                count += 1;
                open.push(element(&tag, line)?);
            }
            Event::Empty(tag) => {
                count += 1;
                close(element(&tag, line)?, &mut open, &mut root);
            }
            Event::End(_) => open.pop().into_iter().for_each(|last| close(last, &mut open, &mut root)),
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return bad("there is text between elements");
            }
            Event::DocType(_) => return bad("a DOCTYPE is not taken"),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return finish(&open, root, line),
        }
    }
}

fn finish(open: &[Element], root: Option<Element>, line: usize) -> Result<Element, Bad> {
    match (open.last(), root) {
        (Some(last), _) => {
            Err(Bad { line, problem: format!("<{}> of line {} is not closed", last.name, last.line) })
        }
        (None, Some(root)) => Ok(root),
        (None, None) => Err(Bad { line, problem: "there is no element in it".into() }),
    }
}

/// Puts a finished element where it belongs.
fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn element(tag: &BytesStart<'_>, line: usize) -> Result<Element, Bad> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let bad =
            |error: &dyn std::fmt::Display| Bad { line, problem: format!("an attribute is wrong: {error}") };
        let attribute = attribute.map_err(|error| bad(&error))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| bad(&error))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: tag.name().as_ref().to_owned(), line, attributes, children: Vec::new() })
}
