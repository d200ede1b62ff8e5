//! What a terminal sends, as keys: characters, controls, the escape sequences of the few keys a small guest knows.

/// The longest sequence kept while its end has not come.
const LONGEST: usize = 64;

/// What was pressed, or answered by the terminal itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    /// With the letter it is pressed with.
    Ctrl(char),
    Enter,
    Backspace,
    Esc,
    Up,
    Down,
    Left,
    Right,
    /// A paste begins, or ends.
    Paste,
    Pasted,
    /// The answer to a question: what came between `ESC [` and its end, with that.
    Answer(String),
}

/// Takes bytes in pieces of any size and gives keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    held: Vec<u8>,
}

impl Keys {
    /// The keys that are complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.held.extend(bytes);
        let (mut keys, mut at) = (Vec::new(), 0);
        while let Some((key, size)) = first(&self.held[at..]) {
            keys.extend(key);
            at += size;
        }
        self.held.drain(..at);
        keys
    }

    /// Whether something began of which more may come.
    pub(super) fn waits(&self) -> bool {
        !self.held.is_empty()
    }

    /// No more came: what began an escape sequence was the key of that name.
    pub(super) fn settle(&mut self) -> Option<Key> {
        let held = std::mem::take(&mut self.held);
        (held.first() == Some(&0x1b)).then_some(Key::Esc)
    }
}

/// The first key, none where it means nothing here, and how many bytes it takes; nothing while it is not complete.
fn first(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    match *bytes {
        [] | [0x1b] | [0x1b, b'O'] => None,
        [0x1b, b'[', ref rest @ ..] => sequence(rest).map(|(key, size)| (key, size + 2)),
        [0x1b, b'O', end, ..] => Some((arrow(end), 3)),
        [0x1b, ..] => Some((Some(Key::Esc), 1)),
        [b'\r' | b'\n', ..] => Some((Some(Key::Enter), 1)),
        [0x08 | 0x7f, ..] => Some((Some(Key::Backspace), 1)),
        [byte @ 1..0x20, ..] => Some((Some(Key::Ctrl(char::from(byte + 0x60))), 1)),
        [0, ..] => Some((None, 1)),
        _ => character(bytes),
    }
}

fn character(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let size = match bytes[0] {
        ..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    };
    let text = std::str::from_utf8(bytes.get(..size)?);
    Some(text.map_or((None, 1), |text| (text.chars().next().map(Key::Char), size)))
}

/// What follows `ESC [` (ECMA-48, 5.4): parameters, then one byte that ends it.
fn sequence(rest: &[u8]) -> Option<(Option<Key>, usize)> {
    let Some(at) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return (rest.len() > LONGEST).then_some((None, rest.len()));
    };
    let key = match (&rest[..at], rest[at]) {
        (b"200", b'~') => Some(Key::Paste),
        (b"201", b'~') => Some(Key::Pasted),
        (_, b'R' | b'c' | b'n') => Some(Key::Answer(String::from_utf8_lossy(&rest[..=at]).into_owned())),
        (_, end) => arrow(end),
    };
    Some((key, at + 1))
}

fn arrow(end: u8) -> Option<Key> {
    match end {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_however_their_bytes_come() {
        let bytes =
            "a\u{e9}\u{1f600}\r\x7f\x03\x1b[A\x1bOB\x1b[1;5C\x1b[200~x\x1b[201~\x1b[12;40R".as_bytes();
        let whole = Keys::default().take(bytes);
        let mut keys = Keys::default();
        let pieces: Vec<Key> = bytes.chunks(1).flat_map(|piece| keys.take(piece)).collect();
        assert_eq!(pieces, whole);
        let expected = [
            Key::Char('a'),
            Key::Char('\u{e9}'),
            Key::Char('\u{1f600}'),
            Key::Enter,
            Key::Backspace,
            Key::Ctrl('c'),
            Key::Up,
            Key::Down,
            Key::Right,
            Key::Paste,
            Key::Char('x'),
            Key::Pasted,
            Key::Answer("12;40R".into()),
        ];
        assert_eq!(whole, expected);
    }

    #[test]
    fn an_escape_alone_is_one_once_nothing_follows() {
        let mut keys = Keys::default();
        assert_eq!(keys.take(b"\x1b"), []);
        assert!(keys.waits());
        assert_eq!(keys.settle(), Some(Key::Esc));
        assert!(!keys.waits());
        assert_eq!(keys.take(b"\x1bx"), [Key::Esc, Key::Char('x')]);
    }

    #[test]
    fn garbage_is_let_go() {
        let mut keys = Keys::default();
        assert_eq!(keys.take(b"\xff\xc3(\x00a"), [Key::Char('('), Key::Char('a')]);
        keys.take(b"\x1b[");
        keys.take(&[b'1'; 1000]);
        assert!(!keys.waits(), "a sequence without an end is not kept for ever");
    }
}
