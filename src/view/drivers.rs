//! The driver stack: how each is, which answers which operation, and what watching costs.

use ratatui::{layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{
    canvas::{Canvas, Pen, Sheet},
    header::light,
    text::{brief, count},
};
use crate::{
    app::{Mode, Panel, jobs::Job},
    model::{DriverStatus, Light, Nanos, Op, Route, Snapshot, text::visible},
};

/// How many changes are told of.
const PATHS: usize = 8;
/// Cells of a change.
const TITLE: u16 = 32;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let Some(shown) = app.pane().latest.as_deref() else {
        canvas.pen(inner, inner.height / 3).put("waiting for the first snapshot of this host", theme.dim());
        return;
    };
    let mut sheet = Sheet::new(inner, app.screen.scroll[Panel::Drivers as usize]);
    stack(canvas, &mut sheet, shown);
    sheet.gap();
    cost(canvas, &mut sheet, shown);
    mode(canvas, &mut sheet);
    paths(canvas, &mut sheet);
    sheet.gap();
    operations(canvas, &mut sheet, &shown.drivers);
    canvas.regions.lengths[Panel::Drivers as usize] = sheet.lines();
}

/// A line for each driver in the order asked, and under it what is wrong.
fn stack(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let (theme, missing) = (canvas.theme, canvas.signs.missing);
    let name = width(&shown.drivers);
    let mut pen = sheet.next(canvas);
    pen.skip(2).field(name, "DRIVER", theme.column()).right(8, "CALLS", theme.column());
    pen.right(8, "FAILED", theme.column())
        .right(9, "LATENCY", theme.column())
        .skip(2)
        .put("PEER", theme.column());
    for driver in &shown.drivers {
        let (sign, style) = light((theme, canvas.signs), &driver.light);
        let mut pen = sheet.next(canvas);
        pen.field(2, sign, style).field(name, &visible(&driver.name), theme.strong());
        number(&mut pen, driver.calls, theme.text());
        number(&mut pen, driver.failures, theme.warning());
        match driver.latency {
            Nanos(0) => pen.right(9, missing, theme.dim()),
            latency => pen.right(9, &brief(latency), theme.text()),
        };
        pen.skip(2).put(&visible(&driver.peer), theme.dim());
        if let Some((why, style)) = trouble(canvas, driver) {
            sheet.next(canvas).skip(2).put(&visible(why), style);
        }
        if let Some(failure) = &driver.last_failure {
            let mut pen = sheet.next(canvas);
            pen.skip(2).put("last failure: ", theme.label()).put(&visible(failure), theme.warning());
        }
    }
}

fn width(drivers: &[DriverStatus]) -> u16 {
    let longest = drivers.iter().map(|driver| driver.name.width()).max().unwrap_or(0);
    u16::try_from(longest).unwrap_or(u16::MAX).clamp(8, 16)
}

fn number(pen: &mut Pen<'_>, number: u64, style: Style) {
    let style = if number == 0 { pen.theme.dim() } else { style };
    pen.right(8, &count(number as f64), style);
}

fn trouble<'d>(canvas: &Canvas<'_>, driver: &'d DriverStatus) -> Option<(&'d str, Style)> {
    match &driver.light {
        Light::Ready => None,
        Light::Degraded(why) => Some((why, canvas.theme.warning())),
        Light::Down(why) => Some((why, canvas.theme.error())),
        Light::Absent(why) => Some((why, canvas.theme.dim())),
    }
}

/// What this program costs the host.
fn cost(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let (theme, about, asked) = (canvas.theme, canvas.signs.about, canvas.app.settings.interval);
    let timing = shown.timing;
    let calls: u64 = shown.drivers.iter().map(|driver| driver.calls).sum();
    let mut pen = sheet.next(canvas);
    pen.put("a snapshot every ", theme.label()).print(theme.text(), format_args!("{}", brief(timing.real)));
    pen.print(theme.dim(), format_args!(" {about}{}", brief(timing.jitter)));
    if timing.interval != asked || timing.real.0.abs_diff(asked.0) > asked.0 / 4 {
        pen.print(theme.dim(), format_args!(" ({} asked for)", brief(asked)));
    }
    pen.put("  costs ", theme.label()).print(theme.text(), format_args!("{}", brief(timing.cost)));
    if timing.real.0 > 0 {
        let share = timing.cost.0 as f64 / timing.real.0 as f64 * 100.0;
        pen.print(theme.dim(), format_args!(" ({share:.1} %)"));
    }
    let each = calls as f64 / (timing.tick + 1) as f64;
    let mut pen = sheet.next(canvas);
    pen.print(theme.text(), format_args!("{each:.1}")).put(" calls a snapshot", theme.label());
    if timing.real.0 > 0 {
        let rate = each / timing.real.seconds();
        pen.print(theme.text(), format_args!("  {}", count(rate))).put(" calls/s", theme.label());
    }
    let style = if timing.missed > 0 { theme.warning() } else { theme.dim() };
    pen.print(theme.text(), format_args!("  {}", count(timing.tick as f64 + 1.0)))
        .put(" snapshots", theme.label());
    pen.print(style, format_args!("  {} missed", count(timing.missed as f64)));
}

