//! Devices: `(device (vif …))` of a domain, and what `device_create` and `device_destroy` take.

pub(super) mod disk;
pub(super) mod graphics;
pub(super) mod interface;
mod rows;

pub use rows::list;

use super::{
    Format, Node, Writer,
    domain::{Aside, Kept, left_over},
};
use crate::model::definition::{DeviceDefinition, Devices, PciAddress};

/// What a device's words depend on, of the domain it is in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guest {
    pub(super) format: Format,
    pub(super) is_hvm: bool,
}

/// What xend keeps in every device for itself.
pub(super) const KEPT: [(&str, Aside); 7] = [
    ("uuid", Aside::Always),
    ("devid", Aside::Always),
    ("backend", Aside::Of(&["0"])),
    ("driver", Aside::Of(&["paravirtualised", "ioemu"])),
    ("protocol", Aside::Always),
    ("bootable", Aside::Always),
    ("VDI", Aside::Of(&[])),
];

/// The keys of a PCI device.
pub(super) const PCI: [&str; 4] = ["domain", "bus", "slot", "func"];

/// Whether devices of a class are read, or come with others.
pub(super) fn is_known(class: &str) -> bool {
    ["vif", "vbd", "tap", "tap2", "vfb", "pci", "vkbd", "console"].contains(&class)
}

/// Adds a device to those of a domain; one that has no place there is told.
///
/// A keyboard and pointer come with a display, and a console with every PV guest: they are not read.
pub(super) fn read(device: Node<'_>, guest: Guest, devices: &mut Devices, lost: &mut Vec<String>) {
    match device.head().unwrap_or_default() {
        "vif" => devices.interfaces.push(interface::read(device, guest, lost)),
        "vbd" | "tap" | "tap2" => devices.disks.push(disk::read(device, guest, lost)),
        "vfb" => graphics::read(device, guest, &mut devices.graphics, lost),
        "pci" => read_pci(device, &mut devices.pci, lost),
        "vkbd" | "console" => (),
        _ => lost.push(format!("device {device}")),
    }
}

/// Writes the devices of a domain that stand beside its image.
///
/// # Errors
/// A clause: what one of them lacks.
pub(super) fn write_all(
    devices: &Devices,
    (guest, kept): (Guest, Kept<'_>),
    vm: &mut Writer,
    lost: &mut Vec<String>,
) -> Result<(), String> {
    for disk in devices.disks.iter().filter(|disk| !disk::is_of_image(disk, guest)) {
        let (class, uname) = disk::named(disk, guest.format)?;
        vm.list("device", |device| {
            device.list(class, |vbd| {
                disk::write(disk, uname.as_deref(), guest, vbd, lost);
                vbd.nodes(kept.of_disk(disk));
            });
        });
    }
    for interface in &devices.interfaces {
        interface::check(interface)?;
        vm.list("device", |device| {
            device.list("vif", |vif| {
                interface::write(interface, guest, vif, lost);
                vif.nodes(kept.of_interface(interface));
            });
        });
    }
    if !guest.is_hvm && guest.format >= Format::Three {
        graphics::write_all(&devices.graphics, kept, vm, lost);
    }
    if !devices.pci.is_empty() {
        vm.list("device", |device| write_pci(&devices.pci, kept, device));
    }
    Ok(())
}

/// Writes a device as `op=device_create` wants it, without the `(device …)` around it, and what of it this format
/// cannot say, a clause each.
///
/// # Errors
/// A clause: why xend can attach no such device, or what it lacks.
pub fn write(device: &DeviceDefinition, format: Format) -> Result<(String, Vec<String>), String> {
    let (mut writer, guest) = (Writer::default(), Guest { format, is_hvm: false });
    let mut lost = Vec::new();
    match device {
        DeviceDefinition::Disk(disk) => {
            let (class, uname) = disk::named(disk, format)?;
            writer.list(class, |vbd| disk::write(disk, uname.as_deref(), guest, vbd, &mut lost));
        }
        DeviceDefinition::Interface(interface) => {
            interface::check(interface)?;
            writer.list("vif", |vif| interface::write(interface, guest, vif, &mut lost));
        }
        DeviceDefinition::Pci(address) => write_pci(&[*address], Kept::default(), &mut writer),
        DeviceDefinition::Graphics(_) | DeviceDefinition::Input(_) => {
            return Err("xend attaches disks, network interfaces and PCI devices only".into());
        }
    }
    Ok((writer.finish(), lost))
}

/// The `type` and `dev` of `op=device_destroy`; none where the definition does not say which device it is, as that of
/// an interface does not: see [`found`].
pub fn name(device: &DeviceDefinition, format: Format) -> Option<(&'static str, String)> {
    match device {
        DeviceDefinition::Disk(disk) => Some((disk::class(disk, format), disk.target.clone())),
        DeviceDefinition::Pci(at) => Some(("pci", at.to_string())),
        _ => None,
    }
}

/// The `dev` of an interface by its hardware address, in the reply to `op=devices` with `type=vif`:
/// `((0 ((backend …) (mac 00:16:3e:01:02:03))))`.
pub fn found(reply: Node<'_>, mac: &str) -> Option<String> {
    let is = |entry: &Node<'_>| {
        let told = entry.arguments().next().and_then(|list| list.value("mac"));
        told.is_some_and(|told| told.eq_ignore_ascii_case(mac))
    };
    reply.items().find(is)?.head().map(str::to_owned)
}

