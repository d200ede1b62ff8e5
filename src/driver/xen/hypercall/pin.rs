//! Where vCPUs may run: all that is asked is checked before the first is set, and what was set is put back where a
//! later one fails.

use nix::errno::Errno;

use super::{
    link::{BUFFER, Link},
    refusal,
};
use crate::{
    driver::{Answer, Error},
    model::{Affinity, CpuSet, DomainKey, request::PinRequest},
    wire::hypercall::{
        Message,
        domain::Record,
        vcpu::{self, NewMaps},
    },
};

/// One vCPU's new place.
#[derive(Clone, Copy)]
struct Place<'a> {
    vcpu: u32,
    hard: Option<&'a CpuSet>,
    soft: Option<&'a CpuSet>,
}

impl Link {
    /// Sets hard and soft affinity of one vCPU or of all.
    pub(super) fn pin(&mut self, key: DomainKey, pin: &PinRequest) -> Answer<()> {
        let record = self.domain(key)?;
        let doing = format!("pin domain {}", record.domain);
        self.check(&doing, &record, pin)?;
        let mut before = self.affinities(key)?;
        before.retain(|old| pin.vcpu.is_none_or(|vcpu| vcpu == old.vcpu));
        if before.is_empty() {
            return Err(no_vcpu(&doing, &record, pin.vcpu, record.vcpus(&self.abi)));
        }
        for (place, old) in before.iter().enumerate() {
            let new = Place { vcpu: old.vcpu, hard: pin.hard.as_ref(), soft: pin.soft.as_ref() };
            if let Err(trouble) = self.place_vcpu(&doing, record.domain, new) {
                let changed = if trouble.changed { &before[..=place] } else { &before[..place] };
                return Err(self.put_back(trouble.error, record.domain, changed, pin));
            }
        }
        Ok(())
    }

    /// Finds what is wrong with a request before anything is changed.
    fn check(&mut self, doing: &str, record: &Record, pin: &PinRequest) -> Answer<()> {
        let (count, cpus) = (record.vcpus(&self.abi), self.cpus()?);
        if pin.hard.is_none() && pin.soft.is_none() {
            return Err(refusal::unwise(doing, "no CPUs were given"));
        }
        if pin.vcpu.map_or(count == 0, |vcpu| vcpu >= count) {
            return Err(no_vcpu(doing, record, pin.vcpu, count));
        }
        for set in [&pin.hard, &pin.soft].into_iter().flatten() {
            there(doing, set, cpus)?;
        }
        if pin.soft.is_some() && !vcpu::has_soft(&self.abi) {
            let why = format!("Xen {} has no soft affinity", self.abi.release);
            return Err(refusal::elsewhere(doing, why));
        }
        pin.hard.as_ref().map_or(Ok(()), |hard| self.in_pool(doing, record, hard))
    }

    /// Whether some CPU of a hard set is in the domain's cpupool; before 4.1 there are none.
    fn in_pool(&mut self, doing: &str, record: &Record, hard: &CpuSet) -> Answer<()> {
        let Some(id) = record.cpupool else { return Ok(()) };
        let pool = self.pool_from(id)?.filter(|(pool, _)| pool.id == id);
        let (Some((_, pool)), cpus) = (pool, self.cpus()?) else { return Ok(()) };
        if hard.iter(cpus).any(|cpu| pool.contains(cpu)) {
            return Ok(());
        }
        let why = format!("none of the CPUs {hard} is in its cpupool {id}, which has {}", pool.of(cpus));
        Err(refusal::unwise(doing, why))
    }

    /// Sets one vCPU, and looks at what Xen says became of it.
    fn place_vcpu(&mut self, doing: &str, domain: u16, new: Place<'_>) -> Result<(), Trouble> {
        let doing = format!("{doing}, vCPU {}", new.vcpu);
        let map = self.map_size().map_err(Trouble::before)?;
        let message = self.new_place(domain, new).map_err(Trouble::before)?;
        let Some(mut message) = message else { return Err(Trouble::before(self.cannot(&doing))) };
        self.send(&mut message).map_err(|errno| Trouble::before(unset(&doing, errno)))?;
        if !vcpu::has_soft(&self.abi) {
            return Ok(());
        }
        for (set, at) in [(new.hard, BUFFER), (new.soft, BUFFER + map)] {
            let effective = self.arena.bytes(at, map);
            if let Some(set) = set.filter(|_| effective.iter().all(|&byte| byte == 0)) {
                let why = format!("none of the CPUs {set} is one it may run on, so the set says nothing");
                return Err(Trouble { error: refusal::unwise(&doing, why), changed: true });
            }
        }
        Ok(())
    }

