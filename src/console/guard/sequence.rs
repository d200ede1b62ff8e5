//! Where a sequence in a guest's bytes ends, and whether it may pass.
//!
//! The grammar is that of ECMA-48 as terminals parse it: `ESC`, intermediates, a final byte; `ESC [`, parameters,
//! intermediates, a final byte; controls in between are obeyed at once and belong to neither. Which sequences mean what
//! is taken from xterm's `ctlseqs` and the kitty keyboard protocol.

/// Bytes of the longest sequence that passes. True colour for letters and ground takes about 40.
pub(super) const MOST: usize = 256;

/// What becomes of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It passes.
    Keep,
    /// It does not.
    Drop,
    /// Neither, but it says that an update of the screen begins or ends.
    Midway(bool),
    /// It opens a string, no byte of which passes.
    Opens(Opens),
    /// It is longer than [`MOST`], and goes on.
    Overlong,
}

/// A string a terminal would take for its own use, by what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    /// OSC: the bell ends it too.
    Command,
    /// DCS, APC, PM, SOS.
    Other,
}

/// How many bytes at the beginning need no look: no escape, and no lead byte of a C1 control.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = zero_bytes(word ^ ESCAPES) | zero_bytes(word ^ LEADS);
        if hits != 0 {
            return place * 8 + hits.trailing_zeros() as usize / 8;
        }
    }
    let done = words.len() * 8;
    let stop = bytes[done..].iter().position(|byte| matches!(byte, 0x1b | 0xc2));
    stop.map_or(bytes.len(), |stop| done + stop)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const ESCAPES: u64 = ONES * 0x1b;
const LEADS: u64 = ONES * 0xc2;

/// The top bit of each byte that is zero. A byte above such a one may be marked though it is not: the lowest is right.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// How many bytes at the end are the beginning of a character.
pub(super) fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(lead) = tail.iter().rposition(|byte| byte & 0xc0 != 0x80) else { return 0 };
    let length = tail.len() - lead;
    if width(tail[lead]) > length { length } else { 0 }
}

/// How many bytes a character of this lead byte has.
const fn width(lead: u8) -> usize {
    match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

/// Where a string ends: the place of the byte that ends it.
pub(super) fn end_of_string(opens: Opens, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| match byte {
        0x07 => opens == Opens::Command,
        0x18 | 0x1a | 0x1b => true,
        _ => false,
    })
}

/// The length of the sequence or character these bytes begin with, and what becomes of it; none where its end is not
/// among them.
pub(super) fn sequence(bytes: &[u8]) -> Option<(usize, Verdict)> {
    match bytes {
        [0x1b, b'[', rest @ ..] => usual(rest).or_else(|| unusual(bytes)),
        [0x1b, ..] => unusual(bytes),
        _ => character(bytes),
    }
}

/// Any other sequence. One with a byte above ASCII in it does not pass: a terminal that makes characters of bytes first
/// would see a C1 control there.
fn unusual(bytes: &[u8]) -> Option<(usize, Verdict)> {
    let (length, verdict) = escape(&bytes[..bytes.len().min(MOST)])?;
    let hides = verdict == Verdict::Keep && !bytes[..length].is_ascii();
    Some((length, if hides { Verdict::Drop } else { verdict }))
}

/// A control sequence such as most are, after its `ESC [`: a few numbers, and a final byte that always passes.
#[inline]
fn usual(rest: &[u8]) -> Option<(usize, Verdict)> {
    let end = rest.iter().take(24).position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
    matches!(rest[end], b'A'..=b'M' | b'd' | b'm' | b'r').then_some((end + 3, Verdict::Keep))
}

fn character(bytes: &[u8]) -> Option<(usize, Verdict)> {
    let length = width(bytes[0]);
    let cut = bytes[1..].iter().take(length - 1).position(|byte| byte & 0xc0 != 0x80);
    if let Some(cut) = cut {
        // What comes next may be taken out, and what then comes make a C1 control of this lead byte.
        return Some((cut + 1, if bytes[0] == 0xc2 { Verdict::Drop } else { Verdict::Keep }));
    }
    let is_control = |whole: &[u8]| whole[0] == 0xc2 && whole[1] < 0xa0;
    let whole = bytes.get(..length)?;
    Some((length, if is_control(whole) { Verdict::Drop } else { Verdict::Keep }))
}

