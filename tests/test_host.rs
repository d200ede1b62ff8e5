//! Laws of the simulated host: what it tells depends on its plan and on simulated time, and on nothing else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::collections::HashMap;

use domtop::{
    driver::{
        Observe,
        test::{Deed, DomainPlan, Event, HostPlan, Temper, Test},
    },
    model::{
        CpuSet, Demand, Domain, DomainKey, DomainState, KiB, Kind, Nanos, Op, PcpuTime, Reading, Stamp, Vcpu,
        uri::{TestHost, Uri},
    },
};

const SECOND: u64 = 1_000_000_000;

fn open(uri: &str) -> Test {
    let Ok(Uri::Test(host)) = uri.parse() else { panic!("{uri}") };
    Test::open(&host).unwrap()
}

fn tick(host: &Test, ms: u64) {
    let at = Nanos(5_000_000_000 + ms * 1_000_000);
    host.begin(Stamp { mono: at, wall: at }, &Demand::default());
}

/// All that a tick reads.
#[derive(Clone, Debug, Default, PartialEq)]
struct Readings {
    domains: Vec<Domain>,
    pcpus: Vec<PcpuTime>,
    vcpus: Vec<Vcpu>,
}

impl Readings {
    fn fill(&mut self, host: &Test) {
        host.domains(&mut self.domains).unwrap();
        host.identify(&mut self.domains).unwrap();
        host.traffic(&mut self.domains).unwrap();
        host.pcpu_times(&mut self.pcpus).unwrap();
        self.vcpus.clear();
        let running = self.domains.partition_point(|d| d.key.id.is_some());
        host.vcpus(&self.domains[..running], &mut self.vcpus).unwrap();
    }

