//! The devices of one domain, as libxl or the guest's own directory lists them.
//!
//! ```text
//!  /libxl/N/device/KIND/ID/{frontend,backend}      libxl's own list, which guests cannot write (Xen 4.7 and later)
//!  /local/domain/N/device/KIND/ID/{backend,state}  the guest's directory: other toolstacks, and every front end
//!  /local/domain/B/backend/KIND/N/ID/…             what the backend was told and how it is
//! ```
//!
//! A guest may write anything into its directory: a backend is believed only where its path names this very domain
//! and device.

use super::{
    client::Client,
    counters::{Counters, DeviceId},
    link::Link,
};
use crate::{
    driver::Answer,
    model::{Device, DeviceKind, Name, Reading},
};

/// A guest may fill its directory; nobody looks at more kinds of devices, and at more devices, than these.
const MAX_KINDS: usize = 32;
const MAX_DEVICES: usize = 256;
/// What is read of every front end.
const FRONT: [&str; 2] = ["state", "tty"];
/// What is read of every backend.
const BACK: [&str; 11] = [
    "state",
    "mac",
    "bridge",
    "script",
    "vifname",
    "params",
    "dev",
    "mode",
    "type",
    "device-type",
    "vnclisten",
];

/// A device found in a list.
struct Found {
    kind: String,
    id: String,
    /// Its directory of the guest's side.
    frontend: String,
    /// Its directory of the backend's side, where one is told and may be believed.
    backend: Option<String>,
}

/// What the two ends say, in the order of [`FRONT`] and [`BACK`].
#[derive(Default)]
struct Told {
    front: Vec<Option<String>>,
    back: Vec<Option<String>>,
}

/// The devices of domain `id` with their counters.
pub(super) fn read(id: u32, link: &mut Link, counters: &mut Counters) -> Answer<Vec<Device>> {
    let (found, told) = link.run(|client| {
        let found = list(id, client)?;
        let told = ask(&found, client)?;
        Ok((found, told))
    })?;
    counters.refresh(link);
    let mut devices: Vec<Device> =
        found.iter().zip(&told).map(|(found, told)| found.device(id, told)).collect();
    for (device, found) in devices.iter_mut().zip(&found) {
        found.count(id, device, counters);
    }
    devices.sort_by_key(|device| device.kind);
    Ok(devices)
}

/// What libxl lists, else what stands in the guest's directory.
fn list(id: u32, client: &mut Client) -> Answer<Vec<Found>> {
    let (trusted, own) = (format!("/libxl/{id}/device"), format!("/local/domain/{id}/device"));
    for root in [trusted, own] {
        let mut kinds = client.list_all(&[&root])?.remove(0);
        kinds.truncate(MAX_KINDS);
        let roots: Vec<String> = kinds.iter().map(|kind| format!("{root}/{kind}")).collect();
        let ids = client.list_all(&roots)?;
        let pairs =
            kinds.iter().zip(ids).flat_map(|(kind, ids)| ids.into_iter().map(move |id| (kind.clone(), id)));
        let pairs: Vec<(String, String)> = pairs.take(MAX_DEVICES).collect();
        if !pairs.is_empty() {
            return find_ends(id, &root, pairs, client);
        }
    }
    Ok(Vec::new())
}

/// Reads where the two ends of each device are.
fn find_ends(
    domain: u32,
    root: &str,
    pairs: Vec<(String, String)>,
    client: &mut Client,
) -> Answer<Vec<Found>> {
    let paths = pairs
        .iter()
        .flat_map(|(kind, id)| ["frontend", "backend"].map(|end| format!("{root}/{kind}/{id}/{end}")));
    let ends = client.read_all(&paths.collect::<Vec<_>>())?;
    let found = pairs.into_iter().zip(ends.chunks(2)).map(|((kind, id), ends)| {
        let usual = format!("/local/domain/{domain}/device/{kind}/{id}");
        let trusted = format!("/local/domain/{domain}/");
        let frontend = ends[0].clone().filter(|path| path.starts_with(&trusted)).unwrap_or(usual);
        let backend = ends[1].clone().filter(|path| is_backend_of(path, domain, &id));
        Found { kind, id, frontend, backend }
    });
    Ok(found.collect())
}

