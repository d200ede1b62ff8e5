//! Where the columns of pCPUs stand: threads of a core beside each other, a gap between cores, a wider one between
//! nodes.
//!
//! Where all of them fit with their numbers in a line they stand wide; else each has one cell, its number is written
//! from top to bottom, and what does not fit is scrolled to.

use crate::model::placement::Topology;

/// Cells between nodes.
const BETWEEN_NODES: u16 = 3;

/// The columns of the grid.
pub(super) struct Columns {
    all: Vec<Column>,
    /// Cells left of the grid, and those it has.
    side: u16,
    room: u16,
    wide: bool,
}

/// One pCPU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its number.
    pub(super) cpu: u32,
    /// Its first cell within the grid.
    x: u16,
    /// Its cells.
    width: u16,
    /// Whether it continues a core.
    pub(super) joined: bool,
    /// Whether it begins a node.
    pub(super) begins: bool,
}

/// A column that is seen: its place, its first cell within the panel, its width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'c> {
    pub(super) place: usize,
    pub(super) x: u16,
    pub(super) width: u16,
    pub(super) column: &'c Column,
}

impl Columns {
    /// Of a machine, in so many cells right of the side.
    pub(super) fn of(topology: &Topology, side: u16, width: u16) -> Self {
        let room = width.saturating_sub(side);
        let wide = lay(topology, true);
        if end(&wide) <= room {
            return Self { all: wide, side, room, wide: true };
        }
        Self { all: lay(topology, false), side, room, wide: false }
    }

    /// Lines the numbers take.
    pub(super) fn label_lines(&self) -> u16 {
        if self.wide { 1 } else { self.all.iter().map(|column| digits(column.cpu)).max().unwrap_or(1) }
    }

    /// Whether numbers stand in a line.
    pub(super) const fn is_wide(&self) -> bool {
        self.wide
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.all.len()
    }

    /// The first column seen, moved no further than the cursor asks.
    pub(super) fn scrolled(&self, first: usize, cursor: usize) -> usize {
        let last = self.all.len().saturating_sub(1);
        let fits = |first: usize, column: usize| {
            let (from, to) =
                (self.all.get(first).map_or(0, |c| c.x), self.all.get(column).map_or(0, Column::end));
            to.saturating_sub(from) <= self.room
        };
        // The furthest left that has the column in view, or the column itself where nothing fits.
        let furthest = |column: usize| (0..=column).find(|first| fits(*first, column)).unwrap_or(column);
        first.clamp(furthest(cursor).min(cursor), cursor).min(furthest(last))
    }

    /// Those that are seen from a first one on.
    pub(super) fn seen(&self, first: usize) -> impl Iterator<Item = Seen<'_>> {
        let from = self.all.get(first).map_or(0, |column| column.x);
        let within = move |column: &Column| column.end() - from <= self.room;
        let rest = self.all.iter().enumerate().skip(first);
        rest.take_while(move |(_, column)| within(column)).map(move |(place, column)| Seen {
            place,
            x: self.side + column.x - from,
            width: column.width,
            column,
        })
    }
}

impl Column {
    const fn end(&self) -> u16 {
        self.x + self.width
    }
}

fn end(columns: &[Column]) -> u16 {
    columns.last().map_or(0, Column::end)
}

/// Cores of a node are as wide as its widest, so that they stand in step.
fn lay(topology: &Topology, wide: bool) -> Vec<Column> {
    let (mut all, mut x) = (Vec::new(), 0_u16);
    for node in &topology.nodes {
        let cells = |core: &[u32]| core.iter().map(|cpu| cell(*cpu, wide) + u16::from(wide)).sum::<u16>();
        let widest = node.cores.iter().map(|core| cells(&core.threads)).max().unwrap_or(1);
        for (place, core) in node.cores.iter().enumerate() {
            put(&mut all, x, (&core.threads, wide));
            if let Some(column) = all.iter_mut().rev().nth(core.threads.len().saturating_sub(1)) {
                column.begins = place == 0;
            }
            x = x.saturating_add(widest + 1);
        }
        x = x.saturating_add(BETWEEN_NODES - 1);
    }
    put(&mut all, x, (&topology.offline, wide));
    let first_offline = all.len() - topology.offline.len();
    if let Some(column) = all.get_mut(first_offline) {
        column.begins = true;
    }
    all.iter_mut().skip(first_offline).for_each(|column| column.joined = false);
    all
}

/// Puts threads beside each other.
fn put(all: &mut Vec<Column>, mut x: u16, (cpus, wide): (&[u32], bool)) {
    for (place, cpu) in cpus.iter().enumerate() {
        let width = cell(*cpu, wide);
        all.push(Column { cpu: *cpu, x, width, joined: place > 0, begins: false });
        x = x.saturating_add(width + u16::from(wide));
    }
}

fn cell(cpu: u32, wide: bool) -> u16 {
    if wide { digits(cpu) } else { 1 }
}

pub(super) fn digits(number: u32) -> u16 {
    u16::try_from(number.max(1).ilog10()).unwrap_or(0) + 1
}
