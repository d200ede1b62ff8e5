//! `getdomaininfolist` and its record, `struct xen_domctl_getdomaininfo` (public/domctl.h), in all its forms.

use super::{
    Abi, Arch, Message, Release,
    abi::pick,
    bytes::{array, u16_at, u32_at, u64_at},
    message::{Domctl, Sysctl},
};

/// The first id no guest can have (`DOMID_FIRST_RESERVED`, public/xen.h); the list never holds it or any above.
pub const FIRST_RESERVED: u16 = 0x7ff0;

/// More vCPUs than any Xen gives a domain (`MAX_VIRT_CPUS`, public/xen.h and config.h): what is above is no count.
pub const MOST_VCPUS: u32 = 8192;

/// Where the fields of one record stand, in bytes from its start.
///
/// The id is always at 0, the flags at 4, pages at 8 and the most pages at 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The distance between records.
    pub size: usize,
    /// Pages claimed but not yet given (4.3 and later).
    pub outstanding: Option<usize>,
    /// Pages shared with other domains (4.0 and later).
    pub shared: Option<usize>,
    /// Pages paged out (4.2 and later).
    pub paged: Option<usize>,
    /// CPU time of all vCPUs in nanoseconds.
    pub cpu_time: usize,
    /// vCPUs that are not unplugged.
    pub online: usize,
    /// The highest vCPU number.
    pub max_vcpu: usize,
    /// The security label.
    pub ssidref: usize,
    /// The handle: 16 bytes, the uuid as it is written.
    pub handle: usize,
    /// The cpupool (4.1 and later).
    pub cpupool: Option<usize>,
    /// What is emulated for the domain (x86, 4.10.1 and later).
    pub emulation: Option<usize>,
    /// Further flags of the machine (x86, 4.15 and later).
    pub misc: Option<usize>,
}

/// Xen 3.0.0 to 3.4.
const OLDEST: Layout = Layout {
    size: 72,
    outstanding: None,
    shared: None,
    paged: None,
    cpu_time: 32,
    online: 40,
    max_vcpu: 44,
    ssidref: 48,
    handle: 52,
    cpupool: None,
    emulation: None,
    misc: None,
};

/// Xen 4.0.
const SHARING: Layout = Layout {
    size: 80,
    shared: Some(24),
    cpu_time: 40,
    online: 48,
    max_vcpu: 52,
    ssidref: 56,
    handle: 60,
    ..OLDEST
};

/// Xen 4.2.
const PAGING: Layout = Layout {
    size: 88,
    paged: Some(32),
    cpu_time: 48,
    online: 56,
    max_vcpu: 60,
    ssidref: 64,
    handle: 68,
    cpupool: Some(84),
    ..SHARING
};

/// Xen 4.3 to 4.10.0; every later one begins so.
const CLAIMS: Layout = Layout {
    size: 96,
    outstanding: Some(24),
    shared: Some(32),
    paged: Some(40),
    cpu_time: 56,
    online: 64,
    max_vcpu: 68,
    ssidref: 72,
    handle: 76,
    cpupool: Some(92),
    emulation: None,
    misc: None,
};

/// By domctl version, on x86.
const X86: &[(u32, Layout)] = &[
    (0, OLDEST),
    (6, SHARING),
    (7, Layout { cpupool: Some(76), ..SHARING }),
    (8, PAGING),
    (9, CLAIMS),
    (0xf, Layout { size: 104, emulation: Some(96), ..CLAIMS }),
    (0x13, Layout { size: 104, emulation: Some(96), misc: Some(100), ..CLAIMS }),
    (0x14, Layout { size: 112, emulation: Some(104), misc: Some(108), ..CLAIMS }),
];

/// By domctl version, on arm64, which Xen runs on since 4.3: only the end differs, and nothing there is read.
const ARM64: &[(u32, Layout)] =
    &[(9, CLAIMS), (0xf, Layout { size: 112, ..CLAIMS }), (0x14, Layout { size: 120, ..CLAIMS })];

