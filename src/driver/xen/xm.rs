//! The xm driver: the configuration files of xm and xl as domains that do not run.
//!
//! ```text
//!  Xm (Observe, Control)   what the folder says, from a cache; what is asked of it
//!  shelf                   the cache: a file, a domain; what is wrong with the others
//!  watch                   inotify, or a look at the times now and then
//!  file                    which files count; reading one without waiting and without end
//!  define, place           a definition made a file: in place, or whole and at once
//!  autostart               links in `auto`, as the service xendomains takes them
//! ```
//!
//! Nothing in a file is run: what is not said literally is told as lost.

mod autostart;
mod define;
mod file;
mod place;
mod shelf;
mod watch;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use nix::unistd::{AccessFlags, eaccess};

use self::{
    shelf::{Kept, Shelf},
    watch::{News, Watch},
};
use crate::{
    driver::{Answer, Control, DriverInfo, Error, Lost, Observe, Permit},
    model::{
        Demand, Domain, DomainKey, Kind, Light, Op, Stamp, Which,
        definition::Told,
        request::{Change, Request},
    },
    wire::{
        cfg::{self, Config, Dialect},
        xml::domain,
    },
};

/// What the driver can where changes are allowed; for looking only the first two.
const OPS: [Op; 5] = [Op::Inactive, Op::Definition, Op::Define, Op::Undefine, Op::SetAutostart];
/// How many of them only look.
const LOOKING: usize = 2;

/// What the driver is, opened or not.
pub fn info(folder: &Path) -> DriverInfo {
    describe(folder, &OPS)
}

fn describe(folder: &Path, ops: &[Op]) -> DriverInfo {
    DriverInfo { name: "xm", peer: folder.display().to_string().into(), hypervisor: false, ops: ops.into() }
}

/// The folder of the configuration files, where there is one or one was asked for.
pub fn here(asked: Option<&Path>) -> Option<PathBuf> {
    let usual = Path::new("/etc/xen");
    asked.or_else(|| usual.is_dir().then_some(usual)).map(Path::to_path_buf)
}

/// The driver.
pub struct Xm {
    info: DriverInfo,
    folder: PathBuf,
    /// Whose words a new file is written in.
    dialect: Dialect,
    cache: Mutex<Cache>,
}

struct Cache {
    shelf: Shelf,
    watch: Watch,
}

impl Xm {
    /// Reads the folder; who may not write in it opens it for looking only.
    ///
    /// # Errors
    /// Where it is no folder this user can read.
    pub fn open(folder: &Path, read_only: bool) -> Answer<Self> {
        let may_write = eaccess(folder, AccessFlags::W_OK).is_ok();
        let ops = if read_only || !may_write { &OPS[..LOOKING] } else { &OPS };
        // The watch first: what changes while the folder is read is read again.
        let watch = Watch::over(folder);
        let mut shelf = Shelf::default();
        shelf
            .fill(folder, |_| true)
            .map_err(|error| Error::io(format!("read {}", folder.display()), &error))?;
        Ok(Self {
            info: describe(folder, ops),
            folder: folder.to_owned(),
            dialect: spoken(Path::exists),
            cache: Mutex::new(Cache { shelf, watch }),
        })
    }

