//! The XML panel: what is asked of the drivers, moving through what they told, and editing it.

use std::path::PathBuf;

use domtop::{
    app::{
        Effect, Mode, Msg, Overlay, Panel,
        jobs::Stage,
        xml::{Draft, Edited, Identity, Reading, Row, Shown, Side, Sight, Texts},
    },
    model::{DomainKey, HostId, JobId, Order, Report, Step, Trail, Which, markup::Markup, request::Request},
};
use uuid::Uuid;

use crate::{
    hosts::{Desk, guest},
    markup::{LIVE, kept, markup, problem},
};

const HOST: HostId = HostId(0);

fn desk() -> Desk {
    Desk::new(&[guest(1, "db", 30.0), guest(2, "web1", 20.0), guest(3, "web2", 10.0)])
}

/// With the panel open for web1, which runs with `LIVE`, and what is kept of it told too.
fn open() -> Desk {
    let mut desk = desk();
    desk.press("j");
    desk.press("x");
    tell(&mut desk, Which::Live, LIVE);
    desk
}

fn web1(desk: &Desk) -> DomainKey {
    desk.guests[1].domain.key
}

/// What a driver tells of web1.
fn tell(desk: &mut Desk, which: Which, text: &str) -> Vec<Effect> {
    shown(desk, which, Shown { markup: markup(text), ..Shown::default() })
}

fn shown(desk: &mut Desk, which: Which, shown: Shown) -> Vec<Effect> {
    let key = web1(desk);
    desk.tell(Msg::Definition(HOST, (key, which), Ok(Box::new(shown))))
}

fn asked(effects: &[Effect]) -> Vec<(DomainKey, Which)> {
    let asks = effects.iter().filter_map(|effect| match effect {
        Effect::Definition(_, of) => Some(*of),
        _ => None,
    });
    asks.collect()
}

fn line(desk: &Desk) -> usize {
    match desk.app.xml.at() {
        Some(Row::Line(line)) => line,
        other => panic!("the cursor is on {other:?}"),
    }
}

