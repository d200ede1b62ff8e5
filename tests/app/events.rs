//! Events: keys in, what is listed, picked and gone to; jobs and refusals on the timeline.

use domtop::{
    app::{Effect, Mode, Msg, Panel},
    model::{Attempt, DomainState, HostId, Nanos, event::Who},
};

use crate::hosts::{Desk, guest};

/// Three guests that have run for a while.
fn desk() -> Desk {
    Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0), guest(3, "c", 20.0)])
}

/// What is listed, newest first: `a paused`.
fn listed(desk: &Desk) -> Vec<String> {
    let line =
        |entry: &domtop::app::events::Entry| format!("{} {}", entry.event.label(), entry.event.what.phrase());
    desk.app.listed_events().map(line).collect()
}

fn set(desk: &mut Desk, name: &str, state: DomainState) {
    desk.guest(name).domain.state = state;
    desk.tick(1000);
}

#[test]
fn six_opens_the_panel_gives_it_the_keys_and_closes_it() {
    let mut desk = desk();
    desk.press("6");
    assert_eq!((desk.app.screen.focus, desk.app.screen.open.len()), (Panel::Events, 2));
    desk.press("6");
    assert_eq!((desk.app.screen.focus, desk.app.screen.open.len()), (Panel::Domains, 1));
}

#[test]
fn the_first_reading_of_a_host_is_no_news() {
    assert_eq!(listed(&desk()), [] as [&str; 0]);
}

#[test]
fn what_a_snapshot_shows_is_listed_newest_first_also_while_the_screen_is_frozen() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    desk.press("f");
    set(&mut desk, "b", DomainState::Paused);
    assert_eq!(listed(&desk), ["b paused", "a crashed"]);
}

#[test]
fn enter_puts_the_cursor_on_the_domain_of_the_picked_event() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    set(&mut desk, "c", DomainState::Paused);
    desk.press("6 Down");
    assert_eq!(desk.app.picked_event(), 1);
    desk.press("Enter");
    assert_eq!((desk.cursor(), desk.app.screen.focus), ("a", Panel::Domains));
    assert!(desk.app.screen.open.contains(&Panel::Events) && !desk.app.screen.open.contains(&Panel::Detail));
}

#[test]
fn enter_on_a_domain_that_has_gone_or_is_filtered_out_says_so() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    desk.press("/b Enter 6 Enter");
    assert_eq!(desk.app.notice.as_ref().unwrap().text, "a is not in the filtered table");
    desk.press("1 Esc");
    desk.lose("a");
    desk.tick(5000);
    desk.press("6 Enter");
    assert_eq!(desk.app.notice.as_ref().unwrap().text, "a has gone");
    assert_eq!(desk.app.screen.focus, Panel::Events);
}

#[test]
fn the_picked_event_stays_picked_when_others_come_and_the_newest_stays_the_newest() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    set(&mut desk, "b", DomainState::Paused);
    desk.press("6");
    assert_eq!(desk.app.picked_event(), 0);
    set(&mut desk, "c", DomainState::Paused);
    assert_eq!(desk.app.picked_event(), 0, "on the newest, whichever that is");
    desk.press("End");
    set(&mut desk, "c", DomainState::Running);
    assert_eq!(desk.app.picked_event(), 3);
    assert_eq!(listed(&desk)[3], "a crashed");
}

#[test]
fn only_the_events_of_the_domain_under_the_cursor() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    set(&mut desk, "b", DomainState::Paused);
    desk.press("Home");
    assert_eq!(desk.cursor(), "b");
    desk.press("6 E");
    assert_eq!(listed(&desk), ["b paused"]);
    desk.press("E");
    assert_eq!(listed(&desk).len(), 2);
}

#[test]
fn a_job_is_one_event_that_tells_what_came_of_it_and_its_effect_is_ours() {
    let mut desk = desk();
    desk.press("Home s y");
    let outcome = |desk: &Desk| {
        let last = desk.app.listed_events().last().unwrap();
        (last.event.what.phrase().into_owned(), last.event.what.kind(), last.event.what.reason().into_owned())
    };
    assert_eq!(outcome(&desk), ("suspend b".into(), "asked", String::new()));
    desk.reported("xl", 1, "b");
    set(&mut desk, "b", DomainState::Paused);
    assert_eq!(outcome(&desk).1, "done");
    assert!(outcome(&desk).2.ends_with("s (xl)"), "{}", outcome(&desk).2);
    assert_eq!(listed(&desk), ["b paused", "b suspend b"]);
    let by = &desk.app.listed_events().next().unwrap().event.who;
    assert_eq!(*by, Who::Us("suspend b".into()));
    set(&mut desk, "c", DomainState::Paused);
    assert_eq!(desk.app.listed_events().next().unwrap().event.who, Who::Tool, "nobody here paused that one");
}

