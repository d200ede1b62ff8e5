//! The user's file: strict TOML, every unknown key an error with its line and the nearest name.

mod source;
mod value;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use source::Source;

use serde::Deserialize;

/// What the file can say; everything has a default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The host to open where the command line names none.
    pub uri: Option<String>,
    /// A built-in theme's name or a file's path.
    pub theme: Option<String>,
    /// Seconds between samples.
    #[serde(deserialize_with = "value::interval")]
    pub interval: Option<f64>,
    /// Columns of the domain table by name, in order.
    pub columns: Option<Vec<String>>,
    /// The column to sort by; a leading `-` sorts the largest first, `+` the smallest.
    pub sort: Option<String>,
    /// What 100 % CPU means: `pcpu` or `host`.
    #[serde(deserialize_with = "value::cpu")]
    pub cpu: Option<String>,
    /// Whether the mouse is ours.
    pub mouse: Option<bool>,
    /// What graphs are drawn with: `braille`, `block`, `ascii`.
    #[serde(deserialize_with = "value::glyphs")]
    pub glyphs: Option<String>,
    /// URIs that are opened for looking only.
    pub read_only: Vec<String>,
    /// The only commands there are, for a screen anybody can reach.
    pub kiosk: Option<Vec<String>>,
    /// Seconds after which a change is taken back unless it is kept.
    pub revert_after: Option<u32>,
    /// The file every change and every refused attempt is written to; `"off"` for none.
    pub audit: Option<String>,
    /// MiB of the audit file before it is rotated.
    pub audit_size: Option<u64>,
    /// How many older audit files are kept.
    pub audit_files: Option<u8>,
    /// The file that keeps lines run in the palette; `"off"` for none.
    pub history: Option<String>,
    /// The key after which the next one is not for the guest.
    pub console_escape: Option<String>,
    /// Lines kept of each console above its screen.
    #[serde(deserialize_with = "value::console_history")]
    pub console_history: Option<u32>,
    /// The folder every console is recorded into from its opening; `"off"` for none.
    pub console_record: Option<String>,
    /// Whether what is copied may go into the terminal's clipboard.
    pub console_clipboard: Option<bool>,
    /// KiB kept of the consoles of running domains that are not open; none are watched where it is left out.
    #[serde(deserialize_with = "value::console_ring")]
    pub console_ring: Option<u32>,
    /// Keys by command name; an empty list unbinds.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The file it came from, where it came from one.
    #[serde(skip)]
    pub source: Option<Source>,
}

/// One key of the file, as the README lists it.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// A value it can have, in TOML.
    pub example: &'static str,
    /// What it sets: a phrase.
    pub doc: &'static str,
}

