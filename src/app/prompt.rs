//! Help while a command is typed: lines run before, and candidates for the word at the cursor.
//!
//! ```text
//!  Tab ──► the word at the cursor ──► which argument ──► candidates ──┬─ one: it is put in
//!                                        │                            └─ many: what they begin with; a list to pick from
//!                                        └─ a file ──► Effect::Complete ──► Msg::Completed
//! ```

pub mod candidates;
mod complete;
mod past;

pub use candidates::{Around, Candidate};
pub use past::{MOST, Past};

/// What helps while a line is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Lines run before.
    pub past: Past,
    /// What can stand in the place of the word at the cursor, where it was asked.
    pub menu: Option<Menu>,
    /// The beginning of a file's path whose like the runtime is looking for.
    asked: Option<String>,
}

/// Candidates, and the line around the word they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// The candidates, best first.
    pub candidates: Vec<Candidate>,
    /// The one that stands in the line; none while the word is as it was typed.
    pub picked: Option<usize>,
    /// The line before the word.
    before: String,
    /// The word as it was typed.
    typed: String,
    /// The line after the cursor.
    after: String,
}

impl Prompt {
    /// The line was changed by hand or has ended: what was offered for it is old.
    pub(super) fn settle(&mut self) {
        (self.menu, self.asked) = (None, None);
        self.past.stand();
    }
}
