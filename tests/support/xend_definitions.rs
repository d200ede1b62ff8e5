//! Definitions of any domain for xend, and what each of its formats cannot say.
#![allow(dead_code, unreachable_pub, reason = "a test's support, of which each test uses a part")]

use domtop::{
    model::{
        CpuSet, Definition, GuestType, KiB,
        definition::{
            Access, Boot, BootDevice, Channel, Character, Clock, CpuDefinition, Disk, DiskClass, DiskDriver,
            Ending, Endings, Features, Graphics, Input, Interface, Link, MemoryDefinition, PciAddress,
            Storage,
        },
    },
    wire::sexpr::Format,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

/// A path with whatever may stand in one.
fn path() -> impl Strategy<Value = String> {
    "/[a-z0-9 '\"\\\\()#é.-]{1,12}"
}

fn text() -> impl Strategy<Value = String> {
    "[ -~é\\n\\t]{1,20}"
}

/// Any domain xend could make.
pub fn definition() -> impl Strategy<Value = Definition> {
    (any::<bool>(), head(), boot(), cpus(), machine(), devices()).prop_map(
        |(hvm, head, boot, cpus, machine, devices)| {
            let mut it = Definition { boot, cpus, devices, ..head };
            (it.features, it.clock) = machine;
            it.boot.guest = Some(if hvm { GuestType::Hvm } else { GuestType::Pv });
            if hvm {
                it.boot.loader = Some("/usr/lib/xen/boot/hvmloader".into());
                it.devices.emulator = Some("/usr/lib/xen/bin/qemu-dm".into());
            } else if it.boot.bootloader.is_none() {
                it.boot.kernel.get_or_insert_with(|| "/boot/vmlinuz".into());
            }
            it
        },
    )
}

fn head() -> impl Strategy<Value = Definition> {
    let memory = (1..90_000_u64, option::of(1..90_000_u64)).prop_map(|(max, current)| MemoryDefinition {
        max: KiB(max << 10),
        current: current.filter(|&current| current < max).map(|current| KiB(current << 10)),
    });
    let ending = || option::of(select(Ending::ALL));
    let endings = (ending(), ending(), ending()).prop_map(|(poweroff, reboot, crash)| Endings {
        poweroff,
        reboot,
        crash,
    });
    let uuid = option::of(any::<u128>().prop_map(Uuid::from_u128));
    (text(), uuid, option::of(text()), memory, endings).prop_map(
        |(name, uuid, description, memory, endings)| Definition {
            hypervisor: "xen".into(),
            name,
            uuid,
            description,
            memory,
            endings,
            ..Definition::default()
        },
    )
}

fn boot() -> impl Strategy<Value = Boot> {
    let order = vec(select(BootDevice::ALL), 0..4);
    let of = || option::of(path());
    (
        of(),
        of(),
        option::of("[a-zA-Z0-9 .,'\\\\=]{1,20}"),
        option::of("/dev/[a-z]{2,4}[0-9]"),
        order,
        of(),
        option::of(text()),
    )
        .prop_map(|(kernel, initrd, cmdline, root, order, bootloader, bootloader_args)| Boot {
            kernel,
            initrd,
            cmdline: cmdline.filter(|text| text.trim() == text && !text.contains("root")),
            root,
            order,
            bootloader,
            bootloader_args,
            ..Boot::default()
        })
}

fn cpus() -> impl Strategy<Value = CpuDefinition> {
    let set = || vec(0..300_u32, 1..6).prop_map(|cpus| cpus.into_iter().collect::<CpuSet>());
    let pins = vec((0..32_u32, set()), 0..3);
    (
        1..33_u32,
        option::of(1..33_u32),
        option::of(set()),
        pins,
        option::of(1..65_535_u32),
        option::of(0..800_u32),
    )
        .prop_map(|(max, online, set, mut pins, weight, cap)| {
            pins.sort_by_key(|(vcpu, _)| *vcpu);
            pins.dedup_by_key(|(vcpu, _)| *vcpu);
            // One is left to run anywhere: where all of them are pinned alike, it is said of the domain.
            pins.retain(|(vcpu, _)| *vcpu + 1 < max);
            let pins = if set.is_some() { Vec::new() } else { pins };
            CpuDefinition { max, online: online.filter(|&online| online < max), set, pins, weight, cap }
        })
}

fn machine() -> impl Strategy<Value = (Features, Clock)> {
    let features = any::<[Option<bool>; 6]>().prop_map(|[acpi, apic, pae, hap, viridian, hpet]| Features {
        acpi,
        apic,
        pae,
        hap,
        viridian,
        hpet,
    });
    let clock = prop_oneof![
        Just(Clock::Unsaid),
        Just(Clock::Utc),
        Just(Clock::LocalTime),
        (-99_999..99_999_i64).prop_map(Clock::Variable),
        (-99_999..99_999_i64).prop_map(Clock::beside_local_time)
    ];
    (features, clock)
}

fn devices() -> impl Strategy<Value = domtop::model::definition::Devices> {
    let inputs = vec((select(vec!["mouse", "tablet"]), option::of(select(vec!["usb", "ps2", "xen"]))), 0..3);
    let inputs = inputs.prop_map(|all| {
        let input = |(kind, bus): (&str, Option<&str>)| Input { kind: kind.into(), bus: bus.map(Into::into) };
        all.into_iter().map(input).collect()
    });
    let sounds = vec(select(vec!["sb16", "es1370", "pcspk"]), 0..3)
        .prop_map(|all| all.into_iter().map(Into::into).collect());
    let pci = (any::<u16>(), any::<u8>(), 0..32_u8, 0..8_u8)
        .prop_map(|(domain, bus, slot, function)| PciAddress { domain, bus, slot, function });
    let ports = || {
        vec(
            (channel(), option::of(0..4_u32)).prop_map(|(channel, port)| Character {
                channel,
                port,
                target: None,
            }),
            0..3,
        )
    };
    (
        disks(),
        vec(interface(), 0..3),
        vec(graphics(), 0..3),
        (ports(), ports()),
        (inputs, sounds),
        vec(pci, 0..3),
    )
        .prop_map(|(disks, interfaces, graphics, (serials, parallels), (inputs, sounds), pci)| {
            domtop::model::definition::Devices {
                disks,
                interfaces,
                graphics,
                serials,
                parallels,
                inputs,
                sounds,
                pci,
                ..Default::default()
            }
        })
}

fn disks() -> impl Strategy<Value = Vec<Disk>> {
    let driver = option::of((
        select(vec!["file", "phy", "tap", "tap2"]),
        option::of(select(vec!["aio", "raw", "qcow", "qcow2"])),
    ));
    let target = select(vec!["xvda", "hda", "hdb", "hdc", "sda1", "fda", "fdb"]);
    let access = select(vec![Access::Write, Access::Read, Access::Shared]);
    let backend = option::of("[1-9][0-9]?");
    let kind = (select(DiskClass::ALL), select(Storage::ALL));
    let disk = (kind, option::of(path()), driver, target, access, backend).prop_map(
        |((class, storage), source, driver, target, access, backend)| Disk {
            class,
            storage,
            source,
            driver: driver
                .map(|(name, format)| DiskDriver { name: name.into(), format: format.map(Into::into) }),
            target: target.into(),
            bus: None,
            access,
            backend,
        },
    );
    vec(disk, 0..4)
}

fn interface() -> impl Strategy<Value = Interface> {
    let link = prop_oneof![
        option::of("[a-z0-9]{1,8}").prop_map(Link::Bridge),
        option::of("eth[0-9]").prop_map(Link::Ethernet)
    ];
    let names = (
        option::of("[0-9a-f]{2}(:[0-9a-f]{2}){5}"),
        option::of("vif-(bridge|route)"),
        option::of("vif[0-9]\\.0"),
    );
    let model = option::of(select(vec!["e1000", "rtl8139", "netfront"]));
    (link, names, vec("10\\.0\\.0\\.[0-9]", 0..3), model, option::of("[1-9]"), option::of("[1-9]0Mb/s"))
        .prop_map(|(link, (mac, script, target), ips, model, backend, rate)| Interface {
            link,
            mac,
            script,
            ips,
            model: model.map(Into::into),
            target,
            backend,
            rate,
        })
}

fn graphics() -> impl Strategy<Value = Graphics> {
    let vnc = (option::of(5800..6100_u16), option::of(text()), option::of(text()), option::of("[a-z]{2}"))
        .prop_map(|(port, listen, password, keymap)| Graphics::Vnc { port, listen, password, keymap });
    let sdl = (option::of(":[0-9]"), option::of(path()))
        .prop_map(|(display, xauth)| Graphics::Sdl { display, xauth });
    prop_oneof![vnc, sdl]
}

fn channel() -> impl Strategy<Value = Channel> {
    let host = || "[a-z0-9.]{0,9}";
    prop_oneof![
        Just(Channel::Pty),
        Just(Channel::Null),
        Just(Channel::Vc),
        Just(Channel::Stdio),
        path().prop_map(Channel::File),
        path().prop_map(Channel::Pipe),
        "/dev/tty[A-Z][0-9]".prop_map(Channel::Device),
        (host(), any::<u16>(), any::<bool>(), any::<bool>())
            .prop_map(|(host, port, listens, telnet)| Channel::Tcp { host, port, listens, telnet }),
        (host(), any::<u16>(), option::of("[a-z0-9.]{1,9}"), option::of(any::<u16>()))
            .prop_map(|(host, port, bind_host, bind_port)| Channel::Udp { host, port, bind_host, bind_port }),
        (path(), any::<bool>()).prop_map(|(path, listens)| Channel::Unix { path, listens }),
    ]
}

/// Without what a format has no word for.
pub fn fit(any: &Definition, format: Format) -> Definition {
    let mut it = any.clone();
    let hvm = it.boot.guest == Some(GuestType::Hvm);
    it.title = None;
    for ending in [&mut it.endings.poweroff, &mut it.endings.reboot, &mut it.endings.crash] {
        let core = matches!(ending, Some(Ending::CoredumpDestroy | Ending::CoredumpRestart));
        if *ending == Some(Ending::SoftReset) || core && format < Format::Four {
            *ending = None;
        }
    }
    if format < Format::Three {
        (it.cpus.weight, it.cpus.cap) = (None, None);
    }
    if format < Format::Four {
        it.description = None;
        it.cpus.pins.clear();
        it.features = Features {
            acpi: it.features.acpi,
            apic: it.features.apic,
            pae: it.features.pae,
            ..Features::default()
        };
    }
    let offset = matches!(it.clock, Clock::Variable(_) | Clock::BesideLocalTime(_));
    if offset && (format < Format::Four || !hvm) {
        it.clock = Clock::Unsaid;
    }
    if !hvm {
        it.features = Features::default();
        it.boot.order.clear();
        it.devices.serials.clear();
        it.devices.parallels.clear();
        it.devices.sounds.clear();
        it.devices.inputs.clear();
    }
    fit_devices(&mut it, format, hvm);
    it
}

fn fit_devices(it: &mut Definition, format: Format, hvm: bool) {
    let devices = &mut it.devices;
    devices.disks.retain(|disk| {
        let raw = disk.driver.as_ref().is_none_or(|driver| {
            let raw = matches!(driver.format.as_deref(), None | Some("aio" | "raw"));
            raw || driver.name.starts_with("tap") && format > Format::One
        });
        let class = match disk.class {
            DiskClass::Cdrom if format == Format::One => hvm && disk.target == "hdc" && disk.source.is_some(),
            DiskClass::Disk | DiskClass::Cdrom => true,
            DiskClass::Floppy => hvm && disk.target.starts_with("fd") && disk.source.is_some(),
        };
        raw && class
    });
    for disk in &mut devices.disks {
        let image = hvm
            && (disk.class == DiskClass::Floppy || disk.class == DiskClass::Cdrom && format == Format::One);
        if image {
            disk.access = if disk.class == DiskClass::Cdrom { Access::Read } else { Access::Write };
            disk.backend = None;
        }
    }
    one_each(&mut devices.disks, |disk| disk.target.clone());
    for interface in &mut devices.interfaces {
        // Without a script of its own it is on a bridge, whatever it says.
        let own = interface.script.as_ref().is_some_and(|script| !script.contains("bridge"));
        if matches!(interface.link, Link::Ethernet(_)) && !own {
            interface.link = Link::Bridge(None);
        }
    }
    for ports in [&mut devices.serials, &mut devices.parallels] {
        for (at, port) in (0..).zip(ports) {
            // Three of them, none in another's place.
            port.port = port.port.map(|number| number % 2 + 2 * at);
        }
    }
    if hvm || format < Format::Three {
        one_each(&mut devices.graphics, std::mem::discriminant);
    }
    for display in &mut devices.graphics {
        let Graphics::Vnc { port, listen, password, keymap } = display else { continue };
        *port = port.filter(|&port| port >= 5900);
        if format == Format::One {
            (*port, *listen, *password, *keymap) = (None, None, None, None);
        }
    }
    devices.inputs.retain(|input| input.bus.as_deref() == Some("usb"));
    devices.inputs.truncate(1);
}

/// Keeps the first of each.
fn one_each<T, K: PartialEq>(all: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let mut seen = Vec::new();
    all.retain(|item| {
        let key = key(item);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
}

/// One of the definitions that mean the same: what xend makes up, what follows from something else, and what is
/// spelled in more than one way, is said or left out in one way. Nothing here is a loss.
pub fn canonical(any: &Definition, format: Format) -> Definition {
    let mut it = any.clone();
    let hvm = it.boot.guest == Some(GuestType::Hvm);
    it.hypervisor = "xen".into();
    (it.boot.arch, it.boot.machine) = (None, None);
    it.boot.guest.get_or_insert(GuestType::Pv);
    // Printed of every domain.
    it.cpus.weight = it.cpus.weight.filter(|&weight| weight != 256);
    it.cpus.cap = it.cpus.cap.filter(|&cap| cap != 0);
    if it.clock == Clock::Variable(0) {
        it.clock = Clock::Utc;
    }
    it.devices.disks.iter_mut().for_each(|disk| canonical_disk(disk, hvm, format));
    // Those of the image are printed before the others.
    it.devices.disks.sort_by_key(|disk| match disk.class {
        DiskClass::Cdrom if hvm && format == Format::One => 0,
        DiskClass::Floppy if hvm && disk.target == "fda" => 1,
        DiskClass::Floppy if hvm => 2,
        _ => 3,
    });
    it.devices.interfaces.iter_mut().for_each(|interface| canonical_interface(interface, hvm));
    if hvm || format < Format::Three {
        it.devices.graphics.sort_by_key(|display| matches!(display, Graphics::Sdl { .. }));
    }
    // A machine has a keyboard and a pointer of its own.
    it.devices.inputs.retain(|input| input.bus.as_deref() == Some("usb"));
    canonical_ports(&mut it, hvm);
    it
}

fn canonical_disk(disk: &mut Disk, hvm: bool, format: Format) {
    // The name of the target says it.
    disk.bus = None;
    if disk.class == DiskClass::Floppy && hvm
        || disk.class == DiskClass::Cdrom && hvm && format == Format::One
    {
        let device = disk.source.as_deref().is_some_and(|source| source.starts_with("/dev/"));
        disk.storage = if device { Storage::Block } else { Storage::File };
        disk.driver = None;
        // Nobody writes to it.
        if disk.class == DiskClass::Cdrom {
            disk.access = Access::Read;
        }
        return;
    }
    if disk.source.is_none() {
        (disk.driver, disk.storage) = (None, Storage::File);
        return;
    }
    let name = disk.driver.as_ref().map(|driver| driver.name.as_str());
    let tapped = name.is_some_and(|name| name.starts_with("tap")) && format > Format::One;
    if tapped {
        let driver = disk.driver.as_mut().unwrap();
        let image = driver.format.take().filter(|image| image != "raw").unwrap_or("aio".into());
        driver.format = Some(image);
        if format < Format::Four {
            driver.name = "tap".into();
        }
        disk.storage = Storage::File;
    } else {
        let block = name == Some("phy") || name != Some("file") && disk.storage == Storage::Block;
        disk.storage = if block { Storage::Block } else { Storage::File };
        disk.driver = Some(DiskDriver { name: if block { "phy" } else { "file" }.into(), format: None });
    }
}

fn canonical_interface(interface: &mut Interface, hvm: bool) {
    let bridged = interface.script.as_deref().is_none_or(|script| script.contains("bridge"));
    interface.link = match interface.link.clone() {
        Link::Ethernet(None) if bridged => Link::Bridge(None),
        Link::Bridge(None) if !bridged => Link::Ethernet(None),
        link => link,
    };
    if !hvm && interface.model.as_deref() == Some("netfront") {
        interface.model = None;
    }
}

/// By their numbers; an HVM guest's console is its first serial port, a PV guest's is always there.
fn canonical_ports(it: &mut Definition, hvm: bool) {
    let devices = &mut it.devices;
    if hvm && devices.serials.is_empty() {
        devices.serials.extend(devices.consoles.first().map(|console| Character {
            port: Some(0),
            target: None,
            ..console.clone()
        }));
    }
    for ports in [&mut devices.serials, &mut devices.parallels] {
        let mut slots: Vec<Option<Channel>> = Vec::new();
        for port in ports.drain(..) {
            let at = port.port.map_or(slots.len(), |at| at as usize);
            slots.resize(slots.len().max(at + 1), None);
            let channel = if matches!(port.channel, Channel::PtyAt(_)) { Channel::Pty } else { port.channel };
            slots[at] = Some(channel);
        }
        let named = (0..).zip(slots).filter_map(|(port, channel)| Some((port, channel?)));
        *ports = named.map(|(port, channel)| Character { channel, port: Some(port), target: None }).collect();
    }
    devices.consoles.clear();
}
