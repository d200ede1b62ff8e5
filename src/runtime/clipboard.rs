//! The clipboard of whoever sits at the terminal, by OSC 52 (ctlseqs, "Manipulate Selection Data").

/// Bytes of text that terminals still take: xterm's limit is some 75 kB.
const MOST: usize = 74_994;
/// RFC 4648, section 4.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that put this text there: nothing of the text is in them but its letters in base64.
///
/// # Errors
/// A sentence, where it is too long.
pub(super) fn sequence(text: &str) -> Result<Vec<u8>, String> {
    if text.len() > MOST {
        return Err(format!(
            "{} bytes are too many for a clipboard: select less, or save the lines",
            text.len()
        ));
    }
    let mut bytes = b"\x1b]52;c;".to_vec();
    bytes.extend(text.as_bytes().chunks(3).flat_map(digits));
    bytes.extend(b"\x1b\\");
    Ok(bytes)
}

/// Up to three bytes as four digits.
fn digits(bytes: &[u8]) -> [u8; 4] {
    let byte = |place: usize| u32::from(bytes.get(place).copied().unwrap_or_default());
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    let digit = |place: usize| DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
    let filled = |place: usize| if place <= bytes.len() { digit(place) } else { b'=' };
    [digit(0), digit(1), filled(2), filled(3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_out_in_base64_alone() {
        for (text, digits) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("\x1b]0;x", "G10wO3g=")]
        {
            let sequence = sequence(text).expect("it is short");
            assert_eq!(sequence, format!("\x1b]52;c;{digits}\x1b\\").into_bytes());
        }
        assert!(sequence(&"x".repeat(MOST + 1)).is_err());
    }
}
