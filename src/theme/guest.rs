//! What a guest paints, in the colours of the operator's terminal and theme.

use ratatui::style::{Color, Modifier, Style};

use super::{Depth, Role, Theme, depth};
use crate::model::console::{Ink, Paint};

/// The roles of the sixteen colours a guest names by number, in their order.
const NAMED: [Role; 16] = [
    Role::GuestBlack,
    Role::GuestRed,
    Role::GuestGreen,
    Role::GuestYellow,
    Role::GuestBlue,
    Role::GuestMagenta,
    Role::GuestCyan,
    Role::GuestWhite,
    Role::GuestBrightBlack,
    Role::GuestBrightRed,
    Role::GuestBrightGreen,
    Role::GuestBrightYellow,
    Role::GuestBrightBlue,
    Role::GuestBrightMagenta,
    Role::GuestBrightCyan,
    Role::GuestBrightWhite,
];

const MODIFIERS: [(u16, Modifier); 6] = [
    (Paint::BOLD, Modifier::BOLD),
    (Paint::DIM, Modifier::DIM),
    (Paint::ITALIC, Modifier::ITALIC),
    (Paint::UNDERLINED, Modifier::UNDERLINED),
    (Paint::REVERSED, Modifier::REVERSED),
    (Paint::CROSSED, Modifier::CROSSED_OUT),
];

/// Guests' colours as a terminal can show them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Inks {
    named: [Option<Color>; 16],
    depth: Depth,
}

impl Default for Inks {
    fn default() -> Self {
        Self { named: [None; 16], depth: Depth::None }
    }
}

impl Inks {
    /// Of a theme as its file has it, for a terminal of this depth. A colour the theme gives the screen's ground stays
    /// it: as a ground it must not become letters' colour.
    pub(super) fn of(theme: &Theme, depth: Depth) -> Self {
        let near = |role: Role| theme.style(role).fg.map(|colour| depth::nearest(colour, depth));
        let named = if depth == Depth::None { [None; 16] } else { NAMED.map(near) };
        Self { named, depth }
    }

    fn colour(&self, ink: Ink) -> Option<Color> {
        let named = |index: u8| self.named[usize::from(index % 16)];
        let colourful = self.named.iter().any(Option::is_some);
        match ink {
            Ink::Default => None,
            Ink::Indexed(index @ 0..=15) => named(index),
            _ if !colourful => None,
            Ink::Indexed(index) => Some(depth::nearest(Color::Indexed(index), self.depth)),
            Ink::Rgb(r, g, b) => Some(depth::nearest(Color::Rgb(r, g, b), self.depth)),
        }
    }
}

impl Theme {
    /// How a cell of a guest's page looks: its own colours, and over them what is selected or was looked for.
    pub fn guest(&self, paint: Paint) -> Style {
        let mut style = Style {
            fg: self.inks.colour(paint.fg).or(self.base().fg),
            bg: self.inks.colour(paint.bg).or(self.base().bg),
            ..Style::new()
        };
        for (bit, modifier) in MODIFIERS {
            if paint.is(bit) {
                style = style.add_modifier(modifier);
            }
        }
        if paint.is(Paint::FOUND) {
            style = style.patch(self.matched()).add_modifier(Modifier::UNDERLINED);
        }
        if paint.is(Paint::HIT) {
            style = style.patch(self.matched()).add_modifier(Modifier::REVERSED);
        }
        if paint.is(Paint::SELECTED) { style.patch(self.selection()) } else { style }
    }
}
