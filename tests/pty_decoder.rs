//! Laws of the decoder: what keys, mice and pastes send, and what a hostile or broken terminal does.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

use std::{process::Command, time::Duration};

use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEventKind};
use domtop::runtime::decoder::Decoder;
use proptest::prelude::*;

const LARGEST_PASTE: usize = 64 << 10;

fn decode(bytes: &[u8]) -> Vec<Event> {
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    decoder.feed(bytes, &mut out);
    if decoder.patience().is_some() {
        decoder.expire(&mut out);
    }
    out
}

/// A key as `C-A-S-Up`.
fn named(event: &Event) -> String {
    let Event::Key(key) = event else { return format!("{event:?}") };
    let held = [("C-", KeyModifiers::CONTROL), ("A-", KeyModifiers::ALT), ("S-", KeyModifiers::SHIFT)];
    let held: String =
        held.iter().filter(|(_, m)| key.modifiers.contains(*m)).map(|(word, _)| *word).collect();
    match key.code {
        KeyCode::Char(c) => format!("{held}{c}"),
        KeyCode::F(n) => format!("{held}F{n}"),
        code => format!("{held}{code:?}"),
    }
}

fn keys(bytes: &[u8]) -> String {
    decode(bytes).iter().map(named).collect::<Vec<_>>().join(" ")
}

#[test]
fn characters_and_controls_are_keys() {
    assert_eq!(keys(b"aZ ?"), "a S-Z   ?");
    assert_eq!(keys(b"\x03\x0c\x1a\x00"), "C-c C-l C-z C- ");
    assert_eq!(keys(b"\r\n\t\x7f\x08"), "Enter Enter Tab Backspace Backspace");
    assert_eq!(keys("äЖ界🦀".as_bytes()), "ä S-Ж 界 🦀");
}

#[test]
fn escape_is_a_key_when_nothing_follows_and_alt_when_something_does() {
    assert_eq!(keys(b"\x1b"), "Esc");
    assert_eq!(keys(b"\x1b\x1b"), "Esc Esc");
    assert_eq!(keys(b"\x1bx\x1b\r\x1b\x03"), "A-x A-Enter C-A-c");
    assert_eq!(keys("\x1bäq".as_bytes()), "A-ä q");
    assert_eq!(keys(b"\x1b[") + &keys(b"\x1bO") + &keys(b"\x1b]") + &keys(b"\x1bP"), "A-[A-OA-]A-P");
}

#[test]
fn modifiers_are_one_and_a_bit_each() {
    assert_eq!(
        keys(b"\x1b[1;2A\x1b[1;5C\x1b[1;8H\x1b[5;3~\x1b[Z"),
        "S-Up C-Right C-A-S-Home A-PageUp S-BackTab"
    );
    assert_eq!(keys(b"\x1b[1;2P\x1bO5Q\x1b[15;5~\x1b[24~\x1b[[B"), "S-F1 C-F2 C-F5 F12 F2");
    assert_eq!(
        keys(b"\x1b[27;5;9~\x1b[27;6;65~\x1b[113;5u\x1b[97;1:3u\x1b[13;2u"),
        "C-Tab C-S-A C-q S-Enter"
    );
}

#[test]
fn a_position_report_is_not_f3() {
    assert_eq!(keys(b"\x1b[R\x1b[1;2R\x1b[24;80R"), "F3 S-F3");
}

fn mouse(bytes: &[u8]) -> Vec<(MouseEventKind, u16, u16, KeyModifiers)> {
    let mouse = |event| match event {
        Event::Mouse(m) => (m.kind, m.column, m.row, m.modifiers),
        other => panic!("{other:?}"),
    };
    decode(bytes).into_iter().map(mouse).collect()
}

