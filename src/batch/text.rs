//! Text for people and for awk: lines about the host begin with `#`, a row is a line, its name stands last.

use super::{
    Buffer, Host, View,
    column::{Cell, Column, Row},
};
use crate::model::{DomainState, HostMemory, Name, Snapshot};

/// Adds one tick: the host's line, the titles, the rows.
pub(super) fn tick(buffer: &mut Buffer, view: View, host: &Host) {
    summary(buffer, host);
    titles(buffer, view);
    host.each_domain(|whole| match view {
        View::Domains => row(buffer, view, &whole),
        _ => host.each_part(view, whole, |part| row(buffer, view, &part)),
    });
}

/// Time, host, real interval, domains by state, memory, CPU, each as `key=value`.
fn summary(buffer: &mut Buffer, host: &Host) {
    let snapshot = host.snapshot();
    buffer.text("# ");
    buffer.time(snapshot.at.wall);
    buffer.text(" host=");
    word(buffer, host.label());
    if let Some(interval) = host.interval() {
        buffer.text(" interval_s=");
        buffer.fixed(interval.0 / 1_000_000, 3);
    }
    if snapshot.stale.is_some() {
        buffer.text(" error=unreadable");
    } else {
        states(buffer, snapshot);
    }
    if let Some(memory) = snapshot.memory.known() {
        host_memory(buffer, *memory);
    }
    cpu(buffer, host);
    buffer.byte(b'\n');
}

fn states(buffer: &mut Buffer, snapshot: &Snapshot) {
    let count = |word| snapshot.domains.iter().filter(|d| d.state.word() == word).count() as u64;
    pair(buffer, "domains", snapshot.domains.len() as u64);
    for state in [DomainState::Running, DomainState::Blocked, DomainState::Paused, DomainState::Crashed] {
        pair(buffer, state.word(), count(state.word()));
    }
}

fn host_memory(buffer: &mut Buffer, memory: HostMemory) {
    pair(buffer, "memory_kib", memory.total.0);
    pair(buffer, "free_kib", memory.free.0);
}

/// What the host's pCPUs did, and what all of them could do, both in percent of one.
fn cpu(buffer: &mut Buffer, host: &Host) {
    if let Some(percent) = host.rates().host_cpu {
        buffer.text(" cpu_percent=");
        buffer.decimal(percent.into());
        pair(buffer, "of", host.snapshot().node.online() as u64 * 100);
    }
}

fn pair(buffer: &mut Buffer, key: &str, value: u64) {
    buffer.byte(b' ');
    buffer.text(key);
    buffer.byte(b'=');
    buffer.number(value);
}

fn titles(buffer: &mut Buffer, view: View) {
    buffer.byte(b'#');
    for (place, column) in columns(view).enumerate() {
        // The `#` stands in the first column's room.
        let width = column.width - usize::from(place == 0);
        buffer.right(width, |b| b.text(column.title));
        buffer.byte(b' ');
    }
    buffer.text("NAME\n");
}

fn row(buffer: &mut Buffer, view: View, row: &Row<'_>) {
    for column in columns(view) {
        match (column.read)(row) {
            Cell::Number(number) => buffer.padded(number, 0, column.width),
            Cell::Decimal(value) => buffer.padded_decimal(value, column.width),
            other => buffer.right(column.width, |b| cell(b, other)),
        }
        buffer.byte(b' ');
    }
    match (row.domain.name.shown(), row.domain.key.id) {
        ("", Some(id)) => buffer.parenthesised(id.0.into()),
        ("", None) => buffer.text("(no name)"),
        (name, _) => buffer.text(name),
    }
    buffer.byte(b'\n');
}

fn columns(view: View) -> impl Iterator<Item = &'static Column> {
    view.head().iter().chain(view.parts()).filter(|column| column.width > 0)
}

fn cell(buffer: &mut Buffer, cell: Cell<'_>) {
    match cell {
        Cell::Null => buffer.byte(b'-'),
        Cell::Number(number) => buffer.number(number),
        Cell::Decimal(value) => buffer.decimal(value),
        Cell::Flag(true) => buffer.text("yes"),
        Cell::Flag(false) => buffer.text("no"),
        Cell::Word(text) => buffer.text(text),
        Cell::Foreign(name) => word(buffer, name),
        Cell::Uuid(uuid) => buffer.uuid(uuid),
    }
}

/// Adds foreign text as one field.
fn word(buffer: &mut Buffer, name: &Name) {
    for (place, part) in name.shown().split(char::is_whitespace).enumerate() {
        if place > 0 {
            buffer.byte(b'_');
        }
        buffer.text(part);
    }
}
