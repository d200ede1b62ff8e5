//! Tokens to terms, by recursive descent with a bound on the depth.

use std::{iter::Peekable, vec::IntoIter};

use super::{
    Term,
    condition::Condition,
    pattern::Pattern,
    tokens::{Quoted, Sign, Token, tokens},
};

/// Longest query, in bytes.
const LONGEST: usize = 1000;
/// Deepest nesting of parentheses and `not`.
const DEEPEST: usize = 32;

struct Parser {
    rest: Peekable<IntoIter<Token>>,
    depth: usize,
}

/// Reads a query; none where nothing was typed.
pub(super) fn parse(text: &str) -> Result<Option<Term>, String> {
    if text.len() > LONGEST {
        return Err(format!("longer than {LONGEST} bytes"));
    }
    let mut parser = Parser { rest: tokens(text).into_iter().peekable(), depth: 0 };
    if parser.rest.peek().is_none() {
        return Ok(None);
    }
    let term = parser.either()?;
    match parser.rest.next() {
        None => Ok(Some(term)),
        Some(_) => Err("`)` without a `(` before it".into()),
    }
}

impl Parser {
    fn either(&mut self) -> Result<Term, String> {
        let mut terms = vec![self.all()?];
        while self.rest.next_if_eq(&Token::Or).is_some() {
            terms.push(self.all()?);
        }
        Ok(one_or(terms, Term::Any))
    }

    fn all(&mut self) -> Result<Term, String> {
        let mut terms = vec![self.not()?];
        loop {
            let joined = self.rest.next_if_eq(&Token::And).is_some();
            match self.rest.peek() {
                None | Some(Token::Or | Token::Close) if !joined => return Ok(one_or(terms, Term::All)),
                _ => terms.push(self.not()?),
            }
        }
    }

    fn not(&mut self) -> Result<Term, String> {
        if self.rest.next_if_eq(&Token::Not).is_none() {
            return self.atom();
        }
        self.nested(Self::not).map(|term| Term::Not(Box::new(term)))
    }

    fn atom(&mut self) -> Result<Term, String> {
        match self.rest.next() {
            None => Err("something should follow".into()),
            Some(Token::Open) => self.parentheses(),
            Some(Token::Word(word, Quoted::Yes)) => Ok(Term::Word(Pattern::within(&word))),
            Some(Token::Word(word, Quoted::No)) => self.word(&word),
            Some(Token::Sign(sign)) => Err(format!("`{}` wants a column before it, as cpu>50", sign.text())),
            Some(Token::Close) => Err("nothing before `)`".into()),
            Some(Token::And | Token::Or | Token::Not) => Err("a word or a condition is missing".into()),
        }
    }

    fn parentheses(&mut self) -> Result<Term, String> {
        let term = self.nested(Self::either)?;
        match self.rest.next() {
            Some(Token::Close) => Ok(term),
            _ => Err("`(` without a `)` after it".into()),
        }
    }

    /// A plain word, or the column of a condition.
    fn word(&mut self, word: &str) -> Result<Term, String> {
        let Some(Token::Sign(sign)) = self.rest.next_if(|t| matches!(t, Token::Sign(_))) else {
            return Ok(Term::Word(Pattern::meant(word)));
        };
        let value = self.value(word, sign)?;
        Condition::new(word, sign, &value).map(Term::Condition)
    }

    fn value(&mut self, column: &str, sign: Sign) -> Result<String, String> {
        if let Some(Token::Word(value, _)) = self.rest.next() {
            return Ok(value);
        }
        let (column, sign) = (crate::model::text::visible(column), sign.text());
        Err(format!("`{column}{sign}` wants a value"))
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Term, String>) -> Result<Term, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deep".into());
        }
        let term = inner(self);
        self.depth -= 1;
        term
    }
}

/// A list of one is that one.
fn one_or(mut terms: Vec<Term>, many: fn(Vec<Term>) -> Term) -> Term {
    if terms.len() == 1 { terms.swap_remove(0) } else { many(terms) }
}
