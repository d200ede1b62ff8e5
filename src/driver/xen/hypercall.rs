//! The hypervisor driver.

use crate::driver::{Answer, Control, DriverInfo, Error, Observe};
use crate::model::Op;

/// What the driver is, opened or not.
pub fn info() -> DriverInfo {
    DriverInfo {
        name: "hypervisor",
        peer: "/dev/xen/privcmd".into(),
        hypervisor: true,
        ops: [Op::Hypervisor].into(),
    }
}

/// The hypervisor by its calls.
pub struct Xen;

impl Xen {
    /// Opens the device.
    ///
    /// # Errors
    /// Where there is none or this user may not.
    pub fn open() -> Answer<Self> {
        Err(Error::unsupported(Op::Hypervisor))
    }
}

impl Observe for Xen {
    fn info(&self) -> DriverInfo {
        info()
    }
}

impl Control for Xen {}
