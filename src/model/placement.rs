//! Where vCPUs stand on a machine: its CPUs by NUMA node, core and thread; ready-made placements; what is wrong with
//! one.
//!
//! ```text
//!  node 0             node 1         offline
//!  core  core  core   core  core     6 7
//!  0 1   2 3   4 5    8 9   10 11    threads of a core share its units
//! ```

mod preset;
mod warn;

pub use preset::{Room, on_node, pack, spread};
pub use warn::{Placed, Scene, Warning, warnings};

use super::{CpuSet, DomainId, Pcpu, Vcpu};

/// The CPUs of a machine as they belong together.
///
/// An offline CPU is told no place by every hypervisor, so all of them stand at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// The nodes with online CPUs, by number.
    pub nodes: Vec<NodeGroup>,
    /// The CPUs that are offline, or holes in the numbering.
    pub offline: Vec<u32>,
    /// How many CPU numbers the machine has.
    pub cpus: u32,
}

/// The online CPUs of a NUMA node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeGroup {
    /// Its number.
    pub node: u32,
    /// Its cores, by socket and number.
    pub cores: Vec<Core>,
}

/// The online threads of a core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Their CPU numbers, increasing.
    pub threads: Vec<u32>,
}

impl Topology {
    /// Of a machine's CPUs by index.
    pub fn of(pcpus: &[Pcpu]) -> Self {
        let all = || (0_u32..).zip(pcpus);
        let mut online: Vec<(u32, &Pcpu)> = all().filter(|(_, pcpu)| pcpu.online).collect();
        online.sort_by_key(|(cpu, pcpu)| (pcpu.node, pcpu.socket, pcpu.core, *cpu));
        let nodes = online.chunk_by(|(_, a), (_, b)| a.node == b.node).map(NodeGroup::of).collect();
        let offline = all().filter(|(_, pcpu)| !pcpu.online).map(|(cpu, _)| cpu).collect();
        Self { nodes, offline, cpus: u32::try_from(pcpus.len()).unwrap_or(u32::MAX) }
    }

    /// Every CPU in the order they stand beside each other.
    pub fn columns(&self) -> Vec<u32> {
        let online = self.nodes.iter().flat_map(|node| node.cores.iter().flat_map(|core| &core.threads));
        online.chain(&self.offline).copied().collect()
    }

    /// The CPUs that are online.
    pub fn online(&self) -> CpuSet {
        self.nodes.iter().flat_map(NodeGroup::threads).collect()
    }

    /// The node of an online CPU.
    pub fn node_of(&self, cpu: u32) -> Option<&NodeGroup> {
        self.nodes.iter().find(|node| node.threads().any(|thread| thread == cpu))
    }

    /// The core of an online CPU.
    pub fn core_of(&self, cpu: u32) -> Option<&Core> {
        let mut cores = self.nodes.iter().flat_map(|node| &node.cores);
        cores.find(|core| core.threads.contains(&cpu))
    }

    /// The set as this machine has it: named CPUs that are all there are become [`CpuSet::all`], so that the same
    /// place has one name.
    #[must_use]
    pub fn normal(&self, set: &CpuSet) -> CpuSet {
        let full = self.cpus > 0 && (0..self.cpus).all(|cpu| set.contains(cpu));
        if full { CpuSet::all() } else { set.clone() }
    }
}

impl NodeGroup {
    fn of(group: &[(u32, &Pcpu)]) -> Self {
        let same = |(_, a): &(u32, &Pcpu), (_, b): &(u32, &Pcpu)| (a.socket, a.core) == (b.socket, b.core);
        let core = |threads: &[(u32, &Pcpu)]| Core { threads: threads.iter().map(|(cpu, _)| *cpu).collect() };
        Self {
            node: group.first().map_or(0, |(_, pcpu)| pcpu.node),
            cores: group.chunk_by(same).map(core).collect(),
        }
    }

    fn threads(&self) -> impl Iterator<Item = u32> + '_ {
        self.cores.iter().flat_map(|core| core.threads.iter().copied())
    }

    /// Its CPUs.
    pub fn cpus(&self) -> CpuSet {
        self.threads().collect()
    }
}

impl Core {
    /// Its CPUs.
    pub fn cpus(&self) -> CpuSet {
        self.threads.iter().copied().collect()
    }
}

/// What domains other than the one looked at do on a CPU: by where their vCPUs are now, as their affinities are not
/// read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Crowd {
    /// How many of their vCPUs are awake there.
    pub count: u32,
    /// The share of the CPU they use, together; more than 1 where they moved meanwhile.
    pub share: f32,
    /// The one that uses the largest: domain, vCPU, its share.
    pub most: Option<(DomainId, u32, f32)>,
}

impl Crowd {
    /// The crowds of all CPUs, from every vCPU with its use in percent; those of `but` are left out.
    pub fn of(vcpus: &[Vcpu], rates: &[Option<f32>], (but, cpus): (DomainId, u32)) -> Vec<Self> {
        let mut crowds = vec![Self::default(); cpus as usize];
        let rates = rates.iter().copied().chain(std::iter::repeat(None));
        for (vcpu, rate) in vcpus.iter().zip(rates).filter(|(v, _)| v.domain != but && v.online) {
            if let Some(crowd) = crowds.get_mut(vcpu.pcpu as usize) {
                crowd.join(vcpu, rate.filter(|rate| rate.is_finite()).unwrap_or(0.0) / 100.0);
            }
        }
        crowds
    }

    fn join(&mut self, vcpu: &Vcpu, share: f32) {
        // One that sleeps was there last, and is nowhere now.
        if !vcpu.running && share < 0.01 {
            return;
        }
        self.count += 1;
        self.share += share;
        if self.most.is_none_or(|(.., most)| share > most) {
            self.most = Some((vcpu.domain, vcpu.index, share));
        }
    }
}
