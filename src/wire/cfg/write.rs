//! From a definition to settings, in the order libvirt writes them.

use super::{
    Config, Definition, Dialect, LARGEST, Value, channel, config::Node, disk, display, literal, vif,
};
use crate::model::{
    GuestType, KiB,
    definition::{Channel, Character, Clock, Disk, DiskClass, Endings, Features},
};

/// How many vCPUs are told one by one where they may run: more than any Xen gives a domain.
const MOST_PLACES: u32 = 4096;

/// What is said where nothing is at a port.
const NONE: &str = "none";

/// A configuration that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// What the definition says that has no place in it, a clause each.
    pub lost: Vec<String>,
    /// Devices it would be without, a clause each: who starts a domain by it starts another one.
    pub missing: Vec<String>,
}

/// Writes a definition in a dialect.
pub fn write(definition: &Definition, dialect: Dialect) -> Written {
    let Settings { list, lost, mut missing } = settings(definition, dialect, Online::of(dialect));
    let lines = list.iter().map(|(key, value)| format!("{key} = {}\n", literal::written(value, dialect)));
    let text: String = lines.collect();
    if text.len() > LARGEST {
        missing.push(format!("what goes beyond {LARGEST} bytes of it"));
    }
    Written { text, lost, missing }
}

/// What is to be set, in order, and what cannot be.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) list: Vec<(&'static str, Value)>,
    pub(super) lost: Vec<String>,
    pub(super) missing: Vec<String>,
}

pub(super) fn settings(definition: &Definition, dialect: Dialect, online: Online) -> Settings {
    let mut writer = Writer { definition, dialect, online, said: Settings::default() };
    writer.identity();
    writer.boot();
    writer.features(definition.features);
    writer.clock();
    writer.endings(definition.endings);
    writer.devices();
    writer.steering();
    writer.said
}

/// How a configuration tells that not all vCPUs are online.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Online {
    /// `vcpus` of `maxvcpus`.
    Counted,
    /// Those of `vcpus` that `vcpu_avail` has.
    Masked,
}

impl Online {
    /// As a dialect has it: xm's own `create` knows no `maxvcpus`.
    pub(super) const fn of(dialect: Dialect) -> Self {
        if dialect.is_xl() { Self::Counted } else { Self::Masked }
    }

    /// As a file of it has it, where that says.
    pub(super) fn within(config: &Config, dialect: Dialect) -> Self {
        if config.setting("maxvcpus").is_some() { Self::Counted } else { Self::of(dialect) }
    }
}

struct Writer<'a> {
    definition: &'a Definition,
    dialect: Dialect,
    online: Online,
    said: Settings,
}

