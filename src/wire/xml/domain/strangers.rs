//! Devices, and networks of interfaces, a definition has no place for: a domain started by the definition alone would
//! be without them.

use super::super::{
    device::{disk, graphics, interface, others},
    document::Element,
    fault::Faults,
    shown,
};

/// Kinds of devices no part of which is in a definition, and that a guest would miss. Controllers, video cards,
/// balloons and the like it has anyway.
const MISSED: [&str; 9] =
    ["filesystem", "tpm", "redirdev", "smartcard", "shmem", "lease", "memory", "vsock", "nvram"];

/// Those of a domain, a phrase each.
pub(super) fn of(root: Element<'_, '_>) -> Vec<String> {
    let devices = root.child("devices");
    devices.into_iter().flat_map(Element::children).filter_map(of_device).collect()
}

/// What of one device has no place in a definition: the device, or the tags of its network.
pub(super) fn of_device(device: Element<'_, '_>) -> Option<String> {
    if is_stranger(device) {
        return Some(phrase(device));
    }
    // Without its tags a guest would be in another network.
    let tagged = device.name() == "interface" && device.child("vlan").is_some();
    tagged.then(|| format!("the <vlan> of {}", phrase(device)))
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

fn phrase(device: Element<'_, '_>) -> String {
    let kind = device.value("type").map(|kind| format!(" type='{}'", shown(&kind))).unwrap_or_default();
    let target = device.child("target").and_then(|target| target.value("dev"));
    let target = target.map(|target| format!(" ({})", shown(&target))).unwrap_or_default();
    format!("its <{}{kind}>{target}", device.name())
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
}
