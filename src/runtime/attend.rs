//! One console with the whole terminal: all keys are the guest's but the escape key and the one after it.

use std::{
    fs::File,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crossterm::event::{Event, KeyEventKind};
use tokio::sync::{
    Notify,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::solo::Actor;
use crate::{
    app::{consoles::stroke, keymap::Key},
    audit::Scribe,
    console::{
        line::Backing,
        session::{self, Options, Session},
    },
    model::{
        DomainKey, Name,
        console::{Ask, Link, News, Page, Wanted},
        text::visible,
    },
    view::solo::Solo,
};

/// A console and how it stands.
pub(super) struct Attend {
    session: Session,
    shared: Arc<Shared>,
    news: UnboundedReceiver<News>,
    page: Option<Arc<Page>>,
    name: String,
    escape: Key,
    escaped: bool,
    link: Link,
    told: Option<String>,
    line: String,
    keys: String,
    recording: bool,
    drawn: bool,
    /// Text that is pasted once somebody says yes: it holds line breaks.
    pasted: Option<String>,
}

/// What the session's thread hands over.
struct Shared {
    page: Mutex<Option<Arc<Page>>>,
    came: Notify,
}

struct Outlet {
    shared: Arc<Shared>,
    news: UnboundedSender<News>,
    scribe: Option<Scribe>,
    domain: (DomainKey, Name),
    /// Where the guest's bytes go as they are.
    raw: Option<File>,
}

/// What it is opened with.
pub struct Attending {
    /// The console.
    pub wanted: Wanted,
    /// The host's consoles.
    pub backing: Backing,
    /// How sessions are opened.
    pub options: Options,
    /// Who writes into the audit.
    pub scribe: Option<Scribe>,
    /// The key after which the next is not the guest's.
    pub escape: Key,
    /// Where the guest's bytes go as they are, where that is wanted instead of a picture.
    pub raw: Option<File>,
    /// A file to record into.
    pub record: Option<std::path::PathBuf>,
}

impl Attend {
    /// Opens the console.
    pub(super) fn open(attending: Attending) -> Result<Self, String> {
        let Attending { wanted, backing, options, scribe, escape, raw, record } = attending;
        let shared = Arc::new(Shared { page: Mutex::default(), came: Notify::new() });
        let (send, news) = unbounded_channel();
        let name = wanted.name.shown().to_owned();
        let domain = (wanted.key, wanted.name.clone());
        let drawn = raw.is_none();
        let outlet = Outlet { shared: shared.clone(), news: send, scribe, domain, raw };
        let session = Session::open(wanted, backing, options, outlet);
        let session = session.map_err(|error| format!("cannot open the console: {error}"))?;
        if let Some(file) = record {
            session.ask(Ask::Record(Some(file)));
        }
        let keys = format!("{escape} .  leaves");
        let mut attend = Self {
            session,
            shared,
            news,
            page: None,
            name,
            escape,
            escaped: false,
            link: Link::Opening,
            told: None,
            line: String::new(),
            keys,
            recording: false,
            drawn,
            pasted: None,
        };
        attend.tell();
        Ok(attend)
    }

    /// Ends it once what is recorded is in its file; why it ended by itself, where it did.
    pub(super) fn close(self) -> Option<String> {
        self.session.close();
        match self.link {
            Link::Ended(why) => Some(why.shown().to_owned()),
            _ => None,
        }
    }

    fn key(&mut self, key: Key) -> bool {
        if let Some(text) = self.pasted.take() {
            // Enter may be one too many: it is no yes.
            let pasted = (key.to_string() == "y").then(|| self.session.ask(Ask::Paste(text)));
            self.told = pasted.is_none().then(|| "not pasted".into());
            self.tell();
            return true;
        }
        if std::mem::take(&mut self.escaped) {
            return self.command(key);
        }
        if key == self.escape {
            self.escaped = true;
        } else if let Some(stroke) = stroke(key) {
            self.told = None;
            self.session.ask(Ask::Type(stroke));
        }
        self.tell();
        true
    }

    /// A line break in what is pasted may run it: that is asked about.
    fn paste(&mut self, text: String) {
        if !text.contains(['\r', '\n']) {
            return self.session.ask(Ask::Paste(text));
        }
        // A terminal pastes CR where the text has a line break.
        let mut full = text.split(['\r', '\n']).filter(|line| !line.is_empty());
        let first: String = full.next().unwrap_or_default().chars().take(30).collect();
        let lines = 1 + full.count();
        self.told = Some(format!("paste {lines} lines, `{}` first? y pastes them", visible(&first)));
        self.pasted = Some(text);
        self.tell();
    }

    /// What the key after the escape key does.
    fn command(&mut self, key: Key) -> bool {
        match key.to_string().as_str() {
            "." | "q" | "d" => return false,
            "t" => self.session.ask(Ask::TakeOver),
            "w" => self.session.ask(Ask::Yield),
            "a" => self.session.ask(Ask::Reattach),
            _ if key == self.escape => {
                if let Some(stroke) = stroke(key) {
                    self.session.ask(Ask::Type(stroke));
                }
            }
            _ => {
                let keys = ". leaves, t takes over, w only watches, a attaches again";
                self.told = Some(format!("{key} is no key here: {keys}"));
            }
        }
        self.tell();
        true
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Link(link, _) => self.link = link,
            News::Failed(why) => self.told = Some(visible(&why).into_owned()),
            News::Recording(file) => self.recording = file.is_some(),
            News::Copied(_) | News::Saved(..) | News::Bell | News::Stirred => {}
        }
        self.tell();
    }

    fn tell(&mut self) {
        let recording = if self.recording { " · recorded" } else { "" };
        let how = match (&self.told, &self.link) {
            (Some(told), _) => told.clone(),
            (None, Link::Opening) => "is being attached".into(),
            (None, Link::Writing) => "attached".into(),
            (None, Link::Watching(why)) => format!("only watched: {}", why.shown()),
            (None, Link::Lost(why)) => format!("broke off: {}; it is tried again", why.shown()),
            (None, Link::Ended(why)) => why.shown().to_owned(),
        };
        let escaped = if self.escaped { " · which key?" } else { "" };
        self.line = format!("{} · {how}{recording}{escaped}", self.name);
    }
}

impl Actor for Attend {
    async fn changed(&mut self) {
        self.shared.came.notified().await;
    }

    fn due(&self) -> Option<Duration> {
        None
    }

    fn input(&mut self, event: Event) -> bool {
        match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => true,
            Event::Key(key) => Key::of(&key).is_none_or(|key| self.key(key)),
            Event::Paste(text) => {
                self.paste(text);
                true
            }
            _ => true,
        }
    }

    fn room(&mut self, (columns, rows): (u16, u16)) {
        self.session.ask(Ask::Resize(columns, rows.saturating_sub(1)));
    }

    fn turn(&mut self) -> bool {
        while let Ok(news) = self.news.try_recv() {
            self.hear(news);
        }
        let came = self.shared.page.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.page = came.or_else(|| self.page.take());
        !matches!(self.link, Link::Ended(_))
    }

    fn is_drawn(&self) -> bool {
        self.drawn
    }

    fn show(&self) -> Solo<'_> {
        let wrong = self.told.is_some() || matches!(self.link, Link::Lost(_) | Link::Ended(_));
        Solo { page: self.page.as_deref(), left: &self.line, right: &self.keys, wrong }
    }
}

impl session::Outlet for Outlet {
    fn page(&self, page: Arc<Page>) {
        *self.shared.page.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        self.shared.came.notify_one();
    }

    fn news(&self, news: News) {
        if let Err(told) = super::consoles::audit(self.scribe.as_ref(), &self.domain, &news) {
            let _ = self.news.send(News::Failed(told));
        }
        let _ = self.news.send(news);
        self.shared.came.notify_one();
    }

    /// The session waits for the terminal here, and the guest for the session: nothing of it is lost.
    fn raw(&self, bytes: &[u8]) {
        if let Some(mut raw) = self.raw.as_ref() {
            let _ = raw.write_all(bytes);
        }
    }
}
