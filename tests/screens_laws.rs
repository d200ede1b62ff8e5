//! The laws of the screen: what is coloured how, where things stand, and that nothing from outside disturbs it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod fixture;
#[path = "support/markup.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part")]
mod markup;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::{collections::BTreeSet, sync::Arc};

use domtop::{
    app::{App, Area, Column, CpuScale, Glyphs, Overlay, Panel, Regions, Row, domains::Gone, pins::Cell},
    model::{
        DomainId, DomainKey, DomainState, DriverStatus, Name, Nanos, Reading,
        rates::{DomainRates, NetRates},
    },
    theme::Theme,
};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, style::Style};
use styled::{dark, draw, row, text};
use unicode_width::UnicodeWidthStr;

/// Where a column stands.
fn column(regions: &Regions, wanted: Column) -> Area {
    regions.headers.iter().find(|(column, _)| *column == wanted).unwrap().1
}

/// The text of an area's line.
fn within(buffer: &Buffer, area: Area, y: u16) -> String {
    (area.x..area.x + area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

fn ink(style: Style) -> Option<ratatui::style::Color> {
    style.fg
}

#[test]
fn each_state_wears_its_colour() {
    let (app, theme) = (fixture::app(120, 34), dark());
    let (buffer, regions) = draw(&app, &theme);
    let state = column(&regions, Column::State);
    let shown = app.pane().shown.as_ref().unwrap();
    for (line, row) in (0..).zip(&app.table.rows) {
        let Row::Here(index) = *row else { unreachable!() };
        let cell = &buffer[(state.x, regions.rows.y + line)];
        assert_eq!(Some(cell.fg), ink(theme.state(shown.domains[index].state)));
    }
}

#[test]
fn the_header_names_every_driver_of_the_whole_stack() {
    const STACK: [&str; 5] = ["hypervisor", "xenstore", "xl", "xend", "xm"];
    for (width, height) in [(120, 34), (120, 50), (140, 40), (200, 60)] {
        let mut app = fixture::app(width, height);
        let mut snapshot = fixture::snapshot();
        let driver = snapshot.drivers[0].clone();
        snapshot.drivers = STACK.map(|name| DriverStatus { name: name.into(), ..driver.clone() }).into();
        app.hosts[0].shown = Some(Arc::new(snapshot));
        let screen = text(&draw(&app, &dark()).0);
        let header: Vec<&str> = screen.lines().take(4).collect();
        let named = |name: &str| header.iter().any(|line| line.contains(&format!(" {name} ●")));
        assert!(STACK.iter().all(|name| named(name)), "at {width} by {height}:\n{}", header.join("\n"));
    }
}

#[test]
fn the_row_under_the_cursor_is_marked_from_end_to_end_and_no_other() {
    let (app, theme) = (fixture::app(120, 34), dark());
    let (buffer, Regions { rows, .. }) = draw(&app, &theme);
    for line in 0..rows.height {
        let chosen = (rows.x..rows.x + rows.width)
            .filter(|&x| Some(buffer[(x, rows.y + line)].bg) == theme.selection().bg);
        let wanted = if usize::from(line) == app.table.selected { rows.width } else { 0 };
        assert_eq!(chosen.count(), usize::from(wanted), "line {line}");
    }
}

#[test]
fn a_full_load_is_hot_and_a_low_one_calm() {
    let (app, theme) = (fixture::app(120, 34), dark());
    let (buffer, regions) = draw(&app, &theme);
    let spark = column(&regions, Column::Spark);
    // The first row's domain uses all of its four vCPUs, the fourth's next to nothing of them.
    let styles = |line: u16| (spark.x..spark.x + spark.width).map(move |x| (x, regions.rows.y + line));
    assert!(styles(0).any(|at| Some(buffer[at].fg) == ink(theme.level(1.0))));
    assert!(styles(4).all(|at| Some(buffer[at].fg) != ink(theme.level(1.0))));
}

#[test]
fn what_just_came_glows_for_a_second_and_what_went_fades() {
    let theme = dark();
    let mut app = fixture::app(100, 30);
    let key = app.table.cursor.unwrap();
    app.table.fresh.insert(key, app.now);
    let mut domain = app.selected().unwrap().clone();
    domain.name = Name::new("was-here");
    app.table.gone.push(Gone { domain, rates: DomainRates::default(), held: None, since: app.now });
    app.table.rows.push(Row::Gone(0));
    let ink_of = |app: &App, line: u16| {
        let (buffer, regions) = draw(app, &theme);
        let name = column(&regions, Column::Name);
        (within(&buffer, name, regions.rows.y + line), buffer[(name.x, regions.rows.y + line)].fg)
    };
    let line = u16::try_from(app.table.selected).unwrap();
    assert_eq!(Some(ink_of(&app, line).1), ink(theme.fresh()));
    let (name, fg) = ink_of(&app, 13);
    assert!(name.starts_with("was-here"), "{name}");
    assert_eq!(Some(fg), ink(theme.gone()));
    app.now = Nanos(app.now.0 + 1_100_000_000);
    assert_eq!(Some(ink_of(&app, line).1), ink(theme.text()));
}

#[test]
fn the_detail_of_a_domain_that_has_gone_says_so() {
    let mut app = fixture::app(120, 34);
    fixture::open(&mut app, &[Panel::Detail]);
    let domain = app.selected().unwrap().clone();
    app.table.gone.push(Gone { domain, rates: DomainRates::default(), held: None, since: app.now });
    app.table.rows[app.table.selected] = Row::Gone(0);
    let drawn = text(&styled::screen(&app));
    assert!(drawn.contains("this domain has gone; it was ► running"), "{drawn}");
    assert!(!drawn.contains("xvda"), "what was read of another run is not shown:\n{drawn}");
}

#[test]
fn percent_of_cpu_says_of_what_on_every_screen() {
    for (width, height) in [(200, 60), (120, 34), (80, 24), (40, 12)] {
        let mut app = fixture::app(width, height);
        let of_pcpu = text(&styled::screen(&app));
        app.settings.scale = CpuScale::Host;
        let of_host = text(&styled::screen(&app));
        assert!(of_pcpu.contains("%CPU of one pCPU") || width == 40, "{of_pcpu}");
        assert!(of_host.contains("%HOST"), "{of_host}");
        assert!(!of_pcpu.contains("%HOST"), "{of_pcpu}");
    }
}

#[test]
fn old_rows_say_so_in_front_of_each() {
    let mut app = fixture::app(100, 30);
    fixture::change(&mut app, |snapshot| snapshot.stale = Some("no answer".into()));
    let (buffer, regions) = draw(&app, &dark());
    for line in 0..13 {
        assert_eq!(buffer[(regions.rows.x + 1, regions.rows.y + line)].symbol(), "~");
    }
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        app.screen.size = (width, height);
        assert!(text(&styled::screen(&app)).contains("not read: no answer"), "{width}x{height}");
    }
}

#[test]
fn silence_is_told_in_the_header_in_a_warning_voice() {
    let theme = dark();
    for (width, height, words) in
        [(120, 34, "no answer for 4 s"), (80, 24, "no answer for 4 s"), (40, 12, "4s!")]
    {
        let mut app = fixture::app(width, height);
        app.now = Nanos(app.now.0 + 4_000_000_000);
        let (buffer, _) = draw(&app, &theme);
        let line = row(&buffer, 0);
        let at = line[..line.find(words).unwrap_or_else(|| panic!("{line}"))].width();
        assert_eq!(Some(buffer[(u16::try_from(at).unwrap(), 0)].fg), ink(theme.warning()));
    }
}

#[test]
fn a_paused_screen_does_not_complain_of_silence() {
    let mut app = fixture::app(120, 34);
    app.now = Nanos(app.now.0 + 60_000_000_000);
    app.settings.paused = true;
    let drawn = text(&styled::screen(&app));
    assert!(drawn.contains("PAUSED") && !drawn.contains("no answer"), "{drawn}");
}

#[test]
fn a_value_nobody_tells_is_no_zero() {
    let mut app = fixture::app(120, 34);
    fixture::change(&mut app, |snapshot| snapshot.domains[0].net = Reading::Failed("no such file".into()));
    let (buffer, regions) = draw(&app, &dark());
    let cell = |of: Column, name: &str| {
        let line = (0..13)
            .find(|y| within(&buffer, column(&regions, Column::Name), regions.rows.y + y).trim() == name);
        within(&buffer, column(&regions, of), regions.rows.y + line.unwrap()).trim().to_owned()
    };
    assert_eq!(cell(Column::Net, "Domain-0"), "!");
    assert_eq!(cell(Column::Disk, "Domain-0"), "—");
    assert_eq!(cell(Column::Disk, "legacy-fax"), "0");
    assert_eq!(cell(Column::Cpu, "archive"), "—");
    assert_eq!(cell(Column::Memory, "archive"), "—");
}

#[test]
fn where_things_stand_is_where_they_were_drawn() {
    for (width, height) in [(120, 34), (80, 24), (40, 12)] {
        let app = fixture::app(width, height);
        let (buffer, regions) = draw(&app, &dark());
        for (column, place) in &regions.headers {
            let title = within(&buffer, *place, place.y);
            assert!(
                column.title().contains(title.trim())
                    || title.contains(column.title())
                    || title.contains("30 S"),
                "{title}"
            );
        }
        for (command, place) in &regions.footer {
            let word = within(&buffer, *place, place.y);
            assert!(word.ends_with(&command.replace('-', " ")), "{word} for {command}");
        }
        let name = column(&regions, Column::Name);
        assert_eq!(within(&buffer, name, regions.rows.y).trim(), "db-primary");
    }
}

#[test]
fn panels_share_borders_and_lie_within_the_screen() {
    for (width, height) in [(200, 60), (120, 34), (110, 30), (100, 40), (80, 24)] {
        let mut app = fixture::app(width, height);
        fixture::open(&mut app, &[Panel::Detail, Panel::Host, Panel::Drivers]);
        let (_, regions) = draw(&app, &dark());
        assert!(regions.panels.iter().any(|(panel, _)| *panel == Panel::Drivers), "the focused one is shown");
        let mut cells = BTreeSet::new();
        for (_, place) in &regions.panels {
            assert!(place.x + place.width <= width && place.y + place.height < height);
            for y in place.y + 1..place.y + place.height - 1 {
                for x in place.x + 1..place.x + place.width - 1 {
                    assert!(cells.insert((x, y)), "two panels at {x},{y}");
                }
            }
        }
    }
}

#[test]
fn the_focused_panel_is_shown_whatever_the_height() {
    for height in 12..60 {
        for width in [40, 60, 109, 110, 200] {
            let mut app = fixture::app(width, height);
            fixture::open(&mut app, &[Panel::Host, Panel::Drivers, Panel::Detail]);
            let (_, regions) = draw(&app, &dark());
            assert!(regions.panels.iter().any(|(panel, _)| *panel == Panel::Detail), "{width}x{height}");
        }
    }
}

#[test]
fn a_list_shows_the_picked_line_whatever_the_height() {
    for height in [12, 20, 34] {
        for selected in 0..Column::ALL.len() {
            let mut app = fixture::app(80, height);
            app.overlay = Some(Overlay::Sort { selected });
            let theme = dark();
            let (buffer, regions) = draw(&app, &theme);
            let chosen = |y: &u16| Some(buffer[(regions.picks.x, *y)].bg) == theme.selection().bg;
            let lines: Vec<u16> =
                (regions.picks.y..regions.picks.y + regions.picks.height).filter(chosen).collect();
            let [line] = lines[..] else { panic!("{lines:?}") };
            assert!(row(&buffer, line).contains(Column::ALL[selected].doc()));
        }
    }
}

#[test]
fn ten_thousand_domains_look_like_their_first_page() {
    let (many, few) = (fixture::crowd(120, 34, 10_000), fixture::crowd(120, 34, 10_000));
    let mut few = few;
    few.table.rows.truncate(60);
    let (many, few) = (draw(&many, &dark()), draw(&few, &dark()));
    let area = many.1.rows;
    for y in area.y..area.y + area.height {
        assert_eq!(row(&many.0, y), row(&few.0, y));
    }
}

/// Names that break tables elsewhere.
fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "漢字の名前",
        "e\u{301}\u{301}\u{301}\u{301}clair",
        "\u{1b}[31mred",
        "a\tb\nc",
        "👩‍👩‍👧‍👦 family",
        "\u{202e}evil",
        "ｆｕｌｌ",
        "",
        " ",
    ]
    .map(Into::into)
    .to_vec();
    names.push("漢".repeat(1400));
    names.push("x".repeat(4096));
    names
}

