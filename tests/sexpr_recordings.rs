//! What real servers answered, read: no value of it is lost, and what fails says so.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

mod support {
    pub mod xend_recordings;
}

use domtop::{
    model::{
        CpuSet, DeviceKind, Domain, DomainId, DomainState, GuestType, KiB, Nanos, Reading, ShutdownReason,
        Vcpu,
    },
    wire::sexpr::{Bad, Format, Tree, device, error::failure, node::Page, scheduler, status, vcpu},
};
use support::xend_recordings::{Exchange, RELEASES, exchanges, named};

/// The texts that are no value, by how they begin: xend sends some of its words under the type of expressions.
const WORDS: [&str; 3] = ["Operation not implemented", "Invalid request", "POST"];

fn every() -> impl Iterator<Item = (&'static str, Exchange)> {
    RELEASES
        .into_iter()
        .flat_map(|release| exchanges(release).into_iter().map(move |exchange| (release, exchange)))
}

/// The bodies that are expressions.
fn values() -> Vec<(&'static str, Exchange)> {
    let is_value = |exchange: &Exchange| {
        let body = String::from_utf8_lossy(&exchange.body);
        exchange.is_sexpr() && !body.is_empty() && !WORDS.iter().any(|word| body.starts_with(word))
    };
    every().filter(|(_, exchange)| is_value(exchange)).collect()
}

#[test]
fn every_reply_is_read_to_its_end_and_printed_back() {
    let values = values();
    assert!(values.len() > 200, "{}", values.len());
    for (release, exchange) in values {
        let (tree, size) =
            Tree::parse(&exchange.body).unwrap_or_else(|bad| panic!("{release} {}: {bad}", exchange.name));
        let behind = &exchange.body[size..];
        assert!(
            behind.is_empty() || (release, behind) == ("xen-4.1", b"''"),
            "{release} {}: {behind:?}",
            exchange.name
        );
        let printed = tree.root().to_string();
        assert_eq!(Tree::parse(printed.as_bytes()).unwrap().0, tree, "{release} {}", exchange.name);
    }
}

#[test]
fn every_strict_prefix_of_a_reply_is_incomplete() {
    for (release, exchange) in values().into_iter().filter(|(_, exchange)| exchange.body.starts_with(b"(")) {
        let (_, size) = Tree::parse(&exchange.body).unwrap();
        for end in 0..size {
            assert_eq!(
                Tree::parse(&exchange.body[..end]),
                Err(Bad::Incomplete),
                "{release} {} to {end}",
                exchange.name
            );
        }
    }
}

