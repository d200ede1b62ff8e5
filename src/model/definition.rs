//! What a domain is to be: a definition, whatever notation it is kept in.
//!
//! ```text
//!   domain XML ◄──► ┌────────────┐ ◄──► xend's S-expressions, formats 1 to 4
//!                   │ Definition │ ◄──► xm and xl configuration
//!   test hosts ◄─── └────────────┘
//! ```
//!
//! It holds what the notations have in common and what one of them says that another understands. What only domain XML
//! says (metadata, elements of other hypervisors) stays in its text, and survives because a text is revised in place.
//! `None` is everywhere *not said*, which is not the same as the default a hypervisor makes of it.

macro_rules! words {
    ($kind:ident, $($variant:ident $word:literal),*) => {
        impl $kind {
            /// Each of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its word in domain XML.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word),* } }

            /// From its word.
            pub fn of(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|it| it.word() == word) }
        }
    };
}

mod devices;
mod normal;
pub mod rate;

use std::path::PathBuf;

use uuid::Uuid;

pub use self::devices::{
    Access, Bus, Channel, Character, DeviceDefinition, Devices, Disk, DiskClass, DiskDriver, Graphics, Input,
    Interface, Link, PciAddress, Storage,
};
use super::{CpuSet, GuestType, KiB};

/// What a domain is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// The `type` of domain XML: `xen`, `kvm`, `test`.
    pub hypervisor: String,
    /// The id of the running domain it was read from.
    pub id: Option<u32>,
    /// Its name.
    pub name: String,
    /// Its uuid; where it is not said, who makes the domain invents one.
    pub uuid: Option<Uuid>,
    /// A line about it.
    pub title: Option<String>,
    /// Free text about it.
    pub description: Option<String>,
    /// Its memory.
    pub memory: MemoryDefinition,
    /// Its virtual CPUs.
    pub cpus: CpuDefinition,
    /// How it starts.
    pub boot: Boot,
    /// What its machine has.
    pub features: Features,
    /// What its clock shows.
    pub clock: Clock,
    /// What becomes of it when it ends.
    pub endings: Endings,
    /// Its devices.
    pub devices: Devices,
}

/// Memory of a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryDefinition {
    /// What it may have at most (`<memory>`; `maxmem`).
    pub max: KiB,
    /// What it starts with (`<currentMemory>`; `memory`), where that is less.
    pub current: Option<KiB>,
}

/// Virtual CPUs of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuDefinition {
    /// How many it may have (`<vcpu>`; `maxvcpus`).
    pub max: u32,
    /// How many are online at its start (`current`), where that is fewer.
    pub online: Option<u32>,
    /// Where all of them may run (`cpuset`; `cpus`).
    pub set: Option<CpuSet>,
    /// Where single ones may run (`<cputune><vcpupin>`), by vCPU.
    pub pins: Vec<(u32, CpuSet)>,
    /// Its share of the CPUs (`<cputune><shares>`; `cpu_weight`).
    pub weight: Option<u32>,
    /// Percent of one pCPU it may have at most, 0 for no cap (`cpu_cap`; `cap`). Domain XML has no word for it.
    pub cap: Option<u32>,
}

/// How a domain starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// How it is virtualised (`<os><type>`: `linux` or `xen` is PV, `hvm`, `xenpvh`); none where it is not said.
    pub guest: Option<GuestType>,
    /// The `arch` of its type: `x86_64`.
    pub arch: Option<String>,
    /// The `machine` of its type: `xenpv`, `xenfv`.
    pub machine: Option<String>,
    /// The firmware of an HVM guest (`<loader>`): hvmloader's path.
    pub loader: Option<String>,
    /// The kernel, a path on the host.
    pub kernel: Option<String>,
    /// Its initial ramdisk.
    pub initrd: Option<String>,
    /// Its command line.
    pub cmdline: Option<String>,
    /// The root device (`<root>`), which later notations put into the command line.
    pub root: Option<String>,
    /// From what an HVM guest boots, in order (`<boot dev=…/>`; `boot`).
    pub order: Vec<BootDevice>,
    /// The program on the host that finds the kernel in the guest's disk: pygrub.
    pub bootloader: Option<String>,
    /// Its arguments.
    pub bootloader_args: Option<String>,
}

