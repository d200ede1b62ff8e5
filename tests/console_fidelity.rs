//! What is around the emulation of a console changes nothing of what it shows: held beside the bare crate.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/flood.rs"]
#[allow(clippy::cast_possible_truncation, reason = "shared")]
mod flood;

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::Dimensions,
    index::{Column, Line},
    term::{Config, cell::Flags},
    vte::ansi::{Processor, StdSyncHandler},
};
use domtop::console::emulator::Emulator;
use proptest::prelude::*;

const SIZE: (u16, u16) = (80, 24);

struct Size;

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        24
    }

    fn screen_lines(&self) -> usize {
        24
    }

    fn columns(&self) -> usize {
        80
    }
}

/// The screen, a character for each cell; `□` where half of a wide letter is, or was torn apart: what is shown there is
/// the page's own affair.
fn bare(bytes: &[u8]) -> Vec<String> {
    let mut term = Term::new(Config::default(), &Size, VoidListener);
    let mut parser: Processor<StdSyncHandler> = Processor::new();
    parser.advance(&mut term, bytes);
    let wide = Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
    let shown = |line, column| {
        let cell = &term.grid()[Line(line)][Column(column)];
        match cell.c {
            _ if cell.flags.intersects(wide) => '□',
            '\t' => ' ',
            c => c,
        }
    };
    (0..24).map(|line| (0..80).map(|column| shown(line, column)).collect()).collect()
}

/// Fed in bites, with a page after each: lines that are shared from page to page must not be stale. What the bare
/// emulation has no letter for is left out of it.
fn ours(bytes: &[u8], bite: usize, bare: &[String]) -> Vec<String> {
    let mut emulator = Emulator::new(SIZE, 100);
    for part in bytes.chunks(bite) {
        emulator.feed(part, |_| {});
        emulator.page();
    }
    let page = emulator.page();
    let cells = page.lines.iter().zip(bare).map(|(line, bare)| line.iter().zip(bare.chars()));
    cells.map(|line| line.map(|(cell, bare)| if bare == '□' { bare } else { cell.c }).collect()).collect()
}

#[test]
fn a_busy_guest_s_screen_is_that_of_the_bare_emulation() {
    for seed in 1..40 {
        let bytes = flood::mixed(seed, 40_000);
        let bare = bare(&bytes);
        assert_eq!(ours(&bytes, 997, &bare), bare, "seed {seed}");
    }
}

/// Pieces of what full-screen programs send: text, moves, erasing, regions, insert mode, character sets.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{1,30}",
        "[äß漢字😀]{1,4}",
        (1..30u8, 1..90u8).prop_map(|(y, x)| format!("\x1b[{y};{x}H")),
        prop::sample::select(vec![
            "\r\n",
            "\x08",
            "\t",
            "\x1b[K",
            "\x1b[1K",
            "\x1b[J",
            "\x1b[2J",
            "\x1b[4h",
            "\x1b[4l",
            "\x1b[?7l",
            "\x1b[?7h",
            "\x1b(0",
            "\x1b(B",
            "\x0e",
            "\x0f",
            "\x1b)0",
            "\x1bM",
            "\x1bD",
            "\x1b7",
            "\x1b8",
            "\x1b[3;10r",
            "\x1b[r",
            "\x1b[2L",
            "\x1b[3M",
            "\x1b[5P",
            "\x1b[4@",
            "\x1b[6X",
            "\x1b[1;31m",
            "\x1b[0m",
            "\x1b[?1049h",
            "\x1b[?1049l",
            "\x1bc",
            "\x1b[2S",
            "\x1b[2T",
            "\x1b[3b",
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn a_full_screen_program_s_screen_is_that_of_the_bare_emulation(
        pieces in prop::collection::vec(piece(), 1..60),
        bite in 1..200usize,
    ) {
        let bytes = pieces.concat().into_bytes();
        let bare = bare(&bytes);
        prop_assert_eq!(ours(&bytes, bite, &bare), bare);
    }
}
