//! What a domain boots: `(image (linux …))`, `(image (hvm …))`.

use super::{Aside, Format, Reading, Writer, Writing, clock, strange, tell};
use crate::{
    model::{
        GuestType,
        definition::{BootDevice, Channel, Character, Clock, Features, Input},
    },
    wire::{
        channel,
        sexpr::{
            Node,
            device::{self, disk, graphics},
        },
    },
};

/// As many ports as the emulator has room for in any release.
const MOST_PORTS: usize = 32;

pub(super) const KNOWN: &[&str] = &[
    "kernel",
    "ramdisk",
    "root",
    "args",
    "loader",
    "device_model",
    "boot",
    "cdrom",
    "fda",
    "fdb",
    "acpi",
    "apic",
    "pae",
    "hap",
    "viridian",
    "hpet",
    "localtime",
    "rtc_timeoffset",
    "serial",
    "parallel",
    "usb",
    "usbdevice",
    "soundhw",
    "vcpus",
    "vnc",
    "vncunused",
    "vncdisplay",
    "vnclisten",
    "vncpasswd",
    "keymap",
    "sdl",
    "display",
    "xauthority",
];

/// Those of them that are read of a PV guest as well.
pub(super) const OF_KERNEL: &[&str] = &[
    "kernel",
    "ramdisk",
    "root",
    "args",
    "loader",
    "localtime",
    "vcpus",
    "vnc",
    "vncunused",
    "vncdisplay",
    "vnclisten",
    "vncpasswd",
    "keymap",
    "sdl",
    "display",
    "xauthority",
];

/// What is no part of a definition: what the kernel says of itself, and defaults that xend prints.
pub(super) const ASIDE: &[(&str, Aside)] = &[
    ("notes", Aside::Always),
    ("nographic", Aside::Of(&["0"])),
    ("stdvga", Aside::Of(&["0"])),
    ("isa", Aside::Of(&["0"])),
    ("opengl", Aside::Of(&["0", "1"])),
    ("pci", Aside::Of(&[])),
    ("superpages", Aside::Of(&["0"])),
    ("nomigrate", Aside::Of(&["0"])),
    ("tsc_mode", Aside::Of(&["0"])),
    ("timer_mode", Aside::Of(&["0", "1"])),
    ("vpt_align", Aside::Of(&["1"])),
    ("xen_platform_pci", Aside::Of(&["1"])),
    ("vhpt", Aside::Of(&["0"])),
    ("guest_os_type", Aside::Of(&["default"])),
    ("oos", Aside::Of(&["0", "1"])),
    ("s3_integrity", Aside::Of(&["0", "1"])),
    ("suppress_spurious_page_faults", Aside::Of(&["0"])),
    ("memory_sharing", Aside::Of(&["0"])),
    ("vncconsole", Aside::Of(&["0"])),
    ("monitor", Aside::Of(&["0"])),
    ("videoram", Aside::Of(&["4"])),
    ("ip", Aside::Of(&[])),
];

