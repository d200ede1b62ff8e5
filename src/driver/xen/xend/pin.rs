//! Where vCPUs may run and their share of the CPUs: of these xend answers 0 also to what it did not do, so what came of
//! it is read afterwards.

use super::{control::Act, page::Form};
use crate::{
    driver::{Answer, Error},
    model::{Affinity, CpuSet, Kind, request::PinRequest},
};

impl Act<'_> {
    /// Sets the hard affinity of one vCPU or of each. A list of numbers is the one notation 3.4 and later read.
    pub(super) fn pin(&self, pin: &PinRequest) -> Answer<()> {
        let (cpus, wanted) = (self.xend.cpus(), self.wanted(pin)?);
        let mut vcpus = self.xend.read_affinities(&self.domain).map_err(super::control::unsent)?;
        vcpus.retain(|own| pin.vcpu.is_none_or(|vcpu| vcpu == own.vcpu));
        if vcpus.is_empty() {
            return self.refuse(format!("it has {} vCPUs", self.domain.vcpus.max));
        }
        let list = wanted.iter(cpus).map(|cpu| cpu.to_string()).collect::<Vec<_>>().join(",");
        for Affinity { vcpu, .. } in &vcpus {
            self.tell(Form::op("pincpu").with("vcpu", vcpu).with("cpumap", &list))?;
        }
        let after = self.xend.read_affinities(&self.domain)?;
        let differs = |own: &&Affinity| {
            vcpus.iter().any(|v| v.vcpu == own.vcpu) && own.hard.of(cpus) != wanted.of(cpus)
        };
        match after.iter().find(differs) {
            Some(own) => {
                Err(self.did_nothing(&format!("vCPU {} may run on {} still", own.vcpu, own.hard.of(cpus))))
            }
            None => Ok(()),
        }
    }

    fn wanted<'p>(&self, pin: &'p PinRequest) -> Answer<&'p CpuSet> {
        if pin.soft.is_some() {
            return Err(Error::new(Kind::Unsupported, format!("{}: xend has no soft affinity", self.doing)));
        }
        let Some(hard) = &pin.hard else { return self.refuse("no CPUs were given") };
        let there = CpuSet::all().of(self.xend.cpus());
        if hard.is_all() || (!hard.is_empty() && hard.is_within(&there)) {
            return Ok(hard);
        }
        self.refuse(format!("this machine has the CPUs {there}"))
    }

    /// Sets weight and cap of the credit scheduler. xend wants both, so what is left as it is is read before.
    pub(super) fn set_share(&self, weight: Option<u32>, cap: Option<u32>) -> Answer<()> {
        if weight.is_none() && cap.is_none() {
            return self.refuse("neither a weight nor a cap was given");
        }
        let before = self.xend.read_scheduler(&self.domain).map_err(super::control::unsent)?;
        let form =
            Form::op("domain_sched_credit_set").with("weight", weight.or(before.weight).unwrap_or(256));
        self.tell(form.with("cap", cap.or(before.cap).unwrap_or(0)))?;
        let after = self.xend.read_scheduler(&self.domain)?;
        let same = weight.is_none_or(|weight| after.weight == Some(weight))
            && cap.is_none_or(|cap| after.cap == Some(cap));
        if same {
            return Ok(());
        }
        let told = |number: Option<u32>| number.map_or_else(|| "unknown".into(), |number| number.to_string());
        Err(self.did_nothing(&format!("its weight is {}, its cap {}", told(after.weight), told(after.cap))))
    }

    /// xend said yes and did nothing: it cannot do that, so whoever can is asked next.
    fn did_nothing(&self, how: &str) -> Error {
        let why = format!("{}: xend said yes, but {how}", self.doing);
        Error::new(Kind::Unsupported, why)
    }
}
