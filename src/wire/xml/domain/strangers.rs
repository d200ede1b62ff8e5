//! What must not be left out of a domain without a definition having a place for it: devices, and what keeps its data,
//! its network and its clock what they are. Who makes a domain of the definition alone refuses it; what else it has no
//! place for is told, as `unread` has it.

use super::{
    super::{
        device::{disk, graphics, interface, others},
        document::Element,
        fault::Faults,
        shown,
    },
    read,
};
use crate::model::definition::Clock;

/// Kinds of devices no part of which is in a definition, and that a guest would miss. Controllers, video cards,
/// balloons and the like it has anyway.
const MISSED: [&str; 9] =
    ["filesystem", "tpm", "redirdev", "smartcard", "shmem", "lease", "memory", "vsock", "nvram"];

/// Those of a domain, a phrase each.
pub(super) fn of(root: Element<'_, '_>) -> Vec<String> {
    let os = root.child("os");
    // BIOS is what a guest starts with anyway.
    let firmware = os.and_then(|os| os.value("firmware")).filter(|kind| !matches!(&**kind, "" | "bios"));
    let firmware = firmware.map(|kind| format!("the firmware='{}' of its <os>", shown(&kind)));
    let loader = os.and_then(|os| os.child("loader")?.value("type")).filter(|kind| kind == "pflash");
    let loader = loader.map(|kind| format!("the type='{kind}' of the <loader> of its <os>"));
    let clock = root.child("clock").filter(|clock| clock.attribute("offset").is_some());
    let offset = clock.filter(|clock| read::clock_of(*clock, &mut Faults::default()) == Clock::Unsaid);
    let offset = offset.and_then(|clock| clock.value("offset"));
    let offset = offset.map(|offset| format!("the offset='{}' of its <clock>", shown(&offset)));
    let devices = root.child("devices").into_iter().flat_map(Element::children);
    firmware.into_iter().chain(loader).chain(offset).chain(devices.flat_map(of_device)).collect()
}

/// What of one device has no place in a definition: the device, or what must not be left out of it.
pub(super) fn of_device(device: Element<'_, '_>) -> Vec<String> {
    if is_stranger(device) {
        return vec![phrase(device)];
    }
    let of = |part: String| format!("the <{part}> of {}", phrase(device));
    needed(device).into_iter().map(of).collect()
}

/// The parts of a device that is read without which a guest would have other data or another network.
fn needed(device: Element<'_, '_>) -> Vec<String> {
    let has = |name: &&str| device.child(name).is_some();
    let says = |name: &str, attribute: &str, word: &str| {
        let value = device.child(name).and_then(|child| child.value(attribute));
        (value? == word).then(|| format!("{name} {attribute}='{word}'"))
    };
    match device.name() {
        "disk" => {
            let source = device.child("source");
            // libvirt knows the encryption in either place.
            let parts = ["encryption", "slices"];
            let inside = parts.into_iter().filter(|name| source.is_some_and(|it| it.child(name).is_some()));
            let mut all: Vec<_> = ["transient", "encryption"].into_iter().filter(has).collect();
            all.extend(inside);
            all.dedup();
            all.into_iter().map(String::from).collect()
        }
        "interface" => {
            let whole = ["vlan", "filterref"].into_iter().filter(has).map(String::from);
            let said = [says("link", "state", "down"), says("port", "isolated", "yes")];
            whole.chain(said.into_iter().flatten()).collect()
        }
        _ => Vec::new(),
    }
}

fn is_stranger(device: Element<'_, '_>) -> bool {
    let mut faults = Faults::default();
    match device.name() {
        "disk" => disk::read(device, &mut faults).is_none(),
        "interface" => interface::read(device, &mut faults).is_none(),
        "graphics" => graphics::read(device, &mut faults).is_none(),
        "hostdev" => others::pci(device, &mut faults).is_none(),
        name => MISSED.contains(&name),
    }
}

/// An element of a domain or of its devices.
pub(super) fn phrase(device: Element<'_, '_>) -> String {
    let kind = device.value("type").map(|kind| format!(" type='{}'", shown(&kind))).unwrap_or_default();
    let target = device.child("target").and_then(|target| target.value("dev"));
    let target = target.map(|target| format!(" ({})", shown(&target))).unwrap_or_default();
    format!("its <{}{kind}>{target}", shown(device.name()))
}

#[cfg(test)]
mod tests {
    use crate::wire::xml::domain::strangers;

    #[test]
    fn devices_a_definition_has_no_place_for_are_told_and_what_a_guest_has_anyway_is_not() {
        let xml = "<domain type='xen'><name>x</name><devices>
            <disk type='network'><source protocol='rbd' name='a'/><target dev='vdb'/></disk>
            <disk type='file'><source file='/a'/><target dev='vda'/></disk>
            <interface type='direct'/><interface type='bridge'/>
            <interface type='bridge'><source bridge='b'/><vlan><tag id='42'/></vlan></interface>
            <graphics type='vnc'/><graphics type='spice'/>
            <hostdev mode='subsystem' type='usb'/><controller type='usb'/><video/><memballoon/><tpm/>
            </devices></domain>";
        let told = [
            "its <disk type='network'> (vdb)",
            "its <interface type='direct'>",
            "the <vlan> of its <interface type='bridge'>",
            "its <graphics type='spice'>",
            "its <hostdev type='usb'>",
            "its <tpm>",
        ];
        assert_eq!(strangers(xml), told);
        assert!(strangers("<domain").is_empty() && strangers("").is_empty());
    }

    #[test]
    fn what_keeps_data_network_boot_and_clock_what_they_are_is_not_left_out() {
        let xml = "<domain type='xen'><name>x</name><os firmware='efi'><type>hvm</type>
            <loader readonly='yes' type='pflash'>/OVMF.fd</loader></os>
            <clock offset='timezone' timezone='Europe/Vienna'/><devices>
            <disk type='file'><source file='/a'/><target dev='vda'/><transient/><encryption/></disk>
            <disk type='file'><source file='/b'><encryption/><slices/></source><target dev='vdb'/></disk>
            <interface type='bridge'><filterref filter='f'/><link state='down'/><port isolated='yes'/></interface>
            <interface type='bridge'><link state='up'/></interface>
            </devices></domain>";
        let told = [
            "the firmware='efi' of its <os>",
            "the type='pflash' of the <loader> of its <os>",
            "the offset='timezone' of its <clock>",
            "the <transient> of its <disk type='file'> (vda)",
            "the <encryption> of its <disk type='file'> (vda)",
            "the <encryption> of its <disk type='file'> (vdb)",
            "the <slices> of its <disk type='file'> (vdb)",
            "the <filterref> of its <interface type='bridge'>",
            "the <link state='down'> of its <interface type='bridge'>",
            "the <port isolated='yes'> of its <interface type='bridge'>",
        ];
        assert_eq!(strangers(xml), told);
        let well = "<domain type='xen'><os firmware='bios'><loader type='rom'>/l</loader></os><clock offset='localtime' adjustment='60'/></domain>";
        assert_eq!(strangers(well), [""; 0]);
    }
}
