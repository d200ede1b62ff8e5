//! Hosts made by hand, and a desk with an app on it: keys are pressed, samples taken, rows read.

use std::{collections::BTreeMap, sync::Arc};

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use domtop::{
    app::{App, Area, Effect, HostPane, Mode, Msg, Panel, Regions, Row, Settings, Table, keymap::Keymap},
    model::{
        DiskCounters, Domain, DomainId, DomainKey, DomainState, DriverStatus, GuestType, HostId, HostMemory,
        JobId, KiB, Light, Name, Nanos, NetCounters, Node, Op, Pcpu, Reading, Report, Snapshot, Stamp,
        Standing, Step, Trail, VcpuCount,
    },
};
use uuid::Uuid;

/// A millisecond.
pub const MS: u64 = 1_000_000;

/// A domain that works as it is told.
#[derive(Clone, Debug)]
pub struct Guest {
    /// As it is read; its counters go on with every tick.
    pub domain: Domain,
    /// CPU in percent of one pCPU.
    pub cpu: f64,
    /// Bytes received a second; half as many are sent, twice as many read and thrice as many written.
    pub net: u64,
}

/// A running domain with the uuid of its id.
pub fn guest(id: u32, name: &str, cpu: f64) -> Guest {
    let key = DomainKey { id: Some(DomainId(id)), uuid: Uuid::from_u128(u128::from(id)) };
    let domain = Domain {
        key,
        name: Name::new(name),
        state: DomainState::Running,
        guest: Reading::Known(GuestType::Pv),
        vcpus: VcpuCount { online: 2, max: 4 },
        memory: KiB(1 << 20),
        max_memory: Reading::Known(KiB(2 << 20)),
        net: Reading::Known(NetCounters::default()),
        disk: Reading::Known(DiskCounters::default()),
        ..Domain::default()
    };
    Guest { domain, cpu, net: 0 }
}

/// An app over one host, or several.
pub struct Desk {
    /// The app.
    pub app: App,
    /// The guests of the first host.
    pub guests: Vec<Guest>,
    /// All effects so far.
    pub effects: Vec<Effect>,
    now: u64,
}

impl Desk {
    /// With these guests, read twice, so that there are rates; the rows' page is ten lines.
    pub fn new(guests: &[Guest]) -> Self {
        let mut desk = Self::unread(guests, 1);
        desk.tick(1000);
        desk.tick(1000);
        desk
    }

    /// Over so many hosts, not read yet.
    pub fn unread(guests: &[Guest], hosts: u16) -> Self {
        let panes = (0..hosts)
            .map(|n| HostPane::new(HostId(n), format!("test:///{n}"), "a test".into(), Mode::Operator))
            .collect();
        let mut app = App::new(panes, Settings::default(), Keymap::default());
        let effects = app.start();
        let mut desk = Self { app, guests: guests.to_vec(), effects, now: 1_000_000 * MS };
        desk.tell(Msg::Input(Event::Resize(120, 34)));
        desk.draw(10);
        desk
    }

