//! One simulated domain: its description, and its present run where it has one.

use serde::{Deserialize, Serialize};

use super::{
    board::{Board, Cpu, Ground, Segment},
    noise::{mix, unit},
    plan::{DevicePlan, DomainPlan},
    transfer::Transfer,
};
use crate::model::{CpuSet, DomainId, DomainKey, DomainState, KiB, Name, Nanos, ShutdownReason, VcpuCount};

/// How fast memory moves at least, in KiB a second.
const BALLOON_PACE: u64 = 96 << 10;

/// A domain the host knows.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) plan: DomainPlan,
    pub(super) name: Name,
    pub(super) seed: u64,
    pub(super) run: Option<Run>,
    /// What it will be started by next, where it was defined anew while it runs.
    pub(super) next: Option<DomainPlan>,
}

/// One run of a domain, from its start to its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) id: DomainId,
    pub(super) phase: Phase,
    pub(super) started: Nanos,
    pub(super) cpus: Vec<Cpu>,
    pub(super) flows: Vec<Flow>,
    pub(super) balloon: Balloon,
    /// What its guest was last asked to do, and when: `poweroff` or `reboot`.
    #[serde(default)]
    pub(super) asked: Option<Asked>,
    /// Its memory on the way to or from a file.
    #[serde(default)]
    pub(super) transfer: Option<Transfer>,
}

/// A shutdown request to a guest.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    at: Nanos,
    reboot: bool,
}

impl Asked {
    pub(super) const fn new(at: Nanos, reboot: bool) -> Self {
        Self { at, reboot }
    }

    /// Its word, while it stands: a guest that does as asked takes it away in the first half of its time, one that
    /// ignores it never does.
    pub(super) fn stands(self, takes: Option<Nanos>, now: Nanos) -> Option<&'static str> {
        let word = if self.reboot { "reboot" } else { "poweroff" };
        takes.is_none_or(|takes| now.since(self.at).0 < takes.0 / 2).then_some(word)
    }
}

/// How far a run has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    Live,
    Paused,
    ShutDown(ShutdownReason),
    Crashed,
    Dying,
}

/// Memory on its way from one amount to another at an even pace.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Balloon {
    from: KiB,
    pub(super) target: KiB,
    since: Nanos,
    /// In KiB a second; 0 while the guest stands still.
    pace: u64,
}

/// What passes through one device.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) inward: Tally,
    pub(super) outward: Tally,
}

/// Bytes one way.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    had: u64,
    #[serde(skip)]
    gets: u64,
}

impl Guest {
    pub(super) fn new(plan: DomainPlan, host_seed: u64) -> Self {
        let bits = plan.uuid.as_u64_pair();
        Self {
            name: Name::new(&plan.name),
            seed: mix(mix(host_seed, bits.0), bits.1),
            plan,
            run: None,
            next: None,
        }
    }

    pub(super) fn key(&self) -> DomainKey {
        DomainKey { id: self.run.as_ref().map(|run| run.id), uuid: self.plan.uuid }
    }

    /// Begins a run at `now`.
    pub(super) fn boot(&mut self, id: DomainId, now: Nanos) {
        let plan = &self.plan;
        let mut cpus: Vec<_> = (0..plan.vcpus.max).map(|n| Cpu::new(n < plan.vcpus.online)).collect();
        for pin in &plan.pins {
            if let Some(cpu) = cpus.get_mut(pin.vcpu as usize) {
                (cpu.hard, cpu.soft) = (pin.hard.clone(), pin.soft.clone());
            }
        }
        let flows = vec![Flow::default(); plan.devices.len()];
        self.run = Some(Run {
            id,
            phase: Phase::Live,
            started: now,
            cpus,
            flows,
            balloon: Balloon::at(plan.memory, now),
            asked: None,
            transfer: None,
        });
    }

    /// Becomes what it was defined to be meanwhile, now that it does not run.
    pub(super) fn renew(&mut self) {
        if let Some(next) = self.next.take() {
            self.name = Name::new(&next.name);
            self.plan = next;
        }
    }

    /// What it is doing right now.
    pub(super) fn state(&self, board: &Board) -> DomainState {
        let Some(run) = &self.run else { return DomainState::Off };
        match run.phase {
            Phase::Live if run.cpus.iter().any(|cpu| board.runs(cpu) || board.waits(cpu)) => {
                DomainState::Running
            }
            Phase::Live => DomainState::Blocked,
            Phase::Paused => DomainState::Paused,
            Phase::ShutDown(reason) => DomainState::ShutDown(reason),
            Phase::Crashed => DomainState::Crashed,
            Phase::Dying => DomainState::Dying,
        }
    }

