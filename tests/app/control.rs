//! Control: guards, targets, jobs, plans, taking back.

use domtop::{
    app::{Effect, Mode, Msg, Overlay, jobs::Stage, jobs::Undo, regions::Regions},
    model::{
        Attempt, CpuSet, DomainId, DomainKey, DomainState, Failure, HostId, JobId, KiB, Kind, Name, Nanos,
        Op, Order, Reading, Reason, Report, Standing, Step, Trail,
        pursuit::Verdict,
        request::{Change, PinRequest, Request},
    },
};
use proptest::prelude::*;

use crate::hosts::{Desk, Guest, guest};

fn desk() -> Desk {
    let mut desk = Desk::new(&[guest(1, "web1", 40.0), guest(2, "web2", 30.0), guest(3, "db", 20.0)]);
    desk.press("A");
    desk
}

/// The orders among some effects.
fn orders(effects: &[Effect]) -> Vec<Order> {
    let order = |effect: &Effect| match effect {
        Effect::Run(HostId(0), order) => Some(order.clone()),
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

/// The domains and changes of some orders.
fn changes(orders: &[Order]) -> Vec<(u32, Change)> {
    let request = |request: &Request| match request {
        Request::Domain(key, change) => (key.id.map_or(0, |id| id.0), change.clone()),
        other => panic!("{other:?} is about no domain"),
    };
    orders.iter().flat_map(|order| order.requests.iter().map(request)).collect()
}

fn pressed(desk: &mut Desk, keys: &str) -> Vec<(u32, Change)> {
    changes(&orders(&desk.press(keys)))
}

/// A word as keys.
fn spelled(word: &str) -> String {
    word.chars().map(|c| c.to_string()).collect::<Vec<_>>().join(" ")
}

fn trail() -> Trail {
    Trail(vec![Step { driver: "xenstore".into(), refused: None, lost: Vec::new() }])
}

/// The drivers do an order: the domain is as `change` leaves it.
fn done(desk: &mut Desk, order: &Order, change: impl FnOnce(&mut Guest)) -> Vec<Effect> {
    let Some(Request::Domain(key, _)) = order.requests.first() else { panic!("it is of no domain") };
    let place = desk.guests.iter().position(|guest| guest.domain.key == *key).expect("it is there");
    let before = Some(Standing::of(&desk.guests[place].domain));
    change(&mut desk.guests[place]);
    let after = Some(Standing::of(&desk.guests[place].domain));
    let trails = order.requests.iter().map(|_| trail()).collect();
    report(desk, order.job, Report { before, after, trails, failure: None, notes: Vec::new() })
}

fn report(desk: &mut Desk, job: JobId, report: Report) -> Vec<Effect> {
    desk.tell(Msg::Reported(HostId(0), job, Box::new(report)))
}

fn failed(op: Op) -> Report {
    let reason = Reason { driver: "xl".into(), kind: Kind::Failed, message: "it is busy".into(), hint: None };
    let failure = Some(Failure { op, subject: "".into(), reasons: vec![reason] });
    Report { before: None, after: None, trails: Vec::new(), failure, notes: Vec::new() }
}

fn stages(desk: &Desk) -> Vec<Stage> {
    desk.app.jobs.list().map(|job| job.stage).collect()
}

#[test]
fn what_stops_a_guest_is_asked_about_and_only_y_says_yes() {
    for (key, change) in [("s", Change::Suspend), ("S", Change::Shutdown), ("R", Change::Reboot)] {
        let mut desk = desk();
        assert_eq!(pressed(&mut desk, key), []);
        assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })), "{key}");
        assert_eq!(pressed(&mut desk, "Enter Enter Space Enter"), [], "Enter may be one too many");
        assert!(desk.app.overlay.is_some());
        assert_eq!(pressed(&mut desk, "y"), [(3, change)], "db is first by name");
        assert!(desk.app.overlay.is_none());
    }
}

#[test]
fn no_and_esc_leave_all_as_it_is() {
    for key in ["n", "Esc", "q"] {
        let mut desk = desk();
        assert_eq!(pressed(&mut desk, &format!("S {key}")), []);
        assert!(desk.app.overlay.is_none(), "{key}");
        assert_eq!(desk.app.jobs.list().len(), 0);
    }
}

