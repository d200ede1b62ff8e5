//! What lies over the panels: lists to pick from, texts to scroll, lines to type.

mod ask;
mod console;
mod line;
mod list;
pub(super) mod popup;
mod scroll;

use ratatui::layout::Rect;

use super::{canvas::Canvas, footer, xml};
use crate::app::{Overlay, command};

/// Draws it, and the footer under it; returns where the text cursor stands, if anywhere.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, last: Rect) -> Option<(u16, u16)> {
    let Some(overlay) = &canvas.app.overlay else {
        footer::draw(canvas, last);
        return None;
    };
    match overlay {
        Overlay::Filter { .. }
        | Overlay::Interval { .. }
        | Overlay::Cpus { .. }
        | Overlay::Console { .. }
        | Overlay::Xml { .. } => line::draw(canvas, last, overlay),
        Overlay::Arguments { command, .. } => {
            menu(canvas, body, &command.usage());
            line::draw(canvas, last, overlay)
        }
        Overlay::Confirm { .. } | Overlay::TypeTheName { .. } | Overlay::Leave | Overlay::Discard => {
            footer::draw(canvas, last);
            ask::draw(canvas, body, overlay)
        }
        Overlay::Palette { input, selected } => {
            if !menu(canvas, body, input.value()) {
                list::palette(canvas, body, (input.value(), *selected));
            }
            line::draw(canvas, last, overlay)
        }
        Overlay::Help { search, offset } => {
            footer::draw(canvas, last);
            Some(scroll::help(canvas, body, ((search.value(), search.cursor()), *offset)))
        }
        Overlay::HostLog { lines, offset } => {
            footer::draw(canvas, last);
            scroll::log(canvas, body, (lines, *offset))
        }
        Overlay::Paste { text, offset, .. } => {
            footer::draw(canvas, last);
            console::paste(canvas, body, (text, *offset))
        }
        Overlay::Revised { revised, offset } => {
            footer::draw(canvas, last);
            xml::revised(canvas, body, (revised, *offset));
            None
        }
        Overlay::Devices { name, ttys, selected, .. } => {
            footer::draw(canvas, last);
            console::devices(canvas, body, (name, ttys, *selected))
        }
        Overlay::Columns { selected } => {
            footer::draw(canvas, last);
            list::columns(canvas, body, *selected)
        }
        Overlay::Sort { selected } => {
            footer::draw(canvas, last);
            list::sort(canvas, body, *selected)
        }
    }
}

/// Draws what can stand at the cursor, where that was asked; whether it was.
fn menu(canvas: &mut Canvas<'_>, body: Rect, title: &str) -> bool {
    let app = canvas.app;
    let Some(menu) = &app.prompt.menu else { return false };
    let name = title.split_whitespace().next().unwrap_or_default();
    let usage = command::find(name).map_or_else(|| title.to_owned(), command::Command::usage);
    list::menu(canvas, body, (menu, &usage));
    true
}
