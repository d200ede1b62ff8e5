//! What stands in a theme file for one colour or one style: `#7fb4ff`, `ink on raised bold`.

use ratatui::style::{Color, Modifier, Style};

use crate::model::nearest::suggestion;

/// The names of the sixteen, and the terminal's own colour.
const NAMES: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// A colour written as `#rrggbb`, an ANSI name or an index of xterm's 256.
pub(super) fn colour(text: &str) -> Result<Color, String> {
    if let Some(digits) = text.strip_prefix('#') {
        return rgb(digits).ok_or_else(|| format!("{text:?} is no colour: write #rrggbb"));
    }
    let named = NAMES.iter().find(|(name, _)| *name == text).map(|(_, colour)| *colour);
    let indexed = || text.parse().ok().map(Color::Indexed);
    named.or_else(indexed).ok_or_else(|| {
        let near = suggestion(text, NAMES.iter().map(|(name, _)| *name));
        format!("{text:?} is no colour{near}; write #rrggbb, a name or an index to 255")
    })
}

fn rgb(digits: &str) -> Option<Color> {
    let hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    let [_, r, g, b] = value.to_be_bytes();
    Some(Color::Rgb(r, g, b))
}

/// A style: a colour, `on` and a background, modifiers, each of which may be left out.
///
/// `palette` resolves the file's own names, and lists them for what is near.
pub(super) fn style<'p>(
    text: &str,
    palette: impl Fn(&str) -> Option<Color>,
    names: impl Iterator<Item = &'p str>,
) -> Result<Style, String> {
    let (mut style, mut words) = (Style::new(), text.split_whitespace().peekable());
    let find = |word: &str| palette(word).map_or_else(|| colour(word), Ok);
    let known: Vec<_> = names.chain(MODIFIERS.map(|(name, _)| name)).collect();
    let unknown = |word: &str| {
        let near = suggestion(word, known.iter().copied());
        format!("{word:?} is no palette entry, colour or modifier{near}")
    };
    let mut first = true;
    while let Some(word) = words.next() {
        if word == "on" {
            let ground = words.next().ok_or_else(|| "after `on` comes a colour".to_owned())?;
            style.bg = Some(find(ground).map_err(|_| unknown(ground))?);
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if first {
            style.fg = Some(find(word).map_err(|e| if word.starts_with('#') { e } else { unknown(word) })?);
        } else {
            return Err(format!("{word:?} stands where only `on COLOUR` and modifiers may: {}", listed()));
        }
        first = false;
    }
    Ok(style)
}

fn listed() -> String {
    MODIFIERS.map(|(name, _)| name).join(", ")
}

/// A step of the gradient over three styles, `share` from 0 to 1: mixed where the colours have values, else the one
/// it has reached.
pub(super) fn blend([calm, warm, hot]: [Style; 3], share: f32) -> Style {
    const WARM: f32 = 0.7;
    let (from, to, part) =
        if share < WARM { (calm, warm, share / WARM) } else { (warm, hot, (share - WARM) / (1.0 - WARM)) };
    match (from.fg, to.fg) {
        (Some(Color::Rgb(..)), Some(Color::Rgb(..))) => Style { fg: mix(from.fg, to.fg, part), ..from },
        _ if share >= 0.9 => hot,
        _ if share >= 0.6 => warm,
        _ => calm,
    }
}

fn mix(from: Option<Color>, to: Option<Color>, part: f32) -> Option<Color> {
    let (Some(Color::Rgb(r, g, b)), Some(Color::Rgb(r2, g2, b2))) = (from, to) else { return from };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
    let one = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * part).round() as u8;
    Some(Color::Rgb(one(r, r2), one(g, g2), one(b, b2)))
}
