//! What each hypercall does.

use nix::errno::Errno;

use super::{Called, SimDomain, SimXen, State, layout};

pub(super) type Answer = Result<u64, Errno>;

/// The strings `xen_version` tells: command, size, text.
const STRINGS: &[(u64, usize, &str)] = &[
    (1, 16, ".7"),
    (3, 1024, "xen-3.0-x86_64 hvm-3.0-x86_64 "),
    (4, 64, "Tue Nov 1 12:00:00 2022 git:abc"),
    (9, 1024, "placeholder loglvl=all"),
];

/// Where a call comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Caller,
    Multicall,
}

impl SimXen {
    pub(super) fn dispatch(&self, s: &mut State, number: u64, a: [u64; 5], origin: Origin) -> Answer {
        let note = |called| self.note(if origin == Origin::Multicall { Called::Entry } else { called });
        match number {
            7 if s.sysctl == 0 => self.dom0_op(s, a[0], note),
            13 => {
                note(Called::Multicall);
                self.multicall(s, a)
            }
            17 => {
                note(Called::Version);
                self.version(s, a)
            }
            34 => self.hvm_op(s, a),
            35 if s.sysctl > 0 => self.sysctl(s, a[0], note),
            36 if s.sysctl > 0 => {
                note(Called::Domctl);
                self.domctl(s, a[0])
            }
            _ => Err(Errno::ENOSYS),
        }
    }

    fn multicall(&self, s: &mut State, a: [u64; 5]) -> Answer {
        if let Some(errno) = s.no_multicall {
            return Err(errno);
        }
        for i in 0..a[1] {
            let at = a[0] + 64 * i;
            let number = u64::from_le_bytes(self.regions.read(at)?);
            let first = u64::from_le_bytes(self.regions.read(at + 16)?);
            let result = match self.dispatch(s, number, [first, 0, 0, 0, 0], Origin::Multicall) {
                Ok(value) => value as i64,
                Err(errno) => -(errno as i64),
            };
            // A debug build destroys all of an entry but its result.
            self.regions.write(at, &[0xaa; 64])?;
            self.regions.write(at + 8, &result.to_le_bytes())?;
        }
        Ok(0)
    }

    fn version(&self, s: &State, a: [u64; 5]) -> Answer {
        match a[0] {
            0 => return Ok(u64::from(s.release.0) << 16 | u64::from(s.release.1)),
            10 if s.release >= (4, 7) && !s.denied => {
                self.regions.write(a[1] + 4, &[0xab, 0xcd, 0x01])?;
                return Ok(3);
            }
            10 if s.release >= (4, 7) => return Err(Errno::EPERM),
            2 => {
                let mut info = [0; 144];
                info[..3].copy_from_slice(b"gcc");
                info[64..68].copy_from_slice(b"root");
                info[112..116].copy_from_slice(b"2022");
                self.regions.write(a[1], &info)?;
                return Ok(0);
            }
            _ => {}
        }
        let uncut = (11..=14).contains(&a[0]) && s.release >= (4, 20);
        let command = if uncut { [1, 3, 4, 9][a[0] as usize - 11] } else { a[0] };
        let row = STRINGS.iter().find(|row| row.0 == command && (row.0 < 9 || s.release >= (4, 0)));
        let (_, size, text) = row.ok_or(Errno::ENOSYS)?;
        let text = if s.denied { "<denied>" } else { text };
        if uncut {
            self.regions.write(a[1] + 4, text.as_bytes())?;
            return Ok(text.len() as u64);
        }
        self.regions.write(a[1], &[0_u8; 1024][..*size])?;
        self.regions.write(a[1], text.as_bytes()).map(|()| 0)
    }

    /// All messages are copied whole, then the version is looked at.
    fn open(&self, s: &State, at: u64, version: u32) -> Result<u32, Errno> {
        let message: [u8; 136] = self.regions.read(at)?;
        let word = |i: usize| u32::from_le_bytes(message[i..i + 4].try_into().unwrap());
        match () {
            () if !s.privileged && s.release < (4, 3) => Err(Errno::EPERM),
            () if s.policy || word(4) != version => Err(Errno::EACCES),
            () if !s.privileged => Err(Errno::EPERM),
            () => Ok(word(0)),
        }
    }

