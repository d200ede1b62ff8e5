//! What each changing call does, release by release, as `do_domctl` of each has it.

use nix::errno::Errno;

use super::{
    Change, SimDomain, SimXen, State,
    calls::{Answer, map},
};

/// The toolstack's pause in a domain's flags.
const PAUSED: u32 = 1 << 3;
const HVM: u32 = 1 << 1;

impl State {
    pub(super) fn scheduler_of(&self, d: &SimDomain) -> u32 {
        if d.cpupool == 3 { 5 } else { self.scheduler }
    }

    /// The CPUs of a domain's pool; before 4.1 all.
    fn pool_of(&self, d: &SimDomain) -> u64 {
        match d.cpupool {
            _ if self.release < (4, 1) => (1 << self.cpus) - 1,
            3 => 0b1000,
            _ => 0b0111,
        }
    }

    fn place(&self, id: u16) -> usize {
        self.domains.iter().position(|d| d.id == id).expect("it was found")
    }

    fn domain(&mut self, id: u16) -> &mut SimDomain {
        let place = self.place(id);
        &mut self.domains[place]
    }

    /// Writes a change down, and refuses it where it is to be refused.
    fn note(&mut self, change: Change, id: u16) -> Result<(), Errno> {
        self.changes.push((change, id));
        self.refusal.map_or(Ok(()), Err)
    }

    fn destroy(&mut self, id: u16) -> Answer {
        let in_turns = ((3, 2)..=(4, 5)).contains(&self.release);
        let place = self.place(id);
        match id {
            0 => Err(Errno::EINVAL),
            _ if in_turns && self.domains[place].turns > 0 => {
                self.domains[place].turns -= 1;
                Err(Errno::EAGAIN)
            }
            _ => {
                self.domains.remove(place);
                Ok(0)
            }
        }
    }

    fn pause(&mut self, id: u16) -> Answer {
        let counts = self.domctl >= 10;
        let most = if self.domctl == 10 { Errno::EUSERS } else { Errno::EOVERFLOW };
        let d = self.domain(id);
        match pauses(d) {
            _ if id == 0 => Err(Errno::EINVAL),
            255 if counts => Err(most),
            count => {
                set_pauses(d, if counts { count + 1 } else { 1 });
                Ok(0)
            }
        }
    }

    fn unpause(&mut self, id: u16) -> Answer {
        let counts = self.domctl >= 10;
        let d = self.domain(id);
        match pauses(d) {
            0 if counts => Err(Errno::EINVAL),
            count => {
                let left = if counts { count - 1 } else { 0 };
                set_pauses(d, if d.contended { 1 } else { left });
                Ok(0)
            }
        }
    }

    fn max_memory(&mut self, id: u16, kib: u64) -> Answer {
        let checks = self.sysctl > 0 && self.release <= (4, 0);
        let d = self.domain(id);
        if checks && kib / 4 < d.tot_pages {
            return Err(Errno::EINVAL);
        }
        d.max_pages = kib / 4;
        Ok(0)
    }

    fn max_vcpus(&mut self, id: u16, count: u32) -> Answer {
        let fixed = self.domctl >= 0x11;
        let d = self.domain(id);
        if id == 0 || count > 128 || count < d.vcpus || (fixed && count != d.vcpus) {
            return Err(Errno::EINVAL);
        }
        d.vcpus = count;
        Ok(0)
    }

    /// `csched_dom_cntl` and `csched2_dom_cntl`.
    fn put_share(&mut self, id: u16, scheduler: u32, [weight, cap]: [u16; 2]) -> Answer {
        let capped = self.release >= (4, 10);
        let place = self.place(id);
        if scheduler != self.scheduler_of(&self.domains[place]) {
            return Err(Errno::EINVAL);
        }
        let d = &mut self.domains[place];
        if weight != 0 {
            d.share.0 = Some(weight);
        }
        match scheduler {
            6 if capped && u32::from(cap) > 100 * d.vcpus => return Err(Errno::EINVAL),
            5 if cap != 0xffff => d.share.1 = Some(cap),
            6 if capped => d.share.1 = Some(cap),
            5 | 6 => {}
            _ => return Err(Errno::EINVAL),
        }
        Ok(0)
    }

    /// `arch_do_domctl` of x86 has but the buttons of ACPI.
    fn trigger(&mut self, id: u16, button: u32) -> Answer {
        let power = self.release >= (3, 4);
        match button {
            other if self.buttons.contains(&other) => Ok(0),
            3 if power && self.domain(id).flags & HVM == 0 => Err(Errno::EINVAL),
            3 if power => Ok(0),
            _ => Err(Errno::ENOSYS),
        }
    }

    /// `vcpu_set_hard_affinity` and `vcpu_set_soft_affinity`: what is set, and what of it counts.
    fn set_affinity(&mut self, id: u16, vcpu: u32, set: [Option<u64>; 2]) -> Result<[u64; 2], Errno> {
        let place = self.place(id);
        let pool = self.pool_of(&self.domains[place]);
        let before = map(self, &self.domains[place], vcpu);
        let d = &mut self.domains[place];
        let [hard, soft] = set;
        if d.held.contains(&vcpu) {
            return Err(Errno::EBUSY);
        }
        if hard.is_some_and(|hard| hard & pool == 0) {
            return Err(Errno::EINVAL);
        }
        if let Some(hard) = hard {
            d.hard.insert(vcpu, hard);
        }
        if let Some(soft) = soft {
            d.soft.insert(vcpu, soft);
        }
        let hard = hard.unwrap_or(before) & pool;
        Ok([hard, soft.unwrap_or(0) & hard])
    }
}

