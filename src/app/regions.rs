//! What drawing learned: where things stand, for the mouse and for page keys.

use super::{Column, Panel, pins::Cell};

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

/// Where the cells of the Pins panel stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The first cell that is to be seen.
    pub first: Cell,
    /// Lines of vCPUs, over the width of the panel.
    pub lines: Area,
    /// Each column that is to be seen: its place, from which cell of the screen on, and how wide it is.
    pub columns: Vec<(usize, u16, u16)>,
}

impl Grid {
    /// The cell under the pointer, of so many lines.
    pub fn under(&self, (x, y): (u16, u16), lines: usize) -> Option<Cell> {
        let line = self.lines.contains(x, y).then(|| self.first.line + usize::from(y - self.lines.y))?;
        let hit = |(_, from, width): &&(usize, u16, u16)| x >= *from && x - from < *width;
        let column = self.columns.iter().find(hit)?.0;
        (line < lines).then_some(Cell { line, column })
    }
}

/// Where the page of a console stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The cells it was drawn into.
    pub area: Area,
    /// Column and row of the page that stood in the first of them: what is larger than the panel is shown in part.
    pub origin: (u16, u16),
}

impl Seen {
    /// Column and row of the page under the pointer.
    pub fn under(&self, (x, y): (u16, u16)) -> Option<(u16, u16)> {
        self.area.contains(x, y).then(|| self.cell((x, y)))
    }

    /// The same, of the nearest cell where the pointer has left the page; none where it was not drawn.
    pub fn nearest(&self, (x, y): (u16, u16)) -> Option<(u16, u16)> {
        let Area { x: left, y: top, width, height } = self.area;
        (width > 0 && height > 0).then(|| {
            let right = left.saturating_add(width - 1);
            let bottom = top.saturating_add(height - 1);
            self.cell((x.clamp(left, right), y.clamp(top, bottom)))
        })
    }

    const fn cell(&self, (x, y): (u16, u16)) -> (u16, u16) {
        (self.origin.0.saturating_add(x - self.area.x), self.origin.1.saturating_add(y - self.area.y))
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
    /// Lines the overlay's text has, where they are broken to the width there is: bounds its scrolling.
    pub lines: usize,
    /// Lines each panel would need to show all, by place in [`Panel::ALL`]: bounds its scrolling.
    pub lengths: [u16; Panel::ALL.len()],
    /// The grid of the Pins panel.
    pub pins: Grid,
    /// The page of the console that is shown.
    pub console: Seen,
    /// Tabs of consoles by their place, and where.
    pub tabs: Vec<(usize, Area)>,
    /// Rows of the XML panel; the first shows its offset.
    pub xml: Area,
    /// Lines of the Jobs panel; the first shows its offset.
    pub jobs: Area,
    /// Lines of the Events panel; the first shows its offset.
    pub events: Area,
    /// Words of the footer that can be clicked: the command's name and where.
    pub footer: Vec<(&'static str, Area)>,
    /// Whether columns are hidden right of the screen.
    pub more_columns: bool,
    /// Whether the screen has no room for anything: what is asked cannot be read.
    pub no_room: bool,
}
