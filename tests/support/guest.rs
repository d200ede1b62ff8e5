//! A guest that is nothing but a pty, on a host of one domain: what it writes and what it was sent are in plain sight.

use std::{
    fs::File,
    io::Write,
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use domtop::{
    console::{
        line::Backing,
        session::{Options, Outlet, Session},
        share::Place,
    },
    driver::{
        Answer, Control, DriverInfo, Error, Observe,
        session::{self, Opened},
    },
    model::{
        Domain, DomainId, DomainKey, HostId, Hypervisor, Name, Op,
        console::{Ask, Link, News, Page, Stroke, StrokeKey, Tty, TtyKind, Wanted},
    },
};
use nix::{
    fcntl::OFlag,
    poll::{PollFd, PollFlags, poll},
    pty::{grantpt, posix_openpt, ptsname_r, unlockpt},
    sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr},
    unistd::read,
};
use uuid::Uuid;

/// How long anything may take before a test gives up: far longer than it ever takes.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The host: at most one domain, with at most one console.
#[derive(Default)]
pub struct OneGuest {
    running: Mutex<Option<(u32, PathBuf)>>,
}

const UUID: Uuid = Uuid::from_u128(0x77);

impl Observe for OneGuest {
    fn info(&self) -> DriverInfo {
        let ops = [Op::Hypervisor, Op::Domains, Op::Consoles].into();
        DriverInfo { name: "one", peer: "a pty".into(), hypervisor: true, ops }
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.clear();
        let running = self.running.lock().unwrap();
        into.extend(running.iter().map(|(id, _)| Domain { key: key(*id), ..Domain::default() }));
        Ok(())
    }

    fn consoles(&self, key: DomainKey) -> Answer<Vec<Tty>> {
        let running = self.running.lock().unwrap();
        let (_, path) = running
            .as_ref()
            .filter(|(id, _)| key.id == Some(DomainId(*id)))
            .ok_or_else(|| Error::no_domain("such domain"))?;
        let tty = Tty { name: "console".into(), kind: TtyKind::Simulated, path: path.clone(), lock: None };
        Ok(vec![tty])
    }
}

impl Control for OneGuest {}

fn key(id: u32) -> DomainKey {
    DomainKey { id: Some(DomainId(id)), uuid: UUID }
}

/// The guest's end of the pty.
pub struct Guest {
    pub master: File,
    pub path: PathBuf,
    /// All it was sent.
    pub got: Vec<u8>,
}

impl Guest {
    pub fn new() -> Self {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = PathBuf::from(ptsname_r(&master).unwrap());
        let mut modes = tcgetattr(&master).unwrap();
        cfmakeraw(&mut modes);
        tcsetattr(&master, SetArg::TCSANOW, &modes).unwrap();
        Self { master: File::from(OwnedFd::from(master)), path, got: Vec::new() }
    }

    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.master.write_all(bytes.as_ref()).unwrap();
    }

    /// Takes in what comes within so many milliseconds.
    pub fn pump(&mut self, milliseconds: u16) {
        let mut ready = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, milliseconds).unwrap() > 0 {
            let mut bytes = vec![0; 65536];
            let count = read(&self.master, &mut bytes).unwrap_or(0);
            self.got.extend(&bytes[..count]);
            if count == 0 {
                // No slave is open: the poll returns at once.
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// Waits until it was sent this.
    pub fn wait_for(&mut self, bytes: &[u8]) {
        let start = Instant::now();
        while !self.got.windows(bytes.len()).any(|part| part == bytes) {
            let got = String::from_utf8_lossy(&self.got).into_owned();
            assert!(start.elapsed() < PATIENCE, "{bytes:?} was not sent, but {got:?}");
            self.pump(20);
        }
    }
}

/// A host of one guest, and a folder of its own.
pub struct World {
    pub host: Arc<OneGuest>,
    pub folder: PathBuf,
}

/// Whether a session may change the host.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    Change,
    Look,
}

impl World {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("domtop-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { host: Arc::default(), folder }
    }

    /// The guest runs, with this number.
    pub fn boots(&self, id: u32) -> Guest {
        let guest = Guest::new();
        *self.host.running.lock().unwrap() = Some((id, guest.path.clone()));
        guest
    }

