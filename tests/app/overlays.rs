//! Help, palette, column chooser, sort menu, interval line, pastes.

use crossterm::event::Event;
use domtop::{
    app::{
        Column, Effect, Msg, Overlay,
        command::footer,
        overlay::{HelpLine, help, palette},
    },
    model::{HostId, Nanos},
};

use crate::hosts::{Desk, MS, guest};

fn desk() -> Desk {
    Desk::new(&[guest(1, "a", 10.0), guest(2, "b", 30.0)])
}

fn names(desk: &Desk, search: &str) -> Vec<&'static str> {
    let name = |line: HelpLine| match line {
        HelpLine::Row { command, .. } => Some(command.name),
        HelpLine::Heading(_) | HelpLine::Note { .. } => None,
    };
    help(&desk.app, search).into_iter().filter_map(name).collect()
}

#[test]
fn help_lists_every_command_and_search_narrows_it() {
    let desk = desk();
    assert_eq!(names(&desk, "").len(), domtop::app::command::COMMANDS.len());
    assert!(names(&desk, "freez").contains(&"freeze"));
    assert!(names(&desk, "STAND STILL").contains(&"freeze"), "docs are searched too");
    assert!(names(&desk, "ctrl-l").contains(&"redraw"), "keys are searched too");
    assert!(names(&desk, "no such thing").is_empty());
}

#[test]
fn help_says_why_a_command_is_off() {
    let desk = Desk::new(&[]);
    let why = |name: &str| {
        help(&desk.app, "").into_iter().find_map(|line| match line {
            HelpLine::Row { command, why_not, .. } if command.name == name => why_not,
            _ => None,
        })
    };
    assert_eq!(why("detail").as_deref(), Some("no domain is selected"));
    assert_eq!(why("next-host").as_deref(), Some("only one host"));
    assert_eq!(why("freeze"), None);
}

#[test]
fn help_scrolls_between_its_first_and_last_line() {
    let mut desk = desk();
    desk.press("?");
    desk.draw(11);
    let offset = |desk: &Desk| match desk.app.overlay {
        Some(Overlay::Help { offset, .. }) => offset,
        _ => panic!("help is open"),
    };
    desk.press("Up");
    assert_eq!(offset(&desk), 0);
    (0..40).for_each(|_| drop(desk.press("PageDown")));
    assert_eq!(offset(&desk), help(&desk.app, "").len() - 8);
    desk.press("zoom");
    assert_eq!(offset(&desk), 0, "a search starts at the top");
    assert!(!desk.app.screen.zoom, "letters are for the search");
}

#[test]
fn the_palette_finds_by_letters_in_order_and_runs() {
    let mut desk = desk();
    assert_eq!(palette("scpu")[0].name, "sort-cpu");
    assert_eq!(palette("freeze")[0].name, "freeze");
    assert!(palette("").len() > 40);
    assert!(palette("list").iter().all(|c| c.name != "list"), "what prints is for the command line");
    desk.press(":frz Enter");
    assert!(desk.app.settings.frozen && desk.app.overlay.is_none());
    desk.press(":sort-n Down Up Enter");
    assert_eq!(desk.app.table.sort, Column::Name);
    assert_eq!(desk.press(":quit Enter"), [Effect::Quit]);
}

#[test]
fn what_follows_a_name_in_the_palette_is_for_the_command() {
    let mut desk = desk();
    let interval = Effect::Interval(HostId(0), Some(Nanos(250 * MS)));
    assert_eq!(desk.press(":interval Space 250ms Enter"), [interval]);
    desk.press(":filter Space cpu>20 Enter");
    assert_eq!(desk.rows(), ["b"]);
    desk.press(":glyphs Space ascii Enter");
    assert_eq!(desk.app.settings.glyphs, domtop::app::Glyphs::Ascii);
    desk.press(":glyphs Space asci Enter");
    let why = "`asci` is none of `braille`, `block`, `ascii`; did you mean `ascii`?";
    assert_eq!(desk.app.notice.as_ref().unwrap().text, why);
}

#[test]
fn an_unknown_command_is_told() {
    let mut desk = desk();
    desk.press(":xyzzy Enter");
    assert_eq!(desk.app.notice.unwrap().text, "there is no command `xyzzy`");
}

#[test]
fn the_column_chooser_hides_shows_and_moves() {
    let mut desk = desk();
    let before = desk.app.table.columns.clone();
    assert_eq!(before[3], Column::Cpu);
    desk.press("C Down Down Down Space");
    assert!(!desk.app.table.columns.contains(&Column::Cpu));
    desk.press("Space");
    assert_eq!(desk.app.table.columns, before, "where it was");
    desk.press("Shift-Up Shift-Up Shift-Up Shift-Up");
    assert_eq!(desk.app.table.columns[0], Column::Cpu);
    desk.press("Shift-Down");
    assert_eq!(desk.app.table.columns[..2], [Column::Id, Column::Cpu]);
    assert!(
        matches!(desk.app.overlay, Some(Overlay::Columns { selected: 1 })),
        "the pick follows the column"
    );
    desk.press("Esc");
    assert!(desk.app.overlay.is_none());
}

