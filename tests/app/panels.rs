//! Panels, focus, zoom, Esc, notices, the log.

use crossterm::event::Event;
use domtop::app::{CpuScale, Effect, Glyphs, Msg, Overlay, Panel};

use crate::hosts::{Desk, guest};

fn desk() -> Desk {
    Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0)])
}

#[test]
fn enter_opens_detail_beside_the_table_which_keeps_the_keys() {
    let mut desk = desk();
    desk.press("Enter");
    assert_eq!(desk.app.screen.open, [Panel::Domains, Panel::Detail]);
    assert_eq!(desk.app.screen.focus, Panel::Domains);
    desk.press("Enter");
    assert_eq!(desk.app.screen.open, [Panel::Domains]);
}

#[test]
fn where_there_is_no_room_for_both_detail_gets_the_keys() {
    let mut desk = desk();
    desk.tell(Msg::Input(Event::Resize(50, 12)));
    desk.press("Enter");
    assert_eq!(desk.app.screen.focus, Panel::Detail);
    desk.press("Enter");
    assert_eq!((desk.app.screen.focus, desk.app.screen.open.len()), (Panel::Domains, 1));
}

#[test]
fn detail_needs_a_domain() {
    let mut desk = Desk::new(&[]);
    desk.press("Enter");
    assert_eq!(desk.app.screen.open, [Panel::Domains]);
    let notice = desk.app.notice.unwrap();
    assert!(notice.error && notice.text == "detail: no domain is selected", "{notice:?}");
}

#[test]
fn tab_walks_round_the_open_panels_and_back() {
    let mut desk = desk();
    desk.press("4 3 1");
    assert_eq!(desk.app.screen.open, [Panel::Domains, Panel::Host, Panel::Drivers]);
    let mut walk = |key: &str| {
        desk.press(key);
        desk.app.screen.focus
    };
    assert_eq!([walk("Tab"), walk("Tab"), walk("Tab")], [Panel::Host, Panel::Drivers, Panel::Domains]);
    assert_eq!([walk("Shift-Tab"), walk("Shift-Tab")], [Panel::Drivers, Panel::Host]);
}

#[test]
fn a_panels_key_opens_it_gives_it_the_keys_and_closes_it() {
    let mut desk = desk();
    desk.press("3");
    assert_eq!(desk.app.screen.focus, Panel::Host);
    desk.press("1 3");
    assert_eq!(desk.app.screen.focus, Panel::Host);
    desk.press("3");
    assert_eq!((desk.app.screen.focus, desk.app.screen.open.len()), (Panel::Domains, 1));
}

#[test]
fn esc_goes_back_step_by_step_and_then_does_nothing() {
    let mut desk = desk();
    desk.press("Enter / a Enter z ?");
    assert!(desk.app.overlay.is_some());
    desk.press("Esc");
    assert!(desk.app.overlay.is_none() && !desk.app.table.filter.is_empty());
    desk.press("Esc");
    assert!(desk.app.table.filter.is_empty() && desk.app.screen.zoom);
    desk.press("Esc");
    assert!(!desk.app.screen.zoom && desk.app.screen.open.len() == 2);
    desk.press("Esc");
    assert_eq!(desk.app.screen.open, [Panel::Domains]);
    assert!(desk.press("Esc Esc Esc").is_empty());
}

#[test]
fn a_panel_scrolls_no_further_than_its_end() {
    let mut desk = desk();
    desk.press("3");
    desk.draw(10);
    desk.press("Down Down");
    assert_eq!(desk.app.screen.scroll[2], 2);
    desk.press("End Down PageDown");
    assert_eq!(desk.app.screen.scroll[2], 30 - 4);
    desk.press("Home Up");
    assert_eq!(desk.app.screen.scroll[2], 0);
    assert_eq!(desk.cursor(), "b", "the table's cursor stands still meanwhile");
}

#[test]
fn notices_go_after_a_while_errors_later() {
    let mut desk = desk();
    desk.tell(Msg::Notice(false, "hello".into()));
    desk.wait(3900);
    assert!(desk.app.notice.is_some());
    desk.wait(101);
    assert!(desk.app.notice.is_none());
    desk.tell(Msg::Notice(true, "alas".into()));
    desk.wait(9900);
    assert!(desk.app.notice.is_some());
    desk.wait(101);
    assert!(desk.app.notice.is_none());
}

