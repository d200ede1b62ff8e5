//! What cannot be simulated: every description is checked, wherever it comes from, before a world is made of it.

use std::collections::HashMap;

use super::plan::{DomainPlan, HostPlan, NodePlan, PoolPlan, Start};
use crate::{
    driver::{Answer, Error},
    model::{CpuSet, Kind, cpuset::HIGHEST},
};

/// The most vCPUs a simulated domain can have.
pub(super) const MOST_VCPUS: u32 = 512;
/// The most domains a simulated host can have: as many as Xen has ids.
pub(super) const MOST_DOMAINS: usize = crate::model::uri::MOST_DOMAINS as usize;
/// The most memory of a host: 256 TiB, where sums are far from overflowing.
pub(super) const MOST_MEMORY: u64 = 256 << 30;
/// The highest weight and cap of credit2.
const MOST_SHARE: u32 = 65_535;
/// Ids above are the hypervisor's own (`DOMID_FIRST_RESERVED`, public/xen.h).
pub(super) const HIGHEST_ID: u32 = 0x7fef;

impl NodePlan {
    /// Why there can be no such machine.
    pub(super) fn problem(&self) -> Option<String> {
        let pcpus =
            [self.sockets, self.cores, self.threads].iter().try_fold(1u32, |all, n| all.checked_mul(*n));
        match pcpus {
            Some(0) => Some("a machine has at least one socket, core and thread".into()),
            Some(n) if n > HIGHEST + 1 => Some(format!("{n} CPUs are more than {}", HIGHEST + 1)),
            None => Some(format!("a machine has at most {} CPUs", HIGHEST + 1)),
            Some(n) if self.numa == 0 || n % self.numa != 0 => {
                Some(format!("{n} CPUs cannot be spread evenly over {} NUMA nodes", self.numa))
            }
            _ if !(1..=MOST_MEMORY).contains(&self.memory.0) => {
                Some(format!("{} KiB of memory are not between 1 KiB and 256 TiB", self.memory.0))
            }
            _ => None,
        }
    }
}

impl HostPlan {
    /// Why the host's machine and pools cannot be; its domains are checked one by one.
    pub(super) fn problem(&self) -> Option<String> {
        let pcpus = self.node.pcpus();
        let empty = |pool: &PoolPlan| pool.cpus.iter(pcpus).next().is_none();
        if self.pools.is_empty() || self.pools.iter().any(empty) {
            return Some("each cpupool needs a CPU of the host".into());
        }
        let twice =
            (0..pcpus).find(|&cpu| self.pools.iter().filter(|pool| pool.cpus.contains(cpu)).count() > 1);
        twice.map(|cpu| format!("CPU {cpu} is in two cpupools"))
    }

    /// Why domains cannot live side by side on it: a name, uuid or id twice, too many, or too much memory; with the
    /// place of the domain that is too many.
    pub(super) fn conflict(&self) -> Option<(usize, String)> {
        let (mut names, mut uuids, mut ids) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut free = self.node.memory.0 - self.node.memory.0 / 256;
        self.domains.iter().enumerate().find_map(|(place, plan)| {
            let running = plan.life.start != Start::Off;
            let needs = if running { plan.memory.0 } else { 0 };
            let problem = if let Some(first) = names.insert(&plan.name, place) {
                format!("domain {} has the same name {:?}", first + 1, plan.name)
            } else if let Some(first) = uuids.insert(plan.uuid, place) {
                format!("domain {} has the same uuid {}", first + 1, plan.uuid)
            } else if let Some((first, id)) = plan.id.and_then(|id| Some((ids.insert(id, place)?, id))) {
                format!("domain {} has the same id {id}", first + 1)
            } else if needs > free {
                format!("it needs {needs} KiB of memory, and {free} KiB are left")
            } else if place >= MOST_DOMAINS {
                format!("a host has at most {MOST_DOMAINS} domains")
            } else {
                free -= needs;
                return None;
            };
            Some((place, problem))
        })
    }

    /// Checks all of it.
    pub(super) fn check(&self) -> Answer<()> {
        let host = || self.node.problem().or_else(|| self.problem());
        let each = || self.domains.iter().find_map(|plan| plan.problem(&self.pools, self.node.pcpus()));
        let problem = host().or_else(each).or_else(|| self.conflict().map(|(_, problem)| problem));
        problem
            .map_or(Ok(()), |problem| Err(Error::new(Kind::Failed, format!("make a test host: {problem}"))))
    }
}

impl DomainPlan {
    /// Why there can be no such domain on a host with these pools and so many pCPUs.
    pub(super) fn problem(&self, pools: &[PoolPlan], pcpus: u32) -> Option<String> {
        let (vcpus, share) = (self.vcpus, self.share);
        let Some(pool) = pools.get(share.pool as usize) else {
            return Some(format!("there is no cpupool {}", share.pool));
        };
        if vcpus.online == 0 || vcpus.online > vcpus.max || vcpus.max > MOST_VCPUS {
            let (online, max) = (vcpus.online, vcpus.max);
            return Some(format!("{online} vCPUs of {max} are not between 1 and {MOST_VCPUS}"));
        }
        if self.memory > self.max_memory || self.max_memory.0 > MOST_MEMORY || self.memory.0 == 0 {
            let (memory, max) = (self.memory.0, self.max_memory.0);
            return Some(format!("{memory} KiB of memory are not between 1 and the maximum of {max}"));
        }
        if share.weight == 0 || share.weight > MOST_SHARE || share.cap > MOST_SHARE {
            return Some(format!("weight and cap go up to {MOST_SHARE}, and a weight is not 0"));
        }
        if self.id.is_some_and(|id| id > HIGHEST_ID) || (self.id == Some(0)) != self.uuid.is_nil() {
            return Some(format!(
                "ids go from 1 to {HIGHEST_ID}; id 0 and a zero uuid are the control domain's"
            ));
        }
        if self.uuid.is_nil() && self.life.start == Start::Off {
            return Some("the control domain is never off".into());
        }
        self.pins.iter().find_map(|pin| {
            let strayed = (pin.vcpu >= vcpus.max).then(|| format!("there is no vCPU {}", pin.vcpu));
            strayed.or_else(|| meets(&pin.hard, &pool.cpus, pcpus)).or_else(|| exists(&pin.soft, pcpus))
        })
    }
}

/// Why a vCPU of this pool cannot be confined to these pCPUs.
pub(super) fn meets(hard: &CpuSet, pool: &CpuSet, pcpus: u32) -> Option<String> {
    let meet = hard.iter(pcpus).any(|cpu| pool.contains(cpu));
    exists(hard, pcpus)
        .or_else(|| (!meet).then(|| format!("CPUs {hard} have none in common with the cpupool's {pool}")))
}

/// Why this is no set of CPUs of this host.
pub(super) fn exists(set: &CpuSet, pcpus: u32) -> Option<String> {
    if set.is_all() {
        return None;
    }
    let stray = set.iter(HIGHEST + 1).find(|&cpu| cpu >= pcpus);
    let stray = stray.map(|cpu| format!("there is no CPU {cpu}: this host has {pcpus}"));
    stray.or_else(|| set.is_empty().then(|| "a set of CPUs is empty".into()))
}
