//! What differs between two definitions, line by line.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::markup::{Line, Markup, Part};

/// Lines around a difference that are shown with it.
const AROUND: usize = 3;
/// Steps comparing may take at most: a line on either side is one of as many as differ.
const LONGEST: usize = 40_000_000;

/// A row of what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// On which side it is.
    pub side: Side,
    /// The line.
    pub line: Line,
}

/// On which side a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// On both.
    Both,
    /// Only in what was before: what is kept, or what was edited.
    Before,
    /// Only in what is now.
    After,
    /// So many lines that are the same on both sides are left out here.
    Left(usize),
}

/// What differs, with some lines around each difference; nothing where nothing does.
///
/// Texts that have too little in common to be compared in the time of a frame are shown one after the other.
pub fn compare(before: &Markup, after: &Markup) -> Vec<Change> {
    let (old, new) = (texts(before), texts(after));
    let alike = |(a, b): &(&String, &String)| a == b;
    let head = old.iter().zip(&new).take_while(alike).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(alike).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    if head == old_end && head == new_end {
        return Vec::new();
    }
    let (ours, theirs) = (&old[head..old_end], &new[head..new_end]);
    let mut rows = Rows { before, after, shown: Vec::new(), same: Vec::new() };
    rows.same.extend(0..head);
    if (ours.len() + theirs.len()).saturating_mul(ours.len().max(theirs.len())) > LONGEST {
        rows.replace(head..old_end, head..new_end);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, ours, theirs) {
            rows.take(op, head);
        }
    }
    rows.same.extend(new_end..new.len());
    rows.pour(true);
    rows.shown
}

impl Change {
    /// The row as `diff -u` writes it, its end with it.
    pub fn plain(&self) -> String {
        let text: String = self.line.parts.iter().map(|(_, text): &(Part, String)| text.as_str()).collect();
        match self.side {
            Side::Both => format!(" {text}\n"),
            Side::Before => format!("-{text}\n"),
            Side::After => format!("+{text}\n"),
            Side::Left(lines) => format!("@@ {lines} lines are the same @@\n"),
        }
    }
}

/// What is being put together.
struct Rows<'a> {
    before: &'a Markup,
    after: &'a Markup,
    shown: Vec<Change>,
    /// Lines of what is now that are the same, and not shown yet.
    same: Vec<usize>,
}

impl Rows<'_> {
    fn take(&mut self, op: DiffOp, head: usize) {
        let (_, old, new) = op.as_tag_tuple();
        let (old, new) = (old.start + head..old.end + head, new.start + head..new.end + head);
        if matches!(op, DiffOp::Equal { .. }) {
            self.same.extend(new);
        } else {
            self.replace(old, new);
        }
    }

    fn replace(&mut self, old: std::ops::Range<usize>, new: std::ops::Range<usize>) {
        self.pour(false);
        let change = |side, lines: &[Line]| {
            lines.iter().map(move |line| Change { side, line: line.clone() }).collect::<Vec<_>>()
        };
        self.shown.extend(change(Side::Before, &self.before.lines[old]));
        self.shown.extend(change(Side::After, &self.after.lines[new]));
    }

    /// Shows what is the same: as much as stands around a difference.
    fn pour(&mut self, last: bool) {
        let same = std::mem::take(&mut self.same);
        let head = if self.shown.is_empty() { 0 } else { AROUND };
        let tail = if last { 0 } else { AROUND };
        let left = same.len().saturating_sub(head + tail);
        // A line in the place of one line says no less in as much room.
        let (head, left) = if left == 1 { (head + 1, 0) } else { (head, left) };
        for (place, line) in same.iter().enumerate() {
            if left > 0 && (head..head + left).contains(&place) {
                if place == head {
                    self.shown.push(Change { side: Side::Left(left), line: Line::default() });
                }
                continue;
            }
            self.shown.push(Change { side: Side::Both, line: self.after.lines[*line].clone() });
        }
    }
}

/// Each line as it is compared. The id a domain runs under is none of its definition: the next run has another.
fn texts(markup: &Markup) -> Vec<String> {
    markup
        .lines
        .iter()
        .map(|line| if line.depth == 0 { without_id(&line.parts) } else { joined(&line.parts) })
        .collect()
}

fn joined(parts: &[(Part, String)]) -> String {
    parts.iter().map(|(_, text)| text.as_str()).collect()
}

/// Without ` id='12'`: a blank, the name, its sign and its value.
fn without_id(parts: &[(Part, String)]) -> String {
    let id = parts.iter().position(|(part, text)| *part == Part::Attribute && text == "id");
    match id.filter(|at| *at > 0 && at + 2 < parts.len()) {
        Some(at) => joined(&parts[..at - 1]) + &joined(&parts[at + 3..]),
        None => joined(parts),
    }
}
