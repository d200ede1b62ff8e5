//! What lies over the panels and takes the keys until it closes.

use tui_input::Input;

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
    /// The hypervisor's console ring.
    HostLog {
        /// Its lines, safe to show; or why it could not be read.
        lines: Result<Vec<String>, String>,
        /// First line shown.
        offset: usize,
    },
}
