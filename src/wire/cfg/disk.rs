//! One string of `disk`: xm's three parts, and xl's syntax (xl-disk-configuration(5), `libxlu_disk_l.l`).
//!
//! ```text
//!  xm   file:/a.img,xvda,w       tap:qcow:/a,hda:disk,r      ,hdc:cdrom,r        phy:sda8,hda,w!,backend
//!       └ how and what ┘ └ where, mode
//!  xl   /a.img,raw,xvda,rw       vdev=hda, format=qcow2, access=ro, target=/a,b.img    the target is the rest
//! ```
//!
//! xl reads xm's too, by its prefix; without a prefix its second part is a format, and xm's never is one.

use super::{Config, Dialect, parts::said};
use crate::model::definition::{Access, Bus, Disk, DiskClass, DiskDriver, Storage};

/// The formats of images xl knows.
const FORMATS: [&str; 7] = ["", "raw", "qcow", "qcow2", "vhd", "qed", "empty"];

/// The words before a source that say how it is served; any other is the name of a script.
const SERVED: [&str; 12] =
    ["phy", "file", "tap", "tap2", "raw", "aio", "ioemu", "tapdisk", "qcow", "qcow2", "vhd", "qed"];

/// Reads one string.
///
/// # Errors
/// A clause: why no disk can be made of it.
pub fn read(text: &str) -> Result<(Disk, Vec<String>), String> {
    if is_xm(text) { xm(text) } else { xl(text) }
}

/// Writes one string, and what the disk says that it cannot: `Err` where it would be another disk.
///
/// # Errors
/// A clause: why there can be no such disk.
pub fn write(disk: &Disk, dialect: Dialect) -> Result<(String, Vec<String>), String> {
    if disk.target.is_empty() {
        return Err("a disk must have a target".into());
    }
    let (text, lost) = spelled(disk, dialect)?;
    // What one says with a comma or a colon in it, the notation may take for something else.
    let again = read(&text).ok().and_then(|(disk, _)| spelled(&disk, dialect).ok());
    if again.is_none_or(|(again, _)| again != text) {
        return Err("there is no way to write its source, target or backend".into());
    }
    Ok((text, lost))
}

fn spelled(disk: &Disk, dialect: Dialect) -> Result<(String, Vec<String>), String> {
    match dialect {
        Dialect::Xm(_) => xm_text(disk, dialect),
        Dialect::Xl => xl_text(disk),
    }
}

/// The strings of a configuration's disks.
pub(super) fn texts(config: &Config) -> impl Iterator<Item = String> {
    config.texts("disk").into_iter()
}

/// Whether a string is in xm's words.
pub(super) fn is_xm(text: &str) -> bool {
    let second = text.split(',').nth(1).map(str::trim).unwrap_or_default();
    let named = text.split(',').any(|part| part.contains('=') && !part.contains('/'));
    prefixed(text).is_some() || (!named && !FORMATS.contains(&second))
}

/// The word before the source, where the string has its source by its place.
fn prefixed(text: &str) -> Option<&str> {
    let source =
        text.split(',').map(str::trim).find(|part| !is_word_of_xl(part) || part.starts_with("target="));
    source.and_then(prefix).map(|(word, _)| word)
}

/// The word before the first colon, where it stands for how a disk is served.
fn prefix(source: &str) -> Option<(&str, &str)> {
    let (word, rest) = source.split_once(':')?;
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then_some((word, rest))
}

/// The word before a source that names the script that serves it: `drbd:res0` is for `block-drbd`.
pub(super) fn script(text: &str) -> Option<&str> {
    prefixed(text).filter(|word| !SERVED.contains(word))
}

/// Whether a part has its meaning from a name and not from its place.
fn is_word_of_xl(part: &str) -> bool {
    let key = part.split_once('=').map(|(key, _)| key);
    part == "cdrom" || FLAGS.contains(&part) || key.is_some_and(|key| !key.contains(['/', ':']))
}

fn xm(text: &str) -> Result<(Disk, Vec<String>), String> {
    let (mut told, mut disk, mut lost) = (Said::default(), Disk::default(), Vec::new());
    let (words, places): (Vec<_>, Vec<_>) =
        text.split(',').map(str::trim).partition(|part| is_word_of_xl(part));
    let mut places = places.into_iter();
    let [source, target, mode] = [(); 3].map(|()| places.next().unwrap_or_default());
    disk.backend = places.next().and_then(said);
    lost.extend(places.map(|part| format!("`{part}`")));
    served(&mut disk, source, &mut lost);
    for word in words {
        match word.split_once('=') {
            Some(pair) => named(&mut told, &mut disk, pair, &mut lost)?,
            None if word == "cdrom" => told.cdrom = true,
            None => lost.push(format!("`{word}`")),
        }
    }
    seen(&mut disk, told.vdev.as_deref().unwrap_or(target))?;
    let mode = told.access.as_deref().unwrap_or(mode);
    disk.access = access(mode).ok_or_else(|| format!("`{mode}` is no mode: r, w or w! was expected"))?;
    beside(&told, &mut disk)?;
    Ok((disk, lost))
}