fn notice(desk: &Desk) -> String {
    desk.app.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn opening_asks_for_what_the_domain_under_the_cursor_runs_with() {
    let mut desk = desk();
    desk.press("j");
    let effects = desk.press("x");
    assert_eq!(asked(&effects), [(web1(&desk), Which::Live)]);
    assert_eq!(desk.app.screen.focus, Panel::Xml);
    assert!(desk.app.xml.rows.is_empty(), "nothing is made up before it is told");
    tell(&mut desk, Which::Live, LIVE);
    assert_eq!(desk.app.xml.rows.len(), LIVE.lines().count());
    desk.press("x");
    assert!(!desk.app.screen.shows(Panel::Xml), "the key that opens it closes it");
}

#[test]
fn nothing_is_asked_while_the_panel_is_not_to_be_seen() {
    let mut desk = desk();
    desk.press("x x j j k");
    let before = asked(&desk.effects).len();
    assert_eq!(before, 1);
    desk.press("3 z j");
    desk.tick(5000);
    assert_eq!(asked(&desk.effects).len(), before);
}

#[test]
fn it_follows_the_cursor_with_one_question_at_a_time() {
    let mut desk = open();
    desk.press("1");
    let moved = desk.press("j");
    assert_eq!(asked(&moved), [(desk.guests[2].domain.key, Which::Live)]);
    assert!(desk.app.xml.rows.is_empty(), "what another domain runs with is not shown as this one's");
    desk.press("k k");
    assert_eq!(asked(&desk.effects).len(), 2, "no second question before the first is answered");
    let key = desk.guests[2].domain.key;
    let effects = desk.tell(Msg::Definition(HOST, (key, Which::Live), Err("no answer".into())));
    assert_eq!(asked(&effects), [(desk.guests[0].domain.key, Which::Live)]);
    assert!(desk.app.xml.rows.is_empty(), "an answer about another domain is not shown");
}

#[test]
fn it_stays_with_a_domain_that_was_named_or_fixed() {
    let mut desk = open();
    desk.press("@ 1 j");
    assert_eq!(desk.app.xml.of, Some((HOST, web1(&desk))));
    assert_eq!(desk.app.xml.rows.len(), LIVE.lines().count());
    desk.press(": xml Space db Enter");
    assert_eq!(desk.app.xml.of, Some((HOST, desk.guests[0].domain.key)));
    desk.press("1 j k");
    assert_eq!(desk.app.xml.label, "db");
    desk.press(": xml Space nobody Enter");
    assert!(notice(&desk).contains("there is no domain `nobody`"), "{}", notice(&desk));
}

#[test]
fn what_is_kept_is_a_key_away_and_asked_for_then() {
    let mut desk = open();
    assert_eq!(asked(&desk.press("l")), [(web1(&desk), Which::Kept)]);
    assert_eq!(desk.app.xml.sight, Sight::Kept);
    tell(&mut desk, Which::Kept, &kept());
    assert_eq!(desk.app.xml.rows.len(), kept().lines().count());
    assert!(asked(&desk.press("l")).is_empty(), "what is known is not asked for again");
    assert_eq!(desk.app.xml.sight, Sight::Live);
}

#[test]
fn a_failure_is_told_and_asked_about_again_only_on_demand() {
    let mut desk = desk();
    desk.press("j x");
    let key = web1(&desk);
    desk.tell(Msg::Definition(HOST, (key, Which::Live), Err("xl: \u{1b}[31mno such file".into())));
    let Reading::Failed(why, _) = &desk.app.xml.live else { panic!("it failed") };
    assert!(!why.concat().contains('\u{1b}'), "what a driver says is made visible: {why:?}");
    assert!(asked(&desk.tick(5000)).is_empty());
    assert_eq!(asked(&desk.press("F5")), [(key, Which::Live)]);
}

#[test]
fn what_differs_is_read_anew_every_other_second() {
    let mut desk = open();
    assert_eq!(asked(&desk.press("d")), [(web1(&desk), Which::Kept)]);
    tell(&mut desk, Which::Kept, &kept());
    let sides: Vec<Side> = desk.app.xml.changes.iter().map(|change| change.side).collect();
    assert!(sides.contains(&Side::Before) && sides.contains(&Side::After));
    assert!(sides.iter().any(|side| matches!(side, Side::Left(_))), "what is the same is left out");
    assert!(asked(&desk.tick(1500)).is_empty());
    assert_eq!(asked(&desk.tick(1000)), [(web1(&desk), Which::Kept)]);
    assert!(!desk.app.xml.changes.is_empty(), "what was read before is seen until then");
    assert_eq!(asked(&tell(&mut desk, Which::Kept, &kept())), [(web1(&desk), Which::Live)]);
    tell(&mut desk, Which::Live, &kept());
    assert!(desk.app.xml.changes.is_empty(), "it runs with what is kept of it");
}

#[test]
fn a_comparison_holds_every_line_that_differs_and_no_other() {
    let (before, after) = (markup(&kept()), markup(LIVE));
    let changes = domtop::app::xml::compare(&before, &after);
    let of = |side: Side| {
        let rows = changes.iter().filter(move |change| change.side == side);
        rows.map(|change| change.plain()[1..].trim().to_owned()).collect::<Vec<_>>()
    };
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    let (kept, live) = (lines(&kept()), lines(LIVE));
    // The id it runs under is none of its definition.
    let apart = |line: &&String, other: &[String]| !other.contains(line) && !line.starts_with("<domain");
    let gone: Vec<_> = kept.iter().filter(|line| apart(line, &live)).cloned().collect();
    let came: Vec<_> = live.iter().filter(|line| apart(line, &kept)).cloned().collect();
    assert_eq!((of(Side::Before), of(Side::After)), (gone, came));
    let left: usize = changes.iter().map(|c| if let Side::Left(lines) = c.side { lines } else { 0 }).sum();
    let shown = changes.iter().filter(|c| matches!(c.side, Side::Both | Side::After)).count();
    assert_eq!(left + shown, live.len(), "every line of what is now is shown or counted");
    assert!(domtop::app::xml::compare(&after, &after).is_empty());
}

#[test]
fn texts_too_different_to_compare_are_shown_one_after_the_other() {
    let text = |seed: usize| {
        let lines: Vec<String> = (0..9000).map(|n| format!("<a{}/>", n * 2 + seed)).collect();
        lines.join("\n")
    };
    let changes = domtop::app::xml::compare(&markup(&text(0)), &markup(&text(1)));
    assert_eq!(changes.len(), 18_000);
    assert!(changes[..9000].iter().all(|change| change.side == Side::Before));
}

#[test]
fn an_element_is_folded_from_any_of_its_lines() {
    let mut desk = open();
    let rows = desk.app.xml.rows.len();
    let devices = LIVE.lines().position(|line| line.contains("<devices>")).unwrap();
    let target = LIVE.lines().position(|line| line.contains("<target")).unwrap();
    desk.app.xml.cursor = target;
    desk.press("Enter");
    assert_eq!(line(&desk), target - 2, "the cursor is on what stands for the fold: the disk");
    assert_eq!(desk.app.xml.rows.len(), rows - 3);
    desk.press("[");
    assert!(desk.app.xml.folded.contains(&devices), "every element within the root");
    assert!(desk.app.xml.rows.len() < 15);
    assert_eq!(line(&desk), devices);
    desk.press("]");
    assert_eq!(desk.app.xml.rows.len(), rows);
}

#[test]
fn what_is_looked_for_is_shown_while_it_is_typed_and_unfolds_what_hides_it() {
    let mut desk = open();
    desk.press("[ Home");
    desk.press("/ x e n b r");
    let hit = LIVE.lines().position(|line| line.contains("xenbr0")).unwrap();
    assert_eq!(line(&desk), hit);
    desk.press("Esc");
    assert_eq!((line(&desk), desk.app.xml.search.as_str()), (0, ""), "Esc takes it back");
    desk.press("/ S O U R C E Enter");
    assert!(notice(&desk).contains("does not stand there"), "capitals count where there are any");
    desk.press("/ s o u r c e Enter");
    let places: Vec<usize> = desk.app.xml.hits.iter().map(|hit| hit.at).collect();
    let lines = LIVE.lines().enumerate().filter(|(_, line)| line.contains("source"));
    assert_eq!(places, lines.map(|(at, _)| at).collect::<Vec<_>>());
    assert_eq!(line(&desk), places[0]);
    desk.press("n");
    assert_eq!(line(&desk), places[1]);
    desk.press("n");
    assert_eq!(line(&desk), places[0], "round and round");
    desk.press("N");
    assert_eq!(line(&desk), places[1]);
    desk.press("Esc");
    assert!(desk.app.xml.hits.is_empty() && desk.app.screen.shows(Panel::Xml), "first what was looked for");
    desk.press("Esc");
    assert!(!desk.app.screen.shows(Panel::Xml), "then the panel");
}

/// The first character of the place gone to last.
fn gone_to(desk: &Desk) -> Option<usize> {
    desk.app.xml.current().map(|at| desk.app.xml.hits[at].from)
}

#[test]
fn every_place_in_a_line_is_gone_to_one_after_the_other() {
    let mut desk = open();
    tell(&mut desk, Which::Live, "<domain><title>ab ab</title><name>ab</name></domain>");
    desk.press("/ a b Enter");
    let places: Vec<usize> = desk.app.xml.hits.iter().map(|hit| hit.from).collect();
    assert_eq!(places.len(), 3);
    let walk = |desk: &mut Desk, keys: &str| -> Vec<usize> {
        let gone = keys.chars().map(|key| {
            desk.press(&key.to_string());
            gone_to(desk).unwrap()
        });
        gone.collect()
    };
    assert_eq!(gone_to(&desk), Some(places[0]));
    assert_eq!(walk(&mut desk, "nnn"), [places[1], places[2], places[0]], "round and round");
    assert_eq!(walk(&mut desk, "NNN"), [places[2], places[1], places[0]]);
}

#[test]
fn who_moves_the_cursor_goes_on_from_its_row() {
    let mut desk = open();
    let text = "<domain>\n<a>xx</a>\n<b>xx xx</b>\n<c/>\n<d>xx</d>\n</domain>";
    tell(&mut desk, Which::Live, text);
    desk.press("/ x x Enter");
    assert_eq!((line(&desk), desk.app.xml.current()), (1, Some(0)));
    desk.press("Down");
    assert_eq!(desk.app.xml.current(), None, "the cursor has left it");
    desk.press("n");
    assert_eq!((line(&desk), desk.app.xml.current()), (2, Some(1)));
    desk.press("Down n");
    assert_eq!((line(&desk), desk.app.xml.current()), (4, Some(3)));
    desk.press("Up N");
    assert_eq!((line(&desk), desk.app.xml.current()), (2, Some(2)), "the last before the cursor's row");
    // What is shown is another text now: what was gone to stands in it or does not.
    tell(&mut desk, Which::Live, "<domain>\n<a>xx</a>\n<b>y xx xx</b>\n</domain>");
    assert_eq!((line(&desk), desk.app.xml.current()), (2, None));
    desk.press("n");
    assert_eq!(desk.app.xml.current(), Some(1));
    desk.press("l");
    assert_eq!(desk.app.xml.current(), None, "in what is kept nothing was gone to");
}

#[test]
fn the_cursor_stays_on_the_page_and_long_lines_scroll_to_the_side() {
    let mut desk = open();
    desk.press("End");
    assert_eq!(desk.app.xml.cursor, LIVE.lines().count() - 1);
    assert_eq!(desk.app.xml.first, LIVE.lines().count() - 10);
    desk.press("Home");
    assert_eq!((desk.app.xml.cursor, desk.app.xml.first), (0, 0));
    desk.press("Right Right");
    assert_eq!(desk.app.xml.left, 16);
    for _ in 0..50 {
        desk.press("Right");
    }
    let longest = LIVE.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(desk.app.xml.left < longest, "no further than the longest line goes");
    for _ in 0..50 {
        desk.press("Left");
    }
    assert_eq!(desk.app.xml.left, 0);
}

#[test]
fn a_text_that_got_shorter_is_shown_from_a_row_it_has() {
    let mut desk = open();
    desk.press("End / n o s u c h");
    tell(&mut desk, Which::Live, "<domain type='xen'>\n  <name>web1</name>\n</domain>");
    assert_eq!((desk.app.xml.cursor, desk.app.xml.first), (2, 2));
    desk.press("Esc");
    assert_eq!(
        (desk.app.xml.cursor, desk.app.xml.first),
        (2, 2),
        "the row where typing began is there no more"
    );
    desk.press("Up Up Up");
    assert_eq!((desk.app.xml.cursor, desk.app.xml.first), (0, 0));
}

#[test]
fn the_text_is_copied_and_saved_as_it_is() {
    let mut desk = open();
    assert_eq!(clipboard(&desk.press("y")), Some(LIVE.to_owned()));
    let begins = LIVE.lines().position(|line| line.contains("<disk")).unwrap();
    desk.app.xml.cursor = begins;
    let element: String = LIVE.lines().skip(begins).take(4).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(clipboard(&desk.press("Y")), Some(element));
    desk.press("Ctrl-s");
    assert!(matches!(&desk.app.overlay, Some(Overlay::Xml { input, .. }) if input.value() == "web1.xml"));
    let effects = desk.press("Enter");
    assert!(effects.contains(&Effect::Save(PathBuf::from("web1.xml"), LIVE.to_owned())));
    desk.press("Ctrl-s Ctrl-u Enter");
    assert!(matches!(&desk.app.overlay, Some(Overlay::Xml { error: Some(_), .. })), "a name is missing");
}

#[test]
fn what_is_saved_is_what_was_shown_when_it_was_asked_for() {
    let mut desk = open();
    desk.press("Ctrl-s");
    desk.guests.remove(1);
    desk.tick(1000);
    let now = desk.app.xml.of.unwrap().1;
    assert_ne!(now, DomainKey { id: Some(domtop::model::DomainId(2)), uuid: Uuid::from_u128(2) });
    let other = Shown { markup: markup(&kept()), ..Shown::default() };
    desk.tell(Msg::Definition(HOST, (now, Which::Live), Ok(Box::new(other))));
    desk.press("Ctrl-u Enter");
    assert!(matches!(&desk.app.overlay, Some(Overlay::Xml { error: Some(_), .. })), "a name is missing");
    let effects = desk.press("o Enter");
    assert!(effects.contains(&Effect::Save(PathBuf::from("o"), LIVE.to_owned())), "{effects:?}");
}

#[test]
fn where_nothing_is_shown_no_file_is_asked_for() {
    let mut desk = desk();
    desk.press("j x Ctrl-s");
    assert!(desk.app.overlay.is_none());
    assert!(notice(&desk).contains("there is no text to save"), "{}", notice(&desk));
}

fn clipboard(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Clipboard(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn what_is_wrong_and_what_was_lost_stand_before_the_text_and_lead_into_it() {
    let mut desk = open();
    let mut text = markup(LIVE);
    text.problems = vec![problem(18, "the source is no path", false)];
    let told =
        Shown { markup: text, file: Some("/etc/xen/web1.cfg".into()), lost: vec!["nestedhvm=1".into()] };
    desk.press("F5");
    shown(&mut desk, Which::Live, told);
    assert_eq!(desk.app.xml.rows[..3], [Row::File, Row::Lost(0), Row::Problem(0)]);
    desk.app.xml.cursor = 2;
    desk.press("Enter");
    assert_eq!(line(&desk), 17);
}

/// Presses the key that edits and answers what is asked; returns what the editor is given.
fn draft(desk: &mut Desk) -> Draft {
    assert_eq!(asked(&desk.press("e")), [(web1(desk), Which::Kept)], "what is kept is read first");
    let effects = tell(desk, Which::Kept, &kept());
    let edit = effects.into_iter().find_map(|effect| match effect {
        Effect::Edit(draft) => Some(*draft),
        _ => None,
    });
    let mut draft = edit.expect("the editor is opened on it");
    assert_eq!(draft.original, kept());
    draft.file = Some("/nonexistent/web1.xml".into());
    draft
}

fn texts(after: Markup, name: &str) -> Texts {
    let identity = |name: &str| Some(Identity { name: name.into(), uuid: Some(Uuid::from_u128(2)) });
    Texts { before: (markup(&kept()), identity("web1")), after: (after, identity(name)), disturbed: false }
}

/// The editor has ended, and what came of it was seen.
fn edited(desk: &mut Desk, draft: &Draft, texts: Texts) {
    unseen(desk, draft, texts);
    desk.draw(10);
}

fn unseen(desk: &mut Desk, draft: &Draft, texts: Texts) {
    let edited = Edited { draft: draft.clone(), came: Ok(Some(Box::new(texts))) };
    desk.tell(Msg::Edited(Box::new(edited)));
}

fn opens_the_editor(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Edit(_)))
}

fn asks_to_define(desk: &Desk) -> bool {
    matches!(desk.app.overlay, Some(Overlay::Revised { .. }))
}

#[test]
fn only_keys_after_the_question_was_seen_answer_it() {
    let mut desk = open();
    let draft = draft(&mut desk);
    unseen(&mut desk, &draft, texts(markup(LIVE), "web1"));
    for key in ["y", "n", "e", "Esc"] {
        let effects = desk.press(key);
        assert!(effects.is_empty() && asks_to_define(&desk), "`{key}` was meant for the editor: {effects:?}");
    }
    desk.draw(10);
    assert!(desk.press("y").iter().any(|effect| matches!(effect, Effect::Run(..))));
}

#[test]
fn nothing_takes_the_place_of_the_question_about_a_text() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    for key in ["F1", "?", ":", "h"] {
        desk.press(key);
        assert!(asks_to_define(&desk), "{key}");
    }
    assert!(desk.press("Ctrl-l").contains(&Effect::Redraw), "what opens nothing works");
    assert!(asks_to_define(&desk));
}

