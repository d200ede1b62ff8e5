//! The consoles that are open: sessions on threads of their own, of which the loop hears as it does of samplers. Of
//! pages only the last is taken.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tokio::sync::{Notify, mpsc::UnboundedSender};

use crate::{
    app::{ConsoleOrder, Msg},
    audit::Scribe,
    console::{
        background::Background,
        line::Backing,
        session::{self, Options, Session},
    },
    driver::console::{self, Typist},
    model::{
        Attempt, DomainKey, HostId, Name,
        console::{ConsoleId, Link, News, Page, Wanted},
    },
    sampler::stamp,
};

/// A page nobody has looked at yet.
type Slot = Arc<Mutex<Option<Arc<Page>>>>;

/// One console that is open.
struct Open {
    host: HostId,
    key: DomainKey,
    session: Session,
    slot: Slot,
}

/// What is needed to open consoles of one host.
pub(super) struct Way {
    pub(super) host: HostId,
    pub(super) consoles: console::Consoles,
    /// Nobody where the host was opened for looking only.
    pub(super) typist: Option<Typist>,
    /// Who writes into the audit that somebody began to type.
    pub(super) scribe: Option<Scribe>,
}

/// All consoles.
pub(super) struct Consoles {
    ways: Vec<Way>,
    options: Options,
    /// Bytes kept of each console that is not open; 0 reads none.
    ring: usize,
    background: Vec<(HostId, Background)>,
    open: BTreeMap<ConsoleId, Open>,
    came: Arc<Notify>,
    messages: UnboundedSender<Msg>,
}

impl Consoles {
    /// None yet; of what they tell comes as messages, `came` rings when there is a page.
    pub(super) fn new(
        (options, ring): (Options, usize),
        came: Arc<Notify>,
        messages: UnboundedSender<Msg>,
    ) -> Self {
        let (ways, background, open) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { ways, options, ring, background, open, came, messages }
    }

    /// Consoles of this host can be opened from now on.
    pub(super) fn add(&mut self, way: Way) {
        if self.ring > 0 {
            match Background::start(way.consoles.clone(), self.ring) {
                Ok(background) => self.background.push((way.host, background)),
                Err(error) => {
                    let told = format!("consoles are not read in the background: {error}");
                    let _ = self.messages.send(Msg::Notice(true, told));
                }
            }
        }
        self.ways.push(way);
    }

    /// Does what is to be done with a console.
    pub(super) fn order(&mut self, host: HostId, id: ConsoleId, order: ConsoleOrder) {
        match order {
            ConsoleOrder::Open(wanted) => self.begin(host, id, wanted),
            ConsoleOrder::Ask(ask) => {
                if let Some(open) = self.open.get(&id) {
                    open.session.ask(ask);
                }
            }
            // Dropped, it ends by itself: the keys need not wait for what it still writes.
            ConsoleOrder::Close => {
                if let Some(open) = self.open.remove(&id) {
                    self.background_of(open.host).inspect(|background| background.give_back(open.key));
                }
            }
        }
    }

    fn begin(&mut self, host: HostId, id: ConsoleId, wanted: Wanted) {
        let Some(way) = self.ways.iter().find(|way| way.host == host) else { return };
        let slot = Slot::default();
        let outlet = Outlet {
            id,
            slot: slot.clone(),
            came: self.came.clone(),
            messages: self.messages.clone(),
            scribe: way.scribe.clone(),
            domain: (wanted.key, wanted.name.clone()),
        };
        let backing = Backing::of(&way.consoles, way.typist.as_ref());
        let key = wanted.key;
        let before = self.background_of(host).map(|background| background.hand_over(key));
        let options = Options { before: before.unwrap_or_default(), ..self.options.clone() };
        match Session::open(wanted, backing, options, outlet) {
            Ok(session) => drop(self.open.insert(id, Open { host, key, session, slot })),
            Err(error) => {
                let why = Name::new(&format!("it cannot be opened: {error}"));
                let _ = self.messages.send(Msg::Console(id, News::Link(Link::Ended(why), None)));
            }
        }
    }

    fn background_of(&self, host: HostId) -> Option<&Background> {
        self.background.iter().find(|(id, _)| *id == host).map(|(_, background)| background)
    }

    /// Has it told which consoles a domain has, by a thread: whoever knows may take its time.
    pub(super) fn list(&self, host: HostId, key: DomainKey) {
        let Some(way) = self.ways.iter().find(|way| way.host == host) else { return };
        let (consoles, messages) = (way.consoles.clone(), self.messages.clone());
        let tell = move || {
            let found = consoles.list(key).map_err(|failure| failure.to_string());
            let _ = messages.send(Msg::Ttys(host, key, found));
        };
        if thread::Builder::new().name("consoles".into()).spawn(tell).is_err() {
            let told = Err("there is no thread to be had".into());
            let _ = self.messages.send(Msg::Ttys(host, key, told));
        }
    }

    /// The pages that came since the last call.
    pub(super) fn pages(&self) -> impl Iterator<Item = Msg> {
        self.open.iter().filter_map(|(id, open)| Some(Msg::Page(*id, taken(&open.slot)?)))
    }

    /// Ends all of them, once what is recorded is in its files.
    pub(super) fn finish(&mut self) {
        for open in std::mem::take(&mut self.open).into_values() {
            open.session.close();
        }
    }
}

/// Where one console tells.
struct Outlet {
    id: ConsoleId,
    slot: Slot,
    came: Arc<Notify>,
    messages: UnboundedSender<Msg>,
    scribe: Option<Scribe>,
    domain: (DomainKey, Name),
}

impl session::Outlet for Outlet {
    fn page(&self, page: Arc<Page>) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        self.came.notify_one();
    }

    fn news(&self, news: News) {
        if let Err(told) = audit(self.scribe.as_ref(), &self.domain, &news) {
            let _ = self.messages.send(Msg::Notice(true, told));
        }
        let _ = self.messages.send(Msg::Console(self.id, news));
    }
}

/// Writes into the audit that somebody may type from now on, or that it is recorded.
///
/// # Errors
/// A sentence, where it could not be written.
pub(super) fn audit(scribe: Option<&Scribe>, domain: &(DomainKey, Name), news: &News) -> Result<(), String> {
    let Some(scribe) = scribe else { return Ok(()) };
    let name = domain.1.shown();
    let command = match news {
        News::Link(Link::Writing, _) => format!("console {name}"),
        News::Recording(Some(path)) => format!("console-record {name} {}", path.display()),
        _ => return Ok(()),
    };
    let did = Attempt { command, why: String::new(), domain: Some(domain.clone()) };
    scribe.did(stamp().wall, &did)
}

fn taken(slot: &Slot) -> Option<Arc<Page>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