impl Reading<'_> {
    /// Domain-0 has no image up to 3.0.4, nor need a guest whose bootloader finds its kernel.
    pub(super) fn image(&mut self) {
        let image = self.domain.child("image").and_then(|image| image.arguments().next());
        let guest = match image.and_then(Node::head) {
            Some("hvm") => GuestType::Hvm,
            _ => GuestType::Pv,
        };
        self.definition.boot.guest = Some(guest);
        if let Some(image) = image {
            self.kernel(image);
            if self.is_hvm() {
                self.machine(image);
            } else if self.definition.clock == Clock::Unsaid {
                // From 3.1 on it is printed here of any guest, wherever it was said.
                self.definition.clock = clock(image);
            }
            graphics::read_image(image, self.format, &mut self.definition);
            let domain = self.domain;
            tell(strange(image, KNOWN, ASIDE).filter(|item| !is_of_devices(*item, domain)), &mut self.lost);
        }
        if !self.is_hvm() && self.definition.id != Some(0) {
            let console = Character { channel: Channel::Pty, port: Some(0), target: Some("xen".into()) };
            self.definition.devices.consoles.push(console);
        }
    }

    fn kernel(&mut self, image: Node<'_>) {
        let value = |key| image.value(key).map(str::to_owned);
        let hvm = self.is_hvm();
        let boot = &mut self.definition.boot;
        boot.initrd = value("ramdisk");
        boot.root = value("root");
        boot.cmdline = value("args").and_then(|args| without_root(&args, boot.root.as_deref(), self.format));
        // The loader stands where the kernel would, unless it is named besides.
        (boot.loader, boot.kernel) = match (hvm, value("loader")) {
            (true, None) => (value("kernel"), None),
            (_, loader) => (loader, value("kernel")),
        };
        self.definition.devices.emulator = value("device_model").filter(|_| hvm);
        // 3.0.0 and HVM guests have it here.
        if let Some(vcpus) = image.value("vcpus").and_then(|text| text.parse().ok()) {
            self.definition.cpus.max = vcpus;
        }
    }

    fn machine(&mut self, image: Node<'_>) {
        let flag = |key| image.value(key).map(|text| text != "0");
        self.definition.features = Features {
            acpi: flag("acpi"),
            apic: flag("apic"),
            pae: flag("pae"),
            hap: flag("hap"),
            viridian: flag("viridian"),
            hpet: flag("hpet"),
        };
        self.order(image.value("boot").unwrap_or_default());
        self.time(image);
        self.ports(image);
        let usb = image.children("usbdevice").flat_map(texts);
        let inputs = usb.map(|kind| Input { kind: kind.into(), bus: Some("usb".into()) });
        let sounds = image.value("soundhw").into_iter().flat_map(|text| text.split(',').map(str::trim));
        self.definition.devices.inputs = inputs.collect();
        self.definition.devices.sounds = sounds.filter(|card| !card.is_empty()).map(Into::into).collect();
        disk::read_image(image, &mut self.definition.devices.disks);
    }

    fn order(&mut self, letters: &str) {
        for letter in letters.chars() {
            match BootDevice::of_letter(letter) {
                Some(device) => self.definition.boot.order.push(device),
                None => self.lost.push(format!("boot {letter}")),
            }
        }
    }

    /// An HVM guest's clock; its offset is printed as 0 of every domain.
    fn time(&mut self, image: Node<'_>) {
        let said = clock(image);
        let offset: i64 =
            image.value("rtc_timeoffset").and_then(|text| text.parse().ok()).unwrap_or_default();
        let clock = &mut self.definition.clock;
        if said != Clock::Unsaid {
            *clock = said;
        }
        match (*clock, offset) {
            (_, 0) => (),
            (Clock::LocalTime, _) => *clock = Clock::BesideLocalTime(offset),
            _ => *clock = Clock::Variable(offset),
        }
    }

    /// The first serial port is the console.
    fn ports(&mut self, image: Node<'_>) {
        for (key, is_serial) in [("serial", true), ("parallel", false)] {
            let said = image.children(key).flat_map(texts).filter(|text| !text.is_empty());
            for (port, text) in (0..).zip(said).filter(|(_, text)| *text != "none") {
                let Some(channel) = channel::read(text) else {
                    self.lost.push(format!("{key} {text}"));
                    continue;
                };
                let port = Character { channel, port: Some(port), target: None };
                let devices = &mut self.definition.devices;
                if is_serial { devices.serials.push(port) } else { devices.parallels.push(port) }
            }
        }
        let devices = &mut self.definition.devices;
        let first =
            devices.serials.first().map(|port| Character { target: Some("serial".into()), ..port.clone() });
        devices.consoles.extend(first);
    }
}

