//! Any bytes as what a guest, a recording or another domtop sent: pages of cells, events, frames, or an error; never a
//! panic, and the same however they are cut.

#![no_main]

use domtop::{
    console::{
        cast,
        emulator::Emulator,
        guard::Guard,
        share::{Frame, MOST},
    },
    model::{console::LEAST, text::steers},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let piece = bytes.first().map_or(1, |&byte| usize::from(byte) + 1);
    let passed = guarded(bytes, bytes.len().max(1));
    assert_eq!(guarded(bytes, piece), passed);
    assert!(passed.len() <= bytes.len());
    for pair in passed.windows(2) {
        assert!(
            !matches!(pair, [0x1b, b']' | b'P' | b'_' | b'^' | b'X'] | [0xc2, 0x80..=0x9f]),
            "{passed:?}"
        );
    }
    show(bytes, piece);
    if let Ok(cast) = cast::read(bytes) {
        assert!(cast.events.is_sorted_by_key(|event| event.at));
    }
    frames(bytes);
});

/// What passes the guard in pieces of this size.
fn guarded(bytes: &[u8], piece: usize) -> Vec<u8> {
    let (mut guard, mut passed) = (Guard::new(), Vec::new());
    bytes.chunks(piece).for_each(|part| guard.feed(part, |clean| passed.extend_from_slice(clean)));
    passed
}

/// The page after each piece, of sizes taken from the bytes.
fn show(bytes: &[u8], piece: usize) {
    let mut emulator = Emulator::new(LEAST, 100);
    for part in bytes.chunks(piece) {
        assert!(!emulator.feed(part, |_| {}).broken);
        emulator.resize((u16::from(part[0]), u16::from(part[part.len() - 1]) / 2));
        let page = emulator.page();
        assert_eq!(page.lines.len(), usize::from(page.size.1));
        for cell in page.lines.iter().flat_map(|line| line.iter()) {
            assert!(cell.c == '\u{fffd}' || !steers(cell.c), "{cell:?}");
        }
    }
}

fn frames(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Some((frame, taken))) = Frame::decode(rest) {
        rest = &rest[taken..];
        // A name that is no text is mended, and may then be three times as long: too long for a frame.
        if taken <= MOST / 3 {
            let mut again = Vec::new();
            frame.encode(&mut again);
            assert_eq!(Frame::decode(&again), Ok(Some((frame, again.len()))));
        }
    }
}
