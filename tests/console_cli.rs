//! Laws of `domtop console` and `domtop play`, and of what a guest's console may do to the terminal it is shown on: the
//! real binary on a pseudo terminal.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test"
)]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{fs, path::PathBuf, process::Command, process::Output};

use nix::sys::signal::Signal;
use pty::Pty;

const DOMTOP: &str = env!("CARGO_BIN_EXE_domtop");
const CLEAN: [&str; 0] = [];
const LEAVE: &str = "\x1d.";

fn console(args: &[&str]) -> Pty {
    let args = [&["-c", "test:///default", "console"], args].concat();
    let mut pty = Pty::spawn(DOMTOP, &args, &[], (100, 30));
    pty.wait_for("web1:~#");
    pty
}

/// The screen with a console in its panel.
fn panel() -> Pty {
    let mut pty = Pty::spawn(DOMTOP, &["-c", "test:///default", "-d", "0.2"], &[], (120, 34));
    pty.wait_for("Domain-0");
    pty.send("/\x15web1\r");
    pty.until("only one domain", |pty| !pty.screen().contains("Domain-0"));
    pty.send("c");
    pty.wait_for("web1:~#");
    pty
}

fn left(mut pty: Pty) -> Pty {
    pty.send(LEAVE);
    assert_eq!(pty.exit().code(), Some(0));
    assert_eq!(pty.left_behind(), CLEAN);
    pty
}

