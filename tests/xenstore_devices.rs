//! Laws of a domain's devices, their counters and its facts.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fake_xenstored.rs"]
mod fake_xenstored;

use std::{fmt::Write, fs, os::unix::fs::symlink, time::Duration};

use domtop::{
    driver::{
        Observe,
        xen::xenstore::{Places, Xenstore},
    },
    model::{
        Demand, Device, DeviceKind, DiskCounters, Domain, DomainId, DomainKey, Kind, Nanos, NetCounters,
        Reading, Stamp,
    },
};
use fake_xenstored::{FakeXenstored, Scratch};
use uuid::Uuid;

const SECOND: u64 = 1_000_000_000;

const HEADINGS: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
";

/// A host with its xenstored, its procfs and its sysfs.
struct Host {
    xenstored: FakeXenstored,
    files: Scratch,
}

impl Host {
    fn new() -> Self {
        let host = Self { xenstored: FakeXenstored::start(), files: Scratch::new() };
        host.interfaces(&[]);
        host
    }

    fn open(&self) -> Xenstore {
        let below = |name: &str| self.files.path().join(name);
        Xenstore::at(Places {
            peers: vec![self.xenstored.socket()],
            proc: below("proc"),
            sys: below("sys"),
            shm: below("shm"),
            pts: below("pts"),
            locks: below("locks"),
            patience: Duration::from_secs(20),
        })
        .unwrap()
    }

    /// Interfaces by name with what the backend received and sent, in bytes.
    fn interfaces(&self, interfaces: &[(&str, u64, u64)]) {
        let mut table = HEADINGS.to_owned();
        for (name, rx, tx) in interfaces {
            writeln!(table, "{name:>6}: {rx} 10 1 2 0 0 0 0 {tx} 20 3 4 0 0 0 0").unwrap();
            fs::create_dir_all(self.files.path().join("sys/class/net").join(name)).unwrap();
        }
        self.files.file("proc/net/dev", table);
    }

    fn disk(&self, name: &str, counters: [u64; 4]) {
        for (file, count) in ["rd_req", "wr_req", "rd_sect", "wr_sect"].into_iter().zip(counters) {
            self.files
                .file(&format!("sys/bus/xen-backend/devices/{name}/statistics/{file}"), format!("{count}\n"));
        }
    }

    fn no_disk(&self, name: &str) {
        fs::remove_dir_all(self.files.path().join("sys/bus/xen-backend/devices").join(name)).unwrap();
    }
}

fn domain(id: u32) -> Domain {
    Domain { key: key(id), ..Domain::default() }
}

fn key(id: u32) -> DomainKey {
    DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(u128::from(id)) }
}

fn tick(xenstore: &Xenstore, at: u64, domains: &mut [Domain]) {
    xenstore.begin(Stamp { mono: Nanos(at), wall: Nanos(0) }, &Demand { devices: true, ..Demand::default() });
    xenstore.traffic(domains).unwrap();
}

fn net(rx_bytes: u64, tx_bytes: u64) -> Reading<NetCounters> {
    Reading::Known(NetCounters { rx_bytes, tx_bytes, rx_packets: 20, tx_packets: 10, errors: 4, dropped: 6 })
}

fn disk(read_requests: u64, write_requests: u64, read_bytes: u64, write_bytes: u64) -> Reading<DiskCounters> {
    Reading::Known(DiskCounters { read_bytes, write_bytes, read_requests, write_requests })
}

#[test]
fn what_the_backend_receives_the_guest_sent() {
    let host = Host::new();
    host.interfaces(&[("lo", 5, 5), ("vif3.0", 1000, 2000), ("xenbr0", 7, 7)]);
    let mut domains = [domain(0), domain(3)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[1].net, net(2000, 1000));
    assert_eq!(
        domains[0].net,
        Reading::Unsupported,
        "nobody's interface is nobody's, not the control domain's"
    );
}

#[test]
fn a_renamed_interface_is_known_by_its_device() {
    let host = Host::new();
    host.interfaces(&[("web-lan", 1, 2), ("eth0", 3, 4)]);
    host.files.file("sys/class/net/web-lan/device/nodename", "backend/vif/3/1\n");
    host.files.file("sys/class/net/eth0/device/vendor", "0x8086\n");
    let mut domains = [domain(3)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].net, net(2, 1));
}

#[test]
fn an_emulated_twin_is_not_counted_twice() {
    let host = Host::new();
    host.interfaces(&[("vif3.0", 1, 2), ("vif3.0-emu", 100, 200), ("tap3.0", 100, 200)]);
    let mut domains = [domain(3)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].net, net(2, 1));
}

