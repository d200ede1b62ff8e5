//! One line of XML in its colours.

use ratatui::style::Style;

use crate::{
    app::xml::{Hit, Side},
    model::markup::{Line, Part},
    theme::Theme,
    view::canvas::Pen,
};

/// How a line is drawn.
pub(super) struct Ink<'h> {
    /// Characters scrolled away to the left.
    pub(super) left: usize,
    /// The character before which it is broken.
    pub(super) end: usize,
    /// Where what was looked for stands in the line, from left to right.
    pub(super) hits: &'h [Hit],
    /// On which side of a comparison it is, where it is of one.
    pub(super) side: Option<Side>,
}

/// Writes a line's text. A line may be all of a text, and all of it hits: only what is seen of it is looked at.
pub(super) fn text(pen: &mut Pen<'_>, line: &Line, ink: &Ink<'_>) {
    let theme = pen.theme;
    // One more than has room, so that the rest is elided.
    let end = ink.end.min(ink.left + usize::from(pen.room()) + 1);
    let mut hits = &ink.hits[ink.hits.partition_point(|hit| hit.end() <= ink.left)..];
    let (mut at, mut run) = (0, (String::new(), Style::default()));
    for (part, text) in &line.parts {
        let plain = style(theme, *part, ink.side);
        let away = scrolled_away(text, ink.left.saturating_sub(at));
        at += away;
        for c in text.chars().skip(away).take(end.saturating_sub(at)) {
            let style = if is_hit(&mut hits, at) { plain.patch(theme.matched()) } else { plain };
            if style != run.1 && !run.0.is_empty() {
                pen.put(&run.0, run.1);
                run.0.clear();
            }
            run.1 = style;
            run.0.push(c);
            at += 1;
        }
        if at >= end {
            break;
        }
    }
    pen.put(&run.0, run.1);
}

/// Characters of a part that are not seen, where so many of the line from the part on are not.
fn scrolled_away(text: &str, left: usize) -> usize {
    if left == 0 { 0 } else { text.chars().count().min(left) }
}

/// Whether a character is of a hit; hits that end before it are done with.
fn is_hit(hits: &mut &[Hit], at: usize) -> bool {
    while let [first, rest @ ..] = hits
        && first.end() <= at
    {
        *hits = rest;
    }
    hits.first().is_some_and(|hit| hit.from <= at)
}

/// What differs has the colour of its side, whatever it is.
const fn style(theme: &Theme, part: Part, side: Option<Side>) -> Style {
    match (side, part) {
        (Some(Side::Before), _) => theme.removed(),
        (Some(Side::After), _) => theme.added(),
        (_, Part::Punctuation) => theme.punctuation(),
        (_, Part::Element) => theme.element(),
        (_, Part::Attribute) => theme.attribute(),
        (_, Part::Value) => theme.value(),
        (_, Part::Text) => theme.text(),
        (_, Part::Aside) => theme.aside(),
    }
}
