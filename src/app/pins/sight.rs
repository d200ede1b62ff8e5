//! What the Pins panel shows: one domain's vCPUs against the machine, and what is wrong with where they may run.

use super::edit::{Edit, Pin, normal};
use crate::{
    app::App,
    model::{
        Affinity, CpuPool, CpuSet, Domain, DomainKey, Reading, Snapshot, Vcpu,
        placement::{Crowd, Placed, Room, Scene, Topology, Warning, warnings},
        text::visible,
    },
};

/// What is shown of a domain.
#[derive(Debug)]
pub struct Sight<'a> {
    /// The snapshot it is of.
    pub snapshot: &'a Snapshot,
    /// The domain.
    pub domain: &'a Domain,
    /// The machine's CPUs.
    pub topology: Topology,
    /// Them in the order of the columns.
    pub columns: Vec<u32>,
    /// The vCPUs.
    pub lines: Vec<Line>,
    /// What other domains do, by pCPU.
    pub crowds: Vec<Crowd>,
    /// The pool it runs in.
    pub pool: Option<&'a CpuPool>,
    /// Why it is not known where its vCPUs may run, where it is not.
    pub unknown: Option<String>,
}

/// A vCPU as it is shown.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it may run, as read and as wanted.
    pub pin: Pin,
    /// Whether that is known.
    pub known: bool,
    /// How it stands; none where that is not told.
    pub vcpu: Option<Vcpu>,
    /// Its use of a pCPU in percent, where that is known.
    pub rate: Option<f32>,
}

impl Line {
    /// The vCPU's number.
    pub const fn number(&self) -> u32 {
        self.pin.base.vcpu
    }

    /// Where it is, or was last; none where it is unplugged.
    pub fn place(&self) -> Option<u32> {
        self.vcpu.filter(|vcpu| vcpu.online).map(|vcpu| vcpu.pcpu)
    }
}

impl App {
    /// The domain of the Pins panel: the one being edited, else the one under the cursor.
    pub fn pinned(&self) -> Option<DomainKey> {
        let edit = self.pins.edit.as_ref().filter(|edit| edit.host == self.pane().id);
        edit.map(|edit| edit.target.key).or(self.table.cursor)
    }

    /// What the Pins panel shows.
    ///
    /// # Errors
    /// Why there is nothing to show: a clause.
    pub fn sight(&self) -> Result<Sight<'_>, String> {
        let pane = self.pane();
        let snapshot = pane.shown.as_deref().ok_or("waiting for the first snapshot of this host")?;
        let key = self.pinned().ok_or("no domain is selected")?;
        let domain = snapshot.domains.iter().find(|d| d.key == key).ok_or("this domain has gone")?;
        let id = key.id.ok_or_else(|| format!("{} does not run: its vCPUs are nowhere", domain.label()))?;
        let topology = Topology::of(&snapshot.node.pcpus);
        if topology.nodes.is_empty() {
            return Err("no driver tells of the pCPUs".into());
        }
        let (pins, unknown) = self.pins_of(key, &topology);
        let from = snapshot.vcpus.partition_point(|vcpu| vcpu.domain < id);
        let rates = pane.rates.vcpus.get(from..).unwrap_or_default();
        let lines = lines(pins, snapshot.vcpus_of(id), rates);
        let pool = domain.pool.known().and_then(|id| snapshot.node.pools.iter().find(|p| p.id == *id));
        let crowds = Crowd::of(&snapshot.vcpus, &pane.rates.vcpus, (id, topology.cpus));
        let columns = topology.columns();
        Ok(Sight { snapshot, domain, topology, columns, lines, crowds, pool, unknown })
    }

    /// The pins of the edit, else those that were read; or why there are none.
    fn pins_of(&self, key: DomainKey, topology: &Topology) -> (Vec<Pin>, Option<String>) {
        if let Some(Edit { pins, .. }) = self.pins.edit.as_ref().filter(|edit| edit.target.key == key) {
            return (pins.clone(), None);
        }
        match self.affinities(key) {
            Ok(read) => (read.iter().map(|affinity| Pin::of(normal(affinity, topology))).collect(), None),
            Err(why) => (Vec::new(), Some(why)),
        }
    }

    /// What was read of where a domain's vCPUs may run.
    pub(super) fn affinities(&self, key: DomainKey) -> Result<&[Affinity], String> {
        let detail = self.pane().shown.as_ref().and_then(|shown| shown.detail.as_deref());
        match detail.filter(|detail| detail.key == key).map(|detail| &detail.affinities) {
            Some(Reading::Known(read)) => Ok(read),
            Some(Reading::Unsupported) => Err("no driver tells where its vCPUs may run".into()),
            Some(Reading::Failed(why)) => {
                Err(format!("where its vCPUs may run was not read: {}", visible(why)))
            }
            None => Err("where its vCPUs may run is being read".into()),
        }
    }
}

