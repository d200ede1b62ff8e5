//! How a console stands, in a line below its page: only where there is something to say.

use ratatui::{layout::Rect, style::Style};

use crate::{
    app::{App, consoles::Tab},
    model::console::{Link, Page},
    theme::Theme,
    view::{canvas::Canvas, signs::Signs},
};

/// The sign of a tab: recorded, typed into, watched, broken off.
pub(super) fn sign(app: &App, tab: &Tab, (theme, signs): (&Theme, &Signs)) -> (&'static str, Style) {
    let [on, half, off] = signs.lights;
    match &tab.link {
        _ if tab.recording.is_some() => ("R", theme.error()),
        Link::Writing if app.types_into(tab) || tab.browse.is_some() => (on, theme.good()),
        Link::Writing | Link::Watching(_) => (half, theme.accent()),
        Link::Opening => (half, theme.dim()),
        Link::Lost(_) => (off, theme.warning()),
        Link::Ended(_) => (off, theme.error()),
    }
}

/// Whether there is something to say.
pub(super) fn has_line(app: &App, tab: &Tab) -> bool {
    let page = tab.page.as_deref();
    let looks = page.is_some_and(|page| page.back > 0 || page.found.is_some() || page.selected);
    tab.link != Link::Writing
        || tab.browse.is_some()
        || tab.recording.is_some()
        || looks
        || app.consoles.escaped
}

/// Draws the line.
pub(super) fn draw(canvas: &mut Canvas<'_>, line: Rect, tab: &Tab) {
    let (app, theme) = (canvas.app, canvas.theme);
    let mut pen = canvas.pen(line, 0);
    if app.consoles.escaped {
        let escape = app.settings.console.escape.to_string();
        pen.put(&escape, theme.key()).put(" and a key: the next is not for the guest  ", theme.warning());
    }
    let (before, why, style) = link(tab, theme);
    pen.put(before, style).put(why, theme.text());
    if let Some(path) = &tab.recording {
        let path = path.to_string_lossy();
        let path = crate::model::text::visible(&path);
        pen.put("recorded into ", theme.error()).put(&path, theme.text()).skip(2);
    }
    if let Some(page) = tab.page.as_deref() {
        back(canvas, line, (page, tab));
    }
}

/// Before the reason, and the reason.
fn link<'t>(tab: &'t Tab, theme: &Theme) -> (&'static str, &'t str, Style) {
    match &tab.link {
        Link::Opening => ("being attached  ", "", theme.dim()),
        Link::Writing => ("", "", theme.text()),
        Link::Watching(why) => ("watching: ", why.shown(), theme.accent()),
        Link::Lost(why) => ("broke off: ", why.shown(), theme.warning()),
        Link::Ended(why) => ("ended: ", why.shown(), theme.error()),
    }
}

/// Where in the lines kept, and what was found, at the right end.
fn back(canvas: &mut Canvas<'_>, line: Rect, (page, tab): (&Page, &Tab)) {
    let theme = canvas.theme;
    let found = match page.found {
        Some((_, 0)) => format!("`{}` is not there  ", crate::model::text::visible(&tab.search)),
        Some((0, all)) => format!("{all} found  "),
        Some((hit, all)) => format!("{hit} of {all} found  "),
        None => String::new(),
    };
    let selected = if page.selected { "selected  " } else { "" };
    let place = match page.back {
        0 if tab.browse.is_none() => String::new(),
        back => format!("{back} of {} lines back", page.history),
    };
    let text = format!(" {selected}{found}{place}");
    if text.trim().is_empty() {
        return;
    }
    let cells = u16::try_from(text.chars().count()).unwrap_or(u16::MAX).min(line.width);
    let right = Rect { x: line.right() - cells, width: cells, ..line };
    canvas.clear(right, theme.base());
    canvas.pen(right, 0).put(text.trim_end(), theme.accent());
}
