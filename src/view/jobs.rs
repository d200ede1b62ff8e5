//! Jobs: what was asked of the hosts, how far it has come, by whom it was done, and how to take it back.

use ratatui::layout::Rect;

use super::{
    canvas::{Canvas, Pen, area},
    graph::bar,
    text::{memory, memory_long, span},
};
use crate::{
    app::{
        App, Panel,
        jobs::{Job, Stage, Undo},
    },
    model::{KiB, Nanos, pursuit::Verdict, text::visible, transfer::Transfer},
};

/// From this width on the way through the drivers has a line of its own place.
const WIDE: u16 = 110;

/// Cells of a bar.
const BAR: u16 = 12;

/// Draws it, newest first.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let app = canvas.app;
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let count = app.jobs.list().len();
    canvas.regions.lengths[Panel::Jobs as usize] = u16::try_from(count).unwrap_or(u16::MAX);
    title(canvas, Rect { x: inner.x.saturating_sub(1), ..inner });
    if count == 0 {
        let dim = canvas.theme.dim();
        canvas.pen(inner, inner.height / 3).put("nothing was asked of any host yet", dim);
        return;
    }
    canvas.regions.jobs = area(inner);
    let first = first_line(app, inner.height);
    for (line, (place, job)) in (0..inner.height).zip(app.jobs.list().rev().enumerate().skip(first)) {
        row(&mut canvas.pen(inner, line), (app, job));
        if place == app.screen.job && app.screen.focus == Panel::Jobs {
            let whole = Rect { x: inner.x - 1, y: inner.y + line, width: inner.width + 2, height: 1 };
            let selection = canvas.theme.selection();
            canvas.tint(whole, selection);
        }
    }
}

/// The first job shown, so that the picked one is to be seen.
fn first_line(app: &App, height: u16) -> usize {
    crate::app::overlay::first_line(app.screen.job, usize::from(height))
}

fn title(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let running = app.jobs.running().count();
    let mut pen = canvas.title_pen(Panel::Jobs, inner);
    if running > 0 {
        pen.print(theme.accent(), format_args!("{running} under way "));
    }
    if let Some((_, until)) = app.provisional().first() {
        let left = span(until.since(app.now));
        pen.print(theme.warning(), format_args!("not kept: back in {left} "));
    }
}

fn row(pen: &mut Pen<'_>, (app, job): (&App, &Job)) {
    let theme = pen.theme;
    let (word, style) = match job.stage {
        Stage::Queued => ("queued", theme.dim()),
        Stage::Sent => ("asking", theme.accent()),
        Stage::Underway => under_way(job, pen),
        Stage::Done => ("done", theme.good()),
        Stage::Failed => ("failed", theme.error()),
        Stage::Cancelled => ("cancelled", theme.dim()),
    };
    let age = job.ended.unwrap_or(app.now).since(job.since);
    pen.right(8, &span(age), theme.dim()).skip(1).field(9, word, style).skip(1);
    let wide = pen.room() >= WIDE;
    let text = if job.stage.is_final() { theme.text() } else { theme.strong() };
    pen.field(if wide { 38 } else { 26 }, &visible(&job.title), text).skip(1);
    match app.jobs.transfer(job) {
        Some(transfer) => {
            gauge(pen, transfer);
            moved(pen, transfer);
        }
        None => progress(pen, job),
    }
    way(pen, job);
    ledger(pen, (app.now, job));
}

fn under_way(job: &Job, pen: &Pen<'_>) -> (&'static str, ratatui::style::Style) {
    let theme = pen.theme;
    match job.verdict() {
        Some(Verdict::Ignored) => ("ignored", theme.warning()),
        Some(Verdict::Moving) => ("moving", theme.accent()),
        _ => ("waiting", theme.accent()),
    }
}

/// The part of what moves bytes that is done, and how long the rest takes.
pub(super) fn gauge(pen: &mut Pen<'_>, transfer: &Transfer) {
    let theme = pen.theme;
    if let Some(part) = transfer.part() {
        #[allow(clippy::cast_possible_truncation, reason = "a share, drawn in cells")]
        bar(pen, BAR, part as f32, theme.accent());
        pen.skip(1).print(theme.strong(), format_args!("{:>2.0}", (part * 100.0).floor()));
        pen.put(" %  ", theme.dim());
    }
    if let Some(left) = transfer.left() {
        pen.put(&span(left), theme.text()).put(" left", theme.dim()).skip(2);
    }
}

/// How much of it has moved, and how fast.
pub(super) fn moved(pen: &mut Pen<'_>, transfer: &Transfer) {
    let theme = pen.theme;
    pen.put(&memory(KiB(transfer.done >> 10)), theme.text());
    if transfer.total > 0 {
        pen.put(" of ", theme.dim()).put(&memory(KiB(transfer.total >> 10)), theme.text());
    }
    if let Some(pace) = transfer.pace() {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts of floats saturate"
        )]
        let pace = memory_long(KiB((pace / 1024.0) as u64));
        pen.skip(2).put(&pace, theme.text()).put("/s", theme.dim());
    }
    pen.skip(2);
}

/// Requested and actual, with the pace.
fn progress(pen: &mut Pen<'_>, job: &Job) {
    let theme = pen.theme;
    let Some(pursuit) = job.pursuit.as_ref().filter(|_| job.failure.is_none()) else { return };
    let arrow = pen.signs.to;
    pen.put(&visible(pursuit.actual()), theme.strong());
    if !job.stage.is_final() {
        pen.skip(1).put(arrow, theme.dim()).skip(1).put(&visible(&pursuit.requested()), theme.text());
        let pace = pursuit.pace();
        if !pace.is_empty() {
            pen.skip(1).put(&pace, theme.dim());
        }
    }
    pen.skip(2);
}

/// Who was asked, in order; what each said where it did not do it.
fn way(pen: &mut Pen<'_>, job: &Job) {
    let theme = pen.theme;
    for step in job.trails.last().into_iter().flat_map(|trail| &trail.0) {
        if let Some(reason) = &step.refused {
            pen.put(&visible(&step.driver), theme.dim()).put(" ", theme.dim());
            pen.put(&visible(&reason.message), theme.dim());
        } else {
            pen.put(&visible(&step.driver), theme.good());
        }
        for what in &step.lost {
            pen.put(" without ", theme.warning()).put(&visible(what), theme.text());
        }
        pen.put("  ", theme.dim());
    }
    for reason in job.failure.iter().flat_map(|failure| &failure.reasons) {
        pen.put(&visible(&reason.driver), theme.error()).put(": ", theme.error());
        pen.put(&visible(&reason.message), theme.text()).put("  ", theme.text());
    }
}

fn ledger(pen: &mut Pen<'_>, (now, job): (Nanos, &Job)) {
    let theme = pen.theme;
    match &job.undo {
        Undo::Provisional(_, until) => {
            pen.print(theme.warning(), format_args!("back in {}", span(until.since(now))));
        }
        Undo::Undone(_) => {
            pen.put("taken back", theme.dim());
        }
        Undo::Ready(_) | Undo::No(_) => {}
    }
}
