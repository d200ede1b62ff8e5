//! A line's right part: measured before it is written.

use std::fmt;

use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::view::{canvas::Pen, text::Scrap};

/// Pieces of text with their styles.
#[derive(Default)]
pub(super) struct Phrase {
    parts: Vec<(Scrap, Style)>,
    width: u16,
}

impl Phrase {
    /// Adds a piece: a number or a word of ours, or a foreign one that is safe to show.
    pub(super) fn add(&mut self, style: Style, args: fmt::Arguments<'_>) -> &mut Self {
        let scrap = Scrap::of(args);
        self.width += u16::try_from(scrap.width()).unwrap_or(0);
        self.parts.push((scrap, style));
        self
    }

    /// Its width in cells.
    pub(super) const fn width(&self) -> u16 {
        self.width
    }

    /// Writes it.
    pub(super) fn write(&self, pen: &mut Pen<'_>) {
        for (scrap, style) in &self.parts {
            pen.put(scrap, *style);
        }
    }
}
