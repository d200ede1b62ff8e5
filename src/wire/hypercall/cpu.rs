//! The host's CPUs and NUMA nodes: `getcpuinfo`, `topologyinfo` (4.1 to 4.5), `cputopoinfo` (4.6 and later),
//! `numainfo` in both forms, `availheap` (public/sysctl.h).

use super::{
    Abi, Message,
    bytes::{u32_at, u64_at},
    message::Sysctl,
};

/// More NUMA nodes than any Xen was built for (`MAX_NUMNODES`).
pub const MOST_NODES: u32 = 64;

/// The size of one CPU's record of [`ask_times`].
pub const TIME: usize = 8;

/// What one CPU takes in the buffer of [`ask_places`], in either form.
pub const PLACE: usize = 12;

/// Asks how long each of `cpus` CPUs was idle, into `buffer`; 3.2 and later.
pub fn ask_times(abi: &Abi, cpus: u32, buffer: u64) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::CpuInfo)?;
    message.put_u32(0, cpus);
    message.put_u64(8, buffer);
    Some(message)
}

/// How many CPUs the answer to [`ask_times`] says it wrote: not to be trusted above what was asked for.
pub fn timed(reply: &Message) -> u32 {
    reply.u32(16)
}

/// Idle nanoseconds of CPU `index` of the buffer.
pub fn idle(buffer: &[u8], index: usize) -> Option<u64> {
    u64_at(buffer, index.checked_mul(TIME)?)
}

/// Where a CPU stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its core, numbered within its socket.
    pub core: u32,
    /// Its socket.
    pub socket: u32,
    /// Its NUMA node.
    pub node: u32,
}

/// Whether each CPU's three numbers stand together, as from 4.6 on, or in three arrays.
const fn together(abi: &Abi) -> bool {
    abi.sysctl >= 0xc
}

/// Asks where each of `cpus` CPUs stands, into a buffer of [`PLACE`] bytes each; 4.1 and later.
pub fn ask_places(abi: &Abi, cpus: u32, buffer: u64) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::Topology)?;
    if together(abi) {
        message.put_u32(0, cpus);
        message.put_u64(8, buffer);
    } else {
        let array = 4 * u64::from(cpus);
        message.put_u32(0, cpus.saturating_sub(1));
        message.put_u64(8, buffer);
        message.put_u64(16, buffer + array);
        message.put_u64(24, buffer + 2 * array);
    }
    Some(message)
}

/// How many CPUs the answer to [`ask_places`] covers.
pub fn placed(abi: &Abi, reply: &Message) -> u32 {
    if together(abi) { reply.u32(0) } else { reply.u32(0).saturating_add(1) }
}

/// Where CPU `index` stands, of the buffer asked for `cpus` of them; none where it is offline.
pub fn place(abi: &Abi, buffer: &[u8], cpus: u32, index: u32) -> Option<Place> {
    let (step, gap) = if together(abi) { (PLACE, 4) } else { (4, 4 * cpus as usize) };
    let field = |i: usize| u32_at(buffer, index as usize * step + i * gap);
    let place = Place { core: field(0)?, socket: field(1)?, node: field(2)? };
    (index < cpus && place.core != u32::MAX && place.socket != u32::MAX).then_some(place)
}

/// The node of CPU `index` of the buffer of [`super::physinfo::ask_nodes`].
pub fn node_of(buffer: &[u8], index: u32) -> Option<u32> {
    u32_at(buffer, index as usize * 4).filter(|&node| node < MOST_NODES)
}

/// What `nodes` NUMA nodes take in the buffer of [`ask_numa`], in either form.
pub const fn numa_size(nodes: u32) -> usize {
    let nodes = nodes as usize;
    16 * nodes + 4 * nodes * nodes
}

/// Asks for memory and distances of `nodes` NUMA nodes, into a buffer of [`numa_size`]; 4.1 and later.
pub fn ask_numa(abi: &Abi, nodes: u32, buffer: u64) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::Numa)?;
    let distances = buffer + 16 * u64::from(nodes);
    message.put_u64(8, buffer);
    if together(abi) {
        message.put_u32(0, nodes);
        message.put_u64(16, distances);
    } else {
        message.put_u32(0, nodes.saturating_sub(1));
        message.put_u64(16, buffer + 8 * u64::from(nodes));
        message.put_u64(24, distances);
    }
    Some(message)
}

/// How many nodes the answer to [`ask_numa`] covers.
pub fn numa_told(abi: &Abi, reply: &Message) -> u32 {
    placed(abi, reply)
}

/// Total and free bytes of one node, of the buffer asked for `nodes` of them; none where there is no such node.
pub fn numa_memory(abi: &Abi, buffer: &[u8], nodes: u32, index: u32) -> Option<(u64, u64)> {
    /// What stands for no node: a 32-bit all ones, widened.
    const NONE: u64 = 0xffff_ffff;
    let (step, gap) = if together(abi) { (16, 8) } else { (8, 8 * nodes as usize) };
    let at = index as usize * step;
    let (total, free) = (u64_at(buffer, at)?, u64_at(buffer, at + gap)?);
    (index < nodes && total != NONE && total != u64::MAX).then_some((total, free))
}

/// The distance from one node to another, of the buffer asked for `nodes` of them; none where it is not known.
pub fn numa_distance(buffer: &[u8], nodes: u32, from: u32, to: u32) -> Option<u32> {
    let (nodes, from, to) = (nodes as usize, from as usize, to as usize);
    u32_at(buffer, 16 * nodes + 4 * (from * nodes + to)).filter(|&distance| distance != u32::MAX)
}

/// Asks for the free bytes of one NUMA node, or of all; 3.2 and later.
pub fn ask_heap(abi: &Abi, node: Option<u32>) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::AvailHeap)?;
    message.put_u32(8, node.unwrap_or(u32::MAX));
    Some(message)
}

/// The bytes the answer to [`ask_heap`] tells.
pub fn heap(reply: &Message) -> u64 {
    reply.u64(16)
}
