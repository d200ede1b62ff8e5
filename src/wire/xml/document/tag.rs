//! The beginning of an element: its name and attributes.

use std::ops::Range;

use super::{
    Attribute, Span,
    characters::{self, Flaw},
};
use crate::wire::xml::shown;

/// The most attributes an element may have: each is compared with those before it.
const MOST_ATTRIBUTES: usize = 128;

/// Whether XML takes a character for a blank.
pub(super) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Reads what stands between `<` and `>` or `/>`: adds the attributes and returns the name.
pub(super) fn read<'t>(
    text: &'t str,
    inner: Range<usize>,
    into: &mut Vec<Attribute<'t>>,
) -> Result<&'t str, Flaw> {
    let first = into.len();
    let mut rest = Rest { text: &text[..inner.end], at: inner.start };
    let name = rest
        .name()
        .ok_or_else(|| (inner.start, "`<` begins no element: a plain one is written `&lt;`".into()))?;
    loop {
        let blanks = rest.blanks();
        if rest.at == inner.end {
            return Ok(name);
        }
        if blanks == 0 {
            return Err((rest.at, format!("something follows `<{}` without a blank before it", shown(name))));
        }
        let attribute = rest.attribute()?;
        if into[first..].iter().any(|other| other.name == attribute.name) {
            return Err((
                attribute.whole().start,
                format!("the attribute `{}` is there twice", shown(attribute.name)),
            ));
        }
        if into.len() - first >= MOST_ATTRIBUTES {
            return Err((rest.at, format!("an element has more than {MOST_ATTRIBUTES} attributes")));
        }
        into.push(attribute);
    }
}

/// What has not been read of a tag.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn ahead(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes blanks and counts them.
    fn blanks(&mut self) -> usize {
        let blanks = self.ahead().bytes().take_while(|byte| is_blank(char::from(*byte))).count();
        self.at += blanks;
        blanks
    }

    fn name(&mut self) -> Option<&'t str> {
        let ahead = self.ahead();
        let length = name_length(ahead);
        self.at += length;
        (length > 0).then(|| &ahead[..length])
    }

    fn attribute(&mut self) -> Result<Attribute<'t>, Flaw> {
        let from = self.at;
        let name = self.name().ok_or_else(|| (from, "an attribute's name was expected".to_owned()))?;
        self.blanks();
        let bare = |at| (at, format!("the attribute `{}` has no value in quotes", shown(name)));
        self.at += self.ahead().strip_prefix('=').map(|_| 1).ok_or_else(|| bare(self.at))?;
        self.blanks();
        let quote = self
            .ahead()
            .bytes()
            .next()
            .filter(|byte| matches!(byte, b'"' | b'\''))
            .ok_or_else(|| bare(self.at))?;
        self.at += 1;
        let length = self.ahead().bytes().position(|byte| byte == quote).ok_or_else(|| bare(self.at))?;
        let raw = &self.ahead()[..length];
        proven(raw).map_err(|(at, message)| (self.at + at, message))?;
        self.at += length + 1;
        Ok(Attribute { name, whole: Span::of(from..self.at), raw })
    }
}

/// Looks at the raw value of an attribute.
fn proven(raw: &str) -> Result<(), Flaw> {
    if let Some(at) = raw.bytes().position(|byte| byte == b'<') {
        return Err((at, "`<` stands in no attribute: it is written `&lt;`".into()));
    }
    characters::references(raw)
}

/// How many bytes of a text are a name. Beyond ASCII every letter and sign may be in one, which is more than XML allows.
fn name_length(text: &str) -> usize {
    let may_begin = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80;
    if !text.bytes().next().is_some_and(may_begin) {
        return 0;
    }
    let goes_on = |byte: u8| may_begin(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    text.bytes().take_while(|byte| goes_on(*byte)).count()
}
