//! A configuration without what lets its reader in.

use super::{
    Config, Dialect, Problem,
    config::{Node, Value},
    literal::quoted,
};

/// How the keys of passwords end: `vncpasswd`, `spicepasswd`, `passwd`.
const SECRET: &str = "passwd";

/// A configuration in which passwords are empty; all else stays as it is written.
///
/// # Errors
/// Where it cannot be taken apart, or speaks of a password elsewhere than in a value.
pub fn without_passwords(text: &str) -> Result<String, Problem> {
    let config = Config::parse(text)?;
    // What is told, and of it what no setting of a password is in.
    let (mut told, mut rest, mut from) = (String::with_capacity(text.len()), String::new(), 0);
    for setting in &config.settings {
        let secret = setting.key.ends_with(SECRET);
        let mut cuts = Vec::new();
        if secret {
            cuts.push((setting.node.span.clone(), "\"\"".to_owned()));
        } else {
            cut(&setting.node, &mut cuts);
        }
        for (span, instead) in cuts {
            let kept = &text[from..span.start];
            told.push_str(kept);
            rest.push_str(if secret { &text[from..setting.span.start] } else { kept });
            told.push_str(&instead);
            from = span.end;
        }
    }
    told.push_str(&text[from..]);
    rest.push_str(&text[from..]);
    if rest.to_ascii_lowercase().contains(SECRET) {
        let message = "it speaks of a password where none can be told from the rest".into();
        return Err(Problem { line: 1, column: 1, path: String::new(), message, fatal: true });
    }
    Ok(told)
}

/// What of a value is a text of parts with a password among them, and what is told instead.
fn cut(node: &Node, cuts: &mut Vec<(std::ops::Range<usize>, String)>) {
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| cut(node, cuts)),
        Value::Text(text) if text.contains(SECRET) => {
            let secret = |part: &&str| !part.split('=').next().unwrap_or_default().trim().ends_with(SECRET);
            let parts: Vec<_> = text.split(',').filter(secret).collect();
            cuts.push((node.span.clone(), quoted(&parts.join(","), Dialect::Xl)));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_told_without_passwords_or_not_at_all() {
        for (text, told) in [
            ("vnc = 1\nvncpasswd = 'x'\nname = 'a'\n", "vnc = 1\nvncpasswd = \"\"\nname = 'a'\n"),
            ("vfb = [ 'vnc=1, vncpasswd=x,keymap=de' ] # one", "vfb = [ \"vnc=1,keymap=de\" ] # one"),
            ("name = 'a' # nothing of it\n", "name = 'a' # nothing of it\n"),
        ] {
            assert_eq!(without_passwords(text).as_deref(), Ok(told));
        }
        for text in
            ["# vncpasswd = 'old'\nname = 'a'\n", "vncpasswd = open('x').read()\n", "name = 'a\nvncpasswd='"]
        {
            assert!(without_passwords(text).is_err(), "{text:?}");
        }
    }
}
