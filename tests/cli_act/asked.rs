//! What is asked on a terminal, and that nothing but a clear yes is one.

use super::{Host, Pty};

/// Answers a question and waits for the end; the exit status.
fn answered(pty: &mut Pty, question: &str, answer: &str) -> Option<i32> {
    pty.wait_for(question);
    pty.send(answer);
    pty.exit().code()
}

#[test]
fn yes_does_it_and_the_question_names_what_it_hits() {
    let host = Host::new("ask-yes");
    let mut pty = host.on_terminal(&["suspend", "web1"]);
    assert_eq!(answered(&mut pty, "do it? [y/N]", "y\n"), Some(0), "{}", pty.screen());
    let screen = pty.screen();
    for part in [
        "suspend web1: Stops a domain's vCPUs where they stand",
        "web1  id 5  uuid 11111111-2222-3333-4444-555555555555",
        "2 GiB",
        "it can be taken back",
        "→ paused reached in",
    ] {
        assert!(screen.contains(part), "{part:?} is not on\n{screen}");
    }
    assert_eq!(host.info("web1")["state"], "paused");
}

#[test]
fn anything_but_yes_is_no() {
    let host = Host::new("ask-no");
    for answer in ["n\n", "\n", "maybe\n", "\x04", "\x03"] {
        let mut pty = host.on_terminal(&["suspend", "web1"]);
        assert_eq!(answered(&mut pty, "do it? [y/N]", answer), Some(3), "{answer:?}: {}", pty.screen());
        assert!(pty.screen().contains("domtop: not done: suspend web1"), "{answer:?}: {}", pty.screen());
        assert_eq!(pty.left_behind(), [""; 0]);
    }
    assert!(!host.touched());
}

#[test]
fn ending_a_running_guest_wants_its_name() {
    let host = Host::new("ask-name");
    for wrong in ["y\n", "web\n", "\n", "Web1\n"] {
        let mut pty = host.on_terminal(&["destroy", "web1"]);
        assert_eq!(answered(&mut pty, "type web1 to do it:", wrong), Some(3), "{wrong:?}");
    }
    assert!(!host.touched());
    let mut pty = host.on_terminal(&["destroy", "5"]);
    assert_eq!(answered(&mut pty, "type web1 to do it:", "web1\n"), Some(0), "{}", pty.screen());
    assert!(pty.screen().contains("it cannot be taken back: what ended a domain"), "{}", pty.screen());
}

#[test]
fn where_nothing_runs_yes_is_enough() {
    let host = Host::new("ask-off");
    let mut pty = host.on_terminal(&["undefine", "archive"]);
    assert_eq!(answered(&mut pty, "do it? [y/N]", "yes\n"), Some(0), "{}", pty.screen());
    assert!(!host.names().contains(&"archive".to_owned()));
}

#[test]
fn what_hurts_nobody_and_what_was_said_yes_to_is_not_asked() {
    let host = Host::new("ask-not");
    for args in [&["setvcpus", "web1", "1"][..], &["destroy", "web1", "--yes"]] {
        let mut pty = host.on_terminal(args);
        assert_eq!(pty.exit().code(), Some(0), "{}", pty.screen());
        assert!(!pty.screen().contains('?') && !pty.screen().contains("type"), "{}", pty.screen());
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let host = Host::new("ask-early");
    let config = host.path("config.toml");
    nix::unistd::mkfifo(config.as_str(), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut pty = host.on_terminal(&["--config", &config, "suspend", "web1"]);
    pty.send("y\n");
    pty.until("the echo of what was typed", |pty| pty.screen().starts_with('y'));
    // Until now it waited for its configuration.
    std::fs::write(&config, "").unwrap();
    assert_eq!(answered(&mut pty, "do it? [y/N]", "n\n"), Some(3), "{}", pty.screen());
    assert!(!host.touched());
}

#[test]
fn a_domain_that_goes_or_is_renamed_while_it_is_asked_is_left_alone() {
    let host = Host::new("ask-moved");
    let mut pty = host.on_terminal(&["suspend", "web1"]);
    pty.wait_for("do it? [y/N]");
    host.done(&["rename", "web1", "other"]);
    assert_eq!(answered(&mut pty, "do it? [y/N]", "y\n"), Some(3), "{}", pty.screen());
    assert!(
        pty.screen().contains("web1 was renamed to other meanwhile: nothing was done"),
        "{}",
        pty.screen()
    );
    let mut pty = host.on_terminal(&["suspend", "other"]);
    pty.wait_for("do it? [y/N]");
    host.done(&["destroy", "other", "--yes"]);
    assert!((0..500).any(|_| host.info("other")["id"].is_null()), "it is torn down");
    assert_eq!(answered(&mut pty, "do it? [y/N]", "y\n"), Some(4), "{}", pty.screen());
    assert!(pty.screen().contains("other has gone meanwhile"), "{}", pty.screen());
}

#[test]
fn progress_is_shown_on_a_terminal_and_gone_at_the_end() {
    let host = Host::new("ask-progress");
    let mut pty = host.on_terminal(&["setmem", "web1", "256M"]);
    pty.wait_for("moving");
    assert_eq!(pty.exit().code(), Some(0));
    let screen = pty.screen();
    assert!(String::from_utf8_lossy(&pty.raw).contains("MiB/s"), "the pace was shown");
    assert_eq!(screen.trim().lines().count(), 1, "{screen}");
    assert!(screen.starts_with("web1: 2 GiB → 256 MiB reached in"), "{screen}");
}

#[test]
fn waiting_can_be_left() {
    let host = Host::new("ask-left");
    let mut pty = host.on_terminal(&["shutdown", "plc", "--yes"]);
    pty.wait_for("plc: idle → off");
    pty.send("\x03");
    assert_eq!(pty.exit().code(), Some(6), "{}", pty.screen());
    assert!(
        pty.screen().contains("shutdown plc was asked for and is not waited for any more"),
        "{}",
        pty.screen()
    );
}
