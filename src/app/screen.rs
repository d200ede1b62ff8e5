//! Panels: which are open, which has the keys, how they tile.

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Panel {
    /// The table.
    Domains,
    /// All of the domain under the cursor.
    Detail,
    /// The host's graphs: each pCPU, each NUMA node, each pool.
    Host,
    /// The driver stack.
    Drivers,
}

impl Panel {
    /// All of them, in the order Tab walks.
    pub const ALL: [Self; 4] = [Self::Domains, Self::Detail, Self::Host, Self::Drivers];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Domains => "Domains",
            Self::Detail => "Detail",
            Self::Host => "Host",
            Self::Drivers => "Drivers",
        }
    }
}

/// Panels, focus, zoom, size.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Width and height of the terminal in cells.
    pub size: (u16, u16),
    /// Open panels in the order they stand; Domains is always one of them.
    pub open: Vec<Panel>,
    /// The one that has the keys.
    pub focus: Panel,
    /// Whether the focused panel has the whole screen.
    pub zoom: bool,
    /// First line shown of each panel that scrolls, by place in [`Panel::ALL`].
    pub scroll: [u16; 4],
    /// What drawing learned last.
    pub regions: super::Regions,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            size: (80, 24),
            open: vec![Panel::Domains],
            focus: Panel::Domains,
            zoom: false,
            scroll: [0; 4],
            regions: super::Regions::default(),
        }
    }
}
