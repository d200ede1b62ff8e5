//! A domain as xenstore knows it, looked at before anything of it is changed.

use uuid::Uuid;

use super::client::Client;
use crate::{
    driver::{Answer, Error},
    model::Kind,
};

/// More front ends than are worth asking whether one is connected.
const MOST: usize = 64;

/// The domain a change is for.
#[derive(Clone, Copy)]
pub(super) struct Guest {
    pub(super) id: u32,
    pub(super) uuid: Uuid,
}

/// What its directory says.
pub(super) struct Home {
    /// Its children.
    pub(super) children: Vec<String>,
    /// Its VM's directory, where one is told.
    pub(super) vm: Option<String>,
    /// Whether it is an emulated machine (HVM); none where nobody says.
    pub(super) emulated: Option<bool>,
}

impl Guest {
    /// A key of its directory.
    pub(super) fn path(&self, key: &str) -> String {
        format!("/local/domain/{}/{key}", self.id)
    }

    /// Reads its directory; it must be there, and of this domain.
    pub(super) fn home(&self, doing: &str, client: &mut Client) -> Answer<Home> {
        let children = client.list_all(&[format!("/local/domain/{}", self.id)])?.remove(0);
        if children.is_empty() {
            let why = "no toolstack wrote anything about it in xenstore";
            return Err(elsewhere(doing, why));
        }
        let ostype = format!("/vm/{}/image/ostype", self.uuid);
        let keys = [self.path("vm"), format!("/libxl/{}/type", self.id), ostype];
        let [vm, kind, ostype] = client.read_all(&keys)?.try_into().unwrap_or_default();
        if vm.as_deref().is_some_and(|vm| self.id != 0 && !self.owns(vm)) {
            return Err(Error::no_domain(format!(
                "domain {} any more: its id was given to another",
                self.id
            )));
        }
        let emulated = kind.or(ostype).map(|word| word == "hvm");
        Ok(Home { children, vm: vm.filter(|vm| is_plain(vm)), emulated })
    }

    /// Whether a VM's directory is its own: `/vm/UUID`, or `/vm/UUID-1` where xend had one of that name already.
    pub(super) fn owns(&self, vm: &str) -> bool {
        let own = format!("/vm/{}", self.uuid);
        vm.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) && is_plain(vm)
    }

    /// Whether a driver of the guest has connected one of its interfaces or disks.
    pub(super) fn is_connected(&self, client: &mut Client) -> Answer<bool> {
        let kinds = ["vif", "vbd"].map(|kind| self.path(&format!("device/{kind}")));
        let ids = client.list_all(&kinds)?;
        let states = kinds
            .iter()
            .zip(ids)
            .flat_map(|(kind, ids)| ids.into_iter().take(MOST).map(move |id| format!("{kind}/{id}/state")));
        let states = client.read_all(&states.collect::<Vec<_>>())?;
        // XenbusStateConnected of public/io/xenbus.h.
        Ok(states.into_iter().flatten().any(|state| state == "4"))
    }
}

/// Whether a path may be asked for: `/vm` and one name below it.
fn is_plain(vm: &str) -> bool {
    vm.strip_prefix("/vm/").is_some_and(|name| !name.is_empty() && !name.contains(['/', '\0']))
}

/// This driver has no way to do it to this domain, but another may.
pub(super) fn elsewhere(doing: &str, why: impl AsRef<str>) -> Error {
    Error::new(Kind::Unsupported, format!("{doing}: {}", why.as_ref()))
}

/// It would be wrong to do, and nothing was done.
pub(super) fn unwise(doing: &str, why: impl AsRef<str>) -> Error {
    Error::new(Kind::Refused, format!("{doing}: {}", why.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vm_is_owned_by_its_uuid_alone() {
        let guest = Guest { id: 7, uuid: Uuid::from_u128(7) };
        let own = format!("/vm/{}", guest.uuid);
        assert!(guest.owns(&own) && guest.owns(&format!("{own}-1")));
        for other in ["/vm", "/vm/", "", "/local/domain/0", &format!("{own}0"), &format!("{own}-1/..")] {
            assert!(!guest.owns(other), "{other}");
        }
    }
}
