//! Laws of described hosts: what a file says is what is told, and a bad one is refused with its line and a reason.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{fs, path::PathBuf};

use domtop::{
    driver::{Error, Observe, test::Test},
    model::{
        Demand, Domain, DomainId, DomainState, GuestType, KiB, Kind, Nanos, Reading, Stamp, uri::TestHost,
    },
};
use proptest::prelude::*;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hosts").join(name)
}

fn open(file: PathBuf) -> Result<Test, Error> {
    Test::open(&TestHost { file: Some(file), ..TestHost::default() })
}

fn at(host: &Test, seconds: u64) -> Vec<Domain> {
    for mono in [0, seconds * 1_000_000_000].map(Nanos) {
        host.begin(Stamp { mono, wall: mono }, &Demand::default());
    }
    let mut domains = Vec::new();
    host.domains(&mut domains).unwrap();
    host.identify(&mut domains).unwrap();
    host.traffic(&mut domains).unwrap();
    domains
}

/// A file of this test that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("domtop-test-host-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_described_host_is_as_described() {
    let host = open(data("small.xml")).unwrap();
    let node = host.node().unwrap();
    assert_eq!((node.name.raw(), node.pcpus.len(), node.cpu_khz), ("small", 4, Reading::Known(2_400_000)));
    assert_eq!(host.host_memory().unwrap().total, KiB(8 << 20));
    let domains = at(&host, 10);
    let names: Vec<_> = domains.iter().map(|d| (d.name.raw(), d.key.id.map(|id| id.0))).collect();
    assert_eq!(names, [("Domain-0", Some(0)), ("worker", Some(3)), ("sleeper", Some(7)), ("spare", None)]);
    let worker = &domains[1];
    assert_eq!((worker.vcpus.online, worker.vcpus.max), (2, 4));
    assert_eq!((worker.memory, worker.max_memory.clone()), (KiB(2 << 20), Reading::Known(KiB(4 << 20))));
    assert_eq!(worker.guest, Reading::Known(GuestType::Pvh));
    assert!((worker.cpu_time.seconds() - 15.0).abs() < 0.01, "two vCPUs capped at 150 % for 10 s");
    let sched = host.scheduler(worker.key).unwrap();
    assert_eq!((&*sched.scheduler, sched.weight, sched.cap), ("credit2", Some(512), Some(150)));
    let affinities = host.affinities(worker.key).unwrap();
    assert_eq!((affinities[0].hard.to_string(), affinities[1].hard.to_string()), ("1".into(), "all".into()));
    let devices = host.devices(worker.key).unwrap();
    let names: Vec<_> = devices.iter().map(|d| (d.name.raw(), d.backend.raw())).collect();
    assert_eq!(names[..2], [("xvda", "phy:/dev/vg0/worker"), ("vif3.0", "br0")]);
    assert!(worker.disk.known().unwrap().read_bytes > 30 << 20);
    assert_eq!(at(&host, 31)[2].state, DomainState::Paused, "its event came");
}

#[test]
fn numa_nodes_pools_and_pins_are_as_described() {
    let host = open(data("numa.xml")).unwrap();
    let (node, domains) = (host.node().unwrap(), at(&host, 4));
    assert_eq!((node.pcpus.len(), node.numa.len(), node.pools.len()), (64, 4, 2));
    assert_eq!((node.pcpus[63].core, node.pcpus[63].socket, node.pcpus[63].node), (31, 3, 3));
    assert_eq!((&*node.pools[1].scheduler, node.pools[1].domains), ("null", 1));
    let seconds = |name| domains.iter().find(|d| d.name.raw() == name).unwrap().cpu_time.seconds();
    assert!((seconds("stacked") - 4.0).abs() < 0.01, "twelve vCPUs share one pCPU: {}", seconds("stacked"));
    assert!((seconds("realtime") - 8.0).abs() < 0.01, "two vCPUs have one each");
}

