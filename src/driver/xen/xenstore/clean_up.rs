//! What a domain leaves in xenstore that was destroyed without its toolstack.
//!
//! ```text
//!  /local/domain/N                    its own directory
//!  /libxl/N                           its toolstack's notes
//!  /local/domain/0/device-model/N     its device model's
//!  /local/domain/B/backend/KIND/N     its devices' other ends: drivers let go of what they served once it is gone
//!  /vm/UUID                           its VM's, unless another run of it has begun meanwhile
//! ```
//!
//! xenstored itself is not told: it hears from Xen that a domain has ended (`VIRQ_DOM_EXC`) and lets go of its ring
//! by itself, and a release by number could hit whoever got the id next.

use super::{client::Client, devices, guest::Guest};
use crate::{driver::Answer, wire::xenstore::Request};

/// Removes what is left of a domain; what belongs to another that got its id stays.
pub(super) fn clean_up(guest: Guest, client: &mut Client) -> Answer<()> {
    let doing = format!("remove what domain {} left in xenstore", guest.id);
    client.transaction(&doing, |client| {
        let vm = client.read_all(&[guest.path("vm")])?.remove(0);
        let mut left = Vec::new();
        if vm.as_deref().is_none_or(|vm| guest.owns(vm)) {
            left = backends(guest, client)?;
            let roots = ["/libxl", "/local/domain/0/device-model", "/local/domain"];
            left.extend(roots.map(|root| format!("{root}/{}", guest.id)));
        }
        left.extend(vms(guest, vm, client)?);
        let requests: Vec<Request<'_>> = left.iter().map(|path| Request::Remove(path)).collect();
        client.write_all(&doing, &requests)
    })
}

/// The directories of its backends: those of listed devices, and whatever the control domain serves it with.
fn backends(guest: Guest, client: &mut Client) -> Answer<Vec<String>> {
    let mut found = devices::backends(guest.id, client)?;
    let kinds = client.list_all(&["/local/domain/0/backend"])?.remove(0);
    let places: Vec<String> =
        kinds.iter().map(|kind| format!("/local/domain/0/backend/{kind}/{}", guest.id)).collect();
    let ids = client.list_all(&places)?;
    found.extend(places.into_iter().zip(ids).filter(|(_, ids)| !ids.is_empty()).map(|(place, _)| place));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Its VM's directories, where no other domain is a run of the same VM.
fn vms(guest: Guest, vm: Option<String>, client: &mut Client) -> Answer<Vec<String>> {
    if guest.uuid.is_nil() {
        return Ok(Vec::new());
    }
    let mut own = vec![format!("/vm/{}", guest.uuid)];
    own.extend(vm.filter(|vm| guest.owns(vm) && *vm != own[0]));
    let ids = client.list_all(&["/local/domain"])?.remove(0);
    let others = ids.iter().filter(|id| **id != guest.id.to_string());
    let paths: Vec<String> = others.map(|id| format!("/local/domain/{id}/vm")).collect();
    let taken = client.read_all(&paths)?;
    own.retain(|vm| taken.iter().flatten().all(|taken| taken != vm));
    Ok(own)
}
