//! The consoles of domains: finding them, reading them, typing on them.
//!
//! ```text
//!                      flock                     pty
//!   Consoles ─ watch ─► Held ─► Watch   ◄──────  slave ═ master ── xenconsoled, QEMU, a simulated guest
//!   Typist ─── write ─────────► Writing ──────►
//!   (a permit)
//! ```
//!
//! What one process reads from the slave of a pty is gone for every other: two readers get a part each. So exactly one
//! reads, the one who holds the lock; the others look on through that one. Reading and writing are two descriptors of
//! the same slave, opened `O_RDONLY` and `O_WRONLY`: who has only a [`Watch`] has no way to type, whatever it does.

mod held;
mod readers;
mod watch;
mod writing;

use std::sync::Arc;

use uuid::Uuid;

pub use self::{
    held::{Holder, holder},
    watch::Watch,
    writing::Writing,
};
use super::{
    Answer, Permit,
    stack::{Outcome, Stack},
};
use crate::model::{Demand, Domain, DomainKey, Op, Stamp, console::Tty};

/// The consoles of one host, to list and to watch. Clones are of the same host.
#[derive(Clone)]
pub struct Consoles {
    stack: Arc<Stack>,
}

impl Consoles {
    /// Only a session makes them, over its stack.
    pub(super) fn new(stack: Arc<Stack>) -> Self {
        Self { stack }
    }

    /// The consoles of a running domain, the one to open first.
    ///
    /// # Errors
    /// Every driver's reason, where none could tell.
    pub fn list(&self, key: DomainKey) -> Outcome<Vec<Tty>> {
        self.stack.read(Op::Consoles, |driver| driver.consoles(key))
    }

    /// The domains that run, but for the one that runs the host.
    ///
    /// # Errors
    /// Every driver's reason, where none can list the domains.
    pub fn running(&self) -> Outcome<Vec<DomainKey>> {
        let mut domains = Vec::new();
        self.stack.read(Op::Domains, |driver| driver.domains(&mut domains))?;
        let keys = domains.iter().map(|domain| domain.key);
        Ok(keys.filter(|key| key.id.is_some_and(|id| id.0 > 0)).collect())
    }

    /// The domain of this uuid as it is now: its id is another after every start. Where there is none any more, the one
    /// that runs under this name: xl gives a guest whose file names no uuid another one at every start.
    ///
    /// # Errors
    /// Every driver's reason, where none can list the domains.
    pub fn find(&self, uuid: Uuid, name: &str) -> Outcome<Option<DomainKey>> {
        let mut domains = Vec::new();
        self.stack.read(Op::Domains, |driver| driver.domains(&mut domains))?;
        if let Some(same) = domains.iter().find(|domain| domain.key.uuid == uuid) {
            return Ok(Some(same.key));
        }
        // Names nobody can tell match nothing.
        let _ = self.stack.read(Op::Identify, |driver| driver.identify(&mut domains));
        let heir = |domain: &&Domain| domain.key.id.is_some() && domain.name.raw() == name;
        Ok(domains.iter().find(heir).map(|domain| domain.key))
    }

    /// Tells the drivers how late it is, about once a second: for who has consoles of a host without reading it
    /// otherwise. Where a sampler reads the same host, that does it.
    pub fn begin(&self, at: Stamp) {
        self.stack.begin(at, &Demand::default());
    }

    /// Becomes the reader of a console, without a way to write to it.
    ///
    /// # Errors
    /// `Refused` where another process reads it ([`holder`] tells which) or the path is no terminal, `Denied` where
    /// this user may not, `Unreachable` where it has gone.
    pub fn watch(&self, tty: &Tty) -> Answer<Watch> {
        Watch::open(tty)
    }
}

/// Who may type on consoles: there is one only in a session opened for changes. Clones are of the same permit.
///
/// ```compile_fail
/// let tty: domtop::model::console::Tty = todo!();
/// let forged = domtop::driver::console::Writing::open(&domtop::driver::Permit(()), &tty);
/// ```
/// ```compile_fail
/// let forged = domtop::driver::console::Typist::new(domtop::driver::Permit(()));
/// ```
#[derive(Clone)]
pub struct Typist {
    permit: Arc<Permit>,
}

impl Typist {
    /// Only a session can: it alone has a permit to give.
    pub(super) fn new(permit: Permit) -> Self {
        Self { permit: Arc::new(permit) }
    }

    /// Opens a console to type on. Takes no lock: that is the reader's, who asks for this when it is to type.
    ///
    /// # Errors
    /// As [`Consoles::watch`], but for the lock.
    pub fn write(&self, tty: &Tty) -> Answer<Writing> {
        Writing::open(&self.permit, tty)
    }
}
