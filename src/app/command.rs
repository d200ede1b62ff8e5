//! The one table of commands: keys, palette, help, footer, command line and README all come from it.
//!
//! The rows stand by group in the files below, each with what it does; [`COMMANDS`] is all of them in one slice.

mod available;
mod change;
mod console;
mod footer;
mod job;
mod look;
mod movement;
mod pick;
mod pins;
mod program;
mod row;
mod sample;
mod show;
mod table;
mod xml;

pub use available::availability;
pub use footer::footer;

use super::{App, Effect, Panel};
use crate::model::{
    Op,
    request::{Change, Request},
};

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
    /// What must be there for it to make sense.
    pub need: Need,
    /// What is asked before it is done.
    pub guard: Guard,
    /// Its arguments on the command line and in the palette.
    pub args: &'static [Arg],
    /// What it does.
    pub run: Run,
    /// What it prints on the command line where it is given no more than a domain: `sched` looks, and changes.
    pub look: Option<Look>,
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
    /// What a domain does: its lifecycle.
    Life,
    /// What a domain has: memory, vCPUs, shares, name, devices.
    Tune,
    /// Marks, jobs, taking back.
    Jobs,
    /// The Pins panel.
    Pins,
    /// The Console panel.
    Console,
    /// The XML panel.
    Xml,
    /// Looking from the command line.
    Look,
    /// Inside what lies over the panels.
    Pick,
    /// The program itself.
    Program,
}

impl Group {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Move => "Moving",
            Self::Table => "The table of domains",
            Self::Show => "What is shown",
            Self::Sample => "Sampling",
            Self::Life => "The life of domains",
            Self::Tune => "What domains have",
            Self::Jobs => "Marks, jobs, taking back",
            Self::Pins => "In the Pins panel, before what these keys do elsewhere",
            Self::Console => "Consoles: after the escape key, or where nothing can be typed",
            Self::Xml => "Definitions: in the XML panel, before what these keys do elsewhere",
            Self::Look => "On the command line",
            Self::Pick => "In lists and lines over the panels",
            Self::Program => "The program",
        }
    }
}

/// What must be there for a command to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A domain under the cursor.
    Domain,
    /// More than one host.
    Hosts,
    /// A filter.
    Filter,
    /// Marked domains.
    Marks,
    /// Edits of the Pins panel that are not applied.
    Edits,
    /// A change that can be taken back.
    Undo,
    /// A change that is taken back soon unless it is kept.
    Provisional,
    /// A job that has not ended.
    Job,
    /// More than one theme.
    Themes,
    /// A console that is open.
    Console,
    /// More than one of them.
    Consoles,
    /// An open console into which this session may write.
    Pen,
    /// Leave to define domains, and a driver that can.
    Keeper,
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
    /// While the Pins panel has them: before what they do everywhere, as the grid needs many.
    Pins,
    /// While the Console panel has them, and keys do not go to the guest: before what they do everywhere.
    Console,
    /// While the XML panel has them: before what they do everywhere.
    Xml,
    /// While something lies over the panels; what can be typed goes into its line first, where it has one.
    Overlay,
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
    /// The domain's name, where it runs; else yes or no.
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
    /// What can stand there, for completion.
    pub kind: ArgKind,
}

/// What can stand in the place of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// Anything.
    Word,
    /// A domain: its name, id or uuid.
    Domain,
    /// A file of this machine.
    File,
    /// An amount of memory.
    Size,
    /// How many vCPUs.
    Count,
    /// The number of one of the domain's vCPUs, or `all`.
    Vcpu,
    /// A set of physical CPUs.
    Cpus,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A column of the table of domains.
    Column,
    /// A theme by name.
    Theme,
}

/// What a row does.
#[derive(Clone, Copy)]
pub enum Run {
    /// It acts on the screen; with what was typed after its name in the palette.
    Screen(fn(&mut App, &str) -> Vec<Effect>),
    /// It prints what it reads, on the command line.
    Look(Look),
    /// It changes domains: those its first argument names, or those of the screen; from the words after that.
    Change(fn(&[String]) -> Result<Change, String>),
    /// It changes the host but no domain there is yet, from its words.
    Make(fn(&[String]) -> Result<Request, String>),
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Screen(_) => f.write_str("Screen"),
            Self::Look(look) => write!(f, "Look({look:?})"),
            Self::Change(_) => f.write_str("Change"),
            Self::Make(_) => f.write_str("Make"),
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
    /// Its configuration.
    Config,
    /// Its definition.
    Xml,
    /// The machine.
    Node,
    /// What hypervisor and machine can do.
    Capabilities,
    /// The driver stack.
    Drivers,
    /// The hypervisor's console ring.
    Dmesg,
    /// What happens on the host.
    Events,
    /// A domain's console: it takes the terminal, and changes nothing by itself.
    Console,
    /// A definition: an editor takes the terminal, and what it wrote is defined after a yes.
    Edit,
    /// A recording of a console: it takes the terminal, and needs no host.
    Play,
    /// A script that has a shell complete our words: it needs no host.
    Completions,
    /// Serving a host's readings: it goes on until it is ended.
    Proxy,
    /// The manual page: it needs no host.
    Man,
}

