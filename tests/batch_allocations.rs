//! A warm tick of batch allocates nothing, from the reading to the last digit. In a binary of its own, for
//! its allocator counts.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(unsafe_code, unreachable_pub, reason = "an allocator that counts")]

#[path = "support/counting.rs"]
mod counting;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use counting::allocations;
use domtop::{
    batch::{self, Format, Host, Output, Plan, View},
    driver::{Answer, Control, DriverInfo, Observe, session::assemble},
    model::{
        Demand, DiskCounters, Domain, DomainId, DomainKey, DomainState, HostId, HostMemory, Hypervisor, KiB,
        Name, Nanos, NetCounters, Node, Op, PcpuTime, Reading, Stamp, Vcpu, VcpuCount,
    },
};

const DOMAINS: u32 = 500;
const OPS: [Op; 8] = [
    Op::Hypervisor,
    Op::Node,
    Op::HostMemory,
    Op::PcpuTimes,
    Op::Domains,
    Op::Identify,
    Op::Traffic,
    Op::Vcpus,
];

/// Five hundred domains that work; a tick is a second of theirs.
struct Many {
    ticks: AtomicU64,
    info: DriverInfo,
}

impl Many {
    fn host() -> Host {
        let info = DriverInfo { name: "many", peer: "memory".into(), hypervisor: true, ops: OPS.into() };
        let driver: Arc<dyn Control> = Arc::new(Self { ticks: AtomicU64::new(0), info: info.clone() });
        let session = assemble(HostId(0), vec![(info, Ok(driver))], false).expect("it answers");
        Host::new("test:///many", session.reader)
    }

    fn tick(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }
}

impl Observe for Many {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn begin(&self, _at: Stamp, _demand: &Demand) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn node(&self) -> Answer<Node> {
        Ok(Node { name: Name::new("many"), ..Node::default() })
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        Ok(HostMemory::default())
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        into.clear();
        into.resize(16, PcpuTime { idle: Nanos(self.tick() * 1000) });
        Ok(())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.resize_with(DOMAINS as usize, Domain::default);
        for (id, domain) in (0..DOMAINS).zip(into) {
            let key = DomainKey { id: Some(DomainId(id)), uuid: uuid::Uuid::from_u128(id.into()) };
            if domain.key != key {
                // The id and the name say the same, so a row that is new is named once.
                (domain.key, domain.name) = (key, Name::new(&format!("e{id:04}")));
            }
            domain.state = DomainState::Running;
            domain.vcpus = VcpuCount { online: 1, max: 1 };
            domain.memory = KiB(131_072);
            domain.cpu_time = Nanos(self.tick() * u64::from(id) * 1_000_000);
        }
        Ok(())
    }

    fn identify(&self, _domains: &mut [Domain]) -> Answer<()> {
        Ok(())
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        let rx_bytes = self.tick() * 1_234_567;
        for domain in domains {
            domain.net = Reading::Known(NetCounters { rx_bytes, ..NetCounters::default() });
            domain.disk = Reading::Known(DiskCounters { read_bytes: rx_bytes, ..DiskCounters::default() });
        }
        Ok(())
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        into.extend(domains.iter().filter_map(|d| d.key.id).map(|domain| Vcpu { domain, ..Vcpu::default() }));
        Ok(())
    }
}

impl Control for Many {}

/// What each of the ticks after the warm ones allocated.
fn growth(format: Format, view: View) -> Vec<u64> {
    const WARM: usize = 4;
    const TICKS: usize = 12;
    let mut hosts = vec![Many::host()];
    let mut counts = Vec::with_capacity(TICKS + 2);
    let wait = || {
        counts.push(allocations());
        // Within the ten seconds after which the node is read anew.
        let now = Nanos(counts.len() as u64 * 500_000_000);
        Stamp { mono: now, wall: now }
    };
    let mut output = Output { samples: &mut io::sink(), messages: &mut io::sink() };
    let plan = Plan { count: Some(TICKS as u64), format, view };
    batch::run(&mut hosts, plan, wait, &mut output).expect("the sink takes all");
    counts.windows(2).skip(WARM).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn a_warm_tick_of_five_hundred_domains_allocates_nothing() {
    for format in [Format::Text, Format::Csv, Format::Json] {
        for view in [View::Domains, View::Vcpus] {
            let counts = growth(format, view);
            assert!(counts.len() >= 8, "the warm ticks were counted");
            assert!(
                counts.iter().all(|count| *count == 0),
                "{format:?} {view:?}: allocations by tick {counts:?}"
            );
        }
    }
}
