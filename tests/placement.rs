//! Laws of placing vCPUs: how CPUs are grouped, what presets give, what is warned of.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use domtop::model::{
    CpuPool, CpuSet, Domain, DomainId, DomainKey, KiB, NumaNode, Pcpu, Vcpu,
    placement::{Crowd, Placed, Room, Scene, Topology, Warning, on_node, pack, spread, warnings},
};
use proptest::prelude::*;

fn set(text: &str) -> CpuSet {
    text.parse().unwrap()
}

/// So many nodes of so many cores of so many threads, all online; threads of a core stand beside each other.
fn machine(nodes: u32, cores: u32, threads: u32) -> Vec<Pcpu> {
    let pcpu = |n: u32| Pcpu {
        online: true,
        core: n / threads,
        socket: n / threads / cores,
        node: n / threads / cores,
    };
    (0..nodes * cores * threads).map(pcpu).collect()
}

fn any_machine() -> impl Strategy<Value = Vec<Pcpu>> {
    let pcpu = (any::<bool>(), 0..4_u32, 0..2_u32, 0..3_u32).prop_map(|(online, core, socket, node)| Pcpu {
        online,
        core,
        socket,
        node,
    });
    prop::collection::vec(pcpu, 0..40)
}

fn threads(topology: &Topology) -> impl Iterator<Item = &[u32]> {
    topology.nodes.iter().flat_map(|node| node.cores.iter().map(|core| core.threads.as_slice()))
}

/// The one CPU of each set.
fn singles(sets: &[CpuSet]) -> Vec<u32> {
    sets.iter()
        .map(|set| {
            let [cpu] = set.iter(4096).collect::<Vec<_>>()[..] else { panic!("{set}") };
            cpu
        })
        .collect()
}

