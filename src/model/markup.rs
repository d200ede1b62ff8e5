//! A text of XML as a screen shows it: what each part of a line is, and which lines an element takes.

/// XML, taken apart for showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup {
    /// The text as it was read.
    pub text: String,
    /// Its lines, without what ends them.
    pub lines: Vec<Line>,
    /// What is wrong with it, by place.
    pub problems: Vec<Problem>,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its parts in order; together they are the line. Control characters are visible signs.
    pub parts: Vec<(Part, String)>,
    /// The last line of the element that begins on this one, where that is a later one; from 0.
    pub fold: Option<usize>,
    /// How deep it is: 0 for the root's own line.
    pub depth: u16,
}

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `<`, `>`, `/`, `=`.
    Punctuation,
    /// The name of an element.
    Element,
    /// The name of an attribute.
    Attribute,
    /// The value of an attribute, with its quotes.
    Value,
    /// Text between elements, and blanks.
    Text,
    /// A comment, a processing instruction, a section of character data.
    Aside,
}

impl Line {
    /// Whether an element begins on it.
    pub fn begins_element(&self) -> bool {
        let mut after = self.parts.iter().skip(1);
        let opens = |(part, text): &(Part, String)| {
            let next = after.next().map(|(next, _)| *next);
            (*part, next) == (Part::Punctuation, Some(Part::Element)) && text.ends_with('<')
        };
        self.parts.iter().any(opens)
    }
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// The element it is in: `/domain/devices/disk[2]/target`; empty where there is none.
    pub path: String,
    /// What is wrong and what was expected, a clause. Foreign text in it is visible.
    pub message: String,
    /// Whether nothing can be made of the text because of it; else it is only told.
    pub fatal: bool,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}
