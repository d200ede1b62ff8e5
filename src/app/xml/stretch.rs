//! What differs within lines that differ: of a long line, that has to be seen, wherever it stands.

use std::ops::Range;

use super::{Change, Side};
use crate::model::markup::{Line, Part};

/// Characters that are the same and are shown on either side of what differs.
const AROUND: usize = 16;
/// Pairs of lines of one difference that are compared to find which became which; of more, those in the same place.
const PAIRS: usize = 1024;

/// What of a line differs from the one it was, or became.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The first character that differs.
    pub from: usize,
    /// The character behind the last.
    pub end: usize,
    /// How many the line has.
    pub len: usize,
    /// It has characters that may take two cells.
    pub wide: bool,
}

impl Stretch {
    /// The characters of the line that are to be shown, so many cells in a row: all of it where that is one row, else
    /// what differs and some before and after.
    pub fn shown(&self, room: usize) -> Range<usize> {
        let row = self.row(room);
        if self.len <= row {
            return 0..self.len;
        }
        let from = self.from.saturating_sub(AROUND);
        let end = (self.end + AROUND).max(from + row).min(self.len);
        from.min(end.saturating_sub(row))..end
    }

    /// Characters that have room in a row of so many cells.
    pub fn row(&self, room: usize) -> usize {
        (if self.wide { room / 2 } else { room }).max(1)
    }

    /// Rows that takes.
    pub fn rows(&self, room: usize) -> usize {
        self.shown(room).len().div_ceil(self.row(room)).max(1)
    }

    /// All of a line.
    fn of(line: &str) -> Self {
        let len = line.chars().count();
        Self { from: 0, end: len, len, wide: len < line.len() }
    }

    /// Without what is the same in another line, at the beginning and at the end.
    fn against(self, line: &str, other: &str) -> Self {
        let head = line.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let least = self.len.min(other.chars().count()) - head;
        let both = line.chars().rev().zip(other.chars().rev()).take(least);
        let tail = both.take_while(|(a, b)| a == b).count();
        Self { from: head, end: self.len - tail, ..self }
    }
}

/// The stretches of all rows, in their order.
pub(super) fn stretches(changes: &[Change]) -> Vec<Stretch> {
    let lines: Vec<String> = changes.iter().map(|change| joined(&change.line)).collect();
    let mut stretches: Vec<_> = lines.iter().map(|line| Stretch::of(line)).collect();
    let mut at = 0;
    while at < changes.len() {
        let run = |from: usize, side| {
            let rows = changes[from..].iter().take_while(|change| change.side == side);
            from..from + rows.count()
        };
        let before = run(at, Side::Before);
        let after = run(before.end, Side::After);
        for (these, others) in [(before.clone(), after.clone()), (after.clone(), before)] {
            for place in these.clone() {
                let line = &lines[place];
                let all = stretches[place];
                let against = |other: usize| all.against(line, &lines[other]);
                let found = if these.len() * others.len() <= PAIRS {
                    others.clone().map(against).min_by_key(|stretch| stretch.end - stretch.from)
                } else {
                    let same = others.start + (place - these.start);
                    Some(same).filter(|other| others.contains(other)).map(against)
                };
                stretches[place] = found.unwrap_or(all);
            }
        }
        at = after.end.max(at + 1);
    }
    stretches
}

fn joined(line: &Line) -> String {
    line.parts.iter().map(|(_, text): &(Part, String)| text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(side: Side, text: &str) -> Change {
        let parts = vec![(Part::Text, text.to_owned())];
        Change { side, line: Line { parts, ..Line::default() } }
    }

    fn seen(text: &str, range: Range<usize>) -> String {
        text.chars().skip(range.start).take(range.len()).collect()
    }

    #[test]
    fn a_line_is_compared_with_the_one_it_is_most_like() {
        let (long, grown) = (format!("{} end", "a".repeat(90)), format!("{} fin", "a".repeat(90)));
        let changes =
            [change(Side::Before, &long), change(Side::After, "<new/>"), change(Side::After, &grown)];
        let stretches = stretches(&changes);
        assert_eq!(seen(&long, stretches[0].from..stretches[0].end), "end");
        assert_eq!(seen(&grown, stretches[2].from..stretches[2].end), "fin");
        assert_eq!((stretches[0].shown(40), stretches[0].rows(40)), (54..94, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_that_differs_is_left_out(old in "[abé]{0,90}", new in "[abé]{0,90}", room in 1_usize..80) {
            let stretches = stretches(&[change(Side::Before, &old), change(Side::After, &new)]);
            let [before, after] = stretches[..] else { panic!("a stretch a row") };
            let apart = |stretch: &Stretch, text: &str| {
                let shown = stretch.shown(room);
                (seen(text, 0..shown.start.min(stretch.from)), seen(text, shown.end.max(stretch.end)..stretch.len))
            };
            for (stretch, text) in [(&before, &old), (&after, &new)] {
                let shown = stretch.shown(room);
                prop_assert!(shown.end <= stretch.len && shown.len() <= stretch.rows(room) * stretch.row(room));
                prop_assert!(shown.start <= stretch.from && stretch.end <= shown.end);
                let (head, tail) = apart(stretch, text);
                prop_assert!(old.starts_with(&head) && new.starts_with(&head));
                prop_assert!(old.ends_with(&tail) && new.ends_with(&tail));
            }
        }
    }
}