/// What words of xl say beside the prefix, which to xl says nothing.
fn beside(told: &Said, disk: &mut Disk) -> Result<(), String> {
    if told.cdrom {
        (disk.class, disk.access) = (DiskClass::Cdrom, Access::Read);
    }
    let plain = matches!(told.format.as_deref(), None | Some("" | "raw"));
    if told.backendtype.is_none() && plain {
        return Ok(());
    }
    let standing = disk.driver.as_ref().and_then(|driver| driver.format.as_deref());
    let format = match told.format.as_deref().or(standing) {
        Some("aio") => "raw",
        format => known(format.unwrap_or_default())?,
    };
    disk.driver = server(told.backendtype.as_deref(), format, disk.source.is_some())?;
    if told.backendtype.as_deref() == Some("phy") {
        disk.storage = Storage::Block;
    }
    Ok(())
}

/// How and what: `phy:sda8`, `tap:qcow:/path`, nothing.
fn served(disk: &mut Disk, source: &str, lost: &mut Vec<String>) {
    let Some((word, rest)) = prefix(source) else {
        disk.source = said(source);
        disk.storage =
            if source.is_empty() || source.starts_with("/dev/") { Storage::Block } else { Storage::File };
        disk.driver = source.is_empty().then(|| driver("phy", None));
        return;
    };
    match word {
        "phy" => {
            let path = if rest.starts_with('/') { rest.to_owned() } else { format!("/dev/{rest}") };
            (disk.storage, disk.driver) = (Storage::Block, Some(driver("phy", None)));
            disk.source = said(rest).map(|_| path);
        }
        "file" => (disk.driver, disk.source) = (Some(driver("file", None)), said(rest)),
        "tap" | "tap2" => {
            let rest = rest.strip_prefix("tapdisk:").unwrap_or(rest);
            let (format, path) = prefix(rest).unwrap_or(("aio", rest));
            (disk.driver, disk.source) = (Some(driver(word, Some(format))), said(path));
        }
        "raw" | "aio" | "ioemu" | "tapdisk" => (disk.source, disk.storage) = (said(rest), storage(rest)),
        "qcow" | "qcow2" | "vhd" | "qed" => {
            (disk.driver, disk.source) = (Some(driver("qemu", Some(word))), said(rest));
        }
        _ => {
            disk.source = said(rest);
            lost.push(format!("`{word}:` before its source"));
        }
    }
}

/// Where the guest sees it, and as what: `xvda`, `ioemu:hda`, `hdc:cdrom`.
fn seen(disk: &mut Disk, target: &str) -> Result<(), String> {
    let name = target.strip_prefix("ioemu:").unwrap_or(target);
    let (name, class) = match name.split_once(':') {
        None => (name, DiskClass::Disk),
        Some((name, "disk")) => (name, DiskClass::Disk),
        Some((name, "cdrom")) => (name, DiskClass::Cdrom),
        Some((name, "floppy")) => (name, DiskClass::Floppy),
        Some((_, word)) => return Err(format!("`{word}` is no type of disk: disk or cdrom was expected")),
    };
    if name.is_empty() {
        return Err("it does not say by what name the guest sees it".into());
    }
    (disk.target, disk.class) = (name.to_owned(), class);
    Ok(())
}

fn access(mode: &str) -> Option<Access> {
    match mode {
        "r" | "ro" => Some(Access::Read),
        "w!" | "!" => Some(Access::Shared),
        "w" | "rw" | "" => Some(Access::Write),
        _ => None,
    }
}

fn storage(path: &str) -> Storage {
    if path.starts_with("/dev/") { Storage::Block } else { Storage::File }
}

fn driver(name: &str, format: Option<&str>) -> DiskDriver {
    DiskDriver { name: name.into(), format: format.map(str::to_owned) }
}

/// What xl's syntax says, by its own names.
#[derive(Default)]
struct Said {
    target: Option<String>,
    format: Option<String>,
    vdev: Option<String>,
    access: Option<String>,
    backendtype: Option<String>,
    cdrom: bool,
}