/// The directories that hold all backends of one kind of this domain, of the devices that are listed:
/// `/local/domain/B/backend/KIND/N`.
pub(super) fn backends(domain: u32, client: &mut Client) -> Answer<Vec<String>> {
    let paths = list(domain, client)?.into_iter().filter_map(|found| found.backend);
    Ok(paths.filter_map(|path| path.rsplit_once('/').map(|(all, _)| all.to_owned())).collect())
}

/// Whether a path is `/local/domain/B/backend/KIND/N/ID` with this domain and device.
fn is_backend_of(path: &str, domain: u32, id: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let domain = domain.to_string();
    matches!(parts[..], ["", "local", "domain", host, "backend", _, guest, device]
        if host.parse::<u16>().is_ok() && guest == domain && device == id)
        && !path.contains('\0')
}

/// Asks both ends of each device; a backend that is not believed is not asked.
fn ask(found: &[Found], client: &mut Client) -> Answer<Vec<Told>> {
    let keys =
        |place: &str, keys: &[&str]| keys.iter().map(|key| format!("{place}/{key}")).collect::<Vec<_>>();
    let fronts: Vec<String> = found.iter().flat_map(|found| keys(&found.frontend, &FRONT)).collect();
    let backends = found.iter().filter_map(|found| found.backend.as_deref());
    let backs: Vec<String> = backends.flat_map(|backend| keys(backend, &BACK)).collect();
    let (fronts, backs) = (client.read_all(&fronts)?, client.read_all(&backs)?);
    let mut backs = backs.chunks(BACK.len());
    let told = found.iter().zip(fronts.chunks(FRONT.len())).map(|(found, front)| Told {
        front: front.to_vec(),
        back: found.backend.as_ref().and_then(|_| backs.next()).unwrap_or_default().to_vec(),
    });
    Ok(told.collect())
}

impl Told {
    fn front(&self, key: &str) -> Option<&str> {
        pick(&FRONT, &self.front, key)
    }

    fn back(&self, key: &str) -> Option<&str> {
        pick(&BACK, &self.back, key)
    }
}

/// The value of a key that is not empty.
fn pick<'a>(keys: &[&str], values: &'a [Option<String>], key: &str) -> Option<&'a str> {
    let place = keys.iter().position(|known| *known == key)?;
    values.get(place)?.as_deref().filter(|text| !text.is_empty())
}

impl Found {
    fn device(&self, domain: u32, told: &Told) -> Device {
        let (name, backend, note) = match self.kind() {
            DeviceKind::Net => (
                told.back("vifname").map_or_else(|| format!("vif{domain}.{}", self.id), Into::into),
                told.back("bridge"),
                join(&[told.back("mac"), told.back("script")]),
            ),
            DeviceKind::Disk => (
                told.back("dev").map_or_else(|| disk_name(&self.id), Into::into),
                told.back("params"),
                join(&[told.back("mode"), told.back("device-type"), told.back("type")]),
            ),
            _ => (
                format!("{}{}", self.kind, self.id),
                told.front("tty").or(told.back("vnclisten")),
                join(&[told.back("type")]),
            ),
        };
        Device {
            kind: self.kind(),
            name: Name::new(&name),
            backend: Name::new(&self.behind(backend.unwrap_or_default())),
            state: Name::new(&states(told.front("state"), told.back("state"))),
            note: Name::new(&note),
            net: Reading::Unsupported,
            disk: Reading::Unsupported,
        }
    }

    /// Fills in the counters, where this host is the backend.
    fn count(&self, domain: u32, device: &mut Device, counters: &mut Counters) {
        let Ok(number) = self.id.parse() else { return };
        let id = DeviceId { domain, device: number };
        match device.kind {
            DeviceKind::Net => device.net = counters.net(id),
            DeviceKind::Disk => device.disk = counters.disk(id),
            _ => {}
        }
    }

