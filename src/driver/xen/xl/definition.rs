//! The configuration libxl keeps of a running domain, as a definition.
//!
//! It is the JSON of `libxl_domain_config` (`libxl_types.idl`): what has its default is left out, switches are the
//! words `True` and `False`, and what only one type of guest has stands in an object of that type, `type.hvm`.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    model::{
        CpuSet, GuestType, KiB,
        definition::{
            Access, Boot, BootDevice, Bus, Character, Clock, CpuDefinition, Definition, Disk, DiskClass,
            DiskDriver, Ending, Endings, Features, Graphics, Input, Interface, Link, MemoryDefinition,
            PciAddress, Storage,
        },
    },
    wire::channel,
};

/// The TCP port of a VNC server's display 0.
const FIRST_PORT: u16 = 5900;
/// Lists of devices a definition has no place for.
const STRANGERS: [&str; 10] =
    ["rdms", "dtdevs", "vtpms", "p9s", "pvcallsifs", "vdispls", "vsnds", "channels", "usbctrls", "usbdevs"];
/// Settings of a domain that are worth telling of, which a definition has no place for.
const SETTINGS: [&str; 8] =
    ["nested_hvm", "vnuma_nodes", "ioports", "irqs", "iomem", "cpuid", "device_tree", "event_channels"];

/// Words that say no more than nothing does.
const USUAL: [&str; 4] = ["", "False", "unknown", "default"];
/// What of a disk a definition has a place for, or follows from that.
const OF_DISK: [&str; 10] = [
    "backend_domid",
    "backend_domname",
    "pdev_path",
    "vdev",
    "backend",
    "format",
    "readwrite",
    "is_cdrom",
    "removable",
    "specification",
];
/// The same of a network interface.
const OF_NIC: [&str; 12] = [
    "backend_domid",
    "backend_domname",
    "devid",
    "model",
    "mac",
    "ip",
    "bridge",
    "ifname",
    "script",
    "nictype",
    "rate_bytes_per_interval",
    "rate_interval_usecs",
];

/// Reads the `config` object; what has no place in a definition or in domain XML is told, a clause each.
pub(super) fn read(config: &Value) -> (Definition, Vec<String>) {
    let reader = Reader::of(config);
    let lists = STRANGERS.iter().filter(|key| !items(config, key).is_empty());
    let settings = SETTINGS.iter().filter(|key| reader.build.get(**key).is_some());
    let lost = lists.chain(settings).map(|key| unplaced(key));
    let disks = items(config, "disks").iter().flat_map(|disk| odd(disk, &OF_DISK, ("disk", "vdev")));
    let nics = items(config, "nics").iter().flat_map(|nic| odd(nic, &OF_NIC, ("interface", "mac")));
    let definition = reader.definition();
    let cap = definition.cpus.cap.filter(|cap| *cap > 0).map(|cap| unplaced(&format!("cap = {cap}")));
    let lost = lost.chain(disks).chain(nics).chain(cap).collect();
    (definition, lost)
}

fn unplaced(what: &str) -> String {
    format!("{what}: domtop knows no place for it in domain XML")
}

/// What a device says beyond what is known of it, where that is not what libxl makes of nothing.
fn odd(device: &Value, known: &[&str], (what, name): (&str, &str)) -> Vec<String> {
    let written = number(device, "readwrite").unwrap_or(0) != 0;
    let usual = |key: &str, value: &Value| match key {
        "trusted" => *value == "True",
        "discard_enable" => *value == (if written { "True" } else { "False" }),
        "mtu" => value.as_u64().is_none_or(|mtu| matches!(mtu, 0 | 1492)),
        _ => value.is_null() || *value == 0 || value.as_str().is_some_and(|word| USUAL.contains(&word)),
    };
    let said = device.as_object().into_iter().flatten();
    let odd = said.filter(|(key, value)| !known.contains(&key.as_str()) && !usual(key, value));
    let name = text(device, name).unwrap_or_default();
    odd.map(|(key, _)| unplaced(&format!("{key} of {what} {name}"))).collect()
}

struct Reader<'a> {
    config: &'a Value,
    create: &'a Value,
    build: &'a Value,
    /// What only guests of its type have.
    own: &'a Value,
    guest: Option<GuestType>,
}

impl<'a> Reader<'a> {
    fn of(config: &'a Value) -> Self {
        let (create, build) = (&config["c_info"], &config["b_info"]);
        let guest = match create["type"].as_str() {
            Some("hvm") => Some(GuestType::Hvm),
            Some("pv") => Some(GuestType::Pv),
            Some("pvh") => Some(GuestType::Pvh),
            _ => None,
        };
        let own =
            create["type"].as_str().map_or(&Value::Null, |kind| &build[format!("type.{kind}").as_str()]);
        Self { config, create, build, own, guest }
    }