/// Whether the host may be changed, or why not.
fn mode(canvas: &mut Canvas<'_>, sheet: &mut Sheet) {
    let theme = canvas.theme;
    if let Mode::Viewer(why) = &canvas.app.pane().mode {
        let mut pen = sheet.next(canvas);
        pen.put("looking only: ", theme.label()).put(&visible(why), theme.text());
    }
}

/// The way the last changes took through the stack, newest first.
fn paths(canvas: &mut Canvas<'_>, sheet: &mut Sheet) {
    let (app, theme, to) = (canvas.app, canvas.theme, canvas.signs.to);
    let host = app.pane().id;
    let told = |job: &&Job| job.host == host && (!job.trails.is_empty() || job.failure.is_some());
    let jobs: Vec<_> = app.jobs.list().rev().filter(told).take(PATHS).collect();
    if jobs.is_empty() {
        return;
    }
    sheet.gap();
    sheet.next(canvas).field(TITLE + 1, "LAST CHANGES", theme.column()).put("WAY TAKEN", theme.column());
    for job in jobs {
        let mut pen = sheet.next(canvas);
        pen.field(TITLE, &visible(&job.title), theme.text()).skip(1);
        for (place, (driver, refused)) in steps(job).into_iter().enumerate() {
            pen.put(if place == 0 { "" } else { " " }, theme.dim());
            pen.put(if place == 0 { "" } else { to }, theme.dim())
                .put(if place == 0 { "" } else { " " }, theme.dim());
            match refused {
                None => pen.put(&visible(driver), theme.good()).put(" did", theme.good()),
                Some(why) => pen
                    .put(&visible(driver), theme.warning())
                    .put(": ", theme.dim())
                    .put(&visible(why), theme.text()),
            };
        }
    }
}

/// Who was asked for a job's last request, and why each did not do it, where one did not.
fn steps(job: &Job) -> Vec<(&str, Option<&str>)> {
    let asked = job.trails.last().into_iter().flat_map(|trail| &trail.0);
    let asked = asked.map(|step| (&*step.driver, step.refused.as_ref().map(|reason| &*reason.message)));
    let failed = job.failure.iter().flat_map(|failure| &failure.reasons);
    asked.chain(failed.map(|reason| (&*reason.driver, Some(&*reason.message)))).collect()
}

/// A line for each operation: its route, and who answers it in which order.
fn operations(canvas: &mut Canvas<'_>, sheet: &mut Sheet, drivers: &[DriverStatus]) {
    let theme = canvas.theme;
    let mut pen = sheet.next(canvas);
    pen.field(16, "OPERATION", theme.column())
        .field(17, "ROUTE", theme.column())
        .put("ANSWERED BY", theme.column());
    for &op in Op::ALL {
        if sheet.below() {
            sheet.gap();
            continue;
        }
        operation(canvas, sheet, op, drivers);
    }
}

fn operation(canvas: &mut Canvas<'_>, sheet: &mut Sheet, op: Op, drivers: &[DriverStatus]) {
    let (theme, missing) = (canvas.theme, canvas.signs.missing);
    let mut pen = sheet.next(canvas);
    pen.field(15, op.word(), if op.changes() { theme.strong() } else { theme.text() }).skip(1);
    pen.field(16, route(op.route()), theme.dim()).skip(1);
    let can = |driver: &&DriverStatus| driver.ops.contains(&op);
    let up = |driver: &&DriverStatus| matches!(driver.light, Light::Ready | Light::Degraded(_));
    let mut answering = 0;
    // The stack asks in this order, but for a route that keeps the hypervisor for the last.
    let last = |driver: &&DriverStatus| op.route() == Route::HypervisorLast && &*driver.name == "hypervisor";
    let (hypervisor, others): (Vec<_>, Vec<_>) = drivers.iter().filter(can).partition(last);
    for driver in others.into_iter().chain(hypervisor) {
        let first = answering == 0 || op.route() == Route::Every;
        let style = match (up(&driver), first) {
            (true, true) => theme.good(),
            (true, false) => theme.text(),
            (false, _) => theme.dim(),
        };
        answering += u32::from(up(&driver));
        pen.put(&visible(&driver.name), style).skip(2);
    }
    if !drivers.iter().any(|driver| can(&driver)) {
        pen.put(missing, theme.dim());
    }
}

const fn route(route: Route) -> &'static str {
    match route {
        Route::First => "first that can",
        Route::HypervisorLast => "hypervisor last",
        Route::Every => "every one",
    }
}
