//! Graphs of what has been, bars of what is.

use ratatui::style::Style;

use super::{canvas::Pen, text::count};
use crate::model::{Nanos, history::Ring};

/// Dots of a braille cell's left column from the bottom up, all below included; then of its right column.
const DOTS: [[u32; 5]; 2] = [[0, 0x40, 0x44, 0x46, 0x47], [0, 0x80, 0xa0, 0xb0, 0xb8]];

/// What an area is coloured by.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    /// By how high it is, from calm to hot.
    Level,
    /// One style.
    Flat(Style),
}

/// The last part of a ring as a filled area.
#[derive(Clone, Copy)]
pub(super) struct Plot<'r> {
    /// What has been.
    pub(super) ring: &'r Ring,
    /// How much of it.
    pub(super) span: Nanos,
    /// The value that reaches the top.
    pub(super) top: f32,
    /// How it is coloured.
    pub(super) ink: Ink,
}

/// One row of a graph that may be higher: which, counted from the bottom, of how many.
#[derive(Clone, Copy)]
pub(super) struct Strip {
    /// Rows below this one.
    pub(super) below: u16,
    /// All rows.
    pub(super) of: u16,
}

impl Strip {
    /// The only row of a low graph.
    pub(super) const ONLY: Self = Self { below: 0, of: 1 };

    /// The rows of a graph, from the top.
    pub(super) fn rows(of: u16) -> impl Iterator<Item = Self> {
        (0..of).rev().map(move |below| Self { below, of })
    }

    /// How many of `steps` are filled here by a share of the whole; none for what is not known.
    fn filled(self, share: Option<f32>, steps: usize) -> usize {
        let all = steps as f32 * f32::from(self.of);
        let here = (share.unwrap_or(0.0) * all).ceil() - steps as f32 * f32::from(self.below);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and steps")]
        let filled = here.clamp(0.0, steps as f32) as usize;
        filled
    }

    /// The share of the whole up to the upper edge of this row.
    fn edge(self) -> f32 {
        f32::from(self.below + 1) / f32::from(self.of.max(1))
    }
}

impl Plot<'_> {
    /// Draws one row over the next `width` cells.
    pub(super) fn draw(&self, pen: &mut Pen<'_>, strip: Strip, width: u16) {
        let width = width.min(pen.room());
        let braille = pen.signs.braille && strip.of > 1;
        let per_cell = if braille { 2 } else { 1 };
        let mut shares = self.shares(usize::from(width) * per_cell);
        for _ in 0..width {
            let left = shares.next().flatten();
            let right = if per_cell == 2 { shares.next().flatten() } else { left };
            self.cell(pen, strip, ([left, right], braille));
        }
    }

    /// What has been as shares of the top, 0 to 1, oldest first.
    fn shares(&self, cells: usize) -> impl Iterator<Item = Option<f32>> {
        let top = self.top.max(f32::MIN_POSITIVE);
        self.ring
            .resample(self.span, cells)
            .map(move |value| value.map(|v| if v.is_finite() { (v / top).clamp(0.0, 1.0) } else { 0.0 }))
    }

    fn cell(&self, pen: &mut Pen<'_>, strip: Strip, (shares, dots): ([Option<f32>; 2], bool)) {
        let highest = shares
            .into_iter()
            .flatten()
            .fold(None, |high: Option<f32>, v| Some(high.map_or(v, |high| high.max(v))));
        let Some(highest) = highest else {
            pen.skip(1);
            return;
        };
        let (style, track) = (self.style(pen, highest.min(strip.edge())), pen.theme.track());
        if dots {
            braille(pen, strip, shares, [style, track]);
        } else {
            block(pen, strip, highest, [style, track]);
        }
    }

    fn style(&self, pen: &Pen<'_>, share: f32) -> Style {
        match self.ink {
            Ink::Level => pen.theme.level(share),
            Ink::Flat(style) => style,
        }
    }
}

/// Traffic in one direction: a line with its rate and its past.
pub(super) struct Way<'r> {
    /// What passes, on the first of its lines.
    pub(super) label: &'static str,
    /// In which direction.
    pub(super) word: &'static str,
    /// Bytes a second now.
    pub(super) rate: Option<f64>,
    /// Bytes a second until now.
    pub(super) ring: Option<&'r Ring>,
    /// How its graph is coloured.
    pub(super) style: Style,
}

impl Way<'_> {
    /// Draws it; the graph is as high as its highest value.
    pub(super) fn draw(&self, pen: &mut Pen<'_>, span: Nanos) {
        let theme = pen.theme;
        pen.field(5, self.label, theme.label());
        match self.rate {
            Some(rate) => pen.right(5, &count(rate), theme.text()),
            None => pen.right(5, pen.signs.missing, theme.dim()),
        };
        pen.skip(1).field(4, self.word, theme.dim());
        if let (Some(ring), Some(_)) = (self.ring, self.rate) {
            let (top, width) = (ring.max_over(span).unwrap_or(0.0).max(1.0), pen.room());
            Plot { ring, span, top, ink: Ink::Flat(self.style) }.draw(pen, Strip::ONLY, width);
        }
    }
}

/// Two columns of four dots; what is known stands on a line of dots even where it is nothing.
fn braille(pen: &mut Pen<'_>, strip: Strip, shares: [Option<f32>; 2], [style, track]: [Style; 2]) {
    let filled = shares.map(|share| strip.filled(share, 4));
    let ground = |place: usize| usize::from(strip.below == 0 && shares[place].is_some());
    let dots = DOTS[0][filled[0].max(ground(0))] | DOTS[1][filled[1].max(ground(1))];
    let style = if filled == [0, 0] { track } else { style };
    match char::from_u32(0x2800 + dots).filter(|_| dots != 0) {
        Some(sign) => pen.put(sign.encode_utf8(&mut [0; 4]), style),
        None => pen.skip(1),
    };
}

fn block(pen: &mut Pen<'_>, strip: Strip, share: f32, [style, track]: [Style; 2]) {
    // A single row leaves its top free, or graphs of neighbouring lines would grow together.
    let all = pen.signs.levels;
    let levels = if strip.of == 1 && all.len() > 4 { &all[..all.len() - 1] } else { all };
    match (strip.filled(Some(share), levels.len()), strip.below) {
        (0, 0) => pen.put(levels[0], track),
        (0, _) => pen.skip(1),
        (level, _) => pen.put(levels[level - 1], style),
    };
}

/// One value as a single cell, from the lowest level to the full one.
pub(super) fn level(pen: &mut Pen<'_>, share: f32) {
    let style = pen.theme.level(share);
    let track = pen.theme.track();
    let share = if share.is_finite() { share } else { 0.0 };
    block(pen, Strip::ONLY, if share < 0.005 { 0.0 } else { share }, [style, track]);
}

/// A slim bar over the next `width` cells, filled to a share of it.
pub(super) fn bar(pen: &mut Pen<'_>, width: u16, share: f32, style: Style) {
    let width = width.min(pen.room());
    let [full, half, empty] = pen.signs.bar;
    let track = pen.theme.track();
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most twice the width")]
    let halves = (share * f32::from(width) * 2.0).round() as u16;
    // What is not nothing shows.
    let halves = if share > 0.0 { halves.max(1) } else { halves }.min(width * 2);
    pen.repeat(full, halves / 2, style);
    pen.repeat(half, halves % 2, style);
    pen.repeat(empty, width - halves.div_ceil(2), track);
}
