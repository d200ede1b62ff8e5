//! Consoles: keys in, what is asked of their sessions out.

use std::sync::Arc;

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use domtop::{
    app::{Area, ConsoleOrder, Effect, Mode, Msg, Overlay, Panel, command::COMMANDS, regions::Seen},
    model::{
        DomainId, HostId, Name,
        console::{
            Ask, ConsoleId, LEAST, Link, News, Page, Scroll, Selecting, Stroke, StrokeKey, Tty, TtyKind,
            Upwards,
        },
    },
};
use proptest::prelude::*;

use crate::hosts::{Desk, Key, guest};

const FIRST: ConsoleId = ConsoleId(0);

fn desk() -> Desk {
    Desk::new(&[guest(1, "web", 30.0), guest(2, "db", 20.0)])
}

/// A desk on which the console of `web` is typed into.
fn writing() -> Desk {
    let mut desk = desk();
    desk.press("c");
    link(&mut desk, Link::Writing);
    desk
}

/// The same in a session that only looks, whose console says what it likes.
fn looking(link_: Link) -> Desk {
    let mut desk = desk();
    desk.app.hosts[0].mode = Mode::Viewer("a test looks".into());
    desk.press("c");
    link(&mut desk, link_);
    desk
}

fn link(desk: &mut Desk, link: Link) {
    desk.tell(Msg::Console(FIRST, News::Link(link, None)));
}

fn page(desk: &mut Desk, page: Page) {
    desk.tell(Msg::Page(FIRST, Arc::new(Page { size: LEAST, ..page })));
}

fn asks(effects: &[Effect]) -> Vec<Ask> {
    let ask = |effect: &Effect| match effect {
        Effect::Console(_, _, ConsoleOrder::Ask(ask)) => Some(ask.clone()),
        _ => None,
    };
    effects.iter().filter_map(ask).collect()
}

fn typed(key: StrokeKey) -> Ask {
    Ask::Type(Stroke { key, ctrl: false, alt: false, shift: false })
}

fn reaches_a_guest(effect: &Effect) -> bool {
    let writes = |ask: &Ask| matches!(ask, Ask::Type(_) | Ask::Paste(_) | Ask::TakeOver);
    match effect {
        Effect::Console(_, _, ConsoleOrder::Ask(ask)) => writes(ask),
        Effect::Console(_, _, ConsoleOrder::Open(wanted)) => wanted.write,
        _ => false,
    }
}

