//! How much memory and how many vCPUs a domain may have.

use super::{control::invalid, link::Link, refusal};
use crate::{
    driver::Answer,
    model::{DomainKey, KiB},
    wire::hypercall::{PAGE, command},
};

impl Link {
    /// Sets the limit of a domain's memory. Xen since 4.1 would take one below what the domain has, which then fails
    /// to get a page at moments nobody can foresee: it is refused here as older releases refuse it.
    pub(super) fn set_max_memory(&mut self, key: DomainKey, limit: KiB) -> Answer<()> {
        let record = self.domain(key)?;
        let doing = format!("limit the memory of domain {}", record.domain);
        let (has, host) = (KiB::from_pages(record.pages), self.host_memory()?.total);
        if limit.0 / (PAGE / 1024) < record.pages {
            let why = format!("{} KiB are below the {} KiB it has", limit.0, has.0);
            return Err(refusal::unwise(&doing, why).hint("shrink its memory first"));
        }
        if limit > host {
            let why = format!("{} KiB are above the {} KiB of this host", limit.0, host.0);
            return Err(refusal::unwise(&doing, why));
        }
        let mut message =
            command::max_memory(&self.abi, record.domain, limit.0).ok_or_else(|| self.cannot(&doing))?;
        let sent = self.send(&mut message);
        sent.map(|_| ()).map_err(|errno| invalid(&doing, errno, "it has grown above that meanwhile"))
    }

    /// Makes room for more vCPUs than a domain has. To plug those it has is asked of the guest, elsewhere.
    pub(super) fn set_vcpus(&mut self, key: DomainKey, count: u32) -> Answer<()> {
        let record = self.domain(key)?;
        let doing = format!("give domain {} {count} vCPUs", record.domain);
        let has = record.vcpus(&self.abi);
        if count == 0 {
            return Err(refusal::unwise(&doing, "a domain needs one at least"));
        }
        if count <= has {
            let why = format!("to plug the {has} it has is asked of the guest, through xenstore");
            return Err(refusal::elsewhere(&doing, why));
        }
        if !command::may_add_vcpus(&self.abi) {
            let why = format!(
                "it has {has}, and since Xen 4.12 that is fixed when a domain is created (this is {})",
                self.abi.release
            );
            return Err(refusal::elsewhere(&doing, why));
        }
        let mut message =
            command::max_vcpus(&self.abi, record.domain, count).ok_or_else(|| self.cannot(&doing))?;
        let sent = self.send(&mut message);
        let why = "that is more than Xen gives such a domain, or it is the domain this runs in";
        sent.map(|_| ()).map_err(|errno| invalid(&doing, errno, why))
    }
}
