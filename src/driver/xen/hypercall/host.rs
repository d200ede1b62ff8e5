//! The machine: memory, CPUs and where they stand, NUMA nodes.

use std::collections::BTreeMap;

use super::link::{BUFFER, Link};
use crate::{
    driver::Answer,
    model::{HostMemory, KiB, Name, Nanos, Node, NumaNode, Pcpu, PcpuTime},
    wire::hypercall::{
        cpu,
        physinfo::{self, PhysInfo},
    },
};

impl Link {
    /// The host's memory; what was read is remembered.
    pub(super) fn host_memory(&mut self) -> Answer<HostMemory> {
        let host = self.read_host()?;
        Ok(HostMemory {
            total: KiB::from_pages(host.total_pages),
            free: KiB::from_pages(host.free_pages),
            scrub: KiB::from_pages(host.scrub_pages),
            outstanding: KiB::from_pages(host.outstanding_pages),
        })
    }

    fn read_host(&mut self) -> Answer<PhysInfo> {
        let reply = self.ask("the host's memory", physinfo::ask(&self.abi))?;
        let host = PhysInfo::decode(&self.abi, &reply);
        self.host = Some(host);
        Ok(host)
    }

    /// How many CPUs there may be: one more than the highest number.
    pub(super) fn cpus(&mut self) -> Answer<u32> {
        let host = self.host.map_or_else(|| self.read_host(), Ok)?;
        Ok(host.max_cpu_id + 1)
    }

    /// Idle time of each CPU.
    pub(super) fn pcpu_times(&mut self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        let cpus = self.cpus()?;
        let size = cpus as usize * cpu::TIME;
        self.arena.reserve(BUFFER + size)?;
        let message = cpu::ask_times(&self.abi, cpus, self.arena.address(BUFFER));
        let reply = self.ask("the CPUs' idle times", message)?;
        let told = cpu::timed(&reply).min(cpus) as usize;
        let buffer = self.arena.bytes(BUFFER, size);
        into.clear();
        into.extend((0..told).map_while(|i| cpu::idle(buffer, i)).map(|idle| PcpuTime { idle: Nanos(idle) }));
        Ok(())
    }

    /// The machine. Parts an old release cannot tell stay as if there were one node, all in order.
    pub(super) fn node(&mut self) -> Answer<Node> {
        let host = self.read_host()?;
        let name = nix::unistd::gethostname().unwrap_or_default();
        let machine = nix::sys::utsname::uname();
        Ok(Node {
            name: Name::new(&name.to_string_lossy()),
            machine: machine.map_or_else(|_| "".into(), |m| m.machine().to_string_lossy().into()),
            pcpus: self.places(&host),
            threads_per_core: host.threads_per_core,
            cores_per_socket: host.cores_per_socket,
            cpu_khz: Some(host.cpu_khz).filter(|&khz| khz > 0).into(),
            numa: self.numa(&host).unwrap_or_else(|_| whole(&host)),
            pools: self.pools().unwrap_or_default(),
        })
    }

    fn places(&mut self, host: &PhysInfo) -> Vec<Pcpu> {
        let mut pcpus = self.topology(host).unwrap_or_else(|_| self.guessed(host));
        number_cores(&mut pcpus);
        pcpus
    }

    /// Where each CPU stands, as Xen 4.1 and later tell.
    fn topology(&mut self, host: &PhysInfo) -> Answer<Vec<Pcpu>> {
        let cpus = host.max_cpu_id + 1;
        let size = cpus as usize * cpu::PLACE;
        self.arena.reserve(BUFFER + size)?;
        self.arena.fill(BUFFER, size, 0xff);
        let message = cpu::ask_places(&self.abi, cpus, self.arena.address(BUFFER));
        let reply = self.ask("where the CPUs stand", message)?;
        let told = cpu::placed(&self.abi, &reply).min(cpus);
        let buffer = self.arena.bytes(BUFFER, size);
        let pcpu = |index| {
            let place = cpu::place(&self.abi, buffer, cpus, index).filter(|_| index < told);
            place.map_or_else(Pcpu::default, |p| Pcpu {
                online: true,
                core: p.core,
                socket: p.socket,
                node: p.node,
            })
        };
        Ok((0..cpus).map(pcpu).collect())
    }

