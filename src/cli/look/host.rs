//! `node`, `capabilities`, `drivers` and `dmesg`: the host.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        args::LookWish,
        json::Object,
        paper::{Side, Table, maybe, pairs, reading, section, size},
        trouble::Trouble,
    },
    Subject, visible_lines,
};
use crate::model::{DriverStatus, Hypervisor, Light, Node, text::visible};

/// The machine: CPUs, memory, NUMA nodes, pools.
pub(super) fn node(wish: &LookWish, subject: &Subject) -> Vec<u8> {
    if wish.json {
        return node_object(subject).line();
    }
    let node = &subject.snapshot.node;
    let mut text = pairs(machine(subject));
    text.push_str(&section("CPUs", &topology(node)));
    if !node.numa.is_empty() {
        text.push_str(&section("NUMA nodes", &numa(node)));
    }
    if !node.pools.is_empty() {
        text.push_str(&section("Pools", &pools(node)));
    }
    text.into_bytes()
}

fn machine(subject: &Subject) -> Vec<(&'static str, String)> {
    let (node, memory) = (&subject.snapshot.node, &subject.snapshot.memory);
    vec![
        ("host", subject.label().to_string()),
        ("machine", visible(&node.machine).into()),
        ("CPUs", format!("{} online of {}", node.online(), node.pcpus.len())),
        ("threads per core", node.threads_per_core.to_string()),
        ("cores per socket", node.cores_per_socket.to_string()),
        ("clock", reading(&node.cpu_khz, |khz| format!("{} MHz", khz / 1000))),
        ("memory", reading(memory, |m| size(m.total))),
        ("free", reading(memory, |m| size(m.free))),
        ("to be wiped", reading(memory, |m| size(m.scrub))),
        ("promised", reading(memory, |m| size(m.outstanding))),
    ]
}

fn topology(node: &Node) -> String {
    let titles = ["CPU", "NODE", "SOCKET", "CORE"].map(|title| (title, Side::Right));
    let mut table = Table::new(titles);
    for (cpu, place) in node.pcpus.iter().enumerate() {
        let of = |number: u32| maybe(place.online.then_some(number));
        table.row([cpu.to_string(), of(place.node), of(place.socket), of(place.core)]);
    }
    table.text()
}

fn numa(node: &Node) -> String {
    let mut table = Table::new([
        ("NODE", Side::Right),
        ("MEMORY", Side::Right),
        ("FREE", Side::Right),
        ("DISTANCES", Side::Left),
    ]);
    for (number, numa) in node.numa.iter().enumerate() {
        let distances: Vec<_> = numa.distances.iter().map(ToString::to_string).collect();
        table.row([number.to_string(), size(numa.total), size(numa.free), distances.join(" ")]);
    }
    table.text()
}

fn pools(node: &Node) -> String {
    let mut table = Table::new([
        ("POOL", Side::Right),
        ("SCHEDULER", Side::Left),
        ("DOMAINS", Side::Right),
        ("CPUS", Side::Left),
    ]);
    for pool in &node.pools {
        let scheduler = visible(&pool.scheduler).into();
        table.row([pool.id.to_string(), scheduler, pool.domains.to_string(), pool.cpus.to_string()]);
    }
    table.text()
}

fn node_object(subject: &Subject) -> Object {
    let (node, memory) = (&subject.snapshot.node, subject.snapshot.memory.known());
    Object::new()
        .with("host", subject.label())
        .with("machine", &node.machine)
        .with("cpus", node.pcpus.len())
        .with("cpus_online", node.online())
        .with("threads_per_core", node.threads_per_core)
        .with("cores_per_socket", node.cores_per_socket)
        .with("cpu_khz", node.cpu_khz.known())
        .with("memory_kib", memory.map(|m| m.total))
        .with("free_memory_kib", memory.map(|m| m.free))
        .with("scrub_memory_kib", memory.map(|m| m.scrub))
        .with("outstanding_memory_kib", memory.map(|m| m.outstanding))
        .with("topology", topology_value(node))
        .with("numa", numa_value(node))
        .with("pools", pools_value(node))
}

fn topology_value(node: &Node) -> Vec<Value> {
    let value = |(cpu, place): (usize, &crate::model::Pcpu)| {
        let of = |number: u32| place.online.then_some(number);
        json!({
            "cpu": cpu,
            "online": place.online,
            "node": of(place.node),
            "socket": of(place.socket),
            "core": of(place.core),
        })
    };
    node.pcpus.iter().enumerate().map(value).collect()
}

