//! XML taken apart for the screen: any text, also one that is no XML, and one that is being typed.

mod lexer;

use self::lexer::{Lexer, Step, Token};
use super::domain;
use crate::model::{
    markup::{Line, Markup},
    text::visible,
};

/// So many columns apart are the stops of a tab.
const TAB: usize = 8;
/// How far up an end looks for its beginning in a text that is not well-formed.
const FARTHEST: usize = 64;

/// Takes a text apart: any text, also one that is no XML. What is wrong with it as the XML of a domain is among its
/// problems.
pub fn markup(text: &str) -> Markup {
    let mut lines = Lines::default();
    for token in Lexer::of(text) {
        lines.take(&token);
    }
    lines.end_line();
    if text.ends_with('\n') {
        lines.done.pop();
    }
    Markup { text: text.into(), lines: lines.done, problems: domain::check(text) }
}

/// The lines so far, and what is open.
#[derive(Default)]
struct Lines<'t> {
    done: Vec<Line>,
    /// The line that is being put together.
    line: Line,
    /// How many columns it has.
    columns: usize,
    /// Whether something other than blanks is on it.
    begun: bool,
    /// The elements that are open, with the lines they begin on.
    open: Vec<(&'t str, usize)>,
}

impl<'t> Lines<'t> {
    fn take(&mut self, token: &Token<'t>) {
        let mut pieces = token.text.split('\n').peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                self.piece(token, piece);
                break;
            }
            self.piece(token, piece.strip_suffix('\r').unwrap_or(piece));
            self.end_line();
        }
        match token.step {
            Step::Within => {}
            Step::Opens => self.open.push((token.text, self.done.len())),
            Step::Closes => self.close(token.text),
            Step::EndsAtOnce => self.close_last(),
        }
    }

    /// Adds what a token has on one line.
    fn piece(&mut self, token: &Token<'_>, piece: &str) {
        if !self.begun {
            let closing = usize::from(token.text == "</");
            self.line.depth = u16::try_from(self.open.len().saturating_sub(closing)).unwrap_or(u16::MAX);
            self.begun = !piece.trim().is_empty();
        }
        let shown = self.shown(piece);
        match self.line.parts.last_mut() {
            Some((part, text)) if *part == token.part => text.push_str(&shown),
            _ if shown.is_empty() => {}
            _ => self.line.parts.push((token.part, shown)),
        }
    }

    /// A piece as it is shown: tabs are blanks up to the next stop.
    fn shown(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        for (at, run) in piece.split('\t').enumerate() {
            if at > 0 {
                let blanks = TAB - self.columns % TAB;
                out.extend(std::iter::repeat_n(' ', blanks));
                self.columns += blanks;
            }
            out.push_str(&visible(run));
            self.columns += run.chars().count();
        }
        out
    }

    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        line.parts.retain(|(_, text)| !text.is_empty());
        self.done.push(line);
        (self.columns, self.begun) = (0, false);
    }

    fn close(&mut self, name: &str) {
        let found = self.open.iter().rev().take(FARTHEST).position(|(open, _)| *open == name);
        if let Some(above) = found {
            self.open.truncate(self.open.len() - above);
            self.close_last();
        }
    }

    fn close_last(&mut self) {
        let end = self.done.len();
        let Some((_, from)) = self.open.pop() else { return };
        if let Some(line) = self.done.get_mut(from).filter(|_| end > from) {
            line.fold = line.fold.max(Some(end));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::markup::Part;

    fn shown(line: &Line) -> String {
        line.parts.iter().map(|(_, text)| text.as_str()).collect()
    }

    fn parts(text: &str) -> Vec<(Part, String)> {
        markup(text).lines.remove(0).parts
    }

    #[test]
    fn each_part_of_a_line_is_told() {
        let expected = [
            (Part::Text, "  "),
            (Part::Punctuation, "<"),
            (Part::Element, "disk"),
            (Part::Text, " "),
            (Part::Attribute, "type"),
            (Part::Punctuation, "="),
            (Part::Value, "'file'"),
            (Part::Punctuation, "/>"),
            (Part::Text, " x"),
            (Part::Aside, "<!-- <b> -->"),
        ];
        let expected = expected.map(|(part, text)| (part, text.to_owned()));
        assert_eq!(parts("  <disk type='file'/> x<!-- <b> -->"), expected);
    }

    #[test]
    fn an_element_of_several_lines_can_be_folded() {
        let text = "<domain>\n  <os>\n    <type/>\n  </os>\n  <name>x</name>\n</domain>\n";
        let lines = markup(text).lines;
        let folds: Vec<_> = lines.iter().map(|line| line.fold).collect();
        assert_eq!(folds, [Some(5), Some(3), None, None, None, None]);
        let depths: Vec<_> = lines.iter().map(|line| line.depth).collect();
        assert_eq!(depths, [0, 1, 2, 1, 1, 0]);
    }

    #[test]
    fn controls_are_signs_and_tabs_are_blanks() {
        let lines = markup("\t<a\tb='\u{1b}[31m'>\u{202e}\r\nx").lines;
        assert_eq!(shown(&lines[0]), "        <a      b='␛[31m'>\u{fffd}");
        assert_eq!(shown(&lines[1]), "x");
    }

    #[test]
    fn a_text_that_is_no_xml_is_shown_all_the_same() {
        let markup = markup("<a b='x\n<c>\n</a> & <\n]]>");
        assert_eq!(markup.lines.iter().map(shown).collect::<Vec<_>>(), ["<a b='x", "<c>", "</a> & <", "]]>"]);
        assert_eq!(markup.lines[0].fold, Some(2));
        assert!(markup.problems.iter().any(|problem| problem.fatal));
    }

    #[test]
    fn an_empty_text_has_one_line_without_parts() {
        assert_eq!(markup("").lines, [Line::default()]);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_line_are_the_line(text in "[<>/='\"a-c!?\\[\\]\u{e9}\\n -]{0,60}") {
            let lines = markup(&text).lines;
            let joined = lines.iter().map(shown).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(&joined, text.strip_suffix('\n').unwrap_or(&text));
            for (at, line) in lines.iter().enumerate() {
                prop_assert!(line.fold.is_none_or(|fold| fold > at && fold < lines.len()));
            }
        }

        #[test]
        fn nothing_that_steers_a_terminal_is_left(text in any::<String>()) {
            let steers = |line: &Line| shown(line).chars().any(crate::model::text::steers);
            prop_assert!(!markup(&text).lines.iter().any(steers));
        }
    }
}
