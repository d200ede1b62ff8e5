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
    /// Where vCPUs may run, as a grid.
    Pins,
    /// What was asked of the hosts.
    Jobs,
    /// What happened on them.
    Events,
    /// The terminal of a guest.
    Console,
    /// The definition of a domain.
    Xml,
}

impl Panel {
    /// All of them, in the order Tab walks.
    pub const ALL: [Self; 9] = [
        Self::Domains,
        Self::Detail,
        Self::Host,
        Self::Drivers,
        Self::Pins,
        Self::Jobs,
        Self::Events,
        Self::Console,
        Self::Xml,
    ];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Domains => "Domains",
            Self::Detail => "Detail",
            Self::Host => "Host",
            Self::Drivers => "Drivers",
            Self::Pins => "Pins",
            Self::Jobs => "Jobs",
            Self::Events => "Events",
            Self::Console => "Console",
            Self::Xml => "XML",
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
    pub scroll: [u16; Panel::ALL.len()],
    /// What drawing learned last.
    pub regions: super::Regions,
    /// The picked line of the Jobs panel, from the newest.
    pub job: usize,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            size: (80, 24),
            open: vec![Panel::Domains],
            focus: Panel::Domains,
            zoom: false,
            scroll: [0; Panel::ALL.len()],
            regions: super::Regions::default(),
            job: 0,
        }
    }
}

impl Screen {
    /// Opens a panel without giving it the keys.
    pub(super) fn open(&mut self, panel: Panel) {
        if !self.open.contains(&panel) {
            self.open.push(panel);
            self.open.sort_unstable();
            // The last frame knows nothing of how the panels stand now.
            self.regions.panels.clear();
        }
    }

    /// Opens a panel and gives it the keys.
    pub(super) fn focus_on(&mut self, panel: Panel) {
        self.open(panel);
        self.focus = panel;
    }

    /// Closes a panel; the table stays, and has the keys where the panel had them.
    pub(super) fn close(&mut self, panel: Panel) {
        if panel == Panel::Domains {
            return;
        }
        self.open.retain(|p| *p != panel);
        if self.focus == panel {
            (self.focus, self.zoom) = (Panel::Domains, false);
        }
    }

    /// Opens a panel, gives it the keys, or closes it where it has them.
    pub(super) fn toggle(&mut self, panel: Panel) {
        if self.focus == panel {
            self.close(panel);
        } else {
            self.focus_on(panel);
        }
    }

    /// Gives the keys to the open panel so many places on, round and round.
    pub(super) fn focus_next(&mut self, by: isize) {
        let at = self.open.iter().position(|p| *p == self.focus).unwrap_or(0);
        let count = isize::try_from(self.open.len()).unwrap_or(1).max(1);
        let to = (isize::try_from(at).unwrap_or(0) + by).rem_euclid(count);
        self.focus = self.open.get(to.unsigned_abs()).copied().unwrap_or(Panel::Domains);
    }

    /// Whether a panel is to be seen: open, and no other has the whole screen.
    pub fn shows(&self, panel: Panel) -> bool {
        self.open.contains(&panel) && (!self.zoom || self.focus == panel)
    }

    /// Whether an open panel had no room on the last frame.
    pub(super) fn is_hidden(&self, panel: Panel) -> bool {
        let drawn = &self.regions.panels;
        !drawn.is_empty() && self.open.contains(&panel) && !drawn.iter().any(|(p, _)| *p == panel)
    }

    /// Scrolls a panel, no further than its last line.
    pub(super) fn scroll(&mut self, panel: Panel, step: super::domains::Step) {
        let Some((place, page)) = self.place(panel) else { return };
        let lines = usize::from(self.regions.lengths[place]);
        let last = lines.saturating_sub(page);
        let to = step.from(usize::from(self.scroll[place]), lines, page).min(last);
        self.scroll[place] = u16::try_from(to).unwrap_or(u16::MAX);
    }

    /// After a frame: no panel is scrolled past its end.
    pub(super) fn bound_scrolls(&mut self) {
        for panel in Panel::ALL {
            self.scroll(panel, super::domains::Step::Lines(0));
        }
    }

    /// A panel's place in [`Panel::ALL`] and its lines on the screen, without borders.
    fn place(&self, panel: Panel) -> Option<(usize, usize)> {
        let place = Panel::ALL.iter().position(|p| *p == panel)?;
        let (_, area) = self.regions.panels.iter().find(|(p, _)| *p == panel)?;
        Some((place, usize::from(area.height.saturating_sub(2))))
    }
}
