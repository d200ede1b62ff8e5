//! A flood: so many megabytes of mixed output, as fast as the pty takes it.

use super::screen::Screen;

/// What is repeated: text, colours, cursor moves, wide characters, in lines of different lengths.
const LINES: [&str; 6] = [
    "the quick brown fox jumps over the lazy dog 0123456789",
    "\x1b[31mred\x1b[0m \x1b[1;32mgreen\x1b[0m \x1b[38;5;208morange\x1b[0m \x1b[48;2;10;20;30mdeep\x1b[0m",
    "\u{4e16}\u{754c} \u{1f600} caf\u{e9} e\u{301}",
    "\x1b[10Cright\x1b[3Dleft\x1b[K",
    "[  OK  ] Started something that is of no interest to anybody who looks at it for longer than a moment",
    "",
];

/// A flood under way.
#[derive(Debug)]
pub(super) struct Flood {
    block: Vec<u8>,
    left: u64,
    /// In megabytes.
    size: u64,
}

impl Flood {
    /// Of so many megabytes of 10^6 bytes.
    pub(super) fn new(megabytes: u64) -> Self {
        let round: Vec<u8> = LINES.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect();
        let block = round.repeat((32 << 10) / round.len());
        Self { block, left: megabytes.saturating_mul(1_000_000), size: megabytes }
    }

    /// Writes on while there is room; whether that was all.
    pub(super) fn go_on(&mut self, screen: &mut Screen) -> bool {
        while self.left > 0 && screen.has_room() {
            let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.block.len());
            screen.out.extend(&self.block[..size]);
            self.left -= size as u64;
        }
        if self.left == 0 {
            screen.text(&format!("\x1b[0m\r\nflood: {} MB\r\n", self.size));
        }
        self.left == 0
    }
}
