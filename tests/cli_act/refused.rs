//! What is not done: a reason, an exit status, and nothing changed.

use std::time::{Duration, Instant};

use domtop::app::command::{ArgKind, COMMANDS, Guard};
use nix::fcntl::{Flock, FlockArg};
use serde_json::json;

use super::{Host, said};

#[test]
fn what_makes_no_sense_is_usage_and_nothing_is_opened() {
    let host = Host::new("usage");
    for (args, part) in [
        (&["setvcpus", "web1", "0"][..], "no domain can do with no vCPU"),
        (&["setvcpus", "web1", "two"], "`two` is not a number of vCPUs"),
        (&["setmem", "web1", "0"], "no domain can do with no memory"),
        (&["setmem", "web1", "lots"], "write 512M, 2G or plain KiB"),
        (&["pin", "web1", "0", "3-1"], "runs backwards"),
        (&["pin", "web1", "x", "1"], "`x` is not a vCPU's number"),
        (&["pin", "web1", "0", "1", "firm"], "neither `hard` nor `soft`"),
        (&["sched", "web1", "weight=0"], "1 is the least"),
        (&["sched", "web1", "speed=9"], "neither weight=N nor cap=N"),
        (&["sched", "web1", "--yes"], "--yes goes with a change"),
        (&["autostart", "web1", "maybe"], "neither `on` nor `off`"),
        (&["setmem", "web1"], "SIZE"),
        (&["destroy"], "DOMAIN"),
        (&["resume", "web1", "plc"], "unexpected argument 'plc'"),
        (&["destroy", "web1", "--yes", "--revert-after", "9"], "unexpected argument '--revert-after'"),
        (&["resume", "web1", "--no-wait", "--timeout", "3"], "cannot be used with"),
        (&["resume", "web1", "--timeout", "0"], "invalid value '0'"),
        (&["-c", "test:///default", "resume", "web1"], "takes one host"),
        (&["resume", "web1", "-c", "test:///default"], "takes one host"),
        (&["resume", "web1", "--format", "csv"], "invalid value 'csv'"),
    ] {
        let said = host.fails(args, 2);
        assert!(said.contains(part), "{args:?}: {said}");
        assert!(!host.touched(), "{args:?}");
    }
}

#[test]
fn what_is_asked_needs_yes_where_there_is_no_terminal() {
    let host = Host::new("yes");
    let guarded: Vec<_> = COMMANDS.iter().filter(|row| row.changes() && row.guard != Guard::None).collect();
    assert!(guarded.len() >= 8, "{}", guarded.len());
    for row in guarded {
        let words = row.args.iter().filter(|arg| !arg.optional).map(|arg| match arg.kind {
            ArgKind::Domain => "web1",
            _ => "/nonexistent/file",
        });
        let args: Vec<_> = std::iter::once(row.name).chain(words).collect();
        let said = host.fails(&args, 2);
        assert!(said.contains("there is no terminal to ask on: write --yes"), "{said}");
        assert!(!host.touched(), "{args:?}");
    }
}

#[test]
fn a_change_that_can_be_taken_back_by_itself_needs_a_terminal() {
    let host = Host::new("alone");
    let said = host.fails(&["setvcpus", "web1", "1", "--revert-after", "5"], 2);
    assert!(said.contains("--revert-after asks whether to keep the change"), "{said}");
    assert!(!host.touched());
}

#[test]
fn a_session_that_only_looks_says_why_and_writes_nothing() {
    let host = Host::new("look");
    let listed = host.file("config.toml", &format!("read_only = ['{}']\n", host.uri()));
    for (args, why) in [
        (&["-r", "destroy", "web1"][..], "destroy web1 is refused: this session only looks: opened with -r"),
        (&["setmem", "web1", "1G", "-r"], "setmem web1 is refused: this session only looks: opened with -r"),
        (&["-r", "create", "/nonexistent/file"], "create is refused: this session only looks"),
        (&["--config", &listed, "resume", "web1"], "looks: as `read_only` of the config file says"),
    ] {
        let said = host.fails(args, 3);
        assert!(said.contains(why), "{said}");
    }
    assert!(!host.touched());
    host.done(&["-r", "sched", "web1"]);
}

#[test]
fn what_would_be_wrong_is_refused_with_the_drivers_reason() {
    let host = Host::new("wrong");
    for (args, status, part) in [
        (&["setvcpus", "web1", "5"][..], 3, "5 vCPUs are not between 1 and 4"),
        (&["pin", "web1", "0", "4"], 3, "there is no CPU 4: this host has 4"),
        (&["pin", "web1", "4", "0"], 3, "web1 has no vCPU 4"),
        (&["setmem", "web1", "5G"], 3, "are not between 1 and the 4194304 KiB allowed"),
        (&["setmaxmem", "web1", "1G"], 3, "is below the 2097152 KiB it has"),
        (&["destroy", "Domain-0", "--yes"], 3, "Domain-0 is the control domain"),
        (&["destroy", "0", "--yes"], 3, "cannot destroy domain Domain-0"),
        (&["undefine", "Domain-0", "--yes"], 3, "Domain-0 is the control domain"),
        (&["rename", "web1", "plc"], 3, "there is a domain plc already"),
        (&["start", "web1"], 3, "web1 is running already"),
        (&["suspend", "wbe1", "--yes"], 4, "there is no domain \"wbe1\"\n  did you mean web1?"),
        (&["destroy", "99", "--yes"], 4, "there is no domain \"99\""),
        (&["create", "/nonexistent/file.xml"], 1, "/nonexistent/file.xml"),
    ] {
        let output = host.run(args);
        // Where a file is not there is told by the driver's kind; that it is none of 0 and 2 is the law.
        let code = output.status.code().unwrap();
        assert!(code == status || (args[0] == "create" && [1, 5].contains(&code)), "{args:?}: {code}");
        assert!(said(&output).contains(part), "{args:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{args:?}: results go to stdout, errors to stderr");
    }
    let large = Host::new("large");
    large.done(&["setmaxmem", "web1", "64G"]);
    assert!(large.fails(&["setmem", "web1", "48G"], 3).contains("are more than the"), "the host has 32 GiB");
    assert_eq!(host.info("web1")["vcpus"], 2, "nothing was half done");
}

