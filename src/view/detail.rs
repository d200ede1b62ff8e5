//! All that is known of the domain under the cursor.

mod devices;
mod graphs;
mod vcpus;

use ratatui::layout::Rect;

use super::{
    canvas::{Canvas, Sheet},
    cell::Subject,
    text::{Scrap, span},
};
use crate::{
    app::{Panel, Row},
    model::{Detail, Reading, SchedParams, Snapshot, text::visible},
};

/// From this width on lists stand beside the graphs.
const WIDE: u16 = 96;

/// Cells of a label.
const LABEL: u16 = 10;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let Some((subject, gone)) = subject(canvas) else {
        canvas.pen(inner, inner.height / 3).put("no domain under the cursor", theme.dim());
        return;
    };
    let mut pen = canvas.title_pen(Panel::Detail, Rect { x: inner.x - 1, ..inner });
    pen.put(&subject.domain.label(), theme.strong()).put(" ", theme.title());
    let key = subject.domain.key;
    let detail = subject.host.detail.as_deref().filter(|detail| detail.key == key && !gone);
    let first = app.screen.scroll[Panel::Detail as usize];
    let lists = if inner.width >= WIDE { inner.width / 2 } else { inner.width };
    let mut sheet =
        Sheet::new(Rect { width: if lists < inner.width { lists - 2 } else { lists }, ..inner }, first);
    identity(canvas, &mut sheet, &subject, gone);
    sched(canvas, &mut sheet, detail);
    sheet.gap();
    graphs::draw(canvas, &mut sheet, &subject);
    let mut lines = sheet.lines();
    if lists < inner.width {
        let right = Rect { x: inner.x + lists, width: inner.width - lists, ..inner };
        sheet = Sheet::new(right, first);
    } else {
        sheet.gap();
    }
    lists_of(canvas, &mut sheet, &subject, detail);
    lines = lines.max(sheet.lines());
    canvas.regions.lengths[Panel::Detail as usize] = lines;
}

fn lists_of(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>, detail: Option<&Detail>) {
    vcpus::draw(canvas, sheet, subject, detail);
    let Some(detail) = detail else { return };
    devices::draw(canvas, sheet, detail);
    let theme = canvas.theme;
    if !detail.facts.is_empty() {
        sheet.gap();
    }
    for (label, value) in &detail.facts {
        let mut pen = sheet.next(canvas);
        pen.field(LABEL, &visible(label), theme.label()).put(value.shown(), theme.text());
    }
}

/// The domain under the cursor, and whether it has gone.
fn subject<'a>(canvas: &Canvas<'a>) -> Option<(Subject<'a>, bool)> {
    let app = canvas.app;
    let pane = app.pane();
    let host: &Snapshot = pane.shown.as_deref()?;
    let row = *app.table.rows.get(app.table.selected)?;
    let domain = app.domain(row)?;
    let rates = match row {
        Row::Here(index) => pane.rates.domains.get(index).copied().unwrap_or_default(),
        Row::Gone(index) => app.table.gone.get(index).map(|gone| gone.rates).unwrap_or_default(),
    };
    let history = pane.history.domains.get(&domain.key);
    let transfer = app.jobs.transfer_of(pane.id, domain.key);
    let subject = Subject { domain, rates, history, host, scale: app.settings.scale, transfer };
    Some((subject, matches!(row, Row::Gone(_))))
}

/// State, kind, time, uuid.
fn identity(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>, gone: bool) {
    let (theme, signs, domain) = (canvas.theme, canvas.signs, subject.domain);
    let style = theme.state(domain.state);
    let mut pen = sheet.next(canvas);
    if gone {
        pen.put("this domain has gone; it was ", theme.warning());
    }
    pen.print(style, format_args!("{} {}", signs.state(domain.state), domain.state.word()));
    if let crate::model::DomainState::ShutDown(reason) = domain.state {
        pen.print(style, format_args!(" ({})", reason.word()));
    }
    if let Some(id) = domain.key.id {
        pen.put("  id ", theme.label()).print(theme.text(), format_args!("{}", id.0));
    }
    if let Some(guest) = domain.guest.known() {
        pen.print(theme.text(), format_args!("  {}", guest.word()));
    }
    if let Some(pool) = domain.pool.known() {
        pen.put("  pool ", theme.label()).print(theme.text(), format_args!("{pool}"));
    }
    sheet.next(canvas).print(theme.dim(), format_args!("{}", domain.key.uuid));
    let time = if domain.key.id.is_some() {
        span(domain.cpu_time)
    } else {
        Scrap::of(format_args!("{}", signs.missing))
    };
    sheet.next(canvas).field(LABEL, "CPU time", theme.label()).put(&time, theme.text());
    if let Some(transfer) = subject.transfer {
        let mut pen = sheet.next(canvas);
        pen.field(LABEL, transfer.doing(), theme.accent());
        super::jobs::gauge(&mut pen, transfer);
        let mut pen = sheet.next(canvas);
        pen.skip(LABEL);
        super::jobs::moved(&mut pen, transfer);
    }
}

/// Its share of the CPUs.
fn sched(canvas: &mut Canvas<'_>, sheet: &mut Sheet, detail: Option<&Detail>) {
    let (theme, missing) = (canvas.theme, canvas.signs.missing);
    let mut pen = sheet.next(canvas);
    pen.field(LABEL, "scheduler", theme.label());
    match detail.map(|detail| &detail.sched) {
        None | Some(Reading::Unsupported) => pen.put(missing, theme.dim()),
        Some(Reading::Failed(why)) => pen.print(theme.error(), format_args!("! {}", visible(why))),
        Some(Reading::Known(sched)) => params(&mut pen, sched),
    };
}

fn params<'p, 'b>(
    pen: &'p mut super::canvas::Pen<'b>,
    sched: &SchedParams,
) -> &'p mut super::canvas::Pen<'b> {
    let theme = pen.theme;
    pen.put(&visible(&sched.scheduler), theme.text());
    if let Some(weight) = sched.weight {
        pen.put("  weight ", theme.label()).print(theme.text(), format_args!("{weight}"));
    }
    match sched.cap {
        None => {}
        Some(0) => {
            pen.put("  no cap", theme.label());
        }
        Some(cap) => {
            pen.put("  cap ", theme.label()).print(theme.text(), format_args!("{cap} %"));
        }
    }
    for (name, value) in &sched.other {
        pen.print(theme.label(), format_args!("  {} ", visible(name)))
            .print(theme.text(), format_args!("{value}"));
    }
    pen
}
