//! Marks of events at the graphs: a sign under the column of the time at which something happened, by whom.

use ratatui::style::Style;

use super::{
    canvas::{Canvas, Pen},
    signs::Signs,
};
use crate::{
    model::{DomainKey, Nanos, event::Who, history::Ring},
    theme::Theme,
};

/// The sign and the style of who did something.
pub(super) fn who((theme, signs): (&Theme, &Signs), who: &Who) -> (&'static str, Style) {
    let [us, guest, tool, host] = signs.who;
    match who {
        Who::Us(_) => (us, theme.accent()),
        Who::Guest => (guest, theme.text()),
        Who::Tool => (tool, theme.warning()),
        Who::Host => (host, theme.strong()),
    }
}

/// The events that stand at a graph: where its cells begin, and what it shows.
#[derive(Clone, Copy)]
pub(super) struct Marks<'r> {
    /// The domain of the graph; none for the host's.
    pub(super) of: Option<DomainKey>,
    /// The graph.
    pub(super) ring: &'r Ring,
    /// How much of the past it shows.
    pub(super) span: Nanos,
    /// Cells left of it.
    pub(super) side: u16,
}

impl Marks<'_> {
    /// Writes them into a line of their own; of several in a cell the newest.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, sheet: &mut super::canvas::Sheet) {
        let app = canvas.app;
        let mut pen = sheet.next(canvas);
        pen.skip(self.side);
        let (from, width) = (pen.x(), pen.room());
        self.over(app, &mut pen, (from, width));
    }

    /// Lays them over a graph that begins here: only where it leaves a cell free, for what it shows matters more.
    pub(super) fn over(&self, app: &crate::app::App, pen: &mut Pen<'_>, (from, width): (u16, u16)) {
        self.each(app, width, |cell, by| {
            let (sign, style) = who((pen.theme, pen.signs), by);
            let x = from + cell;
            if pen.is_blank(x) {
                pen.over(x, sign, style);
            }
        });
    }

    /// Each event and its cell, newest first.
    fn each(&self, app: &crate::app::App, width: u16, mut put: impl FnMut(u16, &Who)) {
        let pane = app.pane();
        let until = pane.history.until();
        let since = Nanos(until.0.saturating_sub(self.span.0));
        for (at, who) in app.events.marks(pane.id, self.of, since) {
            let cell = self.ring.cell_of(until.since(at), self.span, usize::from(width));
            if let Some(cell) = cell.and_then(|cell| u16::try_from(cell).ok()) {
                put(cell, who);
            }
        }
    }
}
