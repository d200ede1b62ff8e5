//! Rows: order, cursor, what is new, what has gone.

use domtop::{
    app::Column,
    model::{DomainState, GuestType, KiB, Nanos, Reading},
};

use crate::hosts::{Desk, guest};

fn three() -> Desk {
    Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0), guest(3, "c", 20.0)])
}

#[test]
fn rows_are_sorted_by_cpu_the_busiest_first() {
    assert_eq!(three().rows(), ["b", "c", "a"]);
}

#[test]
fn a_cursor_nobody_moved_starts_on_the_first_row_once_there_are_rates() {
    assert_eq!(three().cursor(), "b");
}

#[test]
fn the_cursor_follows_the_domain_not_the_row() {
    let mut desk = three();
    desk.press("j");
    assert_eq!(desk.cursor(), "c");
    desk.guest("c").cpu = 90.0;
    (0..5).for_each(|_| drop(desk.tick(1000)));
    assert_eq!(desk.rows(), ["c", "b", "a"]);
    assert_eq!(desk.cursor(), "c");
    desk.press("A");
    assert_eq!(desk.rows(), ["a", "b", "c"]);
    assert_eq!((desk.cursor(), desk.app.table.selected), ("c", 2));
}

#[test]
fn a_cursor_nobody_moved_stays_on_the_first_row() {
    let mut desk = three();
    assert_eq!(desk.cursor(), "b");
    desk.guest("c").cpu = 90.0;
    (0..5).for_each(|_| drop(desk.tick(1000)));
    assert_eq!((desk.rows()[0].as_str(), desk.cursor(), desk.app.table.selected), ("c", "c", 0));
}

#[test]
fn who_is_looked_at_in_full_keeps_the_cursor() {
    let mut desk = three();
    desk.press("Enter");
    desk.guest("c").cpu = 90.0;
    (0..5).for_each(|_| drop(desk.tick(1000)));
    assert_eq!((desk.rows()[0].as_str(), desk.cursor()), ("c", "b"));
}

#[test]
fn the_cursor_follows_a_domain_through_its_reboot() {
    let mut desk = three();
    desk.press("j");
    let again = desk.guest("c").domain.key.uuid;
    let mut reborn = guest(9, "c", 20.0);
    reborn.domain.key.uuid = again;
    desk.lose("c");
    desk.guests.push(reborn);
    desk.tick(1000);
    assert_eq!(desk.cursor(), "c");
    assert!(!desk.rows().contains(&"-c".to_owned()), "it did not go, it runs under another id");
}

#[test]
fn a_domain_that_goes_fades_and_the_cursor_moves_to_its_neighbour() {
    let mut desk = three();
    desk.press("j");
    desk.lose("c");
    desk.tick(100);
    assert_eq!(desk.rows(), ["b", "-c", "a"], "it fades where it stood");
    assert_eq!(desk.cursor(), "a");
    desk.wait(950);
    assert_eq!(desk.rows(), ["b", "-c", "a"]);
    desk.wait(100);
    assert_eq!(desk.rows(), ["b", "a"]);
    assert_eq!((desk.cursor(), desk.app.table.selected), ("a", 1));
}

#[test]
fn the_cursor_passes_over_rows_that_fade() {
    let mut desk = three();
    desk.lose("c");
    desk.tick(100);
    desk.press("j");
    assert_eq!(desk.cursor(), "a");
    desk.press("k");
    assert_eq!(desk.cursor(), "b");
}

#[test]
fn the_last_domain_that_goes_leaves_no_cursor() {
    let mut desk = Desk::new(&[guest(1, "a", 1.0)]);
    desk.lose("a");
    desk.tick(100);
    assert_eq!(desk.rows(), ["-a"]);
    assert_eq!(desk.app.table.cursor, None);
}

#[test]
fn a_domain_that_comes_glows_for_a_second_and_those_there_from_the_start_do_not() {
    let mut desk = three();
    assert!(desk.app.table.fresh.is_empty());
    desk.guests.push(guest(4, "d", 1.0));
    desk.tick(100);
    assert_eq!(desk.app.table.fresh.keys().map(|k| k.id.unwrap().0).collect::<Vec<_>>(), [4]);
    desk.wait(999);
    assert_eq!(desk.app.table.fresh.len(), 1);
    desk.wait(1);
    assert!(desk.app.table.fresh.is_empty());
}

