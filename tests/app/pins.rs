//! The Pins panel: keys in, edits and requests out.

use std::sync::Arc;

use crossterm::event::MouseEventKind;
use domtop::{
    app::{
        Area, Effect, Mode, Msg, Overlay, Panel,
        command::{Scope, find, footer},
        intent::Note,
        overlay::{HelpLine, help},
        pins::{Cell, Half},
        regions::Grid,
    },
    model::{
        Affinity, CpuSet, Demand, Detail, DomainId, DomainKey, Failure, HostId, Nanos, Node, Order, Pcpu,
        Reading, Report, Snapshot, Vcpu,
        request::{Change, PinRequest, Request},
    },
};

use crate::hosts::{Desk, guest};

/// A desk before a host of eight pCPUs, two nodes of two cores of two threads, with four pinned vCPUs on `web`.
struct Pinned {
    desk: Desk,
    hard: Vec<&'static str>,
    soft: Vec<&'static str>,
}

fn set(text: &str) -> CpuSet {
    text.parse().unwrap()
}

impl Pinned {
    fn new() -> Self {
        let desk = Desk::new(&[guest(1, "web", 90.0), guest(2, "db", 30.0)]);
        let mut pinned = Self { desk, hard: vec!["0-3"; 4], soft: vec!["all"; 4] };
        pinned.desk.press("p");
        pinned.read();
        pinned
    }

    /// The host is read: what it tells, and what a `change` makes of it.
    fn read(&mut self) -> Vec<Effect> {
        self.read_as(|_| ())
    }

    fn read_as(&mut self, change: impl FnOnce(&mut Snapshot)) -> Vec<Effect> {
        self.desk.tick(1000);
        let mut snapshot = self.host(1);
        change(&mut snapshot);
        self.desk.tell(Msg::Sampled(HostId(0), Arc::new(snapshot)))
    }

    /// What the host tells so many nanoseconds after the last tick: `db` is busy all the time.
    fn host(&self, after: u64) -> Snapshot {
        let mut snapshot = self.desk.snapshot(HostId(0));
        snapshot.at.mono.0 += after;
        let pcpu = |n: u32| Pcpu { online: true, core: n / 2, socket: n / 4, node: n / 4 };
        snapshot.node = Arc::new(Node { pcpus: (0..8).map(pcpu).collect(), ..Node::default() });
        let vcpu = |domain: u32, index: u32, pcpu: u32| Vcpu {
            domain: DomainId(domain),
            index,
            online: true,
            running: true,
            pcpu,
            ..Vcpu::default()
        };
        let busy = Vcpu { cpu_time: snapshot.at.mono, ..vcpu(2, 0, 4) };
        snapshot.vcpus = (0..4).map(|n| vcpu(1, n, n)).chain([busy]).collect();
        let affinity =
            |(vcpu, (hard, soft)): (u32, (&&str, &&str))| Affinity { vcpu, hard: set(hard), soft: set(soft) };
        snapshot.detail = Some(Arc::new(Detail {
            key: snapshot.domains[0].key,
            affinities: Reading::Known((0..).zip(self.hard.iter().zip(&self.soft)).map(affinity).collect()),
            ..Detail::default()
        }));
        snapshot
    }

    fn press(&mut self, keys: &str) -> Vec<Effect> {
        self.desk.press(keys)
    }

    /// What is wanted of each vCPU.
    fn wanted(&self, half: Half) -> Vec<String> {
        let sight = self.desk.app.sight().unwrap();
        sight.lines.iter().map(|line| half.of(&line.pin.wanted).to_string()).collect()
    }

    fn hard(&self) -> Vec<String> {
        self.wanted(Half::Hard)
    }

    fn notice(&self) -> &str {
        self.desk.app.notice.as_ref().map_or("", |notice| &notice.text)
    }
}

/// The requests of the one order among effects.
fn requests(effects: &[Effect]) -> Vec<PinRequest> {
    let orders: Vec<&Order> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Run(_, order) => Some(order),
            _ => None,
        })
        .collect();
    let [order] = orders[..] else { panic!("{effects:?}") };
    order
        .requests
        .iter()
        .map(|request| match request {
            Request::Domain(key, Change::Pin(pin)) => {
                assert_eq!(key.id, Some(DomainId(1)));
                pin.clone()
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

fn hard(vcpu: impl Into<Option<u32>>, cpus: &str) -> PinRequest {
    PinRequest { vcpu: vcpu.into(), hard: Some(set(cpus)), soft: None }
}

#[test]
fn the_panel_asks_for_every_vcpu_and_the_domain_in_full() {
    let mut desk = Desk::new(&[guest(1, "web", 90.0), guest(2, "db", 30.0)]);
    let key = desk.app.table.cursor;
    let wanted = |pins: bool| Demand { all_vcpus: pins, focus: key.filter(|_| pins), ..Demand::default() };
    let told = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::Demand(_, demand) => Some(Demand { devices: false, ..demand }),
            _ => None,
        })
    };
    assert_eq!(told(desk.press("p")), Some(wanted(true)));
    assert_eq!(told(desk.press("p")), Some(wanted(false)));
    desk.press("7");
    assert_eq!(desk.app.screen.focus, Panel::Pins);
}

