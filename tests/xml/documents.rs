//! What is well-formed, and what is refused before it costs anything.

use std::fs;

use domtop::{
    model::KiB,
    wire::xml::{LARGEST, device, domain, markup},
};
use proptest::{prelude::*, sample::select};

use super::{file, told};

/// The first problem of a text that is refused.
fn refused(text: &str) -> String {
    let problems = domain::read(text).expect_err(&text[..text.len().min(80)]);
    assert!(problems.iter().any(|problem| problem.fatal), "{}", told(&problems));
    problems[0].to_string()
}

/// A domain with this in it.
fn with(inner: &str) -> String {
    format!("<domain type='xen'><name>x</name>{inner}</domain>")
}

#[test]
fn what_is_not_well_formed_is_told_with_its_place() {
    for (text, problem) in [
        ("", "1:1: there is no element in it"),
        ("<a><b></a>", "1:7: /a/b: `</a>` ends <b>"),
        ("</a>", "1:1: `</a>` ends nothing"),
        ("<a/><b/>", "1:5: there is a second root element"),
        ("<a/> x", "1:6: there is text outside the root element"),
        ("\n <a>\n  <b", "3:3: /a: it is not well-formed"),
        ("<a>", "1:4: /a: the text ends within <a>: `</a>` is missing"),
        ("<a b=c/>", "1:6: the attribute `b` has no value in quotes"),
        ("<a b/>", "1:5: the attribute `b` has no value in quotes"),
        ("<a b='1'c='2'/>", "1:9: something follows `<a` without a blank before it"),
        ("<a b='1' b='2'/>", "1:10: the attribute `b` is there twice"),
        ("<a b='<'/>", "1:7: `<` stands in no attribute"),
        ("<a>&foo;</a>", "1:4: /a: there is no entity `&foo;`"),
        ("<a b='&foo;'/>", "1:7: there is no entity `&foo;`"),
        ("<a>&#0;</a>", "1:4: /a: `&#0;` stands for no character that XML allows"),
        ("<a>&#27;</a>", "1:4: /a: `&#27;` stands for no character that XML allows"),
        ("<a b='&#x1B;'/>", "1:7: `&#x1B;` stands for no character that XML allows"),
        ("<a>&#xd800;</a>", "1:4: /a: `&#xd800;` stands for no character that XML allows"),
        ("<a>&#99999999999;</a>", "1:4: /a: `&#99999999999;` stands for no character"),
        ("<a>&#12ab;</a>", "1:4: /a: there is no entity `&#12ab;`"),
        ("<a>&#;</a>", "1:4: /a: there is no entity `&#;`"),
        ("<a>a & b</a>", "1:6: /a: "),
        ("<a>]]></a>", "1:4: /a: `]]>` stands only at the end of character data"),
        ("<a>\u{1}</a>", "1:4: it holds the character U+0001, which XML does not know"),
        ("<a>é\u{ffff}</a>", "1:5: it holds the character U+FFFF"),
        ("<a><!-- a -- b --></a>", ""),
        ("<1a/>", "1:2: `<` begins no element"),
        ("< a/>", "1:2: `<` begins no element"),
        (
            "<a><?xml version='1.0'?></a>",
            "1:4: /a: the declaration `<?xml …?>` stands only at the very beginning",
        ),
        ("<a><b><c/></b><b><c>\n</d></c></b></a>", "2:1: /a/b[2]/c: `</d>` ends <c>"),
    ] {
        assert!(refused(text).contains(problem), "{text:?}: {}", refused(text));
    }
}

#[test]
fn what_stands_around_the_root_is_no_part_of_it() {
    let text = format!("\u{feff}<?xml version='1.0'?>\n<!-- a --><?b c?>\n{}\n<!-- d -->\n", with(""));
    assert_eq!(domain::read(&text).unwrap().name, "x");
}

#[test]
fn a_document_type_is_refused_and_with_it_every_entity() {
    let bomb =
        "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><domain><name>&b;</name></domain>";
    assert!(refused(bomb).contains("document type definition"));
    let outside = "<!DOCTYPE x SYSTEM 'file:///etc/hostname'><domain/>";
    assert!(refused(outside).contains("document type definition"));
}

