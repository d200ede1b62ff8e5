//! Batch over a host that says what the test wants: formats, rates, foreign names, silence.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domtop::{
    batch::{self, Format, Host, Output, Plan, View, column::DOMAIN},
    driver::{Answer, Control, DriverInfo, Error, Observe, session::assemble},
    model::{
        Demand, Device, DeviceKind, DiskCounters, Domain, DomainId, DomainKey, DomainState, HostId,
        HostMemory, Hypervisor, KiB, Kind, Name, Nanos, NetCounters, Node, Op, Pcpu, PcpuTime, Reading,
        ShutdownReason, Stamp, Vcpu, VcpuCount, text::steers,
    },
};
use serde_json::Value;
use uuid::Uuid;

const SECOND: u64 = 1_000_000_000;
/// A name with all that could hurt: an escape sequence, a quote, a comma, a formula, a new line, an override.
const NASTY: &str = "=cmd \x1b[2J\u{9b}1m\",\n\u{202e}x";

/// Answers from a script; its clock is the number of ticks.
struct Fake {
    ticks: AtomicU64,
    name: &'static str,
    /// Ticks at which the domains cannot be read.
    broken: std::ops::Range<u64>,
}

impl Fake {
    fn new(name: &'static str) -> Self {
        Self { ticks: AtomicU64::new(0), name, broken: 0..0 }
    }

    fn tick(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    fn host(self, uri: &str) -> Host {
        let driver: Arc<dyn Control> = Arc::new(self);
        let session = assemble(HostId(0), vec![(driver.info(), Ok(driver))], false).expect("it answers");
        Host::new(uri, session.reader)
    }
}

fn domain(id: Option<u32>, name: &str) -> Domain {
    let uuid = Uuid::from_u128(u128::from(id.unwrap_or(99)));
    Domain {
        key: DomainKey { id: id.map(DomainId), uuid },
        name: Name::new(name),
        vcpus: VcpuCount { online: 2, max: 4 },
        memory: KiB(524_288),
        ..Domain::default()
    }
}

impl Observe for Fake {
    fn info(&self) -> DriverInfo {
        let ops = [
            Op::Hypervisor,
            Op::Node,
            Op::HostMemory,
            Op::PcpuTimes,
            Op::Domains,
            Op::Vcpus,
            Op::Traffic,
            Op::Devices,
        ];
        DriverInfo { name: "fake", peer: "script".into(), hypervisor: true, ops: ops.into() }
    }

    fn begin(&self, _at: Stamp, _demand: &Demand) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn node(&self) -> Answer<Node> {
        Ok(Node {
            name: Name::new(self.name),
            pcpus: vec![Pcpu { online: true, ..Pcpu::default() }; 4],
            ..Node::default()
        })
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        Ok(HostMemory { total: KiB(8_388_608), free: KiB(1024), ..HostMemory::default() })
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        into.clear();
        into.resize(4, PcpuTime { idle: Nanos(self.tick() * SECOND / 2) });
        Ok(())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        if self.broken.contains(&self.tick()) {
            return Err(Error::new(Kind::TimedOut, "no answer for 4 s"));
        }
        let burning = Domain {
            state: DomainState::Running,
            cpu_time: Nanos(self.tick() * SECOND / 4),
            max_memory: Reading::Known(KiB(1_048_576)),
            ..domain(Some(1), "web1")
        };
        let ended = Domain { state: DomainState::ShutDown(ShutdownReason::Reboot), ..domain(Some(7), NASTY) };
        let off = Domain { state: DomainState::Off, ..domain(None, "attic room") };
        *into = vec![burning, ended, off];
        Ok(())
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        for id in domains.iter().filter_map(|d| d.key.id) {
            into.extend((0..2).map(|index| Vcpu {
                domain: id,
                index,
                online: index == 0,
                running: true,
                cpu_time: Nanos(self.tick() * SECOND / 10),
                pcpu: 3,
                ..Vcpu::default()
            }));
        }
        Ok(())
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        let rx_bytes = self.tick() * 1000;
        domains[0].net = Reading::Known(NetCounters { rx_bytes, ..NetCounters::default() });
        Ok(())
    }

