//! Domain XML of a host of 1,000 domains: read, written, revised, taken apart. The bound is 50 MB/s for reading and for
//! writing: all of the host in some 50 ms, which is what a toolstack takes to tell one domain.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::{hint::black_box, process::ExitCode};

use domtop::{
    model::{Definition, KiB},
    wire::xml::{domain, markup},
};
use nix::time::{ClockId, clock_gettime};
use uuid::Uuid;

const DOMAINS: usize = 1000;
const ROUNDS: usize = 5;
/// Bytes a second.
const BOUND: f64 = 50e6;

fn main() -> ExitCode {
    let texts = host();
    let domains: Vec<_> = texts.iter().map(|text| domain::read(text).unwrap()).collect();
    let canonical: Vec<_> = domains.iter().map(domain::write).collect();
    let changed: Vec<_> = domains.iter().map(grown).collect();
    let read = rate("read", &texts, |at| drop(black_box(domain::read(&texts[at]))));
    let again =
        rate("read, as it is written", &canonical, |at| drop(black_box(domain::read(&canonical[at]))));
    let write = rate("write", &canonical, |at| drop(black_box(domain::write(&domains[at]))));
    rate("check", &texts, |at| drop(black_box(domain::check(&texts[at]))));
    rate("revise", &texts, |at| drop(black_box(domain::revise(&texts[at], &changed[at]))));
    rate("take apart for the screen", &texts, |at| drop(black_box(markup(&texts[at]))));
    let slowest = read.min(again).min(write);
    println!("slowest of reading and writing: {:.1} MB/s of {:.0}", slowest / 1e6, BOUND / 1e6);
    if slowest >= BOUND { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The texts of a host's domains, PV, HVM and KVM in turn.
fn host() -> Vec<String> {
    let kinds = [
        include_str!("../data/xml/pv-bootloader.xml"),
        include_str!("../data/xml/hvm-everything.xml"),
        include_str!("../data/xml/kvm-modern.xml"),
    ];
    let own = |at: usize| {
        let text = kinds[at % kinds.len()];
        let was = domain::read(text).unwrap();
        let uuid = Uuid::from_u128(0x5eed_0000 + at as u128);
        domain::revise(text, &Definition { name: format!("domain-{at}"), uuid: Some(uuid), ..was }).unwrap()
    };
    (0..DOMAINS).map(own).collect()
}

fn grown(was: &Definition) -> Definition {
    let mut grown = was.clone();
    grown.memory.max = KiB(grown.memory.max.0 * 2);
    grown.devices.disks.remove(0);
    grown
}

/// Bytes a second of the best of some rounds, by this thread's own time.
fn rate(name: &str, texts: &[String], work: impl Fn(usize)) -> f64 {
    let bytes: usize = texts.iter().map(String::len).sum();
    let round = |_| {
        let start = used();
        (0..texts.len()).for_each(&work);
        used() - start
    };
    let best = (0..ROUNDS).map(round).fold(f64::MAX, f64::min);
    let rate = bytes as f64 / best;
    println!("{name:26} {:8.1} MB/s, {:6.1} µs a domain", rate / 1e6, best * 1e6 / texts.len() as f64);
    rate
}

fn used() -> f64 {
    std::time::Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap()).as_secs_f64()
}
