//! What a busy guest prints, made up: logs, colours, other alphabets, full-screen programs, scroll regions.

use std::fmt::Write as _;

/// So many bytes, the same for the same seed.
pub fn mixed(seed: u64, bytes: usize) -> Vec<u8> {
    let mut random = Random(seed.max(1));
    let mut text = String::with_capacity(bytes + 4096);
    while text.len() < bytes {
        match random.below(10) {
            0..=3 => log(&mut random, &mut text),
            4..=5 => colours(&mut random, &mut text),
            6 => alphabets(&mut random, &mut text),
            7..=8 => full_screen(&mut random, &mut text),
            _ => region(&mut random, &mut text),
        }
    }
    let mut flood = text.into_bytes();
    flood.truncate(bytes);
    flood
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

fn log(random: &mut Random, text: &mut String) {
    for _ in 0..20 {
        let (second, id) = (random.below(100_000), random.next());
        let words =
            ["started", "stopped", "eth0: link is up", "EXT4-fs mounted filesystem", "usb 1-1: new device"];
        let word = words[random.below(5) as usize];
        writeln!(text, "[{second:8}.{:06}] systemd[{}]: {word} id={id:016x}\r", id % 1_000_000, id % 9_999)
            .unwrap();
    }
}

fn colours(random: &mut Random, text: &mut String) {
    for _ in 0..20 {
        for _ in 0..6 {
            let (kind, colour) = (random.below(3), random.below(256));
            match kind {
                0 => write!(text, "\x1b[{}m", 30 + colour % 8),
                1 => write!(text, "\x1b[1;38;5;{colour}m"),
                _ => write!(text, "\x1b[38;2;{colour};{};128m", 255 - colour),
            }
            .unwrap();
            write!(text, "file{colour:03}.txt\x1b[0m  ").unwrap();
        }
        text.push_str("\r\n");
    }
}

fn alphabets(random: &mut Random, text: &mut String) {
    let words = [
        "日本語のテキスト",
        "Привет, мир",
        "héllo wörld",
        "e\u{301}a\u{308}",
        "😀🚀",
        "┌──┬──┐│  │",
        "한국어",
    ];
    for _ in 0..20 {
        for _ in 0..6 {
            text.push_str(words[random.below(words.len() as u64) as usize]);
            text.push(' ');
        }
        text.push_str("\r\n");
    }
}

fn full_screen(random: &mut Random, text: &mut String) {
    text.push_str("\x1b[?1049h\x1b[H\x1b[2J");
    for _ in 0..5 {
        for row in 1..=24 {
            let load = random.below(1000);
            write!(
                text,
                "\x1b[{row};1H\x1b[7m{row:5}\x1b[m root {:3}.{} \x1b[K\x1b[{row};40H{load:>8}",
                load / 10,
                load % 10
            )
            .unwrap();
        }
    }
    text.push_str("\x1b[?1049l");
}

fn region(random: &mut Random, text: &mut String) {
    text.push_str("\x1b[5;20r\x1b[20;1H");
    for _ in 0..20 {
        write!(text, "\r\nscrolled {:x}\x1b[K", random.next()).unwrap();
    }
    text.push_str("\x1b[r\x1b[24;1H");
}
