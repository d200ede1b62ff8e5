//! A text of domain XML revised in place.

use super::{
    read,
    write::{self, KIB, Spelled},
};
use crate::{
    model::Definition,
    wire::xml::{
        device::{character, disk, graphics, interface, others},
        document::{Document, Element},
        fault::Faults,
        revise::{self, Grammar, Kinship},
        values,
    },
};

/// The document's text, changed where `wanted` is not what it says now.
pub(super) fn revise(document: &Document<'_>, current: &Definition, wanted: &Definition) -> String {
    let root = document.root();
    let units =
        ["memory", "currentMemory"].map(|name| root.child(name).and_then(|memory| memory.value("unit")));
    let unit = |at: usize| {
        let name = units[at].as_deref().unwrap_or(KIB.0);
        values::unit(name).map_or(KIB, |bytes| (name, bytes))
    };
    let spelled = Spelled {
        units: [unit(0), unit(1)],
        memory: root.child("currentMemory").is_some(),
        vcpus: root.child("vcpu").is_some_and(|vcpu| vcpu.attribute("current").is_some()),
    };
    let (base, wanted) = (write::domain(current, spelled), write::domain(wanted, spelled));
    let (Ok(base), Ok(wanted)) = (Document::parse(&base), Document::parse(&wanted)) else {
        // What is written is well-formed and only beyond the bounds where the definition is: the driver refuses it.
        return wanted;
    };
    revise::revise(&GRAMMAR, root, base.root(), wanted.root())
}

const GRAMMAR: Grammar = Grammar { kinship, understands, identity, becomes, hidden_by, holds_more };

fn kinship(parent: &str, name: &str) -> Kinship {
    match (parent, name) {
        (
            "devices",
            "disk" | "interface" | "graphics" | "serial" | "parallel" | "console" | "input" | "sound"
            | "hostdev",
        )
        | ("os", "boot")
        | ("interface", "ip") => Kinship::List,
        ("clock", "timer") => Kinship::Keyed("name"),
        ("cputune", "vcpupin") => Kinship::Keyed("vcpu"),
        ("graphics", "listen") => Kinship::Keyed("type"),
        ("serial" | "parallel" | "console", "source") => Kinship::Keyed("mode"),
        _ => Kinship::Single,
    }
}

/// Whether reading it gave something.
fn understands(element: Element<'_, '_>) -> bool {
    let mut faults = Faults::default();
    match element.name() {
        "disk" => disk::read(element, &mut faults).is_some(),
        "interface" => interface::read(element, &mut faults).is_some(),
        "graphics" => graphics::read(element, &mut faults).is_some(),
        "serial" | "parallel" | "console" => character::read(element, &mut faults).is_some(),
        "input" => others::input(element, &mut faults).is_some(),
        "sound" => others::sound(element, &mut faults).is_some(),
        "hostdev" => others::pci(element, &mut faults).is_some(),
        "boot" => read::boot_device(element, &mut faults).is_some(),
        "ip" => element.attribute("address").is_some(),
        _ => true,
    }
}

/// A disk is known by its target, an interface by its address; others by all that is said of them.
fn identity(element: Element<'_, '_>) -> Option<String> {
    let (child, attribute) = match element.name() {
        "disk" => ("target", "dev"),
        "interface" => ("mac", "address"),
        _ => return None,
    };
    element.child(child)?.value(attribute).map(String::from)
}

/// One that is of the same kind may have been changed; a disk of another target and another model of a card are others.
fn becomes(base: Element<'_, '_>, wanted: Element<'_, '_>) -> bool {
    match base.name() {
        "disk" | "sound" | "hostdev" => false,
        "interface" => base.child("mac").is_none() || wanted.child("mac").is_none(),
        "graphics" | "input" => base.value("type") == wanted.value("type"),
        _ => true,
    }
}

/// A disk that is shared and only read is only read.
fn hidden_by(name: &str) -> Option<&'static str> {
    (name == "readonly").then_some("shareable")
}

/// What libvirt puts more into than is understood here.
fn holds_more(name: &str) -> bool {
    matches!(name, "os" | "features" | "cputune" | "clock" | "devices" | "bandwidth" | "outbound" | "driver")
}