#[test]
fn interfaces_of_one_domain_are_added_up() {
    let host = Host::new();
    host.interfaces(&[("vif3.0", 1, 2), ("vif3.1", 10, 20), ("vif4.0", 100, 200)]);
    let mut domains = [domain(3), domain(4)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].net.known().map(|n| (n.rx_bytes, n.tx_bytes, n.errors)), Some((22, 11, 8)));
    assert_eq!(domains[1].net, net(200, 100));
}

#[test]
fn a_long_table_is_read_to_its_end() {
    let host = Host::new();
    let names: Vec<String> = (0..3000).map(|id| format!("vif{id}.0")).collect();
    host.interfaces(&names.iter().map(|name| (name.as_str(), 1, 2)).collect::<Vec<_>>());
    let mut domains: Vec<Domain> = (0..3000).map(domain).collect();
    tick(&host.open(), 0, &mut domains);
    assert!(domains.iter().all(|domain| domain.net == net(2, 1)));
}

#[test]
fn disks_count_in_sectors_of_512_bytes() {
    let host = Host::new();
    host.disk("vbd-3-51712", [5, 6, 7, 8]);
    host.disk("tap-3-51728", [1, 1, 1, 1]);
    host.disk("qdisk-4-51712", [9, 9, 9, 9]);
    let mut domains = [domain(3), domain(4)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].disk, disk(6, 7, 8 * 512, 9 * 512));
    assert_eq!(domains[1].disk, Reading::Unsupported, "QEMU's disks have no counters here");
}

#[test]
fn counters_are_read_again_from_the_same_files() {
    let host = Host::new();
    host.disk("vbd-3-51712", [1, 1, 1, 1]);
    let xenstore = host.open();
    let mut domains = [domain(3)];
    tick(&xenstore, 0, &mut domains);
    host.disk("vbd-3-51712", [2, 2, 2, 2]);
    host.interfaces(&[("vif3.0", 8, 9)]);
    tick(&xenstore, 1, &mut domains);
    assert_eq!((&domains[0].disk, &domains[0].net), (&disk(2, 2, 1024, 1024), &net(9, 8)));
}

#[test]
fn devices_that_come_are_found_within_five_seconds_or_with_their_domain() {
    let host = Host::new();
    let xenstore = host.open();
    let mut domains = vec![domain(3)];
    tick(&xenstore, 0, &mut domains);
    host.disk("vbd-3-51712", [1, 1, 1, 1]);
    tick(&xenstore, 4 * SECOND, &mut domains);
    assert_eq!(domains[0].disk, Reading::Unsupported, "they are not looked for every tick");
    tick(&xenstore, 5 * SECOND, &mut domains);
    assert_eq!(domains[0].disk, disk(1, 1, 512, 512));
    host.disk("vbd-4-51712", [2, 2, 2, 2]);
    domains.push(domain(4));
    tick(&xenstore, 5 * SECOND + 1, &mut domains);
    assert_eq!(domains[1].disk, disk(2, 2, 1024, 1024));
}

#[test]
fn a_device_that_vanishes_is_let_go() {
    let host = Host::new();
    host.disk("vbd-3-51712", [1, 1, 1, 1]);
    host.disk("vbd-3-51728", [1, 1, 1, 1]);
    let xenstore = host.open();
    let mut domains = [domain(3)];
    tick(&xenstore, 0, &mut domains);
    // The kernel's files of a device that has gone give ENODEV, or nothing.
    host.files.file("sys/bus/xen-backend/devices/vbd-3-51728/statistics/rd_req", "");
    tick(&xenstore, 1, &mut domains);
    assert_eq!(domains[0].disk, disk(1, 1, 512, 512));
    host.no_disk("vbd-3-51728");
    host.disk("vbd-3-51744", [2, 2, 2, 2]);
    tick(&xenstore, 2, &mut domains);
    assert_eq!(domains[0].disk, disk(3, 3, 1536, 1536), "a loss is a reason to look again at once");
    host.disk("vbd-3-51728", [4, 4, 4, 4]);
    tick(&xenstore, 6 * SECOND, &mut domains);
    assert_eq!(domains[0].disk, disk(7, 7, 3584, 3584), "the same name again is the new device");
}

#[test]
fn tapdisks_that_xenstore_knows_are_counted() {
    let host = Host::new();
    let counters = |version: u32, sectors: u64| {
        let words = [u64::from(version), 0, 90, 11, sectors, 0, 91, 12, 2 * sectors, 0, 0, 0];
        words.into_iter().flat_map(u64::to_ne_bytes).collect::<Vec<u8>>()
    };
    host.files.file("shm/td3-100/vbd-3-51712", counters(1, 4));
    host.files.file("shm/td3-99/vbd-3-51712", counters(1, 1_000_000));
    host.files.file("shm/td3-101/vbd-4-51712", counters(2, 4));
    host.xenstored.write("/local/domain/0/backend/vbd3/3/51712/kthread-pid", "100");
    host.xenstored.write("/local/domain/0/backend/vbd3/4/51712/kthread-pid", "101");
    let mut domains = [domain(3), domain(4)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].disk, disk(11, 12, 4 * 512, 8 * 512));
    assert_eq!(domains[1].disk, Reading::Unsupported, "a layout we do not know is not guessed at");
}

