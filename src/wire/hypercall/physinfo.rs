//! `XEN_SYSCTL_physinfo` (public/sysctl.h): CPUs and memory of the host, in ten forms.

use super::{Abi, Message, Release, abi::pick, message::Sysctl};

/// More CPUs than any Xen was built for: what is above is no count.
pub const MOST_CPUS: u32 = 4096;

/// Where the fields stand, in bytes from the start of the argument; threads of a core are always at 0 and cores of
/// a socket at 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its size.
    pub size: usize,
    /// Sockets of a node (before 3.2).
    pub sockets_per_node: Option<usize>,
    /// CPUs that are online.
    pub nr_cpus: Option<usize>,
    /// The highest CPU number.
    pub max_cpu_id: Option<usize>,
    /// NUMA nodes.
    pub nr_nodes: Option<usize>,
    /// The highest NUMA node.
    pub max_node_id: Option<usize>,
    /// The clock in kHz.
    pub cpu_khz: usize,
    /// What the hardware can (3.3 and later).
    pub capabilities: Option<usize>,
    /// Pages of the host; free pages follow it.
    pub total: usize,
    /// Pages freed but not yet wiped.
    pub scrub: Option<usize>,
    /// Pages claimed but not yet given (4.3 and later).
    pub outstanding: Option<usize>,
    /// The processor's feature words.
    pub hw_cap: usize,
    /// Where to put the node of each CPU; `max_cpu_id` says how many fit (3.2 to 4.0).
    pub cpu_to_node: Option<usize>,
}

/// `dom0_op` of 3.0.0 to 3.0.2.
const OLDEST: Layout = Layout {
    size: 72,
    sockets_per_node: Some(8),
    nr_cpus: None,
    max_cpu_id: None,
    nr_nodes: Some(12),
    max_node_id: None,
    cpu_khz: 16,
    capabilities: None,
    total: 24,
    scrub: None,
    outstanding: None,
    hw_cap: 40,
    cpu_to_node: None,
};

/// 3.0.3 to 3.1.
const SCRUB: Layout = Layout { size: 80, scrub: Some(40), hw_cap: 48, ..OLDEST };

/// sysctl 4, as Fedora 8 has it.
const MAPPED: Layout = Layout { size: 96, max_cpu_id: Some(80), cpu_to_node: Some(88), ..SCRUB };

/// 3.2.
const COUNTED: Layout = Layout { sockets_per_node: None, nr_cpus: Some(8), ..MAPPED };

/// 4.1 and 4.2.
const POOLED: Layout = Layout {
    size: 96,
    max_cpu_id: Some(12),
    nr_nodes: Some(16),
    max_node_id: Some(20),
    cpu_khz: 24,
    capabilities: Some(88),
    total: 32,
    scrub: Some(48),
    hw_cap: 56,
    cpu_to_node: None,
    ..COUNTED
};

/// 4.3 to 4.9.
const CLAIMS: Layout =
    Layout { size: 104, capabilities: Some(96), outstanding: Some(56), hw_cap: 64, ..POOLED };

/// 4.10 to 4.16.
const MOVED: Layout = Layout { capabilities: Some(28), hw_cap: 72, ..CLAIMS };

/// By sysctl version.
const TABLE: &[(u32, Layout)] = &[
    (0, OLDEST),
    (1, SCRUB),
    (4, MAPPED),
    (5, COUNTED),
    (7, Layout { size: 104, nr_nodes: None, max_node_id: Some(12), capabilities: Some(96), ..COUNTED }),
    (8, POOLED),
    (0xa, CLAIMS),
    (0x10, MOVED),
    (0x15, Layout { size: 112, total: 40, scrub: Some(56), outstanding: Some(64), hw_cap: 80, ..MOVED }),
];

/// 3.3 and 3.4, which have the sysctl version of 3.2.
const HARDWARE: Layout = Layout { size: 104, capabilities: Some(96), ..COUNTED };

impl Layout {
    /// The layout of this hypervisor; the newest for versions yet unknown.
    pub fn of(abi: &Abi) -> &'static Self {
        if abi.sysctl == 6 && abi.release >= Release::new(3, 3) {
            return &HARDWARE;
        }
        pick(TABLE, abi.sysctl)
    }
}

