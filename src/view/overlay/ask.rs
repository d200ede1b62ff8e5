//! Questions before a change: what it will hit, and what says yes.

use ratatui::layout::Rect;

use super::{line::typed, popup};
use crate::{
    app::{
        App, Overlay,
        command::Guard,
        intent::{Act, Intent},
    },
    model::{Op, text::visible, undo::Reversal},
    view::{
        canvas::{Canvas, Pen, area},
        text::{brief, memory_long},
    },
};

/// Lines of the box beside the list: title, gap, what it means, gap, question.
const AROUND: u16 = 9;
/// Most lines of what it would run into.
const NOTED: u16 = 8;
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
        _ => None,
    }
}

/// The box with the command, what it hits, and what it means; returns what is inside.
fn question(canvas: &mut Canvas<'_>, body: Rect, (intent, offset): (&Intent, usize)) -> Rect {
    let count = u16::try_from(intent.acts.len()).unwrap_or(u16::MAX);
    let notes = u16::try_from(intent.notes.len()).unwrap_or(u16::MAX).min(NOTED);
    let (listed, theme) =
        (count.min(LISTED).min(body.height.saturating_sub(AROUND + 1 + notes)).max(1), canvas.theme);
    let many = count > 1;
    let height = AROUND + listed + notes + 2 * u16::from(many);
    let inner = popup::middle(canvas, body, (92, height), intent.command.name);
    canvas.pen(inner, 0).put(&visible(&intent.title()), theme.strong());
    canvas.pen(inner, 1).put(intent.command.doc, theme.text());
    let list = Rect { y: inner.y + 3, height: listed.min(inner.height.saturating_sub(3)), ..inner };
    canvas.regions.picks = area(list);
    let first = offset.min(intent.acts.len().saturating_sub(usize::from(listed)));
    for (line, act) in (0..list.height).zip(intent.acts.iter().skip(first)) {
        hit(&mut canvas.pen(list, line), act);
    }
    let mut below = list.bottom() - inner.y + 1;
    if many {
        plan(&mut canvas.pen(inner, below), intent);
        failing(&mut canvas.pen(inner, below + 1), intent);
        below += 2;
    }
    for note in intent.notes.iter().take(usize::from(notes)) {
        canvas.pen(inner, below).put(&visible(note), theme.warning());
        below += 1;
    }
    let app = canvas.app;
    meaning(&mut canvas.pen(inner, below), (app, intent));
    inner
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
