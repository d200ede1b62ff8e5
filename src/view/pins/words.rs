//! The words around the grid: whose it is, what is wrong, what the cursor is on, what the signs mean.

use ratatui::layout::Rect;

use super::Picture;
use crate::{
    app::{
        Panel,
        pins::{Line, Sight},
    },
    model::{Domain, text::visible},
    view::{
        canvas::{Canvas, Pen},
        text::percent,
    },
};

/// Whose pins they are, which affinity is edited, what is not applied: in the border, else in the first line.
pub(super) fn title(canvas: &mut Canvas<'_>, inner: Rect, (picture, shown): (&Picture<'_>, u16)) {
    let sight = picture.sight;
    let app = canvas.app;
    let elsewhere = app.selected().filter(|domain| domain.key != sight.domain.key).map(Domain::label);
    let (theme, dash, framed) = (canvas.theme, canvas.signs.lines[10], canvas.framed);
    let mut pen = if framed { canvas.title_pen(Panel::Pins, inner) } else { canvas.pen(inner, 0) };
    if !framed {
        pen.skip(1);
    }
    pen.put(&sight.domain.label(), theme.strong()).put(" ", theme.title()).put(dash, theme.border());
    pen.print(theme.accent(), format_args!(" {} affinity ", app.pins.half.word()));
    if let Some(edit) = &app.pins.edit {
        let word = if app.pins_asked() { "asked" } else { "unsaved" };
        pen.put(dash, theme.border());
        pen.print(theme.warning(), format_args!(" {word}: vcpu {} ", edit.vcpus()));
    }
    let (first, all) = (picture.first.line, sight.lines.len());
    let last = (first + usize::from(shown)).min(all);
    if last - first < all {
        pen.put(dash, theme.border());
        pen.print(theme.dim(), format_args!(" vcpus {}-{last} of {all} ", first + 1));
    }
    if let Some(other) = elsewhere {
        pen.put(dash, theme.border());
        pen.put(" the table is on ", theme.dim()).put(&other, theme.dim()).put(" ", theme.dim());
    }
}

/// What is wrong, or why nothing is known.
pub(super) fn warnings(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let (theme, signs) = (canvas.theme, canvas.signs);
    for (y, warning) in (0..place.height).zip(picture.warnings) {
        let style = if warning.grave { theme.error() } else { theme.warning() };
        let left = picture.warnings.len() - usize::from(y) - 1;
        let mut pen = canvas.pen(place, y);
        let last = y + 1 == place.height && left > 0;
        pen.leave(if last { 10 } else { 0 });
        pen.put(signs.warn, style).skip(1).put(&visible(&warning.text), style);
        if last {
            let mut pen = canvas.pen(place, y);
            pen.skip(place.width.saturating_sub(8));
            pen.print(theme.dim(), format_args!("{left} more"));
        }
    }
}

/// What the cursor is on: the pCPU, its core and node, its load and who makes it.
pub(super) fn at(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let (theme, sight) = (canvas.theme, picture.sight);
    let shares = &canvas.app.pane().rates.pcpus;
    let Some(cpu) = sight.columns.get(picture.cursor.column).copied() else { return };
    let share = shares.get(cpu as usize).copied();
    let mut pen = canvas.pen(place, 0);
    if let Some(why) = &sight.unknown {
        pen.put(&visible(why), theme.dim());
        return;
    }
    if let Some(line) = sight.lines.get(picture.cursor.line) {
        let dot = pen.signs.dot;
        pen.print(theme.strong(), format_args!("vcpu {} {dot} ", line.number()));
    }
    pen.print(theme.strong(), format_args!("pCPU {cpu}"));
    let (Some(node), Some(core)) = (sight.topology.node_of(cpu), sight.topology.core_of(cpu)) else {
        pen.put("  offline", theme.dim());
        return;
    };
    pen.put("  node ", theme.label()).print(theme.text(), format_args!("{}", node.node));
    if core.threads.len() > 1 {
        pen.put("  core ", theme.label()).put(&core.cpus().to_string(), theme.text());
    }
    if let Some(share) = share.filter(|share| share.is_finite()) {
        pen.put("  busy ", theme.label())
            .put(&percent(share * 100.0), theme.level(share))
            .put(" %", theme.dim());
    }
    whose(&mut pen, (sight, cpu));
}

/// Who else is on a pCPU.
fn whose(pen: &mut Pen<'_>, (sight, cpu): (&Sight<'_>, u32)) {
    let theme = pen.theme;
    let crowd = sight.crowds.get(cpu as usize).copied().unwrap_or_default();
    let Some((domain, vcpu, share)) = crowd.most else { return };
    pen.put("  others: ", theme.label()).put(&visible(&sight.name(domain)), theme.text());
    pen.print(theme.dim(), format_args!(" vcpu {vcpu} ")).put(&percent(share * 100.0), theme.level(share));
    pen.put(" %", theme.dim());
    if crowd.count > 1 {
        pen.print(theme.dim(), format_args!(" and {} more", crowd.count - 1));
    }
}

/// What the signs mean, of those that are used.
pub(super) fn legend(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let theme = canvas.theme;
    let signs = &canvas.signs.pins;
    let edited = canvas.app.pins.edit.is_some();
    let soft = picture.sight.lines.iter().any(|line| line.known && !line.pin.wanted.soft.is_all());
    let stays = |line: &Line| line.place().is_none_or(|place| line.pin.wanted.hard.contains(place));
    let leaves = picture.sight.lines.iter().any(|line| line.known && !stays(line));
    let all = [
        (true, signs.may, "may run"),
        (true, signs.here, "is there"),
        (edited, signs.added, "to be added"),
        (edited, signs.removed, "to be removed"),
        (leaves, signs.leaving, "may not stay"),
        (soft, signs.rather_not, "rather not"),
        (soft, signs.in_vain, "would rather, may not"),
        (true, signs.not, "may not"),
    ];
    let mut pen = canvas.pen(place, 0);
    for (_, sign, word) in all.into_iter().filter(|(used, ..)| *used) {
        if usize::from(pen.room()) < word.len() + 2 {
            break;
        }
        pen.put(sign, theme.text()).skip(1).put(word, theme.dim()).skip(2);
    }
}
