//! The Pins panel: the vCPUs of a domain against the machine's CPUs.
//!
//! ```text
//!                   node 0                node 1              the machine, as it belongs together
//!  pCPU             0─1  2─3  4─5         8─9  10─11          threads of a core joined
//!  load             ▂ ▇  █ ▃  ▅ ▁         ▁ ▁  ▁  ▁           calm to hot
//!  others           3 5  4 2  1 1         0 0  0  0           vCPUs of other domains, awake there
//!  vcpu 0   71.2    ■ ■  ■ ◆  ■ ■         · ·  ·  ·
//!  vcpu 1*  70.9    □ □  □ ◈  ■ ■         · ·  ·  ·           with vCPU 0 on 3
//!  ! vCPUs 0-1 are confined to the same pCPU, 3               what is wrong
//!  pCPU 3  core of 2-3  node 0  35 % busy: db-primary         what the cursor is on
//!  ■ may run  □ to be removed …                               the signs
//! ```

mod columns;
mod grid;
mod words;

use ratatui::layout::Rect;

use super::canvas::{Canvas, area};
use crate::{
    app::{
        Panel,
        pins::{Cell, Sight},
    },
    model::{placement::Warning, text::visible},
};
use columns::Columns;

/// Fewer lines of vCPUs than this are shown only where there are no more.
const LEAST: u16 = 4;

/// All that is drawn.
struct Picture<'a> {
    sight: &'a Sight<'a>,
    warnings: &'a [Warning],
    columns: &'a Columns,
    /// The cell that has the keys, kept on the grid.
    cursor: Cell,
    /// The first cell that is seen.
    first: Cell,
}

/// How many lines each part has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Plan {
    title: u16,
    nodes: u16,
    labels: u16,
    load: u16,
    others: u16,
    lines: u16,
    warnings: u16,
    at: u16,
    legend: u16,
}

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let app = canvas.app;
    let sight = match app.sight() {
        Ok(sight) => sight,
        Err(why) => {
            let dim = canvas.theme.dim();
            canvas.pen(inner, inner.height / 3).skip(1).put(&visible(&why), dim);
            return;
        }
    };
    let title = Rect { height: u16::from(!canvas.framed), ..inner };
    let (whole, inner) = (inner, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner });
    let cursor = Cell {
        line: app.pins.cursor.line.min(sight.lines.len().saturating_sub(1)),
        column: app.pins.cursor.column.min(sight.columns.len().saturating_sub(1)),
    };
    let columns = Columns::of(&sight.topology, grid::side(inner.width), inner.width);
    let warnings = sight.warnings();
    let plan = Plan::of((inner.height, title.height), &columns, (sight.lines.len(), warnings.len()));
    let first = Cell {
        line: scrolled(app.pins.first.line, cursor.line, (usize::from(plan.lines), sight.lines.len())),
        column: columns.scrolled(app.pins.first.column, cursor.column),
    };
    let picture = Picture { sight: &sight, warnings: &warnings, columns: &columns, cursor, first };
    words::title(canvas, whole, (&picture, plan.lines));
    everything(canvas, inner, (&picture, plan));
}

/// Draws the parts from top to bottom.
fn everything(canvas: &mut Canvas<'_>, inner: Rect, (picture, plan): (&Picture<'_>, Plan)) {
    let mut y = inner.y + plan.title;
    let mut part = |height: u16| {
        let part = Rect { y, height, ..inner }.intersection(inner);
        y += height;
        part
    };
    grid::nodes(canvas, part(plan.nodes), picture);
    grid::labels(canvas, part(plan.labels), picture);
    grid::load(canvas, part(plan.load), picture);
    grid::others(canvas, part(plan.others), picture);
    let lines = part(plan.lines);
    grid::lines(canvas, lines, picture);
    canvas.regions.pins.lines = area(lines);
    canvas.regions.pins.first = picture.first;
    canvas.regions.pins.columns = picture
        .columns
        .seen(picture.first.column)
        .map(|seen| (seen.place, inner.x + seen.x, seen.width))
        .collect();
    words::warnings(canvas, part(plan.warnings), picture);
    words::at(canvas, part(plan.at), picture);
    words::legend(canvas, part(plan.legend), picture);
    canvas.regions.lengths[Panel::Pins as usize] = 0;
}

impl Plan {
    /// What is needed most comes first where lines are few: pCPUs, their load, vCPUs; then what explains them.
    fn of((height, title): (u16, u16), columns: &Columns, (lines, warnings): (usize, usize)) -> Self {
        let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let (all, warnings) = (short(lines).max(1), short(warnings));
        let labels = columns.label_lines();
        let mut left = height.saturating_sub(labels + title);
        let mut take = |wanted: u16, kept: u16| {
            let given = wanted.min(left.saturating_sub(kept));
            left -= given;
            given
        };
        let least = all.min(LEAST);
        let load = take(1, 1);
        let lines = take(least, 0);
        let at = take(1, 0);
        let warned = take(warnings.min(1), 0);
        let nodes = take(1, 0);
        let others = take(1, 0);
        let legend = take(1, 0);
        let lines = lines + take(all - lines, 0);
        let warnings = warned + take(warnings - warned, 0);
        Self { title, nodes, labels, load, others, lines, warnings, at, legend }
    }
}

/// The first line of those seen, moved no further than the cursor asks; no room stays empty without need.
fn scrolled(first: usize, cursor: usize, (page, all): (usize, usize)) -> usize {
    let page = page.max(1);
    first.clamp((cursor + 1).saturating_sub(page), cursor).min(all.saturating_sub(page))
}
