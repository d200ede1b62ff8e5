//! The grid itself: the machine above, a line for each vCPU below.

use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    Picture,
    columns::{Seen, digits},
};
use crate::{
    app::pins::{Half, Line},
    model::{CpuSet, placement::Warning},
    view::{
        canvas::{Canvas, Pen},
        graph::level,
        text::{Scrap, memory, percent},
    },
};

/// Cells left of the grid where there is room, and where there is little.
const SIDE: (u16, u16) = (18, 12);
/// From this width on there is room.
const ROOMY: u16 = 60;

/// Cells left of the grid on a panel so wide.
pub(super) const fn side(width: u16) -> u16 {
    if width >= ROOMY { SIDE.0 } else { SIDE.1 }
}

/// A heading over each node: its number, and what memory it has left.
pub(super) fn nodes(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let (theme, sight) = (canvas.theme, picture.sight);
    let mut pen = canvas.pen(place, 0);
    let node = |seen: &Seen<'_>| sight.topology.node_of(seen.column.cpu).map(|group| group.node);
    let seen: Vec<_> = picture.columns.seen(picture.first.column).collect();
    for group in seen.chunk_by(|a, b| node(a) == node(b)) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let room = (last.x + last.width - first.x).max(6);
        pen.goto(place.x + first.x);
        match node(first) {
            Some(number) => {
                let name = Scrap::of(format_args!("node {number}"));
                let used = u16::try_from(name.len()).unwrap_or(0);
                // The word goes where there is no room for it, the number never.
                let short = if pen.room() < used { name.get(5..).unwrap_or_default() } else { &*name };
                pen.put(short, theme.strong());
                let free = sight.snapshot.node.numa.get(number as usize).map(|numa| memory(numa.free));
                if let Some(free) = free.filter(|free| usize::from(room) >= name.len() + free.len() + 7) {
                    pen.print(theme.dim(), format_args!("  {free} free"));
                }
            }
            None => {
                pen.field(room.min(7), "offline", theme.dim());
            }
        }
    }
}

/// The numbers of the pCPUs, threads of a core joined; from top to bottom where they stand close.
pub(super) fn labels(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let theme = canvas.theme;
    let columns = picture.columns;
    let tall = columns.label_lines();
    let seen: Vec<_> = columns.seen(picture.first.column).collect();
    for line in 0..tall {
        let mut pen = canvas.pen(place, line);
        if line + 1 == tall {
            pen.field(6, "pCPU", theme.label());
        }
        for seen in &seen {
            let here = seen.place == picture.cursor.column;
            let style = if here { theme.strong().add_modifier(Modifier::UNDERLINED) } else { theme.dim() };
            pen.goto(place.x + seen.x);
            if columns.is_wide() {
                wide_label(&mut pen, (place.x, seen), style);
            } else if let Some(digit) = digit(seen.column.cpu, tall - 1 - line) {
                pen.print(style, format_args!("{digit}"));
            }
        }
    }
    more(canvas, place, (picture, &seen));
}

fn wide_label(pen: &mut Pen<'_>, (left, seen): (u16, &Seen<'_>), style: Style) {
    let (joined, border) = (pen.signs.joined, pen.theme.border());
    if seen.column.joined {
        pen.goto(left + seen.x - 1).put(joined, border);
    }
    pen.print(style, format_args!("{}", seen.column.cpu));
}

/// A digit of a number, counted from its end; none before its first.
fn digit(number: u32, from_end: u16) -> Option<u32> {
    (digits(number) > from_end).then(|| number / 10_u32.pow(u32::from(from_end)) % 10)
}

/// That there are more columns to the left, to the right: beside the last line of numbers.
fn more(canvas: &mut Canvas<'_>, place: Rect, (picture, seen): (&Picture<'_>, &[Seen<'_>])) {
    let (theme, [left, right]) = (canvas.theme, canvas.signs.more);
    let line = picture.columns.label_lines().saturating_sub(1);
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return };
    if first.place > 0 {
        canvas.pen(place, line).goto((place.x + first.x).saturating_sub(1)).put(left, theme.accent());
    }
    if last.place + 1 < picture.columns.count() {
        // In the space between the panel's text and its border.
        let wider = Rect { width: place.width + 1, ..place };
        canvas.pen(wider, line).goto(place.x + last.x + last.width).put(right, theme.accent());
    }
}

