//! Consoles: where a guest has one, what is asked of an open one, what it shows and tells.
//!
//! ```text
//!   app ── Ask ──► console session (a thread of its own) ── Page, News ──► app ──► view
//!                      │ bytes ▲
//!                      ▼       │
//!                    driver's handle of the pty
//! ```

use std::{path::PathBuf, sync::Arc};

use super::{DomainKey, Name};

/// The number of an open console: given once, never again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsoleId(pub u32);

/// One of a domain's consoles, as the host offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tty {
    /// What it is called among the domain's consoles: `console`, `console1`, `serial0`.
    pub name: Arc<str>,
    /// What sort.
    pub kind: TtyKind,
    /// The pty's slave, `/dev/pts/4`.
    pub path: PathBuf,
    /// The file whose `flock` says that somebody reads it, where its host has such a custom.
    pub lock: Option<PathBuf>,
}

/// What sort of console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TtyKind {
    /// Xen's paravirtual console, which xenconsoled copies to a pty: the guest cannot be told a size.
    Paravirtual,
    /// An emulated serial line: neither can it.
    Serial,
    /// That of a simulated guest, which looks at the size of its pty.
    Simulated,
}

/// A domain's console that is to be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The domain.
    pub key: DomainKey,
    /// Its name when it was asked for.
    pub name: Name,
    /// Which of its consoles; the first where none is named.
    pub tty: Option<Arc<str>>,
    /// Whether to write as soon as that can be; else it is only watched.
    pub write: bool,
    /// Columns and rows there is room for.
    pub size: (u16, u16),
}

/// What is asked of an open console.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A key for the guest.
    Type(Stroke),
    /// Text for the guest; bracketed where the guest asked for that.
    Paste(String),
    /// Columns and rows there is room for.
    Resize(u16, u16),
    /// What is shown of the lines kept.
    Scroll(Scroll),
    /// Look for this text in all lines kept, upwards; an empty one forgets the last.
    Search(String),
    /// To the next place it was found at: upwards, or downwards.
    Again(Upwards),
    /// Select from here, or on to here.
    Select(Selecting),
    /// The text that is selected; the answer is [`News::Copied`].
    Copy,
    /// Write all lines kept into this file, which must not be there.
    Save(PathBuf),
    /// Record into this file, which must not be there; none ends the recording.
    Record(Option<PathBuf>),
    /// Become the one who writes, whoever that is now.
    TakeOver,
    /// Write no more: watch.
    Yield,
    /// Try again to attach, now.
    Reattach,
    /// Whether anybody looks at its pages: nobody needs them made else.
    Attend(bool),
}

/// A direction in the lines kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upwards {
    /// To older lines.
    Yes,
    /// To newer ones.
    No,
}

/// What is shown of the lines kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// So many lines up, or down where negative.
    Lines(i32),
    /// So many pages up, or down where negative.
    Pages(i32),
    /// The oldest line.
    Top,
    /// The newest: what comes is followed again.
    Bottom,
}

/// Selecting on the page that is shown; column and row count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selecting {
    /// A new selection begins at this cell.
    From(u16, u16),
    /// It goes on to this cell.
    To(u16, u16),
    /// The word around this cell.
    Word(u16, u16),
    /// The whole line of this cell.
    Line(u16, u16),
    /// Nothing is selected any more.
    Nothing,
}

/// A key pressed for a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Which.
    pub key: StrokeKey,
    /// With Ctrl held.
    pub ctrl: bool,
    /// With Alt held.
    pub alt: bool,
    /// With Shift held; a character has it in itself.
    pub shift: bool,
}

/// The key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "keys are named as on the keyboard")]
pub enum StrokeKey {
    Char(char),
    Enter,
    Tab,
    BackTab,
    Backspace,
    Esc,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    /// F1 to F24.
    F(u8),
}