#[test]
fn what_is_edited_is_asked_for_in_one_order_after_a_yes() {
    let mut pinned = Pinned::new();
    pinned.press("Space Down Right Space");
    assert_eq!(pinned.hard(), ["1-3", "0,2-3", "0-3", "0-3"]);
    assert!(pinned.press("Enter").is_empty(), "it asks first");
    let Some(Overlay::Confirm { intent, .. }) = &pinned.desk.app.overlay else { panic!("nothing is asked") };
    assert_eq!(intent.title(), "pin web 0 1-3; 1 0,2-3");
    let change = |what: &str, to: &str| Note::Change { what: what.into(), from: "0-3".into(), to: to.into() };
    assert_eq!(intent.notes[..2], [change("vCPU 0 hard", "1-3"), change("vCPU 1 hard", "0,2-3")]);
    assert!(pinned.press("Enter").is_empty(), "Enter alone does nothing");
    assert_eq!(requests(&pinned.press("y")), [hard(0, "1-3"), hard(1, "0,2-3")]);
}

#[test]
fn all_vcpus_at_the_same_place_are_one_request() {
    let mut pinned = Pinned::new();
    pinned.press("Ctrl-a . y Enter");
    assert_eq!(requests(&pinned.press("y")), [hard(None, "0")]);
}

#[test]
fn only_the_half_that_changed_is_asked_for() {
    let mut pinned = Pinned::new();
    pinned.press("h .");
    assert_eq!((pinned.hard()[0].as_str(), pinned.wanted(Half::Soft)[0].as_str()), ("0-3", "0"));
    pinned.press("Enter");
    let soft = PinRequest { vcpu: Some(0), hard: None, soft: Some(set("0")) };
    assert_eq!(requests(&pinned.press("y")), [soft]);
}

#[test]
fn no_leaves_the_edits_and_asks_for_nothing() {
    let mut pinned = Pinned::new();
    pinned.press("Space Enter");
    assert!(pinned.press("n").is_empty());
    assert_eq!(pinned.hard()[0], "1-3");
    assert!(pinned.desk.app.jobs.list().next().is_none());
}

#[test]
fn esc_ends_the_selection_then_the_edits_after_a_yes_then_the_panel() {
    let mut pinned = Pinned::new();
    pinned.press("Space Shift-Right");
    pinned.press("Esc");
    assert!(pinned.desk.app.pins.anchor.is_none() && pinned.desk.app.overlay.is_none());
    pinned.press("Esc n");
    assert!(pinned.desk.app.pins.edit.is_some(), "no keeps them");
    pinned.press("Esc Esc");
    assert!(pinned.desk.app.pins.edit.is_some(), "Esc keeps them too");
    assert!(pinned.press("Esc y").iter().all(|effect| !matches!(effect, Effect::Run(..))));
    assert!(pinned.desk.app.pins.edit.is_none());
    assert_eq!(pinned.hard(), ["0-3"; 4]);
    pinned.press("Esc");
    assert_eq!(pinned.desk.app.screen.open, [Panel::Domains], "nothing is asked where nothing was edited");
}

#[test]
fn an_edit_taken_back_by_hand_is_none() {
    let mut pinned = Pinned::new();
    pinned.press("Space Space");
    assert!(pinned.desk.app.pins.edit.is_none());
    pinned.press("Space Down Space Backspace");
    assert_eq!(pinned.hard(), ["1-3", "0-3", "0-3", "0-3"], "of the vCPU under the cursor only");
    pinned.press("Enter Esc");
    assert_eq!(pinned.press("Up Backspace Enter"), []);
    assert_eq!(pinned.notice(), "pin-apply: nothing was edited");
}

#[test]
fn a_selection_is_let_in_where_a_cell_of_it_is_missing_and_taken_out_where_none_is() {
    let mut pinned = Pinned::new();
    pinned.press("Right Right Right Shift-Right Shift-Right Shift-Down Space");
    assert_eq!(pinned.hard(), ["0-5", "0-5", "0-3", "0-3"]);
    pinned.press("Space");
    assert_eq!(pinned.hard(), ["0-2", "0-2", "0-3", "0-3"]);
    pinned.press("Left Down Space");
    assert_eq!(pinned.hard(), ["0-2", "0-2", "0-4", "0-3"], "who moves on selects one cell again");
}

