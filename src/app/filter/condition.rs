//! One condition: a column, a sign, a value.

use super::{pattern::Pattern, tokens::Sign};
use crate::{
    app::{Column, subject::Subject},
    model::{DomainState, GuestType, ShutdownReason, text::visible},
};

/// A column compared with a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    column: Column,
    sign: Sign,
    value: Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(Pattern),
    /// A word of a closed list.
    Word(&'static str),
}

/// What kind of number a column holds: it decides which units may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Count,
    Percent,
    Memory,
    Rate,
    Time,
}

const STATES: [&str; 8] = [
    DomainState::Running.word(),
    DomainState::Blocked.word(),
    DomainState::Paused.word(),
    DomainState::ShutDown(ShutdownReason::Poweroff).word(),
    DomainState::Crashed.word(),
    DomainState::Dying.word(),
    DomainState::Off.word(),
    DomainState::Unknown.word(),
];
const GUESTS: [&str; 4] =
    [GuestType::Pv.word(), GuestType::Hvm.word(), GuestType::Pvh.word(), GuestType::Kvm.word()];

impl Condition {
    /// From the words as typed.
    ///
    /// # Errors
    /// In a clause: no such column, a sign the column cannot be compared with, a value that is none.
    pub(super) fn new(column: &str, sign: Sign, value: &str) -> Result<Self, String> {
        let column = Column::from_word(column)?;
        let value = match column {
            Column::Name | Column::Uuid => Value::Text(text(sign, value)),
            Column::State if is_blocked(value) => Value::Word(DomainState::Blocked.word()),
            Column::State => Value::Word(pick(value, "state", &STATES)?),
            Column::Guest => Value::Word(pick(value, "type", &GUESTS)?),
            _ => Value::Number(kind(column).read(column, value)?),
        };
        let ordered = matches!(value, Value::Number(_)) || matches!(sign, Sign::Is | Sign::IsNot);
        if !ordered {
            let (word, sign) = (column.word(), sign.text());
            return Err(format!("`{word}` has no order for `{sign}`: write {word}: or {word}!="));
        }
        Ok(Self { column, sign, value })
    }

    pub(super) const fn column(&self) -> Column {
        self.column
    }

    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        let wanted = self.sign != Sign::IsNot;
        match (&self.value, self.column) {
            (Value::Number(value), column) => self.compares(subject.number(column), *value),
            (Value::Text(pattern), Column::Uuid) => pattern.in_uuid(subject.domain) == wanted,
            (Value::Text(pattern), _) => pattern.matches(subject.domain.name.raw()) == wanted,
            (Value::Word(word), Column::Guest) => {
                subject.domain.guest.known().is_some_and(|g| (g.word() == *word) == wanted)
            }
            (Value::Word(word), _) => (subject.domain.state.word() == *word) == wanted,
        }
    }

    fn compares(&self, known: Option<f64>, value: f64) -> bool {
        let near = |known: f64| (known - value).abs() <= kind(self.column).slack(value);
        known.is_some_and(|known| match self.sign {
            Sign::Is => near(known),
            Sign::IsNot => !near(known),
            Sign::Less => known < value,
            Sign::AtMost => known <= value,
            Sign::More => known > value,
            Sign::AtLeast => known >= value,
        })
    }
}

/// `=` and `:` with a `*` mean all of the text, a plain value a part of it.
fn text(sign: Sign, value: &str) -> Pattern {
    if sign == Sign::IsNot && !value.contains(['*', '?']) {
        Pattern::whole(value)
    } else {
        Pattern::meant(value)
    }
}

/// Xen's own word for idle.
fn is_blocked(value: &str) -> bool {
    !value.is_empty() && "blocked".starts_with(&value.to_lowercase())
}

/// The word of a closed list that is meant: itself, or the first that begins so.
fn pick(value: &str, what: &str, words: &[&'static str]) -> Result<&'static str, String> {
    let typed = value.to_lowercase();
    let whole = words.iter().find(|w| **w == typed);
    let begun = || words.iter().find(|w| w.starts_with(&typed));
    let found = whole.or_else(begun).copied().filter(|_| !typed.is_empty());
    found.ok_or_else(|| format!("{what}: `{}` is none of {}", visible(value), words.join(", ")))
}

const fn kind(column: Column) -> Kind {
    match column {
        Column::Cpu | Column::Spark | Column::MemShare => Kind::Percent,
        Column::Memory | Column::MaxMemory | Column::Target => Kind::Memory,
        Column::CpuTime => Kind::Time,
        _ if column.needs_devices() => Kind::Rate,
        _ => Kind::Count,
    }
}

impl Kind {
    /// A number with its unit, in the unit of [`Subject::number`].
    fn read(self, column: Column, text: &str) -> Result<f64, String> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let number: f64 = digits.parse().map_err(|_| self.wrong(column, text))?;
        let factor = self.unit(unit).ok_or_else(|| self.wrong(column, text))?;
        if self == Self::Memory && unit.is_empty() && number != 0.0 {
            return Err(format!("`{}` wants a unit, as {digits}M or {digits}G", column.word()));
        }
        Ok(number * factor)
    }

    fn wrong(self, column: Column, text: &str) -> String {
        let like = match self {
            Self::Count => "4",
            Self::Percent => "50",
            Self::Memory => "512M or 2G",
            Self::Rate => "500k or 10M",
            Self::Time => "90s, 5m, 2h or 1d",
        };
        format!("`{}` wants a number like {like}, not `{}`", column.word(), visible(text))
    }

    /// What a unit multiplies by: memory in powers of 1024 (to KiB), rates in powers of 1000 unless written `Mi`.
    fn unit(self, unit: &str) -> Option<f64> {
        let unit = unit.to_lowercase();
        match self {
            Self::Count => unit.is_empty().then_some(1.0),
            Self::Percent => matches!(unit.as_str(), "" | "%").then_some(1.0),
            Self::Memory => {
                power(unit.trim_end_matches('b').trim_end_matches('i'), 1024.0).map(|f| f / 1024.0)
            }
            Self::Rate => {
                let unit = unit.trim_end_matches("/s").trim_end_matches('b');
                let base = if unit.ends_with('i') { 1024.0 } else { 1000.0 };
                power(unit.trim_end_matches('i'), base)
            }
            Self::Time => match unit.as_str() {
                "" | "s" => Some(1.0),
                "m" => Some(60.0),
                "h" => Some(3600.0),
                "d" => Some(86_400.0),
                _ => None,
            },
        }
    }

    /// How far a value may be from one it is said to be: half of what the screen rounds to.
    fn slack(self, value: f64) -> f64 {
        match self {
            Self::Count => 0.0,
            Self::Percent => 0.5,
            Self::Memory | Self::Rate | Self::Time => value * 0.005,
        }
    }
}

fn power(letter: &str, base: f64) -> Option<f64> {
    let exponent = ["", "k", "m", "g", "t"].iter().position(|l| *l == letter)?;
    Some(base.powi(i32::try_from(exponent).ok()?))
}
