//! The characters of XML: which may stand, what a reference stands for, how one is written.

use std::borrow::Cow;

/// What is wrong with a piece of text: where in it, and what.
pub(super) type Flaw = (usize, String);

/// Whether XML 1.0 has this character at all.
const fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Where a text has a character that XML does not know, and which.
pub(super) fn stray(text: &str) -> Option<(usize, char)> {
    // The two that are no controls begin with this byte; nearly no text has it.
    let suspect = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xef;
    let first = text.bytes().position(suspect)?;
    text[first..].char_indices().find(|(_, c)| !is_character(*c)).map(|(at, c)| (first + at, c))
}

/// Looks at every reference of a text without markup.
pub(super) fn references(text: &str) -> Result<(), Flaw> {
    let mut at = 0;
    while let Some(found) = text[at..].find('&') {
        at += found;
        let (_, length) = reference(&text[at..]).map_err(|message| (at, message))?;
        at += length;
    }
    Ok(())
}

/// The character of the reference a text begins with, and the reference's length.
fn reference(text: &str) -> Result<(char, usize), String> {
    // The longest that mean something have leading zeros; a bound, because what follows may be long.
    let head = text.as_bytes().get(..text.len().min(32)).unwrap_or_default();
    let end = head.iter().position(|byte| *byte == b';');
    let Some(name) = end.and_then(|end| text.get(1..end)) else {
        return Err("`&` begins no reference: a plain one is written `&amp;`".into());
    };
    let found = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => numbered(name)?,
    };
    Ok((found, name.len() + 2))
}

/// The character of a reference by number.
fn numbered(name: &str) -> Result<char, String> {
    let digits = name.strip_prefix('#').unwrap_or_default();
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |hex| (hex, 16));
    let shown = || super::super::shown(name);
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(format!("there is no entity `&{};`: lt, gt, amp, quot, apos and numbers are", shown()));
    }
    let number = u32::from_str_radix(digits, radix).ok();
    let found = number.and_then(char::from_u32).filter(|c| is_character(*c));
    found.ok_or_else(|| format!("`&{};` stands for no character that XML allows", shown()))
}

/// The text a piece of well-formed content stands for: references, sections of character data and line ends resolved,
/// comments and instructions left out.
pub(in crate::wire::xml) fn plain(content: &str) -> Cow<'_, str> {
    if !content.bytes().any(|byte| matches!(byte, b'&' | b'<' | b'\r')) {
        return content.into();
    }
    let (mut out, mut rest) = (String::with_capacity(content.len()), content);
    while let Some(at) = rest.find(['&', '<', '\r']) {
        out.push_str(&rest[..at]);
        rest = special(&rest[at..], &mut out);
    }
    out.push_str(rest);
    out.into()
}

/// Takes what a piece of content begins with, `&…;`, a line end or markup, and returns what follows.
fn special<'c>(content: &'c str, out: &mut String) -> &'c str {
    let behind = |end: &str| content.find(end).map_or("", |at| &content[at + end.len()..]);
    if content.starts_with('&') {
        let (c, length) = reference(content).unwrap_or(('&', 1));
        out.push(c);
        return &content[length..];
    }
    if let Some(data) = content.strip_prefix("<![CDATA[") {
        lines(&data[..data.find("]]>").unwrap_or(data.len())], out);
        return behind("]]>");
    }
    if content.starts_with("<!--") {
        return content.get(4..).and_then(|rest| rest.split_once("-->")).map_or("", |(_, rest)| rest);
    }
    if content.starts_with('<') {
        return behind("?>");
    }
    out.push('\n');
    content[1..].strip_prefix('\n').unwrap_or(&content[1..])
}

/// Adds text with each line end as XML has it: `\n`.
fn lines(text: &str, out: &mut String) {
    let mut parts = text.split("\r\n").peekable();
    while let Some(part) = parts.next() {
        out.extend(part.chars().map(|c| if c == '\r' { '\n' } else { c }));
        if parts.peek().is_some() {
            out.push('\n');
        }
    }
}

/// The value an attribute's raw text stands for: XML 1.0, 3.3.3.
pub(super) fn normal(raw: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(raw.len()), raw);
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        let special = &rest[at..];
        let (c, length) = match special.as_bytes() {
            [b'&', ..] => reference(special).unwrap_or(('&', 1)),
            [b'\r', b'\n', ..] => (' ', 2),
            _ => (' ', 1),
        };
        out.push(c);
        rest = &special[length..];
    }
    out.push_str(rest);
    out
}

/// Where a text is to stand.
#[derive(Clone, Copy)]
pub(in crate::wire::xml) enum Stands {
    /// In an element.
    Content,
    /// In an attribute, between quotes of either kind.
    Value,
}

/// Adds a text such that it reads back as it is.
///
/// What XML 1.0 cannot say, a control character, becomes U+FFFD.
pub(in crate::wire::xml) fn escape(text: &str, stands: Stands, out: &mut String) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        // The bytes of a longer character are none of these but the first of the two that XML does not know.
        let written = match (byte, stands) {
            (b'&', _) => "&amp;",
            (b'<', _) => "&lt;",
            (b'>', _) => "&gt;",
            (b'"', _) => "&quot;",
            (b'\'', _) => "&apos;",
            (b'\r', _) => "&#13;",
            (b'\t', Stands::Value) => "&#9;",
            (b'\n', Stands::Value) => "&#10;",
            (b'\t' | b'\n', Stands::Content) => continue,
            (0xef, _) if text[at..].starts_with(['\u{fffe}', '\u{ffff}']) => "\u{fffd}",
            (0..b' ', _) => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(written);
        from = at + if byte == 0xef { 3 } else { 1 };
    }
    out.push_str(&text[from..]);
}
