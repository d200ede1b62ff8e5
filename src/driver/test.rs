//! An in-memory host.

use super::{Answer, Control, DriverInfo, Observe};
use crate::model::{Hypervisor, Op, uri::TestHost};

/// What the driver is, opened or not.
pub fn info(_host: &TestHost) -> DriverInfo {
    DriverInfo { name: "test", peer: "memory".into(), hypervisor: true, ops: [Op::Hypervisor].into() }
}

/// The in-memory host.
pub struct Test;

impl Test {
    /// Opens it.
    ///
    /// # Errors
    /// Where its file is bad.
    pub fn open(_host: &TestHost) -> Answer<Self> {
        Ok(Self)
    }
}

impl Observe for Test {
    fn info(&self) -> DriverInfo {
        info(&TestHost::default())
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }
}

impl Control for Test {}