    fn dom0_op(&self, s: &mut State, at: u64, note: impl Fn(Called)) -> Answer {
        let command = self.open(s, at, 0x0300_0000)?;
        let kind = match command {
            38 => Called::List,
            22 => Called::PhysInfo,
            19 | 24 => Called::OtherSysctl,
            _ => Called::Domctl,
        };
        note(kind);
        match command {
            38 => self.list(s, at + 8),
            22 => self.write(at + 8, &layout::physinfo(s)),
            19 => self.console(s, at + 8),
            24 => self.regions.write(at + 8, &4_u32.to_le_bytes()).map(|()| 0),
            12 => self.domain_info(s, at + 8, at + 8),
            43 => self.old_vcpu(s, at + 8),
            7 => self.old_share(s, at + 8),
            _ => self.old_change(s, command, at + 8),
        }
    }

    /// `struct getvcpuinfo` of 3.0.0: the vCPU's map with it.
    fn old_vcpu(&self, s: &State, at: u64) -> Answer {
        let d = self.find(s, at)?;
        let vcpu = self.u32(at + 4)?;
        Self::has_vcpu(s, d, vcpu)?;
        let c = layout::C::new().u16(d.id).u32(vcpu).u8(1).u8(1).u8(0);
        self.write(at, &c.u64(vcpu_time(d, vcpu)).u32(vcpu % s.cpus).u64(map(s, d, vcpu)))
    }

    /// `dom0_adjustdom_t` of 3.0.0, of the SEDF scheduler.
    fn old_share(&self, s: &State, at: u64) -> Answer {
        let d = self.find(s, at + 8)?;
        if self.u32(at)? != 4 || self.u32(at + 4)? != 1 {
            return Err(Errno::EINVAL);
        }
        self.write(at, &sedf(layout::C::new().u32(4).u32(1).u16(d.id)))
    }

    fn sysctl(&self, s: &State, at: u64, note: impl Fn(Called)) -> Answer {
        let command = self.open(s, at, s.sysctl).inspect_err(|_| note(Called::OtherSysctl))?;
        note(match command {
            6 => Called::List,
            3 => Called::PhysInfo,
            8 => Called::CpuInfo,
            _ => Called::OtherSysctl,
        });
        match command {
            1 => self.console(s, at + 8),
            3 => self.write(at + 8, &layout::physinfo(s)),
            4 => self.regions.write(at + 8, &s.scheduler.to_le_bytes()).map(|()| 0),
            6 => self.list(s, at + 8),
            8 if s.sysctl >= 6 => self.cpu_times(s, at + 8),
            16 if s.sysctl >= 12 => self.places(s, at + 8),
            16 if s.sysctl >= 8 => self.old_places(s, at + 8),
            17 if s.sysctl >= 12 => self.numa(at + 8),
            17 if s.sysctl >= 8 => self.old_numa(at + 8),
            18 if s.sysctl >= 8 => self.pool(s, at + 8),
            19 if s.sysctl >= 8 => self.pool_share(s, at + 8),
            _ => Err(Errno::ENOSYS),
        }
    }

    /// `getdomaininfolist`: domains from an id on, as many as there is room for.
    fn list(&self, s: &State, at: u64) -> Answer {
        let first = u16::from_le_bytes(self.regions.read(at)?);
        let (max, buffer) = (self.u32(at + 4)?, self.u64(at + 8)?);
        let (mut count, mut before, mut refused) = (0_u32, 0x1234, false);
        for d in s.domains.iter().filter(|d| d.id >= first) {
            if count == max {
                break;
            }
            refused = s.hidden.contains(&d.id);
            if refused {
                continue;
            }
            before = layout::max_vcpu_id(s, d, before);
            let info = layout::domain_info(s.records, d, before);
            let bytes = info.bytes(s.extra);
            self.regions.write(buffer + u64::from(count) * bytes.len() as u64, bytes)?;
            count += 1;
        }
        if refused && s.release <= (4, 17) {
            return Err(Errno::EACCES);
        }
        let told = s.lie.filter(|_| max > 0).unwrap_or(count);
        self.regions.write(at + 16, &told.to_le_bytes()).map(|()| 0)
    }

    fn console(&self, s: &State, at: u64) -> Answer {
        let incremental = s.sysctl >= 5 && self.regions.read::<2>(at)? == [0, 1];
        let (buffer, count) = (self.u64(at + 8)?, self.u32(at + 16)? as usize);
        let oldest = s.console.len().saturating_sub(s.ring);
        let from = if incremental { (self.u32(at + 4)? as usize).max(oldest) } else { oldest };
        let text = &s.console[from.min(s.console.len())..];
        let text = &text[..text.len().min(count)];
        self.regions.write(buffer, text)?;
        if s.sysctl >= 5 {
            self.regions.write(at + 4, &((from + text.len()) as u32).to_le_bytes())?;
        }
        self.regions.write(at + 16, &(text.len() as u32).to_le_bytes()).map(|()| 0)
    }

