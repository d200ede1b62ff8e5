//! The Console panel: which consoles are open, how the one that is shown stands, and its page.

mod page;
mod state;

pub use page::page;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, area};
use crate::app::{App, Panel, consoles::Tab};

/// Draws it; returns where the cursor stands, where the panel has the keys and there is one to be seen.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) -> Option<(u16, u16)> {
    let app = canvas.app;
    let Some(tab) = app.consoles.tab() else {
        let dim = canvas.theme.dim();
        canvas.pen(inner, 0).put("no console is open: `c` on a domain opens its own", dim);
        return None;
    };
    // Without a border the tabs take the first line.
    let (tabs, rest) = if canvas.framed {
        (Rect { y: inner.y.saturating_sub(1), height: 1, ..inner }, inner)
    } else {
        let height = inner.height.saturating_sub(1);
        (Rect { height: 1, ..inner }, Rect { y: inner.y + 1, height, ..inner })
    };
    draw_tabs(canvas, tabs);
    let line = state::has_line(app, tab);
    let height = rest.height.saturating_sub(u16::from(line));
    let place = Rect { height, ..rest };
    if line {
        state::draw(canvas, Rect { y: rest.y + height, height: 1, ..rest }, tab);
    }
    let cursor = draw_page(canvas, place, tab);
    cursor.filter(|_| app.screen.focus == Panel::Console && app.overlay.is_none())
}

/// The tabs: in the upper border, behind the panel's title.
fn draw_tabs(canvas: &mut Canvas<'_>, line: Rect) {
    let (app, theme, framed) = (canvas.app, canvas.theme, canvas.framed);
    let taken = if framed { u16::try_from(Panel::Console.title().len()).unwrap_or(0) + 3 } else { 0 };
    let mut x = line.x.saturating_add(taken);
    let end = line.right().saturating_sub(u16::from(framed));
    // As many before the one that is shown as leave room for it.
    let widths: Vec<u16> = app.consoles.tabs.iter().map(|tab| width(app, tab)).collect();
    let shown = app.consoles.shown;
    let mut first = 0;
    while first < shown && widths[first..=shown].iter().sum::<u16>() > end.saturating_sub(x) {
        first += 1;
    }
    for (place, tab) in app.consoles.tabs.iter().enumerate().skip(first) {
        let room = end.saturating_sub(x).min(widths[place]);
        if room < 4 {
            break;
        }
        let cells = Rect { x, y: line.y, width: room, height: 1 };
        let signs = canvas.signs;
        let style = if place == shown { theme.title_focused() } else { theme.title() };
        let mut pen = canvas.pen(cells, 0);
        let (sign, look) = state::sign(app, tab, (theme, signs));
        pen.put(" ", theme.title()).put(sign, look).put(" ", theme.title());
        pen.put(&name(app, tab), style).put(if tab.unread { "* " } else { " " }, theme.warning());
        canvas.regions.tabs.push((place, area(cells)));
        x += room;
    }
}

fn width(app: &App, tab: &Tab) -> u16 {
    u16::try_from(name(app, tab).width()).unwrap_or(u16::MAX).saturating_add(4 + u16::from(tab.unread))
}

/// A tab's name: with its host where that is another than the one that is shown.
fn name(app: &App, tab: &Tab) -> String {
    let host = app.hosts.iter().find(|host| host.id == tab.host);
    match host.filter(|host| host.id != app.pane().id) {
        Some(host) => format!("{}@{}", tab.label(), crate::model::text::visible(&host.uri)),
        None => tab.label(),
    }
}

fn draw_page(canvas: &mut Canvas<'_>, place: Rect, tab: &Tab) -> Option<(u16, u16)> {
    let theme = canvas.theme;
    canvas.regions.console.area = area(place);
    let Some(shown) = &tab.page else { return None };
    let caret = tab.browse.map(|browse| browse.caret);
    let (seen, cursor) = page(canvas.buf, place, (shown, theme), caret);
    canvas.regions.console = seen;
    cursor
}