#[test]
fn to_destroy_a_running_domain_its_name_is_typed() {
    let mut desk = desk();
    assert_eq!(pressed(&mut desk, "D"), []);
    assert_eq!(pressed(&mut desk, "y Enter"), [], "y is a letter of the name here");
    assert!(matches!(&desk.app.overlay, Some(Overlay::TypeTheName { error: Some(_), .. })));
    assert_eq!(pressed(&mut desk, "Backspace Enter"), []);
    assert_eq!(pressed(&mut desk, "db Enter"), [(3, Change::Destroy)]);
}

#[test]
fn to_destroy_one_that_does_not_run_is_confirmed() {
    let mut desk = desk();
    desk.guest("db").domain.state = DomainState::Crashed;
    desk.tick(1000);
    desk.press("D");
    assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })));
    assert_eq!(pressed(&mut desk, "y"), [(3, Change::Destroy)]);
}

#[test]
fn what_would_run_into_something_is_shown_first_and_the_control_domain_wants_its_name() {
    let mut desk = desk();
    assert_eq!(pressed(&mut desk, "v 9 Enter"), []);
    let Some(Overlay::Confirm { intent, .. }) = &desk.app.overlay else { panic!("it asks") };
    assert!(intent.notes[0].to_string().contains("4 at most"), "{:?}", intent.notes);
    assert_eq!(pressed(&mut desk, "y"), [(3, Change::SetVcpus(9))], "it may be meant");
    desk.guests.push(guest(0, "Domain-0", 1.0));
    desk.tick(1000);
    desk.press("g S");
    assert!(
        matches!(&desk.app.overlay, Some(Overlay::TypeTheName { intent, .. }) if intent.notes.len() == 1)
    );
    assert_eq!(pressed(&mut desk, "D o m a i n - 0 Enter"), [(0, Change::Shutdown)]);
}

#[test]
fn the_domain_under_the_cursor_when_the_key_was_pressed_is_hit_though_rows_moved() {
    let mut desk = desk();
    desk.press("S");
    desk.guest("db").domain.name = Name::new("zz");
    desk.guests.push(guest(9, "aaa", 1.0));
    desk.tick(1000);
    assert_eq!(desk.cursor(), "zz", "the cursor follows its domain");
    desk.press("g");
    assert_eq!(pressed(&mut desk, "y"), [(3, Change::Shutdown)]);
    let key = DomainKey { id: Some(DomainId(3)), uuid: desk.guests[2].domain.key.uuid };
    assert!(matches!(&orders(&desk.effects)[0].requests[0], Request::Domain(hit, _) if *hit == key));
}

#[test]
fn words_that_are_missing_are_asked_for_and_wrong_ones_told() {
    let mut desk = desk();
    assert_eq!(pressed(&mut desk, "m"), []);
    assert!(matches!(desk.app.overlay, Some(Overlay::Arguments { .. })));
    assert_eq!(pressed(&mut desk, "1 x Enter"), []);
    assert!(
        matches!(&desk.app.overlay, Some(Overlay::Arguments { error: Some(why), .. }) if why.contains("1x"))
    );
    assert_eq!(pressed(&mut desk, "Backspace G Enter"), [(3, Change::SetMemory(KiB(1 << 20)))]);
}

#[test]
fn the_palette_takes_a_command_line() {
    let pin = |vcpu, cpus: &str| {
        Change::Pin(PinRequest { vcpu, hard: Some(cpus.parse::<CpuSet>().unwrap()), soft: None })
    };
    for (line, wanted) in [
        ("setvcpus 3", (3, Change::SetVcpus(3))),
        ("setvcpus web2 3", (2, Change::SetVcpus(3))),
        ("pin 0 1-2", (3, pin(Some(0), "1-2"))),
        ("pin web1 all 0-1", (1, pin(None, "0-1"))),
        ("sched weight=512", (3, Change::SetScheduler { weight: Some(512), cap: None })),
        ("sched web1 cap=50 weight=2", (1, Change::SetScheduler { weight: Some(2), cap: Some(50) })),
        ("rename 2 other", (2, Change::Rename("other".into()))),
    ] {
        let mut desk = desk();
        desk.press(":");
        desk.tell(Msg::Input(crossterm::event::Event::Paste(line.into())));
        assert_eq!(changes(&orders(&desk.press("Enter"))), [wanted], "{line}");
    }
}