/// A line for each vCPU of whom anything is known, by number.
fn lines(mut pins: Vec<Pin>, vcpus: &[Vcpu], rates: &[Option<f32>]) -> Vec<Line> {
    let known: CpuSet = pins.iter().map(|pin| pin.base.vcpu).collect();
    let others = vcpus.iter().filter(|vcpu| !known.contains(vcpu.index));
    // Nothing is known of where these may run: no cell of theirs says that they may.
    pins.extend(others.map(|vcpu| Pin::of(Affinity { vcpu: vcpu.index, ..Affinity::default() })));
    pins.sort_by_key(|pin| pin.base.vcpu);
    let place_of = |number: u32| vcpus.iter().position(|vcpu| vcpu.index == number);
    let line = |pin: Pin| {
        let place = place_of(pin.base.vcpu);
        Line {
            known: known.contains(pin.base.vcpu),
            vcpu: place.map(|place| vcpus[place]),
            rate: place.and_then(|place| rates.get(place).copied().flatten()),
            pin,
        }
    };
    pins.into_iter().map(line).collect()
}

impl Sight<'_> {
    /// The pCPUs that can run anything of this domain.
    pub fn usable(&self) -> CpuSet {
        let online = self.topology.online();
        self.pool.map_or(online.clone(), |pool| online.meet(&pool.cpus))
    }

    /// What is wrong with what is wanted.
    pub fn warnings(&self) -> Vec<Warning> {
        if self.unknown.is_some() {
            return Vec::new();
        }
        let name = |id| self.name(id);
        let scene = Scene {
            topology: &self.topology,
            domain: self.domain,
            pool: self.pool,
            numa: &self.snapshot.node.numa,
            crowds: &self.crowds,
            name: &name,
        };
        let placed: Vec<Placed<'_>> = self.lines.iter().filter(|line| line.known).map(Line::placed).collect();
        warnings(&scene, &placed)
    }

    /// The name of a running domain, safe to show.
    pub fn name(&self, id: crate::model::DomainId) -> String {
        let domains = &self.snapshot.domains;
        let domain = domains.iter().find(|domain| domain.key.id == Some(id));
        domain.map_or_else(|| format!("({})", id.0), |domain| domain.label().into_owned())
    }

    /// Does something with the room presets have.
    pub(super) fn in_room<T>(&self, make: impl FnOnce(Room<'_>) -> T) -> T {
        let busy: Vec<f32> = self.crowds.iter().map(|crowd| crowd.share).collect();
        make(Room { topology: &self.topology, allowed: &self.usable(), busy: &busy })
    }
}

impl Line {
    fn placed(&self) -> Placed<'_> {
        let online = self.vcpu.is_none_or(|vcpu| vcpu.online);
        Placed {
            vcpu: self.number(),
            hard: &self.pin.wanted.hard,
            soft: &self.pin.wanted.soft,
            share: online.then(|| self.rate.unwrap_or(0.0) / 100.0),
            before: &self.pin.base.hard,
        }
    }
}
