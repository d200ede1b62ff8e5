//! Strings as xm and xl write them: in one or three quotes of either kind, with the escapes of C.

use super::{
    Dialect,
    config::Value,
    parse::{Scanner, Stop},
};

/// Takes the string that begins here.
pub(super) fn text(scanner: &mut Scanner<'_>) -> Result<String, Stop> {
    let start = scanner.at;
    let rest = scanner.rest();
    let quotes = quotes(rest);
    let body = &rest[quotes.len()..];
    let open = || Stop::Hard(start, format!("this string is not closed: {quotes} was expected"));
    let end = closing(body, quotes).ok_or_else(open)?;
    scanner.at += end + 2 * quotes.len();
    let text = unescaped(&body[..end]).ok_or_else(|| Stop::soft(&(start..start), "a string of text"))?;
    let stray = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    if text.contains(stray) {
        return Err(Stop::soft(&(start..start), "a string without control characters"));
    }
    Ok(text)
}

/// The quotes a string begins with: one, or three of a kind.
pub(super) fn quotes(text: &str) -> &str {
    let three = text.starts_with("\"\"\"") || text.starts_with("'''");
    &text[..if three { 3 } else { 1 }]
}

/// A value as a dialect writes it.
pub(super) fn written(value: &Value, dialect: Dialect) -> String {
    match value {
        Value::Nothing => "None".into(),
        Value::Number(number) => number.to_string(),
        Value::Spelled(_, digits) => digits.clone(),
        Value::Text(text) => quoted(text, dialect),
        Value::List(nodes) if nodes.is_empty() => "[ ]".into(),
        Value::List(nodes) => {
            let items: Vec<_> = nodes.iter().map(|node| written(&node.value, dialect)).collect();
            format!("[ {} ]", items.join(", "))
        }
    }
}

/// A text in quotes. xm takes a text with quotes in three; xl knows no such, so there they are escaped.
pub(super) fn quoted(text: &str, dialect: Dialect) -> String {
    let special = |c: char| c == '\\' || c == '"' || c.is_control();
    if !text.contains(special) {
        return format!("\"{text}\"");
    }
    let plain = !text.contains(|c: char| c == '\\' || c.is_control());
    if plain && !text.contains('\'') {
        return format!("'{text}'");
    }
    let three = plain && !text.contains("\"\"\"") && !text.ends_with('"') && !text.starts_with('"');
    if three && !dialect.is_xl() {
        return format!("\"\"\"{text}\"\"\"");
    }
    let escaped: String = text.chars().map(escaped).collect();
    format!("\"{escaped}\"")
}

fn escaped(c: char) -> String {
    match c {
        '\\' => "\\\\".into(),
        '"' => "\\\"".into(),
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        '\r' => "\\r".into(),
        c => c.into(),
    }
}

/// Where the quotes are that close a string; one quote's string ends with its line.
pub(super) fn closing(body: &str, quotes: &str) -> Option<usize> {
    let mut after_backslash = false;
    for (at, c) in body.char_indices() {
        if after_backslash {
            after_backslash = false;
        } else if c == '\\' {
            after_backslash = true;
        } else if c == '\n' && quotes.len() == 1 {
            return None;
        } else if body[at..].starts_with(quotes) {
            return Some(at);
        }
    }
    None
}

/// What a string says; none where that is no text. An escape nobody knows stands for itself, as in Python.
fn unescaped(body: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        let (byte, taken) = escape(after);
        bytes.extend(byte);
        rest = &after[taken..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

/// What stands after a backslash: the byte it means (an end of line means none), and how much of it there is. An
/// escape nobody knows is the backslash alone.
fn escape(after: &str) -> (Option<u8>, usize) {
    let one = |byte: u8| (Some(byte), 1);
    match after.as_bytes() {
        [b'\n', ..] => (None, 1),
        [b'\r', b'\n', ..] => (None, 2),
        [byte @ (b'\\' | b'\'' | b'"'), ..] => one(*byte),
        [b'a', ..] => one(7),
        [b'b', ..] => one(8),
        [b'f', ..] => one(12),
        [b'n', ..] => one(b'\n'),
        [b'r', ..] => one(b'\r'),
        [b't', ..] => one(b'\t'),
        [b'v', ..] => one(11),
        [b'x', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            (u8::from_str_radix(&after[1..3], 16).ok(), 3)
        }
        [b'0'..=b'7', ..] => {
            let count = after.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            match u8::from_str_radix(&after[..count], 8) {
                Ok(byte) => (Some(byte), count),
                Err(_) => (Some(b'\\'), 0),
            }
        }
        _ => (Some(b'\\'), 0),
    }
}
