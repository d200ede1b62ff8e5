//! What the simulated host tells: the world as the model's vocabulary.

use std::sync::Arc;

use super::{
    guest::{Guest, Run},
    plan::PoolPlan,
    world::World,
};
use crate::model::{
    CpuPool, Domain, DomainState, HostMemory, Hypervisor, KiB, Name, Nanos, Node, NumaNode, Pcpu, PcpuTime,
    Reading, SchedParams, Vcpu,
};

impl World {
    pub(super) fn tell_hypervisor(&self) -> Hypervisor {
        Hypervisor {
            kind: "test".into(),
            version: "1.0".into(),
            capabilities: ["xen-3.0-x86_64", "hvm-3.0-x86_64", "hvm-3.0-x86_32"].map(Arc::from).into(),
            scheduler: Reading::Known(self.pools[0].scheduler.clone()),
            facts: vec![
                ("seed".into(), Name::new(&self.seed.to_string())),
                ("changeset".into(), Name::new("simulated in memory")),
                (
                    "command line".into(),
                    Name::new("dom0_mem=4096M,max:4096M dom0_max_vcpus=4 dom0_vcpus_pin"),
                ),
            ],
        }
    }

    pub(super) fn tell_node(&self) -> Node {
        let node = self.node;
        let pcpus = node.pcpus();
        let pcpu = |cpu| Pcpu {
            online: true,
            core: cpu / node.threads,
            socket: cpu / (node.threads * node.cores),
            node: self.numa_of(cpu),
        };
        Node {
            name: self.name.clone(),
            machine: "x86_64".into(),
            pcpus: (0..pcpus).map(pcpu).collect(),
            threads_per_core: node.threads,
            cores_per_socket: node.cores,
            cpu_khz: Reading::Known(node.khz),
            numa: self.numa(),
            pools: (0..).zip(&self.pools).map(|(id, pool)| self.pool(id, pool)).collect(),
        }
    }

    fn pool(&self, id: u32, pool: &PoolPlan) -> CpuPool {
        let inside = |guest: &&Guest| guest.run.is_some() && guest.plan.share.pool == id;
        CpuPool {
            id,
            scheduler: pool.scheduler.clone(),
            domains: u32::try_from(self.guests.iter().filter(inside).count()).unwrap_or(u32::MAX),
            cpus: pool.cpus.clone(),
        }
    }

    fn numa_of(&self, cpu: u32) -> u32 {
        cpu / (self.node.pcpus() / self.node.numa)
    }

    /// Each domain's memory lies on the node of its first vCPU, and where that is full, on the next.
    fn numa(&self) -> Vec<NumaNode> {
        let (count, memory) = (self.node.numa as usize, self.host_memory());
        let kept = (memory.total.0 - self.usable().0) / u64::from(self.node.numa);
        let distances = |here| (0..count).map(|there| if here == there { 10 } else { 21 }).collect();
        let total = KiB(memory.total.0 / u64::from(self.node.numa));
        let node = |here| NumaNode { total, free: KiB(total.0 - kept), distances: distances(here) };
        let mut nodes: Vec<_> = (0..count).map(node).collect();
        for run in self.guests.iter().filter_map(|guest| guest.run.as_ref()) {
            let home = run.cpus.first().map_or(0, |cpu| self.numa_of(cpu.pcpu)) as usize;
            let mut left = run.memory(self.clock.now).0;
            for place in 0..count {
                let free = &mut nodes[(home + place) % count].free.0;
                let taken = left.min(*free);
                (*free, left) = (*free - taken, left - taken);
            }
        }
        nodes
    }

    pub(super) fn host_memory(&self) -> HostMemory {
        let now = self.clock.now;
        let runs = || self.guests.iter().filter_map(|guest| guest.run.as_ref());
        let used: u64 = runs().map(|run| run.memory(now).0).sum();
        let promised: u64 = runs().map(|run| run.claim(now).0 - run.memory(now).0).sum();
        HostMemory {
            total: self.node.memory,
            free: KiB(self.usable().0.saturating_sub(used)),
            scrub: KiB(0),
            outstanding: KiB(promised),
        }
    }

    pub(super) fn tell_pcpus(&self, into: &mut Vec<PcpuTime>) {
        let clock = &self.clock;
        let idle = |busy| PcpuTime { idle: Nanos(clock.now.0.saturating_sub(busy)) };
        into.clear();
        into.extend(self.board.busy(clock.segment, clock.now).map(idle));
    }

    pub(super) fn tell_domains(&self, into: &mut Vec<Domain>) {
        into.resize_with(self.guests.len(), Domain::default);
        for (guest, row) in self.guests.iter().zip(into) {
            self.tell_domain(guest, row);
        }
    }

    fn tell_domain(&self, guest: &Guest, row: &mut Domain) {
        let key = guest.key();
        if row.key != key {
            (row.key, row.target) = (key, Reading::Unsupported);
            (row.net, row.disk) = (Reading::Unsupported, Reading::Unsupported);
        }
        row.name.clone_from(&guest.name);
        row.guest = Reading::Known(guest.plan.guest);
        row.max_memory = Reading::Known(guest.plan.max_memory);
        row.state = guest.state(&self.board);
        if let Some(run) = &guest.run {
            self.tell_run(run, guest.plan.share.pool, row);
        } else {
            (row.vcpus, row.memory, row.cpu_time) = (guest.plan.vcpus, KiB(0), Nanos(0));
            row.pool = Reading::Unsupported;
        }
    }

    fn tell_run(&self, run: &Run, pool: u32, row: &mut Domain) {
        row.vcpus = run.vcpus();
        row.memory = run.memory(self.clock.now);
        row.cpu_time = run.cpu_time(self.clock.segment, self.clock.now);
        row.pool = Reading::Known(pool);
    }

    /// Names and memory targets of rows read before.
    pub(super) fn tell_identities(&self, domains: &mut [Domain]) {
        for (hint, row) in domains.iter_mut().enumerate() {
            let Some(place) = self.place(row.key, hint) else { continue };
            let guest = &self.guests[place];
            row.name.clone_from(&guest.name);
            let target = guest.run.as_ref().map_or(guest.plan.memory, |run| run.balloon.target);
            row.target = Reading::Known(target);
        }
    }

    pub(super) fn tell_vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) {
        for (hint, row) in domains.iter().enumerate() {
            let Some(place) = self.place(row.key, hint) else { continue };
            if let Some(run) = &self.guests[place].run {
                let live = row.state != DomainState::Paused;
                into.extend((0..).zip(&run.cpus).map(|(index, cpu)| {
                    let running = self.board.runs(cpu);
                    Vcpu {
                        domain: run.id,
                        index,
                        online: cpu.online,
                        blocked: live && cpu.online && !running && !self.board.waits(cpu),
                        running,
                        cpu_time: cpu.time(self.clock.segment, self.clock.now),
                        pcpu: cpu.pcpu,
                    }
                }));
            }
        }
    }

    pub(super) fn tell_scheduler(&self, guest: &Guest) -> SchedParams {
        let share = guest.plan.share;
        let scheduler = self.pools[share.pool as usize].scheduler.clone();
        SchedParams { scheduler, weight: Some(share.weight), cap: Some(share.cap), other: Vec::new() }
    }
}