fn notice(desk: &Desk) -> &str {
    desk.app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn a_domain_s_console_opens_once_and_is_come_back_to() {
    let mut desk = desk();
    let effects = desk.press("c");
    let opened = effects.iter().find_map(|effect| match effect {
        Effect::Console(HostId(0), FIRST, ConsoleOrder::Open(wanted)) => Some(wanted),
        _ => None,
    });
    let opened = opened.expect("it is opened");
    assert_eq!((opened.name.raw(), opened.write, &opened.tty), ("web", true, &None));
    assert_eq!(desk.app.screen.focus, Panel::Console);
    link(&mut desk, Link::Writing);
    assert!(asks(&desk.press("Ctrl-] d")).iter().all(|ask| *ask == Ask::Attend(false)));
    assert_eq!((desk.app.screen.focus, desk.app.consoles.tabs.len()), (Panel::Domains, 1));
    let back = desk.press("c");
    assert_eq!(asks(&back), [Ask::Attend(true)], "nothing is opened anew");
    assert_eq!(desk.app.consoles.tabs.len(), 1);
}

#[test]
fn the_next_run_of_a_domain_has_the_same_console() {
    let mut desk = writing();
    desk.press("Ctrl-] d");
    desk.guests[0].domain.key.id = Some(DomainId(9));
    desk.tick(1000);
    desk.press("c");
    assert_eq!(desk.app.consoles.tabs.len(), 1);
}

#[test]
fn each_key_goes_to_the_guest_but_the_escape_key() {
    let mut desk = writing();
    for command in COMMANDS {
        for key in command.keys {
            let effects = desk.press(key);
            assert!(matches!(asks(&effects)[..], [Ask::Type(_)]), "{key} ({}): {effects:?}", command.name);
            assert_eq!(effects.len(), 1);
        }
    }
    assert_eq!(desk.app.screen.focus, Panel::Console);
    assert!(desk.app.overlay.is_none());
}

#[test]
fn keys_are_told_with_what_is_held() {
    let mut desk = writing();
    assert_eq!(asks(&desk.press("x")), [typed(StrokeKey::Char('x'))]);
    assert_eq!(asks(&desk.press("Enter")), [typed(StrokeKey::Enter)]);
    let held = |key, ctrl, alt, shift| Ask::Type(Stroke { key, ctrl, alt, shift });
    assert_eq!(asks(&desk.press("Ctrl-c")), [held(StrokeKey::Char('c'), true, false, false)]);
    assert_eq!(asks(&desk.press("Alt-Left")), [held(StrokeKey::Left, false, true, false)]);
    assert_eq!(asks(&desk.press("Shift-Tab")), [held(StrokeKey::BackTab, false, false, true)]);
    assert_eq!(asks(&desk.press("F5")), [typed(StrokeKey::F(5))]);
}

#[test]
fn the_escape_key_twice_is_one_for_the_guest() {
    let mut desk = writing();
    assert!(desk.press("Ctrl-]").is_empty());
    assert!(desk.app.consoles.escaped);
    let stroke = Stroke { key: StrokeKey::Char(']'), ctrl: true, alt: false, shift: false };
    assert_eq!(asks(&desk.press("Ctrl-]")), [Ask::Type(stroke)]);
    assert!(!desk.app.consoles.escaped);
}

#[test]
fn the_escape_key_is_the_user_s() {
    let mut desk = writing();
    desk.app.settings.console.escape = "F12".parse().unwrap();
    assert!(matches!(asks(&desk.press("Ctrl-]"))[..], [Ask::Type(_)]));
    desk.press("F12 d");
    assert_eq!(desk.app.screen.focus, Panel::Domains);
}

#[test]
fn a_key_there_is_not_says_so_and_takes_nothing() {
    let mut desk = writing();
    assert!(desk.press("Ctrl-] Ctrl-q").is_empty());
    assert!(notice(&desk).contains("Ctrl-q"), "{}", notice(&desk));
    assert!(!asks(&desk.press("x")).is_empty(), "the next key is the guest's again");
}

#[test]
fn no_key_of_the_panel_changes_a_domain() {
    for command in COMMANDS.iter().filter(|command| command.changes()) {
        for key in command.keys {
            let mut desk = writing();
            let effects = desk.press(&format!("Ctrl-] {key}"));
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(..))), "{key}");
            let asks_about_it = matches!(
                desk.app.overlay,
                Some(Overlay::Confirm { .. } | Overlay::TypeTheName { .. } | Overlay::Arguments { .. })
            );
            assert!(!asks_about_it, "{key} ({})", command.name);
        }
    }
}

#[test]
fn the_escape_key_leads_out_of_every_state() {
    let why = || Name::new("a reason");
    for state in [Link::Opening, Link::Writing, Link::Watching(why()), Link::Lost(why()), Link::Ended(why())]
    {
        for before in ["", "Ctrl-] b", "Ctrl-] b v", "x", "Ctrl-]  Ctrl-]"] {
            let mut desk = writing();
            link(&mut desk, state.clone());
            desk.press(before);
            desk.press("Ctrl-] d");
            assert_eq!(desk.app.screen.focus, Panel::Domains, "{state:?} after {before:?}");
            assert_eq!(desk.app.consoles.tabs.len(), 1, "{state:?} after {before:?}");
        }
    }
}

#[test]
fn a_key_meant_for_the_guest_is_no_command_when_its_console_breaks_off() {
    let mut desk = writing();
    link(&mut desk, Link::Lost(Name::new("the domain is gone")));
    let effects = desk.press("q u i t x d Ctrl-c F10");
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!((desk.app.screen.focus, desk.app.consoles.tabs.len()), (Panel::Console, 1));
    assert!(notice(&desk).contains("the domain is gone"));
    desk.press("Esc a");
    assert!(desk.effects.contains(&Effect::Console(HostId(0), FIRST, ConsoleOrder::Ask(Ask::Reattach))));
}

#[test]
fn what_is_watched_takes_keys_at_once() {
    let mut desk = looking(Link::Watching(Name::new("alice writes")));
    assert!(desk.press("t").is_empty());
    assert!(notice(&desk).contains("a test looks"), "{}", notice(&desk));
    assert_eq!(asks(&desk.press("s Enter")).len(), 1);
    desk.press("d");
    assert_eq!(desk.app.screen.focus, Panel::Domains);
}

#[test]
fn a_writer_is_taken_over_and_gives_way() {
    let mut desk = writing();
    assert_eq!(asks(&desk.press("Ctrl-] w")), [Ask::Yield]);
    link(&mut desk, Link::Watching(Name::new("nobody writes")));
    assert_eq!(asks(&desk.press("t")), [Ask::TakeOver]);
}

