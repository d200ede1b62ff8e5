//! The elements of a description, each turned into its part of a plan.

use super::{
    tree::{Bad, Element},
    values::{cpus, memory, number, parsed, rate, time, word, yes},
};
use crate::{
    driver::test::{
        check::MOST_VCPUS,
        event::{Deed, Event},
        plan::{DevicePlan, DomainPlan, HostPlan, Life, NodePlan, PoolPlan, Start},
        temper::Temper,
    },
    model::{Affinity, CpuSet, DeviceKind, GuestType, Kind, Nanos, Op, VcpuCount, cpuset::HIGHEST},
};

/// The elements that describe a device.
pub(super) const DEVICES: &[&str] = &["disk", "interface", "device"];

/// Every element with its attributes.
pub(super) const TABLE: &[(&str, &[&str])] = &[
    ("host", &["name", "seed"]),
    ("node", &["cpus", "sockets", "cores", "threads", "numa", "memory", "mhz"]),
    ("pool", &["cpus", "scheduler"]),
    (
        "domain",
        &[
            "name",
            "uuid",
            "id",
            "type",
            "vcpus",
            "maxvcpus",
            "memory",
            "maxmem",
            "temper",
            "state",
            "shutdown",
            "lives",
            "kept",
            "autostart",
            "vnc",
        ],
    ),
    ("sched", &["weight", "cap", "pool"]),
    ("pin", &["vcpu", "hard", "soft"]),
    ("disk", &["name", "source", "read", "write", "state", "note"]),
    ("interface", &["bridge", "mac", "rx", "tx", "state"]),
    ("device", &["name", "source", "state", "note"]),
    ("event", &["at", "domain", "do", "fail", "kind", "times"]),
];

/// What may stand in an element.
fn children(name: &str) -> &'static [&'static str] {
    match name {
        "host" => &["node", "pool", "domain", "event"],
        "domain" => &["sched", "pin", "disk", "interface", "device"],
        _ => &[],
    }
}

fn checked(element: &Element) -> Result<(), Bad> {
    let attributes = TABLE.iter().find(|(name, _)| *name == element.name).map_or(&[][..], |(_, all)| all);
    element.expect(attributes, children(&element.name))
}

pub(super) fn host(element: &Element, seed: u64) -> Result<HostPlan, Bad> {
    checked(element)?;
    let mut plan = HostPlan::new(element.must("name")?).seed(element.value("seed", number)?.unwrap_or(0));
    if seed != 0 {
        plan.seed = seed;
    }
    plan.pools.clear();
    for child in &element.children {
        match child.name.as_str() {
            "node" => plan.node = node(child, plan.node)?,
            "pool" => plan.pools.push(pool(child)?),
            "domain" => plan.domains.push(domain(child)?),
            _ => plan.events.push(event(child, element)?),
        }
    }
    if plan.pools.is_empty() {
        plan.pools.push(PoolPlan::credit2());
    }
    Ok(plan)
}

fn node(element: &Element, usual: NodePlan) -> Result<NodePlan, Bad> {
    checked(element)?;
    let count = |name, or: u32| element.value(name, number::<u32>).map(|value| value.unwrap_or(or));
    let (sockets, threads) = (count("sockets", 1)?, count("threads", 1)?);
    let cpus = element.value("cpus", number::<u32>)?;
    let each = sockets.saturating_mul(threads).max(1);
    let cores = count("cores", cpus.map_or(usual.cores, |cpus| cpus / each))?;
    let all = u64::from(sockets) * u64::from(cores) * u64::from(threads);
    if let Some(cpus) = cpus.filter(|cpus| u64::from(*cpus) != all) {
        return Err(
            element.bad(format!("{cpus} CPUs are not {sockets} sockets × {cores} cores × {threads} threads"))
        );
    }
    let khz = element.value("mhz", number::<u32>)?.map_or(usual.khz, |mhz| mhz.saturating_mul(1000));
    let memory = element.value("memory", memory)?.unwrap_or(usual.memory);
    Ok(NodePlan { sockets, cores, threads, numa: count("numa", 1)?, memory, khz })
}

fn pool(element: &Element) -> Result<PoolPlan, Bad> {
    checked(element)?;
    let scheduler = element.text("scheduler").unwrap_or("credit2").into();
    let cpus = element.must("cpus").and_then(|_| element.value("cpus", cpus))?;
    Ok(PoolPlan { scheduler, cpus: cpus.unwrap_or_default() })
}

pub(super) fn domain(element: &Element) -> Result<DomainPlan, Bad> {
    checked(element)?;
    let usual = DomainPlan::new(element.must("name")?);
    let id = element.value("id", number)?;
    let memory =
        element.must("memory").and_then(|_| element.value("memory", memory))?.unwrap_or(usual.memory);
    let online = element.value("vcpus", number)?.unwrap_or(1);
    let named = if id == Some(0) { uuid::Uuid::nil() } else { usual.uuid };
    let mut plan = DomainPlan {
        id,
        uuid: element.value("uuid", parsed)?.unwrap_or(named),
        guest: element.value("type", guest)?.unwrap_or(usual.guest),
        vcpus: VcpuCount { online, max: element.value("maxvcpus", number)?.unwrap_or(online) },
        memory,
        max_memory: element.value("maxmem", self::memory)?.unwrap_or(memory),
        temper: element.value("temper", temper)?.unwrap_or_default(),
        life: life(element)?,
        vnc: element.value("vnc", number)?,
        ..usual
    };
    for child in &element.children {
        match child.name.as_str() {
            "sched" => sched(child, &mut plan)?,
            "pin" => pin(child, &mut plan)?,
            _ => plan.devices.push(device(child)?),
        }
    }
    Ok(plan)
}

