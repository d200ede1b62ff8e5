//! What a simulated host is to be: the description a file, the demo and tests are turned into.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    event::Event,
    noise::{mix, of_text},
    temper::Temper,
};
use crate::model::{Affinity, CpuSet, DeviceKind, GuestType, KiB, Nanos, Scheduler, VcpuCount};

/// One gibibyte.
pub(super) const GIB: u64 = 1 << 20;

/// A host to simulate. Build one with [`HostPlan::new`] and the methods that follow.
#[derive(Clone, Debug, PartialEq)]
pub struct HostPlan {
    /// The node's name.
    pub name: String,
    /// Where all randomness starts from.
    pub seed: u64,
    /// The machine.
    pub node: NodePlan,
    /// The cpupools; at least one, the first of which is pool 0.
    pub pools: Vec<PoolPlan>,
    /// The domains.
    pub domains: Vec<DomainPlan>,
    /// How long it has been up when the simulation starts.
    pub uptime: Nanos,
    /// What happens how long after the start of the simulation.
    pub events: Vec<(Nanos, Event)>,
}

/// A machine to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodePlan {
    /// Sockets.
    pub sockets: u32,
    /// Cores of one socket.
    pub cores: u32,
    /// Threads of one core.
    pub threads: u32,
    /// NUMA nodes, over which pCPUs and memory are spread evenly.
    pub numa: u32,
    /// Memory.
    pub memory: KiB,
    /// Clock in kHz.
    pub khz: u32,
}

/// A cpupool to simulate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolPlan {
    /// Its scheduler.
    pub scheduler: Scheduler,
    /// Its pCPUs.
    pub cpus: CpuSet,
}

/// A domain to simulate. Build one with [`DomainPlan::new`] and the methods that follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainPlan {
    /// Its name.
    pub name: String,
    /// Its uuid; all zero only for the control domain.
    pub uuid: Uuid,
    /// The id of its first run; none to be given the next free one.
    pub id: Option<u32>,
    /// How it is virtualised.
    pub guest: GuestType,
    /// Its vCPUs.
    pub vcpus: VcpuCount,
    /// Memory it starts with.
    pub memory: KiB,
    /// Memory it may have at most.
    pub max_memory: KiB,
    /// How it behaves.
    pub temper: Temper,
    /// How it begins, ends and returns.
    pub life: Life,
    /// Its share of the CPUs.
    pub share: Share,
    /// Where its vCPUs may run, of those that may not run everywhere.
    pub pins: Vec<Affinity>,
    /// Its disks, interfaces and others.
    pub devices: Vec<DevicePlan>,
    /// The TCP port of its VNC server, where it has one.
    pub vnc: Option<u16>,
    /// The domain XML it was defined by, where it was: what it says beyond all this is told again.
    #[serde(default)]
    pub xml: Option<String>,
}

/// How a domain begins, ends and returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// What it is when the simulation starts.
    pub start: Start,
    /// How long a run takes, about; then it powers off and another one like it takes its place.
    pub lives: Option<Nanos>,
    /// How long its guest takes to shut down; none where it ignores being asked.
    pub shutdown: Option<Nanos>,
    /// Whether its description is kept when it ends: it is shown as off then.
    pub kept: bool,
    /// Whether it starts with the host.
    pub autostart: bool,
}

/// What a domain is when the simulation starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Running.
    #[default]
    Running,
    /// Paused.
    Paused,
    /// Crashed, and kept.
    Crashed,
    /// Defined, not running.
    Off,
}

/// A domain's share of the CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Relative weight.
    pub weight: u32,
    /// Cap in percent of one pCPU, 0 for none.
    pub cap: u32,
    /// The cpupool it runs in.
    pub pool: u32,
}

/// A device to simulate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DevicePlan {
    /// What it is.
    pub kind: DeviceKind,
    /// Its name; empty for an interface, whose name follows from the domain's id.
    pub name: String,
    /// What is behind it.
    pub backend: String,
    /// How far it got: `connected`.
    pub state: String,
    /// The hardware address or the access mode.
    pub note: String,
    /// Bytes a second in when the domain works as hard as it can: received, or read.
    pub inward: u64,
    /// Bytes a second out: sent, or written.
    pub outward: u64,
}

impl HostPlan {
    /// A host of 4 pCPUs and 16 GiB, without domains.
    pub fn new(name: &str) -> Self {
        let node =
            NodePlan { sockets: 1, cores: 4, threads: 1, numa: 1, memory: KiB(16 * GIB), khz: 2_400_000 };
        Self {
            name: name.into(),
            seed: 0,
            node,
            pools: vec![PoolPlan::credit2()],
            domains: vec![],
            uptime: Nanos(0),
            events: vec![],
        }
    }

    /// The same with this machine.
    #[must_use]
    pub fn node(mut self, node: NodePlan) -> Self {
        self.node = node;
        self
    }

