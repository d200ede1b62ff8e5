//! The xl driver: the modern Xen toolstack, for what only a toolstack can do.
//!
//! ```text
//!  Xl (Observe, Control)   a change as one call of xl, and what came of it
//!  call                    the words of each call
//!  files                   the files named in it, looked at before
//!  create, devices         domain XML made a configuration, or the words of a device
//!  definition              the configuration libxl keeps, made domain XML
//!  progress                how far a file has grown or was read
//!  run, capture            the program itself: no shell, a deadline, all it printed
//!  said, listing           what it printed, read
//! ```
//!
//! A call costs a process, some 50 ms, so only the configuration is read this way. Before what ends a guest, the id
//! is asked whose it is (`xl list -v`): ids are used again, and a dialog may have stood open for long. `-v` rather
//! than `-l`, for it comes from the hypervisor alone, waits for no lock that a running save holds, is there for
//! domains libxl keeps nothing of, and has had the same columns from 4.14 to 4.20.

mod call;
mod capture;
mod create;
mod definition;
mod devices;
mod files;
mod listing;
mod progress;
mod run;
mod said;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use self::{
    call::{Call, Pace},
    create::Source,
    listing::{Kept, Row},
    progress::{Board, Up, Work},
    run::{Patience, Program, Ran},
};
use crate::{
    driver::{Answer, Control, DriverInfo, Error, Lost, Observe, Permit, files::Target},
    model::{
        DomainKey, KiB, Kind, Light, Op, Progress, Which,
        definition::Told,
        request::{Change, Request},
    },
    wire::xml::domain,
};

/// How long xl may take; who takes longer is killed, with all it started.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// To pause, to list.
    pub quick: Duration,
    /// To destroy, to ask a guest something.
    pub thorough: Duration,
    /// To come no further where a guest is saved, dumped or restored; to create one, beside a second for each
    /// [`PER_SECOND`] of its memory.
    pub long: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let [quick, thorough, long] = [10, 60, 1800].map(Duration::from_secs);
        Self { quick, thorough, long }
    }
}

/// How much of a guest's memory is made or read in a second at the very least.
pub const PER_SECOND: KiB = KiB(16 << 10);

/// What the driver can where changes are allowed; for looking only the first two.
const OPS: [Op; 17] = [
    Op::Configuration,
    Op::Definition,
    Op::Progress,
    Op::Suspend,
    Op::Resume,
    Op::Destroy,
    Op::SetVcpus,
    Op::SetMemory,
    Op::SetMaxMemory,
    Op::Rename,
    Op::Create,
    Op::Start,
    Op::Save,
    Op::Restore,
    Op::Dump,
    Op::Attach,
    Op::Detach,
];
/// How many of them only look.
const LOOKING: usize = 2;

/// What the driver is, opened or not.
pub fn info() -> DriverInfo {
    describe(Path::new("xl"))
}

fn describe(program: &Path) -> DriverInfo {
    DriverInfo { name: "xl", peer: program.display().to_string().into(), hypervisor: false, ops: OPS.into() }
}

/// The driver.
pub struct Xl {
    program: Program,
    deadlines: Deadlines,
    info: DriverInfo,
    light: Mutex<Light>,
    works: Board,
}

impl Xl {
    /// Finds the program; for looking only, it will not run what changes anything.
    ///
    /// # Errors
    /// Where there is none or this user may not run it.
    pub fn open(read_only: bool) -> Answer<Self> {
        let xl = Self::over(Program::find("xl")?, Deadlines::default());
        Ok(if read_only { xl.looking() } else { xl })
    }

    /// Over the program at this path, with these deadlines.
    ///
    /// # Errors
    /// As [`Xl::open`].
    pub fn at(program: PathBuf, deadlines: Deadlines) -> Answer<Self> {
        Ok(Self::over(Program::at(program)?, deadlines))
    }

    fn over(program: Program, deadlines: Deadlines) -> Self {
        Self {
            info: describe(&program.path),
            program,
            deadlines,
            light: Mutex::new(Light::Ready),
            works: Board::default(),
        }
    }

    /// The same without anything that changes.
    #[must_use]
    pub fn looking(mut self) -> Self {
        self.info.ops = OPS[..LOOKING].into();
        self
    }

    fn can(&self, op: Op) -> Answer<()> {
        if self.info.ops.contains(&op) { Ok(()) } else { Err(Error::unsupported(op)) }
    }