/// From what an HVM guest can boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootDevice {
    /// `fd`; letter `a`.
    Floppy,
    /// `hd`; letter `c`.
    Disk,
    /// `cdrom`; letter `d`.
    Cdrom,
    /// `network`; letter `n`.
    Network,
}

impl BootDevice {
    /// Its letter, as the emulator takes it and each of Xen's notations has it (`-boot` of qemu(1)).
    pub const fn letter(self) -> char {
        match self {
            Self::Floppy => 'a',
            Self::Disk => 'c',
            Self::Cdrom => 'd',
            Self::Network => 'n',
        }
    }

    /// The one of a letter; none of one that is nobody's.
    pub const fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'a' => Some(Self::Floppy),
            'c' => Some(Self::Disk),
            'd' => Some(Self::Cdrom),
            'n' => Some(Self::Network),
            _ => None,
        }
    }
}

/// What a domain's machine has; none where it is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// ACPI tables.
    pub acpi: Option<bool>,
    /// A local APIC.
    pub apic: Option<bool>,
    /// Physical address extension.
    pub pae: Option<bool>,
    /// Hardware assisted paging.
    pub hap: Option<bool>,
    /// Viridian enlightenments.
    pub viridian: Option<bool>,
    /// A high precision event timer (`<clock><timer name='hpet' present=…/>`).
    pub hpet: Option<bool>,
}

/// What a domain's clock shows at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Not said.
    #[default]
    Unsaid,
    /// UTC.
    Utc,
    /// The host's local time.
    LocalTime,
    /// So many seconds beside UTC (`offset='variable'`; `rtc_timeoffset`).
    Variable(i64),
    /// So many seconds beside the host's local time (`offset='variable' basis='localtime'`; `rtc_timeoffset` beside
    /// `localtime`).
    BesideLocalTime(i64),
}

impl Clock {
    /// The host's local time and so many seconds.
    pub const fn beside_local_time(seconds: i64) -> Self {
        if seconds == 0 { Self::LocalTime } else { Self::BesideLocalTime(seconds) }
    }
}

/// What becomes of a domain when it ends; none where it is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// When it powers off.
    pub poweroff: Option<Ending>,
    /// When it reboots.
    pub reboot: Option<Ending>,
    /// When it crashes.
    pub crash: Option<Ending>,
}

/// What becomes of a domain that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `destroy`: it goes.
    Destroy,
    /// `restart`: it is started anew.
    Restart,
    /// `preserve`: it is kept as it is.
    Preserve,
    /// `rename-restart`: it is kept under another name, and started anew.
    RenameRestart,
    /// `coredump-destroy`: its core is written, and it goes.
    CoredumpDestroy,
    /// `coredump-restart`: its core is written, and it is started anew.
    CoredumpRestart,
    /// `soft-reset`: its kernel is started anew in place, as kexec does.
    SoftReset,
}

/// Which definition of a domain is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Which {
    /// What it runs with; where it does not run, what it would be started with.
    #[default]
    Live,
    /// What is kept and it would be started with.
    Kept,
}

/// A definition as a driver tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Domain XML. Raw: make it visible before showing it.
    pub xml: String,
    /// The file of the toolstack's own notation it was read from, where it was: what starts a domain by it loses
    /// nothing.
    pub file: Option<PathBuf>,
    /// What the source says that has no place in the XML, a clause each. Raw as well.
    pub lost: Vec<String>,
}

words!(BootDevice, Floppy "fd", Disk "hd", Cdrom "cdrom", Network "network");
words!(Ending, Destroy "destroy", Restart "restart", Preserve "preserve", RenameRestart "rename-restart",
    CoredumpDestroy "coredump-destroy", CoredumpRestart "coredump-restart", SoftReset "soft-reset");
