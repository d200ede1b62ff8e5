//! `<disk>`.

use super::said;
use crate::{
    model::definition::{Access, Bus, Disk, DiskClass, DiskDriver, Storage},
    wire::xml::{
        document::Element,
        fault::{Faults, Words},
        writer::Writer,
    },
};

const STORAGE: Words<Storage> = Words {
    of: Storage::of,
    ours: &["file", "block"],
    also: &["dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa"],
};

const CLASS: Words<DiskClass> =
    Words { of: DiskClass::of, ours: &["disk", "cdrom", "floppy"], also: &["lun"] };

const BUS: Words<Bus> = Words {
    of: Bus::of,
    ours: &["xen", "ide", "scsi", "fdc", "usb", "virtio", "sata"],
    also: &["uml", "sd", "nvme"],
};

/// Reads one; none where it is made of what only libvirt knows, or wrong.
pub(in crate::wire::xml) fn read(element: Element<'_, '_>, faults: &mut Faults) -> Option<Disk> {
    let storage = faults.kind(element, ("type", "file"), &STORAGE);
    let class = faults.kind(element, ("device", "disk"), &CLASS);
    let (storage, class) = (storage?, class?);
    let target = said(element, "target", "dev");
    if target.is_none() {
        faults.fatal(element, "it has no <target dev='…'/>: the name the guest sees it by");
    }
    tell_of_source(element, storage, faults);
    let target_of = element.child("target").filter(|target| target.attribute("bus").is_some());
    Some(Disk {
        class,
        storage,
        source: said(element, "source", word_of(storage)),
        driver: element.child("driver").and_then(driver),
        target: target?,
        bus: target_of.and_then(|target| faults.kind(target, ("bus", ""), &BUS)),
        access: access(element),
        backend: said(element, "backenddomain", "name"),
    })
}

/// The attribute that names the source of a disk that is made of this.
const fn word_of(storage: Storage) -> &'static str {
    match storage {
        Storage::File => "file",
        Storage::Block => "dev",
    }
}

/// A source is named by the attribute of the disk's type, and by no other.
fn tell_of_source(element: Element<'_, '_>, storage: Storage, faults: &mut Faults) {
    let (wanted, other) = match storage {
        Storage::File => ("file", "dev"),
        Storage::Block => ("dev", "file"),
    };
    let Some(source) = element.child("source") else { return };
    if source.attribute(wanted).is_none() && source.attribute(other).is_some() {
        let kind = storage.word();
        let message = format!("the source of a disk of type {kind} is named by `{wanted}`, not by `{other}`");
        faults.note_of(source, other, message);
    }
}

fn driver(element: Element<'_, '_>) -> Option<DiskDriver> {
    let value = |name| element.value(name).filter(|value| !value.is_empty()).map(String::from);
    let (name, format) = (value("name"), value("type"));
    (name.is_some() || format.is_some()).then(|| DiskDriver { name: name.unwrap_or_default(), format })
}

/// Where both are said nobody writes: that loses nothing.
fn access(element: Element<'_, '_>) -> Access {
    if element.child("readonly").is_some() {
        return Access::Read;
    }
    if element.child("shareable").is_some() { Access::Shared } else { Access::Write }
}

/// Writes one.
pub(in crate::wire::xml) fn write(disk: &Disk, out: &mut Writer) {
    out.begin("disk").attribute("type", disk.storage.word()).attribute("device", disk.class.word());
    if let Some(driver) = &disk.driver {
        let name = Some(&driver.name).filter(|name| !name.is_empty());
        out.begin("driver").maybe("name", name).maybe("type", driver.format.as_ref()).end();
    }
    if let Some(source) = &disk.source {
        out.begin("source").attribute(word_of(disk.storage), source).end();
    }
    if let Some(backend) = &disk.backend {
        out.begin("backenddomain").attribute("name", backend).end();
    }
    out.begin("target").attribute("dev", &disk.target).maybe("bus", disk.bus.map(Bus::word)).end();
    match disk.access {
        Access::Write => {}
        Access::Read => out.begin("readonly").end(),
        Access::Shared => out.begin("shareable").end(),
    }
    out.end();
}