    /// The message that sets one vCPU, its maps in the buffer: the hard one, behind it the soft one.
    fn new_place(&mut self, domain: u16, new: Place<'_>) -> Answer<Option<Message>> {
        let (cpus, map) = (self.cpus()?, self.map_size()?);
        self.arena.reserve(BUFFER + 2 * map)?;
        self.arena.fill(BUFFER, 2 * map, 0);
        for (set, at) in [(new.hard, BUFFER), (new.soft, BUFFER + map)] {
            if let Some(set) = set {
                self.arena.write(at, &set.to_bitmap(cpus));
            }
        }
        let maps = NewMaps {
            hard: new.hard.map(|_| self.arena.address(BUFFER)),
            soft: new.soft.map(|_| self.arena.address(BUFFER + map)),
            cpus,
            bits: new.hard.map_or(0, |set| set.iter(cpus.min(64)).fold(0, |bits, cpu| bits | 1 << cpu)),
        };
        Ok(vcpu::set_affinity(&self.abi, domain, new.vcpu, &maps))
    }

    /// The bytes of a map of all CPUs.
    fn map_size(&mut self) -> Answer<usize> {
        Ok((self.cpus()? as usize).div_ceil(8).next_multiple_of(8))
    }

    /// Sets vCPUs back to what they were; the error says whether that went well.
    fn put_back(&mut self, error: Error, domain: u16, changed: &[Affinity], pin: &PinRequest) -> Error {
        let mut stuck = Vec::new();
        for old in changed {
            let hard = pin.hard.as_ref().map(|_| &old.hard);
            let soft = pin.soft.as_ref().map(|_| &old.soft);
            let back = self.place_vcpu("put back", domain, Place { vcpu: old.vcpu, hard, soft });
            // An old set without effect is put back all the same.
            if back.is_err_and(|trouble| !trouble.changed) {
                stuck.push(old.vcpu.to_string());
            }
        }
        let after = match (changed.is_empty(), stuck.is_empty()) {
            (true, _) => "nothing was changed".to_owned(),
            (false, true) => "what was changed is put back".to_owned(),
            (false, false) => format!("vCPU {} stay as newly set", stuck.join(", ")),
        };
        Error { message: format!("{}; {after}", error.message).into(), ..error }
    }
}

/// Why a vCPU was not set as asked, and whether it was changed.
struct Trouble {
    error: Error,
    changed: bool,
}

impl Trouble {
    const fn before(error: Error) -> Self {
        Self { error, changed: false }
    }
}

fn unset(doing: &str, errno: Errno) -> Error {
    match errno {
        Errno::EINVAL => {
            let why = "none of the CPUs is online, or Xen's command line pins the domain (dom0_vcpus_pin)";
            refusal::unwise(doing, why)
        }
        Errno::EBUSY => {
            refusal::unwise(doing, "Xen holds it on a CPU for the moment").hint("try again later")
        }
        other => refusal::failed(doing, other),
    }
}

fn no_vcpu(doing: &str, record: &Record, vcpu: Option<u32>, count: u32) -> Error {
    let domain = record.domain;
    let last = count.saturating_sub(1);
    let why = match vcpu {
        Some(vcpu) if count > 0 => format!("domain {domain} has the vCPUs 0 to {last}, and no vCPU {vcpu}"),
        _ => format!("domain {domain} has no vCPUs"),
    };
    refusal::unwise(doing, why)
}

/// Whether all CPUs of a set can be there.
fn there(doing: &str, set: &CpuSet, cpus: u32) -> Answer<()> {
    if set.is_empty() {
        return Err(refusal::unwise(doing, "a set without CPUs leaves it nowhere to run"));
    }
    let beyond =
        (!set.is_all()).then(|| set.iter(crate::model::cpuset::HIGHEST + 1).find(|&cpu| cpu >= cpus));
    match beyond.flatten() {
        None => Ok(()),
        Some(cpu) => {
            let why = format!("there is no CPU {cpu}: this host has the CPUs 0 to {}", cpus - 1);
            Err(refusal::unwise(doing, why))
        }
    }
}
