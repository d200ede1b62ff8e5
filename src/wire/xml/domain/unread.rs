//! What a domain's XML says and a definition has no place for: who makes a domain of the definition tells it.
//!
//! Passed over is what only whoever wrote the XML knows things by, such as aliases and addresses on a bus, devices every
//! guest has anyway, and what libvirt adds to every domain.

use super::{super::document::Element, super::shown, strangers::phrase};

/// What of an element is read, or is nothing a guest would miss: names with blanks between them.
struct Kind {
    /// The element it is in; nothing for the root.
    parent: &'static str,
    /// Its own name.
    name: &'static str,
    /// The elements in it.
    children: &'static str,
    /// Its attributes; none where they are not told.
    attributes: Option<&'static str>,
}

const fn kind(
    (parent, name): (&'static str, &'static str),
    children: &'static str,
    attributes: Option<&'static str>,
) -> Kind {
    Kind { parent, name, children, attributes }
}

const CHARACTER: &str = "source target protocol alias address";

const KINDS: [Kind; 21] = [
    kind(
        ("", "domain"),
        "name uuid title description memory currentMemory vcpu cputune os bootloader bootloader_args \
         features clock on_poweroff on_reboot on_crash devices resource",
        None,
    ),
    kind(("domain", "cputune"), "shares vcpupin", None),
    kind(("domain", "os"), "type loader kernel initrd cmdline root boot", None),
    kind(("os", "loader"), "", Some("")),
    kind(("domain", "features"), "acpi apic pae hap viridian", None),
    kind(("domain", "clock"), "timer", None),
    // Those that are refused are told by then.
    kind(
        ("domain", "devices"),
        "emulator disk interface graphics serial parallel console input sound hostdev controller video \
         memballoon audio filesystem tpm redirdev smartcard shmem lease memory vsock nvram",
        None,
    ),
    kind(
        ("devices", "disk"),
        "driver source target readonly shareable transient encryption backenddomain alias address \
         backingStore",
        Some("type device snapshot"),
    ),
    kind(("disk", "driver"), "", Some("name type")),
    kind(("disk", "source"), "encryption slices", Some("file dev index")),
    kind(("disk", "target"), "", Some("dev bus")),
    kind(
        ("devices", "interface"),
        "mac source script ip target model backenddomain bandwidth link vlan filterref port alias address",
        Some("type managed"),
    ),
    kind(("interface", "source"), "", Some("bridge dev network portid")),
    kind(("interface", "bandwidth"), "outbound", None),
    kind(("bandwidth", "outbound"), "", Some("average")),
    kind(
        ("devices", "graphics"),
        "listen alias",
        Some("type port autoport listen passwd keymap display xauth"),
    ),
    kind(("devices", "serial"), CHARACTER, None),
    kind(("devices", "parallel"), CHARACTER, None),
    kind(("devices", "console"), CHARACTER, None),
    kind(("devices", "input"), "alias address", Some("type bus")),
    kind(("devices", "hostdev"), "source driver alias address", Some("mode type managed")),
];

/// Of a domain, a phrase each.
pub(super) fn of(root: Element<'_, '_>) -> Vec<String> {
    let mut told = Vec::new();
    look(root, "", &mut told);
    told
}

/// Of a device alone.
pub(super) fn of_device(device: Element<'_, '_>) -> Vec<String> {
    let mut told = Vec::new();
    look(device, "devices", &mut told);
    told
}

fn look(element: Element<'_, '_>, parent: &str, told: &mut Vec<String>) {
    let name = element.name();
    let Some(kind) = KINDS.iter().find(|kind| kind.parent == parent && kind.name == name) else { return };
    let mut tell = |what: String| {
        if !told.contains(&what) {
            told.push(what);
        }
    };
    for attribute in element.attributes() {
        let told = kind.attributes.is_some_and(|known| !is_among(attribute.name, known));
        if told && !is_usual(element, attribute.name) {
            tell(format!("`{}` of {}", shown(attribute.name), said(element)));
        }
    }
    for child in element.children() {
        if is_read(child, kind) {
            look(child, name, told);
        } else if !told.contains(&said(child)) {
            told.push(said(child));
        }
    }
}

fn is_among(name: &str, names: &str) -> bool {
    names.split_ascii_whitespace().any(|own| own == name)
}

