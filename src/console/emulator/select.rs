//! Selecting text on the page, and what was selected.

use alacritty_terminal::{
    grid::Dimensions,
    index::{Column, Line as Row, Point, Side},
    selection::{Selection, SelectionType},
};

use super::Emulator;
use crate::model::console::Selecting;

impl Emulator {
    /// Selects; columns and rows are those of the page, and what lies outside it is its edge.
    pub fn select(&mut self, selecting: Selecting) {
        match selecting {
            Selecting::From(column, row) => self.begin(SelectionType::Simple, (column, row)),
            Selecting::Word(column, row) => self.begin(SelectionType::Semantic, (column, row)),
            Selecting::Line(column, row) => self.begin(SelectionType::Lines, (column, row)),
            Selecting::To(column, row) => {
                let end = self.point((column, row));
                if let Some(selection) = &mut self.term.selection {
                    selection.update(end, Side::Right);
                    selection.include_all();
                }
            }
            Selecting::Nothing => self.term.selection = None,
        }
    }

    /// The text that is selected, raw but for controls; none where nothing is.
    pub fn copied(&self) -> Option<String> {
        let selected = self.term.selection_to_string().filter(|text| !text.is_empty())?;
        Some(selected.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect())
    }

    fn begin(&mut self, kind: SelectionType, cell: (u16, u16)) {
        let mut selection = Selection::new(kind, self.point(cell), Side::Left);
        selection.include_all();
        self.term.selection = Some(selection);
    }

    fn point(&self, (column, row): (u16, u16)) -> Point {
        let column = usize::from(column).min(self.term.columns() - 1);
        let row = usize::from(row).min(self.term.screen_lines() - 1);
        Point::new(Row(i32::try_from(row).unwrap_or(0)) - self.term.grid().display_offset(), Column(column))
    }
}