#[test]
fn odd_names_leave_every_column_in_its_place() {
    for (width, height) in [(120, 34), (80, 24), (40, 12), (47, 16)] {
        let mut app = fixture::app(width, height);
        let names = odd_names();
        fixture::change(&mut app, |snapshot| {
            for (domain, name) in snapshot.domains.iter_mut().zip(&names) {
                domain.name = Name::new(name);
            }
        });
        let theme = dark();
        let (buffer, regions) = draw(&app, &theme);
        let (state, shown) = (column(&regions, Column::State), app.pane().shown.as_ref().unwrap());
        for (line, place) in (0..regions.rows.height).zip(&app.table.rows) {
            let Row::Here(index) = *place else { unreachable!() };
            let y = regions.rows.y + line;
            assert_eq!(row(&buffer, y).width(), usize::from(width), "{}", row(&buffer, y));
            let said = within(&buffer, state, y);
            assert!(said.contains(shown.domains[index].state.word()), "{said:?}");
        }
    }
}

fn harmless(buffer: &Buffer) {
    for cell in buffer.content() {
        let bad = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}')
        };
        // A joiner within a sign drawn as one is part of that sign; it cannot stand alone.
        assert!(!cell.symbol().chars().any(bad), "{:?}", cell.symbol());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size_and_any_data_are_drawn(
        (width, height) in (1_u16..=200, 1_u16..=60),
        names in proptest::collection::vec("\\PC{0,40}|[\\x00-\\x20\\x7f-\\x9f]{1,8}", 0..30),
        (numbers, places) in (any::<[u64; 4]>(), any::<[u16; 9]>()),
        (open, glyphs, overlay) in (0_usize..256, 0_usize..3, 0_usize..14),
    ) {
        let mut app = fixture::app(width, height);
        odd(&mut app, &names, numbers);
        app.settings.glyphs = [Glyphs::Braille, Glyphs::Block, Glyphs::Ascii][glyphs];
        let panels = &Panel::ALL[1..];
        let chosen: Vec<_> = (0..panels.len()).filter(|bit| open >> bit & 1 == 1).map(|bit| panels[bit]).collect();
        fixture::open(&mut app, &chosen);
        app.table.offset = usize::from(places[0] % 64);
        app.table.selected = usize::from(places[1] % 64);
        app.table.column_offset = usize::from(places[2] % 30);
        app.table.columns = Column::ALL.to_vec();
        app.screen.scroll = places;
        app.overlay = overlay_of(overlay, usize::from(places[3] % 99), names.first().map_or("", |n| n));
        definition(&mut app, &names, &places);
        app.pins.cursor = Cell { line: usize::from(places[4]), column: usize::from(places[5]) };
        app.pins.first = Cell { line: usize::from(places[5]), column: usize::from(places[4] % 20) };
        let (buffer, regions) = draw(&app, &dark());
        harmless(&buffer);
        for (_, place) in &regions.panels {
            prop_assert!(place.x + place.width <= width && place.y + place.height <= height);
        }
    }
}

