//! The filter's query language: `web cpu>50 mem>=1G state:running not (name:test* or disk>10M)`.
//!
//! ```text
//!   query     = either
//!   either    = all { ("or" | "|") all }
//!   all       = not { ["and" | "&"] not }
//!   not       = ("not" | "!") not | "(" either ")" | condition | word
//!   condition = column (":" | "=" | "!=" | "<" | "<=" | ">" | ">=") value
//! ```
//!
//! A plain word is a part of a name, an id or (from four characters on) a uuid, in any case; `"…"` keeps spaces and
//! signs in one word. A value that nobody knows matches no condition.

mod condition;
mod parse;
mod pattern;
mod tokens;

use condition::Condition;
use pattern::Pattern;

use super::subject::Subject;

/// A query that can be asked of domains.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// None matches every domain.
    root: Option<Term>,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq)]
enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    Word(Pattern),
    Condition(Condition),
}

impl Query {
    /// Reads what was typed; nothing typed matches everything.
    ///
    /// # Errors
    /// What is wrong with it, in a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::parse(text).map(|root| Self { root })
    }

    /// Whether a domain is one of those asked for.
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.root.as_ref().is_none_or(|term| term.matches(subject))
    }

    /// Whether it asks for network or disk traffic, which costs calls for every domain.
    pub fn needs_devices(&self) -> bool {
        self.root.as_ref().is_some_and(Term::needs_devices)
    }
}

impl Term {
    fn matches(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|t| t.matches(subject)),
            Self::Any(terms) => terms.iter().any(|t| t.matches(subject)),
            Self::Not(term) => !term.matches(subject),
            Self::Word(pattern) => pattern.found_in(subject.domain),
            Self::Condition(condition) => condition.holds(subject),
        }
    }

    fn needs_devices(&self) -> bool {
        match self {
            Self::All(terms) | Self::Any(terms) => terms.iter().any(Self::needs_devices),
            Self::Not(term) => term.needs_devices(),
            Self::Word(_) => false,
            Self::Condition(condition) => condition.column().needs_devices(),
        }
    }
}
