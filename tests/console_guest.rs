//! Laws of the simulated guest, seen over its pty.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support {
    pub mod console;
}

use std::time::Duration;

use domtop::{
    driver::{
        Session,
        conn::Deadline,
        session,
        test::{Deed, Event},
    },
    model::{
        Demand, DomainKey, HostId, Nanos, Snapshot, Stamp,
        request::Change,
        uri::{TestHost, Uri},
    },
};
use support::console::{Console, Lab, PATIENCE, read};

#[test]
fn a_guest_prints_its_boot_once_and_then_its_prompt() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    let boot = console.until("web1:~# ");
    assert!(boot.starts_with("[    0.000000] Linux version") && boot.contains("web1 hvc0"), "{boot}");
    drop(console);
    let mut console = lab.open("web1");
    console.send("echo back\r");
    let seen = console.until("\r\nback\r\n");
    assert!(!seen.contains("Linux version"), "what was read is not printed again: {seen}");
}

#[test]
fn what_is_typed_is_echoed_and_can_be_edited() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    console.send("echo onx\x7fe");
    assert_eq!(console.until("\x1b[Ke"), "echo onx\rweb1:~# echo on");
    console.send("\r");
    console.until("\r\none\r\n");
}

#[test]
fn every_command_of_the_help_is_known() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    let help = console.ask("help");
    let names: Vec<&str> = help.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for name in ["help", "echo", "uname", "uptime", "ls", "cat", "ps", "top", "vi", "colours", "wide"] {
        assert!(names.contains(&name), "{name}: {help}");
    }
    for name in ["flood", "hostile", "ask", "size", "bell", "reboot", "poweroff", "exit"] {
        assert!(names.contains(&name), "{name}: {help}");
    }
    assert!(console.ask("nonsense").contains("sh: nonsense: not found"));
}

#[test]
fn commands_answer_the_same_each_time() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    assert_eq!(console.ask("echo  two  words "), "two  words\r\n");
    assert!(console.ask("uname").contains("Linux web1 6.1.0-domtop"));
    assert_eq!(console.ask("ls"), "motd  notes.txt  unicode.txt\r\n");
    assert_eq!(console.ask("cat notes.txt"), "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n");
    assert!(console.ask("cat nothing").contains("No such file"));
    assert!(console.ask("ps").contains("hvc0"));
    for command in ["uptime", "colours", "wide", "ps"] {
        let first = console.ask(command);
        assert_eq!(console.ask(command), first, "{command}");
        assert!(first.ends_with("\r\n"), "{command}: {first:?}");
    }
    let colours = console.ask("colours");
    assert!(["\x1b[101m", "\x1b[48;5;255m", "\x1b[48;2;"].iter().all(|part| colours.contains(part)));
    assert!(["\u{4e16}", "\u{1f600}", "e\u{301}"].iter().all(|part| console.ask("wide").contains(part)));
}

#[test]
fn the_last_line_comes_back_and_a_line_is_given_up() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    assert_eq!(console.ask("echo once"), "once\r\n");
    console.until(":~# ");
    console.send("gone\x15");
    console.until("web1:~# \x1b[K");
    console.send("also gone\x03");
    console.until("^C\r\n");
    console.until(":~# ");
    for up in ["\x1b[A", "\x1bOA"] {
        console.send(&format!("{up}\r"));
        console.until("web1:~# echo once\x1b[K");
        console.until("\r\nonce\r\n");
    }
}

#[test]
fn what_is_pasted_does_not_run_by_itself() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("\x1b[?2004h");
    console.send("\x1b[200~echo one\rpoweroff\x1b[201~");
    console.until("echo one poweroff");
    assert!(console.is_silent());
    console.send("\r");
    console.until("\r\none poweroff\r\n");
}

