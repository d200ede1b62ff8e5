//! The devices of a domain, as a screen lists them.

use super::Node;
use crate::model::{Device, DeviceKind, Name, Reading};

/// The devices of a domain, in the order of its expression, which is xend's own and not that of the guest. How far
/// their two ends have come xend does not tell here.
pub fn list(domain: Node<'_>) -> Vec<Device> {
    let id = domain.value("domid");
    let devices = domain.children("device").flat_map(Node::arguments);
    let mut interfaces = 0_u32;
    devices
        .filter(|device| device.head().is_some())
        .map(|device| {
            let vif = device.head() == Some("vif");
            interfaces += u32::from(vif);
            let made = id.filter(|_| vif).map(|id| format!("vif{id}.{}", interfaces - 1));
            row(device, made.as_deref())
        })
        .collect()
}

/// A row; `vif` is what an interface is called where it says no name.
fn row(device: Node<'_>, vif: Option<&str>) -> Device {
    let class = device.head().unwrap_or_default();
    let value = |key| device.value(key).unwrap_or_default();
    let first = |keys: [&'static str; 2]| device.value(keys[0]).unwrap_or_else(|| value(keys[1]));
    let (kind, name, backend, note) = match class {
        "vbd" | "tap" | "tap2" => (DeviceKind::Disk, value("dev"), value("uname"), value("mode")),
        "vif" => (DeviceKind::Net, value("vifname"), first(["bridge", "script"]), value("mac")),
        "console" => (DeviceKind::Console, "", value("protocol"), ""),
        "vfb" => (DeviceKind::Display, "", first(["location", "type"]), value("vnclisten")),
        "vkbd" => (DeviceKind::Display, "", "", ""),
        _ => (DeviceKind::Other, "", "", ""),
    };
    let name = match (name, vif) {
        ("", Some(vif)) => vif,
        ("", None) => class,
        (name, _) => name,
    };
    Device {
        kind,
        name: Name::new(name),
        backend: Name::new(backend),
        state: Name::default(),
        note: Name::new(note),
        net: Reading::Unsupported,
        disk: Reading::Unsupported,
    }
}