/// Any text in the XML panel, anywhere in it, in any sight.
fn definition(app: &mut App, names: &[String], places: &[u16]) {
    use domtop::app::xml::{Shown, Sight};
    let lines: Vec<String> = names.iter().map(|name| format!("<a b='{name}'>")).collect();
    let text = lines.join("\n") + markup::LIVE;
    let mut told = markup::markup(&text);
    told.problems = names.iter().map(|name| markup::problem(places[0].into(), name, true)).collect();
    let shown = Shown { markup: told, file: Some(text.clone().into()), lost: names.to_vec() };
    app.xml.of = Some((domtop::model::HostId(0), DomainKey::default()));
    app.xml.fixed = true;
    for (which, text) in [(domtop::model::Which::Live, shown), (domtop::model::Which::Kept, Shown::default())]
    {
        let of = (DomainKey::default(), which);
        app.update(domtop::app::Msg::Definition(domtop::model::HostId(0), of, Ok(Box::new(text))));
    }
    app.xml.sight = [Sight::Live, Sight::Kept, Sight::Diff][usize::from(places[1] % 3)];
    app.xml.left = usize::from(places[2]);
    app.xml.cursor = usize::from(places[3]);
    app.xml.first = usize::from(places[4]);
    app.xml.search = names.first().cloned().unwrap_or_default();
}

