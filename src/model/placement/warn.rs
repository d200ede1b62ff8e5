//! What is wrong with a placement: each a sentence, with the vCPUs it is about.

use super::{CpuSet, Crowd, Topology};
use crate::model::{CpuPool, Domain, DomainId, NumaNode};

/// From this share of a CPU on a vCPU counts as busy.
const BUSY: f32 = 0.5;
/// From this share on another domain's vCPU is in the way.
const CROWDED: f32 = 0.25;

/// What a placement is judged by.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The machine.
    pub topology: &'a Topology,
    /// The domain whose vCPUs are placed.
    pub domain: &'a Domain,
    /// The pool it runs in, where there are pools.
    pub pool: Option<&'a CpuPool>,
    /// Memory of each node.
    pub numa: &'a [NumaNode],
    /// What other domains do on each CPU, by index.
    pub crowds: &'a [Crowd],
    /// The name of a domain, safe to show.
    pub name: &'a dyn Fn(DomainId) -> String,
}

/// A vCPU and where it may run.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// Its number.
    pub vcpu: u32,
    /// Where it may run at all.
    pub hard: &'a CpuSet,
    /// Where it would rather.
    pub soft: &'a CpuSet,
    /// The share of a CPU it uses; none where it is unplugged.
    pub share: Option<f32>,
    /// Where it could run until now.
    pub before: &'a CpuSet,
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The vCPUs it is about.
    pub vcpus: CpuSet,
    /// What it is: a sentence.
    pub text: String,
    /// Whether such a placement cannot work at all.
    pub grave: bool,
}

/// A vCPU with the CPUs it can in fact run on.
struct Seat<'a> {
    placed: &'a Placed<'a>,
    cpus: CpuSet,
}

/// What is wrong with a placement, the gravest first.
pub fn warnings(scene: &Scene<'_>, placed: &[Placed<'_>]) -> Vec<Warning> {
    let usable = scene.usable();
    let seats: Vec<Seat<'_>> =
        placed.iter().map(|placed| Seat { placed, cpus: placed.hard.meet(&usable) }).collect();
    let mut found = Vec::new();
    found.extend(seats.iter().filter_map(|seat| scene.nowhere(seat)));
    found.extend(scene.control(&seats));
    found.extend(overlaps(&seats));
    found.extend(siblings(scene.topology, &seats));
    found.extend((0..seats.len()).filter_map(|first| scene.crowded(&seats, first)));
    found.extend(seats.iter().filter_map(|seat| useless_preference(seat)));
    found.extend(scene.outside(&seats));
    found.extend(scene.nodes(&seats));
    found
}

impl Warning {
    fn of(vcpus: impl IntoIterator<Item = u32>, text: String) -> Self {
        Self { vcpus: vcpus.into_iter().collect(), text, grave: false }
    }
}

