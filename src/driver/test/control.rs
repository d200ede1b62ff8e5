//! The changing half: each change is made to the world at once, or begun there, and kept where state is kept.

use super::{
    Test,
    check::{exists, meets},
    describe,
    event::Deed,
    guest::{Flow, Guest},
    life::refused,
    plan::{DevicePlan, DomainPlan, Life, Start},
    world::{World, no_domain},
};
use crate::{
    driver::{Answer, Control, Lost, Permit},
    model::{
        Affinity, CpuSet, DeviceKind, DomainKey, KiB, Name,
        request::{Change, PinRequest, Request},
    },
};

impl Control for Test {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        let done = self.alter(change.op(), |world| {
            let place = world.place(key, 0).ok_or_else(|| no_domain(key))?;
            world.alter(place, change)
        });
        done.map(|()| Lost::new())
    }

    fn make(&self, _permit: &Permit, request: &Request) -> Answer<Lost> {
        let made = self.alter(request.op(), |world| match request {
            Request::Create(file) => world.create(describe::domain_file(file)?),
            Request::Define(file) => world.define(describe::domain_file(file)?.start(Start::Off)),
            Request::Restore(file) => world.restore(file),
            Request::Domain(key, _) => Err(no_domain(*key)),
        });
        made.map(|()| Lost::new())
    }
}

impl World {
    fn alter(&mut self, place: usize, change: &Change) -> Answer<()> {
        match change {
            Change::Suspend => self.deed(place, Deed::Pause),
            Change::Resume => self.deed(place, Deed::Resume),
            Change::Shutdown => self.deed(place, Deed::Shutdown),
            Change::Reboot => self.deed(place, Deed::Reboot),
            Change::Destroy => self.deed(place, Deed::Destroy),
            Change::Start => self.deed(place, Deed::Start),
            Change::Undefine => self.undefine(place),
            Change::SetMemory(amount) => self.set_memory(place, *amount),
            Change::SetMaxMemory(limit) => self.set_max_memory(place, *limit),
            Change::SetVcpus(count) => self.set_vcpus(place, *count),
            Change::Pin(pin) => self.pin(place, pin),
            Change::SetScheduler { weight, cap } => self.set_share(place, *weight, *cap),
            Change::Rename(name) => self.rename(place, name),
            Change::Save(file) => self.save(place, file),
            Change::Dump(file) => self.dump(place, file),
            Change::Attach(file) => self.attach(place, describe::device_file(file)?),
            Change::Detach(file) => self.detach(place, &describe::device_file(file)?.0),
            Change::SetAutostart(on) => {
                self.guests[place].plan.life.autostart = *on;
                Ok(())
            }
        }
    }

    /// Keeps a definition: of a new domain, or of one that is there under this name and uuid; where it runs, from its
    /// next start on.
    fn define(&mut self, mut plan: DomainPlan) -> Answer<()> {
        plan.life.kept = true;
        let same = |guest: &Guest| guest.plan.uuid == plan.uuid && guest.plan.name == plan.name;
        let Some(place) = self.guests.iter().position(same) else { return self.create(plan) };
        self.fits(&plan)?;
        let guest = &mut self.guests[place];
        if guest.plan.uuid.is_nil() {
            return Err(refused(format!("{} is the control domain", guest.name)));
        }
        guest.plan.life.kept = true;
        let plan = plan.after(&guest.plan);
        match guest.run {
            Some(_) => guest.next = Some(plan),
            None => guest.plan = plan,
        }
        Ok(())
    }

    fn undefine(&mut self, place: usize) -> Answer<()> {
        let guest = &mut self.guests[place];
        if guest.plan.uuid.is_nil() {
            return Err(refused(format!("{} is the control domain", guest.name)));
        }
        guest.plan.life.kept = false;
        guest.next = None;
        if guest.run.is_none() {
            self.guests.remove(place);
        }
        Ok(())
    }

    fn set_memory(&mut self, place: usize, amount: KiB) -> Answer<()> {
        let (now, free) = (self.clock.now, self.unclaimed());
        let guest = &mut self.guests[place];
        let limit = guest.plan.max_memory;
        if amount.0 == 0 || amount > limit {
            return Err(refused(format!(
                "{} KiB are not between 1 and the {} KiB allowed",
                amount.0, limit.0
            )));
        }
        if let Some(run) = &mut guest.run {
            if amount.0 > run.claim(now).0.saturating_add(free.0) {
                let problem = format!("{} KiB are more than the {} KiB free on the host", amount.0, free.0);
                return Err(refused(problem).hint("shrink or end another domain first"));
            }
            run.inflate(amount, now);
        }
        guest.plan.memory = amount;
        Ok(())
    }

    fn set_max_memory(&mut self, place: usize, limit: KiB) -> Answer<()> {
        let now = self.clock.now;
        let guest = &self.guests[place];
        let has = guest.run.as_ref().map_or(guest.plan.memory, |run| run.claim(now));
        if limit < has {
            return Err(refused(format!("a limit of {} KiB is below the {} KiB it has", limit.0, has.0))
                .hint("shrink its memory first"));
        }
        self.replan(place, |plan| plan.max_memory = limit)
    }

    /// Changes a description, if a domain can be as it says then.
    fn replan(&mut self, place: usize, change: impl FnOnce(&mut DomainPlan)) -> Answer<()> {
        let mut plan = self.guests[place].plan.clone();
        change(&mut plan);
        if let Some(problem) = plan.problem(&self.pools, self.node.pcpus()) {
            return Err(refused(problem));
        }
        self.guests[place].plan = plan;
        Ok(())
    }

