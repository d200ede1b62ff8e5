//! The Pins panel: where the vCPUs of a domain may run, edited cell by cell and applied as one.
//!
//! ```text
//!   read ──► base ─┬─► wanted ──► requests ──► preview, yes ──► one job
//!                  │      ▲
//!   read again ────┘      └── keys: cells, ranges, typed sets, presets
//!   (somebody else changed what is edited: a conflict, flagged and kept)
//! ```

mod edit;
mod follow;
mod keys;
mod preview;
mod sight;

pub use edit::{Edit, Half};
pub(in crate::app) use keys::{Preset, Whole};
pub use sight::{Line, Sight};

/// The Pins panel's state.
#[derive(Clone, Debug, Default)]
pub struct Pins {
    /// What was edited and not applied yet.
    pub edit: Option<Edit>,
    /// Which affinity is edited.
    pub half: Half,
    /// The cell that has the keys.
    pub cursor: Cell,
    /// The other corner of what is selected, where more than the cursor is.
    pub anchor: Option<Cell>,
    /// The first cell shown on the last frame.
    pub first: Cell,
}

/// A cell of the grid: a line of vCPUs, a column of pCPUs in the order they are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The line, from 0.
    pub line: usize,
    /// The column, from 0.
    pub column: usize,
}

impl Pins {
    /// The selected lines and columns: from the anchor to the cursor, both included.
    pub fn selection(&self) -> (std::ops::RangeInclusive<usize>, std::ops::RangeInclusive<usize>) {
        let (here, there) = (self.cursor, self.anchor.unwrap_or(self.cursor));
        let span = |a: usize, b: usize| a.min(b)..=a.max(b);
        (span(here.line, there.line), span(here.column, there.column))
    }

    /// Keeps cursor and anchor within so many lines and columns.
    fn bound(&mut self, lines: usize, columns: usize) {
        let within = |cell: Cell| Cell {
            line: cell.line.min(lines.saturating_sub(1)),
            column: cell.column.min(columns.saturating_sub(1)),
        };
        (self.cursor, self.anchor) = (within(self.cursor), self.anchor.map(within));
    }
}
