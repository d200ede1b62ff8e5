//! The demo host, and the crowd of `?domains=N`.

use super::{
    noise::{below, mix, of_text, pick, unit},
    plan::{DevicePlan, DomainPlan, GIB, HostPlan, Life, NodePlan, PoolPlan, Share, Start, made_up_uuid},
    temper::Temper,
};
use crate::model::{CpuSet, DeviceKind, GuestType, KiB, Nanos};

/// One mebibyte a second, in bytes.
const MIB: u64 = 1 << 20;

/// Nearly two days: counters look like those of a host that has been up.
const UPTIME: Nanos = Nanos(160_000_000_000_000);

/// A lively host of a dozen domains, one of each temper.
pub(super) fn demo(seed: u64) -> HostPlan {
    let node = NodePlan { sockets: 2, cores: 4, threads: 2, numa: 2, memory: KiB(64 * GIB), khz: 3_300_000 };
    let runners = (1..=4).map(runner);
    let domains = std::iter::once(control(4)).chain(servers()).chain(oddities()).chain(runners).collect();
    let pools = vec![
        PoolPlan { scheduler: "credit2".into(), cpus: (0..14).collect() },
        PoolPlan { scheduler: "rtds".into(), cpus: (14..16).collect() },
    ];
    HostPlan { pools, domains, uptime: UPTIME, ..HostPlan::new("demo") }.node(node).seed(seed)
}

/// The control domain with so many vCPUs, each pinned to the pCPU of its number.
fn control(vcpus: u32) -> DomainPlan {
    let mut plan = domain("Domain-0", 0, Temper::Calm).vcpus(vcpus, vcpus).guest(GuestType::Pv);
    for vcpu in 0..vcpus {
        plan.pins.extend(DomainPlan::new("").vcpus(1, 1).pinned(&only(vcpu..vcpu + 1)).pins);
        plan.pins[vcpu as usize].vcpu = vcpu;
    }
    plan.uuid = uuid::Uuid::nil();
    plan.memory(KiB(4 * GIB), KiB(4 * GIB))
}

fn servers() -> [DomainPlan; 6] {
    [
        domain("db-primary", 12, Temper::Busy)
            .vcpus(4, 4)
            .memory(gib(12), gib(12))
            .share(512, 0)
            .device(DevicePlan::disk("xvda", "phy:/dev/vg0/db-root", (2 * MIB, MIB)))
            .device(DevicePlan::disk("xvdb", "phy:/dev/vg0/db-data", (64 * MIB, 28 * MIB)))
            .device(net("xenbr0", 12, (3 * MIB, 12 * MIB))),
        web("web1", 14).memory(gib(6), gib(8)).vnc(5914),
        web("web2", 15).memory(gib(6), gib(8)).vcpus(2, 4),
        domain("mail", 18, Temper::Idle)
            .vcpus(2, 2)
            .memory(gib(2), gib(2))
            .device(DevicePlan::disk("xvda", "phy:/dev/vg0/mail", (MIB, 4 * MIB)))
            .device(net("xenbr0", 18, (2 * MIB, 2 * MIB))),
        domain("cache", 24, Temper::Ballooning).vcpus(2, 4).memory(gib(4), gib(8)).device(net(
            "xenbr1",
            24,
            (80 * MIB, 160 * MIB),
        )),
        domain("render-farm", 31, Temper::Busy)
            .vcpus(16, 16)
            .memory(gib(6), gib(6))
            .guest(GuestType::Hvm)
            .pinned(&only(10..12))
            .device(DevicePlan::disk("hda", "qdisk:/srv/scratch.qcow2", (12 * MIB, 30 * MIB)))
            .device(net("xenbr1", 31, (20 * MIB, 5 * MIB)))
            .vnc(5931),
    ]
}

fn oddities() -> [DomainPlan; 5] {
    let mut archive =
        domain("archive", 0, Temper::Steady).memory(gib(4), gib(4)).vcpus(2, 2).start(Start::Off);
    archive.id = None;
    let mut plc = domain("plc-line3", 27, Temper::Steady).memory(gib(1), gib(1)).guest(GuestType::Pv);
    plc.share = Share { weight: 256, cap: 60, pool: 1 };
    plc.life.shutdown = None;
    [
        domain("legacy-fax", 17, Temper::Steady)
            .memory(KiB(GIB / 2), KiB(GIB / 2))
            .guest(GuestType::Hvm)
            .start(Start::Paused)
            .device(DevicePlan::disk("hda", "file:/srv/fax.img", (MIB, MIB)))
            .vnc(5917),
        domain("build-w10", 19, Temper::Busy)
            .vcpus(2, 2)
            .memory(gib(4), gib(4))
            .guest(GuestType::Hvm)
            .start(Start::Crashed)
            .device(DevicePlan::disk("hda", "qdisk:/srv/w10.qcow2", (20 * MIB, 20 * MIB)))
            .device(net("xenbr0", 19, (MIB, MIB)).state("closed", "hotplug script failed: no bridge"))
            .vnc(5919),
        domain("caf\u{e9} \u{4e16}\u{754c}", 40, Temper::Wave).memory(gib(1), gib(2)).device(net(
            "xenbr0",
            40,
            (MIB, MIB),
        )),
        archive.device(DevicePlan::disk("xvda", "phy:/dev/vg1/archive", (100 * MIB, 10 * MIB))),
        plc.device(DevicePlan::other(DeviceKind::Other, "pci", "0000:03:00.0")).device(net(
            "xenbr1",
            27,
            (MIB / 4, MIB / 4),
        )),
    ]
}

