//! Whatever is pressed, sampled and drawn in whatever order: no panic, a valid cursor, and Esc never ends it.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use domtop::{
    app::{
        Effect, Msg, Panel,
        xml::{Draft, Edited, Shown, Texts},
    },
    model::Which,
};
use proptest::prelude::*;

use crate::{
    hosts::{Desk, assert_cursor, guest},
    markup::markup,
};

#[derive(Clone, Debug)]
enum Deed {
    Key(KeyEvent),
    Tick(u64, f64),
    Come(u32),
    Go(usize),
    Wait(u64),
    Draw(u16),
    Resize(u16, u16),
    Paste(String),
    Log(String),
    Told(String, bool),
    Edited(String),
}

fn key() -> impl Strategy<Value = KeyEvent> {
    let named = prop::sample::select(vec![
        KeyCode::Esc,
        KeyCode::Enter,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::F(1),
        KeyCode::F(2),
        KeyCode::F(5),
        KeyCode::F(6),
        KeyCode::Null,
        KeyCode::Menu,
    ]);
    let code = prop_oneof![3 => named, 4 => prop::char::range('!', '~').prop_map(KeyCode::Char), 1 => any::<char>().prop_map(KeyCode::Char)];
    let held = prop_oneof![4 => Just(0u8), 1 => 0u8..8];
    (code, held).prop_map(|(code, held)| KeyEvent::new(code, KeyModifiers::from_bits_truncate(held)))
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => key().prop_map(Deed::Key),
        3 => (1u64..2000, 0.0..400.0).prop_map(|(ms, cpu)| Deed::Tick(ms, cpu)),
        1 => (0u32..40).prop_map(Deed::Come),
        1 => (0usize..40).prop_map(Deed::Go),
        1 => (0u64..3000).prop_map(Deed::Wait),
        2 => (0u16..40).prop_map(Deed::Draw),
        1 => (any::<u16>(), any::<u16>()).prop_map(|(w, h)| Deed::Resize(w, h)),
        1 => any::<String>().prop_map(Deed::Paste),
        1 => any::<String>().prop_map(Deed::Log),
        3 => (xml(), any::<bool>()).prop_map(|(text, live)| Deed::Told(text, live)),
        1 => xml().prop_map(Deed::Edited),
    ]
}

/// A text that is XML, or nearly.
fn xml() -> impl Strategy<Value = String> {
    let line =
        prop::sample::select(vec!["<a>", "</a>", "  <b c='d'/>", "<!-- x -->", "text", "</", "", "\u{7}"]);
    prop_oneof![
        3 => prop::collection::vec(line, 0..40).prop_map(|lines| lines.join("\n")),
        1 => any::<String>(),
    ]
}

fn does(desk: &mut Desk, deed: Deed) -> Vec<Effect> {
    match deed {
        Deed::Key(event) => desk.tell(Msg::Input(Event::Key(event))),
        Deed::Tick(ms, cpu) => {
            if let Some(guest) = desk.guests.first_mut() {
                guest.cpu = cpu;
            }
            desk.tick(ms)
        }
        Deed::Come(id) => {
            desk.guests.retain(|g| g.domain.key.id.unwrap().0 != id);
            desk.guests.push(guest(id, &format!("vm{id}"), f64::from(id)));
            desk.guests.sort_by_key(|g| g.domain.key);
            desk.tick(10)
        }
        Deed::Go(at) => {
            let at = at % desk.guests.len().max(1);
            desk.guests.drain(at.min(desk.guests.len())..(at + 1).min(desk.guests.len()));
            desk.tick(10)
        }
        Deed::Wait(ms) => {
            desk.wait(ms);
            Vec::new()
        }
        Deed::Draw(rows) => {
            desk.draw(rows);
            Vec::new()
        }
        Deed::Resize(width, height) => desk.tell(Msg::Input(Event::Resize(width, height))),
        Deed::Paste(text) => desk.tell(Msg::Input(Event::Paste(text))),
        Deed::Told(text, live) => {
            let (host, key) = desk.app.xml.of.unwrap_or_default();
            let which = if live { Which::Live } else { Which::Kept };
            let told = Shown { markup: markup(&text), lost: vec![text], ..Shown::default() };
            desk.tell(Msg::Definition(host, (key, which), Ok(Box::new(told))))
        }
        Deed::Edited(text) => {
            let texts = Texts { after: (markup(&text), None), ..Texts::default() };
            let edited = Edited { draft: Draft::default(), came: Ok(Some(Box::new(texts))) };
            desk.tell(Msg::Edited(Box::new(edited)))
        }
        Deed::Log(text) => desk.tell(Msg::HostLog(domtop::model::HostId(0), Ok(text))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn esc_never_quits(deeds in prop::collection::vec(deed(), 0..80)) {
        let mut desk = Desk::new(&[guest(1, "web1", 10.0), guest(2, "web2", 30.0), guest(3, "db", 20.0)]);
        for deed in deeds {
            let esc = matches!(&deed, Deed::Key(KeyEvent { code: KeyCode::Esc, .. }));
            let effects = does(&mut desk, deed);
            prop_assert!(!(esc && effects.contains(&Effect::Quit)));
            let app = &desk.app;
            let page = match app.screen.regions.rows.height {
                0 => usize::MAX / 2,
                rows => usize::from(rows),
            };
            assert_cursor(&app.table, app, page);
            prop_assert_eq!(app.screen.open.first(), Some(&Panel::Domains));
            prop_assert!(app.screen.open.contains(&app.screen.focus));
            let xml = &app.xml;
            prop_assert!(xml.cursor < xml.rows.len().max(1) && xml.first < xml.rows.len().max(1));
            prop_assert!(app.table.columns.contains(&domtop::app::Column::Name));
        }
    }
}