#[test]
fn a_line_that_makes_no_sense_changes_nothing_and_says_why() {
    for (line, says) in [
        ("setvcpus 0", "1 is the least"),
        ("setvcpus nobody 2", "no domain"),
        ("setmem 0", "no memory"),
        ("pin 0 9-", "no set of CPUs"),
        ("pin 0 0,^0", "it is empty"),
        ("sched weight=0", "1 is the least"),
        ("sched colour=2", "weight=N"),
        ("autostart perhaps", "`on` nor `off`"),
    ] {
        let mut desk = desk();
        desk.press(":");
        desk.tell(Msg::Input(crossterm::event::Event::Paste(line.into())));
        assert_eq!(orders(&desk.press("Enter")), [], "{line}");
        let notice = desk.app.notice.as_ref().expect(line);
        assert!(notice.error && notice.text.contains(says), "{line}: {}", notice.text);
    }
}

#[test]
fn a_viewer_changes_nothing_and_the_audit_hears_of_the_try() {
    let mut desk = desk();
    desk.app.hosts[0].mode = Mode::Viewer("opened with -r".into());
    let effects = desk.press("S");
    assert!(desk.app.overlay.is_none() && orders(&effects).is_empty());
    assert!(
        matches!(&effects[..], [Effect::Refused(HostId(0), Attempt { command, why, domain: Some((_, name)) })]
            if command == "shutdown db" && name.raw() == "db" && why.contains("opened with -r")),
        "{effects:?}"
    );
    for command in domtop::app::command::COMMANDS.iter().filter(|c| c.op.is_some_and(Op::changes)) {
        for key in command.keys {
            assert_eq!(orders(&desk.press(key)), [], "{}", command.name);
            assert!(desk.app.overlay.is_none(), "{}", command.name);
        }
    }
}

#[test]
fn a_job_has_come_about_when_a_snapshot_shows_it() {
    let mut desk = desk();
    let order = orders(&desk.press("S y")).remove(0);
    assert_eq!(stages(&desk), [Stage::Sent]);
    let effects = done(&mut desk, &order, |_| {});
    assert!(effects.contains(&Effect::Poke(HostId(0))), "the next snapshot tells the truth");
    desk.tick(100);
    assert_eq!(stages(&desk), [Stage::Underway]);
    assert!(desk.app.jobs.pending(HostId(0), desk.guests[2].domain.key).is_some());
    desk.lose("db");
    desk.tick(100);
    assert_eq!(stages(&desk), [Stage::Done]);
}

#[test]
fn a_shutdown_request_that_stands_is_waited_for_and_then_said_to_be_ignored() {
    let mut desk = desk();
    let order = orders(&desk.press("S y")).remove(0);
    let effects = done(&mut desk, &order, |_| {});
    let key = desk.guests[2].domain.key;
    let asked = |effect: &Effect| matches!(effect, Effect::Demand(_, demand) if demand.awaited == [key]);
    assert!(effects.iter().any(asked), "the sampler is told to look: {effects:?}");
    let verdicts: Vec<_> = (0..20)
        .map(|_| {
            desk.tick_with(1000, |snapshot| snapshot.requests.push((key, Name::new("poweroff"))));
            desk.app.jobs.list().next().unwrap().verdict().unwrap()
        })
        .collect();
    assert_eq!(verdicts[0], Verdict::Waiting);
    assert_eq!(verdicts[19], Verdict::Ignored);
    assert_eq!(stages(&desk), [Stage::Underway], "it may still come");
    desk.tick(1000);
    assert_eq!(desk.app.jobs.list().next().unwrap().verdict(), Some(Verdict::Ignored));
    desk.guest("db").domain.state = DomainState::ShutDown(domtop::model::ShutdownReason::Poweroff);
    desk.tick(1000);
    assert_eq!(stages(&desk), [Stage::Done]);
}

