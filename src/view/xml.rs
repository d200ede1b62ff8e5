//! The XML panel: a definition in colours by what each part of it is, or what differs between two of them.

mod line;
mod revised;
mod sentence;

pub(super) use revised::draw as revised;

use line::{Ink, text};
use ratatui::{layout::Rect, style::Style};
use sentence::Sentence;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Pen, area};
use crate::{
    app::{
        App, Panel,
        xml::{Change, Hit, Reading, Row, Shown, Side, Sight, Xml},
    },
    model::{HostId, markup::Problem, text::visible},
    theme::Theme,
};

/// From this width on lines have their numbers.
const NUMBERED: u16 = 60;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let xml = &canvas.app.xml;
    let inner = title(canvas, inner);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    canvas.regions.xml = area(inner);
    canvas.regions.lengths[Panel::Xml as usize] = u16::try_from(xml.rows.len()).unwrap_or(u16::MAX);
    if xml.rows.is_empty() {
        return nothing(canvas, inner);
    }
    let last = xml.rows.len().saturating_sub(usize::from(inner.height));
    let first = xml.first.min(last).max((xml.cursor + 1).saturating_sub(inner.height.into()));
    for (line, (place, row)) in (0..inner.height).zip(xml.rows.iter().enumerate().skip(first)) {
        draw_row(&mut canvas.pen(inner, line), xml, *row);
        if place == xml.cursor && canvas.app.screen.focus == Panel::Xml {
            let whole = Rect { x: inner.x - 1, y: inner.y + line, width: inner.width + 2, height: 1 };
            let selection = canvas.theme.selection();
            canvas.tint(whole, selection);
        }
    }
}

/// Of whom, what of it, and what is wrong with it: in the border, or else in the first line. Returns what it leaves.
fn title(canvas: &mut Canvas<'_>, inner: Rect) -> Rect {
    if canvas.framed {
        let width = inner.width.saturating_sub(2);
        title_into(canvas.app, &mut canvas.title_pen(Panel::Xml, Rect { width, ..inner }));
        return inner;
    }
    let (app, theme) = (canvas.app, canvas.theme);
    let mut pen = canvas.pen(inner, 0);
    pen.leave(1).skip(1).put(Panel::Xml.title(), theme.title_focused()).skip(1);
    title_into(app, &mut pen);
    let height = inner.height.min(1);
    Rect { y: inner.y + height, height: inner.height - height, ..inner }
}

fn title_into(app: &App, pen: &mut Pen<'_>) {
    let (xml, theme) = (&app.xml, pen.theme);
    let host = xml.of.and_then(|(host, _)| elsewhere(app, host));
    let stays = if xml.fixed { " stays" } else { "" };
    let gone = if app.xml_is_gone() { " gone" } else { "" };
    // Whose it is may be long; what of it is said all the same.
    let after = [xml.word(), stays, gone].iter().map(|word| word.len()).sum::<usize>() + 2;
    let room = pen.room().saturating_sub(u16::try_from(after).unwrap_or(u16::MAX));
    let name = u16::try_from(xml.label.width()).unwrap_or(u16::MAX);
    pen.field(name.min(room), &xml.label, theme.strong());
    if let Some(host) = host {
        pen.put("@", theme.dim()).put(&host, theme.warning());
    }
    pen.put(" ", theme.title()).put(xml.word(), theme.accent());
    pen.put(stays, theme.label()).put(gone, theme.warning()).put(" ", theme.label());
    if let Some(wrong) = xml.shown().map(|shown| shown.markup.problems.len()).filter(|wrong| *wrong > 0) {
        let problems = if wrong == 1 { "problem" } else { "problems" };
        pen.print(theme.warning(), format_args!("{} {wrong} {problems} ", pen.signs.warn));
    }
    if !xml.search.is_empty() {
        let found = xml.hits.len();
        pen.put("/", theme.key()).put(&visible(&xml.search), theme.matched());
        match xml.current() {
            Some(at) => pen.print(theme.label(), format_args!(" {} of {found} found ", at + 1)),
            None => pen.print(theme.label(), format_args!(" {found} found ")),
        };
    }
}

/// The host's name, safe to show, where it is another than the one that is looked at.
fn elsewhere(app: &App, host: HostId) -> Option<String> {
    let pane = app.hosts.iter().find(|pane| pane.id == host && host != app.pane().id)?;
    Some(visible(&pane.uri).into_owned())
}

/// Why there is no row to draw.
fn nothing(canvas: &mut Canvas<'_>, inner: Rect) {
    let (xml, theme) = (&canvas.app.xml, canvas.theme);
    let mut row = inner.height / 3;
    if xml.of.is_none() {
        canvas.pen(inner, row).put("no domain under the cursor", theme.dim());
        return;
    }
    let off = xml.is_off() && xml.sight == Sight::Diff;
    if off {
        let what = "it does not run: there is only what is kept of it";
        canvas.pen(inner, row).put(what, theme.text());
        row += 1;
    }
    let live = ("what it runs with", &xml.live, Sight::Live);
    let both = [live, ("what is kept of it", &xml.kept, Sight::Kept)];
    let seen = |of: Sight| if xml.sight == Sight::Diff { !off || of == Sight::Kept } else { of == xml.sight };
    for (what, reading, _) in both.into_iter().filter(|(.., of)| seen(*of)) {
        match reading {
            Reading::Failed(why, _) => row = failed(canvas, inner, (row, what, why)),
            Reading::Unread => {
                canvas.pen(inner, row).put("reading ", theme.dim()).put(what, theme.dim());
            }
            Reading::Known(..) => continue,
        }
        row += 1;
    }
    if off {
        return;
    }
    if both.iter().all(|(_, reading, _)| reading.known().is_some()) && xml.sight == Sight::Diff {
        canvas.pen(inner, row).put("it runs with what is kept of it: nothing differs", theme.good());
    } else if xml.shown().is_some() {
        canvas.pen(inner, row).put("the definition is empty", theme.dim());
    }
}