    fn devices(&self, _key: DomainKey) -> Answer<Vec<Device>> {
        let device = |kind, name| Device {
            kind,
            name: Name::new(name),
            backend: Name::new("xenbr0"),
            state: Name::default(),
            note: Name::default(),
            net: Reading::Known(NetCounters { tx_packets: 5, ..NetCounters::default() }),
            disk: Reading::Known(DiskCounters { read_requests: 9, ..DiskCounters::default() }),
        };
        Ok(vec![device(DeviceKind::Net, "vif 1.0"), device(DeviceKind::Disk, "xvda")])
    }
}

impl Control for Fake {}

/// Remembers each write.
#[derive(Default)]
struct Writes(Vec<Vec<u8>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a plan over these hosts, half a second a tick; gives what each write held, and the messages.
fn run(mut hosts: Vec<Host>, plan: Plan) -> (Vec<String>, String) {
    let (mut samples, mut messages) = (Writes::default(), Vec::new());
    let mut ticks = 0;
    let wait = || {
        ticks += 1;
        Stamp { mono: Nanos(ticks * SECOND / 2), wall: Nanos(1_700_000_000 * SECOND + ticks * SECOND / 2) }
    };
    let mut output = Output { samples: &mut samples, messages: &mut messages };
    batch::run(&mut hosts, plan, wait, &mut output).expect("memory takes all");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (samples.0.into_iter().map(text).collect(), text(messages))
}

fn one(format: Format, view: View) -> String {
    let plan = Plan { count: Some(2), format, view };
    run(vec![Fake::new("node1").host("test:///a")], plan).0.concat()
}

fn json(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Reads CSV as RFC 4180 has it.
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => assert_eq!(chars.peek(), Some(&'\n'), "lines end with CR LF"),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    assert!(row.is_empty() && field.is_empty(), "the last line ends");
    rows
}

#[test]
fn each_tick_is_one_write_however_many_hosts() {
    for format in [Format::Text, Format::Csv, Format::Json] {
        let hosts = vec![Fake::new("a").host("test:///a"), Fake::new("b").host("test:///b")];
        let (writes, _) = run(hosts, Plan { count: Some(3), format, view: View::Domains });
        assert_eq!(writes.len(), 3, "{format:?}");
        assert!(writes.iter().all(|tick| tick.ends_with('\n')), "{format:?}");
    }
}

#[test]
fn a_json_line_has_exactly_the_contract_s_keys() {
    let text = one(Format::Json, View::Domains);
    let keys = "host id name uuid state reason vcpus memory_kib max_memory_kib cpu_time_ns cpu_percent \
                net_rx_bytes_per_s net_tx_bytes_per_s disk_read_bytes_per_s disk_write_bytes_per_s";
    let mut keys: Vec<_> = keys.split(' ').collect();
    assert_eq!(keys, DOMAIN.iter().map(|column| column.key).collect::<Vec<_>>());
    keys.sort_unstable();
    for line in json(&text) {
        let top: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(top, ["domains", "host", "interval_s", "time"]);
        for domain in line["domains"].as_array().unwrap() {
            assert_eq!(domain.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), keys);
        }
    }
}

#[test]
fn the_first_line_printed_has_rates_and_the_real_interval() {
    let lines = json(&one(Format::Json, View::Domains));
    assert_eq!(lines.len(), 2);
    let first = &lines[0];
    assert_eq!(first["time"], "2023-11-14T22:13:21.000Z");
    assert_eq!(first["interval_s"], 0.5);
    assert_eq!(first["host"], "node1");
    assert_eq!(first["domains"][0]["cpu_percent"], 50.0);
    assert_eq!(first["domains"][0]["net_rx_bytes_per_s"], 2000);
    assert_eq!(first["domains"][0]["max_memory_kib"], 1_048_576);
}

#[test]
fn what_is_not_known_is_null() {
    let lines = json(&one(Format::Json, View::Domains));
    let (ended, off) = (&lines[0]["domains"][1], &lines[0]["domains"][2]);
    assert_eq!((&ended["state"], &ended["reason"]), (&Value::from("shutdown"), &Value::from("reboot")));
    for key in ["max_memory_kib", "net_rx_bytes_per_s", "disk_read_bytes_per_s"] {
        assert_eq!(ended[key], Value::Null, "{key}");
    }
    for key in ["id", "cpu_time_ns", "cpu_percent", "reason"] {
        assert_eq!(off[key], Value::Null, "{key}");
    }
    assert_eq!(off["vcpus"], 4, "what a domain that is off would have");
}

#[test]
fn foreign_names_are_raw_in_json_and_never_in_the_bytes() {
    for format in [Format::Text, Format::Csv, Format::Json] {
        let text = one(format, View::Domains);
        let foreign = text.chars().find(|c| steers(*c) && !matches!(c, '\n' | '\r'));
        assert_eq!(foreign, None, "{format:?}: {text:?}");
    }
    assert_eq!(json(&one(Format::Json, View::Domains))[0]["domains"][1]["name"], NASTY);
}

#[test]
fn csv_reads_back_to_what_json_says() {
    let rows = csv(&one(Format::Csv, View::Domains));
    let lines = json(&one(Format::Json, View::Domains));
    let header: Vec<_> = ["time", "interval_s"].into_iter().chain(DOMAIN.iter().map(|c| c.key)).collect();
    assert_eq!(rows[0], header);
    let domains =
        lines.iter().flat_map(|line| line["domains"].as_array().unwrap().iter().map(move |d| (line, d)));
    for (row, (line, domain)) in rows[1..].iter().zip(domains) {
        assert_eq!(row[0], line["time"].as_str().unwrap());
        for (key, cell) in header.iter().zip(row).skip(2).filter(|(key, _)| **key != "name") {
            match &domain[*key] {
                Value::Null => assert_eq!(cell, "", "{key}"),
                Value::String(text) => assert_eq!(cell, text, "{key}"),
                number => assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{key}"),
            }
        }
    }
    assert_eq!(rows.len(), 7, "a header, and three domains twice");
    assert_eq!(rows[2][4], format!("'{}", Name::new(NASTY).shown()), "visible, and no formula");
}

#[test]
fn text_is_read_by_awk() {
    let text = one(Format::Text, View::Domains);
    let rows: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), 6);
    let titles = text.lines().nth(1).unwrap().trim_start_matches('#').split_whitespace().collect::<Vec<_>>();
    let fields: Vec<_> = rows[0].split_whitespace().collect();
    assert_eq!(fields.len(), titles.len());
    let field = |title| fields[titles.iter().position(|t| *t == title).unwrap()];
    assert_eq!(
        [field("ID"), field("STATE"), field("%CPU"), field("NAME")],
        ["1", "running", "50.00", "web1"]
    );
    assert!(rows[2].trim_start().starts_with("- "), "{}", rows[2]);
    assert!(rows[2].ends_with(" attic room"), "{}", rows[2]);
}

