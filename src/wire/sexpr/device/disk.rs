//! Disks: `(vbd (dev hda:disk) (uname file:/a.img) (mode w))`, and the drives in an HVM guest's image.
//!
//! | | up to 3.0.2 | later |
//! |---|---|---|
//! | disk of a PV guest | `xvda` | `xvda`, printed as `xvda:disk` |
//! | disk of an HVM guest | `ioemu:hda` | `hda:disk` |
//! | CD-ROM of an HVM guest | `(cdrom '/a.iso')` in its image, always `hdc` | `hdc:cdrom` |
//! | floppy drive of an HVM guest | `(fda '/a.img')` in its image | the same |

use super::{Aside, Format, Guest, KEPT, Node, Writer, left_over};
use crate::model::definition::{Access, Disk, DiskClass, DiskDriver, Storage};

pub(in crate::wire::sexpr) const KNOWN: &[&str] = &["dev", "uname", "mode", "backend"];

/// Reads a disk that stands beside the image.
pub(super) fn read(vbd: Node<'_>, guest: Guest, lost: &mut Vec<String>) -> Disk {
    let (target, class) = target(vbd.value("dev").unwrap_or_default());
    let (storage, mut driver, source) = vbd.value("uname").map_or((Storage::File, None, None), uname);
    // From 4.0 on what was asked for as tap may be made as tap2, and is taken away as what it is.
    if let (Some(class @ ("tap" | "tap2")), Some(driver)) = (vbd.head(), &mut driver)
        && ["tap", "tap2"].contains(&driver.name.as_str())
    {
        driver.name = class.into();
    }
    // What the Xen API of 3.0.4 keeps beside it.
    let aside = [("type", Aside::Of(&["Disk", "CD"]))];
    left_over(vbd, KNOWN, &[&KEPT[..], &aside].concat(), lost);
    Disk {
        class,
        storage,
        source,
        driver,
        target: target.to_owned(),
        bus: None,
        access: access(vbd.value("mode"), guest.format),
        backend: vbd.value("backend").filter(|backend| *backend != "0").map(Into::into),
    }
}

/// By what the guest knows it.
pub(in crate::wire::sexpr) fn target_of(vbd: Node<'_>) -> &str {
    target(vbd.value("dev").unwrap_or_default()).0
}

/// A disk's name in the guest and what it sees it as: `hda`, `ioemu:hda`, `hdc:cdrom`.
fn target(dev: &str) -> (&str, DiskClass) {
    let dev = dev.strip_prefix("ioemu:").unwrap_or(dev);
    let Some((target, class)) = dev.rsplit_once(':') else { return (dev, DiskClass::Disk) };
    (target, DiskClass::of(class).unwrap_or_default())
}

/// What `phy:sda1`, `file:/a.img`, `tap:qcow:/a.img` or a bare path means.
fn uname(text: &str) -> (Storage, Option<DiskDriver>, Option<String>) {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) if !name.contains('/') => (name, rest),
        _ if text.starts_with("/dev/") => return (Storage::Block, None, Some(text.into())),
        _ => return (Storage::File, None, Some(text.into())),
    };
    let driver =
        |format: Option<&str>| Some(DiskDriver { name: name.into(), format: format.map(Into::into) });
    match name {
        "phy" if rest.starts_with('/') => (Storage::Block, driver(None), Some(rest.into())),
        "phy" => (Storage::Block, driver(None), Some(format!("/dev/{rest}"))),
        "tap" | "tap2" => {
            let rest = rest.strip_prefix("tapdisk:").unwrap_or(rest);
            let parts = rest.split_once(':').filter(|(format, _)| !format.contains('/'));
            let (format, path) = parts.map_or((None, rest), |(format, path)| (Some(format), path));
            (Storage::File, driver(format), Some(path.into()))
        }
        _ => (Storage::File, driver(None), Some(rest.into())),
    }
}

/// Up to 3.0.2 a disk whose mode is not said is read only.
fn access(mode: Option<&str>, format: Format) -> Access {
    match mode {
        Some(mode) if mode.contains('!') => Access::Shared,
        Some(mode) if mode.starts_with('r') && mode != "rw" => Access::Read,
        None if format == Format::One => Access::Read,
        _ => Access::Write,
    }
}

/// Reads the drives in an HVM guest's image.
pub(in crate::wire::sexpr) fn read_image(image: Node<'_>, into: &mut Vec<Disk>) {
    let drives = [
        ("cdrom", DiskClass::Cdrom, "hdc", Access::Read),
        ("fda", DiskClass::Floppy, "fda", Access::Write),
        ("fdb", DiskClass::Floppy, "fdb", Access::Write),
    ];
    into.extend(drives.into_iter().filter_map(|(key, class, target, access)| {
        let path = image.value(key)?;
        let storage = if path.starts_with("/dev/") { Storage::Block } else { Storage::File };
        let source = Some(path.to_owned());
        Some(Disk { class, storage, source, target: target.into(), access, ..Disk::default() })
    }));
}

