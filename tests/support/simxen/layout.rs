//! The structures as their headers declare them, member after member; C's alignment gives the offsets.

use super::{SimDomain, State};

/// What stands in padding: an old Xen leaves there whatever was on its stack.
const PADDING: u8 = 0xee;

/// A C structure being filled, without allocation.
pub struct C {
    bytes: [u8; 256],
    length: usize,
    align: usize,
}

impl C {
    pub fn new() -> Self {
        Self { bytes: [PADDING; 256], length: 0, align: 1 }
    }

    fn member(mut self, align: usize, bytes: &[u8]) -> Self {
        let at = self.length.next_multiple_of(align);
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        self.length = at + bytes.len();
        self.align = self.align.max(align);
        self
    }

    pub fn u8(self, value: u8) -> Self {
        self.member(1, &[value])
    }

    pub fn u16(self, value: u16) -> Self {
        self.member(2, &value.to_le_bytes())
    }

    pub fn u32(self, value: u32) -> Self {
        self.member(4, &value.to_le_bytes())
    }

    pub fn u64(self, value: u64) -> Self {
        self.member(8, &value.to_le_bytes())
    }

    pub fn chars(self, text: &[u8]) -> Self {
        self.member(1, text)
    }

    pub fn when(self, condition: bool, add: impl FnOnce(Self) -> Self) -> Self {
        if condition { add(self) } else { self }
    }

    /// The structure at its size, padding at its end included, and more where `extra` says so.
    pub fn bytes(&self, extra: usize) -> &[u8] {
        &self.bytes[..self.length.next_multiple_of(self.align) + extra]
    }
}

/// `struct xen_domctl_getdomaininfo` (`dom0_getdomaininfo_t` at first), as of a domctl version.
pub fn domain_info(version: u32, d: &SimDomain, max_vcpu_id: u32) -> C {
    C::new()
        .u16(d.id)
        .when(version >= 20, |c| c.u16(0))
        .u32(d.flags)
        .u64(d.tot_pages)
        .u64(d.max_pages)
        .when(version >= 9, |c| c.u64(3))
        .when(version >= 6, |c| c.u64(5))
        .when(version >= 8, |c| c.u64(7))
        .u64(0xdead_beef)
        .u64(d.cpu_time)
        .u32(d.online)
        .u32(max_vcpu_id)
        .u32(0x5e)
        .chars(&d.handle)
        .when(version >= 7, |c| c.u32(d.cpupool))
        .when(version >= 20, |c| c.u8(46).chars(&[0; 7]))
        .when(version >= 15, |c| arch(version, d, c))
}

/// `struct xen_arch_domainconfig` within it.
fn arch(version: u32, d: &SimDomain, c: C) -> C {
    if cfg!(target_arch = "aarch64") {
        let c = c.u8(3).u8(0).u16(0).u32(32).u32(24_000_000);
        return c.when(version >= 20, |c| c.u8(0));
    }
    c.u32(d.emulation).when(version >= 19, |c| c.u32(1))
}

/// What `max_vcpu_id` holds of each domain: before 4.5 nothing is written there where a domain has no vCPU.
pub fn max_vcpu_id(state: &State, d: &SimDomain, before: u32) -> u32 {
    match d.vcpus.checked_sub(1) {
        Some(id) => id,
        None if state.release >= (4, 5) => u32::MAX,
        None => before,
    }
}

/// `struct xen_sysctl_physinfo` (`dom0_physinfo_t` at first).
pub fn physinfo(s: &State) -> C {
    let caps = 0x1d;
    let words = |c: C| (0..8).fold(c, |c, i| c.u32(0x1000 + i));
    let c = C::new().u32(1).u32(s.cpus);
    match (s.sysctl, s.release) {
        (0..=4, _) => words(
            c.u32(1)
                .u32(1)
                .u32(2_400_000)
                .u64(s.total_pages)
                .u64(s.free_pages)
                .when(s.sysctl > 0, |c| c.u64(11)),
        )
        .when(s.sysctl == 4, |c| c.u32(s.cpus - 1).u64(0)),
        (5..=7, release) => words(
            c.u32(s.cpus)
                .u32(u32::from(s.sysctl < 7))
                .u32(2_400_000)
                .u64(s.total_pages)
                .u64(s.free_pages)
                .u64(if s.sysctl < 7 { 11 } else { 0 }),
        )
        .u32(s.cpus - 1)
        .u64(0)
        .when(release >= (3, 3), |c| c.u32(caps)),
        _ => {
            let c = c.u32(s.cpus).u32(s.cpus - 1).u32(1).u32(0).u32(2_400_000);
            let c = c.when(s.sysctl >= 16, |c| c.u32(caps)).when(s.sysctl >= 21, |c| c.u32(0));
            let c = c.u64(s.total_pages).u64(s.free_pages).u64(0);
            let c = c.when(s.sysctl >= 10, |c| c.u64(13)).when(s.sysctl >= 16, |c| c.u64(0xfff));
            words(c).when(s.sysctl < 16, |c| c.u32(caps))
        }
    }
}
