//! A key: what crossterm tells of it, brought into one form that can be read from a file and printed back.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers, in normal form: two events a user would call the same key are equal.
///
/// Capitals carry no `Shift`, `Shift-Tab` is no key of its own, and with `Ctrl` letters are small: terminals
/// send the same byte for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Keys that have a name rather than a character.
const NAMED: [(&str, KeyCode); 14] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Space", KeyCode::Char(' ')),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Delete", KeyCode::Delete),
];

/// Modifiers by the word before the key, in the order they are printed.
const MODIFIERS: [(&str, KeyModifiers); 3] =
    [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)];

impl Key {
    /// The key that goes back.
    pub const ESC: Self = Self { code: KeyCode::Esc, modifiers: KeyModifiers::NONE };

    /// The key after which the next one is not for a guest, unless the user has another.
    pub const CONSOLE_ESCAPE: Self = Self { code: KeyCode::Char(']'), modifiers: KeyModifiers::CONTROL };

    /// In normal form.
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        match (code, modifiers & kept) {
            (KeyCode::BackTab, held) => Self { code: KeyCode::Tab, modifiers: held | KeyModifiers::SHIFT },
            (KeyCode::Char(' '), held) => Self { code, modifiers: held },
            (KeyCode::Char(c), held) => Self::letter(c, held),
            (code, held) => Self { code, modifiers: held },
        }
    }

    fn letter(c: char, held: KeyModifiers) -> Self {
        let shift = held.contains(KeyModifiers::SHIFT);
        let c = match c {
            // What a terminal sends for these is also what it sends for Ctrl-4 to Ctrl-7, as crossterm calls them.
            '4'..='7' if held - KeyModifiers::SHIFT == KeyModifiers::CONTROL => {
                ['\\', ']', '^', '_'][c as usize - '4' as usize]
            }
            c if held.contains(KeyModifiers::CONTROL) => c.to_ascii_lowercase(),
            c if shift => c.to_ascii_uppercase(),
            c => c,
        };
        Self { code: KeyCode::Char(c), modifiers: held - KeyModifiers::SHIFT }
    }

    /// The key of an event that acts: pressed or repeated, not let go.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        (event.kind != KeyEventKind::Release).then(|| Self::new(event.code, event.modifiers))
    }

    /// Whether it writes a character into a line of text.
    pub fn writes(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.modifiers.contains(KeyModifiers::CONTROL)
    }

    /// Whether it belongs to a line of text though it writes nothing there: a character that is no command's by `Alt`.
    pub fn types(self) -> bool {
        self.writes() && !self.modifiers.contains(KeyModifiers::ALT)
    }

    /// Whether it comes with `Ctrl` or is a function key: such a key never belongs to a line of text.
    pub fn commands(self) -> bool {
        self.modifiers.contains(KeyModifiers::CONTROL) || matches!(self.code, KeyCode::F(_))
    }

    /// Whether it is pressed by habit or sent by a paste: `Enter`, `Space`, and the control letters many terminals send
    /// for `Enter`.
    pub fn slips(self) -> bool {
        let control = self.modifiers.contains(KeyModifiers::CONTROL);
        match self.code {
            KeyCode::Enter | KeyCode::Char(' ') => true,
            KeyCode::Char('j' | 'm') => control,
            _ => false,
        }
    }

    /// The event a terminal sends for it.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }
}

impl FromStr for Key {
    type Err = String;

    /// As printed; names and modifiers in any case.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut held = KeyModifiers::NONE;
        while let Some((modifier, after)) = modifier(rest) {
            (held, rest) = (held | modifier, after);
        }
        let code = code(rest).ok_or_else(|| unreadable(text))?;
        Ok(Self::new(code, held))
    }
}

/// A modifier at the start of `text`, and what follows it.
fn modifier(text: &str) -> Option<(KeyModifiers, &str)> {
    MODIFIERS.into_iter().find_map(|(word, modifier)| {
        let (head, rest) = text.split_at_checked(word.len())?;
        (head.eq_ignore_ascii_case(word) && !rest.is_empty()).then_some((modifier, rest))
    })
}

fn code(text: &str) -> Option<KeyCode> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control() && c != ' ').then_some(KeyCode::Char(c));
    }
    let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    named.map(|(_, code)| *code).or_else(|| function_key(text))
}

fn function_key(text: &str) -> Option<KeyCode> {
    let number = text.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

fn unreadable(text: &str) -> String {
    let shown = crate::model::text::visible(text);
    format!("`{shown}` is no key; keys are written like `x`, `F5`, `Ctrl-l`, `Shift-Tab`, `PageUp`, `Space`")
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(word)?;
            }
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(number)) => write!(f, "F{number}"),
            (None, other) => write!(f, "{other:?}"),
        }
    }
}