#[test]
fn what_was_taken_back_says_so_once_that_has_come_about() {
    let mut desk = desk();
    desk.press("Home s y");
    desk.reported("xl", 1, "b");
    set(&mut desk, "b", DomainState::Paused);
    desk.press("u");
    let kind = |desk: &Desk, title: &str| {
        let found = desk.app.listed_events().find(|e| e.event.what.phrase() == title);
        found.unwrap().event.what.kind()
    };
    assert_eq!((kind(&desk, "suspend b"), kind(&desk, "undo suspend b")), ("done", "asked"));
    desk.reported("xl", 2, "b");
    set(&mut desk, "b", DomainState::Running);
    assert_eq!((kind(&desk, "suspend b"), kind(&desk, "undo suspend b")), ("undone", "done"));
}

#[test]
fn a_refused_attempt_is_an_event_and_goes_to_the_audit() {
    let mut desk = desk();
    desk.app.hosts[0].mode = Mode::Viewer("-r was given".into());
    desk.press("Home");
    let effects = desk.press("s");
    let why = "this session only looks: -r was given";
    let domain = desk.app.selected().map(|domain| (domain.key, domain.name.clone()));
    let attempt = Attempt { command: "suspend b".into(), why: why.into(), domain };
    assert_eq!(effects, [Effect::Refused(HostId(0), attempt)]);
    let last = desk.app.listed_events().next().unwrap();
    assert_eq!((last.event.what.kind(), last.event.what.reason().as_ref()), ("refused", why));
}

#[test]
fn the_timeline_is_bounded_and_numbers_go_on() {
    let mut desk = desk();
    for n in 0..2100 {
        set(&mut desk, "a", if n % 2 == 0 { DomainState::Paused } else { DomainState::Running });
    }
    let numbers: Vec<u64> = desk.app.listed_events().map(|entry| entry.number).collect();
    assert_eq!((numbers.len(), numbers[0], numbers[1999]), (2000, 2100, 101));
}

#[test]
fn events_of_another_host_are_listed_where_it_is_shown() {
    let mut desk = Desk::unread(&[guest(1, "a", 1.0)], 2);
    for state in [DomainState::Running, DomainState::Paused] {
        desk.guest("a").domain.state = state;
        let snapshot = desk.snapshot(HostId(1));
        desk.tell(Msg::Sampled(HostId(1), std::sync::Arc::new(snapshot)));
        desk.tick(1000);
    }
    // Both were read in both states.
    assert_eq!(listed(&desk), ["a paused"]);
    desk.press("H");
    assert_eq!(listed(&desk), ["a paused"]);
    assert_eq!(desk.app.events.timeline(HostId(1)).unwrap().entries().count(), 1);
}

#[test]
fn marks_are_of_the_domain_or_of_all_and_no_older_than_asked() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    set(&mut desk, "b", DomainState::Paused);
    let a = desk.guest("a").domain.key;
    let count = |of, since| desk.app.events.marks(HostId(0), of, since).count();
    assert_eq!((count(None, Nanos(0)), count(Some(a), Nanos(0))), (2, 1));
    assert_eq!(count(None, desk.app.now), 1);
}

#[test]
fn a_click_picks_an_event_and_a_second_goes_to_its_domain() {
    let mut desk = desk();
    set(&mut desk, "a", DomainState::Crashed);
    set(&mut desk, "c", DomainState::Paused);
    desk.press("6");
    let mut regions = desk.regions(10);
    let area = domtop::app::Area { x: 1, y: 14, width: 58, height: 4 };
    regions.panels.push((Panel::Events, domtop::app::Area { x: 0, y: 13, width: 60, height: 6 }));
    regions.events = area;
    desk.tell(Msg::Drawn(regions));
    desk.click(5, 15);
    assert_eq!(desk.app.picked_event(), 1);
    desk.click(5, 15);
    assert_eq!((desk.cursor(), desk.app.screen.focus), ("a", Panel::Domains));
}
