//! Consoles as they are drawn: pages made by hand in the panel, on screens of every size.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::sync::Arc;

use crossterm::event::Event;
use domtop::{
    app::{App, Glyphs, Msg, Overlay, consoles::Split, keymap::Key},
    model::{
        Name,
        console::{Cell, ConsoleId, Ink, LEAST, Line, Link, News, Page, Paint},
    },
    theme::{Depth, Theme},
};
use ratatui::style::{Color, Modifier};
use styled::{draw, screen, styled, text};
use unicode_width::UnicodeWidthChar;

/// An app with the console of `web1` open, which shows this.
fn console(size: (u16, u16), page: Page) -> App {
    let mut app = fixture::app(size.0, size.1);
    press(&mut app, "c");
    news(&mut app, News::Link(Link::Writing, None));
    show(&mut app, page);
    app
}

fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ') {
        app.update(Msg::Input(Event::Key(key.parse::<Key>().unwrap().event())));
    }
}

fn news(app: &mut App, news: News) {
    app.update(Msg::Console(ConsoleId(0), news));
}

fn show(app: &mut App, page: Page) {
    app.update(Msg::Page(ConsoleId(0), Arc::new(page)));
}

/// A page of these lines, painted so; the rest is empty.
fn page(lines: &[(&str, Paint)]) -> Page {
    let mut page = Page { size: LEAST, ..Page::default() };
    let empty = [("", Paint::default())];
    page.lines = lines.iter().chain(empty.iter().cycle()).take(LEAST.1.into()).map(line).collect();
    page
}

fn line((text, paint): &(&str, Paint)) -> Line {
    let mut cells: Vec<Cell> = Vec::new();
    for c in text.chars() {
        match c.width() {
            Some(0) => cells.last_mut().unwrap().marks = Some(c.to_string().into()),
            width => {
                let width = u8::try_from(width.unwrap_or(1)).unwrap();
                cells.push(Cell { c, marks: None, width, paint: *paint });
                if width == 2 {
                    cells.push(Cell { c: ' ', marks: None, width: 0, paint: *paint });
                }
            }
        }
    }
    cells.resize(LEAST.0.into(), Cell { c: ' ', marks: None, width: 1, paint: Paint::default() });
    cells.into()
}

const fn plain() -> Paint {
    Paint { fg: Ink::Default, bg: Ink::Default, style: 0 }
}

const fn ink(index: u8) -> Paint {
    Paint { fg: Ink::Indexed(index), ..plain() }
}

/// A shell that has just done something.
fn shell() -> Page {
    let lines = [
        ("[    0.000000] Linux version 6.1.0-18-amd64", plain()),
        ("[  OK  ] Reached target multi-user.target", ink(2)),
        ("", plain()),
        ("web1 login: root", plain()),
        ("web1:~# ls --color", plain()),
        ("bin  etc  home", ink(12)),
        ("web1:~# ", plain()),
    ];
    Page { cursor: Some((8, 6)), history: 240, ..page(&lines) }
}

/// A program that has the whole screen.
fn editor() -> Page {
    let mut lines = vec![("# /etc/fstab", ink(6)), ("/dev/xvda1 / ext4 defaults 0 1", plain())];
    lines.extend(std::iter::repeat_n(("~", ink(4)), 21));
    lines.push(("-- INSERT --", Paint { style: Paint::BOLD | Paint::REVERSED, ..plain() }));
    Page { cursor: Some((10, 1)), alternate: true, ..page(&lines) }
}

#[test]
fn a_shell_on_a_terminal_as_it_opens() {
    insta::assert_snapshot!(styled(&screen(&console((80, 24), shell()))));
}