    /// The same with this seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same with one domain more. Its name should be its own.
    #[must_use]
    pub fn domain(mut self, domain: DomainPlan) -> Self {
        self.domains.push(domain);
        self
    }

    /// The same with something that happens so long after the start of the simulation.
    #[must_use]
    pub fn at(mut self, time: Nanos, event: Event) -> Self {
        self.events.push((time, event));
        self
    }
}

impl NodePlan {
    /// How many pCPUs it has.
    pub const fn pcpus(&self) -> u32 {
        self.sockets * self.cores * self.threads
    }
}

impl PoolPlan {
    /// All pCPUs under credit2.
    pub fn credit2() -> Self {
        Self { scheduler: "credit2".into(), cpus: CpuSet::all() }
    }
}

impl Default for Life {
    fn default() -> Self {
        let shutdown = Some(Nanos(1_000_000_000));
        Self { start: Start::Running, lives: None, shutdown, kept: true, autostart: false }
    }
}

impl Default for Share {
    fn default() -> Self {
        Self { weight: 256, cap: 0, pool: 0 }
    }
}

impl DomainPlan {
    /// An idle domain of one vCPU and 1 GiB, whose uuid follows from its name.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            uuid: made_up_uuid(of_text(0, name)),
            id: None,
            guest: GuestType::Pvh,
            vcpus: VcpuCount { online: 1, max: 1 },
            memory: KiB(GIB),
            max_memory: KiB(GIB),
            temper: Temper::Idle,
            life: Life::default(),
            share: Share::default(),
            pins: Vec::new(),
            devices: Vec::new(),
            vnc: None,
            xml: None,
        }
    }

    /// The same with this temper.
    #[must_use]
    pub fn temper(mut self, temper: Temper) -> Self {
        self.temper = temper;
        self
    }

    /// The same with so many vCPUs online, and as many more to be plugged.
    #[must_use]
    pub fn vcpus(mut self, online: u32, max: u32) -> Self {
        self.vcpus = VcpuCount { online, max: max.max(online) };
        self
    }

    /// The same with this much memory, of at most so much.
    #[must_use]
    pub fn memory(mut self, memory: KiB, max: KiB) -> Self {
        (self.memory, self.max_memory) = (memory, max);
        self
    }

    /// The same with this id.
    #[must_use]
    pub fn id(mut self, id: u32) -> Self {
        self.id = Some(id);
        self
    }

    /// The same virtualised so.
    #[must_use]
    pub fn guest(mut self, guest: GuestType) -> Self {
        self.guest = guest;
        self
    }

    /// The same starting so.
    #[must_use]
    pub fn start(mut self, start: Start) -> Self {
        self.life.start = start;
        self
    }

    /// The same with all vCPUs confined to these pCPUs.
    #[must_use]
    pub fn pinned(mut self, hard: &CpuSet) -> Self {
        let pin = |vcpu| Affinity { vcpu, hard: hard.clone(), soft: CpuSet::all() };
        self.pins = (0..self.vcpus.max).map(pin).collect();
        self
    }

    /// The same with this weight and cap.
    #[must_use]
    pub fn share(mut self, weight: u32, cap: u32) -> Self {
        (self.share.weight, self.share.cap) = (weight, cap);
        self
    }

    /// The same with one device more.
    #[must_use]
    pub fn device(mut self, device: DevicePlan) -> Self {
        self.devices.push(device);
        self
    }

    /// The same with a VNC server on this port.
    #[must_use]
    pub fn vnc(mut self, port: u16) -> Self {
        self.vnc = Some(port);
        self
    }
}

impl DevicePlan {
    /// A connected disk with this name over an image or device, which at full load reads and writes so many bytes a
    /// second.
    pub fn disk(name: &str, backend: &str, (read, write): (u64, u64)) -> Self {
        let (name, backend) = (name.into(), backend.into());
        let (state, note) = ("connected".into(), "w".into());
        Self { kind: DeviceKind::Disk, name, backend, state, note, inward: read, outward: write }
    }

    /// A connected interface on this bridge, which at full load receives and sends so many bytes a second.
    pub fn net(bridge: &str, mac: &str, (rx, tx): (u64, u64)) -> Self {
        let (backend, note) = (bridge.into(), mac.into());
        let (name, state) = (String::new(), "connected".into());
        Self { kind: DeviceKind::Net, name, backend, state, note, inward: rx, outward: tx }
    }

    /// A device of another kind, through which nothing passes.
    pub fn other(kind: DeviceKind, name: &str, backend: &str) -> Self {
        Self { kind, name: name.into(), ..Self::disk(name, backend, (0, 0)) }
    }

    /// The same with this state and note.
    #[must_use]
    pub fn state(mut self, state: &str, note: &str) -> Self {
        (self.state, self.note) = (state.into(), note.into());
        self
    }
}

/// A version 4 uuid that follows from a seed.
pub(super) fn made_up_uuid(seed: u64) -> Uuid {
    let bits = u128::from(mix(seed, 1)) << 64 | u128::from(mix(seed, 2));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}
