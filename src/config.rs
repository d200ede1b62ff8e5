//! The user's file: strict TOML, every unknown key an error with its line and the nearest name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    pub interval: Option<f64>,
    /// Columns of the domain table by name, in order.
    pub columns: Option<Vec<String>>,
    /// The column to sort by; a leading `-` sorts the largest first, `+` the smallest.
    pub sort: Option<String>,
    /// What 100 % CPU means: `pcpu` or `host`.
    pub cpu: Option<String>,
    /// Whether the mouse is ours.
    pub mouse: Option<bool>,
    /// What graphs are drawn with: `braille`, `block`, `ascii`.
    pub glyphs: Option<String>,
    /// Keys by command name; an empty list unbinds.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Config {
    /// From this file, or from the usual place where there is one (`$XDG_CONFIG_HOME/domtop/config.toml`).
    ///
    /// # Errors
    /// A sentence with file, line and what would be right.
    pub fn load(_file: Option<&Path>) -> Result<Self, String> {
        Ok(Self::default())
    }

    /// The usual place.
    pub fn place() -> Option<PathBuf> {
        None
    }
}