    /// Works out what its vCPUs want from `now` on, and places them.
    pub(super) fn place(&mut self, board: &mut Board, pool: &CpuSet, now: Nanos) {
        let Some(run) = self.run.as_mut().filter(|run| run.phase == Phase::Live) else { return };
        let load = self.plan.temper.load(self.seed, now.seconds());
        let mut wanted = 0.0;
        for (n, cpu) in (0..).zip(&mut run.cpus).filter(|(_, cpu)| cpu.online) {
            // Not all work as hard, but all rest together and all are at their limit together.
            board.lift(cpu);
            let lean = (unit(self.seed, n) - 0.5) * load * (1.0 - load);
            cpu.want = load + lean;
            wanted += cpu.want;
        }
        let cap = self.plan.share.cap as f32 / 100.0;
        let thin = if cap > 0.0 && wanted > cap { cap / wanted } else { 1.0 };
        let weight = self.plan.share.weight as f32;
        let chance = mix(self.seed, now.0);
        for (n, cpu) in (0..).zip(&mut run.cpus).filter(|(_, cpu)| cpu.online) {
            cpu.want *= thin;
            board.place(cpu, Ground { pool, weight, chance: chance.wrapping_add(n) });
        }
    }

    /// Hands its placed vCPUs on with their weight.
    pub(super) fn each_cpu(&mut self, give: &mut dyn FnMut(f32, &mut Cpu)) {
        let weight = self.plan.share.weight as f32;
        let run = self.run.iter_mut().filter(|run| run.phase == Phase::Live);
        run.flat_map(|run| &mut run.cpus).filter(|cpu| cpu.online).for_each(|cpu| give(weight, cpu));
    }

    /// Books what it was granted in a segment, and the traffic that comes of that.
    pub(super) fn book(&mut self, board: &mut Board, segment: Segment) {
        let Some(run) = self.run.as_mut().filter(|run| run.phase == Phase::Live) else { return };
        run.cpus.iter_mut().filter(|cpu| cpu.online).for_each(|cpu| board.book(cpu, segment.length()));
        let granted: f32 = run.cpus.iter().filter_map(|cpu| cpu.granted).sum();
        let online = run.cpus.iter().filter(|cpu| cpu.online).count().max(1);
        let activity = f64::from(granted) / online as f64 * segment.length() as f64 / 1e9;
        for (n, (flow, device)) in (0..).zip(run.flows.iter_mut().zip(&self.plan.devices)) {
            flow.plan(device, activity * f64::from(0.6 + 0.8 * unit(mix(self.seed, n), segment.start.0)));
        }
    }

    /// Has its run have begun before `now`, on a host that was up since 0, and gone on as it does in this segment.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a time that fits")]
    pub(super) fn give_past(&mut self, board: &mut Board, segment: Segment, now: Nanos) {
        let Some(run) = &mut self.run else { return };
        let most = self.plan.life.lives.map_or(now, |lives| Nanos(lives.0 / 2).min(now));
        let young = if self.plan.uuid.is_nil() { 0.0 } else { f64::from(unit(self.seed, 11)) * 0.9 };
        let age = (most.0 as f64 * (1.0 - young)) as u64;
        run.started = Nanos(now.0.saturating_sub(age));
        run.cpus.iter_mut().for_each(|cpu| board.give_past(cpu, age));
        run.flows.iter_mut().for_each(|flow| flow.give_past(age / segment.length().max(1)));
    }

    /// Ends a segment at `now`.
    pub(super) fn fold(&mut self, segment: Segment, now: Nanos) {
        let Some(run) = &mut self.run else { return };
        run.cpus.iter_mut().for_each(|cpu| cpu.fold(segment, now));
        run.flows.iter_mut().for_each(|flow| flow.fold(segment, now));
    }

    /// The amount of memory its temper would have it move to now, where that is another than before.
    pub(super) fn whim(&self, now: Nanos) -> Option<KiB> {
        let run = self.run.as_ref().filter(|run| run.phase == Phase::Live)?;
        let share = self.plan.temper.wanted_memory(self.seed, now.seconds())?;
        let mib = (f64::from(share) * (self.plan.max_memory.0 >> 10) as f64).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of the maximum")]
        let target = KiB((mib as u64) << 10);
        (target != run.balloon.target).then_some(target)
    }