#[test]
fn who_ends_the_program_at_the_question_leaves_the_text_in_its_file() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    let effects = desk.press("Ctrl-c");
    assert!(effects.contains(&Effect::Quit), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Discard(_))));
    assert!(notice(&desk).starts_with("/nonexistent/web1.xml"), "{}", notice(&desk));
}

#[test]
fn the_editor_takes_the_terminal_from_nothing_that_was_opened_meanwhile() {
    let mut desk = open();
    desk.press("e : s o r t");
    let effects = tell(&mut desk, Which::Kept, &kept());
    assert!(!opens_the_editor(&effects), "in the middle of a line");
    assert!(matches!(&desk.app.overlay, Some(Overlay::Palette { input, .. }) if input.value() == "sort"));
    assert!(notice(&desk).contains("edit web1") && notice(&desk).contains("ask again"), "{}", notice(&desk));
    desk.press("Esc");
    draft(&mut desk);
}

#[test]
fn who_goes_on_to_something_else_before_it_is_read_edits_nothing() {
    for keys in ["1", "1 j", "Esc", "x"] {
        let mut desk = open();
        desk.press("e");
        desk.press(keys);
        assert!(notice(&desk).contains("edit web1: called off"), "{keys}: {}", notice(&desk));
        assert!(!opens_the_editor(&tell(&mut desk, Which::Kept, &kept())), "{keys}");
    }
    let mut desk = desk();
    desk.press("Alt-e j k");
    let key = desk.guests[0].domain.key;
    let told = Shown { markup: markup(&kept()), ..Shown::default() };
    let effects = desk.tell(Msg::Definition(HOST, (key, Which::Kept), Ok(Box::new(told))));
    assert!(!opens_the_editor(&effects), "who went to another row went on");
}

