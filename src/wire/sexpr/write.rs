//! Lists written as xend reads them.

use std::fmt::{self, Write as _};

use super::{Cell, Node};

/// Writes lists: texts in quotes, numbers bare, one item against the next.
///
/// ```
/// # use domtop::wire::sexpr::Writer;
/// let mut writer = Writer::default();
/// writer.list("vm", |vm| {
///     vm.text("name", "it's").number("memory", 128);
///     vm.list("device", |device| {
///         device.list("vkbd", |_| {});
///     });
/// });
/// assert_eq!(writer.finish(), r"(vm (name 'it\'s')(memory 128)(device (vkbd)))");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// A list with this head and whatever is written in it.
    pub fn list(&mut self, head: &str, inside: impl FnOnce(&mut Self)) -> &mut Self {
        self.separate();
        self.0.push('(');
        self.0.push_str(head);
        inside(self);
        self.0.push(')');
        self
    }

    /// `(key 'text')`.
    pub fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.list(key, |list| {
            list.item(text);
        })
    }

    /// `(key number)`.
    pub fn number(&mut self, key: &str, number: impl Into<i128>) -> &mut Self {
        let number = number.into();
        self.list(key, |list| {
            let _ = write!(list.0, " {number}");
        })
    }

    /// `(key word)`, of a word that needs no quotes: letters, digits, `.-_:/~`.
    pub fn word(&mut self, key: &str, word: &str) -> &mut Self {
        debug_assert!(is_plain(word), "{word} needs quotes");
        self.list(key, |list| {
            list.0.push(' ');
            list.0.push_str(word);
        })
    }

    /// `(key 'text')`, where there is a text.
    pub fn optional(&mut self, key: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(key, text),
            None => self,
        }
    }

    /// A list without a head.
    pub fn group(&mut self, inside: impl FnOnce(&mut Self)) -> &mut Self {
        self.list("", inside)
    }

    /// A number, an item by itself.
    pub fn item_number(&mut self, number: u32) -> &mut Self {
        self.separate();
        let _ = write!(self.0, "{number}");
        self
    }

    /// `'text'`, an item by itself.
    pub fn item(&mut self, text: &str) -> &mut Self {
        self.separate();
        quote(text, &mut self.0);
        self
    }

    /// What stands elsewhere, as xend prints it.
    pub fn nodes<'a>(&mut self, nodes: impl IntoIterator<Item = Node<'a>>) -> &mut Self {
        for node in nodes {
            self.separate();
            let _ = write!(self.0, "{node}");
        }
        self
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.0
    }

    /// A blank, unless a list or nothing came before.
    fn separate(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with([')', '(']) {
            self.0.push(' ');
        }
    }
}

/// Appends a text in quotes. Control characters go octal: of `\xHH` xend would read the digits a to f wrongly.
fn quote(text: &str, out: &mut String) {
    out.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if character.is_ascii_control() => {
                let _ = write!(out, "\\{:03o}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('\'');
}

/// Whether an atom is read as it is written, without quotes, by every xend.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/~".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

impl fmt::Display for Node<'_> {
    /// As xend prints it: blanks between the items, quotes where they are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut ends, mut text) = (Vec::new(), String::new());
        for at in self.at..self.end() {
            close(&mut ends, at, &mut text);
            match &self.cells[at] {
                Cell::List(end) => {
                    separate(&mut text);
                    text.push('(');
                    ends.push(*end);
                }
                Cell::Atom(atom) => {
                    separate(&mut text);
                    if is_plain(atom) { text.push_str(atom) } else { quote(atom, &mut text) }
                }
            }
        }
        close(&mut ends, self.end(), &mut text);
        f.write_str(&text)
    }
}

/// Closes the lists that end here.
fn close(ends: &mut Vec<usize>, at: usize, text: &mut String) {
    while ends.pop_if(|end| *end == at).is_some() {
        text.push(')');
    }
}

fn separate(text: &mut String) {
    if !text.is_empty() && !text.ends_with('(') {
        text.push(' ');
    }
}
