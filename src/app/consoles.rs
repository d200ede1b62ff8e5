//! Consoles of guests: one tab each, of which the Console panel shows one.
//!
//! ```text
//!   key ──► escape key? ──► command of the Console panel      Ask ──► session, by Effect::Console
//!    │           ▲                                              ▲
//!    └──► may it be typed? ── yes ──────────────────────────────┘
//!              │                        session ──► Msg::Page, Msg::Console ──► its tab
//!              └── no: a command at once, as nothing could be typed anyway
//! ```
//!
//! Nothing is typed but into the tab that is shown while its panel has the keys, in a session that may change the host.

mod attention;
mod browse;
mod keys;
mod mouse;
mod news;
mod open;
mod prompt;

use std::{path::PathBuf, sync::Arc};

pub use keys::stroke;
pub use prompt::Purpose;

use super::{App, ConsoleOrder, Effect, Mode};
use crate::model::{
    DomainKey, HostId, Nanos,
    console::{Ask, ConsoleId, Line, Link, Page, Paint, Tty, Wanted},
};

/// All consoles that are open, and how their panel stands.
#[derive(Clone, Debug, Default)]
pub struct Consoles {
    /// One tab for each, in the order they were opened.
    pub tabs: Vec<Tab>,
    /// Which of them is shown: a place in `tabs`.
    pub shown: usize,
    /// Whether the escape key was pressed: the next key is for us.
    pub escaped: bool,
    /// Where the panel stands.
    pub split: Split,
    /// Whether the button went down over the page that is shown.
    dragging: bool,
    /// The number of the next one.
    next: u32,
}

/// Where the Console panel stands where there is room for more than it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// Below the table.
    #[default]
    Below,
    /// Beside it.
    Beside,
}

/// One console.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Its number.
    pub id: ConsoleId,
    /// The host of its domain.
    pub host: HostId,
    /// What was asked for; `write` as it was last wanted.
    pub wanted: Wanted,
    /// Which of the domain's consoles it is, where that is known.
    pub tty: Option<Tty>,
    /// How it stands.
    pub link: Link,
    /// What it shows.
    pub page: Option<Arc<Page>>,
    /// The file it is recorded into, where it is.
    pub recording: Option<PathBuf>,
    /// Whether something came that nobody has seen.
    pub unread: bool,
    /// Lines kept are looked through: keys move there instead of going to the guest.
    pub browse: Option<Browse>,
    /// What was looked for last.
    pub search: String,
    /// It broke off while it was typed into: what is typed on is no command.
    startled: bool,
    /// What its session was told last: whether it is looked at, and how much room it has.
    told: (bool, (u16, u16)),
    /// The click before: where, when, and how many there were in a row.
    clicks: Option<((u16, u16), Nanos, u8)>,
}

/// Looking through the lines kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Browse {
    /// Column and row of the page where the keys are.
    pub caret: (u16, u16),
    /// Whether what the caret passes over is selected.
    pub selecting: bool,
}

impl Consoles {
    /// The tab that is shown.
    pub fn tab(&self) -> Option<&Tab> {
        self.tabs.get(self.shown)
    }

    fn tab_mut(&mut self) -> Option<&mut Tab> {
        self.tabs.get_mut(self.shown)
    }

    /// The place of a console.
    fn place(&self, id: ConsoleId) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.id == id)
    }

    /// A console shows something else.
    pub(super) fn paged(&mut self, id: ConsoleId, page: Arc<Page>) {
        let shown = self.shown;
        if let Some(place) = self.place(id) {
            let tab = &mut self.tabs[place];
            tab.show_hit(&page);
            tab.page = Some(page);
            tab.unread |= place != shown;
        }
    }
}

impl Tab {
    fn new(id: ConsoleId, host: HostId, wanted: Wanted) -> Self {
        let told = (false, wanted.size);
        Self {
            id,
            host,
            wanted,
            tty: None,
            link: Link::Opening,
            page: None,
            recording: None,
            unread: false,
            browse: None,
            search: String::new(),
            startled: false,
            told,
            clicks: None,
        }
    }

    /// Another place was found than on the page before: the caret goes there.
    fn show_hit(&mut self, page: &Page) {
        let before = self.page.as_ref().and_then(|page| page.found);
        let Some(browse) = self.browse.as_mut().filter(|_| page.found != before) else { return };
        let column = |line: &Line| line.iter().position(|cell| cell.paint.is(Paint::HIT));
        let hit = page.lines.iter().enumerate().find_map(|(row, line)| Some((column(line)?, row)));
        if let Some((column, row)) = hit {
            browse.caret = (u16::try_from(column).unwrap_or(0), u16::try_from(row).unwrap_or(0));
        }
    }

    /// What it is called on the screen: its domain, and which of its consoles where that was chosen.
    pub fn label(&self) -> String {
        let domain = crate::model::domain::label(self.wanted.key, &self.wanted.name);
        match &self.wanted.tty {
            Some(tty) => format!("{domain}:{}", crate::model::text::visible(tty)),
            None => domain.into_owned(),
        }
    }

    /// Whether it is one of this domain, in this run of it or another.
    fn is_of(&self, host: HostId, key: DomainKey) -> bool {
        let own = self.wanted.key;
        self.host == host && if key.uuid.is_nil() { own == key } else { own.uuid == key.uuid }
    }

    /// Something for its session.
    fn order(&self, order: ConsoleOrder) -> Effect {
        Effect::Console(self.host, self.id, order)
    }

    fn ask(&self, ask: Ask) -> Effect {
        self.order(ConsoleOrder::Ask(ask))
    }
}

impl App {
    /// Whether keys go to the guest of a tab: this session may change its host, and it is attached, or about to be, for
    /// writing.
    pub fn types_into(&self, tab: &Tab) -> bool {
        let lively = match tab.link {
            Link::Writing => true,
            Link::Opening => tab.wanted.write,
            Link::Watching(_) | Link::Lost(_) | Link::Ended(_) => false,
        };
        lively && tab.browse.is_none() && self.may_write(tab).is_ok()
    }

    /// Whether a key is a command only after the escape key, which was not pressed yet.
    pub fn escapes(&self) -> bool {
        let free = self.overlay.is_none() && self.screen.focus == crate::app::Panel::Console;
        free && !self.consoles.escaped && self.consoles.tab().is_some_and(|tab| self.types_into(tab))
    }

    /// Whether this session may write into a tab's guest at all.
    ///
    /// # Errors
    /// Why not: a clause.
    pub(super) fn may_write(&self, tab: &Tab) -> Result<(), String> {
        match self.hosts.iter().find(|host| host.id == tab.host).map(|host| &host.mode) {
            Some(Mode::Operator) if self.allows_name("console") => Ok(()),
            Some(Mode::Operator) => {
                Err("this screen is a kiosk, and `console` is none of its commands".into())
            }
            Some(Mode::Viewer(reason)) => Err(format!("this session only looks: {reason}")),
            None => Err("its host is not open".into()),
        }
    }

    /// Asks something of the console that is shown.
    pub(in crate::app) fn ask_console(&self, ask: Ask) -> Vec<Effect> {
        self.consoles.tab().map(|tab| tab.ask(ask)).into_iter().collect()
    }
}