#[test]
fn a_node_and_a_core_are_toggled_whole() {
    let mut pinned = Pinned::new();
    pinned.press("End n");
    assert_eq!(pinned.hard()[0], "all", "every pCPU there is has one name");
    pinned.press("c");
    assert_eq!(pinned.hard()[0], "0-5");
    pinned.press("Home n");
    assert_eq!(pinned.hard()[0], "4-5");
    pinned.press("a");
    assert_eq!(pinned.hard()[0], "all");
}

#[test]
fn node_keys_leap_and_the_cursor_stays_on_the_grid() {
    let mut pinned = Pinned::new();
    let column = |pinned: &Pinned| pinned.desk.app.pins.cursor.column;
    pinned.press("Right >");
    assert_eq!(column(&pinned), 4);
    pinned.press("> Right Right Right Right Right");
    assert_eq!(column(&pinned), 7);
    pinned.press("<");
    assert_eq!(column(&pinned), 4);
    pinned.press("< < Left");
    assert_eq!(column(&pinned), 0);
    pinned.press("Down Down Down Down Down @");
    assert_eq!(pinned.desk.app.pins.cursor, Cell { line: 3, column: 3 }, "where its vCPU is");
}

#[test]
fn presets_place_all_vcpus() {
    let mut pinned = Pinned::new();
    let later = pinned.host(500_000_000);
    pinned.desk.tell(Msg::Sampled(HostId(0), Arc::new(later)));
    pinned.press("P");
    assert_eq!(pinned.hard(), ["0", "2", "6", "4"], "a core each, the ones others use last");
    pinned.press("T");
    assert_eq!(pinned.hard(), ["0", "1", "2", "3"]);
    pinned.press("End O");
    assert_eq!(pinned.hard(), ["4-7"; 4]);
    pinned.press("Enter");
    assert_eq!(requests(&pinned.press("y")), [hard(None, "4-7")]);
}

#[test]
fn a_typed_set_is_filled_in_checked_and_taken() {
    let mut pinned = Pinned::new();
    pinned.press("Shift-Down t");
    let Some(Overlay::Cpus { input, .. }) = &pinned.desk.app.overlay else { panic!() };
    assert_eq!(input.value(), "0-3");
    let error = |pinned: &Pinned| match &pinned.desk.app.overlay {
        Some(Overlay::Cpus { error, .. }) => error.clone().unwrap_or_default(),
        _ => panic!(),
    };
    pinned.press("- Enter");
    assert!(error(&pinned).contains("is no set of CPUs"), "{}", error(&pinned));
    pinned.press("Backspace ,99 Enter");
    assert_eq!(error(&pinned), "this machine has pCPUs 0-7 only");
    pinned.press("Backspace Backspace 6 Enter");
    assert!(pinned.desk.app.overlay.is_none());
    assert_eq!(pinned.hard(), ["0-3,6", "0-3,6", "0-3", "0-3"], "for all that were selected");
}

#[test]
fn a_typed_set_for_a_domain_that_has_gone_meanwhile_goes_nowhere() {
    let mut pinned = Pinned::new();
    pinned.press("t");
    pinned.desk.lose("web");
    pinned.desk.tick(1000);
    pinned.press("Enter");
    assert!(pinned.desk.app.pins.edit.is_none());
    assert!(pinned.notice().starts_with("pins: "), "{}", pinned.notice());
}

#[test]
fn a_set_without_a_cpu_is_not_asked_for() {
    let mut pinned = Pinned::new();
    pinned.press("n Enter");
    assert!(pinned.desk.app.overlay.is_none());
    assert_eq!(pinned.notice(), "pins: vCPU 0 could run nowhere: nothing was asked");
    pinned.press("Backspace h t");
    let Some(Overlay::Cpus { .. }) = &pinned.desk.app.overlay else { panic!() };
}

#[test]
fn what_would_be_wrong_stands_in_the_question() {
    let mut pinned = Pinned::new();
    pinned.press("Shift-Down . Enter");
    let Some(Overlay::Confirm { intent, .. }) = &pinned.desk.app.overlay else { panic!() };
    let wrong = Note::Warning("vCPUs 0-1 are confined to the same pCPU, 0".into());
    assert!(intent.notes.contains(&wrong), "{:?}", intent.notes);
}

