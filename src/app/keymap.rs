//! Keys to commands: the table's defaults with the user's changes over them.

use std::collections::BTreeMap;

/// The keys as the user has them.
#[derive(Clone, Debug, Default)]
pub struct Keymap;

impl Keymap {
    /// The defaults with these changes (command name to keys; no keys: unbound).
    ///
    /// # Errors
    /// A sentence: an unknown command with the nearest name, a key that cannot be read, two commands on one key.
    pub fn new(_changes: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        Ok(Self)
    }
}