impl Layout {
    /// The layout of this hypervisor by its domctl version; the newest for versions yet unknown.
    pub fn of(abi: &Abi) -> &'static Self {
        pick(Self::table(abi.arch), abi.domctl)
    }

    /// The layout whose records have this size, the one nearest to the domctl version where several do: for
    /// hypervisors that took a change without its number.
    pub fn of_size(abi: &Abi, size: usize) -> Option<&'static Self> {
        let (older, newer) = Self::table(abi.arch).split_at_checked(Self::row(abi) + 1)?;
        let nearest = older.iter().rev().chain(newer);
        nearest.map(|row| &row.1).find(|layout| layout.size == size)
    }

    fn row(abi: &Abi) -> usize {
        Self::table(abi.arch).iter().rposition(|row| row.0 <= abi.domctl).unwrap_or(0)
    }

    const fn table(arch: Arch) -> &'static [(u32, Self)] {
        match arch {
            Arch::X86 => X86,
            Arch::Arm64 => ARM64,
        }
    }

    /// Reads only the id and the handle of a record.
    pub fn identity(&self, record: &[u8]) -> Option<(u16, [u8; 16])> {
        Some((u16_at(record, 0)?, array(record, self.handle)?))
    }

    /// Reads one record; none where the bytes end before it does.
    pub fn decode(&self, record: &[u8]) -> Option<Record> {
        let record = record.get(..self.size)?;
        let pages = |at: Option<usize>| at.and_then(|at| u64_at(record, at)).unwrap_or(0);
        Some(Record {
            domain: u16_at(record, 0)?,
            flags: Flags(u32_at(record, 4)?),
            pages: u64_at(record, 8)?,
            max_pages: u64_at(record, 16)?,
            outstanding_pages: pages(self.outstanding),
            shared_pages: pages(self.shared),
            paged_pages: pages(self.paged),
            cpu_time: u64_at(record, self.cpu_time)?,
            online_vcpus: u32_at(record, self.online)?,
            max_vcpu_id: u32_at(record, self.max_vcpu)?,
            ssidref: u32_at(record, self.ssidref)?,
            handle: array(record, self.handle)?,
            cpupool: self.cpupool.and_then(|at| u32_at(record, at)),
            emulation: self.emulation.and_then(|at| u32_at(record, at)),
            misc: self.misc.and_then(|at| u32_at(record, at)),
        })
    }
}

/// One domain as Xen tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub domain: u16,
    /// What it is doing.
    pub flags: Flags,
    /// Pages it has.
    pub pages: u64,
    /// Pages it may have; huge where there is no limit.
    pub max_pages: u64,
    /// Pages claimed for it but not yet given.
    pub outstanding_pages: u64,
    /// Pages shared with others.
    pub shared_pages: u64,
    /// Pages paged out.
    pub paged_pages: u64,
    /// CPU time of all its vCPUs since it was created, in nanoseconds.
    pub cpu_time: u64,
    /// vCPUs that are not unplugged.
    pub online_vcpus: u32,
    /// The highest vCPU number, not always to be trusted: see [`Record::vcpus`].
    pub max_vcpu_id: u32,
    /// Its security label.
    pub ssidref: u32,
    /// Its uuid.
    pub handle: [u8; 16],
    /// Its cpupool.
    pub cpupool: Option<u32>,
    /// What is emulated for it (`XEN_X86_EMU_*`, public/arch-x86/xen.h).
    pub emulation: Option<u32>,
    /// Further flags of the machine.
    pub misc: Option<u32>,
}

impl Record {
    /// How many vCPUs it has, plugged in or not.
    ///
    /// A domain without vCPUs says all ones since 4.5; before, the field then holds whatever the record before it
    /// did, so it counts only beside an online vCPU.
    pub fn vcpus(&self, abi: &Abi) -> u32 {
        let written = abi.domctl >= 0xa || self.online_vcpus > 0;
        if !written || self.max_vcpu_id == u32::MAX {
            return 0;
        }
        self.max_vcpu_id.saturating_add(1).min(MOST_VCPUS)
    }

