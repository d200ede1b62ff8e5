//! What watching costs: a thousand domains, ten samples and ten frames a second, on a real pseudo terminal.
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
    fs,
    process::ExitCode,
    time::{Duration, Instant},
};

use pty::Pty;

/// Of one core, in percent.
const CPU: f64 = 5.0;
/// In MiB.
const MEMORY: f64 = 40.0;
const WARM: Duration = Duration::from_secs(3);
const TIME: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let args = ["-c", "test:///default?domains=1000", "-d", "0.1"];
    let mut pty = Pty::spawn(env!("CARGO_BIN_EXE_domtop"), &args, &[], (200, 60));
    pty.wait_for("Domain-0");
    pass(&mut pty, WARM);
    let (before, frames_before, start) = (seconds(&pty), frames(&pty), Instant::now());
    pass(&mut pty, TIME);
    let time = start.elapsed().as_secs_f64();
    let cpu = (seconds(&pty) - before) / time * 100.0;
    let frames = (frames(&pty) - frames_before) as f64 / time;
    let memory = resident(&pty);
    println!("1,000 domains, 10 samples/s, {frames:.1} frames/s of 200×60:");
    println!("  CPU of one core  {cpu:6.2} % of {CPU} %");
    println!("  resident at most {memory:6.2} of {MEMORY} MiB");
    pty.send("q");
    pty.exit();
    if cpu <= CPU && memory <= MEMORY { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn pass(pty: &mut Pty, time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        pty.pump(20);
    }
}

fn frames(pty: &Pty) -> usize {
    String::from_utf8_lossy(&pty.raw).matches("\x1b[?2026l").count()
}

/// CPU time of all its threads, user and system (proc(5), `/proc/PID/stat`, fields 14 and 15, in hundredths).
fn seconds(pty: &Pty) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pty.pid())).unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    after_name.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// The most memory it ever had (`VmHWM`).
fn resident(pty: &Pty) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pty.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
