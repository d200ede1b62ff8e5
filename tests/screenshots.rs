//! The pictures in screenshots/ are what is drawn: made from the demo host, through the app, and compared here.
//!
//! `DOMTOP_BLESS=1` writes them anew.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/png.rs"]
mod painter;
#[path = "support/styled.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod styled;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use domtop::{
    app::{
        App, ConsoleOrder, Effect, HostPane, Mode, Msg, Settings,
        keymap::Keymap,
        xml::{Draft, Edited, Shown, Texts},
    },
    console::emulator::Emulator,
    driver::{Controller, Reader, Session, definitions::Definitions, execute, session},
    model::{
        Demand, HostId, Nanos, Snapshot, Stamp, Timing,
        console::{ConsoleId, Link, News, page_size},
        definition::Told,
    },
    theme::{Depth, Theme},
    wire::xml::markup,
};
use painter::{Painter, Picture};

const HOST: HostId = HostId(0);
const TICK: Nanos = Nanos(500_000_000);
/// 2026-11-22, 9 o'clock UTC: the demo host's readings depend on the moment only.
const DAWN: u64 = 1_795_338_000_000_000_000;

/// The program without its threads: the demo host, the app, and a screen.
struct Stage {
    reader: Reader,
    controller: Controller,
    definitions: Definitions,
    app: App,
    theme: Theme,
    demand: Demand,
    ticks: u64,
}

impl Stage {
    fn new(uri: &str, size: (u16, u16), theme: &str) -> Self {
        let Session { reader, controller, definitions, .. } =
            session::open(&uri.parse().unwrap(), HOST).unwrap();
        let controller = controller.expect("opened for changes");
        let why = "no hypervisor was found here, so this is the demo host";
        let pane = HostPane::new(HOST, uri.into(), why.into(), Mode::Operator);
        let settings = Settings { interval: TICK, ..Settings::default() };
        let app = App::new(vec![pane], settings, Keymap::new(&BTreeMap::new()).unwrap());
        let theme = Theme::load(theme, Depth::True).unwrap();
        let mut stage =
            Self { reader, controller, definitions, app, theme, demand: Demand::default(), ticks: 0 };
        let effects = stage.app.start();
        stage.take(effects);
        stage.update(Msg::Input(Event::Resize(size.0, size.1)));
        stage
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Demand(_, demand) => self.demand = demand,
                Effect::Run(host, order) => {
                    let report = execute(&self.controller, &order);
                    let effects = self.app.update(Msg::Reported(host, order.job, Box::new(report)));
                    self.take(effects);
                }
                Effect::Console(_, id, ConsoleOrder::Open(wanted)) => self.console(id, wanted.size),
                Effect::Definition(host, (key, which)) => {
                    let told = self.definitions.read(key, which).map_err(|failure| failure.to_string());
                    let shown = |told: Told| Shown { markup: markup(&told.xml), ..Shown::default() };
                    let told = told.map(|told| Box::new(shown(told)));
                    let effects = self.app.update(Msg::Definition(host, (key, which), told));
                    self.take(effects);
                }
                Effect::Edit(draft) => self.edit(*draft),
                _ => {}
            }
        }
    }

    /// As an editor would that has the guest start with less memory.
    fn edit(&mut self, draft: Draft) {
        let less = |line: &str| {
            if line.trim_start().starts_with("<currentMemory") {
                return "  <currentMemory unit='GiB'>2</currentMemory>\n".to_owned();
            }
            format!("{line}\n")
        };
        let after: String = draft.original.lines().map(less).collect();
        let texts = Texts {
            before: (markup(&draft.original), None),
            after: (markup(&after), None),
            disturbed: false,
        };
        self.update(Msg::Edited(Box::new(Edited { draft, came: Ok(Some(Box::new(texts))) })));
    }

    /// A guest that has booted and shows its files, as the emulator understands it.
    fn console(&mut self, id: ConsoleId, size: (u16, u16)) {
        let mut emulator = Emulator::new(page_size(size), 1000);
        emulator.feed(GUEST.replace('\n', "\r\n").as_bytes(), |_| {});
        for news in [Msg::Page(id, emulator.page()), Msg::Console(id, News::Link(Link::Writing, None))] {
            self.update(news);
        }
    }

    fn update(&mut self, msg: Msg) {
        let effects = self.app.update(msg);
        self.take(effects);
        let (_, regions) = styled::draw(&self.app, &self.theme);
        let effects = self.app.update(Msg::Drawn(regions));
        self.take(effects);
    }

    /// So many samples, half a second apart; the clocks that measure the program itself say the same every time.
    fn run(&mut self, ticks: u64) {
        for _ in 0..ticks {
            let mut snapshot = Snapshot::default();
            let mono = Nanos(self.ticks * TICK.0);
            self.reader.sample(Stamp { mono, wall: Nanos(DAWN + mono.0) }, &self.demand, &mut snapshot);
            snapshot.timing = Timing {
                tick: self.ticks,
                interval: TICK,
                real: TICK,
                jitter: Nanos(400_000),
                cost: Nanos(310_000),
                missed: 0,
            };
            for driver in &mut snapshot.drivers {
                driver.latency = Nanos(21_000);
            }
            let effects = self.app.update(Msg::Sampled(HOST, Arc::new(snapshot)));
            self.take(effects);
            self.ticks += 1;
        }
        self.update(Msg::Clock(Nanos(self.ticks.saturating_sub(1) * TICK.0)));
    }

    fn keys(&mut self, keys: &[KeyCode]) {
        for &key in keys {
            if key == READ {
                self.run(3);
                continue;
            }
            let held = if key == ESCAPE { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            self.update(Msg::Input(Event::Key(KeyEvent::new(key, held))));
        }
        self.run(3);
    }

    fn picture(&self, painter: &Painter) -> Picture {
        painter.paint(&styled::draw(&self.app, &self.theme).0)
    }
}