#[test]
fn a_shell_beside_the_table() {
    let mut app = console((120, 34), shell());
    app.consoles.split = Split::Beside;
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn a_shell_below_the_table() {
    insta::assert_snapshot!(text(&screen(&console((120, 50), shell()))));
}

#[test]
fn a_shell_on_the_smallest_screen() {
    insta::assert_snapshot!(styled(&screen(&console((40, 12), shell()))));
}

#[test]
fn an_editor_on_the_smallest_screen() {
    let mut full = editor();
    full.cursor = Some((60, 12));
    insta::assert_snapshot!(text(&screen(&console((40, 12), full))));
}

#[test]
fn an_editor() {
    insta::assert_snapshot!(styled(&screen(&console((100, 32), editor()))));
}

#[test]
fn wide_letters_and_marks() {
    let lines = [("漢字 and かな", plain()), ("e\u{301}te\u{301} 🦀 x", ink(3)), (&"字".repeat(40), ink(5))];
    insta::assert_snapshot!(text(&screen(&console((80, 24), page(&lines)))));
}

#[test]
fn a_console_that_is_watched() {
    let mut app = console((80, 24), shell());
    news(&mut app, News::Link(Link::Watching(Name::new("alice (domtop, pid 812) writes")), None));
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_console_that_broke_off() {
    let mut app = console((80, 24), shell());
    news(&mut app, News::Link(Link::Lost(Name::new("the domain\x1b[2J is gone")), None));
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn what_was_looked_for() {
    let found = |style| Paint { style, ..plain() };
    let lines = [("one error", found(Paint::FOUND)), ("an error", found(Paint::FOUND | Paint::HIT))];
    let mut app = console((80, 24), Page { history: 240, ..page(&[]) });
    press(&mut app, "Ctrl-] b");
    show(&mut app, Page { back: 40, history: 240, found: Some((2, 7)), ..page(&lines) });
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn what_is_selected() {
    let chosen = Paint { style: Paint::SELECTED, ..ink(1) };
    let mut app = console((80, 24), Page { selected: true, history: 240, ..page(&[("copy this", chosen)]) });
    press(&mut app, "Ctrl-] b");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn a_console_without_colours() {
    let app = console((80, 24), editor());
    let (buffer, _) = draw(&app, &Theme::load("dark", Depth::None).unwrap());
    insta::assert_snapshot!(styled(&buffer));
}

#[test]
fn a_recorded_console_in_ascii() {
    let mut app = console((80, 24), shell());
    app.settings.glyphs = Glyphs::Ascii;
    news(&mut app, News::Recording(Some("/casts/web1.cast".into())));
    app.notice = None;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn several_consoles_one_of_which_nobody_has_seen() {
    let mut app = console((120, 50), shell());
    press(&mut app, "Ctrl-] d");
    fixture::move_to(&mut app, "db-primary");
    press(&mut app, "c");
    news(&mut app, News::Stirred);
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn lines_about_to_be_pasted() {
    let mut app = console((80, 24), shell());
    app.update(Msg::Input(Event::Paste("apt update\nrm -rf /tmp/x\x1b[201~\n".into())));
    assert!(matches!(app.overlay, Some(Overlay::Paste { .. })));
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn the_cursor_is_the_guest_s_while_its_console_has_the_keys() {
    let app = console((80, 24), shell());
    let (_, regions) = draw(&app, &styled::dark());
    let area = regions.console.area;
    assert_eq!((area.width, regions.console.origin), (78, (0, 0)));
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| drop(domtop::view::draw(frame, &app, &styled::dark()))).unwrap();
    let at = terminal.get_cursor_position().unwrap();
    assert_eq!((at.x, at.y), (area.x + 8, area.y + 6));
}

#[test]
fn no_character_of_a_page_steers_the_terminal() {
    let mut bad = page(&[("x", plain())]);
    for c in ['\u{1b}', '\u{9b}', '\u{202e}', '\u{7f}', '\0', '\u{200b}'] {
        let marks = Some(format!("{c}\u{301}{c}").into());
        bad.lines[1] = vec![Cell { c, marks, width: 1, paint: plain() }; 80].into();
        let app = console((80, 24), bad.clone());
        for cell in screen(&app).content() {
            assert!(!cell.symbol().chars().any(domtop::model::text::steers), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn colours_are_those_the_terminal_has() {
    let paint = |fg, bg| Paint { fg, bg, style: 0 };
    let rgb = paint(Ink::Rgb(250, 10, 20), Ink::Indexed(200));
    for name in Theme::names() {
        for depth in [Depth::None, Depth::Sixteen, Depth::Palette, Depth::True] {
            let theme = Theme::load(&name, depth).unwrap();
            let style = theme.guest(rgb);
            let fits = |colour: Option<Color>| match (depth, colour) {
                (Depth::None, colour) => matches!(colour, None | Some(Color::Reset)),
                (Depth::Sixteen, Some(Color::Indexed(_)))
                | (Depth::Sixteen | Depth::Palette, Some(Color::Rgb(..))) => false,
                _ => true,
            };
            assert!(fits(style.fg) && fits(style.bg), "{name} {depth:?}: {style:?}");
        }
    }
    let dark = styled::dark();
    assert_eq!(dark.guest(rgb).fg, Some(Color::Rgb(250, 10, 20)));
    assert_eq!(dark.guest(rgb).bg, Some(Color::Indexed(200)));
    assert_eq!(dark.guest(plain()).fg, dark.base().fg);
    let bold = dark.guest(Paint { style: Paint::BOLD | Paint::REVERSED, ..plain() });
    assert_eq!(bold.add_modifier, Modifier::BOLD | Modifier::REVERSED);
}
