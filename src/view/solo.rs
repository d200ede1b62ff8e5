//! One guest's terminal with the whole screen, and a line below that says what it is.

use ratatui::{Frame, layout::Rect};

use super::console;
use crate::{model::console::Page, theme::Theme};

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct Solo<'a> {
    /// The guest's terminal, where there is one yet.
    pub page: Option<&'a Page>,
    /// The line's left part: what it is, how it stands. Safe to show.
    pub left: &'a str,
    /// Its right part: keys. Safe to show.
    pub right: &'a str,
    /// Whether the line tells of something wrong.
    pub wrong: bool,
}

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, solo: &Solo<'_>, theme: &Theme) {
    let all = frame.area();
    let place = Rect { height: all.height.saturating_sub(1), ..all };
    let line = Rect { y: all.y + place.height, height: all.height.min(1), ..all };
    frame.buffer_mut().set_style(all, theme.base());
    let cursor = solo.page.and_then(|page| console::page(frame.buffer_mut(), place, (page, theme), None).1);
    let width = usize::from(line.width);
    let keys = solo.right.chars().count();
    let style = if solo.wrong { theme.warning() } else { theme.title_focused() };
    let room = width.saturating_sub(keys + 2);
    frame.buffer_mut().set_stringn(line.x + 1, line.y, solo.left, room, style);
    if keys < width {
        let x = line.right() - u16::try_from(keys + 1).unwrap_or(0);
        frame.buffer_mut().set_stringn(x, line.y, solo.right, keys, theme.dim());
    }
    if let Some(at) = cursor {
        frame.set_cursor_position(at);
    }
}
