//! Keys that are one byte or one character, with the modifiers crossterm gives them.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// A key with these modifiers.
pub(super) fn plain(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

/// A character, with Shift where it is upper case.
pub(super) fn char(c: char) -> KeyEvent {
    plain(KeyCode::Char(c), if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE })
}

/// What one byte below 0x80 is on the keyboard; none for the rest. Backspace is either of the two bytes terminals
/// send for it, Enter too.
pub(super) fn byte(byte: u8) -> Option<KeyEvent> {
    let control = |c: u8| plain(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    Some(match byte {
        0x00 => control(b' '),
        b'\t' => plain(KeyCode::Tab, KeyModifiers::NONE),
        b'\r' | b'\n' => plain(KeyCode::Enter, KeyModifiers::NONE),
        0x08 | 0x7f => plain(KeyCode::Backspace, KeyModifiers::NONE),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        0x20..=0x7e => char(char::from(byte)),
        _ => return None,
    })
}

/// A function key of the Linux console: `A` to `E` (`console_codes`(4)).
pub(super) fn console(byte: u8) -> Option<Event> {
    let number = byte.checked_sub(b'A').filter(|n| *n < 5)?;
    Some(Event::Key(plain(KeyCode::F(number + 1), KeyModifiers::NONE)))
}