/// The PCI devices of a domain by its `(device (pci …))`.
pub(super) fn addresses(domain: Node<'_>) -> impl Iterator<Item = PciAddress> {
    let devices = domain.children("device").flat_map(|device| device.children("pci"));
    devices.flat_map(|pci| pci.children("dev")).filter_map(address)
}

/// Adds the devices of `(pci (dev (domain 0x0) (bus 0x1) (slot 0x2) (func 0x0)))`.
fn read_pci(device: Node<'_>, into: &mut Vec<PciAddress>, lost: &mut Vec<String>) {
    let aside = [
        ("opts", Aside::Always),
        ("key", Aside::Always),
        ("vslot", Aside::Always),
        ("vdevfn", Aside::Always),
    ];
    for dev in device.children("dev") {
        match address(dev) {
            Some(address) => into.push(address),
            None => lost.push(format!("pci {dev}")),
        }
        left_over(dev, &PCI, &[&KEPT[..], &aside].concat(), lost);
    }
    left_over(device, &["dev"], &KEPT, lost);
}

pub(super) fn address(dev: Node<'_>) -> Option<PciAddress> {
    let [domain, bus, slot, function] = PCI.map(|key| dev.value(key));
    address_of([domain.or(Some("0")), bus, slot, function])
}

/// The address in an entry of the image's `(pci ((0x0000 0x01 0x02 0x0 0x100 …)))`.
pub(super) fn address_in_image(entry: Node<'_>) -> Option<PciAddress> {
    let mut texts = entry.items().map(Node::text);
    address_of(std::array::from_fn(|_| texts.next().flatten()))
}

/// An address by its parts in the order of [`PCI`].
fn address_of(parts: [Option<&str>; 4]) -> Option<PciAddress> {
    let number = |text: Option<&str>| {
        let text = text?;
        u16::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
    };
    let [domain, bus, slot, function] = parts.map(number);
    Some(PciAddress {
        domain: domain.unwrap_or_default(),
        bus: bus?.try_into().ok()?,
        slot: slot?.try_into().ok()?,
        function: function?.try_into().ok()?,
    })
}

fn write_pci(addresses: &[PciAddress], kept: Kept<'_>, writer: &mut Writer) {
    writer.list("pci", |pci| {
        for at in addresses {
            pci.list("dev", |dev| {
                dev.word("domain", &format!("{:#06x}", at.domain)).word("bus", &format!("{:#04x}", at.bus));
                dev.word("slot", &format!("{:#04x}", at.slot)).word("func", &format!("{:#x}", at.function));
                dev.nodes(kept.of_pci(*at));
            });
        }
    });
}