    /// Gives the app a message.
    pub fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.app.update(msg);
        self.effects.extend(effects.iter().cloned());
        effects
    }

    /// Presses keys: `/web Enter j j`. A word that is no key is typed letter by letter.
    pub fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for word in keys.split_whitespace() {
            let letters = || word.chars().map(|c| c.to_string()).collect();
            let keys: Vec<String> = word.parse::<Key>().map_or_else(|_| letters(), |_| vec![word.to_owned()]);
            for key in keys {
                let event = key.parse::<Key>().unwrap().event();
                effects.extend(self.tell(Msg::Input(Event::Key(event))));
            }
        }
        effects
    }

    /// Lets so many milliseconds pass on the host and reads it.
    pub fn tick(&mut self, ms: u64) -> Vec<Effect> {
        self.now += ms * MS;
        for guest in &mut self.guests {
            guest.domain.cpu_time.0 += (guest.cpu / 100.0 * (ms * MS) as f64) as u64;
            let bytes = guest.net * ms / 1000;
            if let (Reading::Known(net), Reading::Known(disk)) =
                (&mut guest.domain.net, &mut guest.domain.disk)
            {
                net.rx_bytes += bytes;
                net.tx_bytes += bytes / 2;
                disk.read_bytes += bytes * 2;
                disk.write_bytes += bytes * 3;
            }
        }
        self.sample()
    }

    /// As [`Self::tick`], with something more in the snapshot.
    pub fn tick_with(&mut self, ms: u64, more: impl FnOnce(&mut Snapshot)) -> Vec<Effect> {
        self.now += ms * MS;
        let mut snapshot = self.snapshot(HostId(0));
        more(&mut snapshot);
        self.tell(Msg::Sampled(HostId(0), Arc::new(snapshot)))
    }

    /// Reads the host as it is.
    pub fn sample(&mut self) -> Vec<Effect> {
        let snapshot = self.snapshot(HostId(0));
        self.tell(Msg::Sampled(HostId(0), Arc::new(snapshot)))
    }

    /// The host as it is.
    pub fn snapshot(&self, host: HostId) -> Snapshot {
        let pcpu = Pcpu { online: true, ..Pcpu::default() };
        Snapshot {
            host,
            at: Stamp { mono: Nanos(self.now), wall: Nanos(self.now) },
            node: Arc::new(Node { pcpus: vec![pcpu; 4], ..Node::default() }),
            memory: Reading::Known(HostMemory {
                total: KiB(16 << 20),
                free: KiB(8 << 20),
                ..HostMemory::default()
            }),
            domains: self.guests.iter().map(|g| g.domain.clone()).collect(),
            drivers: vec![DriverStatus {
                name: "hypervisor".into(),
                ops: Op::ALL.into(),
                light: Light::Ready,
                ..DriverStatus::default()
            }],
            ..Snapshot::default()
        }
    }

    /// A driver has done a job about a domain: what stands there then.
    pub fn reported(&mut self, driver: &str, job: u64, name: &str) {
        let stands = Some(Standing::of(&self.guest(name).domain));
        let trails = vec![Trail(vec![Step { driver: driver.into(), refused: None, lost: Vec::new() }])];
        let report =
            Report { before: stands.clone(), after: stands, trails, failure: None, notes: Vec::new() };
        self.tell(Msg::Reported(HostId(0), JobId(job), Box::new(report)));
    }

    /// Lets time pass without a sample.
    pub fn wait(&mut self, ms: u64) {
        self.now += ms * MS;
        self.tell(Msg::Clock(Nanos(self.now)));
    }

    /// Draws with a page of so many rows below a header, Detail to the right and a footer.
    pub fn draw(&mut self, rows: u16) {
        let regions = self.regions(rows);
        self.tell(Msg::Drawn(regions));
    }

    /// What such a frame tells.
    pub fn regions(&self, rows: u16) -> Regions {
        let area = |x, y, width, height| Area { x, y, width, height };
        let places =
            [(0, 0, 80, rows + 3), (80, 0, 40, rows + 3), (0, rows + 3, 60, 6), (60, rows + 3, 60, 6)];
        let panels = Panel::ALL.into_iter().zip(places).filter(|(p, _)| self.app.screen.shows(*p));
        let headers = self.app.table.columns.iter().zip(0..);
        Regions {
            panels: panels.map(|(p, (x, y, w, h))| (p, area(x, y, w, h))).collect(),
            headers: headers.map(|(c, n)| (*c, area(1 + 6 * n, 1, 6, 1))).collect(),
            rows: area(1, 2, 78, rows),
            picks: area(20, 5, 40, 8),
            lines: 0,
            jobs: Area::default(),
            events: area(61, rows + 4, 58, 4),
            pins: domtop::app::regions::Grid::default(),
            lengths: [0, 30, 30, 30, 30, 30, 30, 0, 0],
            xml: area(1, 2, 78, rows),
            console: domtop::app::regions::Seen::default(),
            tabs: Vec::new(),
            footer: vec![("filter", area(0, 33, 8, 1)), ("help", area(10, 33, 8, 1))],
            more_columns: true,
            no_room: false,
        }
    }

    /// Clicks a cell.
    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row)
    }

    /// Does something with the mouse.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.tell(Msg::Input(Event::Mouse(event)))
    }

    /// The rows by name; those of domains that have gone with a `-` before.
    pub fn rows(&self) -> Vec<String> {
        let sign = |row: &Row| if matches!(row, Row::Gone(_)) { "-" } else { "" };
        let name = |row: &Row| format!("{}{}", sign(row), self.app.domain(*row).unwrap().name.raw());
        self.app.table.rows.iter().map(name).collect()
    }

    /// The name of the domain under the cursor.
    pub fn cursor(&self) -> &str {
        self.app.selected().map_or("", |d| d.name.raw())
    }

    /// The guest of a name.
    pub fn guest(&mut self, name: &str) -> &mut Guest {
        self.guests.iter_mut().find(|g| g.domain.name.raw() == name).unwrap()
    }

    /// Ends a guest.
    pub fn lose(&mut self, name: &str) {
        self.guests.retain(|g| g.domain.name.raw() != name);
    }
}

pub use domtop::app::keymap::Key;

/// A keymap with these changes.
pub fn keymap(changes: &[(&str, &[&str])]) -> Result<Keymap, String> {
    let keys = |keys: &[&str]| keys.iter().map(|k| (*k).to_owned()).collect();
    Keymap::new(&changes.iter().map(|(name, to)| ((*name).to_owned(), keys(to))).collect::<BTreeMap<_, _>>())
}

/// That the cursor is on a row that is its domain's, on the page, or nowhere for want of rows.
pub fn assert_cursor(table: &Table, app: &App, page: usize) {
    let here = table.rows.iter().any(|r| matches!(r, Row::Here(_)));
    assert_eq!(table.cursor.is_some(), here, "a cursor where there is a domain");
    if let Some(key) = table.cursor {
        let row = table.rows[table.selected];
        assert!(matches!(row, Row::Here(_)));
        assert_eq!(app.domain(row).unwrap().key, key);
        assert!((table.offset..table.offset + page).contains(&table.selected));
    }
}