    fn of(&self, name: &str) -> &Domain {
        self.domains.iter().find(|d| d.name.raw() == name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn cpu_seconds(&self, name: &str) -> f64 {
        self.of(name).cpu_time.seconds()
    }
}

fn read(host: &Test) -> Readings {
    let mut readings = Readings::default();
    readings.fill(host);
    readings
}

fn after(host: &Test, ms: u64) -> Readings {
    tick(host, 0);
    tick(host, ms);
    read(host)
}

#[test]
fn the_same_seed_and_stamps_give_the_same_readings() {
    for uri in ["test:///default?seed=3", "test:///default?domains=300&seed=3"] {
        let (a, b) = (open(uri), open(uri));
        for ms in [0, 10, 1500, 1500, 90_000, 3_600_000] {
            tick(&a, ms);
            tick(&b, ms);
            assert_eq!(read(&a), read(&b), "{uri} at {ms} ms");
        }
    }
}

#[test]
fn another_seed_is_another_host() {
    assert_ne!(after(&open("test:///default?seed=1"), 9000), after(&open("test:///default?seed=2"), 9000));
}

#[test]
fn readings_do_not_depend_on_how_often_they_are_taken() {
    for uri in ["test:///default", "test:///default?domains=200"] {
        let (often, seldom) = (open(uri), open(uri));
        (0..=4500).for_each(|n| tick(&often, n * 20));
        (0..=90).for_each(|n| tick(&seldom, n * 1000));
        assert_eq!(read(&often), read(&seldom), "{uri}");
    }
}

#[test]
fn nothing_changes_between_two_ticks() {
    let host = open("test:///default");
    tick(&host, 7000);
    assert_eq!(read(&host), read(&host));
}

#[test]
fn a_clock_that_goes_back_moves_nothing_back() {
    let host = open("test:///default");
    let there = after(&host, 9000);
    tick(&host, 100);
    assert_eq!(read(&host), there);
}

/// Checks that no time is given twice between two readings, and returns the busy time of all pCPUs.
fn check_conservation(old: &Readings, new: &Readings, span: u64) -> u64 {
    let mut busy = 0;
    for (old, new) in old.pcpus.iter().zip(&new.pcpus) {
        let idle = new.idle.0.checked_sub(old.idle.0).expect("idle time only grows");
        assert!(idle <= span, "a pCPU idled longer than the time that passed");
        busy += span - idle;
    }
    let before: HashMap<_, _> = old.vcpus.iter().map(|v| ((v.domain, v.index), v.cpu_time)).collect();
    let mut given = 0;
    for vcpu in &new.vcpus {
        let base = before.get(&(vcpu.domain, vcpu.index)).copied().unwrap_or_default();
        let got = vcpu.cpu_time.0.checked_sub(base.0).expect("CPU time only grows");
        assert!(got <= span, "a vCPU got more time than passed");
        given += got;
    }
    // Each counter is rounded down to whole nanoseconds.
    assert!(given <= busy + new.vcpus.len() as u64, "{given} ns were given and {busy} ns worked");
    busy
}

#[test]
fn cpu_time_is_conserved() {
    for uri in ["test:///default", "test:///default?domains=120&seed=5"] {
        let host = open(uri);
        let mut old = after(&host, 0);
        let mut worked = 0;
        for n in 1..=300 {
            tick(&host, n * 130);
            let new = read(&host);
            worked += check_conservation(&old, &new, 130_000_000);
            old = new;
        }
        let all = 300 * 130_000_000 * old.pcpus.len() as u64;
        assert!(worked > all / 10 && worked < all, "{uri}: busy {worked} of {all}");
    }
}

#[test]
fn a_host_that_has_been_up_has_a_past_that_adds_up() {
    for uri in ["test:///default", "test:///default?domains=500"] {
        let first = after(&open(uri), 0);
        let up = 160_000 * SECOND;
        let busy = check_conservation(
            &Readings { pcpus: vec![PcpuTime::default(); first.pcpus.len()], ..Readings::default() },
            &first,
            up,
        );
        assert!(busy > up && busy < up * first.pcpus.len() as u64, "{uri}");
    }
    let first = after(&open("test:///default"), 0);
    assert!(first.cpu_seconds("db-primary") > 10_000.0 && first.cpu_seconds("ci-runner-1") < 200.0);
    assert!(first.of("db-primary").disk.known().unwrap().read_bytes > 1 << 38);
}

#[test]
fn the_domains_time_is_the_sum_of_its_vcpus() {
    let readings = after(&open("test:///default"), 12_345);
    for domain in readings.domains.iter().filter(|d| d.key.id.is_some()) {
        let vcpus = readings.vcpus.iter().filter(|v| Some(v.domain) == domain.key.id);
        assert_eq!(vcpus.map(|v| v.cpu_time.0).sum::<u64>(), domain.cpu_time.0, "{}", domain.name);
    }
}

#[test]
fn no_two_vcpus_stand_on_one_pcpu() {
    let host = open("test:///default");
    for n in 0..200 {
        tick(&host, n * 70);
        let mut taken = std::collections::HashSet::new();
        for vcpu in read(&host).vcpus.iter().filter(|v| v.running) {
            assert!(taken.insert(vcpu.pcpu), "pCPU {} twice", vcpu.pcpu);
        }
    }
}

fn burner(name: &str, cpu: u32) -> DomainPlan {
    DomainPlan::new(name).temper(Temper::Burning).pinned(&[cpu].into_iter().collect())
}

#[test]
fn vcpus_pinned_on_top_of_each_other_share_one_pcpu() {
    let plan = HostPlan::new("lab").domain(burner("alone", 0)).domain(burner("a", 1)).domain(burner("b", 1));
    let plan = plan.domain(burner("heavy", 2).share(768, 0)).domain(burner("light", 2));
    let plan = plan.domain(burner("capped", 3).share(256, 30));
    let readings = after(&Test::script(plan).unwrap(), 10_000);
    let shares = [("alone", 10.0), ("a", 5.0), ("b", 5.0), ("heavy", 7.5), ("light", 2.5), ("capped", 3.0)];
    for (name, seconds) in shares {
        let got = readings.cpu_seconds(name);
        assert!((got - seconds).abs() < 0.01, "{name} got {got} s, not {seconds}");
    }
}

#[test]
fn vcpus_stay_within_their_affinity() {
    let host = open("test:///default");
    for n in 0..50 {
        tick(&host, n * 400);
        let readings = read(&host);
        for domain in readings.domains.iter().filter(|d| d.key.id.is_some()) {
            let affinities = host.affinities(domain.key).unwrap();
            let vcpus = readings.vcpus.iter().filter(|v| Some(v.domain) == domain.key.id);
            for (vcpu, affinity) in vcpus.zip(affinities).filter(|(v, _)| v.online && v.cpu_time.0 > 0) {
                assert!(affinity.hard.contains(vcpu.pcpu), "{} vcpu {}", domain.name, vcpu.index);
            }
        }
    }
}

#[test]
fn the_demo_has_domains_of_every_temper() {
    let host = open("test:///default");
    let start = after(&host, 60_000);
    tick(&host, 90_000);
    let end = read(&host);
    let percent = |name| (end.cpu_seconds(name) - start.cpu_seconds(name)) / 30.0 * 100.0;
    assert!(percent("db-primary") > 330.0, "{}", percent("db-primary"));
    assert!(percent("mail") < 5.0);
    assert!(
        (195.0..=200.5).contains(&percent("render-farm")),
        "16 vCPUs share two pCPUs: {}",
        percent("render-farm")
    );
    assert_eq!(end.of("render-farm").vcpus.online, 16);
    assert_eq!((end.of("legacy-fax").state, percent("legacy-fax")), (DomainState::Paused, 0.0));
    assert_eq!((end.of("build-w10").state, percent("build-w10")), (DomainState::Crashed, 0.0));
    let archive = end.of("archive");
    assert_eq!((archive.state, archive.key.id), (DomainState::Off, None));
    assert_eq!(end.domains.last().unwrap().name.raw(), "archive", "those that are off come last");
    assert!(end.domains.iter().any(|d| !d.name.raw().is_ascii()));
    let node = host.node().unwrap();
    assert_eq!((node.pcpus.len(), node.numa.len(), node.threads_per_core), (16, 2, 2));
}

#[test]
fn the_demos_cache_balloons() {
    let host = open("test:///default");
    let mut seen: Vec<(KiB, Reading<KiB>)> = Vec::new();
    for n in 0..120 {
        tick(&host, n * 500);
        let readings = read(&host);
        seen.push((readings.of("cache").memory, readings.of("cache").target.clone()));
    }
    assert!(seen.iter().any(|(memory, target)| target.known() != Some(memory)), "on its way");
    assert!(seen.iter().any(|(memory, target)| target.known() == Some(memory)), "there");
    seen.dedup_by(|a, b| a.1 == b.1);
    assert!(seen.len() >= 4, "the target moves");
}

#[test]
fn a_runner_ends_now_and_then_and_another_takes_its_place() {
    let host = open("test:///default");
    let mut keys: HashMap<DomainKey, u64> = HashMap::new();
    let mut states = std::collections::HashSet::new();
    for n in 0..3000 {
        tick(&host, n * 200);
        for domain in read(&host).domains.iter().filter(|d| d.name.raw().starts_with("ci-runner")) {
            keys.entry(domain.key).or_insert(n);
            states.insert(domain.state.word());
        }
    }
    assert!((12..=40).contains(&keys.len()), "{} runs in ten minutes", keys.len());
    assert!(["shutdown", "dying", "idle"].iter().all(|state| states.contains(state)), "{states:?}");
    let ids: std::collections::HashSet<_> = keys.keys().map(|key| key.id).collect();
    assert_eq!(ids.len(), keys.len(), "each run has an id of its own");
}

#[test]
fn memory_is_conserved() {
    let host = open("test:///default");
    for n in 0..100 {
        tick(&host, n * 900);
        let (memory, node) = (host.host_memory().unwrap(), host.node().unwrap());
        let used: u64 = read(&host).domains.iter().map(|d| d.memory.0).sum();
        let kept = memory.total.0 - memory.free.0 - used;
        assert_eq!(kept, memory.total.0 / 256, "the hypervisor keeps the same");
        let free: u64 = node.numa.iter().map(|n| n.free.0).sum();
        assert!(free.abs_diff(memory.free.0) <= 2, "nodes have {free}, the host {}", memory.free.0);
    }
}

#[test]
fn ten_thousand_domains_load_and_tick() {
    let host = open("test:///default?domains=10000&seed=9");
    let first = after(&host, 0);
    assert_eq!(first.domains.len(), 10_000);
    let names: std::collections::HashSet<_> = first.domains.iter().map(|d| d.name.raw()).collect();
    let uuids: std::collections::HashSet<_> = first.domains.iter().map(|d| d.key.uuid).collect();
    assert_eq!((names.len(), uuids.len()), (10_000, 10_000));
    let ids: Vec<_> = first.domains.iter().map_while(|d| d.key.id).collect();
    assert!(ids.is_sorted() && ids.len() > 9000);
    assert!(ids.windows(2).any(|w| w[1].0 > w[0].0 + 1), "ids have gaps");
    tick(&host, 3000);
    let later = read(&host);
    let busy = check_conservation(&first, &later, 3 * SECOND);
    assert!(busy > SECOND * later.pcpus.len() as u64, "the crowd works");
}

#[test]
fn a_gap_of_centuries_is_crossed() {
    let host = open("test:///default");
    let leap = |mono| host.begin(Stamp { mono: Nanos(mono), wall: Nanos(0) }, &Demand::default());
    let century = 100 * 365 * 86_400 * SECOND;
    leap(0);
    leap(century);
    let (readings, seconds) = (read(&host), Nanos(century).seconds());
    let worked = readings.cpu_seconds("db-primary") / seconds;
    assert!((3.0..=4.0).contains(&worked), "four busy vCPUs worked {worked} of each second");
    let busy: f64 = readings.pcpus.iter().map(|p| seconds - p.idle.seconds()).sum();
    assert!((6.0..16.0).contains(&(busy / seconds)));
    leap(u64::MAX);
    leap(u64::MAX);
    assert_eq!(read(&host).domains.len(), readings.domains.len(), "time ends and nothing else");
}

#[test]
fn scripted_events_happen_at_their_time() {
    let plan = HostPlan::new("lab")
        .domain(DomainPlan::new("web1").temper(Temper::Burning))
        .at(Nanos(2_250_000_000), Event::Domain("web1".into(), Deed::Crash))
        .at(Nanos(3 * SECOND), Event::Create(Box::new(DomainPlan::new("web2"))))
        .at(Nanos(4 * SECOND), Event::Domain("web2".into(), Deed::Destroy));
    let host = Test::script(plan).unwrap();
    let crashed = after(&host, 2_600);
    assert_eq!(crashed.of("web1").state, DomainState::Crashed);
    assert!((crashed.cpu_seconds("web1") - 2.25).abs() < 1e-3, "it worked until it crashed");
    tick(&host, 3_000);
    assert_eq!(read(&host).of("web2").state, DomainState::Blocked);
    tick(&host, 4_100);
    assert_eq!(read(&host).of("web2").state, DomainState::Dying);
    tick(&host, 5_000);
    assert_eq!(read(&host).of("web2").state, DomainState::Off);
}

#[test]
fn a_scripted_failure_fails_as_often_as_it_says() {
    let host = Test::script(HostPlan::new("lab")).unwrap();
    host.inject(Event::Fail(Op::Domains, Kind::TimedOut, 2));
    let mut into = Vec::new();
    for _ in 0..2 {
        assert_eq!(host.domains(&mut into).unwrap_err().kind, Kind::TimedOut);
        assert!(host.host_memory().is_ok(), "other operations go on");
    }
    assert!(host.domains(&mut into).is_ok());
}

#[test]
fn counters_of_a_domain_are_the_sums_of_its_devices() {
    let host = open("test:///default");
    let readings = after(&host, 33_000);
    let domain = readings.of("db-primary");
    let devices = host.devices(domain.key).unwrap();
    let read: u64 = devices.iter().filter_map(|d| d.disk.known()).map(|d| d.read_bytes).sum();
    assert_eq!(domain.disk.known().unwrap().read_bytes, read);
    assert!(read > 500_000_000 && domain.net.known().unwrap().tx_packets > 100_000);
    assert_eq!(readings.of("Domain-0").net, Reading::Unsupported);
    let facts = host.facts(readings.of("build-w10").key).unwrap();
    assert!(facts.iter().any(|(label, fact)| &**label == "device error" && fact.raw().contains("hotplug")));
}

#[test]
fn an_impossible_host_is_refused_with_the_reason() {
    let twice = HostPlan::new("lab").domain(DomainPlan::new("a")).domain(DomainPlan::new("a"));
    let far = HostPlan::new("lab").domain(burner("a", 9));
    let large = HostPlan::new("lab").domain(DomainPlan::new("a").memory(KiB(1 << 30), KiB(1 << 30)));
    let none = DomainPlan::new("a").pinned(&CpuSet::default());
    for (plan, part) in [
        (twice, "same name"),
        (far, "no CPU 9"),
        (large, "are left"),
        (HostPlan::new("l").domain(none), "empty"),
    ] {
        let said = Test::script(plan).unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
    assert!(Test::open(&TestHost::default()).is_ok());
}
