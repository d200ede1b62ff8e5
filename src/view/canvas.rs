//! The cells to draw into, and the pens that write a line of them.

use std::fmt;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::signs::Signs;
use crate::{
    app::{App, Area, Panel, Regions},
    theme::Theme,
};

/// What all of drawing needs at hand.
pub(super) struct Canvas<'a> {
    /// The cells.
    pub(super) buf: &'a mut Buffer,
    /// What is drawn.
    pub(super) app: &'a App,
    /// In which colours.
    pub(super) theme: &'a Theme,
    /// With which glyphs.
    pub(super) signs: &'static Signs,
    /// Whether panels have borders.
    pub(super) framed: bool,
    /// What drawing learns.
    pub(super) regions: Regions,
}

impl Canvas<'_> {
    /// A pen for one line of an area; one without room where the area or the screen has no such line.
    pub(super) fn pen(&mut self, area: Rect, line: u16) -> Pen<'_> {
        let seen = area.intersection(self.buf.area);
        let y = area.y.saturating_add(line);
        let end = if line < area.height && y >= seen.y && y < seen.bottom() { seen.right() } else { seen.x };
        Pen { x: seen.x, end, y, last: seen.x, signs: self.signs, theme: self.theme, buf: self.buf }
    }

    /// A pen for what stands behind a panel's title in its upper border; without room where there is no border.
    pub(super) fn title_pen(&mut self, panel: Panel, inner: Rect) -> Pen<'_> {
        let taken = u16::try_from(panel.title().len()).unwrap_or(0) + 3;
        let line = Rect { y: inner.y.saturating_sub(1), height: u16::from(self.framed), ..inner };
        let mut pen = self.pen(line, 0);
        pen.leave(1).skip(taken);
        pen
    }

    /// Lays a style over all cells of an area.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// Makes an area empty in this style.
    pub(super) fn clear(&mut self, area: Rect, style: Style) {
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }
}

/// A rectangle as the app knows it.
pub(super) const fn area(rect: Rect) -> Area {
    Area { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
}

/// Writes from left to right within a line; what does not fit ends in an ellipsis.
pub(super) struct Pen<'b> {
    buf: &'b mut Buffer,
    x: u16,
    end: u16,
    y: u16,
    /// Where the last grapheme stands.
    last: u16,
    /// With which glyphs it draws what is no text.
    pub(super) signs: &'static Signs,
    /// In which colours.
    pub(super) theme: &'b Theme,
}

