//! The notations of a domain against each other: pairs of texts that say the same.
//!
//! Read are `NAME.sexpr` (or `NAME.cfg`) beside `NAME.xml`, in `tests/data/conformance` and in the folder that
//! `DOMTOP_CONFORMANCE` names. The format of xend is in the path: `format-2/NAME.sexpr`, `NAME-v2.sexpr`; else it is the
//! first where it names a disk or drive as only that does, and the fourth. A line that ends with a backslash goes on in
//! the next. Compared is what they mean, through a definition, in both directions.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

mod support {
    pub mod xend_definitions;
}

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use domtop::{
    model::{
        Definition, GuestType,
        definition::{BootDevice, Clock, Disk, Graphics},
    },
    wire::{
        sexpr::{self, Format, Tree},
        xml,
    },
};
use support::xend_definitions::canonical;

/// A notation beside XML: how it is read and written.
struct Notation {
    extension: &'static str,
    read: fn(&str, Format) -> Result<Definition, String>,
    write: fn(&Definition, Format) -> Result<String, String>,
}

const NOTATIONS: [Notation; 1] = [Notation { extension: "sexpr", read: read_sexpr, write: write_sexpr }];

fn read_sexpr(text: &str, format: Format) -> Result<Definition, String> {
    let (tree, _) = Tree::parse(text.as_bytes()).map_err(|bad| bad.to_string())?;
    let (definition, _) = sexpr::domain::read(tree.root(), format)?;
    Ok(definition)
}

fn write_sexpr(definition: &Definition, format: Format) -> Result<String, String> {
    let (text, lost) = sexpr::domain::write(definition, format)?;
    if lost.is_empty() { Ok(text) } else { Err(format!("{format:?} cannot say {lost:?}")) }
}

fn read_xml(text: &str) -> Result<Definition, String> {
    xml::domain::read(text)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

#[test]
fn the_notations_say_the_same() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conformance");
    let (agree, problems) = compare(&own, Whose::Own);
    assert!(agree + problems.len() >= 20, "the collection was not found");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    for folder in env::var_os("DOMTOP_CONFORMANCE").iter().flat_map(env::split_paths) {
        assert!(folder.is_dir(), "{} is no folder", folder.display());
        let (agree, problems) = compare(&folder, Whose::Others);
        println!("{agree} pairs agree, {} do not", problems.len());
        assert!(problems.is_empty(), "{agree} pairs agree, and\n{}", problems.join("\n\n"));
    }
}

#[test]
fn a_pair_that_differs_is_found_out() {
    let folder = env::temp_dir().join(format!("domtop-conformance-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a.sexpr"), "(vm (name 'a')(memory 64)(vcpus 1)(image (linux (kernel '/k'))))")
        .unwrap();
    fs::write(
        folder.join("a.xml"),
        "<domain type='xen'><name>b</name><memory>65536</memory><vcpu>1</vcpu><os><type>linux</type><kernel>/k</kernel></os></domain>",
    )
    .unwrap();
    let (agree, problems) = compare(&folder, Whose::Others);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((agree, problems.len()), (0, 1));
    assert!(problems[0].contains("name: \"a\""), "{}", problems[0]);
}

/// Whose pairs they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    /// Those of libvirt put disks into the order of their targets, and describe a domain that runs beside the
    /// expression that makes one, which has no id yet.
    Others,
}

