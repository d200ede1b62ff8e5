//! The commands of a simulated guest, in one table.

use super::{
    super::event::Stage,
    flood::Flood,
    screen::Screen,
    shell::{Program, Shell},
    texts,
    top::Top,
    vi::Vi,
};

/// A command: its name, what it is for, and what it does with the rest of its line.
type Command = (&'static str, &'static str, fn(&mut Shell, &str, &mut Screen));

/// All of them, in the order of `help`.
const COMMANDS: [Command; 19] = [
    ("help", "tells what there is", help),
    ("echo", "WORDS: prints them", |_, words, screen| screen.line(words)),
    ("uname", "tells what system this is", |shell, _, screen| {
        screen.line(&format!("Linux {} 6.1.0-domtop #1 SMP x86_64 GNU/Linux", shell.host));
    }),
    ("uptime", "tells how long it has been up", |_, _, screen| {
        screen.line(" up 2 days, 3:04,  1 user,  load average: 0.07, 0.12, 0.09");
    }),
    ("ls", "lists the files", |shell, _, screen| {
        screen.line(&shell.files.keys().map(String::as_str).collect::<Vec<_>>().join("  "));
    }),
    ("cat", "FILE: prints it", cat),
    ("ps", "lists the processes", |shell, _, screen| {
        screen.line("  PID TTY          TIME CMD");
        screen.lines(texts::PROCESSES.map(|row| row.replace("TTY", shell.tty)));
    }),
    ("top", "shows the processes until q", |shell, _, screen| {
        shell.program = Program::Top(Top::begin(screen));
    }),
    ("vi", "[FILE]: edits it; :wq writes and leaves", vi),
    ("colours", "shows 16, 256 and all colours", |_, _, screen| screen.lines(texts::colours())),
    ("wide", "shows wide characters and marks", |_, _, screen| screen.lines(texts::WIDE)),
    ("flood", "[MB]: prints so much, 100 if not told, until ^C", flood),
    ("hostile", "prints what a terminal must not be given", |_, _, screen| {
        screen.out.extend(texts::hostile());
    }),
    ("ask", "asks the terminal where the cursor is and what it is", |shell, _, screen| {
        screen.text("\x1b[6n\x1b[c");
        shell.program = Program::Ask(2);
    }),
    ("size", "tells the size of the terminal", |_, _, screen| {
        screen.line(&format!("{} columns, {} rows", screen.size.0, screen.size.1));
    }),
    ("bell", "rings it", |_, _, screen| screen.text("\x07")),
    ("reboot", "starts the machine anew", |shell, _, screen| {
        go_down(shell, Stage::Rebooting, screen);
    }),
    ("poweroff", "turns the machine off", |shell, _, screen| {
        go_down(shell, Stage::PoweredOff, screen);
    }),
    ("exit", "logs out", |shell, _, screen| {
        screen.line("logout");
        screen.text(&format!("\r\n{} login: ", shell.host));
        shell.program = Program::Login;
    }),
];

/// Runs a line.
pub(super) fn run(shell: &mut Shell, line: &str, screen: &mut Screen) {
    let line = line.trim();
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    match COMMANDS.iter().find(|(known, ..)| *known == name) {
        Some((.., run)) => run(shell, rest.trim(), screen),
        None if name.is_empty() => {}
        None => screen.line(&format!("sh: {name}: not found; try help")),
    }
}

fn help(_: &mut Shell, _: &str, screen: &mut Screen) {
    for (name, doc, _) in COMMANDS {
        screen.line(&format!("{name:10} {doc}"));
    }
}

fn cat(shell: &mut Shell, name: &str, screen: &mut Screen) {
    match shell.files.get(name) {
        Some(text) => screen.lines(text.lines()),
        None => screen.line(&format!("cat: {name}: No such file or directory")),
    }
}

fn vi(shell: &mut Shell, name: &str, screen: &mut Screen) {
    let name = if name.is_empty() { "new.txt" } else { name };
    let text = shell.files.get(name).map_or("", String::as_str);
    shell.program = Program::Vi(Vi::begin(name, text, screen));
}

fn flood(shell: &mut Shell, words: &str, screen: &mut Screen) {
    let size = if words.is_empty() { Ok(100) } else { words.parse() };
    match size {
        Ok(size) => shell.program = Program::Flood(Flood::new(size)),
        Err(_) => screen.line(&format!("flood: {words} is no number of megabytes")),
    }
}

fn go_down(shell: &mut Shell, how: Stage, screen: &mut Screen) {
    screen.line("The system is going down NOW!");
    (shell.wish, shell.program) = (Some(how), Program::Down);
}