/// How often each CPU was given.
fn most_and_least(cpus: &[u32], of: &CpuSet) -> (usize, usize) {
    let times = |cpu: u32| cpus.iter().filter(|c| **c == cpu).count();
    let all: Vec<usize> = of.iter(4096).map(times).collect();
    (all.iter().copied().max().unwrap(), all.iter().copied().min().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cpu_stands_once_and_threads_of_a_core_together(pcpus in any_machine()) {
        let topology = Topology::of(&pcpus);
        let columns = topology.columns();
        let distinct: BTreeSet<u32> = columns.iter().copied().collect();
        prop_assert_eq!((columns.len(), distinct.len()), (pcpus.len(), pcpus.len()));
        for core in threads(&topology) {
            let place = |cpu: &u32| { let p = pcpus[*cpu as usize]; (p.online, p.node, p.socket, p.core) };
            prop_assert!(core.windows(2).all(|pair| pair[0] < pair[1] && place(&pair[0]) == place(&pair[1])));
        }
        for cpu in columns {
            prop_assert_eq!(topology.core_of(cpu).is_some(), pcpus[cpu as usize].online);
            prop_assert_eq!(topology.node_of(cpu).map(|n| n.node), pcpus[cpu as usize].online.then_some(pcpus[cpu as usize].node));
        }
    }

    #[test]
    fn presets_keep_to_what_is_allowed_and_online(
        pcpus in any_machine(),
        allowed in prop::collection::btree_set(0..40_u32, 0..40),
        busy in prop::collection::vec(any::<f32>(), 0..40),
        vcpus in 1..60_usize,
    ) {
        let topology = Topology::of(&pcpus);
        let allowed: CpuSet = allowed.into_iter().collect();
        let usable = allowed.meet(&topology.online());
        let room = Room { topology: &topology, allowed: &allowed, busy: &busy };
        for given in [spread(room, vcpus), pack(room, vcpus)] {
            prop_assert_eq!(given.is_none(), usable.is_empty());
            let Some(sets) = given else { continue };
            prop_assert_eq!(sets.len(), vcpus);
            prop_assert!(singles(&sets).iter().all(|cpu| usable.contains(*cpu)));
        }
        for node in 0..4 {
            let wanted: CpuSet = usable.iter(40).filter(|cpu| pcpus[*cpu as usize].node == node).collect();
            let given = on_node(room, node, vcpus);
            prop_assert_eq!(given, (!wanted.is_empty()).then(|| vec![wanted; vcpus]));
        }
    }

    #[test]
    fn spread_shares_a_core_only_when_all_have_one_and_a_thread_only_when_all_have_one(
        (nodes, cores, smt) in (1..4_u32, 1..6_u32, 1..4_u32),
        busy in prop::collection::vec(0.0_f32..1.0, 60),
        vcpus in 1..80_usize,
    ) {
        let topology = Topology::of(&machine(nodes, cores, smt));
        let (all, online) = (CpuSet::all(), topology.online());
        let cpus = singles(&spread(Room { topology: &topology, allowed: &all, busy: &busy }, vcpus).unwrap());
        let core = |cpu: &u32| cpu / smt;
        let used: BTreeSet<u32> = cpus.iter().map(core).collect();
        prop_assert_eq!(used.len(), vcpus.min((nodes * cores) as usize));
        let (most, least) = most_and_least(&cpus, &online);
        prop_assert!(most - least <= 1, "no thread has two more than another");
        if vcpus <= cores as usize {
            let nodes: BTreeSet<u32> = cpus.iter().map(|cpu| cpu / smt / cores).collect();
            prop_assert_eq!(nodes.len(), 1, "what fits on one node is not spread over two");
        }
    }

    #[test]
    fn pack_uses_the_fewest_cores_and_one_node_where_it_can(
        (nodes, cores, smt) in (1..4_u32, 1..6_u32, 1..4_u32),
        busy in prop::collection::vec(0.0_f32..1.0, 60),
        vcpus in 1..80_usize,
    ) {
        let topology = Topology::of(&machine(nodes, cores, smt));
        let (all, online) = (CpuSet::all(), topology.online());
        let cpus = singles(&pack(Room { topology: &topology, allowed: &all, busy: &busy }, vcpus).unwrap());
        let used: BTreeSet<u32> = cpus.iter().map(|cpu| cpu / smt).collect();
        prop_assert!(used.len() <= vcpus.div_ceil(smt as usize));
        if vcpus <= (cores * smt) as usize {
            let nodes: BTreeSet<u32> = cpus.iter().map(|cpu| cpu / smt / cores).collect();
            prop_assert_eq!(nodes.len(), 1);
            prop_assert_eq!(cpus.iter().collect::<BTreeSet<_>>().len(), vcpus, "a thread each");
        } else if vcpus >= online.count(60) {
            prop_assert!(most_and_least(&cpus, &online).1 >= 1, "no thread stays empty");
        }
    }
}

#[test]
fn presets_go_to_the_node_with_the_most_room_and_its_calmest_cores() {
    let topology = Topology::of(&machine(2, 4, 2));
    let mut busy = vec![0.5_f32; 8];
    busy.extend([0.9, 0.0, 0.1, 0.0, 0.0, 0.0, 0.6, 0.0]);
    let all = CpuSet::all();
    let room = Room { topology: &topology, allowed: &all, busy: &busy };
    assert_eq!(singles(&spread(room, 3).unwrap()), [12, 10, 14]);
    assert_eq!(singles(&pack(room, 3).unwrap()), [12, 13, 10]);
}

/// A domain on a machine, with what other domains do there.
struct Bench {
    topology: Topology,
    domain: Domain,
    pool: Option<CpuPool>,
    numa: Vec<NumaNode>,
    crowds: Vec<Crowd>,
}

impl Bench {
    /// Two nodes of two cores of two threads, nobody else on them.
    fn new() -> Self {
        let topology = Topology::of(&machine(2, 2, 2));
        let key = DomainKey { id: Some(DomainId(7)), ..DomainKey::default() };
        let domain = Domain { key, memory: KiB(4 << 20), ..Domain::default() };
        let crowds = vec![Crowd::default(); 8];
        Self { topology, domain, pool: None, numa: Vec::new(), crowds }
    }

    /// The warnings for hard and soft sets with the share each vCPU uses, in percent.
    fn all(&self, sets: &[(&str, &str, f32)], before: &str) -> Vec<Warning> {
        let empty = |text: &str| if text.is_empty() { CpuSet::default() } else { set(text) };
        let sets: Vec<_> =
            sets.iter().map(|(hard, soft, share)| (empty(hard), empty(soft), *share)).collect();
        let before = set(before);
        let placed: Vec<Placed<'_>> = (0..)
            .zip(&sets)
            .map(|(vcpu, (hard, soft, share))| Placed {
                vcpu,
                hard,
                soft,
                share: (*share >= 0.0).then_some(*share / 100.0),
                before: &before,
            })
            .collect();
        let scene = Scene {
            topology: &self.topology,
            domain: &self.domain,
            pool: self.pool.as_ref(),
            numa: &self.numa,
            crowds: &self.crowds,
            name: &|id| format!("dom{}", id.0),
        };
        warnings(&scene, &placed)
    }

    fn texts(&self, sets: &[(&str, f32)]) -> Vec<String> {
        let sets: Vec<_> = sets.iter().map(|(hard, share)| (*hard, "all", *share)).collect();
        self.all(&sets, "all").into_iter().map(|warning| warning.text).collect()
    }
}

#[test]
fn vcpus_that_may_run_anywhere_are_no_matter() {
    assert!(Bench::new().texts(&[("all", 90.0), ("all", 90.0), ("0-7", 5.0)]).is_empty());
}

#[test]
fn more_vcpus_than_cpus_for_them_overlap() {
    let bench = Bench::new();
    assert_eq!(bench.texts(&[("3", 5.0), ("3", 5.0)]), ["vCPUs 0-1 are confined to the same pCPU, 3"]);
    let three = [("0-1", 5.0), ("0", 5.0), ("1", 5.0), ("2-3", 5.0)];
    assert_eq!(bench.texts(&three), ["vCPUs 0-2 are confined to no more than 2 pCPUs, 0-1"]);
    assert!(bench.texts(&[("3", 5.0), ("3", -1.0)]).is_empty(), "one that is unplugged takes no turn");
}

#[test]
fn busy_vcpus_on_the_threads_of_one_core_share_it_and_idle_ones_do_not_matter() {
    let bench = Bench::new();
    assert_eq!(
        bench.texts(&[("0", 70.0), ("1", 60.0)]),
        ["vCPUs 0-1 are busy and share one core, pCPUs 0-1"]
    );
    assert!(bench.texts(&[("0", 70.0), ("1", 10.0)]).is_empty());
    assert!(bench.texts(&[("0", 70.0), ("2", 60.0)]).is_empty(), "two cores");
}

#[test]
fn others_that_work_where_a_vcpu_is_confined_are_named() {
    let mut bench = Bench::new();
    let other = |domain: u32, pcpu: u32, running: bool| Vcpu {
        domain: DomainId(domain),
        online: true,
        running,
        pcpu,
        ..Vcpu::default()
    };
    let vcpus = [other(7, 0, true), other(9, 0, true), other(9, 1, true), other(9, 2, false)];
    bench.crowds = Crowd::of(&vcpus, &[Some(90.0), Some(80.0), Some(30.0), Some(0.1)], (DomainId(7), 8));
    assert_eq!(bench.crowds[0].count, 1, "one's own are none of the others");
    assert_eq!(bench.crowds[2].count, 0, "one that sleeps is nowhere");
    assert_eq!(bench.texts(&[("0", 9.0)]), ["pCPU 0, where vCPU 0 may run, is used by dom9 (80 % of it)"]);
    assert_eq!(
        bench.texts(&[("0-1", 9.0)]),
        ["each of pCPUs 0-1, where vCPU 0 may run, is used by dom9 or others"]
    );
    assert!(bench.texts(&[("0-2", 9.0)]).is_empty(), "2 is free");
}

#[test]
fn a_set_that_leaves_no_cpu_is_grave() {
    let mut bench = Bench::new();
    bench.topology = Topology::of(
        &machine(1, 4, 1)
            .into_iter()
            .zip([true, true, true, false])
            .map(|(p, online)| Pcpu { online, ..p })
            .collect::<Vec<_>>(),
    );
    for (hard, text) in
        [("", "vCPU 0 could run nowhere"), ("3", "vCPU 0 may run on 3 only, which is not online")]
    {
        let found = bench.all(&[(hard, "all", 5.0)], "all");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].text.as_str(), found[0].grave), (text, true));
    }
}

