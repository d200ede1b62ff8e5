//! The filter: its language, and how the rows follow it.

use domtop::{
    app::{CpuScale, Overlay, filter::Query, subject::Scene},
    model::{DomainState, GuestType, KiB, Nanos, Reading},
};
use proptest::prelude::*;

use crate::hosts::{Desk, Guest, guest};

fn web() -> Desk {
    let mut guests = [
        guest(12, "web1", 80.0),
        guest(13, "web2", 5.0),
        guest(20, "db-Primary", 120.0),
        guest(21, "old fax", 0.0),
    ];
    guests[2].domain.memory = KiB(8 << 20);
    guests[2].domain.guest = Reading::Known(GuestType::Hvm);
    guests[2].net = 20_000_000;
    guests[3].domain.state = DomainState::Paused;
    guests[3].domain.pool = Reading::Known(1);
    guests[3].domain.cpu_time = Nanos(7200 * 1_000_000_000);
    Desk::new(&guests)
}

/// The names a query leaves, by id.
fn left(desk: &Desk, query: &str) -> Vec<String> {
    let query = Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why}"));
    let pane = desk.app.pane();
    let scene = Scene::new(pane.shown.as_ref().unwrap(), &pane.rates, CpuScale::Pcpu);
    let subjects = (0..4).map(|place| scene.subject(place).unwrap()).filter(|s| query.matches(s));
    subjects.map(|s| s.domain.name.raw().to_owned()).collect()
}

#[test]
fn queries_leave_what_they_ask_for() {
    let desk = web();
    for (query, wanted) in [
        ("", &["web1", "web2", "db-Primary", "old fax"][..]),
        ("web", &["web1", "web2"]),
        ("WEB", &["web1", "web2"]),
        ("primary", &["db-Primary"]),
        ("web 13", &["web2"]),
        ("20", &["db-Primary"]),
        ("0014", &["db-Primary"]),
        ("\"old fax\"", &["old fax"]),
        ("cpu>50", &["web1", "db-Primary"]),
        ("cpu > 50 web", &["web1"]),
        ("cpu>=80 and cpu<=81", &["web1"]),
        ("cpu<50", &["web2", "old fax"]),
        ("cpu=80%", &["web1"]),
        ("mem>=8G", &["db-Primary"]),
        ("mem<4096M", &["web1", "web2", "old fax"]),
        ("memory=1GiB", &["web1", "web2", "old fax"]),
        ("mem%>40", &["db-Primary"]),
        ("net>10M", &["db-Primary"]),
        ("net>10Mi", &["db-Primary"]),
        ("net>=20MB/s", &["db-Primary"]),
        ("rx=19.95M", &["db-Primary"]),
        ("rx=19.5M", &[]),
        ("vcpus>2", &[]),
        ("vcpus:2 web1", &["web1"]),
        ("time>1h", &["old fax"]),
        ("state:running", &["web1", "web2", "db-Primary"]),
        ("state:pau", &["old fax"]),
        ("state!=running", &["old fax"]),
        ("type:hvm", &["db-Primary"]),
        ("type:pv", &["web1", "web2", "old fax"]),
        ("pool:1", &["old fax"]),
        ("pool!=1", &[]),
        ("name:web*", &["web1", "web2"]),
        ("name:eb", &["web1", "web2"]),
        ("name:web?", &["web1", "web2"]),
        ("name:eb*", &[]),
        ("name!=web1", &["web2", "db-Primary", "old fax"]),
        ("name!=web*", &["db-Primary", "old fax"]),
        ("not web", &["db-Primary", "old fax"]),
        ("!web", &["db-Primary", "old fax"]),
        ("web1 or fax", &["web1", "old fax"]),
        ("web1 | fax", &["web1", "old fax"]),
        ("web1|fax", &["web1", "old fax"]),
        ("web and not (cpu>50 or 99)", &["web2"]),
        ("not not web1", &["web1"]),
        ("uuid:0015", &["old fax"]),
        ("id>=20", &["db-Primary", "old fax"]),
    ] {
        assert_eq!(left(&desk, query), wanted, "{query}");
    }
}

#[test]
fn or_binds_weaker_than_and() {
    assert_eq!(left(&web(), "web cpu>50 or fax"), ["web1", "old fax"]);
    assert_eq!(left(&web(), "web (cpu>50 or fax)"), ["web1"]);
}

