//! Folding elements away, so that a long text can be looked over.

use super::{Row, Xml};
use crate::app::App;

impl App {
    /// Folds the element that begins at the cursor, or the one around it; or unfolds it.
    pub(in crate::app) fn fold_xml(&mut self) {
        let Some(Row::Line(line)) = self.xml.at() else { return };
        let Some(begins) = self.xml.element(line) else { return };
        if !self.xml.folded.remove(&begins) {
            self.xml.folded.insert(begins);
        }
        self.refold(begins);
    }

    /// Folds all that is within the root, or unfolds it all where anything is folded.
    pub(in crate::app) fn fold_all_xml(&mut self) {
        let Some(shown) = self.xml.shown() else { return };
        let within = shown.markup.lines.iter().enumerate().filter(|(_, line)| line.depth == 1);
        let folds = within.filter(|(_, line)| line.fold.is_some()).map(|(place, _)| place).collect();
        self.xml.folded = folds;
        let line = if let Some(Row::Line(line)) = self.xml.at() { line } else { 0 };
        self.refold(line);
    }

    /// Unfolds everything.
    pub(in crate::app) fn unfold_xml(&mut self) {
        self.xml.folded.clear();
        let line = if let Some(Row::Line(line)) = self.xml.at() { line } else { 0 };
        self.refold(line);
    }

    fn refold(&mut self, line: usize) {
        self.xml.lay();
        self.xml.return_to(Some(Row::Line(line)));
        self.xml.keep_in_page(usize::from(self.screen.regions.xml.height));
    }
}

impl Xml {
    /// The line at which the element begins that a line begins or lies in.
    fn element(&self, line: usize) -> Option<usize> {
        let lines = &self.shown()?.markup.lines;
        let holds = |at: &usize| lines[*at].fold.is_some_and(|last| last >= line);
        (0..=line.min(lines.len().checked_sub(1)?)).rev().find(holds)
    }

    /// The lines of the element that begins on a line; where none does, of the one the line ends or lies in.
    pub(super) fn extent(&self, line: usize) -> Option<std::ops::RangeInclusive<usize>> {
        let lines = &self.shown()?.markup.lines;
        let begins = match lines.get(line)? {
            here if here.fold.is_some() || here.begins_element() => line,
            _ => self.element(line).unwrap_or(line),
        };
        Some(begins..=lines[begins].fold.unwrap_or(begins))
    }

    /// Unfolds what hides a line.
    pub(super) fn unhide(&mut self, line: usize) {
        let Some(shown) = self.shown() else { return };
        let lines = &shown.markup.lines;
        let hides = |at: &usize| {
            *at < line && lines.get(*at).and_then(|line| line.fold).is_some_and(|last| last >= line)
        };
        let hiding: Vec<usize> = self.folded.iter().copied().filter(hides).collect();
        if !hiding.is_empty() {
            self.folded.retain(|at| !hiding.contains(at));
            self.lay();
        }
    }
}
