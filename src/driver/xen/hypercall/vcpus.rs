//! Virtual CPUs: times of all that are asked for in one multicall, and where each may run.

use nix::errno::Errno;

use super::{
    link::{Batch, Link},
    refusal,
};
use crate::{
    driver::{Answer, Error},
    model::{Affinity, CpuSet, Domain, DomainId, DomainKey, Nanos, Vcpu},
    wire::hypercall::{
        Message, domain,
        vcpu::{self, Maps},
    },
};

/// How many vCPUs go in one multicall: its memory stays below 7 MiB.
const MOST: usize = 32_768;

/// What is read, in words.
const WHAT: &str = "virtual CPUs";

impl Link {
    /// Appends the vCPUs of these domains; see [`crate::driver::Observe::vcpus`].
    pub(super) fn vcpus(&mut self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        let (before, mut refused) = (into.len(), None);
        let mut wanted = domains.iter().flat_map(each);
        let mut left = domains.iter().flat_map(each).count();
        while left > 0 {
            let count = left.min(MOST);
            left -= count;
            let now = wanted.clone().take(count);
            let answer = self.read_vcpus(count, now, into)?;
            refused = refused.or(answer);
            wanted.by_ref().take(count).for_each(drop);
        }
        // A policy may refuse one domain: the rest is worth showing.
        match refused {
            Some(error) if into.len() == before => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads these vCPUs in one batch. Those that vanished are left out; returns why the first of others was.
    fn read_vcpus(
        &mut self,
        count: usize,
        wanted: impl Iterator<Item = (u16, u32)> + Clone,
        into: &mut Vec<Vcpu>,
    ) -> Answer<Option<Error>> {
        let batch = self.batch(count, 0)?;
        for (place, (domain, index)) in wanted.clone().enumerate() {
            let message = vcpu::ask(&self.abi, domain, index).ok_or_else(|| self.lacks(WHAT))?;
            self.stage(batch, place, &message);
        }
        self.run(batch).map_err(|errno| refusal::refused(WHAT, errno))?;
        let mut refused = None;
        for (place, (domain, index)) in wanted.enumerate() {
            let message = vcpu::ask(&self.abi, domain, index).ok_or_else(|| self.lacks(WHAT))?;
            match self.unless_vanished(batch, place, message) {
                Ok(Some(reply)) => into.push(self.vcpu(domain, index, &reply)),
                Ok(None) => {}
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Ok(refused)
    }

    /// The answer to a message of a batch about one vCPU; none where the domain or the vCPU has gone.
    fn unless_vanished(&self, batch: Batch, place: usize, mut message: Message) -> Answer<Option<Message>> {
        match self.collect(batch, place, &mut message) {
            Ok(()) => Ok(Some(message)),
            // No such domain; no such vCPU in a hole or beyond the last; no such vCPU since 4.22.
            Err(Errno::ESRCH | Errno::EINVAL | Errno::ENOENT) => Ok(None),
            Err(errno) => Err(refusal::refused(WHAT, errno)),
        }
    }

    fn vcpu(&self, domain: u16, index: u32, reply: &Message) -> Vcpu {
        let told = vcpu::decode(&self.abi, reply);
        Vcpu {
            domain: DomainId(domain.into()),
            index,
            online: told.online,
            blocked: told.blocked,
            running: told.running,
            cpu_time: Nanos(told.cpu_time),
            pcpu: told.cpu,
        }
    }

    /// Where each vCPU of a domain may run.
    pub(super) fn affinities(&mut self, key: DomainKey) -> Answer<Vec<Affinity>> {
        let record = self.domain(key)?;
        let (count, cpus) = (record.vcpus(&self.abi), self.cpus()?);
        if count == 0 {
            return Ok(Vec::new());
        }
        let map = (cpus as usize).div_ceil(8).next_multiple_of(8);
        let batch = self.batch(count as usize, 2 * map)?;
        for vcpu in 0..count {
            let message = self.affinity(batch, record.domain, vcpu, cpus)?;
            self.arena.fill(batch.room(vcpu as usize), 2 * map, 0);
            self.stage(batch, vcpu as usize, &message);
        }
        self.run(batch).map_err(|errno| refusal::refused("affinities", errno))?;
        let mut affinities = Vec::new();
        for vcpu in 0..count {
            let message = self.affinity(batch, record.domain, vcpu, cpus)?;
            if let Some(reply) = self.unless_vanished(batch, vcpu as usize, message)? {
                affinities.push(self.decode_affinity(batch, vcpu, cpus, &reply));
            }
        }
        Ok(affinities)
    }

    /// Before 3.0.3 the affinity came with the rest of what a vCPU tells.
    fn affinity(&self, batch: Batch, domain: u16, vcpu: u32, cpus: u32) -> Answer<Message> {
        let hard = batch.room(vcpu as usize);
        let soft = hard + (batch.room(1) - batch.room(0)) / 2;
        let maps = Maps { hard: self.arena.address(hard), soft: self.arena.address(soft), cpus };
        let message = vcpu::ask_affinity(&self.abi, domain, vcpu, maps);
        message.or_else(|| vcpu::ask(&self.abi, domain, vcpu)).ok_or_else(|| self.lacks("affinities"))
    }

    fn decode_affinity(&self, batch: Batch, vcpu: u32, cpus: u32, reply: &Message) -> Affinity {
        let map = (batch.room(1) - batch.room(0)) / 2;
        let room = batch.room(vcpu as usize);
        let set = |at| CpuSet::from_bitmap(self.arena.bytes(at, map), cpus);
        let hard = match vcpu::decode(&self.abi, reply).map {
            Some(bits) => CpuSet::from_bitmap(&bits.to_le_bytes(), cpus.min(64)),
            None => set(room),
        };
        let soft = if vcpu::has_soft(&self.abi) { set(room + map) } else { CpuSet::all() };
        Affinity { vcpu, hard, soft }
    }
}

/// The vCPUs of a domain that runs.
fn each(domain: &Domain) -> impl Iterator<Item = (u16, u32)> + Clone {
    let id = domain.key.id.and_then(|id| u16::try_from(id.0).ok()).filter(|&id| id < domain::FIRST_RESERVED);
    let count = domain.vcpus.max.min(domain::MOST_VCPUS);
    id.into_iter().flat_map(move |id| (0..count).map(move |index| (id, index)))
}
