//! The statements of a text: literal settings, and what is none.
//!
//! ```text
//!  statement ─► key ─► = or += ─► value ─► newline, ;, # or the end     a Setting
//!      └─────────┴─────────┴─────────┴──── anything else ─►             an Obstacle, to the end of its logical line;
//!                                                                       after a `:` with the lines indented below it
//! ```

use std::ops::Range;

use super::{
    DEEPEST, MOST, Problem,
    config::{Node, Obstacle, Setting, Value},
    literal,
};

/// Why a value could not be taken as a literal.
pub(super) enum Stop {
    /// It may be one of a program: where, and what was expected there.
    Soft(usize, String),
    /// It is none of any language.
    Hard(usize, String),
}

/// The settings and obstacles of a text.
pub(super) fn statements(text: &str) -> Result<(Vec<Setting>, Vec<Obstacle>), Problem> {
    control(text)?;
    let lines = Lines::of(text);
    let mut scanner = Scanner { text, at: 0, taken: 0, unclosed: Vec::new() };
    let (mut settings, mut obstacles) = (Vec::new(), Vec::new());
    let mut in_block = false;
    while scanner.reach_statement() {
        in_block = in_block && scanner.is_indented();
        let start = scanner.at;
        let stop = if in_block {
            Stop::Soft(start, "no indented block".into())
        } else {
            match scanner.setting() {
                Ok(setting) => {
                    settings.push(setting);
                    continue;
                }
                Err(stop) => stop,
            }
        };
        match stop {
            Stop::Hard(at, message) => return Err(lines.problem(at, message, true)),
            Stop::Soft(at, expected) => {
                let (keys, opens) = scanner.skip(start);
                in_block |= opens;
                obstacles.push(Obstacle { keys, problem: lines.problem(at, expected, false) });
            }
        }
        if obstacles.len() > MOST {
            return Err(lines.problem(start, format!("there are more than {MOST} statements"), true));
        }
    }
    Ok((settings, obstacles))
}

/// A whole number as Python and C write it: decimal, `0x`, or octal after a 0.
pub(super) fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { -1 } else { 1 }, rest),
        None => (1, text),
    };
    let digits = digits.strip_suffix(['l', 'L']).unwrap_or(digits);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_alphanumeric());
    // The least there is has no positive of its own.
    let value = i128::from_str_radix(digits, radix).ok().filter(|_| plain)?;
    i64::try_from(value.checked_mul(sign)?).ok()
}

/// The lines of a text, to tell places by.
struct Lines<'a> {
    text: &'a str,
    /// Where each but the first begins.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, starts: text.match_indices('\n').map(|(at, _)| at + 1).collect() }
    }

    /// A problem at a byte of the text.
    fn problem(&self, at: usize, message: String, fatal: bool) -> Problem {
        let before = self.starts.partition_point(|start| *start <= at);
        let start = before.checked_sub(1).map_or(0, |last| self.starts[last]);
        let column = 1 + self.text.get(start..at).map_or(0, |line| line.chars().count());
        Problem { line: before + 1, column, path: String::new(), message, fatal }
    }
}

/// Neither language has control characters but those that part words and lines.
fn control(text: &str) -> Result<(), Problem> {
    let stray = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c');
    match text.find(stray) {
        Some(at) => {
            let code = text[at..].chars().next().map_or(0, u32::from);
            Err(Lines::of(text).problem(
                at,
                format!("a control character (U+{code:04X}) has no place here"),
                true,
            ))
        }
        None => Ok(()),
    }
}

/// A place in a text.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// How many values were taken.
    taken: usize,
    /// The quotes that nothing closes from here on.
    unclosed: Vec<&'a str>,
}

