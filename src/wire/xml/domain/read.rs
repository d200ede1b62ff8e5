//! A document, read as a domain: what is not understood is passed over.

use std::collections::HashSet;

use crate::{
    model::{
        CpuSet, Definition, GuestType, KiB,
        definition::{
            Boot, BootDevice, Clock, CpuDefinition, Devices, Ending, Endings, Features, MemoryDefinition,
        },
    },
    wire::xml::{
        device::{character, disk, graphics, interface, others},
        document::Element,
        fault::{Faults, Words},
        shown, values,
    },
};

/// Reads a domain; where a fault is fatal, what could be read.
pub(super) fn domain(root: Element<'_, '_>, faults: &mut Faults) -> Definition {
    if root.name() != "domain" {
        faults.fatal(root, format!("the root is <{}>; a domain's is <domain>", shown(root.name())));
        return Definition::default();
    }
    Definition {
        hypervisor: root.value("type").map(String::from).unwrap_or_default(),
        // An older libvirt writes -1 for a domain that does not run.
        id: root.value("id").and_then(|id| id.trim().parse().ok()),
        name: name(root, faults).unwrap_or_default(),
        uuid: faults.child(root, "uuid", values::uuid),
        title: text(root, "title"),
        description: text(root, "description"),
        memory: memory(root, faults),
        cpus: cpus(root, faults),
        boot: boot(root, faults),
        features: features(root, faults),
        clock: clock(root, faults),
        endings: endings(root, faults),
        devices: root.child("devices").map(|devices| self::devices(devices, faults)).unwrap_or_default(),
    }
}

/// Its name: files and paths are called by it.
fn name(root: Element<'_, '_>, faults: &mut Faults) -> Option<String> {
    let Some(child) = root.child("name") else {
        faults.fatal(root, "it has no <name>");
        return None;
    };
    faults.content(child, |_| values::name(&child.content()))
}

/// The text of a child; none where there is no child or nothing in it.
fn text(of: Element<'_, '_>, name: &str) -> Option<String> {
    of.child(name).map(|child| child.content().into_owned()).filter(|text| !text.is_empty())
}

fn memory(root: Element<'_, '_>, faults: &mut Faults) -> MemoryDefinition {
    let max = root.child("memory").and_then(|memory| amount(memory, faults)).unwrap_or_default();
    let current = root.child("currentMemory").and_then(|memory| amount(memory, faults));
    MemoryDefinition { max, current: current.filter(|current| *current != max) }
}

fn amount(element: Element<'_, '_>, faults: &mut Faults) -> Option<KiB> {
    let unit =
        element.attribute("unit").map_or(Some(1024), |_| faults.value(element, "unit", values::unit))?;
    faults.content(element, |text| values::amount(text, unit))
}

fn cpus(root: Element<'_, '_>, faults: &mut Faults) -> CpuDefinition {
    let mut cpus = CpuDefinition { max: 1, ..CpuDefinition::default() };
    if let Some(vcpu) = root.child("vcpu") {
        cpus.max = faults.content(vcpu, values::count).unwrap_or(1);
        let online = faults.value(vcpu, "current", values::count);
        cpus.online = online.filter(|online| *online != cpus.max);
        cpus.set = faults.value(vcpu, "cpuset", values::cpus).filter(|set| !set.is_all());
    }
    if let Some(tune) = root.child("cputune") {
        cpus.weight = faults.child(tune, "shares", values::number);
        cpus.pins = pins(tune, faults);
    }
    cpus
}

/// The pins by vCPU; of several for one the first.
fn pins(tune: Element<'_, '_>, faults: &mut Faults) -> Vec<(u32, CpuSet)> {
    let mut pins: Vec<_> = tune.named("vcpupin").filter_map(|pin| self::pin(pin, faults)).collect();
    pins.sort_by_key(|(vcpu, _)| *vcpu);
    pins.dedup_by_key(|(vcpu, _)| *vcpu);
    pins
}

fn pin(element: Element<'_, '_>, faults: &mut Faults) -> Option<(u32, CpuSet)> {
    if let Some(name) = ["vcpu", "cpuset"].into_iter().find(|name| element.attribute(name).is_none()) {
        faults.fatal(element, format!("it has no `{name}`"));
        return None;
    }
    let vcpu = faults.value(element, "vcpu", values::number)?;
    let set = faults.value(element, "cpuset", values::cpus)?;
    (!set.is_all()).then_some((vcpu, set))
}

fn boot(root: Element<'_, '_>, faults: &mut Faults) -> Boot {
    let (bootloader, bootloader_args) = (text(root, "bootloader"), text(root, "bootloader_args"));
    let Some(os) = root.child("os") else { return Boot { bootloader, bootloader_args, ..Boot::default() } };
    let kind = os.child("type");
    let said =
        |name| kind.and_then(|kind| kind.value(name)).filter(|value| !value.is_empty()).map(String::from);
    Boot {
        guest: kind.and_then(|kind| guest(kind, faults)),
        arch: said("arch"),
        machine: said("machine"),
        loader: text(os, "loader"),
        kernel: text(os, "kernel"),
        initrd: text(os, "initrd"),
        cmdline: text(os, "cmdline"),
        root: text(os, "root"),
        order: os.named("boot").filter_map(|boot| boot_device(boot, faults)).collect(),
        bootloader,
        bootloader_args,
    }
}

