//! Which release speaks which interface version, and the table look-up all layouts use.
//!
//! The numbers are `XEN_DOMCTL_INTERFACE_VERSION` of public/domctl.h and `XEN_SYSCTL_INTERFACE_VERSION` of
//! public/sysctl.h in each release. A call with another number is refused with EACCES, which is how they are found.

use std::fmt;

/// Numbers of the hypercalls used here (public/xen.h).
pub mod call {
    /// `dom0_op`, the only control call before Xen 3.0.3; the same number means `platform_op` since.
    pub const DOM0_OP: u64 = 7;
    /// `multicall`: (entries, count).
    pub const MULTICALL: u64 = 13;
    /// `xen_version`: (command, buffer).
    pub const XEN_VERSION: u64 = 17;
    /// `hvm_op`: (command, message).
    pub const HVM_OP: u64 = 34;
    /// `sysctl`: (message).
    pub const SYSCTL: u64 = 35;
    /// `domctl`: (message).
    pub const DOMCTL: u64 = 36;
}

/// The interface version of `dom0_op` (`public/dom0_ops.h`), in Xen 3.0.0 to 3.0.2.
pub const DOM0_OP_VERSION: u32 = 0x0300_0000;

/// The highest sysctl version whose layouts are known here.
pub const NEWEST_SYSCTL: u32 = 0x16;

/// The highest domctl version whose layouts are known here.
pub const NEWEST_DOMCTL: u32 = 0x18;

/// A release by the two numbers `xen_version` gives; the third is in its extraversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// As 4 of 4.17.
    pub major: u16,
    /// As 17 of 4.17.
    pub minor: u16,
}

impl Release {
    /// From its two numbers.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// From what command 0 of `xen_version` returns: major in the upper half, minor in the lower.
    pub fn from_word(word: u64) -> Self {
        let half = |bits: u64| u16::try_from(bits & 0xffff).unwrap_or(u16::MAX);
        Self::new(half(word >> 16), half(word))
    }

    /// The interface versions to try first, as (domctl, sysctl); the newest for releases yet unknown.
    pub fn first_guess(self) -> (u32, u32) {
        let known = RELEASES.iter().rev().find(|row| row.0 <= self).unwrap_or(&RELEASES[0]);
        (known.1, known.2)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Each release with its domctl and sysctl versions; where a release has several, those of its last update.
pub const RELEASES: &[(Release, u32, u32)] = &[
    (Release::new(3, 0), 4, 2),
    (Release::new(3, 1), 5, 3),
    (Release::new(3, 2), 5, 6),
    (Release::new(3, 3), 5, 6),
    (Release::new(3, 4), 5, 6),
    (Release::new(4, 0), 6, 7),
    (Release::new(4, 1), 7, 8),
    (Release::new(4, 2), 8, 9),
    (Release::new(4, 3), 9, 0xa),
    (Release::new(4, 4), 9, 0xa),
    (Release::new(4, 5), 0xa, 0xb),
    (Release::new(4, 6), 0xb, 0xc),
    (Release::new(4, 7), 0xb, 0xd),
    (Release::new(4, 8), 0xc, 0xe),
    (Release::new(4, 9), 0xd, 0xf),
    (Release::new(4, 10), 0xf, 0x10),
    (Release::new(4, 11), 0x10, 0x11),
    (Release::new(4, 12), 0x11, 0x12),
    (Release::new(4, 13), 0x12, 0x12),
    (Release::new(4, 14), 0x12, 0x13),
    (Release::new(4, 15), 0x13, 0x13),
    (Release::new(4, 16), 0x14, 0x14),
    (Release::new(4, 17), 0x15, 0x15),
    (Release::new(4, 18), 0x16, 0x15),
    (Release::new(4, 19), 0x17, 0x15),
    (Release::new(4, 20), 0x17, 0x15),
    (Release::new(4, 21), 0x17, 0x16),
    (Release::new(4, 22), 0x18, 0x16),
];

/// The machine, where a layout ends in fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// `x86_64`.
    X86,
    /// `aarch64`.
    Arm64,
}

impl Arch {
    /// The machine this program was built for.
    pub const HERE: Self = if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86 };
}

/// Which layouts a running hypervisor uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abi {
    /// The release: some flags changed their meaning without a new interface version.
    pub release: Release,
    /// The sysctl version, 0 where there is only `dom0_op`.
    pub sysctl: u32,
    /// The domctl version, 0 where there is only `dom0_op`.
    pub domctl: u32,
    /// The machine.
    pub arch: Arch,
}

impl Abi {
    /// Whether it is Xen 3.0.0 to 3.0.2, which knows neither sysctl nor domctl.
    pub const fn is_legacy(&self) -> bool {
        self.sysctl == 0
    }
}

/// The row of a table sorted by version that holds for `version`: the last that is not newer.
pub(super) fn pick<T>(table: &'static [(u32, T)], version: u32) -> &'static T {
    let row = table.iter().rev().find(|row| row.0 <= version).unwrap_or(&table[0]);
    &row.1
}
