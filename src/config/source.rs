//! Where in the file each key stands: for errors found later, by who knows what the values mean.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::line_of;

/// A file, and the line of each of its keys; those in a table go by its name too: `keys.quit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    lines: BTreeMap<String, usize>,
}

impl Source {
    /// Of a file that was read without error.
    pub(super) fn of(text: &str, path: &Path) -> Self {
        let mut lines = BTreeMap::new();
        if let Ok(table) = DeTable::parse(text) {
            for (key, value) in table.get_ref() {
                let name: &str = key.get_ref();
                inner(text, (name, value), &mut lines);
                lines.insert(name.to_owned(), line_of(text, key.span().start));
            }
        }
        Self { path: path.to_path_buf(), lines }
    }

    /// The sentence with the file before it, and the line where it names a key of the file in backticks.
    pub fn blame(&self, sentence: &str) -> String {
        self.blame_at(sentence, str::to_owned)
    }

    /// As [`Self::blame`], where the sentence is about keys of a table of the file.
    pub fn blame_in(&self, table: &str, sentence: &str) -> String {
        self.blame_at(sentence, |word| format!("{table}.{word}"))
    }

    fn blame_at(&self, sentence: &str, place: impl Fn(&str) -> String) -> String {
        let mut words = sentence.split('`').skip(1).step_by(2);
        let line = words.find_map(|word| self.lines.get(&place(word)));
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{line}: {sentence}", self.path.display())
    }
}

/// Keys of a table within the file.
fn inner(text: &str, (within, value): (&str, &Spanned<DeValue<'_>>), lines: &mut BTreeMap<String, usize>) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for key in table.keys() {
        let name: &str = key.get_ref();
        lines.insert(format!("{within}.{name}"), line_of(text, key.span().start));
    }
}
