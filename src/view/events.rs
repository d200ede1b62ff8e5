//! Events: what happened, when, to whom, by whom, and what came of it. Newest first.

use ratatui::{layout::Rect, style::Style};

use super::{
    canvas::{Canvas, Pen, area},
    marks,
    text::Scrap,
};
use crate::{
    app::{App, Panel, events::Entry},
    model::{
        Light, Name, Nanos,
        event::{Asked, Event, HostNews, Life, Outcome, What, Who},
        text::visible,
    },
};

/// From this width on names have room, from this one on who did it is told in words, and from this one on in columns.
const ROOMY: u16 = 56;
const WIDE: u16 = 76;
const ALIGNED: u16 = 104;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let app = canvas.app;
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let count = app.listed_events().count();
    canvas.regions.lengths[Panel::Events as usize] = u16::try_from(count).unwrap_or(u16::MAX);
    title(canvas, Rect { x: inner.x.saturating_sub(1), ..inner });
    if count == 0 {
        let dim = canvas.theme.dim();
        let what =
            if app.events.only { "nothing happened to this domain yet" } else { "nothing happened yet" };
        canvas.pen(inner, inner.height / 3).put(what, dim);
        return;
    }
    canvas.regions.events = area(inner);
    let picked = app.picked_event();
    let first = crate::app::overlay::first_line(picked, usize::from(inner.height));
    for (line, (place, entry)) in (0..inner.height).zip(app.listed_events().enumerate().skip(first)) {
        row(&mut canvas.pen(inner, line), app, entry);
        if place == picked && app.screen.focus == Panel::Events {
            let whole = Rect { x: inner.x - 1, y: inner.y + line, width: inner.width + 2, height: 1 };
            let selection = canvas.theme.selection();
            canvas.tint(whole, selection);
        }
    }
}

/// Of which domain they are, where they are of one only.
fn title(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    if let Some(domain) = app.selected().filter(|_| app.events.only) {
        let label = domain.label();
        canvas
            .title_pen(Panel::Events, inner)
            .put("of ", theme.label())
            .put(&label, theme.strong())
            .put(" ", theme.title());
    }
}

fn row(pen: &mut Pen<'_>, app: &App, entry: &Entry) {
    let (theme, event) = (pen.theme, &entry.event);
    let width = pen.room();
    let (sign, style) = marks::who((theme, pen.signs), &event.who);
    pen.field(8, &clock(event.at.wall, app.settings.utc_offset), theme.dim()).skip(1);
    pen.put(sign, style).skip(1);
    let names = if width >= ROOMY { 16 } else { 10 };
    match &event.domain {
        Some(domain) => pen.field(names, &named(app, event, domain), theme.text()),
        None => pen.field(names, "host", theme.label()),
    };
    pen.skip(1);
    // Where there is room, what is told stands in columns; what is longer pushes the next one on.
    let columns = if width >= ALIGNED { [36, 26] } else { [0, 0] };
    let from = pen.x();
    what(pen, event);
    let next = pen.skip(2).x().max(from + columns[0]);
    pen.goto(next);
    if width >= WIDE {
        let from = pen.x();
        by(pen, app, event);
        let next = pen.skip(2).x().max(from + columns[1]);
        pen.goto(next);
    }
    came(pen, &event.what);
}

/// The domain as it was called then, or as it is called now where it had no name yet.
fn named(app: &App, event: &Event, (key, name): &(crate::model::DomainKey, Name)) -> String {
    let shown = app.pane().shown.as_ref().filter(|_| name.raw().is_empty());
    let now = shown.and_then(|shown| shown.domains.iter().find(|domain| domain.key == *key));
    now.map_or_else(|| event.label().into_owned(), |domain| domain.label().into_owned())
}

/// What happened, from what to what.
fn what(pen: &mut Pen<'_>, event: &Event) {
    let (theme, arrow) = (pen.theme, pen.signs.to);
    if let Some((sign, style)) = sign(pen, &event.what) {
        pen.put(sign, style).skip(1).put(&event.what.phrase(), style);
    } else {
        pen.put(&event.what.phrase(), theme.strong());
    }
    if let Some((from, to)) = event.what.values() {
        pen.skip(1).put(&from, theme.text()).skip(1).put(arrow, theme.dim()).skip(1).put(&to, theme.strong());
    }
}

/// The sign and colour of the state a domain came to, or of how the host or a driver is.
fn sign(pen: &Pen<'_>, what: &What) -> Option<(&'static str, Style)> {
    let (theme, signs) = (pen.theme, pen.signs);
    let [shines, half, dark] = signs.lights;
    Some(match what {
        What::Life(Life::State(_, state) | Life::Created(state)) => {
            (signs.state(*state), theme.state(*state))
        }
        What::Life(Life::Gone(_)) => (dark, theme.gone()),
        What::Life(Life::Again(..)) => (shines, theme.fresh()),
        What::Host(HostNews::Driver(_, _, Light::Ready) | HostNews::Fresh | HostNews::Plenty(_)) => {
            (shines, theme.good())
        }
        What::Host(HostNews::Driver(_, _, Light::Degraded(_)) | HostNews::Missed(_)) => {
            (half, theme.warning())
        }
        What::Host(HostNews::Pcpu(_, true)) => (shines, theme.text()),
        What::Host(_) => (dark, theme.error()),
        What::Change(..) | What::Job(_) => return None,
    })
}

fn by(pen: &mut Pen<'_>, app: &App, event: &Event) {
    let theme = pen.theme;
    let (_, style) = marks::who((theme, pen.signs), &event.who);
    match (&event.who, &event.what) {
        (Who::Us(_), What::Job(_)) if !app.settings.user.is_empty() => {
            pen.put("by ", theme.label()).put(&visible(&app.settings.user), style);
        }
        (Who::Us(title), What::Life(_) | What::Change(..)) => {
            pen.put("by ", theme.label()).put(&visible(title), style);
        }
        (who, _) => {
            pen.put(who.phrase(), style);
        }
    }
}

/// What came of what was asked; why something is as it is.
fn came(pen: &mut Pen<'_>, what: &What) {
    let theme = pen.theme;
    if let What::Job(Asked { outcome, .. }) = what {
        let style = match outcome {
            Outcome::Pending => theme.accent(),
            Outcome::Done(..) => theme.good(),
            Outcome::Failed(_) | Outcome::Refused(_) => theme.error(),
            Outcome::Cancelled | Outcome::Undone => theme.dim(),
        };
        pen.put(outcome.word(), style).skip(1);
    }
    pen.put(&what.reason(), theme.text());
}

/// Local time of day: `09:14:02`; nothing where the moment is not known.
fn clock(wall: Nanos, offset: i32) -> Scrap {
    let seconds = i64::try_from(wall.0 / 1_000_000_000).unwrap_or(0) + i64::from(offset);
    let day = seconds.rem_euclid(86_400);
    if wall.0 == 0 {
        return Scrap::of(format_args!(""));
    }
    Scrap::of(format_args!("{:02}:{:02}:{:02}", day / 3600, day / 60 % 60, day % 60))
}