/// The host's CPUs and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysInfo {
    /// Threads of a core.
    pub threads_per_core: u32,
    /// Cores of a socket.
    pub cores_per_socket: u32,
    /// CPUs that are online.
    pub cpus: u32,
    /// The highest CPU number.
    pub max_cpu_id: u32,
    /// The highest NUMA node.
    pub max_node_id: u32,
    /// The clock in kHz.
    pub cpu_khz: u32,
    /// What the hardware can, by bits (`XEN_SYSCTL_PHYSCAP_*`).
    pub capabilities: Option<u32>,
    /// Pages of the host.
    pub total_pages: u64,
    /// Pages no domain has.
    pub free_pages: u64,
    /// Pages freed but not yet wiped.
    pub scrub_pages: u64,
    /// Pages claimed but not yet given.
    pub outstanding_pages: u64,
    /// The processor's feature words.
    pub hw_cap: [u32; 8],
}

impl PhysInfo {
    /// Reads the answer to [`ask`]; counts beyond any Xen's are clamped.
    pub fn decode(abi: &Abi, reply: &Message) -> Self {
        let layout = Layout::of(abi);
        let word = |at: Option<usize>| at.map(|at| reply.u32(at));
        let pages = |at: Option<usize>| at.map_or(0, |at| reply.u64(at));
        let cpus = word(layout.nr_cpus).unwrap_or_else(|| product(layout, reply)).clamp(1, MOST_CPUS);
        let nodes = word(layout.nr_nodes).unwrap_or(1).max(1);
        Self {
            threads_per_core: reply.u32(0),
            cores_per_socket: reply.u32(4),
            cpus,
            max_cpu_id: word(layout.max_cpu_id).unwrap_or(cpus - 1).min(MOST_CPUS - 1),
            max_node_id: word(layout.max_node_id).unwrap_or(nodes - 1),
            cpu_khz: reply.u32(layout.cpu_khz),
            capabilities: word(layout.capabilities),
            total_pages: reply.u64(layout.total),
            free_pages: reply.u64(layout.total + 8),
            scrub_pages: pages(layout.scrub),
            outstanding_pages: pages(layout.outstanding),
            hw_cap: std::array::from_fn(|i| reply.u32(layout.hw_cap + 4 * i)),
        }
    }

    /// What the hardware can, in words; the bits changed their meaning with the releases.
    pub fn abilities(&self, abi: &Abi) -> Vec<&'static str> {
        let bits = self.capabilities.unwrap_or(0);
        let since = |minor| abi.release >= Release::new(4, minor);
        let words = [
            (0, "hvm", true),
            (1, if since(12) { "pv" } else { "hvm_directio" }, true),
            (2, "directio", since(12)),
            (3, "hap", since(13)),
            (4, "shadow", since(13)),
            (5, "iommu_hap_pt_share", since(13)),
            (6, "vmtrace", since(15)),
            (7, "vpmu", since(16)),
            (8, "gnttab-v1", since(16)),
            (9, "gnttab-v2", since(16)),
        ];
        words.iter().filter(|(bit, _, told)| *told && bits & (1 << bit) != 0).map(|row| row.1).collect()
    }
}

/// The number of CPUs before 3.2, which gave only how they are packed.
fn product(layout: &Layout, reply: &Message) -> u32 {
    let sockets = layout.sockets_per_node.map_or(1, |at| reply.u32(at));
    let nodes = layout.nr_nodes.map_or(1, |at| reply.u32(at));
    [reply.u32(4), sockets, nodes].into_iter().fold(reply.u32(0), u32::saturating_mul)
}

/// Asks for the host's CPUs and memory.
pub fn ask(abi: &Abi) -> Option<Message> {
    Message::sysctl(abi, Sysctl::PhysInfo)
}

/// Asks for the same, and for the node of each CPU (u32 each) into `buffer`; none but in 3.2 to 4.0.
pub fn ask_nodes(abi: &Abi, cpus: u32, buffer: u64) -> Option<Message> {
    let layout = Layout::of(abi);
    let (count, map) = (layout.max_cpu_id?, layout.cpu_to_node?);
    let mut message = ask(abi)?;
    message.put_u32(count, cpus.saturating_sub(1));
    message.put_u64(map, buffer);
    Some(message)
}