#[test]
fn memory_is_followed_with_its_pace_until_it_is_there() {
    let mut desk = desk();
    let order = orders(&desk.press("m 5 1 2 M Enter")).remove(0);
    done(&mut desk, &order, |guest| guest.domain.target = Reading::Known(KiB(512 << 10)));
    let job = |desk: &Desk| desk.app.jobs.list().next().unwrap().clone();
    for mib in [1024, 900, 800, 700] {
        desk.guest("db").domain.memory = KiB(mib << 10);
        desk.tick(1000);
    }
    let pursuit = job(&desk).pursuit.unwrap();
    assert_eq!((pursuit.verdict(), pursuit.actual()), (Verdict::Moving, "700 MiB"));
    assert_eq!(pursuit.requested(), "512 MiB");
    assert_eq!(pursuit.pace(), "-108.0 MiB/s");
    (0..7).for_each(|_| drop(desk.tick(1000)));
    assert_eq!(job(&desk).verdict(), Some(Verdict::Ignored), "nothing moved for longer than its patience");
    desk.guest("db").domain.memory = KiB(513 << 10);
    desk.tick(1000);
    assert_eq!((job(&desk).stage, job(&desk).verdict()), (Stage::Done, Some(Verdict::Reached)));
}

#[test]
fn a_failure_keeps_every_drivers_reason_and_is_told() {
    let mut desk = desk();
    let order = orders(&desk.press("S y")).remove(0);
    report(&mut desk, order.job, failed(Op::Shutdown));
    assert_eq!(stages(&desk), [Stage::Failed]);
    let notice = desk.app.notice.as_ref().unwrap();
    assert!(notice.error && notice.text.contains("xl: it is busy"), "{}", notice.text);
}

#[test]
fn u_takes_back_the_last_change_by_what_stood_before() {
    let mut desk = desk();
    let order = orders(&desk.press("v 4 Enter")).remove(0);
    assert_eq!(changes(std::slice::from_ref(&order)), [(3, Change::SetVcpus(4))]);
    done(&mut desk, &order, |guest| guest.domain.vcpus.online = 4);
    desk.tick(100);
    let back = orders(&desk.press("u")).remove(0);
    assert_eq!(changes(std::slice::from_ref(&back)), [(3, Change::SetVcpus(2))]);
    let undoes = back.undoes.as_ref().expect("it is held to what stood");
    assert_eq!((undoes.before.vcpus.online, undoes.after.vcpus.online), (2, 4));
    assert_eq!(back.command, "undo setvcpus db 4");
    assert_eq!(orders(&desk.press("u")), [], "once only, and the undoing is not undone");
}

#[test]
fn what_cannot_be_taken_back_says_so_and_is_passed_over() {
    let mut desk = desk();
    let suspend = orders(&desk.press("s y")).remove(0);
    done(&mut desk, &suspend, |guest| guest.domain.state = DomainState::Paused);
    desk.tick(100);
    let shutdown = orders(&desk.press("Down S y")).remove(0);
    done(&mut desk, &shutdown, |_| {});
    desk.tick(100);
    let undo = |desk: &Desk| desk.app.jobs.list().last().unwrap().undo.clone();
    assert!(matches!(undo(&desk), Undo::No(why) if why.contains("cannot be asked to forget")));
    assert_eq!(pressed(&mut desk, "u"), [(3, Change::Resume)]);
}

#[test]
fn a_provisional_change_is_taken_back_unless_it_is_kept() {
    for keep in [false, true] {
        let mut desk = desk();
        desk.press(": p r o v i s i o n a l Space 1 0 Enter");
        let order = orders(&desk.press("v 4 Enter")).remove(0);
        done(&mut desk, &order, |guest| guest.domain.vcpus.online = 4);
        desk.tick(100);
        assert_eq!(desk.app.provisional().len(), 1);
        if keep {
            desk.press("K");
        }
        desk.effects.clear();
        desk.wait(9000);
        assert_eq!(orders(&desk.effects), []);
        desk.wait(2000);
        let back = changes(&orders(&desk.effects));
        assert_eq!(back, if keep { vec![] } else { vec![(3, Change::SetVcpus(2))] });
        assert_eq!(desk.app.provisional().len(), 0);
    }
}