#[test]
fn the_log_is_asked_for_shown_from_its_end_and_harmless() {
    let mut desk = desk();
    assert_eq!(desk.press("L"), [Effect::HostLog(domtop::model::HostId(0))]);
    let text = (0..100).map(|n| format!("(XEN) line {n}\x1b[2J\r\n")).collect::<Vec<_>>().concat();
    desk.tell(Msg::HostLog(domtop::model::HostId(0), Ok(text)));
    desk.draw(11);
    let Some(Overlay::HostLog { lines: Ok(lines), offset }) = &desk.app.overlay else { panic!() };
    assert_eq!((lines.len(), *offset), (100, 92));
    assert_eq!(lines[99], "(XEN) line 99␛[2J");
    desk.press("k g q");
    assert!(desk.app.overlay.is_none());
}

#[test]
fn a_log_that_comes_late_does_not_take_the_keys_from_what_is_typed() {
    let mut desk = desk();
    desk.press("L / w");
    desk.tell(Msg::HostLog(domtop::model::HostId(0), Ok("late".into())));
    assert!(matches!(desk.app.overlay, Some(Overlay::Filter { .. })));
}

#[test]
fn keys_of_the_program_ask_the_runtime() {
    let mut desk = desk();
    assert_eq!(desk.press("q"), [Effect::Quit]);
    assert_eq!(desk.press("Ctrl-c"), [Effect::Quit]);
    assert_eq!(desk.press("Ctrl-z"), [Effect::Suspend]);
    assert_eq!(desk.press("Ctrl-l"), [Effect::Redraw]);
    assert_eq!(desk.press("o"), [Effect::Mouse(false)]);
    assert_eq!(desk.press("o"), [Effect::Mouse(true)]);
    assert_eq!(desk.tell(Msg::Resumed), [Effect::Redraw]);
    assert_eq!(desk.press("? Ctrl-c"), [Effect::Quit], "also from an overlay");
}

#[test]
fn scale_glyphs_and_theme_go_round() {
    let mut desk = desk();
    desk.app.settings.themes = vec!["dark".into(), "light".into()];
    assert_eq!(desk.press("t"), [Effect::Theme("light".into())]);
    assert_eq!(desk.press("t"), [Effect::Theme("dark".into())]);
    desk.press("%");
    assert_eq!(desk.app.settings.scale, CpuScale::Host);
    desk.press("%");
    assert_eq!(desk.app.settings.scale, CpuScale::Pcpu);
    desk.press("b");
    assert_eq!(desk.app.settings.glyphs, Glyphs::Block);
    desk.press("b b");
    assert_eq!(desk.app.settings.glyphs, Glyphs::Braille);
    assert!(desk.press(":theme Space lihgt Enter").is_empty());
    assert_eq!(desk.app.notice.unwrap().text, "there is no theme `lihgt`; did you mean `light`?");
}

#[test]
fn columns_scroll_between_the_first_and_the_last() {
    let mut desk = desk();
    desk.press("Left");
    assert_eq!(desk.app.table.column_offset, 0);
    (0..50).for_each(|_| drop(desk.press("Right")));
    assert_eq!(desk.app.table.column_offset, desk.app.table.columns.len() - 2);
    desk.press("Left");
    assert_eq!(desk.app.table.column_offset, desk.app.table.columns.len() - 3);
}

#[test]
fn a_panel_closed_by_its_own_key_leaves_no_zoom_behind() {
    let mut desk = desk();
    desk.press("3 z 3");
    assert!(!desk.app.screen.zoom);
}

#[test]
fn an_open_panel_without_room_gets_the_keys_instead_of_closing() {
    let mut desk = desk();
    desk.press("Enter");
    let mut regions = desk.regions(10);
    regions.panels.retain(|(panel, _)| *panel == Panel::Domains);
    desk.tell(Msg::Drawn(regions));
    desk.press("Enter");
    assert_eq!(desk.app.screen.focus, Panel::Detail);
}

#[test]
fn another_host_is_shown_from_its_top() {
    let mut desk = Desk::unread(&[guest(1, "a", 10.0)], 2);
    desk.press("3");
    desk.draw(10);
    desk.press("Down Down");
    assert_eq!(desk.app.screen.scroll[2], 2);
    desk.press("H");
    assert_eq!(desk.app.screen.scroll[2], 0);
}
