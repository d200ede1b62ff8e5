//! The model's words as fields: records field by field, choices by a tag.

use super::{
    Bad,
    field::{Field, Fields, put_text},
};
use crate::model::{
    Affinity, CpuPool, CpuSet, Detail, Device, DeviceKind, DiskCounters, DomainId, DomainKey, GuestType,
    HostMemory, Hypervisor, KiB, Kind, Name, Nanos, NetCounters, Node, NumaNode, Op, Pcpu, PcpuTime,
    Progress, SchedParams, Stamp, Vcpu,
    console::{Tty, TtyKind},
    cpuset::HIGHEST,
    definition::Told,
};

/// A number with a unit is the number.
macro_rules! wrapped {
    ($($unit:ident),*) => {
        $(impl Field for $unit {
            fn put(&self, into: &mut Vec<u8>) {
                self.0.put(into);
            }

            fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
                Field::take(from).map(Self)
            }
        })*
    };
}

wrapped!(KiB, Nanos, DomainId);
record!(DomainKey { id, uuid });
record!(Stamp { mono, wall });
record!(HostMemory { total, free, scrub, outstanding });
record!(PcpuTime { idle });
record!(Vcpu { domain, index, online, blocked, running, cpu_time, pcpu });
record!(NetCounters { rx_bytes, tx_bytes, rx_packets, tx_packets, errors, dropped });
record!(DiskCounters { read_bytes, write_bytes, read_requests, write_requests });
record!(Progress { op, key, done, total });
record!(Hypervisor { kind, version, capabilities, scheduler, facts });
record!(Node { name, machine, pcpus, threads_per_core, cores_per_socket, cpu_khz, numa, pools });
record!(Pcpu { online, core, socket, node });
record!(NumaNode { total, free, distances });
record!(CpuPool { id, scheduler, domains, cpus });
record!(Affinity { vcpu, hard, soft });
record!(SchedParams { scheduler, weight, cap, other });
record!(Device { kind, name, backend, state, note, net, disk });
record!(Detail { key, affinities, sched, devices, facts });
record!(Told { xml, file, lost });
record!(Tty { name, kind, path, lock });
tagged!(GuestType, Pv 0, Hvm 1, Pvh 2, Kvm 3);
tagged!(DeviceKind, Disk 0, Net 1, Console 2, Display 3, Other 4);
tagged!(TtyKind, Paravirtual 0, Serial 1, Simulated 2);
tagged!(Kind, Unsupported 0, Unreachable 1, Denied 2, NoDomain 3, Refused 4, Failed 5, TimedOut 6, Malformed 7);

impl Field for Name {
    fn put(&self, into: &mut Vec<u8>) {
        put_text(self.raw(), into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        from.text().map(Self::new)
    }
}

impl Field for Op {
    /// By its word: numbers change where operations are added.
    fn put(&self, into: &mut Vec<u8>) {
        put_text(self.word(), into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        let word = from.text()?;
        Self::ALL.iter().copied().find(|op| op.word() == word).ok_or(Bad)
    }
}

impl Field for CpuSet {
    fn put(&self, into: &mut Vec<u8>) {
        self.is_all().put(into);
        let named: Vec<u32> = if self.is_all() { Vec::new() } else { self.iter(HIGHEST + 1).collect() };
        named.put(into);
    }

    fn take(from: &mut Fields<'_>) -> Result<Self, Bad> {
        let (all, named) = (bool::take(from)?, Vec::<u32>::take(from)?);
        Ok(if all { Self::all() } else { named.into_iter().collect() })
    }
}
