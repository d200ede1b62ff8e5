//! Laws of a domain's expression and its definition, in both directions and every format.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

mod support {
    pub mod xend_definitions;
    pub mod xend_recordings;
}

use domtop::{
    model::{
        CpuSet, Definition, GuestType, KiB,
        definition::{
            Access, Channel, Clock, DeviceDefinition, Disk, DiskClass, DiskDriver, Ending, Endings, Graphics,
            Interface, Link, PciAddress, Storage,
        },
    },
    wire::sexpr::{Format, Node, Tree, device, domain},
};
use proptest::prelude::*;
use support::{
    xend_definitions::{canonical, definition, fit},
    xend_recordings::{RELEASES, exchanges, named},
};

fn read(text: &str, format: Format) -> (Definition, Vec<String>) {
    let (tree, _) = Tree::parse(text.as_bytes()).unwrap_or_else(|bad| panic!("{text}: {bad}"));
    domain::read(tree.root(), format).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn written(definition: &Definition, format: Format) -> (String, Vec<String>) {
    domain::write(definition, format).unwrap_or_else(|why| panic!("{definition:?}: {why}"))
}

/// The format a release's xend has.
fn format_of(release: &str) -> Format {
    if release == "xen-4.1" { Format::Four } else { Format::One }
}

/// Every domain's expression of the recordings: what was sent to make one, and what was printed of one.
fn recorded() -> Vec<(String, Format, String)> {
    let mut all = Vec::new();
    for release in RELEASES {
        for exchange in exchanges(release) {
            let name = format!("{release} {}", exchange.name);
            let body = String::from_utf8_lossy(&exchange.body).into_owned();
            if body.starts_with("(domain") && !body.contains("vcpu_count") {
                all.push((name, format_of(release), body));
            } else if body.starts_with("((domain") {
                let (tree, _) = Tree::parse(body.as_bytes()).unwrap();
                all.extend(
                    tree.root().items().map(|item| (name.clone(), format_of(release), item.to_string())),
                );
            }
        }
    }
    all
}

#[test]
fn each_key_a_real_server_prints_has_its_place() {
    let all = recorded();
    assert!(all.len() > 60, "{}", all.len());
    for (name, format, text) in all {
        let (definition, lost) = read(&text, format);
        assert!(!definition.name.is_empty() && definition.memory.max > KiB(0), "{name}");
        assert_eq!(lost, [""; 0], "{name}: {text}");
    }
}

#[test]
fn each_description_that_was_sent_has_its_place() {
    let mut seen = 0;
    for release in RELEASES {
        for exchange in exchanges(release) {
            let config = exchange.field("config").map(|config| String::from_utf8(config).unwrap());
            let Some(config) =
                config.filter(|config| config.starts_with("(vm (name") && config.ends_with("))"))
            else {
                continue;
            };
            let (_, lost) = read(&config, format_of(release));
            let strange = exchange.name.contains("bad-device");
            assert_eq!(
                lost,
                if strange { vec!["device (zap (dev x))"] } else { vec![] },
                "{release} {}",
                exchange.name
            );
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// What 3.0.2 prints of a domain it was just sent is what it was sent, but for what it makes up.
#[test]
fn what_a_server_prints_is_what_it_was_sent() {
    let mut seen = 0;
    for release in RELEASES {
        for exchange in exchanges(release).into_iter().filter(|exchange| exchange.status == 201) {
            let Some(config) = exchange.field("config") else { continue };
            let format = format_of(release);
            // 4.1 knows no CD-ROM in the image, and gives a name to what has none.
            if release == "xen-4.1" && exchange.name.contains("hvm-v1") || exchange.name.contains("no-name") {
                continue;
            }
            let (mut sent, _) = read(std::str::from_utf8(&config).unwrap(), format);
            let (mut printed, _) = read(std::str::from_utf8(&exchange.body).unwrap(), format);
            for it in [&mut sent, &mut printed] {
                made_up(it);
            }
            assert_eq!(printed, sent, "{release} {}", exchange.name);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen}");
}

/// Without what xend makes up where it is not said, and in its order.
fn made_up(it: &mut Definition) {
    (it.id, it.uuid) = (None, None);
    (it.features.hpet, it.features.viridian) = (None, None);
    it.endings = Endings::default();
    it.devices.disks.sort_by(|a, b| a.target.cmp(&b.target));
    it.devices.interfaces.iter_mut().for_each(|vif| vif.script = None);
    for display in &mut it.devices.graphics {
        let Graphics::Vnc { port, .. } = display else { continue };
        *port = None;
    }
}

#[test]
fn a_running_hvm_guest_of_4_1_is_read_in_all_its_parts() {
    let body = named("xen-4.1", "state-hvm-v2").body;
    let (it, lost) = read(std::str::from_utf8(&body).unwrap(), Format::Four);
    assert_eq!(lost, [""; 0]);
    assert_eq!((it.id, it.name.as_str(), it.boot.guest), (Some(9), "hvm2", Some(GuestType::Hvm)));
    assert_eq!(it.boot.loader.as_deref(), Some("/srv/xen/guest/file/images/hvmloader"));
    assert_eq!(it.boot.kernel, None);
    assert_eq!(it.devices.emulator.as_deref(), Some("/usr/lib/xen/a/emulator/qemu-dm"));
    let disks: Vec<_> = it.devices.disks.iter().map(|d| (d.target.as_str(), d.class, d.access)).collect();
    assert_eq!(
        disks,
        [
            ("hdb", DiskClass::Disk, Access::Write),
            ("hdc", DiskClass::Cdrom, Access::Read),
            ("hda", DiskClass::Disk, Access::Write)
        ]
    );
    let tap = DiskDriver { name: "tap".into(), format: Some("aio".into()) };
    assert_eq!(it.devices.disks[0].driver, Some(tap));
    assert_eq!(it.devices.graphics.len(), 1, "its frame buffer is the display of its image");
    assert_eq!(
        (it.devices.inputs[0].kind.as_str(), it.devices.serials[0].channel.clone()),
        ("tablet", Channel::Pty)
    );
    assert_eq!(it.devices.consoles[0].target.as_deref(), Some("serial"));
}

#[test]
fn the_control_domain_is_read_with_and_without_an_image() {
    for (release, format) in [("xen-3.0.2", Format::One), ("xen-4.1", Format::Four)] {
        let body = named(release, "dom0").body;
        let (it, lost) = read(std::str::from_utf8(&body).unwrap(), format);
        assert_eq!(lost, [""; 0]);
        assert_eq!((it.id, it.name.as_str(), it.boot.guest), (Some(0), "Domain-0", Some(GuestType::Pv)));
        assert_eq!((it.memory.max, it.memory.current, it.cpus.max), (KiB(1024 << 10), None, 4), "{release}");
        assert!(it.devices.consoles.is_empty());
    }
}

#[test]
fn where_vcpus_may_run_is_read_in_its_three_spellings() {
    let cpus = |text: &str| read(&format!("(vm (name a)(vcpus 2){text})"), Format::Four).0.cpus;
    let set = |text: &str| text.parse::<CpuSet>().ok();
    assert_eq!(cpus("(cpus '0-3,^1')").set, set("0,2-3"));
    assert_eq!(cpus("(cpus 1,2)").set, set("1-2"));
    assert_eq!(cpus("(cpus (0 1 3))").set, set("0-1,3"));
    assert_eq!(cpus("(cpus ((1 2) (1 2)))").set, set("1-2"));
    assert_eq!(cpus("(cpus ((1 3) ()))").pins, [(0, set("1,3").unwrap())]);
    assert_eq!(cpus("(cpus ('0,2' '3'))").pins, [(0, set("0,2").unwrap()), (1, set("3").unwrap())]);
    assert_eq!(cpus("(cpu 2)").set, set("2"));
    let (first, _) = read("(vm (name a)(vcpus 2)(cpu 2))", Format::One);
    assert_eq!(first.cpus.pins, [(0, set("2").unwrap())]);
    for anywhere in ["(cpus (() ()))", "(cpus ())", "(cpus '')", "(cpus )", "(cpu -1)", ""] {
        assert_eq!((cpus(anywhere).set, cpus(anywhere).pins), (None, vec![]), "{anywhere}");
    }
}

#[test]
fn vcpus_are_counted_where_each_release_says_them() {
    let count = |text: &str| {
        let cpus = read(&format!("(vm (name a){text})"), Format::Four).0.cpus;
        (cpus.max, cpus.online)
    };
    assert_eq!(count(""), (1, None));
    assert_eq!(count("(vcpus 4)(vcpu_avail 15)"), (4, None));
    assert_eq!(count("(vcpus 4)(vcpu_avail '3')"), (4, Some(2)));
    assert_eq!(count("(vcpus 4)(vcpu_avail 255)"), (4, None));
    assert_eq!(count("(vcpus 1)(image (linux (vcpus 3)))"), (3, None));
}

#[test]
fn the_port_of_a_display_is_found_in_each_format() {
    let port = |format, text: &str| {
        let (it, lost) = read(&format!("(domain (domid 3)(name a){text})"), format);
        assert_eq!(lost, [""; 0], "{text}");
        match it.devices.graphics.as_slice() {
            [Graphics::Vnc { port, .. }] => *port,
            other => panic!("{text}: {other:?}"),
        }
    };
    assert_eq!(port(Format::One, "(image (hvm (vnc 1)))"), Some(5903));
    assert_eq!(port(Format::Two, "(image (hvm (vnc 1)(vncunused 1)))"), None);
    assert_eq!(port(Format::Two, "(image (linux (vnc 1)(vncunused 0)(vncdisplay 6)))"), Some(5906));
    assert_eq!(
        port(
            Format::Three,
            "(image (linux (kernel /k)))(device (vkbd ))(device (vfb (type vnc)(vncdisplay '12')))"
        ),
        Some(5912)
    );
    assert_eq!(port(Format::Four, "(device (vfb (vnc 1)(location 0.0.0.0:5907)))"), Some(5907));
    let free = "(device (vfb (vnc 1)(vncunused 1)(location 0.0.0.0:5907)))";
    assert_eq!(port(Format::Four, free), None, "the first free one, which 5907 was");
    let both = "(image (hvm (vnc 1)(vncdisplay 3)))(device (vfb (vnc 1)(location ::1:5909)))";
    assert_eq!(port(Format::Four, both), Some(5903));
}

#[test]
fn disks_are_named_as_each_format_names_them() {
    let disk = |format, hvm: bool, vbd: &str| {
        let image = if hvm { "hvm" } else { "linux" };
        let (it, _) = read(&format!("(vm (name a)(image ({image} (kernel /k)))(device {vbd}))"), format);
        it.devices.disks.into_iter().next().unwrap()
    };
    let one = disk(Format::One, true, "(vbd (dev ioemu:hda)(uname phy:sda1))");
    assert_eq!(
        (one.target.as_str(), one.source.as_deref(), one.storage),
        ("hda", Some("/dev/sda1"), Storage::Block)
    );
    assert_eq!(one.access, Access::Read, "up to 3.0.2, where the mode is not said");
    assert_eq!(disk(Format::Two, true, "(vbd (dev hda:disk)(uname file:/a))").access, Access::Write);
    let cdrom = disk(Format::Four, true, "(vbd (dev hdc:cdrom)(mode r))");
    assert_eq!((cdrom.class, cdrom.source, cdrom.target.as_str()), (DiskClass::Cdrom, None, "hdc"));
    let tap = disk(Format::Four, false, "(tap2 (dev xvda:disk)(uname tap2:tapdisk:qcow2:/a:b)(mode w!))");
    assert_eq!(tap.driver, Some(DiskDriver { name: "tap2".into(), format: Some("qcow2".into()) }));
    assert_eq!((tap.source.as_deref(), tap.access), (Some("/a:b"), Access::Shared));
    // xend takes a disk away by what it is, whatever its image was asked for as.
    let made = disk(Format::Four, false, "(tap2 (dev xvdb:disk)(uname tap:qcow:/b)(mode w))");
    assert_eq!(device::name(&DeviceDefinition::Disk(made), Format::Four), Some(("tap2", "xvdb".into())));
    let bare = disk(Format::Four, false, "(vbd (dev xvda)(uname /dev/vg/a)(backend 4))");
    assert_eq!((bare.storage, bare.driver, bare.backend.as_deref()), (Storage::Block, None, Some("4")));
    let nbd = disk(Format::Four, false, "(vbd (dev xvda)(uname nbd:host:80))");
    assert_eq!((nbd.driver.unwrap().name.as_str(), nbd.source.as_deref()), ("nbd", Some("host:80")));
}

#[test]
fn a_driver_that_is_not_named_is_the_one_a_disk_is_served_by_anyway() {
    let disk = |name: &str, storage| {
        let driver = DiskDriver { name: name.into(), format: Some("raw".into()) };
        let (target, source) = ("xvda".to_owned(), Some("/a".to_owned()));
        Disk { driver: Some(driver), storage, target, source, ..Disk::default() }
    };
    for format in Format::ALL {
        for (storage, prefix) in [(Storage::File, "file:"), (Storage::Block, "phy:")] {
            for name in ["", "qemu"] {
                let device = DeviceDefinition::Disk(disk(name, storage));
                let (text, lost) = device::write(&device, format).unwrap();
                assert!(text.contains(&format!("(uname '{prefix}/a')")), "{format:?} {name:?} {text}");
                assert_eq!(lost, [""; 0]);
            }
        }
    }
}

#[test]
fn an_interface_that_is_to_be_on_no_bridge_is_told_where_its_script_makes_it_one_of_a_bridge() {
    let bridged = "its being on no bridge: an interface without a script of its own is on the default one";
    for (script, told) in [(None, 1), (Some("vif-bridge"), 1), (Some("vif-route"), 0)] {
        let link = Link::Ethernet(Some("eth0".into()));
        let interface = Interface { link, script: script.map(Into::into), ..Interface::default() };
        let mut it = Definition { name: "a".into(), ..Definition::default() };
        it.boot.kernel = Some("/k".into());
        it.devices.interfaces.push(interface.clone());
        for format in Format::ALL {
            assert_eq!(written(&it, format).1, vec![bridged; told], "{script:?}");
            let device = DeviceDefinition::Interface(interface.clone());
            assert_eq!(device::write(&device, format).unwrap().1, vec![bridged; told], "{script:?}");
        }
    }
}

#[test]
fn a_drive_that_is_in_the_image_and_a_device_is_one() {
    let text = "(vm (name a)(image (hvm (kernel /l)(cdrom /a.iso)(fda /a.img)))\
        (device (vbd (dev hda:disk)(uname file:/a)(mode w)))\
        (device (vbd (dev hdc:cdrom)(uname file:/SOURCE)(mode r))))";
    for (source, told) in [("a.iso", vec![]), ("b.iso", vec!["/a.iso in hdc, which is a device as well"])] {
        let (it, lost) = read(&text.replace("SOURCE", source), Format::Four);
        let disks: Vec<_> = it
            .devices
            .disks
            .iter()
            .map(|disk| (disk.target.as_str(), disk.source.as_deref().unwrap()))
            .collect();
        assert_eq!(disks, [("fda", "/a.img"), ("hda", "/a"), ("hdc", &*format!("/{source}"))]);
        assert_eq!(lost, told);
    }
}

#[test]
fn a_clock_beside_local_time_keeps_its_offset() {
    let text = "(vm (name a)(image (hvm (kernel /l)(localtime 1)(rtc_timeoffset -60))))";
    let (it, lost) = read(text, Format::Four);
    assert_eq!((it.clock, lost.len()), (Clock::BesideLocalTime(-60), 0));
    let (text, lost) = written(&it, Format::Four);
    assert!(text.contains("(localtime 1)(rtc_timeoffset -60)") && lost.is_empty(), "{text} {lost:?}");
    // Where a guest cannot have it, it would have another time.
    let mut pv = Definition { name: "a".into(), clock: it.clock, ..Definition::default() };
    pv.boot.kernel = Some("/k".into());
    for (it, format) in [(&it, Format::Three), (&pv, Format::Four)] {
        let told = "a clock -60 s beside local time: xend keeps it of HVM guests alone, since Xen 3.1";
        assert_eq!(domain::write(it, format).unwrap_err(), told);
    }
    pv.clock = Clock::Variable(0);
    let (text, lost) = written(&pv, Format::Four);
    assert!(text.contains("(localtime 0)") && lost.is_empty(), "{text} {lost:?}");
}

#[test]
fn a_clock_of_a_pv_guest_is_read_where_xend_came_to_print_it() {
    let (it, lost) = read("(domain (name a)(image (linux (kernel /k)(localtime 1))))", Format::Four);
    assert_eq!((it.clock, lost.len()), (Clock::LocalTime, 0));
}

#[test]
fn what_is_written_is_what_each_format_wants() {
    let mut it = Definition { name: "it's".into(), ..Definition::default() };
    it.memory.max = KiB(400 << 10);
    it.cpus.max = 1;
    it.boot.guest = Some(GuestType::Hvm);
    it.boot.loader = Some("/l".into());
    it.devices.emulator = Some("/q".into());
    let disk = |target: &str, class| Disk {
        target: target.into(),
        class,
        source: Some("/a".into()),
        ..Disk::default()
    };
    it.devices.disks =
        vec![disk("hda", DiskClass::Disk), disk("hdc", DiskClass::Cdrom), disk("fda", DiskClass::Floppy)];
    it.devices.graphics =
        vec![Graphics::Vnc { port: Some(5906), listen: None, password: None, keymap: None }];
    it.devices.interfaces =
        vec![Interface { link: Link::Bridge(Some("br0".into())), ..Interface::default() }];
    let (one, lost) = written(&it, Format::One);
    assert_eq!(
        one,
        r"(vm (name 'it\'s')(memory 400)(maxmem 400)(vcpus 1)(image (hvm (kernel '/l')(device_model '/q')(vcpus 1)(cdrom '/a')(fda '/a')(vnc 1)))(device (vbd (dev 'ioemu:hda')(uname 'file:/a')(mode 'w')))(device (vif (bridge 'br0')(type ioemu))))"
    );
    assert_eq!(lost, ["port, address, password and keymap of its VNC server"]);
    let (four, lost) = written(&it, Format::Four);
    assert_eq!(
        four,
        r"(vm (name 'it\'s')(memory 400)(maxmem 400)(vcpus 1)(image (hvm (kernel '/l')(device_model '/q')(fda '/a')(vnc 1)(vncunused 0)(vncdisplay 6)))(device (vbd (dev 'hda:disk')(uname 'file:/a')(mode 'w')))(device (vbd (dev 'hdc:cdrom')(uname 'file:/a')(mode 'w')))(device (vif (bridge 'br0')(type ioemu))))"
    );
    assert_eq!(lost, [""; 0]);
}

#[test]
fn a_pv_display_is_in_the_image_or_a_device_by_format() {
    let mut it = Definition { name: "a".into(), ..Definition::default() };
    it.boot.bootloader = Some("/usr/bin/pygrub".into());
    let listen = Some("0.0.0.0".into());
    it.devices.graphics = vec![Graphics::Vnc { port: None, listen, password: None, keymap: None }];
    let (two, _) = written(&it, Format::Two);
    assert!(two.contains("(image (linux (vnc 1)(vncunused 1)(vnclisten '0.0.0.0')))"), "{two}");
    let (three, _) = written(&it, Format::Three);
    assert!(
        three.contains("(device (vkbd))(device (vfb (type vnc)(vncunused 1)(vnclisten '0.0.0.0')))"),
        "{three}"
    );
    assert!(!three.contains("image"), "{three}");
}

#[test]
fn what_no_xend_can_make_is_refused_with_the_reason() {
    let refused = |change: &dyn Fn(&mut Definition), format| {
        let mut it = Definition { name: "a".into(), ..Definition::default() };
        it.boot.kernel = Some("/k".into());
        change(&mut it);
        domain::write(&it, format).unwrap_err()
    };
    assert_eq!(refused(&|it| it.name.clear(), Format::Four), "it has no name");
    assert_eq!(
        refused(&|it| it.boot.kernel = None, Format::Four),
        "a PV guest needs a kernel or a bootloader"
    );
    assert!(refused(&|it| it.boot.guest = Some(GuestType::Hvm), Format::Four).contains("loader"));
    assert!(refused(&|it| it.boot.guest = Some(GuestType::Kvm), Format::Four).contains("PV and HVM"));
    let network = |it: &mut Definition| {
        it.devices
            .interfaces
            .push(Interface { link: Link::Network("default".into()), ..Interface::default() });
    };
    assert!(refused(&network, Format::Four).contains("network default"));
    let qcow = |it: &mut Definition| {
        let driver = Some(DiskDriver { name: "tap".into(), format: Some("qcow".into()) });
        it.devices.disks.push(Disk { driver, target: "xvda".into(), ..Disk::default() });
    };
    assert!(refused(&qcow, Format::One).contains("qcow"));
    let drives = |class: DiskClass, targets: &'static [&'static str]| {
        move |it: &mut Definition| {
            (it.boot.guest, it.boot.loader) = (Some(GuestType::Hvm), Some("/hvmloader".into()));
            let drive = |target: &&str| Disk {
                class,
                target: (*target).into(),
                source: Some("/x".into()),
                ..Disk::default()
            };
            it.devices.disks.extend(targets.iter().map(drive));
        }
    };
    assert!(refused(&drives(DiskClass::Floppy, &["hdz"]), Format::Four).contains("floppy hdz"));
    assert!(refused(&drives(DiskClass::Floppy, &["fda", "fda"]), Format::Four).contains("two drives fda"));
}

#[test]
fn a_disk_is_detached_as_what_it_was_attached_as() {
    for format in Format::ALL {
        for driver in ["", "phy", "file", "tap", "tap2", "qemu"] {
            let driver = Some(DiskDriver { name: driver.into(), format: None });
            let disk = Disk { target: "xvdb".into(), source: Some("/x".into()), driver, ..Disk::default() };
            let disk = DeviceDefinition::Disk(disk);
            let (attached, _) = device::write(&disk, format).unwrap();
            let (class, name) = device::name(&disk, format).unwrap();
            assert!(attached.starts_with(&format!("({class} (dev 'xvdb')")), "{class}: {attached}");
            assert_eq!(name, "xvdb");
        }
    }
}

#[test]
fn a_device_is_attached_without_a_wrapper_and_named_to_be_detached() {
    let disk = Disk { target: "hdb".into(), source: Some("/x".into()), ..Disk::default() };
    let disk = DeviceDefinition::Disk(disk);
    assert_eq!(device::write(&disk, Format::One).unwrap().0, "(vbd (dev 'hdb')(uname 'file:/x')(mode 'w'))");
    assert_eq!(device::name(&disk, Format::One), Some(("vbd", "hdb".into())));
    let mac = Some("00:16:3E:01:02:03".to_owned());
    let vif = DeviceDefinition::Interface(Interface { mac: mac.clone(), ..Interface::default() });
    assert_eq!(device::write(&vif, Format::Four).unwrap().0, "(vif (mac '00:16:3E:01:02:03'))");
    for release in RELEASES {
        let reply = named(release, "devices-vif").body;
        let (tree, _) = Tree::parse(&reply).unwrap();
        assert_eq!(device::found(tree.root(), mac.as_deref().unwrap()).as_deref(), Some("0"));
        assert_eq!(device::found(tree.root(), "00:16:3e:00:00:00"), None);
    }
    let pci = DeviceDefinition::Pci(PciAddress { domain: 0, bus: 0x1a, slot: 2, function: 7 });
    let text = "(pci (dev (domain 0x0000)(bus 0x1a)(slot 0x02)(func 0x7)))";
    assert_eq!(device::write(&pci, Format::Four).unwrap().0, text);
    assert_eq!(device::name(&pci, Format::Four), Some(("pci", "0000:1a:02.7".into())));
}

#[test]
fn what_stands_and_has_no_place_in_a_definition_stays_or_is_told() {
    let standing = "(domain (name a)(maxmem 64)(memory 64)(cpu_cap 50)(on_crash rename)(target 3)(status 0)\
        (image (hvm (kernel /l)(timer_mode 2)(notes (X y))))\
        (device (vbd (dev hda:disk)(uname file:/a)(mode w)(bootable 0)(driver ioemu)(io_tune 9)))\
        (device (vif (mac 00:16:3e:00:00:01)(uuid u1)(handle 3)(extra 1)))\
        (device (vfb (type vnc)(odd 1)))\
        (device (pci (dev (domain 0x0)(bus 0x1)(slot 0x2)(func 0x0)(opts ((power_mgmt 1)))))))";
    let (tree, _) = Tree::parse(standing.as_bytes()).unwrap();
    let (mut it, _) = domain::read(tree.root(), Format::Four).unwrap();
    it.cpus.cap = None;
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    for kept in [
        "(cpu_cap 50)",
        "(on_crash rename)",
        "(target 3)",
        "(timer_mode 2)",
        "(mode 'w')(bootable 0)(io_tune 9)",
        "(uuid u1)(handle 3)(extra 1)",
        "(opts ((power_mgmt 1)))",
    ] {
        assert_eq!(text.matches(kept).count(), 1, "{kept}: {text}");
    }
    assert!(!text.contains("notes") && !text.contains("status") && !text.contains("driver"), "{text}");
    assert_eq!(lost, ["odd 1"]);

    // What was changed or taken away takes with it what it said; a machine of another type has another image.
    it.devices.disks.clear();
    it.devices.interfaces.clear();
    it.devices.graphics.clear();
    it.devices.pci.clear();
    it.endings.crash = Some(Ending::Destroy);
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    assert!(text.contains("(on_crash 'destroy')") && !text.contains("rename"), "{text}");
    assert!(!text.contains("device") && text.contains("(timer_mode 2)"), "{text}");
    assert_eq!(lost, [""; 0]);
    (it.boot.guest, it.boot.loader) = (Some(GuestType::Pv), None);
    it.boot.kernel = Some("/k".into());
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    assert!(!text.contains("timer_mode"), "{text}");
    assert!(lost.contains(&"timer_mode 2".to_owned()), "{lost:?}");
}

/// xend fills in what is not said by what its release takes for usual, which need not be what stood.
#[test]
fn what_stands_stays_where_it_is_what_is_usual_as_well() {
    let standing = "(domain (name a)(maxmem 64)(memory 64)(features '')(pool_name Pool-0)(on_xend_stop ignore)\
        (s3_integrity 0)(memory_static_max 64)(state r-----)\
        (image (hvm (kernel /l)(timer_mode 0)(oos 0)(s3_integrity 1)(opengl 1)(stdvga 0)(pci ())(notes (X y)))))";
    let (tree, _) = Tree::parse(standing.as_bytes()).unwrap();
    let (it, _) = domain::read(tree.root(), Format::Four).unwrap();
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    for kept in [
        "(features '')",
        "(pool_name Pool-0)",
        "(on_xend_stop ignore)",
        "(s3_integrity 0)",
        "(timer_mode 0)(oos 0)(s3_integrity 1)(opengl 1)(stdvga 0)",
    ] {
        assert_eq!(text.matches(kept).count(), 1, "{kept}: {text}");
    }
    assert!(!["static", "state", "pci", "notes"].iter().any(|gone| text.contains(gone)), "{text}");
    assert_eq!(lost, [""; 0]);
}

#[test]
fn each_recorded_domain_defined_back_is_what_it_was() {
    let mut seen = 0;
    // 3.0.2 keeps no definitions.
    for (name, format, text) in recorded().into_iter().filter(|(_, format, _)| *format == Format::Four) {
        let (tree, _) = Tree::parse(text.as_bytes()).unwrap();
        let (it, told) = domain::read(tree.root(), format).unwrap();
        // The control domain cannot be made.
        let Ok((text, lost)) = domain::rewrite(&it, tree.root(), format) else { continue };
        let (back, still) = read(&text, format);
        let same = |it: &Definition| canonical(&Definition { id: None, ..it.clone() }, format);
        assert_eq!((same(&back), still), (same(&it), told), "{name}: {text}");
        assert_eq!(lost, [""; 0], "{name}: {text}");
        let (again, _) = Tree::parse(text.as_bytes()).unwrap();
        let image = |domain: Node<'_>, key: &str| {
            let value = domain.child("image")?.arguments().next()?.value(key)?;
            Some(value.to_owned())
        };
        for key in ["timer_mode", "tsc_mode", "superpages", "nomigrate", "vpt_align", "xen_platform_pci"] {
            let stood = image(tree.root(), key);
            assert_eq!(image(again.root(), key), stood, "{name}: {key}: {text}");
            seen += usize::from(stood.is_some());
        }
    }
    assert!(seen >= 50, "{seen}");
}

#[test]
fn what_stands_in_a_display_stays_with_it() {
    let standing = "(domain (name a)(maxmem 64)(memory 64)(image (linux (kernel /k)(rtc_timeoffset 60)))\
        (device (vkbd))(device (vfb (vnc 1)(vncdisplay 3)(location h:5903)(uuid u1)(videoram 8)\
        (other_config (vncdisplay 3))))(device (vfb (type sdl)(opengl 0)(odd 1))))";
    let (tree, _) = Tree::parse(standing.as_bytes()).unwrap();
    let (mut it, _) = domain::read(tree.root(), Format::Four).unwrap();
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    for kept in
        ["(uuid u1)(videoram 8)(other_config (vncdisplay 3))", "(opengl 0)(odd 1)", "(rtc_timeoffset 60)"]
    {
        assert_eq!(text.matches(kept).count(), 1, "{kept}: {text}");
    }
    assert!(!text.contains("location"), "{text}");
    assert_eq!(lost, [""; 0]);

    // One of another port has what xend makes of that.
    it.devices.graphics.pop();
    it.devices.graphics[0] = Graphics::Vnc { port: Some(5904), listen: None, password: None, keymap: None };
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    assert!(text.contains("(vncdisplay 4)(uuid u1)(videoram 8))"), "{text}");
    assert_eq!(lost, [""; 0]);
}

#[test]
fn a_pci_device_that_stands_in_the_image_as_well_is_one() {
    let standing = |slot: &str| {
        format!(
            "(domain (name a)(maxmem 64)(memory 64)(image (linux (kernel /k)\
             (pci ((0x0000 0x01 {slot} 0x0 0x100 () xx)))))\
             (device (pci (dev (domain 0x0)(bus 0x1)(slot 0x02)(func 0x0)))))"
        )
    };
    let text = standing("0x02");
    let (tree, _) = Tree::parse(text.as_bytes()).unwrap();
    let (mut it, lost) = domain::read(tree.root(), Format::Four).unwrap();
    assert_eq!(lost, [""; 0]);
    let (text, lost) = domain::rewrite(&it, tree.root(), Format::Four).unwrap();
    assert_eq!((text.matches("(pci").count(), lost), (1, Vec::new()), "{text}");
    it.devices.pci.clear();
    assert_eq!(domain::rewrite(&it, tree.root(), Format::Four).unwrap().1, [""; 0]);

    let (_, lost) = read(&standing("0x03"), Format::Four);
    assert_eq!(lost, ["pci ((0x0000 0x01 0x03 0x0 0x100 () xx"]);
}

#[test]
fn an_ending_a_format_has_no_word_for_is_written_as_the_nearest_and_told() {
    let mut it = Definition { name: "a".into(), ..Definition::default() };
    it.boot.kernel = Some("/k".into());
    it.endings.crash = Some(Ending::CoredumpRestart);
    let (text, lost) = written(&it, Format::Three);
    assert!(text.contains("(on_crash 'restart')"), "{text}");
    assert_eq!(lost, ["on_crash coredump-restart, written as restart"]);
    assert_eq!(written(&it, Format::Four).1, [""; 0]);
}

/// Takes one part of a definition over.
type Part = fn(&mut Definition, &Definition);

const PARTS: [Part; 14] = [
    |it, any| it.description.clone_from(&any.description),
    |it, any| it.cpus.clone_from(&any.cpus),
    |it, any| it.boot.order.clone_from(&any.boot.order),
    |it, any| it.features = any.features,
    |it, any| it.clock = any.clock,
    |it, any| it.endings = any.endings,
    |it, any| it.devices.disks.clone_from(&any.devices.disks),
    |it, any| it.devices.interfaces.clone_from(&any.devices.interfaces),
    |it, any| it.devices.graphics.clone_from(&any.devices.graphics),
    |it, any| it.devices.serials.clone_from(&any.devices.serials),
    |it, any| it.devices.parallels.clone_from(&any.devices.parallels),
    |it, any| it.devices.inputs.clone_from(&any.devices.inputs),
    |it, any| it.devices.sounds.clone_from(&any.devices.sounds),
    |it, any| it.devices.pci.clone_from(&any.devices.pci),
];

proptest! {
    /// In each format, of definitions that say only what it can.
    #[test]
    fn a_definition_comes_back_as_it_went(any in definition()) {
        for format in Format::ALL {
            let it = fit(&any, format);
            let (text, lost) = written(&it, format);
            prop_assert_eq!(&lost, &Vec::<String>::new(), "{:?} {}", format, text);
            let (back, strange) = read(&text, format);
            prop_assert_eq!(strange, Vec::<String>::new(), "{:?} {}", format, text);
            prop_assert_eq!(canonical(&back, format), canonical(&it, format), "{:?} {}", format, text);
        }
    }

    /// One part of it may be anything, the rest is what the format can say: the part comes back, or it was told.
    #[test]
    fn nothing_is_lost_without_a_word(any in definition()) {
        for (format, part) in Format::ALL.into_iter().flat_map(|format| PARTS.iter().map(move |part| (format, part))) {
            let mut it = fit(&any, format);
            part(&mut it, &any);
            let Ok((text, lost)) = domain::write(&it, format) else { continue };
            let (back, _) = read(&text, format);
            if lost.is_empty() {
                prop_assert_eq!(canonical(&back, format), canonical(&it, format), "{:?} {}", format, text);
            }
        }
    }

    #[test]
    fn a_definition_read_and_written_reads_as_the_same(any in definition()) {
        for format in Format::ALL {
            let once = read(&written(&fit(&any, format), format).0, format).0;
            let twice = read(&written(&once, format).0, format).0;
            prop_assert_eq!(twice, once, "{:?}", format);
        }
    }

    #[test]
    fn any_expression_is_read_or_refused(text in r"\(vm \(name a\)(\((image|device|cpus|serial|memory|vcpus|vcpu_avail|vfb|vbd|hvm|boot|pci|dev|0x|-1|9{1,30}| |\(|\)|')*){0,6}\)*") {
        if let Ok((tree, _)) = Tree::parse(text.as_bytes()) {
            for format in Format::ALL {
                let _ = domain::read(tree.root(), format);
                let _ = device::list(tree.root());
            }
        }
    }
}