#[test]
fn escape_calls_editing_off_and_nothing_else_at_once() {
    let mut desk = open();
    desk.press("e Esc");
    assert_eq!(desk.app.screen.focus, Panel::Xml, "the panel stays");
    desk.press("Esc");
    assert!(!desk.app.screen.shows(Panel::Xml));
}

#[test]
fn what_was_edited_is_defined_by_a_job_after_a_yes_and_its_file_goes_then() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    let Some(Overlay::Revised { revised, .. }) = &desk.app.overlay else { panic!("it is asked about") };
    assert!(revised.is_sound() && revised.warnings.is_empty() && !revised.changes.is_empty());
    desk.press("Enter");
    assert!(desk.app.overlay.is_some(), "Enter may be one too many: it is no yes");
    let effects = desk.press("y");
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Run(_, order) => Some(order.clone()),
        _ => None,
    });
    let order = order.expect("it is ordered like any other change");
    assert_eq!(order.requests, [Request::Define("/nonexistent/web1.xml".into())]);
    assert_eq!(order.command, "define /nonexistent/web1.xml");
    let report = Report { failure: None, ..Report::lost(&order, "") };
    let effects = desk.tell(Msg::Reported(HOST, order.job, Box::new(report)));
    assert!(effects.contains(&Effect::Discard("/nonexistent/web1.xml".into())));
    assert_eq!(asked(&effects), [(web1(&desk), Which::Live)], "what is shown is read anew");
}

