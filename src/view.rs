//! Draws the app: a picture cannot change the world.
//!
//! ```text
//!  header     who, how fresh, how loaded          one to three lines, by the height of the screen
//!  panels     Domains, Detail, Host, Pins…        tiled, borders shared between neighbours
//!  footer     keys, or the line that is typed     one line; a notice lies over the border above it
//!  overlay    lists over the panels
//! ```
//!
//! Whatever is not on the screen is not formatted: ten thousand domains cost what fifty do.

mod border;
mod canvas;
mod cell;
pub mod console;
mod detail;
mod domains;
mod drivers;
mod events;
mod footer;
mod graph;
mod header;
mod host;
mod jobs;
mod marks;
mod overlay;
mod pins;
mod signs;
pub mod solo;
mod status;
mod text;
mod tile;
mod xml;

use canvas::{Canvas, area};
use ratatui::{Frame, layout::Rect};

use crate::{
    app::{App, Panel, Regions},
    theme::Theme,
};

/// Narrower or lower than this nothing can be shown; a sentence says so.
const LEAST: (u16, u16) = (40, 12);

/// Draws all of it; returns where things stand.
pub fn draw(frame: &mut Frame<'_>, app: &App, theme: &Theme) -> Regions {
    let screen = frame.area();
    let signs = signs::of(app.settings.glyphs);
    let framed = screen.width >= tile::FRAMED.0 && screen.height >= tile::FRAMED.1;
    let regions = Regions::default();
    let mut canvas = Canvas { buf: frame.buffer_mut(), app, theme, signs, framed, regions };
    canvas.tint(screen, theme.base());
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        canvas.regions.no_room = true;
        too_small(&mut canvas, screen);
        return canvas.regions;
    }
    let cursor = everything(&mut canvas, screen);
    let regions = canvas.regions;
    if let Some(at) = cursor {
        frame.set_cursor_position(at);
    }
    regions
}

/// Draws the screen from top to bottom, then what lies over it; returns where the text cursor stands, if anywhere.
fn everything(canvas: &mut Canvas<'_>, screen: Rect) -> Option<(u16, u16)> {
    let top = header::height(screen);
    header::draw(canvas, Rect { height: top, ..screen });
    let body = Rect { y: screen.y + top, height: screen.height - top - 1, ..screen };
    let last = Rect { y: screen.bottom() - 1, height: 1, ..screen };
    let framed = canvas.framed;
    let tiles = tile::tile(canvas.app, body);
    if framed {
        border::draw(canvas, &tiles);
    }
    let mut guest = None;
    for &(panel, place) in &tiles {
        canvas.regions.panels.push((panel, area(place)));
        let inner = if framed { border::inside(place) } else { place };
        match panel {
            Panel::Domains => domains::draw(canvas, inner),
            Panel::Detail => detail::draw(canvas, inner),
            Panel::Host => host::draw(canvas, inner),
            Panel::Drivers => drivers::draw(canvas, inner),
            Panel::Pins => pins::draw(canvas, inner),
            Panel::Jobs => jobs::draw(canvas, inner),
            Panel::Events => events::draw(canvas, inner),
            Panel::Console => guest = console::draw(canvas, inner),
            Panel::Xml => xml::draw(canvas, inner),
        }
    }
    if !framed {
        // The app takes two lines for borders off every panel; here there are none.
        canvas.regions.lengths = canvas.regions.lengths.map(|lines| lines.saturating_sub(2));
    }
    let cursor = overlay::draw(canvas, body, last);
    status::draw(canvas, Rect { y: if framed { last.y - 1 } else { last.y }, ..last });
    cursor.or(guest)
}

fn too_small(canvas: &mut Canvas<'_>, screen: Rect) {
    let style = canvas.theme.warning();
    let line = screen.height / 2;
    let text = if screen.width < 24 { "too small" } else { "too small: needs 40x12" };
    let left = screen.width.saturating_sub(u16::try_from(text.len()).unwrap_or(0)) / 2;
    canvas.pen(screen, line).skip(left).put(text, style);
}
