//! Laws of the program on a terminal: the real binary on a pseudo terminal, its screen read by an emulator.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test"
)]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use pty::Pty;

const DOMTOP: &str = env!("CARGO_BIN_EXE_domtop");
const DEMO: [&str; 4] = ["-c", "test:///default", "-d", "0.2"];
/// A domain of the demo host, and so a sign that it was read.
const READ: &str = "Domain-0";
const CLEAN: [&str; 0] = [];

fn demo(variables: &[(&str, &str)], size: (u16, u16)) -> Pty {
    let mut pty = Pty::spawn(DOMTOP, &DEMO, variables, size);
    pty.until("the terminal taken", Pty::is_taken);
    pty
}

fn shown() -> Pty {
    let mut pty = demo(&[], (120, 34));
    pty.wait_for(READ);
    pty
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut pty = shown();
    assert!(pty.mouse());
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    assert_eq!(pty.left_behind(), CLEAN);
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back_and_is_told() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        let mut pty = shown();
        pty.signal(signal);
        assert_eq!(pty.exit().code(), Some(128 + signal as i32), "{signal}");
        assert_eq!(pty.left_behind(), CLEAN, "{signal}");
    }
}

#[test]
fn a_terminal_that_has_gone_ends_it() {
    assert_eq!(shown().hang_up().code(), Some(128 + Signal::SIGHUP as i32));
}

#[test]
fn a_terminal_that_takes_nothing_holds_up_no_signal() {
    let mut pty = shown();
    for _ in 0..40 {
        // Nobody reads the frames this asks for; they are more than the kernel keeps.
        pty.send("\x0c");
        std::thread::sleep(Duration::from_millis(50));
    }
    pty.signal(Signal::SIGTERM);
    assert_eq!(pty.end().code(), Some(128 + Signal::SIGTERM as i32));
    assert!(!pty.left_behind().contains(&"raw input"));
}

#[test]
fn a_signal_to_stop_gives_the_terminal_back_until_it_goes_on() {
    let mut pty = shown();
    pty.signal(Signal::SIGTSTP);
    pty.until("it stopped", |pty| pty.state() == 'T' && pty.left_behind().is_empty());
    pty.send("q");
    pty.signal(Signal::SIGCONT);
    assert_eq!(pty.exit().code(), Some(0), "what was typed meanwhile counts");
    assert_eq!(pty.left_behind(), CLEAN);
}

#[test]
fn going_on_draws_all_of_the_screen_again() {
    let mut pty = shown();
    pty.signal(Signal::SIGTSTP);
    pty.until("it stopped", |pty| pty.state() == 'T' && pty.left_behind().is_empty());
    assert!(!pty.screen().contains(READ));
    pty.signal(Signal::SIGCONT);
    pty.wait_for(READ);
    assert!(pty.is_taken() && pty.mouse());
}

#[test]
fn a_stop_that_could_not_be_noticed_is_made_up_for() {
    let mut pty = shown();
    pty.signal(Signal::SIGSTOP);
    pty.until("it stopped", |pty| pty.state() == 'T');
    while pty.pump(50) {}
    let before = pty.raw.len();
    pty.signal(Signal::SIGCONT);
    pty.until("it takes the terminal again", |pty| {
        String::from_utf8_lossy(&pty.raw[before..]).contains("\x1b[?1049h")
    });
    pty.wait_for(READ);
}