/// How it is virtualised; `exe` and `uml` are of other hypervisors.
fn guest(kind: Element<'_, '_>, faults: &mut Faults) -> Option<GuestType> {
    const WORDS: &[(&str, Option<GuestType>)] = &[
        ("linux", Some(GuestType::Pv)),
        ("xen", Some(GuestType::Pv)),
        ("hvm", Some(GuestType::Hvm)),
        ("xenpvh", Some(GuestType::Pvh)),
        ("exe", None),
        ("uml", None),
    ];
    // Nothing in it is not wrong: older notations say the architecture only.
    let read = |text: &str| if text.is_empty() { Ok(None) } else { values::word(text, WORDS) };
    faults.content(kind, read).flatten()
}

/// Reads `<boot dev='…'/>`.
pub(super) fn boot_device(boot: Element<'_, '_>, faults: &mut Faults) -> Option<BootDevice> {
    faults.value(boot, "dev", |text| {
        let words = BootDevice::ALL.iter().map(|device| device.word());
        BootDevice::of(text).ok_or_else(|| values::none_of(text, words))
    })
}

fn features(root: Element<'_, '_>, faults: &mut Faults) -> Features {
    let features = root.child("features");
    let mut has = |name| {
        let feature = features?.child(name)?;
        feature.attribute("state").map_or(Some(true), |_| faults.value(feature, "state", values::on))
    };
    let (acpi, apic, pae, hap, viridian) =
        (has("acpi"), has("apic"), has("pae"), has("hap"), has("viridian"));
    Features { acpi, apic, pae, hap, viridian, hpet: hpet(root, faults) }
}

fn hpet(root: Element<'_, '_>, faults: &mut Faults) -> Option<bool> {
    let mut timers = root.child("clock")?.named("timer");
    let timer = timers.find(|timer| timer.value("name").is_some_and(|name| name == "hpet"))?;
    faults.value(timer, "present", values::yes)
}

#[derive(Clone, Copy)]
enum Offset {
    Utc,
    LocalTime,
    Variable,
}

const OFFSET: Words<Offset> = Words {
    of: |word| match word {
        "utc" => Some(Offset::Utc),
        "localtime" => Some(Offset::LocalTime),
        "variable" => Some(Offset::Variable),
        _ => None,
    },
    ours: &["utc", "localtime", "variable"],
    also: &["timezone", "absolute"],
};

/// Beside what a clock is adjusted: whether it is the host's local time.
const BASIS: Words<bool> = Words {
    of: |word| match word {
        "utc" => Some(false),
        "localtime" => Some(true),
        _ => None,
    },
    ours: &["utc", "localtime"],
    also: &[],
};

fn clock(root: Element<'_, '_>, faults: &mut Faults) -> Clock {
    let clock = root.child("clock").filter(|clock| clock.attribute("offset").is_some());
    clock.map_or(Clock::Unsaid, |clock| clock_of(clock, faults))
}

/// Reads a `<clock>` that says its offset.
pub(super) fn clock_of(clock: Element<'_, '_>, faults: &mut Faults) -> Clock {
    match faults.kind(clock, ("offset", ""), &OFFSET) {
        None => Clock::Unsaid,
        Some(Offset::Utc) if !is_adjusted(clock) => Clock::Utc,
        Some(Offset::LocalTime) if !is_adjusted(clock) => Clock::LocalTime,
        Some(offset) => {
            let seconds = faults.value(clock, "adjustment", values::number).unwrap_or(0);
            let usual = if matches!(offset, Offset::LocalTime) { "localtime" } else { "utc" };
            let local = faults.kind(clock, ("basis", usual), &BASIS).is_some_and(|it| it);
            if local { Clock::beside_local_time(seconds) } else { Clock::Variable(seconds) }
        }
    }
}

/// libvirt makes a clock that is adjusted by seconds a variable one, whatever its offset; `reset` says that it is not.
fn is_adjusted(clock: Element<'_, '_>) -> bool {
    clock.value("adjustment").is_some_and(|adjustment| !matches!(adjustment.trim(), "" | "0" | "reset"))
}

fn endings(root: Element<'_, '_>, faults: &mut Faults) -> Endings {
    let mut ending = |name| {
        faults.child(root, name, |text| {
            let words = Ending::ALL.iter().map(|ending| ending.word());
            Ending::of(text).ok_or_else(|| values::none_of(text, words))
        })
    };
    Endings { poweroff: ending("on_poweroff"), reboot: ending("on_reboot"), crash: ending("on_crash") }
}

fn devices(element: Element<'_, '_>, faults: &mut Faults) -> Devices {
    let mut devices = Devices { emulator: text(element, "emulator"), ..Devices::default() };
    // Of every disk, also of those that are left alone: what gives them to the guest knows them all.
    let mut targets = HashSet::new();
    for child in element.children() {
        match child.name() {
            "disk" => {
                if let Some(twice) = target(child).filter(|target| !targets.insert(target.clone())) {
                    faults.fatal(child, format!("there are two disks called {}", shown(&twice)));
                }
                devices.disks.extend(disk::read(child, faults));
            }
            "interface" => devices.interfaces.extend(interface::read(child, faults)),
            "graphics" => devices.graphics.extend(graphics::read(child, faults)),
            "serial" => devices.serials.extend(character::read(child, faults)),
            "parallel" => devices.parallels.extend(character::read(child, faults)),
            "console" => devices.consoles.extend(character::read(child, faults)),
            "input" => devices.inputs.extend(others::input(child, faults)),
            "sound" => devices.sounds.extend(others::sound(child, faults)),
            "hostdev" => devices.pci.extend(others::pci(child, faults)),
            _ => {}
        }
    }
    devices
}

/// What the guest sees a disk by.
fn target(disk: Element<'_, '_>) -> Option<String> {
    let target = disk.child("target")?.value("dev")?;
    (!target.is_empty()).then(|| target.into_owned())
}
