//! Foreign text: what came from a guest, a peer or a file and may hold anything.

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthChar;

/// A name from outside, kept as it came beside a form that is safe to show.
///
/// Cloning shares both; nothing is allocated.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Name {
    raw: Arc<str>,
    shown: Arc<str>,
}

impl Name {
    /// Takes a name as a peer gave it.
    pub fn new(raw: &str) -> Self {
        let raw: Arc<str> = raw.into();
        let shown = match visible(&raw) {
            Cow::Borrowed(_) => raw.clone(),
            Cow::Owned(text) => text.into(),
        };
        Self { raw, shown }
    }

    /// The bytes as the peer gave them: for comparing, for JSON, for asking a peer; never for a terminal.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The name with every control, format and bidirectional character made a visible sign: safe for a terminal.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// `text` with everything that could move a cursor, change a colour, hide or reorder made a visible sign.
///
/// C0 controls become their pictures (U+2400…), DEL `␡`, and C1 controls, line separators and format characters
/// of no width (bidirectional overrides, zero-width space, byte order marks, tags) become `�`.
/// Combining marks stay, but no more than two in a row.
pub fn visible(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|b| (0x20..0x7f).contains(&b));
    if plain {
        return Cow::Borrowed(text);
    }
    let mut marks = 0;
    Cow::Owned(
        text.chars()
            .filter_map(|c| {
                marks = if c.width() == Some(0) && !is_format(c) { marks + 1 } else { 0 };
                (marks <= 2).then(|| sign(c))
            })
            .collect(),
    )
}

/// Whether a terminal could obey, hide or reorder by this character instead of showing it.
pub fn steers(c: char) -> bool {
    c.is_control() || is_format(c)
}

/// What stands on the screen for one foreign character.
fn sign(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        _ if is_format(c) => '\u{fffd}',
        _ => c,
    }
}

/// Whether a character only steers how others are shown (Unicode category Cf, and the two separators).
const fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl From<String> for Name {
    fn from(raw: String) -> Self {
        Self::new(&raw)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.raw.as_ref().into()
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.raw)
    }
}

impl fmt::Display for Name {
    /// The safe form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_not_obeyed() {
        assert_eq!(Name::new("a\x1b[31mb\u{9b}2J\u{202e}c\x7f").shown(), "a␛[31mb\u{fffd}2J\u{fffd}c␡");
    }

    #[test]
    fn combining_marks_do_not_pile_up() {
        let shown = visible(&format!("e{}", "\u{301}".repeat(4000))).into_owned();
        assert_eq!(shown.chars().count(), 3);
    }

    #[test]
    fn plain_names_are_not_copied() {
        let name = Name::new("db-primary");
        assert!(Arc::ptr_eq(&name.raw, &name.shown));
    }
}
