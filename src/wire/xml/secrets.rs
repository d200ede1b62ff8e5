//! A text without what lets its reader in.

use super::{
    Problem,
    document::{Document, Element},
};

/// A domain's XML without the passwords of its displays (`passwd` of `<graphics>`); all else stays as it is written.
///
/// # Errors
/// Where it is not well-formed: then nobody can tell what in it is a password.
pub fn without_passwords(text: &str) -> Result<String, Problem> {
    let document = Document::parse(text)?;
    let mut secret = Vec::new();
    let mut open = vec![document.root()];
    while let Some(element) = open.pop() {
        open.extend(element.children());
        secret.extend(passwords(element));
    }
    secret.sort_unstable();
    let (mut kept, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in secret {
        kept.push_str(text[from..start].trim_end_matches([' ', '\t', '\r', '\n']));
        from = end;
    }
    Ok(kept + &text[from..])
}

/// Where passwords of an element stand.
fn passwords<'d>(element: Element<'d, '_>) -> impl Iterator<Item = (usize, usize)> + use<'d> {
    let display = element.name() == "graphics";
    let named = element.attributes().iter().filter(move |attribute| display && attribute.name == "passwd");
    named.map(|attribute| (attribute.whole().start, attribute.whole().end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_told_without_passwords_and_with_all_else() {
        for (xml, told) in [
            (
                "<d><graphics type='vnc' passwd='a\"b' port='1'/></d>",
                "<d><graphics type='vnc' port='1'/></d>",
            ),
            ("<graphics passwd = 'x'>a</graphics>", "<graphics>a</graphics>"),
            ("<graphics\n\tpasswd\n=\t\"it's\"\r\n  port='1'/>", "<graphics\r\n  port='1'/>"),
            ("<d><graphics passwd='1'/><graphics\tpasswd='2'/></d>", "<d><graphics/><graphics/></d>"),
        ] {
            assert_eq!(without_passwords(xml).as_deref(), Ok(told));
        }
        for whole in [
            "<d><title>set passwd='x' here passwd=</title><graphics passwdValidTo='x'/></d>",
            "<d><!-- <graphics passwd='x'/> --><channel passwd='of another'/></d>",
        ] {
            assert_eq!(without_passwords(whole).as_deref(), Ok(whole));
        }
        for broken in ["<graphics passwd='never ends", "<graphics passwd=bare/>", "vncpasswd = 'x'", ""] {
            assert!(without_passwords(broken).is_err(), "{broken:?}");
        }
    }
}
