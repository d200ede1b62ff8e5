//! Laws of the codec of xend's S-expressions.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use domtop::wire::sexpr::{Bad, DEEPEST, Node, Tree, Writer, Wrong};
use proptest::{collection::vec, prelude::*};

/// A value as xend has it.
#[derive(Clone, Debug)]
enum Value {
    Atom(String),
    List(Vec<Value>),
}

impl Value {
    /// As the writer writes it: every atom in quotes.
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Atom(text) => {
                to.item(text);
            }
            Self::List(items) => {
                to.list("", |to| items.iter().for_each(|item| item.write(to)));
            }
        }
    }

    fn is(&self, node: Node<'_>) -> bool {
        match self {
            Self::Atom(text) => node.text() == Some(text),
            Self::List(items) => {
                node.is_list()
                    && node.items().count() == items.len()
                    && items.iter().zip(node.items()).all(|(item, node)| item.is(node))
            }
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let atom = prop_oneof!["[a-z0-9.:/_-]{0,9}", "\\PC{0,9}", any::<String>()].prop_map(Value::Atom);
    atom.prop_recursive(6, 60, 8, |inner| vec(inner, 0..8).prop_map(Value::List))
}

fn list() -> impl Strategy<Value = Value> {
    let atom = prop_oneof!["[a-z0-9.:/_-]{0,5}", "[\\PC\n\x01']{0,5}"].prop_map(Value::Atom);
    let value = atom.prop_recursive(4, 12, 4, |inner| vec(inner, 0..4).prop_map(Value::List));
    vec(value, 0..4).prop_map(Value::List)
}

fn written(value: &Value) -> String {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.finish()
}

fn tree(text: &str) -> Tree<'_> {
    let (tree, size) = Tree::parse(text.as_bytes()).unwrap_or_else(|bad| panic!("{text}: {bad}"));
    assert_eq!(size, text.len(), "{text}");
    tree
}

/// The one atom in a list.
fn atom(inside: &str) -> String {
    let text = format!("({inside})");
    let tree = tree(&text);
    let mut items = tree.root().items();
    let atom = items.next().unwrap().text().unwrap().to_owned();
    assert!(items.next().is_none(), "{text}");
    atom
}

fn wrong(bytes: &[u8]) -> (Wrong, usize, usize) {
    match Tree::parse(bytes) {
        Err(Bad::Wrong { what, offset, line }) => (what, offset, line),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in value()) {
        let text = written(&value);
        prop_assert!(value.is(tree(&text).root()), "{}", text);
    }

    #[test]
    fn a_tree_printed_as_xend_prints_reads_back(value in value()) {
        let text = written(&value);
        let tree = tree(&text);
        let printed = tree.root().to_string();
        let (again, size) = Tree::parse(printed.as_bytes()).unwrap();
        prop_assert_eq!(size, printed.len());
        prop_assert_eq!(again.root(), tree.root());
    }

    #[test]
    fn every_strict_prefix_is_incomplete(value in list()) {
        for text in [written(&value), tree(&written(&value)).root().to_string()] {
            for end in 0..text.len() {
                prop_assert_eq!(Tree::parse(&text.as_bytes()[..end]), Err(Bad::Incomplete), "{} to {}", &text, end);
            }
        }
    }

    #[test]
    fn what_follows_a_value_is_left_alone(value in list(), behind in vec(any::<u8>(), 0..20)) {
        let text = written(&value);
        let bytes = [text.as_bytes(), &behind].concat();
        let (tree, size) = Tree::parse(&bytes).unwrap();
        prop_assert_eq!(size, text.len());
        prop_assert!(value.is(tree.root()));
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok((tree, size)) = Tree::parse(&bytes) {
            prop_assert!((1..=bytes.len()).contains(&size));
            let printed = tree.root().to_string();
            prop_assert_eq!(Tree::parse(printed.as_bytes()).unwrap().0, tree);
        }
    }

    #[test]
    fn any_text_of_xends_own_signs_is_a_value_or_an_error(text in r#"[()'"\\x0-9a-f #\[\]{};\n]{0,60}"#) {
        if let Ok((tree, _)) = Tree::parse(text.as_bytes()) {
            let printed = tree.root().to_string();
            prop_assert_eq!(Tree::parse(printed.as_bytes()).unwrap().0, tree);
        }
    }
}

