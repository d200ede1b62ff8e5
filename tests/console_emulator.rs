//! The emulator: whatever a guest sends becomes a page of harmless cells, in bounded memory, and gets few answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, reason = "an allocator that counts")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/hostile.rs"]
mod hostile;

use std::sync::Arc;

use counting::most_bytes;
use domtop::{
    console::emulator::{ANSWERS, Emulator, Fed},
    model::{
        console::{LEAST, Line, Page, Paint, Scroll, Selecting, Stroke, StrokeKey, Upwards},
        text::steers,
    },
};
use hostile::CORPUS;
use proptest::{collection::vec, prelude::*};

const MIB: u64 = 1 << 20;

fn emulator() -> Emulator {
    Emulator::new(LEAST, 1000)
}

fn feed(emulator: &mut Emulator, bytes: impl AsRef<[u8]>) -> Fed {
    emulator.feed(bytes.as_ref(), |_| {})
}

fn showing(bytes: impl AsRef<[u8]>) -> Emulator {
    let mut emulator = emulator();
    assert!(!feed(&mut emulator, bytes).broken);
    emulator
}

fn text(line: &Line) -> String {
    let line: String = line.iter().filter(|cell| cell.width > 0).map(|cell| cell.c).collect();
    line.trim_end().to_owned()
}

fn top(emulator: &mut Emulator) -> String {
    text(&emulator.page().lines[0])
}

/// Numbered lines: `line 0` and on.
fn lines(count: usize) -> String {
    let lines: Vec<_> = (0..count).map(|number| format!("line {number}\r\n")).collect();
    lines.concat()
}

/// A page holds what pages may: as many cells as it says, no control, nothing that steers a terminal.
fn is_sound(page: &Page) -> Result<(), TestCaseError> {
    prop_assert_eq!(page.lines.len(), usize::from(page.size.1));
    for line in &page.lines {
        prop_assert_eq!(line.len(), usize::from(page.size.0));
        let columns: usize = line.iter().map(|cell| usize::from(cell.width)).sum();
        prop_assert_eq!(columns, line.len());
        for cell in line.iter() {
            let marks = cell.marks.as_deref().unwrap_or_default();
            prop_assert!(cell.c == '\u{fffd}' || !steers(cell.c), "{:?}", cell);
            prop_assert!(!marks.chars().any(steers), "{:?}", cell);
        }
    }
    let within = |(column, row)| column < page.size.0 && row < page.size.1;
    prop_assert!(page.cursor.is_none_or(within));
    Ok(())
}

#[derive(Clone, Debug)]
enum Deed {
    Feed(Vec<u8>),
    Resize(u16, u16),
    Scroll(Scroll),
    Search(String),
    Select(Selecting),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let bytes =
        b"\x1b\x1b\x1b[[[0123456789;;?hlmABCDHJKLMPSTXrs@dGbc#8()0\r\n\t\x08\x0e\x0fab\xe5\xae\xbd\xcc\x81";
    let place = || (0..200_u16, 0..100_u16);
    let deed = prop_oneof![
        4 => prop::sample::select(CORPUS).prop_map(|(_, bytes)| Deed::Feed(bytes.to_vec())),
        6 => vec(prop::sample::select(bytes.as_slice()), 0..200).prop_map(Deed::Feed),
        3 => vec(any::<u8>(), 0..100).prop_map(Deed::Feed),
        2 => any::<(u16, u16)>().prop_map(|(columns, rows)| Deed::Resize(columns % 200, rows % 60)),
        1 => any::<i32>().prop_map(|count| Deed::Scroll(Scroll::Lines(count))),
        1 => "[ab0宽]{0,3}".prop_map(Deed::Search),
        1 => place().prop_map(|(column, row)| Deed::Select(Selecting::From(column, row))),
        1 => place().prop_map(|(column, row)| Deed::Select(Selecting::To(column, row))),
        1 => place().prop_map(|(column, row)| Deed::Select(Selecting::Word(column, row))),
    ];
    vec(deed, 0..25)
}

fn act(emulator: &mut Emulator, deed: Deed) {
    match deed {
        Deed::Feed(bytes) => assert!(!feed(emulator, bytes).broken, "the emulation failed"),
        Deed::Resize(columns, rows) => emulator.resize((columns, rows)),
        Deed::Scroll(scroll) => emulator.scroll(scroll),
        Deed::Search(text) => emulator.search(&text),
        Deed::Select(selecting) => emulator.select(selecting),
    }
}

