//! Which columns stand where: the name stays, the others scroll, free room makes it airy.

use ratatui::layout::Rect;

use crate::app::{App, Column};

/// Cells left of the first column: cursor and mark.
const GUTTER: u16 = 2;
/// Narrower than this only what matters most is shown.
const NARROW: u16 = 56;
/// What a narrow table shows beside the name.
const FEW: [Column; 3] = [Column::State, Column::Cpu, Column::Memory];
/// The widest name and history that make reading easier.
const WIDEST: [u16; 2] = [32, 30];

/// A column on the screen.
pub(super) struct Slot {
    /// Which.
    pub(super) column: Column,
    /// Its leftmost cell on the screen.
    pub(super) x: u16,
    /// Its width.
    pub(super) width: u16,
}

/// The columns on the screen.
pub(super) struct Layout {
    /// From left to right.
    pub(super) slots: Vec<Slot>,
    /// Columns scrolled out to the left.
    pub(super) skipped: usize,
    /// Columns with no room on the right.
    pub(super) hidden: usize,
}

impl Layout {
    /// For this area.
    pub(super) fn of(app: &App, inner: Rect) -> Self {
        let narrow = inner.width < NARROW;
        let stays = |column: &Column| *column == Column::Name || (*column == Column::Id && !narrow);
        let columns = &app.table.columns;
        let scrolls = |column: &Column| !matches!(column, Column::Name | Column::Id);
        let scrolling: Vec<_> = columns.iter().copied().filter(scrolls).collect();
        let skipped = app.table.column_offset.min(scrolling.len().saturating_sub(1));
        let few = narrow && skipped == 0;
        let shown = scrolling[skipped..].iter().copied().filter(|c| !few || FEW.contains(c));
        let mut fitted = Fitted { app, narrow, slots: Vec::with_capacity(columns.len()), used: GUTTER };
        columns.iter().copied().filter(stays).for_each(|column| fitted.push(column));
        let before = fitted.slots.len();
        for column in shown {
            // The last cell of the titles is for the sign that there are more.
            if fitted.used + fitted.least(column) >= inner.width {
                break;
            }
            fitted.push(column);
        }
        let hidden = (scrolling.len() - skipped).saturating_sub(fitted.slots.len() - before);
        let slots = spread(fitted.slots, inner, fitted.used);
        Self { slots, skipped, hidden }
    }
}

/// Columns at their least width.
struct Fitted<'a> {
    app: &'a App,
    narrow: bool,
    slots: Vec<Slot>,
    /// Cells taken, a space behind each column included.
    used: u16,
}

impl Fitted<'_> {
    fn push(&mut self, column: Column) {
        let width = self.least(column);
        self.slots.push(Slot { column, x: 0, width });
        self.used += width + 1;
    }

    fn least(&self, column: Column) -> u16 {
        match column {
            Column::Name if self.narrow => 12,
            Column::Id => digits(self.app).clamp(3, Column::Id.width()),
            Column::Spark => 8,
            Column::Vcpus => (vcpu_digits(self.app) * 2 + 1).clamp(4, Column::Vcpus.width()),
            column => column.width(),
        }
    }
}

/// Digits of the greatest id: running domains come first, by increasing id.
fn digits(app: &App) -> u16 {
    let Some(shown) = app.pane().shown.as_deref() else { return 0 };
    let running = shown.domains.partition_point(|d| d.key.id.is_some());
    let greatest = running.checked_sub(1).and_then(|last| shown.domains[last].key.id);
    greatest.map_or(0, |id| u16::try_from(id.0.max(1).ilog10()).unwrap_or(0) + 1)
}

/// Digits of the greatest number of vCPUs.
fn vcpu_digits(app: &App) -> u16 {
    let domains = app.pane().shown.iter().flat_map(|shown| &shown.domains);
    let most = domains.map(|domain| domain.vcpus.max).max().unwrap_or(1);
    u16::try_from(most.max(1).ilog10()).unwrap_or(0) + 1
}

/// Gives what room is left to the name, to the history, to the spaces between; then places each column.
fn spread(mut slots: Vec<Slot>, inner: Rect, used: u16) -> Vec<Slot> {
    // The last column's space is room for the arrow of its title and for the sign of hidden columns.
    let mut spare = inner.width.saturating_sub(used);
    let gaps = u16::try_from(slots.len().saturating_sub(1)).unwrap_or(0);
    let mut grow = |slots: &mut [Slot], column: Column, widest: u16| {
        if let Some(slot) = slots.iter_mut().find(|s| s.column == column) {
            let more = widest.saturating_sub(slot.width).min(spare);
            slot.width += more;
            spare -= more;
        }
    };
    grow(&mut slots, Column::Name, 20);
    grow(&mut slots, Column::Spark, 11);
    let wider = (spare / 2 / gaps.max(1)).clamp(u16::from(spare >= gaps && gaps > 0), 3);
    let (gap, mut spare) = (1 + wider, spare - wider * gaps);
    for (column, widest) in [Column::Spark, Column::Name].into_iter().zip([WIDEST[1], WIDEST[0]]) {
        if let Some(slot) = slots.iter_mut().find(|s| s.column == column) {
            let more = widest.saturating_sub(slot.width).min(spare);
            slot.width += more;
            spare -= more;
        }
    }
    let mut x = inner.x + GUTTER;
    for slot in &mut slots {
        // Where even the name has no room it gets what there is.
        slot.width = slot.width.min(inner.right().saturating_sub(x));
        slot.x = x;
        x = x.saturating_add(slot.width + gap);
    }
    slots
}
