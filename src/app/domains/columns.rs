//! Which columns, in which order.

use super::Table;
use crate::app::Column;

impl Table {
    /// All columns in the order the chooser lists them, each with whether it is shown.
    ///
    /// Shown ones stand in their order; each hidden one follows the column it usually follows, so that hiding one and
    /// showing it again leaves it where it was.
    pub fn columns_in_order(&self) -> Vec<(Column, bool)> {
        let mut list: Vec<(Column, bool)> = self.columns.iter().map(|c| (*c, true)).collect();
        let mut before = None;
        for column in Column::ALL {
            if !self.columns.contains(column) {
                let place = list.iter().position(|(c, _)| Some(*c) == before).map_or(0, |at| at + 1);
                list.insert(place, (*column, false));
            }
            before = Some(*column);
        }
        list
    }

    /// Shows or hides the column at a place of [`Self::columns_in_order`]; the name stays.
    pub(in crate::app) fn toggle_column(&mut self, place: usize) {
        let list = self.columns_in_order();
        let Some((column, shown)) = list.get(place).copied() else { return };
        if shown && column != Column::Name {
            self.columns.retain(|c| *c != column);
        } else if !shown {
            let at = list[..place].iter().filter(|(_, shown)| *shown).count();
            self.columns.insert(at, column);
        }
        self.column_offset = self.column_offset.min(self.columns.len().saturating_sub(2));
    }

    /// Moves a shown column by one place among the shown ones; its place in the list afterwards.
    pub(in crate::app) fn move_column(&mut self, place: usize, by: isize) -> usize {
        let list = self.columns_in_order();
        let Some((column, true)) = list.get(place).copied() else { return place };
        let Some(at) = self.columns.iter().position(|c| *c == column) else { return place };
        let to = at.saturating_add_signed(by).min(self.columns.len() - 1);
        self.columns.swap(at, to);
        self.columns_in_order().iter().position(|(c, _)| *c == column).unwrap_or(place)
    }

    /// The shown column so many places beside the one sorted by; the first where that one is hidden.
    pub(in crate::app) fn column_beside(&self, by: isize) -> Option<Column> {
        let at = self.columns.iter().position(|c| *c == self.sort);
        let to = at.map_or(0, |at| at.saturating_add_signed(by).min(self.columns.len().saturating_sub(1)));
        self.columns.get(to).copied()
    }
}
