//! Bytes on their way out, put together without formatting machinery.

use jiff::{Timestamp, tz::Offset};

use crate::model::{Nanos, text::steers};

const HEX: &[u8; 16] = b"0123456789abcdef";
/// More than any number with its point and its spaces takes.
const LONGEST: usize = 40;

/// Bytes on their way out; cleared and filled again, so that a warm one allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// What is in it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Empties it; its room stays.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds text as it is.
    pub fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Adds one ASCII character.
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Adds a whole number.
    pub fn number(&mut self, number: u64) {
        self.padded(number, 0, 0);
    }

    /// Adds a number of thousandths, hundredths… as a decimal: `fixed(1234, 3)` adds `1.234`.
    pub fn fixed(&mut self, scaled: u64, places: usize) {
        self.padded(scaled, places, 0);
    }

    /// As [`Buffer::fixed`], filled up with spaces on its left to this many bytes, 40 at most.
    pub fn padded(&mut self, mut scaled: u64, places: usize, width: usize) {
        let mut bytes = [b' '; LONGEST];
        let mut from = LONGEST;
        for place in 0.. {
            if place > places && scaled == 0 {
                break;
            }
            if place > 0 && place == places {
                from -= 1;
                bytes[from] = b'.';
            }
            from -= 1;
            bytes[from] = b'0' + (scaled % 10) as u8;
            scaled /= 10;
        }
        let from = from.min(LONGEST - width.min(LONGEST));
        self.0.extend_from_slice(&bytes[from..]);
    }

    /// Adds a number with two decimals; what is no number becomes 0, what is too large the largest there is.
    pub fn decimal(&mut self, value: f64) {
        self.padded_decimal(value, 0);
    }

    /// As [`Buffer::decimal`], filled up with spaces on its left to this many bytes.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
    pub fn padded_decimal(&mut self, value: f64, width: usize) {
        self.padded((value * 100.0).round() as u64, 2, width);
    }

    /// Adds once more what stands from this place on up to that one.
    pub fn again(&mut self, place: std::ops::Range<usize>) {
        self.0.extend_from_within(place);
    }

    /// How much is in it.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a number in parentheses: what stands for a name where there is none.
    pub fn parenthesised(&mut self, number: u64) {
        self.byte(b'(');
        self.number(number);
        self.byte(b')');
    }

    /// Adds a uuid in its usual form: lower-case hexadecimal digits by 8, 4, 4, 4 and 12.
    pub fn uuid(&mut self, uuid: [u8; 16]) {
        let mut digits = [b'-'; 36];
        let mut at = 0;
        for (place, byte) in uuid.into_iter().enumerate() {
            at += usize::from(matches!(place, 4 | 6 | 8 | 10));
            digits[at] = HEX[usize::from(byte >> 4)];
            digits[at + 1] = HEX[usize::from(byte & 0xf)];
            at += 2;
        }
        self.0.extend_from_slice(&digits);
    }

    /// Adds a moment of the wall clock as RFC 3339 in UTC with milliseconds.
    pub fn time(&mut self, wall: Nanos) {
        let time = Timestamp::from_nanosecond(i128::from(wall.0)).unwrap_or_default();
        let time = Offset::UTC.to_datetime(time);
        let part = |n: i8| u64::from(n.unsigned_abs());
        self.digits(u64::from(time.year().unsigned_abs()), 4);
        for (mark, value) in [
            (b'-', time.month()),
            (b'-', time.day()),
            (b'T', time.hour()),
            (b':', time.minute()),
            (b':', time.second()),
        ] {
            self.byte(mark);
            self.digits(part(value), 2);
        }
        self.byte(b'.');
        self.digits(u64::from(time.millisecond().unsigned_abs()), 3);
        self.byte(b'Z');
    }

    /// Adds a JSON string. What a terminal could obey is escaped even where JSON would let it pass.
    pub fn json(&mut self, text: &str) {
        self.byte(b'"');
        if text.bytes().all(|b| (b' '..0x7f).contains(&b) && b != b'"' && b != b'\\') {
            self.text(text);
        } else {
            text.chars().for_each(|c| self.json_char(c));
        }
        self.byte(b'"');
    }

    /// Adds a cell and fills it up with spaces on its left to this many bytes; a longer one is not cut.
    pub fn right(&mut self, width: usize, cell: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        cell(self);
        let end = self.0.len();
        let pad = width.saturating_sub(end - start);
        self.0.resize(end + pad, b' ');
        self.0.copy_within(start..end, start + pad);
        self.0[start..start + pad].fill(b' ');
    }

    /// Adds the last digits of a number, so many.
    fn digits(&mut self, mut number: u64, count: usize) {
        let start = self.0.len();
        self.0.resize(start + count, b'0');
        for digit in self.0[start..].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    }

    fn json_char(&mut self, c: char) {
        match c {
            '"' => self.text("\\\""),
            '\\' => self.text("\\\\"),
            '\n' => self.text("\\n"),
            _ if steers(c) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| self.json_unit(*unit)),
            _ => self.text(c.encode_utf8(&mut [0; 4])),
        }
    }

    fn json_unit(&mut self, unit: u16) {
        self.text("\\u");
        for shift in [12, 8, 4, 0] {
            self.byte(HEX[usize::from(unit >> shift & 0xf)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(write: impl FnOnce(&mut Buffer)) -> String {
        let mut buffer = Buffer::default();
        write(&mut buffer);
        String::from_utf8(buffer.0).expect("a buffer holds UTF-8")
    }

    #[test]
    fn a_cell_is_filled_up_but_never_cut() {
        assert_eq!(made(|b| b.right(4, |b| b.number(12))), "  12");
        assert_eq!(made(|b| b.right(2, |b| b.number(1234))), "1234");
    }

    #[test]
    fn json_hides_what_a_terminal_would_obey() {
        assert_eq!(
            made(|b| b.json("a\x1b[2J\u{9b}\u{202e}\u{e0001}é")),
            r#""a\u001b[2J\u009b\u202e\udb40\udc01é""#
        );
    }

    proptest! {
        #[test]
        fn numbers_are_what_the_standard_library_prints(number: u64) {
            prop_assert_eq!(made(|b| b.number(number)), number.to_string());
            let fixed = format!("{}.{:03}", number / 1000, number % 1000);
            prop_assert_eq!(made(|b| b.padded(number, 3, 30)), format!("{fixed:>30}"));
            prop_assert_eq!(made(|b| b.fixed(number, 3)), fixed);
            prop_assert_eq!(made(|b| b.padded(number, 0, 12)), format!("{number:>12}"));
        }

        #[test]
        fn serde_json_reads_back_every_string(text in "(?s).{0,40}") {
            let json = made(|b| b.json(&text));
            prop_assert!(!json.chars().any(steers), "{}", json);
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), text);
        }

        #[test]
        fn uuids_are_what_the_uuid_crate_prints(bytes: [u8; 16]) {
            prop_assert_eq!(made(|b| b.uuid(bytes)), uuid::Uuid::from_bytes(bytes).to_string());
        }

        #[test]
        fn jiff_reads_back_every_time(wall in 0_u64..4_000_000_000_000) {
            let text = made(|b| b.time(Nanos(wall * 1_000_000)));
            let time: Timestamp = text.parse().expect("it is RFC 3339");
            prop_assert_eq!(time.as_millisecond(), i64::try_from(wall).expect("it fits"));
            prop_assert_eq!(text.len(), 24);
        }
    }
}