#[test]
fn atoms_end_where_xend_ends_them() {
    let items = |text: &str| tree(text).root().items().map(|item| item.to_string()).collect::<Vec<_>>();
    assert_eq!(items("(a b\tc\nd\u{b}e\u{c}f\rg)"), ["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(items("(a#b c\n d)"), ["a", "d"]);
    assert_eq!(items("(a[1];b{c}<d>)"), ["a", "'[1'", "']'", "';b'", "'{c'", "'}'", "'<d'", "'>'"]);
    assert_eq!(items("(w! a'b 'c'd'e')"), ["'w!'", "'a\\'b'", "c", "'d\\'e\\''"]);
    assert_eq!(items("(# nothing ) here\n)"), [""; 0]);
}

#[test]
fn escapes_are_those_of_python() {
    assert_eq!(atom(r#"'\a\b\t\n\v\f\r\\\'\"'"#), "\x07\x08\t\n\x0b\x0c\r\\'\"");
    assert_eq!(atom(r"'\0\01\012\0123\377'"), "\0\x01\n\n3\u{fffd}");
    assert_eq!(atom(r"'\x41\x4a\x4A'"), "AJJ");
    assert_eq!(atom(r"'caf\xc3\xa9'"), "café");
    assert_eq!(atom(r#""it's""#), "it's");
    assert_eq!(atom(r"'a\qb'"), "a\\b", "an unknown escape swallows its character");
    assert_eq!(atom("'# no comment'"), "# no comment");
    assert_eq!(atom("'two\nlines'"), "two\nlines");
}

#[test]
fn an_escape_that_stands_for_no_byte_is_refused_at_its_place() {
    assert_eq!(wrong(b"(a\n 'b\\400')"), (Wrong::Escape, 6, 2));
    assert_eq!(wrong(br"('\xg0')"), (Wrong::Escape, 2, 1));
    assert_eq!(wrong(br"('\x4')"), (Wrong::Escape, 2, 1));
}

#[test]
fn an_empty_value_is_none_however_it_is_written() {
    let text = "(domain (a )(b '')(c \"\")(d (e))(f g h)(f i))";
    let tree = tree(text);
    let root = tree.root();
    for key in ["a", "b", "c", "d", "e", "none"] {
        assert_eq!(root.value(key), None, "{key}");
    }
    assert_eq!((root.value("f"), root.children("f").count()), (Some("g"), 2));
    assert_eq!(root.child("a").unwrap().items().count(), 1, "`(key )` is a list of one item");
    assert!(root.child("d").unwrap().child("e").is_some());
}

#[test]
fn what_makes_no_value_is_refused_with_its_place() {
    assert_eq!(wrong(b"\n )"), (Wrong::Stray, 2, 2));
    assert_eq!(wrong(b"(a \x00)"), (Wrong::Control(0), 3, 1));
    assert_eq!(wrong(b"\x04"), (Wrong::Control(4), 0, 1));
    for nothing in ["", " ", "# only\n#this", "("] {
        assert_eq!(Tree::parse(nothing.as_bytes()), Err(Bad::Incomplete), "{nothing}");
    }
}

#[test]
fn a_bare_atom_is_complete_where_the_text_ends() {
    assert_eq!(tree("0").root().text(), Some("0"));
    assert_eq!(tree("-1.5e-06").root().text(), Some("-1.5e-06"));
}

#[test]
fn endless_and_hostile_texts_are_refused() {
    let deep = |depth: usize| [vec![b'('; depth], vec![b')'; depth]].concat();
    assert!(Tree::parse(&deep(DEEPEST)).is_ok());
    assert_eq!(wrong(&deep(DEEPEST + 1)), (Wrong::Depth, DEEPEST, 1));
    assert_eq!(wrong(&vec![b'('; 1 << 20]), (Wrong::Depth, DEEPEST, 1));
    let many = [&b"("[..], &b"()".repeat(1 << 22)].concat();
    assert_eq!(wrong(&many).0, Wrong::Count);
    assert_eq!(wrong(&vec![b' '; (64 << 20) + 1]).0, Wrong::Size);
}

#[test]
fn nothing_is_written_that_an_old_xend_would_misread() {
    let mut writer = Writer::default();
    writer.list("vm", |vm| {
        vm.text("a", "it's a \\ w!\n\x1b\x7f[1]{;}é").number("b", -3).word("c", "0x1");
    });
    let text = writer.finish();
    assert_eq!(text, "(vm (a 'it\\'s a \\\\ w!\\n\\033\\177[1]{;}é')(b -3)(c 0x1))");
    assert!(!text.contains("\\x"), "xend takes the digits a to f for 0 to 5");
}