#[test]
fn quitting_with_changes_not_kept_asks_and_either_answer_is_carried_out() {
    let provisional = || {
        let mut desk = desk();
        desk.app.settings.revert_after = Some(Nanos(60_000_000_000));
        let order = orders(&desk.press("v 4 Enter")).remove(0);
        done(&mut desk, &order, |guest| guest.domain.vcpus.online = 4);
        desk
    };
    let mut desk = provisional();
    assert_eq!(desk.press("q"), []);
    assert!(matches!(desk.app.overlay, Some(Overlay::Leave)));
    assert_eq!(desk.press("Enter"), [], "Enter decides nothing");
    assert_eq!(desk.press("y"), [Effect::Quit]);
    assert_eq!(desk.app.provisional().len(), 0, "they are kept");
    let mut desk = provisional();
    assert_eq!(desk.press("q n"), [Effect::Quit]);
    assert_eq!(
        changes(&orders(&desk.app.revert_all())),
        [(3, Change::SetVcpus(2))],
        "as the loop does at its end"
    );
    let mut desk = provisional();
    assert_eq!(desk.press("q Esc"), []);
    assert_eq!(desk.app.provisional().len(), 1, "nothing has changed");
}

#[test]
fn marks_are_put_by_key_by_range_by_filter_and_turned_round() {
    let mut desk = desk();
    let marked = |desk: &Desk| {
        let mut ids: Vec<_> = desk.app.table.marks.iter().filter_map(|key| Some(key.id?.0)).collect();
        ids.sort_unstable();
        ids
    };
    desk.press("Space");
    assert_eq!((marked(&desk), desk.cursor()), (vec![3], "web1"));
    desk.press("G \\");
    assert_eq!(marked(&desk), [1, 2, 3], "from the last mark to the cursor");
    desk.press("*");
    assert_eq!(marked(&desk), [0_u32; 0]);
    desk.press("/ w e b Enter Ctrl-a Backspace");
    assert_eq!(marked(&desk), [1, 2], "what the filter shows");
    desk.press("*");
    assert_eq!(marked(&desk), [3]);
    desk.press("Ctrl-u g Shift-Down");
    assert_eq!(marked(&desk), [1, 3]);
    desk.lose("db");
    desk.tick(1000);
    assert_eq!(marked(&desk), [1], "a domain that has gone has no mark");
}

#[test]
fn a_verb_over_marks_lists_what_it_will_hit_and_hits_that() {
    let mut desk = desk();
    desk.press("Ctrl-a S");
    let Some(Overlay::Confirm { intent, .. }) = &desk.app.overlay else { panic!("it asks") };
    let labels: Vec<_> = intent.acts.iter().map(|act| act.target.as_ref().unwrap().label.clone()).collect();
    assert_eq!(labels, ["db", "web1", "web2"]);
    let hit = pressed(&mut desk, "y");
    assert_eq!(hit, [(3, Change::Shutdown), (1, Change::Shutdown), (2, Change::Shutdown)]);
    assert!(desk.app.table.marks.is_empty(), "marks are used up");
}

#[test]
fn many_are_never_saved_to_one_file() {
    let mut desk = desk();
    for verb in ["W", "Y"] {
        let effects = desk.press(&format!("Ctrl-a {verb} / n o n e / o n e Enter"));
        assert!(orders(&effects).is_empty() && !matches!(desk.app.overlay, Some(Overlay::Confirm { .. })));
        let told = format!("{:?} {:?}", desk.app.notice, desk.app.overlay);
        assert!(told.contains("a file each: %n is the name"), "{told}");
        desk.press("Esc Esc Ctrl-u");
    }
    desk.press("Ctrl-a W / n o n e / % n . s a v e Enter");
    let saved = |name: &str| Change::Save(format!("/none/{name}.save").into());
    assert_eq!(pressed(&mut desk, "y"), [(3, saved("db")), (1, saved("web1")), (2, saved("web2"))]);
    let titles: Vec<_> = desk.app.jobs.list().map(|job| job.title.as_str()).collect();
    assert_eq!(titles, ["save db /none/db.save", "save web1 /none/web1.save", "save web2 /none/web2.save"]);
}