/// Whether an attribute says what an element is without it.
fn is_usual(element: Element<'_, '_>, attribute: &str) -> bool {
    let usual = match (element.name(), attribute) {
        ("loader", "type") => "rom",
        ("loader", "readonly") => "yes",
        _ => return false,
    };
    element.value(attribute).is_some_and(|value| value == usual)
}

fn is_read(child: Element<'_, '_>, of: &Kind) -> bool {
    let is = |name: &str, word: &str| child.value(name).is_some_and(|value| value == word);
    match child.name() {
        "timer" => is("name", "hpet"),
        "seclabel" => of.name == "domain" && is("type", "none"),
        // On another kind of socket a display would be on none.
        "listen" => child.attribute("type").is_none() || is("type", "address"),
        name => is_among(name, of.children),
    }
}

/// An element by the one it is in.
fn said(element: Element<'_, '_>) -> String {
    let Some(parent) = element.parent().filter(|parent| parent.name() != "domain") else {
        return phrase(element);
    };
    if parent.name() == "devices" {
        return phrase(element);
    }
    let named = element.value("name").filter(|_| element.name() == "timer");
    let named = named.map(|name| format!(" name='{}'", shown(&name))).unwrap_or_default();
    format!("the <{}{named}> of {}", shown(element.name()), said(parent))
}

#[cfg(test)]
mod tests {
    use crate::wire::xml::domain::{unread, unread_of_device};

    #[test]
    fn what_a_definition_has_no_place_for_is_told_a_clause_each() {
        let xml = "<domain type='xen' id='1'><name>x</name><memory>1</memory><metadata><a/></metadata>
            <memoryBacking><locked/></memoryBacking><cpu mode='host-passthrough'/><seclabel type='none'/><seclabel type='static'/>
            <resource><partition>/machine</partition></resource>
            <cputune><shares>1</shares><quota>5</quota></cputune>
            <os><type>hvm</type><loader type='rom' readonly='yes' secure='no'>/l</loader><bootmenu enable='yes'/></os>
            <features><acpi/><hyperv/></features><on_lockfailure>pause</on_lockfailure>
            <clock offset='utc'><timer name='hpet' present='no'/><timer name='rtc'/><timer name='rtc'/></clock>
            <devices><controller type='usb'/><memballoon/><rng model='virtio'/>
            <disk type='file'><driver name='qemu' type='raw' cache='none' discard='unmap'/>
            <source file='/a' startupPolicy='optional'/><target dev='xvda' bus='xen'/><alias name='d0'/>
            <address type='pci'/><serial>x</serial><iotune/></disk>
            <interface type='bridge'><source bridge='b'/><mtu size='9000'/><link state='up'/>
            <bandwidth><inbound average='1'/><outbound average='1' peak='2'/></bandwidth></interface>
            <graphics type='vnc' port='-1' socket='/s'><listen type='socket'/></graphics>
            </devices></domain>";
        let told = [
            "its <metadata>",
            "its <memoryBacking>",
            "its <cpu>",
            "its <seclabel type='static'>",
            "the <quota> of its <cputune>",
            "`secure` of the <loader> of its <os>",
            "the <bootmenu> of its <os>",
            "the <hyperv> of its <features>",
            "its <on_lockfailure>",
            "the <timer name='rtc'> of its <clock>",
            "its <rng>",
            "`cache` of the <driver> of its <disk type='file'> (xvda)",
            "`discard` of the <driver> of its <disk type='file'> (xvda)",
            "`startupPolicy` of the <source> of its <disk type='file'> (xvda)",
            "the <serial> of its <disk type='file'> (xvda)",
            "the <iotune> of its <disk type='file'> (xvda)",
            "the <mtu> of its <interface type='bridge'>",
            "the <inbound> of the <bandwidth> of its <interface type='bridge'>",
            "`peak` of the <outbound> of the <bandwidth> of its <interface type='bridge'>",
            "`socket` of its <graphics type='vnc'>",
            "the <listen> of its <graphics type='vnc'>",
        ];
        assert_eq!(unread(xml), told);
        let disk = "<disk type='file'><source file='/a'/><target dev='xvda'/><iotune/></disk>";
        assert_eq!(unread_of_device(disk), ["the <iotune> of its <disk type='file'> (xvda)"]);
        assert!(unread("<domain").is_empty() && unread_of_device("").is_empty());
    }
}