#[test]
fn mouse_actions_are_told_in_both_wrappings() {
    use MouseEventKind as K;
    const NONE: KeyModifiers = KeyModifiers::NONE;
    assert_eq!(
        mouse(b"\x1b[<0;1;1M\x1b[<0;300;2m\x1b[<34;7;8M\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<20;1;1M"),
        [
            (K::Down(MouseButton::Left), 0, 0, NONE),
            (K::Up(MouseButton::Left), 299, 1, NONE),
            (K::Drag(MouseButton::Right), 6, 7, NONE),
            (K::ScrollUp, 0, 0, NONE),
            (K::ScrollDown, 0, 0, NONE),
            (K::Down(MouseButton::Left), 0, 0, KeyModifiers::SHIFT | KeyModifiers::CONTROL),
        ]
    );
    assert_eq!(
        mouse(b"\x1b[M !!\x1b[M##\""),
        [(K::Down(MouseButton::Left), 0, 0, NONE), (K::Up(MouseButton::Left), 2, 1, NONE),]
    );
}

#[test]
fn a_mouse_outside_of_the_world_does_not_panic() {
    let places: Vec<_> =
        mouse(b"\x1b[<0;0;0M\x1b[<0;99999999999;65536M").iter().map(|m| (m.1, m.2)).collect();
    assert_eq!(places, [(0, 0), (65535, 65535)]);
}

#[test]
fn a_paste_is_one_event_whatever_is_in_it() {
    assert_eq!(decode(b"\x1b[200~a\x1b[Aq\x03\x1b\x1b[201~x")[0], Event::Paste("a\x1b[Aq\x03\x1b".into()));
    assert_eq!(keys(b"\x1b[200~a\x1b[201~x"), "Paste(\"a\") x");
    assert_eq!(decode(b"\x1b[200~\xff\x1b[201~"), [Event::Paste("\u{fffd}".into())]);
}

#[test]
fn a_paste_without_end_ends_with_a_pause_and_with_its_cap() {
    let (mut decoder, mut out) = (Decoder::default(), Vec::new());
    decoder.feed(b"\x1b[200~", &mut out);
    for _ in 0..100 {
        decoder.feed(&[b'x'; 4096], &mut out);
    }
    assert_eq!((out.len(), decoder.patience()), (0, Some(Duration::from_secs(1))));
    decoder.expire(&mut out);
    decoder.feed(b"q", &mut out);
    assert!(matches!(&out[0], Event::Paste(text) if text.len() == LARGEST_PASTE));
    assert_eq!(named(&out[1]), "q");
}

#[test]
fn answers_nobody_asked_for_are_swallowed_whole() {
    for answer in [
        "\x1b[?2026;2$y",
        "\x1b[?997;1n",
        "\x1b[?1;2R",
        "\x1b[?62;4c",
        "\x1b[>0;276;0c",
        "\x1b[?1u",
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
        "\x1b]11;rgb:ff/ff/ff\x1b\\",
        "\x1b]52;c;cXF\x1b\\",
        "\x1bP>|xterm(390)\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
        "\x1b[8;24;80t",
        "\x1b[201~",
        "\x1b[24;80R",
    ] {
        assert_eq!(keys(format!("{answer}q").as_bytes()), "q", "{answer:?}");
    }
}

#[test]
fn an_answer_that_never_ends_is_given_up() {
    for begun in ["\x1b]11;rgb:", "\x1b[?2026;", "\x1bP1$r", "\x1b[<0;1", "\x1b[M", "\u{e4}"] {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(&begun.as_bytes()[..begun.len() - usize::from(begun.len() == 2)], &mut out);
        assert!(decoder.patience().is_some(), "{begun:?}");
        decoder.expire(&mut out);
        decoder.feed(b"q", &mut out);
        assert_eq!(out.iter().map(named).collect::<Vec<_>>(), ["q"], "{begun:?}");
    }
}

#[test]
fn broken_utf8_costs_itself_only() {
    assert_eq!(keys(b"\xe4q\xff\x80q\xc3\x1b[A"), "q q Up");
    assert_eq!(keys(b"\xed\xa0\x80q\xc2\x9bq"), "q q", "a surrogate, a C1 control");
}

#[test]
fn a_broken_sequence_gives_way_to_the_next() {
    assert_eq!(keys(b"\x1b[1;\x1b[A\x1b[1;2\rq"), "Up Enter q");
    assert_eq!(keys(format!("\x1b[{}Aq", "1;".repeat(500)).as_bytes()), "q");
}