    fn definition(&self) -> Definition {
        let mut definition = Definition {
            hypervisor: "xen".into(),
            name: text(self.create, "name").unwrap_or_default(),
            uuid: text(self.create, "uuid").and_then(|uuid| Uuid::try_parse(&uuid).ok()),
            memory: self.memory(),
            cpus: self.cpus(),
            boot: self.boot(),
            features: self.features(),
            clock: self.clock(),
            endings: self.endings(),
            ..Definition::default()
        };
        let devices = &mut definition.devices;
        devices.emulator = text(self.build, "device_model");
        devices.disks = items(self.config, "disks").iter().map(disk).collect();
        devices.interfaces = items(self.config, "nics").iter().map(|nic| self.interface(nic)).collect();
        devices.graphics = self.graphics();
        devices.serials = self.serials();
        let first = devices.serials.first();
        devices.consoles = first
            .map(|port| Character { target: Some("serial".into()), ..port.clone() })
            .into_iter()
            .collect();
        devices.inputs = self.inputs();
        let sound = text(self.own, "soundhw").unwrap_or_default();
        devices.sounds = sound.split(',').filter(|card| !card.is_empty()).map(str::to_owned).collect();
        devices.pci = items(self.config, "pcidevs").iter().map(pci).collect();
        definition
    }

    /// Of this domain's settings, wherever the release keeps it.
    fn either(&self, key: &str) -> Option<String> {
        text(self.build, key).or_else(|| text(self.own, key))
    }

    fn switch(&self, key: &str) -> Option<bool> {
        [self.own, self.build, self.create].iter().find_map(|object| switch(object, key))
    }

    fn memory(&self) -> MemoryDefinition {
        let max = number(self.build, "max_memkb").or_else(|| number(self.build, "target_memkb")).unwrap_or(0);
        let current = number(self.build, "target_memkb").filter(|target| *target < max);
        MemoryDefinition { max: KiB(max), current: current.map(KiB) }
    }

    fn cpus(&self) -> CpuDefinition {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let max = number(self.build, "max_vcpus").map_or(1, narrow);
        let online = narrow(items(self.build, "avail_vcpus").len() as u64);
        let sets = items(self.build, "vcpu_hard_affinity").iter().map(set).zip(0..);
        let pins = sets.map(|(set, vcpu)| (vcpu, set)).filter(|(_, set)| !set.is_empty()).collect();
        let sched = &self.build["sched_params"];
        CpuDefinition {
            max,
            online: Some(online).filter(|online| (1..max).contains(online)),
            set: None,
            pins,
            weight: number(sched, "weight").map(narrow),
            cap: number(sched, "cap").map(narrow),
        }
    }

    fn boot(&self) -> Boot {
        let args: Vec<_> = items(self.build, "bootloader_args").iter().filter_map(Value::as_str).collect();
        let letters = text(self.own, "boot").unwrap_or_default();
        Boot {
            guest: self.guest,
            loader: text(self.own, "firmware").or_else(|| text(self.own, "system_firmware")),
            kernel: self.either("kernel"),
            initrd: self.either("ramdisk"),
            cmdline: self.either("cmdline"),
            order: letters.chars().filter_map(BootDevice::of_letter).collect(),
            bootloader: self.either("bootloader"),
            bootloader_args: (!args.is_empty()).then(|| args.join(" ")),
            ..Boot::default()
        }
    }

    fn features(&self) -> Features {
        let [acpi, apic, pae, hap, viridian, hpet] =
            ["acpi", "apic", "pae", "hap", "viridian", "hpet"].map(|key| self.switch(key));
        Features { acpi, apic, pae, hap, viridian, hpet }
    }

    fn clock(&self) -> Clock {
        // An offset back is kept as what is left of 32 bits.
        let signed = |offset| if offset > i64::from(i32::MAX) { offset - (1 << 32) } else { offset };
        match (self.switch("localtime"), self.build["rtc_timeoffset"].as_i64().map(signed)) {
            (Some(true), offset) => Clock::beside_local_time(offset.unwrap_or_default()),
            (_, Some(offset)) => Clock::Variable(offset),
            (Some(false), None) => Clock::Utc,
            (None, None) => Clock::Unsaid,
        }
    }

    fn endings(&self) -> Endings {
        // Where nothing stands, it is libxl's default.
        let ending = |key: &str| match self.config[key].as_str() {
            None => Some(Ending::Destroy),
            Some("restart_rename") => Some(Ending::RenameRestart),
            Some(word) => Ending::of(&word.replace('_', "-")),
        };
        Endings { poweroff: ending("on_poweroff"), reboot: ending("on_reboot"), crash: ending("on_crash") }
    }

    fn interface(&self, nic: &Value) -> Interface {
        let paravirtual = self.guest == Some(GuestType::Hvm) && nic["nictype"] == "vif";
        let (bytes, span) = (number(nic, "rate_bytes_per_interval"), number(nic, "rate_interval_usecs"));
        let rate = bytes.zip(span).filter(|(bytes, span)| *bytes > 0 && *span > 0);
        Interface {
            link: Link::Bridge(text(nic, "bridge")),
            mac: text(nic, "mac"),
            script: text(nic, "script"),
            ips: text(nic, "ip").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            model: if paravirtual { Some("netfront".into()) } else { text(nic, "model") },
            target: text(nic, "ifname"),
            backend: backend(nic),
            rate: rate.map(|(bytes, span)| format!("{}B/s", bytes.saturating_mul(1_000_000) / span)),
        }
    }

