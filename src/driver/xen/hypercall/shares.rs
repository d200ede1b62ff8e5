//! Schedulers: each cpupool's, and what a domain has of its pool's CPUs.

use nix::errno::Errno;

use super::{
    link::{BUFFER, Link},
    refusal,
};
use crate::{
    driver::Answer,
    model::{CpuPool, CpuSet, DomainKey, SchedParams},
    wire::hypercall::{
        pool::{self, Pool},
        sched::{self, Kind, Share},
    },
};

/// More cpupools than a host has CPUs for: a hypervisor that goes on telling of more is not believed.
const MOST_POOLS: usize = 4096;

impl Link {
    /// The host's default scheduler.
    pub(super) fn default_scheduler(&mut self) -> Answer<Kind> {
        let reply = self.ask("the default scheduler", sched::ask_default(&self.abi))?;
        Ok(sched::default(&reply))
    }

    /// All cpupools; none before 4.1.
    pub(super) fn pools(&mut self) -> Answer<Vec<CpuPool>> {
        let mut pools: Vec<CpuPool> = Vec::new();
        let mut from = Some(0);
        while let Some((pool, cpus)) = from.map_or(Ok(None), |id| self.pool_from(id))? {
            if pools.last().is_some_and(|last| last.id >= pool.id) || pools.len() == MOST_POOLS {
                return Err(refusal::malformed("read cpupools: Xen does not stop telling of them"));
            }
            from = pool.id.checked_add(1);
            let scheduler = Kind::new(pool.scheduler).name().into();
            pools.push(CpuPool { id: pool.id, scheduler, domains: pool.domains, cpus });
        }
        Ok(pools)
    }

    /// The first cpupool whose number is `id` or above.
    pub(super) fn pool_from(&mut self, id: u32) -> Answer<Option<(Pool, CpuSet)>> {
        let cpus = self.cpus()?;
        let size = (cpus as usize).div_ceil(8).next_multiple_of(8);
        self.arena.reserve(BUFFER + size)?;
        self.arena.fill(BUFFER, size, 0);
        let message = pool::ask(&self.abi, id, self.arena.address(BUFFER), cpus);
        let mut message = message.ok_or_else(|| self.lacks("cpupools"))?;
        match self.send(&mut message) {
            Ok(_) => {
                let cpus = CpuSet::from_bitmap(self.arena.bytes(BUFFER, size), cpus);
                Ok(Some((pool::decode(&message), cpus)))
            }
            Err(Errno::ENOENT) => Ok(None),
            Err(errno) => Err(refusal::refused("cpupools", errno)),
        }
    }

    /// A domain's share of the CPUs, by the scheduler of its pool.
    pub(super) fn scheduler(&mut self, key: DomainKey) -> Answer<SchedParams> {
        let record = self.domain(key)?;
        let kind = self.scheduler_of(record.cpupool)?;
        let mut share = Share::default();
        if let Some(message) = sched::ask(&self.abi, record.domain, kind) {
            let reply = self.ask("scheduler parameters", Some(message))?;
            share = sched::decode(&self.abi, kind, &reply);
        }
        share.other.extend(self.pool_parameters(record.cpupool, kind));
        Ok(SchedParams {
            scheduler: kind.name().into(),
            weight: share.weight,
            cap: share.cap,
            other: share.other.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        })
    }

    pub(super) fn scheduler_of(&mut self, pool: Option<u32>) -> Answer<Kind> {
        let found = match pool {
            Some(id) => self.pool_from(id)?.filter(|found| found.0.id == id),
            None => None,
        };
        found.map_or_else(|| self.default_scheduler(), |(pool, _)| Ok(Kind::new(pool.scheduler)))
    }

    /// What a pool's scheduler has for all its domains; where that cannot be read the domain's share still can.
    fn pool_parameters(&mut self, pool: Option<u32>, kind: Kind) -> Vec<(&'static str, u64)> {
        let Some(mut message) = pool.and_then(|id| sched::ask_pool(&self.abi, id, kind)) else {
            return Vec::new();
        };
        match self.send(&mut message) {
            Ok(_) => sched::pool(&self.abi, kind, &message),
            Err(_) => Vec::new(),
        }
    }
}
