//! Keys: reading, printing, the user's changes.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use domtop::app::{Effect, Msg, Overlay, command::Scope, keymap::Keymap};
use proptest::prelude::*;

use crate::hosts::{Desk, Key, guest, keymap};

#[test]
fn keys_print_as_they_are_read() {
    for text in [
        "J",
        "X",
        "?",
        "-",
        "+",
        "Ctrl-l",
        "Alt-x",
        "Ctrl-Alt-x",
        "Ctrl--",
        "Shift-Tab",
        "Tab",
        "F1",
        "F12",
        "Space",
        "Enter",
        "Esc",
        "Backspace",
        "Delete",
        "PageUp",
        "PageDown",
        "Home",
        "End",
        "Up",
        "Shift-Up",
        "Ctrl-Space",
        "é",
    ] {
        assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
    }
}

#[test]
fn keys_are_read_in_any_case_and_printed_in_one() {
    for (typed, printed) in
        [("ctrl-L", "Ctrl-l"), ("ESC", "Esc"), ("pagedown", "PageDown"), ("shift-a", "A"), ("f5", "F5")]
    {
        assert_eq!(typed.parse::<Key>().unwrap().to_string(), printed);
    }
}

#[test]
fn what_is_no_key_is_refused_with_examples() {
    for text in ["", "F0", "F99", "Ctrl-", "xx", "Ctrl-xx", " ", "\u{1b}", "Hyper-x", "-x"] {
        let why = text.parse::<Key>().unwrap_err();
        assert!(why.contains("keys are written like") && !why.contains('\u{1b}'), "{why}");
    }
}

#[test]
fn what_a_terminal_sends_for_one_key_is_one_key() {
    let key = |code, modifiers| Key::new(code, modifiers);
    assert_eq!(key(KeyCode::Char('P'), KeyModifiers::SHIFT), "P".parse().unwrap());
    assert_eq!(key(KeyCode::Char('p'), KeyModifiers::SHIFT), "P".parse().unwrap());
    assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT), "Shift-Tab".parse().unwrap());
    assert_eq!(key(KeyCode::BackTab, KeyModifiers::NONE), "Shift-Tab".parse().unwrap());
    assert_eq!(key(KeyCode::Char('L'), KeyModifiers::CONTROL), "Ctrl-l".parse().unwrap());
    assert_eq!(key(KeyCode::Char('?'), KeyModifiers::SHIFT | KeyModifiers::SUPER), "?".parse().unwrap());
}

#[test]
fn a_key_that_is_let_go_does_nothing_and_a_held_one_repeats() {
    let mut desk = Desk::new(&[guest(1, "a", 3.0), guest(2, "b", 2.0), guest(3, "c", 1.0)]);
    for (kind, cursor) in
        [(KeyEventKind::Release, "a"), (KeyEventKind::Press, "b"), (KeyEventKind::Repeat, "c")]
    {
        let event = KeyEvent::new_with_kind(KeyCode::Down, KeyModifiers::NONE, kind);
        desk.tell(Msg::Input(Event::Key(event)));
        assert_eq!(desk.cursor(), cursor);
    }
}

#[test]
fn changes_replace_the_keys_of_a_command() {
    let changed = keymap(&[("freeze", &["J", "Alt-f"]), ("quit", &[])]).unwrap();
    assert_eq!(changed.keys_of("freeze"), ["J", "Alt-f"]);
    assert!(changed.keys_of("quit").is_empty());
    assert!(changed.lookup(Scope::Domains, "f".parse().unwrap()).is_none());
    assert_eq!(changed.lookup(Scope::Panels, "J".parse().unwrap()).unwrap().name, "freeze");
    assert_eq!(changed.keys_of("help"), Keymap::default().keys_of("help"));
}

#[test]
fn wrong_changes_are_refused_with_what_would_be_right() {
    for (name, key, why) in [
        ("frezee", "J", "there is no command `frezee`; did you mean `freeze`?"),
        ("freeze", "q", "`q` would be the key of both `freeze` and `quit`"),
        ("sort-cpu", "q", "`q` would be the key of both `sort-cpu` and `quit`"),
        ("quit", "Esc", "`Esc` cannot be a key of `quit`: it never ends the program"),
        ("list", "J", "`list` is a command of the command line: it has no keys"),
    ] {
        assert_eq!(keymap(&[(name, &[key])]).unwrap_err(), why);
    }
    let why = keymap(&[("freeze", &["Ctrl-"])]).unwrap_err();
    assert!(why.starts_with("keys of `freeze`: `Ctrl-` is no key"), "{why}");
}

#[test]
fn nothing_is_confirmed_by_a_key_that_is_pressed_by_habit() {
    for key in ["Enter", "Space", "ENTER", "Ctrl-m", "Ctrl-j", "Alt-Enter", "Ctrl-Space"] {
        let why = keymap(&[("yes", &["y", key])]).unwrap_err();
        assert!(why.contains("cannot be a key of `yes`"), "{key}: {why}");
    }
    assert!(keymap(&[("yes", &["Y"])]).is_ok());
}

#[test]
fn whatever_keys_are_given_enter_never_says_yes() {
    let all = keymap(&[("accept", &["y"]), ("yes", &["Ctrl-y"]), ("toggle", &[])]).unwrap();
    let mut desk = Desk::new(&[guest(1, "a", 1.0)]);
    desk.app.keymap = all;
    desk.press("S");
    for key in ["Enter", "Space", "y", "Ctrl-j", "Ctrl-m"] {
        assert!(desk.press(key).is_empty(), "{key}");
        assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })), "{key}");
    }
    assert!(matches!(desk.press("Ctrl-y").as_slice(), [Effect::Run(..), ..]));
}

#[test]
fn what_lies_over_the_panels_can_always_be_closed() {
    for keys in [&[][..], &["q"]] {
        let why = keymap(&[("cancel", keys)]).unwrap_err();
        assert!(why.starts_with("`cancel` needs a key that is no letter"), "{why}");
    }
    assert!(keymap(&[("cancel", &["Ctrl-g"])]).is_ok());
}

#[test]
fn two_commands_given_one_key_by_the_user_are_both_named() {
    let why = keymap(&[("freeze", &["Ctrl-y"]), ("zoom", &["CTRL-Y"])]).unwrap_err();
    assert!(why.contains("`Ctrl-y`") && why.contains("`freeze`") && why.contains("`zoom`"), "{why}");
}

#[test]
fn a_key_may_mean_one_thing_on_the_panels_and_another_over_them() {
    assert!(keymap(&[("accept", &["f"])]).is_ok());
    assert!(keymap(&[("cancel", &["Enter"])]).is_err());
}

#[test]
fn two_keys_may_change_places() {
    let swapped = keymap(&[("freeze", &["z"]), ("zoom", &["f"])]).unwrap();
    assert_eq!(swapped.lookup(Scope::Domains, "z".parse().unwrap()).unwrap().name, "freeze");
}

proptest! {
    #[test]
    fn any_character_key_prints_and_reads_back(c in any::<char>(), bits in 0u8..8) {
        prop_assume!(!c.is_control());
        let key = Key::new(KeyCode::Char(c), KeyModifiers::from_bits_truncate(bits));
        prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
    }

    #[test]
    fn arbitrary_text_is_a_key_or_is_refused(text in any::<String>()) {
        let _ = text.parse::<Key>();
    }
}

#[test]
fn a_key_given_twice_to_one_command_is_no_clash() {
    assert_eq!(keymap(&[("freeze", &["Ctrl-y", "ctrl-Y"])]).unwrap().keys_of("freeze"), ["Ctrl-y"]);
}
