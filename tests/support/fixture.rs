//! A host by hand: thirteen domains on sixteen pCPUs, with rates and a minute of history, the same every time.

use std::sync::Arc;

use domtop::{
    app::{App, Area, HostPane, Mode, Panel, Row, Settings, keymap::Keymap},
    model::{
        Affinity, CpuPool, CpuSet, Detail, Device, DeviceKind, DiskCounters, Domain, DomainId, DomainKey,
        DomainState, DriverStatus, GuestType, HostId, HostMemory, Hypervisor, KiB, Light, Name, Nanos,
        NetCounters, Node, NumaNode, Op, Pcpu, PcpuTime, Reading, SchedParams, ShutdownReason, Snapshot,
        Stamp, Timing, Vcpu, VcpuCount,
        history::{DomainHistory, History, HostHistory, Ring},
        rates::{DiskRates, DomainRates, NetRates, Rates},
    },
};
use uuid::Uuid;

const GIB: u64 = 1 << 20;
const NOW: Nanos = Nanos(1_000_000_000_000);
const HALF: Nanos = Nanos(500_000_000);

/// A domain in a line: id (0xffff: off), name, state, vCPUs, memory and limit in MiB, CPU in percent, traffic.
type Line = (u32, &'static str, DomainState, (u32, u32), (u64, u64), f32, Option<[f64; 2]>, Option<[f64; 2]>);

const OFF: u32 = 0xffff;

const LINES: &[Line] = {
    use DomainState::{Blocked, Crashed, Dying, Off, Paused, Running, ShutDown};
    &[
        (0, "Domain-0", Running, (4, 4), (4096, 4096), 31.0, None, None),
        (
            12,
            "db-primary",
            Running,
            (4, 4),
            (16384, 16384),
            398.2,
            Some([9.1e6, 3.3e6]),
            Some([12.4e6, 75.7e6]),
        ),
        (14, "web1", Running, (4, 8), (8192, 16384), 212.0, Some([2.9e6, 39.0e6]), Some([1.1e6, 0.1e6])),
        (15, "web2", Running, (4, 8), (8192, 16384), 88.7, Some([1.4e6, 20.6e6]), Some([0.4e6, 21e3])),
        (16, "mail", Blocked, (2, 2), (2048, 4096), 3.4, Some([12.0e3, 8.2e3]), Some([0.0, 310e3])),
        (17, "legacy-fax", Paused, (1, 1), (512, 512), 0.0, Some([0.0, 0.0]), Some([0.0, 0.0])),
        (18, "monitoring", Running, (2, 2), (4096, 4096), 14.8, Some([420e3, 96e3]), Some([2.2e3, 870e3])),
        (19, "build-w10", Crashed, (2, 2), (4096, 4096), 0.0, None, None),
        (20, "backup", ShutDown(ShutdownReason::Suspend), (2, 2), (2048, 2048), 0.0, None, None),
        (21, "ci-runner-3", Blocked, (2, 2), (4096, 4096), 9.1, Some([80e3, 21e3]), Some([6.1e6, 0.5e6])),
        (22, "ci-runner-4", Blocked, (2, 2), (4096, 4096), 2.2, Some([0.0, 311.0]), Some([0.0, 0.0])),
        (23, "ci-runner-5", Dying, (2, 2), (128, 4096), 0.0, None, None),
        (OFF, "archive", Off, (2, 2), (0, 8192), 0.0, None, None),
    ]
};

/// The screen over the host, at a size, with the cursor on `web1` and the rows sorted by CPU.
pub(crate) fn app(width: u16, height: u16) -> App {
    let snapshot = Arc::new(snapshot());
    let mut pane = HostPane::new(HostId(0), "xen:///".into(), "this machine's Xen".into(), Mode::Operator);
    pane.rates = rates(&snapshot);
    pane.history = history(&snapshot, &pane.rates);
    pane.latest = Some(snapshot.clone());
    pane.shown = Some(snapshot);
    let mut app = App::new(vec![pane], settings(), keymap());
    app.now = NOW;
    app.screen.size = (width, height);
    by_cpu(&mut app);
    move_to(&mut app, "web1");
    app
}

/// The keys as they are unless somebody changes them.
pub(crate) fn keymap() -> Keymap {
    Keymap::new(&std::collections::BTreeMap::new()).unwrap()
}

fn settings() -> Settings {
    Settings { interval: Nanos(100_000_000), ..Settings::default() }
}

/// Rows by CPU, the busiest first.
pub(crate) fn by_cpu(app: &mut App) {
    let pane = &app.hosts[0];
    let cpu = |i: usize| pane.rates.domains[i].cpu.unwrap_or(-1.0);
    let mut places: Vec<usize> = (0..pane.rates.domains.len()).collect();
    places.sort_by(|&a, &b| cpu(b).total_cmp(&cpu(a)));
    app.table.rows = places.into_iter().map(Row::Here).collect();
}

/// The cursor to a domain by name.
pub(crate) fn move_to(app: &mut App, name: &str) {
    let shown = app.pane().shown.clone().unwrap();
    let place = |row: &Row| matches!(row, Row::Here(i) if shown.domains[*i].name.raw() == name);
    app.table.selected = app.table.rows.iter().position(place).unwrap();
    let Row::Here(index) = app.table.rows[app.table.selected] else { unreachable!() };
    app.table.cursor = Some(shown.domains[index].key);
}

/// Another snapshot in the place of the one that is shown, its rates and history with it.
pub(crate) fn change(app: &mut App, change: impl FnOnce(&mut Snapshot)) {
    let mut snapshot = Snapshot::clone(app.hosts[0].shown.as_ref().unwrap());
    change(&mut snapshot);
    let snapshot = Arc::new(snapshot);
    let pane = &mut app.hosts[0];
    pane.rates.domains.resize(snapshot.domains.len(), DomainRates::default());
    (pane.latest, pane.shown) = (Some(snapshot.clone()), Some(snapshot));
    by_cpu(app);
    app.table.selected = app.table.selected.min(app.table.rows.len().saturating_sub(1));
}

/// Opens panels, the last of them focused.
pub(crate) fn open(app: &mut App, panels: &[Panel]) {
    for &panel in panels {
        app.screen.open.push(panel);
        app.screen.focus = panel;
    }
}

/// vCPUs of other domains beside those of `web1`, as they are read while the Pins panel is shown.
pub(crate) fn neighbours(app: &mut App) {
    let others: Vec<(u32, u32, u32, f32)> = (0..4)
        .map(|n| (0, n, n, 8.0))
        .chain((0..4).map(|n| (12, n, [0, 1, 2, 4][n as usize], 97.0)))
        .chain((0..4).map(|n| (15, n, 2 * n + 1, 22.0)))
        .chain([(18, 0, 12, 7.4), (18, 1, 13, 7.4)])
        .collect();
    let vcpu = |&(domain, index, pcpu, _): &(u32, u32, u32, f32)| Vcpu {
        domain: DomainId(domain),
        index,
        online: true,
        running: true,
        blocked: false,
        cpu_time: Nanos(0),
        pcpu,
    };
    let own = app.hosts[0].rates.vcpus.clone();
    change(app, |snapshot| {
        snapshot.vcpus.extend(others.iter().map(vcpu));
        snapshot.vcpus.sort_by_key(|vcpu| (vcpu.domain, vcpu.index));
    });
    let shown = app.hosts[0].shown.clone().unwrap();
    let rate = |vcpu: &Vcpu| {
        let other =
            others.iter().find(|(domain, index, ..)| (*domain, *index) == (vcpu.domain.0, vcpu.index));
        other.map_or_else(|| own[vcpu.index as usize], |(.., rate)| Some(*rate))
    };
    app.hosts[0].rates.vcpus = shown.vcpus.iter().map(rate).collect();
}

/// The same on a machine of 256 pCPUs: four nodes of 32 cores of two threads, one of them offline.
pub(crate) fn large(app: &mut App) {
    change(app, |snapshot| {
        let pcpu = |n: u32| Pcpu { online: n != 255, core: n / 2, socket: n / 64, node: n / 64 };
        let numa = NumaNode { total: KiB(128 * GIB), free: KiB(71 * GIB), distances: Vec::new() };
        snapshot.node = Arc::new(Node {
            pcpus: (0..256).map(pcpu).collect(),
            numa: vec![numa; 4],
            pools: Vec::new(),
            ..(*snapshot.node).clone()
        });
        snapshot.pcpus = vec![PcpuTime::default(); 256];
    });
    app.hosts[0].rates.pcpus = (0..256_u16).map(|n| f32::from(n * 37 % 101) / 100.0).collect();
}

/// A host with so many domains, all busy.
pub(crate) fn crowd(width: u16, height: u16, number: u32) -> App {
    let mut app = app(width, height);
    change(&mut app, |snapshot| {
        let one = snapshot.domains[2].clone();
        snapshot.domains = (0..number)
            .map(|n| Domain { key: key(n + 1), name: Name::new(&format!("guest-{n:05}")), ..one.clone() })
            .collect();
    });
    let pane = &mut app.hosts[0];
    let mut of = pane.rates.domains[2];
    for (n, rates) in pane.rates.domains.iter_mut().enumerate() {
        of.cpu = Some((n * 7919 % 4000) as f32 / 10.0);
        *rates = of;
    }
    for n in 0..number {
        let history = domain_history(f32::from((n * 37 % 400) as u16), n);
        app.hosts[0].history.domains.insert(key(n + 1), history);
    }
    by_cpu(&mut app);
    app.table.cursor = None;
    app
}

fn key(id: u32) -> DomainKey {
    let uuid =
        Uuid::from_u128(0x7f2c_9a10_6f2e_4a51_9d1e_0000_0000_0000 | (u128::from(id) * 0x0101_0107_9b3f));
    DomainKey { id: (id != OFF).then_some(DomainId(id)), uuid: if id == 0 { Uuid::nil() } else { uuid } }
}

/// What was read of the host.
pub(crate) fn snapshot() -> Snapshot {
    let domains: Vec<Domain> = LINES.iter().map(domain).collect();
    let vcpus = (0..4).map(|index| Vcpu {
        domain: DomainId(14),
        index,
        online: true,
        running: index < 3,
        blocked: index == 3,
        cpu_time: Nanos(0),
        pcpu: [3, 3, 5, 6][index as usize],
    });
    Snapshot {
        at: Stamp { mono: NOW, wall: Nanos(1_700_000_000_000_000_000) },
        timing: Timing {
            tick: 9_310,
            interval: Nanos(100_000_000),
            real: Nanos(100_000_000),
            jitter: Nanos(400_000),
            cost: Nanos(1_240_000),
            missed: 0,
        },
        hypervisor: Arc::new(hypervisor()),
        node: Arc::new(node()),
        memory: Reading::Known(HostMemory {
            total: KiB(64 * GIB),
            free: KiB(23_907_532),
            ..HostMemory::default()
        }),
        pcpus: vec![PcpuTime::default(); 16],
        domains,
        vcpus: vcpus.collect(),
        detail: Some(Arc::new(detail())),
        drivers: drivers(),
        ..Snapshot::default()
    }
}

fn domain(line: &Line) -> Domain {
    let (id, name, state, (online, max), (memory, limit), ..) = *line;
    Domain {
        key: key(id),
        name: Name::new(name),
        state,
        guest: Reading::Known(if id == 19 { GuestType::Hvm } else { GuestType::Pvh }),
        vcpus: VcpuCount { online, max },
        memory: KiB(memory * 1024),
        max_memory: Reading::Known(KiB(limit * 1024)),
        target: Reading::Known(KiB(memory * 1024)),
        cpu_time: Nanos(1_055_040_000_000_000 / u64::from(id + 1)),
        pool: Reading::Known(0),
        net: Reading::Unsupported,
        disk: Reading::Unsupported,
    }
}

fn hypervisor() -> Hypervisor {
    let fact = |label: &str, value: &str| (Arc::from(label), Name::new(value));
    Hypervisor {
        kind: "Xen".into(),
        version: "4.17.7".into(),
        capabilities: ["xen-3.0-x86_64", "hvm-3.0-x86_64"].map(Arc::from).to_vec(),
        scheduler: Reading::Known("credit2".into()),
        facts: vec![
            fact("changeset", "Tue Mar 4 10:11:12 2025 git:b5c3e1a"),
            fact("compiler", "gcc 12.2.0"),
            fact("command line", "dom0_mem=4096M dom0_max_vcpus=4 sched=credit2"),
        ],
    }
}

fn node() -> Node {
    let pcpu = |n: u32| Pcpu { online: true, core: n % 8 / 2, socket: n / 8, node: n / 8 };
    let numa = |free: u64| NumaNode { total: KiB(32 * GIB), free: KiB(free), distances: vec![10, 21] };
    let pool = |id: u32, scheduler: &str, domains: u32, cpus: &str| CpuPool {
        id,
        scheduler: scheduler.into(),
        domains,
        cpus: cpus.parse().unwrap(),
    };
    Node {
        name: Name::new("xen-07"),
        machine: "x86_64".into(),
        pcpus: (0..16).map(pcpu).collect(),
        threads_per_core: 2,
        cores_per_socket: 4,
        cpu_khz: Reading::Known(2_894_000),
        numa: vec![numa(6 * GIB), numa(17 * GIB)],
        pools: vec![pool(0, "credit2", 12, "0-13"), pool(1, "null", 0, "14-15")],
    }
}

fn detail() -> Detail {
    let set = |text: &str| text.parse::<CpuSet>().unwrap();
    let hard = ["0-7", "0-7", "0-3,8-11", "0-7"];
    let affinity = |vcpu: u32| Affinity { vcpu, hard: set(hard[vcpu as usize]), soft: CpuSet::all() };
    let device = |kind, name: &str, backend: &str, note: &str| Device {
        kind,
        name: Name::new(name),
        backend: Name::new(backend),
        state: Name::new("connected"),
        note: Name::new(note),
        net: Reading::Unsupported,
        disk: Reading::Unsupported,
    };
    let counters = NetCounters { rx_bytes: 81_234_567, tx_bytes: 9_812_345_678, ..NetCounters::default() };
    let read =
        DiskCounters { read_bytes: 2_912_345_678, write_bytes: 512_345_678, ..DiskCounters::default() };
    let fact = |label: &str, value: &str| (Arc::from(label), Name::new(value));
    Detail {
        key: key(14),
        affinities: Reading::Known((0..4).map(affinity).collect()),
        sched: Reading::Known(SchedParams {
            scheduler: "credit2".into(),
            weight: Some(256),
            cap: Some(0),
            other: Vec::new(),
        }),
        devices: Reading::Known(vec![
            Device { disk: Reading::Known(read), ..device(DeviceKind::Disk, "xvda", "/dev/vg0/web1", "w") },
            Device {
                net: Reading::Known(counters),
                ..device(DeviceKind::Net, "vif14.0", "xenbr0", "00:16:3e:5b:0e:01")
            },
            device(DeviceKind::Console, "console", "/dev/pts/4", ""),
        ]),
        facts: vec![
            fact("started", "12d04h ago"),
            fact("vnc", "127.0.0.1:5914"),
            fact("kernel", "/boot/vmlinuz-6.1"),
        ],
    }
}

fn drivers() -> Vec<DriverStatus> {
    let reads =
        [Op::Hypervisor, Op::Node, Op::HostMemory, Op::PcpuTimes, Op::Domains, Op::Vcpus, Op::Affinities];
    let acts = [Op::Suspend, Op::Resume, Op::Destroy, Op::Pin, Op::SetScheduler, Op::SetMaxMemory];
    let store = [Op::Identify, Op::Devices, Op::Facts, Op::Consoles, Op::Shutdown, Op::Reboot, Op::SetMemory];
    let status = |name: &str, peer: &str, ops: Vec<Op>, (calls, failures): (u64, u64)| DriverStatus {
        name: name.into(),
        peer: peer.into(),
        ops: ops.into(),
        calls,
        failures,
        ..DriverStatus::default()
    };
    vec![
        DriverStatus {
            latency: Nanos(41_000),
            ..status("hypervisor", "/dev/xen/privcmd", [&reads[..], &acts].concat(), (55_862, 0))
        },
        DriverStatus {
            latency: Nanos(620_000),
            ..status("xenstore", "/run/xenstored/socket", store.to_vec(), (9_402, 3))
        },
        DriverStatus {
            latency: Nanos(84_000_000),
            light: Light::Degraded("xl list took 2.1 s".into()),
            last_failure: Some("domain 23: no such domain".into()),
            ..status(
                "xl",
                "/usr/sbin/xl",
                vec![Op::Definition, Op::Create, Op::Define, Op::Save, Op::Restore, Op::Shutdown],
                (12, 1),
            )
        },
        DriverStatus {
            light: Light::Absent("no socket at /var/lib/xend/xend-socket".into()),
            ..status("xend", "/var/lib/xend/xend-socket", vec![Op::Shutdown, Op::Save], (0, 0))
        },
    ]
}

/// What happened between the last two snapshots.
pub(crate) fn rates(snapshot: &Snapshot) -> Rates {
    let of = |line: &Line| DomainRates {
        cpu: (line.0 != OFF).then_some(line.5),
        net: line.6.map(|[rx_bytes, tx_bytes]| NetRates {
            rx_bytes,
            tx_bytes,
            rx_packets: 910.0,
            tx_packets: 2100.0,
        }),
        disk: line.7.map(|[read_bytes, write_bytes]| DiskRates {
            read_bytes,
            write_bytes,
            ..DiskRates::default()
        }),
    };
    Rates {
        span: snapshot.timing.real,
        domains: LINES.iter().map(of).collect(),
        pcpus: [62, 88, 97, 35, 54, 11, 22, 26, 8, 3, 5, 7, 41, 12, 0, 0].map(|p| p as f32 / 100.0).to_vec(),
        vcpus: vec![Some(71.2), Some(70.9), Some(69.0), None],
        host_cpu: Some(742.3),
    }
}

/// A minute of it.
pub(crate) fn history(snapshot: &Snapshot, rates: &Rates) -> History {
    let host = HostHistory {
        cpu: ring(600, |t| 640.0 + 420.0 * wave(t, 97.0) + 140.0 * wave(t, 13.0)),
        memory: ring(600, |t| 0.6 + 0.06 * wave(t, 211.0)),
        rx: ring(600, |t| 14e6 + 6e6 * wave(t, 41.0)),
        tx: ring(600, |t| 52e6 + 30e6 * wave(t, 57.0)),
        read: ring(600, |t| 20e6 + 18e6 * wave(t, 23.0)),
        write: ring(600, |t| 60e6 + 40e6 * wave(t, 83.0)),
    };
    let mut history = History::default();
    history.host = host;
    for (n, (domain, rate)) in (0..).zip(snapshot.domains.iter().zip(&rates.domains)) {
        if let (Some(cpu), Some(_)) = (rate.cpu, domain.key.id) {
            history.domains.insert(domain.key, domain_history(cpu, n));
        }
    }
    history
}

fn domain_history(cpu: f32, n: u32) -> DomainHistory {
    let n = f32::from((n % 97) as u16);
    DomainHistory {
        cpu: ring(120, |t| if cpu < 0.1 { 0.0 } else { cpu + cpu * 0.5 * wave(t + n * 7.0, 19.0 + n) }),
        memory: ring(120, |_| 8.0 * GIB as f32),
        rx: ring(120, |t| 2.9e6 + 1.9e6 * wave(t, 17.0 + n)),
        tx: ring(120, |t| 39e6 + 20e6 * wave(t, 29.0 + n)),
        read: ring(120, |t| 1.1e6 * wave(t, 9.0 + n).max(0.0)),
        write: ring(120, |t| 1e5 + 4e5 * wave(t, 31.0).max(0.0)),
        seen: NOW,
    }
}

/// So many half seconds of a function of time.
fn ring(buckets: usize, value: impl Fn(f32) -> f32) -> Ring {
    let mut ring = Ring::new(buckets, HALF);
    (0..buckets).for_each(|t| ring.push(value(t as f32).max(0.0), HALF));
    ring
}

/// Between -1 and 1, smooth, the same on every machine: no library's sine.
fn wave(t: f32, period: f32) -> f32 {
    let phase = (t / period).fract() * 4.0;
    let ramp = if phase < 2.0 { phase - 1.0 } else { 3.0 - phase };
    ramp * (1.5 - 0.5 * ramp * ramp)
}

/// Whether a cell of the screen lies in an area.
pub(crate) fn within(area: Area, x: u16, y: u16) -> bool {
    area.contains(x, y)
}