    fn graphics(&self) -> Vec<Graphics> {
        let buffers = items(self.config, "vfbs").iter().filter(|_| self.guest != Some(GuestType::Hvm));
        buffers.chain(Some(self.own)).flat_map(displays).collect()
    }

    fn serials(&self) -> Vec<Character> {
        let one = text(self.own, "serial").into_iter();
        let listed =
            items(self.own, "serial_list").iter().filter_map(|port| port.as_str().map(str::to_owned));
        let ports = one.chain(listed).zip(0..);
        ports
            .filter_map(|(port, number)| {
                Some(Character { channel: channel::read(&port)?, port: Some(number), target: None })
            })
            .collect()
    }

    fn inputs(&self) -> Vec<Input> {
        let one = text(self.own, "usbdevice").into_iter();
        let listed =
            items(self.own, "usbdevice_list").iter().filter_map(|kind| kind.as_str().map(str::to_owned));
        let known = one.chain(listed).filter(|kind| matches!(kind.as_str(), "mouse" | "tablet" | "keyboard"));
        known.map(|kind| Input { kind, bus: Some("usb".into()) }).collect()
    }
}

/// The displays an object tells of: a frame buffer, or an HVM guest's own settings.
fn displays(object: &Value) -> Vec<Graphics> {
    let (vnc, sdl) = (&object["vnc"], &object["sdl"]);
    let vnc = (switch(vnc, "enable") == Some(true)).then(|| {
        let display = number(vnc, "display").unwrap_or(0);
        let port = u16::try_from(display).ok().and_then(|display| FIRST_PORT.checked_add(display));
        Graphics::Vnc {
            port: port.filter(|_| switch(vnc, "findunused") == Some(false)),
            listen: text(vnc, "listen"),
            password: text(vnc, "passwd"),
            keymap: text(object, "keymap"),
        }
    });
    let sdl = (switch(sdl, "enable") == Some(true))
        .then(|| Graphics::Sdl { display: text(sdl, "display"), xauth: text(sdl, "xauthority") });
    vnc.into_iter().chain(sdl).collect()
}

fn disk(disk: &Value) -> Disk {
    let format = text(disk, "format").filter(|format| !matches!(format.as_str(), "unknown" | "empty"));
    let source = text(disk, "pdev_path");
    let name = match disk["backend"].as_str() {
        Some("phy") => Some("phy"),
        Some("tap") => Some("tap"),
        Some("qdisk") => Some("qemu"),
        // libxl is to choose, and an image that is not raw is qemu's to serve.
        _ => format.as_ref().filter(|format| *format != "raw").map(|_| "qemu"),
    };
    let is_block = name == Some("phy") || source.as_ref().is_some_and(|path| path.starts_with("/dev/"));
    let cdrom = number(disk, "is_cdrom").unwrap_or(0) != 0;
    let writable = number(disk, "readwrite").unwrap_or(0) != 0 && !cdrom;
    Disk {
        class: if cdrom { DiskClass::Cdrom } else { DiskClass::Disk },
        storage: if is_block { Storage::Block } else { Storage::File },
        driver: name.filter(|_| source.is_some()).map(|name| DiskDriver { name: name.into(), format }),
        source,
        target: text(disk, "vdev").unwrap_or_default(),
        bus: (disk["specification"] == "virtio").then_some(Bus::Virtio),
        access: if writable { Access::Write } else { Access::Read },
        backend: backend(disk),
    }
}

fn pci(device: &Value) -> PciAddress {
    let byte = |key: &str| number(device, key).and_then(|byte| u8::try_from(byte).ok()).unwrap_or(0);
    let domain = number(device, "domain").and_then(|domain| u16::try_from(domain).ok()).unwrap_or(0);
    PciAddress { domain, bus: byte("bus"), slot: byte("dev"), function: byte("func") }
}

/// Who serves a device, where that is not the control domain.
fn backend(device: &Value) -> Option<String> {
    let id = || number(device, "backend_domid").filter(|id| *id != 0).map(|id| id.to_string());
    text(device, "backend_domname").or_else(id)
}

fn set(bitmap: &Value) -> CpuSet {
    let cpus = bitmap.as_array().into_iter().flatten();
    cpus.filter_map(|cpu| cpu.as_u64().and_then(|cpu| u32::try_from(cpu).ok())).collect()
}

fn items<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object[key].as_array().map_or(&[], Vec::as_slice)
}

fn text(object: &Value, key: &str) -> Option<String> {
    object[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number(object: &Value, key: &str) -> Option<u64> {
    object[key].as_u64()
}

fn switch(object: &Value, key: &str) -> Option<bool> {
    match &object[key] {
        Value::Bool(on) => Some(*on),
        Value::String(word) if word == "True" => Some(true),
        Value::String(word) if word == "False" => Some(false),
        _ => None,
    }
}