#[test]
fn rows_do_not_hop_for_noise() {
    let mut desk = Desk::new(&[guest(1, "a", 50.0), guest(2, "b", 49.0)]);
    for (a, b) in [(49.0, 50.0), (48.5, 50.5), (50.0, 49.5), (48.0, 50.0)] {
        (desk.guest("a").cpu, desk.guest("b").cpu) = (a, b);
        desk.tick(1000);
        assert_eq!(desk.rows(), ["a", "b"]);
    }
}

#[test]
fn rows_move_for_more_than_noise() {
    let mut desk = Desk::new(&[guest(1, "a", 50.0), guest(2, "b", 40.0)]);
    desk.guest("b").cpu = 80.0;
    (0..3).for_each(|_| drop(desk.tick(1000)));
    assert_eq!(desk.rows(), ["b", "a"]);
}

#[test]
fn a_spike_of_one_fast_tick_does_not_move_a_row() {
    let mut desk = Desk::new(&[guest(1, "a", 50.0), guest(2, "b", 20.0)]);
    desk.guest("b").cpu = 100.0;
    desk.tick(10);
    assert_eq!(desk.rows(), ["a", "b"]);
}

#[test]
fn on_demand_the_order_is_exact() {
    let mut desk = Desk::new(&[guest(1, "a", 50.0), guest(2, "b", 49.0)]);
    (desk.guest("a").cpu, desk.guest("b").cpu) = (49.0, 50.0);
    desk.tick(1000);
    assert_eq!(desk.rows(), ["a", "b"]);
    desk.press(".");
    assert_eq!(desk.rows(), ["b", "a"]);
}

#[test]
fn ties_stand_by_name_then_by_id_in_both_directions() {
    let mut desk = Desk::new(&[guest(1, "b", 5.0), guest(2, "a", 5.0), guest(3, "a", 5.0)]);
    let ids = |desk: &Desk| -> Vec<u32> {
        desk.app.table.rows.iter().map(|r| desk.app.domain(*r).unwrap().key.id.unwrap().0).collect()
    };
    assert_eq!(ids(&desk), [2, 3, 1]);
    desk.press("I");
    assert!(!desk.app.table.descending);
    assert_eq!(ids(&desk), [2, 3, 1]);
}

#[test]
fn domains_without_a_value_stand_last_in_both_directions() {
    let mut desk = three();
    desk.guest("b").domain.max_memory = Reading::Unsupported;
    desk.tick(1000);
    desk.press(":sort Space maxmem Enter");
    assert_eq!(desk.app.table.sort, Column::MaxMemory);
    assert_eq!(desk.rows(), ["a", "c", "b"]);
    desk.press("I");
    assert_eq!(desk.rows(), ["a", "c", "b"]);
}

/// Three guests that differ in everything: `b` has most, then `c`, then `a`.
fn different() -> Desk {
    let mut guests = [guest(3, "b", 30.0), guest(1, "a", 10.0), guest(2, "c", 20.0)];
    let states = [DomainState::Paused, DomainState::Running, DomainState::Blocked];
    let types = [GuestType::Pvh, GuestType::Pv, GuestType::Hvm];
    for ((guest, n), (state, kind)) in guests.iter_mut().zip([3u32, 1, 2]).zip(states.into_iter().zip(types))
    {
        let domain = &mut guest.domain;
        domain.vcpus.online = n;
        domain.memory = KiB(u64::from(n) << 20);
        domain.max_memory = Reading::Known(KiB(u64::from(n) << 21));
        domain.target = Reading::Known(KiB(u64::from(n) << 19));
        domain.pool = Reading::Known(n);
        domain.guest = Reading::Known(kind);
        domain.state = state;
        guest.net = u64::from(n) * 1_000_000;
    }
    guests.sort_by_key(|g| g.domain.key);
    Desk::new(&guests)
}

#[test]
fn every_column_sorts_both_ways() {
    let mut desk = different();
    for (selected, column) in Column::ALL.iter().enumerate() {
        desk.app.table.sort = if *column == Column::Id { Column::Name } else { Column::Id };
        desk.press("F6 Home");
        (0..selected).for_each(|_| drop(desk.press("Down")));
        desk.press("Enter");
        assert_eq!((desk.app.table.sort, desk.app.table.descending), (*column, column.descending()));
        let up = if *column == Column::Name { ["a", "b", "c"] } else { ["a", "c", "b"] };
        let down = if *column == Column::Name { ["c", "b", "a"] } else { ["b", "c", "a"] };
        let (first, second) = if column.descending() { (down, up) } else { (up, down) };
        assert_eq!(desk.rows(), first, "{column:?}");
        desk.press("I");
        assert_eq!(desk.rows(), second, "{column:?}, turned round");
    }
}

