//! Looking for a text in what is shown.

use super::{Row, Sight, Xml};
use crate::{
    app::App,
    model::markup::{Line, Part},
};

/// Most places that are told apart.
const MOST: usize = 100_000;

/// A place where the text that was looked for stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The line of the text, or the row of what differs.
    pub at: usize,
    /// Its first character.
    pub from: usize,
    /// How many there are.
    pub len: usize,
}

impl Hit {
    /// The character behind its last.
    pub const fn end(&self) -> usize {
        self.from + self.len
    }
}

impl App {
    /// Looks for a text while it is typed: from the row where typing began.
    pub(in crate::app) fn seek_xml(&mut self, text: &str, at: (usize, usize)) {
        text.clone_into(&mut self.xml.search);
        self.xml.look_again();
        self.xml.lay();
        self.xml.stand_at(at);
        let hits = &self.xml.hits;
        let hit = hits.get(self.xml.first_from_here()).or(hits.first()).copied();
        self.show_hit(hit);
    }

    /// Goes to the next place, or to the one before; round and round. A line may hold many of them: they are counted
    /// from the one gone to last, as long as the cursor is on its row, and else from the beginning of the cursor's.
    pub(in crate::app) fn next_hit(&mut self, before: Before) {
        if self.xml.search.is_empty() {
            return self.complain("nothing was looked for yet: `/` does".into());
        }
        let (hits, current) = (&self.xml.hits, self.xml.current());
        let from = current.unwrap_or_else(|| self.xml.first_from_here());
        let hit = match before {
            Before::No => hits.get(from + usize::from(current.is_some())).or(hits.first()),
            Before::Yes => from.checked_sub(1).and_then(|at| hits.get(at)).or(hits.last()),
        };
        let hit = hit.copied();
        self.show_hit(hit);
        if hit.is_none() {
            let text = crate::model::text::visible(&self.xml.search).into_owned();
            self.complain(format!("`{text}` does not stand there"));
        }
    }

    fn show_hit(&mut self, hit: Option<Hit>) {
        self.xml.gone_to = hit.map(|hit| (self.xml.sight, hit));
        let Some(hit) = hit else { return };
        if self.xml.sight == Sight::Diff {
            self.xml.cursor = hit.at;
        } else {
            self.xml.go_to(hit.at);
        }
        let room = usize::from(self.screen.regions.xml.width).max(1);
        let (left, end) = (self.xml.left, hit.end());
        if hit.from < left || end > left + room.saturating_sub(8) {
            self.xml.left = end.saturating_sub(room / 2);
        }
        self.xml.keep_in_page(usize::from(self.screen.regions.xml.height));
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Before {
    /// Downwards.
    No,
    /// Upwards.
    Yes,
}

impl Xml {
    /// Where the cursor is, as hits count; nowhere on a row that no hit is in.
    fn place(&self) -> Option<usize> {
        match self.at()? {
            Row::Line(line) => Some(line),
            Row::Change(place) => Some(place),
            Row::File | Row::Lost(_) | Row::Problem(_) => None,
        }
    }

    /// Which of the hits was gone to last; none of them where the cursor has left its row since, or where it does not
    /// stand any more.
    pub fn current(&self) -> Option<usize> {
        let (_, hit) =
            self.gone_to.filter(|(sight, hit)| *sight == self.sight && self.place() == Some(hit.at))?;
        self.hits.binary_search_by_key(&(hit.at, hit.from), |other| (other.at, other.from)).ok()
    }

    /// The first hit in the cursor's row or behind it, by its place among them.
    fn first_from_here(&self) -> usize {
        let here = self.place().unwrap_or(0);
        self.hits.partition_point(|hit| hit.at < here)
    }

    /// Looks for the same text in what is shown now.
    pub(super) fn look_again(&mut self) {
        let needle = Needle::of(&self.search);
        let lines: Vec<&Line> = match self.shown() {
            Some(shown) => shown.markup.lines.iter().collect(),
            None => self.changes.iter().map(|change| &change.line).collect(),
        };
        let (mut hits, mut text) = (Vec::new(), String::new());
        for (at, line) in lines.into_iter().enumerate() {
            needle.find(line, &mut text, |from| {
                hits.push(Hit { at, from, len: needle.len });
                hits.len() < MOST
            });
            if hits.len() == MOST {
                break;
            }
        }
        self.hits = hits;
    }
}

/// A text that is looked for. Capitals count where it has any.
struct Needle {
    text: String,
    /// How many characters it has.
    len: usize,
    exact: bool,
}

impl Needle {
    fn of(text: &str) -> Self {
        let exact = text.contains(char::is_uppercase);
        let folded = text.chars().map(|c| if exact { c } else { small(c) }).collect();
        Self { text: folded, len: text.chars().count(), exact }
    }

    /// Tells the characters of a line at which it begins, from left to right, as long as they are wanted. It is done
    /// with each key that is typed, and a text may be one line: the effort is that of reading the line.
    fn find(&self, line: &Line, room: &mut String, mut wanted: impl FnMut(usize) -> bool) {
        if self.text.is_empty() {
            return;
        }
        room.clear();
        let chars = line.parts.iter().flat_map(|(_, text): &(Part, String)| text.chars());
        room.extend(chars.map(|c| if self.exact { c } else { small(c) }));
        let (mut byte, mut from) = (0, 0);
        for (found, _) in room.match_indices(&self.text) {
            from += room[byte..found].chars().count();
            byte = found;
            if !wanted(from) {
                break;
            }
        }
    }
}

/// The small letter of a capital, where that is one character too.
fn small(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut small = c.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
