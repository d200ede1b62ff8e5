//! What was edited, before it is ordered: what is wrong with it, what it means, what differs.

use ratatui::layout::Rect;

use super::{
    draw_problem, elsewhere,
    line::{Ink, text},
};
use crate::{
    app::xml::{Change, Revised, Side},
    view::{
        canvas::{Canvas, Pen, area},
        overlay::popup,
    },
};

/// Lines of the box beside the list: its border, what it is about, two gaps, the keys.
const AROUND: u16 = 6;

/// Draws it over the panels.
pub(in crate::view) fn draw(canvas: &mut Canvas<'_>, body: Rect, (revised, offset): (&Revised, usize)) {
    let (app, theme) = (canvas.app, canvas.theme);
    let lines = revised.lines();
    let room = body.height.saturating_sub(AROUND);
    let listed = u16::try_from(lines).unwrap_or(u16::MAX).min(room).max(1);
    let inner = popup::middle(canvas, body, (104, listed + AROUND), "Edited");
    let mut pen = canvas.pen(inner, 0);
    pen.put("define ", theme.strong()).put(&revised.draft.label, theme.strong());
    if let Some(host) = elsewhere(app, revised.draft.host) {
        pen.put(" on ", theme.text()).put(&host, theme.warning());
    }
    if revised.is_sound() {
        pen.put(" from what was edited: this is what changes", theme.text());
    } else {
        pen.put("  nothing can be made of this text", theme.error());
    }
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(4).max(1), ..inner };
    canvas.regions.picks = area(list);
    let first = offset.min(lines.saturating_sub(usize::from(list.height)));
    for line in 0..list.height {
        draw_line(&mut canvas.pen(list, line), revised, first + usize::from(line));
    }
    let key = |name| app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
    let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
    if revised.is_sound() {
        pen.put(&key("yes"), theme.key()).put(" defines it   ", theme.text());
    }
    for (name, what) in
        [("edit-again", " edits again   "), ("no", " drops it   "), ("cancel", " leaves it in its file")]
    {
        pen.put(&key(name), theme.key()).put(what, theme.text());
    }
}

fn draw_line(pen: &mut Pen<'_>, revised: &Revised, line: usize) {
    let theme = pen.theme;
    if let Some(problem) = revised.problems.get(line) {
        return draw_problem(pen, problem);
    }
    let line = line - revised.problems.len();
    if let Some(warning) = revised.warnings.get(line) {
        pen.put(pen.signs.warn, theme.warning()).skip(1).put(warning, theme.warning());
        return;
    }
    if let Some(change) = revised.changes.get(line - revised.warnings.len()) {
        draw_change(pen, change);
    }
}

fn draw_change(pen: &mut Pen<'_>, change: &Change) {
    let (theme, signs) = (pen.theme, pen.signs);
    let (sign, style) = match change.side {
        Side::Both => (" ", theme.text()),
        Side::Before => ("-", theme.removed()),
        Side::After => ("+", theme.added()),
        Side::Left(lines) => {
            pen.print(theme.dim(), format_args!("{} {lines} lines are the same", signs.ellipsis));
            return;
        }
    };
    pen.put(sign, style).skip(1);
    text(pen, &change.line, &Ink { left: 0, hits: &[], side: Some(change.side) });
}