impl Pen<'_> {
    /// Cells left.
    pub(super) const fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Where it stands on the screen.
    pub(super) const fn x(&self) -> u16 {
        self.x
    }

    /// Writes a text.
    pub(super) fn put(&mut self, text: &str, style: Style) -> &mut Self {
        if self.end <= self.last {
            return self;
        }
        if text.is_ascii() {
            text.as_bytes().iter().all(|&byte| {
                let text = [byte];
                self.grapheme(str::from_utf8(&text).unwrap_or("?"), 1, style)
            });
        } else {
            text.graphemes(true).all(|g| self.grapheme(g, u16::try_from(g.width()).unwrap_or(1), style));
        }
        self
    }

    /// Writes what `format_args!` says.
    pub(super) fn print(&mut self, style: Style, args: fmt::Arguments<'_>) -> &mut Self {
        // Writing into cells never fails.
        let _ = fmt::write(&mut Inked(self, style), args);
        self
    }

    /// Writes a text at the right end of the next `width` cells, in front of what comes after.
    pub(super) fn right(&mut self, width: u16, text: &str, style: Style) -> &mut Self {
        let cells = u16::try_from(text.width()).unwrap_or(u16::MAX);
        self.skip(width.saturating_sub(cells)).put(text, style)
    }

    /// Writes a text into a field of `width` cells, elided where it is longer.
    pub(super) fn field(&mut self, width: u16, text: &str, style: Style) -> &mut Self {
        let (from, end) = (self.x, self.end);
        self.end = end.min(from.saturating_add(width));
        self.last = from;
        self.put(text, style);
        self.end = end;
        self.goto(from.saturating_add(width))
    }

    /// Writes one glyph so many times.
    pub(super) fn repeat(&mut self, glyph: &'static str, times: u16, style: Style) -> &mut Self {
        (0..times.min(self.room())).all(|_| self.grapheme(glyph, 1, style));
        self
    }

    /// Writes a sign over a cell of the line that may have been written before; where it has room.
    pub(super) fn over(&mut self, x: u16, sign: &str, style: Style) {
        if let Some(cell) = self.buf.cell_mut((x, self.y)).filter(|_| x < self.end) {
            cell.set_symbol(sign).set_style(style);
        }
    }

    /// Whether nothing is written in a cell of the line.
    pub(super) fn is_blank(&self, x: u16) -> bool {
        self.buf.cell((x, self.y)).is_some_and(|cell| cell.symbol().trim().is_empty())
    }

    /// Leaves cells as they are.
    pub(super) fn skip(&mut self, cells: u16) -> &mut Self {
        self.goto(self.x.saturating_add(cells))
    }

    /// Goes to a column of the screen.
    pub(super) fn goto(&mut self, x: u16) -> &mut Self {
        self.x = x.min(self.end);
        self.last = self.x;
        self
    }

    /// Takes so many cells off the line's right end for somebody else.
    pub(super) fn leave(&mut self, cells: u16) -> &mut Self {
        self.end = self.end.saturating_sub(cells).max(self.x);
        self
    }

    /// Writes one grapheme; false where it did not fit and an ellipsis stands for it and the rest.
    fn grapheme(&mut self, grapheme: &str, width: u16, style: Style) -> bool {
        let control = grapheme.starts_with(char::is_control);
        let (grapheme, width) = if control { ("?", 1) } else { (grapheme, width) };
        if width == 0 {
            return true;
        }
        if self.room() < width {
            self.elide(style);
            return false;
        }
        self.last = self.x;
        for place in self.x..self.x + width {
            if let Some(cell) = self.buf.cell_mut((place, self.y)) {
                cell.set_symbol(if place == self.x { grapheme } else { " " }).set_style(style);
            }
        }
        self.x += width;
        true
    }

    fn elide(&mut self, style: Style) {
        let from = if self.x < self.end { self.x } else { self.last };
        for place in from..self.end {
            if let Some(cell) = self.buf.cell_mut((place, self.y)) {
                cell.set_symbol(if place == from { self.signs.ellipsis } else { " " }).set_style(style);
            }
        }
        (self.x, self.last) = (self.end, self.end);
    }
}

/// A pen and the style it writes in.
struct Inked<'p, 'b>(&'p mut Pen<'b>, Style);

impl fmt::Write for Inked<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.put(text, self.1);
        Ok(())
    }
}

/// An area that shows a part of more lines than it has.
pub(super) struct Sheet {
    area: Rect,
    first: u16,
    line: u16,
}

impl Sheet {
    /// Over this area, from this line on.
    pub(super) const fn new(area: Rect, first: u16) -> Self {
        Self { area, first, line: 0 }
    }

    /// A pen for the next line; one without room where it is not seen.
    pub(super) fn next<'c>(&mut self, canvas: &'c mut Canvas<'_>) -> Pen<'c> {
        let line = self.line;
        self.line = line.saturating_add(1);
        canvas.pen(self.area, line.checked_sub(self.first).unwrap_or(u16::MAX))
    }

    /// Leaves a line empty.
    pub(super) const fn gap(&mut self) {
        self.line = self.line.saturating_add(1);
    }

    /// Whether the next line is below what is seen.
    pub(super) const fn below(&self) -> bool {
        self.line >= self.first.saturating_add(self.area.height)
    }

    /// Cells of a line.
    pub(super) const fn width(&self) -> u16 {
        self.area.width
    }

    /// Lines that are seen.
    pub(super) const fn height(&self) -> u16 {
        self.area.height
    }

    /// Lines so far.
    pub(super) const fn lines(&self) -> u16 {
        self.line
    }
}
