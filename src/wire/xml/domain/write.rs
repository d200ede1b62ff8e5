//! A definition, written as a domain: the order and the spelling are libvirt's.

use crate::{
    model::{
        CpuSet, Definition, GuestType, KiB,
        definition::{Boot, Clock, Devices, Ending, Features},
    },
    wire::xml::{
        device::{character, disk, graphics, interface, others},
        writer::{Plain, Writer},
    },
};

/// What is written although it goes without saying.
#[derive(Clone, Copy)]
pub(super) struct Spelled<'t> {
    /// `<currentMemory>` where it is all of the memory.
    pub(super) memory: bool,
    /// The `current` of `<vcpu>` where it is all of them.
    pub(super) vcpus: bool,
    /// The units of `<memory>` and `<currentMemory>` with their bytes, where an amount is a whole number of them.
    pub(super) units: [(&'t str, u128); 2],
}

impl Spelled<'_> {
    /// As libvirt does.
    pub(super) const ALL: Self = Self { memory: true, vcpus: false, units: [KIB; 2] };
}

/// The unit libvirt writes.
pub(super) const KIB: (&str, u128) = ("KiB", 1024);

/// Writes a domain.
pub(super) fn domain(domain: &Definition, spelled: Spelled<'_>) -> String {
    let mut out = Writer::default();
    let hypervisor = Some(&domain.hypervisor).filter(|kind| !kind.is_empty());
    out.begin("domain").maybe("type", hypervisor).maybe("id", domain.id.map(Plain));
    out.text("name", &domain.name);
    if let Some(uuid) = domain.uuid {
        out.text("uuid", Plain(uuid.hyphenated()));
    }
    out.maybe_text("title", domain.title.as_deref());
    out.maybe_text("description", domain.description.as_deref());
    memory(domain, spelled, &mut out);
    cpus(domain, spelled, &mut out);
    boot(&domain.boot, &mut out);
    features(domain.features, &mut out);
    clock(domain, &mut out);
    let endings = domain.endings;
    for (name, ending) in
        [("on_poweroff", endings.poweroff), ("on_reboot", endings.reboot), ("on_crash", endings.crash)]
    {
        out.maybe_text(name, ending.map(Ending::word));
    }
    if domain.devices != Devices::default() {
        devices(&domain.devices, &mut out);
    }
    out.end();
    out.finish()
}

fn memory(domain: &Definition, spelled: Spelled<'_>, out: &mut Writer) {
    let mut amount = |name, amount: Option<KiB>, own: (&str, u128)| {
        let Some(KiB(kib)) = amount else { return };
        let bytes = u128::from(kib) * 1024;
        // A number that is larger than what is read is written in KiB, of which every amount is one that is not.
        let fits = bytes % own.1 == 0 && bytes / own.1 <= u128::from(u64::MAX);
        let (unit, size) = if fits { own } else { KIB };
        out.begin(name).attribute("unit", unit).end_with(Plain(bytes / size));
    };
    let max = Some(domain.memory.max).filter(|max| max.0 > 0);
    amount("memory", max, spelled.units[0]);
    amount("currentMemory", domain.memory.current.or(max.filter(|_| spelled.memory)), spelled.units[1]);
}

fn cpus(domain: &Definition, spelled: Spelled<'_>, out: &mut Writer) {
    let cpus = &domain.cpus;
    if cpus.max > 0 {
        let online = cpus.online.or(Some(cpus.max).filter(|_| spelled.vcpus));
        let set = cpus.set.as_ref().filter(|set| says(set));
        out.begin("vcpu").maybe("cpuset", set.map(Plain)).maybe("current", online.map(Plain));
        out.end_with(Plain(cpus.max));
    }
    let pins: Vec<_> = cpus.pins.iter().filter(|(_, set)| says(set)).collect();
    if cpus.weight.is_none() && pins.is_empty() {
        return;
    }
    out.begin("cputune");
    if let Some(weight) = cpus.weight {
        out.text("shares", Plain(weight));
    }
    for (vcpu, set) in pins {
        out.begin("vcpupin").attribute("vcpu", Plain(vcpu)).attribute("cpuset", Plain(set)).end();
    }
    out.end();
}