/// What could not be read and each driver's reason; returns the line after it.
fn failed(canvas: &mut Canvas<'_>, inner: Rect, (mut line, what, why): (u16, &str, &[String])) -> u16 {
    let theme = canvas.theme;
    canvas.pen(inner, line).put("! cannot read ", theme.error()).put(what, theme.error());
    for reason in why {
        // A reason may be long, and is nowhere else.
        let reason = Sentence::default().and(reason, theme.text());
        for range in reason.lines(inner.width.saturating_sub(2).into()) {
            line += 1;
            reason.put(canvas.pen(inner, line).skip(2), range);
        }
    }
    line + 1
}

fn draw_row(pen: &mut Pen<'_>, xml: &Xml, row: Row) {
    let theme = pen.theme;
    match (row, xml.shown()) {
        (Row::Change(place), _) => {
            if let Some(change) = xml.changes.get(place) {
                draw_change(pen, change, (xml, place));
            }
        }
        (Row::File, Some(Shown { file: Some(file), .. })) => {
            let file = Sentence::default()
                .and("made of ", theme.label())
                .and(visible(&file.to_string_lossy()), theme.text());
            file.put(pen.skip(2), xml.left..usize::MAX);
        }
        (Row::Lost(place), Some(shown)) => {
            let clause = shown.lost.get(place).map_or("", String::as_str);
            let lost = Sentence::default().and("lost: ", theme.warning()).and(clause, theme.text());
            lost.put(pen.put(pen.signs.warn, theme.warning()).skip(1), xml.left..usize::MAX);
        }
        (Row::Problem(place), Some(shown)) => {
            if let Some(problem) = shown.markup.problems.get(place) {
                pen.put(pen.signs.warn, grave(theme, problem)).skip(1);
                told(theme, problem).put(pen, xml.left..usize::MAX);
            }
        }
        (Row::Line(line), Some(shown)) => draw_line(pen, (xml, shown), line),
        _ => {}
    }
}

/// `12:5: /domain/devices/disk[2]: …`.
fn told(theme: &Theme, problem: &Problem) -> Sentence {
    let place = format!("{}:{}: ", problem.line, problem.column);
    let mut told = Sentence::default().and(place, grave(theme, problem));
    if !problem.path.is_empty() {
        told = told.and(visible(&problem.path), theme.label()).and(": ", theme.label());
    }
    told.and(visible(&problem.message), theme.text())
}

fn grave(theme: &Theme, problem: &Problem) -> Style {
    if problem.fatal { theme.error() } else { theme.warning() }
}

/// A line: what is wrong in it, its number, whether it can be folded, its text.
fn draw_line(pen: &mut Pen<'_>, (xml, shown): (&Xml, &Shown), number: usize) {
    let (theme, signs) = (pen.theme, pen.signs);
    let Some(line) = shown.markup.lines.get(number) else { return };
    let mut wrong = shown.markup.problems.iter().filter(|problem| problem.line == number + 1);
    match wrong.next().map(|first| wrong.find(|other| other.fatal).unwrap_or(first)) {
        Some(problem) => pen.put(signs.warn, grave(theme, problem)),
        None => pen.skip(1),
    };
    if pen.room() >= NUMBERED {
        let digits = u16::try_from(shown.markup.lines.len().to_string().len()).unwrap_or(1);
        pen.right(digits, &(number + 1).to_string(), theme.dim()).skip(1);
    }
    let folded = xml.folded.contains(&number);
    let sign = if folded { signs.folded } else { signs.unfolded };
    pen.put(if line.fold.is_some() { sign } else { " " }, theme.key());
    pen.put(if xml.left > 0 { signs.more[0] } else { " " }, theme.dim());
    text(pen, line, &Ink { left: xml.left, end: usize::MAX, hits: hits(xml, number), side: None });
    if let Some(last) = line.fold.filter(|_| folded) {
        pen.skip(1).print(theme.accent(), format_args!("{} {} lines", signs.ellipsis, last - number));
    }
}

/// Puts the sign of the side a line is of; false for lines that are left out, which it tells of instead.
fn put_side(pen: &mut Pen<'_>, side: Side) -> bool {
    let (theme, signs) = (pen.theme, pen.signs);
    let (sign, style) = match side {
        Side::Both => (" ", theme.text()),
        Side::Before => ("-", theme.removed()),
        Side::After => ("+", theme.added()),
        Side::Left(lines) => {
            pen.print(theme.dim(), format_args!("{} {lines} lines are the same", signs.ellipsis));
            return false;
        }
    };
    pen.put(sign, style);
    true
}

fn draw_change(pen: &mut Pen<'_>, change: &Change, (xml, place): (&Xml, usize)) {
    let (theme, signs) = (pen.theme, pen.signs);
    if !put_side(pen, change.side) {
        return;
    }
    pen.put(if xml.left > 0 { signs.more[0] } else { " " }, theme.dim());
    let ink = Ink { left: xml.left, end: usize::MAX, hits: hits(xml, place), side: Some(change.side) };
    text(pen, &change.line, &ink);
}

/// What was looked for, where it stands in a line.
fn hits(xml: &Xml, at: usize) -> &[Hit] {
    let first = xml.hits.partition_point(|hit| hit.at < at);
    let end = xml.hits.partition_point(|hit| hit.at <= at);
    &xml.hits[first..end]
}