fn run(args: &[&str]) -> Output {
    Command::new(DOMTOP).args(["-c", "test:///default"]).args(args).output().unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("domtop-console-cli-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// Where a screen of ours has what no screen of ours writes: an escape sequence that is none of these.
fn foreign(raw: &[u8]) -> Vec<String> {
    const MODES: [&str; 7] = ["1049", "2004", "25", "2026", "1000", "1002", "1006"];
    let text = String::from_utf8_lossy(raw);
    let mut found = Vec::new();
    for part in text.split('\x1b').skip(1) {
        let Some(rest) = part.strip_prefix('[') else {
            found.push(part.chars().take(12).collect());
            continue;
        };
        let end = rest.find(|c: char| ('@'..='~').contains(&c)).unwrap_or(rest.len());
        let (parameters, last) = (&rest[..end], rest[end..].chars().next());
        let ours = match (parameters.strip_prefix('?'), last) {
            (Some(mode), Some('h' | 'l')) => MODES.contains(&mode),
            (None, Some('H' | 'm' | 'J')) => parameters.chars().all(|c| c.is_ascii_digit() || c == ';'),
            _ => false,
        };
        if !ours {
            found.push(format!("[{}", rest.chars().take(12).collect::<String>()));
        }
    }
    let controls = text.chars().filter(|c| c.is_control() && !matches!(c, '\x1b' | '\r' | '\n'));
    found.extend(controls.map(|c| format!("{c:?}")));
    found
}

#[test]
fn a_console_is_typed_on_and_left_by_the_key_it_names() {
    let mut pty = console(&["web1"]);
    let told = String::from_utf8_lossy(&pty.raw).into_owned();
    let before = told.split("\x1b[?1049h").next().unwrap();
    assert!(before.contains("Ctrl-] and then . leaves it"), "it is printed on entry: {before:?}");
    pty.send("echo $HOME is not $((40 + 2))\r");
    pty.wait_for("is not");
    pty.send("size\r");
    pty.until("the size there is room for", |pty| pty.screen().contains("100 columns, 29 rows"));
    left(pty);
}

#[test]
fn the_escape_key_twice_is_the_guest_s_and_another_may_be_chosen() {
    let mut pty = console(&["web1", "--escape", "Ctrl-^"]);
    pty.send("\x1d.\r");
    pty.wait_for("not found");
    pty.send("\x1e.");
    assert_eq!(pty.exit().code(), Some(0));
    assert_eq!(pty.left_behind(), CLEAN);
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        let mut pty = console(&["web1"]);
        pty.send("top\r");
        pty.wait_for("q ends");
        pty.signal(signal);
        assert_eq!(pty.exit().code(), Some(128 + signal as i32), "{signal}");
        assert_eq!(pty.left_behind(), CLEAN, "{signal}");
    }
}

#[test]
fn who_only_looks_is_told_so_and_types_nothing() {
    let mut pty = console(&["web1", "-r"]);
    pty.wait_for("only watched: opened for looking only");
    pty.send("uname\r");
    pty.wait_for("not sent");
    pty.send("\x1dt");
    pty.wait_for("cannot type");
    assert!(!pty.screen().contains("uname"), "the guest would have echoed it:\n{}", pty.screen());
    left(pty);
}

#[test]
fn a_terminal_gets_nothing_of_a_hostile_guest_but_a_picture() {
    let mut pty = console(&["web1"]);
    pty.send("hostile\r");
    pty.send("echo over and $((1 + 1)) out\r");
    pty.wait_for("over and");
    let pty = left(pty);
    assert_eq!(foreign(&pty.raw), Vec::<String>::new());
}

#[test]
fn the_screen_s_terminal_gets_nothing_of_a_hostile_guest_but_a_picture() {
    let mut pty = panel();
    pty.send("hostile\r");
    pty.send("echo over and out\r");
    pty.wait_for("over and out");
    pty.send("\x1dx");
    pty.until("the end of the console", |pty| !pty.screen().contains("over and out"));
    pty.send("\x1bq");
    pty.send("q");
    pty.exit();
    assert_eq!(pty.left_behind(), CLEAN);
    assert_eq!(foreign(&pty.raw), Vec::<String>::new());
}

#[test]
fn what_is_copied_goes_to_the_terminal_s_clipboard_in_one_sequence_of_ours() {
    let mut pty = panel();
    pty.send("\x1db");
    pty.send("Vy");
    pty.until("a clipboard", |pty| pty.raw.windows(7).any(|part| part == b"\x1b]52;c;"));
    pty.until("its end", |pty| foreign(&pty.raw).len() == 2);
    pty.signal(Signal::SIGTERM);
    pty.exit();
    let found = foreign(&pty.raw);
    assert!(found[0].starts_with("]52;c;") && found[1] == "\\", "{found:?}");
}

#[test]
fn raw_is_raw_by_explicit_choice_only() {
    let mut pty = Pty::spawn(DOMTOP, &["-c", "test:///default", "console", "web1", "--raw"], &[], (100, 30));
    pty.wait_for("web1:~#");
    pty.send("hostile\r");
    pty.until("a title", |pty| pty.raw.windows(4).any(|four| four == b"\x1b]0;" || four == b"\x1b]2;"));
    pty.send(LEAVE);
    pty.exit();
    assert!(!foreign(&pty.raw).is_empty());
}

#[test]
fn what_is_recorded_is_played_with_pauses() {
    let file = scratch("play.cast");
    let path = file.to_str().unwrap();
    let mut pty = console(&["web1", "--record", path]);
    pty.wait_for("recorded");
    pty.send("echo a word to remember\r");
    pty.wait_for("a word to remember");
    left(pty);
    let taken = run(&["console", "web1", "--record", path]);
    assert!(!taken.status.success(), "nobody is at a terminal there");
    let mut pty = Pty::spawn(DOMTOP, &["play", path], &[], (100, 30));
    pty.wait_for("plays");
    pty.send(" ");
    pty.wait_for("paused");
    pty.send("\x1b[F");
    pty.wait_for("a word to remember");
    pty.send("]");
    pty.wait_for("2×");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    assert_eq!(pty.left_behind(), CLEAN);
    fs::remove_file(&file).unwrap();
}

#[test]
fn who_types_and_what_is_recorded_stands_in_the_audit_and_who_looks_does_not() {
    let (config, audit, cast) = (scratch("config.toml"), scratch("audit.jsonl"), scratch("audit.cast"));
    fs::write(&config, format!("audit = {:?}\n", audit.to_str().unwrap())).unwrap();
    let with = ["--config", config.to_str().unwrap()];
    left(console(&[&["web1", "-r"][..], &with].concat()));
    assert!(!audit.exists(), "nothing was typed on");
    let mut pty = console(&[&["web1", "--record", cast.to_str().unwrap()][..], &with].concat());
    pty.wait_for("attached · recorded");
    left(pty);
    let text = fs::read_to_string(&audit).unwrap();
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |command: &str| records.iter().find(|record| record["command"] == command).expect(command);
    for command in ["console web1".to_owned(), format!("console-record web1 {}", cast.display())] {
        let record = told(&command);
        assert_eq!(
            (&record["result"], &record["domain"]["name"]),
            (&"done".into(), &"web1".into()),
            "{text}"
        );
        assert!(record["reason"].is_null() && record["user"].is_string(), "{text}");
    }
    for file in [config, audit, cast] {
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_paste_of_several_lines_is_asked_about() {
    let mut pty = console(&["web1"]);
    pty.send("\x1b[200~echo no\recho never\r\x1b[201~");
    pty.wait_for("paste 2 lines");
    pty.send("\r");
    pty.wait_for("not pasted");
    assert!(!pty.screen().contains("echo never"), "{}", pty.screen());
    pty.send("\x1b[200~echo first\necho second\x1b[201~");
    pty.wait_for("paste 2 lines, `echo first` first?");
    pty.send("y");
    pty.until("what was pasted", |pty| pty.screen().contains("# echo first"));
    left(pty);
}

#[test]
fn what_cannot_be_is_told_and_leaves_the_terminal_alone() {
    for (args, status, word) in [
        (&["console"][..], 2, "which domain"),
        (&["console", "web1"], 2, "not a terminal"),
        (&["play", "/dev/null"], 2, "not a terminal"),
    ] {
        let done = run(args);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(status), "{args:?}: {told}");
        assert!(told.contains(word) && done.stdout.is_empty(), "{args:?}: {told}");
    }
    let host = ["-c", "test:///default"];
    for (args, status, word) in [
        (&["console", "nobody"][..], 4, "there is no domain"),
        (&["console", "web1", "--tty", "serial9"], 2, "has no console"),
        (&["console", "web1", "--escape", "x"], 2, "would be missed"),
        (&["play", "/nonexistent/file"], 1, "cannot play"),
        (&["play", "/dev/null"], 1, "cannot play"),
    ] {
        let mut pty = Pty::spawn(DOMTOP, &[&host[..], args].concat(), &[], (100, 30));
        assert_eq!(pty.exit().code(), Some(status), "{args:?}:\n{}", pty.screen());
        assert!(pty.screen().contains(word), "{args:?}:\n{}", pty.screen());
        assert_eq!(pty.left_behind(), CLEAN);
    }
}
