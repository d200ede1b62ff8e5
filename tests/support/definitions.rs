//! Definitions of every kind, for laws about notations of them.
//!
//! Those of [`definition`] are normal: what they say is said in the one way that reads back the same (no empty texts, no
//! sets of all CPUs, pins by vCPU, targets and addresses of their own), and all of it has a place in domain XML.

use domtop::model::{
    CpuSet, Definition, GuestType, KiB,
    definition::{
        Access, Boot, BootDevice, Bus, Channel, Character, Clock, CpuDefinition, DeviceDefinition, Devices,
        Disk, DiskClass, DiskDriver, Ending, Endings, Features, Graphics, Input, Interface, Link,
        MemoryDefinition, PciAddress, Storage,
    },
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option::{of, weighted},
    prelude::*,
    sample::select,
};
use uuid::Uuid;

/// A text that is not empty: mostly plain, at times with what notations quote.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9/._-]{1,16}",
        1 => "[a-z &<>'\"()\\\\,=;#%äß日-]{1,12}",
    ]
}

/// A name that a domain may have.
pub fn name() -> impl Strategy<Value = String> {
    text()
        .prop_map(|text| text.replace('/', "-"))
        .prop_filter("a name is not blank", |name| !name.trim().is_empty())
}

/// A text of one line or several.
pub fn prose() -> impl Strategy<Value = String> {
    prop_oneof![text(), "[a-z\\t\\n ]{1,20}", "[ ]{1,3}x[ \\n]{0,3}"]
}

/// A set of some CPUs.
pub fn cpus() -> impl Strategy<Value = CpuSet> {
    btree_set(0..80_u32, 1..6).prop_map(|cpus| cpus.into_iter().collect())
}

/// A domain.
pub fn definition() -> impl Strategy<Value = Definition> {
    let head = (select(vec!["xen", "kvm", "qemu", "test"]), of(0..5000_u32), name(), of(any::<u128>()));
    let words = (weighted(0.2, text()), weighted(0.2, prose()));
    // In boxes: the whole would not fit on a test's stack.
    let machine = (memory().boxed(), cpu().boxed(), boot().boxed(), features().boxed());
    let rest = (machine, clock().boxed(), endings().boxed(), devices().boxed());
    (head, words, rest).prop_map(|((hypervisor, id, name, uuid), (title, description), rest)| {
        let ((memory, cpus, boot, features), clock, endings, devices) = rest;
        Definition {
            hypervisor: hypervisor.into(),
            id,
            name,
            uuid: uuid.map(Uuid::from_u128),
            title,
            description,
            memory,
            cpus,
            boot,
            features,
            clock,
            endings,
            devices,
        }
    })
}

fn memory() -> impl Strategy<Value = MemoryDefinition> {
    (1..1_u64 << 40, weighted(0.3, any::<u64>())).prop_map(|(max, current)| MemoryDefinition {
        max: KiB(max),
        current: current.map(|current| KiB(current % max)),
    })
}

fn cpu() -> impl Strategy<Value = CpuDefinition> {
    let pins = weighted(0.3, btree_map(0..16_u32, cpus(), 0..4));
    (1..65_u32, weighted(0.2, any::<u32>()), weighted(0.3, cpus()), pins, weighted(0.2, 1..65536_u32))
        .prop_map(|(max, online, set, pins, weight)| CpuDefinition {
            max,
            online: online.map(|online| 1 + online % max).filter(|online| *online < max),
            set,
            pins: pins.unwrap_or_default().into_iter().collect(),
            weight,
            cap: None,
        })
}

fn boot() -> impl Strategy<Value = Boot> {
    let guest = of(select(vec![GuestType::Pv, GuestType::Hvm, GuestType::Pvh]));
    let texts = (
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    (guest, texts, vec(select(BootDevice::ALL), 0..4)).prop_map(|(guest, texts, order)| {
        let (arch, machine, loader, kernel, initrd, cmdline, root, bootloader, bootloader_args) = texts;
        Boot {
            guest,
            arch,
            machine,
            loader,
            kernel,
            initrd,
            cmdline,
            root,
            order,
            bootloader,
            bootloader_args,
        }
    })
}

fn features() -> impl Strategy<Value = Features> {
    let has = || of(any::<bool>());
    (has(), has(), has(), has(), has(), has()).prop_map(|(acpi, apic, pae, hap, viridian, hpet)| Features {
        acpi,
        apic,
        pae,
        hap,
        viridian,
        hpet,
    })
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        Just(Clock::Unsaid),
        Just(Clock::Utc),
        Just(Clock::LocalTime),
        any::<i64>().prop_map(Clock::Variable),
        any::<i64>().prop_map(Clock::beside_local_time)
    ]
}

fn endings() -> impl Strategy<Value = Endings> {
    let ending = || of(select(Ending::ALL));
    (ending(), ending(), ending()).prop_map(|(poweroff, reboot, crash)| Endings { poweroff, reboot, crash })
}

