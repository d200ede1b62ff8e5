//! Laws of the terminal's guard: whatever happens, the terminal is given back. The program on the terminal is this
//! test itself, told by a variable what to do.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{thread, time::Duration};

use domtop::runtime::terminal::{Mouse, Terminal};
use pty::Pty;

const WHAT: &str = "GUARD_TEST";

/// What the child does; nothing where this is no child.
#[test]
fn child() {
    let Ok(what) = std::env::var(WHAT) else { return };
    if what == "refused" {
        println!("{}", Terminal::take().expect_err("standard output is a pipe"));
        return;
    }
    let terminal = Terminal::take().unwrap();
    terminal.mouse(Mouse::Ours);
    print!("\x1b[31mready");
    std::io::Write::flush(&mut std::io::stdout()).unwrap();
    let mut byte = [0];
    nix::unistd::read(std::io::stdin(), &mut byte).unwrap();
    match what.as_str() {
        "drop" => drop(terminal),
        "panic" => panic!("the cheese is out"),
        "panic elsewhere" => {
            let other = thread::spawn(|| panic!("somebody else's cheese is out"));
            assert!(other.join().is_err());
            print!("\x1b[2J\x1b[Hcontained");
            std::io::Write::flush(&mut std::io::stdout()).unwrap();
            thread::sleep(Duration::from_secs(600));
        }
        other => panic!("{other}?"),
    }
}

fn run(what: &str) -> Pty {
    let this = std::env::current_exe().unwrap();
    let args = ["child", "--exact", "--nocapture", "--test-threads=1"];
    let mut pty = Pty::spawn(this.to_str().unwrap(), &args, &[(WHAT, what)], (80, 24));
    pty.wait_for("ready");
    assert!(pty.is_taken() && pty.mouse(), "{:?}", pty.left_behind());
    pty.send("x");
    pty
}

#[test]
fn drop_gives_the_terminal_back() {
    let mut pty = run("drop");
    assert!(pty.exit().success());
    assert_eq!(pty.left_behind(), [""; 0]);
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_says_why() {
    let mut pty = run("panic");
    assert!(!pty.exit().success());
    assert_eq!(pty.left_behind(), [""; 0]);
    assert!(pty.screen().contains("the cheese is out"), "{}", pty.screen());
    let raw = String::from_utf8_lossy(&pty.raw).into_owned();
    assert!(
        raw.find("\x1b[?1049l") < raw.find("the cheese is out"),
        "the message would vanish with the screen"
    );
}

#[test]
fn a_contained_panic_of_another_thread_leaves_the_screen_alone() {
    let mut pty = run("panic elsewhere");
    pty.wait_for("contained");
    assert!(pty.is_taken());
    assert!(
        !String::from_utf8_lossy(&pty.raw).contains("somebody else"),
        "nothing is printed over the screen"
    );
}

#[test]
fn what_is_no_terminal_is_refused_in_a_sentence() {
    let this = std::env::current_exe().unwrap();
    let mut child = std::process::Command::new(this);
    child.args(["child", "--exact", "--nocapture"]).env(WHAT, "refused").stdin(std::process::Stdio::null());
    let out = child.output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success() && said.contains("terminal"), "{said}");
}
