//! The table of domains: only the rows on the screen are looked at.

mod layout;

use std::borrow::Cow;

use layout::{Layout, Slot};
use ratatui::{layout::Rect, style::Style};

use super::{
    canvas::{Canvas, Pen, area},
    cell::{self, Subject},
    signs,
    text::Scrap,
};
use crate::{
    app::{App, Column, CpuScale, Panel, Row, column::Align, domains::GLOW},
    model::{DomainState, Snapshot, text::visible},
};

/// Draws titles and rows.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let app = canvas.app;
    let layout = Layout::of(app, inner);
    let rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let length = u16::try_from(app.table.rows.len()).unwrap_or(u16::MAX);
    canvas.regions.rows = area(rows);
    canvas.regions.lengths[Panel::Domains as usize] = length.saturating_add(1);
    canvas.regions.more_columns = layout.hidden > 0;
    panel_title(canvas, inner, rows.height);
    titles(canvas, inner, &layout);
    let Some(shown) = app.pane().shown.as_deref() else {
        message(canvas, rows, "waiting for the first snapshot of this host");
        return;
    };
    if app.table.rows.is_empty() {
        message(canvas, rows, &nothing(app, shown));
        return;
    }
    let first = first_row(app);
    for (line, place) in (0..rows.height).zip(first..app.table.rows.len()) {
        row(canvas, Rect { y: rows.y + line, height: 1, ..rows }, shown, (place, &layout));
    }
}

/// The first row on the screen, whatever happened to the table since it was chosen.
fn first_row(app: &App) -> usize {
    app.table.offset.min(app.table.rows.len().saturating_sub(1))
}

/// Why there is no row.
fn nothing<'a>(app: &'a App, shown: &Snapshot) -> Cow<'a, str> {
    match (&shown.stale, app.table.filter.as_str()) {
        (Some(_), _) => "the domains of this host could not be read".into(),
        (None, "") => "no domain on this host".into(),
        (None, filter) => format!("no domain matches {}", visible(filter)).into(),
    }
}

fn message(canvas: &mut Canvas<'_>, rows: Rect, text: &str) {
    let dim = canvas.theme.dim();
    canvas.pen(rows, rows.height / 3).skip(2).put(text, dim);
}

/// Behind the panel's title: how many, the filter, marks, what 100 % is; at the right end where the rows stand.
fn panel_title(canvas: &mut Canvas<'_>, inner: Rect, height: u16) {
    let (app, theme, signs) = (canvas.app, canvas.theme, canvas.signs);
    let Some(shown) = app.pane().shown.as_deref() else { return };
    let position = position(app, height);
    let wide = u16::try_from(position.chars().count()).unwrap_or(0);
    let mut pen = canvas.title_pen(Panel::Domains, inner);
    pen.leave(if wide > 0 { wide + 2 } else { 0 });
    pen.print(theme.strong(), format_args!("{}", app.table.rows.len()));
    states(&mut pen, shown);
    if !app.table.filter.is_empty() {
        pen.print(theme.dim(), format_args!(" of {}", shown.domains.len())).skip(1);
        pen.print(theme.matched(), format_args!("/{}", visible(&app.table.filter)));
    }
    let off = shown.domains.iter().filter(|domain| domain.state == DomainState::Off).count();
    if app.table.running_only && off > 0 {
        pen.print(theme.off(), format_args!(" {off} off left out"));
    }
    if !app.table.marks.is_empty() {
        pen.print(theme.marked(), format_args!(" *{}", app.table.marks.len()));
    }
    let scale = match app.settings.scale {
        CpuScale::Pcpu => "%CPU of one pCPU",
        CpuScale::Host => "%CPU of host",
    };
    pen.print(theme.dim(), format_args!(" {} {scale} ", signs.dot));
    if let Some(reason) = &shown.stale {
        pen.print(theme.warning(), format_args!("~ not read: {} ", visible(reason)));
    }
    if wide > 0 && canvas.framed {
        let line = Rect { y: inner.y.saturating_sub(1), height: 1, ..inner };
        let mut pen = canvas.pen(line, 0);
        pen.skip(inner.width.saturating_sub(wide + 3)).print(theme.dim(), format_args!(" {position} "));
    }
}

/// Each state that occurs on the host, with its sign and how often.
fn states(pen: &mut Pen<'_>, shown: &Snapshot) {
    let theme = pen.theme;
    pen.put(" ", theme.dim());
    for (state, number) in signs::counts(shown) {
        let sign = pen.signs.state(state);
        pen.put(" ", theme.dim()).print(theme.state(state), format_args!("{sign}{number}"));
    }
}

/// `14-52 of 1000`, where not all rows are on the screen.
fn position(app: &App, height: u16) -> Scrap {
    let (first, all) = (first_row(app), app.table.rows.len());
    let last = (first + usize::from(height)).min(all);
    if all <= usize::from(height) {
        return Scrap::of(format_args!(""));
    }
    Scrap::of(format_args!("{}-{last} of {all}", first + 1))
}