fn numa_value(node: &Node) -> Vec<Value> {
    let numa = node.numa.iter().enumerate();
    numa.map(|(number, numa)| {
        json!({
            "node": number,
            "memory_kib": numa.total,
            "free_memory_kib": numa.free,
            "distances": numa.distances,
        })
    })
    .collect()
}

fn pools_value(node: &Node) -> Vec<Value> {
    let value = |pool: &crate::model::CpuPool| {
        json!({
            "id": pool.id,
            "scheduler": pool.scheduler,
            "domains": pool.domains,
            "cpus": pool.cpus.to_string(),
        })
    };
    node.pools.iter().map(value).collect()
}

/// What hypervisor and machine can do.
pub(super) fn capabilities(wish: &LookWish, subject: &Subject) -> Vec<u8> {
    let hypervisor: &Hypervisor = &subject.snapshot.hypervisor;
    if wish.json {
        let facts: BTreeMap<_, _> = hypervisor.facts.iter().cloned().collect();
        return Object::new()
            .with("host", subject.label())
            .with("hypervisor", &hypervisor.kind)
            .with("version", &hypervisor.version)
            .with("scheduler", hypervisor.scheduler.known())
            .with("machine", &subject.snapshot.node.machine)
            .with("capabilities", &hypervisor.capabilities)
            .with("facts", facts)
            .line();
    }
    let tokens: Vec<_> = hypervisor.capabilities.iter().map(|token| visible(token)).collect();
    let own = [
        ("host", subject.label().to_string()),
        ("hypervisor", visible(&hypervisor.kind).into()),
        ("version", visible(&hypervisor.version).into()),
        ("scheduler", reading(&hypervisor.scheduler, |name| visible(name).into())),
        ("machine", visible(&subject.snapshot.node.machine).into()),
        ("capabilities", tokens.join(" ")),
    ];
    let facts = hypervisor.facts.iter().map(|(label, value)| (label.as_ref(), value.to_string()));
    pairs(own.into_iter().chain(facts)).into_bytes()
}

/// The driver stack, in the order it is asked.
pub(super) fn drivers(wish: &LookWish, subject: &Subject) -> Vec<u8> {
    let drivers = &subject.snapshot.drivers;
    if wish.json {
        let drivers: Vec<_> = drivers.iter().map(driver_value).collect();
        return Object::new().with("host", subject.label()).with("drivers", drivers).line();
    }
    let blocks: Vec<_> = drivers.iter().map(|driver| pairs(driver_pairs(driver))).collect();
    blocks.join("\n").into_bytes()
}

fn driver_pairs(driver: &DriverStatus) -> Vec<(&'static str, String)> {
    let ops: Vec<_> = driver.ops.iter().map(|op| op.word()).collect();
    let (word, reason) = light(&driver.light);
    let light = reason.map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"));
    let mut pairs = vec![
        ("driver", driver.name.to_string()),
        ("peer", visible(&driver.peer).into()),
        ("light", visible(&light).into()),
        ("calls", format!("{}, {} failed", driver.calls, driver.failures)),
        ("latency", format!("{:.3} ms", driver.latency.seconds() * 1e3)),
    ];
    pairs.extend(driver.last_failure.as_ref().map(|failure| ("last failure", visible(failure).into())));
    pairs.push(("operations", ops.join(" ")));
    pairs
}

fn driver_value(driver: &DriverStatus) -> Value {
    let (word, reason) = light(&driver.light);
    json!({
        "name": driver.name,
        "peer": driver.peer,
        "light": word,
        "reason": reason,
        "calls": driver.calls,
        "failures": driver.failures,
        "latency_ns": driver.latency,
        "last_failure": driver.last_failure,
        "operations": driver.ops.iter().map(|op| op.word()).collect::<Vec<_>>(),
    })
}

/// How a driver is, in a word, and why.
fn light(light: &Light) -> (&'static str, Option<&str>) {
    match light {
        Light::Ready => ("ready", None),
        Light::Degraded(reason) => ("degraded", Some(reason)),
        Light::Down(reason) => ("down", Some(reason)),
        Light::Absent(reason) => ("absent", Some(reason)),
    }
}

/// What the hypervisor printed, line by line.
pub(super) fn dmesg(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    subject.read(&crate::model::Demand::default());
    let (log, _) = subject.reader.host_log(0).map_err(|failure| Trouble::failure(&failure))?;
    if wish.json {
        let lines: Vec<_> = log.lines().collect();
        return Ok(Object::new().with("host", subject.label()).with("lines", lines).line());
    }
    Ok(visible_lines(&log).into_bytes())
}
