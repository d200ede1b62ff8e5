//! Long changes as they are drawn: in the table, in Detail, among the jobs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::sync::Arc;

use crossterm::event::Event;
use domtop::{
    app::{App, Glyphs, Msg, Panel, keymap::Key},
    model::{HostId, Nanos, Op, Progress, Snapshot},
};
use styled::{screen, text};

const GIB: u64 = 1 << 30;

/// `web1` is being saved, seen twice in two seconds.
fn saving(width: u16, height: u16) -> App {
    let mut app = fixture::app(width, height);
    for key in ["W", "/", "w", "e", "b", "1", "Enter", "y"] {
        app.update(Msg::Input(Event::Key(key.parse::<Key>().unwrap().event())));
    }
    let key = app.selected().unwrap().key;
    for (seconds, done) in [(1, GIB / 2), (3, GIB * 3)] {
        let mut snapshot = Snapshot::clone(app.pane().shown.as_ref().unwrap());
        snapshot.progress = vec![Progress { op: Op::Save, key: Some(key), done, total: 8 * GIB }];
        snapshot.at.mono = Nanos(1_000_000_000_000 + seconds * 1_000_000_000);
        app.update(Msg::Sampled(HostId(0), Arc::new(snapshot)));
    }
    app.notice = None;
    app
}

#[test]
fn a_domain_being_saved() {
    let mut app = saving(120, 34);
    fixture::open(&mut app, &[Panel::Detail, Panel::Jobs]);
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_domain_being_saved_on_a_terminal_as_it_opens() {
    let mut app = saving(80, 24);
    fixture::open(&mut app, &[Panel::Jobs]);
    app.settings.glyphs = Glyphs::Ascii;
    insta::assert_snapshot!(text(&screen(&app)));
}

#[test]
fn a_domain_being_saved_on_the_smallest_screen() {
    insta::assert_snapshot!(text(&screen(&saving(40, 12))));
}
