//! A configuration as it is written: its settings with their places, and what stands in the way of understanding it.

use std::ops::Range;

use super::{Dialect, LARGEST, Problem, parse};

/// A configuration, taken apart; its text stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The text.
    pub text: String,
    /// Its settings, in order.
    pub settings: Vec<Setting>,
    /// What is no literal setting, in order: a file with such is a program.
    pub obstacles: Vec<Obstacle>,
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: String,
    /// From the key to the end of the value, in bytes of the text.
    pub span: Range<usize>,
    /// Whether it adds to what was said before (`+=`).
    pub adds: bool,
    /// What it says.
    pub node: Node,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where, in bytes of the text, quotes and brackets included.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// A literal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None` of Python: as if nothing was said.
    Nothing,
    /// A number; `True` is 1 and `False` 0.
    Number(i64),
    /// A number written otherwise than numbers are: `007`, `0x10`. To xm it is the number, to xl, where one is no more
    /// than a string, the text.
    Spelled(i64, String),
    /// A string, of any quotes.
    Text(String),
    /// A list.
    List(Vec<Node>),
}

/// A statement domtop does not follow: it computes something, or is no statement of either language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The keys it may set.
    pub keys: Vec<String>,
    /// Where it begins, and what would have been expected there. Not fatal.
    pub problem: Problem,
}

impl Config {
    /// Takes a text apart.
    ///
    /// # Errors
    /// What is wrong with it as either language would say: an open string or list, a control character, too much of
    /// something.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > LARGEST {
            let message = format!("it has {} bytes, and domtop reads {LARGEST} at most", text.len());
            return Err(Problem { line: 1, column: 1, path: String::new(), message, fatal: true });
        }
        let (settings, obstacles) = parse::statements(text)?;
        Ok(Self { text: text.to_owned(), settings, obstacles })
    }

    /// Its settings as a dialect takes them, its text left out; none where they are so already.
    pub(super) fn taken(&self, dialect: Dialect) -> Option<Self> {
        let is_spelled = |setting: &Setting| setting.node.value.is_spelled();
        self.settings.iter().any(is_spelled).then(|| {
            let mut settings = self.settings.clone();
            for setting in &mut settings {
                setting.node.value.take(dialect);
            }
            Self { text: String::new(), settings, obstacles: self.obstacles.clone() }
        })
    }

    /// The setting of a key that holds: the last one.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rfind(|setting| setting.key == key)
    }

    /// What a key is set to in the end, with what was added (`+=`); none where that is computed or `None`.
    pub fn value(&self, key: &str) -> Option<Value> {
        if self.is_computed(key) {
            return None;
        }
        let mut held = None;
        for setting in self.settings.iter().filter(|setting| setting.key == key) {
            held = match (held, setting.adds) {
                (Some(held), true) => Some(joined(held, &setting.node.value)),
                _ => Some(setting.node.value.clone()),
            };
        }
        held.filter(|value| *value != Value::Nothing)
    }

    /// Whether a key may be set by what domtop does not follow.
    pub fn is_computed(&self, key: &str) -> bool {
        self.obstacles.iter().any(|obstacle| obstacle.keys.iter().any(|other| other == key))
    }

    /// A key's text; a number is its digits, as they are written.
    pub fn text(&self, key: &str) -> Option<String> {
        self.value(key)?.text()
    }

    /// A key's number, which may stand in quotes.
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.value(key)? {
            Value::Number(number) | Value::Spelled(number, _) => Some(number),
            Value::Text(text) => parse::number(text.trim()),
            _ => None,
        }
    }

    /// A key's texts: those of its list, or its one text. Items that are no texts are left out.
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.value(key) {
            Some(Value::List(nodes)) => nodes.iter().filter_map(|node| node.value.text()).collect(),
            Some(value) => value.text().into_iter().collect(),
            None => Vec::new(),
        }
    }
}

impl Value {
    /// As a text; a number is its digits, as they are written.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Spelled(_, text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Nothing | Self::List(_) => None,
        }
    }

    fn is_spelled(&self) -> bool {
        match self {
            Self::Spelled(..) => true,
            Self::List(nodes) => nodes.iter().any(|node| node.value.is_spelled()),
            Self::Nothing | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// Makes a spelled number what it is to a dialect.
    fn take(&mut self, dialect: Dialect) {
        match self {
            Self::Spelled(_, text) if dialect.is_xl() => *self = Self::Text(std::mem::take(text)),
            Self::Spelled(number, _) => *self = Self::Number(*number),
            Self::List(nodes) => {
                for node in nodes {
                    node.value.take(dialect);
                }
            }
            Self::Nothing | Self::Number(_) | Self::Text(_) => {}
        }
    }

    /// Whether both say the same, wherever they stand and however they are quoted.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.value.same(&b.value))
            }
            (Self::Nothing, Self::Nothing) => true,
            _ => self.text().is_some_and(|text| other.text() == Some(text)),
        }
    }
}

/// What `+=` makes of both: lists grow, texts go on.
fn joined(held: Value, added: &Value) -> Value {
    match (held, added) {
        (Value::List(mut items), Value::List(more)) => {
            items.extend(more.iter().cloned());
            Value::List(items)
        }
        (Value::Number(a) | Value::Spelled(a, _), Value::Number(b) | Value::Spelled(b, _)) => {
            Value::Number(a.saturating_add(*b))
        }
        (held, added) => match (held.text(), added.text()) {
            (Some(held), Some(added)) => Value::Text(held + &added),
            _ => added.clone(),
        },
    }
}
