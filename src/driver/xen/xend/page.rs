//! Where in xend something is, and the fields of a request, written so that any name and text survives.
//!
//! xend splits a path at its slashes before it decodes it, and reads `+` in a form as a blank and `;` as `&`: all but
//! letters, digits and `-._~` is sent as `%XX`.

use std::fmt::{self, Write};

/// A page of xend's: `/xend/domain/web?detail=1`.
#[derive(Clone, Debug)]
pub(super) struct Page(String);

impl Page {
    /// The machine and its hypervisor.
    pub(super) fn node() -> Self {
        Self("/xend/node".into())
    }

    /// What the hypervisor printed.
    pub(super) fn dmesg() -> Self {
        Self("/xend/node/dmesg".into())
    }

    /// The domains' names; where new ones are made.
    pub(super) fn domains() -> Self {
        Self("/xend/domain".into())
    }

    /// One domain, by name, id or uuid.
    pub(super) fn domain(name: &str) -> Self {
        let mut page = Self("/xend/domain/".into());
        encode(name, &mut page.0);
        page
    }

    /// The same with a field.
    #[must_use]
    pub(super) fn with(mut self, key: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(key);
        self.0.push('=');
        encode(value, &mut self.0);
        self
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The body of a request: an operation and its fields.
#[derive(Clone, Debug)]
pub(super) struct Form {
    word: &'static str,
    text: String,
}

impl Form {
    /// Of an operation.
    pub(super) fn op(word: &'static str) -> Self {
        Self { word, text: format!("op={word}") }
    }

    /// The same with a field.
    #[must_use]
    pub(super) fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.text.push('&');
        self.text.push_str(key);
        self.text.push('=');
        encode(&value.to_string(), &mut self.text);
        self
    }

    /// The operation.
    pub(super) const fn word(&self) -> &'static str {
        self.word
    }

    /// As it is sent.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Appends a text of which nothing but letters, digits and `-._~` stays as it is (RFC 3986, section 2.3).
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As xend's cgi module reads it.
    fn decoded(text: &str) -> String {
        let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
        while at < bytes.len() {
            match bytes[at] {
                b'%' => {
                    out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).expect("two digits"));
                    at += 2;
                }
                byte => out.push(byte),
            }
            at += 1;
        }
        String::from_utf8(out).expect("what was text before")
    }

    proptest! {
        #[test]
        fn any_value_comes_out_as_it_went_in(value in any::<String>()) {
            let form = Form::op("rename").with("name", &value);
            let sent = form.text().strip_prefix("op=rename&name=").expect("the field");
            prop_assert!(sent.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(sent), value);
        }
    }

    #[test]
    fn a_name_stays_one_part_of_the_path() {
        assert_eq!(Page::domain("a/b c+d%?").to_string(), "/xend/domain/a%2Fb%20c%2Bd%25%3F");
        let page = Page::domains().with("detail", "1").with("state", "é");
        assert_eq!(page.to_string(), "/xend/domain?detail=1&state=%C3%A9");
    }

    #[test]
    fn nothing_in_a_value_ends_it_or_begins_a_field() {
        let form = Form::op("create").with("config", "(a 'x&y;z=+ ')").with("n", 2);
        assert_eq!(form.text(), "op=create&config=%28a%20%27x%26y%3Bz%3D%2B%20%27%29&n=2");
    }
}
