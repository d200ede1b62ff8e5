//! A kiosk: nothing is done but what its list allows, by key, mouse and palette alike.

use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use domtop::app::{
    Effect, Msg, Overlay, Panel,
    command::{COMMANDS, footer},
    overlay::{HelpLine, help},
};
use proptest::prelude::*;

use crate::hosts::{Desk, Key, guest};

/// A desk with three domains and two panels whose list is this.
fn kiosk(allowed: &[&str]) -> Desk {
    let mut desk = Desk::new(&[guest(1, "a", 30.0), guest(2, "b", 20.0), guest(3, "c", 10.0)]);
    desk.press("3 1");
    desk.draw(10);
    desk.app.settings.kiosk = Some(allowed.iter().map(|name| (*name).to_owned()).collect());
    desk
}

/// All there is to see, but that it was looked at.
fn state(desk: &mut Desk) -> String {
    desk.app.changed = false;
    format!("{:?}", desk.app)
}

#[test]
fn an_empty_list_turns_every_key_of_the_table_off() {
    let mut desk = kiosk(&[]);
    let before = state(&mut desk);
    for command in COMMANDS {
        for key in command.keys {
            let event = key.parse::<Key>().unwrap().event();
            assert!(desk.tell(Msg::Input(Event::Key(event))).is_empty(), "{key} ({})", command.name);
            assert_eq!(state(&mut desk), before, "{key} ({})", command.name);
        }
    }
}

#[test]
fn samples_still_come_and_the_size_still_changes() {
    let mut desk = kiosk(&[]);
    desk.lose("a");
    desk.tick(1000);
    assert_eq!(desk.cursor(), "b");
    desk.tell(Msg::Input(Event::Resize(40, 12)));
    assert_eq!(desk.app.screen.size, (40, 12));
}

#[test]
fn what_is_listed_works_and_what_it_opens_can_be_used_and_closed() {
    let mut desk = kiosk(&["help", "sort"]);
    desk.press("?");
    assert!(matches!(desk.app.overlay, Some(Overlay::Help { .. })));
    assert!(desk.press("Ctrl-c Ctrl-z F10").is_empty(), "the program's own keys are no exception");
    desk.press("Esc F6 Down Enter");
    assert!(desk.app.overlay.is_none());
    assert!(desk.press("q s D f").is_empty());
    assert!(desk.app.overlay.is_none() && !desk.app.settings.frozen && desk.app.notice.is_none());
}

#[test]
fn it_ends_by_key_only_where_that_is_listed() {
    assert!(kiosk(&["help"]).press("q Ctrl-c F10").is_empty());
    assert_eq!(kiosk(&["quit"]).press("q"), [Effect::Quit]);
}

#[test]
fn domains_are_changed_only_by_verbs_that_are_listed() {
    let mut desk = kiosk(&["palette", "resume"]);
    assert!(desk.press(":shutdown Enter y").iter().all(|e| !matches!(e, Effect::Run(..))));
    desk.press("Esc");
    assert!(desk.press("S y D").is_empty());
    assert!(matches!(desk.press("r").as_slice(), [Effect::Run(..), ..]));
}

#[test]
fn help_and_footer_name_only_what_is_listed() {
    let mut desk = kiosk(&["help", "freeze"]);
    let names: Vec<_> = footer(&desk.app).map(|(command, _)| command.name).collect();
    assert_eq!(names, ["help", "freeze"]);
    desk.press("?");
    for line in help(&desk.app, "") {
        if let HelpLine::Row { command, .. } = line {
            assert!(desk.app.allows(command), "{}", command.name);
            assert!(command.name != "quit" && command.name != "list");
        }
    }
}

#[test]
fn the_mouse_does_what_a_listed_command_would() {
    let mut desk = kiosk(&["sort", "down", "detail", "next-panel", "filter"]);
    desk.click(10, 3);
    assert_eq!(desk.cursor(), "b");
    desk.click(10, 3);
    assert!(desk.app.screen.open.contains(&Panel::Detail));
    desk.draw(10);
    desk.click(5, 15);
    assert_eq!(desk.app.screen.focus, Panel::Host);
    desk.click(8, 1);
    assert_eq!(desk.app.table.sort, domtop::app::Column::Name);
    desk.click(12, 33);
    assert!(desk.app.overlay.is_none(), "help is not listed");
    desk.click(2, 33);
    assert!(matches!(desk.app.overlay, Some(Overlay::Filter { .. })));
}

proptest! {
    #[test]
    fn an_empty_list_turns_the_mouse_off(
        deeds in prop::collection::vec((0u16..130, 0u16..40, 0..6usize), 1..30),
        held in 0u8..8,
    ) {
        let mut desk = kiosk(&[]);
        let before = state(&mut desk);
        let kinds = [
            MouseEventKind::Down(MouseButton::Left),
            MouseEventKind::Down(MouseButton::Right),
            MouseEventKind::ScrollUp,
            MouseEventKind::ScrollDown,
            MouseEventKind::ScrollLeft,
            MouseEventKind::ScrollRight,
        ];
        for (column, row, kind) in deeds {
            prop_assert!(desk.mouse(kinds[kind], column, row).is_empty());
            prop_assert_eq!(state(&mut desk), before.clone());
        }
        let key = Key::new(KeyCode::Char('q'), KeyModifiers::from_bits_truncate(held));
        prop_assert!(desk.tell(Msg::Input(Event::Key(key.event()))).is_empty());
    }

    #[test]
    fn an_empty_list_turns_any_key_off(c in any::<char>(), held in 0u8..8, paste in any::<String>()) {
        let mut desk = kiosk(&[]);
        let before = state(&mut desk);
        let key = Key::new(KeyCode::Char(c), KeyModifiers::from_bits_truncate(held));
        prop_assert!(desk.tell(Msg::Input(Event::Key(key.event()))).is_empty());
        prop_assert!(desk.tell(Msg::Input(Event::Paste(paste))).is_empty());
        prop_assert_eq!(state(&mut desk), before);
    }
}