/// How busy each pCPU is.
pub(super) fn load(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let (theme, signs) = (canvas.theme, canvas.signs);
    let shares = &canvas.app.pane().rates.pcpus;
    let mut pen = canvas.pen(place, 0);
    pen.field(6, "load", theme.label());
    for seen in picture.columns.seen(picture.first.column) {
        pen.goto(place.x + seen.x);
        let offline = picture.sight.topology.offline.contains(&seen.column.cpu);
        match shares.get(seen.column.cpu as usize) {
            _ if offline => pen.put(signs.pins.offline, theme.dim()),
            None => pen.put(signs.missing, theme.dim()),
            Some(share) => {
                level(&mut pen, *share);
                &mut pen
            }
        };
    }
}

/// How many vCPUs of other domains are awake on each.
pub(super) fn others(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let theme = canvas.theme;
    let mut pen = canvas.pen(place, 0);
    pen.field(7, "others", theme.label());
    for seen in picture.columns.seen(picture.first.column) {
        pen.goto(place.x + seen.x);
        let crowd = picture.sight.crowds.get(seen.column.cpu as usize).copied().unwrap_or_default();
        match crowd.count {
            0 => pen.put(pen.signs.pins.not, theme.dim()),
            count @ 1..=9 => pen.print(theme.level(crowd.share), format_args!("{count}")),
            // One cell is all there may be: more than nine is many.
            _ => pen.put("*", theme.level(crowd.share)),
        };
    }
}

/// A line for each vCPU.
pub(super) fn lines(canvas: &mut Canvas<'_>, place: Rect, picture: &Picture<'_>) {
    let app = canvas.app;
    for (y, (number, line)) in
        (0..place.height).zip(picture.sight.lines.iter().enumerate().skip(picture.first.line))
    {
        head(&mut canvas.pen(place, y), (picture, number, line), place.width);
        let (picked, columns) = app.pins.selection();
        for seen in picture.columns.seen(picture.first.column) {
            let (sign, style) = cell(canvas, (picture, line), seen.column.cpu);
            canvas.pen(place, y).goto(place.x + seen.x).put(sign, style);
            let here = number == picture.cursor.line && seen.place == picture.cursor.column;
            let chosen = here
                || (app.pins.anchor.is_some() && picked.contains(&number) && columns.contains(&seen.place));
            if chosen {
                mark(canvas, Rect { x: place.x + seen.x, y: place.y + y, width: 1, height: 1 }, here);
            }
        }
        beside(canvas, Rect { y: place.y + y, height: 1, ..place }, (picture, number));
    }
}

/// The cell of the cursor, or one that is selected with it.
fn mark(canvas: &mut Canvas<'_>, cell: Rect, here: bool) {
    let style = canvas.theme.selection();
    let style = if here { style.add_modifier(Modifier::REVERSED | Modifier::BOLD) } else { style };
    canvas.tint(cell, style);
}

/// What stands at the left of a line: number, whether it is edited, use.
fn head(pen: &mut Pen<'_>, (picture, number, line): (&Picture<'_>, usize, &Line), width: u16) {
    let (theme, signs) = (pen.theme, pen.signs);
    let here = number == picture.cursor.line;
    let style = if here { theme.strong() } else { theme.text() };
    pen.put(if here { signs.cursor } else { " " }, theme.accent());
    if side(width) == SIDE.0 {
        pen.put("vcpu", theme.label());
    }
    pen.right(4, &Scrap::of(format_args!("{}", line.number())), style);
    let edited = line.pin.is_edited();
    let sign = if line.pin.conflict.is_some() {
        signs.warn
    } else if edited {
        signs.mark
    } else {
        " "
    };
    pen.put(sign, theme.warning());
    match (line.vcpu, line.rate) {
        (Some(vcpu), _) if !vcpu.online => pen.right(5, "off", theme.dim()),
        (_, Some(rate)) => pen.right(
            5,
            &percent(rate.min(999.9)),
            if rate >= 0.05 { theme.level(rate / 100.0) } else { theme.dim() },
        ),
        (_, None) => pen.right(5, signs.missing, theme.dim()),
    };
    if side(width) == SIDE.0 && line.place().is_some() && line.rate.is_some() {
        pen.put(" %", theme.dim());
    }
}

