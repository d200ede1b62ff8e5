//! The XML panel as it is drawn: definitions made by hand, on screens of every size.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/markup.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part")]
mod markup;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use crossterm::event::Event;
use domtop::{
    app::{
        App, Glyphs, Msg, Overlay, Panel,
        keymap::Key,
        xml::{Draft, Edited, Identity, Shown, Texts},
    },
    model::{HostId, Which, markup::Markup},
    theme::{Depth, Theme},
};
use markup::{LIVE, kept, markup, problem};
use ratatui::{buffer::Buffer, style::Style};
use styled::{dark, draw, row, screen, styled, text};

/// An app with the panel open for `web1`, of which nothing was told yet.
fn reading((width, height): (u16, u16)) -> App {
    let mut app = fixture::app(width, height);
    press(&mut app, "x");
    app
}

/// The same with what `web1` runs with, seen once.
fn panel(size: (u16, u16)) -> App {
    let mut app = reading(size);
    tell(&mut app, Which::Live, Ok(Shown { markup: markup(LIVE), ..Shown::default() }));
    tell(&mut app, Which::Kept, Ok(Shown { markup: markup(&kept()), ..Shown::default() }));
    frame(&mut app);
    app
}

fn frame(app: &mut App) {
    let (_, regions) = draw(app, &dark());
    app.update(Msg::Drawn(regions));
}

fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ') {
        app.update(Msg::Input(Event::Key(key.parse::<Key>().expect(key).event())));
        frame(app);
    }
}

fn tell(app: &mut App, which: Which, told: Result<Shown, String>) {
    let key = app.selected().unwrap().key;
    app.update(Msg::Definition(HostId(0), (key, which), told.map(Box::new)));
}

/// A text that is not well, from a file that says more.
fn unwell() -> Shown {
    let mut text = markup(LIVE);
    text.problems =
        vec![problem(18, "the source is no path", false), problem(20, "no bus is called `xen2`", true)];
    Shown {
        markup: text,
        file: Some("/etc/xen/web1.cfg".into()),
        lost: vec!["nestedhvm=1 has no place in domain XML".into()],
    }
}

/// What came of editing it.
fn edited(app: &mut App, after: Markup, name: &str) {
    edited_from(app, markup(&kept()), after, name);
}

/// The same, with what it was before.
fn edited_from(app: &mut App, before: Markup, after: Markup, name: &str) {
    let identity = |name: &str| Some(Identity { name: name.into(), uuid: None });
    let texts =
        Texts { before: (before, identity("web1")), after: (after, identity(name)), disturbed: false };
    let draft =
        Draft { label: "web1".into(), file: Some("/nonexistent/web1.xml".into()), ..Draft::default() };
    app.update(Msg::Edited(Box::new(Edited { draft, came: Ok(Some(Box::new(texts))) })));
}

/// The style of the first cell of a word on the screen.
fn style_of(buffer: &Buffer, word: &str) -> Style {
    (0..buffer.area.height)
        .find_map(|y| {
            let line = row(buffer, y);
            let at = line.find(word)?;
            Some(buffer[(u16::try_from(line[..at].chars().count()).unwrap(), y)].style())
        })
        .unwrap_or_else(|| panic!("no `{word}` on the screen\n{}", text(buffer)))
}

#[test]
fn a_definition_beside_the_table() {
    insta::assert_snapshot!(styled(&screen(&panel((120, 34)))));
}

#[test]
fn a_definition_on_a_terminal_as_it_opens() {
    insta::assert_snapshot!(text(&screen(&panel((80, 24)))));
}

#[test]
fn a_definition_on_the_smallest_screen() {
    insta::assert_snapshot!(text(&screen(&panel((40, 12)))));
}