    /// The same, writing new files in these words.
    #[must_use]
    pub fn speaking(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn can(&self, op: Op) -> Answer<()> {
        if self.info.ops.contains(&op) { Ok(()) } else { Err(Error::unsupported(op)) }
    }

    /// Takes in what changed, whoever did it.
    fn refresh(&self) {
        let mut cache = self.cache();
        let Cache { shelf, watch } = &mut *cache;
        let linked = || shelf.is_led_elsewhere(&self.folder).then_some(News::Unknown);
        if let Some(news) = watch.news(&self.folder).or_else(linked) {
            // Where it cannot be read, the shelf says so by its light.
            let _ = shelf.fill(&self.folder, |name| news.is_about(name));
        }
    }

    /// The one file a domain is kept in.
    fn kept(&self, key: DomainKey) -> Answer<Kept> {
        let cache = self.cache();
        let mut found = cache.shelf.kept().filter(|kept| kept.domain.key.uuid == key.uuid);
        let none = || Error::no_domain(format!("domain {} in {}", key.uuid, self.folder.display()));
        let kept = found.next().ok_or_else(none)?.clone();
        match found.next() {
            None => Ok(kept),
            Some(other) => {
                let [a, b] = [&kept, other].map(|kept| kept.file.display());
                let why = format!(
                    "find domain {} in {}: both {a} and {b} are of it",
                    key.uuid,
                    self.folder.display()
                );
                Err(Error::new(Kind::Refused, why).hint("give one of them another uuid"))
            }
        }
    }

    /// Whose words a file is read in and changed in: the host's toolstack is who reads it, whatever it was written for.
    fn dialect_of(&self, config: &Config) -> Dialect {
        match (self.dialect, Dialect::of(config)) {
            (Dialect::Xm(_), Dialect::Xm(format)) => Dialect::Xm(format),
            (host, _) => host,
        }
    }

    fn path(&self, file: &OsStr) -> PathBuf {
        self.folder.join(file)
    }

    fn undefine(&self, kept: &Kept) -> Answer<()> {
        let path = self.path(&kept.file);
        let links = autostart::links(&self.folder, &kept.file);
        fs::remove_file(&path).map_err(|error| Error::io(format!("remove {}", path.display()), &error))?;
        autostart::remove(&links)
    }
}

impl Observe for Xm {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        self.cache().shelf.light(&self.folder)
    }

    fn begin(&self, _at: Stamp, _demand: &Demand) {
        self.refresh();
    }

    fn inactive(&self, into: &mut Vec<Domain>) -> Answer<()> {
        into.extend(self.cache().shelf.kept().map(|kept| kept.domain.clone()));
        Ok(())
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        if which == Which::Live && key.id.is_some() {
            // What a domain runs with is its toolstack's to tell.
            return Err(Error::unsupported(Op::Definition));
        }
        let kept = self.kept(key)?;
        let path = self.path(&kept.file);
        let config = parsed(&path)?;
        let (mut definition, mut lost) = cfg::read(&config, self.dialect_of(&config));
        let cap = definition.cpus.cap.filter(|cap| *cap > 0);
        lost.extend(cap.map(|cap| format!("cap = {cap}: domtop knows no place for it in domain XML")));
        kept.domain.name.raw().clone_into(&mut definition.name);
        definition.uuid = Some(key.uuid);
        Ok(Told { xml: domain::write(&definition), file: Some(path), lost })
    }
}

impl Control for Xm {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        self.can(change.op())?;
        self.refresh();
        let kept = self.kept(key)?;
        let answer = match change {
            Change::Undefine => self.undefine(&kept),
            Change::SetAutostart(on) => autostart::set(&self.folder, &kept.file, *on),
            _ => Err(Error::unsupported(change.op())),
        };
        self.refresh();
        answer.map(|()| Lost::new())
    }

    fn make(&self, _permit: &Permit, request: &Request) -> Answer<Lost> {
        self.can(request.op())?;
        let Request::Define(file) = request else { return Err(Error::unsupported(request.op())) };
        self.refresh();
        let answer = define::define(self, file);
        self.refresh();
        answer
    }
}

/// A configuration, read now.
fn parsed(path: &Path) -> Answer<Config> {
    let text = file::text(path)
        .map_err(|why| Error::new(Kind::Unreachable, format!("read {}: {why}", path.display())))?;
    Config::parse(&text)
        .map_err(|problem| Error::new(Kind::Malformed, format!("read {}:{problem}", path.display())))
}

/// Whose words this host's toolstack understands: xm's where it has only that.
fn spoken(is_there: impl Fn(&Path) -> bool) -> Dialect {
    let program =
        |name: &str| ["/usr/sbin", "/usr/bin"].iter().any(|folder| is_there(&Path::new(folder).join(name)));
    if program("xm") && !program("xl") { Dialect::Xm(4) } else { Dialect::Xl }
}