#[test]
fn strange_names_are_kept_and_shown_as_signs() {
    let host = open(data("strange.xml")).unwrap();
    let domains = at(&host, 1);
    let of = |id| domains.iter().find(|d| d.key.id == Some(DomainId(id))).unwrap();
    assert_eq!(of(1).name.raw(), "\u{1b}[31;1mred\u{1b}[2J");
    assert_eq!((of(2).name.raw().len(), of(8).name.raw()), (4096, ""));
    assert!(of(4).name.raw().contains('\u{202e}') && of(16).name.raw().contains('\u{9b}'));
    let devices = host.devices(of(16).key).unwrap();
    let facts = host.facts(of(16).key).unwrap();
    let shown = domains.iter().map(|d| d.name.shown());
    let shown = shown.chain(devices.iter().flat_map(|d| [d.name.shown(), d.backend.shown(), d.note.shown()]));
    for text in shown.chain(facts.iter().map(|(_, fact)| fact.shown())) {
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
    let (log, _) = host.host_log(0).unwrap();
    assert!(log.chars().all(|c| c == '\n' || !c.is_control()), "{log:?}");
}

#[test]
fn a_bad_file_is_refused_with_its_line_and_a_reason() {
    let domain = |inside: &str| format!("<host name='h'>\n<domain name='a' memory='1M' {inside}/>\n</host>");
    let host = |inside: &str| format!("<host name='h'>\n{inside}\n</host>");
    let cases: Vec<(String, usize, &str)> = vec![
        (String::new(), 1, "no element"),
        ("\n\n<hots/>".into(), 3, "begins with <hots>, not with <host>"),
        ("<host/>".into(), 1, "needs the attribute \"name\""),
        ("<host name='h'>\n\n<domian/>\n</host>".into(), 3, "did you mean `domain`?"),
        (domain("tempre='idle'"), 2, "no attribute \"tempre\"; did you mean `temper`?"),
        (domain("temper='bussy'"), 2, "unknown word \"bussy\"; did you mean `busy`?"),
        (domain("type='xyzzy'"), 2, "it is one of pv, hvm, pvh"),
        (domain("vcpus='many'"), 2, "vcpus of <domain>: \"many\" is no whole number"),
        (domain("vcpus='0'"), 2, "not between 1 and 512"),
        (domain("vcpus='4' maxvcpus='2'"), 2, "4 vCPUs of 2"),
        (domain("maxmem='1'"), 2, "maximum of 1"),
        (domain("maxmem='lots'"), 2, "write 512M, 2G"),
        (domain("uuid='17'"), 2, "uuid of <domain>"),
        (domain("id='40000'"), 2, "ids go from 1 to 32751"),
        (domain("lives='40'"), 2, "is no time; write 250ms"),
        (domain("vnc='70000'"), 2, "vnc of <domain>"),
        (domain("name='b'"), 2, "an attribute is wrong"),
        (domain("kept='perhaps'"), 2, "it is one of yes, no"),
        (host("<domain name='a'/>"), 2, "needs the attribute \"memory\""),
        (host("<domain name='a' memory='32G'/>"), 2, "KiB are left"),
        (host("<domain name='a' memory='1M'>\n<pin hard='9'/></domain>"), 2, "no CPU 9: this host has 4"),
        (host("<domain name='a' memory='1M'>\n<pin vcpu='3' hard='1'/></domain>"), 2, "no vCPU 3"),
        (host("<domain name='a' memory='1M'>\n<pin hard='3-1'/></domain>"), 3, "runs backwards"),
        (host("<domain name='a' memory='1M'>\n<sched pool='1'/></domain>"), 2, "no cpupool 1"),
        (host("<domain name='a' memory='1M'>\n<sched weight='0'/></domain>"), 2, "a weight is not 0"),
        (
            host("<domain name='a' memory='1M'>\n<disk name='x'/></domain>"),
            3,
            "needs the attribute \"source\"",
        ),
        (
            host("<domain name='a' memory='1M'>\n<interface bridge='b' mac='m' rx='?'/></domain>"),
            3,
            "is no rate",
        ),
        (host("<domain name='a' memory='1M'/>\n<domain name='a' memory='1M'/>"), 3, "the same name \"a\""),
        (
            host("<domain name='a' id='3' memory='1M'/>\n<domain name='b' id='3' memory='1M'/>"),
            3,
            "the same id 3",
        ),
        (host("<node cpus='3' numa='2'/>"), 2, "cannot be spread evenly over 2 NUMA nodes"),
        (host("<node sockets='9999' cores='9999'/>"), 2, "CPUs"),
        (host("<node cpus='8' cores='2'/>"), 2, "8 CPUs are not 1 sockets × 2 cores"),
        (host("<node cpus='0'/>"), 2, "at least one"),
        (host("<node memory='0'/>"), 2, "not between 1 KiB"),
        (host("<pool cpus='0-1'/><pool cpus='1'/>"), 2, "CPU 1 is in two cpupools"),
        (host("<pool/>"), 2, "needs the attribute \"cpus\""),
        (host("<event at='1s' do='crash'/>"), 2, "needs the attribute \"domain\""),
        (host("<event at='1s' do='crash' domain='x'/>"), 2, "no domain \"x\""),
        (host("<event at='1s' fail='domain'/>"), 2, "did you mean `domains`?"),
        (host("words"), 1, "text between elements"),
        (host("<!-- open"), 2, "it is no XML"),
        ("<host name='h'>\n<node>\n".into(), 3, "<node> of line 2 is not closed"),
        ("<host name='h'>\n</hots>".into(), 2, "it is no XML"),
        ("<!DOCTYPE host [<!ENTITY a 'b'>]>\n<host name='h'/>".into(), 1, "a DOCTYPE is not taken"),
        ("<host name='&a;'/>".into(), 1, "an attribute is wrong"),
        ("<host name='h'/>\n<host name='h'/>".into(), 2, "a second element"),
        ("<a>".repeat(100_000), 1, "nested too deeply"),
    ];
    for (n, (text, line, part)) in cases.iter().enumerate() {
        let file = Scratch::new(&format!("bad-{n}.xml"), text.as_bytes());
        let error = open(file.0.clone()).expect_err(text);
        let said = error.to_string();
        let place = format!("bad-{n}.xml:{line}: ");
        let short: String = text.chars().take(200).collect();
        assert!(said.contains(&place) && said.contains(part), "{short}\n{said}\nwanted {place} {part}");
        assert_eq!(error.kind, Kind::Malformed);
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let gone = open(data("none.xml")).unwrap_err();
    assert!(gone.to_string().contains("none.xml") && gone.to_string().contains("no such file"), "{gone}");
    let large = Scratch::new("large.xml", &vec![b' '; (4 << 20) + 1]);
    assert!(open(large.0.clone()).unwrap_err().to_string().contains("larger than 4 MiB"));
    let latin = Scratch::new("latin.xml", b"<host\nname='caf\xe9'/>");
    assert!(open(latin.0.clone()).unwrap_err().to_string().contains("latin.xml:2: it is not UTF-8"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_a_host_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let file = Scratch::new("any.xml", &bytes);
        let _ = open(file.0.clone());
    }
}
