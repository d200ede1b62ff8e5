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
mod demo;
mod devices;
mod event;
mod guest;
mod life;
mod log;
mod noise;
mod observe;
mod plan;
mod rows;
mod temper;
mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use event::{Deed, Event, Stage};
pub use plan::{DevicePlan, DomainPlan, HostPlan, Life, NodePlan, PoolPlan, Share, Start};
pub use temper::Temper;

use self::world::World;
use super::{Answer, Control, DriverInfo};
use crate::model::{Op, uri::TestHost};

/// What the driver is, opened or not.
pub fn info(host: &TestHost) -> DriverInfo {
    let peer = match (&host.file, host.domains) {
        (Some(file), _) => crate::model::text::visible(&file.to_string_lossy()).as_ref().into(),
        (None, Some(count)) => format!("a simulation of {count} domains, seed {}", host.seed).into(),
        (None, None) => format!("the demo, seed {}", host.seed).into(),
    };
    let ops = Op::ALL.iter().copied().filter(|op| !op.changes()).collect();
    DriverInfo { name: "test", peer, hypervisor: true, ops }
}

/// The in-memory host.
#[derive(Debug)]
pub struct Test {
    info: DriverInfo,
    world: Mutex<World>,
}

impl Test {
    /// Opens it.
    ///
    /// # Errors
    /// Where its file is bad.
    pub fn open(host: &TestHost) -> Answer<Self> {
        let plan = match host.domains {
            Some(count) => demo::crowd(count, host.seed),
            None => demo::demo(host.seed),
        };
        Ok(Self { info: info(host), world: Mutex::new(World::new(plan)) })
    }

    /// A host as a test wants it.
    ///
    /// # Errors
    /// Where there can be no such host.
    pub fn script(plan: HostPlan) -> Answer<Self> {
        plan.check()?;
        Ok(Self { info: info(&TestHost::default()), world: Mutex::new(World::new(plan)) })
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
}

impl Control for Test {}
