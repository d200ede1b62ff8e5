//! The pCPUs and who gets how much of them.
//!
//! Time is cut into segments. At the start of one, each vCPU wants a share of a pCPU, is placed on one it may use, and
//! is granted what it wants, or what is fair where a pCPU is wanted by too many: shares by weight, and what one does
//! not want goes to the others. Within a segment all counters grow in a straight line, so a reading depends on when
//! it is taken, not on how many were taken before.

use serde::{Deserialize, Serialize};

use super::noise::{below, mix, unit};
use crate::model::{Affinity, CpuSet, Nanos};

/// Rounds at most in which vCPUs that want less than their fair part are served; mostly a few do.
const ROUNDS: usize = 64;
/// How much more crowded a pCPU must be than the best before a vCPU leaves it, while there is room for all.
const STICKINESS: f32 = 0.25;
/// How much more crowded a pCPU of the soft affinity may be than others and still be taken.
const PREFERENCE: f32 = 0.5;
/// On hosts of more pCPUs than this, a vCPU that may run anywhere looks at a few only.
const FEW: u32 = 32;
/// The span in which a vCPU is either on its pCPU or not.
const SLOT: u64 = 10_000_000;

/// A virtual CPU.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Cpu {
    /// Whether it is plugged in.
    pub(super) online: bool,
    /// Where it may run at all.
    pub(super) hard: CpuSet,
    /// Where it would rather run.
    pub(super) soft: CpuSet,
    /// Time it had before the segment.
    pub(super) had: u64,
    /// Time it gets in the segment.
    #[serde(skip)]
    pub(super) gets: u64,
    /// The pCPU it is on.
    pub(super) pcpu: u32,
    /// The share of a pCPU it wants, and what it was granted.
    #[serde(skip)]
    pub(super) want: f32,
    #[serde(skip)]
    pub(super) granted: Option<f32>,
    /// Where on its pCPU's round its turn begins.
    #[serde(skip)]
    from: f32,
}

/// A stretch of simulated time in which nothing changes its pace.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Segment {
    pub(super) start: Nanos,
    pub(super) end: Nanos,
}

impl Segment {
    pub(super) fn length(self) -> u64 {
        self.end.since(self.start).0
    }

    /// How much of what the segment brings has come by `now`.
    pub(super) fn part(self, of: u64, now: Nanos) -> u64 {
        let (passed, length) = (now.since(self.start).0, self.length());
        if passed >= length {
            return of;
        }
        let wide = || u64::try_from(u128::from(of) * u128::from(passed) / u128::from(length)).unwrap_or(of);
        of.checked_mul(passed).map_or_else(wide, |product| product / length)
    }
}

/// A physical CPU.
#[derive(Clone, Debug, Default)]
struct Lane {
    /// Time it was busy before the segment.
    had: u64,
    /// Time it is busy in the segment.
    gets: u64,
    /// What is wanted of it, and what those not placed yet wanted of it in the last segment.
    wanted: f32,
    expected: f32,
    /// What of it is not yet granted, and the weight of those who wait for it.
    left: f32,
    weight: f32,
    /// Where its round is right now, from 0 to 1.
    hand: f32,
    /// How far its round is given away.
    given: f32,
}

/// What a vCPU may use: its pool's pCPUs of a host that has so many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub(super) pool: &'a CpuSet,
    pub(super) weight: f32,
    /// A number of its own for the segment.
    pub(super) chance: u64,
}

/// All pCPUs of the host.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    lanes: Vec<Lane>,
    crowded: bool,
}

impl Board {
    pub(super) fn new(pcpus: u32) -> Self {
        Self { lanes: vec![Lane::default(); pcpus as usize], crowded: false }
    }

    pub(super) fn pcpus(&self) -> u32 {
        u32::try_from(self.lanes.len()).unwrap_or(u32::MAX)
    }

    /// Begins a segment: nobody is placed.
    pub(super) fn clear(&mut self) {
        for lane in &mut self.lanes {
            *lane =
                Lane { had: lane.had, hand: lane.hand, left: 1.0, expected: lane.wanted, ..Lane::default() };
        }
        self.crowded = false;
    }

    /// Lifts a vCPU from where it was, before its new want is known.
    pub(super) fn lift(&mut self, cpu: &Cpu) {
        let lane = &mut self.lanes[cpu.pcpu as usize];
        lane.expected = (lane.expected - cpu.want).max(0.0);
    }

    /// Places a vCPU that wants its `want`.
    pub(super) fn place(&mut self, cpu: &mut Cpu, ground: Ground<'_>) {
        cpu.pcpu = self.best(cpu, ground);
        let lane = &mut self.lanes[cpu.pcpu as usize];
        lane.wanted += cpu.want;
        lane.weight += ground.weight;
        self.crowded |= lane.wanted > 1.0;
        cpu.granted = None;
    }