/// Whether an item is the PCI devices that a domain has beside its image.
fn is_of_devices(item: Node<'_>, domain: Node<'_>) -> bool {
    let beside = |entry| {
        let address = device::address_in_image(entry);
        address.is_some_and(|address| device::addresses(domain).any(|own| own == address))
    };
    item.head() == Some("pci") && item.arguments().all(|list| list.is_list() && list.items().all(beside))
}

/// The atoms of `(key A)`, `(key A B)` or `(key (A B))`.
fn texts(list: Node<'_>) -> impl Iterator<Item = &str> {
    list.arguments().flat_map(|item| item.text().into_iter().chain(item.items().filter_map(Node::text)))
}

/// 3.0.4 prints the root device twice: once by itself, and as a word of the command line.
fn without_root(args: &str, root: Option<&str>, format: Format) -> Option<String> {
    let word = root.filter(|_| format == Format::Three).map(|root| format!("root={root}"));
    let Some(word) = word else { return Some(args.to_owned()) };
    let rest = args.strip_suffix(&word).or_else(|| args.strip_prefix(&word)).map_or(args, str::trim);
    Some(rest.to_owned()).filter(|rest| !rest.is_empty())
}

impl Writing<'_> {
    pub(super) fn image(&mut self, vm: &mut Writer) -> Result<(), String> {
        let mut outcome = Ok(());
        if self.is_hvm() {
            vm.list("image", |image| {
                image.list("hvm", |hvm| outcome = self.hvm(hvm));
            });
        } else if self.has_image() {
            vm.list("image", |image| {
                image.list("linux", |linux| self.linux(linux));
            });
        }
        outcome
    }

    /// Whether a PV guest says anything that stands there.
    fn has_image(&self) -> bool {
        let boot = &self.definition.boot;
        let displays = self.format < Format::Three && !self.definition.devices.graphics.is_empty();
        let kept = self.kept.of_image("linux").next().is_some();
        displays
            || kept
            || [&boot.kernel, &boot.initrd, &boot.root, &boot.cmdline].iter().any(|said| said.is_some())
    }

    fn linux(&mut self, image: &mut Writer) {
        let boot = &self.definition.boot;
        image.optional("kernel", boot.kernel.as_deref());
        self.handed(image);
        if self.format < Format::Three {
            graphics::write_image(self.definition, self.format, image, &mut self.lost);
        }
        image.nodes(self.kept.of_image("linux"));
    }

    /// What the kernel is handed.
    fn handed(&self, image: &mut Writer) {
        let boot = &self.definition.boot;
        image.optional("ramdisk", boot.initrd.as_deref());
        image.optional("root", boot.root.as_deref());
        image.optional("args", boot.cmdline.as_deref());
    }

    fn hvm(&mut self, image: &mut Writer) -> Result<(), String> {
        let boot = &self.definition.boot;
        if boot.kernel.is_some() {
            image.optional("kernel", boot.kernel.as_deref());
            image.optional("loader", boot.loader.as_deref());
        } else {
            image.optional("kernel", boot.loader.as_deref());
        }
        self.handed(image);
        let devices = &self.definition.devices;
        image.optional("device_model", devices.emulator.as_deref());
        if self.format == Format::One {
            image.number("vcpus", self.definition.cpus.max.max(1));
        }
        if !boot.order.is_empty() {
            let letters: String = boot.order.iter().map(|device| device.letter()).collect();
            image.word("boot", &letters);
        }
        disk::write_image(&devices.disks, self.format, image, &mut self.lost)?;
        self.features(image);
        self.clock(image);
        self.usb(image);
        self.characters(image);
        if !devices.sounds.is_empty() {
            image.text("soundhw", &devices.sounds.join(","));
        }
        graphics::write_image(self.definition, self.format, image, &mut self.lost);
        image.nodes(self.kept.of_image("hvm"));
        Ok(())
    }

    fn features(&mut self, image: &mut Writer) {
        let has = self.definition.features;
        for (key, since, said) in [
            ("acpi", Format::One, has.acpi),
            ("apic", Format::One, has.apic),
            ("pae", Format::One, has.pae),
            ("hap", Format::Four, has.hap),
            ("viridian", Format::Four, has.viridian),
            ("hpet", Format::Four, has.hpet),
        ] {
            if let Some(has) = self.since(since, said, &format!("the feature {key}")) {
                image.number(key, i32::from(has));
            }
        }
    }

    /// What a PV guest has no place for: it has no machine.
    pub(super) fn machineless(&mut self) {
        let (boot, devices) = (&self.definition.boot, &self.definition.devices);
        let usb = devices.inputs.iter().any(|input| input.bus.as_deref() == Some("usb"));
        for (said, what) in [
            (boot.loader.is_some(), "loader"),
            (!boot.order.is_empty(), "boot order"),
            (self.definition.features != Features::default(), "features"),
            (devices.emulator.is_some(), "emulator"),
            (!devices.serials.is_empty(), "serial ports"),
            (!devices.parallels.is_empty(), "parallel ports"),
            (!devices.sounds.is_empty(), "sound cards"),
            (usb, "USB devices"),
        ] {
            if said {
                self.lost.push(format!("{what}: a PV guest has no machine"));
            }
        }
    }

    /// A mouse and a keyboard of the machine's own are always there.
    fn usb(&mut self, image: &mut Writer) {
        let inputs = &self.definition.devices.inputs;
        let usb = inputs.iter().filter(|input| input.bus.as_deref() == Some("usb"));
        let kinds: Vec<_> = usb.map(|input| input.kind.as_str()).collect();
        if let Some((first, others)) = kinds.split_first() {
            image.number("usb", 1).text("usbdevice", first);
            self.lost.extend(others.iter().map(|kind| format!("a second USB device, the {kind}")));
        }
    }

    fn characters(&mut self, image: &mut Writer) {
        let devices = &self.definition.devices;
        let console = devices.consoles.first().cloned().map(|console| Character { port: None, ..console });
        let serials: Vec<_> =
            if devices.serials.is_empty() { console.into_iter().collect() } else { devices.serials.clone() };
        self.ports_of("serial", &serials, image);
        self.ports_of("parallel", &devices.parallels, image);
    }

    /// Ports by their numbers, `none` where there is no such.
    fn ports_of(&mut self, key: &str, ports: &[Character], image: &mut Writer) {
        let mut slots: Vec<String> = Vec::new();
        for port in ports {
            let at = port.port.map_or(slots.len(), |number| number as usize);
            let taken = slots.get(at).is_some_and(|text| text != "none");
            if taken || at >= MOST_PORTS {
                self.lost.push(format!("a second {key} port {at}, or one there cannot be"));
                continue;
            }
            slots.resize(slots.len().max(at + 1), "none".into());
            slots[at] = channel::write(&port.channel);
        }
        match slots.as_slice() {
            [] => (),
            [only] => {
                image.text(key, only);
            }
            several => {
                image.list(key, |list| {
                    list.group(|list| {
                        for text in several {
                            list.item(text);
                        }
                    });
                });
            }
        }
    }

    /// The first console of an HVM guest is its first serial port, that of a PV guest is a pseudoterminal: others
    /// there are not.
    pub(super) fn consoles(&mut self) {
        let devices = &self.definition.devices;
        let is_pty = |console: &Character| matches!(console.channel, Channel::Pty | Channel::PtyAt(_));
        let first = devices.consoles.first();
        let same = match (self.is_hvm(), devices.serials.first()) {
            (true, Some(serial)) => {
                first.is_none_or(|first| first.channel == serial.channel || is_pty(first))
            }
            (true, None) => true,
            (false, _) => first.is_none_or(is_pty),
        };
        if !same || devices.consoles.len() > 1 {
            self.lost.push("a console beside the first".into());
        }
    }
}
