//! The lines of a recording.

use std::{io::Write as _, mem, time::Duration};

use serde::Serialize;

use super::{Head, Kind};

/// The terminal a guest has, by its name in terminfo.
const TERM: &str = "xterm-256color";

#[derive(Serialize)]
struct Line<'a> {
    version: u8,
    width: u16,
    height: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    env: Env,
}

#[derive(Serialize)]
struct Env {
    #[serde(rename = "TERM")]
    term: &'static str,
}

/// Makes the lines. A character whose bytes come in two events stands in the second.
#[derive(Debug, Default)]
pub struct Encoder {
    /// The beginning of a character of the guest's whose end did not come yet.
    carry: Vec<u8>,
}

impl Encoder {
    /// The first line.
    ///
    /// # Panics
    /// Never: numbers and text are JSON.
    pub fn head(head: &Head, out: &mut Vec<u8>) {
        let line = Line {
            version: 2,
            width: head.size.0,
            height: head.size.1,
            timestamp: head.timestamp,
            title: head.title.as_deref(),
            env: Env { term: TERM },
        };
        serde_json::to_writer(&mut *out, &line).expect("numbers and text are JSON");
        out.push(b'\n');
    }

    /// The line of an event; none where there is nothing in it yet.
    ///
    /// # Panics
    /// Never: memory takes what is written.
    pub fn event(&mut self, at: Duration, kind: Kind, bytes: &[u8], out: &mut Vec<u8>) {
        let before = out.len();
        write!(out, "[{}.{:06}, \"{}\", \"", at.as_secs(), at.subsec_micros(), kind.letter())
            .expect("memory takes all");
        let empty = out.len();
        if kind == Kind::Output && !self.carry.is_empty() {
            let whole = [mem::take(&mut self.carry).as_slice(), bytes].concat();
            self.text(kind, &whole, out);
        } else {
            self.text(kind, bytes, out);
        }
        if out.len() == empty {
            out.truncate(before);
        } else {
            out.extend_from_slice(b"\"]\n");
        }
    }

    /// Bytes as text in JSON; what is no UTF-8 becomes U+FFFD.
    fn text(&mut self, kind: Kind, bytes: &[u8], out: &mut Vec<u8>) {
        for chunk in bytes.utf8_chunks() {
            escape(chunk.valid().as_bytes(), out);
            let bad = chunk.invalid();
            let goes_on = std::str::from_utf8(bad).is_err_and(|error| error.error_len().is_none());
            if goes_on && kind == Kind::Output && bytes.ends_with(bad) {
                self.carry = bad.to_vec();
            } else if !bad.is_empty() {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
    }
}

/// Text within quotes, as JSON has it (RFC 8259, 7).
fn escape(mut text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    loop {
        let run = plain(text);
        out.extend_from_slice(&text[..run]);
        let Some(byte) = text.get(run) else { return };
        let short = |letter: u8| [b'\\', letter, 0, 0, 0, 0];
        let (escaped, length) = match byte {
            b'\n' => (short(b'n'), 2),
            b'\r' => (short(b'r'), 2),
            b'\t' => (short(b't'), 2),
            b'"' | b'\\' => (short(*byte), 2),
            _ => ([b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]], 6),
        };
        out.extend_from_slice(&escaped[..length]);
        text = &text[run + 1..];
    }
}

/// How many bytes at the beginning stand for themselves.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, _) = text.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // The lowest marked byte is right; one above it may be marked falsely.
        let hits = (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & (ONES << 7);
        if hits != 0 {
            return place * 8 + hits.trailing_zeros() as usize / 8;
        }
    }
    let done = words.len() * 8;
    let stop = text[done..].iter().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\'));
    stop.map_or(text.len(), |stop| done + stop)
}
