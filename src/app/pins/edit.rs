//! What was edited of a domain's affinities, against what was read of them.

use crate::{
    app::intent::Target,
    model::{
        Affinity, CpuSet, HostId,
        placement::Topology,
        request::{Change, PinRequest, Request},
    },
};

/// Which affinity is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Half {
    /// Where a vCPU may run at all.
    #[default]
    Hard,
    /// Where it would rather.
    Soft,
}

impl Half {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Hard => Self::Soft,
            Self::Soft => Self::Hard,
        }
    }

    /// This half of an affinity.
    pub const fn of(self, affinity: &Affinity) -> &CpuSet {
        match self {
            Self::Hard => &affinity.hard,
            Self::Soft => &affinity.soft,
        }
    }

    pub(super) const fn of_mut(self, affinity: &mut Affinity) -> &mut CpuSet {
        match self {
            Self::Hard => &mut affinity.hard,
            Self::Soft => &mut affinity.soft,
        }
    }
}

/// One domain's affinities being edited, whatever happens to the table meanwhile.
#[derive(Clone, Debug)]
pub struct Edit {
    /// On which host.
    pub host: HostId,
    /// Which domain, as it was when the editing began.
    pub target: Target,
    /// Each vCPU: what was read of it last, and what is wanted.
    pub pins: Vec<Pin>,
}

/// One vCPU being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// As it was read.
    pub base: Affinity,
    /// As it is to be.
    pub wanted: Affinity,
    /// What somebody else changed meanwhile of what is edited here: from where, in words.
    pub conflict: Option<String>,
}

impl Pin {
    pub(super) fn of(affinity: Affinity) -> Self {
        Self { base: affinity.clone(), wanted: affinity, conflict: None }
    }

    /// Whether anything of it is to change.
    pub fn is_edited(&self) -> bool {
        self.base != self.wanted
    }

    /// Whether this half of it is to change.
    pub fn edits(&self, half: Half) -> bool {
        half.of(&self.base) != half.of(&self.wanted)
    }
}

impl Edit {
    /// Of affinities as they were read.
    pub(super) fn new(host: HostId, target: Target, affinities: Vec<Affinity>) -> Self {
        Self { host, target, pins: affinities.into_iter().map(Pin::of).collect() }
    }

    /// What is to change, and on which vCPUs.
    pub fn edited(&self) -> impl Iterator<Item = &Pin> {
        self.pins.iter().filter(|pin| pin.is_edited())
    }

    /// The vCPUs that are to change.
    pub fn vcpus(&self) -> CpuSet {
        self.edited().map(|pin| pin.base.vcpu).collect()
    }

    /// The least that is to be asked of the host: a request for each vCPU that changes, with the halves that do; one
    /// for all of them where all are to be the same.
    pub fn requests(&self) -> Vec<PinRequest> {
        let half = |pin: &Pin, half: Half| pin.edits(half).then(|| half.of(&pin.wanted).clone());
        let each: Vec<PinRequest> = self
            .edited()
            .map(|pin| PinRequest {
                vcpu: Some(pin.base.vcpu),
                hard: half(pin, Half::Hard),
                soft: half(pin, Half::Soft),
            })
            .collect();
        self.at_once().filter(|_| each.len() > 1).map_or(each, |all| vec![all])
    }

    /// One request for all vCPUs, where they agree on each half that changes.
    fn at_once(&self) -> Option<PinRequest> {
        let common = |half: Half| {
            let first = half.of(&self.pins.first()?.wanted);
            self.pins.iter().all(|pin| half.of(&pin.wanted) == first).then(|| first.clone())
        };
        let changes = |half: Half| self.pins.iter().any(|pin| pin.edits(half));
        let (hard, soft) = (common(Half::Hard), common(Half::Soft));
        let agreed = (hard.is_some() || !changes(Half::Hard)) && (soft.is_some() || !changes(Half::Soft));
        agreed.then(|| PinRequest {
            vcpu: None,
            hard: hard.filter(|_| changes(Half::Hard)),
            soft: soft.filter(|_| changes(Half::Soft)),
        })
    }

    /// The same as requests to the host.
    pub(super) fn asked(&self) -> Vec<Request> {
        let key = self.target.key;
        self.requests().into_iter().map(|pin| Request::Domain(key, Change::Pin(pin))).collect()
    }

    /// What was read anew of the domain. Tells what somebody else changed of what is edited, and which edits have no
    /// vCPU any more.
    pub(super) fn reread(&mut self, read: &[Affinity], topology: &Topology) -> Reread {
        let read: Vec<Affinity> = read.iter().map(|affinity| normal(affinity, topology)).collect();
        let mut told = Reread::default();
        let mut old = std::mem::take(&mut self.pins);
        for affinity in read {
            let place = old.iter().position(|pin| pin.base.vcpu == affinity.vcpu);
            self.pins.push(match place {
                None => Pin::of(affinity),
                Some(place) => {
                    let mut pin = old.swap_remove(place);
                    told.changed.extend(pin.rebase(affinity).then_some(pin.base.vcpu));
                    pin
                }
            });
        }
        told.lost = old.iter().filter(|pin| pin.is_edited()).map(|pin| pin.base.vcpu).collect();
        told
    }
}

/// What reading anew told of edits.
#[derive(Debug, Default)]
pub(super) struct Reread {
    /// vCPUs that somebody else changed where they are edited.
    pub(super) changed: Vec<u32>,
    /// Edited vCPUs that are there no more.
    pub(super) lost: CpuSet,
}

impl Pin {
    /// Takes in what was read now; what is not edited follows, what is stays. Whether somebody changed what is.
    fn rebase(&mut self, read: Affinity) -> bool {
        let mut conflicts = false;
        for half in [Half::Hard, Half::Soft] {
            let now = half.of(&read).clone();
            if !self.edits(half) {
                half.of_mut(&mut self.wanted).clone_from(&now);
            } else if now != *half.of(&self.base) && now != *half.of(&self.wanted) {
                let was = format!("{} was {}", half.word(), half.of(&self.base));
                self.conflict.get_or_insert(was);
                conflicts = true;
            }
        }
        self.base = read;
        if !self.is_edited() {
            self.conflict = None;
        }
        conflicts
    }
}

/// An affinity whose sets have one name for one place.
pub(super) fn normal(affinity: &Affinity, topology: &Topology) -> Affinity {
    Affinity {
        vcpu: affinity.vcpu,
        hard: topology.normal(&affinity.hard),
        soft: topology.normal(&affinity.soft),
    }
}