    /// The least crowded pCPU it may use, its own where that is not much worse.
    fn best(&self, cpu: &Cpu, ground: Ground<'_>) -> u32 {
        let may = |p: u32| p < self.pcpus() && ground.pool.contains(p) && cpu.hard.contains(p);
        let crowd = |p: u32| {
            let away = if cpu.soft.contains(p) { 0.0 } else { PREFERENCE };
            self.lanes[p as usize].wanted + self.lanes[p as usize].expected + away
        };
        let bonus = |crowd: f32| if crowd + cpu.want <= 1.0 { STICKINESS } else { 0.0 };
        let stay = Some(cpu.pcpu).filter(|&p| may(p)).map(|p| (p, crowd(p) - bonus(crowd(p))));
        let lighter = |best: Option<(u32, f32)>, p: u32| match best {
            Some((_, least)) if least <= crowd(p) => best,
            _ => Some((p, crowd(p))),
        };
        let best = if self.pcpus() > FEW && cpu.hard.is_all() {
            self.probes(ground.chance).filter(|&p| may(p)).fold(stay, lighter)
        } else {
            cpu.hard.iter(self.pcpus()).filter(|&p| may(p)).fold(stay, lighter)
        };
        // Where affinity and pool do not meet, a domain runs in its pool all the same, as under Xen.
        best.map_or_else(|| ground.pool.iter(self.pcpus()).next().unwrap_or(0), |(p, _)| p)
    }

    fn probes(&self, chance: u64) -> impl Iterator<Item = u32> + use<> {
        let pcpus = u64::from(self.pcpus());
        (0..4).map(move |n| u32::try_from(below(chance, n, pcpus)).unwrap_or(0))
    }

    /// Grants every placed vCPU its part. `each` hands all of them with their weights to what it is given.
    pub(super) fn grant(&mut self, mut each: impl FnMut(&mut dyn FnMut(f32, &mut Cpu))) {
        if self.crowded {
            // Who was served leaves more than its part to the others, of whom more may be modest then.
            for _ in 0..ROUNDS {
                let mut served = false;
                each(&mut |weight, cpu| served |= self.serve_modest(weight, cpu));
                if !served {
                    break;
                }
            }
        }
        each(&mut |weight, cpu| {
            let lane = &self.lanes[cpu.pcpu as usize];
            let fair = if lane.wanted <= 1.0 { 1.0 } else { lane.left * weight / lane.weight };
            let granted = cpu.granted.unwrap_or_else(|| cpu.want.min(fair));
            cpu.granted = Some(granted);
        });
    }

    /// Grants a vCPU on a crowded pCPU all it wants, if that is no more than fair; whether it did.
    fn serve_modest(&mut self, weight: f32, cpu: &mut Cpu) -> bool {
        let lane = &mut self.lanes[cpu.pcpu as usize];
        let modest =
            lane.wanted > 1.0 && cpu.granted.is_none() && cpu.want * lane.weight <= lane.left * weight;
        if modest {
            lane.left -= cpu.want;
            lane.weight -= weight;
            cpu.granted = Some(cpu.want);
        }
        modest
    }

    /// Books a granted vCPU's time for a segment of this length.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length fits it"
    )]
    pub(super) fn book(&mut self, cpu: &mut Cpu, length: u64) {
        let lane = &mut self.lanes[cpu.pcpu as usize];
        let granted = cpu.granted.unwrap_or(0.0);
        cpu.gets = ((f64::from(granted) * length as f64) as u64).min(length - lane.gets);
        lane.gets += cpu.gets;
        cpu.from = lane.given;
        lane.given += granted;
    }

    /// Ends a segment at `now`.
    pub(super) fn fold(&mut self, segment: Segment, now: Nanos) {
        for lane in &mut self.lanes {
            lane.had = lane.had.saturating_add(segment.part(lane.gets, now));
        }
    }

    /// Moves the hands of all pCPUs' rounds to `now`.
    pub(super) fn point(&mut self, seed: u64, now: Nanos) {
        let slot = mix(seed, now.0 / SLOT);
        for (place, lane) in (0u64..).zip(&mut self.lanes) {
            lane.hand = unit(slot, place);
        }
    }

    /// Whether a vCPU stands on its pCPU right now. No two do on the same one.
    pub(super) fn runs(&self, cpu: &Cpu) -> bool {
        let hand = self.lanes[cpu.pcpu as usize].hand;
        (cpu.from..cpu.from + cpu.granted.unwrap_or(0.0)).contains(&hand)
    }

    /// Whether a vCPU that does not stand on its pCPU waits for it, rather than for an event.
    pub(super) fn waits(&self, cpu: &Cpu) -> bool {
        let granted = cpu.granted.unwrap_or(0.0);
        let hand = self.lanes[cpu.pcpu as usize].hand;
        let late = (hand + 1.0 - cpu.from).fract() * (1.0 - granted) + granted;
        cpu.want > granted + f32::EPSILON && late < cpu.want
    }

    /// Takes up from busy times told before.
    pub(super) fn resume(&mut self, busy: &[u64]) {
        for (lane, had) in self.lanes.iter_mut().zip(busy) {
            lane.had = *had;
        }
    }

    /// Has a vCPU have had, for so long, what it is granted now.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length fits it"
    )]
    pub(super) fn give_past(&mut self, cpu: &mut Cpu, length: u64) {
        let past = (f64::from(cpu.granted.unwrap_or(0.0)) * length as f64) as u64;
        cpu.had += past;
        self.lanes[cpu.pcpu as usize].had += past;
    }

    /// How long each pCPU was busy, by index.
    pub(super) fn busy(&self, segment: Segment, now: Nanos) -> impl Iterator<Item = u64> {
        self.lanes.iter().map(move |lane| lane.had.saturating_add(segment.part(lane.gets, now)))
    }
}

