//! How a text is laid out: what stands between its elements, and how new ones stand among them.

use std::ops::Range;

use super::Node;

/// The layout of a text.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// What ends a line.
    end: &'static str,
}

impl Layout {
    /// Of a text: its lines end as most texts' do, or as Windows has it.
    pub(super) fn of(text: &str) -> Self {
        Self { end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// What stands before a child on a line of its own: the line's end and the child's indent; nothing where none of
    /// this element's children has a line of its own.
    pub(super) fn before_child(self, parent: Node<'_>) -> String {
        let lead = match parent.children().next() {
            Some(_) => parent.children().find_map(indent).map(String::from),
            None => indent(parent).map(|indent| format!("{indent}  ")),
        };
        lead.map_or_else(String::new, |indent| format!("{}{indent}", self.end))
    }

    /// What stands before the end of an element that had nothing in it.
    pub(super) fn before_end(self, parent: Node<'_>) -> String {
        indent(parent).map_or_else(String::new, |indent| format!("{}{indent}", self.end))
    }
}

/// A canonical element where `before` stands before it.
pub(super) fn rendered(node: Node<'_>, before: &str) -> String {
    let mut out = String::new();
    render(node, before, &mut out);
    out
}

fn render(node: Node<'_>, before: &str, out: &mut String) {
    let source = node.source();
    if node.children().next().is_none() {
        out.push_str(&source[node.whole()]);
        return;
    }
    let within = if before.is_empty() { String::new() } else { format!("{before}  ") };
    out.push_str(&source[node.open()]);
    for child in node.children() {
        out.push_str(&within);
        render(child, &within, out);
    }
    out.push_str(before);
    out.push_str(&source[node.close()]);
}

/// The blanks before an element that begins a line.
fn indent(node: Node<'_>) -> Option<&str> {
    let before = &node.source()[..node.open().start];
    let above = before.trim_end_matches([' ', '\t']);
    (above.is_empty() || above.ends_with('\n')).then(|| &before[above.len()..])
}

/// A part of a text and the blanks before it.
pub(super) fn with_blanks_before(text: &str, part: Range<usize>) -> Range<usize> {
    text[..part.start].trim_end_matches([' ', '\t', '\n', '\r']).len()..part.end
}

/// All of an element; where it has its lines to itself, with the line end and the indent before it.
pub(super) fn with_line(node: Node<'_>) -> Range<usize> {
    let (text, whole) = (node.source(), node.whole());
    let alone = text[whole.end..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let before = text[..whole.start].trim_end_matches([' ', '\t']);
    if !alone || !before.ends_with('\n') {
        return whole;
    }
    let before = &before[..before.len() - 1];
    before.strip_suffix('\r').unwrap_or(before).len()..whole.end
}

/// Where something new follows an element: behind it, and behind the comments about it on its line.
pub(super) fn behind(node: Node<'_>) -> usize {
    let (text, end) = (node.source(), node.whole().end);
    let mut rest = &text[end..];
    let mut behind = end;
    loop {
        let ahead = rest.trim_start_matches([' ', '\t']);
        let Some((_, after)) = ahead.strip_prefix("<!--").and_then(|comment| comment.split_once("-->"))
        else {
            return behind;
        };
        let passed = text.len() - after.len();
        // A comment that goes on for lines is about what follows.
        if text[behind..passed].contains('\n') {
            return behind;
        }
        (behind, rest) = (passed, after);
    }
}

/// Whether something stands between the children of an element: a comment, text.
pub(super) fn says_aside(node: Node<'_>) -> bool {
    node.gaps().any(|gap| !gap.trim().is_empty())
}