/// How often a domain is paused.
fn pauses(d: &SimDomain) -> u32 {
    if d.flags & PAUSED == 0 { 0 } else { d.pauses.max(1) }
}

fn set_pauses(d: &mut SimDomain, count: u32) {
    d.pauses = count;
    d.flags = if count > 0 { d.flags | PAUSED } else { d.flags & !PAUSED };
}

impl SimXen {
    /// `hvm_op`: only `HVMOP_get_param`.
    pub(super) fn hvm_op(&self, s: &State, a: [u64; 5]) -> Answer {
        let d = self.find(s, a[1])?;
        match (a[0], self.u32(a[1] + 4)?) {
            (1, _) if d.flags & HVM == 0 => Err(Errno::EINVAL),
            (1, 0) => self.regions.write(a[1] + 8, &d.callback.to_le_bytes()).map(|()| 0),
            _ => Err(Errno::ENOSYS),
        }
    }

    /// Changing commands of `struct xen_domctl`, their argument at `at`.
    pub(super) fn new_change(&self, s: &mut State, command: u32, id: u16, at: u64) -> Answer {
        match command {
            2 => s.note(Change::Destroy, id).and_then(|()| s.destroy(id)),
            3 => s.note(Change::Pause, id).and_then(|()| s.pause(id)),
            4 => s.note(Change::Unpause, id).and_then(|()| s.unpause(id)),
            9 => s.note(Change::SetAffinity, id).and_then(|()| self.new_affinity(s, id, at)),
            11 => {
                let kib = self.u64(at)?;
                s.note(Change::MaxMemory, id).and_then(|()| s.max_memory(id, kib))
            }
            15 => {
                let count = self.u32(at)?;
                s.note(Change::MaxVcpus, id).and_then(|()| s.max_vcpus(id, count))
            }
            16 if self.u32(at + 4)? == 0 => {
                let scheduler = self.u32(at)?;
                let words = [8, 10].map(|offset| self.regions.read(at + offset).map(u16::from_le_bytes));
                let [weight, cap] = words;
                let words = [weight?, cap?];
                s.note(Change::PutShare, id).and_then(|()| s.put_share(id, scheduler, words))
            }
            28 if s.release >= (3, 1) => {
                let button = self.u32(at)?;
                s.note(Change::Trigger(button), id).and_then(|()| s.trigger(id, button))
            }
            _ => Err(Errno::ENOSYS),
        }
    }

    /// Changing commands of `dom0_op_t`: the domain is the argument's first member.
    pub(super) fn old_change(&self, s: &mut State, command: u32, at: u64) -> Answer {
        let id = self.find(s, at)?.id;
        match command {
            9 => s.note(Change::Destroy, id).and_then(|()| s.destroy(id)),
            10 => s.note(Change::Pause, id).and_then(|()| s.pause(id)),
            11 => s.note(Change::Unpause, id).and_then(|()| s.unpause(id)),
            20 => {
                let (vcpu, set) = (self.u32(at + 4)?, self.u64(at + 8)?);
                s.note(Change::SetAffinity, id)?;
                Self::has_vcpu(s, &s.domains[s.place(id)], vcpu)?;
                s.set_affinity(id, vcpu, [Some(set), None]).map(|_| 0)
            }
            28 => {
                let kib = self.u64(at + 8)?;
                s.note(Change::MaxMemory, id).and_then(|()| s.max_memory(id, kib))
            }
            41 => {
                let count = self.u32(at + 4)?;
                s.note(Change::MaxVcpus, id).and_then(|()| s.max_vcpus(id, count))
            }
            _ => Err(Errno::ENOSYS),
        }
    }

    /// `struct xen_domctl_vcpuaffinity`: two maps and flags since 4.5, one map before.
    fn new_affinity(&self, s: &mut State, id: u16, at: u64) -> Answer {
        let vcpu = self.u32(at)?;
        Self::has_vcpu(s, &s.domains[s.place(id)], vcpu)?;
        let split = s.domctl >= 10;
        let flags = if split { self.u32(at + 4)? } else { 1 };
        let mut set = [None; 2];
        for (i, set) in (0..).zip(&mut set) {
            if flags & 1 << i != 0 {
                *set = Some(self.read_map(at + 8 + 16 * i)?);
            }
        }
        if flags.trailing_zeros() >= 2 {
            return Err(Errno::EINVAL);
        }
        let effective = s.set_affinity(id, vcpu, set)?;
        for (i, effective) in (0..).zip(effective).filter(|&(i, _)| split && flags & 1 << i != 0) {
            let place = at + 8 + 16 * i;
            self.write_map(self.u64(place)?, self.u32(place + 8)?, effective)?;
        }
        Ok(0)
    }

    /// Reads a `struct xenctl_bitmap` of up to 64 CPUs.
    fn read_map(&self, at: u64) -> Result<u64, Errno> {
        let (address, bits) = (self.u64(at)?, self.u32(at + 8)?);
        let mut map = 0;
        for i in 0..u64::from(bits.div_ceil(8)).min(8) {
            map |= u64::from(self.regions.read::<1>(address + i)?[0]) << (8 * i);
        }
        Ok(map & 1_u64.checked_shl(bits).map_or(u64::MAX, |end| end - 1))
    }
}
