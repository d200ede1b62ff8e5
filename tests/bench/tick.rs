//! What one snapshot of a thousand domains costs after it was read: rates, history, the app.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::sync::Arc;

use divan::{Bencher, black_box};
use domtop::{
    app::{App, HostPane, Mode, Msg, Settings, keymap::Keymap},
    driver::{Reader, session},
    model::{Demand, HostId, Nanos, Snapshot, Stamp, history::History, rates::Rates, uri::Uri},
};

const DOMAINS: [u32; 3] = [100, 1_000, 10_000];
const TENTH: u64 = 100_000_000;

fn main() {
    divan::main();
}

struct Host {
    reader: Reader,
    now: u64,
}

impl Host {
    fn of(domains: u32) -> Self {
        let uri: Uri = format!("test:///default?domains={domains}").parse().unwrap();
        Self { reader: session::open_read_only(&uri, HostId(0)).unwrap().reader, now: 0 }
    }

    fn sample(&mut self, into: &mut Snapshot) {
        self.now += TENTH;
        let at = Stamp { mono: Nanos(self.now), wall: Nanos(self.now) };
        self.reader.sample(at, &Demand { devices: true, ..Demand::default() }, into);
    }

    fn next(&mut self) -> Arc<Snapshot> {
        let mut snapshot = Snapshot::default();
        self.sample(&mut snapshot);
        Arc::new(snapshot)
    }
}

/// Reading the demo host: what a real one adds is its system calls.
#[divan::bench(args = DOMAINS)]
fn read(bencher: Bencher<'_, '_>, domains: u32) {
    let (mut host, mut snapshot) = (Host::of(domains), Snapshot::default());
    host.sample(&mut snapshot);
    bencher.bench_local(|| host.sample(black_box(&mut snapshot)));
}

#[divan::bench(args = DOMAINS)]
fn rates(bencher: Bencher<'_, '_>, domains: u32) {
    let mut host = Host::of(domains);
    let (old, new, mut rates) = (host.next(), host.next(), Rates::default());
    bencher.bench_local(|| rates.fill(Some(black_box(&old)), black_box(&new)));
}

#[divan::bench(args = DOMAINS)]
fn history(bencher: Bencher<'_, '_>, domains: u32) {
    let mut host = Host::of(domains);
    let (old, mut new, mut rates) = (host.next(), host.next(), Rates::default());
    rates.fill(Some(&old), &new);
    let (new, mut history) = (Arc::get_mut(&mut new).unwrap(), History::default());
    bencher.bench_local(|| {
        new.at.mono.0 += TENTH;
        history.push(black_box(new), black_box(&rates));
    });
}

/// All of it as the screen does it, with the filter and the sort.
#[divan::bench(args = DOMAINS)]
fn update(bencher: Bencher<'_, '_>, domains: u32) {
    let mut host = Host::of(domains);
    let pane = HostPane::new(HostId(0), "test:///default".into(), String::new(), Mode::Operator);
    let keymap = Keymap::new(&std::collections::BTreeMap::new()).unwrap();
    let mut app = App::new(vec![pane], Settings::default(), keymap);
    app.update(Msg::Sampled(HostId(0), host.next()));
    bencher
        .with_inputs(|| host.next())
        .bench_local_values(|snapshot| black_box(app.update(Msg::Sampled(HostId(0), snapshot))));
}
