//! The guard: what a hostile guest sends does not reach a terminal, and what is harmless is left as it is.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/hostile.rs"]
mod hostile;

use domtop::console::guard::Guard;
use hostile::CORPUS;
use proptest::{collection::vec, prelude::*};

/// What passes where the input comes in these pieces, and whether an update goes on at the end.
fn guarded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, bool) {
    let (mut guard, mut passed) = (Guard::new(), Vec::new());
    pieces.into_iter().for_each(|piece| guard.feed(piece, |bytes| passed.extend_from_slice(bytes)));
    (passed, guard.midway())
}

fn whole(bytes: &[u8]) -> Vec<u8> {
    guarded([bytes]).0
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// The input cut at these places, taken by its length.
fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

/// Bytes of which many are parts of sequences.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => prop::sample::select(CORPUS).prop_map(|(_, bytes)| bytes.to_vec()),
        4 => vec(prop::sample::select(b"\x1b[]P_^X\\;?>$0129mhltuq\x07\x18\x1a\x9b\x9c\xc2\xe5\xae\xbd\x80a \n".as_slice()), 0..40),
        2 => vec(any::<u8>(), 0..40),
        1 => (0..600_usize).prop_map(|length| [b"\x1b[".as_slice(), &vec![b'1'; length], b"m"].concat()),
    ];
    vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// Sequences that take from a terminal what is its own.
const STRINGS: [&[u8]; 5] = [b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX"];

proptest! {
    #[test]
    fn what_passes_does_not_depend_on_how_it_was_split(bytes in input(), cuts in vec(any::<usize>(), 0..12)) {
        let at_once = guarded([bytes.as_slice()]);
        prop_assert_eq!(&guarded(pieces(&bytes, &cuts)), &at_once);
        prop_assert_eq!(&guarded(bytes.chunks(1)), &at_once, "byte by byte");
    }

    #[test]
    fn no_more_passes_than_came_and_no_string_is_opened(bytes in input()) {
        let passed = whole(&bytes);
        prop_assert!(passed.len() <= bytes.len());
        for opening in STRINGS {
            prop_assert!(!holds(&passed, opening), "{:?} in {:?}", opening, passed);
        }
        let is_c1 = |pair: &[u8]| pair[0] == 0xc2 && (0x80..0xa0).contains(&pair[1]);
        prop_assert!(!passed.windows(2).any(is_c1), "a C1 control in {:?}", passed);
    }

    #[test]
    fn what_passed_once_passes_again_as_it_is(bytes in input()) {
        let passed = [whole(&bytes).as_slice(), b" "].concat();
        prop_assert_eq!(whole(&passed), passed);
    }

    #[test]
    fn plain_text_is_left_as_it_is(text in "[ -~\n\r\té宽😀]{0,200}", cut in any::<usize>()) {
        let passed = guarded(pieces(text.as_bytes(), &[cut])).0;
        prop_assert_eq!(passed, text.as_bytes());
    }
}

#[test]
fn nothing_of_the_corpus_splits_it() {
    for (name, bytes) in CORPUS {
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(guarded([a, b]), guarded([*bytes]), "{name}, cut at {cut}");
        }
    }
}

#[test]
fn of_the_corpus_no_title_no_clipboard_and_no_string_passes() {
    for (name, bytes) in CORPUS {
        let passed = whole(bytes);
        assert!(passed.len() <= bytes.len(), "{name}");
        for what in
            STRINGS.into_iter().chain([b"SECRET-TITLE".as_slice(), b"U0VDUkVU", b"SECRET.example", b"]52;"])
        {
            assert!(!holds(&passed, what), "{name}: {:?}", String::from_utf8_lossy(&passed));
        }
    }
}

#[test]
fn of_a_long_string_nothing_passes_and_what_comes_after_it_does() {
    let content = vec![b'S'; 64 << 10];
    for opening in STRINGS {
        let string = [b"before", opening, &content, b"\x1b\\after"].concat();
        let passed = guarded(string.chunks(4096)).0;
        assert_eq!(String::from_utf8_lossy(&passed), "beforeafter", "{opening:?}");
    }
}

#[test]
fn a_sequence_longer_than_any_does_not_pass_and_ends_where_it_ends() {
    let long = [b"a\x1b[".as_slice(), &vec![b'1'; 5000], b"mb"].concat();
    assert_eq!(whole(&long), b"ab");
}

#[test]
fn modes_of_keys_mouse_focus_and_windows_do_not_pass() {
    for name in [
        "kitty's keyboard",
        "modifyOtherKeys",
        "the mouse",
        "the focus",
        "version asked for",
        "modes asked for",
    ] {
        let bytes = CORPUS.iter().find(|(known, _)| *known == name).expect("it is in the corpus").1;
        assert_eq!(whole(bytes), b"", "{name}");
    }
}

#[test]
fn colours_cursor_and_clearing_pass_as_they_are() {
    let page = b"\x1b[H\x1b[2J\x1b[1;38;2;10;20;30mred\x1b[m\x1b[3;4H\x1b[K\x1b7\x1b8\x1b(B\x1b[?25l\x1b[?1049h\x1b[r";
    assert_eq!(whole(page), page);
}

#[test]
fn an_update_of_the_screen_is_told_of_and_its_marks_do_not_pass() {
    assert_eq!(guarded([b"\x1b[?2026hhalf".as_slice()]), (b"half".to_vec(), true));
    assert_eq!(guarded([b"\x1b[?2026hall\x1b[?20".as_slice(), b"26l"]), (b"all".to_vec(), false));
}

/// What is taken out must not join its neighbours to what would have been taken out.
#[test]
fn nothing_is_made_by_taking_something_out() {
    let hostile: [&[u8]; 5] = [
        b"\x1b\x1b]x\x07]52;c;U0VDUkVU\x07",
        b"\x1b\x1b_x\x1b\\P0qSECRET",
        b"\x1b[2\x1b[>q1t",
        b"\xc2\xc2\x9b\x9b6n",
        b"\xc2\x1b]x\x07\x9d0;title",
    ];
    for bytes in hostile {
        let passed = whole(bytes);
        for what in STRINGS.into_iter().chain([b"\x1b[21t".as_slice(), b"\xc2\x9b", b"\xc2\x9d"]) {
            assert!(!holds(&passed, what), "{bytes:?} became {passed:?}");
        }
    }
}

#[test]
fn no_c1_control_passes_within_a_sequence() {
    for bytes in [b"a\x1b[\xc2\x9d0;1mb".as_slice(), b"a\x1b\xc2\x9dcb", b"a\x1b(\xc2\x9bBb"] {
        assert_eq!(whole(bytes).escape_ascii().to_string(), "ab");
    }
}
