//! What a change would run into is told before it is made.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::sync::Arc;

use domtop::model::{
    Domain, DomainId, DomainKey, HostMemory, KiB, Node, Pcpu, Reading, Snapshot, VcpuCount,
    caution::cautions,
    request::{Change, PinRequest},
};

const GIB: u64 = 1 << 20;

fn host() -> Snapshot {
    let online = |online| Pcpu { online, ..Pcpu::default() };
    let node = Node { pcpus: vec![online(true), online(true), online(false)], ..Node::default() };
    let memory = HostMemory { total: KiB(16 * GIB), free: KiB(GIB), ..HostMemory::default() };
    Snapshot { node: Arc::new(node), memory: Reading::Known(memory), ..Snapshot::default() }
}

fn domain(id: u32) -> Domain {
    Domain {
        key: DomainKey { id: Some(DomainId(id)), ..DomainKey::default() },
        vcpus: VcpuCount { online: 2, max: 4 },
        memory: KiB(2 * GIB),
        max_memory: Reading::Known(KiB(4 * GIB)),
        ..Domain::default()
    }
}

fn told(id: u32, change: &Change) -> Vec<String> {
    cautions(change, &domain(id), &host())
}

fn pin(vcpu: Option<u32>, hard: &str) -> Change {
    Change::Pin(PinRequest { vcpu, hard: Some(hard.parse().unwrap()), soft: None })
}

#[test]
fn what_is_well_meant_is_not_spoken_about() {
    for change in [
        Change::SetMemory(KiB(3 * GIB)),
        Change::SetMemory(KiB(GIB)),
        Change::SetMaxMemory(KiB(2 * GIB)),
        Change::SetVcpus(2),
        Change::Shutdown,
        Change::Resume,
        pin(Some(0), "1"),
        pin(None, "0-1"),
        pin(None, "all"),
    ] {
        assert_eq!(told(7, &change), [""; 0], "{change:?}");
    }
}

#[test]
fn what_it_would_run_into_is_told_with_the_numbers() {
    for (id, change, says) in [
        (7, Change::SetMemory(KiB(5 * GIB)), "above the domain's limit of 4 GiB"),
        (7, Change::SetMemory(KiB(4 * GIB)), "takes 2 GiB more, and the host has 1 GiB free"),
        (7, Change::SetMemory(KiB(1000)), "less than 64 MiB"),
        (0, Change::SetMemory(KiB(GIB / 4)), "less than 512 MiB"),
        (7, Change::SetMaxMemory(KiB(GIB)), "it has 2 GiB now"),
        (7, Change::SetVcpus(5), "4 at most"),
        (7, Change::SetVcpus(3), "more than the 2 CPUs of the host"),
        (7, pin(None, "1"), "2 vCPUs would share 1 CPUs"),
        (7, pin(Some(0), "2,9"), "none of the CPUs 2,9 is there and online"),
        (0, pin(None, "0"), "2 vCPUs of the control domain would share 1"),
        (0, Change::Shutdown, "the host and every guest depend on it"),
        (0, Change::Suspend, "the control domain"),
    ] {
        let told = told(id, &change);
        assert!(told.iter().any(|text| text.contains(says)), "{change:?}: {told:?}");
    }
}

#[test]
fn a_host_that_tells_little_is_no_reason_to_speak() {
    let unknown = Domain { max_memory: Reading::Unsupported, ..domain(7) };
    for change in [Change::SetMemory(KiB(900 * GIB)), pin(Some(0), "77")] {
        assert_eq!(cautions(&change, &unknown, &Snapshot::default()), [""; 0]);
    }
}
