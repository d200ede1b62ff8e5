//! Roles to colours: the only place that knows colours.
//!
//! A theme is a TOML file: a `[palette]` of named colours and a `[role]` for everything that is drawn, perhaps
//! over another theme it `inherits` from. It is read once, for a terminal of one [`Depth`]; drawing then only looks
//! styles up.

mod depth;
mod file;
mod guest;
mod role;
mod spec;

use std::{io::Read, path::Path};

pub use depth::Depth;
use ratatui::style::Style;
pub use role::Role;

use crate::model::DomainState;

/// The themes that come with the program, in the order the key walks through.
const BUILT_IN: [(&str, &str); 6] = [
    ("dark", include_str!("../themes/dark.toml")),
    ("dusk", include_str!("../themes/dusk.toml")),
    ("light", include_str!("../themes/light.toml")),
    ("high-contrast", include_str!("../themes/high-contrast.toml")),
    ("terminal", include_str!("../themes/terminal.toml")),
    ("mono", include_str!("../themes/mono.toml")),
];

/// Steps of the gradient: as many as an eye tells apart.
const STEPS: usize = 33;

/// More than any theme needs, so that a wrong path does not fill the memory.
const LARGEST_FILE: u64 = 256 * 1024;

/// The colours of a screen, by role.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    styles: [Style; Role::ALL.len()],
    levels: [Style; STEPS],
    /// What guests paint with.
    inks: guest::Inks,
}

impl Theme {
    /// Names of the built-in themes, in the order the key walks through.
    pub fn names() -> Vec<String> {
        BUILT_IN.iter().map(|(name, _)| (*name).into()).collect()
    }

    /// A theme by the name of a built-in one or the path of a file, for a terminal of this depth.
    ///
    /// Without colours every theme looks like `mono`, which tells things apart by modifiers; the file is read all
    /// the same, so that what is wrong with it is said on any terminal.
    ///
    /// # Errors
    /// A sentence with the file's line and the nearest name.
    pub fn load(name: &str, depth: Depth) -> Result<Self, String> {
        let theme = Self::read(name)?;
        let inks = guest::Inks::of(&theme, depth);
        let fitted = theme.fitted(depth)?;
        Ok(Self { inks, ..fitted })
    }

    fn fitted(self, depth: Depth) -> Result<Self, String> {
        let theme = self;
        match depth {
            Depth::None => Ok(Self { name: theme.name, ..Self::read("mono")?.map(colourless) }),
            depth => {
                let base = theme.base();
                Ok(theme.map(|style| depth::fit(style, base, depth)))
            }
        }
    }

    /// Its name or path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every role with its style.
    pub fn roles(&self) -> impl Iterator<Item = (Role, Style)> + '_ {
        Role::ALL.iter().map(|&role| (role, self.style(role)))
    }

    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// Calm, warm or hot: a share of what there is, 0 to 1.
    pub fn level(&self, share: f32) -> Style {
        let step = (share.clamp(0.0, 1.0) * (STEPS - 1) as f32).round();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to STEPS - 1")]
        self.levels.get(step as usize).copied().unwrap_or_default()
    }

    /// What a domain is doing.
    pub const fn state(&self, state: DomainState) -> Style {
        self.style(match state {
            DomainState::Running => Role::Running,
            DomainState::Blocked => Role::Idle,
            DomainState::Paused => Role::Paused,
            DomainState::ShutDown(_) => Role::ShutDown,
            DomainState::Crashed => Role::Crashed,
            DomainState::Dying => Role::Dying,
            DomainState::Off => Role::Off,
            DomainState::Unknown => Role::Unknown,
        })
    }

    /// As the file has it: every colour in full.
    fn read(name: &str) -> Result<Self, String> {
        let styles = file::read(name, &text_of(name)?)?;
        let ends = [Role::Calm, Role::Warm, Role::Hot].map(|role| styles[role as usize]);
        let levels = std::array::from_fn(|step| spec::blend(ends, step as f32 / (STEPS - 1) as f32));
        Ok(Self { name: name.into(), styles, levels, inks: guest::Inks::default() })
    }

    fn map(self, change: impl Fn(Style) -> Style) -> Self {
        Self { styles: self.styles.map(&change), levels: self.levels.map(&change), ..self }
    }
}

const fn colourless(style: Style) -> Style {
    Style { fg: None, bg: None, ..style }
}

/// The text of a built-in theme, or of a file.
fn text_of(name: &str) -> Result<String, String> {
    if let Some(text) = built_in(name) {
        return Ok(text.into());
    }
    let is_path = name.contains('/') || Path::new(name).extension().is_some_and(|e| e == "toml");
    if !is_path {
        let near = crate::model::nearest::suggestion(name, BUILT_IN.iter().map(|(name, _)| *name));
        return Err(format!("there is no theme {name:?}{near}; a file is named by a path with a / or .toml"));
    }
    let mut text = String::new();
    let file = std::fs::File::open(name).map_err(|e| format!("cannot open the theme {name}: {e}"))?;
    let read = file.take(LARGEST_FILE + 1).read_to_string(&mut text);
    read.map_err(|e| format!("cannot read the theme {name}: {e}"))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(format!("the theme {name} is larger than {} KiB: is it one?", LARGEST_FILE / 1024));
    }
    Ok(text)
}

fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
