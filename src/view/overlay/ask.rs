//! Questions before a change: what it will hit, and what says yes.

use ratatui::layout::Rect;

use super::{line::typed, popup};
use crate::{
    app::{
        App, Overlay,
        command::Guard,
        intent::{Act, Intent, Note},
    },
    model::{Op, text::visible, undo::Reversal},
    view::{
        canvas::{Canvas, Pen, area},
        text::{Scrap, brief, memory_long},
    },
};

/// Lines of the box beside the list: title, gap, what it means, gap, question.
const AROUND: u16 = 9;
/// Most lines of the list.
const LISTED: u16 = 14;

/// Draws a question over the panels; returns where the text cursor stands, if anywhere.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, overlay: &Overlay) -> Option<(u16, u16)> {
    match overlay {
        Overlay::Confirm { intent, offset } => {
            let inner = question(canvas, body, (intent, *offset));
            keys(canvas, inner);
            None
        }
        Overlay::TypeTheName { intent, input, error, offset } => {
            let inner = question(canvas, body, (intent, *offset));
            let theme = canvas.theme;
            let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
            pen.put("type ", theme.label()).put(&visible(&intent.password()), theme.strong());
            pen.put(" to do it: ", theme.label());
            let x = typed(&mut pen, (input.value(), input.cursor()));
            if let Some(error) = error {
                pen.skip(2).put(error, theme.error());
            }
            Some((x, inner.bottom().saturating_sub(1)))
        }
        Overlay::Leave => {
            leave(canvas, body);
            None
        }
        Overlay::Discard => {
            discard(canvas, body);
            None
        }
        _ => None,
    }
}

/// The box with the command, what it hits, and what it means; returns what is inside.
fn question(canvas: &mut Canvas<'_>, body: Rect, (intent, offset): (&Intent, usize)) -> Rect {
    let lines = intent.acts.len() + intent.notes.len();
    let count = u16::try_from(lines).unwrap_or(u16::MAX);
    let (listed, theme) =
        (count.min(LISTED).min(body.height.saturating_sub(AROUND + 1)).max(1), canvas.theme);
    let many = intent.acts.len() > 1;
    let height = AROUND + listed + 2 * u16::from(many);
    let inner = popup::middle(canvas, body, (92, height), intent.command.name);
    canvas.pen(inner, 0).put(&visible(&intent.title()), theme.strong());
    canvas.pen(inner, 1).put(intent.command.doc, theme.text());
    let list = Rect { y: inner.y + 3, height: listed.min(inner.height.saturating_sub(3)), ..inner };
    canvas.regions.picks = area(list);
    let first = offset.min(lines.saturating_sub(usize::from(listed)));
    let said = intent.acts.iter().map(Said::Hit).chain(intent.notes.iter().map(Said::Note));
    for (line, said) in (0..list.height).zip(said.skip(first)) {
        let mut pen = canvas.pen(list, line);
        match said {
            Said::Hit(act) => hit(&mut pen, act),
            Said::Note(about) => note(&mut pen, about),
        }
    }
    more(canvas, list, (first, lines));
    let mut below = list.bottom() - inner.y + 1;
    if many {
        plan(&mut canvas.pen(inner, below), intent);
        failing(&mut canvas.pen(inner, below + 1), intent);
        below += 2;
    }
    let app = canvas.app;
    meaning(&mut canvas.pen(inner, below), (app, intent));
    inner
}

