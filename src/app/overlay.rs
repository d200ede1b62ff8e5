//! What lies over the panels and takes the keys until it closes.

mod help;
mod keys;
mod palette;
mod picking;

use tui_input::Input;

pub use help::{HelpLine, help};
pub use palette::{listed, palette};

use super::{
    command::Command,
    consoles::Purpose,
    intent::{Intent, Line},
    xml,
};
use crate::model::{
    DomainKey, Name,
    console::{ConsoleId, Tty},
    text::visible,
};

/// What lies over the panels.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Every command with its keys; typing searches.
    Help {
        /// What was typed.
        search: Input,
        /// First line shown.
        offset: usize,
    },
    /// The filter line: rows follow while it is typed; Esc takes it back.
    Filter {
        /// What was typed.
        input: Input,
        /// The filter before.
        before: String,
    },
    /// Which columns, in which order.
    Columns {
        /// The picked line: a place in [`columns_in_order`](super::domains).
        selected: usize,
    },
    /// Which column to sort by.
    Sort {
        /// The picked line: a place in [`super::Column::ALL`].
        selected: usize,
    },
    /// The interval line.
    Interval {
        /// What was typed, in seconds or as `250ms`.
        input: Input,
        /// Why what was typed is none.
        error: Option<String>,
    },
    /// The `:` palette over all commands.
    Palette {
        /// What was typed.
        input: Input,
        /// The picked line.
        selected: usize,
    },
    /// The line for words a command still needs.
    Arguments {
        /// Which command.
        command: &'static Command,
        /// For which domains, chosen when it was called.
        line: Line,
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        error: Option<String>,
    },
    /// The line for a set of pCPUs, in the Pins panel.
    Cpus {
        /// The domain it is for.
        key: DomainKey,
        /// Its vCPUs it is for.
        vcpus: Vec<u32>,
        /// What was typed.
        input: Input,
        /// Why what was typed is none.
        error: Option<String>,
    },
    /// The line for something a console is asked for.
    Console {
        /// Which console.
        id: ConsoleId,
        /// What for.
        purpose: Purpose,
        /// What was typed.
        input: Input,
        /// What is wrong with it.
        error: Option<String>,
    },
    /// The line for something of the XML panel.
    Xml {
        /// What for.
        purpose: xml::Purpose,
        /// What was typed.
        input: Input,
        /// What was looked for before, the cursor and the first row.
        before: (String, (usize, usize)),
        /// What is to be saved, raw: what was shown when it was asked for.
        text: Option<String>,
        /// What is wrong with it.
        error: Option<String>,
    },
    /// A definition was edited: define it?
    Revised {
        /// What it became.
        revised: Box<xml::Revised>,
        /// First line shown.
        offset: usize,
    },
    /// Which of a domain's consoles.
    Devices {
        /// The domain.
        key: DomainKey,
        /// Its name.
        name: Name,
        /// The consoles it has, at least one.
        ttys: Vec<Tty>,
        /// The picked line: a place among them.
        selected: usize,
    },
    /// Text that holds line breaks is to be pasted into a guest: really?
    Paste {
        /// Into which console.
        id: ConsoleId,
        /// What, raw.
        text: String,
        /// First line shown.
        offset: usize,
    },
    /// Edits of the Pins panel are to be dropped: really?
    Discard,
    /// Yes or no: what it will hit stands there.
    Confirm {
        /// What is meant.
        intent: Intent,
        /// First line shown.
        offset: usize,
    },
    /// The name is to be typed of what will be hit.
    TypeTheName {
        /// What is meant.
        intent: Intent,
        /// What was typed.
        input: Input,
        /// That it is not the name.
        error: Option<String>,
        /// First line shown.
        offset: usize,
    },
    /// The program is to end while changes are not kept: keep them, or take them back?
    Leave,
    /// The hypervisor's console ring.
    HostLog {
        /// Its lines, safe to show; or why it could not be read.
        lines: Result<Vec<String>, String>,
        /// First line shown.
        offset: usize,
    },
}

