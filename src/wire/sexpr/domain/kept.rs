//! A definition written over the expression that stands: what that says and a definition has no word for stays.

use super::{ASIDE, Aside, Format, KNOWN, Node, is_list, read, write_over};
use crate::{
    model::{
        Definition, GuestType,
        definition::{Disk, Ending, Graphics, Interface, PciAddress, rate},
    },
    wire::sexpr::{
        Tree,
        device::{self, Guest, disk, graphics, interface},
        domain::image,
    },
};

/// What xend makes of a device itself, and of a disk what says its class.
const MADE: [&str; 5] = ["devid", "driver", "protocol", "backend", "type"];

/// The expression that stands, where there is one.
#[derive(Clone, Copy, Default)]
pub(in crate::wire::sexpr) struct Kept<'a>(Option<Node<'a>>);

impl<'a> Kept<'a> {
    /// What stands beside image and devices, and devices of which a definition knows nothing.
    pub(super) fn items(self, definition: &Definition) -> impl Iterator<Item = Node<'a>> {
        let said = definition.endings;
        let ending = move |item: &Node<'_>| match item.head() {
            Some("on_poweroff") => said.poweroff.is_none(),
            Some("on_reboot") => said.reboot.is_none(),
            Some("on_crash") => said.crash.is_none(),
            _ => false,
        };
        let unread = move |item: &Node<'a>| {
            item.own_value().is_some_and(|word| match item.head() {
                Some("shadow_memory") => word != "0",
                _ => ending(item) && Ending::of(word).is_none(),
            })
        };
        let domain = self.0.into_iter();
        let endings = domain.clone().flat_map(Node::arguments).filter(unread);
        let devices = domain.clone().flat_map(|domain| domain.children("device")).filter(|wrapped| {
            wrapped.arguments().all(|item| !device::is_known(item.head().unwrap_or_default()))
        });
        domain.flat_map(|domain| lasting(domain, KNOWN, ASIDE)).chain(endings).chain(devices)
    }

    /// What stands in the image, where that is of the same type.
    pub(super) fn of_image(self, head: &str) -> impl Iterator<Item = Node<'a>> {
        let image = self.0.and_then(|domain| domain.child("image")?.arguments().next());
        let image = image.filter(|image| image.head() == Some(head)).into_iter();
        let known = if head == "hvm" { image::KNOWN } else { image::OF_KERNEL };
        // xend prints there what is a device as well.
        let own = |item: &Node<'_>| item.head() != Some("pci");
        image.flat_map(|image| lasting(image, known, image::ASIDE)).filter(own)
    }

    /// What stands in the disk of the same target.
    pub(in crate::wire::sexpr) fn of_disk(self, disk: &Disk) -> impl Iterator<Item = Node<'a>> {
        let twin = self.devices().find(|item| is_disk(*item) && disk::target_of(*item) == disk.target);
        twin.into_iter().flat_map(|twin| beyond(twin, disk::KNOWN))
    }

    /// What stands in the interface of the same address.
    pub(in crate::wire::sexpr) fn of_interface(
        self,
        interface: &Interface,
    ) -> impl Iterator<Item = Node<'a>> {
        let same = |item: &Node<'_>| item.head() == Some("vif") && has_mac(*item, interface);
        let twin = self.devices().find(same);
        twin.into_iter().flat_map(|twin| beyond(twin, interface::KNOWN))
    }

    /// What stands in the same display: that of its kind, of several in their order.
    pub(in crate::wire::sexpr) fn of_display(
        self,
        displays: &[Graphics],
        at: usize,
    ) -> impl Iterator<Item = Node<'a>> {
        let own = &displays[at];
        let before = displays[..at].iter().filter(|other| is_of_kind(other, own)).count();
        let all = self.devices().filter(|item| item.head() == Some("vfb"));
        let twin = all.filter(|vfb| is_of_kind(&graphics::display(*vfb), own)).nth(before);
        let same = twin.is_some_and(|vfb| graphics::display(vfb) == *own);
        // In it xend says of the display again what it is.
        let current = move |item: &Node<'_>| same || item.head() != Some("other_config");
        twin.into_iter().flat_map(|twin| beyond(twin, graphics::KNOWN)).filter(current)
    }

    /// What stands in the PCI device of the same address.
    pub(in crate::wire::sexpr) fn of_pci(self, address: PciAddress) -> impl Iterator<Item = Node<'a>> {
        let all = self.devices().filter(|item| item.head() == Some("pci"));
        let twin = all.flat_map(|pci| pci.children("dev")).find(|dev| device::address(*dev) == Some(address));
        twin.into_iter().flat_map(|twin| beyond(twin, &device::PCI))
    }

    fn devices(self) -> impl Iterator<Item = Node<'a>> {
        self.0.into_iter().flat_map(|domain| domain.children("device")).flat_map(Node::arguments)
    }
}

