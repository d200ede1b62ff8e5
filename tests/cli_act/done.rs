//! What is done is waited for, said, and seen by the next process.

use serde_json::{Value, json};

use super::{Host, said};

#[test]
fn what_is_set_is_said_and_the_next_process_sees_it() {
    let host = Host::new("set");
    for (args, line, key, value) in [
        (&["setmem", "web1", "1G"][..], "2 GiB → 1 GiB reached in", "target_kib", json!(1 << 20)),
        (&["setmaxmem", "web1", "3G"], "4 GiB → 3 GiB reached in", "max_memory_kib", json!(3 << 20)),
        (&["setvcpus", "web1", "1"], "2 vCPUs → 1 vCPUs reached in", "vcpus", json!(1)),
        (&["suspend", "web1", "--yes"], "→ paused reached in", "state", json!("paused")),
        (&["resume", "web1"], "paused → running reached in", "reason", Value::Null),
    ] {
        let text = host.done(args);
        assert!(text.starts_with("web1: ") && text.ends_with("(test)\n"), "{text:?}");
        assert!(text.contains(line) && text.lines().count() == 1, "{args:?}: {text:?}");
        assert_eq!(host.info("web1")[key], value, "{args:?}");
    }
    assert_ne!(host.info("web1")["state"], "paused");
}

#[test]
fn a_pin_is_read_back_hard_and_soft_for_one_and_for_all() {
    let host = Host::new("pin");
    let of = |kind: &str| -> Vec<String> {
        let rows = host.json(&["vcpus", "web1"]);
        rows.as_array().unwrap().iter().map(|row| row[kind].as_str().unwrap().to_owned()).collect()
    };
    let text = host.done(&["pin", "web1", "0", "0-1"]);
    assert!(text.starts_with("web1: vCPU 0: all → 0-1 reached in"), "{text:?}");
    assert_eq!(of("hard"), ["0-1", "all", "all", "all"]);
    let text = host.done(&["pin", "web1", "all", "1,3", "hard"]);
    assert!(text.starts_with("web1: all vCPUs: several → 1,3 reached in"), "{text:?}");
    assert_eq!(of("hard"), ["1,3"; 4]);
    let text = host.done(&["pin", "web1", "1", "0-3,^3", "soft"]);
    assert!(text.starts_with("web1: vCPU 1, soft: all → 0-2 reached in"), "{text:?}");
    assert_eq!(
        (of("soft"), of("hard")),
        (["all", "0-2", "all", "all"].map(String::from).into(), vec!["1,3".into(); 4])
    );
}

#[test]
fn sched_looks_without_parameters_and_changes_with_them() {
    let host = Host::new("sched");
    assert!(host.done(&["sched", "web1"]).contains("weight     256"));
    assert!(!host.touched(), "looking changes nothing");
    let text = host.done(&["sched", "web1", "weight=512"]);
    assert!(text.contains("share: weight 256 cap 0 → weight 512 reached in"), "{text:?}");
    host.done(&["sched", "web1", "cap=50", "weight=300"]);
    let now = host.json(&["sched", "web1"]);
    assert_eq!((&now["weight"], &now["cap"]), (&json!(300), &json!(50)));
}

#[test]
fn a_guest_is_shut_down_started_rebooted_and_destroyed() {
    let host = Host::new("life");
    let text = host.done(&["shutdown", "web1", "-y"]);
    assert!(text.contains("→ off reached in"), "{text:?}");
    let again = || host.run(&["start", "web1"]);
    // It is being torn down for a moment still.
    let mut output = again();
    for _ in 0..200 {
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        output = again();
    }
    assert!(output.status.success() && host.info("web1")["id"].is_number(), "{}", said(&output));
    let first = host.info("web1")["id"].clone();
    let seen = host.json(&["reboot", "web1", "-y"]);
    assert_eq!((seen["verdict"].as_str(), &seen["domain"]["id"]), (Some("reached"), &first));
    assert_ne!(host.info("web1")["id"], first, "it runs under another id");
    assert!(host.done(&["destroy", "web1", "-y"]).contains("→ gone reached in"));
    assert!(host.done(&["undefine", "archive", "-y"]).contains("off → forgotten reached in"));
    assert!(!host.names().contains(&"archive".to_owned()));
}

#[test]
fn what_is_asked_for_and_not_waited_for_has_come_about_in_a_later_process() {
    let host = Host::new("later");
    let seen = host.json(&["shutdown", "web1", "--yes", "--no-wait"]);
    assert_eq!((&seen["verdict"], &seen["actual"]), (&json!("asked"), &Value::Null));
    let down = || matches!(host.info("web1")["state"].as_str(), Some("off" | "shutdown" | "dying"));
    assert!((0..500).any(|_| down()), "it never shut down");
}

