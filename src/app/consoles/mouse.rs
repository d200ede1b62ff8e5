//! The mouse over the page: a click sets the caret, dragging selects, two clicks select a word, three a line.

use super::{App, Consoles, Tab};
use crate::{
    app::Effect,
    model::{
        Nanos,
        console::{Ask, Selecting},
    },
};

/// How long after a click another belongs to it. The app's time is that of the last message that carried one.
const CLICKS: Nanos = Nanos(1_000_000_000);

impl App {
    /// A button went down over the page.
    pub(in crate::app) fn click_console(&mut self, at: (u16, u16)) -> Vec<Effect> {
        let now = self.now;
        let Some((x, y)) = self.screen.regions.console.under(at) else { return Vec::new() };
        let Some(tab) = self.consoles.tab_mut() else { return Vec::new() };
        let what = match tab.click((x, y), now) {
            1 => Selecting::From(x, y),
            2 => Selecting::Word(x, y),
            _ => Selecting::Line(x, y),
        };
        if let Some(browse) = &mut tab.browse {
            (browse.caret, browse.selecting) = ((x, y), false);
        }
        let ask = tab.ask(Ask::Select(what));
        self.consoles.dragging = true;
        vec![ask]
    }

    /// It moved while down: at the edge of the page at most.
    pub(in crate::app) fn drag_console(&mut self, at: (u16, u16)) -> Vec<Effect> {
        let seen = self.screen.regions.console;
        if !self.consoles.dragging {
            return Vec::new();
        }
        let Some(tab) = self.consoles.tab_mut() else { return Vec::new() };
        let Some((x, y)) = seen.nearest(at) else { return Vec::new() };
        if let Some(browse) = &mut tab.browse {
            browse.caret = (x, y);
        }
        vec![tab.ask(Ask::Select(Selecting::To(x, y)))]
    }
}

impl Consoles {
    /// What is dragged from now on did not begin on a page.
    pub(in crate::app) fn release(&mut self) {
        self.dragging = false;
    }
}

impl Tab {
    /// Counts clicks on one cell, from 1 to 3.
    fn click(&mut self, at: (u16, u16), now: Nanos) -> u8 {
        let count = match self.clicks {
            Some((place, when, count)) if place == at && now.since(when) <= CLICKS => count % 3 + 1,
            _ => 1,
        };
        self.clicks = Some((at, now, count));
        count
    }
}