#[test]
fn a_text_that_was_kept_without_something_stays_in_its_file_and_the_notice_says_what() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    desk.press("y");
    let job = desk.app.jobs.list().next_back().unwrap().id;
    let lost = vec!["its title,\u{1b}[2J".to_owned()];
    let trails = vec![Trail(vec![Step { driver: "xm".into(), refused: None, lost }])];
    let report = Report { failure: None, trails, ..Report::lost(&order(job), "") };
    let effects = desk.tell(Msg::Reported(HOST, job, Box::new(report)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Discard(_))));
    let notice = notice(&desk);
    assert!(notice.contains("/nonexistent/web1.xml keeps the text: done, without its title"), "{notice}");
    assert!(!notice.contains('\u{1b}'), "nothing of a file reaches the terminal raw");
    assert_eq!(desk.app.jobs.job(job).unwrap().stage, Stage::Done);
}

#[test]
fn what_somebody_else_kept_meanwhile_is_told_and_never_written_over() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, Texts { disturbed: true, ..texts(markup(LIVE), "web1") });
    let Some(Overlay::Revised { revised, .. }) = &desk.app.overlay else { panic!("it is asked about") };
    assert!(revised.warnings[0].contains("somebody else changed what is kept"), "{:?}", revised.warnings);
    let effects = desk.press("y");
    let upon = effects.iter().find_map(|effect| match effect {
        Effect::Run(_, order) => order.upon.clone(),
        _ => None,
    });
    let upon = upon.expect("it is meant upon what was looked at");
    assert_eq!((upon.key, &*upon.kept), (web1(&desk), kept().as_str()));
}

