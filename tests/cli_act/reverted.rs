//! What is taken back unless it is kept.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::Host;

const PIN: [&str; 6] = ["pin", "web1", "all", "1", "--revert-after", "60"];

/// Where each of the guest's vCPUs may run.
fn hard(host: &Host) -> Vec<Value> {
    host.json(&["vcpus", "web1"]).as_array().unwrap().iter().map(|row| row["hard"].clone()).collect()
}

#[test]
fn what_is_kept_stays() {
    let host = Host::new("keep");
    let mut pty = host.on_terminal(&PIN);
    pty.wait_for("keep it? [y/N]");
    assert!(
        pty.screen().contains("reached in") && pty.screen().contains("it is taken back in"),
        "{}",
        pty.screen()
    );
    pty.send("y\n");
    assert_eq!(pty.exit().code(), Some(0), "{}", pty.screen());
    assert_eq!(hard(&host), ["1"; 4]);
}

#[test]
fn what_is_not_kept_is_as_it_was() {
    let host = Host::new("back");
    host.done(&["pin", "web1", "2", "0,3"]);
    let before = hard(&host);
    for answer in ["n\n", "\n", "\x04", "\x03"] {
        let mut pty = host.on_terminal(&PIN);
        pty.wait_for("keep it? [y/N]");
        assert_eq!(hard(&host), ["1"; 4]);
        pty.send(answer);
        assert_eq!(pty.exit().code(), Some(3), "{answer:?}: {}", pty.screen());
        assert!(pty.screen().contains("pin web1 all 1 was taken back: nobody kept it"), "{}", pty.screen());
        assert_eq!(hard(&host), before, "{answer:?}");
    }
}

#[test]
fn every_change_that_has_a_way_back_goes_it() {
    let host = Host::new("ways");
    for (args, key) in [
        (&["setmem", "web1", "1G", "--no-wait"][..], "target_kib"),
        (&["setmaxmem", "web1", "8G"], "max_memory_kib"),
        (&["setvcpus", "web1", "4"], "vcpus"),
        (&["sched", "web1", "weight=1024"], "sched"),
        (&["rename", "web1", "other"], "name"),
    ] {
        let before = host.info("5")[key].clone();
        let mut pty = host.on_terminal(&[args, &["--revert-after", "60"]].concat());
        pty.wait_for("keep it? [y/N]");
        assert_ne!(host.info("5")[key], before, "{args:?}");
        pty.send("n\n");
        assert_eq!(pty.exit().code(), Some(3), "{args:?}: {}", pty.screen());
        assert_eq!(host.info("5")[key], before, "{args:?}");
    }
}

#[test]
fn when_the_time_is_over_it_is_taken_back() {
    let host = Host::new("over");
    let mut pty = host.on_terminal(&["setvcpus", "web1", "4", "--revert-after", "1", "--format", "json"]);
    assert_eq!(pty.exit().code(), Some(3), "{}", pty.screen());
    assert_eq!(host.info("web1")["vcpus"], 2);
    let raw = String::from_utf8_lossy(&pty.raw).into_owned();
    // Before it there may be progress that was wiped out.
    let object = raw.find('{').and_then(|at| raw[at..].lines().next()).expect("an object");
    let seen: Value = serde_json::from_str(object.trim()).unwrap();
    assert_eq!((&seen["kept"], &seen["verdict"]), (&json!(false), &json!("reached")));
}

#[test]
fn a_signal_and_a_lost_terminal_take_it_back() {
    let host = Host::new("signal");
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let mut pty = host.on_terminal(&PIN);
        pty.wait_for("keep it? [y/N]");
        pty.signal(signal);
        assert_eq!(pty.exit().code(), Some(3), "{signal}: {}", pty.screen());
        assert_eq!(hard(&host), ["all"; 4], "{signal}");
    }
    let mut pty = host.on_terminal(&PIN);
    pty.wait_for("keep it? [y/N]");
    pty.hang_up();
    assert_eq!(hard(&host), ["all"; 4], "the window was closed");
}

#[test]
fn what_somebody_changed_meanwhile_is_left_as_they_left_it() {
    let host = Host::new("meddled");
    let mut pty = host.on_terminal(&PIN);
    pty.wait_for("keep it? [y/N]");
    host.done(&["pin", "web1", "3", "2"]);
    pty.send("n\n");
    assert_eq!(pty.exit().code(), Some(1), "{}", pty.screen());
    let screen = pty.screen().replace('\n', "");
    assert!(screen.contains("pin web1 all 1 cannot be taken back"), "{screen}");
    assert!(screen.contains("somebody changed it meanwhile: vCPU 3 was left on CPUs 1"), "{screen}");
    assert_eq!(hard(&host), ["1", "1", "1", "2"]);
}

#[test]
fn what_has_no_way_back_is_not_begun() {
    let host = Host::new("no-way");
    let mut pty = host.on_terminal(&["resume", "web1", "--revert-after", "60"]);
    assert_eq!(pty.exit().code(), Some(3), "{}", pty.screen());
    assert!(
        pty.screen().contains("resume web1 could not be taken back: it was not paused before"),
        "{}",
        pty.screen()
    );
    assert!(!host.touched());
}
