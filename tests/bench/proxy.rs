//! What the proxy costs: a crowd that watches at ten samples a second, and one sample of the simulated Xen read directly
//! and through the proxy, turn by turn in one run.
//!
//! The bounds: the crowd costs at most half a core, all of the proxy's threads together; a sample through the proxy
//! costs who watches no more than reading the simulated Xen itself does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a benchmark"
)]

#[path = "../support"]
#[allow(dead_code, unreachable_pub, reason = "a benchmark uses a part of it")]
mod support {
    pub mod simxen;
}

use std::{
    fs,
    hint::black_box,
    io::Read,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use domtop::{
    driver::{
        Control, Observe, Session,
        proxy::Proxy,
        session::{Opened, assemble},
        xen::hypercall::Xen,
    },
    model::{Demand, HostId, Nanos, Snapshot},
    proxy::{Rules, Server, confine::make_room},
    sampler::stamp,
    wire::proxy::{Call, VERSION},
};
use nix::{
    sys::eventfd::EventFd,
    time::{ClockId, clock_gettime},
};
use support::simxen::{SimDomain, SimXen};

const DOMAINS: u16 = 500;
const CROWD: usize = 200;
const SECONDS: u64 = 5;
const BOUND: f64 = 0.5;
/// Samples that are compared.
const SAMPLES: u32 = 60;

fn main() -> ExitCode {
    make_room();
    let path = std::env::temp_dir().join(format!("domtop-bench-{}.sock", std::process::id()));
    let sim = SimXen::of("4.17", (0..DOMAINS).map(|id| SimDomain::new(id * 3)).collect());
    let ends = Arc::new(EventFd::new().unwrap());
    let server = serve(&sim, &path, ends.clone());
    let crowd = crowd(&path);
    let compared = compared(&sim, &path);
    ends.write(1).unwrap();
    server.join().unwrap();
    fs::remove_file(&path).unwrap();
    if crowd && compared { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn driver(sim: &Arc<SimXen>) -> Opened {
    let xen = Xen::over_read_only(sim.clone()).unwrap();
    (xen.info(), Ok(Arc::new(xen)))
}

fn serve(sim: &Arc<SimXen>, path: &Path, ends: Arc<EventFd>) -> thread::JoinHandle<()> {
    let Session { reader, consoles, definitions, .. } =
        assemble(HostId(0), vec![driver(sim)], false).unwrap();
    let listener = UnixListener::bind(path).unwrap();
    let rules = Rules { most_clients: 1000, fastest: Nanos(50_000_000), ..Rules::default() };
    thread::Builder::new()
        .name("loop".into())
        .spawn(move || {
            let mut server = Server::new((reader, consoles, definitions), listener, rules).unwrap();
            server.run(&ends).unwrap();
        })
        .unwrap()
}

/// Two hundred who watch at ten samples a second: the proxy's threads are measured, those who watch are others.
fn crowd(path: &Path) -> bool {
    let demand = Demand { interval: Some(Nanos(100_000_000)), devices: true, ..Demand::default() };
    let mut watchers: Vec<UnixStream> = (0..CROWD)
        .map(|_| {
            let mut bytes = Vec::new();
            Call::Hello(VERSION).put(&mut bytes);
            Call::Demand(1, demand.clone()).put(&mut bytes);
            let mut stream = UnixStream::connect(path).unwrap();
            std::io::Write::write_all(&mut stream, &bytes).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    let mut taken = 0;
    let mut take = |until: Instant| {
        let mut bite = vec![0; 256 << 10];
        while Instant::now() < until {
            for watcher in &mut watchers {
                taken += watcher.read(&mut bite).unwrap_or(0);
            }
            thread::sleep(Duration::from_millis(10));
        }
        taken
    };
    let begun = take(Instant::now() + Duration::from_secs(1));
    let (before, start) = (spent(), Instant::now());
    let ended = take(start + Duration::from_secs(SECONDS));
    let seconds = start.elapsed().as_secs_f64();
    let cost = (spent() - before) / seconds;
    let each = (ended - begun) as f64 / CROWD as f64 / seconds;
    println!(
        "{CROWD} watchers of {DOMAINS} domains: the proxy takes {cost:.3} of a core (bound {BOUND}); each gets {:.1} kB/s",
        each / 1e3
    );
    cost <= BOUND
}

/// Seconds that the proxy's threads have used: the loop, the sampler, the answers; the kernel's part in it.
fn spent() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let ours = |task: &PathBuf| {
        let name = fs::read_to_string(task.join("comm")).unwrap();
        ["loop", "sampler", "details", "answers"].contains(&name.trim())
    };
    // The first field of schedstat is the time spent on the CPU, in ns (Documentation/scheduler/sched-stats.rst).
    let nanos = |task: PathBuf| {
        let text = fs::read_to_string(task.join("schedstat")).unwrap();
        text.split(' ').next().unwrap().parse::<f64>().unwrap()
    };
    tasks.filter(ours).map(nanos).sum::<f64>() / 1e9
}

/// One sample, read directly and through the proxy, in turn: the time of this thread.
fn compared(sim: &Arc<SimXen>, path: &Path) -> bool {
    let proxy: Arc<dyn Control> = Arc::new(Proxy::open(Some(path)).unwrap());
    let mut direct = assemble(HostId(0), vec![driver(sim)], false).unwrap();
    let mut proxied = assemble(HostId(0), vec![(proxy.info(), Ok(proxy))], false).unwrap();
    let mut ratios = Vec::new();
    for (what, all_vcpus) in [("the rows", false), ("with every vCPU", true)] {
        let demand = Demand { interval: Some(Nanos(50_000_000)), all_vcpus, ..Demand::default() };
        let (mut here, mut there) = (Snapshot::default(), Snapshot::default());
        let (mut one, mut other) = (0.0, 0.0);
        for turn in 0..SAMPLES + 10 {
            // The first ones warm it.
            let counts = if turn < 10 { 0.0 } else { 1.0 };
            one += counts * cost(|| direct.reader.sample(stamp(), &demand, &mut here));
            other += counts * cost(|| proxied.reader.sample(stamp(), &demand, &mut there));
            assert_eq!((here.domains.len(), here.vcpus.len()), (there.domains.len(), there.vcpus.len()));
            black_box((&here, &there));
        }
        let micros = |seconds: f64| seconds / f64::from(SAMPLES) * 1e6;
        let ratio = other / one;
        println!(
            "{what}: {:.1} µs a sample read directly (the simulation's part in it), {:.1} µs through the proxy: \
             ratio {ratio:.2}",
            micros(one),
            micros(other)
        );
        ratios.push(ratio);
    }
    ratios.iter().all(|ratio| *ratio <= 1.0)
}

/// Seconds of this thread.
fn cost(work: impl FnOnce()) -> f64 {
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap()).as_secs_f64();
    let before = now();
    work();
    now() - before
}
