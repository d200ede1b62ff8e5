//! What xend says when it could not do something.

use super::{Tree, is_blank};

/// The text of `(xend.err 'text')`, whatever the status of the reply said: an operation that is accepted first fails
/// with 202, and up to 3.0.2 every one fails with 200.
pub fn failure(body: &[u8]) -> Option<String> {
    if !may_say(body) {
        return None;
    }
    let (tree, _) = Tree::parse(body).ok()?;
    let said = tree.root();
    let words = said.arguments().filter_map(super::Node::text).collect::<Vec<_>>().join(" ");
    (said.head() == Some("xend.err")).then_some(words)
}

/// Whether a text can be an error, by how it begins: what is none may be long, and is read but once.
fn may_say(body: &[u8]) -> bool {
    let past_blanks = |text: &[u8]| text.iter().position(|&byte| !is_blank(byte));
    let Some(at) = past_blanks(body) else { return false };
    let Some(inside) = body[at..].strip_prefix(b"(") else { return body[at] == b'#' };
    let head = past_blanks(inside).map_or(&[][..], |at| &inside[at..]);
    head.starts_with(b"xend.err") || matches!(head.first(), Some(b'\'' | b'"' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_however_it_is_spaced_and_quoted() {
        for text in ["(xend.err 'no')", " \x0b(\n'xend.err' no)''", "#a\n(#b\n\"xend.err\" no)"] {
            assert_eq!(failure(text.as_bytes()).as_deref(), Some("no"), "{text:?}");
        }
        for text in
            ["", " ", "(", "( ", "xend.err", "(domain (name xend.err))", "((xend.err no))", "(xend.errs no)"]
        {
            assert_eq!(failure(text.as_bytes()), None, "{text:?}");
        }
    }
}
