//! The parts of a text of XML, whether it is well-formed or not: no byte is left out.

use crate::model::markup::Part;

/// A part of a text.
pub(super) struct Token<'t> {
    pub(super) part: Part,
    pub(super) text: &'t str,
    pub(super) step: Step,
}

/// What a part does to the elements that are open.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// Nothing.
    Within,
    /// It is the name in the beginning of an element.
    Opens,
    /// It is the name in the end of one.
    Closes,
    /// It ends the element that began last.
    EndsAtOnce,
}

/// Takes a text apart, from its beginning.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// Between tags.
    Outside,
    /// Behind `<`: its name follows.
    Beginning,
    /// Behind `</`: its name follows.
    Ending,
    /// Behind the name of a tag.
    Tag,
}

impl<'t> Lexer<'t> {
    /// Of a text.
    pub(super) const fn of(text: &'t str) -> Self {
        Self { rest: text, state: State::Outside }
    }

    fn take(&mut self, length: usize, part: Part, step: Step) -> Token<'t> {
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        Token { part, text, step }
    }

    fn outside(&mut self) -> Token<'t> {
        if let Some(length) = aside(self.rest) {
            return self.take(length, Part::Aside, Step::Within);
        }
        let (length, state) = match self.rest.as_bytes() {
            [b'<', b'/', ..] => (2, State::Ending),
            [b'<', next, ..] if begins_name(*next) => (1, State::Beginning),
            _ => {
                let ahead = self.rest.bytes().skip(1).position(|byte| byte == b'<');
                let length = ahead.map_or(self.rest.len(), |at| at + 1);
                return self.take(length, Part::Text, Step::Within);
            }
        };
        self.state = state;
        self.take(length, Part::Punctuation, Step::Within)
    }

    fn name(&mut self, step: Step) -> Token<'t> {
        self.state = State::Tag;
        match name_length(self.rest) {
            0 => self.tag(),
            length => self.take(length, Part::Element, step),
        }
    }

    fn tag(&mut self) -> Token<'t> {
        let blanks = self.rest.len() - self.rest.trim_start().len();
        let (length, part, step) = match self.rest.as_bytes() {
            [b'<', ..] => {
                self.state = State::Outside;
                return self.outside();
            }
            [b'/', b'>', ..] => (2, Part::Punctuation, Step::EndsAtOnce),
            [b'>' | b'/' | b'=', ..] => (1, Part::Punctuation, Step::Within),
            [quote @ (b'"' | b'\''), ..] => (value_length(self.rest, *quote), Part::Value, Step::Within),
            [next, ..] if begins_name(*next) => (name_length(self.rest), Part::Attribute, Step::Within),
            _ if blanks > 0 => (blanks, Part::Text, Step::Within),
            _ => (self.rest.chars().next().map_or(0, char::len_utf8), Part::Text, Step::Within),
        };
        if self.rest[..length].ends_with('>') && part == Part::Punctuation {
            self.state = State::Outside;
        }
        self.take(length, part, step)
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        Some(match self.state {
            State::Outside => self.outside(),
            State::Beginning => self.name(Step::Opens),
            State::Ending => self.name(Step::Closes),
            State::Tag => self.tag(),
        })
    }
}

/// The length of the comment, instruction, section of character data or declaration a text begins with; all of the text
/// where it has no end.
fn aside(text: &str) -> Option<usize> {
    let ends = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
    let (begin, end) = ends.into_iter().find(|(begin, _)| text.starts_with(begin))?;
    Some(text[begin.len()..].find(end).map_or(text.len(), |at| begin.len() + at + end.len()))
}

/// The length of a value with its quotes. It does not reach over a `<`, which no value holds: a quote that is missing
/// then spoils one tag and not the rest of the text.
fn value_length(text: &str, quote: u8) -> usize {
    let end = text.bytes().skip(1).position(|byte| byte == quote || byte == b'<');
    let Some(end) = end else { return text.len() };
    end + if text.as_bytes()[end + 1] == quote { 2 } else { 1 }
}

const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

fn name_length(text: &str) -> usize {
    let goes_on = |byte: u8| begins_name(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    // The bytes of a character of several are all of a name.
    text.bytes().take_while(|byte| goes_on(*byte)).count()
}
