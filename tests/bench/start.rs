//! From the start of the program to its first frame, and to the first with domains, on a real pseudo terminal.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "it uses a part of it")]
mod pty;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use pty::Pty;

const LIMIT: Duration = Duration::from_millis(50);
const STARTS: usize = 21;

fn main() -> ExitCode {
    let mut starts: Vec<_> = (0..STARTS).map(|_| start()).collect();
    starts.sort_unstable();
    let (frame, domains) = starts[STARTS / 2];
    println!("start to first frame: {frame:.1?} of {LIMIT:?}; to the first domains: {domains:.1?}");
    if frame < LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn start() -> (Duration, Duration) {
    let start = Instant::now();
    let mut pty = Pty::spawn(env!("CARGO_BIN_EXE_domtop"), &["-c", "test:///default"], &[], (200, 60));
    pty.until("a frame", |pty| String::from_utf8_lossy(&pty.raw).contains("\x1b[?2026l"));
    let frame = start.elapsed();
    pty.wait_for("Domain-0");
    let domains = start.elapsed();
    pty.send("q");
    pty.exit();
    (frame, domains)
}