/// How a console stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// It is being attached.
    #[default]
    Opening,
    /// What is typed goes to the guest.
    Writing,
    /// It is only looked at, for this reason: `opened for looking only`, `alice (domtop, pid 812) writes`.
    Watching(Name),
    /// It broke off, for this reason; it is attached again when the guest is back.
    Lost(Name),
    /// It broke off for good, for this reason.
    Ended(Name),
}

/// What an open console tells.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It stands otherwise, at this console of the domain.
    Link(Link, Option<Tty>),
    /// What was selected, raw.
    Copied(String),
    /// This many lines were written into this file.
    Saved(PathBuf, usize),
    /// It is recorded into this file from now on, or not any more.
    Recording(Option<PathBuf>),
    /// Something asked could not be done: a sentence, safe to show.
    Failed(String),
    /// The guest rang the bell.
    Bell,
    /// Something came while nobody attends to it: told once, until somebody does again.
    Stirred,
}

/// What a console shows: immutable, made anew when something changed, no more often than frames are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Columns and rows of the guest's terminal; never smaller than [`LEAST`].
    pub size: (u16, u16),
    /// As many lines as it has rows, from the top, each as wide as it has columns.
    pub lines: Vec<Line>,
    /// Lines scrolled back: 0 follows what comes.
    pub back: usize,
    /// Lines kept above the terminal's own.
    pub history: usize,
    /// Column and row of the guest's cursor, where it is to be seen.
    pub cursor: Option<(u16, u16)>,
    /// Whether a full-screen program has the alternate screen.
    pub alternate: bool,
    /// What was looked for: which hit is shown, from 1 (0: none), and how many there are.
    pub found: Option<(usize, usize)>,
    /// Whether something is selected.
    pub selected: bool,
}

/// The smallest terminal a guest is given, in columns and rows. Most guests cannot be told a size and take theirs to
/// be this one; what a smaller panel shows is a part of it.
pub const LEAST: (u16, u16) = (80, 24);

/// The size of a guest's terminal where there is room for this: what is there, but never less than [`LEAST`] nor more
/// than a terminal can have.
pub fn page_size((columns, rows): (u16, u16)) -> (u16, u16) {
    (columns.clamp(LEAST.0, 1000), rows.clamp(LEAST.1, 500))
}

/// One line of cells, shared from page to page while it stays the same.
pub type Line = Arc<[Cell]>;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its character: never a control character; a space where there is none.
    pub c: char,
    /// Marks without a width that stand over it.
    pub marks: Option<Arc<str>>,
    /// How many columns it takes: 1, or 2; 0 for the second column of the one before.
    pub width: u8,
    /// How it looks.
    pub paint: Paint,
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    /// The letters' colour.
    pub fg: Ink,
    /// The ground's.
    pub bg: Ink,
    /// What else: a sum of the constants of [`Paint`].
    pub style: u16,
}

impl Paint {
    /// Bold.
    pub const BOLD: u16 = 1;
    /// Dim.
    pub const DIM: u16 = 1 << 1;
    /// Italic.
    pub const ITALIC: u16 = 1 << 2;
    /// Underlined, in whatever way.
    pub const UNDERLINED: u16 = 1 << 3;
    /// Letters and ground exchanged.
    pub const REVERSED: u16 = 1 << 4;
    /// Crossed out.
    pub const CROSSED: u16 = 1 << 5;
    /// Not to be seen.
    pub const HIDDEN: u16 = 1 << 6;
    /// Part of what is selected.
    pub const SELECTED: u16 = 1 << 7;
    /// Part of what was looked for.
    pub const FOUND: u16 = 1 << 8;
    /// Part of the hit that is shown.
    pub const HIT: u16 = 1 << 9;

    /// Whether it has one of the constants.
    pub const fn is(self, style: u16) -> bool {
        self.style & style != 0
    }
}

/// A guest's colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's own.
    #[default]
    Default,
    /// One of xterm's 256.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}
