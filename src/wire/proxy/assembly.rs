//! Parts put together to samples, in buffers that are used again: a warm sample allocates nothing.

use std::sync::Arc;

use super::{
    Bad, Part,
    field::{Field, Fields, retake_list, retake_reading},
    rows::{retake_reason, take_fixed, take_moving},
};
use crate::model::{
    Domain, DomainId, DomainKey, HostMemory, Name, Node, PcpuTime, Progress, Reading, Stamp, Vcpu,
};

/// The most domains of a host, running and not: Xen runs 32,752. A row is much larger in memory than it need be in a
/// frame.
const MOST_ROWS: u32 = 1 << 17;

/// All that a proxy sampled at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// When, by the proxy's clocks.
    pub at: Stamp,
    /// The host's memory.
    pub memory: Reading<HostMemory>,
    /// Idle time of each physical CPU.
    pub pcpus: Vec<PcpuTime>,
    /// Why the domains could not be read, where they could not.
    pub stale: Option<Arc<str>>,
    /// Shutdown requests not taken up, of all domains anybody awaits.
    pub requests: Vec<(DomainKey, Name)>,
    /// How far changes have come.
    pub progress: Vec<Progress>,
    /// The domains.
    pub domains: Vec<Domain>,
    /// The virtual CPUs that were demanded.
    pub vcpus: Vec<Vcpu>,
}

impl Sample {
    /// Its virtual CPUs of one domain.
    pub fn vcpus_of(&self, id: DomainId) -> &[Vcpu] {
        let from = self.vcpus.partition_point(|vcpu| vcpu.domain < id);
        let to = self.vcpus.partition_point(|vcpu| vcpu.domain <= id);
        &self.vcpus[from..to.max(from)]
    }
}

/// Puts the parts together.
#[derive(Debug, Default)]
pub struct Assembly {
    sample: Sample,
    whole: bool,
    node: Option<Arc<Node>>,
    /// What seldom changes of the domains, and its generation.
    roster: (u32, Vec<Domain>),
    /// The generation the sample's rows are of.
    rows: Option<u32>,
    /// Virtual CPUs, and the tick they are for.
    coming: (Option<u32>, Vec<Vcpu>),
}

impl Assembly {
    /// Takes in a part; whether it completed a sample.
    ///
    /// # Errors
    /// Where it is malformed, or of a roster that never came: nothing after it makes sense.
    pub fn take(&mut self, part: Part<'_>) -> Result<bool, Bad> {
        match part {
            Part::Node(body) => whole(body, Node::take).map(|node| {
                self.node = Some(Arc::new(node));
                false
            }),
            Part::Roster(body) => whole(body, |from| self.roster(from)).map(|()| false),
            Part::Vcpus(body) => whole(body, |from| self.vcpus(from)).map(|()| false),
            Part::Tick(body) => {
                self.whole = false;
                whole(body, |from| self.tick(from))?;
                self.whole = true;
                Ok(true)
            }
        }
    }

    /// The last sample, once there is one.
    pub const fn sample(&self) -> Option<&Sample> {
        if self.whole { Some(&self.sample) } else { None }
    }

    /// The machine, once it was told.
    pub const fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    fn roster(&mut self, from: &mut Fields<'_>) -> Result<(), Bad> {
        let (generation, rows) = &mut self.roster;
        *generation = Field::take(from)?;
        rows.clear();
        let count = u32::take(from)?;
        if count > MOST_ROWS {
            return Err(Bad);
        }
        for _ in 0..count {
            rows.push(take_fixed(from)?);
        }
        self.rows = None;
        Ok(())
    }

    fn vcpus(&mut self, from: &mut Fields<'_>) -> Result<(), Bad> {
        self.coming.0 = Some(u32::take(from)?);
        retake_list(&mut self.coming.1, from)
    }

    fn tick(&mut self, from: &mut Fields<'_>) -> Result<(), Bad> {
        let (generation, number) = (u32::take(from)?, u32::take(from)?);
        if generation != self.roster.0 {
            return Err(Bad);
        }
        let sample = &mut self.sample;
        sample.at = Field::take(from)?;
        retake_reading(&mut sample.memory, from)?;
        retake_list(&mut sample.pcpus, from)?;
        retake_reason(&mut sample.stale, from)?;
        retake_list(&mut sample.requests, from)?;
        retake_list(&mut sample.progress, from)?;
        self.rows(generation, from)?;
        self.sample.vcpus.clear();
        if self.coming.0.take() == Some(number) {
            std::mem::swap(&mut self.sample.vcpus, &mut self.coming.1);
        }
        Ok(())
    }

    fn rows(&mut self, generation: u32, from: &mut Fields<'_>) -> Result<(), Bad> {
        if self.rows != Some(generation) {
            self.sample.domains.clone_from(&self.roster.1);
            self.rows = Some(generation);
        }
        let count = usize::try_from(u32::take(from)?).map_err(|_| Bad)?;
        if count != self.sample.domains.len() {
            return Err(Bad);
        }
        self.sample.domains.iter_mut().try_for_each(|domain| take_moving(domain, from))
    }
}

/// Takes all of a body.
fn whole<T>(body: &[u8], take: impl FnOnce(&mut Fields<'_>) -> Result<T, Bad>) -> Result<T, Bad> {
    let mut from = Fields(body);
    let taken = take(&mut from)?;
    from.end()?;
    Ok(taken)
}