#[test]
fn edits_stay_with_the_domain_they_began_on() {
    let mut pinned = Pinned::new();
    pinned.press("Space 1 Down");
    assert_eq!(pinned.desk.cursor(), "db");
    assert_eq!(pinned.desk.app.sight().unwrap().domain.name.raw(), "web");
    pinned.press("p Enter");
    assert_eq!(requests(&pinned.press("y")), [hard(0, "1-3")]);
}

#[test]
fn what_is_done_is_edited_no_more_once_it_is_read() {
    let mut pinned = Pinned::new();
    pinned.press("Space Enter");
    let effects = pinned.press("y");
    assert!(pinned.desk.app.pins_asked());
    pinned.press("Enter");
    assert_eq!(pinned.notice(), "pins: that is being done");
    let Some(Effect::Run(host, order)) = effects.iter().find(|e| matches!(e, Effect::Run(..))) else {
        panic!()
    };
    let report = Report { before: None, after: None, trails: Vec::new(), failure: None, notes: Vec::new() };
    pinned.desk.tell(Msg::Reported(*host, order.job, Box::new(report)));
    pinned.hard[0] = "1-3";
    pinned.read();
    assert!(pinned.desk.app.pins.edit.is_none());
}

#[test]
fn what_failed_stays_edited() {
    let mut pinned = Pinned::new();
    pinned.press("Space Enter");
    let effects = pinned.press("y");
    let Some(Effect::Run(host, order)) = effects.iter().find(|e| matches!(e, Effect::Run(..))) else {
        panic!()
    };
    let failure = Failure { op: domtop::model::Op::Pin, subject: "".into(), reasons: Vec::new() };
    let report =
        Report { before: None, after: None, trails: Vec::new(), failure: Some(failure), notes: Vec::new() };
    pinned.desk.tell(Msg::Reported(*host, order.job, Box::new(report)));
    pinned.read();
    assert!(!pinned.desk.app.pins_asked());
    assert_eq!(pinned.hard()[0], "1-3");
}

#[test]
fn what_is_not_edited_follows_what_is_read() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.hard[2] = "5";
    pinned.read();
    assert_eq!(pinned.hard(), ["1-3", "0-3", "5", "0-3"]);
    assert!(pinned.desk.app.notice.as_ref().is_none_or(|notice| !notice.error));
}

#[test]
fn what_somebody_else_changed_of_what_is_edited_is_a_conflict() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.hard[0] = "6";
    pinned.read();
    assert_eq!(pinned.notice(), "pins: somebody else pinned vCPU 0 of web meanwhile; the edits are kept");
    assert_eq!(pinned.hard()[0], "1-3");
    pinned.press("Enter");
    let Some(Overlay::Confirm { intent, .. }) = &pinned.desk.app.overlay else { panic!() };
    assert_eq!(
        intent.notes[..2],
        [
            Note::Change { what: "vCPU 0 hard".into(), from: "6".into(), to: "1-3".into() },
            Note::Warning(
                "somebody else pinned vCPU 0 meanwhile: its hard was 0-3 when the editing began".into()
            ),
        ]
    );
}

#[test]
fn somebody_who_wanted_the_same_is_no_conflict() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.hard[0] = "1-3";
    pinned.read();
    assert!(pinned.desk.app.pins.edit.is_none() && pinned.desk.app.notice.is_none());
}

#[test]
fn edits_of_a_domain_that_goes_are_dropped_with_a_word() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.desk.lose("web");
    pinned.desk.tick(1000);
    assert!(pinned.desk.app.pins.edit.is_none());
    assert_eq!(pinned.notice(), "pins: edits of vCPU 0 of web dropped: it has gone");
}

#[test]
fn edits_of_a_domain_that_is_started_again_are_dropped_with_a_word() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.read_as(|snapshot| {
        let key = &mut snapshot.domains[0].key;
        *key = DomainKey { id: Some(DomainId(9)), ..*key };
    });
    assert_eq!(pinned.notice(), "pins: edits of vCPU 0 of web dropped: it was started again");
}

#[test]
fn edits_of_a_vcpu_that_goes_are_dropped_with_a_word_and_the_others_stay() {
    let mut pinned = Pinned::new();
    pinned.press("Space Down Down Down Space");
    pinned.hard.pop();
    pinned.read();
    assert_eq!(pinned.notice(), "pins: edits of vCPU 3 of web dropped: it is there no more");
    assert_eq!(pinned.hard()[..3], ["1-3", "0-3", "0-3"]);
}

#[test]
fn a_host_that_is_not_read_drops_nothing() {
    let mut pinned = Pinned::new();
    pinned.press("Space");
    pinned.read_as(|snapshot| {
        snapshot.domains.clear();
        snapshot.stale = Some("no answer".into());
    });
    assert!(pinned.desk.app.pins.edit.is_some());
}