#[test]
fn the_name_stays() {
    let mut desk = desk();
    desk.press("C Down Space");
    assert!(desk.app.table.columns.contains(&Column::Name));
}

#[test]
fn every_column_is_in_the_chooser_once_whatever_is_shown() {
    let mut desk = desk();
    desk.press("C");
    for _ in 0..3 {
        for key in ["Space", "Shift-Down", "Down", "Space", "Shift-Up", "Down", "Down"] {
            desk.press(key);
            let mut all: Vec<Column> =
                desk.app.table.columns_in_order().into_iter().map(|(c, _)| c).collect();
            let shown: Vec<Column> =
                desk.app.table.columns_in_order().into_iter().filter(|(_, s)| *s).map(|(c, _)| c).collect();
            assert_eq!(shown, desk.app.table.columns);
            all.sort_unstable();
            assert_eq!(all, Column::ALL);
        }
    }
}

#[test]
fn the_interval_line_says_what_is_wrong() {
    let mut desk = desk();
    let error = |desk: &Desk| match &desk.app.overlay {
        Some(Overlay::Interval { error, .. }) => error.clone(),
        _ => panic!("the line is open"),
    };
    desk.press("i Ctrl-u soon Enter");
    assert_eq!(error(&desk).unwrap(), "`soon` is no interval; write 0.25, 250ms, 2s or 1m");
    desk.press("Ctrl-u");
    assert_eq!(error(&desk), None);
    desk.press("1ms Enter");
    assert_eq!(error(&desk).unwrap(), "an interval lies between 10 ms and 5 min");
    let interval = Effect::Interval(HostId(0), Some(Nanos(60_000 * MS)));
    assert_eq!(desk.press("Ctrl-u 1m Enter"), [interval]);
    assert!(desk.app.overlay.is_none());
}

#[test]
fn intervals_print_as_they_are_read() {
    use domtop::app::interval::{parse, print};
    for (typed, printed) in
        [("0.25", "250ms"), ("250ms", "250ms"), ("2s", "2s"), ("1m", "1m"), ("90", "90s"), (".05", "50ms")]
    {
        let interval = parse(typed).unwrap();
        assert_eq!(print(interval), printed);
        assert_eq!(parse(printed), Ok(interval));
    }
    for wrong in
        ["", "-1", "1h", "NaN", "inf", "1e3", "5m1", "300.1", "9ms", "1..2", "99999999999999999999999"]
    {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_paste_becomes_one_short_line_without_control_characters() {
    let mut desk = desk();
    desk.press("/");
    desk.tell(Msg::Input(Event::Paste("b\x1b[2J\u{7}\nsecond line".into())));
    let Some(Overlay::Filter { input, .. }) = &desk.app.overlay else { panic!() };
    assert_eq!(input.value(), "b[2J");
    desk.tell(Msg::Input(Event::Paste("x".repeat(1_000_000))));
    let Some(Overlay::Filter { input, .. }) = &desk.app.overlay else { panic!() };
    assert_eq!(input.value().chars().count(), 200);
    desk.press("y");
    let Some(Overlay::Filter { input, .. }) = &desk.app.overlay else { panic!() };
    assert_eq!(input.value().chars().count(), 200);
}

#[test]
fn a_paste_where_nothing_is_typed_runs_no_commands() {
    let mut desk = desk();
    assert!(desk.tell(Msg::Input(Event::Paste("qqq:quit\n".into()))).is_empty());
    assert!(desk.app.overlay.is_none());
}

#[test]
fn the_footer_shows_keys_that_work_now() {
    let mut desk = desk();
    let words = |desk: &Desk| -> Vec<String> {
        footer(&desk.app).map(|(c, key)| format!("{key} {}", c.name)).collect()
    };
    assert_eq!(words(&desk)[..3], ["/ filter", "Enter detail", "s suspend"]);
    desk.press("C");
    assert_eq!(words(&desk), ["Space toggle", "Shift-Up earlier", "Shift-Down later", "Esc cancel"]);
    desk.press("Esc 3");
    assert_eq!(words(&desk)[0], "Tab next-panel");
    let empty = Desk::new(&[]);
    assert!(!words(&empty).contains(&"Enter detail".to_owned()), "there is nothing to detail");
}

#[test]
fn a_control_character_is_not_typed() {
    let mut desk = desk();
    desk.press("/");
    let bell = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Char('\u{7}'));
    desk.tell(Msg::Input(Event::Key(bell)));
    assert_eq!(desk.app.overlay.as_ref().unwrap().input().unwrap().value(), "");
}

#[test]
fn under_an_overlay_only_the_programs_own_keys_act() {
    let mut desk = desk();
    desk.press("C");
    assert!(desk.press("Ctrl-r F5 f z").is_empty());
    assert!(!desk.app.settings.frozen && !desk.app.screen.zoom);
    assert_eq!(desk.press("Ctrl-l"), [Effect::Redraw]);
}