proptest! {
    #[test]
    fn no_key_reaches_a_guest_in_a_session_that_only_looks(
        keys in proptest::collection::vec(0_usize..120, 0..40),
        state in 0..5,
        text in ".*",
    ) {
        let why = || Name::new("a reason");
        let states = [Link::Opening, Link::Writing, Link::Watching(why()), Link::Lost(why()), Link::Ended(why())];
        let mut desk = looking(states[state as usize].clone());
        let all: Vec<&str> = COMMANDS.iter().flat_map(|command| command.keys).copied().chain(["Ctrl-]"]).collect();
        for key in keys {
            let event = all[key % all.len()].parse::<Key>().unwrap().event();
            desk.tell(Msg::Input(Event::Key(event)));
            link(&mut desk, states[state as usize].clone());
        }
        desk.tell(Msg::Input(Event::Paste(text)));
        desk.app.overlay = None;
        desk.tell(Msg::Input(Event::Paste("rm -rf /\n".into())));
        desk.press("y");
        let reached = desk.effects.iter().find(|effect| reaches_a_guest(effect));
        prop_assert!(reached.is_none(), "{reached:?}");
    }
}

#[test]
fn nothing_is_typed_on_a_kiosk_without_consoles() {
    let mut desk = writing();
    desk.app.settings.kiosk = Some(vec!["detail".into()]);
    desk.effects.clear();
    desk.press("x Enter Ctrl-] t");
    desk.tell(Msg::Input(Event::Paste("x".into())));
    assert!(!desk.effects.iter().any(reaches_a_guest));
}

#[test]
fn who_opens_a_console_on_a_kiosk_can_leave_it() {
    let mut desk = desk();
    desk.app.settings.kiosk = Some(vec!["console".into()]);
    desk.press("c");
    link(&mut desk, Link::Writing);
    assert_eq!(asks(&desk.press("x")), [typed(StrokeKey::Char('x'))]);
    assert!(asks(&desk.press("Ctrl-] r Ctrl-] x Ctrl-] s")).is_empty());
    desk.press("Ctrl-] d");
    assert_eq!(desk.app.screen.focus, Panel::Domains);
}

#[test]
fn a_paste_with_line_breaks_is_confirmed() {
    let mut desk = writing();
    let paste = |desk: &mut Desk, text: &str| asks(&desk.tell(Msg::Input(Event::Paste(text.into()))));
    assert_eq!(paste(&mut desk, "ls -l"), [Ask::Paste("ls -l".into())]);
    for text in ["a\nb", "a\r", "\n"] {
        assert!(paste(&mut desk, text).is_empty(), "{text:?}");
        assert!(matches!(desk.app.overlay, Some(Overlay::Paste { .. })));
        assert!(desk.press("Enter Space").is_empty(), "a habit says no yes");
        assert!(desk.press("n").is_empty());
        assert!(desk.app.overlay.is_none());
    }
    paste(&mut desk, "a\nb");
    assert_eq!(asks(&desk.press("y")), [Ask::Paste("a\nb".into())]);
    paste(&mut desk, "a\nb");
    link(&mut desk, Link::Lost(Name::new("gone")));
    assert!(desk.press("y").is_empty(), "it broke off meanwhile");
}

#[test]
fn looking_back_keeps_keys_from_the_guest_and_typing_follows_again() {
    let mut desk = writing();
    page(&mut desk, Page { cursor: Some((3, 0)), history: 100, ..Page::default() });
    assert_eq!(asks(&desk.press("Ctrl-] Up")), [Ask::Scroll(Scroll::Lines(1))]);
    assert_eq!(asks(&desk.press("PageUp")), [Ask::Scroll(Scroll::Pages(1))]);
    assert_eq!(asks(&desk.press("Home")), [Ask::Scroll(Scroll::Top)]);
    assert!(asks(&desk.press("Z")).is_empty(), "no letter is typed");
    assert_eq!(asks(&desk.press("Esc")), [Ask::Scroll(Scroll::Bottom)]);
    page(&mut desk, Page { back: 7, history: 100, ..Page::default() });
    assert_eq!(asks(&desk.press("x")), [Ask::Scroll(Scroll::Bottom), typed(StrokeKey::Char('x'))]);
}

#[test]
fn a_text_is_looked_for_and_found_again() {
    let mut desk = writing();
    assert_eq!(asks(&desk.press("Ctrl-] / error Enter")), [Ask::Search("error".into())]);
    assert_eq!(asks(&desk.press("n N")), [Ask::Again(Upwards::Yes), Ask::Again(Upwards::No)]);
    assert_eq!(asks(&desk.press("Esc")), [Ask::Search(String::new()), Ask::Scroll(Scroll::Bottom)]);
}