    fn cpu_times(&self, s: &State, at: u64) -> Answer {
        let (max, buffer) = (self.u32(at)?, self.u64(at + 8)?);
        // Xen answers for the CPUs it has room for, of which some may not be there.
        let count = max.min(s.cpus + 2);
        for i in 0..u64::from(count) {
            self.regions.write(buffer + 8 * i, &(1_000_000 * (i + 1)).to_le_bytes())?;
        }
        self.regions.write(at + 16, &count.to_le_bytes()).map(|()| 0)
    }

    fn places(&self, s: &State, at: u64) -> Answer {
        let (count, buffer) = (self.u32(at)?.min(s.cpus), self.u64(at + 8)?);
        for i in 0..count {
            let words = [i / 2, 0, 0].map(u32::to_le_bytes).concat();
            self.regions.write(buffer + 12 * u64::from(i), &words)?;
        }
        self.regions.write(at, &count.to_le_bytes()).map(|()| 0)
    }

    fn old_places(&self, s: &State, at: u64) -> Answer {
        let last = self.u32(at)?.min(s.cpus - 1);
        for i in 0..=last {
            let words = [i / 2, 0, 0];
            for (field, word) in (0..).zip(words) {
                let array = self.u64(at + 8 + 8 * field)?;
                self.regions.write(array + 4 * u64::from(i), &u32::to_le_bytes(word))?;
            }
        }
        self.regions.write(at, &last.to_le_bytes()).map(|()| 0)
    }

    fn numa(&self, at: u64) -> Answer {
        let (memory, distance) = (self.u64(at + 8)?, self.u64(at + 16)?);
        self.regions.write(memory, &(8_u64 << 30).to_le_bytes())?;
        self.regions.write(memory + 8, &(2_u64 << 30).to_le_bytes())?;
        self.regions.write(distance, &10_u32.to_le_bytes())?;
        self.regions.write(at, &1_u32.to_le_bytes()).map(|()| 0)
    }

    fn old_numa(&self, at: u64) -> Answer {
        self.regions.write(self.u64(at + 8)?, &(8_u64 << 30).to_le_bytes())?;
        self.regions.write(self.u64(at + 16)?, &(2_u64 << 30).to_le_bytes())?;
        self.regions.write(self.u64(at + 24)?, &10_u32.to_le_bytes())?;
        self.regions.write(at, &0_u32.to_le_bytes()).map(|()| 0)
    }

    /// Two pools: all CPUs with the default scheduler, and number 3 with credit.
    fn pool(&self, s: &State, at: u64) -> Answer {
        let (op, id) = (self.u32(at)?, self.u32(at + 4)?);
        let (map, bits) = (self.u64(at + 24)?, self.u32(at + 32)?);
        let (id, scheduler, cpus) = match id {
            _ if op != 3 => return Err(Errno::EINVAL),
            0 => (0, s.scheduler, 0b0111_u64),
            1..=3 => (3, 5, 0b1000),
            _ => return Err(Errno::ENOENT),
        };
        self.write_map(map, bits, cpus)?;
        let domains = s.domains.iter().filter(|d| d.cpupool == id).count();
        for (offset, value) in [(4, id), (8, scheduler), (20, domains as u32)] {
            self.regions.write(at + offset, &value.to_le_bytes())?;
        }
        Ok(0)
    }

    fn pool_share(&self, s: &State, at: u64) -> Answer {
        let (pool, scheduler, command) = (self.u32(at)?, self.u32(at + 4)?, self.u32(at + 8)?);
        let here = if pool == 3 { 5 } else { s.scheduler };
        if command != 1 || scheduler != here {
            return Err(Errno::EINVAL);
        }
        let words = if scheduler == 5 { [30, 1000, 0] } else { [1000, 0, 0] };
        self.regions.write(at + 16, &words.map(u32::to_le_bytes).concat()).map(|()| 0)
    }

    fn domctl(&self, s: &mut State, at: u64) -> Answer {
        let _: [u8; 144] = self.regions.read(at)?;
        let command = self.open(s, at, s.domctl)?;
        if command == 5 {
            return self.domain_info(s, at + 8, at + 16);
        }
        let d = self.find(s, at + 8)?;
        if s.hidden.contains(&d.id) {
            return Err(Errno::EACCES);
        }
        match command {
            14 => self.vcpu(s, d, at + 16),
            16 if self.u32(at + 20)? == 1 => self.share(s, d, at + 16),
            25 => self.affinity(s, d, at + 16),
            _ => {
                let id = d.id;
                self.new_change(s, command, id, at + 16)
            }
        }
    }