#[test]
fn top_redraws_the_alternate_screen_until_it_is_left() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("top\r");
    console.until("\x1b[?1049h");
    console.until("frame 1, 80x24");
    console.writing.resize(100, 30).unwrap();
    console.until("frame 3, 100x30");
    console.send("q");
    console.until("\x1b[?1049l");
    assert_eq!(console.ask("echo out"), "out\r\n");
}

#[test]
fn vi_edits_writes_and_gives_the_screen_back() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("vi notes.txt\r");
    console.until("\x1b[?1049h");
    console.until("\"notes.txt\" 5 lines");
    console.send("jdd\x1b[Bxihi \x1b");
    console.until("-- INSERT --");
    console.send(":wq\r");
    console.until("\x1b[?1049l");
    assert_eq!(console.ask("cat notes.txt"), "one\r\nthree\r\nhi our\r\nfive\r\n");
    console.until(":~# ");
    console.send("vi\r");
    console.until("~");
    console.send("ix\x1b");
    console.until("-- INSERT --");
    console.send(":q\r");
    console.until("No write since last change");
    console.send(":q!\r");
    console.until("\x1b[?1049l");
    assert!(!console.ask("ls").contains("new.txt"));
}

#[test]
fn vi_sees_that_its_terminal_grew() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("vi\r");
    console.until("\x1b[24;1H");
    console.writing.resize(120, 40).unwrap();
    console.until("\x1b[40;1H");
    console.send(":q\r");
    assert_eq!(console.ask("size"), "120 columns, 40 rows\r\n");
}

#[test]
fn a_flood_is_as_long_as_was_asked_for() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("flood 3\r");
    console.until("\x1b[?2004l\r\n");
    let (mut bytes, end) = ([console.seen.as_bytes(), &console.cut].concat(), b"\x1b[0m\r\nflood: 3 MB\r\n");
    let deadline = Deadline::after(PATIENCE);
    while !bytes.windows(end.len()).rev().take(200).any(|part| part == end) {
        bytes.extend(read(&mut console.watch, deadline).expect("it goes on"));
    }
    let told = bytes.windows(end.len()).rposition(|part| part == end);
    assert_eq!(told, Some(3_000_000));
}

#[test]
fn a_flood_is_stopped_and_can_be_left_unread() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("flood 1000000\r");
    console.until("lazy dog");
    console.send("\x03");
    console.until("^C\r\n");
    assert_eq!(console.ask("echo alive"), "alive\r\n");
    console.until(":~# ");
    console.send("flood\r");
    drop(console);
    drop(lab);
}

#[test]
fn a_hostile_guest_prints_every_sort_of_sequence() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("hostile\r");
    let seen = console.until("end of what is hostile");
    for part in ["\x1b]0;", "\x1b]52;", "\x1b[c", "\x1b[6n", "\x1bPq", "\x1b[>1u", "\x1b_G", "\u{202e}"] {
        assert!(seen.contains(part), "{part:?}");
    }
    assert_eq!(console.ask("echo on"), "on\r\n");
}

#[test]
fn answers_of_the_terminal_go_to_who_asked() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("ask\r");
    console.until("\x1b[6n\x1b[c");
    console.send("\x1b[3;7R\x1b[?6c");
    console.until("answer: ^[[3;7R\r\n");
    console.until("answer: ^[[?6c\r\n");
    assert_eq!(console.ask("echo done"), "done\r\n");
}

#[test]
fn one_who_logs_out_can_log_in_again() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until(":~# ");
    console.send("exit\r");
    console.until("web1 login: ");
    console.send("root\r");
    console.until("web1:~# ");
}

#[test]
fn a_paused_guest_answers_nothing_until_it_runs_on() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    lab.run("web1", Change::Suspend);
    console.send("echo late\r");
    assert!(console.is_silent());
    lab.run("web1", Change::Resume);
    console.until("\r\nlate\r\n");
}

#[test]
fn a_guest_that_was_paused_before_is_silent_from_the_start() {
    let mut lab = Lab::new();
    lab.run("web1", Change::Suspend);
    let mut console = lab.open("web1");
    assert!(console.is_silent());
    lab.run("web1", Change::Resume);
    console.until("web1:~# ");
}

