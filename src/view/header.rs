//! The header: which host, which mode, whether the data is fresh, who is up, how loaded it all is.

mod load;
mod phrase;

pub(super) use load::full;

use phrase::Phrase;
use ratatui::{layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{
    canvas::{Canvas, Pen},
    signs::Signs,
    text::{brief, count},
};
use crate::{
    app::{App, Mode},
    model::{DomainState, Light, Nanos, Snapshot, text::visible},
    theme::Theme,
};

/// The least time without a snapshot that is worth a word: fast sampling may stumble.
const SILENCE: Nanos = Nanos(1_500_000_000);

/// How many lines it takes.
pub(super) const fn height(screen: Rect) -> u16 {
    match (screen.width, screen.height) {
        (100.., 28..) => 3,
        (60.., 16..) => 2,
        _ => 1,
    }
}

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, place: Rect) {
    let first = Rect { height: 1, ..place };
    canvas.tint(first, canvas.theme.header());
    if place.height == 1 {
        small(canvas, first);
        return;
    }
    identity(canvas, first);
    let rest = Rect { y: place.y + 1, height: place.height - 1, ..place };
    if rest.height == 1 { load::line(canvas, rest) } else { load::lines(canvas, rest) }
}

/// The first line: the host on the left, freshness and mode on the right, what is less important in between.
fn identity(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let mut right = Phrase::default();
    freshness(&mut right, app, canvas);
    right.add(theme.text(), format_args!("  "));
    badges(&mut right, canvas);
    let start = line.width.saturating_sub(right.width());
    let mut pen = canvas.pen(line, 0);
    pen.leave(right.width() + 2).put(" ", theme.text());
    name(&mut pen, app);
    let mut pen = canvas.pen(line, 0);
    pen.skip(start);
    right.write(&mut pen);
}

/// Name, hypervisor, scheduler, and why it is this host that is shown.
fn name(pen: &mut Pen<'_>, app: &App) {
    let (theme, dot) = (pen.theme, pen.signs.dot);
    let pane = app.pane();
    pen.put("domtop", theme.accent()).skip(2);
    let Some(shown) = pane.shown.as_deref() else {
        pen.put(&visible(&pane.uri), theme.strong()).skip(1);
        pen.put("not read yet", theme.warning());
        return;
    };
    pen.put(shown.node.name.shown(), theme.strong()).skip(1);
    let hypervisor = &shown.hypervisor;
    pen.print(theme.dim(), format_args!("{dot} "));
    pen.print(theme.text(), format_args!("{} {}", visible(&hypervisor.kind), visible(&hypervisor.version)));
    let (why, scheduler) = (visible(&pane.why), hypervisor.scheduler.known().map(|name| visible(name)));
    let cells = |text: &str| u16::try_from(text.width() + 3).unwrap_or(u16::MAX);
    // Why it is this host matters more than its scheduler where there is no room for both.
    let both = scheduler.as_deref().map_or(0, cells).saturating_add(cells(&why)) <= pen.room();
    if let Some(scheduler) = scheduler.filter(|_| both || pen.room() < cells(&why)) {
        pen.print(theme.dim(), format_args!(" {dot} ")).put(&scheduler, theme.text());
    }
    if !why.is_empty() && pen.room() > 8 {
        pen.print(theme.dim(), format_args!(" {dot} ")).put(&why, theme.dim());
    }
}

/// How many run of how many there are, and how many have crashed.
fn running(phrase: &mut Phrase, canvas: &Canvas<'_>, shown: &Snapshot) {
    let (theme, signs) = (canvas.theme, canvas.signs);
    let many = |state| shown.domains.iter().filter(|domain| domain.state == state).count();
    let (up, crashed) = (many(DomainState::Running), many(DomainState::Crashed));
    phrase.add(theme.running(), format_args!("{}{up}", signs.state(DomainState::Running)));
    phrase.add(theme.dim(), format_args!("/{} ", shown.domains.len()));
    if crashed > 0 {
        phrase.add(theme.crashed(), format_args!("{}{crashed} ", signs.state(DomainState::Crashed)));
    }
}