/// Every key of the file.
pub const KEYS: &[Key] = &[
    key("uri", r#""xen:///""#, "the host to open where neither command line nor environment names one"),
    key("theme", r#""light""#, "a built-in theme's name or a theme file's path"),
    key("interval", "0.5", "seconds between samples, 0.01 to 3600"),
    key("columns", r#"["id", "name", "cpu", "mem"]"#, "columns of the domain table, in order"),
    key("sort", r#""-cpu""#, "the column to sort by: `-` sorts the largest first, `+` the smallest"),
    key("cpu", r#""host""#, "what 100 % CPU means: `pcpu` (one physical CPU) or `host` (all of them)"),
    key("mouse", "false", "whether domtop takes the mouse"),
    key("glyphs", r#""ascii""#, "what graphs are drawn with: `braille`, `block` or `ascii`"),
    key("read_only", r#"["xen:///"]"#, "URIs that are opened for looking only"),
    key("kiosk", r#"["detail", "help"]"#, "the only commands there are, for a screen anybody can reach"),
    key("revert_after", "30", "seconds after which a change is taken back unless it is kept"),
    key("audit", r#""/var/log/domtop/audit.jsonl""#, "the file every change is written to; `off` for none"),
    key("audit_size", "10", "MiB of the audit file before it is rotated, 1 or more"),
    key("audit_files", "5", "how many older audit files are kept, 0 to 255"),
    key("history", r#""off""#, "the file that keeps lines run in the palette; `off` for none"),
    key("console_escape", r#""Ctrl-^""#, "the key after which the next one is not for the guest"),
    key("console_history", "10000", "lines kept of a console above its screen, 0 to 1000000"),
    key(
        "console_record",
        r#""/var/log/domtop/casts""#,
        "the folder every console is recorded into; `off` for none",
    ),
    key("console_clipboard", "false", "whether what is copied goes into the terminal's clipboard"),
    key("console_ring", "64", "KiB kept of consoles nobody has opened, 0 (none are read) to 65536"),
    key("keys", r#"{ quit = ["q", "Ctrl-q"] }"#, "keys by command; an empty list unbinds"),
];

/// The shortest and the longest time between two samples, in seconds.
pub const INTERVALS: std::ops::RangeInclusive<f64> = 0.01..=3600.0;

impl Config {
    /// From this file, or from the usual place where there is one (`$XDG_CONFIG_HOME/domtop/config.toml`).
    ///
    /// # Errors
    /// A sentence with file, line and what would be right. That the usual place holds no file is none.
    pub fn load(file: Option<&Path>) -> Result<Self, String> {
        let Some(path) = file.map(Path::to_path_buf).or_else(Self::place) else {
            return Ok(Self::default());
        };
        match std::fs::read(&path) {
            Ok(bytes) => Self::decode(&bytes, &path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(format!("cannot read the config file {}: {error}", path.display())),
        }
    }

    /// From this text.
    ///
    /// # Errors
    /// A sentence with its line and what would be right.
    pub fn parse(text: &str, path: &Path) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            format!("{}:{line}: {}", path.display(), plain(error.message()))
        })?;
        Ok(Self { source: Some(Source::of(text, path)), ..config })
    }

    /// A sentence about a value that only others can judge, with file and line.
    pub fn blame(&self, sentence: &str) -> String {
        self.source.as_ref().map_or_else(|| sentence.to_owned(), |source| source.blame(sentence))
    }

    /// As [`Self::blame`], where the sentence is about keys of a table of the file.
    pub fn blame_in(&self, table: &str, sentence: &str) -> String {
        self.source.as_ref().map_or_else(|| sentence.to_owned(), |source| source.blame_in(table, sentence))
    }

    /// The usual place; none where neither `$XDG_CONFIG_HOME` nor `$HOME` is an absolute path.
    pub fn place() -> Option<PathBuf> {
        Some(base("XDG_CONFIG_HOME", ".config")?.join("domtop/config.toml"))
    }

    /// The file that keeps lines run in the palette: as `history` says, else `$XDG_STATE_HOME/domtop/history`; none on a
    /// kiosk, where the next to come would read them.
    pub fn history_place(&self) -> Option<PathBuf> {
        match self.history.as_deref() {
            _ if self.kiosk.is_some() => None,
            Some("off") => None,
            Some(path) => Some(path.into()),
            None => Some(base("XDG_STATE_HOME", ".local/state")?.join("domtop/history")),
        }
    }

    /// The folder every console is recorded into, where that is wanted.
    pub fn console_folder(&self) -> Option<PathBuf> {
        self.console_record.as_deref().filter(|folder| *folder != "off").map(PathBuf::from)
    }

    /// Lines kept of each console above its screen.
    pub fn console_lines(&self) -> usize {
        self.console_history.map_or(10_000, |lines| usize::try_from(lines).unwrap_or(usize::MAX))
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
            format!("{}:{line}: this is not UTF-8 text", path.display())
        })?;
        Self::parse(text, path)
    }
}

/// A folder of the user's: that of the variable, else this one at home.
fn base(variable: &str, at_home: &str) -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(at_home)))
}

const fn key(name: &'static str, example: &'static str, doc: &'static str) -> Key {
    Key { name, example, doc }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].split(|b| *b == b'\n').count()
}

/// serde's words in ours: an unknown key gets the nearest name, not the list of all.
fn plain(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
    let text = unknown.map_or_else(
        || message.trim_end().replace('\n', "; "),
        |(name, _)| {
            format!(
                "unknown key `{name}`{}",
                crate::model::nearest::suggestion(name, KEYS.iter().map(|k| k.name))
            )
        },
    );
    // A key may hold anything an escape in TOML can spell.
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
