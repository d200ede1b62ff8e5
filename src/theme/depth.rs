//! How many colours a terminal has, and the nearest of them to the one that is wanted.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: `NO_COLOR` or a terminal without.
    None,
    /// The sixteen of ANSI.
    Sixteen,
    /// xterm's 256.
    Palette,
    /// 24 bit.
    True,
}

/// Terminals with 24-bit colour whose `TERM` gets through where `COLORTERM` does not, as over ssh.
const TRUE: [&str; 7] = ["direct", "kitty", "alacritty", "ghostty", "wezterm", "foot", "contour"];

impl Depth {
    /// From the values of `NO_COLOR` (<https://no-color.org>: set and not empty), `COLORTERM` and `TERM`.
    pub fn of(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        let colourless = term.is_empty() || term == "dumb" || term.starts_with("vt");
        match colorterm.unwrap_or_default() {
            _ if no_color.is_some_and(|v| !v.is_empty()) => Self::None,
            "truecolor" | "24bit" => Self::True,
            _ if colourless => Self::None,
            _ if TRUE.iter().any(|known| term.contains(known)) => Self::True,
            _ if term.contains("256") => Self::Palette,
            _ => Self::Sixteen,
        }
    }
}

/// A style in the colours of a terminal of this depth, over a screen of this base.
pub(super) fn fit(style: Style, base: Style, depth: Depth) -> Style {
    let near = |colour: Option<Color>| colour.map(|c| nearest(c, depth));
    let (ground, under) = (near(base.bg), style.bg.or(base.bg));
    let mut fitted = Style { fg: near(style.fg), bg: near(style.bg), ..style };
    if style.bg.is_some() && style.bg != base.bg && fitted.bg == ground {
        // The background fell together with the screen's: what it marked is marked by turning it around.
        fitted = Style { bg: None, ..fitted }.add_modifier(Modifier::REVERSED);
    } else if fitted.fg.is_some() && fitted.fg == near(under) && style.fg != under {
        fitted.fg = near(base.fg);
    }
    fitted
}

pub(super) fn nearest(colour: Color, depth: Depth) -> Color {
    match (colour, depth) {
        (Color::Rgb(r, g, b), Depth::Palette) => Color::Indexed(of_palette([r, g, b])),
        (Color::Rgb(r, g, b), Depth::Sixteen) => of_sixteen([r, g, b]),
        (Color::Indexed(i), Depth::Sixteen) => of_sixteen(value(i)),
        (colour, _) => colour,
    }
}

/// The value of an index of xterm's 256 colours (ctlseqs and 256colres.pl of xterm): 16 to 231 a cube of six steps,
/// then 24 greys; the first sixteen are the user's to choose, these are xterm's.
pub(super) fn value(index: u8) -> [u8; 3] {
    let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    match index {
        0..=15 => SIXTEEN[usize::from(index)].1,
        16..=231 => [step((index - 16) / 36), step((index - 16) / 6 % 6), step((index - 16) % 6)],
        _ => [8 + (index - 232) * 10; 3],
    }
}

fn of_palette(wanted: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|&i| distance(value(i), wanted)).unwrap_or(16)
}

/// The sixteen in the order of their indexes, with xterm's values.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// By hue where there is one: the nearest by distance of a pastel green is a grey, and a state would lose its colour.
fn of_sixteen(wanted: [u8; 3]) -> Color {
    let (low, high) = (wanted.into_iter().min().unwrap_or(0), wanted.into_iter().max().unwrap_or(0));
    let colourful = high - low >= 40;
    let full = |v: u8| if u16::from(v - low) * 255 >= u16::from(high - low) * 128 { 255 } else { 0 };
    let places: &[usize] = match (colourful, high >= 170) {
        (false, _) => &[0, 7, 8, 15],
        (true, false) => &[1, 2, 3, 4, 5, 6],
        (true, true) => &[9, 10, 11, 12, 13, 14],
    };
    let wanted = if colourful { wanted.map(full) } else { wanted };
    let place = places.iter().min_by_key(|&&place| distance(SIXTEEN[place].1, wanted));
    SIXTEEN[place.copied().unwrap_or(7)].0
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.into_iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_beats_everything_and_colorterm_beats_term() {
        assert_eq!(Depth::of(Some("1"), Some("truecolor"), Some("xterm-256color")), Depth::None);
        assert_eq!(Depth::of(Some(""), Some("truecolor"), Some("xterm")), Depth::True);
        assert_eq!(Depth::of(None, None, Some("xterm-256color")), Depth::Palette);
        assert_eq!(Depth::of(None, None, Some("xterm-kitty")), Depth::True);
        assert_eq!(Depth::of(None, None, Some("linux")), Depth::Sixteen);
        assert_eq!(Depth::of(None, None, Some("dumb")), Depth::None);
        assert_eq!(Depth::of(None, None, None), Depth::None);
    }

    #[test]
    fn a_colour_of_the_palette_is_its_own_nearest() {
        for index in 16..=231 {
            assert_eq!(value(of_palette(value(index))), value(index));
        }
    }

    #[test]
    fn a_hue_survives_sixteen_colours() {
        assert_eq!(of_sixteen([0x8f, 0xcf, 0x8a]), Color::LightGreen);
        assert_eq!(of_sixteen([0xb0, 0x30, 0x30]), Color::LightRed);
        assert_eq!(of_sixteen([0x80, 0x20, 0x20]), Color::Red);
        assert_eq!(of_sixteen([0x14, 0x17, 0x1c]), Color::Black);
    }

    #[test]
    fn a_background_that_falls_together_with_the_screen_turns_around() {
        let base = Style::new().fg(Color::Rgb(220, 220, 220)).bg(Color::Rgb(20, 22, 26));
        let fitted = fit(Style::new().bg(Color::Rgb(43, 52, 69)), base, Depth::Sixteen);
        assert_eq!((fitted.bg, fitted.add_modifier), (None, Modifier::REVERSED));
    }
}