#[test]
fn the_host_line_of_text_counts_what_there_is() {
    let text = one(Format::Text, View::Domains);
    let line = text.lines().next().unwrap();
    for part in [
        "# 2023-11-14T22:13:21.000Z host=node1 interval_s=0.500 domains=3 running=1 ",
        " memory_kib=8388608 free_kib=1024",
        " of=400",
    ] {
        assert!(line.contains(part), "{part:?} is not in {line:?}");
    }
}

#[test]
fn a_host_that_stops_answering_is_told_once_and_its_old_rows_are_not_given() {
    let broken = || vec![Fake { broken: 3..5, ..Fake::new("node1") }.host("test:///a")];
    let plan = |format| Plan { count: Some(5), format, view: View::Domains };
    let (writes, messages) = run(broken(), plan(Format::Json));
    let lines = json(&writes.concat());
    let counts: Vec<_> = lines.iter().map(|l| l["domains"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [3, 0, 0, 3, 3]);
    assert_eq!(lines[1]["error"], "no answer for 4 s");
    assert_eq!(lines[3].get("error"), None);
    let said: Vec<_> = messages.lines().collect();
    assert_eq!(
        said,
        ["domtop: node1: its domains cannot be read: no answer for 4 s", "domtop: node1 answers again"]
    );
    assert_eq!(lines[3]["interval_s"], 1.5, "rates are over the time since the last answer");
    assert_eq!(lines[3]["domains"][0]["cpu_percent"], 50.0);
    assert_eq!(csv(&run(broken(), plan(Format::Csv)).0.concat()).len(), 1 + 3 * 3);
}

#[test]
fn hosts_that_share_a_name_are_called_by_their_uri() {
    let name = |node: &'static str, uri: &str| Fake::new(node).host(uri);
    let hosts = vec![
        name("same", "test:///a"),
        name("same", "test:///b"),
        name("", "test:///c"),
        name("own", "test:///d"),
    ];
    let (writes, _) = run(hosts, Plan { count: Some(1), format: Format::Json, view: View::Domains });
    let hosts: Vec<_> =
        json(&writes.concat()).iter().map(|l| l["host"].as_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, ["test:///a", "test:///b", "test:///c", "own"]);
}

#[test]
fn vcpus_have_rows_and_arrays() {
    let lines = json(&one(Format::Json, View::Vcpus));
    let vcpu = &lines[0]["domains"][0]["vcpu_list"][0];
    assert_eq!((&vcpu["vcpu"], &vcpu["online"], &vcpu["pcpu"]), (&0.into(), &true.into(), &3.into()));
    assert_eq!(vcpu["cpu_percent"], 20.0);
    assert_eq!(lines[0]["domains"][0]["vcpu_list"][1]["state"], "offline");
    assert_eq!(
        lines[0]["domains"][2]["vcpu_list"].as_array().unwrap().len(),
        0,
        "a domain that is off runs none"
    );
    assert_eq!(csv(&one(Format::Csv, View::Vcpus)).len(), 1 + 2 * 4);
    let text = one(Format::Text, View::Vcpus);
    assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), 2 * 4);
}

#[test]
fn devices_have_rows_and_arrays_of_their_kind() {
    let lines = json(&one(Format::Json, View::Nets));
    let nets = lines[0]["domains"][0]["nets"].as_array().unwrap();
    assert_eq!((nets.len(), &nets[0]["device"], &nets[0]["tx_packets"]), (1, &"vif 1.0".into(), &5.into()));
    assert_eq!(json(&one(Format::Json, View::Disks))[0]["domains"][0]["disks"][0]["read_requests"], 9);
    let text = one(Format::Text, View::Nets);
    let row: Vec<_> = text.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(row[..2], ["1", "vif_1.0"], "a device's name stays one field");
}

#[test]
fn what_cannot_be_written_ends_it() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hosts = vec![Fake::new("a").host("test:///a")];
    let mut output = Output { samples: &mut Closed, messages: &mut Vec::new() };
    let error = batch::run(&mut hosts, Plan::default(), Stamp::default, &mut output).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
