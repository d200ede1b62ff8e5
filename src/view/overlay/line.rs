//! A line that is typed into, where the footer was: filter, interval, palette.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::{
    app::{
        App, Overlay,
        command::{Arg, Command, Run},
        consoles::Purpose,
        xml,
    },
    model::{CpuSet, text::visible},
    view::{
        canvas::{Canvas, Pen},
        footer,
    },
};

/// Draws what is typed, what is wrong with it, and the keys; returns where the text cursor stands.
pub(super) fn draw(canvas: &mut Canvas<'_>, last: Rect, overlay: &Overlay) -> Option<(u16, u16)> {
    let (app, theme) = (canvas.app, canvas.theme);
    let input = overlay.input()?;
    let asked = asked(app, overlay);
    let (label, error) = match overlay {
        Overlay::Filter { .. } => ("filter /", app.table.filter_error.as_deref()),
        Overlay::Interval { error, .. } => ("sample every ", error.as_deref()),
        Overlay::Arguments { error, .. }
        | Overlay::Cpus { error, .. }
        | Overlay::Console { error, .. }
        | Overlay::Xml { error, .. } => (asked.as_str(), error.as_deref()),
        _ => (":", None),
    };
    // What is wrong needs the room more than what the keys do.
    let keys = if error.is_some() { 0 } else { footer::width(app).min(last.width / 2) };
    let left = Rect { width: last.width - keys, ..last };
    footer::draw(canvas, Rect { x: left.right(), width: keys, ..last });
    let mut pen = canvas.pen(left, 0);
    pen.skip(1).put(label, theme.accent());
    let x = typed(&mut pen, (input.value(), input.cursor()));
    match (error, overlay) {
        (Some(error), _) => pen.skip(2).put(&visible(error), theme.error()),
        (None, Overlay::Filter { .. }) => {
            pen.print(theme.dim(), format_args!("  {} shown", app.table.rows.len()))
        }
        (None, Overlay::Arguments { command, .. }) => pen.skip(2).put(&wanted(command), theme.dim()),
        (None, Overlay::Cpus { .. }) => pen.put("  as 0-3,^2,8, or all", theme.dim()),
        (None, Overlay::Console { purpose: Purpose::Find, .. }) => {
            pen.put("  in all lines kept", theme.dim())
        }
        (None, Overlay::Xml { purpose: xml::Purpose::Find, .. }) => {
            pen.print(theme.dim(), format_args!("  {} found", app.xml.hits.len()))
        }
        (None, Overlay::Console { .. } | Overlay::Xml { .. }) => {
            pen.put("  which must not be there", theme.dim())
        }
        (None, Overlay::Interval { .. }) => pen.put("  seconds, or as 250ms", theme.dim()),
        (None, _) => pen.skip(2).put(&told(app.awaited()), theme.dim()),
    };
    Some((x, last.y))
}

/// What each argument is: `SIZE: 512M, 2G, or plain KiB`.
fn told(args: impl IntoIterator<Item = &'static Arg>) -> String {
    args.into_iter().map(|arg| format!("{}: {}", arg.name, arg.doc)).collect::<Vec<_>>().join("; ")
}

/// What words are asked for, and for which domains: `setmem web1 `.
fn asked(app: &App, overlay: &Overlay) -> String {
    if let Overlay::Cpus { vcpus, .. } = overlay {
        let vcpus: CpuSet = vcpus.iter().copied().collect();
        return format!("{} pCPUs of vCPU {vcpus}: ", app.pins.half.word());
    }
    if let Overlay::Console { purpose, .. } = overlay {
        return format!("{}: ", purpose.title());
    }
    if let Overlay::Xml { purpose, .. } = overlay {
        return format!("{}: ", purpose.title());
    }
    let Overlay::Arguments { command, line, .. } = overlay else { return String::new() };
    match line.targets.as_slice() {
        [] => format!("{} ", command.name),
        [one] => format!("{} {} ", command.name, visible(&one.label)),
        many => format!("{} {} domains ", command.name, many.len()),
    }
}

/// The arguments a command still needs, with what each is.
fn wanted(command: &Command) -> String {
    let skipped = usize::from(matches!(command.run, Run::Change(_)));
    told(command.args.iter().skip(skipped))
}

/// Writes what was typed so that its cursor (a count of characters) is to be seen; returns where that stands.
pub(super) fn typed(pen: &mut Pen<'_>, (text, cursor): (&str, usize)) -> u16 {
    let theme = pen.theme;
    let at = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
    let (before, after) = text.split_at(at);
    let (before, after) = (visible(before), visible(after));
    let room = usize::from(pen.room().saturating_sub(1));
    let mut seen = before.as_ref();
    while seen.width() > room {
        let next = seen.chars().next().map_or(0, char::len_utf8);
        seen = &seen[next..];
    }
    pen.put(seen, theme.strong());
    let x = pen.x();
    pen.put(&after, theme.strong());
    x
}