/// The items of a list that are neither known nor of a run. What is a default stays as well: xend fills in what is not
/// said by what its release takes for usual.
fn lasting<'a>(
    of: Node<'a>,
    known: &'static [&'static str],
    aside: &'static [(&'static str, Aside)],
) -> impl Iterator<Item = Node<'a>> {
    let of_run =
        move |key: &str| aside.iter().any(|(own, aside)| *own == key && matches!(aside, Aside::Always));
    let own = move |item: &Node<'_>| item.head().is_some_and(|key| !known.contains(&key) && !of_run(key));
    of.arguments().filter(is_list).filter(own)
}

fn is_of_kind(display: &Graphics, other: &Graphics) -> bool {
    std::mem::discriminant(display) == std::mem::discriminant(other)
}

fn is_disk(item: Node<'_>) -> bool {
    matches!(item.head(), Some("vbd" | "tap" | "tap2"))
}

fn has_mac(item: Node<'_>, interface: &Interface) -> bool {
    let own = interface.mac.as_deref();
    item.value("mac").zip(own).is_some_and(|(mac, own)| mac.eq_ignore_ascii_case(own))
}

fn beyond<'a>(device: Node<'a>, known: &'static [&'static str]) -> impl Iterator<Item = Node<'a>> {
    let strange = |key: &str| !known.contains(&key) && !MADE.contains(&key);
    device.arguments().filter(move |item| item.head().is_some_and(strange))
}

/// Writes a domain over the one that stands, as [`write`](super::write): what that says and a definition has no word
/// for stays, or is told.
///
/// # Errors
/// As [`write`](super::write), and where what stands cannot be read.
pub fn rewrite(
    definition: &Definition,
    standing: Node<'_>,
    format: Format,
) -> Result<(String, Vec<String>), String> {
    let (old, told) = read(standing, format)?;
    let kept = Kept(Some(standing));
    let (text, mut lost) = write_over(&unsaid(definition, &old), kept, format)?;
    let (tree, _) = Tree::parse(text.as_bytes()).map_err(|bad| bad.to_string())?;
    let (_, still) = read(tree.root(), format)?;
    let gone = gone(definition, kept, Guest { format, is_hvm: old.boot.guest == Some(GuestType::Hvm) });
    lost.extend(told.into_iter().filter(|clause| !still.contains(clause) && !gone.contains(clause)));
    Ok((text, lost))
}

/// The definition with what domain XML has no word for, as it was.
fn unsaid(definition: &Definition, old: &Definition) -> Definition {
    let mut definition = definition.clone();
    definition.cpus.cap = definition.cpus.cap.or(old.cpus.cap);
    for interface in &mut definition.devices.interfaces {
        let twin = old.devices.interfaces.iter().find(|twin| twin.mac == interface.mac);
        let bound = |rate: &Option<String>| rate.as_deref().and_then(rate::kib_per_second);
        // Over how long it is counted is a part of it.
        if let Some(twin) = twin.filter(|twin| bound(&twin.rate) == bound(&interface.rate)) {
            interface.rate.clone_from(&twin.rate);
        }
    }
    definition
}

/// What endings said that the definition says otherwise, and devices that it no longer has: who changed them lost
/// nothing.
fn gone(definition: &Definition, kept: Kept<'_>, guest: Guest) -> Vec<String> {
    let (mut told, devices) = (Vec::new(), &definition.devices);
    let away = |item: &Node<'_>| match item.head() {
        Some("vif") => {
            item.value("mac").is_some() && !devices.interfaces.iter().any(|own| has_mac(*item, own))
        }
        Some("vfb") => !devices.graphics.iter().any(|own| is_of_kind(own, &graphics::display(*item))),
        Some("pci") => devices.pci.is_empty(),
        _ => is_disk(*item) && !devices.disks.iter().any(|own| own.target == disk::target_of(*item)),
    };
    let endings = [
        ("on_poweroff", definition.endings.poweroff),
        ("on_reboot", definition.endings.reboot),
        ("on_crash", definition.endings.crash),
    ];
    for (key, _) in endings.into_iter().filter(|(_, said)| said.is_some()) {
        told.extend(kept.0.and_then(|domain| domain.value(key)).map(|word| format!("{key} {word}")));
    }
    for item in kept.devices().filter(away) {
        device::read(item, guest, &mut crate::model::definition::Devices::default(), &mut told);
    }
    told
}
