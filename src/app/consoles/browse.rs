//! Looking through the lines kept: scrolling, a caret, selecting, searching.

use super::{App, Browse};
use crate::{
    app::{Effect, domains::Step},
    model::console::{Ask, LEAST, Page, Scroll, Selecting, Upwards},
};

impl App {
    /// Moves through the lines kept; that is begun by it.
    pub(in crate::app) fn walk_console(&mut self, step: Step) -> Vec<Effect> {
        self.browse_console();
        let rows = self.page_of_console().1;
        let Some(browse) = self.browse() else { return Vec::new() };
        let scroll = match step {
            Step::Lines(by) => {
                let to = isize::try_from(browse.caret.1).unwrap_or(0).saturating_add(by);
                let within = to.clamp(0, isize::try_from(rows).unwrap_or(1).saturating_sub(1).max(0));
                browse.caret.1 = u16::try_from(within).unwrap_or(0);
                Scroll::Lines(lines(within - to))
            }
            Step::Pages(by) => Scroll::Pages(lines(-by)),
            Step::First => {
                browse.caret = (0, 0);
                Scroll::Top
            }
            Step::Last => {
                browse.caret.1 = rows.saturating_sub(1);
                Scroll::Bottom
            }
        };
        let scroll = (scroll != Scroll::Lines(0)).then_some(Ask::Scroll(scroll));
        let mut effects: Vec<_> = scroll.into_iter().flat_map(|ask| self.ask_console(ask)).collect();
        effects.extend(self.select_on());
        effects
    }

    /// Moves the caret along its line.
    pub(in crate::app) fn slide_console(&mut self, by: i16) -> Vec<Effect> {
        self.browse_console();
        let last = self.page_of_console().0.saturating_sub(1);
        if let Some(browse) = self.browse() {
            browse.caret.0 = browse.caret.0.saturating_add_signed(by).min(last);
        }
        self.select_on()
    }

    /// Scrolls without moving the keys there, as the wheel does.
    pub(in crate::app) fn scroll_console(&self, by: isize) -> Vec<Effect> {
        self.ask_console(Ask::Scroll(Scroll::Lines(lines(-by))))
    }

    /// Gives the keys to the lines kept, where they are not there yet.
    pub(in crate::app) fn browse_console(&mut self) {
        let bottom = self.page_of_console().1.saturating_sub(1);
        if let Some(tab) = self.consoles.tab_mut() {
            let cursor = tab.page.as_ref().and_then(|page| page.cursor);
            let caret = cursor.unwrap_or((0, bottom));
            tab.browse.get_or_insert(Browse { caret, selecting: false });
        }
    }

    /// One step back: what is selected, looking back, the panel.
    pub(in crate::app) fn back_from_console(&mut self) -> Vec<Effect> {
        let types = self.consoles.tab().is_some_and(|tab| self.types_into(tab));
        let Some(tab) = self.consoles.tab_mut() else {
            self.step_back();
            return Vec::new();
        };
        let (back, selected, found) =
            tab.page.as_ref().map_or((0, false, None), |page| (page.back, page.selected, page.found));
        let selecting = tab.browse.as_mut().is_some_and(|browse| std::mem::take(&mut browse.selecting));
        if selecting || selected {
            return self.ask_console(Ask::Select(Selecting::Nothing));
        }
        let forget = found.is_some() || !std::mem::take(&mut tab.search).is_empty();
        if tab.browse.take().is_some() || back > 0 || forget {
            let forget = forget.then(|| Ask::Search(String::new()));
            let asks = forget.into_iter().chain([Ask::Scroll(Scroll::Bottom)]);
            return asks.flat_map(|ask| self.ask_console(ask)).collect();
        }
        if !types {
            self.step_back();
        }
        Vec::new()
    }

    /// Begins to select at the caret, or ends that.
    pub(in crate::app) fn select_console(&mut self, begin: fn(u16, u16) -> Selecting) -> Vec<Effect> {
        self.browse_console();
        let Some(browse) = self.browse() else { return Vec::new() };
        browse.selecting = !browse.selecting;
        let (x, y) = browse.caret;
        let what = if browse.selecting { begin(x, y) } else { Selecting::Nothing };
        self.ask_console(Ask::Select(what))
    }

    /// What the caret went over is selected too.
    fn select_on(&mut self) -> Vec<Effect> {
        match self.browse() {
            Some(Browse { caret: (x, y), selecting: true }) => {
                let to = Selecting::To(*x, *y);
                self.ask_console(Ask::Select(to))
            }
            _ => Vec::new(),
        }
    }

    /// Looks for a text in all lines kept.
    pub(in crate::app) fn find_in_console(&mut self, text: &str) -> Vec<Effect> {
        self.browse_console();
        if let Some(tab) = self.consoles.tab_mut() {
            text.clone_into(&mut tab.search);
        }
        self.ask_console(Ask::Search(text.to_owned()))
    }

    /// Forgets what was looked for and what is selected.
    pub(in crate::app) fn clear_console(&mut self) -> Vec<Effect> {
        if let Some(tab) = self.consoles.tab_mut() {
            tab.search.clear();
            tab.browse.iter_mut().for_each(|browse| browse.selecting = false);
        }
        let asks = [Ask::Search(String::new()), Ask::Select(Selecting::Nothing)];
        asks.into_iter().flat_map(|ask| self.ask_console(ask)).collect()
    }

    /// Goes to the next place where it was found.
    pub(in crate::app) fn find_again(&mut self, way: Upwards) -> Vec<Effect> {
        if self.consoles.tab().is_some_and(|tab| tab.search.is_empty()) {
            self.complain("nothing was looked for yet: `/` does".into());
            return Vec::new();
        }
        self.ask_console(Ask::Again(way))
    }

    fn browse(&mut self) -> Option<&mut Browse> {
        self.consoles.tab_mut()?.browse.as_mut()
    }

    /// Columns and rows of the page that is shown.
    fn page_of_console(&self) -> (u16, u16) {
        let page = self.consoles.tab().and_then(|tab| tab.page.as_deref());
        page.map_or(LEAST, |page: &Page| page.size)
    }
}

fn lines(count: isize) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}
