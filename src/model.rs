//! The vocabulary of every other layer: plain data, no I/O, no clock.
//!
//! A *host* is one connection; its *node* is the physical machine, its *hypervisor* virtualises it, a *domain* is
//! one guest. A [`Snapshot`] is all that was read of a host at one moment.

pub mod caution;
pub mod console;
pub mod cpuset;
pub mod definition;
pub mod device;
pub mod domain;
pub mod event;
pub mod failure;
pub mod history;
pub mod host;
pub mod markup;
pub mod nearest;
pub mod op;
pub mod order;
pub mod placement;
pub mod progress;
pub mod pursuit;
pub mod rates;
pub mod reading;
pub mod request;
pub mod sched;
pub mod snapshot;
pub mod standing;
pub mod text;
pub mod trail;
pub mod transfer;
pub mod undo;
pub mod units;
pub mod uri;
pub mod vcpu;

pub use cpuset::CpuSet;
pub use definition::{Definition, Which};
pub use device::{Device, DeviceKind, DiskCounters, NetCounters};
pub use domain::{Domain, DomainId, DomainKey, DomainState, GuestType, ShutdownReason, VcpuCount};
pub use failure::{Failure, Kind, Reason};
pub use host::{HostId, HostMemory, Hypervisor, Node, NumaNode, Pcpu, PcpuTime};
pub use op::{Op, Route};
pub use order::{Attempt, JobId, Order, Report};
pub use progress::Progress;
pub use reading::Reading;
pub use sched::{CpuPool, SchedParams, Scheduler};
pub use snapshot::{Demand, Detail, DriverStatus, Light, Snapshot, Stamp, Timing};
pub use standing::Standing;
pub use text::Name;
pub use trail::{Step, Trail};
pub use units::{KiB, Nanos};
pub use vcpu::{Affinity, Vcpu};
