//! Ready-made placements: spread over cores, packed onto few, all on one node.

use super::{CpuSet, NodeGroup, Topology};

/// Where vCPUs may be put, and how much of it others use.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// The machine.
    pub topology: &'a Topology,
    /// The CPUs that may be used: those of the domain's pool.
    pub allowed: &'a CpuSet,
    /// The share of each CPU that others use, by index.
    pub busy: &'a [f32],
}

/// Threads of a core that may be used.
type Threads = Vec<u32>;

/// A set for each vCPU: one to a core first, over the node with the most room and then the next, siblings after
/// that. None where no CPU may be used.
pub fn spread(room: Room<'_>, vcpus: usize) -> Option<Vec<CpuSet>> {
    let cores: Vec<Threads> = room.nodes().into_iter().flatten().collect();
    let deepest = cores.iter().map(Vec::len).max()?;
    let order: Vec<u32> = (0..deepest)
        .flat_map(|depth| cores.iter().filter_map(move |core| core.get(depth).copied()))
        .collect();
    deal(&order, vcpus)
}

/// A set for each vCPU: every thread of a core before the next core, on the node with the most room among those that
/// hold all of them.
pub fn pack(room: Room<'_>, vcpus: usize) -> Option<Vec<CpuSet>> {
    let mut nodes = room.nodes();
    for cores in &mut nodes {
        // Largest cores first: so the fewest are needed. The sort is stable, the calmest stay in front.
        cores.sort_by_key(|core| std::cmp::Reverse(core.len()));
    }
    let holds = |cores: &&Vec<Threads>| cores.iter().map(Vec::len).sum::<usize>() >= vcpus;
    let one: Option<Vec<Threads>> = nodes.iter().find(holds).cloned();
    let cores = one.unwrap_or_else(|| nodes.concat());
    deal(&cores.concat(), vcpus)
}

/// The same set for each vCPU: all that may be used of a node.
pub fn on_node(room: Room<'_>, node: u32, vcpus: usize) -> Option<Vec<CpuSet>> {
    let group = room.topology.nodes.iter().find(|group| group.node == node)?;
    let cpus = group.cpus().meet(room.allowed);
    (!cpus.is_empty()).then(|| vec![cpus; vcpus])
}

/// One CPU to each vCPU, round and round.
fn deal(order: &[u32], vcpus: usize) -> Option<Vec<CpuSet>> {
    let one = |cpu: &u32| std::iter::once(*cpu).collect();
    (!order.is_empty()).then(|| order.iter().cycle().take(vcpus).map(one).collect())
}

impl Room<'_> {
    /// The usable cores of each node: nodes with the most room first, in each the calmest cores first.
    fn nodes(self) -> Vec<Vec<Threads>> {
        let mut nodes: Vec<_> = self.topology.nodes.iter().map(|node| self.cores(node)).collect();
        nodes.sort_by_key(|cores| {
            std::cmp::Reverse(cores.iter().flatten().map(|cpu| 10 - self.tenths(*cpu)).sum::<i32>())
        });
        nodes
    }

    fn cores(self, node: &NodeGroup) -> Vec<Threads> {
        let usable =
            |threads: &Threads| threads.iter().copied().filter(|cpu| self.allowed.contains(*cpu)).collect();
        let mut cores: Vec<Threads> = node
            .cores
            .iter()
            .map(|core| usable(&core.threads))
            .filter(|threads: &Threads| !threads.is_empty())
            .collect();
        cores.sort_by_key(|core| core.iter().map(|cpu| self.tenths(*cpu)).max());
        cores
    }

    /// How busy a CPU is in tenths: less would be noise, and a placement that hops with it.
    fn tenths(self, cpu: u32) -> i32 {
        let busy = self.busy.get(cpu as usize).copied().filter(|busy| busy.is_finite()).unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 10")]
        let tenths = (busy.clamp(0.0, 1.0) * 10.0).round() as i32;
        tenths
    }
}
