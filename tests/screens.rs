//! Screens as they are drawn: text and styles, over a host made by hand. What they must obey is in `screens_laws`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use crossterm::event::Event;
use domtop::{
    app::{App, Column, CpuScale, Glyphs, Mode, Msg, Notice, Overlay, Panel, keymap::Key},
    model::{DomainKey, Nanos},
    theme::{Depth, Theme},
};
use styled::{screen, styled, text};

fn over(overlay: Overlay) -> App {
    let mut app = fixture::app(100, 30);
    app.overlay = Some(overlay);
    app
}

#[test]
fn a_wide_screen_with_a_domain_in_view() {
    let mut app = fixture::app(120, 34);
    fixture::open(&mut app, &[Panel::Detail]);
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn the_screen_of_a_terminal_as_it_opens() {
    insta::assert_snapshot!(styled(&screen(&fixture::app(80, 24))));
}

#[test]
fn the_smallest_screen() {
    insta::assert_snapshot!(styled(&screen(&fixture::app(40, 12))));
}

#[test]
fn a_screen_that_is_too_small() {
    insta::assert_snapshot!(text(&screen(&fixture::app(30, 5))));
}

#[test]
fn everything_open() {
    let mut app = fixture::app(160, 50);
    fixture::open(&mut app, &[Panel::Detail, Panel::Host, Panel::Drivers]);
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_domain_with_the_whole_screen() {
    let mut app = fixture::app(120, 34);
    fixture::open(&mut app, &[Panel::Detail]);
    app.screen.zoom = true;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn the_host_with_the_whole_screen() {
    let mut app = fixture::app(120, 34);
    fixture::open(&mut app, &[Panel::Host]);
    app.screen.zoom = true;
    app.settings.scale = CpuScale::Host;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn the_drivers_with_the_whole_screen() {
    let mut app = fixture::app(100, 60);
    fixture::open(&mut app, &[Panel::Drivers]);
    app.screen.zoom = true;
    app.hosts[0].mode = Mode::Viewer("started with -r".into());
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn help_searched() {
    insta::assert_snapshot!(text(&screen(&over(Overlay::Help { search: "sort".into(), offset: 0 }))));
}

#[test]
fn columns_to_choose_from() {
    insta::assert_snapshot!(styled(&screen(&over(Overlay::Columns { selected: 3 }))));
}

#[test]
fn columns_to_sort_by() {
    insta::assert_snapshot!(text(&screen(&over(Overlay::Sort { selected: 6 }))));
}

#[test]
fn commands_to_pick_from() {
    insta::assert_snapshot!(text(&screen(&over(Overlay::Palette { input: "sort".into(), selected: 1 }))));
}

/// Presses these keys on the screen; a space between them is none.
fn pressed(app: &mut App, keys: &str) {
    for key in keys.split(' ') {
        let event = key.parse::<Key>().expect(key).event();
        app.update(Msg::Input(Event::Key(event)));
    }
}

#[test]
fn words_that_can_stand_in_the_palette_s_line() {
    let mut app = fixture::app(100, 30);
    pressed(&mut app, ": s h u t d o w n Space c Tab Tab");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn letters_that_were_found_in_commands() {
    let mut app = fixture::app(80, 24);
    pressed(&mut app, ": s m");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn words_a_command_still_needs_with_what_they_can_be() {
    let mut app = fixture::app(80, 24);
    pressed(&mut app, "m Tab");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_command_s_next_word_is_explained() {
    let mut app = fixture::app(80, 24);
    pressed(&mut app, ": s e t m e m Space w e b 1 Space");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_filter_being_typed() {
    let mut app = over(Overlay::Filter { input: "ci-".into(), before: String::new() });
    app.table.filter = "ci-".into();
    let shown = app.pane().shown.clone().unwrap();
    app.table.rows.retain(
        |row| matches!(row, domtop::app::Row::Here(i) if shown.domains[*i].name.raw().starts_with("ci-")),
    );
    app.table.selected = 0;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn an_interval_that_is_none() {
    let error = Some("\"never\" is no time".to_owned());
    insta::assert_snapshot!(text(&screen(&over(Overlay::Interval { input: "never".into(), error }))));
}

#[test]
fn the_log_of_the_hypervisor() {
    let lines = Ok((0..60).map(|n| format!("(XEN) [{n:>4}] line of the log")).collect());
    insta::assert_snapshot!(text(&screen(&over(Overlay::HostLog { lines, offset: 20 }))));
}

#[test]
fn domains_that_could_not_be_read() {
    let mut app = fixture::app(100, 30);
    fixture::change(&mut app, |snapshot| snapshot.stale = Some("no answer within 1 s".into()));
    app.now = Nanos(app.now.0 + 4_000_000_000);
    app.notice =
        Some(Notice { error: true, text: "cannot read the host\nxenstore: gone".into(), since: app.now });
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn a_host_without_domains() {
    let mut app = fixture::app(80, 24);
    fixture::change(&mut app, |snapshot| snapshot.domains.clear());
    app.table.cursor = None;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_host_that_was_not_read_yet() {
    let mut app = fixture::app(80, 24);
    (app.hosts[0].shown, app.hosts[0].latest) = (None, None);
    app.table.rows.clear();
    fixture::open(&mut app, &[Panel::Detail]);
    insta::assert_snapshot!(text(&screen(&app)));
}

/// The Pins panel with the keys, after these were pressed in it.
fn pins(mut app: App, keys: &str) -> App {
    fixture::neighbours(&mut app);
    app.screen.open.push(Panel::Pins);
    app.screen.focus = Panel::Pins;
    press(&mut app, keys);
    app
}

/// Presses keys, a frame after each.
fn press(app: &mut App, keys: &str) {
    for key in keys.split_whitespace() {
        let event = key.parse::<domtop::app::keymap::Key>().unwrap().event();
        app.update(Msg::Input(crossterm::event::Event::Key(event)));
        let (_, regions) = styled::draw(app, &styled::dark());
        app.update(Msg::Drawn(regions));
    }
}

#[test]
fn pins_being_edited() {
    let app = pins(fixture::app(120, 34), "Down Space Right Space Right Right Shift-Right Shift-Down Space");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn pins_with_a_preference() {
    let app = pins(fixture::app(120, 30), "z h Down Right Right . Down . End c");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn pins_about_to_be_applied() {
    let app = pins(fixture::app(100, 30), ". y Enter");
    insta::assert_snapshot!(styled(&screen(&app)));
}

#[test]
fn pins_on_256_pcpus() {
    let mut app = fixture::app(120, 34);
    fixture::large(&mut app);
    let app = pins(app, "> > Right Right Space");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn pins_on_a_terminal_as_it_opens() {
    insta::assert_snapshot!(text(&screen(&pins(fixture::app(80, 24), "Down Space"))));
}

#[test]
fn pins_on_the_smallest_screen() {
    insta::assert_snapshot!(text(&screen(&pins(fixture::app(40, 12), "Down Space End"))));
}

#[test]
fn pins_in_ascii_without_colours() {
    let mut app = fixture::app(120, 34);
    app.settings.glyphs = Glyphs::Ascii;
    let app = pins(app, "Down Space Right h . Down Shift-Right");
    let mono = Theme::load("dark", Depth::None).unwrap();
    let drawn = styled::draw(&app, &mono).0;
    assert!(text(&drawn).is_ascii());
    insta::assert_snapshot!(styled(&drawn));
}

#[test]
fn a_set_being_typed_that_is_none() {
    let mut app = pins(fixture::app(100, 30), "t");
    press(&mut app, "- Enter");
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn edits_about_to_be_dropped() {
    insta::assert_snapshot!(text(&screen(&pins(fixture::app(80, 24), "Space Esc"))));
}

#[test]
fn no_colours() {
    let mut app = fixture::app(100, 30);
    app.settings.frozen = true;
    let mono = Theme::load("dark", Depth::None).unwrap();
    insta::assert_snapshot!(styled(&styled::draw(&app, &mono).0));
}

#[test]
fn plain_ascii() {
    let mut app = fixture::app(120, 34);
    fixture::open(&mut app, &[Panel::Detail]);
    app.settings.glyphs = Glyphs::Ascii;
    let drawn = text(&screen(&app));
    assert!(drawn.is_ascii(), "{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn blocks() {
    let mut app = fixture::app(80, 24);
    app.settings.glyphs = Glyphs::Block;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn columns_scrolled_to_the_right_and_marks() {
    let mut app = fixture::app(80, 24);
    app.table.columns = Column::ALL.to_vec();
    app.table.column_offset = 9;
    let marked: Vec<DomainKey> =
        app.pane().shown.as_ref().unwrap().domains.iter().skip(9).take(2).map(|d| d.key).collect();
    app.table.marks.extend(marked);
    insta::assert_snapshot!(text(&screen(&app)));
}
