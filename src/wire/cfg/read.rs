//! From settings to a definition, and what of them has no place in one.

use std::str::FromStr;

use uuid::Uuid;

use super::{Config, Definition, Dialect, Value, channel, disk, display, vif};
use crate::model::{
    CpuSet, GuestType, KiB,
    definition::{
        Access, Boot, BootDevice, Character, Clock, CpuDefinition, Disk, DiskClass, DiskDriver, Ending,
        Endings, Features, Input, MemoryDefinition, PciAddress, Storage,
    },
};

/// What xm gives a domain that does not say, in MiB (twice `MIN_XEN_GUEST_SIZE`).
const MEMORY: u64 = 128;
/// What libxl gives one (`libxl__domain_build_info_setdefault`).
const MEMORY_OF_XL: u64 = 32;

/// The keys a definition has a place for; those of displays aside.
const KNOWN: [&str; 49] = [
    "name",
    "uuid",
    "memory",
    "maxmem",
    "vcpus",
    "maxvcpus",
    "vcpu_avail",
    "cpus",
    "cpu",
    "cpu_weight",
    "cpu_cap",
    "cap",
    "builder",
    "type",
    "kernel",
    "ramdisk",
    "root",
    "extra",
    "cmdline",
    "bootloader",
    "bootargs",
    "bootloader_args",
    "firmware_override",
    "bios_path_override",
    "boot",
    "acpi",
    "apic",
    "pae",
    "hap",
    "viridian",
    "hpet",
    "localtime",
    "rtc_timeoffset",
    "on_poweroff",
    "on_reboot",
    "on_crash",
    "device_model",
    "device_model_override",
    "disk",
    "cdrom",
    "fda",
    "fdb",
    "vif",
    "serial",
    "parallel",
    "usb",
    "usbdevice",
    "soundhw",
    "pci",
];

/// Reads a configuration: what it says literally. What it says that a definition has no place for, and what is
/// computed, is told, a clause each.
pub fn read(config: &Config, dialect: Dialect) -> (Definition, Vec<String>) {
    let taken = config.taken(dialect);
    let mut reader = Reader { config: taken.as_ref().unwrap_or(config), dialect, lost: Vec::new() };
    let definition = reader.definition();
    reader.strangers();
    reader.obstacles();
    (definition, reader.lost)
}

struct Reader<'a> {
    config: &'a Config,
    dialect: Dialect,
    lost: Vec<String>,
}

