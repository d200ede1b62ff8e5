//! The config file: what is taken, and what a wrong one is told.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::path::Path;

use domtop::config::{Config, KEYS};
use proptest::prelude::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("c.toml"))
}

#[test]
fn every_listed_key_is_taken_with_its_example() {
    for key in KEYS {
        let line = format!("{} = {}", key.name, key.example);
        let config = Config { source: None, ..parse(&line).expect(&line) };
        assert_ne!(config, Config::default(), "{line}");
    }
}

#[test]
fn every_key_that_is_taken_is_listed() {
    // The TOML reader names all fields in the error about an unknown one.
    let error = toml::from_str::<Config>("nonsense = 1").unwrap_err();
    let fields: Vec<_> = error.message().split('`').skip(3).step_by(2).collect();
    assert_eq!(fields, KEYS.iter().map(|k| k.name).collect::<Vec<_>>());
}

#[test]
fn an_empty_file_is_all_defaults() {
    assert_eq!(Config { source: None, ..parse("# nothing\n").unwrap() }, Config::default());
}

#[test]
fn a_wrong_file_is_told_line_and_what_would_be_right() {
    for (text, said) in [
        ("uri = 'xen:///'\nthemes = 'dark'\n", "c.toml:2: unknown key `themes`; did you mean `theme`?"),
        ("zebra = 1", "c.toml:1: unknown key `zebra`"),
        ("\n\ninterval = 0", "c.toml:3: `interval` is 0, but must lie between 0.01 and 3600 seconds"),
        ("interval = nan", "c.toml:1: `interval` is NaN"),
        ("interval = 'fast'", "c.toml:1: invalid type: string \"fast\", expected f64"),
        (
            "cpu = 'hosts'",
            "c.toml:1: `cpu` is \"hosts\", but must be one of pcpu, host; did you mean `host`?",
        ),
        ("\nglyphs = 'dots'", "c.toml:2: `glyphs` is \"dots\", but must be one of braille, block, ascii"),
        ("mouse = 1", "c.toml:1: invalid type: integer `1`, expected a boolean"),
        ("mouse = true\nmouse = true", "c.toml:2: duplicate key"),
        ("uri = 'x", "c.toml:1: "),
        ("[keys]\nquit = 'q'", "c.toml:2: invalid type: string \"q\", expected a sequence"),
        ("columns = ['id', 3]", "c.toml:1: invalid type: integer `3`, expected a string"),
    ] {
        let error = parse(text).expect_err(text);
        assert!(error.starts_with(said), "{text:?} was told {error:?}, not {said:?}");
        assert_eq!(error.lines().count(), 1, "{error:?}");
    }
}

#[test]
fn a_named_file_must_exist_and_be_text() {
    let missing = Config::load(Some(Path::new("/nonexistent/domtop.toml"))).unwrap_err();
    assert!(missing.starts_with("cannot read the config file /nonexistent/domtop.toml: "), "{missing}");
    let path = std::env::temp_dir().join(format!("domtop-config-{}.toml", std::process::id()));
    std::fs::write(&path, b"# fine\nuri = '\xff'\n").unwrap();
    let binary = Config::load(Some(&path)).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(binary.ends_with(":2: this is not UTF-8 text"), "{binary}");
}

#[test]
fn keys_are_kept_by_command() {
    let config = parse("[keys]\nquit = ['q', 'Ctrl-q']\nhelp = []\n").unwrap();
    assert_eq!(config.keys["quit"], ["q", "Ctrl-q"]);
    assert!(config.keys["help"].is_empty());
}

#[test]
fn an_error_found_later_still_gets_its_line() {
    let config = parse("mouse = true\n\ncolumns = ['nme']\n[keys]\n# mine\nquit = ['Esc']\n").unwrap();
    for (sentence, line) in [("`columns`: no column is called `nme`", ":3: "), ("something else", ": ")] {
        assert_eq!(config.blame(sentence), format!("c.toml{line}{sentence}"));
    }
    let said = "`Esc` cannot be a key of `quit`";
    assert_eq!(config.blame_in("keys", said), format!("c.toml:6: {said}"));
    assert_eq!(Config::default().blame("no file"), "no file");
}

#[test]
fn a_key_of_a_table_is_not_taken_for_one_of_the_file_by_the_same_name() {
    let config = parse("theme = 'dark'\n\n[keys]\ntheme = ['x']\n").unwrap();
    assert_eq!(config.blame_in("keys", "keys of `theme`: no"), "c.toml:4: keys of `theme`: no");
    assert_eq!(config.blame("`theme`: no"), "c.toml:1: `theme`: no");
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics_and_errors_are_one_safe_line(text in "(?s).{0,200}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.starts_with("c.toml:"));
            prop_assert!(!error.chars().any(char::is_control), "{error:?}");
        }
    }

    #[test]
    fn text_that_looks_like_a_config_never_panics(
        key in "uri|theme|interval|columns|sort|cpu|mouse|glyphs|keys|[a-z\"\\\\u0-9]{1,9}",
        value in "[-0-9.e]{1,9}|\"[^\"]{0,9}\"|true|\\[[\"a, ]{0,9}\\]|\\{[a=\", ]{0,9}\\}|.{0,9}",
    ) {
        let _ = parse(&format!("{key} = {value}"));
    }
}

#[test]
fn what_consoles_keep_has_bounds() {
    for text in ["console_history = 1000001", "console_history = -1", "console_ring = 65537"] {
        let why = Config::parse(text, Path::new("c.toml")).unwrap_err();
        assert!(why.contains("c.toml:1") && why.contains("must lie between"), "{why}");
    }
    let config = Config::parse("console_history = 0\nconsole_ring = 64", Path::new("c.toml")).unwrap();
    assert_eq!((config.console_lines(), config.console_ring), (0, Some(64)));
    assert_eq!(Config::default().console_lines(), 10_000);
}
