//! The palette's line: completion, lines run before, words it refuses. Keys in, line out.

use domtop::{
    app::{
        Effect, Msg, Overlay,
        command::{ArgKind, COMMANDS, find},
        overlay::palette,
        prompt::{Around, Past, candidates::candidates},
    },
    model::{CpuPool, DomainKey, KiB, Node, Pcpu, Reading, VcpuCount},
};
use proptest::prelude::*;

use crate::hosts::{Desk, guest};

fn desk() -> Desk {
    Desk::new(&[guest(1, "web1", 30.0), guest(2, "web2", 20.0), guest(3, "my vm", 10.0)])
}

fn line(desk: &Desk) -> String {
    desk.app.overlay.as_ref().and_then(Overlay::input).map(|i| i.value().to_owned()).unwrap_or_default()
}

fn menu(desk: &Desk) -> Vec<&str> {
    desk.app.prompt.menu.iter().flat_map(|menu| &menu.candidates).map(|c| c.text.as_str()).collect()
}

fn said(desk: &Desk) -> &str {
    desk.app.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn tab_completes_the_picked_name_with_room_for_its_words() {
    let mut desk = desk();
    desk.press(":setme Tab");
    assert_eq!(line(&desk), "setmem ");
    desk.press("Ctrl-u frz Tab");
    assert_eq!(line(&desk), "freeze");
}

#[test]
fn tab_puts_in_what_all_have_in_common_and_then_each() {
    let mut desk = desk();
    desk.press(":shutdown Space w Tab");
    assert_eq!((line(&desk).as_str(), menu(&desk)), ("shutdown web", vec!["web1", "web2"]));
    for (key, shown) in [
        ("Tab", "shutdown web1"),
        ("Tab", "shutdown web2"),
        ("Tab", "shutdown web1"),
        ("Shift-Tab", "shutdown web2"),
        ("Down", "shutdown web1"),
        ("Up", "shutdown web2"),
    ] {
        desk.press(key);
        assert_eq!(line(&desk), shown, "{key}");
    }
    desk.press("Esc");
    assert_eq!((line(&desk).as_str(), menu(&desk).len()), ("shutdown web", 0), "Esc closes the list only");
    desk.press("1 Tab");
    assert_eq!(line(&desk), "shutdown web1 ", "the only one, and room for what follows");
}

#[test]
fn a_click_on_a_candidate_puts_it_in() {
    let mut desk = desk();
    desk.press(":info Esc :destroy Space w Tab");
    desk.click(30, 5 + 1);
    assert_eq!(line(&desk), "destroy web2");
}

#[test]
fn typing_closes_the_list() {
    let mut desk = desk();
    desk.press(":shutdown Space w Tab");
    assert_eq!(menu(&desk).len(), 2);
    desk.press("x");
    assert!(menu(&desk).is_empty());
    desk.press("Tab");
    assert_eq!(said(&desk), "DOMAIN: name, id or uuid of a domain");
}

#[test]
fn help_over_the_palette_is_not_offered_its_candidates() {
    let mut desk = desk();
    desk.press(":shutdown Space w Tab F1 Down Down");
    assert!(matches!(desk.app.overlay, Some(Overlay::Help { .. })));
    assert_eq!(line(&desk), "");
}

#[test]
fn a_name_with_spaces_is_quoted_and_hits_its_domain() {
    let mut desk = desk();
    desk.press(":resume Space m Tab");
    assert_eq!(line(&desk), "resume \"my vm\" ");
    let effects = desk.press("Enter");
    let hit = |effect: &Effect| matches!(effect, Effect::Run(_, order) if format!("{order:?}").contains("DomainId(3)"));
    assert!(effects.iter().any(hit), "{effects:?}");
}

#[test]
fn a_domain_may_be_left_out_so_both_are_offered() {
    let mut desk = desk();
    desk.press(":setmem Space Tab");
    let offered = menu(&desk);
    assert!(offered.contains(&"web1") && offered.contains(&"1G") && offered.contains(&"512M"), "{offered:?}");
    desk.press("Esc web2 Space Tab");
    assert_eq!(menu(&desk), ["1G", "512M", "2G"]);
    desk.press("Esc Ctrl-u setmem Space web2 Space 2 Tab");
    assert_eq!(line(&desk), "setmem web2 2G ");
    desk.press("Tab");
    assert_eq!(said(&desk), "setmem DOMAIN SIZE takes no word there");
}

#[test]
fn numbers_are_those_the_domain_can_have() {
    let mut desk = desk();
    desk.press(":setvcpus Space web1 Space Tab");
    assert_eq!(menu(&desk), ["1", "2", "3", "4"]);
    desk.press("Esc Ctrl-u pin Space web1 Space Tab");
    assert_eq!(menu(&desk), ["all", "0", "1", "2", "3"]);
    desk.press("Esc all Space Tab");
    assert_eq!(menu(&desk)[..2], ["all", "0-3"]);
    desk.press("Esc 0-3 Space s Tab");
    assert_eq!(line(&desk), "pin web1 all 0-3 soft ");
}

#[test]
fn what_is_no_domain_s_is_completed_too() {
    let mut desk = desk();
    desk.app.settings.themes = vec!["dark".into(), "dusk".into(), "light".into()];
    for (typed, completed) in [
        ("sort Space me Tab", "sort mem"),
        ("theme Space l Tab", "theme light "),
        ("glyphs Space as Tab", "glyphs ascii "),
        ("columns Space name Space cp Tab", "columns name cpu "),
    ] {
        desk.press(&format!(":{typed}"));
        assert_eq!(line(&desk), completed);
        desk.press("Esc Esc");
    }
}

#[test]
fn files_are_looked_for_by_who_may_and_offered_when_they_come() {
    let mut desk = desk();
    let effects = desk.press(":create Space /etc/x Tab");
    assert_eq!(effects, [Effect::Complete("/etc/x".into())]);
    let found = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
    desk.tell(Msg::Completed("/etc/x".into(), found(&["/etc/xen/", "/etc/xml cfg"])));
    assert_eq!((line(&desk).as_str(), menu(&desk).len()), ("create /etc/x", 2));
    desk.press("Tab");
    assert_eq!(line(&desk), "create /etc/xen/");
    assert_eq!(desk.press("Esc e Tab"), [Effect::Complete("/etc/xe".into())]);
    desk.tell(Msg::Completed("/etc/xe".into(), found(&["/etc/xen/"])));
    assert_eq!(line(&desk), "create /etc/xen/", "a folder goes on without a space");
}

#[test]
fn files_that_come_late_or_cannot_be_typed_are_let_go() {
    let mut desk = desk();
    desk.press(":create Space /a Tab b");
    desk.tell(Msg::Completed("/a".into(), Ok(vec!["/abc".into()])));
    assert_eq!(line(&desk), "create /ab", "the word is another by now");
    desk.press("Tab");
    desk.tell(Msg::Completed("/ab".into(), Ok(vec!["/ab\u{1b}[2J".into()])));
    assert_eq!((line(&desk).as_str(), said(&desk)), ("create /ab", "no file begins so"));
    desk.press("Tab");
    desk.tell(Msg::Completed("/ab".into(), Err("cannot look into /: \u{1b}".into())));
    assert_eq!(said(&desk), "cannot look into /: \u{241b}");
    desk.press("Esc");
    desk.tell(Msg::Completed("/ab".into(), Ok(vec!["/abc".into()])));
    assert!(desk.app.overlay.is_none() && desk.app.prompt.menu.is_none());
}

#[test]
fn the_line_for_missing_words_completes_as_the_palette_does() {
    let mut desk = desk();
    desk.press("m Tab");
    assert!(matches!(desk.app.overlay, Some(Overlay::Arguments { .. })));
    assert_eq!(menu(&desk), ["1G", "512M", "2G"]);
    desk.press("Tab Tab Tab");
    assert_eq!(line(&desk), "2G");
    assert!(desk.press("Enter").iter().any(|effect| matches!(effect, Effect::Run(..))));
    desk.press("Ctrl-k Tab");
    assert_eq!(menu(&desk)[0], "all");
    assert!(desk.press("Esc Esc n /x Tab").contains(&Effect::Complete("/x".into())));
}

#[test]
fn completion_within_a_line_keeps_what_follows() {
    let mut desk = desk();
    desk.press(":setmem Space Space 2G Left Left Left web1 Tab");
    assert_eq!(line(&desk), "setmem web1 2G");
    assert_eq!(desk.app.overlay.as_ref().unwrap().input().unwrap().cursor(), 11);
}

#[test]
fn earlier_lines_come_back_by_key_and_from_the_top_of_the_list() {
    let mut desk = desk();
    desk.press(":freeze Enter :glyphs Space ascii Enter :freeze Enter :");
    assert_eq!(desk.app.prompt.past.lines(), ["freeze", "glyphs ascii"], "newest first, none twice");
    for (key, shown) in [
        ("Alt-p", "freeze"),
        ("Alt-p", "glyphs ascii"),
        ("Alt-p", "glyphs ascii"),
        ("Alt-n", "freeze"),
        ("Alt-n", ""),
        ("Alt-n", ""),
        ("Up", "freeze"),
        ("Up", "glyphs ascii"),
        ("Down", "freeze"),
        ("Down", ""),
    ] {
        desk.press(key);
        assert_eq!(line(&desk), shown, "{key}");
    }
    desk.press("so Down Up Up");
    assert_eq!(line(&desk), "freeze", "Up picks from the list before it walks");
    desk.press("Down");
    assert_eq!(line(&desk), "so", "what was being typed is not lost");
    desk.press("Up x");
    assert_eq!(line(&desk), "freezex");
    desk.press("Up");
    assert_eq!(line(&desk), "freeze", "an edited line starts a new walk");
}

#[test]
fn a_recalled_line_runs_again() {
    let mut desk = desk();
    desk.press(":freeze Enter : Alt-p Enter");
    assert!(!desk.app.settings.frozen);
}

#[test]
fn lines_that_failed_are_kept_to_be_mended() {
    let mut desk = desk();
    desk.press(":setmem Space web1 Space lots Enter : Alt-p");
    assert_eq!(line(&desk), "setmem web1 lots");
}

#[test]
fn a_kiosk_keeps_no_lines() {
    let mut desk = desk();
    desk.app.settings.kiosk = Some(vec!["palette".into(), "freeze".into()]);
    desk.press(":freeze Enter");
    assert!(desk.app.prompt.past.lines().is_empty() && desk.app.settings.frozen);
    desk.press(":shutdown");
    assert!(desk.press("Tab").is_empty());
    assert_eq!(line(&desk), "shutdown", "it is no command here");
    desk.press("Enter");
    assert_eq!(said(&desk), "there is no command `shutdown`");
}

#[test]
fn a_word_too_many_is_refused_and_nothing_is_done() {
    for (typed, why) in [
        ("freeze Space now", "freeze: `now` is one word too many"),
        ("setmem Space web1 Space 1G Space 2G", "setmem DOMAIN SIZE: `2G` is one word too many"),
        ("glyphs Space ascii Space block", "glyphs [GLYPHS]: `block` is one word too many"),
        ("create Space a Space b", "create FILE: `b` is one word too many"),
    ] {
        let mut desk = desk();
        assert!(desk.press(&format!(":{typed} Enter")).is_empty(), "{typed}");
        assert_eq!(said(&desk), why);
        assert!(!desk.app.settings.frozen && desk.app.overlay.is_none());
    }
    let mut desk = desk();
    desk.press("m 1G Space 2G Enter");
    let Some(Overlay::Arguments { error, .. }) = &desk.app.overlay else { panic!("the line stays open") };
    assert_eq!(error.as_deref(), Some("`2G` is one word too many: setmem DOMAIN SIZE"));
    desk.press("Esc :filter Space web Space cpu>1 Enter");
    assert_eq!(desk.rows().len(), 2, "a filter takes as many as there are");
}

#[test]
fn an_unknown_command_is_told_the_nearest() {
    let mut desk = desk();
    desk.press(":destory Space web1 Enter");
    assert_eq!(said(&desk), "there is no command `destory`; did you mean `destroy`?");
}

#[test]
fn every_kind_of_argument_has_candidates_or_is_free() {
    let mut domain = guest(7, "a", 1.0).domain;
    domain.vcpus = VcpuCount { online: 2, max: 4 };
    let pcpu = |node, core| Pcpu { online: true, core, socket: 0, node };
    let node = Node {
        pcpus: vec![pcpu(0, 0), pcpu(0, 0), pcpu(1, 1), pcpu(1, 1), Pcpu::default()],
        pools: Vec::<CpuPool>::new(),
        ..Node::default()
    };
    let domains = [domain];
    let around = Around {
        domains: &domains,
        node: Some(&node),
        memory: Some(KiB(8 << 20)),
        domain: domains.first(),
        op: None,
        themes: &["dark".to_owned()],
    };
    for command in COMMANDS {
        for arg in command.args {
            let found = candidates(arg, "", &around);
            let free = matches!(arg.kind, ArgKind::Word | ArgKind::File);
            assert_eq!(found.is_empty(), free, "{} {}", command.name, arg.name);
        }
    }
    let cpus = find("pin").unwrap().args[2];
    let texts: Vec<_> = candidates(&cpus, "", &around).into_iter().map(|c| c.text).collect();
    assert_eq!(texts, ["all", "0-3", "0-1", "2-3"], "each set once, though a node is a core here");
}

#[test]
fn each_domain_is_offered_by_a_word_that_means_it_and_no_other() {
    let mut guests = vec![guest(1, "a", 1.0), guest(2, "a", 1.0), guest(3, "1", 1.0), guest(4, "", 1.0)];
    guests.push(guest(5, "e\u{202e}vil", 1.0));
    let domains: Vec<_> = guests.into_iter().map(|guest| guest.domain).collect();
    let around = Around { domains: &domains, ..Around::default() };
    let arg = find("shutdown").unwrap().args[0];
    let meant: Vec<Option<DomainKey>> = candidates(&arg, "", &around)
        .iter()
        .map(|candidate| domtop::model::domain::find(&domains, &candidate.text).map(|domain| domain.key))
        .collect();
    assert_eq!(meant, domains.iter().map(|domain| Some(domain.key)).collect::<Vec<_>>());
    let ids: Vec<_> = candidates(&arg, "2", &around).into_iter().map(|c| c.text).collect();
    assert_eq!(ids, ["2"]);
}

#[test]
fn sizes_are_written_so_that_they_are_read_as_what_they_are() {
    let mut domain = guest(1, "a", 1.0).domain;
    (domain.memory, domain.max_memory) = (KiB(1_048_577), Reading::Known(KiB(3 << 20)));
    let around = Around { domain: Some(&domain), memory: Some(KiB(2 << 20)), ..Around::default() };
    let arg = find("setmaxmem").unwrap().args[1];
    let sizes: Vec<_> =
        candidates(&arg, "", &around).into_iter().map(|c| KiB::parse(&c.text).unwrap()).collect();
    assert_eq!(sizes, [KiB(1_048_577), KiB(524_288)], "no more than the host has");
}

#[test]
fn the_palette_shows_where_each_letter_was_found() {
    for (typed, command) in palette("spu").into_iter().map(|command| ("spu", command)) {
        let found = domtop::app::words::matched(typed, command.name);
        let letters: String = found.iter().map(|place| command.name.as_bytes()[*place] as char).collect();
        assert!(letters == typed || letters.is_empty(), "{}: {letters}", command.name);
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_and_completed_the_line_stays_a_line(
        typed in "[a-z0-9 \"'=^,-]{0,40}",
        keys in prop::collection::vec(
            prop::sample::select(vec!["Tab", "Shift-Tab", "Up", "Down", "Left", "Alt-p", "Alt-n", "Esc", "Space", "PageDown"]),
            0..12,
        ),
    ) {
        let mut desk = desk();
        desk.press(":freeze Enter :");
        desk.tell(Msg::Input(crossterm::event::Event::Paste(typed)));
        for key in keys {
            desk.press(key);
            let value = line(&desk);
            prop_assert!(value.chars().count() <= 200 && !value.chars().any(char::is_control));
        }
    }

    #[test]
    fn lines_kept_are_few_and_none_twice(lines in prop::collection::vec("[ab ]{0,9}|.{0,300}", 0..300)) {
        let past = Past::new(lines);
        prop_assert!(past.lines().len() <= domtop::app::prompt::MOST);
        let once: std::collections::HashSet<_> = past.lines().iter().collect();
        prop_assert_eq!(once.len(), past.lines().len());
        prop_assert!(past.lines().iter().all(|line| line.chars().count() <= 200));
    }
}
