//! What sessions are told of the screen: whether they are looked at, and how much room there is.

use super::{App, Tab};
use crate::{
    app::{Effect, Panel},
    model::console::Ask,
};

impl App {
    /// Tells each session what changed for it since it was told last.
    pub(in crate::app) fn attend(&mut self) -> Vec<Effect> {
        let seen = self.sees_consoles();
        let room = Some(self.screen.regions.console.area).filter(|area| area.width > 0 && area.height > 0);
        let room = room.map(|area| (area.width, area.height));
        let shown = self.consoles.shown;
        let mut effects = Vec::new();
        for (place, tab) in self.consoles.tabs.iter_mut().enumerate() {
            let seen = seen && place == shown;
            effects.extend(attended(tab, seen));
            if let Some(size) = room.filter(|size| seen && tab.told.1 != *size) {
                tab.told.1 = size;
                effects.push(tab.ask(Ask::Resize(size.0, size.1)));
            }
        }
        effects
    }

    /// Whether the Console panel is to be seen.
    fn sees_consoles(&self) -> bool {
        self.screen.shows(Panel::Console) && !self.screen.is_hidden(Panel::Console)
    }
}

fn attended(tab: &mut Tab, seen: bool) -> Option<Effect> {
    tab.unread &= !seen;
    (std::mem::replace(&mut tab.told.0, seen) != seen).then(|| tab.ask(Ask::Attend(seen)))
}
