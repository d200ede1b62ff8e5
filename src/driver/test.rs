//! An in-memory host with a clock of its own: the demo, the host of most tests, and what is opened where there is no
//! hypervisor.
//!
//! ```text
//!   demo, crowd, XML, a test's plan ──► HostPlan ──► World ◄── events, changes
//!                                                     │  ▲
//!                                         readings ◄──┘  └── begin(at) moves its clock
//! ```
//!
//! The same plan and the same moments give the same readings, and a reading depends on its moment only, not on how
//! many were taken before.

mod board;
mod check;
mod control;
mod demo;
mod describe;
mod devices;
mod event;
mod guest;
mod life;
mod log;
mod noise;
mod observe;
mod plan;
mod rows;
mod state;
mod temper;
mod world;

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

pub use event::{Deed, Event, Stage};
pub use plan::{DevicePlan, DomainPlan, HostPlan, Life, NodePlan, PoolPlan, Share, Start};
pub use temper::Temper;

use self::world::World;
use super::{Answer, DriverInfo};
use crate::model::{
    Op,
    uri::{TestHost, Uri},
};

/// What the driver is, opened or not.
pub fn info(host: &TestHost) -> DriverInfo {
    let peer = match (&host.file, host.domains) {
        (Some(file), _) => crate::model::text::visible(&file.to_string_lossy()).as_ref().into(),
        (None, Some(count)) => format!("a simulation of {count} domains, seed {}", host.seed).into(),
        (None, None) => format!("the demo, seed {}", host.seed).into(),
    };
    DriverInfo { name: "test", peer, hypervisor: true, ops: Op::ALL.into() }
}

/// The in-memory host.
#[derive(Debug)]
pub struct Test {
    info: DriverInfo,
    world: Mutex<World>,
    kept: Option<Kept>,
}

/// Where a host's state is kept.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    /// The host's URI, without the path: the state of one host is not taken for another's.
    host: String,
    /// Whether this process changed anything: one that only looks writes nothing.
    changed: AtomicBool,
}

impl Test {
    /// Opens it.
    ///
    /// # Errors
    /// Where its file or its state is bad.
    pub fn open(host: &TestHost) -> Answer<Self> {
        let stateless = TestHost { state: None, ..host.clone() };
        let of = Uri::Test(stateless).to_string();
        let left = host.state.as_deref().map_or(Ok(None), |path| state::load(path, &of))?;
        let world = left.map_or_else(|| fresh(host), Ok)?;
        let kept = |path| Kept { path, host: of, changed: AtomicBool::new(false) };
        Ok(Self { info: info(host), world: Mutex::new(world), kept: host.state.clone().map(kept) })
    }

    /// A host as a test wants it.
    ///
    /// # Errors
    /// Where there can be no such host.
    pub fn script(plan: HostPlan) -> Answer<Self> {
        plan.check()?;
        Ok(Self { info: info(&TestHost::default()), world: Mutex::new(World::new(plan)), kept: None })
    }

    /// Has something happen now.
    pub fn inject(&self, event: Event) {
        self.world().change(|world| world.happen(event));
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, for a call of this operation that is not to fail.
    fn asked(&self, op: Op) -> Answer<MutexGuard<'_, World>> {
        let mut world = self.world();
        world.fault(op)?;
        Ok(world)
    }

    /// Keeps the state after a change.
    fn keep(&self, world: &World) -> Answer<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        kept.changed.store(true, Relaxed);
        state::save(&kept.path, &kept.host, world)
    }
}

/// A host at the beginning of its time.
fn fresh(host: &TestHost) -> Answer<World> {
    let plan = match (&host.file, host.domains) {
        (Some(file), _) => describe::host_file(file, host.seed)?,
        (None, Some(count)) => demo::crowd(count, host.seed),
        (None, None) => demo::demo(host.seed),
    };
    Ok(World::new(plan))
}

impl Drop for Test {
    /// What was begun by a change and came about since is kept as well.
    fn drop(&mut self) {
        if let Some(kept) = self.kept.as_ref().filter(|kept| kept.changed.load(Relaxed)) {
            // There is nobody left to tell of a failure; what the changes themselves did is kept already.
            let _ = state::save(&kept.path, &kept.host, &self.world());
        }
    }
}
