//! The Domains panel's state: which rows, in which order, which columns, where the cursor is.

mod columns;
mod cursor;
mod marks;
mod order;
mod rows;

use std::collections::{BTreeSet, HashMap};

pub use cursor::Step;

use super::{Column, filter::Query};
use crate::model::{Domain, DomainKey, Nanos, rates::DomainRates};
use order::Order;

/// How long what is new glows, and what has gone fades.
pub const GLOW: Nanos = Nanos(1_000_000_000);

/// The Domains panel.
#[derive(Debug)]
pub struct Table {
    /// Rows to show, filtered and sorted: places in the shown snapshot's `domains`, and domains that have just gone.
    pub rows: Vec<Row>,
    /// The domain under the cursor: the cursor follows it, not the row.
    pub cursor: Option<DomainKey>,
    /// Whether the user put it there; until then it stays on the first row, where who eats the host shows.
    pub chosen: bool,
    /// Its place in `rows`.
    pub selected: usize,
    /// First row on the screen.
    pub offset: usize,
    /// First of the scrolling columns on the screen (the name stays).
    pub column_offset: usize,
    /// Columns shown, in order.
    pub columns: Vec<Column>,
    /// Sorted by.
    pub sort: Column,
    /// Largest first.
    pub descending: bool,
    /// The filter as typed; empty for none.
    pub filter: String,
    /// Domains that do not run are left out.
    pub running_only: bool,
    /// Marked domains.
    pub marks: BTreeSet<DomainKey>,
    /// The domain marked last: where a range of marks begins.
    pub anchor: Option<DomainKey>,
    /// When domains that are new were first seen: they glow for a second.
    pub fresh: HashMap<DomainKey, Nanos>,
    /// Domains that have gone, as they were last: they fade for a second.
    pub gone: Vec<Gone>,
    /// What is wrong with `filter`, where it cannot be read; rows then follow the last one that could.
    pub filter_error: Option<String>,
    /// The last filter that could be read.
    query: Query,
    /// What rows are sorted by.
    order: Order,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The place of a domain in the shown snapshot.
    Here(usize),
    /// The place of one that has gone in [`Table::gone`].
    Gone(usize),
}

/// A domain that has gone.
#[derive(Clone, Debug)]
pub struct Gone {
    /// As it was last.
    pub domain: Domain,
    /// Its last rates.
    pub rates: DomainRates,
    /// What it was sorted by.
    pub held: Option<f64>,
    /// When it was missed.
    pub since: Nanos,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            cursor: None,
            chosen: false,
            selected: 0,
            offset: 0,
            column_offset: 0,
            columns: Column::ALL.iter().copied().filter(|c| c.default()).collect(),
            sort: Column::Cpu,
            descending: true,
            filter: String::new(),
            running_only: false,
            marks: BTreeSet::new(),
            anchor: None,
            fresh: HashMap::new(),
            gone: Vec::new(),
            filter_error: None,
            query: Query::default(),
            order: Order::default(),
        }
    }
}