#[test]
fn a_destroyed_guest_takes_its_pty_along() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    lab.run("web1", Change::Destroy);
    assert_eq!(console.until_gone(), "");
    assert!(!console.tty.path.exists() || lab.session.consoles.watch(&console.tty).is_err());
    assert!(console.writing.write(b"x").is_err());
}

#[test]
fn a_crashed_guest_says_so_and_nothing_more() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    lab.test.inject(Event::Domain("web1".into(), Deed::Crash));
    console.until("Kernel panic");
    console.until("\r\n");
    console.send("echo\r");
    assert!(console.is_silent());
}

#[test]
fn a_guest_that_powers_itself_off_is_seen_to_by_the_host() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    console.send("poweroff\r");
    console.until("going down NOW!\r\n");
    wait_for(&mut lab, "reboot: Power down", &mut console);
    lab.pass(2000);
    lab.pass(2000);
    console.until_gone();
    let key = lab.key("web1");
    assert_eq!(key.id, None, "it is off");
    let failure = lab.session.consoles.list(key).unwrap_err();
    assert!(failure.to_string().contains("does not run"), "{failure}");
}

#[test]
fn a_guest_that_reboots_itself_has_another_console_with_another_boot() {
    let mut lab = Lab::new();
    let mut console = lab.open("web1");
    console.until("web1:~# ");
    let before = lab.key("web1");
    console.send("reboot\r");
    console.until("going down NOW!\r\n");
    wait_for(&mut lab, "Restarting system", &mut console);
    lab.pass(2000);
    lab.pass(2000);
    console.until_gone();
    let after = lab.key("web1");
    assert!(after.id.is_some() && after.id != before.id && after.uuid == before.uuid);
    let mut console = lab.open("web1");
    console.until("Linux version");
    console.until("web1:~# ");
}

#[test]
fn what_a_guest_does_by_itself_is_kept_for_other_processes() {
    let path = std::env::temp_dir().join(format!("domtop-console-{}", std::process::id()));
    let host = TestHost { state: Some(path.clone()), ..TestHost::default() };
    let mut session = session::open(&Uri::Test(host.clone()), HostId(0)).unwrap();
    let key = web1(&mut session, 0);
    let mut console = Console::open(&session, session.consoles.list(key).unwrap().remove(0));
    console.until("web1:~# ");
    console.send("poweroff\r");
    console.until("going down NOW!\r\n");
    let deadline = Deadline::after(PATIENCE);
    let mut now = 1;
    while web1(&mut session, now).id.is_some() {
        assert!(!deadline.passed(), "it never went off");
        now += 300;
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(session);
    let mut other = session::open(&Uri::Test(host), HostId(0)).unwrap();
    assert_eq!(web1(&mut other, now).id, None);
    std::fs::remove_file(path).unwrap();
}

/// The domain of this name, so many milliseconds after the start.
fn web1(session: &mut Session, millis: u64) -> DomainKey {
    let (now, mut snapshot) = (Nanos(millis * 1_000_000), Snapshot::default());
    session.reader.sample(Stamp { mono: now, wall: now }, &Demand::default(), &mut snapshot);
    snapshot.domains.iter().find(|domain| domain.name.raw() == "web1").expect("it is known").key
}

/// Moves the clock a little at a time until this is printed: what a guest decided is seen at the next tick.
fn wait_for(lab: &mut Lab, wanted: &str, console: &mut Console) {
    let deadline = Deadline::after(PATIENCE);
    while !console.seen.contains(wanted) {
        assert!(!deadline.passed(), "{wanted:?} did not come: {:?}", console.seen);
        lab.pass(1);
        let moment = Deadline::after(Duration::from_millis(20));
        if let Ok(more) = read(&mut console.watch, moment) {
            console.keep(&more);
        }
    }
}
