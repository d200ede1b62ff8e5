//! What domtop puts around the emulation of a console, beside the bare crate: the same 100 MB, turn by turn, in one run.
//!
//! Around it are the guard, the ring, a recording into a file, and the hand-over of 30 pages a second, where a guest that
//! floods sends 20 MB a second. The bound is a tenth.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::type_complexity,
    reason = "a benchmark"
)]

#[path = "../support/flood.rs"]
#[allow(unreachable_pub, clippy::cast_possible_truncation, reason = "shared")]
mod flood;

use std::{env, fs, hint::black_box, io, process::ExitCode, time::Duration, time::Instant};

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::Dimensions,
    term::Config,
    vte::ansi::{Processor, StdSyncHandler},
};
use domtop::console::{
    cast::{Encoder, Head, Kind, Recording},
    emulator::Emulator,
    guard::Guard,
    ring::Ring,
};
use nix::time::{ClockId, clock_gettime};

const BYTES: usize = 100 << 20;
/// Of both in turn, so that whatever else the machine does hits them alike.
const TURN: usize = 4 << 20;
/// What one read gives.
const READ: usize = 16 << 10;
/// Of a guest that floods, in a second.
const PACE: f64 = 20e6;
const PAGES: f64 = 30.0;
const HISTORY: usize = 10_000;
const BOUND: f64 = 1.10;

fn main() -> ExitCode {
    let flood = flood::mixed(42, BYTES);
    let path = env::temp_dir().join(format!("domtop-bench-{}.cast", std::process::id()));
    let (mut bare, mut ours) = (Bare::new(), Ours::new(&path));
    let (mut alone, mut around) = (Cost::default(), Cost::default());
    for (turn, part) in flood.chunks(TURN).enumerate() {
        let (first, second): (&mut dyn Console, &mut dyn Console) =
            if turn % 2 == 0 { (&mut bare, &mut ours) } else { (&mut ours, &mut bare) };
        let (one, two) = (Cost::of(|| first.feed(part)), Cost::of(|| second.feed(part)));
        let (one, two) = if turn % 2 == 0 { (one, two) } else { (two, one) };
        alone.add(one);
        around.add(two);
    }
    parts(&flood);
    let pages = ours.pages;
    ours.recording.end().unwrap();
    let recorded = fs::metadata(&path).unwrap().len();
    fs::remove_file(&path).unwrap();
    println!("{} MiB, {} pages, {} MiB recorded:", BYTES >> 20, pages, recorded >> 20);
    alone.print("bare emulation", &alone);
    around.print("with all around it", &alone);
    let ratio = around.thread / alone.thread;
    println!("  ratio {ratio:.3} of {BOUND}");
    if ratio <= BOUND { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where it goes: each part alone over the same bytes.
fn parts(flood: &[u8]) {
    let cost = |name: &str, mut part: Box<dyn FnMut(&[u8]) + '_>| {
        let cost = Cost::of(|| flood.chunks(READ).for_each(&mut part));
        println!("    {name:20} {:.3} s", cost.thread);
    };
    let (mut guard, mut ring, mut length) = (Guard::new(), Ring::new(256 << 10), 0);
    cost("guard", Box::new(|read| guard.feed(read, |clean| length += clean.len())));
    cost("ring", Box::new(|read| ring.keep(read)));
    let recording = Recording::over(io::sink(), &HEAD).unwrap();
    cost("recording, no disk", Box::new(|read| recording.output(Duration::ZERO, read)));
    let mut emulator = Emulator::new((80, 24), HISTORY);
    cost("emulator", Box::new(|read| drop(black_box(emulator.feed(read, |_| {})))));
    let mut encoder = Encoder::default();
    let mut out = Vec::new();
    cost(
        "encoder",
        Box::new(|read| {
            out.clear();
            encoder.event(Duration::ZERO, Kind::Output, read, &mut out);
        }),
    );
    black_box(length);
}

const HEAD: Head = Head { size: (80, 24), timestamp: None, title: None };

/// Seconds: by the clock, of this thread, and of the whole program.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: f64,
    thread: f64,
    all: f64,
}

impl Cost {
    fn of(work: impl FnOnce()) -> Self {
        let (start, thread, all) =
            (Instant::now(), used(ClockId::CLOCK_THREAD_CPUTIME_ID), used(ClockId::CLOCK_PROCESS_CPUTIME_ID));
        work();
        Self {
            wall: start.elapsed().as_secs_f64(),
            thread: used(ClockId::CLOCK_THREAD_CPUTIME_ID) - thread,
            all: used(ClockId::CLOCK_PROCESS_CPUTIME_ID) - all,
        }
    }

    fn add(&mut self, more: Self) {
        self.wall += more.wall;
        self.thread += more.thread;
        self.all += more.all;
    }

    fn print(&self, name: &str, base: &Self) {
        let rate = BYTES as f64 / 1e6 / self.thread;
        println!(
            "  {name:20} {:.3} s of the console's thread ({rate:.1} MB/s), {:.3} by the clock ({:.3}), \
             {:.3} with the recording's thread ({:.3})",
            self.thread,
            self.wall,
            self.wall / base.wall,
            self.all,
            self.all / base.all,
        );
    }
}

fn used(clock: ClockId) -> f64 {
    Duration::from(clock_gettime(clock).unwrap()).as_secs_f64()
}

trait Console {
    fn feed(&mut self, part: &[u8]);
}

struct Bare {
    term: Term<VoidListener>,
    parser: Processor<StdSyncHandler>,
}

impl Bare {
    fn new() -> Self {
        let config = Config { scrolling_history: HISTORY, ..Config::default() };
        Self { term: Term::new(config, &Size, VoidListener), parser: Processor::new() }
    }
}

impl Console for Bare {
    fn feed(&mut self, part: &[u8]) {
        for read in part.chunks(READ) {
            self.parser.advance(&mut self.term, read);
        }
    }
}

struct Ours {
    emulator: Emulator,
    ring: Ring,
    recording: Recording,
    fed: usize,
    pages: usize,
}

impl Ours {
    fn new(path: &std::path::Path) -> Self {
        Self {
            emulator: Emulator::new((80, 24), HISTORY),
            ring: Ring::new(256 << 10),
            recording: Recording::create(path, &HEAD).unwrap(),
            fed: 0,
            pages: 0,
        }
    }
}

impl Console for Ours {
    fn feed(&mut self, part: &[u8]) {
        for read in part.chunks(READ) {
            let time = self.fed as f64 / PACE;
            let at = Duration::from_secs_f64(time);
            let (ring, recording) = (&mut self.ring, &self.recording);
            black_box(self.emulator.feed(read, |clean| {
                ring.keep(clean);
                recording.output(at, clean);
            }));
            self.fed += read.len();
            if time * PAGES >= self.pages as f64 {
                self.pages += 1;
                self.emulator.allow();
                black_box(self.emulator.page());
            }
        }
    }
}

struct Size;

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        24
    }

    fn screen_lines(&self) -> usize {
        24
    }

    fn columns(&self) -> usize {
        80
    }
}
