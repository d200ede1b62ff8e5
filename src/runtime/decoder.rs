//! A terminal's bytes to events: total and without I/O, so that whatever a terminal, a slow link or a cat on the
//! keyboard sends, the next key still arrives.
//!
//! ```text
//!             ┌── ESC ──► Escape ──┬─ [ ──► Csi ──► a key, a mouse action, Paste, or swallowed whole
//!   Ground ───┤                    ├─ O ──► Ss3 ──► a key
//!      ▲      ├── c2…f4 ──► Utf8   ├─ ] P X ^ _ ─► Text: a reply nobody asked for, swallowed up to BEL or ST
//!      │      └── a key            └─ other: the key with Alt
//!      └──── every state ends with its sequence, with CAN and SUB, or when nothing comes for its patience
//! ```
//!
//! Sequences are those of xterm's control sequences document (ctlseqs) and ECMA-48; what neither has is swallowed.

mod csi;
mod key;
mod mouse;

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// How long ESC may be the beginning of a sequence before it is the key.
const ESCAPE: Duration = Duration::from_millis(50);
/// How long a sequence that has begun may take over a slow link.
const SEQUENCE: Duration = Duration::from_millis(500);
/// How long a paste may pause.
const PASTE: Duration = Duration::from_secs(1);
/// Parameters of a longer sequence are forgotten.
const LONGEST: usize = 64;
/// What is pasted beyond that is left out.
const LARGEST_PASTE: usize = 64 << 10;
/// What ends a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// Between two bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// Within a character: so many bytes are missing.
    Utf8(u8),
    /// After ESC.
    Escape,
    /// After ESC `[`.
    Csi,
    /// After ESC `[[`: a function key of the Linux console.
    Console,
    /// After ESC `[M`: a mouse action in three bytes.
    Mouse,
    /// After ESC `O`.
    Ss3,
    /// Within OSC, DCS, SOS, PM or APC.
    Text,
    /// The same, after an ESC that may begin its end.
    TextEscape,
    /// Within a paste: so many bytes of its end were seen.
    Paste(usize),
}

/// Turns bytes into events, however they are cut into pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// Bytes of the sequence or character so far; for [`State::Text`] the byte that began it.
    sequence: Vec<u8>,
    /// Whether ESC came before the character.
    alt: bool,
    paste: Vec<u8>,
}

