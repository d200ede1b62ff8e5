//! The text consoles of one domain, as xenconsoled and QEMU's toolstack wrote down where their ptys are.
//!
//! ```text
//!  /local/domain/N/console/tty             the paravirtual console, by xenconsoled       "console"
//!  /local/domain/N/device/console/K/tty    further ones, by xenconsoled or QEMU          "consoleK"
//!  /local/domain/N/serial/K/tty            an emulated serial line, by libxl or QEMU     "serialK"
//!  /local/domain/N/vuart/K/tty             that of ARM (docs/misc/xenstore-paths)        "vuartK"
//! ```
//!
//! What stands there is opened with our rights, so it is believed only where the guest cannot have written it: the
//! node belongs to domain 0, nobody else may write it, and it names a terminal of devpts. A guest can make nodes that
//! are not so; they are left out, and told of only where there is nothing else.

use std::{os::unix::fs::FileTypeExt, path::PathBuf};

use uuid::Uuid;

use super::client::Client;
use crate::{
    driver::{Answer, Error},
    model::{
        Kind,
        console::{Tty, TtyKind},
    },
    wire::xenstore::Request,
};

/// More consoles of one sort than these are not looked at.
const MOST: usize = 16;
/// The directories that hold numbered consoles, with the beginning of their names.
const NUMBERED: [(&str, &str, TtyKind); 3] = [
    ("device/console", "console", TtyKind::Paravirtual),
    ("serial", "serial", TtyKind::Serial),
    ("vuart", "vuart", TtyKind::Serial),
];

/// Where terminals and their locks are on this host.
pub(super) struct Terminals {
    /// Where devpts is mounted.
    pub(super) pts: PathBuf,
    /// Where Xen's own client keeps its locks.
    pub(super) locks: PathBuf,
}

/// A place where a console may be told.
struct Place {
    name: String,
    kind: TtyKind,
    node: String,
}

/// The consoles of domain `id`, the one it is used by first.
pub(super) fn read(id: u32, uuid: Uuid, terminals: &Terminals, client: &mut Client) -> Answer<Vec<Tty>> {
    let places = places(id, client)?;
    let nodes: Vec<&str> = places.iter().map(|place| place.node.as_str()).collect();
    // In this order: what a guest wrote and took away again cannot become ours in between.
    let (values, owners) = (client.read_all(&nodes)?, permissions(&nodes, client)?);
    let (mut found, mut strange) = (Vec::new(), None);
    for ((place, value), owners) in places.into_iter().zip(values).zip(owners) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        match terminals.believe(id, place, &value, &owners) {
            Ok(tty) => found.push(tty),
            Err(error) => strange = strange.or(Some(error)),
        }
    }
    if emulated(id, uuid, client)? {
        found.sort_by_key(|tty| tty.kind != TtyKind::Serial);
    }
    if found.is_empty() { strange.map_or(Ok(found), Err) } else { Ok(found) }
}

/// Every place of this domain, the paravirtual console first.
fn places(id: u32, client: &mut Client) -> Answer<Vec<Place>> {
    let home = format!("/local/domain/{id}");
    let lists = client.list_all(&NUMBERED.map(|(directory, ..)| format!("{home}/{directory}")))?;
    let node = format!("{home}/console/tty");
    let mut places = vec![Place { name: "console".into(), kind: TtyKind::Paravirtual, node }];
    for ((directory, name, kind), numbers) in NUMBERED.into_iter().zip(lists) {
        let mut numbers: Vec<u16> = numbers.iter().filter_map(|number| plain(number)).collect();
        numbers.sort_unstable();
        places.extend(numbers.into_iter().take(MOST).map(|number| Place {
            name: format!("{name}{number}"),
            kind,
            node: format!("{home}/{directory}/{number}/tty"),
        }));
    }
    Ok(places)
}

/// A number as Xen writes it: digits, and no needless ones.
fn plain(number: &str) -> Option<u16> {
    number.parse().ok().filter(|parsed: &u16| parsed.to_string() == number)
}

/// Who may do what with each node; empty where that is not told.
fn permissions(nodes: &[&str], client: &mut Client) -> Answer<Vec<Vec<u8>>> {
    for node in nodes {
        client.queue(&Request::GetPerms(node))?;
    }
    let mut all = vec![Vec::new(); nodes.len()];
    client.exchange(|place, reply| all[place] = reply.unwrap_or_default().to_vec())?;
    Ok(all)
}

/// Whether it is an emulated machine, whose serial line is where its boot is seen.
fn emulated(id: u32, uuid: Uuid, client: &mut Client) -> Answer<bool> {
    let words = client.read_all(&[format!("/libxl/{id}/type"), format!("/vm/{uuid}/image/ostype")])?;
    Ok(words.into_iter().flatten().next().is_some_and(|word| word == "hvm"))
}

/// Whether only domain 0 may write a node with these permissions (docs/misc/xenstore.txt): the first is the owner's
/// with what everybody may, each other one is of one domain; `r` reads, `w` writes, `b` does both, `n` neither.
fn is_ours(permissions: &[u8]) -> bool {
    let mut all = permissions.split(|&b| b == 0).filter(|one| !one.is_empty());
    let owner = all.next().is_some_and(|owner| matches!(owner, b"n0" | b"r0"));
    owner && all.all(|other| other.ends_with(b"0") && other.len() == 2 || matches!(other[0], b'n' | b'r'))
}

impl Terminals {
    /// A console that is what a node says, where the node may be believed.
    fn believe(&self, id: u32, place: Place, value: &str, permissions: &[u8]) -> Answer<Tty> {
        let strange = |kind, why: String| Err(Error::new(kind, format!("{}: {why}", place.node)));
        if !is_ours(permissions) {
            return strange(Kind::Refused, "the guest could have written it, so it is not opened".into());
        }
        let path = PathBuf::from(value);
        let number = path.strip_prefix(&self.pts).ok().and_then(|rest| rest.to_str());
        if number.and_then(plain).is_none() || !value.is_ascii() || value.contains("//") {
            let root = self.pts.display();
            return strange(
                Kind::Refused,
                format!("{value:?} is no terminal below {root}, so it is not opened"),
            );
        }
        match path.metadata() {
            Ok(it) if it.file_type().is_char_device() => {}
            Ok(_) => return strange(Kind::Refused, format!("{value} is no terminal, so it is not opened")),
            Err(error) => return Err(Error::io(format!("look at {value} of {}", place.node), &error)),
        }
        let custom = place.name == "console";
        let lock = custom.then(|| self.locks.join(format!("xenconsole.{id}")));
        Ok(Tty { name: place.name.into(), kind: place.kind, path, lock })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_ours_where_nobody_but_domain_0_writes_it() {
        for ours in [&b"n0\0"[..], b"n0\0r5\0", b"r0\0", b"n0\0b0\0r5\0", b"n0"] {
            assert!(is_ours(ours), "{ours:?}");
        }
        let others = [
            &b""[..],
            b"\0",
            b"n5\0",
            b"n5\0r0\0",
            b"b0\0",
            b"w0\0",
            b"n0\0w5\0",
            b"n0\0b5\0",
            b"n0\0b10\0",
            b"n00\0",
        ];
        for others in others {
            assert!(!is_ours(others), "{others:?}");
        }
    }
}
