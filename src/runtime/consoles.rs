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
    open: BTreeMap<ConsoleId, (Session, Slot)>,
    came: Arc<Notify>,
    messages: UnboundedSender<Msg>,
}

impl Consoles {
    /// None yet; of what they tell comes as messages, `came` rings when there is a page.
    pub(super) fn new(options: Options, came: Arc<Notify>, messages: UnboundedSender<Msg>) -> Self {
        Self { ways: Vec::new(), options, open: BTreeMap::new(), came, messages }
    }

    /// Consoles of this host can be opened from now on.
    pub(super) fn add(&mut self, way: Way) {
        self.ways.push(way);
    }

    /// Does what is to be done with a console.
    pub(super) fn order(&mut self, host: HostId, id: ConsoleId, order: ConsoleOrder) {
        match order {
            ConsoleOrder::Open(wanted) => self.begin(host, id, wanted),
            ConsoleOrder::Ask(ask) => {
                if let Some((session, _)) = self.open.get(&id) {
                    session.ask(ask);
                }
            }
            // Dropped, it ends by itself: the keys need not wait for what it still writes.
            ConsoleOrder::Close => drop(self.open.remove(&id)),
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
        match Session::open(wanted, backing, self.options.clone(), outlet) {
            Ok(session) => drop(self.open.insert(id, (session, slot))),
            Err(error) => {
                let why = Name::new(&format!("it cannot be opened: {error}"));
                let _ = self.messages.send(Msg::Console(id, News::Link(Link::Ended(why), None)));
            }
        }
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
        self.open.iter().filter_map(|(id, (_, slot))| Some(Msg::Page(*id, taken(slot)?)))
    }

    /// Ends all of them, once what is recorded is in its files.
    pub(super) fn finish(&mut self) {
        for (session, _) in std::mem::take(&mut self.open).into_values() {
            session.close();
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
