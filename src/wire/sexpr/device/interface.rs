//! Network interfaces: `(vif (mac 00:16:3e:01:02:03) (bridge xenbr0) (script vif-bridge))`.

use super::{Aside, Guest, KEPT, Node, Writer, left_over};
use crate::model::definition::{Interface, Link};

pub(in crate::wire::sexpr) const KNOWN: &[&str] =
    &["mac", "bridge", "dev", "script", "ip", "vifname", "rate", "type", "model", "backend"];

const BRIDGED: &str =
    "its being on no bridge: an interface without a script of its own is on the default one";

/// Reads an interface. It is bridged where it names a bridge or its script does, and where it says nothing at all:
/// xend's own default is its network script's bridge.
pub(super) fn read(vif: Node<'_>, guest: Guest, lost: &mut Vec<String>) -> Interface {
    let value = |key| vif.value(key).map(str::to_owned);
    let (bridge, script) = (value("bridge"), value("script"));
    let bridged = bridge.is_some() || script.as_deref().is_none_or(|script| script.contains("bridge"));
    let device = value("dev").filter(|_| !bridged);
    left_over(vif, KNOWN, &[&KEPT[..], &[("handle", Aside::Always)]].concat(), lost);
    Interface {
        link: if bridged && vif.value("dev").is_none() {
            Link::Bridge(bridge)
        } else {
            link(bridge, device, vif)
        },
        mac: value("mac"),
        script,
        ips: vif.children("ip").filter_map(Node::own_value).map(Into::into).collect(),
        // An HVM guest has an emulated card besides, unless it is netfront's alone.
        model: value("model").or_else(|| value("type").filter(|kind| kind == "netfront" && guest.is_hvm)),
        target: value("vifname"),
        backend: value("backend").filter(|backend| backend != "0"),
        rate: value("rate"),
    }
}

/// Of one that names a device of the host's.
fn link(bridge: Option<String>, device: Option<String>, vif: Node<'_>) -> Link {
    match bridge {
        Some(bridge) => Link::Bridge(Some(bridge)),
        None => Link::Ethernet(device.or_else(|| vif.value("dev").map(Into::into))),
    }
}

/// Whether it can be written.
///
/// # Errors
/// A clause: xend knows bridges only.
pub(super) fn check(interface: &Interface) -> Result<(), String> {
    match &interface.link {
        Link::Network(name) => Err(format!("xend knows no network {name}: name its bridge")),
        Link::Bridge(_) | Link::Ethernet(_) => Ok(()),
    }
}

/// Writes what stands in `(vif …)`.
pub(super) fn write(interface: &Interface, guest: Guest, vif: &mut Writer, lost: &mut Vec<String>) {
    // Where no script of its own does otherwise, xend's puts it on a bridge: vif-bridge.
    let own = interface.script.as_ref().is_some_and(|script| !script.contains("bridge"));
    if matches!(interface.link, Link::Ethernet(_)) && !own {
        lost.push(BRIDGED.into());
    }
    vif.optional("mac", interface.mac.as_deref());
    match &interface.link {
        Link::Bridge(bridge) => vif.optional("bridge", bridge.as_deref()),
        Link::Ethernet(device) => vif.optional("dev", device.as_deref()),
        Link::Network(_) => vif,
    };
    vif.optional("script", interface.script.as_deref());
    interface.ips.iter().for_each(|ip| {
        vif.text("ip", ip);
    });
    vif.optional("vifname", interface.target.as_deref());
    vif.optional("rate", interface.rate.as_deref());
    vif.optional("backend", interface.backend.as_deref());
    match interface.model.as_deref() {
        Some("netfront") => {
            vif.word("type", "netfront");
        }
        model => {
            vif.optional("model", model);
            if guest.is_hvm {
                vif.word("type", "ioemu");
            }
        }
    }
}
