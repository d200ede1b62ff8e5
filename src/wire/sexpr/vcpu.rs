//! The reply to `vcpuinfo`: `(domain (domid 2) … (vcpu (number 0) (online 1) … (cpumap (0 1 2 3))))`.

use super::{Node, status::seconds};
use crate::model::{Affinity, CpuSet, DomainId, Vcpu};

/// Appends the vCPUs of a domain by number; none of one that does not run.
pub fn vcpus(reply: Node<'_>, into: &mut Vec<Vcpu>) {
    let Some(id) = reply.value("domid").and_then(|id| id.parse().ok()) else { return };
    into.extend(reply.children("vcpu").filter_map(|vcpu| read(DomainId(id), vcpu)));
}

fn read(domain: DomainId, vcpu: Node<'_>) -> Option<Vcpu> {
    let flag = |key| vcpu.value(key).is_some_and(|text| text == "1");
    Some(Vcpu {
        domain,
        index: number(vcpu, "number")?,
        online: flag("online"),
        blocked: flag("blocked"),
        running: flag("running"),
        cpu_time: vcpu.value("cpu_time").map(seconds).unwrap_or_default(),
        // -1 of a vCPU that never ran.
        pcpu: number(vcpu, "cpu").unwrap_or_default(),
    })
}

/// Where the vCPUs of a domain may run, on a machine of so many CPUs; 0 where that is not known. Those that may run
/// on every one have [`CpuSet::all`].
pub fn affinities(info: Node<'_>, cpus: u32) -> Vec<Affinity> {
    let every = CpuSet::all().of(cpus);
    let affinity = |vcpu: Node<'_>| {
        let map = vcpu.child("cpumap")?.arguments().next()?;
        let named: CpuSet = map.items().filter_map(|cpu| cpu.text()?.parse().ok()).collect();
        let all = cpus > 0 && named == every;
        let hard = if all { CpuSet::all() } else { named };
        Some(Affinity { vcpu: number(vcpu, "number")?, hard, soft: CpuSet::all() })
    };
    info.children("vcpu").filter_map(affinity).collect()
}

fn number(vcpu: Node<'_>, key: &str) -> Option<u32> {
    vcpu.value(key)?.parse().ok()
}
