//! The laws of the themes: every one loads, is readable, and says what is wrong with a broken one.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::{fs, path::PathBuf};

use domtop::{
    app::{Glyphs, Panel},
    theme::{Depth, Role, Theme},
};
use proptest::prelude::*;
use ratatui::style::{Color, Style};

/// What is drawn as an area or a line, not read as a text.
const SHAPES: [Role; 9] = [
    Role::Border,
    Role::BorderFocused,
    Role::Track,
    Role::Calm,
    Role::Warm,
    Role::Hot,
    Role::Memory,
    Role::Inbound,
    Role::Outbound,
];

/// Whether it is read on the screen's ground. Which of its colours a guest writes on which is its own to choose.
fn is_text(role: Role) -> bool {
    !SHAPES.contains(&role) && !role.word().starts_with("guest-")
}

/// The relative luminance of WCAG 2.1, 1.4.3.
fn luminance(colour: Color) -> Option<f64> {
    let Color::Rgb(r, g, b) = colour else { return None };
    let linear = |v: u8| match f64::from(v) / 255.0 {
        v if v <= 0.04045 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    };
    Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
}

fn contrast(ink: Option<Color>, ground: Option<Color>) -> Option<f64> {
    let (ink, ground) = (luminance(ink?)?, luminance(ground?)?);
    Some((ink.max(ground) + 0.05) / (ink.min(ground) + 0.05))
}