impl Cpu {
    pub(super) fn new(online: bool) -> Self {
        Self {
            online,
            hard: CpuSet::all(),
            soft: CpuSet::all(),
            had: 0,
            gets: 0,
            pcpu: 0,
            want: 0.0,
            granted: None,
            from: 0.0,
        }
    }

    /// Where it may run, as the vCPU of this number.
    pub(super) fn affinity(&self, vcpu: u32) -> Affinity {
        Affinity { vcpu, hard: self.hard.clone(), soft: self.soft.clone() }
    }

    /// Time it has had by `now`.
    pub(super) fn time(&self, segment: Segment, now: Nanos) -> Nanos {
        Nanos(self.had.saturating_add(segment.part(self.gets, now)))
    }

    /// Ends a segment at `now`: it keeps what it has had.
    pub(super) fn fold(&mut self, segment: Segment, now: Nanos) {
        self.had = self.time(segment, now).0;
        (self.gets, self.granted) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn granted(pcpus: u32, wants: &[(f32, f32, u32)]) -> Vec<f32> {
        let mut board = Board::new(pcpus);
        let mut cpus: Vec<_> =
            wants.iter().map(|(_, want, _)| Cpu { want: *want, ..Cpu::new(true) }).collect();
        board.clear();
        for (cpu, (weight, _, only)) in cpus.iter_mut().zip(wants) {
            cpu.hard = [*only].into_iter().collect();
            board.place(cpu, Ground { pool: &CpuSet::all(), weight: *weight, chance: 0 });
        }
        board.grant(|give| cpus.iter_mut().zip(wants).for_each(|(cpu, (weight, _, _))| give(*weight, cpu)));
        for cpu in &mut cpus {
            board.book(cpu, 1_000_000);
        }
        cpus.iter().map(|cpu| cpu.gets as f32 / 1e6).collect()
    }

    #[test]
    fn a_crowded_pcpu_is_shared_by_weight_and_leftovers_are_given_on() {
        let got = granted(1, &[(1.0, 0.1, 0), (1.0, 1.0, 0), (2.0, 1.0, 0)]);
        assert!((got[0] - 0.1).abs() < 0.001 && (got[1] - 0.3).abs() < 0.001 && (got[2] - 0.6).abs() < 0.001);
    }

    #[test]
    fn an_uncrowded_pcpu_gives_what_is_wanted() {
        assert_eq!(granted(2, &[(1.0, 0.5, 0), (1.0, 0.5, 0), (1.0, 0.25, 1)]), [0.5, 0.5, 0.25]);
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_it_wants_and_no_pcpu_gives_more_than_it_has(
            wants in proptest::collection::vec((1.0f32..512.0, 0.0f32..=1.0, 0u32..4), 1..40)
        ) {
            let got = granted(4, &wants);
            prop_assert!(got.iter().zip(&wants).all(|(got, (_, want, _))| *got <= want + 0.001));
            for lane in 0..4 {
                let on_lane = || got.iter().zip(&wants).filter(move |(_, w)| w.2 == lane);
                let (gave, wanted) = on_lane().fold((0.0, 0.0), |(g, w), (got, want)| (g + got, w + want.1));
                prop_assert!(gave <= 1.000_1, "{gave}");
                prop_assert!(gave >= wanted.min(1.0) - 0.02, "{gave} of {wanted}");
            }
        }
    }
}