/// A line of what is asked about.
enum Said<'i> {
    /// What it will hit.
    Hit(&'i Act),
    /// What there is to be said of it.
    Note(&'i Note),
}

/// That there are more lines than are seen, at the right end of the gap above them.
fn more(canvas: &mut Canvas<'_>, list: Rect, (first, lines): (usize, usize)) {
    let shown = usize::from(list.height);
    if lines > shown && list.y > 0 {
        let (theme, above) = (canvas.theme, Rect { y: list.y - 1, height: 1, ..list });
        let text = Scrap::of(format_args!("lines {}-{} of {lines}", first + 1, (first + shown).min(lines)));
        canvas.pen(above, 0).right(above.width, &text, theme.dim());
    }
}

fn note(pen: &mut Pen<'_>, note: &Note) {
    let theme = pen.theme;
    match note {
        Note::Change { what, from, to } => {
            let arrow = pen.signs.to;
            pen.skip(2).field(16, &visible(what), theme.label()).skip(1).put(&visible(from), theme.text());
            pen.skip(1).put(arrow, theme.dim()).skip(1).put(&visible(to), theme.strong());
        }
        Note::Warning(text) => {
            pen.put(pen.signs.warn, theme.warning()).skip(1).put(&visible(text), theme.warning());
        }
    }
}

/// A domain it will hit, with what tells it from others.
fn hit(pen: &mut Pen<'_>, act: &Act) {
    let theme = pen.theme;
    let Some(target) = &act.target else {
        pen.put("no domain there is yet", theme.dim());
        return;
    };
    let sign = pen.signs.state(target.state);
    let style = theme.state(target.state);
    pen.put(sign, style).skip(1).field(21, &visible(&target.label), theme.text()).skip(1);
    pen.field(9, target.state.word(), style).skip(1);
    match target.key.id {
        Some(id) => pen.print(theme.dim(), format_args!("id {:<6}", id.0)),
        None => pen.field(9, "", theme.dim()),
    };
    pen.print(theme.dim(), format_args!("{} ", memory_long(target.memory)));
    if !target.key.uuid.is_nil() {
        pen.print(theme.dim(), format_args!("{}", target.key.uuid));
    }
}

fn plan(pen: &mut Pen<'_>, intent: &Intent) {
    let (theme, plan) = (pen.theme, intent.plan);
    pen.put("one after the other ", theme.label()).put(plan.order.word(), theme.text());
    if plan.stagger.0 > 0 {
        pen.print(theme.text(), format_args!(", {} apart", brief(plan.stagger)));
    }
    pen.put(if plan.wait { ", each when the one before has come about" } else { "" }, theme.text());
}

fn failing(pen: &mut Pen<'_>, intent: &Intent) {
    let theme = pen.theme;
    let text = if intent.plan.stop { "stops the rest" } else { "does not stop the rest" };
    pen.put("one that fails ", theme.label()).put(text, theme.text());
}

/// Whether it can be taken back, and when it is by itself.
fn meaning(pen: &mut Pen<'_>, (app, intent): (&App, &Intent)) {
    let theme = pen.theme;
    match (intent.command.op.map(Op::reversal), app.settings.revert_after) {
        (Some(Reversal::Inverse), Some(after)) => {
            pen.print(theme.warning(), format_args!("taken back after {} unless kept", brief(after)))
        }
        (Some(Reversal::Inverse), None) => pen.put("it can be taken back", theme.good()),
        (Some(Reversal::Never(why)), _) => {
            pen.put("it cannot be taken back: ", theme.warning()).put(why, theme.text())
        }
        (None, _) => pen,
    };
}

fn keys(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let key = |name| app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
    let (yes, no) = (key("yes"), key("no"));
    let strong =
        matches!(&app.overlay, Some(Overlay::Confirm { intent, .. }) if intent.guard() != Guard::None);
    let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
    pen.put(&yes, theme.key()).put(" does it   ", if strong { theme.strong() } else { theme.text() });
    pen.put(&no, theme.key()).put(" or Esc leaves all as it is", theme.text());
}

/// Edits of the Pins panel are to be dropped.
fn discard(canvas: &mut Canvas<'_>, body: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let Some(edit) = &app.pins.edit else { return };
    let inner = popup::middle(canvas, body, (70, 6), "Pins");
    let mut pen = canvas.pen(inner, 0);
    pen.print(theme.strong(), format_args!("edits of vCPU {} of ", edit.vcpus()));
    pen.put(&visible(&edit.target.label), theme.strong()).put(" are not applied", theme.strong());
    let key = |name| app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
    let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
    pen.put(&key("yes"), theme.key()).put(" drops them   ", theme.text());
    pen.put(&key("no"), theme.key()).put(" or Esc keeps them", theme.text());
}

/// The program is to end while changes are not kept.
fn leave(canvas: &mut Canvas<'_>, body: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let changes = app.provisional();
    let height = u16::try_from(changes.len()).unwrap_or(u16::MAX).min(LISTED) + 6;
    let inner = popup::middle(canvas, body, (70, height), "Quit");
    canvas.pen(inner, 0).put("these changes are not kept yet:", theme.strong());
    for (line, (job, _)) in (1..inner.height.saturating_sub(2)).zip(&changes) {
        canvas.pen(inner, line).skip(2).put(&visible(&job.title), theme.text());
    }
    let key = |name| app.keymap.keys_of(name).into_iter().next().unwrap_or_default();
    let (yes, no) = (key("yes"), key("no"));
    let mut pen = canvas.pen(inner, inner.height.saturating_sub(1));
    pen.put(&yes, theme.key()).put(" keeps them and quits   ", theme.text());
    pen.put(&no, theme.key()).put(" takes them back and quits   ", theme.text());
    pen.put("Esc", theme.key()).put(" stays", theme.text());
}