#[test]
fn files_make_domains_and_devices_and_the_new_domain_is_named() {
    let host = Host::new("files");
    let domain =
        |name: &str| host.file(&format!("{name}.xml"), &format!("<domain name='{name}' memory='256M'/>"));
    let seen = host.json(&["create", &domain("fresh")]);
    assert_eq!((&seen["verdict"], &seen["domain"]["name"]), (&json!("done"), &json!("fresh")));
    assert_eq!(seen["domain"]["id"], host.info("fresh")["id"]);
    assert!(host.done(&["define", &domain("later")]).starts_with("later: define done in"));
    assert_eq!(host.info("later")["state"], "off");
    let saved = host.path("web1.saved");
    host.done(&["save", "web1", &saved, "-y"]);
    assert!((0..500).any(|_| host.info("web1")["state"] == "off"), "what was saved does not run");
    host.done(&["restore", &saved, "-y"]);
    assert!(host.info("web1")["id"].is_number());
    assert!((0..500).any(|_| host.info("web1")["state"] != "paused"), "it never ran on");
    let core = host.path("core");
    host.done(&["dump", "web1", &core, "--yes"]);
    assert!(std::fs::metadata(core).unwrap().len() > 0);
    let disk = host.file("disk.xml", "<disk name='xvdz' source='phy:/dev/vg0/z'/>");
    let devices = || host.info("web1")["devices"].as_array().unwrap().len();
    let before = devices();
    host.done(&["attach", "web1", &disk]);
    assert_eq!(devices(), before + 1);
    host.done(&["detach", "web1", &disk, "-y"]);
    assert_eq!(devices(), before);
}

#[test]
fn a_name_and_the_start_with_the_host_are_set() {
    let host = Host::new("rename");
    assert!(host.done(&["rename", "web1", "my web"]).starts_with("web1: web1 → my web reached in"));
    assert!(host.names().contains(&"my web".to_owned()));
    assert!(host.done(&["autostart", "archive", "on"]).starts_with("archive: autostart on done in"));
    let state: Value = serde_json::from_slice(&std::fs::read(host.path("state")).unwrap()).unwrap();
    let kept = state["domains"].as_array().unwrap().iter().find(|d| d["plan"]["name"] == "archive").unwrap();
    assert_eq!(kept["plan"]["life"]["autostart"], true);
}

#[test]
fn what_begins_with_a_dash_stands_after_two() {
    let host = Host::new("dash");
    host.fails(&["suspend", "-odd", "--yes"], 2);
    assert!(host.done(&["suspend", "--yes", "--", "-odd"]).starts_with("-odd: "));
    assert_eq!(host.info("8")["state"], "paused");
}

#[test]
fn json_has_the_same_keys_whatever_was_done() {
    let host = Host::new("json");
    let keys = [
        "actual",
        "before",
        "by",
        "command",
        "domain",
        "file",
        "kept",
        "notes",
        "requested",
        "seconds",
        "steps",
        "verdict",
    ];
    let fresh = host.file("fresh.xml", "<domain name='fresh' memory='256M'/>");
    for args in [
        &["setmem", "web1", "1G"][..],
        &["pin", "web1", "0", "1"],
        &["sched", "web1", "cap=10"],
        &["autostart", "web1", "off"],
        &["create", &fresh],
        &["suspend", "web1", "-y", "--no-wait"],
    ] {
        let seen = host.json(args);
        let has: Vec<_> = seen.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(has, keys, "{args:?}");
        assert_eq!((&seen["command"], &seen["by"]), (&json!(args[0]), &json!(["test"])));
        assert_eq!(seen["steps"], json!([{ "driver": "test", "done": true, "reason": null, "lost": [] }]));
        assert!(seen["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{seen}");
        assert_eq!(seen["domain"].as_object().unwrap().len(), 3, "{seen}");
    }
    let seen = host.json(&["setvcpus", "web1", "4"]);
    let wanted = json!({ "id": 5, "name": "web1", "uuid": "11111111-2222-3333-4444-555555555555" });
    assert_eq!(seen["domain"], wanted);
    assert_eq!((&seen["before"], &seen["requested"]), (&json!("2 vCPUs"), &json!("4 vCPUs")));
    assert_eq!((&seen["actual"], &seen["verdict"]), (&json!("4 vCPUs"), &json!("reached")));
}

#[test]
fn strange_names_reach_no_terminal() {
    let text =
        std::fs::read_to_string(format!("{}/tests/data/hosts/strange.xml", env!("CARGO_MANIFEST_DIR")));
    let host = Host::described("strange", &text.unwrap());
    for args in [&["setvcpus", "1", "1"][..], &["setvcpus", "1", "1", "--format", "json"], &["destroy", "1"]]
    {
        let output = host.run(args);
        let printed = [output.stdout.clone(), output.stderr.clone()].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert!(!printed.is_empty());
        assert!(!printed.chars().any(|c| domtop::model::text::steers(c) && c != '\n'), "{printed:?}");
    }
}
