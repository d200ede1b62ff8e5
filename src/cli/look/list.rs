//! `list`: every domain.

use super::{
    super::{
        args::LookWish,
        find,
        paper::{Side, Table, maybe, reading, size, time},
        tell_line,
        trouble::Trouble,
    },
    Subject, readable, whole,
};
use crate::{
    batch::{Buffer, column::DOMAIN, json},
    model::{Demand, Domain},
};

/// Reads the domains and writes them as a table, or as one array with the stable keys.
pub(super) fn made(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    subject.read(&Demand::default());
    readable(&subject.reader, &mut subject.snapshot)?;
    let snapshot = &subject.snapshot;
    let off = || wish.all.then(|| find::unread(snapshot)).flatten();
    if let Some(why) = find::unread_running(snapshot).or_else(off) {
        tell_line(&format!("note: there may be more: {why}"));
    }
    let domains = subject.snapshot.domains.iter().filter(|d| wish.all || d.key.id.is_some());
    Ok(if wish.json { array(subject, domains) } else { table(domains).into_bytes() })
}

fn array<'a>(subject: &Subject, domains: impl Iterator<Item = &'a Domain>) -> Vec<u8> {
    let (mut buffer, label) = (Buffer::default(), subject.label());
    buffer.byte(b'[');
    for (place, domain) in domains.enumerate() {
        if place > 0 {
            buffer.byte(b',');
        }
        json::object(&mut buffer, DOMAIN, &whole(&label, domain));
    }
    buffer.text("]\n");
    buffer.bytes().to_vec()
}

fn table<'a>(domains: impl Iterator<Item = &'a Domain>) -> String {
    let mut table = Table::new([
        ("ID", Side::Right),
        ("STATE", Side::Left),
        ("VCPUS", Side::Right),
        ("MEMORY", Side::Right),
        ("MAX", Side::Right),
        ("CPU TIME", Side::Right),
        ("TYPE", Side::Left),
        // Last, for a name may be thousands of characters long, and is never cut.
        ("NAME", Side::Left),
    ]);
    for domain in domains {
        table.row(row(domain));
    }
    table.text()
}

fn row(domain: &Domain) -> [String; 8] {
    let on = domain.key.id;
    [
        maybe(on.map(|id| id.0)),
        domain.state.word().into(),
        format!("{}/{}", domain.vcpus.online, domain.vcpus.max),
        size(domain.memory),
        reading(&domain.max_memory, |most| size(*most)),
        maybe(on.map(|_| time(domain.cpu_time))),
        reading(&domain.guest, |guest| guest.word().into()),
        domain.label().into_owned(),
    ]
}