impl Look {
    /// Whether it is of its own form: neither text nor JSON.
    pub const fn is_page(self) -> bool {
        matches!(self, Self::Completions | Self::Man | Self::Console | Self::Edit | Self::Play | Self::Proxy)
    }
}

/// The rows by group, in the order help lists them.
const GROUPS: [&[Command]; 13] = [
    &movement::ROWS,
    &table::ROWS,
    &change::LIFE,
    &change::TUNE,
    &job::ROWS,
    &pins::ROWS,
    &console::ROWS,
    &xml::ROWS,
    &show::ROWS,
    &sample::ROWS,
    &program::ROWS,
    &pick::ROWS,
    &look::ROWS,
];

const COUNT: usize = {
    let (mut group, mut count) = (0, 0);
    while group < GROUPS.len() {
        count += GROUPS[group].len();
        group += 1;
    }
    count
};

static ALL: [Command; COUNT] = {
    let mut all = [movement::ROWS[0]; COUNT];
    let (mut group, mut at) = (0, 0);
    while group < GROUPS.len() {
        let mut row = 0;
        while row < GROUPS[group].len() {
            all[at] = GROUPS[group][row];
            (at, row) = (at + 1, row + 1);
        }
        group += 1;
    }
    all
};

/// Every command, in the order help lists them.
pub const COMMANDS: &[Command] = &ALL;

/// The row with this name.
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name)
}

impl Scope {
    /// That of a panel's own keys.
    pub const fn of(panel: Panel) -> Self {
        match panel {
            Panel::Domains => Self::Domains,
            Panel::Pins => Self::Pins,
            Panel::Console => Self::Console,
            Panel::Xml => Self::Xml,
            Panel::Detail | Panel::Host | Panel::Drivers | Panel::Jobs | Panel::Events => Self::Panels,
        }
    }

    /// The scopes whose keys work where this one's do, in the order they are asked.
    pub const fn reach(self) -> &'static [Self] {
        match self {
            Self::Domains => &[Self::Domains, Self::Global],
            Self::Panels => &[Self::Panels, Self::Global],
            Self::Pins => &[Self::Pins, Self::Panels, Self::Global],
            Self::Console => &[Self::Console, Self::Panels, Self::Global],
            Self::Xml => &[Self::Xml, Self::Panels, Self::Global],
            Self::Global => &[Self::Global],
            Self::Overlay => &[Self::Overlay],
            Self::CommandLine => &[],
        }
    }

    /// Whether there is a place where the keys of both work, and neither goes before the other.
    pub fn meets(self, other: Self) -> bool {
        let panels = |scope| matches!(scope, Self::Domains | Self::Panels | Self::Global);
        let global = self == Self::Global || other == Self::Global;
        self == other || (global && panels(self) && panels(other))
    }
}

impl PartialEq for Command {
    /// Names are unique: two rows with the same are the same.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Command {}

impl Command {
    /// Whether it is a command of the command line.
    pub const fn is_typed(&self) -> bool {
        self.look.is_some() || self.changes()
    }

    /// Whether it changes a host.
    pub const fn changes(&self) -> bool {
        matches!(self.run, Run::Change(_) | Run::Make(_))
    }

    /// The argument at a place of its words, from 0; one whose name ends in `…` takes all that come after it.
    pub fn arg(&self, place: usize) -> Option<&'static Arg> {
        let many = self.args.last().filter(|last| last.name.ends_with('…'));
        self.args.get(place).or(many)
    }

    /// Its name with its arguments: `list [--all]`.
    pub fn usage(&self) -> String {
        let args = self
            .args
            .iter()
            .map(|arg| if arg.optional { format!("[{}]", arg.name) } else { arg.name.to_owned() });
        std::iter::once(self.name.to_owned()).chain(args).collect::<Vec<_>>().join(" ")
    }
}
