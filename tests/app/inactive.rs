//! Domains that are defined and do not run: rows among the others, and what makes sense for them.

use domtop::{
    app::{Column, Effect, Overlay},
    model::{DomainState, KiB},
};

use crate::hosts::{Desk, Guest, guest};

/// A domain that does not run.
fn off(id: u32, name: &str) -> Guest {
    let mut off = guest(id, name, 0.0);
    off.domain.key.id = None;
    off.domain.state = DomainState::Off;
    off.domain.memory = KiB(0);
    off.domain.cpu_time.0 = 0;
    off
}

fn desk() -> Desk {
    // Drivers tell those that run first.
    Desk::new(&[guest(1, "db", 30.0), guest(3, "web1", 20.0), off(2, "archive"), off(4, "attic")])
}

fn notice(desk: &Desk) -> String {
    desk.app.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

fn ordered(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Run(..)))
}

#[test]
fn what_does_not_run_has_no_load_and_stands_below_what_does() {
    let desk = desk();
    assert_eq!(desk.rows(), ["db", "web1", "archive", "attic"]);
    let pane = desk.app.pane();
    assert_eq!(pane.rates.domains[2].cpu, None, "nothing is not 0 %");
}

#[test]
fn sorting_by_any_column_either_way_keeps_every_row() {
    let mut desk = desk();
    for column in Column::ALL {
        for _ in 0..2 {
            desk.press(": sort Space");
            desk.tell(domtop::app::Msg::Input(crossterm::event::Event::Paste(column.word().to_owned())));
            desk.press("Enter");
            let mut rows = desk.rows();
            rows.sort();
            assert_eq!(rows, ["archive", "attic", "db", "web1"], "{}", column.word());
        }
    }
    for key in ["#", "P"] {
        desk.press(key);
        assert_eq!(desk.rows()[2..], ["archive", "attic"], "{key}: what has no value is last");
        desk.press("I");
        assert_eq!(desk.rows()[2..], ["archive", "attic"], "{key}, the other way round");
    }
}

#[test]
fn a_key_leaves_them_out_and_brings_them_back() {
    let mut desk = desk();
    desk.press("End");
    assert_eq!(desk.cursor(), "attic");
    desk.press("0");
    assert_eq!(desk.rows(), ["db", "web1"]);
    assert!(matches!(desk.cursor(), "db" | "web1"), "the cursor is on a row there is");
    let guest = desk.guest("web1");
    (guest.domain.state, guest.domain.key.id) = (DomainState::Off, None);
    desk.tick(2000);
    desk.wait(2000);
    assert_eq!(desk.rows(), ["db"], "also what stops to run");
    desk.press("0");
    assert_eq!(desk.rows().len(), 4);
}

#[test]
fn what_needs_a_running_domain_is_refused_with_the_reason() {
    for (key, name) in [
        ("s", "suspend"),
        ("r", "resume"),
        ("S", "shutdown"),
        ("R", "reboot"),
        ("D", "destroy"),
        ("W /nonexistent/f Enter", "save"),
        ("Y /nonexistent/f Enter", "dump"),
    ] {
        let mut desk = desk();
        desk.press("End");
        let effects = desk.press(key);
        assert!(!ordered(&effects) && desk.app.overlay.is_none(), "{name}");
        let told = format!("{name}: attic does not run: `start` starts it");
        assert_eq!(notice(&desk), told);
    }
}

#[test]
fn what_runs_is_not_started_and_what_does_not_is() {
    let mut desk = desk();
    assert!(!ordered(&desk.press("a")));
    assert_eq!(notice(&desk), "start: db runs already");
    desk.press("End");
    assert!(ordered(&desk.press("a")));
}

#[test]
fn of_many_only_those_it_makes_sense_for_are_hit_and_the_others_are_named() {
    let mut desk = desk();
    desk.press("Ctrl-a s");
    let Some(Overlay::Confirm { intent, .. }) = &desk.app.overlay else { panic!("it is asked about") };
    let names: Vec<_> =
        intent.acts.iter().filter_map(|act| Some(act.target.as_ref()?.name.clone())).collect();
    assert_eq!(names, ["db", "web1"]);
    let notes: Vec<String> = intent.notes.iter().map(ToString::to_string).collect();
    assert!(notes.iter().any(|note| note.starts_with("archive does not run")), "{notes:?}");
}

#[test]
fn forgetting_one_that_runs_takes_its_name_and_one_that_does_not_a_yes() {
    let mut desk = desk();
    desk.press("U");
    assert!(matches!(desk.app.overlay, Some(Overlay::TypeTheName { .. })));
    desk.press("Esc End U");
    assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })));
}

#[test]
fn an_old_reading_of_a_host_refuses_nothing() {
    let mut desk = desk();
    desk.press("End");
    desk.tick_with(1000, |snapshot| snapshot.stale = Some("no answer".into()));
    desk.press("s");
    assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })), "the drivers know better");
}
