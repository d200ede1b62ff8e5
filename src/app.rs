//! All state of the screen: messages come in, effects go out. No I/O, no clock, no colours.
//!
//! ```text
//!   Msg ──► App::update ──► Vec<Effect>      the runtime carries effects out
//!                │
//!                └──► &App ──► view::draw ──► Regions ──► Msg::Drawn   what drawing learned
//! ```

mod act;
pub mod column;
pub mod command;
pub mod consoles;
pub mod domains;
pub mod events;
pub mod filter;
pub mod intent;
pub mod interval;
pub mod jobs;
pub mod keymap;
pub mod message;
mod mouse;
pub mod overlay;
pub mod pins;
pub mod prompt;
pub mod regions;
mod sampled;
pub mod screen;
pub mod settings;
mod steps;
pub mod subject;
pub mod update;
pub mod words;
pub mod xml;

use std::sync::Arc;

pub use column::Column;
pub use consoles::Consoles;
pub use domains::{Row, Table};
pub use jobs::Jobs;
pub use message::{ConsoleOrder, Effect, Msg};
pub use overlay::Overlay;
pub use prompt::Prompt;
pub use regions::{Area, Regions};
pub use screen::{Panel, Screen};
pub use settings::{CpuScale, Glyphs, Settings};
pub use xml::Xml;

use crate::model::{Demand, Domain, HostId, Nanos, Snapshot, history::History, rates::Rates};

/// Everything the screen shows.
#[derive(Debug)]
pub struct App {
    /// The hosts, at least one, in the order of the command line.
    pub hosts: Vec<HostPane>,
    /// Which of them is shown.
    pub host: usize,
    /// The Domains panel.
    pub table: Table,
    /// Panels, focus, zoom, size.
    pub screen: Screen,
    /// The Pins panel.
    pub pins: pins::Pins,
    /// Consoles that are open.
    pub consoles: Consoles,
    /// The XML panel.
    pub xml: Xml,
    /// What was asked of the hosts, and what can be taken back.
    pub jobs: Jobs,
    /// What happened on the hosts.
    pub events: events::Events,
    /// What lies over the panels, where something does.
    pub overlay: Option<Overlay>,
    /// Lines run before, and what can stand at the cursor of the one being typed.
    pub prompt: Prompt,
    /// What keys and the config file changed.
    pub settings: Settings,
    /// The line over the footer, where there is something to say.
    pub notice: Option<Notice>,
    /// The keys as the user has them.
    pub keymap: keymap::Keymap,
    /// Now, on the clock of [`crate::model::Stamp::mono`]: the time of the last message that carried one.
    pub now: Nanos,
    /// Whether something changed that the last frame does not show.
    pub changed: bool,
}

/// One host on the screen.
#[derive(Debug)]
pub struct HostPane {
    /// Which host.
    pub id: HostId,
    /// Its URI.
    pub uri: String,
    /// Why this host: `as -c says`, `no hypervisor was found here…`.
    pub why: String,
    /// The snapshot that is shown; the last one, unless frozen.
    pub shown: Option<Arc<Snapshot>>,
    /// The last snapshot that came.
    pub latest: Option<Arc<Snapshot>>,
    /// Rates that belong to `shown`.
    pub rates: Rates,
    /// What the graphs show; goes on while frozen.
    pub history: History,
    /// May change the host, or why not.
    pub mode: Mode,
    /// Rates that belong to `latest`, while that is not shown; else a buffer to fill.
    received: Rates,
    /// What was asked of the sampler last.
    demand: Demand,
}

/// Whether the user may change the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// May.
    Operator,
    /// May look only, for this reason.
    Viewer(String),
}

/// A line for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether something went wrong.
    pub error: bool,
    /// The text; safe to show.
    pub text: String,
    /// When it came; it goes after a while.
    pub since: Nanos,
}

impl App {
    /// Over these hosts (at least one), nothing read yet.
    pub fn new(hosts: Vec<HostPane>, settings: Settings, keymap: keymap::Keymap) -> Self {
        Self {
            hosts,
            host: 0,
            table: Table::default(),
            pins: pins::Pins::default(),
            consoles: Consoles::default(),
            xml: Xml::default(),
            jobs: Jobs::default(),
            events: events::Events::default(),
            screen: Screen::default(),
            overlay: None,
            prompt: Prompt::default(),
            settings,
            notice: None,
            keymap,
            now: Nanos(0),
            changed: true,
        }
    }

    /// The host that is shown.
    pub fn pane(&self) -> &HostPane {
        &self.hosts[self.host]
    }

    /// The domain of a row of the table: one of the shown snapshot, or one that has gone.
    pub fn domain(&self, row: Row) -> Option<&Domain> {
        match row {
            Row::Here(place) => self.pane().shown.as_ref()?.domains.get(place),
            Row::Gone(place) => self.table.gone.get(place).map(|gone| &gone.domain),
        }
    }

    /// The domain under the cursor, where there is one.
    pub fn selected(&self) -> Option<&Domain> {
        self.table.cursor?;
        self.domain(*self.table.rows.get(self.table.selected)?)
    }

    /// What is shown of the host, as far as rows depend on it; none before the first snapshot.
    pub fn scene(&self) -> Option<subject::Scene<'_>> {
        let pane = self.pane();
        let snapshot = pane.shown.as_ref()?;
        Some(subject::Scene::new(snapshot, &pane.rates, self.settings.scale))
    }
}

impl HostPane {
    /// A host that has not been read yet.
    pub fn new(id: HostId, uri: String, why: String, mode: Mode) -> Self {
        Self {
            id,
            uri,
            why,
            shown: None,
            latest: None,
            rates: Rates::default(),
            history: History::default(),
            mode,
            received: Rates::default(),
            demand: Demand::default(),
        }
    }
}
