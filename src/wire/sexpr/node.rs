//! The page of the node: `(node (system Linux) (host a) … (xend_config_format 4))`.

use super::{Format, Node as List, status::mebibytes};
use crate::model::{CpuSet, HostMemory, Hypervisor, KiB, Name, Node, NumaNode, Pcpu};

/// The most physical CPUs believed: as many as a [`CpuSet`] holds.
const MOST_CPUS: u32 = crate::model::cpuset::HIGHEST + 1;

/// What the page tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Of the hypervisor.
    pub hypervisor: Hypervisor,
    /// Of the machine.
    pub node: Node,
    /// Of its memory; xend does not tell what is to be wiped or promised.
    pub memory: HostMemory,
    /// How its domains are written.
    pub format: Format,
}

impl Page {
    /// Reads the page; none where it is none.
    pub fn read(page: List<'_>) -> Option<Self> {
        (page.head() == Some("node")).then(|| Self {
            hypervisor: hypervisor(page),
            node: node(page),
            memory: HostMemory {
                total: memory(page, "total_memory"),
                free: memory(page, "free_memory"),
                ..HostMemory::default()
            },
            format: Format::of(number(page, "xend_config_format").unwrap_or(1)),
        })
    }
}

/// Facts by the words the hypercall driver has for them.
const FACTS: [(&str, &str); 9] = [
    ("changeset", "xen_changeset"),
    ("compiler", "cc_compiler"),
    ("compiled by", "cc_compile_by"),
    ("compiled at", "cc_compile_domain"),
    ("compiled on", "cc_compile_date"),
    ("command line", "xen_commandline"),
    ("hardware", "virt_caps"),
    ("control domain", "release"),
    ("platform", "platform_params"),
];

fn hypervisor(page: List<'_>) -> Hypervisor {
    let value = |key| page.value(key).unwrap_or_default();
    let fact = |&(label, key): &(&str, &str)| Some((label.into(), Name::new(page.value(key)?)));
    Hypervisor {
        kind: "Xen".into(),
        version: format!("{}.{}{}", value("xen_major"), value("xen_minor"), value("xen_extra")).into(),
        capabilities: value("xen_caps").split_whitespace().map(Into::into).collect(),
        scheduler: page.value("xen_scheduler").map(Into::into).into(),
        facts: FACTS.iter().filter_map(fact).collect(),
    }
}

fn node(page: List<'_>) -> Node {
    let per = |key| number(page, key).unwrap_or(1).max(1);
    let mut node = Node {
        name: Name::new(page.value("host").unwrap_or_default()),
        machine: page.value("machine").unwrap_or_default().into(),
        threads_per_core: per("threads_per_core"),
        cores_per_socket: per("cores_per_socket"),
        cpu_khz: number(page, "cpu_mhz").map(|mhz| mhz.saturating_mul(1000)).into(),
        numa: numa(page),
        ..Node::default()
    };
    let count = number(page, "nr_cpus").unwrap_or_default().min(MOST_CPUS);
    node.pcpus = pcpus(page, &node, count);
    node
}

/// Where each CPU is: from the table of 4.1, else as Xen counts them, threads first.
fn pcpus(page: List<'_>, node: &Node, count: u32) -> Vec<Pcpu> {
    let table = page.value("cpu_topology").map(topology).unwrap_or_default();
    let (threads, cores) = (node.threads_per_core, node.cores_per_socket);
    let nodes = number(page, "nr_nodes").unwrap_or(1).max(1);
    let sets = page.value("node_to_cpu").map(node_sets).unwrap_or_default();
    let of_node = |cpu: u32| {
        let named = sets.iter().find(|(_, set)| set.contains(cpu)).map(|(node, _)| *node);
        named.unwrap_or(cpu / count.div_ceil(nodes).max(1))
    };
    let place = |cpu: u32| {
        let (core, socket) = (cpu / threads, cpu / threads.saturating_mul(cores));
        let counted = Pcpu { online: true, core, socket, node: of_node(cpu) };
        table.iter().find(|row| row[0] == cpu).map_or(counted, |&[_, core, socket, node]| Pcpu {
            online: true,
            core: core.saturating_add(socket.saturating_mul(cores)),
            socket,
            node,
        })
    };
    (0..count).map(place).collect()
}

/// The rows `  0:       0        0        0` of CPU, core, socket and node, below their heading.
fn topology(text: &str) -> Vec<[u32; 4]> {
    let row = |line: &str| {
        let (cpu, rest) = line.split_once(':')?;
        let mut numbers =
            std::iter::once(cpu).chain(rest.split_whitespace()).map(|word| word.trim().parse().ok());
        let mut next = || numbers.next().flatten();
        Some([next()?, next()?, next()?, next()?])
    };
    text.lines().filter_map(row).take(MOST_CPUS as usize).collect()
}

/// `node0:0-3 node1:4-7` or a line each (3.2 to 4.0); a node without CPUs says `no cpus`.
fn node_sets(text: &str) -> Vec<(u32, CpuSet)> {
    pairs(text).filter_map(|(node, set)| Some((node, set.parse().ok()?))).collect()
}

/// The memory of each NUMA node. What 4.1 prints of it is a table `node: memsize memfree distances` in MiB; what
/// 3.3 prints is `node0:1024`, what of it is free.
fn numa(page: List<'_>) -> Vec<NumaNode> {
    page.value("numa_info").into_iter().flat_map(str::lines).filter_map(numa_row).collect()
}

fn numa_row(line: &str) -> Option<NumaNode> {
    let (node, rest) = line.split_once(':')?;
    node.trim().parse::<u32>().ok()?;
    let mut words = rest.split_whitespace();
    let mut size = || words.next()?.parse().ok().map(mebibytes);
    let (total, free) = (size()?, size()?);
    let distances = words.next().unwrap_or_default().split(',').filter_map(|word| word.parse().ok());
    Some(NumaNode { total, free, distances: distances.collect() })
}

fn pairs(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let words = text.split(|c: char| c.is_whitespace() || c == ';').filter(|word| !word.is_empty());
    words.filter_map(|word| {
        let (node, value) = word.strip_prefix("node")?.split_once(':')?;
        Some((node.parse().ok()?, value))
    })
}

fn memory(page: List<'_>, key: &str) -> KiB {
    page.value(key).and_then(|text| text.parse().ok()).map(mebibytes).unwrap_or_default()
}

fn number(page: List<'_>, key: &str) -> Option<u32> {
    page.value(key)?.parse().ok()
}
