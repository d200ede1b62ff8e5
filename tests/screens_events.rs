//! The Events panel as it is drawn, and marks at the graphs: over a host to which much happens.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test")]

#[path = "support/hosts.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part")]
mod hosts;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::sync::Arc;

use crossterm::event::Event as Input;
use domtop::{
    app::{Glyphs, Mode, Msg},
    model::{DomainId, DomainState, HostId, KiB, Light, Name, Reading, ShutdownReason},
};
use hosts::{Desk, guest};
use styled::{dark, draw, row, screen, styled, text};

/// A desk of this size over a host to which nothing happened yet.
fn desk(width: u16, height: u16) -> Desk {
    let names = ["web1", "db-primary", "ci-runner-3", "build-w10"];
    let guests: Vec<_> = (1..).zip(names).map(|(id, name)| guest(id, name, 5.0 * f64::from(id))).collect();
    let mut desk = Desk::new(&guests);
    desk.app.settings.utc_offset = 2 * 3600;
    desk.app.settings.user = "root".into();
    desk.tell(Msg::Input(Input::Resize(width, height)));
    desk
}

fn set(desk: &mut Desk, name: &str, state: DomainState) {
    desk.guest(name).domain.state = state;
    desk.tick(1000);
}

/// Something of each kind.
fn busy(desk: &mut Desk) {
    set(desk, "ci-runner-3", DomainState::Crashed);
    desk.press("Home s y");
    desk.reported("hypervisor", 1, "build-w10");
    set(desk, "build-w10", DomainState::Paused);
    desk.guest("web1").domain.memory = KiB(512 << 10);
    desk.tick(1000);
    desk.tick(1000);
    desk.tick(1000);
    desk.guest("web1").domain.max_memory = Reading::Known(KiB(4 << 20));
    desk.guest("web1").domain.vcpus.online = 1;
    desk.tick(1000);
    set(desk, "db-primary", DomainState::ShutDown(ShutdownReason::Poweroff));
    desk.lose("db-primary");
    desk.tick(1000);
    let mut again = guest(9, "db-primary", 1.0);
    again.domain.key.uuid = guest(2, "", 0.0).domain.key.uuid;
    desk.guests.push(again);
    desk.tick(1000);
    let mut snapshot = desk.snapshot(HostId(0));
    snapshot.drivers[0].light = Light::Degraded("took 2.1 s\x1b[2J".into());
    snapshot.at.mono.0 += 1;
    desk.tell(Msg::Sampled(HostId(0), Arc::new(snapshot)));
    desk.app.hosts[0].mode = Mode::Viewer("opened with -r".into());
    desk.press("Home D");
}

#[test]
fn events_below_the_table() {
    let mut desk = desk(120, 34);
    busy(&mut desk);
    desk.press("6 Down");
    insta::assert_snapshot!(styled(&screen(&desk.app)));
}

#[test]
fn events_on_a_small_screen() {
    let mut desk = desk(40, 12);
    busy(&mut desk);
    desk.press("6");
    insta::assert_snapshot!(text(&screen(&desk.app)));
}

#[test]
fn events_of_one_domain_with_the_whole_screen_in_ascii() {
    let mut desk = desk(80, 24);
    busy(&mut desk);
    desk.app.settings.glyphs = Glyphs::Ascii;
    desk.press("6 E z");
    let drawn = text(&screen(&desk.app));
    assert!(drawn.is_ascii(), "{drawn}");
    insta::assert_snapshot!(drawn);
}

#[test]
fn no_events_yet() {
    let mut desk = desk(80, 24);
    desk.press("6");
    assert!(text(&screen(&desk.app)).contains("nothing happened yet"));
}

#[test]
fn the_time_is_local() {
    let mut desk = desk(120, 34);
    set(&mut desk, "web1", DomainState::Paused);
    desk.press("6");
    // A thousand seconds, three ticks, two hours east.
    assert!(text(&screen(&desk.app)).contains("02:16:43"), "{}", text(&screen(&desk.app)));
    desk.app.settings.utc_offset = -3600;
    assert!(text(&screen(&desk.app)).contains("23:16:43"));
}

#[test]
fn every_size_is_drawn_and_nothing_from_outside_is_obeyed() {
    let mut desk = desk(80, 24);
    desk.guest("web1").domain.name = Name::new("evil\x1b]0;x\x07\u{202e}");
    desk.tick(1000);
    busy_evil(&mut desk);
    for glyphs in [Glyphs::Braille, Glyphs::Block, Glyphs::Ascii] {
        desk.app.settings.glyphs = glyphs;
        for (width, height) in [(40, 12), (60, 16), (80, 24), (110, 30), (120, 34), (200, 60)] {
            desk.tell(Msg::Input(Input::Resize(width, height)));
            let drawn = text(&screen(&desk.app));
            assert!(drawn.contains("paused"), "{width}x{height}\n{drawn}");
            let harmless = |c: char| c == '\n' || !domtop::model::text::steers(c);
            assert!(drawn.chars().all(harmless), "{width}x{height}");
        }
    }
}

fn busy_evil(desk: &mut Desk) {
    let evil = desk.guests[0].domain.name.raw().to_owned();
    set(desk, &evil, DomainState::Paused);
    desk.press("6");
}

/// Where the sign of who did it stands in a drawn screen, outside of the Events panel's rows.
fn marks(desk: &Desk, sign: &str) -> Vec<(u16, u16)> {
    let (buffer, _) = draw(&desk.app, &dark());
    let cells = (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y)));
    cells.filter(|&(x, y)| buffer[(x, y)].symbol() == sign && !row(&buffer, y).contains("paused")).collect()
}

#[test]
fn an_event_marks_the_graphs_of_its_domain_and_of_its_host_and_moves_with_them() {
    let mut desk = desk(160, 50);
    (0..20).for_each(|_| drop(desk.tick(1000)));
    desk.press("Home Enter 3 1");
    assert_eq!(marks(&desk, "◇"), []);
    let name = desk.cursor().to_owned();
    set(&mut desk, &name, DomainState::Paused);
    let first = marks(&desk, "◇");
    assert!(first.len() >= 3, "in the header, in Detail and in Host: {first:?}");
    let (buffer, _) = draw(&desk.app, &dark());
    assert!(
        first.iter().all(|at| Some(buffer[*at].fg) == dark().warning().fg),
        "in the colour of who did it"
    );
    (0..30).for_each(|_| drop(desk.tick(1000)));
    let later = marks(&desk, "◇");
    let left = |marks: &[(u16, u16)]| marks.iter().map(|(x, _)| *x).collect::<Vec<_>>();
    assert_eq!(later.len(), first.len());
    assert!(left(&later).iter().zip(left(&first)).all(|(now, then)| *now < then), "{first:?} {later:?}");
    (0..40).for_each(|_| drop(desk.tick(1000)));
    assert_eq!(marks(&desk, "◇").len(), 1, "a minute later only the host's five minutes remember it");
}

#[test]
fn another_domain_s_event_does_not_mark_this_one_s_graphs() {
    let mut desk = desk(160, 50);
    (0..20).for_each(|_| drop(desk.tick(1000)));
    desk.press("Home Enter");
    let other =
        desk.guests.iter().map(|g| g.domain.name.raw().to_owned()).find(|n| n != desk.cursor()).unwrap();
    desk.guest(&other).domain.key.id.get_or_insert(DomainId(1));
    set(&mut desk, &other, DomainState::Paused);
    assert_eq!(marks(&desk, "◇").len(), 1, "in the header, which shows the host");
}
