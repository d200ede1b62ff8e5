//! What drawing learned: where things stand, for the mouse and for page keys.

use super::{Column, Panel};

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Leftmost column.
    pub x: u16,
    /// Topmost row.
    pub y: u16,
    /// Width in cells.
    pub width: u16,
    /// Height in cells.
    pub height: u16,
}

impl Area {
    /// Whether a cell lies in it.
    pub const fn contains(&self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }
}

/// Where things stood on the last frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// Each panel on the screen, borders included.
    pub panels: Vec<(Panel, Area)>,
    /// Column headers of the table.
    pub headers: Vec<(Column, Area)>,
    /// The table's rows; the first shows `Table::offset`.
    pub rows: Area,
    /// Lines of the overlay's list that can be picked; the first shows its offset.
    pub picks: Area,
    /// Lines each panel would need to show all, by place in [`Panel::ALL`]: bounds its scrolling.
    pub lengths: [u16; Panel::ALL.len()],
    /// Lines of the Jobs panel; the first shows its offset.
    pub jobs: Area,
    /// Lines of the Events panel; the first shows its offset.
    pub events: Area,
    /// Words of the footer that can be clicked: the command's name and where.
    pub footer: Vec<(&'static str, Area)>,
    /// Whether columns are hidden right of the screen.
    pub more_columns: bool,
}
