//! The xenstore driver.

use crate::driver::{Answer, Control, DriverInfo, Error, Observe};
use crate::model::Op;

/// What the driver is, opened or not.
pub fn info() -> DriverInfo {
    DriverInfo {
        name: "xenstore",
        peer: "/run/xenstored/socket".into(),
        hypervisor: false,
        ops: [Op::Identify].into(),
    }
}

/// The client.
pub struct Xenstore;

impl Xenstore {
    /// Connects, by the read-only socket where there is one and looking is all that is wanted.
    ///
    /// # Errors
    /// Where nobody answers or this user may not.
    pub fn open(_read_only: bool) -> Answer<Self> {
        Err(Error::unsupported(Op::Identify))
    }
}

impl Observe for Xenstore {
    fn info(&self) -> DriverInfo {
        info()
    }
}

impl Control for Xenstore {}
