//! What keys and the config file change, and how the file's words become it.

use std::path::PathBuf;

use super::{Column, Table, interval, keymap::Key};
use crate::model::nearest::suggestion;
use crate::{
    config::Config,
    model::{Nanos, text::visible},
};

/// What keys and the config file changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What 100 % CPU means.
    pub scale: CpuScale,
    /// The sampling interval asked for.
    pub interval: Nanos,
    /// No snapshots are taken (space): the host is left in peace.
    pub paused: bool,
    /// Snapshots are taken, and the history goes on, but the screen stands still.
    pub frozen: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The theme by name, and all there are.
    pub theme: String,
    /// Names of the themes there are, in the order the key walks through.
    pub themes: Vec<String>,
    /// What graphs are drawn with.
    pub glyphs: Glyphs,
    /// After how long a change is taken back unless it is kept; none where it stays.
    pub revert_after: Option<Nanos>,
    /// The only commands there are, where the screen is a kiosk.
    pub kiosk: Option<Vec<String>>,
    /// How many seconds local time was ahead of UTC at the start: neither app nor view knows the zone or the time.
    pub utc_offset: i32,
    /// What we are called: the user's name; empty where it is not known.
    pub user: String,
    /// How consoles are dealt with.
    pub console: Console,
}

/// How consoles are dealt with, as far as the screen does.
#[derive(Clone, Debug, PartialEq)]
pub struct Console {
    /// The key after which the next one is for us.
    pub escape: Key,
    /// Whether what is copied may go into the terminal's clipboard.
    pub clipboard: bool,
    /// The folder recordings are offered in.
    pub folder: Option<PathBuf>,
}

/// What 100 % CPU means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CpuScale {
    /// One physical CPU, as xentop counts: a busy domain of four vCPUs shows 400 %.
    #[default]
    Pcpu,
    /// The whole host, as virt-top counts.
    Host,
}

/// What graphs and borders are drawn with, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Braille dots, rounded borders, signs.
    #[default]
    Braille,
    /// Block elements, plain borders.
    Block,
    /// Nothing above U+007F of our own.
    Ascii,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scale: CpuScale::default(),
            interval: Nanos(1_000_000_000),
            paused: false,
            frozen: false,
            mouse: true,
            theme: "dark".into(),
            themes: vec!["dark".into()],
            glyphs: Glyphs::default(),
            revert_after: None,
            kiosk: None,
            utc_offset: 0,
            user: String::new(),
            console: Console::default(),
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self { escape: Key::CONSOLE_ESCAPE, clipboard: true, folder: None }
    }
}

impl Console {
    fn from_config(config: &Config) -> Result<Self, String> {
        let mut console = Self::default();
        if let Some(key) = &config.console_escape {
            console.escape = escape(key).map_err(|why| format!("`console_escape`: {why}"))?;
        }
        console.clipboard = config.console_clipboard.unwrap_or(console.clipboard);
        console.folder = config.console_folder();
        Ok(console)
    }
}

/// A key that may be taken from the guest: one that writes a letter, or is needed to type at all, would be missed.
fn escape(text: &str) -> Result<Key, String> {
    let key: Key = text.parse()?;
    if key.commands() && !key.slips() {
        return Ok(key);
    }
    Err(format!("`{key}` would be missed by who types: a key with `Ctrl` or a function key can be it"))
}

impl Settings {
    /// What the file says, with the table's columns and sort.
    ///
    /// The themes there are, and whether the file's is one, are known further up.
    ///
    /// # Errors
    /// A sentence: a word that is none, with the nearest one; an interval that cannot be.
    pub fn from_config(config: &Config) -> Result<(Self, Table), String> {
        let mut settings = Self::default();
        if let Some(theme) = &config.theme {
            settings.theme.clone_from(theme);
        }
        if let Some(seconds) = config.interval {
            settings.interval =
                interval::from_seconds(seconds).map_err(|why| format!("`interval`: {why}"))?;
        }
        if let Some(word) = &config.cpu {
            settings.scale = CpuScale::from_word(word).map_err(|why| format!("`cpu`: {why}"))?;
        }
        if let Some(word) = &config.glyphs {
            settings.glyphs = Glyphs::from_word(word).map_err(|why| format!("`glyphs`: {why}"))?;
        }
        settings.revert_after = config.revert_after.filter(|s| *s > 0).map(seconds);
        settings.kiosk = kiosk(config)?;
        settings.console = Console::from_config(config)?;
        settings.mouse = config.mouse.unwrap_or(settings.mouse);
        Ok((settings, table(config)?))
    }
}

fn seconds(count: u32) -> Nanos {
    Nanos(u64::from(count) * 1_000_000_000)
}

/// The commands of a kiosk, each of which there must be; `quit` is none of them unless it is named.
fn kiosk(config: &Config) -> Result<Option<Vec<String>>, String> {
    let Some(names) = &config.kiosk else { return Ok(None) };
    for name in names {
        super::keymap::known(name).map_err(|why| format!("`kiosk`: {why}"))?;
    }
    Ok(Some(names.clone()))
}

fn table(config: &Config) -> Result<Table, String> {
    let mut table = Table::default();
    if let Some(words) = &config.columns {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        table.columns = Column::list(&words).map_err(|why| format!("`columns`: {why}"))?;
    }
    if let Some(sort) = &config.sort {
        let word = sort.strip_prefix(['-', '+']).unwrap_or(sort);
        table.sort = Column::from_word(word).map_err(|why| format!("`sort`: {why}"))?;
        table.descending = match sort.chars().next() {
            Some('-') => true,
            Some('+') => false,
            _ => table.sort.descending(),
        };
    }
    Ok(table)
}

impl CpuScale {
    const WORDS: [(&str, Self); 2] = [("pcpu", Self::Pcpu), ("host", Self::Host)];

    /// The scale of a word: `pcpu`, `host`.
    ///
    /// # Errors
    /// A clause with the words there are.
    pub fn from_word(word: &str) -> Result<Self, String> {
        choose(word, &Self::WORDS)
    }
}

impl Glyphs {
    const WORDS: [(&str, Self); 3] =
        [("braille", Self::Braille), ("block", Self::Block), ("ascii", Self::Ascii)];

    /// The glyphs of a word: `braille`, `block`, `ascii`.
    ///
    /// # Errors
    /// A clause with the words there are.
    pub fn from_word(word: &str) -> Result<Self, String> {
        choose(word, &Self::WORDS)
    }

    /// The next in the order the key walks through.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Braille => Self::Block,
            Self::Block => Self::Ascii,
            Self::Ascii => Self::Braille,
        }
    }
}

/// The value of a word out of a few.
fn choose<T: Copy>(word: &str, words: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = words.iter().find(|(w, _)| *w == word) {
        return Ok(*value);
    }
    let all = words.iter().map(|(w, _)| format!("`{w}`")).collect::<Vec<_>>().join(", ");
    let hint = suggestion(word, words.iter().map(|(w, _)| *w));
    Err(format!("`{}` is none of {all}{hint}", visible(word)))
}
