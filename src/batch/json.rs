//! JSON lines: one object a tick and host.

use super::{
    Buffer, Host, View,
    column::{Cell, Column, DOMAIN, Row},
};

/// Adds the line of one tick.
pub(super) fn tick(buffer: &mut Buffer, view: View, host: &Host) {
    buffer.text("{\"time\":\"");
    buffer.time(host.snapshot().at.wall);
    buffer.text("\",\"host\":");
    buffer.json(host.label().raw());
    buffer.text(",\"interval_s\":");
    match host.interval() {
        Some(interval) => buffer.fixed(interval.0 / 1000, 6),
        None => buffer.text("null"),
    }
    if let Some(reason) = &host.snapshot().stale {
        buffer.text(",\"error\":");
        buffer.json(reason);
    }
    buffer.text(",\"domains\":");
    domains(buffer, view, host);
    buffer.text("}\n");
}

/// Adds the array of all domains with the stable keys.
fn domains(buffer: &mut Buffer, view: View, host: &Host) {
    buffer.byte(b'[');
    let mut first = true;
    host.each_domain(|row| {
        comma(buffer, &mut first);
        domain(buffer, view, host, row);
    });
    buffer.byte(b']');
}

/// Adds one domain's object.
fn domain(buffer: &mut Buffer, view: View, host: &Host, row: Row<'_>) {
    buffer.byte(b'{');
    let mut first = true;
    members(buffer, DOMAIN, &row, &mut first);
    if let Some(key) = view.key() {
        comma(buffer, &mut first);
        buffer.json(key);
        buffer.text(":[");
        let mut first = true;
        host.each_part(view, row, |part| {
            comma(buffer, &mut first);
            object(buffer, view.parts(), &part);
        });
        buffer.byte(b']');
    }
    buffer.byte(b'}');
}

/// Adds an object with the values of these columns.
pub fn object(buffer: &mut Buffer, columns: &[Column], row: &Row<'_>) {
    buffer.byte(b'{');
    members(buffer, columns, row, &mut true);
    buffer.byte(b'}');
}

/// Adds the keys and values of these columns to an open object; `first` tells whether it has none yet.
pub fn members(buffer: &mut Buffer, columns: &[Column], row: &Row<'_>, first: &mut bool) {
    for column in columns {
        comma(buffer, first);
        buffer.byte(b'"');
        buffer.text(column.key);
        buffer.text("\":");
        cell(buffer, (column.read)(row));
    }
}

fn comma(buffer: &mut Buffer, first: &mut bool) {
    if !std::mem::replace(first, false) {
        buffer.byte(b',');
    }
}

fn cell(buffer: &mut Buffer, cell: Cell<'_>) {
    match cell {
        Cell::Null => buffer.text("null"),
        Cell::Number(number) => buffer.number(number),
        Cell::Decimal(value) => buffer.decimal(value),
        Cell::Flag(true) => buffer.text("true"),
        Cell::Flag(false) => buffer.text("false"),
        Cell::Word(word) => buffer.json(word),
        Cell::Foreign(name) => buffer.json(name.raw()),
        Cell::Uuid(uuid) => {
            buffer.byte(b'"');
            buffer.uuid(uuid);
            buffer.byte(b'"');
        }
    }
}
