//! The one table of commands: keys, palette, help, footer, command line and README all come from it.

use super::{App, Effect};
use crate::model::Op;

/// What the user can do: one row.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name in the palette, on the command line, in the config file: `sort-cpu`, `list`.
    pub name: &'static str,
    /// What it does: a sentence without a full stop.
    pub doc: &'static str,
    /// Under which heading help lists it.
    pub group: Group,
    /// Where its keys work.
    pub scope: Scope,
    /// Its default keys, as `keymap::Key` prints them: `F5`, `Ctrl-l`, `?`.
    pub keys: &'static [&'static str],
    /// The operation it needs of the host, where it needs one.
    pub op: Option<Op>,
    /// What is asked before it is done.
    pub guard: Guard,
    /// Its arguments on the command line and in the palette.
    pub args: &'static [Arg],
    /// What it does.
    pub run: Run,
}

/// Headings of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Moving the cursor and between panels.
    Move,
    /// The table: sort, filter, columns, marks.
    Table,
    /// What is shown and how.
    Show,
    /// Sampling.
    Sample,
    /// Looking from the command line.
    Look,
    /// The program itself.
    Program,
}

/// Where a row's keys work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere but in an overlay.
    Global,
    /// While the Domains panel has the keys.
    Domains,
    /// While another panel has them.
    Panels,
    /// Only on the command line: no keys.
    CommandLine,
}

/// What is asked before a command is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    None,
    /// Yes or no.
    Confirm,
    /// The domain's name.
    TypeTheName,
}

/// An argument of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg {
    /// As it stands in usage lines: `DOMAIN`.
    pub name: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is.
    pub doc: &'static str,
}

/// What a row does.
#[derive(Clone, Copy)]
pub enum Run {
    /// It acts on the screen; with what was typed after its name in the palette.
    Screen(fn(&mut App, &str) -> Vec<Effect>),
    /// It prints what it reads, on the command line.
    Look(Look),
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Screen(_) => f.write_str("Screen"),
            Self::Look(look) => write!(f, "Look({look:?})"),
        }
    }
}

/// What the looking commands of the command line read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Every domain.
    List,
    /// One domain in full.
    Info,
    /// Its vCPUs.
    Vcpus,
    /// Its scheduler parameters.
    Sched,
    /// The machine.
    Node,
    /// What hypervisor and machine can do.
    Capabilities,
    /// The driver stack.
    Drivers,
    /// The hypervisor's console ring.
    Dmesg,
}

/// Every command, in the order help lists them.
pub const COMMANDS: &[Command] = &[];

/// The row with this name.
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name)
}

/// Whether a command can be run now; else why not, in a clause.
///
/// # Errors
/// The reason, to show beside it.
pub fn availability(_app: &App, _command: &Command) -> Result<(), String> {
    Ok(())
}