#[test]
fn the_last_change_is_taken_back_and_none_before_it() {
    let mut desk = desk();
    for name in ["web1", "db"] {
        let order =
            orders(&desk.press(&format!(": s u s p e n d Space {} Enter y", spelled(name)))).remove(0);
        let was = if name == "db" { DomainState::Paused } else { DomainState::Running };
        desk.guest(name).domain.state = was;
        done(&mut desk, &order, |guest| guest.domain.state = DomainState::Paused);
        desk.sample();
    }
    assert_eq!(orders(&desk.press("u")), [], "db was paused before: its change cannot be taken back");
    let told = desk.app.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(told.contains("suspend db") && told.contains("it was paused before"), "{told}");
}

#[test]
fn what_stays_though_all_is_provisional_is_told() {
    let mut desk = desk();
    desk.app.settings.revert_after = Some(Nanos(5_000_000_000));
    let order = orders(&desk.press("s y")).remove(0);
    desk.guest("db").domain.state = DomainState::Paused;
    done(&mut desk, &order, |_| ());
    let told = desk.app.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(told.contains("suspend db stays: it was paused before"), "{told}");
}

#[test]
fn what_cannot_be_read_is_not_agreed_to() {
    let mut desk = desk();
    desk.press("S");
    let regions = Regions { no_room: true, ..desk.regions(10) };
    desk.tell(Msg::Drawn(regions));
    assert_eq!(pressed(&mut desk, "y Enter"), []);
    desk.draw(10);
    assert_eq!(pressed(&mut desk, "y"), [(3, Change::Shutdown)]);
    desk.press("S");
    let regions = Regions { no_room: true, ..desk.regions(10) };
    desk.tell(Msg::Drawn(regions));
    desk.press("Esc");
    assert!(desk.app.overlay.is_none(), "it can be left");
}

#[test]
fn a_name_is_one_word_of_a_path() {
    let mut desk = desk();
    desk.guest("db").domain.name = Name::from("../../etc/x".to_owned());
    desk.tick(1000);
    desk.press("W / n o n e / % n Enter");
    assert_eq!(pressed(&mut desk, "y"), [(3, Change::Save("/none/.._.._etc_x".into()))]);
}

#[test]
fn even_a_harmless_verb_is_asked_about_over_many() {
    let mut desk = desk();
    desk.press("Ctrl-a r");
    assert!(matches!(desk.app.overlay, Some(Overlay::Confirm { .. })));
    desk.press("Esc D");
    assert_eq!(pressed(&mut desk, "d b Enter"), [], "no single name will do");
    desk.press("Backspace Backspace");
    assert_eq!(pressed(&mut desk, "3 Space d o m a i n s Enter").len(), 3);
}

#[test]
fn a_plan_is_ordered_staggered_and_waits() {
    let mut desk = desk();
    desk.guest("web2").domain.memory = KiB(8 << 20);
    desk.tick(1000);
    desk.press("Ctrl-a S o o w +");
    let first = orders(&desk.press("y"));
    assert_eq!(changes(&first), [(2, Change::Shutdown)], "the largest first, and one at a time");
    desk.wait(5000);
    assert_eq!(orders(&desk.sample()), [], "it has not come about");
    done(&mut desk, &first[0], |guest| guest.domain.state = DomainState::Off);
    desk.effects.clear();
    desk.tick(100);
    desk.wait(1000);
    assert_eq!(changes(&orders(&desk.effects)).len(), 1, "then the next");
}

#[test]
fn a_stagger_leaves_its_time_between_one_and_the_next() {
    let mut desk = desk();
    desk.press("Ctrl-a S + +");
    assert_eq!(orders(&desk.press("y")).len(), 1);
    desk.effects.clear();
    desk.wait(1500);
    assert_eq!(orders(&desk.effects).len(), 0);
    desk.wait(1000);
    assert_eq!(orders(&desk.effects).len(), 1);
    desk.wait(2500);
    assert_eq!(orders(&desk.effects).len(), 2);
}

