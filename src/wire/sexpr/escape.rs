//! What stands between quotes.

/// The bytes a quoted string with escapes means, and how many it takes up to its closing quote.
///
/// As xend reads: `\` before a character that makes no escape stands for itself and swallows the character.
///
/// # Errors
/// None where the text ends before the string, else where an escape stands for no byte.
pub(super) fn decode(inside: &[u8], quote: u8) -> Result<(Vec<u8>, usize), Option<usize>> {
    let (mut decoded, mut at) = (Vec::new(), 0);
    loop {
        match *inside.get(at).ok_or(None)? {
            byte if byte == quote => return Ok((decoded, at)),
            b'\\' => {
                let (byte, size) = escaped(&inside[at + 1..]).map_err(|end| end.then_some(at))?;
                decoded.push(byte);
                at += 1 + size;
            }
            byte => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
}

/// The byte an escape stands for, and how many it takes behind its `\`.
///
/// # Errors
/// Whether it is wrong; else it is not complete.
fn escaped(rest: &[u8]) -> Result<(u8, usize), bool> {
    let byte = match *rest.first().ok_or(false)? {
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        byte @ (b'\\' | b'\'' | b'"') => byte,
        b'x' => return hexadecimal(&rest[1..]),
        b'0'..=b'7' => return octal(rest),
        _ => b'\\',
    };
    Ok((byte, 1))
}

/// Two digits, of either case.
fn hexadecimal(rest: &[u8]) -> Result<(u8, usize), bool> {
    let digit = |at: usize| {
        let digit = char::from(*rest.get(at).ok_or(false)?).to_digit(16).ok_or(true)?;
        u8::try_from(digit).map_err(|_| true)
    };
    Ok((digit(0)? << 4 | digit(1)?, 3))
}

/// One to three digits.
fn octal(rest: &[u8]) -> Result<(u8, usize), bool> {
    let size = rest.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    if size == rest.len() && size < 3 {
        return Err(false);
    }
    let value = rest[..size].iter().fold(0, |value, digit| value * 8 + u32::from(digit - b'0'));
    u8::try_from(value).map(|value| (value, size)).map_err(|_| true)
}