fn xl(text: &str) -> Result<(Disk, Vec<String>), String> {
    let (mut told, mut disk, mut lost) = (Said::default(), Disk::default(), Vec::new());
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(target) = rest.strip_prefix("target=") {
            told.target = Some(target.to_owned());
            break;
        }
        let (part, after) = rest.split_once(',').unwrap_or((rest, ""));
        match part.split_once('=') {
            Some((key, value)) => named(&mut told, &mut disk, (key, value), &mut lost)?,
            None if part == "cdrom" => told.cdrom = true,
            None if FLAGS.contains(&part) => lost.push(format!("`{part}`")),
            None => positional(&mut told, part)?,
        }
        rest = after.trim_start();
    }
    made(&told, disk).map(|disk| (disk, lost))
}

/// Words of xl that stand alone and that domain XML has no place for.
pub(super) const FLAGS: [&str; 7] =
    ["direct-io-safe", "discard", "no-discard", "colo", "no-colo", "trusted", "untrusted"];

fn named(
    told: &mut Said,
    disk: &mut Disk,
    (key, value): (&str, &str),
    lost: &mut Vec<String>,
) -> Result<(), String> {
    let owned = Some(value.to_owned());
    match (key, value) {
        ("format", _) => told.format = owned,
        ("vdev", _) => told.vdev = owned,
        ("access", _) => told.access = owned,
        ("backendtype", _) => told.backendtype = owned,
        ("backend", _) => disk.backend = said(value),
        ("devtype", "cdrom") => told.cdrom = true,
        ("devtype", "disk") | ("specification", "xen") => {}
        ("devtype", _) => return Err(format!("`{value}` is no type of disk: disk or cdrom was expected")),
        ("specification", "virtio") => disk.bus = Some(Bus::Virtio),
        _ => lost.push(format!("`{key}={value}`")),
    }
    Ok(())
}

fn positional(told: &mut Said, part: &str) -> Result<(), String> {
    let place = [&mut told.target, &mut told.format, &mut told.vdev, &mut told.access];
    let free = place.into_iter().find(|place| place.is_none());
    let place = free.ok_or_else(|| format!("`{part}` is one part too many"))?;
    *place = Some(part.to_owned());
    Ok(())
}

fn made(told: &Said, mut disk: Disk) -> Result<Disk, String> {
    seen(&mut disk, told.vdev.as_deref().unwrap_or_default())?;
    if told.cdrom {
        disk.class = DiskClass::Cdrom;
    }
    let format = known(told.format.as_deref().unwrap_or_default())?;
    disk.source = told.target.as_deref().and_then(said).filter(|_| format != "empty");
    let path = disk.source.as_deref().unwrap_or_default();
    disk.storage = if told.backendtype.as_deref() == Some("phy") { Storage::Block } else { storage(path) };
    disk.driver = server(told.backendtype.as_deref(), format, disk.source.is_some())?;
    let mode = told.access.as_deref().unwrap_or_default();
    disk.access = match (access(mode), disk.class) {
        (None | Some(Access::Shared), _) => {
            return Err(format!("`{mode}` is no access: ro or rw was expected"));
        }
        // Whatever else is said, xl makes a CD-ROM one to read.
        (Some(_), DiskClass::Cdrom) => Access::Read,
        (Some(access), _) => access,
    };
    Ok(disk)
}

fn known(format: &str) -> Result<&str, String> {
    let why = || format!("`{format}` is no format of an image: raw, qcow, qcow2, vhd or qed was expected");
    FORMATS.contains(&format).then_some(format).ok_or_else(why)
}

/// What serves a disk of xl's; none where xl is to choose and the image is raw.
fn server(backend: Option<&str>, format: &str, loaded: bool) -> Result<Option<DiskDriver>, String> {
    let format = Some(format).filter(|format| loaded && !format.is_empty());
    Ok(match backend {
        Some("phy") => Some(driver("phy", format)),
        Some("tap") => Some(driver("tap", format)),
        Some("qdisk") => Some(driver("qemu", format)),
        None | Some("") => {
            format.filter(|format| *format != "raw").map(|format| driver("qemu", Some(format)))
        }
        Some(other) => return Err(format!("`{other}` is no backend: phy, tap or qdisk was expected")),
    })
}