    /// How the domain is virtualised, none where this release does not tell.
    pub fn kind(&self, abi: &Abi) -> Option<Virtualised> {
        /// `XEN_X86_EMU_LAPIC`: all a PVH guest has.
        const PVH: u32 = 0x001;
        /// With `XEN_X86_EMU_IOAPIC` and `XEN_X86_EMU_VPCI`: a PVH control domain.
        const PVH_CONTROL: u32 = 0x411;
        if abi.domctl < 4 {
            return None;
        }
        let pvh = abi.arch == Arch::Arm64 || matches!(self.emulation, Some(PVH | PVH_CONTROL));
        Some(match self.flags.is_hvm() {
            _ if self.flags.is_early_pvh(abi.release) => Virtualised::Hardware,
            false => Virtualised::Paravirtual,
            true if pvh => Virtualised::Hardware,
            true => Virtualised::Emulated,
        })
    }
}

/// How a domain is virtualised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Virtualised {
    /// PV: by the guest's own calls.
    Paravirtual,
    /// HVM: with an emulated machine.
    Emulated,
    /// PVH: by the hardware, with nothing emulated.
    Hardware,
}

/// The flags of a record (`XEN_DOMINF_*`, public/domctl.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    const fn has(self, bit: u32) -> bool {
        self.0 & (1 << bit) != 0
    }

    /// Torn down; since 3.2 only once nothing is left of it but references others hold.
    pub const fn is_dying(self) -> bool {
        self.has(0)
    }

    /// Virtualised by the hardware; told since 3.0.4.
    pub const fn is_hvm(self) -> bool {
        self.has(1)
    }

    /// Why the guest ended itself, none where it has not: 0 poweroff, 1 reboot, 2 suspend, 3 crash, 4 watchdog
    /// (4.1 and later), 5 soft reset (4.7 and later), 255 not told.
    pub const fn shutdown(self) -> Option<u8> {
        // Xen 4.1 and later leave all ones in the upper half of a domain that did not shut down: the bit decides.
        if self.has(2) { Some(self.0.to_le_bytes()[2]) } else { None }
    }

    /// Stopped by the toolstack.
    pub const fn is_paused(self) -> bool {
        self.has(3)
    }

    /// All its vCPUs wait.
    pub const fn is_blocked(self) -> bool {
        self.has(4)
    }

    /// A vCPU of it stands on a physical CPU.
    pub const fn is_running(self) -> bool {
        self.has(5)
    }

    /// A debugger is attached (3.2 and later).
    pub fn is_debugged(self, release: Release) -> bool {
        release >= Release::new(3, 2) && self.has(6)
    }

    /// The first form of PVH, in 4.4 to 4.8.
    pub fn is_early_pvh(self, release: Release) -> bool {
        (Release::new(4, 4)..=Release::new(4, 8)).contains(&release) && self.has(7)
    }

    /// The domain xenstored runs in, where it runs in one of its own (4.7 and later).
    pub fn is_xenstore(self, release: Release) -> bool {
        let bit = if release >= Release::new(4, 9) { 7 } else { 8 };
        release >= Release::new(4, 7) && self.has(bit)
    }

    /// Its page tables are the hardware's work (4.8 and later).
    pub fn is_hap(self, release: Release) -> bool {
        let bit = if release >= Release::new(4, 9) { 8 } else { 9 };
        release >= Release::new(4, 8) && self.has(bit)
    }
}

/// Asks for up to `max` domains from id `first` on, by increasing id, into a buffer of as many records.
pub fn list(abi: &Abi, first: u16, max: u32, buffer: u64) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::DomainList)?;
    message.put(0, &first.to_le_bytes());
    message.put_u32(4, max);
    message.put_u64(8, buffer);
    Some(message)
}

/// How many records the answer to [`list`] says it wrote: not to be trusted above what was asked for.
pub fn listed(reply: &Message) -> u32 {
    reply.u32(16)
}

/// Asks for one domain. Xen 4.17 and older answer with the next one where there is no such domain: compare the id.
pub fn info(abi: &Abi, domain: u16) -> Option<Message> {
    Message::domctl(abi, Domctl::DomainInfo, domain)
}
