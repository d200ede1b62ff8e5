//! All state of the screen: messages come in, effects go out. No I/O, no clock, no colours.
//!
//! ```text
//!   Msg ──► App::update ──► Vec<Effect>      the runtime carries effects out
//!                │
//!                └──► &App ──► view::draw ──► Regions ──► Msg::Drawn   what drawing learned
//! ```

pub mod column;
pub mod command;
pub mod domains;
pub mod keymap;
pub mod message;
pub mod overlay;
pub mod regions;
pub mod screen;
pub mod update;

use std::sync::Arc;

pub use column::Column;
pub use domains::{Row, Table};
pub use message::{Effect, Msg};
pub use overlay::Overlay;
pub use regions::{Area, Regions};
pub use screen::{Panel, Screen};

use crate::model::{HostId, Nanos, Snapshot, history::History, rates::Rates};

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
    /// What lies over the panels, where something does.
    pub overlay: Option<Overlay>,
    /// What keys and the config file changed.
    pub settings: Settings,
    /// The line over the footer, where there is something to say.
    pub notice: Option<Notice>,
    /// The keys as the user has them.
    pub keymap: keymap::Keymap,
    /// Now, on the clock of [`crate::model::Stamp::mono`]: the time of the last message that carried one.
    pub now: Nanos,
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
}

/// Whether the user may change the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// May.
    Operator,
    /// May look only, for this reason.
    Viewer(String),
}

/// What keys and the config file changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What 100 % CPU means.
    pub scale: CpuScale,
    /// The sampling interval asked for.
    pub interval: Nanos,
    /// No snapshots are taken (space): the host is left in peace.
    pub paused: bool,
    /// Snapshots are taken, and the history goes on, but the screen stands still.
    pub frozen: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The theme by name, and all there are.
    pub theme: String,
    /// Names of the themes there are, in the order the key walks through.
    pub themes: Vec<String>,
    /// What graphs are drawn with.
    pub glyphs: Glyphs,
}

/// What 100 % CPU means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CpuScale {
    /// One physical CPU, as xentop counts: a busy domain of four vCPUs shows 400 %.
    #[default]
    Pcpu,
    /// The whole host, as virt-top counts.
    Host,
}

/// What graphs and borders are drawn with, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Braille dots, rounded borders, signs.
    #[default]
    Braille,
    /// Block elements, plain borders.
    Block,
    /// Nothing above U+007F of our own.
    Ascii,
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
            screen: Screen::default(),
            overlay: None,
            settings,
            notice: None,
            keymap,
            now: Nanos(0),
        }
    }

    /// The host that is shown.
    pub fn pane(&self) -> &HostPane {
        &self.hosts[self.host]
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
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scale: CpuScale::default(),
            interval: Nanos(1_000_000_000),
            paused: false,
            frozen: false,
            mouse: true,
            theme: "dark".into(),
            themes: vec!["dark".into()],
            glyphs: Glyphs::default(),
        }
    }
}
