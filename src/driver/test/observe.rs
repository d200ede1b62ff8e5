//! The reading half: each call moves no clock and answers from the world as the last tick left it.

use std::sync::Arc;

use super::Test;
use crate::{
    driver::{Answer, DriverInfo, Error, Observe},
    model::{
        Affinity, Demand, Device, Domain, DomainKey, HostMemory, Hypervisor, Light, Name, Node, Op, PcpuTime,
        Progress, SchedParams, Stamp, Vcpu, Which, console::Tty, definition::Told,
    },
};

impl Observe for Test {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn light(&self) -> Light {
        match self.world().faults.first() {
            None => Light::Ready,
            Some((op, ..)) => Light::Degraded(format!("the script lets {} fail", op.word()).into()),
        }
    }

    fn begin(&self, at: Stamp, _demand: &Demand) {
        self.go_on(at);
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(self.asked(Op::Hypervisor)?.tell_hypervisor())
    }

    fn node(&self) -> Answer<Node> {
        Ok(self.asked(Op::Node)?.tell_node())
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        Ok(self.asked(Op::HostMemory)?.host_memory())
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        self.asked(Op::PcpuTimes)?.tell_pcpus(into);
        Ok(())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        self.asked(Op::Domains)?.tell_domains(into);
        Ok(())
    }

    fn identify(&self, domains: &mut [Domain]) -> Answer<()> {
        self.asked(Op::Identify)?.tell_identities(domains);
        Ok(())
    }

    fn vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        self.asked(Op::Vcpus)?.tell_vcpus(domains, into);
        Ok(())
    }

    fn affinities(&self, key: DomainKey) -> Answer<Vec<Affinity>> {
        Ok(self.asked(Op::Affinities)?.guest(key)?.tell_affinities())
    }

    fn traffic(&self, domains: &mut [Domain]) -> Answer<()> {
        self.asked(Op::Traffic)?.tell_traffic(domains);
        Ok(())
    }

    fn devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        self.asked(Op::Devices)?.tell_devices(key)
    }

    fn facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        Ok(self.asked(Op::Facts)?.guest(key)?.tell_facts())
    }

    fn consoles(&self, key: DomainKey) -> Answer<Vec<Tty>> {
        let world = self.asked(Op::Consoles)?;
        let guest = world.guest(key)?;
        if guest.run.is_none() {
            return Err(Error::no_domain(format!("console of {}: it does not run", guest.name.shown())));
        }
        self.lines().of(guest)
    }

    fn scheduler(&self, key: DomainKey) -> Answer<SchedParams> {
        let world = self.asked(Op::ReadScheduler)?;
        world.guest(key).map(|guest| world.tell_scheduler(guest))
    }

    fn requests(&self, keys: &[DomainKey], into: &mut Vec<(DomainKey, Name)>) -> Answer<()> {
        let world = self.asked(Op::Requests)?;
        into.extend(keys.iter().filter_map(|&key| Some((key, Name::new(world.request_of(key)?)))));
        Ok(())
    }

    fn configuration(&self, key: DomainKey) -> Answer<String> {
        self.asked(Op::Configuration)?.guest(key)?.tell_configuration()
    }

    fn definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        self.asked(Op::Definition)?.guest(key)?.tell_definition(which)
    }

    fn progress(&self, into: &mut Vec<Progress>) -> Answer<()> {
        self.asked(Op::Progress)?.tell_progress(into);
        Ok(())
    }

    fn host_log(&self, cursor: u32) -> Answer<(String, u32)> {
        Ok(self.asked(Op::HostLog)?.log.after(cursor))
    }
}
