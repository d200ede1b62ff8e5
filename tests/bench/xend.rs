//! What it costs to look at a xend: from opening it to its rows, with the fake's own part in it, which is small.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

#[path = "../support/fake_xend.rs"]
mod fake_xend;
#[path = "../support/xend_recordings.rs"]
mod xend_recordings;

use std::time::Duration;

use divan::Bencher;
use domtop::driver::{
    Observe,
    xen::xend::{Deadlines, Xend},
};
use fake_xend::{FakeXend, Reply};

fn main() {
    divan::main();
}

/// A xend that lists so many domains, as 4.1 prints them.
fn of(count: u32) -> FakeXend {
    let fake = FakeXend::unix("xen-4.1");
    let page = fake.page("dom-by-name");
    let domain =
        |id: u32| page.replace("(domid 1)", &format!("(domid {id})")).replace("demo", &format!("demo{id}"));
    let list: Vec<String> = (1..=count).map(domain).collect();
    fake.script("detail=1", Reply::sxp(200, format!("({})", list.join(" "))));
    fake.script("state=all", Reply::sxp(200, "()"));
    fake
}

fn deadlines() -> Deadlines {
    let span = Duration::from_secs(60);
    Deadlines { quick: span, thorough: span, long: span }
}

#[divan::bench(args = [10, 100, 1000])]
fn open_and_list(bencher: Bencher<'_, '_>, count: u32) {
    let fake = of(count);
    bencher.bench_local(|| {
        let (xend, mut rows) = (Xend::at(&fake.at, deadlines()).unwrap(), Vec::new());
        xend.domains(&mut rows).unwrap();
        assert_eq!(rows.len(), count as usize);
    });
}
