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
mod console;
mod control;
mod definition;
mod demo;
mod describe;
mod devices;
mod event;
mod guest;
mod kept;
mod life;
mod log;
mod noise;
mod observe;
mod plan;
mod rows;
mod state;
mod temper;
mod transfer;
mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use event::{Deed, Event, Stage};
pub use plan::{DevicePlan, DomainPlan, HostPlan, Life, NodePlan, PoolPlan, Share, Start};
pub use temper::Temper;

use self::{console::Lines, kept::Kept, world::World};
use super::{Answer, DriverInfo};
use crate::model::{
    Op, Stamp,
    uri::{TestHost, Uri},
};

/// What the driver is, opened or not.
pub fn info(host: &TestHost) -> DriverInfo {
    let peer = match (&host.file, host.domains) {
        (Some(file), _) => crate::model::text::visible(&file.to_string_lossy()).as_ref().into(),
        (None, Some(count)) => format!("a simulation of {count} domains, seed {}", host.seed).into(),
        (None, None) => format!("the demo, seed {}", host.seed).into(),
    };
    // Those that are off are among its domains.
    let part = |op: &Op| *op != Op::Inactive;
    let ops = Op::ALL.iter().copied().filter(part).collect();
    DriverInfo { name: "test", peer, hypervisor: true, ops }
}

/// The in-memory host.
#[derive(Debug)]
pub struct Test {
    info: DriverInfo,
    world: Mutex<World>,
    /// Locked after the world, where both are.
    kept: Option<Mutex<Kept>>,
    /// Locked after the world, where both are.
    lines: Mutex<Lines>,
}

impl Test {
    /// Opens it.
    ///
    /// # Errors
    /// Where its file or its state is bad.
    pub fn open(host: &TestHost) -> Answer<Self> {
        let stateless = TestHost { state: None, ..host.clone() };
        let of = Uri::Test(stateless).to_string();
        let kept = host.state.as_deref().map(|path| Kept::open(path, of)).transpose()?;
        let (kept, left) = kept.map_or((None, None), |(kept, left)| (Some(Mutex::new(kept)), left));
        let world = left.map_or_else(|| fresh(host), Ok)?;
        Ok(Self { info: info(host), world: Mutex::new(world), kept, lines: Mutex::default() })
    }

    /// A host as a test wants it.
    ///
    /// # Errors
    /// Where there can be no such host.
    pub fn script(plan: HostPlan) -> Answer<Self> {
        plan.check()?;
        let world = Mutex::new(World::new(plan));
        Ok(Self { info: info(&TestHost::default()), world, kept: None, lines: Mutex::default() })
    }

    /// Has something happen now.
    pub fn inject(&self, event: Event) {
        let mut world = self.world();
        world.change(|world| world.happen(event));
        self.lines().follow(&world);
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

    /// Moves on to a moment.
    fn go_on(&self, at: Stamp) {
        let mut world = self.world();
        if let Some(mut kept) = self.kept() {
            kept.begin(&mut world, at);
        }
        world.tick(at);
        let wishes = self.lines().wishes();
        self.lines().follow(&world);
        drop(world);
        for (key, stage) in wishes {
            // What cannot be kept now is not done; the guest stays down, and can be destroyed.
            let _ = self.carry_out(self.world(), |world| world.wish(key, stage));
        }
    }

    /// Changes the world, for an operation that is not to fail; where state is kept, as all processes see it.
    fn alter(&self, op: Op, change: impl FnOnce(&mut World) -> Answer<()>) -> Answer<()> {
        self.carry_out(self.asked(op)?, change)
    }

    fn carry_out(
        &self,
        mut world: MutexGuard<'_, World>,
        change: impl FnOnce(&mut World) -> Answer<()>,
    ) -> Answer<()> {
        let mut kept = self.kept();
        let lock = kept.as_mut().map(|kept| kept.lock(&mut world)).transpose()?;
        world.change(change)?;
        if let Some(kept) = &mut kept {
            kept.keep(&world)?;
        }
        drop(lock);
        self.lines().follow(&world);
        Ok(())
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> Option<MutexGuard<'_, Kept>> {
        self.kept.as_ref().map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner))
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
    fn drop(&mut self) {
        let world = self.world();
        if let Some(mut kept) = self.kept() {
            kept.end(&world);
        }
    }
}
