//! A domain: one guest, or the control domain itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DiskCounters, KiB, Name, Nanos, NetCounters, Reading};

/// The number a hypervisor gives a running domain; given again to another once it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DomainId(pub u32);

/// What tells one run of a domain from every other: ids are used again, uuids live through reboots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DomainKey {
    /// The running id, none where the domain is off.
    pub id: Option<DomainId>,
    /// The uuid; all zero for the control domain and for domains made without one.
    pub uuid: Uuid,
}

impl DomainKey {
    /// Whether both are of the same domain, though it may be of two runs of it.
    pub fn same_domain(self, other: Self) -> bool {
        self == other || (!self.uuid.is_nil() && self.uuid == other.uuid)
    }
}

/// One domain as it stood when it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// Id and uuid.
    pub key: DomainKey,
    /// The name; empty until some driver told it.
    pub name: Name,
    /// What it is doing.
    pub state: DomainState,
    /// How it is virtualised.
    pub guest: Reading<GuestType>,
    /// Its virtual CPUs.
    pub vcpus: VcpuCount,
    /// Memory it has now.
    pub memory: KiB,
    /// Memory it may have at most; `Unsupported` where there is no limit.
    pub max_memory: Reading<KiB>,
    /// Memory it was asked to shrink or grow to.
    pub target: Reading<KiB>,
    /// CPU time of all its vCPUs since it was created.
    pub cpu_time: Nanos,
    /// The cpupool it runs in (Xen 4.1 and later).
    pub pool: Reading<u32>,
    /// Network traffic of all its interfaces, from the guest's point of view.
    pub net: Reading<NetCounters>,
    /// Disk traffic of all its disks.
    pub disk: Reading<DiskCounters>,
}

impl Domain {
    /// The name to show: the domain's own, or its id where it has none.
    pub fn label(&self) -> std::borrow::Cow<'_, str> {
        label(self.key, &self.name)
    }
}

/// The name to show of a domain with this key: its own, or its id where it has none.
pub fn label(key: DomainKey, name: &Name) -> std::borrow::Cow<'_, str> {
    match (name.shown(), key.id) {
        ("", Some(id)) => format!("({})", id.0).into(),
        ("", None) => "(no name)".into(),
        (shown, _) => shown.into(),
    }
}

/// The domain a user means: by id where it is all digits and such an id exists, else by name, else by uuid.
pub fn find<'a>(domains: &'a [Domain], wanted: &str) -> Option<&'a Domain> {
    let is = |test: &dyn Fn(&Domain) -> bool| domains.iter().find(|domain| test(domain));
    let digits = !wanted.is_empty() && wanted.bytes().all(|b| b.is_ascii_digit());
    let id: Option<u32> = wanted.parse().ok().filter(|_| digits);
    let uuid: Option<Uuid> = wanted.parse().ok();
    id.and_then(|id| is(&|d| d.key.id.is_some_and(|own| own.0 == id)))
        .or_else(|| is(&|d| d.name.raw() == wanted))
        .or_else(|| is(&|d| d.name.shown() == wanted))
        .or_else(|| uuid.and_then(|uuid| is(&|d| d.key.uuid == uuid)))
}

/// What there is of a domain: the run a key is of or, where that has ended or is none, another.
pub fn run_of(domains: &[Domain], key: DomainKey) -> Option<&Domain> {
    let same = |domain: &&Domain| domain.key.same_domain(key);
    domains.iter().find(|domain| domain.key == key).or_else(|| domains.iter().find(same))
}

/// How many virtual CPUs a domain has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VcpuCount {
    /// Those not unplugged.
    pub online: u32,
    /// Those it could have.
    pub max: u32,
}

/// What a domain is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DomainState {
    /// At least one vCPU is running or wants to.
    Running,
    /// All its vCPUs wait: idle.
    Blocked,
    /// Stopped by the toolstack, to be resumed.
    Paused,
    /// The guest ended itself and the host has not yet cleaned up.
    ShutDown(ShutdownReason),
    /// The guest crashed and was kept.
    Crashed,
    /// Being torn down.
    Dying,
    /// Known but not running.
    Off,
    /// None of the above was told.
    #[default]
    Unknown,
}

impl DomainState {
    /// The word for it, as in the JSON contract.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Blocked => "idle",
            Self::Paused => "paused",
            Self::ShutDown(_) => "shutdown",
            Self::Crashed => "crashed",
            Self::Dying => "dying",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a domain shut down (`SHUTDOWN_*` of Xen's public/sched.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ShutdownReason {
    /// The guest powered off.
    Poweroff,
    /// The guest asked for a reboot.
    Reboot,
    /// The guest suspended itself, for save or migration.
    Suspend,
    /// The watchdog fired.
    Watchdog,
    /// A soft reset, as for kexec.
    SoftReset,
    /// A code this program does not know.
    Other(u8),
}

impl ShutdownReason {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Poweroff => "poweroff",
            Self::Reboot => "reboot",
            Self::Suspend => "suspend",
            Self::Watchdog => "watchdog",
            Self::SoftReset => "soft reset",
            Self::Other(_) => "other",
        }
    }
}

/// How a domain is virtualised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GuestType {
    /// Paravirtual: the guest's kernel calls the hypervisor.
    Pv,
    /// Fully virtual, with an emulated machine.
    Hvm,
    /// Hardware virtualisation without an emulated machine.
    Pvh,
    /// A KVM guest.
    Kvm,
}

impl GuestType {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pv => "pv",
            Self::Hvm => "hvm",
            Self::Pvh => "pvh",
            Self::Kvm => "kvm",
        }
    }
}