impl Decoder {
    /// Takes in bytes; what they mean is added to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) {
        for &byte in bytes {
            out.extend(self.byte(byte));
        }
    }

    /// How long to wait for the rest of what has begun, none where nothing has.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape => Some(ESCAPE),
            State::Paste(_) => Some(PASTE),
            _ => Some(SEQUENCE),
        }
    }

    /// The rest did not come: what has begun is taken for what it looks like, a key or a paste that is over, or
    /// forgotten.
    pub fn expire(&mut self, out: &mut Vec<Event>) {
        let typed = match (self.state, self.sequence.as_slice()) {
            (State::Escape, _) => Some(key::plain(KeyCode::Esc, KeyModifiers::NONE)),
            (State::Csi, []) => Some(key::plain(KeyCode::Char('['), KeyModifiers::ALT)),
            (State::Ss3, []) => Some(key::plain(KeyCode::Char('O'), KeyModifiers::ALT)),
            (State::Text, [by]) => Some(key::plain(KeyCode::Char(char::from(*by)), KeyModifiers::ALT)),
            _ => None,
        };
        out.extend(typed.map(Event::Key));
        out.extend(matches!(self.state, State::Paste(_)).then(|| self.pasted()));
        self.end();
    }

    fn byte(&mut self, byte: u8) -> Option<Event> {
        match self.state {
            State::Ground => self.ground(byte),
            State::Utf8(left) => self.utf8(byte, left),
            State::Escape => self.escape(byte),
            State::Csi => self.csi(byte),
            State::Console | State::Mouse if byte < 0x20 => self.again(byte),
            State::Console => self.finish(key::console(byte)),
            State::Mouse => self.mouse(byte),
            State::Ss3 => self.ss3(byte),
            State::Text => self.text(byte),
            State::TextEscape => self.text_escape(byte),
            State::Paste(seen) => self.pasting(byte, seen),
        }
    }

    fn ground(&mut self, byte: u8) -> Option<Event> {
        match byte {
            0x1b => self.begin(State::Escape),
            0xc2..=0xdf => self.begin_utf8(byte, 1),
            0xe0..=0xef => self.begin_utf8(byte, 2),
            0xf0..=0xf4 => self.begin_utf8(byte, 3),
            _ => key::byte(byte).map(|key| self.typed(key)),
        }
    }

    /// A key, with Alt where ESC came before it.
    fn typed(&mut self, mut key: KeyEvent) -> Event {
        if self.alt {
            key.modifiers |= KeyModifiers::ALT;
        }
        self.end();
        Event::Key(key)
    }

    fn begin_utf8(&mut self, byte: u8, left: u8) -> Option<Event> {
        let alt = self.alt;
        self.begin(State::Utf8(left));
        self.alt = alt;
        self.sequence.push(byte);
        None
    }

    fn utf8(&mut self, byte: u8, left: u8) -> Option<Event> {
        if byte & 0xc0 != 0x80 {
            return self.again(byte);
        }
        self.sequence.push(byte);
        if left > 1 {
            self.state = State::Utf8(left - 1);
            return None;
        }
        let text = std::str::from_utf8(&self.sequence).ok();
        let key = text.and_then(|text| text.chars().next()).filter(|c| !c.is_control()).map(key::char);
        match key {
            Some(key) => Some(self.typed(key)),
            None => self.end(),
        }
    }

    fn escape(&mut self, byte: u8) -> Option<Event> {
        match byte {
            b'[' => self.begin(State::Csi),
            b'O' => self.begin(State::Ss3),
            b']' | b'P' | b'X' | b'^' | b'_' => {
                self.begin(State::Text);
                self.sequence.push(byte);
                None
            }
            0x1b => Some(Event::Key(key::plain(KeyCode::Esc, KeyModifiers::NONE))),
            // Shift-Tab on the Linux console; Alt-Tab is no terminal's to send.
            b'\t' => {
                let event = Event::Key(key::plain(KeyCode::BackTab, KeyModifiers::SHIFT));
                self.finish(Some(event))
            }
            _ => {
                self.end();
                self.alt = true;
                let event = self.ground(byte);
                self.alt &= matches!(self.state, State::Utf8(_));
                event
            }
        }
    }

    fn csi(&mut self, byte: u8) -> Option<Event> {
        match (byte, self.sequence.as_slice()) {
            (b'[', []) => self.begin(State::Console),
            (b'M', []) => self.begin(State::Mouse),
            (b'~', b"200") => self.begin(State::Paste(0)),
            (0x20..=0x3f, _) => self.collect(byte),
            (0x40..=0x7e, sequence) => {
                let event = if sequence.len() < LONGEST { csi::event(sequence, byte) } else { None };
                self.finish(event)
            }
            _ => self.again(byte),
        }
    }

    fn ss3(&mut self, byte: u8) -> Option<Event> {
        match byte {
            b'0'..=b'9' => self.collect(byte),
            0x20..=0x7e => {
                let event = csi::application(&self.sequence, byte);
                self.finish(event)
            }
            _ => self.again(byte),
        }
    }

    /// Swallows what no key is made of: an answer to a question of somebody else.
    fn text(&mut self, byte: u8) -> Option<Event> {
        match byte {
            0x07 | 0x18 | 0x1a => self.end(),
            0x1b => {
                self.state = State::TextEscape;
                None
            }
            _ => {
                // More than the first byte is only kept to know that it was no key with Alt.
                self.sequence.resize(2, 0);
                None
            }
        }
    }

    fn text_escape(&mut self, byte: u8) -> Option<Event> {
        self.end();
        if byte == b'\\' { None } else { self.escape(byte) }
    }

    fn mouse(&mut self, byte: u8) -> Option<Event> {
        self.sequence.push(byte);
        let [button, x, y] = *self.sequence.first_chunk()?;
        self.finish(mouse::three_bytes(button, x, y))
    }

    /// Matches [`PASTE_END`], whose first byte is nowhere else in it, so that a mismatch need not look back.
    fn pasting(&mut self, byte: u8, seen: usize) -> Option<Event> {
        if byte == PASTE_END[seen] {
            self.state = State::Paste(seen + 1);
            if seen + 1 < PASTE_END.len() {
                return None;
            }
            let event = self.pasted();
            return self.finish(Some(event));
        }
        self.keep(&PASTE_END[..seen]);
        if byte == PASTE_END[0] {
            self.state = State::Paste(1);
        } else {
            self.keep(&[byte]);
            self.state = State::Paste(0);
        }
        None
    }

    fn keep(&mut self, pasted: &[u8]) {
        let room = LARGEST_PASTE - self.paste.len();
        self.paste.extend(pasted.iter().take(room));
    }

    fn pasted(&mut self) -> Event {
        Event::Paste(String::from_utf8_lossy(&std::mem::take(&mut self.paste)).into_owned())
    }

    fn collect(&mut self, byte: u8) -> Option<Event> {
        if self.sequence.len() < LONGEST {
            self.sequence.push(byte);
        }
        None
    }

    /// A new state with nothing in it. It gives no event; the type is its callers'.
    fn begin(&mut self, state: State) -> Option<Event> {
        self.end();
        self.state = state;
        None
    }

    fn end(&mut self) -> Option<Event> {
        (self.state, self.alt) = (State::Ground, false);
        self.sequence.clear();
        None
    }

    fn finish(&mut self, event: Option<Event>) -> Option<Event> {
        self.end();
        event
    }

    /// A byte that cannot be in the sequence ends it and stands for itself.
    fn again(&mut self, byte: u8) -> Option<Event> {
        self.end();
        self.ground(byte)
    }
}