fn xm_text(disk: &Disk, dialect: Dialect) -> Result<(String, Vec<String>), String> {
    let mut lost = lost(disk);
    let path = disk.source.as_deref().unwrap_or_default();
    if [path, &disk.target].iter().any(|text| text.contains(',')) {
        return Err("xm has no way to write a comma in a disk's source or target".into());
    }
    let name = disk.driver.as_ref().map(|driver| driver.name.as_str());
    let folder = if path.starts_with('/') { "" } else { "/dev/" };
    let format = disk.driver.as_ref().and_then(|driver| driver.format.as_deref());
    let source = match (name, format) {
        _ if path.is_empty() => String::new(),
        (Some(tap @ ("tap" | "tap2")), format) => format!("{tap}:{}:{path}", tap_format(format)),
        (Some("qemu"), Some(format)) if format != "raw" => {
            lost.push("xm's blktap serves it instead of qemu".into());
            format!("tap:{}:{path}", tap_format(Some(format)))
        }
        (Some("phy"), _) => format!("phy:{folder}{path}"),
        (Some("file"), _) => format!("file:{path}"),
        _ if disk.storage == Storage::Block => format!("phy:{folder}{path}"),
        _ => format!("file:{path}"),
    };
    let before = if dialect.format() == 1 && disk.target.starts_with("hd") { "ioemu:" } else { "" };
    let after = if disk.class == DiskClass::Cdrom { ":cdrom" } else { "" };
    let mode = match disk.access {
        Access::Read => "r",
        Access::Write => "w",
        Access::Shared => "w!",
    };
    let backend = disk.backend.as_ref().map(|backend| format!(",{backend}")).unwrap_or_default();
    Ok((format!("{source},{before}{}{after},{mode}{backend}", disk.target), lost))
}

fn tap_format(format: Option<&str>) -> &str {
    match format {
        None | Some("raw") => "aio",
        Some(format) => format,
    }
}

fn xl_text(disk: &Disk) -> Result<(String, Vec<String>), String> {
    let mut lost = lost(disk);
    let driver = disk.driver.as_ref();
    let format = match driver.and_then(|driver| driver.format.as_deref()) {
        None => None,
        Some("raw" | "aio") => Some("raw"),
        Some("vpc") => Some("vhd"),
        Some(format) if FORMATS.contains(&format) => Some(format),
        Some(format) => return Err(format!("xl knows no image format `{format}`")),
    };
    let plain = matches!(format, None | Some("raw"));
    let backend = match driver.map(|driver| driver.name.as_str()) {
        // From Xen 4.14 on nobody serves a tap: xl is to choose, and of an image that is not raw only qemu makes sense.
        None | Some("" | "file" | "tap" | "tap2") => (!plain).then_some("qdisk"),
        Some("phy") => Some("phy"),
        Some("qemu" | "qdisk") => Some("qdisk"),
        Some(name) => {
            lost.push(format!("the driver `{name}`, for which xl chooses one"));
            (!plain).then_some("qdisk")
        }
    };
    // Where xl is to choose, raw goes without saying.
    let format = format.filter(|_| backend.is_some());
    if disk.class == DiskClass::Floppy {
        return Err("xl has no floppy drives".into());
    }
    if disk.access == Access::Shared {
        lost.push("that it is shared, which xl does not ask".into());
    }
    let cdrom = disk.class == DiskClass::Cdrom;
    let access = if disk.access == Access::Read || cdrom { "ro" } else { "rw" };
    let mut parts = vec![format!("vdev={}", disk.target), format!("access={access}")];
    if let Some(format) = format.filter(|_| disk.source.is_some()) {
        parts.insert(0, format!("format={format}"));
    }
    parts.extend(cdrom.then(|| "devtype=cdrom".to_owned()));
    parts.extend((disk.bus == Some(Bus::Virtio)).then(|| "specification=virtio".to_owned()));
    parts.extend(backend.filter(|_| disk.source.is_some()).map(|backend| format!("backendtype={backend}")));
    parts.extend(disk.backend.as_ref().map(|backend| format!("backend={backend}")));
    if parts.iter().any(|part| part.contains(',')) {
        return Err("xl has no way to write a comma in a disk's target or backend".into());
    }
    parts.extend(disk.source.as_ref().map(|path| format!("target={path}")));
    Ok((parts.join(","), lost))
}

/// A bus no notation of Xen's has: the name of the target says it, for both.
fn lost(disk: &Disk) -> Vec<String> {
    let natural = match disk.target.get(..2) {
        Some("hd") => Some(Bus::Ide),
        Some("sd") => Some(Bus::Scsi),
        Some("xv") => Some(Bus::Xen),
        Some("fd") => Some(Bus::Fdc),
        _ => None,
    };
    let other = |bus: &Bus| *bus != Bus::Virtio && natural.is_some_and(|natural| natural != *bus);
    let bus =
        disk.bus.filter(other).map(|bus| format!("the bus `{}`: its target's name says which", bus.word()));
    bus.into_iter().collect()
}