impl Writer<'_> {
    fn is_hvm(&self) -> bool {
        self.definition.boot.guest == Some(GuestType::Hvm)
    }

    fn set(&mut self, key: &'static str, value: Value) {
        self.said.list.push((key, value));
    }

    /// Neither language reads a text with control characters but those that part words and lines.
    fn steering(&mut self) {
        let Settings { list, missing, .. } = &mut self.said;
        list.retain(|(key, value)| {
            let stray = stray(value);
            missing.extend(stray.map(|c| {
                format!("{key}: there is no way to write a control character (U+{:04X})", u32::from(c))
            }));
            stray.is_none()
        });
    }

    fn text(&mut self, key: &'static str, text: Option<&String>) {
        self.said.list.extend(text.map(|text| (key, Value::Text(text.clone()))));
    }

    fn number(&mut self, key: &'static str, number: Option<u64>) {
        let value = number.map(|number| Value::Number(i64::try_from(number).unwrap_or(i64::MAX)));
        self.said.list.extend(value.map(|value| (key, value)));
    }

    fn flag(&mut self, key: &'static str, flag: Option<bool>) {
        self.number(key, flag.map(u64::from));
    }

    /// A list of strings, where there is any.
    fn strings(&mut self, key: &'static str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.set(key, list(texts));
        }
    }

    fn lose(&mut self, what: impl Into<String>) {
        self.said.lost.push(what.into());
    }

    fn identity(&mut self) {
        let definition = self.definition;
        self.text("name", Some(&definition.name));
        self.text("uuid", definition.uuid.map(|uuid| uuid.to_string()).as_ref());
        let max = self.mebibytes("memory", definition.memory.max);
        let current = definition.memory.current.map(|current| self.mebibytes("currentMemory", current));
        self.number("maxmem", Some(max));
        self.number("memory", Some(current.unwrap_or(max)));
        let cpus = &definition.cpus;
        self.vcpus();
        self.affinity();
        self.number("cpu_weight", cpus.weight.map(u64::from));
        self.number(if self.dialect.is_xl() { "cap" } else { "cpu_cap" }, cpus.cap.map(u64::from));
        for (what, said) in [("title", &definition.title), ("description", &definition.description)] {
            if said.is_some() {
                self.lose(format!("its {what}"));
            }
        }
    }

    /// How many there are and are online: to xl the two numbers, to xm the most and a mask of those online. A mask of
    /// more than its numbers hold is said as xl says it.
    fn vcpus(&mut self) {
        let cpus = &self.definition.cpus;
        let masked = self.online == Online::Masked;
        match cpus.online.map(|online| (online, 1_i64.checked_shl(online).map(|bit| bit.wrapping_sub(1)))) {
            Some((_, Some(mask))) if masked => {
                self.number("vcpus", Some(cpus.max.into()));
                self.set("vcpu_avail", Value::Number(mask));
            }
            online => {
                self.number("vcpus", Some(online.map_or(cpus.max, |(online, _)| online).into()));
                self.number("maxvcpus", online.map(|_| cpus.max.into()));
            }
        }
    }

    /// Toolstacks count in MiB; what is no whole number of them is rounded up.
    fn mebibytes(&mut self, what: &str, size: KiB) -> u64 {
        if !size.0.is_multiple_of(1024) {
            self.lose(format!("{what}: {} KiB are no whole MiB, and were rounded up", size.0));
        }
        size.0.div_ceil(1024)
    }

    fn affinity(&mut self) {
        let cpus = &self.definition.cpus;
        if cpus.pins.is_empty() {
            self.text("cpus", cpus.set.as_ref().map(ToString::to_string).as_ref());
            return;
        }
        let last = cpus.pins.iter().map(|(vcpu, _)| *vcpu).max().unwrap_or(0).min(cpus.max.saturating_sub(1));
        if last >= MOST_PLACES {
            self.lose(format!("where vCPUs from {MOST_PLACES} on may run"));
        }
        let last = last.min(MOST_PLACES - 1);
        let of = |vcpu: u32| cpus.pins.iter().find(|(other, _)| *other == vcpu).map(|(_, set)| set);
        let all = cpus.set.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string);
        self.strings(
            "cpus",
            (0..=last).map(|vcpu| of(vcpu).map_or_else(|| all.clone(), ToString::to_string)).collect(),
        );
    }

    fn boot(&mut self) {
        let boot = &self.definition.boot;
        let word = match (boot.guest, self.dialect.is_xl()) {
            (Some(GuestType::Hvm), true) => Some(("type", "hvm")),
            (Some(GuestType::Hvm), false) => Some(("builder", "hvm")),
            (Some(GuestType::Pvh), true) => Some(("type", "pvh")),
            (Some(GuestType::Pvh), false) => {
                self.said.missing.push("a PVH guest: xm knows PV and HVM".into());
                None
            }
            (Some(GuestType::Kvm), _) => {
                self.said.missing.push("a KVM guest: Xen has none".into());
                None
            }
            (Some(GuestType::Pv) | None, _) => None,
        };
        self.said.list.extend(word.map(|(key, word)| (key, Value::Text(word.into()))));
        self.loader();
        self.text("ramdisk", boot.initrd.as_ref());
        self.text("root", boot.root.as_ref());
        let one = self.dialect.is_xl() && boot.root.is_none();
        self.text(if one { "cmdline" } else { "extra" }, boot.cmdline.as_ref());
        self.text("bootloader", boot.bootloader.as_ref());
        let args = if self.dialect.is_xl() { "bootloader_args" } else { "bootargs" };
        self.text(args, boot.bootloader_args.as_ref());
        let letters: String = boot.order.iter().map(|device| device.letter()).collect();
        self.text("boot", Some(&letters).filter(|letters| !letters.is_empty()));
    }

    /// The firmware of an HVM guest is xm's kernel; xl has its own, and finds it better than a path of another host.
    fn loader(&mut self) {
        let boot = &self.definition.boot;
        let own = boot.loader.as_ref().is_some_and(|loader| loader.ends_with("hvmloader"));
        match (&boot.loader, self.dialect.is_xl()) {
            (Some(loader), true) if loader.to_lowercase().contains("ovmf") => {
                self.set("bios", Value::Text("ovmf".into()));
                self.text("bios_path_override", Some(loader));
            }
            (Some(loader), true) if !own => self.text("firmware_override", Some(loader)),
            (Some(loader), false) if boot.kernel.is_none() && self.is_hvm() => {
                self.text("kernel", Some(loader));
            }
            (Some(_), false) => self.lose("the loader, beside a kernel"),
            (Some(_), true) | (None, _) => {}
        }
        self.text("kernel", boot.kernel.as_ref());
    }

    fn features(&mut self, features: Features) {
        self.flag("pae", features.pae);
        self.flag("acpi", features.acpi);
        self.flag("apic", features.apic);
        self.flag("hap", features.hap);
        self.flag("viridian", features.viridian);
        self.flag("hpet", features.hpet);
    }

    fn clock(&mut self) {
        match self.definition.clock {
            Clock::Unsaid => {}
            Clock::Utc => self.flag("localtime", Some(false)),
            Clock::LocalTime => self.flag("localtime", Some(true)),
            Clock::Variable(offset) => {
                self.offset(offset);
                self.flag("localtime", Some(false));
            }
            Clock::BesideLocalTime(offset) => {
                self.offset(offset);
                self.flag("localtime", Some(true));
            }
        }
    }

    /// To xl's grammar no number has a sign; in quotes it takes one.
    fn offset(&mut self, offset: i64) {
        let quoted = self.dialect.is_xl() && offset < 0;
        let value = if quoted { Value::Text(offset.to_string()) } else { Value::Number(offset) };
        self.set("rtc_timeoffset", value);
    }

    fn endings(&mut self, endings: Endings) {
        let told =
            [("on_poweroff", endings.poweroff), ("on_reboot", endings.reboot), ("on_crash", endings.crash)];
        for (key, ending) in told {
            self.text(key, ending.map(|ending| ending.word().to_owned()).as_ref());
        }
    }

    fn devices(&mut self) {
        let devices = &self.definition.devices;
        let emulated = self.is_hvm();
        let key = if self.dialect.is_xl() { "device_model_override" } else { "device_model" };
        self.text(key, devices.emulator.as_ref());
        display::write(&devices.graphics, (self.dialect, emulated), &mut self.said);
        self.interfaces(emulated);
        self.strings("pci", devices.pci.iter().map(ToString::to_string).collect());
        self.ports(emulated);
        self.sounds();
        self.inputs();
        self.disks(emulated);
    }

    fn interfaces(&mut self, emulated: bool) {
        let mut texts = Vec::new();
        for interface in &self.definition.devices.interfaces {
            match vif::write(interface, self.dialect, emulated) {
                Ok((text, lost)) => {
                    texts.push(text);
                    self.said.lost.extend(lost);
                }
                Err(why) => self.said.missing.push(format!("a network interface: {why}")),
            }
        }
        self.strings("vif", texts);
    }

    /// Ports are of an emulated machine; a paravirtual guest has its console without a word.
    fn ports(&mut self, emulated: bool) {
        let devices = &self.definition.devices;
        if !emulated {
            let odd = devices.consoles.iter().any(|console| !is_pty(&console.channel));
            if odd || !devices.serials.is_empty() || !devices.parallels.is_empty() {
                self.lose("ports other than the console's pty, which a guest that is not emulated has not");
            }
            return;
        }
        let serials =
            if devices.serials.is_empty() { devices.consoles.get(..1) } else { Some(&*devices.serials) };
        if self.dialect.is_xl() {
            if !devices.parallels.is_empty() {
                self.said.missing.push("a parallel port: xl has none".into());
            }
        } else {
            self.port("parallel", &devices.parallels);
        }
        self.port("serial", serials.unwrap_or_default());
    }

    fn port(&mut self, key: &'static str, ports: &[Character]) {
        let mut texts: Vec<_> =
            filled(ports).map(|port| port.map_or_else(|| NONE.into(), channel::write)).collect();
        for text in texts.iter_mut().filter(|text| *text != NONE) {
            // What one says with a comma or a colon, the notation takes for something else.
            if channel::read(text).is_none_or(|it| channel::write(&it) != *text) {
                let why = format!("a {key} port: there is no way to write `{text}`");
                self.said.missing.push(why);
                *text = NONE.into();
            }
        }
        texts.truncate(texts.iter().rposition(|text| text != NONE).map_or(0, |last| last + 1));
        match texts.as_slice() {
            [] if self.dialect.is_xl() => {}
            [] => self.set(key, Value::Text(NONE.into())),
            [one] => self.set(key, Value::Text(one.clone())),
            _ => self.strings(key, texts),
        }
    }

    fn sounds(&mut self) {
        let odd = |card: &&String| card.is_empty() || card.trim() != *card || card.contains(',');
        let (odd, plain): (Vec<_>, Vec<_>) = self.definition.devices.sounds.iter().partition(odd);
        for card in odd {
            self.lose(format!("a sound card called `{card}`"));
        }
        let plain = plain.into_iter().map(String::as_str).collect::<Vec<_>>().join(",");
        self.text("soundhw", Some(&plain).filter(|sound| !sound.is_empty()));
    }

    fn inputs(&mut self) {
        let inputs = &self.definition.devices.inputs;
        let usb: Vec<_> = inputs
            .iter()
            .filter(|input| input.bus.as_deref() == Some("usb"))
            .map(|input| input.kind.clone())
            .collect();
        // Those of the other buses every machine has.
        if usb.is_empty() {
            return;
        }
        self.flag("usb", Some(true));
        match (usb.as_slice(), self.dialect.is_xl()) {
            ([one], _) => self.text("usbdevice", Some(one)),
            (_, true) => self.strings("usbdevice", usb),
            ([one, ..], false) => {
                self.text("usbdevice", Some(one));
                self.lose("all USB devices but the first: xm has a place for one");
            }
            ([], false) => {}
        }
    }

    fn disks(&mut self, emulated: bool) {
        let mut texts = Vec::new();
        for disk in &self.definition.devices.disks {
            if let Some(key) = self.drive(disk, emulated) {
                self.own_drive(key, disk);
                continue;
            }
            match disk::write(disk, self.dialect) {
                Ok((text, lost)) => {
                    texts.push(text);
                    self.said
                        .lost
                        .extend(lost.into_iter().map(|what| format!("{what} (disk {})", disk.target)));
                }
                Err(why) => self.said.missing.push(format!("disk {}: {why}", disk.target)),
            }
        }
        self.strings("disk", texts);
    }

    /// A drive that has a key of its own, which says one path.
    fn own_drive(&mut self, key: &'static str, disk: &Disk) {
        let taken = self.said.list.iter().any(|(other, _)| *other == key);
        match &disk.source {
            None => self.lose(format!("the empty drive {}", disk.target)),
            Some(_) if taken => {
                self.said.missing.push(format!("disk {}: `{key}` has a place for one", disk.target));
            }
            source => self.text(key, source.as_ref()),
        }
    }

    /// The key a drive has of its own: floppy drives in xm, and the CD-ROM in its oldest format.
    fn drive(&self, disk: &Disk, emulated: bool) -> Option<&'static str> {
        match (disk.class, disk.target.as_str(), self.dialect) {
            (DiskClass::Floppy, "fda", Dialect::Xm(_)) if emulated => Some("fda"),
            (DiskClass::Floppy, "fdb", Dialect::Xm(_)) if emulated => Some("fdb"),
            (DiskClass::Cdrom, "hdc", Dialect::Xm(1)) if emulated => Some("cdrom"),
            _ => None,
        }
    }
}

/// Each place up to the last port; none where nothing is at it.
fn filled(ports: &[Character]) -> impl Iterator<Item = Option<&Channel>> {
    let at = |place: usize| {
        move |(order, port): &(usize, &Character)| port.port.map_or(*order, |port| port as usize) == place
    };
    // More places than qemu has are in nobody's definition.
    let last =
        ports.iter().enumerate().map(|(order, port)| port.port.map_or(order, |port| port as usize)).max();
    let count = last.map_or(0, |last| last.min(31) + 1);
    (0..count).map(move |place| ports.iter().enumerate().find(at(place)).map(|(_, port)| &port.channel))
}

/// A character no configuration has in a string.
fn stray(value: &Value) -> Option<char> {
    match value {
        Value::Text(text) => text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')),
        Value::List(nodes) => nodes.iter().find_map(|node| stray(&node.value)),
        Value::Nothing | Value::Number(_) | Value::Spelled(..) => None,
    }
}

const fn is_pty(channel: &Channel) -> bool {
    matches!(channel, Channel::Pty | Channel::PtyAt(_))
}

fn list(texts: Vec<String>) -> Value {
    Value::List(texts.into_iter().map(|text| Node { span: 0..0, value: Value::Text(text) }).collect())
}