#[test]
fn cpus_outside_the_pool_do_not_count() {
    let mut bench = Bench::new();
    bench.pool = Some(CpuPool { id: 2, cpus: set("0-3"), ..CpuPool::default() });
    assert_eq!(bench.texts(&[("4-5", 5.0)]), ["vCPU 0 may run on none of the CPUs of pool 2, 0-3"]);
    assert_eq!(bench.texts(&[("2-5", 5.0)]), ["vCPU 0 may run on CPUs outside pool 2: they do not count"]);
    assert!(bench.texts(&[("all", 5.0)]).is_empty(), "all means those of the pool");
}

#[test]
fn a_preference_for_what_is_not_allowed_has_no_effect() {
    let found = Bench::new().all(&[("0-1", "2-3", 5.0)], "all");
    assert_eq!(found[0].text, "vCPU 0 prefers 2-3, where it may not run: that has no effect");
}

#[test]
fn vcpus_on_several_nodes_are_far_from_some_memory() {
    let found = Bench::new().texts(&[("0", 5.0), ("4", 5.0)]);
    assert_eq!(found, ["its vCPUs may run on nodes 0 and 1: some will be far from its memory"]);
    assert!(Bench::new().texts(&[("0-6", 5.0), ("1-7", 5.0)]).is_empty(), "held on no node");
}