impl Reader<'_> {
    fn definition(&mut self) -> Definition {
        let mut definition = Definition {
            hypervisor: "xen".into(),
            name: self.config.text("name").unwrap_or_default(),
            uuid: self.uuid(),
            memory: self.memory(),
            cpus: self.cpus(),
            boot: self.boot(),
            features: self.features(),
            clock: self.clock(),
            endings: self.endings(),
            ..Definition::default()
        };
        self.devices(&mut definition);
        definition
    }

    fn uuid(&mut self) -> Option<Uuid> {
        let text = self.config.text("uuid").filter(|text| !text.is_empty())?;
        self.parsed("uuid", &text)
    }

    /// A key's text as something else, or a note that it is no such thing.
    fn parsed<T: FromStr>(&mut self, key: &str, text: &str) -> Option<T> {
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.lost.push(format!("{key}: `{text}` could not be understood"));
        }
        value
    }

    fn number(&mut self, key: &str) -> Option<u64> {
        let number = self.config.number(key).and_then(|number| u64::try_from(number).ok());
        if number.is_none() && self.config.value(key).is_some() {
            self.lost.push(format!("{key}: a number was expected"));
        }
        number
    }

    fn flag(&mut self, key: &str) -> Option<bool> {
        self.number(key).map(|number| number != 0)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.config.text(key).filter(|text| !text.is_empty())
    }

    fn memory(&mut self) -> MemoryDefinition {
        let kib = |mib: u64| KiB(mib.saturating_mul(1024));
        let (memory, max) = (self.number("memory"), self.number("maxmem"));
        let unsaid = if self.dialect.is_xl() { MEMORY_OF_XL } else { MEMORY };
        let max_or = max.or(memory).unwrap_or(unsaid);
        // Less than it starts with is no limit: both toolstacks raise it.
        let max_or = max_or.max(memory.unwrap_or(0));
        MemoryDefinition { max: kib(max_or), current: memory.filter(|memory| *memory != max_or).map(kib) }
    }

    fn cpus(&mut self) -> CpuDefinition {
        let count = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
        let vcpus = count(self.number("vcpus"));
        let max = count(self.number("maxvcpus")).or(vcpus).unwrap_or(1).max(vcpus.unwrap_or(0));
        let online = self.online(max).or(vcpus).filter(|online| *online < max);
        let mut cpus = CpuDefinition {
            max,
            online,
            weight: count(self.number("cpu_weight")),
            cap: count(self.number("cap")).or_else(|| count(self.number("cpu_cap"))),
            ..CpuDefinition::default()
        };
        match self.config.value("cpus") {
            Some(Value::List(_)) => {
                let texts = self.config.texts("cpus");
                let pins =
                    texts.iter().zip(0..).filter_map(|(text, vcpu)| Some((vcpu, self.parsed("cpus", text)?)));
                cpus.pins = pins.collect();
            }
            Some(value) => cpus.set = value.text().and_then(|text| self.set(&text)),
            None => {}
        }
        // Of xm alone, and of the first vCPU alone.
        if let Some(cpu) = self.number("cpu").filter(|_| cpus.pins.is_empty()) {
            let set = self.parsed("cpu", &cpu.to_string());
            cpus.pins.extend(set.map(|set| (0, set)));
        }
        cpus
    }

    /// How many of the most are online by xm's mask of them, which `maxvcpus` takes the place of.
    fn online(&mut self, max: u32) -> Option<u32> {
        if self.dialect.is_xl() && self.config.value("vcpu_avail").is_some() {
            self.lost.push("vcpu_avail, which xl does not look at".into());
            return None;
        }
        let mask = self.number("vcpu_avail").filter(|_| self.config.value("maxvcpus").is_none())?;
        let every = u64::MAX.checked_shr(64_u32.saturating_sub(max)).unwrap_or(u64::MAX);
        Some((mask & every).count_ones())
    }

    fn set(&mut self, text: &str) -> Option<CpuSet> {
        let text = text.trim();
        // Every CPU there is says nothing.
        let set = (!text.is_empty()).then(|| self.parsed::<CpuSet>("cpus", text)).flatten();
        set.filter(|set| !set.is_all())
    }

    fn boot(&mut self) -> Boot {
        let guest = self.guest();
        let (mut loader, mut kernel) =
            (self.text("firmware_override").or_else(|| self.text("bios_path_override")), self.text("kernel"));
        // xl boots no kernel of that name, whatever else is said of the firmware.
        let is_loader = |kernel: &String| {
            if self.dialect.is_xl() { kernel.ends_with("hvmloader") } else { loader.is_none() }
        };
        if guest == GuestType::Hvm && kernel.as_ref().is_some_and(is_loader) {
            let named = kernel.take();
            loader = loader.or(named);
        }
        let cmdline = self.text("cmdline");
        let args = self.text("bootloader_args").or_else(|| self.text("bootargs"));
        let listed = || Some(self.config.texts("bootloader_args").join(" ")).filter(|args| !args.is_empty());
        Boot {
            guest: Some(guest),
            arch: None,
            machine: None,
            loader,
            kernel,
            initrd: self.text("ramdisk"),
            // xl's one key for all takes the place of the older two.
            root: self.text("root").filter(|_| cmdline.is_none()),
            cmdline: cmdline.or_else(|| self.text("extra")),
            order: self.order(),
            bootloader: self.text("bootloader"),
            bootloader_args: args.or_else(listed),
        }
    }

    fn guest(&mut self) -> GuestType {
        match (self.text("type").as_deref(), self.text("builder").as_deref()) {
            (Some("hvm"), _) | (None, Some("hvm")) => GuestType::Hvm,
            (Some("pvh"), _) => GuestType::Pvh,
            (Some("pv"), _) | (None, Some("linux" | "generic") | None) => GuestType::Pv,
            (told, builder) => {
                let word = told.or(builder).unwrap_or_default();
                self.lost.push(format!("`{word}` is no type of guest domtop knows"));
                GuestType::Pv
            }
        }
    }

    fn order(&mut self) -> Vec<BootDevice> {
        let Some(letters) = self.text("boot") else { return Vec::new() };
        // As libvirt takes a letter nobody knows.
        letters.chars().map(|letter| BootDevice::of_letter(letter).unwrap_or(BootDevice::Disk)).collect()
    }

    fn features(&mut self) -> Features {
        let listed = matches!(self.config.value("viridian"), Some(Value::List(_)));
        if listed {
            self.lost.push("which of the enlightenments viridian names".into());
        }
        Features {
            acpi: self.flag("acpi"),
            apic: self.flag("apic"),
            pae: self.flag("pae"),
            hap: self.flag("hap"),
            viridian: if listed { Some(true) } else { self.flag("viridian") },
            hpet: self.flag("hpet"),
        }
    }

    fn clock(&mut self) -> Clock {
        let (local, offset) = (self.flag("localtime"), self.config.number("rtc_timeoffset"));
        match (local, offset) {
            (Some(true), offset) => Clock::beside_local_time(offset.unwrap_or_default()),
            (_, Some(offset)) => Clock::Variable(offset),
            (Some(false), None) => Clock::Utc,
            (None, None) => Clock::Unsaid,
        }
    }

    fn endings(&mut self) -> Endings {
        let [poweroff, reboot, crash] = ["on_poweroff", "on_reboot", "on_crash"].map(|key| {
            let word = self.text(key)?;
            let ending = Ending::of(&word);
            if ending.is_none() {
                self.lost.push(format!("{key}: `{word}` is nothing that can become of a domain"));
            }
            ending
        });
        Endings { poweroff, reboot, crash }
    }

    fn devices(&mut self, definition: &mut Definition) {
        let emulated = definition.boot.guest == Some(GuestType::Hvm);
        let devices = &mut definition.devices;
        devices.emulator = self.text("device_model_override").or_else(|| self.text("device_model"));
        devices.disks = self.disks();
        for text in self.config.texts("vif") {
            let (interface, lost) = vif::read(&text);
            self.lost.extend(lost.into_iter().map(|what| format!("{what} of a vif")));
            devices.interfaces.push(interface);
        }
        devices.graphics = display::read(self.config, &mut self.lost);
        devices.serials = self.ports("serial");
        devices.parallels = self.ports("parallel");
        let first = devices.serials.first().filter(|_| emulated);
        devices.consoles = first
            .map(|serial| Character { target: Some("serial".into()), ..serial.clone() })
            .into_iter()
            .collect();
        devices.inputs = self.inputs();
        let sound = self.text("soundhw").unwrap_or_default();
        devices.sounds =
            sound.split(',').map(str::trim).filter(|card| !card.is_empty()).map(str::to_owned).collect();
        devices.pci = self.pci();
    }

    fn disks(&mut self) -> Vec<Disk> {
        let mut disks = Vec::new();
        for text in disk::texts(self.config).filter(|text| !text.trim().is_empty()) {
            match disk::read(&text) {
                Ok((disk, lost)) => {
                    self.lost.extend(lost.into_iter().map(|what| format!("{what} of disk {}", disk.target)));
                    disks.push(disk);
                }
                Err(why) => self.lost.push(format!("the disk `{text}`: {why}")),
            }
        }
        let drives = [
            ("cdrom", "hdc", DiskClass::Cdrom),
            ("fda", "fda", DiskClass::Floppy),
            ("fdb", "fdb", DiskClass::Floppy),
        ];
        disks.extend(drives.into_iter().filter_map(|(key, target, class)| {
            let path = self.text(key)?;
            let block = path.starts_with("/dev/");
            Some(Disk {
                class,
                storage: if block { Storage::Block } else { Storage::File },
                driver: Some(DiskDriver { name: if block { "phy" } else { "file" }.into(), format: None }),
                source: Some(path),
                target: target.into(),
                access: if class == DiskClass::Cdrom { Access::Read } else { Access::Write },
                ..Disk::default()
            })
        }));
        disks
    }

    fn ports(&mut self, key: &str) -> Vec<Character> {
        let texts = self.config.texts(key);
        let mut ports = Vec::new();
        for (text, number) in texts.iter().zip(0..).filter(|(text, _)| !matches!(text.as_str(), "none" | ""))
        {
            match channel::read(text) {
                Some(channel) => ports.push(Character { channel, port: Some(number), target: None }),
                None => self.lost.push(format!("{key}: `{text}` is nothing domtop knows behind a port")),
            }
        }
        ports
    }

    fn inputs(&mut self) -> Vec<Input> {
        let bus = self.flag("usb");
        let mut inputs = Vec::new();
        for kind in self.config.texts("usbdevice").into_iter().filter(|kind| !kind.is_empty()) {
            match kind.as_str() {
                "mouse" | "tablet" | "keyboard" => inputs.push(Input { kind, bus: Some("usb".into()) }),
                _ => self.lost.push(format!("usbdevice `{kind}`")),
            }
        }
        if bus == Some(true) && inputs.is_empty() {
            self.lost.push("usb = 1, without a device on it".into());
        }
        inputs
    }

    fn pci(&mut self) -> Vec<PciAddress> {
        let mut found = Vec::new();
        for text in self.config.texts("pci") {
            let (address, options) = text.split_once(',').unwrap_or((&text, ""));
            let (address, slot) = address.split_once('@').unwrap_or((address, ""));
            match bdf(address.trim()) {
                Some(address) => found.push(address),
                None => self.lost.push(format!("pci: `{text}` is no address like 0000:01:1b.2")),
            }
            let said = [options, slot].into_iter().filter(|said| !said.is_empty());
            self.lost.extend(said.map(|said| format!("`{said}` of pci {address}")));
        }
        found
    }

    /// Keys a definition has no place for.
    fn strangers(&mut self) {
        let mut told: Vec<&str> = Vec::new();
        for setting in &self.config.settings {
            let key = setting.key.as_str();
            let known = KNOWN.contains(&key) || display::is_key(key) || self.is_own_firmware(key);
            if !known && !told.contains(&key) {
                told.push(key);
                self.lost.push(format!("{key}: domtop knows no place for it in domain XML"));
            }
        }
    }

    /// The toolstack's own firmware is what a guest has anyway; that of a path is told by the path.
    fn is_own_firmware(&self, key: &str) -> bool {
        let pathed = || self.config.setting("bios_path_override").is_some();
        match (key, self.config.text(key).as_deref()) {
            ("firmware" | "bios", Some("bios" | "seabios" | "rombios")) => true,
            ("bios", Some("ovmf")) => pathed(),
            _ => false,
        }
    }

    /// What is computed.
    fn obstacles(&mut self) {
        for obstacle in &self.config.obstacles {
            let line = obstacle.problem.line;
            let what = match obstacle.keys.as_slice() {
                [] => format!("line {line} is a statement of a program"),
                keys => format!("line {line}: {} is computed", keys.join(", ")),
            };
            self.lost.push(format!("{what}: domtop does not run programs"));
        }
    }
}

/// `0000:01:1b.2`, with or without the domain.
pub fn bdf(text: &str) -> Option<PciAddress> {
    let mut parts = text.rsplitn(3, ':');
    let (place, bus, domain) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (slot, function) = place.split_once('.')?;
    let byte = |text: &str| u8::from_str_radix(text, 16).ok();
    let address = PciAddress {
        domain: u16::from_str_radix(domain, 16).ok()?,
        bus: byte(bus)?,
        slot: byte(slot).filter(|slot| *slot < 32)?,
        function: byte(function).filter(|function| *function < 8)?,
    };
    Some(address)
}