fn odd(app: &mut App, names: &[String], numbers: [u64; 4]) {
    fixture::change(app, |snapshot| {
        snapshot.node =
            Arc::new(domtop::model::Node { name: Name::new(&names.concat()), ..(*snapshot.node).clone() });
        let one = snapshot.domains[2].clone();
        snapshot.domains.clear();
        for (n, name) in (0..).zip(names) {
            let mut domain = one.clone();
            domain.key = DomainKey { id: (n % 3 != 0).then_some(DomainId(n)), ..domain.key };
            domain.name = Name::new(name);
            domain.memory.0 = numbers[0] >> n;
            domain.cpu_time.0 = numbers[1] >> n;
            domain.vcpus.max = u32::try_from(numbers[2] >> 32).unwrap();
            domain.vcpus.online = u32::try_from(numbers[3] & 0xffff_ffff).unwrap() >> n;
            domain.state = [DomainState::Unknown, DomainState::Dying, DomainState::Off][n as usize % 3];
            snapshot.domains.push(domain);
        }
        snapshot.timing.real = Nanos(numbers[2]);
        snapshot.timing.missed = numbers[3];
        snapshot.memory = Reading::Failed(names.concat().as_str().into());
        snapshot.stale = names.last().map(|name| name.as_str().into());
    });
    for (rates, n) in app.hosts[0].rates.domains.iter_mut().zip(0..) {
        rates.cpu = Some(f32::from_bits(u32::try_from(numbers[0] & 0xffff_ffff).unwrap().wrapping_add(n)));
        rates.net = Some(NetRates { rx_bytes: f64::from_bits(numbers[1]), ..NetRates::default() });
    }
    app.hosts[0].rates.pcpus = vec![f32::NAN, f32::INFINITY, -1.0];
    app.hosts[0].rates.host_cpu = Some(f32::from_bits(u32::try_from(numbers[3] >> 32).unwrap()));
}