proptest! {
    #[test]
    fn whatever_comes_pages_are_sound_and_drawn_as_if_anew(deeds in deeds()) {
        let mut emulator = Emulator::new(LEAST, 50);
        for deed in deeds {
            act(&mut emulator, deed);
            is_sound(&emulator.page())?;
            let clean = emulator.copied().unwrap_or_default();
            prop_assert!(!clean.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
        }
        emulator.scroll(Scroll::Bottom);
        emulator.select(Selecting::Nothing);
        emulator.search("");
        let kept = emulator.page();
        let anew = emulator.newest();
        prop_assert_eq!(&kept.lines, &anew.lines);
    }

    #[test]
    fn pasted_text_cannot_end_its_brackets(text in "(\x1b\\[201~|\x1b|\\[20|1~|\u{9b}|[a\n\t\r\x03]){0,12}") {
        let pasted = showing("\x1b[?2004h").paste(&text);
        let inner = pasted.strip_prefix(b"\x1b[200~").unwrap().strip_suffix(b"\x1b[201~").unwrap();
        let inner = std::str::from_utf8(inner).unwrap();
        prop_assert!(!inner.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\t')));
    }
}

#[test]
fn only_attributes_state_and_place_are_answered() {
    for (name, bytes) in CORPUS {
        let answers = feed(&mut emulator(), bytes).answers;
        let expected: &[u8] = match *name {
            "attributes asked for" => b"\x1b[?6c\x1b[?6c\x1b[?6c",
            "state and place asked for" => b"\x1b[0n\x1b[1;1R",
            _ => b"",
        };
        assert_eq!(answers.escape_ascii().to_string(), expected.escape_ascii().to_string(), "{name}");
    }
}

#[test]
fn a_guest_that_asks_without_an_end_is_answered_so_often_a_second() {
    let mut emulator = emulator();
    let asks = "\x1b[5n".repeat(1000);
    let all = 4 * usize::try_from(ANSWERS).unwrap();
    assert_eq!(feed(&mut emulator, &asks).answers.len(), all);
    assert_eq!(feed(&mut emulator, &asks).answers.len(), 0);
    emulator.allow();
    assert_eq!(feed(&mut emulator, &asks).answers.len(), all);
}

/// The most bytes it takes to feed all this, a piece at a time.
fn weight(pieces: impl Iterator<Item = Vec<u8>>) -> u64 {
    let mut emulator = emulator();
    // It may fill its history with lines before anything hostile comes.
    feed(&mut emulator, lines(1200));
    most_bytes(|| {
        pieces.for_each(|piece| assert!(!feed(&mut emulator, piece).broken));
        drop(emulator.page());
    })
    .0
}

#[test]
fn the_allocator_weighs_what_is_held() {
    let (most, ()) = most_bytes(|| drop(std::hint::black_box(vec![1_u8; 3 << 20])));
    assert!((3 * MIB..4 * MIB).contains(&most), "{most}");
}

#[test]
fn a_string_without_an_end_takes_no_memory() {
    for opening in ["\x1b]0;", "\x1bPq", "\x1b_G"] {
        let pieces = (0..256).map(|_| vec![b'S'; 64 << 10]);
        let most = weight([opening.as_bytes().to_vec()].into_iter().chain(pieces));
        assert!(most < MIB, "{opening:?}: {most}");
    }
}

#[test]
fn marks_without_an_end_take_as_much_as_a_cell_may_have() {
    let marks = (0..200).map(|_| "\u{301}".repeat(10_000).into_bytes());
    let most = weight([b"e".to_vec()].into_iter().chain(marks));
    assert!(most < MIB, "{most}");
}

#[test]
fn a_line_without_an_end_takes_as_much_as_the_history_may_have() {
    let most = weight((0..16).map(|_| vec![b'x'; 64 << 10]));
    assert!(most < 8 * MIB, "{most}");
}

#[test]
fn lines_that_stayed_the_same_are_those_of_the_page_before() {
    let mut emulator = showing("one\r\ntwo\r\n");
    let before = emulator.page();
    assert!(Arc::ptr_eq(&before, &emulator.page()), "nothing came: the same page");
    feed(&mut emulator, "three");
    let after = emulator.page();
    let shared = |row: usize| Arc::ptr_eq(&before.lines[row], &after.lines[row]);
    assert!(shared(0) && shared(1) && !shared(2) && shared(3));
    feed(&mut emulator, "\x1b[1;1Hone");
    assert!(Arc::ptr_eq(&after.lines[0], &emulator.page().lines[0]), "written anew, but the same");
}

#[test]
fn scrolled_back_stays_where_it_is_while_more_comes() {
    let mut emulator = showing(lines(100));
    emulator.scroll(Scroll::Top);
    assert_eq!(top(&mut emulator), "line 0");
    feed(&mut emulator, lines(5));
    assert_eq!(top(&mut emulator), "line 0");
    emulator.scroll(Scroll::Pages(-1));
    assert_eq!(top(&mut emulator), "line 24");
    emulator.scroll(Scroll::Bottom);
    assert_eq!(emulator.page().back, 0);
    emulator.scroll(Scroll::Lines(i32::MIN));
    emulator.scroll(Scroll::Lines(i32::MAX));
    assert_eq!(top(&mut emulator), "line 0");
}

#[test]
fn what_is_looked_for_is_found_in_the_history_and_marked() {
    let mut emulator = showing(format!("{}Needle here\r\n{}", lines(50), lines(100)));
    emulator.search("needle");
    let page = emulator.page();
    let hit = page.lines.iter().find(|line| text(line) == "Needle here").expect("it is shown");
    let marked: String = hit.iter().filter(|cell| cell.paint.is(Paint::HIT)).map(|cell| cell.c).collect();
    assert_eq!((marked.as_str(), page.found), ("Needle", Some((1, 1))));
    emulator.search("NEEDLE");
    assert_eq!(emulator.page().found, Some((0, 0)), "a capital is looked for as it is");
    emulator.search("line 7");
    let first = emulator.page().found;
    emulator.again(Upwards::Yes);
    assert_ne!(emulator.page().found, first);
    emulator.again(Upwards::No);
    assert_eq!(emulator.page().found, first);
    emulator.search("");
    assert_eq!(
        emulator.page().lines.iter().filter(|line| line.iter().any(|c| c.paint.is(Paint::HIT))).count(),
        0
    );
}

#[test]
fn what_is_selected_is_copied_as_it_was_written() {
    let mut emulator = showing("hello brave world\r\nsecond line\r\n");
    emulator.select(Selecting::From(6, 0));
    emulator.select(Selecting::To(10, 0));
    assert_eq!(emulator.copied().as_deref(), Some("brave"));
    emulator.select(Selecting::Word(13, 0));
    assert_eq!(emulator.copied().as_deref(), Some("world"));
    emulator.select(Selecting::From(12, 0));
    emulator.select(Selecting::To(5, 1));
    assert_eq!(emulator.copied().as_deref(), Some("world\nsecond"));
    emulator.select(Selecting::Nothing);
    assert_eq!((emulator.copied(), emulator.page().selected), (None, false));
}

const PLAIN: Stroke = Stroke { key: StrokeKey::Enter, ctrl: false, alt: false, shift: false };

#[test]
fn keys_are_xterms_in_both_modes_of_the_cursor_keys() {
    let (usual, application) = (emulator(), showing("\x1b[?1h"));
    let key = |key| Stroke { key, ..PLAIN };
    let ctrl = |key| Stroke { key, ctrl: true, ..PLAIN };
    let both: [(Stroke, &str, &str); 16] = [
        (key(StrokeKey::Up), "\x1b[A", "\x1bOA"),
        (key(StrokeKey::Left), "\x1b[D", "\x1bOD"),
        (key(StrokeKey::Home), "\x1b[H", "\x1bOH"),
        (ctrl(StrokeKey::Right), "\x1b[1;5C", "\x1b[1;5C"),
        (Stroke { shift: true, alt: true, ..key(StrokeKey::End) }, "\x1b[1;4F", "\x1b[1;4F"),
        (key(StrokeKey::Delete), "\x1b[3~", "\x1b[3~"),
        (ctrl(StrokeKey::PageUp), "\x1b[5;5~", "\x1b[5;5~"),
        (key(StrokeKey::F(1)), "\x1bOP", "\x1bOP"),
        (key(StrokeKey::F(12)), "\x1b[24~", "\x1b[24~"),
        (key(StrokeKey::F(13)), "\x1b[1;2P", "\x1b[1;2P"),
        (key(StrokeKey::Enter), "\r", "\r"),
        (key(StrokeKey::Backspace), "\x7f", "\x7f"),
        (key(StrokeKey::BackTab), "\x1b[Z", "\x1b[Z"),
        (ctrl(StrokeKey::Char('c')), "\x03", "\x03"),
        (Stroke { alt: true, ..key(StrokeKey::Char('x')) }, "\x1bx", "\x1bx"),
        (key(StrokeKey::Char('é')), "é", "é"),
    ];
    for (stroke, as_usual, as_application) in both {
        assert_eq!(usual.encode(stroke), as_usual.as_bytes(), "{stroke:?}");
        assert_eq!(application.encode(stroke), as_application.as_bytes(), "{stroke:?}, application");
    }
}

#[test]
fn pasted_text_is_cleaned_and_bracketed_where_asked() {
    let pasted = "a\nb\r\nc\t\x1b[201~\x03d";
    assert_eq!(emulator().paste(pasted), b"a\rb\rc\td");
    assert_eq!(showing("\x1b[?2004h").paste(pasted), b"\x1b[200~a\rb\rc\td\x1b[201~");
}

#[test]
fn bells_are_counted_and_an_update_is_told_of() {
    let mut emulator = emulator();
    assert_eq!(feed(&mut emulator, "\x07".repeat(400)).bells, 400);
    feed(&mut emulator, "\x1b[?2026hhalf");
    assert!(emulator.midway());
    assert_eq!(top(&mut emulator), "half", "nothing is held back");
}