impl Scene<'_> {
    /// The CPUs that can run anything of this domain.
    fn usable(&self) -> CpuSet {
        let online = self.topology.online();
        self.pool.map_or(online.clone(), |pool| online.meet(&pool.cpus))
    }

    /// No CPU at all, none that is online, or none of the pool's.
    fn nowhere(&self, seat: &Seat<'_>) -> Option<Warning> {
        let Placed { vcpu, hard, .. } = seat.placed;
        if !seat.cpus.is_empty() {
            return None;
        }
        let (text, grave) = match self.pool {
            _ if hard.is_empty() => (format!("vCPU {vcpu} could run nowhere"), true),
            Some(pool) if !hard.meet(&self.topology.online()).is_empty() => {
                (format!("vCPU {vcpu} may run on none of the CPUs of pool {}, {}", pool.id, pool.cpus), false)
            }
            _ => (format!("vCPU {vcpu} may run on {hard} only, which is not online"), true),
        };
        Some(Warning { grave, ..Warning::of([*vcpu], text) })
    }

    /// The host waits for its control domain.
    fn control(&self, seats: &[Seat<'_>]) -> Option<Warning> {
        let control = self.domain.key.id == Some(DomainId(0)) && seats.len() > 1;
        let all: CpuSet = seats.iter().flat_map(|seat| seat.cpus.iter(self.topology.cpus)).collect();
        let alone = all.count(self.topology.cpus) == 1 && self.usable().count(self.topology.cpus) > 1;
        (control && alone).then(|| {
            let text =
                format!("all of the control domain would run on pCPU {all} alone: the host waits for it");
            Warning::of(numbers(seats), text)
        })
    }

    /// Every CPU they may run on is in use by others: said once of those confined to the same, at the first of them.
    fn crowded(&self, seats: &[Seat<'_>], first: usize) -> Option<Warning> {
        let set = &seats.get(first)?.cpus;
        let said = seats[..first].iter().any(|seat| seat.cpus == *set);
        let cpus: Vec<u32> = set.iter(self.topology.cpus).collect();
        if said || cpus.is_empty() || *set == self.usable() {
            return None;
        }
        let most = |cpu: &u32| self.crowds.get(*cpu as usize)?.most.filter(|(.., share)| *share >= CROWDED);
        let there: Vec<_> = cpus.iter().map(most).collect::<Option<_>>()?;
        let (domain, _, share) = *there.first()?;
        let name = (self.name)(domain);
        let vcpus: CpuSet = seats.iter().filter(|s| s.cpus == *set).map(|seat| seat.placed.vcpu).collect();
        let whose = told(&vcpus);
        let text = match cpus.as_slice() {
            [cpu] => {
                format!("pCPU {cpu}, where {whose} may run, is used by {name} ({:.0} % of it)", share * 100.0)
            }
            _ => format!("each of pCPUs {set}, where {whose} may run, is used by {name} or others"),
        };
        Some(Warning { vcpus, text, grave: false })
    }

    /// CPUs that are named and do not count.
    fn outside(&self, seats: &[Seat<'_>]) -> Option<Warning> {
        let pool = self.pool?;
        let online = self.topology.online();
        let named = seats.iter().filter(|seat| !seat.placed.hard.is_all() && !seat.cpus.is_empty());
        let stray = |seat: &&Seat<'_>| !seat.placed.hard.meet(&online).is_within(&pool.cpus);
        let vcpus: CpuSet = named.filter(stray).map(|seat| seat.placed.vcpu).collect();
        (!vcpus.is_empty()).then(|| {
            let text =
                format!("{} may run on CPUs outside pool {}: they do not count", told(&vcpus), pool.id);
            Warning { vcpus, text, grave: false }
        })
    }

    /// vCPUs on several nodes, or where the memory is not.
    fn nodes(&self, seats: &[Seat<'_>]) -> Vec<Warning> {
        let usable = self.usable();
        let all = self.nodes_of(std::iter::once(usable.clone()));
        let held = |seat: &Seat<'_>| {
            !seat.cpus.is_empty() && self.nodes_of(std::iter::once(seat.cpus.clone())) != all
        };
        // Who may run on every node is nobody's matter but the scheduler's.
        if !seats.iter().any(held) {
            return Vec::new();
        }
        let now = self.nodes_of(seats.iter().map(|seat| seat.cpus.clone()));
        let before = self.nodes_of(seats.iter().map(|seat| seat.placed.before.meet(&usable)));
        let mut found = Vec::new();
        if now.len() > 1 {
            let text = format!("its vCPUs may run on nodes {}: some will be far from its memory", list(&now));
            found.push(Warning::of(numbers(seats), text));
        }
        found.extend(self.far(&now, &before).map(|text| Warning::of(numbers(seats), text)));
        found
    }

    /// The nodes of sets, by number.
    fn nodes_of(&self, sets: impl Iterator<Item = CpuSet>) -> Vec<u32> {
        let sets: Vec<CpuSet> = sets.collect();
        let touched = |cpus: &CpuSet| sets.iter().any(|set| !set.meet(cpus).is_empty());
        self.topology.nodes.iter().filter(|node| touched(&node.cpus())).map(|node| node.node).collect()
    }

    /// What is known of memory on other nodes: more than these have given away cannot be on them; and memory stays
    /// where the domain could run when it was given.
    fn far(&self, now: &[u32], before: &[u32]) -> Option<String> {
        let given: Option<u64> = now.iter().map(|node| self.numa.get(*node as usize).map(used)).sum();
        let excess = given.and_then(|given| self.domain.memory.0.checked_sub(given)).filter(|kib| *kib > 0);
        if let (Some(kib), false) = (excess, now.is_empty()) {
            let gib = kib as f64 / f64::from(1 << 20);
            return Some(format!("at least {gib:.1} GiB of its memory is not on node {}", list(now)));
        }
        let moved = !before.is_empty() && !now.is_empty() && now.iter().all(|node| !before.contains(node));
        moved.then(|| format!("its memory does not follow from node {} to node {}", list(before), list(now)))
    }
}

fn used(node: &NumaNode) -> u64 {
    node.total.0.saturating_sub(node.free.0)
}

/// More vCPUs than CPUs for them: they take turns whatever the rest of the machine does.
fn overlaps(seats: &[Seat<'_>]) -> Vec<Warning> {
    let awake = || seats.iter().filter(|seat| seat.placed.share.is_some() && !seat.cpus.is_empty());
    let mut confines: Vec<&CpuSet> = awake().map(|seat| &seat.cpus).collect();
    confines.sort_by_key(|set| (count(set), set.to_string()));
    confines.dedup();
    let mut found: Vec<Warning> = Vec::new();
    for set in confines {
        let within: CpuSet = awake().filter(|s| s.cpus.is_within(set)).map(|s| s.placed.vcpu).collect();
        let told_before = found.iter().any(|warning| within.is_within(&warning.vcpus));
        if count(&within) > count(set) && !told_before {
            found.push(overlap(within, set));
        }
    }
    found
}

fn overlap(vcpus: CpuSet, set: &CpuSet) -> Warning {
    let text = match count(set) {
        1 => format!("{} are confined to the same pCPU, {set}", told(&vcpus)),
        few => format!("{} are confined to no more than {few} pCPUs, {set}", told(&vcpus)),
    };
    Warning { vcpus, text, grave: false }
}

/// Busy vCPUs that have a core between them, each with a thread of its own.
fn siblings(topology: &Topology, seats: &[Seat<'_>]) -> Vec<Warning> {
    let busy =
        |seat: &&Seat<'_>| seat.placed.share.is_some_and(|share| share >= BUSY) && !seat.cpus.is_empty();
    let cores = topology.nodes.iter().flat_map(|node| &node.cores).filter(|core| core.threads.len() > 1);
    let mut found = Vec::new();
    for core in cores.map(super::Core::cpus) {
        let on: Vec<_> = seats.iter().filter(busy).filter(|seat| seat.cpus.is_within(&core)).collect();
        let threads: CpuSet = on.iter().flat_map(|seat| seat.cpus.iter(topology.cpus)).collect();
        // Where there are more than threads they overlap, which is said already.
        if on.len() > 1 && on.len() <= count(&threads) {
            let vcpus: CpuSet = on.iter().map(|seat| seat.placed.vcpu).collect();
            let text = format!("{} are busy and share one core, pCPUs {core}", told(&vcpus));
            found.push(Warning { vcpus, text, grave: false });
        }
    }
    found
}

/// A preference for what is not allowed.
fn useless_preference(seat: &Seat<'_>) -> Option<Warning> {
    let Placed { vcpu, soft, .. } = seat.placed;
    let disjoint = !seat.cpus.is_empty() && seat.cpus.meet(soft).is_empty();
    let what = if soft.is_empty() { "nothing".to_owned() } else { format!("{soft}, where it may not run") };
    disjoint.then(|| Warning::of([*vcpu], format!("vCPU {vcpu} prefers {what}: that has no effect")))
}

fn numbers<'s>(seats: &'s [Seat<'_>]) -> impl Iterator<Item = u32> + 's {
    seats.iter().map(|seat| seat.placed.vcpu)
}

fn count(set: &CpuSet) -> usize {
    set.count(crate::model::cpuset::HIGHEST + 1)
}

/// `vCPU 3`, `vCPUs 0-2,5`.
fn told(vcpus: &CpuSet) -> String {
    if count(vcpus) == 1 { format!("vCPU {vcpus}") } else { format!("vCPUs {vcpus}") }
}

fn list(nodes: &[u32]) -> String {
    nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}
