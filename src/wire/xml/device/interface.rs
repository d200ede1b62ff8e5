//! `<interface>`.

use super::said;
use crate::{
    model::definition::{Interface, Link, rate},
    wire::xml::{
        document::Element,
        fault::{Faults, Words},
        values,
        writer::{Plain, Writer},
    },
};

#[derive(Clone, Copy)]
enum Kind {
    Bridge,
    Ethernet,
    Network,
}

const KIND: Words<Kind> = Words {
    of: |word| match word {
        "bridge" => Some(Kind::Bridge),
        "ethernet" => Some(Kind::Ethernet),
        "network" => Some(Kind::Network),
        _ => None,
    },
    ours: &["bridge", "ethernet", "network"],
    also: &[
        "user",
        "direct",
        "hostdev",
        "vhostuser",
        "server",
        "client",
        "mcast",
        "udp",
        "internal",
        "vdpa",
        "vds",
        "null",
    ],
};

/// Reads one; none where it is connected to what only libvirt knows, or wrong.
pub(in crate::wire::xml) fn read(element: Element<'_, '_>, faults: &mut Faults) -> Option<Interface> {
    // Without a type it is libvirt's user network, which is left alone.
    let kind = faults.kind(element, ("type", "user"), &KIND)?;
    let mac = element.child("mac").and_then(|mac| faults.value(mac, "address", values::mac));
    Some(Interface {
        link: link(element, kind, faults)?,
        mac,
        script: said(element, "script", "path"),
        ips: element.named("ip").filter_map(|ip| ip.value("address")).map(String::from).collect(),
        model: said(element, "model", "type"),
        target: said(element, "target", "dev"),
        backend: said(element, "backenddomain", "name"),
        rate: bound(element, faults).map(rate::written),
    })
}

fn link(element: Element<'_, '_>, kind: Kind, faults: &mut Faults) -> Option<Link> {
    match kind {
        Kind::Bridge => Some(Link::Bridge(said(element, "source", "bridge"))),
        Kind::Ethernet => Some(Link::Ethernet(said(element, "source", "dev"))),
        Kind::Network => {
            let network = said(element, "source", "network");
            if network.is_none() {
                faults.fatal(element, "it has no <source network='…'/>: the network it is connected to");
            }
            network.map(Link::Network)
        }
    }
}

/// What it may send at most, in KiB a second.
fn bound(element: Element<'_, '_>, faults: &mut Faults) -> Option<u64> {
    let outbound = element.child("bandwidth")?.child("outbound")?;
    faults.value(outbound, "average", values::number)
}

/// Writes one.
pub(in crate::wire::xml) fn write(interface: &Interface, out: &mut Writer) {
    let (kind, attribute, source) = match &interface.link {
        Link::Bridge(bridge) => ("bridge", "bridge", bridge.as_ref()),
        Link::Ethernet(device) => ("ethernet", "dev", device.as_ref()),
        Link::Network(network) => ("network", "network", Some(network)),
    };
    out.begin("interface").attribute("type", kind);
    let mut part = |name, attribute, value: Option<&String>| {
        if let Some(value) = value {
            out.begin(name).attribute(attribute, value).end();
        }
    };
    part("mac", "address", interface.mac.as_ref());
    part("source", attribute, source);
    part("backenddomain", "name", interface.backend.as_ref());
    interface.ips.iter().for_each(|ip| part("ip", "address", Some(ip)));
    part("script", "path", interface.script.as_ref());
    part("target", "dev", interface.target.as_ref());
    part("model", "type", interface.model.as_ref());
    if let Some(bound) = interface.rate.as_deref().and_then(rate::kib_per_second) {
        out.begin("bandwidth").begin("outbound").attribute("average", Plain(bound)).end();
        out.end();
    }
    out.end();
}