/// What a cell says of a vCPU and a pCPU.
fn cell(canvas: &Canvas<'_>, (picture, line): (&Picture<'_>, &Line), cpu: u32) -> (&'static str, Style) {
    let (theme, signs, half) = (canvas.theme, &canvas.signs.pins, canvas.app.pins.half);
    let (base, wanted) = (half.of(&line.pin.base).contains(cpu), half.of(&line.pin.wanted).contains(cpu));
    let pin = &line.pin.wanted;
    let usable = !picture.sight.topology.offline.contains(&cpu);
    let (may, prefers) = (pin.hard.contains(cpu), pin.soft.contains(cpu));
    if line.place() == Some(cpu) {
        let running = line.vcpu.is_some_and(|vcpu| vcpu.running);
        let style = theme.level(line.rate.unwrap_or(0.0) / 100.0);
        let style = if running { style.add_modifier(Modifier::BOLD) } else { theme.label() };
        return (if may || !line.known { signs.here } else { signs.leaving }, style);
    }
    match (base, wanted) {
        _ if !line.known => (" ", theme.dim()),
        (false, true) => (signs.added, theme.good()),
        // A preference for everything was never one for what is not allowed.
        (true, false) if may || half == Half::Hard || !line.pin.base.soft.is_all() => {
            (signs.removed, theme.warning())
        }
        _ if !usable => (signs.offline, theme.dim()),
        _ => stands(&pin.soft, [may, prefers], half, canvas),
    }
}

/// A cell that does not change.
fn stands(
    soft: &CpuSet,
    [may, prefers]: [bool; 2],
    half: Half,
    canvas: &Canvas<'_>,
) -> (&'static str, Style) {
    let (theme, signs) = (canvas.theme, &canvas.signs.pins);
    let prefers_some = !soft.is_all();
    match (may, prefers) {
        (true, true) => (signs.may, theme.text()),
        (true, false) => (signs.rather_not, theme.label()),
        (false, true) if prefers_some => {
            (signs.in_vain, if half == Half::Soft { theme.text() } else { theme.dim() })
        }
        (false, _) => (signs.not, theme.dim()),
    }
}

/// What there is to say of a vCPU, right of its cells where there is room.
fn beside(canvas: &mut Canvas<'_>, line: Rect, (picture, number): (&Picture<'_>, usize)) {
    let Some(vcpu) = picture.sight.lines.get(number) else { return };
    let (theme, signs) = (canvas.theme, canvas.signs);
    let end = picture.columns.seen(picture.first.column).last().map_or(0, |seen| seen.x + seen.width);
    let mut pen = canvas.pen(line, 0);
    pen.skip(end + 2);
    if pen.room() < 12 {
        return;
    }
    if let Some(conflict) = &vcpu.pin.conflict {
        pen.put(signs.warn, theme.warning())
            .put(" changed meanwhile: ", theme.warning())
            .put(conflict, theme.text());
    } else if let Some(warning) = picture.warnings.iter().find(|w| concerns(w, picture, vcpu)) {
        let style = if warning.grave { theme.error() } else { theme.warning() };
        // Said once, on the first line it is about; the others are marked.
        let above = picture.sight.lines.get(picture.first.line..number).unwrap_or_default();
        let said = above.iter().any(|line| warning.vcpus.contains(line.number()));
        pen.put(signs.warn, style).skip(1).put(if said { "" } else { &warning.text }, style);
    } else if let Some(other) = together(picture, vcpu) {
        pen.print(
            theme.dim(),
            format_args!("with vcpu {} on {}", other.number(), other.place().unwrap_or(0)),
        );
    }
}

/// Whether a warning is about this vCPU and not about all of them: those stand below.
fn concerns(warning: &Warning, picture: &Picture<'_>, line: &Line) -> bool {
    let all = picture.sight.lines.iter().all(|line| warning.vcpus.contains(line.number()));
    warning.vcpus.contains(line.number()) && !all
}

/// Another vCPU that runs on the same pCPU just now, or did last.
fn together<'p>(picture: &'p Picture<'_>, line: &Line) -> Option<&'p Line> {
    let awake = |line: &Line| line.place().filter(|_| line.vcpu.is_some_and(|vcpu| !vcpu.blocked));
    let place = awake(line)?;
    picture.sight.lines.iter().find(|other| other.number() != line.number() && awake(other) == Some(place))
}
