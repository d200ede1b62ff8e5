//! JSON of the looking commands: one object, its keys in the order they were added.

mod ordered;

use std::io;

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use crate::{
    batch::{
        Buffer,
        column::{Column, Row},
        json,
    },
    model::text::steers,
};

pub(super) use ordered::Ordered;

/// An object in the making.
pub(super) struct Object {
    buffer: Buffer,
    empty: bool,
}

impl Object {
    /// With no keys yet.
    pub(super) fn new() -> Self {
        let mut buffer = Buffer::default();
        buffer.byte(b'{');
        Self { buffer, empty: true }
    }

    /// With the keys of these columns.
    pub(super) fn of(columns: &[Column], row: &Row<'_>) -> Self {
        let mut object = Self::new();
        json::members(&mut object.buffer, columns, row, &mut object.empty);
        object
    }

    /// Adds a key with its value.
    pub(super) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        if !std::mem::replace(&mut self.empty, false) {
            self.buffer.byte(b',');
        }
        self.buffer.json(key);
        self.buffer.byte(b':');
        self.buffer.text(&text(&value));
        self
    }

    /// Closes it: a line.
    pub(super) fn line(mut self) -> Vec<u8> {
        self.buffer.text("}\n");
        self.buffer.bytes().to_vec()
    }
}

/// A value as JSON on one line, with every character escaped that a terminal could obey.
pub(super) fn text(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, Safe))
        .expect("a Vec takes all, and keys are strings");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// The compact form of `serde_json` form, with more escapes.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for part in text.split_inclusive(steers) {
            let (plain, last) =
                part.char_indices().next_back().map_or(("", None), |(at, c)| (&part[..at], Some(c)));
            match last.filter(|c| steers(*c)) {
                None => writer.write_all(part.as_bytes())?,
                Some(c) => {
                    writer.write_all(plain.as_bytes())?;
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_reads_back() {
        for foreign in ["a\u{9b}2Jb", "\u{202e}x", "\x1b[31m\x7f", "\u{e0001}", "é\"\\\n", "", "plain"] {
            let json = text(&foreign);
            assert!(!json.chars().any(steers), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), foreign);
        }
    }
}