#[test]
fn every_description_that_was_sent_is_read() {
    let mut seen = 0;
    for (release, exchange) in every() {
        // Three of them are what a broken client sends.
        let Some(config) = exchange.field("config").filter(|_| !exchange.name.contains("bad-sexpr")) else {
            continue;
        };
        if config.is_empty() || config == b"(" {
            continue;
        }
        let (tree, size) =
            Tree::parse(&config).unwrap_or_else(|bad| panic!("{release} {}: {bad}", exchange.name));
        assert_eq!(size, config.len());
        assert!(tree.root().is_list());
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn a_failure_is_told_by_the_body_whatever_the_status_says() {
    let mut statuses = Vec::new();
    for (release, exchange) in every() {
        let body = String::from_utf8_lossy(&exchange.body);
        let said = failure(&exchange.body);
        assert_eq!(said.is_some(), body.starts_with("(xend.err"), "{release} {}", exchange.name);
        statuses.extend(said.map(|_| exchange.status));
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [200, 202, 500]);
    let said = |release, name| failure(&named(release, name).body).unwrap();
    assert_eq!(said("xen-3.0.2", "set_vcpus-text"), "invalid literal for int() with base 10: 'two'");
    assert_eq!(said("xen-4.1", "pincpu-range"), "invalid literal for int() with base 10: '0-2'");
    assert_eq!(said("xen-4.1", "shutdown-noreason"), "'reason'");
    assert_eq!(failure(b"0"), None);
    assert_eq!(failure(b"(xend.err"), None);
}

fn rows(release: &str, name: &str) -> Vec<Domain> {
    let body = named(release, name).body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let mut rows = Vec::new();
    if tree.root().head().is_some() {
        rows.extend(status::row(tree.root()));
    } else {
        status::rows(tree.root(), &mut rows);
    }
    rows
}

/// The state of one domain whose letters and reason are these.
fn state(inside: &str) -> DomainState {
    let text = format!("(domain (domid 3) {inside})");
    let (tree, _) = Tree::parse(text.as_bytes()).unwrap();
    status::row(tree.root()).unwrap().state
}

#[test]
fn a_list_with_details_is_a_row_for_each_domain() {
    let all = rows("xen-3.0.2", "domain-detail");
    let names: Vec<_> = all.iter().map(|row| (row.key.id, row.name.raw())).collect();
    assert_eq!(
        names,
        [(Some(DomainId(0)), "Domain-0"), (Some(DomainId(1)), "demo"), (Some(DomainId(2)), "web")]
    );
    let demo = &all[1];
    assert_eq!(demo.key.uuid.to_string(), "11111111-2222-3333-4444-555555555555");
    assert_eq!((demo.state, demo.guest.clone()), (DomainState::Blocked, Reading::Known(GuestType::Pv)));
    assert_eq!((demo.memory, demo.max_memory.clone()), (KiB(128 << 10), Reading::Known(KiB(256 << 10))));
    assert_eq!((demo.vcpus.online, demo.vcpus.max, demo.cpu_time), (1, 1, Nanos(9_696_806)));
    assert_eq!(all[0].guest, Reading::Known(GuestType::Pv), "the control domain has no image");
    let dom0 = &rows("xen-4.1", "domain-detail")[0];
    assert_eq!(
        (dom0.max_memory.clone(), dom0.memory),
        (Reading::Unsupported, KiB(1024 << 10)),
        "without a limit"
    );
    assert_eq!((dom0.vcpus.online, dom0.vcpus.max), (4, 4));
}

#[test]
fn every_domain_of_the_recordings_is_a_row() {
    let mut seen = 0;
    for (release, exchange) in every() {
        if !exchange.body.starts_with(b"(domain") && !exchange.body.starts_with(b"((domain") {
            continue;
        }
        let (tree, _) = Tree::parse(&exchange.body).unwrap();
        let domains: Vec<_> =
            if tree.root().head().is_some() { vec![tree.root()] } else { tree.root().items().collect() };
        for domain in domains.into_iter().filter(|domain| domain.child("vcpu").is_none()) {
            let row = status::row(domain).unwrap();
            assert_eq!(
                row.key.id.map(|id| id.0.to_string()).as_deref(),
                domain.value("domid"),
                "{release} {}",
                exchange.name
            );
            assert_eq!(Some(row.name.raw()), domain.value("name"));
            assert!(row.memory > KiB(0) && row.vcpus.max > 0 && row.vcpus.online <= row.vcpus.max);
            assert!(matches!(row.guest, Reading::Known(_)), "{release} {}", exchange.name);
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn a_state_is_read_from_its_letters() {
    assert_eq!(state("(state r-----)"), DomainState::Running);
    assert_eq!(state("(state ------)"), DomainState::Running, "its vCPUs wait for a physical CPU");
    assert_eq!(state("(state -b----)"), DomainState::Blocked);
    assert_eq!(state("(state -bp---)"), DomainState::Paused);
    assert_eq!(state("(state ??????)"), DomainState::Unknown);
    assert_eq!(
        state("(state ---s--)(shutdown_reason reboot)"),
        DomainState::ShutDown(ShutdownReason::Reboot)
    );
    assert_eq!(
        state("(state r-----)(shutdown_reason poweroff)"),
        DomainState::Running,
        "said of those that run, too"
    );
    assert_eq!(state("(state ---sc-)"), DomainState::Crashed);
    assert_eq!(state("(state ----cd)"), DomainState::Dying);
    assert_eq!(state(""), DomainState::Unknown);
    let managed = &rows("xen-4.1", "state-managed-inactive")[0];
    assert_eq!((managed.key.id, managed.state, managed.name.raw()), (None, DomainState::Off, "mgd"));
    assert_eq!(rows("xen-4.1", "state-paused")[0].state, DomainState::Paused);
}

#[test]
fn a_number_no_server_would_print_does_no_harm() {
    for text in ["-1", "nan", "inf", "-1e300", "1e300", "99999999999999999999", "'\\x00'", "()"] {
        let keys = ["domid", "vcpus", "online_vcpus", "vcpu_avail", "memory", "maxmem", "cpu_time", "uuid"];
        let inside = keys.map(|key| format!("({key} {text})")).concat();
        let page = format!("(domain {inside})");
        let (tree, _) = Tree::parse(page.as_bytes()).unwrap();
        assert!(status::row(tree.root()).is_some());
        let page = format!(
            "(node (nr_cpus {text})(cpu_mhz {text})(cores_per_socket {text})(nr_nodes {text})(total_memory {text})(threads_per_core {text}))"
        );
        let (tree, _) = Tree::parse(page.as_bytes()).unwrap();
        assert!(Page::read(tree.root()).unwrap().node.pcpus.len() <= 4096);
    }
}

#[test]
fn vcpus_are_read_with_where_they_may_run() {
    let body = named("xen-3.0.2", "dom-vcpuinfo-post").body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let mut all = Vec::new();
    vcpu::vcpus(tree.root(), &mut all);
    let second = Vcpu {
        domain: DomainId(2),
        index: 1,
        online: true,
        blocked: true,
        running: false,
        cpu_time: Nanos(4_550_717),
        pcpu: 1,
    };
    assert_eq!((all.len(), all[1]), (2, second));
    let everywhere = vcpu::affinities(tree.root(), 4);
    assert!(everywhere.iter().all(|affinity| affinity.hard.is_all() && affinity.soft.is_all()));
    assert_eq!(vcpu::affinities(tree.root(), 8)[0].hard.to_string(), "0-3");
    let body = named("xen-4.1", "vcpuinfo-pinned2").body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let pinned: Vec<CpuSet> =
        vcpu::affinities(tree.root(), 4).into_iter().map(|affinity| affinity.hard).collect();
    assert!(pinned.iter().any(|set| !set.is_all() && !set.is_empty()), "{pinned:?}");
    let body = named("xen-4.1", "vcpuinfo-inactive").body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let mut none = Vec::new();
    vcpu::vcpus(tree.root(), &mut none);
    assert_eq!(none, [], "it does not run: its id is None");
}

#[test]
fn a_share_is_read_from_a_printed_dictionary_or_a_list() {
    let body = named("xen-4.1", "sched_credit_get").body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let share = scheduler::credit(tree.root()).unwrap();
    assert_eq!((share.scheduler.as_ref(), share.weight, share.cap), ("credit", Some(256), Some(0)));
    for release in RELEASES {
        let body = named(release, "sedf_get").body;
        let (tree, _) = Tree::parse(&body).unwrap();
        let share = scheduler::sedf(tree.root()).unwrap();
        assert_eq!((share.scheduler.as_ref(), share.weight, share.cap), ("sedf", Some(0), None));
        let period = share.other.iter().find(|(name, _)| name.as_ref() == "period").unwrap();
        assert_eq!(period.1, 100_000, "in µs");
        assert_eq!(scheduler::credit(tree.root()), None);
    }
}

#[test]
fn the_node_is_read_in_both_layouts() {
    let page = |release| {
        let body = named(release, "node").body;
        Page::read(Tree::parse(&body).unwrap().0.root()).unwrap()
    };
    let (old, new) = (page("xen-3.0.2"), page("xen-4.1"));
    assert_eq!((old.format, new.format), (Format::One, Format::Four));
    assert_eq!((old.hypervisor.version.as_ref(), new.hypervisor.version.as_ref()), ("3.0.2", "4.1.6.1"));
    assert_eq!(
        (old.hypervisor.scheduler.known(), new.hypervisor.scheduler.known().map(AsRef::as_ref)),
        (None, Some("credit"))
    );
    assert_eq!(new.hypervisor.capabilities.len(), 5, "behind the last stands a blank");
    for page in [&old, &new] {
        assert_eq!((page.memory.total, page.memory.free), (KiB(8192 << 10), KiB(6784 << 10)));
        assert_eq!((page.node.pcpus.len(), page.node.cpu_khz.known()), (4, Some(&2_393_000)));
        let places: Vec<_> = page.node.pcpus.iter().map(|cpu| (cpu.core, cpu.socket, cpu.node)).collect();
        assert_eq!(places, [(0, 0, 0), (1, 0, 0), (2, 1, 0), (3, 1, 0)]);
    }
}

#[test]
fn numa_nodes_are_read_from_words_and_tables() {
    let page = |inside: &str| {
        let text = format!("(node (nr_cpus 4)(nr_nodes 2)(cores_per_socket 2)(threads_per_core 1){inside})");
        Page::read(Tree::parse(text.as_bytes()).unwrap().0.root()).unwrap().node
    };
    let nodes = |node: domtop::model::Node| node.pcpus.iter().map(|cpu| cpu.node).collect::<Vec<_>>();
    assert_eq!(nodes(page("(node_to_cpu 'node0:0,2\n             node1:1,3')")), [0, 1, 0, 1]);
    assert_eq!(nodes(page("")), [0, 0, 1, 1]);
    let table = "(numa_info '\nnode:     memsize    memfree    distances\n   0:      4096       1000     10,20\n   1:      4096       3000     20,10')";
    let numa = page(table).numa;
    assert_eq!(numa.len(), 2);
    assert_eq!(
        (numa[1].total, numa[1].free, numa[1].distances.as_slice()),
        (KiB(4096 << 10), KiB(3000 << 10), &[20, 10][..])
    );
}

#[test]
fn devices_of_a_domain_are_listed() {
    let body = named("xen-4.1", "state-hvm-v2").body;
    let (tree, _) = Tree::parse(&body).unwrap();
    let devices = device::list(tree.root());
    let rows: Vec<_> =
        devices.iter().map(|d| (d.kind, d.name.raw(), d.backend.raw(), d.note.raw())).collect();
    assert_eq!(rows[0], (DeviceKind::Net, "vif9.0", "xenbr0", "00:16:3e:05:06:07"));
    assert_eq!(
        rows[1],
        (DeviceKind::Disk, "hdb:disk", "tap:aio:/srv/xen/guest/file/images/d-hvm2b.img", "w")
    );
    assert_eq!(rows.iter().filter(|row| row.0 == DeviceKind::Disk).count(), 3);
    assert_eq!(rows.last().map(|row| row.0), Some(DeviceKind::Display));
}