#[test]
fn more_disks_than_files_may_be_open_are_all_counted() {
    let host = Host::new();
    for id in 1..=400 {
        host.disk(&format!("vbd-{id}-51712"), [1, 1, 1, 1]);
    }
    let hard = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).unwrap().1;
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE, 512, 1024.min(hard)).unwrap();
    let mut domains: Vec<Domain> = (1..=400).map(domain).collect();
    tick(&host.open(), 0, &mut domains);
    assert!(domains.iter().all(|domain| domain.disk == disk(1, 1, 512, 512)));
}

/// A guest with a disk and an interface, as libxl writes them.
fn populated() -> Host {
    let host = Host::new();
    let write = |path: &str, value: &str| host.xenstored.write(path, value);
    for (kind, id) in [("vif", "0"), ("vbd", "51712")] {
        let (front, back) =
            (format!("/local/domain/3/device/{kind}/{id}"), format!("/local/domain/0/backend/{kind}/3/{id}"));
        write(&format!("/libxl/3/device/{kind}/{id}/frontend"), &front);
        write(&format!("/libxl/3/device/{kind}/{id}/backend"), &back);
        write(&format!("{front}/backend"), &back);
        write(&format!("{front}/state"), "4");
        write(&format!("{back}/state"), "4");
    }
    let vif = "/local/domain/0/backend/vif/3/0";
    write(&format!("{vif}/mac"), "00:16:3e:01:02:03");
    write(&format!("{vif}/bridge"), "xenbr0");
    let vbd = "/local/domain/0/backend/vbd/3/51712";
    write(&format!("{vbd}/params"), "/dev/vg/web");
    write(&format!("{vbd}/dev"), "xvda");
    write(&format!("{vbd}/mode"), "w");
    write(&format!("{vbd}/type"), "phy");
    write("/libxl/3/device/console/0/frontend", "/local/domain/3/console");
    write("/libxl/3/device/console/0/backend", "/local/domain/0/backend/console/3/0");
    write("/local/domain/3/console/tty", "/dev/pts/4");
    write("/local/domain/0/backend/console/3/0/state", "1");
    host.interfaces(&[("vif3.0", 1, 2)]);
    host.disk("vbd-3-51712", [1, 1, 1, 1]);
    host
}

fn shown(device: &Device) -> [&str; 4] {
    [device.name.shown(), device.backend.shown(), device.state.shown(), device.note.shown()]
}

#[test]
fn devices_are_told_with_backend_state_and_counters() {
    let host = populated();
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(
        devices.iter().map(|d| d.kind).collect::<Vec<_>>(),
        [DeviceKind::Disk, DeviceKind::Net, DeviceKind::Console]
    );
    assert_eq!(shown(&devices[0]), ["xvda", "/dev/vg/web", "connected", "w phy"]);
    assert_eq!(shown(&devices[1]), ["vif3.0", "xenbr0", "connected", "00:16:3e:01:02:03"]);
    assert_eq!(shown(&devices[2]), ["console0", "/dev/pts/4", "initialising", ""]);
    assert_eq!((&devices[0].disk, &devices[1].net), (&disk(1, 1, 512, 512), &net(2, 1)));
    assert_eq!((&devices[0].net, &devices[2].disk), (&Reading::Unsupported, &Reading::Unsupported));
}

#[test]
fn where_libxl_keeps_no_list_the_guests_own_is_read() {
    let host = populated();
    host.xenstored.remove("/libxl");
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(devices.len(), 2);
    assert_eq!(shown(&devices[0]), ["xvda", "/dev/vg/web", "connected", "w phy"]);
}

#[test]
fn a_guest_that_lies_about_its_backend_is_not_believed() {
    let host = populated();
    host.xenstored.remove("/libxl");
    host.xenstored.write("/local/domain/0/backend/vif/9/0/mac", "another's");
    host.xenstored.write("/local/domain/3/device/vif/0/backend", "/local/domain/0/backend/vif/9/0");
    host.xenstored.write("/local/domain/3/device/vif/0/mac", "\u{1b}[2J");
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(shown(&devices[1]), ["vif3.0", "", "connected", ""]);
}

#[test]
fn two_ends_that_differ_are_both_told() {
    let host = populated();
    host.xenstored.write("/local/domain/0/backend/vif/3/0/state", "5");
    host.xenstored.write("/local/domain/3/device/vbd/51712/state", "\u{1b}]0;x\u{7}");
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(devices[0].state.raw(), "unknown, backend connected");
    assert_eq!(devices[1].state.raw(), "connected, backend closing");
}