/// Whether a disk stands in the image of its guest.
pub(super) fn is_of_image(disk: &Disk, guest: Guest) -> bool {
    guest.is_hvm
        && match disk.class {
            DiskClass::Disk => false,
            DiskClass::Cdrom => guest.format == Format::One,
            DiskClass::Floppy => true,
        }
}

/// Writes the drives that stand in an HVM guest's image; an empty one cannot.
///
/// # Errors
/// A clause: the drive that has no place there, which a guest would miss.
pub(in crate::wire::sexpr) fn write_image(
    disks: &[Disk],
    format: Format,
    image: &mut Writer,
    lost: &mut Vec<String>,
) -> Result<(), String> {
    let guest = Guest { format, is_hvm: true };
    for disk in disks.iter().filter(|disk| is_of_image(disk, guest)) {
        let key = match (disk.class, disk.target.as_str()) {
            (DiskClass::Cdrom, "hdc") => "cdrom",
            (DiskClass::Floppy, "fda") => "fda",
            (DiskClass::Floppy, "fdb") => "fdb",
            (class, target) => {
                return Err(format!("it has the {} {target}, and xend has none of that name", class.word()));
            }
        };
        if disks.iter().filter(|other| other.target == disk.target).count() > 1 {
            return Err(format!("it has two drives {}, and xend one", disk.target));
        }
        match &disk.source {
            Some(source) => {
                image.text(key, source);
                // Nobody writes to a CD-ROM.
                let access = disk.class == DiskClass::Floppy && disk.access != Access::Write;
                if access || disk.backend.is_some() {
                    lost.push(format!("access and backend of {}", disk.target));
                }
            }
            None => lost.push(format!("the empty drive {}", disk.target)),
        }
    }
    Ok(())
}

/// The class of device a disk is.
pub(super) fn class(disk: &Disk, format: Format) -> &'static str {
    match disk.driver.as_ref().map(|driver| driver.name.as_str()) {
        Some("tap" | "tap2") if format == Format::One => "vbd",
        Some("tap2") if format == Format::Four => "tap2",
        Some("tap" | "tap2") => "tap",
        _ => "vbd",
    }
}

/// The class of a disk and what it is made of.
///
/// # Errors
/// A clause, where this xend cannot read such an image.
pub(super) fn named(disk: &Disk, format: Format) -> Result<(&'static str, Option<String>), String> {
    let class = class(disk, format);
    let (tapped, image) = (class != "vbd", disk.driver.as_ref().and_then(|driver| driver.format.as_deref()));
    let image = image.unwrap_or("aio");
    let raw = matches!(image, "aio" | "raw");
    if !raw && !tapped {
        return Err(format!(
            "the image of {} is {image}, and this xend reads none but raw ones",
            disk.target
        ));
    }
    let prefix = match (disk.driver.as_ref().map(|driver| driver.name.as_str()), disk.storage) {
        _ if tapped => format!("{class}:{}", if raw { "aio" } else { image }),
        (None | Some("" | "qemu" | "tap" | "tap2"), Storage::File) => "file".into(),
        (None | Some("" | "qemu" | "tap" | "tap2"), Storage::Block) => "phy".into(),
        (Some(name), _) => name.into(),
    };
    Ok((class, disk.source.as_ref().map(|source| format!("{prefix}:{source}"))))
}

/// Writes what stands in `(vbd …)`.
pub(super) fn write(
    disk: &Disk,
    uname: Option<&str>,
    guest: Guest,
    vbd: &mut Writer,
    lost: &mut Vec<String>,
) {
    vbd.text("dev", &dev(disk, guest, lost));
    vbd.optional("uname", uname);
    vbd.text(
        "mode",
        match disk.access {
            Access::Write => "w",
            Access::Read => "r",
            Access::Shared => "w!",
        },
    );
    vbd.optional("backend", disk.backend.as_deref());
}

fn dev(disk: &Disk, guest: Guest, lost: &mut Vec<String>) -> String {
    let (target, _) = target(&disk.target);
    if guest.format == Format::One {
        if disk.class != DiskClass::Disk {
            lost.push(format!("that {target} is a {}", disk.class.word()));
        }
        return if guest.is_hvm { format!("ioemu:{target}") } else { target.to_owned() };
    }
    match disk.class {
        DiskClass::Disk if !guest.is_hvm => target.to_owned(),
        DiskClass::Floppy => {
            lost.push(format!("that {target} is a floppy"));
            target.to_owned()
        }
        class => format!("{target}:{}", class.word()),
    }
}
