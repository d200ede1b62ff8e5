//! Taking the text elsewhere: the clipboard, a file. And the lines that are typed for it.

use std::path::PathBuf;

use tui_input::Input;

use super::{Row, Sight};
use crate::app::{App, Effect, Overlay};

/// What is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A text to look for.
    Find,
    /// A file to write the text into.
    Save,
}

impl Purpose {
    /// What stands before the line.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Save => "save into the file",
        }
    }
}

impl App {
    /// Asks for a line, or takes what was typed already.
    pub(in crate::app) fn prompt_xml(&mut self, purpose: Purpose, typed: &str) -> Vec<Effect> {
        let at = (self.xml.cursor, self.xml.first);
        match purpose {
            Purpose::Find if !typed.is_empty() => self.seek_xml(typed, at),
            Purpose::Save if !typed.is_empty() => {
                return self.accept_xml((purpose, self.text_of_xml()), typed.into());
            }
            Purpose::Find => {
                let before = (self.xml.search.clone(), at);
                let (input, text) = (Input::default(), None);
                self.overlay = Some(Overlay::Xml { purpose, input, before, text, error: None });
            }
            Purpose::Save => {
                // The panel may show another domain by the time the file has its name.
                let Some(text) = self.text_of_xml() else {
                    self.complain("there is no text to save".into());
                    return Vec::new();
                };
                let name: String = self.xml.label.chars().map(plain).take(64).collect();
                let input = format!("{}.xml", name.trim_start_matches('.')).into();
                let (before, text) = ((self.xml.search.clone(), at), Some(text));
                self.overlay = Some(Overlay::Xml { purpose, input, before, text, error: None });
            }
        }
        Vec::new()
    }

    /// The line was typed: what to look for, or where to save this text.
    pub(in crate::app) fn accept_xml(
        &mut self,
        (purpose, xml): (Purpose, Option<String>),
        input: Input,
    ) -> Vec<Effect> {
        let (text, at) = (input.value().to_owned(), (self.xml.cursor, self.xml.first));
        match (purpose, xml) {
            (Purpose::Find, _) => {
                if self.xml.search != text {
                    self.seek_xml(&text, at);
                }
                if self.xml.hits.is_empty() && !text.is_empty() {
                    let text = crate::model::text::visible(&text).into_owned();
                    self.complain(format!("`{text}` does not stand there"));
                }
            }
            (Purpose::Save, Some(xml)) if text.trim().is_empty() => {
                let before = (self.xml.search.clone(), at);
                let error = Some("a file's name is missing".into());
                self.overlay = Some(Overlay::Xml { purpose, input, before, text: Some(xml), error });
            }
            (Purpose::Save, Some(xml)) => {
                let path: PathBuf = crate::app::words::split(&text).join(" ").into();
                return vec![Effect::Save(path, xml)];
            }
            (Purpose::Save, None) => self.complain("there is no text to save".into()),
        }
        Vec::new()
    }

    /// What is typed to look for is not: the search and the cursor as they were.
    pub(in crate::app) fn cancel_find(&mut self, (search, at): (String, (usize, usize))) {
        self.xml.search = search;
        self.xml.gone_to = None;
        self.xml.look_again();
        self.xml.stand_at(at);
    }

    /// Copies the whole text into the terminal's clipboard.
    pub(in crate::app) fn copy_xml(&mut self) -> Vec<Effect> {
        let text = self.text_of_xml();
        self.put_by("the text", text)
    }

    /// Copies the element at the cursor.
    pub(in crate::app) fn copy_element(&mut self) -> Vec<Effect> {
        let Some(Row::Line(line)) = self.xml.at() else { return self.put_by("the element", None) };
        let extent = self.xml.extent(line);
        let text = self.xml.shown().zip(extent).map(|(shown, lines)| {
            let lines = shown.markup.text.lines().skip(*lines.start()).take(lines.count());
            lines.flat_map(|line| [line, "\n"]).collect()
        });
        self.put_by("the element", text)
    }

    fn put_by(&mut self, what: &str, text: Option<String>) -> Vec<Effect> {
        let Some(text) = text else {
            self.complain("there is nothing to copy here".into());
            return Vec::new();
        };
        let lines = text.lines().count();
        let unit = if lines == 1 { "line" } else { "lines" };
        self.say(format!("{what} is in the terminal's clipboard: {lines} {unit}"));
        vec![Effect::Clipboard(text)]
    }

    /// The text that is shown, raw; while two are compared, what differs, as `diff -u` writes it.
    fn text_of_xml(&self) -> Option<String> {
        if self.xml.sight != Sight::Diff {
            return self.xml.shown().map(|shown| shown.markup.text.clone());
        }
        let rows = self.xml.changes.iter().map(super::Change::plain);
        (!self.xml.changes.is_empty()).then(|| rows.collect())
    }
}

/// A character that needs no care in a file's name.
const fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }
}