    fn kind(&self) -> DeviceKind {
        match self.kind.as_str() {
            "vif" => DeviceKind::Net,
            "vbd" | "qdisk" | "tap" | "vbd3" | "disk" => DeviceKind::Disk,
            "console" | "vuart" => DeviceKind::Console,
            "vfb" | "vkbd" | "vdispl" => DeviceKind::Display,
            _ => DeviceKind::Other,
        }
    }

    /// What is behind it, with the domain that serves it where that is not the control domain.
    fn behind(&self, what: &str) -> String {
        let host = self.backend.as_deref().and_then(|path| path.split('/').nth(3)).unwrap_or("0");
        match (host, what.is_empty()) {
            ("0", _) => what.into(),
            (host, true) => format!("domain {host}"),
            (host, false) => format!("{what} in domain {host}"),
        }
    }
}

fn join(parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().collect::<Vec<_>>().join(" ")
}

/// How far both ends got, in one word where they agree.
fn states(front: Option<&str>, back: Option<&str>) -> String {
    match (front.map(state), back.map(state)) {
        (Some(front), Some(back)) if front != back => format!("{front}, backend {back}"),
        (Some(one), _) | (None, Some(one)) => one.into(),
        (None, None) => String::new(),
    }
}

/// `enum xenbus_state` (public/io/xenbus.h).
fn state(number: &str) -> &'static str {
    match number.trim() {
        "1" => "initialising",
        "2" => "waiting",
        "3" => "initialised",
        "4" => "connected",
        "5" => "closing",
        "6" => "closed",
        "7" => "reconfiguring",
        "8" => "reconfigured",
        _ => "unknown",
    }
}

/// The name of a virtual disk by its number (docs/man/xen-vbd-interface.7): `51712` is xvda, `768` hda, `2048` sda.
fn disk_name(id: &str) -> String {
    let Ok(number) = id.parse::<u32>() else { return id.into() };
    let (prefix, disk, partition) = match number {
        n if n >> 28 == 1 => ("xvd", (n >> 8) & 0xf_ffff, n & 0xff),
        n if n >> 8 == 202 => ("xvd", (n >> 4) & 15, n & 15),
        n if n >> 8 == 8 => ("sd", (n >> 4) & 15, n & 15),
        n if n >> 8 == 3 => ("hd", (n >> 6) & 3, n & 63),
        n if n >> 8 == 22 => ("hd", 2 + ((n >> 6) & 3), n & 63),
        _ => return id.into(),
    };
    let letters = letters(disk);
    if partition == 0 { format!("{prefix}{letters}") } else { format!("{prefix}{letters}{partition}") }
}

/// 0 is `a`, 25 `z`, 26 `aa`.
fn letters(disk: u32) -> String {
    let last = char::from(b'a' + u8::try_from(disk % 26).expect("below 26"));
    if disk < 26 { last.into() } else { format!("{}{last}", letters(disk / 26 - 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_called_as_in_their_configuration() {
        let names = ["51712", "51713", "51728", "768", "832", "2048", "5632", "268441856", "odd", "99999"];
        assert_eq!(
            names.map(disk_name),
            ["xvda", "xvda1", "xvdb", "hda", "hdb", "sda", "hdc", "xvdz", "odd", "99999"]
        );
    }

    #[test]
    fn a_backend_is_believed_where_it_names_the_device() {
        assert!(is_backend_of("/local/domain/0/backend/vif/7/0", 7, "0"));
        for path in [
            "/local/domain/0/backend/vif/8/0",
            "/local/domain/0/backend/vif/7/1",
            "/local/domain/x/backend/vif/7/0",
            "/local/domain/0/backend/vif/7/0/..",
            "/vm/secret/7/0",
            "/local/domain/0/backend/vi\0f/7/0",
        ] {
            assert!(!is_backend_of(path, 7, "0"), "{path}");
        }
    }
}
