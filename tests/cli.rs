//! The program as scripts call it: what it prints, and what it exits with.
#![allow(
    missing_docs,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use domtop::{
    app::command::{COMMANDS, Look},
    audit::{Limits, Log, Record, Subject, User, Verdict},
    batch::column::DOMAIN,
    model::{Attempt, Nanos, text::steers},
};
use serde_json::Value;

/// The program, without the user's files and variables.
fn domtop(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domtop"));
    for name in ["DOMTOP_URI", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    command.args(args).env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    domtop(args).output().expect("it starts")
}

fn stdout(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    String::from_utf8(output.stdout).expect("stdout is UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(args: &[&str]) -> Value {
    let text = stdout(args);
    assert_eq!(text.lines().count(), 1, "{args:?} prints one line of JSON");
    serde_json::from_str(&text).expect(&text)
}

/// A file of this test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("domtop-cli-{}-{name}", std::process::id()));
    std::fs::write(&path, text).expect("the temporary directory takes files");
    path
}

#[test]
fn three_json_lines_come_with_rates_and_all_keys() {
    let text = stdout(&["-c", "test:///default", "--batch", "-n", "3", "-d", "0.1", "--format", "json"]);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let interval = line["interval_s"].as_f64().expect("it is a number");
        // After a tick that came late on a busy machine the next is nearer.
        assert!(interval > 0.0, "{interval}");
        let domains = line["domains"].as_array().expect("it is an array");
        assert!(domains.len() >= 10, "the demo host has a dozen");
        assert!(domains.iter().any(|d| d["cpu_percent"].as_f64() > Some(0.0)), "somebody works");
        assert!(domains.iter().any(|d| d["net_rx_bytes_per_s"].is_number()), "somebody has a network");
        for domain in domains {
            assert_eq!(domain.as_object().expect("it is an object").len(), DOMAIN.len());
            assert!(DOMAIN.iter().all(|column| domain.get(column.key).is_some()));
        }
    }
}

#[test]
fn text_and_csv_have_a_row_per_domain_and_tick() {
    let count = json(&["-c", "test:///default?domains=50", "list", "--format", "json", "--all"])
        .as_array()
        .unwrap()
        .len();
    let args = ["-c", "test:///default?domains=50", "--batch", "-n", "2", "-d", "0.01", "--format"];
    let text = stdout(&[&args[..], &["text"]].concat());
    assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), 2 * count);
    let csv = stdout(&[&args[..], &["csv"]].concat());
    assert_eq!(csv.lines().count(), 1 + 2 * count);
    assert_eq!(csv.lines().filter(|line| line.starts_with("time,")).count(), 1, "one header");
}

#[test]
fn the_exit_status_is_the_contract_s() {
    let bad = file("bad.toml", "uri = 'test:///default'\nthem = 'dark'\n");
    let bad = bad.to_str().unwrap();
    for (args, status, part) in [
        (&["--version"][..], 0, ""),
        (&["--help"], 0, ""),
        (&["list", "--help"], 0, ""),
        (&["nonsense"], 2, "unrecognized subcommand 'nonsense'"),
        (&["lst"], 2, "list"),
        (&["info"], 2, "DOMAIN"),
        (&["-d", "0", "--batch"], 2, "must lie between 0.01 and 3600"),
        (&["-d", "1", "list"], 2, "does not go with the command 'list'"),
        (&["--format", "json", "list"], 2, "write --format after the command"),
        (&["-c", "xem:///", "list"], 2, "-c: \"xem:///\" is no host: unknown scheme"),
        (&["-c", "test:///default", "-c", "test:///default", "list"], 2, "takes one host"),
        (&["--config", bad, "list"], 2, "bad.toml:2: unknown key `them`; did you mean `theme`?"),
        (&["--config", "/nonexistent/c.toml", "list"], 2, "cannot read the config file /nonexistent/c.toml"),
        (&["-c", "test:///default"], 2, "stdout is not a terminal: use --batch"),
        (&["-c", "test:///default", "info", "no-such-domain"], 4, "there is no domain \"no-such-domain\""),
        (&["-c", "test:///nonexistent/host.xml", "list"], 5, "cannot open test:///nonexistent/host.xml"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(part), "{args:?} said {:?}, not {part:?}", said(&output));
        assert_eq!(output.stdout.is_empty(), status != 0, "{args:?}: results go to stdout, errors to stderr");
    }
    std::fs::remove_file(bad).unwrap();
}