#[test]
fn a_sequence_without_end_costs_no_memory() {
    for begun in ["\x1b[", "\x1b]", "\x1bO", "\x1bP"] {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(begun.as_bytes(), &mut out);
        decoder.feed(&vec![b'1'; 1 << 20], &mut out);
        assert!(out.is_empty() && format!("{decoder:?}").len() < 2000, "{begun:?}");
    }
}

/// The sequences of terminals as ncurses knows them.
#[test]
fn every_key_of_terminfo_is_that_key() {
    let names = [
        ("kcuu1", "Up"),
        ("kcud1", "Down"),
        ("kcub1", "Left"),
        ("kcuf1", "Right"),
        ("khome", "Home"),
        ("kend", "End"),
        ("kpp", "PageUp"),
        ("knp", "PageDown"),
        ("kich1", "Insert"),
        ("kdch1", "Delete"),
        ("kcbt", "S-BackTab"),
        ("kbs", "Backspace"),
        ("kf1", "F1"),
        ("kf2", "F2"),
        ("kf3", "F3"),
        ("kf4", "F4"),
        ("kf5", "F5"),
        ("kf6", "F6"),
        ("kf7", "F7"),
        ("kf8", "F8"),
        ("kf9", "F9"),
        ("kf10", "F10"),
        ("kf11", "F11"),
        ("kf12", "F12"),
        ("kUP", "S-Up"),
        ("kLFT", "S-Left"),
        ("kDC5", "C-Delete"),
        ("kHOM3", "A-Home"),
    ];
    for terminal in ["xterm-256color", "linux", "screen-256color", "tmux-256color", "vt220"] {
        let Ok(shown) = Command::new("infocmp").args(["-1", "-x", terminal]).output() else {
            return eprintln!("SKIPPED: there is no infocmp here (ncurses-bin)");
        };
        let capabilities = String::from_utf8_lossy(&shown.stdout).into_owned();
        for line in capabilities.lines() {
            let (name, value) = line.trim().trim_end_matches(',').split_once('=').unwrap_or_default();
            if let Some((_, key)) = names.iter().find(|(n, _)| *n == name) {
                let bytes = value
                    .replace("\\E", "\x1b")
                    .replace("^?", "\x7f")
                    .replace("^H", "\x08")
                    .replace("^I", "\t");
                assert_eq!(keys(bytes.as_bytes()), *key, "{name} of {terminal}: {value}");
            }
        }
    }
}

proptest! {
    #[test]
    fn after_any_bytes_and_a_pause_the_next_key_arrives(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(&bytes, &mut out);
        decoder.expire(&mut out);
        prop_assert_eq!(decoder.patience(), None);
        out.clear();
        decoder.feed(b"q", &mut out);
        prop_assert_eq!(out.iter().map(named).collect::<Vec<_>>(), ["q"]);
    }

    /// Bytes that make up sequences, which random ones seldom do.
    #[test]
    fn it_is_all_the_same_how_bytes_are_cut(
        bytes in prop::collection::vec(prop::sample::select(b"\x1b[]OPM<;:?0129~uAmq\x07\\\xc3\xa4 \x7f".to_vec()), 0..60),
        at in any::<prop::sample::Index>(),
    ) {
        let cut = at.index(bytes.len() + 1);
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(&bytes[..cut], &mut out);
        decoder.feed(&bytes[cut..], &mut out);
        decoder.expire(&mut out);
        let mut whole = Vec::new();
        let mut other = Decoder::default();
        other.feed(&bytes, &mut whole);
        other.expire(&mut whole);
        prop_assert_eq!(out, whole);
    }

    #[test]
    fn no_event_carries_a_control_character(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(&bytes, &mut out);
        let control = |e: &Event| matches!(e, Event::Key(k) if matches!(k.code, KeyCode::Char(c) if c.is_control()));
        prop_assert!(!out.iter().any(control), "{:?}", out);
    }
}
