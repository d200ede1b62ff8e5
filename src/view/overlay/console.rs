//! What is asked for consoles: which of a domain's, and whether lines are to be pasted.

use ratatui::layout::Rect;

use super::popup;
use crate::{
    app::overlay::first_line,
    model::{
        Name,
        console::{Tty, TtyKind},
        text::visible,
    },
    view::canvas::{Canvas, area},
};

/// Most lines of a paste that are seen at once.
const LISTED: u16 = 12;

/// Draws the consoles of a domain.
pub(super) fn devices(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (name, ttys, selected): (&Name, &[Tty], usize),
) -> Option<(u16, u16)> {
    let height = u16::try_from(ttys.len()).unwrap_or(u16::MAX).saturating_add(2);
    let title = format!("Consoles of {}", name.shown());
    let inner = popup::middle(canvas, body, (60, height), &title);
    canvas.regions.picks = area(inner);
    let theme = canvas.theme;
    let first = first_line(selected, inner.height.into());
    for (line, (place, tty)) in (0..inner.height).zip(ttys.iter().enumerate().skip(first)) {
        let mut pen = canvas.pen(inner, line);
        pen.skip(1).field(12, &visible(&tty.name), theme.strong()).skip(1);
        pen.field(18, sort(tty.kind), theme.text()).put(&visible(&tty.path.to_string_lossy()), theme.dim());
        if place == selected {
            canvas.tint(Rect { y: inner.y + line, height: 1, ..inner }, theme.selection());
        }
    }
    None
}

const fn sort(kind: TtyKind) -> &'static str {
    match kind {
        TtyKind::Paravirtual => "paravirtual",
        TtyKind::Serial => "serial line",
        TtyKind::Simulated => "simulated",
    }
}

/// Draws what is to be pasted and what says yes.
pub(super) fn paste(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (text, offset): (&str, usize),
) -> Option<(u16, u16)> {
    let (app, theme) = (canvas.app, canvas.theme);
    let lines = text.lines().count();
    let listed =
        u16::try_from(lines).unwrap_or(u16::MAX).min(LISTED).min(body.height.saturating_sub(6)).max(1);
    let inner = popup::middle(canvas, body, (76, listed + 6), "Paste");
    let label = app.consoles.tab().map(crate::app::consoles::Tab::label).unwrap_or_default();
    let mut pen = canvas.pen(inner, 0);
    pen.print(theme.strong(), format_args!("{lines} lines for "));
    pen.put(&label, theme.strong()).put(": a guest may run each as it comes", theme.text());
    let list = Rect { y: inner.y + 2, height: listed.min(inner.height.saturating_sub(2)), ..inner };
    canvas.regions.picks = area(list);
    let first = offset.min(lines.saturating_sub(usize::from(listed)));
    for (line, text) in (0..list.height).zip(text.lines().skip(first)) {
        canvas.pen(list, line).skip(2).put(&visible(text), theme.text());
    }
    let key = |name| app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
    let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
    pen.put(&key("yes"), theme.key()).put(" pastes them   ", theme.text());
    pen.put(&key("no"), theme.key()).put(" or Esc does not", theme.text());
    None
}