/// Whether a set is one that domain XML has a notation for.
fn says(set: &CpuSet) -> bool {
    !set.is_all() && !set.is_empty()
}

fn boot(boot: &Boot, out: &mut Writer) {
    out.maybe_text("bootloader", boot.bootloader.as_deref());
    out.maybe_text("bootloader_args", boot.bootloader_args.as_deref());
    let elsewhere = Boot {
        bootloader: boot.bootloader.clone(),
        bootloader_args: boot.bootloader_args.clone(),
        ..Boot::default()
    };
    if *boot == elsewhere {
        return;
    }
    out.begin("os");
    if boot.guest.is_some() || boot.arch.is_some() || boot.machine.is_some() {
        out.begin("type").maybe("arch", boot.arch.as_ref()).maybe("machine", boot.machine.as_ref());
        out.end_with(boot.guest.map_or("", guest));
    }
    out.maybe_text("loader", boot.loader.as_deref());
    out.maybe_text("kernel", boot.kernel.as_deref());
    out.maybe_text("initrd", boot.initrd.as_deref());
    out.maybe_text("cmdline", boot.cmdline.as_deref());
    out.maybe_text("root", boot.root.as_deref());
    for device in &boot.order {
        out.begin("boot").attribute("dev", device.word()).end();
    }
    out.end();
}

/// libvirt's own word for PV is `linux`, from its beginnings.
const fn guest(guest: GuestType) -> &'static str {
    match guest {
        GuestType::Pv => "linux",
        GuestType::Pvh => "xenpvh",
        GuestType::Hvm | GuestType::Kvm => "hvm",
    }
}

fn features(features: Features, out: &mut Writer) {
    let all = [
        ("acpi", features.acpi),
        ("apic", features.apic),
        ("pae", features.pae),
        ("hap", features.hap),
        ("viridian", features.viridian),
    ];
    if all.iter().all(|(_, said)| said.is_none()) {
        return;
    }
    out.begin("features");
    for (name, said) in all {
        match said {
            None => {}
            Some(true) => out.begin(name).end(),
            Some(false) => out.begin(name).attribute("state", "off").end(),
        }
    }
    out.end();
}

fn clock(domain: &Definition, out: &mut Writer) {
    let (offset, beside) = match domain.clock {
        Clock::Unsaid => (None, None),
        Clock::Utc => (Some("utc"), None),
        Clock::LocalTime => (Some("localtime"), None),
        Clock::Variable(seconds) => (Some("variable"), Some((seconds, "utc"))),
        Clock::BesideLocalTime(seconds) => (Some("variable"), Some((seconds, "localtime"))),
    };
    let adjustment = beside.map(|(seconds, _)| Plain(seconds));
    let basis = beside.map(|(_, basis)| basis);
    if offset.is_none() && domain.features.hpet.is_none() {
        return;
    }
    out.begin("clock").maybe("offset", offset).maybe("adjustment", adjustment).maybe("basis", basis);
    if let Some(present) = domain.features.hpet {
        let present = if present { "yes" } else { "no" };
        out.begin("timer").attribute("name", "hpet").attribute("present", present).end();
    }
    out.end();
}

fn devices(devices: &Devices, out: &mut Writer) {
    out.begin("devices");
    out.maybe_text("emulator", devices.emulator.as_deref());
    devices.disks.iter().for_each(|disk| disk::write(disk, out));
    devices.interfaces.iter().for_each(|interface| interface::write(interface, out));
    devices.serials.iter().for_each(|serial| character::write(serial, "serial", out));
    devices.parallels.iter().for_each(|parallel| character::write(parallel, "parallel", out));
    devices.consoles.iter().for_each(|console| character::write(console, "console", out));
    devices.inputs.iter().for_each(|input| others::write_input(input, out));
    devices.graphics.iter().for_each(|graphics| graphics::write(graphics, out));
    devices.sounds.iter().for_each(|model| others::write_sound(model, out));
    devices.pci.iter().for_each(|address| others::write_pci(*address, out));
    out.end();
}