/// What a key or a click does in an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Take the picked line or what was typed.
    Accept,
    /// Close, and take back what was typed.
    Cancel,
    /// Go so many lines.
    Lines(isize),
    /// Go so many pages.
    Pages(isize),
    /// Go to the first line.
    First,
    /// Go to the last line.
    Last,
    /// Show or hide the picked column.
    Toggle,
    /// Move the picked column so many places.
    Move(isize),
    /// The line of the screen's list was clicked: pick it, or take it where it is picked.
    Click(usize),
}

/// Most characters a line takes.
pub(super) const LONGEST: usize = 200;
/// Most lines kept of the hypervisor's log.
const LOG_LINES: usize = 10_000;
/// Most characters kept of one of them.
const LOG_WIDTH: usize = 1000;

/// First line of a list of which so many fit, so that the picked one is to be seen.
pub const fn first_line(selected: usize, height: usize) -> usize {
    (selected + 1).saturating_sub(height)
}

impl Overlay {
    /// The hypervisor's log, its last lines first seen; foreign text made safe.
    pub(super) fn host_log(text: Result<String, String>) -> Self {
        let lines = text.map(|text| {
            let mut last: Vec<String> = text.lines().rev().take(LOG_LINES).map(safe).collect();
            last.reverse();
            last
        });
        let offset = lines.as_ref().map_or(0, |lines| lines.len().saturating_sub(1));
        Self::HostLog { lines: lines.map_err(|why| visible(&why).into_owned()), offset }
    }

    /// The line that is typed into, where there is one.
    pub fn input(&self) -> Option<&Input> {
        match self {
            Self::Help { search: input, .. }
            | Self::Filter { input, .. }
            | Self::Interval { input, .. }
            | Self::Arguments { input, .. }
            | Self::Cpus { input, .. }
            | Self::Console { input, .. }
            | Self::Xml { input, .. }
            | Self::TypeTheName { input, .. }
            | Self::Palette { input, .. } => Some(input),
            Self::Columns { .. }
            | Self::Sort { .. }
            | Self::Devices { .. }
            | Self::Revised { .. }
            | Self::Paste { .. }
            | Self::Confirm { .. }
            | Self::Leave
            | Self::Discard
            | Self::HostLog { .. } => None,
        }
    }

    /// As [`Self::input`], to type into.
    pub(super) fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Help { search: input, .. }
            | Self::Filter { input, .. }
            | Self::Interval { input, .. }
            | Self::Arguments { input, .. }
            | Self::Cpus { input, .. }
            | Self::Console { input, .. }
            | Self::Xml { input, .. }
            | Self::TypeTheName { input, .. }
            | Self::Palette { input, .. } => Some(input),
            Self::Columns { .. }
            | Self::Sort { .. }
            | Self::Devices { .. }
            | Self::Revised { .. }
            | Self::Paste { .. }
            | Self::Confirm { .. }
            | Self::Leave
            | Self::Discard
            | Self::HostLog { .. } => None,
        }
    }

    /// The picked line of a list, or the first line shown of a text.
    const fn line_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Columns { selected }
            | Self::Sort { selected }
            | Self::Devices { selected, .. }
            | Self::Palette { selected, .. } => Some(selected),
            Self::Help { offset, .. }
            | Self::HostLog { offset, .. }
            | Self::Paste { offset, .. }
            | Self::Confirm { offset, .. }
            | Self::Revised { offset, .. }
            | Self::TypeTheName { offset, .. } => Some(offset),
            Self::Filter { .. }
            | Self::Interval { .. }
            | Self::Arguments { .. }
            | Self::Cpus { .. }
            | Self::Console { .. }
            | Self::Xml { .. }
            | Self::Leave
            | Self::Discard => None,
        }
    }

    /// Whether it is a text to scroll rather than a list to pick from.
    const fn scrolls(&self) -> bool {
        matches!(
            self,
            Self::Help { .. }
                | Self::HostLog { .. }
                | Self::Paste { .. }
                | Self::Confirm { .. }
                | Self::Revised { .. }
                | Self::TypeTheName { .. }
        )
    }
}

fn safe(line: &str) -> String {
    let cut = line.char_indices().nth(LOG_WIDTH).map_or(line, |(at, _)| &line[..at]);
    visible(cut.trim_end_matches('\r')).into_owned()
}