fn overlay_of(kind: usize, at: usize, typed: &str) -> Option<Overlay> {
    Some(match kind {
        0 => Overlay::Help { search: typed.into(), offset: at },
        1 => Overlay::Filter { input: typed.into(), before: String::new() },
        2 => Overlay::Columns { selected: at },
        3 => Overlay::Sort { selected: at },
        4 => Overlay::Interval { input: typed.into(), error: Some(typed.into()) },
        5 => Overlay::Palette { input: typed.into(), selected: at },
        6 => Overlay::HostLog { lines: Ok(vec![typed.into(); at]), offset: at },
        7 => Overlay::HostLog { lines: Err(typed.into()), offset: 0 },
        8 => Overlay::Cpus {
            key: DomainKey::default(),
            vcpus: vec![1],
            input: typed.into(),
            error: Some(typed.into()),
        },
        9 => Overlay::Discard,
        10 => Overlay::Xml {
            purpose: domtop::app::xml::Purpose::Save,
            input: typed.into(),
            before: (String::new(), (0, 0)),
            text: Some(typed.into()),
            error: Some(typed.into()),
        },
        11 => Overlay::Revised {
            revised: Box::new(domtop::app::xml::Revised {
                problems: vec![markup::problem(at, typed, at.is_multiple_of(2))],
                warnings: vec![typed.into()],
                seen: at == 0,
                ..domtop::app::xml::Revised::new(
                    domtop::app::xml::Draft { label: typed.into(), ..Default::default() },
                    domtop::app::xml::Texts {
                        before: (markup::markup(typed), None),
                        after: (markup::markup(markup::LIVE), None),
                        disturbed: false,
                    },
                )
            }),
            offset: at,
        },
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cell_of_the_cursor_is_seen_at_any_size_wherever_it_goes(
        (width, height) in (40_u16..=200, 12_u16..=60),
        (zoom, large, glyphs) in (any::<bool>(), any::<bool>(), 0_usize..3),
        walk in proptest::collection::vec((0_usize..4, 0_usize..256), 1..6),
    ) {
        let mut app = fixture::app(width, height);
        if large {
            fixture::large(&mut app);
        }
        fixture::neighbours(&mut app);
        fixture::open(&mut app, &[Panel::Pins]);
        app.screen.zoom = zoom;
        app.settings.glyphs = [Glyphs::Braille, Glyphs::Block, Glyphs::Ascii][glyphs];
        let columns = if large { 256 } else { 16 };
        for (line, column) in walk {
            let cursor = Cell { line, column: column % columns };
            app.pins.cursor = cursor;
            let (buffer, regions) = draw(&app, &dark());
            harmless(&buffer);
            app.pins.first = regions.pins.first;
            let grid = &regions.pins;
            let seen = grid.columns.iter().find(|(place, ..)| *place == cursor.column);
            let Some((_, x, _)) = seen else { panic!("column {column} of {grid:?}") };
            let y = grid.lines.y + u16::try_from(line - grid.first.line).unwrap();
            prop_assert!(grid.lines.contains(*x, y), "{cursor:?} of {grid:?}");
            prop_assert_eq!(grid.under((*x, y), 4), Some(cursor), "a click there is one on it");
            let again = draw(&app, &dark()).1;
            prop_assert_eq!(again.pins, regions.pins, "and it stands still");
        }
    }
}

#[test]
fn what_a_cell_of_the_grid_says_needs_no_colour() {
    let mut app = fixture::app(120, 34);
    fixture::neighbours(&mut app);
    fixture::open(&mut app, &[Panel::Pins]);
    let signs = |app: &App| {
        let (buffer, regions) = draw(app, &dark());
        let y = regions.pins.lines.y;
        regions.pins.columns.iter().map(|(_, x, _)| buffer[(*x, y)].symbol().to_owned()).collect::<String>()
    };
    assert_eq!(signs(&app), "■■■◆■■■■········");
    let press = |app: &mut App, key: &str| {
        let event = key.parse::<domtop::app::keymap::Key>().unwrap().event();
        app.update(domtop::app::Msg::Input(crossterm::event::Event::Key(event)));
    };
    for key in ["Space", "End", "Space"] {
        press(&mut app, key);
    }
    assert_eq!(signs(&app), "□■■◆■■■■·······+");
    for key in ["h", "."] {
        press(&mut app, key);
    }
    assert_eq!(signs(&app), "·□□◆□□□□·······■", "what is preferred while that is edited");
    press(&mut app, "h");
    assert_eq!(signs(&app), "□▤▤◆▤▤▤▤·······+", "what is allowed and not preferred");
}

#[test]
fn a_theme_is_all_that_differs_between_themes() {
    let app = fixture::app(120, 34);
    let drawn: Vec<String> = Theme::names()
        .iter()
        .map(|name| text(&draw(&app, &Theme::load(name, domtop::theme::Depth::True).unwrap()).0))
        .collect();
    assert!(drawn.windows(2).all(|pair| pair[0] == pair[1]));
}