#[test]
fn a_definition_and_all_that_is_known_of_its_domain() {
    let mut app = panel((140, 45));
    press(&mut app, "1 2");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn elements_folded_away() {
    let mut app = panel((80, 24));
    press(&mut app, "[");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn what_differs() {
    let mut app = panel((80, 24));
    press(&mut app, "d");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn what_differs_in_ascii_without_colours() {
    let mut app = panel((80, 24));
    app.settings.glyphs = Glyphs::Ascii;
    press(&mut app, "d");
    let (buffer, _) = draw(&app, &Theme::load("mono", Depth::None).unwrap());
    insta::assert_snapshot!(styled(&buffer));
}

#[test]
fn a_text_being_looked_for() {
    let mut app = panel((80, 24));
    press(&mut app, "/ s o u r c e");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_text_that_is_not_well() {
    let mut app = panel((100, 30));
    tell(&mut app, Which::Live, Ok(unwell()));
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn a_definition_that_is_being_read() {
    insta::assert_snapshot!(text(&screen(&reading((80, 24)))));
}

#[test]
fn a_definition_nobody_tells() {
    let mut app = reading((80, 24));
    let why = "definition of web1: no driver could\n  xl: web1.cfg is not there\n  xend: does not answer";
    tell(&mut app, Which::Live, Err(why.into()));
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn what_was_edited_before_it_is_defined() {
    let mut app = panel((120, 34));
    edited(&mut app, markup(LIVE), "web9");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn what_was_edited_and_is_broken_on_the_smallest_screen() {
    let mut app = panel((40, 12));
    edited(&mut app, unwell().markup, "web1");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn each_part_of_a_line_has_its_own_role() {
    let app = panel((120, 34));
    let buffer = screen(&app);
    let theme = dark();
    for (word, style) in [
        ("uuid>7f2c", theme.element()),
        ("bus='xen'", theme.attribute()),
        ("'xvda'", theme.value()),
        ("<!-- what", theme.aside()),
    ] {
        assert_eq!(style_of(&buffer, word).fg, style.fg, "{word}");
    }
}

#[test]
fn what_was_looked_for_stands_out_where_it_is() {
    let mut app = panel((120, 34));
    press(&mut app, "/ x v d a Enter");
    let buffer = screen(&app);
    let plain = screen(&panel((120, 34)));
    assert_eq!(style_of(&buffer, "xvda'").fg, dark().matched().fg);
    assert_ne!(style_of(&buffer, "xvda'"), style_of(&plain, "xvda'"));
}

/// An app with a text shown that has a line full of what is looked for.
fn full_of(letters: usize) -> App {
    let mut app = reading((80, 24));
    let line = "a".repeat(letters);
    let long = format!("<domain>\n  <description>é{line}</description>\n</domain>");
    tell(&mut app, Which::Live, Ok(Shown { markup: markup(&long), ..Shown::default() }));
    frame(&mut app);
    app
}

#[test]
fn a_long_line_full_of_hits_is_looked_through_and_drawn_with_the_effort_of_what_is_seen() {
    let mut app = full_of(200_000);
    let begun = std::time::Instant::now();
    press(&mut app, "/ a a Enter End Home n Right Right");
    // A comparison of each character with each hit is one of minutes.
    assert!(begun.elapsed().as_secs() < 20, "it took {:?}", begun.elapsed());
    assert_eq!(app.xml.hits.len(), 100_000);
}

#[test]
fn hits_stand_out_where_they_are_however_far_the_line_is_scrolled() {
    let mut app = full_of(9);
    press(&mut app, "/ a a Enter");
    let matched = |app: &App| {
        let buffer = screen(app);
        let title = (0..24).find(|y| row(&buffer, *y).contains("XML web1")).unwrap();
        let y = title + 2;
        let cells = (0..80).map(|x| &buffer[(x, y)]).filter(|cell| cell.style().fg == dark().matched().fg);
        cells.map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    assert_eq!(matched(&app), "aaaaaaaa", "of nine the last is in no hit");
    // Fifteen characters before the é, which is one character of two bytes.
    press(&mut app, "/ é a Enter");
    assert_eq!(matched(&app), "éa");
    press(&mut app, "/ a a Enter");
    app.xml.left = 19;
    assert_eq!(matched(&app), "aaaaa", "a hit that is half scrolled away");
}

#[test]
fn lines_of_either_side_have_its_colour_and_its_sign() {
    let mut app = panel((120, 34));
    press(&mut app, "d");
    let buffer = screen(&app);
    assert_eq!(style_of(&buffer, "<script").fg, dark().removed().fg);
    assert_eq!(style_of(&buffer, "<currentMemory>8388608").fg, dark().added().fg);
    let line = (0..34).map(|y| row(&buffer, y)).find(|line| line.contains("<script")).unwrap();
    assert!(line.contains("-       <script"), "the sign tells it without a colour: {line}");
}

#[test]
fn a_long_line_is_elided_and_scrolls_to_the_side() {
    let mut app = panel((80, 24));
    let cut =
        |app: &App| text(&screen(app)).lines().find(|line| line.contains("net.ifnames")).map(str::to_owned);
    assert!(cut(&app).is_none_or(|line| line.contains('…')));
    press(&mut app, "Right Right Right Right Right Right Right Right");
    let seen = text(&screen(&app));
    assert!(seen.contains("systemd.unified_cgroup_hierarchy"), "{seen}");
    assert!(seen.contains('‹'), "that there is more to the left is told");
}

#[test]
fn a_line_that_ends_a_part_at_the_edge_is_elided_all_the_same() {
    for width in 40..80 {
        let buffer = screen(&panel((width, 20)));
        let lines = text(&buffer);
        let line = lines.lines().find(|line| line.contains("<uuid>")).unwrap();
        let whole = line.contains("</uuid>");
        assert!(whole || line.contains('…'), "{width}: {line}");
    }
}

#[test]
fn no_control_character_of_a_text_reaches_a_cell() {
    let mut app = reading((80, 24));
    let mut told = markup("<domain>\n  <name>a\u{1b}[31m\u{7}b</name>\n</domain>\n");
    told.problems = vec![problem(2, "the name holds \u{1b}[2J", false)];
    let lost = vec!["\u{9b}31m".into()];
    tell(&mut app, Which::Live, Ok(Shown { markup: told, file: Some("/\u{1b}]0;x".into()), lost }));
    let buffer = screen(&app);
    for cell in buffer.content() {
        assert!(!cell.symbol().contains(char::is_control), "{:?}", cell.symbol());
    }
}

#[test]
fn an_edited_text_longer_than_the_screen_scrolls() {
    let mut app = panel((80, 24));
    let long = (0..200).map(|n| format!("<extra{n}/>")).collect::<Vec<_>>().join("\n");
    edited(&mut app, markup(&long), "web1");
    frame(&mut app);
    assert!(!text(&screen(&app)).contains("<extra199/>"));
    press(&mut app, "End");
    assert!(text(&screen(&app)).contains("<extra199/>"));
    assert!(matches!(app.overlay, Some(Overlay::Revised { .. })));
    press(&mut app, "Esc");
    assert!(app.overlay.is_none() && app.screen.focus == Panel::Xml);
}

/// A domain with a description, in one line, and with another's end.
fn described(end: &str) -> Markup {
    let long = "all the words that have been said of it so far ".repeat(9);
    markup(&format!("<domain>\n  <description>{long}{end}</description>\n</domain>"))
}

#[test]
fn what_differs_at_the_far_end_of_a_long_line_is_to_be_seen() {
    for size in [(60, 15), (80, 24), (200, 60)] {
        let mut app = panel(size);
        edited_from(&mut app, described("and one"), described("and another"), "web1");
        frame(&mut app);
        let seen = text(&screen(&app));
        let of = |sign: &str, end: &str| {
            let row = |line: &str| line.contains(&format!("│ {sign}‹")) && line.contains(end);
            seen.lines().any(row)
        };
        assert!(of("-", "and one</desc") && of("+", "and another</desc"), "{size:?}\n{seen}");
    }
}

#[test]
fn all_that_is_said_of_what_was_edited() {
    let mut app = panel((60, 15));
    edited_from(&mut app, described("and one"), described("and another"), &"web-9-".repeat(20));
    frame(&mut app);
    insta::assert_snapshot!(text(&screen(&app)));
}

/// What stands in the box, line by line, from its first line to its last.
fn scrolled(app: &mut App) -> String {
    let line = |app: &App, nth: u16| -> String {
        let area = app.screen.regions.picks;
        let line = row(&screen(app), area.y + nth);
        line.chars().skip(area.x.into()).take(area.width.into()).collect()
    };
    let (lines, page) = (app.screen.regions.lines, app.screen.regions.picks.height);
    let mut all = String::new();
    for _ in usize::from(page)..lines {
        all += &line(app, 0);
        press(app, "Down");
    }
    (0..page.min(u16::try_from(lines).unwrap())).fold(all, |all, nth| all + &line(app, nth))
}

#[test]
fn each_word_of_what_is_wrong_and_of_what_it_means_can_be_read_and_the_keys_with_it() {
    let name = "x".repeat(150);
    let message =
        "there is no bus of this name: it is one of ide, scsi, virtio, xen, usb and sata, by the machine";
    for size in [(40, 12), (60, 15), (80, 24)] {
        let mut app = panel(size);
        let mut after = described("and another");
        after.problems = vec![problem(2, message, false)];
        edited_from(&mut app, described("and one"), after, &name);
        frame(&mut app);
        let seen = text(&screen(&app));
        for key in ["y defines it", "e edits again", "n drops it", "Esc leaves it in its file"] {
            assert!(seen.contains(key), "{key}: {size:?}\n{seen}");
        }
        let lines = app.screen.regions.lines;
        let told = |app: &App, from: usize| {
            let to = from - 1 + usize::from(app.screen.regions.picks.height);
            text(&screen(app)).contains(&format!("Edited: lines {from} to {to} of {lines} "))
        };
        assert!(told(&app, 1) || size.1 == 24, "that there is more is told: {size:?}\n{seen}");
        let all = scrolled(&mut app);
        let last = lines + 1 - usize::from(app.screen.regions.picks.height);
        assert!(told(&app, last) || size.1 == 24, "{}", text(&screen(&app)));
        let close = |text: &str| text.replace(' ', "");
        for part in [message, &name, "this defines another domain, or renames it"] {
            assert!(close(&all).contains(&close(part)), "{part}: {size:?}\n{all}");
        }
    }
}

#[test]
fn a_problem_above_the_text_slides_to_be_read_to_its_end() {
    let mut app = panel((80, 24));
    let mut told = unwell();
    told.markup.problems[0].message = format!("{} at the very end", "much is to be said of it".repeat(5));
    tell(&mut app, Which::Live, Ok(told));
    frame(&mut app);
    assert!(!text(&screen(&app)).contains("at the very end"));
    press(&mut app, &["Right"; 24].join(" "));
    assert!(text(&screen(&app)).contains("at the very end"), "{}", text(&screen(&app)));
}

#[test]
fn without_borders_a_row_says_whose_definition_it_is_and_which() {
    let mut app = panel((60, 15));
    let title = |app: &App| row(&screen(app), 1).trim().to_owned();
    assert_eq!(title(&app), "XML web1 live");
    press(&mut app, "l");
    assert_eq!(title(&app), "XML web1 kept");
    press(&mut app, "d @");
    assert_eq!(title(&app), "XML web1 live against kept stays");
    let area = app.screen.regions.xml;
    assert_eq!((area.y, area.height), (2, 12), "the rest is for its rows");
}

#[test]
fn of_a_domain_that_does_not_run_there_is_only_what_is_kept() {
    for size in [(60, 15), (120, 34)] {
        let mut app = fixture::app(size.0, size.1);
        fixture::move_to(&mut app, "archive");
        press(&mut app, "x");
        tell(&mut app, Which::Live, Ok(Shown { markup: markup(&kept()), ..Shown::default() }));
        tell(&mut app, Which::Kept, Ok(Shown { markup: markup(&kept()), ..Shown::default() }));
        let seen = text(&screen(&app));
        assert!(seen.contains("archive kept"), "{seen}");
        press(&mut app, "d");
        let seen = text(&screen(&app));
        assert!(seen.contains("it does not run: there is only what is kept of it"), "{seen}");
        assert!(!seen.contains("nothing differs"), "{seen}");
    }
}

#[test]
fn a_domain_that_has_gone_is_told_in_the_title() {
    let mut app = panel((120, 34));
    press(&mut app, "@");
    assert!(!text(&screen(&app)).contains(" gone "));
    app.xml.of = Some((
        HostId(0),
        domtop::model::DomainKey { id: Some(domtop::model::DomainId(99)), uuid: uuid::Uuid::from_u128(9) },
    ));
    assert!(text(&screen(&app)).contains("web1 live stays gone "), "{}", text(&screen(&app)));
}