#[test]
fn what_is_wrong_with_the_screen_s_settings_is_said_before_it_opens() {
    for (text, part) in [
        ("theme = 'nope'\n", ":1: `theme`: "),
        ("mouse = true\ncolumns = ['id', 'nme']\n", ":2: `columns`: "),
        ("sort = '-cpux'\n", ":1: `sort`: "),
        ("[keys]\nquit = ['Esc']\n", ":2: `Esc` cannot be a key of `quit`"),
        ("[keys]\nquitt = ['x']\n", ":2: there is no command `quitt`; did you mean `quit`?"),
    ] {
        let path = file("settings.toml", text);
        let output = run(&["-c", "test:///default", "--config", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{text:?}: {}", said(&output));
        assert!(said(&output).contains(&format!("settings.toml{part}")), "{text:?}: {}", said(&output));
        std::fs::remove_file(path).unwrap();
    }
    let output = run(&["-c", "test:///default", "--theme", "nope"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).starts_with("domtop: --theme: "), "{}", said(&output));
}

#[test]
fn without_a_xen_opening_it_names_the_devices_and_what_to_try() {
    if Path::new("/dev/xen").exists() || Path::new("/proc/xen/privcmd").exists() {
        eprintln!("SKIPPED: this machine runs on Xen, so xen:/// opens; the lab tests it");
        return;
    }
    let output = run(&["-c", "xen:///", "list"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let said = said(&output);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[0], "domtop: cannot open xen:///");
    assert!(lines[1].starts_with("  hypervisor: ") && lines[1].contains("/dev/xen/privcmd"), "{said}");
    assert!(said.contains('(') || said.contains("try "), "it says what to try: {said}");
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let config = file("uri.toml", "uri = 'from-the-file'\n");
    let config = config.to_str().unwrap();
    let code = |args: &[&str], variables: &[(&str, &str)]| {
        let output = domtop(args).envs(variables.iter().copied()).output().expect("it starts");
        (output.status.code(), said(&output))
    };
    let demo = "test:///default";
    for (args, variables, culprit) in [
        (&["--config", config, "list"][..], &[][..], "the config file: \"from-the-file\""),
        (&["--config", config, "list"], &[("LIBVIRT_DEFAULT_URI", "b")], "$LIBVIRT_DEFAULT_URI: \"b\""),
        (&["list"], &[("DOMTOP_URI", "a"), ("LIBVIRT_DEFAULT_URI", "b")], "$DOMTOP_URI: \"a\""),
        (&["list"], &[("VIRSH_DEFAULT_CONNECT_URI", "v")], "$VIRSH_DEFAULT_CONNECT_URI: \"v\""),
        (&["-c", "x", "list"], &[("DOMTOP_URI", demo)], "-c: \"x\""),
    ] {
        let (status, said) = code(args, variables);
        assert_eq!(status, Some(2), "{args:?} {variables:?}: {said}");
        assert!(said.contains(culprit), "{said:?} does not name {culprit:?}");
    }
    assert_eq!(code(&["--config", config, "-c", demo, "list"], &[("DOMTOP_URI", "a")]).0, Some(0));
    assert_eq!(code(&["--config", config, "list"], &[("DOMTOP_URI", demo)]).0, Some(0));
    std::fs::remove_file(config).unwrap();
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    for args in [&["--batch", "-d", "0.01"][..], &["--batch", "-d", "0.01", "--format", "json", "--vcpus"]] {
        let args = [&["-c", "test:///default"], args].concat();
        let mut child =
            domtop(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'));
        // The pipe is closed now; the next tick finds out.
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn every_looking_command_prints_text_and_json() {
    for command in ["list", "node", "capabilities", "drivers", "dmesg"] {
        let args = ["-c", "test:///default", command];
        assert!(stdout(&args).lines().count() > 1, "{command}");
        let value = json(&[&args[..], &["--format", "json"]].concat());
        assert_eq!(value.is_array(), command == "list", "{command}");
    }
    for command in ["info", "sched"] {
        let args = ["-c", "test:///default", command, "0"];
        assert!(!stdout(&args).is_empty(), "{command}");
        assert_eq!(json(&[&args[..], &["--format", "json"]].concat())["id"], 0, "{command}");
    }
}

#[test]
fn a_configuration_is_set_out_for_people_and_whole_for_programs() {
    let args = ["-c", "test:///default", "config", "0"];
    let (text, value) = (stdout(&args), json(&[&args[..], &["--format", "json"]].concat()));
    assert!(value.is_object(), "{value}");
    assert!(text.lines().count() > 3 && text.lines().nth(1).unwrap().starts_with("  \""), "{text}");
    assert_eq!(serde_json::from_str::<Value>(&text).expect(&text), value);
}

#[test]
fn vcpus_tells_where_each_is_and_may_be() {
    let args = ["-c", "test:///default", "vcpus", "0"];
    let rows = json(&[&args[..], &["--format", "json"]].concat());
    let rows = rows.as_array().expect("it is an array");
    assert_eq!(stdout(&args).lines().count(), 1 + rows.len());
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row["vcpu"], index);
        let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["cpu_time_ns", "hard", "online", "pcpu", "soft", "state", "vcpu"]);
        assert!(row["hard"].is_string() && row["soft"].is_string(), "{row}");
    }
}

#[test]
fn every_row_of_the_command_table_for_the_command_line_is_a_command() {
    let rows: Vec<_> = COMMANDS.iter().filter(|row| row.is_typed()).collect();
    assert_eq!(rows.len(), 37);
    let help = stdout(&["--help"]);
    let (looking, changing) = help.split_once("Changing:").expect("two headings");
    for row in rows {
        let listed = format!("  {} ", row.name);
        // What has something edited ends in a change.
        let alters = row.changes() || row.look == Some(Look::Edit);
        let part = if alters { changing } else { looking };
        assert!(part.contains(&listed) && part.contains(row.doc), "{}", row.name);
        let own = stdout(&[row.name, "--help"]);
        assert!(row.args.iter().all(|arg| own.contains(arg.doc)), "{own}");
        assert_eq!(own.contains("--timeout"), row.changes(), "{own}");
    }
}

#[test]
fn a_domain_is_named_by_id_name_or_uuid() {
    let list = json(&["-c", "test:///default", "list", "--format", "json"]);
    let domain = list.as_array().unwrap().iter().find(|d| d["id"] != 0).expect("there are guests");
    let id = domain["id"].to_string();
    for wanted in [&id, domain["name"].as_str().unwrap(), domain["uuid"].as_str().unwrap()] {
        let info = json(&["-c", "test:///default", "info", wanted, "--format", "json"]);
        assert_eq!(info["uuid"], domain["uuid"], "{wanted}");
    }
}

#[test]
fn a_mistyped_domain_is_told_the_nearest_name() {
    let list = json(&["-c", "test:///default", "list", "--format", "json"]);
    let name = list[1]["name"].as_str().unwrap().to_owned();
    let output = run(&["-c", "test:///default", "info", &format!("{name}x")]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains(&format!("did you mean {name}")), "{}", said(&output));
}

#[test]
fn list_has_the_stable_keys_and_all_shows_more() {
    let running = json(&["-c", "test:///default", "list", "--format", "json"]);
    for domain in running.as_array().unwrap() {
        let keys = domain.as_object().unwrap();
        assert!(keys.len() == DOMAIN.len() && DOMAIN.iter().all(|column| keys.contains_key(column.key)));
        assert!(domain["id"].is_number(), "list shows what runs");
        assert_eq!(domain["cpu_percent"], Value::Null, "one reading has no rates");
    }
    let all = json(&["-c", "test:///default", "list", "--all", "--format", "json"]);
    assert!(all.as_array().unwrap().len() >= running.as_array().unwrap().len());
}

#[test]
fn connect_may_stand_after_the_command() {
    assert!(stdout(&["node", "-c", "test:///default"]).contains("threads per core"));
}

#[test]
fn several_hosts_go_into_one_stream() {
    let args =
        ["-c", "test:///default?seed=1", "-c", "test:///default?seed=2", "--batch", "-n", "2", "-d", "0.01"];
    let text = stdout(&[&args[..], &["--format", "json"]].concat());
    let hosts: Vec<_> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["host"].clone()).collect();
    assert_eq!(hosts.len(), 4);
    assert_ne!(hosts[0], hosts[1], "hosts of one name are told apart");
    assert_eq!(hosts[..2], hosts[2..]);
}

#[test]
fn a_failing_read_exits_with_the_status_of_its_kind() {
    for (kind, status) in
        [("failed", 1), ("denied", 3), ("unreachable", 5), ("timed-out", 6), ("malformed", 1), ("refused", 3)]
    {
        let text = format!(
            r#"<host name="h"><node cpus="1" memory="1G"/><domain name="d" id="1" memory="64M"/>
               <event at="0s" fail="domains" kind="{kind}" times="9"/></host>"#
        );
        let path = file(&format!("{kind}.xml"), &text);
        let uri = format!("test://{}", path.display());
        for args in [&["-c", &uri, "list"][..], &["-c", &uri, "info", "d"]] {
            let output = run(args);
            assert_eq!(output.status.code(), Some(status), "{kind}: {}", said(&output));
            assert!(said(&output).starts_with("domtop: cannot read domains\n  test: "), "{}", said(&output));
        }
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn vcpus_that_cannot_be_read_are_not_none() {
    let text = r#"<host name="h"><node cpus="1" memory="1G"/><domain name="d" id="1" memory="64M"/>
        <event at="0s" fail="vcpus" kind="timed-out" times="9"/></host>"#;
    let path = file("vcpus.xml", text);
    for format in [&["--format", "json"][..], &[]] {
        let uri = format!("test://{}", path.display());
        let output = run(&[&["-c", &uri, "vcpus", "d"], format].concat());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(6), 0), "{}", said(&output));
        assert!(said(&output).starts_with("domtop: cannot read vcpus d\n  test: "), "{}", said(&output));
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_broken_host_file_is_told_its_line() {
    let path = file("broken.xml", "<host name=\"h\">\n<domain nam=\"d\"/>\n</host>");
    let output = run(&["-c", &format!("test://{}", path.display()), "list"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(said(&output).contains("broken.xml:2: "), "{}", said(&output));
    std::fs::remove_file(path).unwrap();
}

/// A host whose every name is an attack.
fn strange(args: &[&str]) -> String {
    let uri = format!("test://{}/tests/data/hosts/strange.xml", env!("CARGO_MANIFEST_DIR"));
    stdout(&[&["-c", &uri], args].concat())
}

#[test]
fn strange_names_reach_no_terminal_in_any_form() {
    for args in [
        &["list", "--all"][..],
        &["info", "16"],
        &["node"],
        &["capabilities"],
        &["drivers"],
        &["dmesg"],
        &["--batch", "-n", "1", "-d", "0.01"],
        &["--batch", "-n", "1", "-d", "0.01", "--nets"],
        &["--batch", "-n", "1", "-d", "0.01", "--disks"],
    ] {
        for format in [&[][..], &["--format", "json"]] {
            let text = strange(&[args, format].concat());
            let found = text.chars().find(|c| steers(*c) && *c != '\n');
            assert_eq!(found, None, "{args:?} {format:?} printed {found:?}");
        }
    }
    let list: Value = serde_json::from_str(&strange(&["list", "--format", "json"])).unwrap();
    assert_eq!(list[0]["name"], "\u{1b}[31;1mred\u{1b}[2J", "JSON holds the name as it is");
    let csv = strange(&["--batch", "-n", "1", "-d", "0.01", "--format", "csv"]);
    assert!(!csv.chars().any(|c| steers(c) && !matches!(c, '\r' | '\n')));
    assert!(csv.contains("␛[31;1mred␛[2J"), "CSV shows it");
}

#[test]
fn foreign_arguments_are_not_printed_raw() {
    for args in
        [&["no\x1b[2Jsense"][..], &["-c", "x\x1b[2J", "list"], &["-c", "test:///default", "info", "x\x1b[2J"]]
    {
        let output = run(args);
        assert!(!output.status.success());
        assert!(!said(&output).chars().any(|c| steers(c) && c != '\n'), "{:?}", said(&output));
    }
}

/// A host to which something happens soon after it was opened.
const EVENTFUL: &str = "<host name='h'>
  <domain name='web1' memory='1G' state='running'/>
  <domain name='web2' memory='1G' state='running'/>
  <event at='400ms' domain='web1' do='pause'/>
  <event at='800ms' domain='web2' do='crash'/>
  <event at='1200ms' domain='web1' do='resume'/>
</host>";

/// Such a host, sampled fast, its changes audited at this path: arguments for both.
fn eventful(name: &str) -> (String, PathBuf, PathBuf) {
    let host = file(&format!("{name}.xml"), EVENTFUL);
    let audit = file(&format!("{name}.jsonl"), "");
    let config = format!("interval = 0.02\naudit = {:?}\n", audit.display());
    (format!("test://{}", host.display()), file(&format!("{name}.toml"), &config), audit)
}

#[test]
fn events_follow_tells_each_as_it_comes_and_ends_when_nobody_reads() {
    let (uri, config, _) = eventful("follow");
    let args = ["-c", &uri, "--config", config.to_str().unwrap(), "events", "--follow", "--format", "json"];
    let mut child = domtop(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<Value> = lines.take(3).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let of = |line: &Value| ["domain", "event", "who"].map(|key| line[key].as_str().unwrap().to_owned());
    assert_eq!(
        told.iter().map(of).collect::<Vec<_>>(),
        [["web1", "paused", "tool"], ["web2", "crashed", "guest"], ["web1", "resumed", "tool"]]
    );
    assert!(told.iter().all(|line| line["host"] == "h" && line["time"].as_str().unwrap().ends_with('Z')));
    // The reader was dropped with the lines: the program ends though nothing happens any more.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if std::time::Instant::now() > end => {
                child.kill().unwrap();
                panic!("it goes on though nobody reads");
            }
            None => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    };
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

fn attempt(command: &str, why: &str) -> Attempt {
    Attempt { command: command.into(), why: why.into(), domain: None }
}

#[test]
fn what_another_domtop_wrote_into_the_audit_is_ours() {
    let (uri, config, audit) = eventful("ours");
    let args = ["-c", &uri, "--config", config.to_str().unwrap(), "events", "--follow", "--format", "json"];
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    // As it would be written when `web1` is paused soon after the start.
    let user = User { name: "ada".into(), login: None, pid: 1 };
    let mut record =
        Record::refused(&user, (&uri, Nanos(now.as_nanos() as u64)), &attempt("suspend web1", ""));
    let listed = json(&["-c", &uri, "list", "--format", "json"]);
    let uuid = listed.as_array().unwrap().iter().find(|d| d["name"] == "web1").unwrap()["uuid"].clone();
    record.domain = Some(Subject { id: None, uuid: uuid.as_str().unwrap().into(), name: None });
    (record.result, record.reason) = (Verdict::Done, None);
    Log::open(&audit, Limits::default()).record(&record).unwrap();
    let mut child = domtop(&args).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<Value> = lines.take(3).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let of = |line: &Value| (line["event"].clone(), line["who"].clone(), line["command"].clone());
    assert_eq!(of(&told[0]), ("done".into(), "us".into(), Value::Null));
    assert_eq!(of(&told[1]), ("paused".into(), "us".into(), "suspend web1".into()));
    assert_eq!(of(&told[2]), ("crashed".into(), "guest".into(), Value::Null));
}

#[test]
fn events_begin_with_what_was_asked_of_this_host() {
    let (uri, config, audit) = eventful("once");
    let log = Log::open(&audit, Limits::default());
    let user = User { name: "ada".into(), login: None, pid: 1 };
    for (host, command) in [(uri.as_str(), "destroy web1"), ("xen:///", "destroy other")] {
        log.record(&Record::refused(&user, (host, Nanos(0)), &attempt(command, "opened with -r"))).unwrap();
    }
    let config = config.to_str().unwrap();
    let text = stdout(&["-c", &uri, "--config", config, "events"]);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.contains("destroy web1") && text.contains("by ada") && text.contains("refused: opened with -r")
    );
    let line = json(&["-c", &uri, "--config", config, "events", "--format", "json"]);
    assert_eq!([&line["event"], &line["what"], &line["user"]], ["refused", "destroy web1", "ada"]);
    assert_eq!(line["time"], "1970-01-01T00:00:00.000Z");
}

#[test]
fn a_wrong_audit_place_is_said() {
    let config = file("audit.toml", "audit = 'here'\n");
    let output = run(&["-c", "test:///default", "--config", config.to_str().unwrap(), "events"]);
    assert!(
        said(&output).contains(":1: `audit` is \"here\", but must be an absolute path"),
        "{}",
        said(&output)
    );
}

/// Runs a shell on a script where the machine has it; else says so.
fn in_shell(shell: &str, script: &str) -> Option<String> {
    let bin = Path::new(env!("CARGO_BIN_EXE_domtop")).parent().expect("it lies in a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(shell);
    // A home of its own: shells write into it, and read what a user has there.
    let home = std::env::temp_dir().join(format!("domtop-home-{}-{shell}", std::process::id()));
    std::fs::create_dir_all(&home).expect("the temporary directory takes folders");
    command.args(["-c", script]).env("PATH", path).env("HOME", &home).env_remove("DOMTOP_URI");
    let output = command.stdin(Stdio::null()).output();
    let _ = std::fs::remove_dir_all(&home);
    let Ok(output) = output else {
        eprintln!("SKIPPED: there is no {shell} here");
        return None;
    };
    assert!(output.status.success(), "{shell}: {}", said(&output));
    Some(String::from_utf8(output.stdout).expect("it is text"))
}

#[test]
fn every_shell_gets_a_script_that_names_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let path = file(&format!("script.{shell}"), &stdout(&["completions", shell]));
        let script = std::fs::read_to_string(&path).unwrap();
        for row in COMMANDS.iter().filter(|row| row.is_typed()) {
            assert!(script.contains(row.name), "{shell}: {}", row.name);
        }
        if ["bash", "fish", "zsh"].contains(&shell) {
            in_shell(shell, &format!("{shell} -n {}", path.display()));
        }
        std::fs::remove_file(path).unwrap();
    }
    let output = run(&["completions", "tcsh"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("bash, elvish, fish, powershell, zsh"), "{}", said(&output));
}

#[test]
fn bash_completes_commands_and_the_host_s_domains() {
    let path = file("complete.bash", &stdout(&["completions", "bash"]));
    for (line, offered) in [
        ("domtop inf", "info"),
        ("domtop -c test:///default info we", "web1 web2"),
        ("domtop info -c test:///default web1", "web1"),
        ("domtop completions z", "zsh"),
        ("domtop info --form", "--format"),
        ("domtop -c test:///default info nobody", ""),
    ] {
        // bash breaks words at a colon too.
        let script = format!(
            "source {}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=(${{COMP_LINE//:/ : }}); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _domtop_with_words domtop \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             echo \"${{COMPREPLY[*]}}\"",
            path.display()
        );
        if let Some(found) = in_shell("bash", &script) {
            assert_eq!(found.trim(), offered, "{line}");
        }
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn fish_completes_the_host_s_domains() {
    let path = file("complete.fish", &stdout(&["completions", "fish"]));
    let script = format!("source {}; complete -C 'domtop -c test:///default info we'", path.display());
    if let Some(found) = in_shell("fish", &script) {
        assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["web1", "web2"]);
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_stands_at_the_end_of_a_line_is_told_by_its_command() {
    let told = |line: &str| stdout(&["complete", "--", line]).lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(told("domtop -c test:///default vcpus web"), ["web1", "web2"]);
    assert_eq!(told("sudo /usr/bin/domtop -c test:///default info web1"), ["web1"]);
    for nothing in [
        "",
        "domtop ",
        "domtop -c ",
        "domtop -c test:///default info web1 ",
        "domtop info -",
        "domtop nonsense ",
        "domtop -c test:///default info \"",
    ] {
        let found = told(nothing);
        assert!(found.is_empty() || nothing.ends_with('"'), "{nothing}: {found:?}");
    }
}

#[test]
fn the_manual_page_needs_no_host_and_is_set_without_a_complaint() {
    let page = stdout(&["--config", "/nonexistent/c.toml", "man"]);
    assert!(page.starts_with(".TH DOMTOP 1"), "{}", &page[..60]);
    for row in COMMANDS {
        assert!(page.replace("\\-", "-").contains(row.name), "{}", row.name);
    }
    let path = file("domtop.1", &page);
    let script =
        format!("command -v groff >/dev/null && groff -man -Tutf8 -P-cbou -ww {} 2>&1", path.display());
    if in_shell("sh", "command -v groff || true").is_some_and(|found| !found.is_empty()) {
        let set = in_shell("sh", &script).unwrap();
        assert!(set.contains("EXIT STATUS") && !set.contains("warning"), "{set}");
    }
    std::fs::remove_file(path).unwrap();
}