impl<'a> Scanner<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    /// Over what parts words: blanks, and a line that is told to go on.
    fn blanks(&mut self) {
        loop {
            let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\x0c']).len();
            self.at += blank;
            if blank == 0 && !self.eat("\\\n") && !self.eat("\\\r\n") {
                return;
            }
        }
    }

    fn comment(&mut self) {
        if self.rest().starts_with('#') {
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    /// To where the next statement begins; whether there is one.
    fn reach_statement(&mut self) -> bool {
        if self.at == 0 {
            self.eat("\u{feff}");
        }
        loop {
            self.blanks();
            self.comment();
            match self.next() {
                None => return false,
                Some('\n' | ';') => self.at += 1,
                Some(_) => return true,
            }
        }
    }

    /// Whether only blanks stand before this place in its line, and some do.
    fn is_indented(&self) -> bool {
        let before = &self.text[..self.at];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let before = &before[start..];
        !before.is_empty() && before.trim().is_empty()
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let first = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += if first { end } else { 0 };
        first.then(|| &rest[..end])
    }

    fn setting(&mut self) -> Result<Setting, Stop> {
        let start = self.at;
        let key = self.word().ok_or_else(|| Stop::Soft(start, "a key".into()))?.to_owned();
        self.blanks();
        let at = self.at;
        let adds = self.eat("+=");
        let sets = adds || (!self.rest().starts_with("==") && self.eat("="));
        if !sets {
            return Err(Stop::Soft(at, format!("`=` after `{key}`")));
        }
        self.blanks();
        let node = self.value(0)?;
        let span = start..self.at;
        self.blanks();
        match self.next() {
            None | Some('\n' | ';' | '#') => Ok(Setting { key, span, adds, node }),
            Some(_) => Err(Stop::Soft(self.at, "the end of the statement".into())),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Stop> {
        self.taken += 1;
        let start = self.at;
        if self.taken > MOST {
            return Err(Stop::Hard(start, format!("there are more than {MOST} values")));
        }
        let value = match self.next() {
            Some('[') if depth == DEEPEST => {
                return Err(Stop::Hard(start, format!("lists stand more than {DEEPEST} deep in lists")));
            }
            Some('[') => Value::List(self.list(depth)?),
            Some('"' | '\'') => Value::Text(literal::text(self)?),
            Some('0'..='9' | '-' | '+') => self.number(start)?,
            _ => self.constant(start)?,
        };
        Ok(Node { span: start..self.at, value })
    }

    fn number(&mut self, start: usize) -> Result<Value, Stop> {
        let rest = self.rest();
        let end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_');
        let digits = &rest[..end.map_or(rest.len(), |end| end + 1)];
        let value = number(digits).ok_or_else(|| Stop::Soft(start, "a whole number".into()))?;
        self.at += digits.len();
        let is_plain = value.to_string() == digits;
        Ok(if is_plain { Value::Number(value) } else { Value::Spelled(value, digits.to_owned()) })
    }

    fn constant(&mut self, start: usize) -> Result<Value, Stop> {
        match self.word() {
            Some("True") => Ok(Value::Number(1)),
            Some("False") => Ok(Value::Number(0)),
            Some("None") => Ok(Value::Nothing),
            _ => Err(Stop::Soft(start, "a number, a string or a list".into())),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Stop> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.gaps();
            if self.eat("]") {
                return Ok(items);
            }
            self.unless_over(open)?;
            items.push(self.value(depth + 1)?);
            self.gaps();
            self.unless_over(open)?;
            if !self.eat(",") && !self.rest().starts_with(']') {
                return Err(Stop::Soft(self.at, "`,` or `]`".into()));
            }
        }
    }

    /// Within a list lines end nothing.
    fn gaps(&mut self) {
        loop {
            self.blanks();
            self.comment();
            if !self.eat("\n") {
                return;
            }
        }
    }

    fn unless_over(&self, open: usize) -> Result<(), Stop> {
        match self.next() {
            None => Err(Stop::Hard(open, "this list is not closed: `]` was expected before the end".into())),
            Some(_) => Ok(()),
        }
    }

    /// From the start of a statement to the end of its logical line: the keys it may set, and whether it opens a
    /// block.
    fn skip(&mut self, start: usize) -> (Vec<String>, bool) {
        self.at = start;
        let (mut keys, mut depth, mut last) = (Vec::new(), 0_usize, ' ');
        while let Some(c) = self.next() {
            match c {
                '\n' if depth == 0 => break,
                '#' => {
                    self.comment();
                    continue;
                }
                '"' | '\'' => {
                    self.at = self.after_string();
                    last = c;
                    continue;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                'a'..='z' | 'A'..='Z' | '_' => {
                    keys.extend(self.key_set(depth));
                    last = c;
                    continue;
                }
                _ => {}
            }
            last = if c.is_whitespace() { last } else { c };
            self.at += c.len_utf8();
            self.blanks();
        }
        (keys, last == ':')
    }

    /// Takes a word; it, where something is assigned to it.
    fn key_set(&mut self, depth: usize) -> Option<String> {
        let word = self.word()?.to_owned();
        let mut ahead = Scanner { text: self.text, at: self.at, taken: 0, unclosed: Vec::new() };
        ahead.blanks();
        let rest = ahead.rest();
        let sets = rest.starts_with('=') && !rest.starts_with("==");
        (depth == 0 && (sets || rest.starts_with("+="))).then_some(word)
    }

    /// Where the string that begins here is over, or its line where it is not. That three quotes are not closed is
    /// looked for once: those after them are not either.
    fn after_string(&mut self) -> usize {
        let quotes = literal::quotes(self.rest());
        let body = self.at + quotes.len();
        let line = || self.at + self.rest().find('\n').unwrap_or(self.rest().len());
        if self.unclosed.contains(&quotes) {
            return line();
        }
        let end = literal::closing(&self.text[body..], quotes);
        let after = end.map_or_else(line, |end| body + end + quotes.len());
        if end.is_none() && quotes.len() > 1 {
            self.unclosed.push(quotes);
        }
        after
    }
}

impl Stop {
    /// Something at a place that no literal holds.
    pub(super) fn soft(span: &Range<usize>, expected: &str) -> Self {
        Self::Soft(span.start, expected.to_owned())
    }
}