#[test]
fn a_plan_stops_at_the_first_failure_or_goes_on_as_told() {
    for (stop, left) in [(true, Stage::Cancelled), (false, Stage::Sent)] {
        let mut desk = desk();
        desk.press(if stop { "Ctrl-a S w" } else { "Ctrl-a S w s" });
        let first = orders(&desk.press("y")).remove(0);
        report(&mut desk, first.job, failed(Op::Shutdown));
        assert_eq!(stages(&desk)[..2], [Stage::Failed, left]);
    }
}

#[test]
fn a_queued_job_is_cancelled_with_the_rest_of_its_plan() {
    let mut desk = desk();
    desk.press("Ctrl-a S w y");
    desk.press("Delete");
    assert_eq!(stages(&desk), [Stage::Sent, Stage::Cancelled, Stage::Cancelled]);
    desk.press("Delete");
    assert_eq!(stages(&desk)[0], Stage::Sent, "the drivers are not torn from it");
    assert!(desk.app.notice.as_ref().unwrap().text.contains("cannot be cancelled"));
}

#[test]
fn memory_on_its_way_is_sent_back_by_cancelling() {
    let mut desk = desk();
    let order = orders(&desk.press("m 5 1 2 M Enter")).remove(0);
    done(&mut desk, &order, |guest| guest.domain.target = Reading::Known(KiB(512 << 10)));
    desk.tick(1000);
    assert_eq!(pressed(&mut desk, "Delete"), [(3, Change::SetMemory(KiB(1 << 20)))]);
    assert_eq!(stages(&desk)[0], Stage::Cancelled);
}

#[test]
fn jobs_are_forgotten_only_when_they_have_ended() {
    let mut desk = desk();
    let first = orders(&desk.press("v 4 Enter")).remove(0);
    for _ in 0..600 {
        let order = orders(&desk.press("v 3 Enter")).remove(0);
        report(&mut desk, order.job, failed(Op::SetVcpus));
    }
    assert!(desk.app.jobs.list().len() <= 500);
    assert_eq!(desk.app.jobs.job(first.job).map(|job| job.stage), Some(Stage::Sent));
}

proptest! {
    /// Whatever is pressed, nothing that stops a guest is ordered unless `y` was pressed or a name typed in full.
    #[test]
    fn no_slip_of_the_fingers_stops_a_guest(keys in proptest::collection::vec("[a-xzA-Z0-9 /:.<>*\\\\]|Enter|Esc|Tab|Space|Up|Down", 0..60)) {
        let mut desk = desk();
        for key in keys {
            let word = if key == " " { "Space".to_owned() } else { key };
            desk.press(&word);
        }
        for (_, change) in changes_of_domains(&desk.effects) {
            let stops = matches!(change, Change::Suspend | Change::Shutdown | Change::Reboot | Change::Destroy
                | Change::Undefine | Change::Save(_) | Change::Dump(_) | Change::Detach(_));
            prop_assert!(!stops, "{change:?}");
        }
    }
}

fn changes_of_domains(effects: &[Effect]) -> Vec<(u32, Change)> {
    let domains = |request: &Request| match request {
        Request::Domain(key, change) => Some((key.id.map_or(0, |id| id.0), change.clone())),
        _ => None,
    };
    orders(effects).iter().flat_map(|order| order.requests.iter().filter_map(domains)).collect()
}

#[test]
fn a_domain_that_is_still_being_built_has_not_come_back() {
    let mut desk = desk();
    let order = orders(&desk.press("R y")).remove(0);
    done(&mut desk, &order, |_| {});
    let mut reborn = guest(9, "db", 0.0);
    reborn.domain.key.uuid = desk.guest("db").domain.key.uuid;
    (reborn.domain.state, reborn.domain.vcpus.online) = (DomainState::Paused, 0);
    desk.lose("db");
    desk.guests.push(reborn);
    desk.tick(1000);
    let verdict = |desk: &Desk| desk.app.jobs.list().next().and_then(domtop::app::jobs::Job::verdict);
    assert_eq!(verdict(&desk), Some(Verdict::Moving), "a toolstack builds a domain paused and without vCPUs");
    let reborn = &mut desk.guest("db").domain;
    (reborn.state, reborn.vcpus.online) = (DomainState::Running, 1);
    desk.tick(1000);
    assert_eq!(verdict(&desk), Some(Verdict::Reached));
}