    /// Runs xl; what it printed where it did what it was told.
    fn tell(&self, call: &Call) -> Answer<Ran> {
        self.tell_at(call, None)
    }

    /// The same of what is on the board: for as long as it comes further, nothing is cut off.
    fn tell_at(&self, call: &Call, up: Option<&Up<'_>>) -> Answer<Ran> {
        let span = match call.pace {
            Pace::Quick => self.deadlines.quick,
            Pace::Thorough => self.deadlines.thorough,
            Pace::Long => self.deadlines.long,
            Pace::Making(size) => self.deadlines.long + Duration::from_secs(size.0 / PER_SECOND.0),
        };
        let patience = Patience { span, reached: &|| up?.done() };
        let runs = |pid| up.into_iter().for_each(|up| up.runs(pid));
        let answer = self.program.run(&call.words, patience, runs);
        self.shine(answer.as_ref().err());
        let ran = answer?;
        let failed = !ran.status.success() || (call.hides_failure() && said::complains(&ran.err));
        if failed { Err(said::refused(&call.to_string(), &ran)) } else { Ok(ran) }
    }

    /// A program that ran is well, whatever it said.
    fn shine(&self, error: Option<&Error>) {
        *self.lit() = error.map_or(Light::Ready, |error| Light::Down(error.message.clone()));
    }

    fn lit(&self) -> MutexGuard<'_, Light> {
        self.light.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who has this id now, and how it is.
    fn look(&self, id: u32) -> Answer<Row> {
        let told = self.tell(&Call::row(id)).map_err(|error| match error.kind {
            Kind::NoDomain => Error::no_domain(format!("domain {id}")),
            _ => error,
        });
        let unread = || Error::new(Kind::Malformed, format!("look at domain {id}: xl printed no row of it"));
        listing::row(&told?.out).ok_or_else(unread)
    }

    /// The same, where the id is still that of the domain meant.
    fn verify(&self, id: u32, key: DomainKey) -> Answer<Row> {
        self.look(id).and_then(|row| if row.uuid == key.uuid { Ok(row) } else { Err(gone(id)) })
    }

    fn carry_out(&self, id: u32, change: &Change) -> Answer<Lost> {
        let plain = || Call::to_change(id, change).ok_or_else(|| Error::unsupported(change.op()));
        let (call, lost) = match devices::call(id, change) {
            Some(call) => call?,
            None => (plain()?, Lost::new()),
        };
        self.tell(&call).map(|_| lost)
    }

    fn save(&self, key: DomainKey, memory: KiB, file: &Path) -> Answer<()> {
        let target = files::target(file)?;
        match files::must_hold(&target, memory) {
            Ok(()) => self.write((key, memory, Op::Save), target, Call::save),
            Err(error) => {
                target.discard();
                Err(error)
            }
        }
    }

    /// Lets xl write a file. What it wrote of it when it failed is of no use; when it was killed, it may be all there
    /// is of the guest.
    fn write(
        &self,
        (key, memory, op): (DomainKey, KiB, Op),
        target: Target,
        call: impl FnOnce(u32, &Path) -> Call,
    ) -> Answer<()> {
        let file = target.path().to_owned();
        let up = self.works.put(Work { op, key: Some(key), file, total: memory.bytes(), pid: None });
        match self.tell_at(&call(running(key)?, target.path()), Some(&up)) {
            Ok(_) => Ok(()),
            Err(error) if error.kind == Kind::TimedOut => {
                Err(error.hint(format!("{} is left as far as it was written", target.path().display())))
            }
            Err(error) => {
                target.discard();
                Err(error)
            }
        }
    }

    fn create(&self, source: Source) -> Answer<Lost> {
        match self.tell(&Call::create(source.path(), source.memory())) {
            Ok(_) => Ok(source.lost()),
            Err(error) => Err(source.explain(unmade(error))),
        }
    }

    fn restore(&self, file: &Path) -> Answer<()> {
        let file = files::source(file)?;
        let total = std::fs::metadata(&file).map_or(0, |meta| meta.len());
        let call = Call::restore(&file, KiB(total >> 10));
        let up = self.works.put(Work { op: Op::Restore, key: None, file, total, pid: None });
        self.tell_at(&call, Some(&up)).map(|_| ()).map_err(unmade)
    }

