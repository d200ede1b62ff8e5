//! A domain's share of the CPUs, set anew: read first, changed, and written whole.

use super::{control::invalid, link::Link, refusal};
use crate::{
    driver::{Answer, Error},
    model::DomainKey,
    wire::hypercall::{
        domain::Record,
        sched::{self, Kind},
    },
};

impl Link {
    /// Sets weight or cap; what is not given stays.
    pub(super) fn set_share(&mut self, key: DomainKey, weight: Option<u32>, cap: Option<u32>) -> Answer<()> {
        let record = self.domain(key)?;
        let doing = format!("set the share of domain {}", record.domain);
        let kind = self.scheduler_of(record.cpupool)?;
        let none = || weightless(&doing, kind);
        if !matches!(kind, Kind::Credit | Kind::Credit2) {
            return Err(none());
        }
        let weight = weight.map(|weight| within(&doing, "a weight", weight, 1..=65_535)).transpose()?;
        let cap = cap.map(|cap| self.cap(&doing, &record, kind, cap)).transpose()?;
        if weight.is_none() && cap.is_none() {
            return Err(refusal::unwise(&doing, "neither a weight nor a cap was given"));
        }
        let reply = self.tell(&doing, sched::ask(&self.abi, record.domain, kind))?;
        let mut message = sched::put(&reply, kind, weight, cap).ok_or_else(none)?;
        let sent = self.send(&mut message);
        let why = format!("the scheduler {} does not take it", kind.name());
        sent.map(|_| ()).map_err(|errno| invalid(&doing, errno, &why))
    }

    /// A cap this domain can have: no more than all its vCPUs could use.
    fn cap(&self, doing: &str, record: &Record, kind: Kind, cap: u32) -> Answer<u16> {
        /// What credit takes for a cap that stays as it is.
        const STAYS: u32 = 0xffff;
        if !sched::has_cap(&self.abi, kind) {
            let why = format!("{} has caps since Xen 4.10, and this is {}", kind.name(), self.abi.release);
            return Err(refusal::elsewhere(doing, why));
        }
        let most = record.vcpus(&self.abi).saturating_mul(100).min(STAYS - 1);
        within(doing, "a cap", cap, 0..=most)
    }
}

fn within(doing: &str, what: &str, value: u32, range: std::ops::RangeInclusive<u32>) -> Answer<u16> {
    match u16::try_from(value) {
        Ok(small) if range.contains(&value) => Ok(small),
        _ => {
            let why =
                format!("{what} lies between {} and {}, which {value} does not", range.start(), range.end());
            Err(refusal::unwise(doing, why))
        }
    }
}

fn weightless(doing: &str, kind: Kind) -> Error {
    let why = match kind {
        Kind::Sedf => "the scheduler sedf gives periods and slices, not weights".to_owned(),
        other => format!("the scheduler {} has neither weights nor caps to set", other.name()),
    };
    refusal::elsewhere(doing, why)
}
