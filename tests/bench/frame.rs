//! What a frame costs: the whole screen of 200 by 60 cells, drawn into memory. The bound is 1 ms.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark"
)]

#[path = "../support/fixture.rs"]
#[allow(dead_code, reason = "a benchmark uses a part")]
mod fixture;

use divan::Bencher;
use domtop::{
    app::Panel,
    theme::{Depth, Theme},
    view,
};
use ratatui::{Terminal, backend::TestBackend};

fn main() {
    divan::main();
}

/// By the number of domains: the rows on the screen cost, not those there are.
#[divan::bench(args = [50, 1_000, 10_000])]
fn frame(bencher: Bencher<'_, '_>, domains: u32) {
    let app = fixture::crowd(200, 60, domains);
    let theme = Theme::load("dark", Depth::True).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    bencher.bench_local(|| {
        terminal.draw(|frame| drop(divan::black_box(view::draw(frame, &app, &theme)))).unwrap();
    });
}

/// With every panel open.
#[divan::bench]
fn every_panel(bencher: Bencher<'_, '_>) {
    let mut app = fixture::app(200, 60);
    fixture::open(&mut app, &[Panel::Detail, Panel::Host, Panel::Drivers]);
    let theme = Theme::load("dark", Depth::True).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    bencher.bench_local(|| {
        terminal.draw(|frame| drop(divan::black_box(view::draw(frame, &app, &theme)))).unwrap();
    });
}