    /// What libxl keeps of a running domain.
    fn kept(&self, key: DomainKey) -> Answer<Kept> {
        let id = running(key)?;
        let ran = self.tell(&Call::configuration(id))?;
        let kept = listing::configuration(&ran.out)?;
        if kept.as_ref().is_some_and(|kept| kept.is_of_another(key.uuid)) {
            return Err(gone(id));
        }
        kept.ok_or_else(|| said::refused(&format!("read domain {id}'s configuration"), &ran))
    }

    /// A failure in full: that the domain has gone, which xl says in many ways or not at all, or how it is now.
    fn explain(&self, id: u32, change: &Change, error: Error) -> Error {
        if !matches!(error.kind, Kind::Failed | Kind::TimedOut) {
            return error;
        }
        match self.look(id) {
            Err(found) if found.kind == Kind::NoDomain && error.kind == Kind::Failed => found,
            Ok(row) if stops(change) => {
                Error { message: format!("{}; {}", error.message, row.phrase()).into(), ..error }
            }
            _ => error,
        }
    }
}

impl Observe for Xl {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        self.lit().clone()
    }

    fn configuration(&self, key: DomainKey) -> Answer<String> {
        self.kept(key).map(|kept| kept.text)
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        if which == Which::Kept {
            return Err(Error::unsupported(Op::Definition));
        }
        let (mut definition, lost) = definition::read(&self.kept(key)?.config());
        definition.id = key.id.map(|id| id.0);
        Ok(Told { xml: domain::write(&definition), file: None, lost })
    }

    fn progress(&self, into: &mut Vec<Progress>) -> Answer<()> {
        self.works.tell(into);
        Ok(())
    }
}

impl Control for Xl {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        self.can(change.op())?;
        if *change == Change::Start {
            // It keeps no definitions: who does comes back with one, by `start`.
            return Err(Error::unsupported(Op::Start));
        }
        let id = running(key)?;
        forbid(id, change)?;
        let memory = if must_be_meant(change) { self.verify(id, key)?.memory } else { KiB(0) };
        let answer = match change {
            Change::Save(file) => self.save(key, memory, file).map(|()| Lost::new()),
            Change::Dump(file) => {
                self.write((key, memory, Op::Dump), files::target(file)?, Call::dump).map(|()| Lost::new())
            }
            _ => self.carry_out(id, change),
        };
        answer.map_err(|error| self.explain(id, change, error))
    }

    fn start(&self, _permit: &Permit, _key: DomainKey, kept: &Told) -> Answer<Lost> {
        self.can(Op::Start)?;
        self.create(Source::of_kept(kept)?)
    }

    fn make(&self, _permit: &Permit, request: &Request) -> Answer<Lost> {
        self.can(request.op())?;
        match request {
            Request::Create(file) => self.create(Source::of_file(file)?),
            Request::Restore(file) => self.restore(file).map(|()| Lost::new()),
            Request::Define(_) | Request::Domain(..) => Err(Error::unsupported(request.op())),
        }
    }
}

/// That there is no domain is no reason where one was to be made.
fn unmade(error: Error) -> Error {
    match error.kind {
        Kind::NoDomain => Error { kind: Kind::Failed, ..error },
        _ => error,
    }
}

/// xl knows running domains only.
fn running(key: DomainKey) -> Answer<u32> {
    key.id.map(|id| id.0).ok_or_else(|| Error::no_domain("running domain with this uuid"))
}

fn gone(id: u32) -> Error {
    Error::no_domain(format!("domain {id} any more: its id was given to another"))
}

/// What would take the host with it, and what xl understands otherwise than meant.
fn forbid(id: u32, change: &Change) -> Answer<()> {
    let refuse =
        |why: &str| Err(Error::new(Kind::Refused, format!("{} domain {id}: {why}", change.op().word())));
    match change {
        Change::Suspend | Change::Destroy | Change::Save(_) if id == 0 => {
            refuse("this is the control domain, and the host would go with it")
        }
        Change::SetVcpus(0) => refuse("a domain cannot be without vCPUs"),
        Change::Rename(name) if name.is_empty() => refuse("a name cannot be empty"),
        _ => Ok(()),
    }
}

/// What ends a guest as it stands, takes its memory or gives it a device: not done to an id that is another's by now.
const fn must_be_meant(change: &Change) -> bool {
    matches!(
        change,
        Change::Destroy | Change::Save(_) | Change::Dump(_) | Change::Attach(_) | Change::Detach(_)
    )
}

/// What may have left the guest in between when it failed.
const fn stops(change: &Change) -> bool {
    matches!(change, Change::Destroy | Change::Save(_) | Change::Dump(_) | Change::Suspend | Change::Resume)
}