    /// Its name for the device with this place among its devices.
    pub(super) fn device_name(&self, place: usize) -> Name {
        let device = &self.plan.devices[place];
        match &self.run {
            Some(run) if device.name.is_empty() => {
                let kind = device.kind;
                let nth = self.plan.devices[..place].iter().filter(|d| d.kind == kind).count();
                Name::new(&format!("vif{}.{nth}", run.id.0))
            }
            _ => Name::new(&device.name),
        }
    }
}

impl Run {
    /// What it is doing or what is done to it, in a word.
    pub(super) fn doing(&self) -> String {
        self.transfer
            .map_or_else(|| self.phase.word().into(), |transfer| format!("being {}", transfer.word()))
    }

    pub(super) fn vcpus(&self) -> VcpuCount {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let online = self.cpus.iter().filter(|cpu| cpu.online).count();
        VcpuCount { online: count(online), max: count(self.cpus.len()) }
    }

    pub(super) fn cpu_time(&self, segment: Segment, now: Nanos) -> Nanos {
        Nanos(self.cpus.iter().map(|cpu| cpu.time(segment, now).0).fold(0, u64::saturating_add))
    }

    /// Memory it has by `now`.
    pub(super) fn memory(&self, now: Nanos) -> KiB {
        self.balloon.amount(now)
    }

    /// The most it has or will have unless it is asked again.
    pub(super) fn claim(&self, now: Nanos) -> KiB {
        self.memory(now).max(self.balloon.target)
    }

    /// Stops or goes on at `now`: a guest whose vCPUs stand still moves no memory.
    pub(super) fn enter(&mut self, phase: Phase, now: Nanos) {
        self.phase = phase;
        self.balloon = self.balloon.turned(self.balloon.target, now);
        if phase != Phase::Live {
            self.balloon.pace = 0;
            self.cpus.iter_mut().for_each(|cpu| cpu.want = 0.0);
        }
    }

    /// Begins to move to this much memory.
    pub(super) fn inflate(&mut self, target: KiB, now: Nanos) {
        self.balloon = self.balloon.turned(target, now);
        if self.phase != Phase::Live {
            self.balloon.pace = 0;
        }
    }
}

impl Balloon {
    fn at(amount: KiB, now: Nanos) -> Self {
        Self { from: amount, target: amount, since: now, pace: 0 }
    }

    fn amount(&self, now: Nanos) -> KiB {
        let moved = u128::from(self.pace) * u128::from(now.since(self.since).0) / 1_000_000_000;
        let moved = u64::try_from(moved).unwrap_or(u64::MAX);
        if self.from < self.target {
            KiB(self.from.0.saturating_add(moved)).min(self.target)
        } else {
            KiB(self.from.0.saturating_sub(moved)).max(self.target)
        }
    }

    /// The same from `now` on with this target: it gets there in about four seconds, or at the least pace.
    fn turned(&self, target: KiB, now: Nanos) -> Self {
        let from = self.amount(now);
        Self { from, target, since: now, pace: (from.0.abs_diff(target.0) / 4).max(BALLOON_PACE) }
    }
}

impl Flow {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float's limit saturates")]
    fn plan(&mut self, device: &DevicePlan, activity: f64) {
        let connected = device.state == "connected";
        let bytes = |rate: u64| if connected { (rate as f64 * activity) as u64 } else { 0 };
        self.inward.gets = bytes(device.inward);
        self.outward.gets = bytes(device.outward);
    }

    /// Has as much have passed as passes in so many segments like this one.
    fn give_past(&mut self, segments: u64) {
        for tally in [&mut self.inward, &mut self.outward] {
            tally.had = tally.had.saturating_add(tally.gets.saturating_mul(segments));
        }
    }

    fn fold(&mut self, segment: Segment, now: Nanos) {
        for tally in [&mut self.inward, &mut self.outward] {
            *tally = Tally { had: tally.bytes(segment, now), gets: 0 };
        }
    }
}

impl Tally {
    pub(super) fn bytes(&self, segment: Segment, now: Nanos) -> u64 {
        self.had.saturating_add(segment.part(self.gets, now))
    }
}
