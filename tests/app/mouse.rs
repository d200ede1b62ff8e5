//! The mouse.

use crossterm::event::MouseEventKind;
use domtop::app::{Area, Column, Overlay, Panel};
use proptest::prelude::*;

use crate::hosts::{Desk, assert_cursor, guest};

fn desk() -> Desk {
    let guests: Vec<_> = (1..=30).map(|n| guest(n, &format!("vm{n:02}"), 100.0 - f64::from(n))).collect();
    Desk::new(&guests)
}

#[test]
fn a_click_selects_a_row_and_a_second_opens_detail() {
    let mut desk = desk();
    desk.click(10, 2 + 4);
    assert_eq!(desk.cursor(), "vm05");
    assert_eq!(desk.app.screen.open, [Panel::Domains]);
    desk.click(10, 2 + 4);
    assert_eq!(desk.app.screen.open, [Panel::Domains, Panel::Detail]);
}

#[test]
fn a_click_on_a_scrolled_page_selects_what_is_seen_there() {
    let mut desk = desk();
    desk.press("G");
    desk.click(10, 2);
    assert_eq!(desk.cursor(), "vm21");
}

#[test]
fn a_click_below_the_last_row_does_nothing() {
    let mut desk = Desk::new(&[guest(1, "a", 3.0), guest(2, "b", 2.0)]);
    desk.click(10, 2 + 7);
    assert_eq!((desk.cursor(), desk.app.screen.open.len()), ("a", 1));
    desk.click(10, 2 + 1);
    desk.click(10, 2 + 7);
    assert_eq!((desk.cursor(), desk.app.screen.open.len()), ("b", 1));
}

#[test]
fn a_click_on_a_header_sorts_and_another_turns_round() {
    let mut desk = desk();
    desk.click(8, 1);
    assert_eq!((desk.app.table.sort, desk.app.table.descending), (Column::Name, false));
    desk.click(8, 1);
    assert_eq!((desk.app.table.sort, desk.app.table.descending), (Column::Name, true));
}

#[test]
fn a_click_on_a_panel_gives_it_the_keys() {
    let mut desk = desk();
    desk.press("3 1");
    desk.draw(10);
    desk.click(5, 15);
    assert_eq!(desk.app.screen.focus, Panel::Host);
    desk.click(40, 12);
    assert_eq!(desk.app.screen.focus, Panel::Domains);
}

#[test]
fn the_wheel_scrolls_what_is_under_the_pointer() {
    let mut desk = desk();
    desk.press("3 1");
    desk.draw(10);
    desk.mouse(MouseEventKind::ScrollDown, 10, 5);
    assert_eq!((desk.app.table.offset, desk.cursor()), (3, "vm04"), "the cursor stays on the page");
    desk.mouse(MouseEventKind::ScrollUp, 10, 5);
    assert_eq!((desk.app.table.offset, desk.cursor()), (0, "vm04"), "and on its domain");
    desk.mouse(MouseEventKind::ScrollDown, 10, 15);
    assert_eq!((desk.app.screen.scroll[2], desk.app.screen.focus), (3, Panel::Domains));
}

#[test]
fn the_wheel_tilted_over_the_table_scrolls_its_columns() {
    let mut desk = desk();
    desk.mouse(MouseEventKind::ScrollRight, 10, 5);
    desk.mouse(MouseEventKind::ScrollRight, 10, 5);
    desk.mouse(MouseEventKind::ScrollLeft, 10, 5);
    desk.mouse(MouseEventKind::ScrollRight, 10, 30);
    assert_eq!(desk.app.table.column_offset, 1);
}

#[test]
fn a_click_on_a_word_of_the_footer_runs_it() {
    let mut desk = desk();
    desk.click(12, 33);
    assert!(matches!(desk.app.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn a_click_in_a_list_picks_and_a_second_takes() {
    let mut desk = desk();
    desk.press("F6 Home");
    desk.click(30, 5 + 1);
    assert!(matches!(desk.app.overlay, Some(Overlay::Sort { selected: 1 })));
    desk.click(30, 5 + 1);
    assert!(desk.app.overlay.is_none());
    assert_eq!(desk.app.table.sort, Column::Name);
}

#[test]
fn a_click_in_a_scrolled_list_picks_what_is_seen_there() {
    let mut desk = desk();
    desk.press("F6 End");
    desk.click(30, 5);
    let first = Column::ALL.len() - 8;
    assert!(matches!(desk.app.overlay, Some(Overlay::Sort { selected }) if selected == first));
}

#[test]
fn a_mouse_that_is_not_ours_does_nothing() {
    let mut desk = desk();
    desk.press("o");
    desk.click(10, 6);
    assert_eq!(desk.cursor(), "vm01");
}

proptest! {
    #[test]
    fn clicks_anywhere_on_any_regions_do_no_harm(
        clicks in prop::collection::vec((any::<u16>(), any::<u16>(), 0..3u8), 1..20),
        area in any::<[u16; 4]>(),
        keys in prop::sample::select(vec!["", "C", "F6", ":", "?", "/", "3", "L", "End"]),
    ) {
        let mut desk = desk();
        desk.press(keys);
        let mut regions = desk.regions(10);
        let [x, y, width, height] = area;
        let wild = Area { x, y, width, height };
        regions.rows = wild;
        regions.picks = wild;
        regions.panels = Panel::ALL.map(|p| (p, wild)).to_vec();
        regions.footer.clear();
        desk.tell(domtop::app::Msg::Drawn(regions));
        for (column, row, kind) in clicks {
            let kind = [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp, MouseEventKind::Down(crossterm::event::MouseButton::Left)][usize::from(kind)];
            let at = (column % x.saturating_add(width).max(1), row % y.saturating_add(height).max(1));
            desk.mouse(kind, at.0, at.1);
        }
        let page = if height == 0 { usize::MAX / 2 } else { usize::from(height) };
        assert_cursor(&desk.app.table, &desk.app, page);
    }
}