#[test]
fn keys_select_and_what_is_copied_goes_into_the_clipboard() {
    let mut desk = writing();
    page(&mut desk, Page { cursor: Some((3, 5)), ..Page::default() });
    let selected = asks(&desk.press("Ctrl-] b v Right Down y"));
    let to = |x, y| Ask::Select(Selecting::To(x, y));
    assert_eq!(selected, [Ask::Select(Selecting::From(3, 5)), to(4, 5), to(4, 6), Ask::Copy]);
    let copied = |desk: &mut Desk| desk.tell(Msg::Console(FIRST, News::Copied("a\x1b]0;b".into())));
    assert_eq!(copied(&mut desk), [Effect::Clipboard("a\x1b]0;b".into())]);
    desk.app.settings.console.clipboard = false;
    assert!(copied(&mut desk).is_empty());
}

fn mouse(desk: &mut Desk, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Ask> {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    asks(&desk.tell(Msg::Input(Event::Mouse(event))))
}

#[test]
fn the_mouse_selects_on_the_part_of_the_page_that_is_shown() {
    let mut desk = writing();
    let area = Area { x: 10, y: 10, width: 40, height: 10 };
    let mut regions = desk.app.screen.regions.clone();
    regions.panels = vec![(Panel::Console, Area { x: 9, y: 9, width: 42, height: 12 })];
    regions.console = Seen { area, origin: (5, 14) };
    assert_eq!(asks(&desk.tell(Msg::Drawn(regions))), [Ask::Resize(40, 10)]);
    let left = MouseButton::Left;
    let select = |what| vec![Ask::Select(what)];
    assert_eq!(mouse(&mut desk, MouseEventKind::Down(left), (12, 11)), select(Selecting::From(7, 15)));
    assert_eq!(mouse(&mut desk, MouseEventKind::Drag(left), (80, 40)), select(Selecting::To(44, 23)));
    for what in [Selecting::From(6, 14), Selecting::Word(6, 14), Selecting::Line(6, 14)] {
        assert_eq!(mouse(&mut desk, MouseEventKind::Down(left), (11, 10)), select(what));
    }
    let wheel = mouse(&mut desk, MouseEventKind::ScrollUp, (12, 11));
    assert_eq!(wheel, [Ask::Scroll(Scroll::Lines(3))]);
}

#[test]
fn tabs_are_turned_and_ended_one_by_one() {
    let mut desk = writing();
    desk.press("Ctrl-] d Down c");
    assert_eq!((desk.app.consoles.tabs.len(), desk.app.consoles.shown), (2, 1));
    assert_eq!(asks(&desk.press("Ctrl-] ]")), [Ask::Attend(true), Ask::Attend(false)]);
    assert_eq!(desk.app.consoles.shown, 0);
    desk.tell(Msg::Console(ConsoleId(1), News::Stirred));
    assert!(desk.app.consoles.tabs[1].unread);
    desk.press("Ctrl-] [");
    assert!(!desk.app.consoles.tabs[1].unread);
    assert!(desk.press("Ctrl-] x").contains(&Effect::Console(HostId(0), ConsoleId(1), ConsoleOrder::Close)));
    desk.press("Ctrl-] x");
    assert!(desk.app.consoles.tabs.is_empty() && desk.app.screen.focus == Panel::Domains);
    desk.press("c");
    assert_eq!(desk.app.consoles.tabs[0].id, ConsoleId(2), "a number is given once");
}

#[test]
fn one_of_several_consoles_is_chosen() {
    let mut desk = desk();
    let key = desk.guests[0].domain.key;
    assert_eq!(desk.press("Alt-c"), [Effect::Ttys(HostId(0), key)]);
    let tty =
        |name: &str| Tty { name: name.into(), kind: TtyKind::Serial, path: "/dev/pts/4".into(), lock: None };
    desk.tell(Msg::Ttys(HostId(0), key, Ok(vec![tty("console"), tty("serial0")])));
    let effects = desk.press("Down Enter");
    let name = effects.iter().find_map(|effect| match effect {
        Effect::Console(_, _, ConsoleOrder::Open(wanted)) => wanted.tty.clone(),
        _ => None,
    });
    assert_eq!(name.as_deref(), Some("serial0"));
}

#[test]
fn a_recording_has_the_domain_s_name_and_the_time() {
    let mut desk = writing();
    desk.guests[0].domain.name = Name::new("web");
    assert!(asks(&desk.press("Ctrl-] r")).is_empty(), "without a folder the file is asked for");
    desk.press("Esc");
    desk.app.settings.console.folder = Some("/casts".into());
    let asked = asks(&desk.press("Ctrl-] r"));
    let [Ask::Record(Some(path))] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(path.to_str().unwrap(), "/casts/web-19700101-001642.cast");
    desk.tell(Msg::Console(FIRST, News::Recording(Some(path.clone()))));
    assert_eq!(asks(&desk.press("Ctrl-] r")), [Ask::Record(None)]);
}