/// What a guest sends.
const GUEST: &str = "\x1b[32m[  OK  ]\x1b[m Started \x1b[1mssh.service\x1b[m - OpenBSD Secure Shell server.
\x1b[32m[  OK  ]\x1b[m Reached target \x1b[1mmulti-user.target\x1b[m - Multi-User System.

Debian GNU/Linux 12 web1 hvc0

web1 login: root
Linux web1 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC x86_64
root@\x1b[1;36mweb1\x1b[m:~# ls --color /
\x1b[1;34mbin\x1b[m   \x1b[1;34mdev\x1b[m  \x1b[1;34mhome\x1b[m  \x1b[1;34mmnt\x1b[m  \x1b[1;34mproc\x1b[m  \x1b[1;34mrun\x1b[m   \x1b[1;34msrv\x1b[m  \x1b[30;42mtmp\x1b[m  \x1b[1;34mvar\x1b[m
\x1b[1;34mboot\x1b[m  \x1b[1;34metc\x1b[m  \x1b[1;36mlib\x1b[m   \x1b[1;34mopt\x1b[m  \x1b[1;34mroot\x1b[m  \x1b[1;36msbin\x1b[m  \x1b[1;34msys\x1b[m  \x1b[1;34musr\x1b[m  \x1b[1;35mvmlinuz\x1b[m
root@\x1b[1;36mweb1\x1b[m:~# uptime
 09:00:12 up 12 days, 4:01, 1 user, load average: 2.12, 1.98, 1.87
root@\x1b[1;36mweb1\x1b[m:~# ";

/// A picture's name, its host, size and theme, and the keys that lead to it.
type Shot = (&'static str, &'static str, (u16, u16), &'static str, &'static [KeyCode]);

/// With Ctrl, the escape key of consoles.
const ESCAPE: KeyCode = KeyCode::Char(']');
const DEMO: &str = "test:///default?seed=7";
const CROWD: &str = "test:///default?domains=1000&seed=7";

const SHOTS: &[Shot] = {
    use KeyCode::{Char, Down, Enter, Tab};
    &[
        ("domains", DEMO, (120, 34), "dark", &[Down, Enter]),
        ("host-and-drivers", DEMO, (120, 34), "dark", &[Char('3'), Char('4')]),
        ("detail", DEMO, (120, 34), "dusk", &[Down, Enter, Tab, Char('z')]),
        ("light", DEMO, (120, 34), "light", &[Down, Down, Enter]),
        ("columns", DEMO, (100, 30), "dark", &[Char('C'), Down, Down]),
        ("help", DEMO, (100, 30), "dusk", &[Char('?')]),
        ("pins", DEMO, (120, 34), "dark", PINS),
        ("console", DEMO, (120, 44), "dark", &[Down, Char('c')]),
        ("console-beside", DEMO, (130, 30), "dusk", &[Down, Char('c'), ESCAPE, Char('|')]),
        ("xml", DEMO, (120, 34), "dark", XML),
        ("edited", DEMO, (100, 30), "dark", EDITED),
        ("small", DEMO, (80, 24), "dark", &[Down]),
        ("crowd", CROWD, (160, 44), "dark", &[]),
        (
            "confirm",
            DEMO,
            (100, 30),
            "dark",
            &[Char('/'), Char('w'), Char('e'), Char('b'), Enter, Char('D'), Char('w')],
        ),
        (
            "jobs",
            DEMO,
            (120, 34),
            "dark",
            &[
                Char('A'),
                Char('/'),
                Char('w'),
                Char('e'),
                Char('b'),
                Enter,
                Char('v'),
                Char('3'),
                Enter,
                Char('m'),
                Char('3'),
                Char('G'),
                Enter,
                Down,
                Char('S'),
                Char('y'),
                Char('/'),
                Char('p'),
                Char('l'),
                Char('c'),
                Enter,
                Char('S'),
                Char('y'),
                KeyCode::Backspace,
                Char('5'),
                Char('1'),
                Char('u'),
            ],
        ),
        ("palette", DEMO, (100, 30), "dark", &[Char(':'), Char('s'), Char('e'), Char('t')]),
        ("high-contrast", DEMO, (100, 30), "high-contrast", &[Down]),
    ]
};

/// To `web1`; its grid, once that is read; edits of two vCPUs and a selection.
const PINS: &[KeyCode] = {
    use KeyCode::{Char, Down, Enter, Right};
    &[
        Char('/'),
        Char('w'),
        Char('e'),
        Char('b'),
        Enter,
        Char('A'),
        Char('p'),
        READ,
        Char('P'),
        Down,
        Right,
        Char('c'),
        Down,
        Right,
        Char('n'),
    ]
};

/// To `web1`; its definition, in which something is looked for.
const XML: &[KeyCode] = {
    use KeyCode::{Char, Enter};
    &[
        Char('/'),
        Char('w'),
        Char('e'),
        Char('b'),
        Enter,
        Char('A'),
        Char('x'),
        Char('/'),
        Char('t'),
        Char('a'),
        Char('r'),
        Char('g'),
        Char('e'),
        Char('t'),
        Enter,
    ]
};

/// To `web1`; what is kept of it, edited.
const EDITED: &[KeyCode] = {
    use KeyCode::{Char, Enter};
    &[Char('/'), Char('w'), Char('e'), Char('b'), Enter, Char('A'), Char('x'), Char('e')]
};

/// Not a key: the host is read meanwhile.
const READ: KeyCode = KeyCode::Null;

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(format!("{name}.png"))
}

#[test]
fn the_pictures_are_what_is_drawn() {
    let painter = Painter::new();
    let bless = std::env::var_os("DOMTOP_BLESS").is_some_and(|v| v == "1");
    let mut differ = Vec::new();
    for &(name, uri, size, theme, keys) in SHOTS {
        let mut stage = Stage::new(uri, size, theme);
        // The host's own graphs go back five minutes, all others one.
        stage.run(if name.starts_with("host") { 620 } else { 130 });
        stage.keys(keys);
        let drawn = stage.picture(&painter);
        if bless {
            fs::create_dir_all(place(name).parent().unwrap()).unwrap();
            fs::write(place(name), drawn.encode()).unwrap();
            continue;
        }
        let kept = Picture::decode(&fs::read(place(name)).unwrap_or_else(|e| panic!("{name}: {e}")));
        if (kept.width, kept.height) != (drawn.width, drawn.height) || kept.pixels != drawn.pixels {
            differ.push(name);
        }
    }
    assert!(
        differ.is_empty(),
        "not as drawn: {differ:?}; look at what DOMTOP_BLESS=1 writes, and keep it if it is right"
    );
}

#[test]
fn every_picture_kept_is_one_that_is_drawn() {
    let kept = fs::read_dir(place("x").parent().unwrap()).unwrap();
    for file in kept {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(SHOTS.iter().any(|shot| shot.0 == name), "{name}.png is drawn by nothing");
    }
}

#[test]
fn the_same_moments_give_the_same_picture() {
    let painter = Painter::new();
    let picture = || {
        let mut stage = Stage::new(DEMO, (80, 24), "dark");
        stage.run(20);
        stage.picture(&painter)
    };
    assert!(picture().pixels == picture().pixels);
}
