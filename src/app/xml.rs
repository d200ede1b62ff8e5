//! The XML panel: the definition of a domain, as it runs and as it is kept, and what differs between the two.
//!
//! ```text
//!   cursor of the table ──► of ──► due? ──► Effect::Definition ──► a thread asks the drivers
//!                            │                                            │
//!                            ▼                                            ▼
//!   keys ──► folds, search, rows ◄── live, kept ◄──────────── Msg::Definition, taken apart
//! ```
//!
//! One question at a time is asked of each host, so that one that does not answer holds up no other: who walks through many domains has only the one asked about at which
//! the cursor rests. What is shown was made visible by who took the text apart.

mod diff;
mod edit;
mod find;
mod fold;
mod read;
mod stretch;
mod take;
mod walk;

use std::{collections::BTreeSet, path::PathBuf};

pub use diff::{Change, Side, compare};
pub use edit::{Draft, Edited, Identity, Revised, Texts};
pub(in crate::app) use edit::{Keep, keeping};
pub(in crate::app) use find::Before;
pub use find::Hit;
pub use stretch::Stretch;
pub use take::Purpose;

use crate::model::{DomainKey, HostId, Nanos, Which, markup::Markup};

/// The XML panel's state.
#[derive(Clone, Debug, Default)]
pub struct Xml {
    /// The domain whose definition it is, on which host.
    pub of: Option<(HostId, DomainKey)>,
    /// What the domain is called, safe to show.
    pub label: String,
    /// The panel stays with this domain, wherever the cursor of the table goes.
    pub fixed: bool,
    /// What is shown of it.
    pub sight: Sight,
    /// What it runs with.
    pub live: Reading,
    /// What is kept of it.
    pub kept: Reading,
    /// What differs between the two, while that is shown.
    pub changes: Vec<Change>,
    /// Every row there is, from the first.
    pub rows: Vec<Row>,
    /// The row under the cursor, a place in `rows`.
    pub cursor: usize,
    /// The first row on the screen.
    pub first: usize,
    /// Columns scrolled away to the left.
    pub left: usize,
    /// Lines whose elements are folded away, from 0.
    pub folded: BTreeSet<usize>,
    /// What was looked for last.
    pub search: String,
    /// Where it was found.
    pub hits: Vec<Hit>,
    /// What its row said of it when it was last looked at.
    seen: Option<read::Seen>,
    /// The place that was gone to last, and in what of the domain it is.
    gone_to: Option<(Sight, Hit)>,
    /// What is to be read anew, though it is known.
    again: Vec<Which>,
    /// What was asked of the drivers and not answered yet, one of each host at most.
    asked: Vec<(HostId, DomainKey, Which)>,
    /// Who is to be edited once what is kept of it was read, and from where that was asked for.
    draft: Option<(Draft, edit::Place)>,
    /// Files whose text was ordered to be defined, by the job that does it.
    sent: Vec<(crate::model::JobId, Draft)>,
}

/// What is shown of a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// What it runs with.
    #[default]
    Live,
    /// What is kept of it.
    Kept,
    /// What differs between the two.
    Diff,
}

impl Sight {
    /// Its word in the title.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Kept => "kept",
            Self::Diff => "live against kept",
        }
    }
}

/// A definition, as far as it is known.
#[derive(Clone, Debug, Default)]
pub enum Reading {
    /// Nobody was asked yet.
    #[default]
    Unread,
    /// It was told.
    Known(Box<Shown>, Nanos),
    /// It could not be: what each driver said, safe to show, and when.
    Failed(Vec<String>, Nanos),
}

/// A definition as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its text, taken apart.
    pub markup: Markup,
    /// The file of the toolstack's own notation it was read from, where it was.
    pub file: Option<PathBuf>,
    /// What that file says that has no place in the XML, a clause each; safe to show.
    pub lost: Vec<String>,
}

/// A row of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The file it was read from.
    File,
    /// Something that was lost on the way, by its place.
    Lost(usize),
    /// Something that is wrong with the text, by its place.
    Problem(usize),
    /// A line of the text, from 0.
    Line(usize),
    /// A row of what differs, by its place in `changes`.
    Change(usize),
}

impl Reading {
    /// The definition, where it is known.
    pub fn known(&self) -> Option<&Shown> {
        match self {
            Self::Known(shown, _) => Some(shown),
            Self::Unread | Self::Failed(..) => None,
        }
    }

    /// When it was told, or that it cannot be.
    const fn since(&self) -> Option<Nanos> {
        match self {
            Self::Known(_, at) | Self::Failed(_, at) => Some(*at),
            Self::Unread => None,
        }
    }
}

impl Xml {
    /// What is shown where one text is, or what the other is compared against.
    pub const fn reading(&self) -> &Reading {
        match self.sight {
            Sight::Live => &self.live,
            Sight::Kept | Sight::Diff => &self.kept,
        }
    }

    /// The text whose lines are shown, where it is one and known.
    pub fn shown(&self) -> Option<&Shown> {
        if self.sight == Sight::Diff { None } else { self.reading().known() }
    }

    /// The word for what is shown: of a domain that does not run there is only what is kept.
    pub fn word(&self) -> &'static str {
        if self.sight == Sight::Live && self.is_off() { Sight::Kept.word() } else { self.sight.word() }
    }

    /// Whether it is the definition of a domain that does not run.
    pub fn is_off(&self) -> bool {
        self.of.is_some_and(|(_, key)| key.id.is_none())
    }

    /// The row under the cursor.
    pub fn at(&self) -> Option<Row> {
        self.rows.get(self.cursor).copied()
    }

    const fn slot(&mut self, which: Which) -> &mut Reading {
        match which {
            Which::Live => &mut self.live,
            Which::Kept => &mut self.kept,
        }
    }
}
