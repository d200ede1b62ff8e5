//! The changing half: requests to the guest, written where its kernel watches for them.
//!
//! ```text
//!  control/shutdown       poweroff, reboot    the guest takes it away, or empties it, once it obeys
//!  memory/target          KiB                 its balloon driver shrinks or grows it
//!  cpu/K/availability     online, offline     its kernel plugs or unplugs the vCPU
//! ```
//!
//! (docs/misc/xenstore-paths.pandoc) Each is a transaction that begins with a look at the domain, so that what is
//! checked is what is written to. That a guest obeys is not known here: it shows in what it does.

use super::{
    Xenstore, clean_up,
    client::Client,
    guest::{Guest, elsewhere, unwise},
    rename::rename,
};
use crate::{
    driver::{Answer, Control, Error, Lost, Permit},
    model::{DomainKey, KiB, Name, request::Change},
    wire::xenstore::Request,
};

/// What no kernel runs in; a slip of units rather than a wish.
const LEAST: KiB = KiB(4 << 10);
/// The same of the control domain, as libxl has it (`LIBXL_MIN_DOM0_MEM`).
const LEAST_OF_CONTROL: KiB = KiB(128 << 10);

impl Control for Xenstore {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        let mut state = self.state();
        let guest = Guest { id: state.running(key)?, uuid: key.uuid };
        let done = state.link.run(|client| match change {
            Change::Shutdown => ask(guest, "poweroff", client),
            Change::Reboot => ask(guest, "reboot", client),
            Change::SetMemory(amount) => set_memory(guest, *amount, client),
            Change::SetVcpus(count) => set_vcpus(guest, *count, client),
            Change::Rename(name) => rename(guest, name, client),
            other => Err(Error::unsupported(other.op())),
        });
        done.map(|()| Lost::new())
    }

    fn clean_up(&self, _permit: &Permit, key: DomainKey) -> Answer<()> {
        let Some(id) = key.id.filter(|id| id.0 != 0) else { return Ok(()) };
        let guest = Guest { id: id.0, uuid: key.uuid };
        self.state().link.run(|client| clean_up::clean_up(guest, client))
    }
}

/// Appends the shutdown requests that still stand; a guest that obeys removes or empties the key.
pub(super) fn requests(
    keys: &[DomainKey],
    client: &mut Client,
    into: &mut Vec<(DomainKey, Name)>,
) -> Answer<()> {
    let path = |key: &DomainKey| format!("/local/domain/{}/control/shutdown", key.id.map_or(0, |id| id.0));
    let values = client.read_all(&keys.iter().map(path).collect::<Vec<_>>())?;
    let standing = keys.iter().zip(values).filter_map(|(&key, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((key, Name::new(&value)))
    });
    into.extend(standing);
    Ok(())
}

/// Writes what the guest is asked to do; a request that stands there already is replaced.
fn ask(guest: Guest, word: &str, client: &mut Client) -> Answer<()> {
    let doing = format!("ask domain {} for {word}", guest.id);
    if guest.id == 0 {
        return Err(unwise(&doing, "it is the control domain, which this host runs by"));
    }
    client.transaction(&doing, |client| {
        listens(guest, word, &doing, client)?;
        client.write_all(&doing, &[Request::Write(&guest.path("control/shutdown"), word.as_bytes())])
    })
}

/// Whether the guest can be asked at all, as far as xenstore tells.
fn listens(guest: Guest, word: &str, doing: &str, client: &mut Client) -> Answer<()> {
    let home = guest.home(doing, client)?;
    if !home.children.iter().any(|child| child == "control") {
        return Err(elsewhere(doing, "it has no control directory to be asked in"));
    }
    let feature = client.read_all(&[guest.path(&format!("control/feature-{word}"))])?.remove(0);
    match feature.as_deref().map(str::trim) {
        Some("1") => Ok(()),
        Some("0") => Err(elsewhere(doing, format!("the guest says that it does not obey {word}"))),
        // Kernels that say nothing of it obey all the same, if they have drivers for Xen.
        _ if home.emulated != Some(true) || guest.is_connected(client)? => Ok(()),
        _ => Err(elsewhere(doing, "it is an emulated machine whose guest has no drivers for Xen running")
            .hint("its power button can be pressed, or destroy it")),
    }
}

fn set_memory(guest: Guest, amount: KiB, client: &mut Client) -> Answer<()> {
    let doing = format!("set the memory of domain {} to {} KiB", guest.id, amount.0);
    let least = if guest.id == 0 { LEAST_OF_CONTROL } else { LEAST };
    if amount < least {
        return Err(unwise(&doing, format!("it needs {} KiB at least", least.0)));
    }
    client.transaction(&doing, |client| {
        guest.home(&doing, client)?;
        let keys = ["memory/static-max", "memory/videoram"].map(|key| guest.path(key));
        let values = client.read_all(&keys)?;
        let number = |i: usize| values[i].as_deref().and_then(|text| text.trim().parse::<u64>().ok());
        if let Some(most) = number(0).filter(|&most| amount.0 > most) {
            return Err(unwise(&doing, format!("it was started with {most} KiB at most")));
        }
        // The target leaves out what the toolstack gave the emulated display.
        let display = number(1).unwrap_or(0);
        let Some(target) = amount.0.checked_sub(display).filter(|target| *target >= least.0) else {
            return Err(unwise(&doing, format!("its display alone takes {display} KiB")));
        };
        let target = target.to_string();
        client.write_all(&doing, &[Request::Write(&guest.path("memory/target"), target.as_bytes())])
    })
}

fn set_vcpus(guest: Guest, count: u32, client: &mut Client) -> Answer<()> {
    let doing = format!("set domain {} to {count} vCPUs", guest.id);
    if count == 0 {
        return Err(unwise(&doing, "a domain needs one at least"));
    }
    client.transaction(&doing, |client| {
        let home = guest.home(&doing, client)?;
        if home.emulated == Some(true) {
            let why = "its device model plugs vCPUs, which a toolstack tells";
            return Err(elsewhere(&doing, why));
        }
        let there = vcpus(guest, client)?;
        if there.is_empty() {
            return Err(elsewhere(&doing, "xenstore lists no vCPUs of it"));
        }
        if count as usize > there.len() {
            return Err(unwise(&doing, format!("it was started with {} at most", there.len())));
        }
        let word = |place| if place < count { "online" } else { "offline" };
        let writes: Vec<(String, &str)> = (0..)
            .zip(there)
            .map(|(place, vcpu)| (guest.path(&format!("cpu/{vcpu}/availability")), word(place)))
            .collect();
        let requests: Vec<Request<'_>> =
            writes.iter().map(|(path, word)| Request::Write(path, word.as_bytes())).collect();
        client.write_all(&doing, &requests)
    })
}

/// The numbers of the vCPUs a domain was started with, by number.
fn vcpus(guest: Guest, client: &mut Client) -> Answer<Vec<u32>> {
    let names = client.list_all(&[guest.path("cpu")])?.remove(0);
    let mut there: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
    there.sort_unstable();
    Ok(there)
}