    fn set_vcpus(&mut self, place: usize, count: u32) -> Answer<()> {
        let most = self.guests[place].plan.vcpus.max;
        if !(1..=most).contains(&count) {
            return Err(refused(format!("{count} vCPUs are not between 1 and {most}")));
        }
        let guest = &mut self.guests[place];
        guest.plan.vcpus.online = count;
        for (index, cpu) in (0..).zip(guest.run.iter_mut().flat_map(|run| &mut run.cpus)) {
            cpu.online = index < count;
        }
        Ok(())
    }

    fn pin(&mut self, place: usize, pin: &PinRequest) -> Answer<()> {
        let (pcpus, guest) = (self.node.pcpus(), &mut self.guests[place]);
        let pool = &self.pools[guest.plan.share.pool as usize].cpus;
        let vcpus = pin.vcpu.map_or(0..guest.plan.vcpus.max, |vcpu| vcpu..vcpu.saturating_add(1));
        if vcpus.end > guest.plan.vcpus.max {
            return Err(refused(format!("{} has no vCPU {}", guest.name, vcpus.start)));
        }
        let hard = pin.hard.as_ref().and_then(|set| meets(set, pool, pcpus));
        if let Some(problem) = hard.or_else(|| pin.soft.as_ref().and_then(|set| exists(set, pcpus))) {
            return Err(refused(problem));
        }
        for vcpu in vcpus {
            guest.plan.pin(vcpu, pin);
            let cpu = guest.run.as_mut().and_then(|run| run.cpus.get_mut(vcpu as usize));
            if let (Some(cpu), Some(now)) = (cpu, guest.plan.pins.iter().find(|pin| pin.vcpu == vcpu)) {
                (cpu.hard, cpu.soft) = (now.hard.clone(), now.soft.clone());
            }
        }
        Ok(())
    }

    fn set_share(&mut self, place: usize, weight: Option<u32>, cap: Option<u32>) -> Answer<()> {
        self.replan(place, |plan| {
            plan.share.weight = weight.unwrap_or(plan.share.weight);
            plan.share.cap = cap.unwrap_or(plan.share.cap);
        })
    }

    fn rename(&mut self, place: usize, name: &str) -> Answer<()> {
        if name.is_empty() || name.len() > 4096 {
            return Err(refused("a name has between 1 and 4096 bytes"));
        }
        let twin = self.guests.iter().position(|guest| guest.plan.name == name);
        if twin.is_some_and(|twin| twin != place) {
            return Err(refused(format!("there is a domain {name} already")));
        }
        let guest = &mut self.guests[place];
        (guest.name, guest.plan.name) = (Name::new(name), name.into());
        self.sort();
        Ok(())
    }

    fn attach(&mut self, place: usize, (device, text): (DevicePlan, String)) -> Answer<()> {
        let guest = &mut self.guests[place];
        if guest.plan.devices.iter().any(|other| other.same(&device)) {
            return Err(refused(format!("{} has that device already", guest.name)));
        }
        let xml = guest.plan.with_disk(&text);
        guest.plan.devices.push(device);
        // Of the disks that a simulation knows nothing of one may be called like it.
        if let Some(why) = guest.plan.contradiction() {
            guest.plan.devices.pop();
            return Err(refused(format!("{} cannot have that device: {why}", guest.name)));
        }
        if xml.is_some() {
            guest.plan.xml = xml;
        }
        if let Some(run) = &mut guest.run {
            run.flows.push(Flow::default());
        }
        Ok(())
    }

    fn detach(&mut self, place: usize, device: &DevicePlan) -> Answer<()> {
        let guest = &mut self.guests[place];
        let Some(at) = guest.plan.devices.iter().position(|other| other.same(device)) else {
            return Err(refused(format!("{} has no such device", guest.name)));
        };
        guest.plan.devices.remove(at);
        if let Some(run) = &mut guest.run {
            run.flows.remove(at);
        }
        Ok(())
    }
}

impl DomainPlan {
    /// The same in the place of what was: what only a simulation knows stays.
    fn after(self, before: &Self) -> Self {
        let life = Life { start: self.life.start, kept: true, ..before.life };
        let rate = |device: DevicePlan| match before.devices.iter().find(|old| old.same(&device)) {
            Some(old) => DevicePlan { inward: old.inward, outward: old.outward, ..device },
            None => device,
        };
        let devices = self.devices.into_iter().map(rate).collect();
        Self { temper: before.temper, life, devices, ..self }
    }

    /// Sets what a request sets, and leaves the rest of the vCPU's pin as it is.
    fn pin(&mut self, vcpu: u32, request: &PinRequest) {
        let place = self.pins.iter().position(|pin| pin.vcpu == vcpu).unwrap_or_else(|| {
            self.pins.push(Affinity { vcpu, hard: CpuSet::all(), soft: CpuSet::all() });
            self.pins.len() - 1
        });
        let pin = &mut self.pins[place];
        pin.hard = request.hard.clone().unwrap_or_else(|| pin.hard.clone());
        pin.soft = request.soft.clone().unwrap_or_else(|| pin.soft.clone());
    }
}

impl DevicePlan {
    /// Whether a domain could not have both: interfaces are told apart by address, all else by name.
    fn same(&self, other: &Self) -> bool {
        let mark = |device: &Self| match device.kind {
            DeviceKind::Net => device.note.clone(),
            _ => device.name.clone(),
        };
        self.kind == other.kind && mark(self) == mark(other)
    }
}
