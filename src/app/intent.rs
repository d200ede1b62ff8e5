//! What the user means to do to which domains, before it is done: captured when the key was pressed.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    App,
    command::{Command, Guard, Run},
    words,
};
use crate::model::{
    Domain, DomainKey, DomainState, KiB, Nanos, Op, Snapshot,
    caution::cautions,
    domain::find,
    request::{Change, Request},
    text::visible,
};

/// A domain that is meant, as it was when it was chosen. The uuid in its key tells it from every other, however
/// rows move.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Which domain.
    pub key: DomainKey,
    /// Its name or id, safe to show.
    pub label: String,
    /// What it was doing.
    pub state: DomainState,
    /// The memory it had.
    pub memory: KiB,
    /// The name to type where it is to be typed, raw.
    pub name: String,
}

/// Requests about one domain, or about none there is yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The domain.
    pub target: Option<Target>,
    /// What is to be done, in order.
    pub requests: Vec<Request>,
}

/// What the user means to do.
#[derive(Clone, Debug)]
pub struct Intent {
    /// By which command.
    pub command: &'static Command,
    /// The words after the domain, as they would be typed.
    pub words: String,
    /// To which domains, in the order it is to be done.
    pub acts: Vec<Act>,
    /// How, where there is more than one.
    pub plan: Plan,
    /// What is to be seen before it is done: where there is any, it is asked about.
    pub notes: Vec<Note>,
}

/// A line about what is meant, before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Something is to become another.
    Change {
        /// What.
        what: String,
        /// As it is.
        from: String,
        /// As it will be.
        to: String,
    },
    /// Something will be wrong then: a sentence.
    Warning(String),
}

/// How acts on many domains follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In which order.
    pub order: Order,
    /// The least time between one and the next.
    pub stagger: Nanos,
    /// Whether each waits until the one before has come about.
    pub wait: bool,
    /// Whether the rest is not done after one failed.
    pub stop: bool,
}

impl std::fmt::Display for Note {
    /// As a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Change { what, from, to } => write!(f, "{what}: from {from} to {to}"),
            Self::Warning(text) => f.write_str(text),
        }
    }
}

/// In which order acts follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the table has them.
    #[default]
    Table,
    /// By name.
    Name,
    /// The largest memory first.
    Largest,
    /// The other way round than the table has them.
    Reverse,
}

impl Order {
    /// The next of them, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Table => Self::Name,
            Self::Name => Self::Largest,
            Self::Largest => Self::Reverse,
            Self::Reverse => Self::Table,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Table => "as in the table",
            Self::Name => "by name",
            Self::Largest => "largest first",
            Self::Reverse => "table from below",
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self { order: Order::Table, stagger: Nanos(0), wait: false, stop: true }
    }
}

impl Target {
    /// Of a domain as it is now.
    pub fn of(domain: &Domain) -> Self {
        Self {
            key: domain.key,
            label: domain.label().into_owned(),
            state: domain.state,
            memory: domain.memory,
            name: domain.name.raw().to_owned(),
        }
    }

    /// Whether the host is controlled from it.
    pub fn controls(&self) -> bool {
        self.key.id.is_some_and(|id| id.0 == 0)
    }

    /// Whether a guest is running there.
    pub const fn lives(&self) -> bool {
        matches!(
            self.state,
            DomainState::Running | DomainState::Blocked | DomainState::Paused | DomainState::Unknown
        )
    }
}

impl Intent {
    /// What a line asks of the host.
    ///
    /// # Errors
    /// What is wrong with its words.
    pub fn new(command: &'static Command, line: Line) -> Result<Self, String> {
        let taken = usize::from(matches!(command.run, Run::Change(_)));
        if let Some(extra) = line.words.get(command.args.len().saturating_sub(taken)) {
            return Err(format!("`{}` is one word too many: {}", visible(extra), command.usage()));
        }
        let acts = match command.run {
            Run::Change(make) => acts(line.targets, &make(&line.words)?)?,
            Run::Make(make) => vec![Act { target: None, requests: vec![make(&line.words)?] }],
            Run::Screen(_) | Run::Look(_) => Vec::new(),
        };
        if acts.is_empty() {
            return Err("no domain is selected".into());
        }
        let words = line.words.iter().map(|word| words::quote(&visible(word))).collect::<Vec<_>>().join(" ");
        Ok(Self { command, words, acts, plan: Plan::default(), notes: Vec::new() })
    }

