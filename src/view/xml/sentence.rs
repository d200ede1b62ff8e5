//! A sentence of several colours: in a line, scrolled to the side, or in as many lines as it takes.

use std::ops::Range;

use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

use crate::view::canvas::Pen;

/// Pieces of text, each in its style; safe to show.
#[derive(Default)]
pub(super) struct Sentence(Vec<(String, Style)>);

impl Sentence {
    /// With one piece more.
    pub(super) fn and(mut self, text: impl Into<String>, style: Style) -> Self {
        self.0.push((text.into(), style));
        self
    }

    /// The characters of each line where lines have so many cells: broken at blanks, and within a word only where it
    /// has no room in a line of its own.
    pub(super) fn lines(&self, room: usize) -> Vec<Range<usize>> {
        let (mut lines, mut from, mut cells) = (Vec::new(), 0, 0);
        // Where the line can end and the next begin, and the cells up to there.
        let mut blank: Option<(usize, usize, usize)> = None;
        for (at, c) in self.0.iter().flat_map(|(text, _)| text.chars()).enumerate() {
            let width = c.width().unwrap_or(0);
            if c == ' ' && at > from {
                let end = blank.filter(|(_, next, _)| *next == at).map_or(at, |(end, ..)| end);
                blank = Some((end, at + 1, cells + 1));
            } else if cells + width > room && at > from {
                let (end, next, gone) = blank.take().unwrap_or((at, at, cells));
                lines.push(from..end);
                (from, cells) = (next, cells - gone);
            }
            cells += width;
        }
        lines.push(from..self.0.iter().map(|(text, _)| text.chars().count()).sum());
        lines
    }

    /// Writes some of its characters.
    pub(super) fn put(&self, pen: &mut Pen<'_>, range: Range<usize>) {
        let mut at = 0;
        for (text, style) in &self.0 {
            let from = range.start.saturating_sub(at);
            let seen: String = text.chars().skip(from).take(range.end.saturating_sub(at + from)).collect();
            pen.put(&seen, *style);
            at += text.chars().count();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn broken(text: &str, room: usize) -> Vec<String> {
        let (first, rest) = text.split_at(text.char_indices().nth(3).map_or(text.len(), |(at, _)| at));
        let sentence = Sentence::default().and(first, Style::default()).and(rest, Style::default());
        let part = |range: Range<usize>| text.chars().skip(range.start).take(range.len()).collect();
        sentence.lines(room).into_iter().map(part).collect()
    }

    #[test]
    fn it_is_broken_at_blanks_and_in_words_that_are_too_long() {
        assert_eq!(broken("one two three", 7), ["one two", "three"]);
        assert_eq!(broken("one  two", 4), ["one", "two"]);
        assert_eq!(broken("to abcdefghij k", 4), ["to", "abcd", "efgh", "ij k"]);
        assert_eq!(broken("", 4), [""]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_word_has_room_and_none_is_lost(text in "([a-c界]{0,9} {0,3}){0,9}", room in 2_usize..12) {
            let lines = broken(&text, room);
            for line in &lines {
                prop_assert!(line.trim_end().width() <= room, "{lines:?}");
            }
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