    /// Up to 4.17 the next domain is told where there is no such one.
    fn domain_info(&self, s: &State, id_at: u64, at: u64) -> Answer {
        let wanted = u16::from_le_bytes(self.regions.read(id_at)?);
        let near = s.domains.iter().find(|d| d.id >= wanted);
        let found = near.filter(|d| d.id == wanted || s.release < (4, 18)).ok_or(Errno::ESRCH)?;
        self.regions.write(id_at, &found.id.to_le_bytes())?;
        let info = layout::domain_info(s.records, found, layout::max_vcpu_id(s, found, 0x1234));
        self.regions.write(at, info.bytes(0)).map(|()| 0)
    }

    fn vcpu(&self, s: &State, d: &SimDomain, at: u64) -> Answer {
        let vcpu = self.u32(at)?;
        Self::has_vcpu(s, d, vcpu)?;
        let c = layout::C::new().u32(vcpu).u8(u8::from(vcpu < d.online)).u8(1).u8(0);
        self.write(at, &c.u64(vcpu_time(d, vcpu)).u32(vcpu % s.cpus))
    }

    fn affinity(&self, s: &State, d: &SimDomain, at: u64) -> Answer {
        let vcpu = self.u32(at)?;
        Self::has_vcpu(s, d, vcpu)?;
        if s.domctl >= 10 {
            if self.u32(at + 4)?.trailing_zeros() >= 2 {
                return Err(Errno::EINVAL);
            }
            let soft = d.soft.get(&vcpu).copied().unwrap_or(0b0101);
            self.write_map(self.u64(at + 24)?, self.u32(at + 32)?, soft)?;
        }
        self.write_map(self.u64(at + 8)?, self.u32(at + 16)?, map(s, d, vcpu))
    }

    fn share(&self, s: &State, d: &SimDomain, at: u64) -> Answer {
        let scheduler = self.u32(at)?;
        if scheduler != s.scheduler_of(d) {
            return Err(Errno::EINVAL);
        }
        let (weight, cap) = d.share;
        let c = layout::C::new().u32(scheduler).u32(1);
        match scheduler {
            4 => self.write(at, &sedf(c)),
            5 => self.write(at, &c.u16(weight.unwrap_or(300)).u16(cap.unwrap_or(50))),
            6 => {
                let c = c.u16(weight.unwrap_or(256));
                self.write(at, &c.when(s.release >= (4, 10), |c| c.u16(cap.unwrap_or(70))))
            }
            8 => self.write(at, &c.u32(10_000).u32(4_000).when(s.release >= (4, 10), |c| c.u32(1))),
            _ => Err(Errno::EINVAL),
        }
    }

    pub(super) fn find<'s>(&self, s: &'s State, at: u64) -> Result<&'s SimDomain, Errno> {
        let id = u16::from_le_bytes(self.regions.read(at)?);
        s.domains.iter().find(|d| d.id == id).ok_or(Errno::ESRCH)
    }

    pub(super) fn has_vcpu(s: &State, d: &SimDomain, vcpu: u32) -> Result<(), Errno> {
        let none = if s.release >= (4, 22) { Errno::ENOENT } else { Errno::EINVAL };
        if vcpu < d.vcpus { Ok(()) } else { Err(none) }
    }

    pub(super) fn write_map(&self, at: u64, bits: u32, map: u64) -> Answer {
        let mut bytes = [0; 512];
        bytes[..8].copy_from_slice(&map.to_le_bytes());
        self.regions.write(at, &bytes[..bits.div_ceil(8) as usize]).map(|()| 0)
    }

    fn write(&self, at: u64, c: &layout::C) -> Answer {
        self.regions.write(at, c.bytes(0)).map(|()| 0)
    }

    pub(super) fn u32(&self, at: u64) -> Result<u32, Errno> {
        self.regions.read(at).map(u32::from_le_bytes)
    }

    pub(super) fn u64(&self, at: u64) -> Result<u64, Errno> {
        self.regions.read(at).map(u64::from_le_bytes)
    }
}

/// Where a vCPU may run: its own CPU, or all.
pub(super) fn map(s: &State, d: &SimDomain, vcpu: u32) -> u64 {
    if let Some(&set) = d.hard.get(&vcpu) {
        return set;
    }
    if d.pinned { 1 << (vcpu % s.cpus) } else { (1 << s.cpus) - 1 }
}

/// CPU time of one vCPU.
pub fn vcpu_time(d: &SimDomain, vcpu: u32) -> u64 {
    d.cpu_time / u64::from(d.vcpus.max(1)) + u64::from(vcpu)
}

fn sedf(c: layout::C) -> layout::C {
    c.u64(20_000_000).u64(15_000_000).u64(1_000_000).u32(1).u32(2)
}