fn guest(text: &str) -> Result<GuestType, String> {
    word(text, &[GuestType::Pv, GuestType::Hvm, GuestType::Pvh].map(|guest| (guest.word(), guest)))
}

fn temper(text: &str) -> Result<Temper, String> {
    let words: Vec<_> = Temper::ALL.iter().map(|temper| (temper.word(), *temper)).collect();
    word(text, &words)
}

fn life(element: &Element) -> Result<Life, Bad> {
    let states = [
        ("running", Start::Running),
        ("paused", Start::Paused),
        ("crashed", Start::Crashed),
        ("off", Start::Off),
    ];
    let takes = |text: &str| if text == "ignored" { Ok(None) } else { time(text).map(Some) };
    let usual = Life::default();
    Ok(Life {
        start: element.value("state", |text| word(text, &states))?.unwrap_or(usual.start),
        lives: element.value("lives", time)?,
        shutdown: element.value("shutdown", takes)?.unwrap_or(usual.shutdown),
        kept: element.value("kept", yes)?.unwrap_or(usual.kept),
        autostart: element.value("autostart", yes)?.unwrap_or(usual.autostart),
    })
}

fn sched(element: &Element, plan: &mut DomainPlan) -> Result<(), Bad> {
    checked(element)?;
    let share = &mut plan.share;
    share.weight = element.value("weight", number)?.unwrap_or(share.weight);
    share.cap = element.value("cap", number)?.unwrap_or(share.cap);
    share.pool = element.value("pool", number)?.unwrap_or(share.pool);
    Ok(())
}

fn pin(element: &Element, plan: &mut DomainPlan) -> Result<(), Bad> {
    checked(element)?;
    let vcpus = element.value("vcpu", cpus)?.unwrap_or(CpuSet::all());
    let side = |name| element.value(name, cpus).map(|set| set.unwrap_or(CpuSet::all()));
    let (hard, soft) = (side("hard")?, side("soft")?);
    // A domain of too many vCPUs is refused later, with its own reason.
    let most = if vcpus.is_all() { plan.vcpus.max.min(MOST_VCPUS) } else { HIGHEST + 1 };
    for vcpu in vcpus.iter(most) {
        plan.pins.retain(|pin| pin.vcpu != vcpu);
        plan.pins.push(Affinity { vcpu, hard: hard.clone(), soft: soft.clone() });
    }
    Ok(())
}

/// A disk, an interface or another device.
pub(super) fn device(element: &Element) -> Result<DevicePlan, Bad> {
    checked(element)?;
    let rate = |name| element.value(name, rate).map(Option::unwrap_or_default);
    let plan = match element.name.as_str() {
        "interface" => {
            let (bridge, mac) = (element.must("bridge")?, element.must("mac")?);
            DevicePlan::net(bridge, mac, (rate("rx")?, rate("tx")?))
        }
        kind => {
            let (name, source) = (element.must("name")?, element.must("source")?);
            match kind {
                "disk" => DevicePlan::disk(name, source, (rate("read")?, rate("write")?)),
                _ => DevicePlan::other(DeviceKind::Other, name, source),
            }
        }
    };
    Ok(stated(element, plan))
}

fn stated(element: &Element, device: DevicePlan) -> DevicePlan {
    let state = element.text("state").unwrap_or(&device.state).to_owned();
    let note = element.text("note").unwrap_or(&device.note).to_owned();
    device.state(&state, &note)
}

/// Words for the kinds of failure a script can order.
const KINDS: &[(&str, Kind)] = &[
    ("unreachable", Kind::Unreachable),
    ("denied", Kind::Denied),
    ("no-domain", Kind::NoDomain),
    ("refused", Kind::Refused),
    ("failed", Kind::Failed),
    ("timed-out", Kind::TimedOut),
    ("malformed", Kind::Malformed),
];

fn event(element: &Element, host: &Element) -> Result<(Nanos, Event), Bad> {
    checked(element)?;
    let at = element.must("at").and_then(|_| element.value("at", time))?.unwrap_or_default();
    if element.text("fail").is_some() {
        let ops: Vec<_> = Op::ALL.iter().map(|op| (op.word(), *op)).collect();
        let op = element.value("fail", |text| word(text, &ops))?.unwrap_or(Op::Domains);
        let kind = element.value("kind", |text| word(text, KINDS))?.unwrap_or(Kind::Failed);
        return Ok((at, Event::Fail(op, kind, element.value("times", number)?.unwrap_or(1))));
    }
    let deeds: Vec<_> = Deed::ALL.iter().map(|deed| (deed.word(), *deed)).collect();
    let deed = element.must("do").and_then(|_| element.value("do", |text| word(text, &deeds)))?;
    let name = element.must("domain")?;
    if !host.children.iter().any(|child| child.name == "domain" && child.text("name") == Some(name)) {
        return Err(element.bad(format!("there is no domain {name:?}")));
    }
    Ok((at, Event::Domain(name.into(), deed.unwrap_or(Deed::Start))))
}
