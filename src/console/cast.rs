//! Recordings: asciinema's file format, version 2 (<https://docs.asciinema.org/manual/asciicast/v2/>).
//!
//! A file is a line of JSON that says what was recorded, then a line for each event: `[seconds, kind, data]`. What is
//! recorded is what passed the [guard](super::guard): a recording that is shown by another program, or by `cat`, brings
//! no sequence to a terminal that the guest could not have brought to its page here.

mod encode;
mod read;
mod recording;

use std::time::Duration;

pub use self::{
    encode::Encoder,
    read::{Error, read},
    recording::Recording,
};

/// What a recording says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Columns and rows it begins with.
    pub size: (u16, u16),
    /// When it began, in seconds since 1970; none where it doesn't say.
    pub timestamp: Option<u64>,
    /// What was recorded, raw.
    pub title: Option<String>,
}

/// A recording, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// What it says of itself.
    pub head: Head,
    /// What happened; none is earlier than the one before.
    pub events: Vec<Event>,
    /// Whether its last line is cut off: its writer died, or the disk was full.
    pub cut: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, since the beginning.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The guest wrote this.
    Output(String),
    /// This was typed.
    Input(String),
    /// The terminal got so many columns and rows.
    Resize(u16, u16),
    /// A place somebody marked, with its label.
    Mark(String),
}

/// The kinds of events that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the guest wrote.
    Output,
    /// What was typed. Passwords are, too.
    Input,
    /// Columns and rows, as `80x24`.
    Resize,
    /// A marked place, with a label.
    Mark,
}

impl Kind {
    /// The letter it has in the file.
    const fn letter(self) -> char {
        match self {
            Self::Output => 'o',
            Self::Input => 'i',
            Self::Resize => 'r',
            Self::Mark => 'm',
        }
    }
}