/// A theme file in a place of its own; the file goes with the guard.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("domtop-{}-{name}.toml", std::process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }

    fn error(&self) -> String {
        Theme::load(self.0.to_str().unwrap(), Depth::True).unwrap_err()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn every_theme_loads_at_every_depth() {
    for name in Theme::names() {
        for depth in [Depth::None, Depth::Sixteen, Depth::Palette, Depth::True] {
            assert_eq!(Theme::load(&name, depth).unwrap().name(), name);
        }
    }
}

#[test]
fn every_theme_file_is_built_in() {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/themes")).unwrap();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut known = Theme::names();
    names.sort();
    known.sort();
    assert_eq!(names, known);
}

#[test]
fn text_is_readable_on_the_screen_and_under_the_cursor() {
    let mut checked = 0;
    for name in Theme::names() {
        let theme = Theme::load(&name, Depth::True).unwrap();
        for (role, style) in theme.roles().filter(|(role, _)| is_text(*role)) {
            for ground in [theme.base().bg, theme.header().bg, theme.selection().bg] {
                let ground = style.bg.or(ground);
                if let Some(ratio) = contrast(style.fg, ground) {
                    assert!(ratio >= 4.5, "{name}: {} on {ground:?} is {ratio:.2}", role.word());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 300, "only {checked} pairs had values to compare");
}

#[test]
fn graphs_stand_out_from_the_screen() {
    for name in Theme::names() {
        let theme = Theme::load(&name, Depth::True).unwrap();
        let levels = (0..=10).map(|tenth| theme.level(tenth as f32 / 10.0));
        for style in levels.chain([theme.memory(), theme.inbound(), theme.outbound()]) {
            if let Some(ratio) = contrast(style.fg, theme.base().bg) {
                assert!(ratio >= 2.5, "{name}: {:?} is {ratio:.2}", style.fg);
            }
        }
    }
}

#[test]
fn the_gradient_goes_from_calm_over_warm_to_hot() {
    let theme = styled::dark();
    assert_eq!(theme.level(0.0).fg, theme.calm().fg);
    assert_eq!(theme.level(1.0).fg, theme.hot().fg);
    assert_eq!(theme.level(f32::NAN), theme.level(0.0));
    let levels: Vec<_> = (0..=20).map(|step| theme.level(step as f32 / 20.0).fg).collect();
    assert!(levels.windows(2).all(|pair| pair[0] != pair[1]), "{levels:?}");
}

#[test]
fn without_colours_no_cell_has_one_whatever_the_theme() {
    for name in Theme::names() {
        let theme = Theme::load(&name, Depth::None).unwrap();
        let mut app = fixture::app(120, 40);
        fixture::open(&mut app, &[Panel::Detail, Panel::Host, Panel::Drivers]);
        let (buffer, _) = styled::draw(&app, &theme);
        let coloured = |style: Style| style.fg != Some(Color::Reset) || style.bg != Some(Color::Reset);
        assert!(!buffer.content().iter().any(|cell| coloured(cell.style())), "{name}");
        assert!(buffer.content().iter().any(|cell| !cell.modifier.is_empty()));
    }
}

#[test]
fn sixteen_colours_and_the_palette_are_kept_to() {
    for name in Theme::names() {
        for (role, style) in Theme::load(&name, Depth::Palette).unwrap().roles() {
            assert!(
                ![style.fg, style.bg].iter().flatten().any(|c| matches!(c, Color::Rgb(..))),
                "{}",
                role.word()
            );
        }
        for (role, style) in Theme::load(&name, Depth::Sixteen).unwrap().roles() {
            let beyond = |c: &Color| matches!(c, Color::Rgb(..) | Color::Indexed(16..));
            assert!(![style.fg, style.bg].iter().flatten().any(beyond), "{}", role.word());
        }
    }
}

#[test]
fn at_sixteen_colours_the_row_under_the_cursor_is_still_marked() {
    for name in Theme::names() {
        let theme = Theme::load(&name, Depth::Sixteen).unwrap();
        let (selection, base) = (theme.selection(), theme.base());
        let marked = !selection.add_modifier.is_empty() || selection.bg.is_some_and(|bg| Some(bg) != base.bg);
        assert!(marked, "{name}: {selection:?} over {base:?}");
    }
}

#[test]
fn states_differ_by_their_sign_too() {
    for glyphs in [Glyphs::Braille, Glyphs::Block, Glyphs::Ascii] {
        let mut app = fixture::app(120, 34);
        app.settings.glyphs = glyphs;
        let (buffer, regions) = styled::draw(&app, &styled::dark());
        let (_, header) = *regions.headers.iter().find(|(c, _)| c.word() == "state").unwrap();
        let mut signs: Vec<_> =
            (0..13).map(|line| buffer[(header.x, regions.rows.y + line)].symbol()).collect();
        signs.sort_unstable();
        signs.dedup();
        // Running, idle, paused, shut down, crashed, dying, off.
        assert_eq!(signs.len(), 7, "{glyphs:?}: {signs:?}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line_and_the_nearest_name() {
    for (name, text, line, words) in [
        ("syntax", "inherits = \"dark\"\n[role\n", 2, ""),
        ("key", "inherit = \"dark\"\n", 1, "did you mean `inherits`"),
        ("base", "inherits = \"drak\"\n", 1, "did you mean `dark`"),
        ("role", "inherits = \"dark\"\n\n[role]\nselektion = \"ink\"\n", 4, "did you mean `selection`"),
        ("entry", "inherits = \"dark\"\n[role]\ntext = \"inc\"\n", 3, "did you mean `ink`"),
        ("colour", "inherits = \"dark\"\n[palette]\nink = \"#12345\"\n", 3, "write #rrggbb"),
        ("ansi", "inherits = \"dark\"\n[palette]\nink = \"grean\"\n", 3, "did you mean `green`"),
        (
            "modifier",
            "inherits = \"dark\"\n[role]\ntext = \"ink bald\"\n",
            3,
            "only `on COLOUR` and modifiers",
        ),
        ("ground", "inherits = \"dark\"\n[role]\ntext = \"ink on\"\n", 3, "after `on` comes a colour"),
        ("kind", "inherits = \"dark\"\n[role]\ntext = true\n", 3, "a text in quotes"),
        ("table", "role = 3\n", 1, "role is a table"),
        ("missing", "[palette]\nink = 7\n[role]\ntext = \"ink\"\n", 3, "role \"base\" is missing"),
    ] {
        let file = Written::new(name, text);
        let said = file.error();
        assert!(said.contains(&format!("line {line}")), "{name}: {said}");
        assert!(said.contains(words), "{name}: {said}");
    }
}

#[test]
fn a_file_may_change_the_palette_alone() {
    let file = Written::new(
        "palette",
        "inherits = \"dark\"\n[palette]\nink = \"#abcdef\"\nsoft = 244\nblue = \"cyan\"\n",
    );
    let theme = Theme::load(file.0.to_str().unwrap(), Depth::True).unwrap();
    assert_eq!(theme.text().fg, Some(Color::Rgb(0xab, 0xcd, 0xef)));
    assert_eq!(theme.dim().fg, Some(Color::Indexed(244)));
    assert_eq!(theme.accent().fg, Some(Color::Cyan));
    assert_eq!(theme.selection(), styled::dark().selection());
}

#[test]
fn an_unknown_theme_is_told_from_a_file() {
    assert!(Theme::load("drak", Depth::True).unwrap_err().contains("did you mean `dark`"));
    assert!(Theme::load("/nowhere/mine.toml", Depth::True).unwrap_err().contains("cannot open"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_theme_or_an_error(text in "\\PC{0,200}", spec in "[a-z# 0-9]{0,30}") {
        let wrong = Written::new("any", &text);
        let _ = Theme::load(wrong.0.to_str().unwrap(), Depth::True);
        let near = format!("inherits = \"dark\"\n[palette]\nink = \"{spec}\"\n[role]\ntext = \"{spec}\"\n");
        let near = Written::new("near", &near);
        let _ = Theme::load(near.0.to_str().unwrap(), Depth::Palette);
    }
}