#[test]
fn each_kind_of_failure_has_its_status_and_a_line_per_driver() {
    for (kind, status) in [
        ("failed", 1),
        ("denied", 3),
        ("refused", 3),
        ("no-domain", 4),
        ("unreachable", 5),
        ("timed-out", 6),
        ("malformed", 1),
    ] {
        let event = format!("<event at='0s' fail='pin' kind='{kind}' times='9'/></host>");
        let host = Host::described(kind, &super::HOST.replace("</host>", &event));
        let said = host.fails(&["pin", "web1", "0", "1"], status);
        let wanted = "domtop: cannot pin domain web1\n  test: pin fails because the script says so\n";
        assert_eq!(said, wanted, "{kind}");
    }
}

#[test]
fn a_guest_that_ignores_a_shutdown_is_waited_for_no_longer_than_said() {
    let host = Host::new("ignored");
    let start = Instant::now();
    let output = host.run(&["shutdown", "plc", "--yes", "--timeout", "1", "--format", "json"]);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(output.status.code(), Some(6), "{}", said(&output));
    let seen: serde_json::Value = serde_json::from_slice(&output.stdout).expect("what was seen last");
    assert_eq!((&seen["requested"], &seen["actual"]), (&json!("off"), &json!("idle")));
    assert!(["waiting", "moving", "ignored"].contains(&seen["verdict"].as_str().unwrap()), "{seen}");
    let said = said(&output);
    assert!(said.contains("shutdown plc has not come about in 1 s: it is idle, off was asked for"), "{said}");
    assert!(said.contains("`domtop destroy plc` ends it at once"), "{said}");
}

#[test]
fn a_driver_that_does_not_answer_is_waited_for_no_longer_than_said() {
    let host = Host::new("silent");
    // The driver waits for the lock of the state's directory, for longer than the test has it wait.
    let folder = std::fs::File::open(&host.folder).unwrap();
    let lock = Flock::lock(folder, FlockArg::LockExclusive).unwrap();
    let said = host.fails(&["setvcpus", "web1", "1", "--timeout", "1"], 6);
    assert!(said.contains("setvcpus web1 1: the driver has not answered in 1 s"), "{said}");
    assert!(said.contains("look before you ask again"), "{said}");
    assert!(!host.touched());
    drop(lock);
    host.done(&["setvcpus", "web1", "1"]);
}

#[test]
fn somebody_else_who_changes_the_same_meanwhile_is_noticed() {
    let host = Host::new("second");
    let first = host.start(&["setmem", "big", "256M"]);
    let target = || host.info("big")["target_kib"].as_u64();
    assert!((0..500).any(|_| target() == Some(256 << 10)), "the first was carried out");
    host.done(&["setmem", "big", "3G", "--no-wait"]);
    let output = first.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let wanted = "somebody changed the same: its target was left at 262144 KiB and is 3145728 KiB now";
    assert!(said(&output).contains(wanted), "{}", said(&output));
}

#[test]
fn a_domain_that_ends_before_it_came_about_is_told_to_have_gone() {
    let host = Host::new("gone");
    let first = host.start(&["setmem", "big", "256M"]);
    let target = || host.info("big")["target_kib"].as_u64();
    assert!((0..500).any(|_| target() == Some(256 << 10)), "the first was carried out");
    host.done(&["destroy", "big", "--yes"]);
    let output = first.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("and then big was gone"), "{}", said(&output));
}

#[test]
fn what_is_done_refused_and_failed_is_in_the_audit() {
    let lab = Host::new("audit");
    let audit = lab.path("audit.jsonl");
    let config = lab.file("config.toml", &format!("audit = {audit:?}\n"));
    let with = |args: &[&str]| {
        [&["--config", &config], args].concat().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let run = |args: &[&str], status| {
        let args = with(args);
        let output = lab.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", said(&output));
    };
    run(&["setvcpus", "web1", "1"], 0);
    run(&["-r", "destroy", "web1"], 3);
    run(&["setvcpus", "web1", "99"], 3);
    run(&["destroy", "nobody"], 2);
    let text = std::fs::read_to_string(&audit).unwrap();
    let told: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| {
            (line["command"].as_str().unwrap().to_owned(), line["result"].as_str().unwrap().to_owned())
        })
        .collect();
    let line = |command: &str, result: &str| (command.to_owned(), result.to_owned());
    assert_eq!(told[0], line("setvcpus web1 1", "done"));
    assert_eq!(told[1], line("destroy web1", "refused"));
    assert_eq!(told[2].0, "setvcpus web1 99");
    assert_ne!(told[2].1, "done");
    assert_eq!(told.len(), 3, "a slip of the keyboard is no try: {text}");
}