#[test]
fn each_sort_key_sorts_by_its_column() {
    let mut desk = different();
    desk.app.table.sort = Column::Uuid;
    for (key, column) in [
        ("P", Column::Cpu),
        ("M", Column::Memory),
        ("T", Column::CpuTime),
        ("#", Column::Id),
        ("A", Column::Name),
        ("B", Column::Net),
        ("O", Column::Disk),
    ] {
        desk.press(key);
        assert_eq!((desk.app.table.sort, desk.app.table.descending), (column, column.descending()));
    }
    desk.press("<");
    assert_eq!(desk.app.table.sort, Column::Net);
    desk.press("> >");
    assert_eq!(desk.app.table.sort, Column::Disk, "there is no shown column beyond the last");
    assert!(desk.app.table.descending);
}

#[test]
fn the_page_follows_the_cursor() {
    let guests: Vec<_> = (1..=30).map(|n| guest(n, &format!("vm{n:02}"), 100.0 - f64::from(n))).collect();
    let mut desk = Desk::new(&guests);
    desk.press("PageDown");
    assert_eq!((desk.app.table.selected, desk.app.table.offset), (10, 1));
    desk.press("G");
    assert_eq!((desk.app.table.selected, desk.app.table.offset), (29, 20));
    desk.draw(25);
    assert_eq!(desk.app.table.offset, 5, "no empty lines below the last row");
    assert!(desk.app.changed, "the frame that was drawn stood elsewhere");
    desk.press("g");
    assert_eq!((desk.app.table.selected, desk.app.table.offset), (0, 0));
    desk.draw(25);
    assert!(!desk.app.changed);
}

#[test]
fn a_wild_clock_harms_nothing() {
    let mut desk = three();
    desk.tell(domtop::app::Msg::Clock(Nanos(u64::MAX)));
    desk.lose("a");
    desk.tick(10);
    desk.tell(domtop::app::Msg::Clock(Nanos(0)));
    desk.tick(10);
    assert!(desk.rows().len() >= 2);
}

#[test]
fn a_table_that_is_not_on_the_screen_comes_back_with_the_cursor_on_its_page() {
    let guests: Vec<_> = (1..=30).map(|n| guest(n, &format!("vm{n:02}"), 100.0 - f64::from(n))).collect();
    let mut desk = Desk::new(&guests);
    desk.press("G");
    desk.draw(0);
    desk.press("g");
    assert_eq!((desk.app.table.selected, desk.app.table.offset), (0, 0));
}

#[test]
fn a_domain_that_comes_back_while_it_fades_stands_there_once() {
    let mut desk = three();
    let guests = desk.guests.clone();
    desk.lose("c");
    desk.tick(100);
    desk.guests = guests;
    desk.tick(100);
    let mut rows = desk.rows();
    rows.sort();
    assert_eq!(rows, ["a", "b", "c"]);
}

#[test]
fn the_mark_of_a_domain_goes_with_it() {
    let mut desk = three();
    let keys = ["a", "c"].map(|name| desk.guest(name).domain.key);
    desk.app.table.marks.extend(keys);
    desk.lose("c");
    desk.tick(100);
    assert_eq!(desk.app.table.marks.iter().copied().collect::<Vec<_>>(), [keys[0]]);
}

#[test]
fn a_frame_is_asked_for_when_something_fades_away_and_not_for_nothing() {
    let mut desk = three();
    desk.draw(10);
    desk.wait(1);
    assert!(!desk.app.changed, "nothing on the screen depends on a millisecond");
    desk.wait(1000);
    assert!(desk.app.changed, "what tells how old it is depends on a second");
    desk.lose("c");
    desk.wait(500);
    desk.tick(1);
    desk.wait(700);
    desk.draw(10);
    desk.wait(299);
    assert!(!desk.app.changed && desk.rows().len() == 3);
    desk.wait(1);
    assert!(desk.app.changed && desk.rows().len() == 2);
}
