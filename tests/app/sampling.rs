//! What samples do, and what is asked of the sampler.

use std::sync::Arc;

use domtop::{
    app::{Effect, Msg},
    model::{Demand, HostId, Nanos},
};

use crate::hosts::{Desk, MS, guest};

fn demands(effects: &[Effect]) -> Vec<(u16, Demand)> {
    let demand = |e: &Effect| match e {
        Effect::Demand(host, demand) => Some((host.0, demand.clone())),
        _ => None,
    };
    effects.iter().filter_map(demand).collect()
}

#[test]
fn at_the_start_every_host_gets_interval_and_demand_and_the_mouse_is_taken() {
    let desk = Desk::unread(&[], 2);
    let devices = Demand { devices: true, ..Demand::default() };
    assert_eq!(
        desk.effects,
        [
            Effect::Interval(HostId(0), Some(Nanos(1000 * MS))),
            Effect::Interval(HostId(1), Some(Nanos(1000 * MS))),
            Effect::Demand(HostId(0), devices),
            Effect::Demand(HostId(1), Demand::default()),
            Effect::Mouse(true),
        ]
    );
}

#[test]
fn demand_follows_what_is_shown_and_is_told_only_when_it_changes() {
    let mut desk = Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0)]);
    assert_eq!(demands(&desk.press(":columns Space name,cpu Enter")), [(0, Demand::default())]);
    assert!(demands(&desk.tick(100)).is_empty());
    let opened = demands(&desk.press("Enter"));
    assert_eq!(opened.len(), 1);
    assert!(opened[0].1.devices);
    assert_eq!(opened[0].1.focus, desk.app.table.cursor);
    assert!(demands(&desk.tick(100)).is_empty());
    let moved = demands(&desk.press("j"));
    assert_eq!(moved[0].1.focus.unwrap().id.unwrap().0, 1);
    assert_eq!(demands(&desk.press("Enter")), [(0, Demand::default())]);
    assert!(demands(&desk.press("O"))[0].1.devices, "the order needs them");
    assert!(!demands(&desk.press("P"))[0].1.devices);
    assert!(demands(&desk.press("/net>1M"))[0].1.devices, "the filter needs them");
}

#[test]
fn frozen_screen_stands_still_while_history_goes_on() {
    let mut desk = Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0)]);
    desk.press("f");
    let (shown, rates) = (desk.app.pane().shown.clone().unwrap(), desk.app.pane().rates.clone());
    let history = |desk: &Desk| {
        let pane = desk.app.pane();
        let of = &pane.history.domains[&desk.guests[0].domain.key];
        of.cpu.resample(Nanos(10_000 * MS), 20).collect::<Vec<_>>()
    };
    let before = history(&desk);
    desk.guest("a").cpu = 90.0;
    desk.guests.push(guest(3, "c", 1.0));
    (0..3).for_each(|_| drop(desk.tick(1000)));
    assert_eq!(desk.rows(), ["b", "a"]);
    assert!(Arc::ptr_eq(desk.app.pane().shown.as_ref().unwrap(), &shown));
    assert_eq!(desk.app.pane().rates, rates);
    assert!(!Arc::ptr_eq(desk.app.pane().latest.as_ref().unwrap(), &shown));
    assert_ne!(history(&desk), before);
    desk.press("f");
    assert_eq!(desk.rows().len(), 3);
    let cpu = desk.app.pane().rates.domains[0].cpu.unwrap();
    assert!((cpu - 90.0).abs() < 0.1, "rates are of the last interval, not of the time frozen: {cpu}");
    assert_eq!(desk.app.table.fresh.len(), 1);
}

#[test]
fn thawing_twice_without_a_sample_keeps_the_rates() {
    let mut desk = Desk::new(&[guest(1, "a", 10.0)]);
    let rates = desk.app.pane().rates.clone();
    desk.press("f f f f");
    assert_eq!(desk.app.pane().rates, rates);
    desk.press("f");
    desk.tick(500);
    desk.press("f");
    desk.tick(500);
    let cpu = desk.app.pane().rates.domains[0].cpu.unwrap();
    assert!((cpu - 10.0).abs() < 0.1, "{cpu}");
}

#[test]
fn pausing_leaves_every_host_in_peace() {
    let mut desk = Desk::unread(&[], 2);
    assert_eq!(desk.press("Z"), [Effect::Interval(HostId(0), None), Effect::Interval(HostId(1), None)]);
    assert_eq!(desk.press("F5"), [Effect::Poke(HostId(0))]);
    let second = Some(Nanos(1000 * MS));
    assert_eq!(desk.press("Z"), [Effect::Interval(HostId(0), second), Effect::Interval(HostId(1), second)]);
}

#[test]
fn the_interval_walks_in_steps_between_its_bounds() {
    let mut desk = Desk::unread(&[], 1);
    let interval = |effects: Vec<Effect>| match effects[..] {
        [Effect::Interval(_, Some(interval))] => interval.0 / MS,
        _ => panic!("{effects:?}"),
    };
    assert_eq!(interval(desk.press("-")), 500);
    let down: Vec<u64> = (0..7).map(|_| interval(desk.press("-"))).collect();
    assert_eq!(down, [200, 100, 50, 20, 10, 10, 10]);
    let up: Vec<u64> = (0..14).map(|_| interval(desk.press("+"))).collect();
    assert_eq!(up[9..], [30_000, 60_000, 120_000, 300_000, 300_000]);
}

#[test]
fn samples_of_a_host_that_is_not_shown_are_kept_for_later() {
    let mut desk = Desk::unread(&[guest(1, "a", 10.0)], 2);
    desk.sample();
    let mut other = desk.snapshot(HostId(1));
    other.domains[0].name = domtop::model::Name::new("elsewhere");
    desk.tell(Msg::Sampled(HostId(1), Arc::new(other)));
    assert_eq!(desk.rows(), ["a"]);
    let effects = desk.press("H");
    assert_eq!(desk.rows(), ["elsewhere"]);
    assert_eq!(demands(&effects).len(), 2, "one host is read for less, the other for more: {effects:?}");
    desk.press("H");
    assert_eq!((desk.rows(), desk.cursor()), (vec!["a".to_owned()], "a"));
}

#[test]
fn a_sample_of_an_unknown_host_is_ignored() {
    let mut desk = Desk::new(&[guest(1, "a", 10.0)]);
    let snapshot = desk.snapshot(HostId(7));
    desk.tell(Msg::Sampled(HostId(7), Arc::new(snapshot)));
    assert_eq!(desk.rows(), ["a"]);
}

#[test]
fn a_host_that_was_never_shown_shows_its_first_snapshot_even_frozen() {
    let mut desk = Desk::unread(&[guest(1, "a", 10.0)], 1);
    desk.press("f");
    desk.sample();
    assert_eq!(desk.rows(), ["a"]);
    desk.guests.push(guest(2, "b", 1.0));
    desk.tick(1000);
    assert_eq!(desk.rows(), ["a"]);
}