    /// The guest has gone.
    pub fn ends(&self, guest: Guest) {
        *self.host.running.lock().unwrap() = None;
        drop(guest);
    }

    pub fn backing(&self, rights: Rights) -> Backing {
        let driver: Opened = (self.host.info(), Ok(self.host.clone() as Arc<dyn Control>));
        let made = session::assemble(HostId(0), vec![driver], rights == Rights::Change);
        let session = made.unwrap_or_else(|failure| panic!("{failure}"));
        Backing::of(&session.consoles, session.typist.as_ref())
    }

    pub fn options(&self, who: &str) -> Options {
        let place = Place::new(self.folder.join("share"));
        Options { history: 1000, before: Vec::new(), record: None, place, who: who.into() }
    }

    /// Opens the guest's console, to write where the rights allow it.
    pub fn open(&self, who: &str, rights: Rights) -> Viewer {
        self.open_with(self.options(who), rights)
    }

    pub fn open_with(&self, options: Options, rights: Rights) -> Viewer {
        let wanted = Wanted { key: key(0), name: Name::new("web1"), tty: None, write: true, size: (80, 24) };
        let (send, heard) = channel();
        let session = Session::open(wanted, self.backing(rights), options, Ear(send)).unwrap();
        Viewer {
            session,
            heard,
            page: Arc::default(),
            link: Link::Opening,
            news: Vec::new(),
            raw: Vec::new(),
            pages: 0,
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

enum Heard {
    Page(Arc<Page>),
    News(News),
    Raw(Vec<u8>),
}

struct Ear(Sender<Heard>);

impl Outlet for Ear {
    fn page(&self, page: Arc<Page>) {
        let _ = self.0.send(Heard::Page(page));
    }

    fn news(&self, news: News) {
        let _ = self.0.send(Heard::News(news));
    }

    fn raw(&self, bytes: &[u8]) {
        let _ = self.0.send(Heard::Raw(bytes.to_vec()));
    }
}

/// An open console and what it showed and told.
pub struct Viewer {
    pub session: Session,
    heard: Receiver<Heard>,
    pub page: Arc<Page>,
    pub link: Link,
    pub news: Vec<News>,
    pub raw: Vec<u8>,
    pub pages: usize,
}

impl Viewer {
    /// Takes in what came.
    pub fn pump(&mut self) {
        let mut next = self.heard.recv_timeout(Duration::from_millis(20)).ok();
        while let Some(heard) = next {
            match heard {
                Heard::Page(page) => (self.page, self.pages) = (page, self.pages + 1),
                Heard::Raw(bytes) => self.raw.extend(bytes),
                Heard::News(News::Link(link, _)) => self.link = link,
                Heard::News(news) => self.news.push(news),
            }
            next = self.heard.try_recv().ok();
        }
    }

    pub fn text(&self) -> String {
        let line = |line: &domtop::model::console::Line| {
            let text: String = line.iter().filter(|cell| cell.width > 0).map(|cell| cell.c).collect();
            text.trim_end().to_owned() + "\n"
        };
        self.page.lines.iter().map(line).collect()
    }

    pub fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !wanted(self) {
            let (link, news) = (&self.link, &self.news);
            assert!(start.elapsed() < PATIENCE, "{what}: not seen: {link:?} {news:?}\n{}", self.text());
            self.pump();
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.until(text, |viewer| viewer.text().contains(text));
    }

    pub fn writes(&mut self) {
        self.until("it writes", |viewer| viewer.link == Link::Writing);
    }

    pub fn watches(&mut self, why: &str) {
        self.until(why, |viewer| matches!(&viewer.link, Link::Watching(name) if name.shown().contains(why)));
    }

    pub fn loses(&mut self, why: &str) {
        self.until(why, |viewer| matches!(&viewer.link, Link::Lost(name) if name.shown().contains(why)));
    }

    pub fn fails(&mut self, why: &str) {
        let told = |news: &News| matches!(news, News::Failed(text) if text.contains(why));
        self.until(why, |viewer| viewer.news.iter().any(told));
    }

    pub fn types(&self, text: &str) {
        for c in text.chars() {
            let key = if c == '\r' { StrokeKey::Enter } else { StrokeKey::Char(c) };
            self.session.ask(Ask::Type(Stroke { key, ctrl: false, alt: false, shift: false }));
        }
    }
}