#[test]
fn where_nothing_is_known_nothing_is_edited_and_it_is_said_why() {
    let mut pinned = Pinned::new();
    pinned.read_as(|snapshot| snapshot.detail = None);
    pinned.press("Space");
    assert_eq!(pinned.notice(), "pins: where its vCPUs may run is being read");
    pinned.read();
    pinned.desk.app.hosts[0].mode = Mode::Viewer("-r was given".into());
    pinned.press("Space");
    assert_eq!(pinned.notice(), "pins: this session only looks: -r was given");
    assert!(pinned.desk.app.pins.edit.is_none());
}

#[test]
fn a_click_goes_to_a_cell_and_another_toggles_it() {
    let mut pinned = Pinned::new();
    let mut regions = pinned.desk.regions(5);
    regions.panels = vec![(Panel::Pins, Area { x: 0, y: 8, width: 60, height: 12 })];
    regions.pins = Grid {
        first: Cell { line: 1, column: 0 },
        lines: Area { x: 1, y: 12, width: 58, height: 3 },
        columns: vec![(0, 20, 1), (1, 22, 1), (2, 25, 2)],
    };
    pinned.desk.tell(Msg::Drawn(regions));
    pinned.desk.click(26, 13);
    assert_eq!(pinned.desk.app.pins.cursor, Cell { line: 2, column: 2 });
    assert!(pinned.desk.app.pins.edit.is_none());
    pinned.desk.click(25, 13);
    assert_eq!(pinned.hard(), ["0-3", "0-3", "0-1,3", "0-3"]);
    for beside in [(24, 13), (20, 15), (20, 11)] {
        pinned.desk.click(beside.0, beside.1);
    }
    assert_eq!(pinned.desk.app.pins.cursor, Cell { line: 2, column: 2 }, "beside the grid");
    pinned.desk.mouse(MouseEventKind::ScrollUp, 22, 13);
    pinned.desk.mouse(MouseEventKind::ScrollRight, 22, 13);
    assert_eq!(pinned.desk.app.pins.cursor, Cell { line: 0, column: 3 });
}

#[test]
fn the_panels_own_keys_come_first_and_help_and_footer_say_so() {
    let mut pinned = Pinned::new();
    let map = &pinned.desk.app.keymap;
    let found = |scope, key: &str| map.lookup(scope, key.parse().unwrap()).map(|command| command.name);
    assert_eq!(found(Scope::Pins, "a"), Some("pin-all"));
    assert_eq!(found(Scope::Domains, "a"), Some("start"));
    assert_eq!(found(Scope::Pins, "u"), Some("undo"), "what it does not need is as everywhere");
    let keys = |pinned: &Pinned, name: &str| {
        help(&pinned.desk.app, "")
            .into_iter()
            .find_map(|line| match line {
                HelpLine::Row { command, keys, .. } if command.name == name => Some(keys),
                _ => None,
            })
            .unwrap()
    };
    assert_eq!((keys(&pinned, "start").as_str(), keys(&pinned, "help").as_str()), ("", "? F1"));
    for (command, key) in footer(&pinned.desk.app) {
        let does = pinned.desk.app.keymap.lookup(Scope::Pins, key.parse().unwrap()).unwrap();
        assert_eq!(does.name, command.name, "{key}");
    }
    pinned.press("1");
    assert_eq!((keys(&pinned, "start").as_str(), keys(&pinned, "help").as_str()), ("a", "? F1 h"));
    assert!(
        find("pin-all").is_some_and(|c| domtop::app::command::availability(&pinned.desk.app, c).is_err())
    );
}

#[test]
fn time_alone_ends_that_something_is_asked() {
    let mut pinned = Pinned::new();
    pinned.press("Space Enter");
    let effects = pinned.press("y");
    let Some(Effect::Run(host, order)) = effects.iter().find(|e| matches!(e, Effect::Run(..))) else {
        panic!()
    };
    let report = Report { before: None, after: None, trails: Vec::new(), failure: None, notes: Vec::new() };
    pinned.desk.tell(Msg::Reported(*host, order.job, Box::new(report)));
    pinned.read();
    assert!(pinned.desk.app.pins_asked(), "the affinities are read about once a second");
    let now = pinned.desk.app.now;
    pinned.desk.tell(Msg::Clock(Nanos(now.0 + 60_000_000_000)));
    let done = pinned.desk.app.jobs.list().next().unwrap().ended.is_some();
    assert_eq!(pinned.desk.app.pins_asked(), !done);
}
