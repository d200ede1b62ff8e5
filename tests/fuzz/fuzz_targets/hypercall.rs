//! Every decoder of Xen's control calls over arbitrary bytes: the first few choose the release.

#![no_main]

use domtop::wire::hypercall::{
    Abi, Arch, Message, Release, about, console, cpu, domain, hvm, message, physinfo, pool, query, sched,
    vcpu,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(([major, minor, sysctl, domctl, arch, n, m, k], bytes)) = data.split_first_chunk() else {
        return;
    };
    let abi = Abi {
        release: Release::new(u16::from(major % 8), u16::from(*minor)),
        sysctl: u32::from(sysctl % 32),
        domctl: u32::from(domctl % 32),
        arch: if arch % 2 == 0 { Arch::X86 } else { Arch::Arm64 },
    };
    records(&abi, bytes);
    messages(&abi, bytes, u32::from(*k));
    buffers(&abi, bytes, u32::from(*n) * 20, u32::from(*m) * 20);
    fence(bytes);
});

fn records(abi: &Abi, bytes: &[u8]) {
    let layout = domain::Layout::of(abi);
    if let Some(record) = layout.decode(bytes) {
        assert!(record.vcpus(abi) <= domain::MOST_VCPUS);
        let _ = (record.kind(abi), record.flags.shutdown(), record.flags.is_hap(abi.release));
        assert_eq!(layout.identity(bytes), Some((record.domain, record.handle)));
    }
    let _ = domain::Layout::of_size(abi, bytes.len());
    let _ = (about::string(bytes), about::CompileInfo::decode(bytes), message::entry_result(bytes));
    let _ = about::varbuf_bytes(bytes, bytes.len() as u64 * 3);
}

fn messages(abi: &Abi, bytes: &[u8], scheduler: u32) {
    let answered = |message: Option<Message>| {
        message.map(|mut message| {
            message.receive(bytes);
            message
        })
    };
    if let Some(reply) = answered(physinfo::ask(abi)) {
        let host = physinfo::PhysInfo::decode(abi, &reply);
        assert!(host.cpus <= physinfo::MOST_CPUS && host.max_cpu_id < physinfo::MOST_CPUS);
        let _ = host.abilities(abi);
    }
    if let Some(reply) = answered(domain::list(abi, 0, 1, 4096)) {
        let _ = (domain::listed(&reply), cpu::timed(&reply), cpu::placed(abi, &reply), cpu::heap(&reply));
        let _ = (pool::decode(&reply), console::decode(&reply), sched::default(&reply));
    }
    if let Some(reply) = answered(vcpu::ask(abi, 1, 0)) {
        let kind = sched::Kind::new(scheduler);
        let _ = (vcpu::decode(abi, &reply), reply.domain());
        let _ = (sched::decode(abi, kind, &reply), sched::pool(abi, kind, &reply));
        let _ = sched::put(&reply, kind, Some(u16::MAX), None);
    }
}

/// The fence judges any bytes, and never takes less than a whole head for a question.
fn fence(bytes: &[u8]) {
    for number in [7, 13, 34, 35, 36] {
        let asks = query::message_only_asks(number, bytes);
        assert!(!asks || bytes.len() >= 8);
        let _ = query::only_asks(number, [1, 3, 0, 0, 0], |at, _| bytes.get(usize::try_from(at).ok()?..));
    }
    let _ = hvm::value(bytes);
}

fn buffers(abi: &Abi, bytes: &[u8], count: u32, index: u32) {
    let _ = (cpu::idle(bytes, index as usize), cpu::node_of(bytes, index));
    let _ = cpu::place(abi, bytes, count, index);
    let _ = cpu::numa_memory(abi, bytes, count % 65, index % 65);
    let _ = cpu::numa_distance(bytes, count % 65, index % 65, index % 64);
}