#[test]
fn a_device_of_another_backend_domain_says_so() {
    let host = populated();
    host.xenstored.write("/libxl/3/device/vif/0/backend", "/local/domain/5/backend/vif/3/0");
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(shown(&devices[1]), ["vif3.0", "domain 5", "connected", ""]);
}

#[test]
fn a_domain_without_devices_has_none() {
    let host = Host::new();
    assert_eq!(host.open().devices(key(3)).unwrap(), []);
}

#[test]
fn a_directory_too_long_for_one_answer_is_read_in_parts() {
    let host = Host::new();
    for id in 0..700 {
        let front = format!("/local/domain/3/device/vif/{id:0>12}");
        host.xenstored.write(&format!("{front}/state"), "4");
    }
    let devices = host.open().devices(key(3)).unwrap();
    assert_eq!(devices.len(), 256, "and no guest makes us read more than this");
    assert_eq!(devices[255].name.raw(), "vif3.000000000255");
}

#[test]
fn facts_are_told_in_their_order() {
    let host = Host::new();
    let write = |path: &str, value: &str| host.xenstored.write(path, value);
    write("/local/domain/3/console/tty", "/dev/pts/4");
    write("/local/domain/3/console/type", "xenconsoled");
    write("/local/domain/3/console/vnc-port", "5901");
    write("/local/domain/3/console/vnc-listen", "127.0.0.1");
    write("/local/domain/3/control/shutdown", "");
    write("/local/domain/3/control/feature-poweroff", "1");
    write("/local/domain/3/control/feature-reboot", "1");
    write("/local/domain/3/control/feature-suspend", "");
    write("/libxl/3/dm-version", "qemu_xen");
    let vm = format!("/vm/{}", key(3).uuid);
    write(&format!("{vm}/start_time"), "1700000000.5");
    write(&format!("{vm}/image/kernel"), "/boot/\u{1b}[2Jvmlinuz");
    write("/local/domain/3/error/device/vbd/51712/error", "22 reading \u{9b}virtual-device");
    write("/local/domain/0/error/backend/vif/3/0/error", "2 hotplug failed");
    write("/local/domain/0/error/backend/vif/30/0/error", "another's");
    let facts = host.open().facts(key(3)).unwrap();
    let shown: Vec<(&str, &str)> = facts.iter().map(|(label, text)| (&**label, text.shown())).collect();
    assert_eq!(
        shown,
        [
            ("console", "/dev/pts/4"),
            ("console type", "xenconsoled"),
            ("vnc port", "5901"),
            ("vnc listens on", "127.0.0.1"),
            ("started", "2023-11-14 22:13:20 UTC"),
            ("kernel", "/boot/␛[2Jvmlinuz"),
            ("device model", "qemu_xen"),
            ("obeys", "poweroff, reboot"),
            ("error of vbd 51712", "22 reading \u{fffd}virtual-device"),
            ("error of vif backend 0", "2 hotplug failed"),
        ]
    );
}

#[test]
fn an_id_given_to_another_tells_nothing_of_the_first() {
    let host = populated();
    let xenstore = host.open();
    let mut domains = [domain(3)];
    xenstore.identify(&mut domains).unwrap();
    let old = DomainKey { uuid: Uuid::from_u128(99), ..key(3) };
    assert_eq!(xenstore.devices(old).unwrap_err().kind, Kind::NoDomain);
    assert_eq!(xenstore.facts(old).unwrap_err().kind, Kind::NoDomain);
    assert!(xenstore.devices(key(3)).is_ok());
    let off = DomainKey { id: None, ..key(3) };
    assert_eq!(xenstore.facts(off).unwrap_err().kind, Kind::NoDomain);
}

#[test]
fn counters_need_no_xenstored() {
    let host = populated();
    let xenstore = host.open();
    host.xenstored.die();
    let mut domains = [domain(3)];
    tick(&xenstore, 0, &mut domains);
    assert_eq!(domains[0].net, net(2, 1));
}

#[test]
fn symlinked_devices_are_followed() {
    // As sysfs has them: the bus's directory holds links into the tree of devices.
    let host = Host::new();
    host.disk("../../../devices/vbd-3-51712", [1, 1, 1, 1]);
    let bus = host.files.path().join("sys/bus/xen-backend/devices");
    fs::create_dir_all(&bus).unwrap();
    symlink(host.files.path().join("sys/devices/vbd-3-51712"), bus.join("vbd-3-51712")).unwrap();
    let mut domains = [domain(3)];
    tick(&host.open(), 0, &mut domains);
    assert_eq!(domains[0].disk, disk(1, 1, 512, 512));
}