/// The devices of a domain; no two disks have one target, no two interfaces one address.
pub fn devices() -> impl Strategy<Value = Devices> {
    let characters = || vec(character().boxed(), 0..3);
    let emulator = of(text());
    let shown = (vec(graphics(), 0..3), vec(input(), 0..3), vec(text(), 0..3), vec(pci(), 0..3));
    let lines = (characters(), characters(), characters());
    (emulator, vec(disk().boxed(), 0..5), vec(interface().boxed(), 0..4), lines, shown).prop_map(
        |(emulator, disks, interfaces, (serials, parallels, consoles), (graphics, inputs, sounds, pci))| {
            Devices {
                emulator,
                disks: unique(disks, |disk| Some(disk.target.clone())),
                interfaces: unique(interfaces, |interface| interface.mac.clone()),
                graphics,
                serials,
                parallels,
                consoles,
                inputs,
                sounds,
                pci,
            }
        },
    )
}

fn unique<T>(all: Vec<T>, key: impl Fn(&T) -> Option<String>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    all.into_iter().filter(|one| key(one).is_none_or(|key| seen.insert(key))).collect()
}

/// A device of each kind that is attached and detached.
pub fn device() -> impl Strategy<Value = DeviceDefinition> {
    prop_oneof![
        disk().prop_map(DeviceDefinition::Disk),
        interface().prop_map(DeviceDefinition::Interface),
        graphics().prop_map(DeviceDefinition::Graphics),
        input().prop_map(DeviceDefinition::Input),
        pci().prop_map(DeviceDefinition::Pci),
    ]
}

/// A disk.
pub fn disk() -> impl Strategy<Value = Disk> {
    let kind = (
        select(DiskClass::ALL),
        select(Storage::ALL),
        select(vec![Access::Write, Access::Read, Access::Shared]),
    );
    let driver = (text(), of(text())).prop_map(|(name, format)| DiskDriver { name, format });
    let target = prop_oneof![4 => "(xvd|hd|sd|fd)[a-f]", 1 => text()];
    (kind, of(text()), of(driver), target, of(select(Bus::ALL)), weighted(0.2, text())).prop_map(
        |((class, storage, access), source, driver, target, bus, backend)| Disk {
            class,
            storage,
            source,
            driver,
            target,
            bus,
            access,
            backend,
        },
    )
}

/// A network interface.
pub fn interface() -> impl Strategy<Value = Interface> {
    let link = prop_oneof![
        of(text()).prop_map(Link::Bridge),
        of(text()).prop_map(Link::Ethernet),
        text().prop_map(Link::Network),
    ];
    let mac = of("00:16:3e:0[0-3]:[0-9a-f]{2}:0[0-3]");
    let names = (weighted(0.3, text()), of(text()), weighted(0.3, text()), weighted(0.2, text()));
    let rate = weighted(0.2, 0..1_000_000_u64);
    (link, mac, names, vec("10\\.0\\.0\\.[1-9]", 0..3), rate).prop_map(
        |(link, mac, (script, model, target, backend), ips, rate)| Interface {
            link,
            mac,
            script,
            ips,
            model,
            target,
            backend,
            rate: rate.map(|rate| format!("{rate}KB/s")),
        },
    )
}

/// A display.
pub fn graphics() -> impl Strategy<Value = Graphics> {
    prop_oneof![
        (of(1..=u16::MAX), of(text()), of(text()), of(text()))
            .prop_map(|(port, listen, password, keymap)| Graphics::Vnc { port, listen, password, keymap }),
        (of(text()), of(text())).prop_map(|(display, xauth)| Graphics::Sdl { display, xauth }),
    ]
}

/// A serial or parallel port or a console.
pub fn character() -> impl Strategy<Value = Character> {
    (channel(), of(0..4_u32), of(text())).prop_map(|(channel, port, target)| Character {
        channel,
        port,
        target,
    })
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![
        Just(Channel::Pty),
        text().prop_map(Channel::PtyAt),
        Just(Channel::Null),
        Just(Channel::Vc),
        Just(Channel::Stdio),
        text().prop_map(Channel::File),
        text().prop_map(Channel::Pipe),
        text().prop_map(Channel::Device),
        (prop_oneof![Just(String::new()), text()], any::<u16>(), any::<bool>(), any::<bool>())
            .prop_map(|(host, port, listens, telnet)| Channel::Tcp { host, port, listens, telnet }),
        (prop_oneof![Just(String::new()), text()], any::<u16>(), of(text()), of(any::<u16>()))
            .prop_map(|(host, port, bind_host, bind_port)| Channel::Udp { host, port, bind_host, bind_port }),
        (text(), any::<bool>()).prop_map(|(path, listens)| Channel::Unix { path, listens }),
    ]
}

/// A mouse, tablet or keyboard.
pub fn input() -> impl Strategy<Value = Input> {
    (select(vec!["mouse", "tablet", "keyboard"]), of(select(vec!["usb", "ps2", "xen"])))
        .prop_map(|(kind, bus)| Input { kind: kind.into(), bus: bus.map(String::from) })
}

/// The place of a PCI device.
pub fn pci() -> impl Strategy<Value = PciAddress> {
    (any::<u16>(), any::<u8>(), 0..32_u8, 0..8_u8).prop_map(|(domain, bus, slot, function)| PciAddress {
        domain,
        bus,
        slot,
        function,
    })
}