    /// Where each CPU stands by how many threads a core has, for older releases; only the node may be told.
    fn guessed(&mut self, host: &PhysInfo) -> Vec<Pcpu> {
        let threads = host.threads_per_core.max(1);
        let socket = threads.saturating_mul(host.cores_per_socket.max(1));
        let nodes = self.nodes_of_cpus(host).unwrap_or_default();
        let node = |i: u32| nodes.get(i as usize).copied().flatten().unwrap_or(0);
        let place = |i: u32| Pcpu { online: true, core: i / threads, socket: i / socket, node: node(i) };
        (0..host.cpus).map(place).collect()
    }

    /// The node of each CPU, as Xen 3.2 to 4.0 tell.
    fn nodes_of_cpus(&mut self, host: &PhysInfo) -> Answer<Vec<Option<u32>>> {
        let (cpus, size) = (host.cpus, host.cpus as usize * 4);
        self.arena.reserve(BUFFER + size)?;
        self.arena.fill(BUFFER, size, 0xff);
        let message = physinfo::ask_nodes(&self.abi, cpus, self.arena.address(BUFFER));
        self.ask("the CPUs' nodes", message)?;
        let buffer = self.arena.bytes(BUFFER, size);
        Ok((0..cpus).map(|i| cpu::node_of(buffer, i)).collect())
    }

    /// Memory and distances of the NUMA nodes, as Xen 4.1 and later tell.
    fn numa(&mut self, host: &PhysInfo) -> Answer<Vec<NumaNode>> {
        let nodes = host.max_node_id.saturating_add(1).min(cpu::MOST_NODES);
        let size = cpu::numa_size(nodes);
        self.arena.reserve(BUFFER + size)?;
        self.arena.fill(BUFFER, size, 0xff);
        let message = cpu::ask_numa(&self.abi, nodes, self.arena.address(BUFFER));
        let reply = self.ask("the NUMA nodes", message)?;
        let told = cpu::numa_told(&self.abi, &reply).min(nodes);
        let buffer = self.arena.bytes(BUFFER, size);
        Ok((0..told).map(|node| self.numa_node(buffer, nodes, node)).collect())
    }

    fn numa_node(&self, buffer: &[u8], nodes: u32, node: u32) -> NumaNode {
        let (total, free) = cpu::numa_memory(&self.abi, buffer, nodes, node).unwrap_or_default();
        let distances = (0..nodes).map_while(|to| cpu::numa_distance(buffer, nodes, node, to));
        NumaNode { total: KiB(total / 1024), free: KiB(free / 1024), distances: distances.collect() }
    }
}

/// The one node of a machine that tells of none; of several nobody told their memory.
fn whole(host: &PhysInfo) -> Vec<NumaNode> {
    let one = NumaNode {
        total: KiB::from_pages(host.total_pages),
        free: KiB::from_pages(host.free_pages),
        distances: Vec::new(),
    };
    if host.max_node_id == 0 { vec![one] } else { Vec::new() }
}

/// Numbers cores within the machine. Xen numbers them within their socket, so where two sockets have a core of the
/// same number all are numbered anew, in the order of socket and core.
fn number_cores(pcpus: &mut [Pcpu]) {
    let online = || pcpus.iter().filter(|p| p.online);
    let sockets: BTreeMap<u32, u32> = online().map(|p| (p.core, p.socket)).collect();
    if online().all(|p| sockets.get(&p.core) == Some(&p.socket)) {
        return;
    }
    let mut cores: BTreeMap<(u32, u32), u32> = online().map(|p| ((p.socket, p.core), 0)).collect();
    cores.values_mut().zip(0..).for_each(|(number, next)| *number = next);
    for pcpu in pcpus.iter_mut().filter(|p| p.online) {
        pcpu.core = cores.get(&(pcpu.socket, pcpu.core)).copied().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcpu(socket: u32, core: u32) -> Pcpu {
        Pcpu { online: true, core, socket, node: socket }
    }

    #[test]
    fn cores_of_two_sockets_do_not_share_numbers() {
        let mut pcpus = [pcpu(0, 0), pcpu(0, 0), pcpu(0, 4), pcpu(1, 0), pcpu(1, 4), Pcpu::default()];
        number_cores(&mut pcpus);
        assert_eq!(pcpus.map(|p| p.core), [0, 0, 1, 2, 3, 0]);
    }

    #[test]
    fn cores_of_one_socket_keep_the_numbers_xen_gave() {
        let mut pcpus = [pcpu(0, 0), pcpu(0, 8), pcpu(0, 9)];
        number_cores(&mut pcpus);
        assert_eq!(pcpus.map(|p| p.core), [0, 8, 9]);
    }
}