#[test]
fn memory_that_cannot_be_where_the_vcpus_are_is_told() {
    let mut bench = Bench::new();
    let node =
        |used: u64| NumaNode { total: KiB(16 << 20), free: KiB((16 << 20) - used), ..NumaNode::default() };
    bench.numa = vec![node(1 << 20), node(8 << 20)];
    assert_eq!(bench.texts(&[("0", 5.0)]), ["at least 3.0 GiB of its memory is not on node 0"]);
    assert!(bench.texts(&[("4", 5.0)]).is_empty(), "all of it may be there");
    let moved = bench.all(&[("4", "all", 5.0)], "0-3");
    assert_eq!(moved[0].text, "its memory does not follow from node 0 to node 1");
}

#[test]
fn the_control_domain_on_one_cpu_holds_up_the_host() {
    let mut bench = Bench::new();
    bench.domain.key.id = Some(DomainId(0));
    let found = bench.texts(&[("0", 5.0), ("0", 5.0)]);
    assert_eq!(found[0], "all of the control domain would run on pCPU 0 alone: the host waits for it");
    assert!(bench.texts(&[("0", 5.0)]).is_empty(), "one vCPU takes no more than one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_placement_on_any_machine_is_judged(
        pcpus in any_machine(),
        sets in prop::collection::vec((prop::collection::btree_set(0..60_u32, 0..8), any::<f32>()), 0..10),
        pool in prop::option::of(prop::collection::btree_set(0..40_u32, 0..10)),
        id in 0..2_u32,
    ) {
        let mut bench = Bench::new();
        bench.topology = Topology::of(&pcpus);
        bench.domain.key.id = Some(DomainId(id));
        bench.pool = pool.map(|cpus| CpuPool { cpus: cpus.into_iter().collect(), ..CpuPool::default() });
        let sets: Vec<(CpuSet, f32)> = sets.into_iter().map(|(cpus, share)| (cpus.into_iter().collect(), share)).collect();
        let texts: Vec<(String, f32)> = sets.iter().map(|(cpus, share)| (cpus.to_string(), *share)).collect();
        let named: Vec<_> = texts.iter().map(|(text, share)| (text.as_str(), text.as_str(), *share)).collect();
        let found = bench.all(&named, "0");
        for warning in &found {
            prop_assert!(!warning.text.is_empty() && warning.vcpus.iter(4096).all(|v| (v as usize) < sets.len()));
        }
        let nowhere = sets.iter().filter(|(cpus, _)| cpus.is_empty()).count();
        prop_assert!(found.iter().filter(|warning| warning.grave).count() >= nowhere);
    }
}
