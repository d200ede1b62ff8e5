//! What the environment says of the terminal. Pure: the environment is an argument.

use crate::{app::Glyphs, theme::Depth};

/// A variable's value, none where it is not set.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// How many colours the terminal has: `NO_COLOR` (no-color.org), `COLORTERM`, then what is known of `TERM`.
pub fn depth(of: Lookup<'_>) -> Depth {
    const TRUE: [&str; 7] = ["direct", "kitty", "alacritty", "foot", "wezterm", "ghostty", "contour"];
    const SIXTEEN: [&str; 10] =
        ["xterm", "linux", "screen", "tmux", "rxvt", "konsole", "vte", "ansi", "cygwin", "color"];
    let term = of("TERM").unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|word| term.contains(word));
    if of("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        Depth::None
    } else if of("COLORTERM").is_some_and(|c| c == "truecolor" || c == "24bit") || is(&TRUE) {
        Depth::True
    } else if is(&["256color"]) {
        Depth::Palette
    } else if is(&SIXTEEN) {
        Depth::Sixteen
    } else {
        Depth::None
    }
}

/// What graphs are drawn with unless the user says: ASCII where the locale is not UTF-8, blocks where the font is
/// the Linux console's, which has no braille.
pub fn glyphs(of: Lookup<'_>) -> Glyphs {
    let set = |name: &&str| of(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default().to_lowercase();
    if !locale.contains("utf-8") && !locale.contains("utf8") {
        Glyphs::Ascii
    } else if of("TERM").is_some_and(|term| term == "linux") {
        Glyphs::Block
    } else {
        Glyphs::Braille
    }
}

/// Whether a screen can be drawn on this terminal at all.
///
/// # Errors
/// A sentence that says what to do.
pub fn check(of: Lookup<'_>) -> Result<(), String> {
    if of("TERM").is_some_and(|term| term == "dumb") {
        return Err("this terminal cannot move its cursor (TERM=dumb); \
                    set TERM to what it is, or let `--batch` print samples"
            .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(variables: &[(&str, &str)], ask: impl FnOnce(Lookup<'_>) -> T) -> T {
        ask(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn no_color_wins_unless_it_is_empty() {
        let truecolor = ("COLORTERM", "truecolor");
        assert_eq!(with(&[("NO_COLOR", "1"), truecolor], depth), Depth::None);
        assert_eq!(with(&[("NO_COLOR", ""), truecolor], depth), Depth::True);
    }

    #[test]
    fn colours_follow_the_terminals_name() {
        let of = |term| with(&[("TERM", term)], depth);
        assert_eq!(["xterm-256color", "tmux-256color"].map(of), [Depth::Palette; 2]);
        assert_eq!(["xterm", "linux", "screen"].map(of), [Depth::Sixteen; 3]);
        assert_eq!(["xterm-kitty", "xterm-direct", "foot"].map(of), [Depth::True; 3]);
        assert_eq!(["vt100", "vt220", ""].map(of), [Depth::None; 3]);
        assert_eq!(with(&[], depth), Depth::None);
    }

    #[test]
    fn glyphs_follow_the_first_locale_that_is_set() {
        let utf8 = ("LANG", "de_DE.UTF-8");
        assert_eq!(with(&[utf8], glyphs), Glyphs::Braille);
        assert_eq!(with(&[utf8, ("TERM", "linux")], glyphs), Glyphs::Block);
        assert_eq!(with(&[utf8, ("LC_ALL", "C")], glyphs), Glyphs::Ascii);
        assert_eq!(with(&[utf8, ("LC_ALL", ""), ("LC_CTYPE", "C.utf8")], glyphs), Glyphs::Braille);
        assert_eq!(with(&[], glyphs), Glyphs::Ascii);
    }

    #[test]
    fn a_dumb_terminal_is_refused() {
        assert!(with(&[("TERM", "dumb")], check).is_err());
        assert!(with(&[], check).is_ok());
    }
}
