//! The config file's words.

use domtop::{
    app::{Column, CpuScale, Glyphs, Settings},
    config::Config,
    model::Nanos,
};

fn words(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|w| (*w).to_owned()).collect()
}

#[test]
fn a_file_that_says_nothing_changes_nothing() {
    let (settings, table) = Settings::from_config(&Config::default()).unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!((table.sort, table.descending), (Column::Cpu, true));
}

#[test]
fn words_become_settings() {
    let config = Config {
        interval: Some(0.1),
        columns: Some(words(&["name", "cpu", "mem%", "rx"])),
        sort: Some("-name".into()),
        cpu: Some("host".into()),
        mouse: Some(false),
        glyphs: Some("ascii".into()),
        theme: Some("light".into()),
        ..Config::default()
    };
    let (settings, table) = Settings::from_config(&config).unwrap();
    assert_eq!(settings.interval, Nanos(100_000_000));
    assert_eq!((settings.scale, settings.glyphs, settings.mouse), (CpuScale::Host, Glyphs::Ascii, false));
    assert_eq!(settings.theme, "light");
    assert_eq!(table.columns, [Column::Name, Column::Cpu, Column::MemShare, Column::NetRx]);
    assert_eq!((table.sort, table.descending), (Column::Name, true));
}

#[test]
fn without_a_sign_a_column_sorts_its_usual_way() {
    for (word, descending) in [("mem", true), ("name", false), ("+mem", false), ("-id", true)] {
        let config = Config { sort: Some(word.into()), ..Config::default() };
        assert_eq!(Settings::from_config(&config).unwrap().1.descending, descending, "{word}");
    }
}

#[test]
fn the_name_is_added_where_it_is_left_out() {
    let config = Config { columns: Some(words(&["cpu"])), ..Config::default() };
    assert_eq!(Settings::from_config(&config).unwrap().1.columns, [Column::Name, Column::Cpu]);
}

#[test]
fn wrong_words_are_refused_with_the_nearest() {
    let refused = |config: &Config| Settings::from_config(config).unwrap_err();
    let config = Config { columns: Some(words(&["name", "cpuu"])), ..Config::default() };
    assert_eq!(refused(&config), "`columns`: there is no column `cpuu`; did you mean `cpu`?");
    let config = Config { columns: Some(words(&["name", "cpu", "cpu"])), ..Config::default() };
    assert_eq!(refused(&config), "`columns`: column `cpu` stands there twice");
    let config = Config { sort: Some("-nmae".into()), ..Config::default() };
    assert_eq!(refused(&config), "`sort`: there is no column `nmae`; did you mean `name`?");
    let config = Config { cpu: Some("hots".into()), ..Config::default() };
    assert_eq!(refused(&config), "`cpu`: `hots` is none of `pcpu`, `host`; did you mean `host`?");
    for interval in [0.0, -1.0, 0.009, 301.0, f64::NAN, f64::INFINITY] {
        let config = Config { interval: Some(interval), ..Config::default() };
        assert_eq!(refused(&config), "`interval`: an interval lies between 10 ms and 5 min");
    }
}

#[test]
fn the_escape_key_of_consoles_is_none_that_is_typed() {
    let with =
        |key: &str| Settings::from_config(&Config { console_escape: Some(key.into()), ..Config::default() });
    for key in ["Ctrl-^", "F12", "Ctrl-a", "Ctrl-Alt-x"] {
        assert_eq!(with(key).unwrap().0.console.escape.to_string(), key);
    }
    for key in ["a", "Enter", "Space", "Ctrl-m", "Ctrl-j", "Up", "Alt-x", "no key"] {
        assert!(with(key).unwrap_err().contains("`console_escape`"), "{key}");
    }
}

#[test]
fn recordings_have_a_folder_where_the_file_names_one() {
    let folder = |word: &str| {
        let config = Config { console_record: Some(word.into()), ..Config::default() };
        Settings::from_config(&config).unwrap().0.console.folder
    };
    assert_eq!((folder("off"), folder("/casts")), (None, Some("/casts".into())));
}