#[test]
fn what_was_edited_goes_to_the_host_it_came_from() {
    let guests = [guest(1, "db", 30.0), guest(2, "web1", 20.0)];
    let mut desk = Desk::unread(&guests, 2);
    for host in [HostId(0), HostId(1)] {
        let snapshot = desk.snapshot(host);
        desk.tell(Msg::Sampled(host, std::sync::Arc::new(snapshot)));
    }
    desk.press(": xml Space web1 Enter");
    tell(&mut desk, Which::Live, LIVE);
    desk.press("H");
    assert_eq!(desk.app.pane().id, HostId(1));
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    desk.app.hosts[0].mode = Mode::Viewer("it was asked for".into());
    assert!(!desk.press("y").iter().any(|effect| matches!(effect, Effect::Run(..))), "it only looks there");
    assert!(notice(&desk).contains("only looks"), "{}", notice(&desk));
    desk.app.hosts[0].mode = Mode::Operator;
    let effects = desk.press("y");
    let host = effects.iter().find_map(|effect| match effect {
        Effect::Run(host, _) => Some(*host),
        _ => None,
    });
    assert_eq!(host, Some(HostId(0)), "not to the one that is looked at by now");
}

#[test]
fn a_host_that_does_not_answer_holds_up_no_other() {
    let guests = [guest(1, "db", 30.0), guest(2, "web1", 20.0)];
    let mut desk = Desk::unread(&guests, 2);
    for host in [HostId(0), HostId(1)] {
        let snapshot = desk.snapshot(host);
        desk.tell(Msg::Sampled(host, std::sync::Arc::new(snapshot)));
    }
    let asks = |effects: &[Effect]| {
        let asks = effects.iter().filter_map(|effect| match effect {
            Effect::Definition(host, (key, which)) => Some((*host, *key, *which)),
            _ => None,
        });
        asks.collect::<Vec<_>>()
    };
    let db = desk.guests[0].domain.key;
    assert_eq!(asks(&desk.press("x")), [(HostId(0), db, Which::Live)]);
    let effects = desk.press("1 H");
    assert_eq!(asks(&effects), [(HostId(1), db, Which::Live)], "the first has not answered");
    let told = Shown { markup: markup(LIVE), ..Shown::default() };
    desk.tell(Msg::Definition(HostId(1), (db, Which::Live), Ok(Box::new(told))));
    assert_eq!(asks(&desk.press("Alt-e")), [(HostId(1), db, Which::Kept)], "nor does it hold up editing");
    assert!(asks(&desk.press("H")).is_empty(), "one question at a time is asked of each");
}

#[test]
fn to_name_it_with_what_is_kept_shows_what_is_kept() {
    let mut desk = open();
    desk.press("l");
    tell(&mut desk, Which::Kept, &kept());
    desk.press("l");
    assert_eq!(desk.app.xml.sight, Sight::Live);
    desk.press(": xml Space web1 Space --kept Enter");
    assert_eq!((desk.app.xml.sight, desk.app.xml.rows.len()), (Sight::Kept, kept().lines().count()));
}

#[test]
fn what_is_shown_is_read_anew_when_the_domain_changed_or_a_change_to_it_ended() {
    let mut desk = open();
    desk.guest("web1").domain.memory.0 += 4096;
    assert!(asked(&desk.tick(1000)).is_empty(), "memory moves by itself");
    desk.guest("web1").domain.vcpus.online += 1;
    assert_eq!(asked(&desk.tick(1000)), [(web1(&desk), Which::Live)]);
    tell(&mut desk, Which::Live, LIVE);
    desk.press("s y");
    let job = desk.app.jobs.list().next_back().unwrap().id;
    let report = Report { failure: None, ..Report::lost(&order(job), "") };
    let effects = desk.tell(Msg::Reported(HOST, job, Box::new(report)));
    assert_eq!(asked(&effects), [(web1(&desk), Which::Live)]);
}

/// The order such a text is defined by.
fn order(job: JobId) -> Order {
    let requests = vec![Request::Define("/nonexistent/web1.xml".into())];
    Order { job, command: "define".into(), requests, undoes: None, upon: None }
}

#[test]
fn a_text_the_drivers_refuse_stays_in_its_file_and_the_notice_says_where() {
    let mut desk = open();
    let draft = draft(&mut desk);
    edited(&mut desk, &draft, texts(markup(LIVE), "web1"));
    desk.press("y");
    let report = Report::lost(&order(JobId(1)), "no such bridge");
    let effects = desk.tell(Msg::Reported(HOST, JobId(1), Box::new(report)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Discard(_))));
    assert!(notice(&desk).starts_with("/nonexistent/web1.xml keeps the text: "), "{}", notice(&desk));
}

