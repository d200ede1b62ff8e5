//! What is told of a domain that was read: numbers that contradict each other, of which nothing can be made; and what
//! keeps nobody from it: what was likely mistyped, what is there twice, what a hypervisor will miss.

use std::collections::HashSet;

use super::schema::Kind;
use crate::{
    model::{Definition, GuestType, KiB, nearest::nearest},
    wire::xml::{document::Element, fault::Faults, shown},
};

/// The most unknown names that are compared with those that were meant: each costs a comparison with all of them.
const MOST_GUESSES: usize = 200;

/// libvirt takes memory above the maximum by less than this for a rounding error (`virDomainDefPostParseMemory`).
const ROUNDING: KiB = KiB(4096);

/// What no domain can be, though each part of it can.
pub(super) fn contradictions(root: Element<'_, '_>, domain: &Definition, faults: &mut Faults) {
    if root.name() != "domain" {
        return;
    }
    let max = domain.memory.max;
    let more = domain.memory.current.filter(|current| current.0 >= max.0.saturating_add(ROUNDING.0));
    if let Some((element, current)) = root.child("currentMemory").zip(more) {
        faults.fatal(element, format!("{current} are more than its <memory> of {max}"));
    }
    let (vcpu, count) = (root.child("vcpu"), domain.cpus.max);
    if let Some((vcpu, online)) = vcpu.zip(domain.cpus.online.filter(|online| *online > count)) {
        faults.fatal_of(vcpu, "current", format!("{online} vCPUs are more than the {count} it has"));
    }
}

/// Looks at a domain that was read.
pub(super) fn look(root: Element<'_, '_>, domain: &Definition, faults: &mut Faults) {
    if root.name() != "domain" {
        return;
    }
    names(root, faults);
    machine(root, domain, faults);
    boot(root, domain, faults);
    addresses(root, faults);
}

/// Every element whose place is known: the names in it, and whether one is there twice.
fn names(root: Element<'_, '_>, faults: &mut Faults) {
    let mut guesses = MOST_GUESSES;
    let mut left: Vec<_> = Kind::of("", root.name()).map(|kind| (root, kind)).into_iter().collect();
    while let Some((element, kind)) = left.pop() {
        let mut seen = HashSet::new();
        for child in element.children() {
            let name = child.name();
            if kind.once().any(|once| once == name) && !seen.insert(name) {
                faults.note(child, format!("there is a <{name}> already; the first counts"));
            }
            if let Some(meant) = mistyped(name, kind.children(), &mut guesses) {
                let parent = element.name();
                faults.note(
                    child,
                    format!("<{}> is not known in <{parent}>; did you mean <{meant}>?", shown(name)),
                );
            }
            left.extend(Kind::of(element.name(), name).map(|kind| (child, kind)));
        }
        attributes(element, kind, &mut guesses, faults);
    }
}

fn attributes(element: Element<'_, '_>, kind: &Kind, guesses: &mut usize, faults: &mut Faults) {
    for attribute in element.attributes().iter().filter(|_| kind.attributes().next().is_some()) {
        if let Some(meant) = mistyped(attribute.name, kind.attributes(), guesses) {
            let message = format!("`{}` is not known here; did you mean `{meant}`?", shown(attribute.name));
            faults.note_of(element, attribute.name, message);
        }
    }
}

/// The name that was meant by one that is none of those known. Names with a prefix are others' affair.
fn mistyped<'n>(
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
    guesses: &mut usize,
) -> Option<&'n str> {
    let foreign = name.contains(':') || name == "xmlns";
    if foreign || *guesses == 0 || known.clone().any(|other| other == name) {
        return None;
    }
    *guesses -= 1;
    nearest(name, known)
}

/// What its machine is to be, where numbers contradict each other or are not there.
fn machine(root: Element<'_, '_>, domain: &Definition, faults: &mut Faults) {
    hypervisor(root, &domain.hypervisor, faults);
    if root.child("memory").is_none() {
        faults.note(root, "it has no <memory>: who makes it takes a default of its own, or refuses");
    }
    let count = domain.cpus.max;
    if root.child("vcpu").is_none() {
        return;
    }
    let mut pinned = HashSet::new();
    for pin in root.child("cputune").into_iter().flat_map(|tune| tune.named("vcpupin")) {
        let Some(number) = pin.value("vcpu").and_then(|vcpu| vcpu.trim().parse::<u32>().ok()) else {
            continue;
        };
        if number >= count {
            faults.note_of(pin, "vcpu", format!("there is no vCPU {number}: it has {count}, from 0"));
        }
        if !pinned.insert(number) {
            faults.note_of(pin, "vcpu", format!("vCPU {number} is pinned already; the first counts"));
        }
    }
}

/// The words libvirt has for what runs a domain.
const HYPERVISORS: [&str; 16] = [
    "xen",
    "kvm",
    "qemu",
    "kqemu",
    "test",
    "lxc",
    "uml",
    "openvz",
    "vmware",
    "hyperv",
    "vbox",
    "phyp",
    "parallels",
    "vz",
    "bhyve",
    "hvf",
];

fn hypervisor(root: Element<'_, '_>, word: &str, faults: &mut Faults) {
    if word.is_empty() {
        faults.note(root, "it has no `type`: xen, kvm, qemu, test");
    } else if let Some(meant) = mistyped(word, HYPERVISORS.into_iter(), &mut 1) {
        faults.note_of(root, "type", format!("`{}` is no hypervisor; did you mean `{meant}`?", shown(word)));
    }
}

/// What a guest of Xen starts with.
fn boot(root: Element<'_, '_>, domain: &Definition, faults: &mut Faults) {
    // The control domain is told without any of it.
    let Some(os) = root.child("os").filter(|_| matches!(domain.hypervisor.as_str(), "xen" | "")) else {
        return;
    };
    let boot = &domain.boot;
    let foreign =
        boot.guest.is_none() && os.child("type").is_some_and(|kind| !kind.content().trim().is_empty());
    match boot.guest {
        None | Some(GuestType::Pv)
            if !foreign && boot.kernel.is_none() && root.child("bootloader").is_none() =>
        {
            faults.note(
                os,
                "a PV guest starts by a <kernel>, or by a <bootloader> beside <os>; there is neither",
            );
        }
        Some(GuestType::Hvm) => {
            if boot.loader.is_none() {
                faults.note(os, "an HVM guest of xend has its firmware in <loader>; there is none");
            }
            if domain.devices.emulator.is_none() {
                faults.note(os, "an HVM guest of xend has its <emulator> among the devices; there is none");
            }
        }
        _ => {}
    }
}

/// Two cards of one address on one bridge hear neither well.
fn addresses(root: Element<'_, '_>, faults: &mut Faults) {
    let mut seen = HashSet::new();
    let interfaces = root.child("devices").into_iter().flat_map(|devices| devices.named("interface"));
    for mac in interfaces.filter_map(|interface| interface.child("mac")) {
        let Some(address) = mac.value("address") else { continue };
        if !seen.insert(address.to_ascii_lowercase()) {
            faults.note_of(
                mac,
                "address",
                format!("another interface has the address {} already", shown(&address)),
            );
        }
    }
}
