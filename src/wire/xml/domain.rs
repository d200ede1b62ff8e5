//! Domain XML ↔ [`Definition`].

mod check;
mod read;
mod revise;
mod schema;
mod strangers;
mod unread;
mod write;

use super::{Problem, document::Document, fault::Faults};
use crate::model::Definition;

/// Reads a domain.
///
/// # Errors
/// All that is wrong with it, by place; at least one of the problems is fatal.
pub fn read(text: &str) -> Result<Definition, Vec<Problem>> {
    let document = Document::parse(text).map_err(|problem| vec![problem])?;
    defined(&document)
}

fn defined(document: &Document<'_>) -> Result<Definition, Vec<Problem>> {
    let mut faults = Faults::default();
    let definition = read::domain(document.root(), &mut faults);
    check::contradictions(document.root(), &definition, &mut faults);
    if !faults.are_fatal() {
        return Ok(definition);
    }
    check::look(document.root(), &definition, &mut faults);
    Err(faults.told(document))
}

/// Writes a domain as libvirt would: an element a line, two blanks a level.
pub fn write(definition: &Definition) -> String {
    write::domain(definition, write::Spelled::ALL)
}

/// The text with what differs from the definition changed in place: all else, also what is not understood, stays byte
/// for byte.
///
/// # Errors
/// As [`read`], of the text.
pub fn revise(text: &str, definition: &Definition) -> Result<String, Vec<Problem>> {
    let document = Document::parse(text).map_err(|problem| vec![problem])?;
    let current = defined(&document)?;
    if current == definition.normal() {
        return Ok(text.into());
    }
    Ok(revise::revise(&document, &current, definition))
}

/// All that is wrong with a text as the XML of a domain, by place; empty where it is well.
pub fn check(text: &str) -> Vec<Problem> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(problem) => return vec![problem],
    };
    let mut faults = Faults::default();
    let definition = read::domain(document.root(), &mut faults);
    check::contradictions(document.root(), &definition, &mut faults);
    check::look(document.root(), &definition, &mut faults);
    faults.told(&document)
}

/// What of a domain a [`Definition`] has no place for and must not be left out of it, a phrase each: devices, and what
/// keeps its data, its network and its clock what they are. What starts a domain by the definition alone starts it
/// without them. None of a text that is no XML.
pub fn strangers(text: &str) -> Vec<String> {
    Document::parse(text).map(|document| strangers::of(document.root())).unwrap_or_default()
}

/// The same of the description of one device.
pub fn strangers_of_device(text: &str) -> Vec<String> {
    Document::parse(text).map(|document| strangers::of_device(document.root())).unwrap_or_default()
}

/// What else of a domain a [`Definition`] has no place for, a phrase each, to be told where it is lost. None of a text
/// that is no XML.
pub fn unread(text: &str) -> Vec<String> {
    Document::parse(text).map(|document| unread::of(document.root())).unwrap_or_default()
}

/// The same of the description of one device.
pub fn unread_of_device(text: &str) -> Vec<String> {
    Document::parse(text).map(|document| unread::of_device(document.root())).unwrap_or_default()
}
