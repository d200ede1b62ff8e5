//! Every domain in one call, into rows that stay where they are.

use nix::errno::Errno;
use uuid::Uuid;

use super::{
    link::{BUFFER, Link},
    refusal,
};
use crate::{
    driver::{Answer, Error},
    model::{
        Domain, DomainId, DomainKey, DomainState, GuestType, KiB, Nanos, Reading, ShutdownReason, VcpuCount,
    },
    wire::hypercall::{
        Release,
        domain::{self, Flags, Record, Virtualised},
    },
};

/// More domains than there can be: a list with room for so many is never full.
const MOST: u32 = domain::FIRST_RESERVED as u32 + 1;

/// What is read, in words.
const WHAT: &str = "the domains";

impl Link {
    /// Makes `into` hold today's domains by increasing id; see [`crate::driver::Observe::domains`].
    pub(super) fn domains(&mut self, into: &mut Vec<Domain>) -> Answer<()> {
        let listed = self.list();
        self.trouble = listed.as_ref().err().map(|error| error.message.clone());
        let count = listed?;
        self.place(count, into);
        for (row, index) in into.iter_mut().zip(0..) {
            if let Some(record) = self.record(index) {
                self.overwrite(row, &record);
            }
        }
        Ok(())
    }

    /// Reads the records of all domains into the buffer; returns how many.
    pub(super) fn list(&mut self) -> Answer<usize> {
        loop {
            match self.page(0, 0, self.capacity) {
                Ok(count) if count < self.capacity => return self.in_order(count as usize),
                Ok(_) => self.capacity = (self.capacity * 2).min(MOST),
                Err(Trouble::Refused(errno)) if self.may_hide(errno) => {
                    let count = self.list_visible()?;
                    return self.in_order(count as usize);
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    /// Xen up to 4.17 refuses a whole list whose last domain a security policy hides.
    fn may_hide(&self, errno: Errno) -> bool {
        matches!(errno, Errno::EACCES | Errno::EPERM) && self.abi.release <= Release::new(4, 17)
    }

    /// Reads the domains a security policy lets us see, by ever smaller parts: a list that is full before it comes
    /// to a hidden domain at its end is not refused.
    fn list_visible(&mut self) -> Answer<u32> {
        let (mut count, mut part) = (0_u32, self.capacity);
        loop {
            let first = count.checked_sub(1).and_then(|last| self.record(last as usize));
            let first = first.map_or(0, |record| record.domain.saturating_add(1));
            match self.page(first, count, part) {
                Ok(0) => return Ok(count),
                Ok(more) => count += more,
                Err(Trouble::Refused(errno)) if part == 1 && count == 0 => {
                    return Err(refusal::refused(WHAT, errno));
                }
                Err(Trouble::Refused(_)) if part == 1 => return Ok(count),
                Err(Trouble::Refused(_)) => part /= 2,
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    /// Asks for up to `max` domains from id `first` on, their records behind the `before` there are.
    fn page(&mut self, first: u16, before: u32, max: u32) -> Result<u32, Trouble> {
        let at = |count: u32| BUFFER + count as usize * self.layout.size;
        let (start, end) = (at(before), at(before.saturating_add(max)));
        self.arena.reserve(end).map_err(Trouble::Ours)?;
        let message = domain::list(&self.abi, first, max, self.arena.address(start));
        let mut message = message.ok_or_else(|| Trouble::Ours(self.lacks(WHAT)))?;
        self.send(&mut message).map_err(Trouble::Refused)?;
        match domain::listed(&message) {
            count if count <= max => Ok(count),
            count => Err(Trouble::Ours(refusal::malformed(format!(
                "read {WHAT}: Xen was asked for {max} and says it gave {count}"
            )))),
        }
    }

    /// Checks that ids increase, and leaves out those no guest can have.
    fn in_order(&self, count: usize) -> Answer<usize> {
        let mut before = None;
        for index in 0..count {
            let Some((id, _)) = self.layout.identity(self.bytes(index)) else { return Ok(index) };
            if id >= domain::FIRST_RESERVED {
                return Ok(index);
            }
            if let Some(before) = before.replace(id).filter(|&before| before >= id) {
                let what = format!("read {WHAT}: Xen listed domain {id} after domain {before}");
                return Err(refusal::malformed(what));
            }
        }
        Ok(count)
    }

    fn bytes(&self, index: usize) -> &[u8] {
        self.arena.bytes(BUFFER + index * self.layout.size, self.layout.size)
    }

    fn record(&self, index: usize) -> Option<Record> {
        self.layout.decode(self.bytes(index))
    }

    fn key(&self, index: usize) -> DomainKey {
        self.layout.identity(self.bytes(index)).map(|(id, handle)| key(id, handle)).unwrap_or_default()
    }

    /// Gives each record of the list its row: those of before move to their places, the rest are new.
    fn place(&self, count: usize, into: &mut Vec<Domain>) {
        let mut next = 0;
        into.retain(|row| {
            while next < count && self.key(next).id < row.key.id {
                next += 1;
            }
            let stays = next < count && self.key(next) == row.key;
            next += usize::from(stays);
            stays
        });
        let mut old = into.len();
        into.resize_with(count, Domain::default);
        for place in (0..count).rev() {
            if old > place {
                break;
            }
            let key = self.key(place);
            if old > 0 && into[old - 1].key == key {
                old -= 1;
                into.swap(old, place);
            } else {
                into[place].key = key;
                into[place].guest = self.record(place).and_then(|record| self.guest(&record)).into();
            }
        }
    }

    fn guest(&self, record: &Record) -> Option<GuestType> {
        record.kind(&self.abi).map(|kind| match kind {
            Virtualised::Paravirtual => GuestType::Pv,
            Virtualised::Emulated => GuestType::Hvm,
            Virtualised::Hardware => GuestType::Pvh,
        })
    }

    /// Overwrites what the hypervisor knows of a domain.
    fn overwrite(&self, row: &mut Domain, record: &Record) {
        let limit = self.host.as_ref().map_or(u64::MAX, |host| host.total_pages);
        row.state = state(record.flags, record.online_vcpus);
        row.vcpus = VcpuCount { online: record.online_vcpus, max: record.vcpus(&self.abi) };
        row.memory = KiB::from_pages(record.pages);
        row.max_memory = Some(record.max_pages).filter(|&max| max < limit).map(KiB::from_pages).into();
        row.cpu_time = Nanos(record.cpu_time);
        row.pool = Reading::from(record.cpupool);
    }

    /// Asks for one domain: its record, where it still is the domain of the key.
    pub(super) fn domain(&mut self, wanted: DomainKey) -> Answer<Record> {
        let id = wanted.id.and_then(|id| u16::try_from(id.0).ok()).ok_or_else(|| refusal::gone(wanted))?;
        let mut message = domain::info(&self.abi, id).ok_or_else(|| self.lacks("a domain"))?;
        self.send(&mut message).map_err(|errno| match errno {
            Errno::ESRCH => refusal::gone(wanted),
            errno => refusal::refused("a domain", errno),
        })?;
        let record = self.layout.decode(message.argument()).filter(|record| record.domain == id);
        let record = record.ok_or_else(|| refusal::gone(wanted))?;
        if key(id, record.handle) == wanted { Ok(record) } else { Err(refusal::given_away(id)) }
    }
}

/// What tells a domain from every other.
fn key(id: u16, handle: [u8; 16]) -> DomainKey {
    DomainKey { id: Some(DomainId(id.into())), uuid: Uuid::from_bytes(handle) }
}

/// What a domain is doing. Xen marks it running only while a vCPU stands on a CPU: one whose vCPUs wait for their
/// turn has no mark at all.
fn state(flags: Flags, online_vcpus: u32) -> DomainState {
    match flags.shutdown() {
        _ if flags.is_dying() => DomainState::Dying,
        Some(3) => DomainState::Crashed,
        Some(code) => DomainState::ShutDown(reason(code)),
        None if flags.is_paused() => DomainState::Paused,
        None if flags.is_running() => DomainState::Running,
        None if flags.is_blocked() || online_vcpus == 0 => DomainState::Blocked,
        None => DomainState::Running,
    }
}

/// A shutdown code (`SHUTDOWN_*`, public/sched.h).
const fn reason(code: u8) -> ShutdownReason {
    match code {
        0 => ShutdownReason::Poweroff,
        1 => ShutdownReason::Reboot,
        2 => ShutdownReason::Suspend,
        4 => ShutdownReason::Watchdog,
        5 => ShutdownReason::SoftReset,
        other => ShutdownReason::Other(other),
    }
}

/// Why a part of the list was not read.
enum Trouble {
    /// Xen would not.
    Refused(Errno),
    /// It could not be asked, or its answer made no sense.
    Ours(Error),
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(errno) => refusal::refused(WHAT, errno),
            Trouble::Ours(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_code_counts_only_beside_its_bit() {
        assert_eq!(state(Flags(0xffff_0010), 1), DomainState::Blocked);
        assert_eq!(state(Flags(0x0003_0004), 1), DomainState::Crashed);
        assert_eq!(state(Flags(0x0001_0014), 1), DomainState::ShutDown(ShutdownReason::Reboot));
        assert_eq!(state(Flags(0x0003_0005), 1), DomainState::Dying);
    }

    #[test]
    fn a_domain_that_waits_for_its_turn_is_running() {
        assert_eq!(state(Flags(0), 1), DomainState::Running);
        assert_eq!(state(Flags(0), 0), DomainState::Blocked);
        assert_eq!(state(Flags(0x28), 1), DomainState::Paused);
    }
}