/// The real interval with its jitter; or for how long nothing has come.
fn freshness(phrase: &mut Phrase, app: &App, canvas: &Canvas<'_>) {
    let (theme, signs) = (canvas.theme, canvas.signs);
    let Some(latest) = app.pane().latest.as_deref() else { return };
    if let Some(silent) = silence(app) {
        phrase.add(theme.warning(), format_args!("no answer for {:.0} s", silent.seconds()));
        return;
    }
    let timing = latest.timing;
    phrase.add(theme.dim(), format_args!("every "));
    let real = if timing.real.0 > 0 { timing.real } else { app.settings.interval };
    phrase.add(theme.text(), format_args!("{}", brief(real)));
    if timing.jitter.0 > 0 {
        phrase.add(theme.dim(), format_args!(" {}{}", signs.about, brief(timing.jitter)));
    }
    if timing.missed > 0 {
        phrase.add(theme.warning(), format_args!(" {} missed", count(timing.missed as f64)));
    }
}

/// For how long nothing has come, where that is longer than it should be.
fn silence(app: &App) -> Option<Nanos> {
    let silent = app.now.since(app.pane().latest.as_deref()?.at.mono);
    let allowed = Nanos(app.settings.interval.0.saturating_mul(3)).max(SILENCE);
    (silent > allowed && !app.settings.paused).then_some(silent)
}

/// What the screen is and what the user may do.
fn badges(phrase: &mut Phrase, canvas: &Canvas<'_>) {
    let (theme, app) = (canvas.theme, canvas.app);
    if app.settings.paused {
        phrase.add(theme.halted(), format_args!(" PAUSED "));
        phrase.add(theme.text(), format_args!(" "));
    }
    if app.settings.frozen {
        phrase.add(theme.halted(), format_args!(" FROZEN "));
        phrase.add(theme.text(), format_args!(" "));
    }
    match app.pane().mode {
        Mode::Operator => phrase.add(theme.operator(), format_args!(" OPERATOR ")),
        Mode::Viewer(_) => phrase.add(theme.viewer(), format_args!(" VIEW ")),
    };
}

/// The same in few cells.
fn short_badges(phrase: &mut Phrase, canvas: &Canvas<'_>) {
    let (theme, app) = (canvas.theme, canvas.app);
    match (app.settings.paused, app.settings.frozen, &app.pane().mode) {
        (true, ..) => phrase.add(theme.halted(), format_args!("PAUSED")),
        (_, true, _) => phrase.add(theme.halted(), format_args!("FROZEN")),
        (.., Mode::Operator) => phrase.add(theme.operator(), format_args!("OPER")),
        (.., Mode::Viewer(_)) => phrase.add(theme.viewer(), format_args!("VIEW")),
    };
}

/// A light per driver with its name, and a word of trouble where it has one.
fn lights(phrase: &mut Phrase, canvas: &Canvas<'_>, shown: &Snapshot) {
    for driver in &shown.drivers {
        let (sign, style) = light((canvas.theme, canvas.signs), &driver.light);
        phrase.add(canvas.theme.dim(), format_args!("  {} ", visible(&driver.name)));
        phrase.add(style, format_args!("{sign}"));
    }
}

/// The sign and style of a driver's light.
pub(super) fn light((theme, signs): (&Theme, &Signs), light: &Light) -> (&'static str, Style) {
    let [on, half, out] = signs.lights;
    match light {
        Light::Ready => (on, theme.good()),
        Light::Degraded(_) => (half, theme.warning()),
        Light::Down(_) => (out, theme.error()),
        Light::Absent(_) => (out, theme.dim()),
    }
}

/// All of it in the one line of a small screen.
fn small(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let mut right = Phrase::default();
    if let Some(shown) = app.pane().shown.as_deref() {
        load::short(&mut right, canvas, shown);
        running(&mut right, canvas, shown);
        if let Some(silent) = silence(app) {
            right.add(theme.warning(), format_args!("{:.0}s! ", silent.seconds()));
        }
    }
    short_badges(&mut right, canvas);
    let start = line.width.saturating_sub(right.width());
    let mut pen = canvas.pen(line, 0);
    pen.leave(right.width() + 1);
    match app.pane().shown.as_deref() {
        Some(shown) => pen.put(shown.node.name.shown(), theme.strong()),
        None => pen.put("not read yet", theme.warning()),
    };
    let mut pen = canvas.pen(line, 0);
    pen.skip(start);
    right.write(&mut pen);
}
