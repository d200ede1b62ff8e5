//! Control sequences to keys.

use crossterm::event::{Event, KeyCode, KeyModifiers};

use super::{key, mouse};

/// What ESC `[` with these parameters and this end means, where it is anything a user did.
pub(super) fn event(sequence: &[u8], end: u8) -> Option<Event> {
    match (sequence, end) {
        ([b'<', rest @ ..], b'M' | b'm') => {
            mouse::sgr([0, 1, 2].map(|place| number(rest, place, 0)), end == b'm')
        }
        ([b'<'..=b'?', ..], _) => None,
        ([], b'I') => Some(Event::FocusGained),
        ([], b'O') => Some(Event::FocusLost),
        _ if sequence.iter().any(|b| *b < b'0') => None,
        (_, b'~') => tilde(sequence),
        (_, b'u') => unicode(sequence),
        _ => letter(number(sequence, 0, 0), number(sequence, 1, 0), end),
    }
}

/// What ESC `O` with this end means: cursor and keypad keys in application mode. Some terminals put the modifiers
/// before the letter.
pub(super) fn application(sequence: &[u8], end: u8) -> Option<Event> {
    let modifiers = modifiers(number(sequence, 0, 0));
    match end {
        b'M' => Some(typed(KeyCode::Enter, modifiers)),
        b'I' => Some(typed(KeyCode::Tab, modifiers)),
        b'j'..=b'y' | b' ' | b'X' => Some(typed(KeyCode::Char(keypad(end)), modifiers)),
        _ => letter(1, number(sequence, 0, 0), end),
    }
}

/// Keys whose sequence ends with a letter; the first parameter is 1 or left out, or it is a report and no key.
fn letter(first: u32, modifier: u32, end: u8) -> Option<Event> {
    let code = match end {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(end - b'P' + 1),
        b'Z' => {
            return Some(typed(KeyCode::BackTab, modifiers(modifier) | KeyModifiers::SHIFT));
        }
        _ => return None,
    };
    (first <= 1).then(|| typed(code, modifiers(modifier)))
}

/// Keys whose sequence ends with `~`: the first parameter is the key. 27 is any character, as xterm sends it with
/// modifyOtherKeys.
fn tilde(sequence: &[u8]) -> Option<Event> {
    let first = number(sequence, 0, 0);
    if first == 27 {
        return character(number(sequence, 2, 0), modifiers(number(sequence, 1, 0)));
    }
    let code = match first {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        _ => KeyCode::F(function(first)?),
    };
    Some(typed(code, modifiers(number(sequence, 1, 0))))
}

/// The numbers of function keys have holes where the VT220's keyboard had.
fn function(number: u32) -> Option<u8> {
    let key = match number {
        11..=15 => number - 10,
        17..=21 => number - 11,
        23..=26 => number - 12,
        28..=29 => number - 13,
        31..=34 => number - 14,
        _ => return None,
    };
    u8::try_from(key).ok()
}

/// A key by its code point, as kitty's keyboard protocol sends it; a key let go is nothing.
fn unicode(sequence: &[u8]) -> Option<Event> {
    const RELEASE: u32 = 3;
    if number(sequence, 1, 1) == RELEASE {
        return None;
    }
    character(number(sequence, 0, 0), modifiers(number(sequence, 1, 0)))
}

fn character(code: u32, modifiers: KeyModifiers) -> Option<Event> {
    if code == 27 {
        return Some(typed(KeyCode::Esc, modifiers));
    }
    if let Some(named) = u8::try_from(code).ok().filter(|b| matches!(b, 8 | 9 | 10 | 13 | 127)) {
        return key::byte(named).map(|key| typed(key.code, modifiers));
    }
    let c = char::from_u32(code).filter(|c| !c.is_control())?;
    Some(typed(KeyCode::Char(c), modifiers | key::char(c).modifiers))
}

/// The keypad's characters stand in the order of their letters: `j` is `*`, `p` is 0.
fn keypad(end: u8) -> char {
    match end {
        b'j'..=b'y' => char::from(end - b'j' + b'*'),
        b'X' => '=',
        _ => ' ',
    }
}

/// One and a bit for each modifier; 0 where it is left out.
fn modifiers(parameter: u32) -> KeyModifiers {
    const BITS: [KeyModifiers; 6] = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let mask = parameter.saturating_sub(1);
    BITS.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, modifier)| *modifier).collect()
}

fn typed(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(key::plain(code, modifiers))
}

/// A parameter by its place, and the part of it between colons; 0 where it is not there, the largest number where it
/// is larger.
fn number(sequence: &[u8], place: usize, part: usize) -> u32 {
    let parameter = sequence.split(|b| *b == b';').nth(place).unwrap_or_default();
    let digits = parameter.split(|b| *b == b':').nth(part).unwrap_or_default();
    let add = |n: u32, b: &u8| n.saturating_mul(10).saturating_add(u32::from(b - b'0'));
    digits.iter().take_while(|b| b.is_ascii_digit()).fold(0, add)
}
