//! Text of the looking commands: aligned tables and labelled lines, sizes and times for people.

use humansize::BINARY;
use unicode_width::UnicodeWidthStr;

use crate::model::{KiB, Nanos, Reading};

/// What stands for a value nobody tells.
const NONE: &str = "-";

/// Where a column's cells stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A table: titles, then rows, every column as wide as its widest cell.
pub(super) struct Table<const N: usize> {
    columns: [(&'static str, Side); N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Without rows.
    pub(super) const fn new(columns: [(&'static str, Side); N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; its cells are safe to show.
    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Its lines.
    pub(super) fn text(&self) -> String {
        let titles = self.columns.map(|(title, _)| title.to_owned());
        let lines = || std::iter::once(&titles).chain(&self.rows);
        let widths: [usize; N] =
            std::array::from_fn(|at| lines().map(|row| row[at].width()).max().unwrap_or_default());
        lines().map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String; N], widths: &[usize; N]) -> String {
        let cell = |at: usize| {
            let pad = " ".repeat(widths[at] - row[at].width());
            match self.columns[at].1 {
                Side::Left => format!("{}{pad}", row[at]),
                Side::Right => format!("{pad}{}", row[at]),
            }
        };
        let cells: Vec<_> = (0..N).map(cell).collect();
        format!("{}\n", cells.join("  ").trim_end())
    }
}

/// Labelled lines, the values under each other.
pub(super) fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let width = pairs.iter().map(|(label, _)| label.width()).max().unwrap_or_default();
    let line =
        |(label, value): &(&str, String)| format!("{label}{}  {value}\n", " ".repeat(width - label.width()));
    pairs.iter().map(line).collect()
}

/// A title over lines of its own.
pub(super) fn section(title: &str, lines: &str) -> String {
    format!("\n{title}\n{lines}")
}

/// An amount of memory with one decimal: `512.0 MiB`.
pub(super) fn size(amount: KiB) -> String {
    humansize::format_size(amount.bytes(), BINARY.decimal_places(1).decimal_zeroes(1))
}

/// CPU time: `3 d 04:05:06.7`.
pub(super) fn time(span: Nanos) -> String {
    let seconds = span.0 / 1_000_000_000;
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    let days = if days == 0 { String::new() } else { format!("{days} d ") };
    format!("{days}{hours:02}:{minutes:02}:{:02}.{}", seconds % 60, span.0 / 100_000_000 % 10)
}

/// A reading: its value, `-` where nobody tells, `!` and the reason where it failed.
pub(super) fn reading<T>(reading: &Reading<T>, show: impl FnOnce(&T) -> String) -> String {
    match reading {
        Reading::Known(value) => show(value),
        Reading::Unsupported => NONE.into(),
        Reading::Failed(reason) => format!("! {reason}"),
    }
}

/// A value, or `-` where there is none.
pub(super) fn maybe<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| NONE.into(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_whatever_their_script() {
        let mut table = Table::new([("NAME", Side::Left), ("N", Side::Right), ("X", Side::Left)]);
        table.row(["日本".into(), "7".into(), "a".into()]);
        table.row(["longer".into(), "1234".into(), "b".into()]);
        assert_eq!(table.text(), "NAME       N  X\n日本       7  a\nlonger  1234  b\n");
    }

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(size(KiB(524_288)), "512.0 MiB");
        assert_eq!(size(KiB(0)), "0.0 B");
        assert_eq!(time(Nanos(61_250_000_000)), "00:01:01.2");
        assert_eq!(time(Nanos(90_061_000_000_000)), "1 d 01:01:01.0");
    }
}
