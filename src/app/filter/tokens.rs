//! What was typed, cut into tokens.

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A token of the query language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Sign(Sign),
    /// A word; one in quotation marks is none of the language's own.
    Word(String, Quoted),
}

/// Whether a word stood in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    Yes,
    No,
}

impl Sign {
    /// As it is typed.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::IsNot => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// Signs, the longer before those they begin with.
const SIGNS: [(&str, Token); 14] = [
    ("(", Token::Open),
    (")", Token::Close),
    ("&&", Token::And),
    ("&", Token::And),
    ("||", Token::Or),
    ("|", Token::Or),
    ("!=", Token::Sign(Sign::IsNot)),
    ("<=", Token::Sign(Sign::AtMost)),
    ("<", Token::Sign(Sign::Less)),
    (">=", Token::Sign(Sign::AtLeast)),
    (">", Token::Sign(Sign::More)),
    (":", Token::Sign(Sign::Is)),
    ("==", Token::Sign(Sign::Is)),
    ("=", Token::Sign(Sign::Is)),
];

/// Cuts a text into tokens; every text has some.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, after) = token(rest);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

/// The first token of a text that does not begin with a space, and what follows it.
fn token(text: &str) -> (Token, &str) {
    if let Some((token, after)) = sign(text) {
        return (token, after);
    }
    if let Some(after) = text.strip_prefix('!') {
        return (Token::Not, after);
    }
    if let Some(after) = text.strip_prefix('"') {
        let (word, after) = after.split_once('"').unwrap_or((after, ""));
        return (Token::Word(word.into(), Quoted::Yes), after);
    }
    let end =
        text.char_indices().find(|(at, c)| ends_word(*c, &text[*at..])).map_or(text.len(), |(at, _)| at);
    let (word, after) = text.split_at(end);
    (keyword(word), after)
}

fn sign(text: &str) -> Option<(Token, &str)> {
    SIGNS.iter().find_map(|(sign, token)| Some((token.clone(), text.strip_prefix(sign)?)))
}

/// A word ends at a space or where a sign of the language begins; `!` is a part of it unless `=` follows.
fn ends_word(c: char, rest: &str) -> bool {
    c.is_whitespace() || c == '"' || sign(rest).is_some()
}

fn keyword(word: &str) -> Token {
    match word.to_ascii_lowercase().as_str() {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        _ => Token::Word(word.into(), Quoted::No),
    }
}