#[test]
fn a_text_nothing_can_be_made_of_is_edited_again_kept_or_dropped_but_not_defined() {
    let mut desk = open();
    let draft = draft(&mut desk);
    let mut broken = markup(LIVE);
    broken.problems = vec![problem(3, "`</uuid>` is missing", true)];
    edited(&mut desk, &draft, texts(broken.clone(), "web1"));
    let effects = desk.press("y");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(..))), "{effects:?}");
    assert!(matches!(desk.app.overlay, Some(Overlay::Revised { .. })));
    let effects = desk.press("e");
    let again = effects.iter().any(|effect| matches!(effect, Effect::Edit(again) if **again == draft));
    assert!(again, "with the same file, in which the text stands: {effects:?}");
    for (key, goes) in [("Esc", false), ("n", true)] {
        edited(&mut desk, &draft, texts(broken.clone(), "web1"));
        let effects = desk.press(key);
        let discards = effects.contains(&Effect::Discard("/nonexistent/web1.xml".into()));
        assert_eq!((discards, desk.app.overlay.is_none()), (goes, true), "{key}");
        assert_eq!(notice(&desk).contains("/nonexistent/web1.xml"), !goes, "{key}: {}", notice(&desk));
    }
}

#[test]
fn another_name_or_uuid_is_told_before_it_is_defined() {
    let mut desk = open();
    let draft = draft(&mut desk);
    let mut other = texts(markup(LIVE), "web9");
    if let Some(identity) = &mut other.after.1 {
        identity.uuid = None;
    }
    edited(&mut desk, &draft, other);
    let Some(Overlay::Revised { revised, .. }) = &desk.app.overlay else { panic!("it is asked about") };
    assert_eq!(revised.warnings.len(), 2);
    assert!(revised.warnings.iter().all(|warning| warning.contains("defines another domain")));
    assert!(revised.warnings[0].contains("from web1 to web9"));
}

#[test]
fn what_was_not_changed_or_could_not_be_edited_is_told_and_asked_about_no_further() {
    let mut desk = open();
    let draft = draft(&mut desk);
    for (came, told) in
        [(Ok(None), "nothing was changed"), (Err("cannot run the editor `x\u{7}`".to_owned()), "cannot run")]
    {
        desk.tell(Msg::Edited(Box::new(Edited { draft: draft.clone(), came })));
        assert!(desk.app.overlay.is_none() && notice(&desk).contains(told), "{}", notice(&desk));
        assert!(!notice(&desk).contains('\u{7}'));
    }
    for (file, told) in [
        (draft.file.clone(), "/nonexistent/web1.xml keeps the text: it ended"),
        (None, "edit web1: it ended"),
    ] {
        let draft = Draft { file, ..draft.clone() };
        desk.tell(Msg::Edited(Box::new(Edited { draft, came: Err("it ended".into()) })));
        assert_eq!(notice(&desk), told, "whether a text is left is told, and first where");
    }
    desk.press("e");
    let key = web1(&desk);
    let effects = desk.tell(Msg::Definition(HOST, (key, Which::Kept), Err("nobody keeps one".into())));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Edit(_))));
    assert!(notice(&desk).contains("nobody keeps one"));
}

#[test]
fn who_only_looks_reads_definitions_and_is_told_why_none_can_be_edited() {
    let mut desk = open();
    desk.app.hosts[0].mode = Mode::Viewer("started with -r".into());
    assert_eq!(asked(&desk.press("l")), [(web1(&desk), Which::Kept)]);
    tell(&mut desk, Which::Kept, &kept());
    for keys in ["e", "Alt-e", ": edit Enter"] {
        desk.app.notice = None;
        let effects = desk.press(keys);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Edit(_) | Effect::Definition(..))));
        assert!(notice(&desk).contains("this session only looks: started with -r"), "{keys}");
        assert!(
            effects.iter().any(|effect| matches!(effect, Effect::Refused(..))),
            "{keys}: the audit hears"
        );
    }
}

#[test]
fn the_mouse_scrolls_picks_and_folds() {
    use crossterm::event::MouseEventKind::{ScrollDown, ScrollUp};
    let mut desk = open();
    let regions = desk.regions(10);
    let mut regions =
        domtop::app::Regions { xml: domtop::app::Area { x: 82, y: 2, width: 36, height: 10 }, ..regions };
    regions.panels.push((Panel::Xml, domtop::app::Area { x: 80, y: 0, width: 40, height: 13 }));
    desk.tell(Msg::Drawn(regions));
    desk.mouse(ScrollDown, 90, 5);
    assert_eq!((desk.app.xml.first, desk.app.xml.cursor), (3, 3));
    desk.mouse(ScrollUp, 90, 5);
    assert_eq!(desk.app.xml.first, 0);
    desk.click(90, 2 + 6);
    assert_eq!(line(&desk), 6);
    let rows = desk.app.xml.rows.len();
    desk.click(90, 2 + 6);
    assert_eq!(desk.app.xml.rows.len(), rows - 4, "`<os>` is folded");
}

