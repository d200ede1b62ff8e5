//! What a change would run into, told before it is made: from the host as it was last read, so that a user can think
//! twice. What cannot be done is refused by the drivers; this is what can be done and may not be meant.

use super::{
    CpuSet, Domain, KiB, Node, Op, Snapshot,
    request::{Change, PinRequest},
};

/// With less than this, kernels of today hardly boot and soon end programs for want of memory.
const LEAST: KiB = KiB(64 << 10);
/// A control domain with less than this may lose the toolstack's own programs.
const LEAST_CONTROL: KiB = KiB(512 << 10);

/// What a change to a domain would run into, a sentence without a full stop each; mostly nothing.
pub fn cautions(change: &Change, domain: &Domain, host: &Snapshot) -> Vec<String> {
    match change {
        Change::SetMemory(target) => memory(*target, domain, host),
        Change::SetMaxMemory(limit) if *limit < domain.memory => {
            vec![format!("it has {} now, more than that limit", domain.memory)]
        }
        Change::SetVcpus(count) => vcpus(*count, domain, &host.node),
        Change::Pin(pin) => placement(pin, domain, &host.node),
        Change::Suspend | Change::Shutdown | Change::Reboot | Change::Destroy | Change::Save(_)
            if is_control(domain) =>
        {
            vec!["it is the control domain: the host and every guest depend on it".into()]
        }
        _ => Vec::new(),
    }
}

/// Whether it is the domain the host is controlled from.
pub fn is_control(domain: &Domain) -> bool {
    domain.key.id.is_some_and(|id| id.0 == 0)
}

fn memory(target: KiB, domain: &Domain, host: &Snapshot) -> Vec<String> {
    let mut told = Vec::new();
    // A toolstack raises the limit with the target.
    let raised =
        host.drivers.iter().any(|driver| &*driver.name == "xl" && driver.ops.contains(&Op::SetMemory));
    if let Some(limit) = domain.max_memory.known().filter(|limit| !raised && target > **limit) {
        told.push(format!("it is above the domain's limit of {}", *limit));
    }
    let more = target.0.saturating_sub(domain.memory.0);
    if let Some(free) = host.memory.known().map(|memory| memory.free).filter(|free| more > free.0) {
        told.push(format!("it takes {} more, and the host has {} free", KiB(more), free));
    }
    let least = if is_control(domain) { LEAST_CONTROL } else { LEAST };
    if target < least {
        told.push(format!("with less than {least} a kernel may end its own programs"));
    }
    told
}

fn vcpus(count: u32, domain: &Domain, node: &Node) -> Vec<String> {
    let mut told = Vec::new();
    if count > domain.vcpus.max {
        told.push(format!("it can have {} at most", domain.vcpus.max));
    }
    let pcpus = node.online();
    if pcpus > 0 && count as usize > pcpus {
        told.push(format!("they are more than the {pcpus} CPUs of the host, and would wait for each other"));
    }
    told
}

fn placement(pin: &PinRequest, domain: &Domain, node: &Node) -> Vec<String> {
    let Some(hard) = pin.hard.as_ref().filter(|hard| !hard.is_all()) else { return Vec::new() };
    let places = usable(hard, node);
    let confined = if pin.vcpu.is_none() { domain.vcpus.online as usize } else { 1 };
    if !node.pcpus.is_empty() && places == 0 {
        return vec![format!("none of the CPUs {hard} is there and online")];
    }
    if is_control(domain) && places < confined {
        return vec![format!("{confined} vCPUs of the control domain would share {places} CPUs")];
    }
    let shared = confined > 1 && places < confined;
    shared.then(|| format!("{confined} vCPUs would share {places} CPUs")).into_iter().collect()
}

/// How many pCPUs of a set are there and online.
fn usable(set: &CpuSet, node: &Node) -> usize {
    (0..).zip(&node.pcpus).filter(|(cpu, pcpu)| pcpu.online && set.contains(*cpu)).count()
}
