//! Network counters from `/proc/net/dev`: one kept-open file for all interfaces of the host.
//!
//! An interface belongs to a domain if it is called `vifD.I`, or if its device says so: `device/nodename` of a
//! backend's interface is `backend/vif/D/I` whatever its name became. `vifD.I-emu` and `tapD.I`, the emulated twins
//! of an HVM guest's interfaces, carry the same packets before its own drivers take over, and are nobody's here.

use std::{
    collections::HashMap,
    fs::{self, File},
    os::unix::{ffi::OsStrExt, fs::FileExt},
    path::PathBuf,
};

use super::DeviceId;
use crate::model::NetCounters;

/// A host whose table is longer is not believed.
const MAX_TABLE: usize = 16 << 20;

/// The interfaces of the host.
pub(super) struct Nets {
    table: PathBuf,
    classes: PathBuf,
    file: Option<File>,
    text: Vec<u8>,
    /// Whose the interfaces are that do not tell by their name.
    renamed: HashMap<Box<[u8]>, DeviceId>,
}

impl Nets {
    /// From the table of interfaces (`/proc/net/dev`) and the directory of interfaces (`/sys/class/net`).
    pub(super) fn new(table: PathBuf, classes: PathBuf) -> Self {
        Self { table, classes, file: None, text: vec![0; 1 << 16], renamed: HashMap::new() }
    }

    /// Looks for interfaces that were renamed.
    pub(super) fn scan(&mut self) {
        self.file = File::open(&self.table).ok();
        self.renamed.clear();
        let Ok(interfaces) = fs::read_dir(&self.classes) else { return };
        for interface in interfaces.flatten() {
            let name = interface.file_name();
            if vif(name.as_bytes()).is_none()
                && let Ok(node) = fs::read(interface.path().join("device/nodename"))
                && let Some(id) = backend(&node)
            {
                self.renamed.insert(name.as_bytes().into(), id);
            }
        }
    }

    /// Hands over every interface that belongs to a domain, with its counters from the guest's point of view.
    pub(super) fn each(&mut self, mut give: impl FnMut(DeviceId, &NetCounters)) {
        let size = self.read();
        // The first two lines are headings.
        for line in self.text[..size].split(|&b| b == b'\n').skip(2) {
            if let Some((name, counters)) = parse(line)
                && let Some(id) = vif(name).or_else(|| self.renamed.get(name).copied())
            {
                give(id, &counters);
            }
        }
    }

    /// Reads the table and returns its length. The kernel gives it in pieces of whole lines.
    fn read(&mut self) -> usize {
        let Some(file) = &self.file else { return 0 };
        let mut size = 0;
        loop {
            if size == self.text.len() {
                if size >= MAX_TABLE {
                    return size;
                }
                self.text.resize(size * 2, 0);
            }
            match file.read_at(&mut self.text[size..], size as u64) {
                Ok(got) if got > 0 => size += got,
                _ => return size,
            }
        }
    }
}

/// The device an interface called `vifD.I` is.
fn vif(name: &[u8]) -> Option<DeviceId> {
    DeviceId::parse(name.strip_prefix(b"vif")?, b'.')
}

/// The device a node called `backend/vif/D/I` is.
fn backend(node: &[u8]) -> Option<DeviceId> {
    DeviceId::parse(node.trim_ascii().strip_prefix(b"backend/vif/")?, b'/')
}

/// One line of the table: what the backend received, the guest sent.
///
/// `name: bytes packets errs drop fifo frame compressed multicast` of what was received, then
/// `bytes packets errs drop fifo colls carrier compressed` of what was sent (net/core/net-procfs.c).
fn parse(line: &[u8]) -> Option<(&[u8], NetCounters)> {
    let colon = line.iter().rposition(|&b| b == b':')?;
    let mut numbers = [0; 16];
    let mut columns = line[colon + 1..].split(u8::is_ascii_whitespace).filter(|column| !column.is_empty());
    for number in &mut numbers {
        *number = std::str::from_utf8(columns.next()?).ok()?.parse::<u64>().ok()?;
    }
    let [
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
        _,
        _,
        _,
        _,
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        ..,
    ] = numbers;
    let errors = rx_errors.wrapping_add(tx_errors);
    let dropped = rx_dropped.wrapping_add(tx_dropped);
    let counters = NetCounters { rx_bytes, tx_bytes, rx_packets, tx_packets, errors, dropped };
    Some((line[..colon].trim_ascii(), counters))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_whole_name_makes_a_vif() {
        let id = |domain, device| Some(DeviceId { domain, device });
        assert_eq!(vif(b"vif14.0"), id(14, 0));
        for name in
            [&b"vif14.0-emu"[..], b"tap14.0", b"vif14", b"vif.0", b"vif14.", b"vif+1.0", b"vif4294967296.0"]
        {
            assert_eq!(vif(name), None, "{}", String::from_utf8_lossy(name));
        }
        assert_eq!(backend(b"backend/vif/3/1\n"), id(3, 1));
        assert_eq!(backend(b"backend/vbd/3/1"), None);
    }

    #[test]
    fn a_line_is_seen_from_the_guests_side() {
        let (name, counters) =
            parse(b"  vif3.0: 1 2 3 4 5 6 7 8 100 200 300 400 0 0 0 0").expect("a line of the kernel");
        let expected = NetCounters {
            rx_bytes: 100,
            tx_bytes: 1,
            rx_packets: 200,
            tx_packets: 2,
            errors: 303,
            dropped: 404,
        };
        assert_eq!((name, counters), (&b"vif3.0"[..], expected));
    }

    #[test]
    fn a_number_may_touch_the_colon() {
        let line = format!("eth0:{} 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", u64::MAX);
        assert_eq!(parse(line.as_bytes()).expect("a line of old kernels").1.tx_bytes, u64::MAX);
    }

    proptest! {
        #[test]
        fn any_line_is_taken_or_left(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&line);
        }
    }
}