/// What the host has of web1 is another run of it from now on.
fn run_again(desk: &mut Desk, id: Option<u32>) -> DomainKey {
    let guest = desk.guest("web1");
    guest.domain.key.id = id.map(domtop::model::DomainId);
    guest.domain.key
}

#[test]
fn a_panel_that_stays_goes_on_with_the_next_run_of_its_domain() {
    let mut desk = open();
    desk.press("@");
    assert!(!desk.app.xml_is_gone());
    let next = run_again(&mut desk, Some(7));
    assert_eq!(asked(&desk.tick(1000)), [(next, Which::Live)], "what it runs with now is read");
    assert_eq!(desk.app.xml.of, Some((HOST, next)));
    assert_eq!(desk.app.xml.rows.len(), LIVE.lines().count(), "what is known is seen until then");
    assert!(desk.app.xml.fixed && !desk.app.xml_is_gone());
    desk.tell(Msg::Definition(HOST, (next, Which::Live), Ok(Box::default())));
    let off = run_again(&mut desk, None);
    desk.tick(1000);
    assert_eq!(desk.app.xml.of, Some((HOST, off)), "nor does it lose one that stops");
}

#[test]
fn of_a_domain_that_has_gone_a_panel_that_stays_says_so() {
    let mut desk = open();
    desk.press("@");
    desk.guests.remove(1);
    desk.tick(1000);
    assert!(desk.app.xml_is_gone());
    assert_eq!(desk.app.xml.rows.len(), LIVE.lines().count());
    // One without a uuid is no other's next run.
    desk.guests[0].domain.key.uuid = Uuid::nil();
    desk.app.xml.of = Some((HOST, DomainKey { id: None, uuid: Uuid::nil() }));
    desk.tick(1000);
    assert!(desk.app.xml_is_gone());
}

#[test]
fn what_is_kept_is_read_anew_after_a_job_that_makes_definitions() {
    for (keys, request) in [
        (": define Space /nonexistent/x.xml Enter", Request::Define("/nonexistent/x.xml".into())),
        (": create Space /nonexistent/x.xml Enter", Request::Create("/nonexistent/x.xml".into())),
        (": restore Space /nonexistent/x.xml Enter y", Request::Restore("/nonexistent/x.xml".into())),
    ] {
        let mut desk = open();
        desk.press("l");
        tell(&mut desk, Which::Kept, &kept());
        desk.press(keys);
        let job = desk.app.jobs.list().next_back().unwrap();
        assert_eq!(job.requests, [request]);
        let id = job.id;
        let report = Report { failure: None, ..Report::lost(&order(id), "") };
        let effects = desk.tell(Msg::Reported(HOST, id, Box::new(report)));
        assert_eq!(asked(&effects), [(web1(&desk), Which::Kept)], "{keys}");
    }
}

#[test]
fn the_element_at_a_closing_tag_or_within_a_text_is_copied_whole() {
    let mut desk = open();
    let at = |what: &str| LIVE.lines().position(|line| line.contains(what)).unwrap();
    let lines = |from: usize, to: usize| -> String {
        LIVE.lines().skip(from).take(to + 1 - from).flat_map(|line| [line, "\n"]).collect()
    };
    desk.app.xml.cursor = at("</os>");
    assert_eq!(clipboard(&desk.press("Y")), Some(lines(at("<os>"), at("</os>"))));
    assert!(notice(&desk).ends_with("clipboard: 5 lines"), "{}", notice(&desk));
    desk.app.xml.cursor = at("<kernel>");
    assert_eq!(clipboard(&desk.press("Y")), Some(lines(at("<kernel>"), at("<kernel>"))));
    assert!(notice(&desk).ends_with("clipboard: 1 line"), "{}", notice(&desk));
    let text = "<domain>\n  <description>\n    all of it\n  </description>\n</domain>";
    tell(&mut desk, Which::Live, text);
    desk.app.xml.cursor = 2;
    let element = "  <description>\n    all of it\n  </description>\n";
    assert_eq!(clipboard(&desk.press("Y")).as_deref(), Some(element));
}

#[test]
fn to_ask_for_what_is_kept_never_closes_the_panel() {
    let mut desk = open();
    desk.press(": xml Space --kept Enter");
    assert!(desk.app.screen.shows(Panel::Xml), "it has the keys");
    assert_eq!(desk.app.xml.sight, Sight::Kept);
    desk.press("1 : xml Space --kept Enter");
    assert_eq!(desk.app.screen.focus, Panel::Xml);
}

#[test]
fn what_is_to_be_edited_may_be_started_or_stopped_meanwhile() {
    let mut desk = open();
    let before = web1(&desk);
    assert_eq!(asked(&desk.press("e")), [(before, Which::Kept)]);
    run_again(&mut desk, Some(7));
    desk.tick(1000);
    let told = Shown { markup: markup(&kept()), ..Shown::default() };
    let effects = desk.tell(Msg::Definition(HOST, (before, Which::Kept), Ok(Box::new(told))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Edit(_))), "{}", notice(&desk));
}
