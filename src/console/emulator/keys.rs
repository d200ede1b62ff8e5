//! What a key sends to a guest: xterm's encodings (`ctlseqs`, the terminfo entry `xterm-256color`).

use crate::model::console::{Stroke, StrokeKey};

/// The bytes of a key; `application` where the guest set the cursor keys to that mode.
pub(super) fn encode(stroke: Stroke, application: bool) -> Vec<u8> {
    let letter = |last| lettered(stroke, last, application);
    match stroke.key {
        StrokeKey::Char(c) => with_alt(stroke, character(c, stroke.ctrl)),
        StrokeKey::Enter => with_alt(stroke, b"\r".to_vec()),
        StrokeKey::Tab if stroke.shift => b"\x1b[Z".to_vec(),
        StrokeKey::Tab => with_alt(stroke, b"\t".to_vec()),
        StrokeKey::BackTab => b"\x1b[Z".to_vec(),
        StrokeKey::Backspace => {
            with_alt(stroke, if stroke.ctrl { b"\x08".to_vec() } else { b"\x7f".to_vec() })
        }
        StrokeKey::Esc => with_alt(stroke, b"\x1b".to_vec()),
        StrokeKey::Up => letter('A'),
        StrokeKey::Down => letter('B'),
        StrokeKey::Right => letter('C'),
        StrokeKey::Left => letter('D'),
        StrokeKey::End => letter('F'),
        StrokeKey::Home => letter('H'),
        StrokeKey::Insert => numbered(stroke, 2),
        StrokeKey::Delete => numbered(stroke, 3),
        StrokeKey::PageUp => numbered(stroke, 5),
        StrokeKey::PageDown => numbered(stroke, 6),
        StrokeKey::F(number) => function(stroke, number),
    }
}

/// The bytes of a pasted text: line ends as Enter sends them, no control but the tab, and brackets around it where the
/// guest asked for those. Nothing in it can end them early.
pub(super) fn paste(text: &str, bracketed: bool) -> Vec<u8> {
    let text =
        text.replace("\x1b[200~", "").replace("\x1b[201~", "").replace("\r\n", "\r").replace('\n', "\r");
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\r' | '\t')).collect();
    if bracketed { format!("\x1b[200~{plain}\x1b[201~").into_bytes() } else { plain.into_bytes() }
}

/// A character; with Ctrl the control it stands for on a keyboard, where it has one.
fn character(c: char, ctrl: bool) -> Vec<u8> {
    let control = match c.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(letter as u8 - b'a' + 1),
        ' ' | '@' | '2' => Some(0),
        '[' | '3' => Some(0x1b),
        '\\' | '4' => Some(0x1c),
        ']' | '5' => Some(0x1d),
        '^' | '6' | '~' => Some(0x1e),
        '_' | '7' | '/' => Some(0x1f),
        '?' | '8' => Some(0x7f),
        _ => None,
    };
    match control.filter(|_| ctrl) {
        Some(control) => vec![control],
        None => c.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
    }
}

fn with_alt(stroke: Stroke, bytes: Vec<u8>) -> Vec<u8> {
    if stroke.alt { [b"\x1b".to_vec(), bytes].concat() } else { bytes }
}

/// xterm's number for what is held: 1, and 1 for Shift, 2 for Alt, 4 for Ctrl.
fn held(stroke: Stroke) -> u8 {
    1 + u8::from(stroke.shift) + 2 * u8::from(stroke.alt) + 4 * u8::from(stroke.ctrl)
}

/// A key whose sequence ends in a letter of its own.
fn lettered(stroke: Stroke, last: char, application: bool) -> Vec<u8> {
    match held(stroke) {
        1 if application => format!("\x1bO{last}"),
        1 => format!("\x1b[{last}"),
        held => format!("\x1b[1;{held}{last}"),
    }
    .into_bytes()
}

/// A key whose sequence has a number and ends in `~`.
fn numbered(stroke: Stroke, number: u8) -> Vec<u8> {
    match held(stroke) {
        1 => format!("\x1b[{number}~"),
        held => format!("\x1b[{number};{held}~"),
    }
    .into_bytes()
}

/// A function key; those above F12 are the first twelve with Shift, as in terminfo. There is none above F24.
fn function(stroke: Stroke, number: u8) -> Vec<u8> {
    const NUMBERS: [u8; 8] = [15, 17, 18, 19, 20, 21, 23, 24];
    match number {
        1..=4 => lettered(stroke, char::from(b'P' + number - 1), true),
        5..=12 => numbered(stroke, NUMBERS[usize::from(number) - 5]),
        13..=24 => function(Stroke { shift: true, ..stroke }, number - 12),
        _ => Vec::new(),
    }
}