#[test]
fn what_is_wrong_is_said() {
    for (query, why) in [
        ("cpu>", "`cpu>` wants a value"),
        ("cpu>x", "`cpu` wants a number like 50, not `x`"),
        ("cpuu>5", "there is no column `cpuu`; did you mean `cpu`?"),
        ("mem>4", "`mem` wants a unit, as 4M or 4G"),
        ("mem>4q", "`mem` wants a number like 512M or 2G, not `4q`"),
        (
            "state:foo",
            "state: `foo` is none of running, idle, paused, shutdown, crashed, dying, off, unknown",
        ),
        ("type:", "`type:` wants a value"),
        ("name>x", "`name` has no order for `>`: write name: or name!="),
        ("(web", "`(` without a `)` after it"),
        ("web)", "`)` without a `(` before it"),
        ("()", "nothing before `)`"),
        ("web or", "something should follow"),
        ("or web", "a word or a condition is missing"),
        (">5", "`>` wants a column before it, as cpu>50"),
        ("not", "something should follow"),
    ] {
        assert_eq!(Query::parse(query), Err(why.to_owned()), "{query}");
    }
    assert_eq!(Query::parse(&"(".repeat(900)), Err("nested too deep".into()));
    assert_eq!(Query::parse(&"not ".repeat(200)), Err("nested too deep".into()));
    assert!(Query::parse(&"x".repeat(1001)).is_err());
}

#[test]
fn foreign_signs_in_an_error_are_made_visible() {
    let why = Query::parse("\u{1b}[31m>5").unwrap_err();
    assert!(!why.contains('\u{1b}'), "{why:?}");
}

#[test]
fn rows_follow_while_it_is_typed_and_stay_while_it_cannot_be_read() {
    let mut desk = web();
    desk.press("/w");
    assert_eq!(desk.rows(), ["web1", "web2"]);
    desk.press("Space (");
    assert_eq!(desk.rows(), ["web1", "web2"]);
    assert_eq!(desk.app.table.filter_error.as_deref(), Some("something should follow"));
    desk.press("Enter");
    assert!(matches!(desk.app.overlay, Some(Overlay::Filter { .. })), "a filter with an error is not kept");
    desk.press("cpu>50) Enter");
    assert_eq!((desk.rows(), desk.app.overlay.is_none()), (vec!["web1".to_owned()], true));
    assert_eq!(desk.app.table.filter, "w (cpu>50)");
}

#[test]
fn esc_restores_the_filter_before() {
    let mut desk = web();
    desk.press("/web Enter");
    desk.press("/ 1 Esc");
    assert_eq!(desk.app.table.filter, "web");
    assert_eq!(desk.rows(), ["web1", "web2"]);
    desk.press("Backspace");
    assert_eq!((desk.rows().len(), desk.app.table.filter.as_str()), (4, ""));
}

#[test]
fn the_cursor_moves_to_the_nearest_row_when_its_domain_is_filtered_out() {
    let mut desk = web();
    assert_eq!(desk.cursor(), "db-Primary");
    desk.press("/web");
    assert_eq!(desk.cursor(), "web1");
    desk.press("zzz");
    assert_eq!((desk.rows().len(), desk.app.table.cursor), (0, None));
    desk.press("Esc");
    assert!(desk.app.table.cursor.is_some());
}

#[test]
fn the_filter_is_asked_again_at_every_tick() {
    let mut desk = web();
    desk.press("/cpu>50 Enter");
    desk.guest("web2").cpu = 100.0;
    desk.tick(1000);
    assert!(desk.rows().contains(&"web2".to_owned()));
}

#[test]
fn percent_are_of_what_the_scale_says() {
    let mut desk = web();
    desk.press("/cpu>25 Enter");
    assert_eq!(desk.rows().len(), 2);
    desk.press("%");
    assert_eq!(desk.rows(), ["db-Primary"], "120 % of one of four pCPUs is 30 % of the host");
}

#[test]
fn a_domain_that_did_not_match_does_not_fade() {
    let mut desk = web();
    desk.press("/web Enter");
    desk.lose("db-Primary");
    desk.lose("web2");
    desk.tick(100);
    assert_eq!(desk.rows(), ["web1", "-web2"]);
}

fn anything() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "web", "cpu", "mem", "name", "state", "(", ")", "!", "not ", "and ", "or ", "|", "&", ">", "<=",
        "!=", ":", "=", "\"", " ", "50", "1G", "*", "?", "é", "\u{1b}", "9e999", ".", "%",
    ]);
    prop_oneof![prop::collection::vec(pieces, 0..24).prop_map(|p| p.concat()), any::<String>()]
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in anything(), name in any::<String>()) {
        let guests: [Guest; 1] = [guest(1, &name, 1.0)];
        if let Ok(query) = Query::parse(&text) {
            let desk = Desk::new(&guests);
            let scene = desk.app.scene().unwrap();
            let _ = query.matches(&scene.subject(0).unwrap());
        }
    }

    #[test]
    fn not_turns_a_query_round(text in anything()) {
        let (Ok(query), Ok(turned)) = (Query::parse(&text), Query::parse(&format!("not ({text})"))) else {
            return Ok(());
        };
        // What follows an open quotation mark is a part of the word.
        prop_assume!(text.matches('"').count() % 2 == 0);
        let desk = web();
        let scene = desk.app.scene().unwrap();
        for place in 0..4 {
            let subject = scene.subject(place).unwrap();
            prop_assert_ne!(query.matches(&subject), turned.matches(&subject));
        }
    }
}
