//! One string of `vif`: `mac=…,bridge=…`, the same for xm and xl but for a few words (xl-network-configuration(5)).

use super::{
    Dialect,
    parts::{joined, parts, said},
};
use crate::model::definition::{Interface, Link};

/// Reads one string; what of it has no place in an interface is told.
pub fn read(text: &str) -> (Interface, Vec<String>) {
    let (mut interface, mut lost) = (Interface::default(), Vec::new());
    let (mut bridge, mut device) = (None, None);
    for (key, value) in parts(text) {
        match key {
            "mac" => interface.mac = said(value),
            "bridge" => bridge = said(value),
            "dev" => device = said(value),
            "script" => interface.script = said(value),
            "ip" => interface.ips = value.split_whitespace().map(str::to_owned).collect(),
            "model" => interface.model = said(value),
            "vifname" => interface.target = said(value),
            "backend" => interface.backend = said(value),
            "rate" => interface.rate = said(value),
            "type" if matches!(value, "netfront" | "vif") => {
                interface.model.get_or_insert_with(|| "netfront".into());
            }
            "type" if value == "ioemu" => {}
            "" => lost.push(format!("`{value}`")),
            _ => lost.push(format!("`{key}={value}`")),
        }
    }
    let bridges =
        bridge.is_some() || interface.script.as_ref().is_none_or(|script| script.contains("bridge"));
    interface.link = if bridges && device.is_none() { Link::Bridge(bridge) } else { Link::Ethernet(device) };
    (interface, lost)
}

/// Writes one string of a guest that is emulated or is not, and what the interface says that it cannot.
///
/// # Errors
/// A clause: why there can be no such interface.
pub fn write(
    interface: &Interface,
    dialect: Dialect,
    emulated: bool,
) -> Result<(String, Vec<String>), String> {
    let (text, lost) = spelled(interface, dialect, emulated)?;
    let again = spelled(&read(&text).0, dialect, emulated);
    // What one says with a comma or at blanks, the notation takes for something else.
    let same = again.is_ok_and(|(again, _)| again == text);
    if same { Ok((text, lost)) } else { Err("there is no way to write what it says".into()) }
}

fn spelled(interface: &Interface, dialect: Dialect, emulated: bool) -> Result<(String, Vec<String>), String> {
    let mut lost = Vec::new();
    let bridge = match &interface.link {
        Link::Bridge(bridge) => bridge.clone(),
        Link::Ethernet(device) => {
            lost.extend(device.as_ref().map(|device| format!("the device `{device}` of an interface")));
            let own = interface.script.as_ref().is_some_and(|script| !script.contains("bridge"));
            let bridged =
                "its being on no bridge: an interface without a script of its own is on the default one";
            lost.extend((!own).then(|| bridged.to_owned()));
            None
        }
        Link::Network(name) => {
            return Err(format!("there are no networks here: name the bridge of `{name}`"));
        }
    };
    let netfront = interface.model.as_deref() == Some("netfront");
    let kind = match (netfront, emulated) {
        (true, _) if dialect.is_xl() => Some("vif"),
        (true, _) => Some("netfront"),
        (false, true) if dialect.format() < 4 => Some("ioemu"),
        _ => None,
    };
    let ips = (!interface.ips.is_empty()).then(|| interface.ips.join(" "));
    let written = [
        ("mac", interface.mac.clone()),
        ("bridge", bridge),
        ("ip", ips),
        ("script", interface.script.clone()),
        ("model", interface.model.clone().filter(|_| !netfront)),
        ("type", kind.map(str::to_owned)),
        ("vifname", interface.target.clone()),
        ("rate", interface.rate.clone()),
        ("backend", interface.backend.clone()),
    ];
    Ok((joined(written), lost))
}