fn escape(bytes: &[u8]) -> Option<(usize, Verdict)> {
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'[' if is_bare(&bytes[1..at]) => return control(bytes, at + 1),
            b']' if is_bare(&bytes[1..at]) => return Some((at + 1, Verdict::Opens(Opens::Command))),
            b'P' | b'_' | b'^' | b'X' if is_bare(&bytes[1..at]) => {
                return Some((at + 1, Verdict::Opens(Opens::Other)));
            }
            // Nothing is open that it could end.
            b'\\' => return Some((at + 1, Verdict::Drop)),
            0x30..=0x7e => return Some((at + 1, Verdict::Keep)),
            _ => {}
        }
        if let Some(broken) = broken_off(at, *byte) {
            return Some(broken);
        }
    }
    overlong(bytes)
}

/// Whether only controls, which are obeyed at once, stand between an escape and what follows.
fn is_bare(between: &[u8]) -> bool {
    between.iter().all(|byte| !matches!(byte, 0x20..=0x2f))
}

fn control(bytes: &[u8], from: usize) -> Option<(usize, Verdict)> {
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        if matches!(byte, 0x40..=0x7e) {
            return Some((at + 1, verdict(&bytes[from..at], *byte)));
        }
        if let Some(broken) = broken_off(at, *byte) {
            return Some(broken);
        }
    }
    overlong(bytes)
}

/// Where a sequence ends that this byte breaks off. What stands before an escape is then no sequence, and must not pass:
/// where the escape's own is taken out, what comes after that would end it.
const fn broken_off(at: usize, byte: u8) -> Option<(usize, Verdict)> {
    match byte {
        0x18 | 0x1a => Some((at + 1, Verdict::Keep)),
        0x1b => Some((at, Verdict::Drop)),
        _ => None,
    }
}

fn overlong(bytes: &[u8]) -> Option<(usize, Verdict)> {
    (bytes.len() == MOST).then_some((MOST, Verdict::Overlong))
}

/// What becomes of `CSI parameters final`.
fn verdict(parameters: &[u8], last: u8) -> Verdict {
    let (private, parameters) = match parameters {
        [private @ 0x3c..=0x3f, rest @ ..] => (Some(*private), rest),
        _ => (None, parameters),
    };
    match (private, last) {
        (Some(b'?'), b'h' | b'l') => modes(parameters, last),
        // Repeats of a character: thousands of them for a few bytes are an attack.
        (None, b'b') if parameters.len() > 3 => Verdict::Drop,
        // Window operations and titles, printing, terminal parameters; where private, keyboard protocols, and questions
        // for attributes, version and extents that only a real terminal has.
        (_, b't' | b'i' | b'x') | (Some(_), b'u' | b'm' | b'q' | b'c' | b'n' | b'S' | b'p') => Verdict::Drop,
        // What a mode is set to.
        (None, b'p') if parameters.contains(&b'$') => Verdict::Drop,
        _ => Verdict::Keep,
    }
}

/// What becomes of private modes that are set or reset.
fn modes(parameters: &[u8], last: u8) -> Verdict {
    let mut numbers = parameters.split(|byte| *byte == b';');
    if numbers.clone().any(|number| number == b"2026") {
        return Verdict::Midway(last == b'h');
    }
    if numbers.all(is_of_the_operator) { Verdict::Drop } else { Verdict::Keep }
}

/// Modes of the mouse, of the focus, of keys and of reports about the window: none is of use to a page.
fn is_of_the_operator(number: &[u8]) -> bool {
    matches!(
        number,
        b"9" | b"1000"
            | b"1001"
            | b"1002"
            | b"1003"
            | b"1004"
            | b"1005"
            | b"1006"
            | b"1007"
            | b"1015"
            | b"1016"
            | b"1034"
            | b"1035"
            | b"1036"
            | b"1037"
            | b"1039"
            | b"1042"
            | b"1043"
            | b"2031"
            | b"2048"
            | b"5522"
            | b"9001"
    )
}
