//! The changing half: what the hypervisor itself can do to a domain, each checked before anything is changed.
//!
//! It is checked by the record Xen gives first: the domain must still be the one of the key, and the change must
//! make sense as the domain stands. What Xen refuses all the same is told in words.

use nix::errno::Errno;

use super::{Xen, link::Link, refusal};
use crate::{
    driver::{Answer, Control, Error, Lost, Permit},
    model::{DomainKey, request::Change},
    wire::hypercall::{Message, command, domain::Record},
};

/// How often old releases are asked again to destroy a domain: each gives back what one turn's time allows.
const TURNS: u32 = 1 << 18;
/// How many pauses Xen counts.
const PAUSES: u32 = 255;

impl Control for Xen {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        let done = self.order(|link| match change {
            Change::Suspend => link.suspend(key),
            Change::Resume => link.resume(key),
            Change::Destroy => link.destroy(key),
            Change::Shutdown => link.shutdown(key),
            Change::Reboot => link.reboot(key),
            Change::SetMaxMemory(limit) => link.set_max_memory(key, *limit),
            Change::SetVcpus(count) => link.set_vcpus(key, *count),
            Change::Pin(pin) => link.pin(key, pin),
            Change::SetScheduler { weight, cap } => link.set_share(key, *weight, *cap),
            other => Err(Error::unsupported(other.op())),
        });
        done.map(|()| Lost::new())
    }
}

impl Link {
    /// Pauses a domain once. Since 4.5 Xen counts, so one that is paused already is left as it is: whoever paused it
    /// resumes it.
    fn suspend(&mut self, key: DomainKey) -> Answer<()> {
        let (record, doing) = self.alive(key, "pause")?;
        if record.flags.is_paused() {
            return Err(refusal::unwise(&doing, "it is paused already"));
        }
        let message = command::pause(&self.abi, record.domain);
        self.order(&doing, message)
    }

    /// Takes back as many pauses as it takes until the domain runs.
    fn resume(&mut self, key: DomainKey) -> Answer<()> {
        let (mut record, doing) = self.alive(key, "resume")?;
        if !record.flags.is_paused() {
            return Err(refusal::unwise(&doing, "it is not paused"));
        }
        for _ in 0..PAUSES {
            let message = command::unpause(&self.abi, record.domain);
            self.order(&doing, message)?;
            record = self.domain(key)?;
            if !record.flags.is_paused() {
                return Ok(());
            }
        }
        Err(refusal::unfinished(&doing, format!("it was resumed {PAUSES} times and is paused still"))
            .hint("another tool may be pausing it"))
    }

    fn destroy(&mut self, key: DomainKey) -> Answer<()> {
        let (record, doing) = self.alive(key, "destroy")?;
        for turn in 0..TURNS {
            let mut message =
                command::destroy(&self.abi, record.domain).ok_or_else(|| self.cannot(&doing))?;
            match self.send(&mut message) {
                Ok(_) => return Ok(()),
                // It did a part, and is to be asked again.
                Err(Errno::EAGAIN) => {}
                Err(Errno::ESRCH) if turn > 0 => return Ok(()),
                Err(errno) => return Err(invalid(&doing, errno, "a domain cannot end itself")),
            }
        }
        Err(refusal::unfinished(&doing, format!("Xen was asked {TURNS} times and is not done"))
            .hint("it goes on from here when destroyed again"))
    }

    /// A domain other than the control domain that has not ended yet, and the words for what is done to it.
    pub(super) fn alive(&mut self, key: DomainKey, verb: &str) -> Answer<(Record, String)> {
        let record = self.domain(key)?;
        let doing = format!("{verb} domain {}", record.domain);
        if record.domain == 0 {
            return Err(refusal::unwise(&doing, "it is the control domain, which this host runs by"));
        }
        if record.flags.is_dying() {
            let why = "it has ended already; what others still hold of it keeps it in the list";
            return Err(refusal::unwise(&doing, why));
        }
        Ok((record, doing))
    }

    /// Sends a command with nothing to read in its answer.
    pub(super) fn order(&mut self, doing: &str, message: Option<Message>) -> Answer<()> {
        let mut message = message.ok_or_else(|| self.cannot(doing))?;
        let sent = self.send(&mut message);
        sent.map(|_| ()).map_err(|errno| invalid(doing, errno, "Xen finds it makes no sense for this domain"))
    }
}

/// What Xen's answer means, where EINVAL means that it would be wrong to do.
pub(super) fn invalid(doing: &str, errno: Errno, why: &str) -> Error {
    match errno {
        Errno::EINVAL => refusal::unwise(doing, why),
        other => refusal::failed(doing, other),
    }
}