/// How many pairs below a folder agree, and what is wrong with the others.
fn compare(folder: &Path, whose: Whose) -> (usize, Vec<String>) {
    let (mut agree, mut problems) = (0, Vec::new());
    for file in files(folder) {
        let notation =
            NOTATIONS.iter().find(|notation| file.extension().is_some_and(|own| own == notation.extension));
        let xml = file.with_extension("xml");
        let Some(notation) = notation.filter(|_| xml.exists()) else { continue };
        match agrees(notation, &file, &xml, whose) {
            Ok(()) => agree += 1,
            Err(why) => problems.push(format!("{}: {why}", file.display())),
        }
    }
    (agree, problems)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

fn format_of(file: &Path, text: &str) -> Format {
    let path = file.to_string_lossy();
    let named = [1, 2, 3, 4]
        .into_iter()
        .find(|n| path.contains(&format!("format-{n}/")) || path.contains(&format!("-v{n}.")));
    let first = text.contains("'ioemu:") || text.contains("(cdrom ");
    Format::of(named.unwrap_or(if first { 1 } else { 4 }))
}

/// Read, they are the same; each written as the other is the other.
fn agrees(notation: &Notation, file: &Path, xml: &Path, whose: Whose) -> Result<(), String> {
    let text = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
    let own = text(file)?.replace("\\\n", "");
    let format = format_of(file, &own);
    let mut there = (notation.read)(&own, format)?;
    let mut here = read_xml(&text(xml)?)?;
    if whose == Whose::Others {
        for it in [&mut there, &mut here] {
            it.devices.disks.sort_by_key(named);
        }
        here.id = here.id.filter(|_| !own.starts_with("(vm"));
    }
    same("read", &meaning(&there, format), &meaning(&here, format))?;
    let as_xml = read_xml(&xml::domain::write(&there))?;
    same("written as XML", &meaning(&as_xml, format), &meaning(&here, format))?;
    // The control domain is never made.
    if here.id == Some(0) {
        return Ok(());
    }
    let written = (notation.write)(&here, format)?;
    let back = Definition { id: here.id, ..(notation.read)(&written, format)? };
    let [back, there] = [back, there].map(|it| renewed(meaning(&it, format)));
    same("written in its own notation", &back, &there)
}

/// A disk by its target, as xm files have it.
fn named(disk: &Disk) -> String {
    disk.target.trim_start_matches("ioemu:").to_owned()
}

/// What it is when it is made anew: where a display has the number of its domain, it gets another.
fn renewed(mut it: Definition) -> Definition {
    let own = it.id.and_then(|id| u16::try_from(id + 5900).ok());
    for display in &mut it.devices.graphics {
        let Graphics::Vnc { port, .. } = display else { continue };
        *port = port.filter(|_| *port != own);
    }
    it
}

fn same(how: &str, one: &Definition, two: &Definition) -> Result<(), String> {
    let lines = |it: &Definition| format!("{it:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
    let (left, right) = (lines(one), lines(two));
    if one == two {
        return Ok(());
    }
    let only = |these: &[String], those: &[String]| {
        let differ = these.iter().filter(|line| !those.contains(line));
        differ.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join(" ")
    };
    Err(format!("{how}: {} | {}", only(&left, &right), only(&right, &left)))
}

/// What a definition means, beside xend's own equivalences: what XML leaves out where it is the default, and what it
/// tells of a running domain.
fn meaning(any: &Definition, format: Format) -> Definition {
    let mut it = canonical(any, format);
    if it.clock == Clock::Unsaid {
        it.clock = Clock::Utc;
    }
    let has = &mut it.features;
    for feature in
        [&mut has.acpi, &mut has.apic, &mut has.pae, &mut has.hap, &mut has.viridian, &mut has.hpet]
    {
        *feature = feature.filter(|&has| has);
    }
    // Named by whoever makes it: `vif3.0`.
    it.devices
        .interfaces
        .iter_mut()
        .for_each(|vif| vif.target = vif.target.take().filter(|name| !name.starts_with("vif")));
    // From its disk, where it is not said.
    if it.boot.guest == Some(GuestType::Hvm) && it.boot.order.is_empty() {
        it.boot.order.push(BootDevice::Disk);
    }
    // As xm files have it, and some wrote it into XML.
    for disk in &mut it.devices.disks {
        disk.target = named(disk);
    }
    // XML has no word for it.
    it.cpus.cap = None;
    // A PV guest's is there for its display alone.
    it.devices.emulator = it.devices.emulator.filter(|_| it.boot.guest == Some(GuestType::Hvm));
    it
}
