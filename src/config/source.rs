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

/// A file, and the line of each of its keys; those in a table go by their own name, as errors name them.
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
                inner(text, value, &mut lines);
                let name: &str = key.get_ref();
                lines.insert(name.to_owned(), line_of(text, key.span().start));
            }
        }
        Self { path: path.to_path_buf(), lines }
    }

    /// The sentence with the file before it, and the line where it names a key of the file in backticks.
    pub fn blame(&self, sentence: &str) -> String {
        let line = sentence.split('`').skip(1).step_by(2).find_map(|word| self.lines.get(word));
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{line}: {sentence}", self.path.display())
    }
}

/// Keys of a table within the file.
fn inner(text: &str, value: &Spanned<DeValue<'_>>, lines: &mut BTreeMap<String, usize>) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for key in table.keys() {
        let name: &str = key.get_ref();
        lines.insert(name.to_owned(), line_of(text, key.span().start));
    }
}
