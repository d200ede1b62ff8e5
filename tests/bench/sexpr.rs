//! The list of a thousand domains with details, as xend 4.1 prints it, read into rows: the bound is 10 ms.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../support/xend_recordings.rs"]
#[allow(unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "shared")]
mod xend_recordings;

use std::{fmt::Write as _, hint::black_box, process::ExitCode, time::Duration};

use domtop::wire::sexpr::{Format, Tree, domain, status};
use nix::time::{ClockId, clock_gettime};
use xend_recordings::named;

const DOMAINS: usize = 1000;
const TURNS: usize = 200;
const BOUND: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    let text = list();
    let mut rows = Vec::with_capacity(DOMAINS);
    let mut best = [Duration::MAX; 3];
    let mut median = Vec::new();
    for _ in 0..TURNS {
        let start = now();
        let (tree, size) = Tree::parse(black_box(text.as_bytes())).unwrap();
        let parsed = now().saturating_sub(start);
        rows.clear();
        status::rows(tree.root(), &mut rows);
        let read = now().saturating_sub(start);
        assert_eq!((size, rows.len()), (text.len(), DOMAINS));
        median.push(read);
        let start = now();
        let defined = tree.root().items().filter(|item| domain::read(*item, Format::Four).is_ok()).count();
        assert_eq!(defined, DOMAINS);
        for (best, took) in best.iter_mut().zip([parsed, read, now().saturating_sub(start)]) {
            *best = took.min(*best);
        }
    }
    median.sort();
    let median = median[TURNS / 2];
    let [parsed, read, defined] = best.map(|best| best.as_secs_f64() * 1e3);
    println!("{DOMAINS} domains in {} KiB, the best of {TURNS}:", text.len() >> 10);
    println!("  parsed {parsed:.2} ms, into rows {read:.2} ms (median {:.2})", median.as_secs_f64() * 1e3);
    println!("  definitions of them besides {defined:.2} ms");
    if median < BOUND { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The thread's own time: what else the machine does is not counted.
fn now() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

/// Copies of the guests that were recorded, each with an id, a uuid and a name of its own.
fn list() -> String {
    let pages = ["dom-by-name", "state-hvm-v2", "state-vfb"].map(|name| {
        let page = String::from_utf8(named("xen-4.1", name).body).unwrap();
        page.trim_end_matches('\'').to_owned()
    });
    let mut text = String::from("(");
    for (number, page) in (1..=DOMAINS).zip(pages.iter().cycle()) {
        let id = page.split_once("(domid ").unwrap().1.split_once(')').unwrap().0;
        let name = page.split_once("(name ").unwrap().1.split_once(')').unwrap().0;
        let page = page.replace(&format!("(domid {id})"), &format!("(domid {number})"));
        let page = page.replace(&format!("(name {name})"), &format!("(name guest-{number:04})"));
        write!(text, "{}{page}", if number > 1 { " " } else { "" }).unwrap();
    }
    text.push(')');
    text
}