#[test]
fn what_is_too_deep_too_much_or_too_long_is_refused() {
    let nested = |depth: usize| with(&("<a>".repeat(depth) + &"</a>".repeat(depth)));
    assert!(domain::read(&nested(63)).is_ok());
    assert!(refused(&nested(64)).contains("deeper than 64"));
    assert!(refused(&"<a>".repeat(1_000_000)).contains("deeper than 64"));
    assert!(domain::read(&with(&"<a/>".repeat(99_998))).is_ok());
    assert!(refused(&with(&"<a/>".repeat(99_999))).contains("more than 100000 elements"));
    assert!(domain::read(&with(&" ".repeat(LARGEST - with("").len()))).is_ok());
    assert!(refused(&with(&" ".repeat(LARGEST + 1 - with("").len()))).contains("at most 4194304 are read"));
    let attributes = (0..200_000).map(|at| format!(" a{at}='1'")).collect::<Vec<_>>().concat();
    assert!(refused(&format!("<domain{attributes}/>")).contains("more than 128 attributes"));
}

#[test]
fn texts_that_ask_for_much_work_get_little() {
    let many = |one: &str, count: usize| with(&format!("<devices>{}</devices>", one.repeat(count)));
    for text in [
        many("<disk type='flie'/>", 90_000),
        many("<interface type='bridge'><mac address='x'/></interface>", 45_000),
        with(&"<memroy/>".repeat(90_000)),
        with(&format!("<cputune>{}</cputune>", "<vcpupin vcpu='1' cpuset='1'/>".repeat(90_000))),
        "<".repeat(LARGEST),
        with(&format!("<name>{}</name>", "&amp;".repeat(800_000))),
    ] {
        let problems = domain::check(&text);
        assert!(problems.len() <= 500);
        assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)));
    }
    let broken = "<a>".repeat(200_000) + &"</b>".repeat(200_000);
    assert_eq!(markup(&broken).lines.len(), 1);
}

#[test]
fn lists_of_thousands_are_revised() {
    let disks =
        (0..20_000).map(|at| format!("<disk><target dev='d{at}'/></disk>")).collect::<Vec<_>>().concat();
    let text = with(&format!("<devices>{disks}</devices>"));
    let mut wanted = domain::read(&text).unwrap();
    wanted.devices.disks.reverse();
    let revised = domain::revise(&text, &wanted).unwrap();
    assert_eq!(domain::read(&revised).unwrap(), wanted);
}

#[test]
fn every_beginning_of_a_document_is_refused() {
    for name in ["pv-0.0.1.xml", "odd-quoting.xml", "minified.xml", "kvm-modern.xml"] {
        let text = file(name);
        let end = text.trim_end().len();
        for at in (0..end).filter(|at| text.is_char_boundary(*at)) {
            assert!(domain::read(&text[..at]).is_err(), "{name}: {}", &text[..at]);
        }
    }
}

/// The texts among the test's data.
fn files() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/xml");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 12);
    paths.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// All that can be done with a text.
fn look_at(text: &str) {
    let shown = markup(text);
    let fatal = shown.problems.iter().any(|problem| problem.fatal);
    assert_eq!(domain::read(text).is_err(), fatal, "{}", told(&shown.problems));
    if let Ok(domain) = domain::read(text) {
        assert_eq!(domain::revise(text, &domain).unwrap(), text);
        let mut other = domain.clone();
        other.memory.max = KiB(domain.memory.max.0.wrapping_add(1).max(1));
        other.devices.disks.reverse();
        other.devices.serials.pop();
        let revised = domain::revise(text, &other).unwrap();
        assert_eq!(domain::read(&revised).expect(&revised).devices, other.devices, "{text}");
        assert_eq!(domain::read(&domain::write(&domain)).unwrap(), domain);
    }
    let _ = device::read(text);
}

proptest! {
    #[test]
    fn any_text_is_a_domain_or_an_error(text in any::<String>()) {
        look_at(&text);
    }

    #[test]
    fn any_markup_is_a_domain_or_an_error(text in "(<|</|>|/>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|&amp;|&|a|='|'| |\n){0,40}") {
        look_at(&text);
    }

    #[test]
    fn a_damaged_file_is_a_domain_or_an_error(
        text in select(files()), at in 0usize..4000, length in 0usize..30, put in "[<>\"'&;/=!?a-z0-9 \\n\\x1b-]{0,12}"
    ) {
        let boundary = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let (from, to) = (boundary(at), boundary(at + length));
        look_at(&[&text[..from], &put, &text[to..]].concat());
    }
}