fn web(name: &str, id: u32) -> DomainPlan {
    domain(name, id, Temper::Wave)
        .vcpus(4, 8)
        .device(DevicePlan::disk("xvda", &format!("phy:/dev/vg0/{name}"), (2 * MIB, MIB)))
        .device(net("xenbr0", id, (5 * MIB, 48 * MIB)))
}

/// A domain that lives for about two minutes, after which another one takes its place.
fn runner(n: u32) -> DomainPlan {
    let (name, id) = (format!("ci-runner-{n}"), 50 + 3 * n);
    let plan = domain(&name, id, Temper::Bursty)
        .vcpus(2, 2)
        .memory(gib(2), gib(2))
        .device(DevicePlan::disk("xvda", &format!("file:/srv/ci/{n}.img"), (30 * MIB, 60 * MIB)))
        .device(net("xenbr1", id, (8 * MIB, MIB)));
    DomainPlan { life: Life { lives: Some(Nanos(120_000_000_000)), kept: false, ..Life::default() }, ..plan }
}

fn domain(name: &str, id: u32, temper: Temper) -> DomainPlan {
    DomainPlan::new(name).id(id).temper(temper)
}

fn net(bridge: &str, id: u32, rates: (u64, u64)) -> DevicePlan {
    DevicePlan::net(bridge, &format!("00:16:3e:5e:{:02x}:{:02x}", id >> 8 & 0xff, id & 0xff), rates)
}

fn gib(amount: u64) -> KiB {
    KiB(amount * GIB)
}

fn only(cpus: std::ops::Range<u32>) -> CpuSet {
    cpus.collect()
}

/// A host of `count` domains of mixed tempers, as large as they need.
pub(super) fn crowd(count: u32, seed: u64) -> HostPlan {
    let pcpus = (count / 8).clamp(16, 256) / 16 * 16;
    let plans: Vec<_> = (0..count).map(|n| member(n, pcpus, count, mix(seed, u64::from(n)))).collect();
    let most: u64 = plans.iter().map(|plan| plan.max_memory.0).sum();
    let memory = KiB((most + most / 8).next_multiple_of(64 * GIB));
    let node = NodePlan { sockets: 2, cores: pcpus / 4, threads: 2, numa: 2, memory, khz: 2_600_000 };
    HostPlan { domains: plans, uptime: UPTIME, ..HostPlan::new(&format!("crowd-{count}")) }
        .node(node)
        .seed(seed)
}

/// Names that need care on a screen, for a few of a crowd.
const STRANGE: [&str; 4] = ["\u{1b}[31mred", "caf\u{e9} \u{4e16}\u{754c}", "a\u{202e}cba", "tab\there"];

fn member(n: u32, pcpus: u32, count: u32, seed: u64) -> DomainPlan {
    if n == 0 {
        return control(4);
    }
    let strange = STRANGE.get(n as usize / 10).filter(|_| n % 10 == 3);
    let word = pick(seed, 1, &["app", "web", "db", "ci", "cache", "batch", "desk", "edge"]);
    let name = strange.map_or_else(|| format!("{word}-{n:05}"), |strange| format!("{strange}-{n}"));
    let vcpus = pick(seed, 2, &[1, 1, 2, 2, 4, 8]);
    let memory = KiB(pick(seed, 3, &[256, 512, 1024, 2048, 4096]) << 10);
    let guest = pick(seed, 4, &[GuestType::Pv, GuestType::Hvm, GuestType::Pvh]);
    let plan = DomainPlan::new(&name).vcpus(vcpus, vcpus).memory(memory, KiB(memory.0 * 2)).guest(guest);
    let plan = plan.temper(mood(seed, f64::from(pcpus) / f64::from(count))).start(beginning(seed));
    let uuid = made_up_uuid(of_text(seed, &name));
    let mac = u32::try_from(below(seed, 5, 1 << 16)).unwrap_or(0);
    DomainPlan { uuid, ..plan }
        .device(DevicePlan::disk("xvda", &format!("phy:/dev/vg0/{n}"), (8 * MIB, 4 * MIB)))
        .device(net(if seed.is_multiple_of(2) { "xenbr0" } else { "xenbr1" }, mac, (2 * MIB, 6 * MIB)))
}

/// A temper: the fewer pCPUs there are for each domain, the more of them are idle.
fn mood(seed: u64, pcpus_each: f64) -> Temper {
    let awake = f64::from(unit(seed, 6)) < pcpus_each * 0.5;
    if awake { pick(seed, 7, Temper::ALL) } else { Temper::Idle }
}

fn beginning(seed: u64) -> Start {
    match below(seed, 8, 100) {
        0..=1 => Start::Paused,
        2 => Start::Crashed,
        3..=5 => Start::Off,
        _ => Start::Running,
    }
}
