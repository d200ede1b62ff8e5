//! CSV, long: a row per domain and tick, quoted as RFC 4180 says.

use super::{
    Buffer, Host, View,
    column::{Cell, Column, Row},
};

/// Adds the header.
pub(super) fn header(buffer: &mut Buffer, view: View) {
    buffer.text("time,interval_s");
    for column in columns(view) {
        buffer.byte(b',');
        buffer.text(column.key);
    }
    buffer.text("\r\n");
}

/// Adds the rows of one tick; time and interval are the same in all of them and made once.
pub(super) fn tick(buffer: &mut Buffer, view: View, host: &Host) {
    let mut moment = 0..0;
    let mut add = |row: &Row<'_>| {
        if moment.end == 0 {
            moment.start = buffer.len();
            when(buffer, host);
            moment.end = buffer.len();
        } else {
            buffer.again(moment.clone());
        }
        values(buffer, view, row);
    };
    host.each_domain(|whole| match view {
        View::Domains => add(&whole),
        _ => host.each_part(view, whole, |part| add(&part)),
    });
}

fn when(buffer: &mut Buffer, host: &Host) {
    buffer.time(host.snapshot().at.wall);
    buffer.byte(b',');
    if let Some(interval) = host.interval() {
        buffer.fixed(interval.0 / 1000, 6);
    }
}

fn values(buffer: &mut Buffer, view: View, row: &Row<'_>) {
    for column in columns(view) {
        buffer.byte(b',');
        cell(buffer, (column.read)(row));
    }
    buffer.text("\r\n");
}

fn columns(view: View) -> impl Iterator<Item = &'static Column> {
    view.head().iter().chain(view.parts())
}

fn cell(buffer: &mut Buffer, cell: Cell<'_>) {
    match cell {
        Cell::Null => {}
        Cell::Number(number) => buffer.number(number),
        Cell::Decimal(value) => buffer.decimal(value),
        Cell::Flag(true) => buffer.text("true"),
        Cell::Flag(false) => buffer.text("false"),
        Cell::Word(word) => buffer.text(word),
        Cell::Foreign(name) => quoted(buffer, name.shown()),
        Cell::Uuid(uuid) => buffer.uuid(uuid),
    }
}

/// Adds foreign text, quoted where CSV needs it; what would be a formula in a spreadsheet goes behind a quote.
fn quoted(buffer: &mut Buffer, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@']);
    if !text.contains(['"', ',', '\r', '\n']) && !text.starts_with(' ') && !text.ends_with(' ') {
        if formula {
            buffer.byte(b'\'');
        }
        return buffer.text(text);
    }
    buffer.byte(b'"');
    if formula {
        buffer.byte(b'\'');
    }
    for (place, part) in text.split('"').enumerate() {
        if place > 0 {
            buffer.text("\"\"");
        }
        buffer.text(part);
    }
    buffer.byte(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_quoted_and_never_a_formula() {
        for (text, made) in [
            ("web1", "web1"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("@a,\"b\"", "\"'@a,\"\"b\"\"\""),
            ("-rm", "'-rm"),
            ("", ""),
            (" x", "\" x\""),
        ] {
            let mut buffer = Buffer::default();
            quoted(&mut buffer, text);
            assert_eq!(buffer.bytes(), made.as_bytes(), "{text}");
        }
    }
}