    /// The same without domains it makes no sense for as they are now; why is noted.
    #[must_use]
    fn fitting(mut self, host: Option<&Snapshot>) -> Self {
        let fresh = host.filter(|host| host.stale.is_none());
        let Some((host, op)) = fresh.zip(self.command.op) else { return self };
        let mut notes = Vec::new();
        self.acts.retain(|act| {
            let target = act.target.as_ref();
            let now = target.and_then(|target| host.domains.iter().find(|domain| domain.key == target.key));
            let why = now.and_then(|domain| unfit(op, domain.state));
            let label = target.map_or("", |target| target.label.as_str());
            notes.extend(why.map(|why| Note::Warning(format!("{label} {why}"))));
            why.is_none()
        });
        self.notes.extend(notes);
        self
    }

    /// The same with what it would run into on a host, each with its domain where there are several.
    #[must_use]
    pub fn noting(mut self, host: Option<&Snapshot>) -> Self {
        let many = self.acts.len() > 1;
        let domain = |key| host?.domains.iter().find(|domain: &&Domain| domain.key == key);
        let told = |request: &Request| {
            let Request::Domain(key, change) = request else { return Vec::new() };
            let (Some(domain), Some(host)) = (domain(*key), host) else { return Vec::new() };
            let label = if many { format!("{}: ", domain.label()) } else { String::new() };
            cautions(change, domain, host)
                .into_iter()
                .map(|text| Note::Warning(format!("{label}{text}")))
                .collect()
        };
        self.notes.extend(self.acts.iter().flat_map(|act| &act.requests).flat_map(told));
        self
    }

    /// What is asked before it is done.
    pub fn guard(&self) -> Guard {
        let targets = || self.acts.iter().filter_map(|act| act.target.as_ref());
        match self.command.guard {
            // The host goes with it.
            Guard::Confirm if targets().any(Target::controls) => Guard::TypeTheName,
            Guard::TypeTheName if !targets().any(Target::lives) => Guard::Confirm,
            // Many at once are shown first, whatever is done to them, and so is what it would run into.
            Guard::None if self.acts.len() > 1 || !self.notes.is_empty() => Guard::Confirm,
            guard => guard,
        }
    }

    /// What is to be typed where a name is: the domain's, or how many there are.
    pub fn password(&self) -> String {
        match self.acts.as_slice() {
            [Act { target: Some(target), .. }] if target.name.is_empty() => target.label.clone(),
            [Act { target: Some(target), .. }] => target.name.clone(),
            acts => format!("{} domains", acts.len()),
        }
    }

    /// Its first line: `destroy web1`, `setmem 3 domains 4G`.
    pub fn title(&self) -> String {
        let subject = match self.acts.as_slice() {
            [Act { target: Some(target), .. }] => target.label.clone(),
            [_] => String::new(),
            acts => format!("{} domains", acts.len()),
        };
        joined([self.command.name, &subject, &self.words])
    }

    /// The command as it would be typed for one of its acts.
    pub fn typed(&self, act: &Act) -> String {
        let domain = act.target.as_ref().map_or_else(String::new, |target| words::quote(&target.label));
        // With the file it is: what is written down of it is to lead to that.
        let file = act.requests.iter().find_map(|request| match request {
            Request::Domain(_, Change::Save(file) | Change::Dump(file)) => Some(file.to_string_lossy()),
            _ => None,
        });
        let file = file.map(|file| words::quote(&visible(&file)));
        joined([self.command.name, &domain, file.as_ref().unwrap_or(&self.words)])
    }

    /// Puts the acts in the plan's order, from the table's.
    pub fn sort(&mut self, table: &[DomainKey]) {
        let key = |act: &Act| act.target.as_ref().map(|target| target.key);
        let place = |act: &Act| table.iter().position(|k| Some(*k) == key(act)).unwrap_or(usize::MAX);
        self.acts.sort_by_key(place);
        match self.plan.order {
            Order::Table => {}
            Order::Reverse => self.acts.reverse(),
            Order::Name => self.acts.sort_by_cached_key(|act| act.target.as_ref().map(|t| t.label.clone())),
            Order::Largest => {
                self.acts.sort_by_key(|act| std::cmp::Reverse(act.target.as_ref().map(|t| t.memory)));
            }
        }
    }
}

fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a line means: the domains it names or that were chosen, and the words for the command.
#[derive(Clone, Debug)]
pub struct Line {
    /// The domains; none for commands that make one.
    pub targets: Vec<Target>,
    /// The words after the domain.
    pub words: Vec<String>,
}

impl App {
    /// The domains a command is for now: the marked ones in the order of the table, else the one under the cursor.
    pub fn chosen(&self) -> Vec<Target> {
        let rows = self.table.rows.iter().filter_map(|row| self.domain(*row));
        let marked: Vec<_> =
            rows.filter(|domain| self.table.marks.contains(&domain.key)).map(Target::of).collect();
        if marked.is_empty() { self.selected().map(Target::of).into_iter().collect() } else { marked }
    }

    /// Takes a line apart, where the first word may name a domain.
    ///
    /// # Errors
    /// Where it names one that is not there.
    pub fn line(&self, command: &Command, typed: &str) -> Result<Line, String> {
        let mut words = words::split(typed);
        if !matches!(command.run, Run::Change(_)) {
            return Ok(Line { targets: Vec::new(), words });
        }
        let rest = command.args.get(1..).unwrap_or_default();
        let required = rest.iter().filter(|arg| !arg.optional).count();
        if words.len() <= required {
            return Ok(Line { targets: self.chosen(), words });
        }
        let domains = self.pane().shown.as_ref().map_or(&[][..], |shown| &shown.domains);
        match find(domains, &words[0]) {
            Some(domain) => Ok(Line { targets: vec![Target::of(domain)], words: words.split_off(1) }),
            None if words.len() > rest.len() => Err(format!("there is no domain {:?}", visible(&words[0]))),
            None => Ok(Line { targets: self.chosen(), words }),
        }
    }

    /// What a line asks of the host.
    ///
    /// # Errors
    /// What is wrong with its words.
    pub fn intent(&self, command: &'static Command, line: Line) -> Result<Intent, String> {
        let (host, latest) = (self.pane().shown.as_deref(), self.pane().latest.as_deref());
        Intent::new(command, line).map(|intent| intent.fitting(latest).noting(host))
    }
}

/// Why an operation makes no sense for a domain that is so, where it makes none: a clause about it.
const fn unfit(op: Op, state: DomainState) -> Option<&'static str> {
    let needs_running = matches!(
        op,
        Op::Suspend | Op::Resume | Op::Shutdown | Op::Reboot | Op::Destroy | Op::Save | Op::Dump
    );
    match state {
        DomainState::Off if needs_running => Some("does not run: `start` starts it"),
        DomainState::Running | DomainState::Blocked if matches!(op, Op::Start) => Some("runs already"),
        DomainState::Paused if matches!(op, Op::Start) => Some("is paused: `resume` lets it run on"),
        _ => None,
    }
}

fn acts(targets: Vec<Target>, change: &Change) -> Result<Vec<Act>, String> {
    let mut files = BTreeSet::new();
    let act = |target: Target| {
        let change = own_file(change, &target);
        if let Change::Save(file) | Change::Dump(file) = &change
            && !files.insert(file.clone())
        {
            return Err(format!("a file each: {NAME} is the name"));
        }
        Ok(Act { requests: vec![Request::Domain(target.key, change)], target: Some(target) })
    };
    targets.into_iter().map(act).collect()
}

/// What stands for the domain's name in a file that is written.
const NAME: &str = "%n";

/// A change that writes a file, with the domain's name in that: as one word of a path.
fn own_file(change: &Change, target: &Target) -> Change {
    let own = |file: &Path| {
        let name = if target.name.is_empty() { &target.label } else { &target.name };
        let name = name.replace(|sign: char| sign == '/' || sign.is_control(), "_");
        PathBuf::from(file.to_string_lossy().replace(NAME, &name))
    };
    match change {
        Change::Save(file) => Change::Save(own(file)),
        Change::Dump(file) => Change::Dump(own(file)),
        other => other.clone(),
    }
}
