//! `xml`: a domain's definition.

use std::io::{self, IsTerminal};

use super::{
    super::{args::LookWish, json::Object, tell_line, trouble::Trouble},
    Subject, domain, visible_lines,
};
use crate::model::definition::Told;

/// Reads it and writes it: for people with every sign visible, into a file or a pipe byte for byte, as `define` takes
/// it. What the toolstack says beyond it is told on stderr.
pub(super) fn made(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    let key = subject.find_domain(domain::named(wish)?)?;
    let told = subject.reader.definition(key, wish.which).map_err(|failure| Trouble::failure(&failure))?;
    if wish.json {
        return Ok(object(subject, &told).line());
    }
    told.lost.iter().for_each(|lost| tell_line(&format!("not in the XML: {lost}")));
    let line_ended = if told.xml.ends_with('\n') { "" } else { "\n" };
    let text = format!("{}{line_ended}", told.xml);
    Ok(if io::stdout().is_terminal() { visible_lines(&text) } else { text }.into_bytes())
}

fn object(subject: &Subject, told: &Told) -> Object {
    Object::new()
        .with("host", subject.label())
        .with("xml", &told.xml)
        .with("file", told.file.as_ref().map(|file| file.display().to_string()))
        .with("lost", &told.lost)
}
