//! Which xend it is: what its release can, and how it says that it could not.
//!
//! ```text
//!  Xen          3.0.2      3.0.3     3.0.4      3.1 – 3.3    3.4 – 4.4
//!  format       (absent)   2         3          4            4
//!  manages      no         no        yes        yes          yes        definitions of its own, dumps
//!  at a time    one        one       many       many         many       connections served
//!  limits       as begun   as begun  now       now          now            of memory, printed
//!  lists        live       live      running    running      running    domains
//!  pins         resets     resets    resets     resets       yes        whatever it is told
//!  shares       SEDF       credit    credit     credit       credit     + cap from 3.3 on
//! ```
//!
//! The node page tells the format (`xend_config_format`) and the hypervisor's release, which xend comes with.

use crate::{model::Op, wire::sexpr::Format};

/// A xend's release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Era {
    /// The notation of its domains.
    pub(super) format: Format,
    /// The hypervisor's major and minor version.
    pub(super) release: (u32, u32),
}

/// What every xend answers.
const READS: [Op; 11] = [
    Op::Hypervisor,
    Op::Node,
    Op::HostMemory,
    Op::Domains,
    Op::Vcpus,
    Op::Affinities,
    Op::ReadScheduler,
    Op::Definition,
    Op::HostLog,
    Op::Progress,
    Op::Inactive,
];

/// What is better asked of xenstore itself, where that can be reached too: it is cheaper there, and has counters.
const DETAILS: [Op; 3] = [Op::Identify, Op::Devices, Op::Facts];

/// What every xend does.
const CHANGES: [Op; 14] = [
    Op::Suspend,
    Op::Resume,
    Op::Destroy,
    Op::SetVcpus,
    Op::Shutdown,
    Op::Reboot,
    Op::SetMemory,
    Op::SetMaxMemory,
    Op::Rename,
    Op::Create,
    Op::Start,
    Op::Save,
    Op::Restore,
    Op::Attach,
];

impl Era {
    /// Whether it keeps definitions of domains that do not run, and lists only domains that run.
    pub(super) fn manages(self) -> bool {
        self.format >= Format::Three
    }

    /// Whether a domain's page has the limit of its memory as it is, rather than as it was when it was started.
    pub(super) fn prints_limits(self) -> bool {
        self.format >= Format::Three
    }

    /// Whether a request waits until the one before it was answered (before 2006-12-07).
    pub(super) fn serves_one_at_a_time(self) -> bool {
        self.format < Format::Three
    }

    /// Whether a set of CPUs is read at all: until 2009-04-27 every one was taken to be all CPUs.
    pub(super) fn pins(self) -> bool {
        self.format == Format::Four && self.release >= (3, 4)
    }

    /// Whether its domains' shares are those of the credit scheduler.
    pub(super) fn has_credit(self) -> bool {
        self.format >= Format::Two
    }

    /// Whether an unknown domain is an internal error without a word (3.1 to 3.3).
    pub(super) fn is_speechless(self) -> bool {
        self.format == Format::Four && self.release < (3, 4)
    }

    /// What it answers to a driver that may change things, or may not.
    pub(super) fn ops(self, changes: bool) -> Vec<Op> {
        let mut ops: Vec<Op> = READS.into_iter().chain(DETAILS).collect();
        if changes {
            ops.extend(CHANGES);
            ops.push(Op::Detach);
            ops.extend(self.manages().then_some([Op::Define, Op::Undefine, Op::Dump]).into_iter().flatten());
            ops.extend(self.pins().then_some(Op::Pin));
            ops.extend(self.has_credit().then_some(Op::SetScheduler));
        }
        ops
    }
}

/// Without what xenstore tells better.
pub(super) fn beside_xenstore(ops: &[Op]) -> Vec<Op> {
    ops.iter().copied().filter(|op| !DETAILS.contains(op)).collect()
}