/// The titles of the columns, the sorted one with an arrow behind it, and signs for columns that are hidden.
fn titles(canvas: &mut Canvas<'_>, inner: Rect, layout: &Layout) {
    let (app, theme, signs) = (canvas.app, canvas.theme, canvas.signs);
    let arrow = if app.table.descending { signs.down } else { signs.up };
    for slot in &layout.slots {
        let sorted = app.table.sort == slot.column;
        let style = if sorted { theme.sorted() } else { theme.column() };
        let title = title(app, slot);
        let mut pen = canvas.pen(inner, 0);
        // The arrow of a number's title stands before it, in the space between columns where there is no other.
        match (slot.column.align(), sorted) {
            (Align::Left, false) => pen.goto(slot.x).put(title, style),
            (Align::Left, true) => pen.goto(slot.x).put(title, style).put(arrow, style),
            (Align::Right, false) => pen.goto(slot.x).right(slot.width, title, style),
            (Align::Right, true) => {
                let title = Scrap::of(format_args!("{arrow}{title}"));
                pen.goto(slot.x - 1).right(slot.width + 1, &title, style)
            }
        };
        let place = Rect { x: slot.x, y: inner.y, width: slot.width, height: 1 };
        canvas.regions.headers.push((slot.column, area(place)));
    }
    if layout.skipped > 0 {
        canvas.pen(inner, 0).put(signs.more[0], theme.accent());
    }
    if layout.hidden > 0 {
        canvas.pen(inner, 0).skip(inner.width.saturating_sub(1)).put(signs.more[1], theme.accent());
    }
}

fn title(app: &App, slot: &Slot) -> &'static str {
    match (slot.column, app.settings.scale) {
        (Column::Cpu, CpuScale::Host) => "%HOST",
        (Column::Spark, _) if slot.width < slot.column.width() => "30 S",
        (column, _) => column.title(),
    }
}

/// One row: sign of the cursor, sign of a mark, a cell per column.
fn row(canvas: &mut Canvas<'_>, line: Rect, shown: &Snapshot, (place, layout): (usize, &Layout)) {
    let app = canvas.app;
    let Some((subject, kind)) = subject(app, shown, app.table.rows[place]) else { return };
    let theme = canvas.theme;
    let mut pen = canvas.pen(line, 0);
    let under_cursor = place == app.table.selected;
    pen.field(1, if under_cursor { pen.signs.cursor } else { " " }, theme.accent());
    let marked = app.table.marks.contains(&subject.domain.key);
    let pending = app.jobs.pending(app.pane().id, subject.domain.key).is_some();
    match (marked, pending, shown.stale.is_some()) {
        (true, ..) => pen.field(1, pen.signs.mark, theme.marked()),
        (false, true, _) => pen.field(1, pen.signs.pending, theme.accent()),
        (false, false, true) => pen.field(1, "~", theme.warning()),
        (false, false, false) => pen.skip(1),
    };
    for slot in &layout.slots {
        pen.goto(slot.x);
        cell::draw(&mut pen, slot.column, slot.width, &subject);
    }
    let over = match kind {
        Seen::Usual if shown.stale.is_some() => Some(theme.stale()),
        Seen::Usual if subject.domain.state == DomainState::Off => Some(theme.off()),
        Seen::Usual => None,
        Seen::Fresh => Some(theme.fresh()),
        Seen::Gone => Some(theme.gone()),
    };
    tint(canvas, line, over, under_cursor.then_some(theme.selection()));
}

fn tint(canvas: &mut Canvas<'_>, line: Rect, over: Option<Style>, selected: Option<Style>) {
    for style in over.into_iter().chain(selected) {
        canvas.tint(line, style);
    }
}

/// How a row came to be here.
enum Seen {
    Usual,
    Fresh,
    Gone,
}

/// What a row is about; none where the table is older than the snapshot.
fn subject<'a>(app: &'a App, shown: &'a Snapshot, row: Row) -> Option<(Subject<'a>, Seen)> {
    let pane = app.pane();
    let (domain, rates, seen) = match row {
        Row::Here(index) => {
            let domain = shown.domains.get(index)?;
            let since = app.table.fresh.get(&domain.key);
            let fresh = since.is_some_and(|since| app.now.since(*since) < GLOW);
            let rates = pane.rates.domains.get(index).copied().unwrap_or_default();
            (domain, rates, if fresh { Seen::Fresh } else { Seen::Usual })
        }
        Row::Gone(index) => {
            let gone = app.table.gone.get(index)?;
            (&gone.domain, gone.rates, Seen::Gone)
        }
    };
    let history = pane.history.domains.get(&domain.key);
    let transfer = app.jobs.transfer_of(pane.id, domain.key);
    Some((Subject { domain, rates, history, host: shown, scale: app.settings.scale, transfer }, seen))
}