#[test]
fn a_shell_can_suspend_it_and_get_it_back() {
    if Command::new("bash").arg("--version").output().is_err() {
        return eprintln!("SKIPPED: there is no bash here to suspend to");
    }
    let mut pty = Pty::spawn("bash", &["--norc", "--noprofile", "-i"], &[("PS1", "shell> ")], (120, 34));
    pty.wait_for("shell>");
    pty.send(format!("{DOMTOP} {}\n", DEMO.join(" ")));
    pty.wait_for(READ);
    for meanwhile in ["", "bg; "] {
        pty.send("\x1a");
        pty.wait_for("Stopped");
        pty.send(format!("{meanwhile}echo $((6 * 7))\n"));
        pty.wait_for("\n42\n");
        // A shell that edits its line has the terminal raw, and takes pastes.
        let left = pty.left_behind();
        assert!(left.iter().all(|what| ["bracketed paste", "raw input"].contains(what)), "{left:?}");
        pty.send("clear; fg\n");
        pty.wait_for(READ);
    }
    pty.send("q");
    pty.until("the shell again", |pty| pty.screen().contains("shell>"));
    pty.send("clear; echo status $?\n");
    pty.wait_for("status 0");
}

#[test]
fn without_a_shell_it_is_not_suspended_but_says_so() {
    let mut pty = shown();
    pty.send("\x1a");
    pty.wait_for("cannot be suspended");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn another_size_is_another_picture() {
    let mut pty = shown();
    for (columns, lines) in [(60, 20), (200, 50), (80, 24)] {
        pty.resize(columns, lines);
        pty.until("all of the new size drawn", |pty| {
            let screen = pty.screen();
            screen.lines().last().is_some_and(|last| last.contains("/ filter")) && screen.contains(READ)
        });
    }
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn a_terminal_however_small_is_drawn_on_and_left() {
    for size in [(40, 12), (20, 5), (10, 2), (1, 1)] {
        let mut pty = demo(&[], size);
        let frames = |pty: &Pty| String::from_utf8_lossy(&pty.raw).matches("\x1b[?2026l").count();
        pty.until("some frames", |pty| frames(pty) > 3);
        pty.send("q");
        assert_eq!(pty.exit().code(), Some(0), "{size:?}");
        assert_eq!(pty.left_behind(), CLEAN, "{size:?}");
    }
}

#[test]
fn a_terminal_without_a_size_has_the_usual_one() {
    let mut pty = demo(&[], (0, 0));
    pty.until("a picture of 24 lines", |pty| String::from_utf8_lossy(&pty.raw).contains("\x1b[24;"));
    assert!(!String::from_utf8_lossy(&pty.raw).contains("\x1b[25;"));
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn garbage_on_the_line_does_not_hold_up_the_next_key() {
    let garbage: [&[u8]; 6] = [
        b"\x1b[?2026;2$y\x1b[?1;2R\x1b[?997;1n",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b[<0;0;0M\x1b[<999;70000;70000M",
        b"\x1b[200~never ends",
        b"\x1bP1$r",
        b"\xff\xfe\xed\xa0\x80\x1b[",
    ];
    let mut pty = shown();
    for bytes in garbage {
        pty.send(bytes);
        // Longer than anything that has begun is waited for; a key that comes earlier is taken for a part of it.
        let opened = |pty: &Pty| !pty.screen().contains(READ);
        for _ in 0..10 {
            pass(&mut pty, Duration::from_millis(1500));
            pty.send("?");
            pass(&mut pty, Duration::from_millis(300));
            if opened(&pty) {
                break;
            }
        }
        assert!(opened(&pty), "{bytes:?} wedged it:\n{}", pty.screen());
        pty.send("\x1b");
        pty.wait_for(READ);
    }
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

fn pass(pty: &mut Pty, time: Duration) {
    let start = Instant::now();
    pty.until("a pause", |_| start.elapsed() > time);
}

/// The numbers of all SGR sequences (ECMA-48, 8.3.117).
fn renditions(raw: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let sequences = text.split("\x1b[").filter_map(|s| {
        let end = s.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        s[end..].starts_with('m').then(|| s[..end].to_owned())
    });
    sequences.flat_map(|s| s.split(';').filter_map(|n| n.parse().ok()).collect::<Vec<_>>()).collect()
}

fn is_colour(number: u16) -> bool {
    matches!(number, 30..=38 | 40..=48 | 90..=107)
}

#[test]
fn no_color_gives_no_colour() {
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "vt220")] {
        let mut pty = demo(&[(name, value)], (120, 34));
        pty.wait_for(READ);
        assert!(!renditions(&pty.raw).into_iter().any(is_colour), "{name}={value}");
    }
    assert!(renditions(&shown().raw).into_iter().any(is_colour), "there are colours to miss");
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let mut pty = demo(&[("LANG", "C")], (120, 34));
    pty.wait_for(READ);
    let ours = |line: &&str| !line.contains("caf");
    assert!(pty.screen().lines().filter(ours).all(str::is_ascii), "{}", pty.screen());
}

#[test]
fn a_dumb_terminal_is_refused_in_a_sentence_and_left_alone() {
    let mut pty = Pty::spawn(DOMTOP, &DEMO, &[("TERM", "dumb")], (80, 24));
    assert_eq!(pty.exit().code(), Some(1));
    assert!(pty.screen().contains("TERM=dumb"), "{}", pty.screen());
    assert!(!pty.raw.contains(&0x1b));
}

#[test]
fn the_mouse_is_left_to_the_terminal_on_demand() {
    let mut pty = Pty::spawn(DOMTOP, &[&DEMO[..], &["--no-mouse"]].concat(), &[], (120, 34));
    pty.wait_for(READ);
    assert!(pty.is_taken() && !pty.mouse());
}

#[test]
fn what_the_app_asks_for_is_done() {
    let mut pty = shown();
    pty.send("L");
    pty.wait_for("(XEN) [    0.000000]");
    pty.send("\x1b");
    pty.until("the log is closed", |pty| !pty.screen().contains("(XEN)"));
    let dark = pty.ground();
    pty.send(":theme light\r");
    pty.until("another ground", |pty| pty.ground() != dark);
    pty.send(":mouse\r");
    pty.until("the mouse is left", |pty| !pty.mouse());
    pty.send("Z");
    pty.wait_for("pause");
}

#[test]
fn every_frame_is_shown_at_once() {
    let pty = shown();
    let raw = String::from_utf8_lossy(&pty.raw).into_owned();
    let frames: Vec<&str> = raw.split("\x1b[?2026h").skip(1).collect();
    assert!(frames.len() >= 2, "the first before anything was read");
    assert!(
        frames.iter().all(|frame| frame.trim_end().ends_with("\x1b[?2026l") || frame.contains("\x1b[?2026l"))
    );
    assert!(!frames[0].contains(READ), "the first frame does not wait for the host");
}

#[test]
fn a_change_by_key_and_a_refused_one_are_in_the_audit_when_the_program_has_ended() {
    let folder = std::env::temp_dir().join(format!("domtop-pty-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (config, audit) = (folder.join("config.toml"), folder.join("audit.jsonl"));
    std::fs::write(&config, format!("audit = {:?}\n", audit.display())).unwrap();
    for (option, word, asks, answer) in
        [("-d0.2", "\"done\"", "suspend", "y"), ("-r", "\"refused\"", "this session only looks", "")]
    {
        let args = ["-c", "test:///default", "--config", config.to_str().unwrap(), option];
        let mut pty = Pty::spawn(DOMTOP, &args, &[], (120, 34));
        pty.wait_for(READ);
        // A domain that runs: the first row.
        pty.send("/state:running\r");
        pty.wait_for("state:running");
        pty.send("s");
        // In a session that may change the host it asks first.
        pty.wait_for(asks);
        pty.send(answer);
        pty.wait_for("suspend");
        pty.send("q");
        assert_eq!(pty.exit().code(), Some(0));
        let text = std::fs::read_to_string(&audit).unwrap();
        let last = text.lines().last().unwrap();
        assert!(last.contains(word) && last.contains("\"command\":\"suspend "), "{last}");
    }
    let _ = std::fs::remove_dir_all(folder);
}
