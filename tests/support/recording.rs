//! A driver that writes down what it is asked and answers as it was told.
#![allow(dead_code, reason = "a test's support, of which each test uses a part")]

use std::sync::{Arc, Mutex};

use domtop::{
    driver::{
        Answer, Control, DriverInfo, Error, Lost, Observe, Permit,
        session::{Candidate, Opened},
    },
    model::{
        Domain, DomainId, DomainKey, HostMemory, Hypervisor, Kind, Op, PcpuTime, Progress, Which,
        definition::Told,
        request::{Change, Request},
    },
};

/// Who was asked, in order; shared by the drivers of one stack.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Vec<String>>>);

impl Tape {
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// The driver: everything but the hypervisor's version is answered as told.
pub struct Recording {
    info: DriverInfo,
    tape: Tape,
    answer: Result<(), Kind>,
}

impl Recording {
    pub fn new(name: &'static str, tape: &Tape, answer: Result<(), Kind>) -> Self {
        let info = DriverInfo { name, peer: "a tape".into(), hypervisor: false, ops: Op::ALL.into() };
        Self { info, tape: tape.clone(), answer }
    }

    pub fn hypervisor(name: &'static str, tape: &Tape, answer: Result<(), Kind>) -> Self {
        let mut driver = Self::new(name, tape, answer);
        driver.info.hypervisor = true;
        driver
    }

    pub fn opened(self) -> Opened {
        (self.info.clone(), Ok(Arc::new(self)))
    }

    pub fn absent(self, kind: Kind, why: &str) -> Opened {
        (self.info, Err(Error::new(kind, why)))
    }

    /// One that is opened by this: what it says is there is opened, what it says is wrong is why not.
    pub fn candidate(self, there: impl Fn() -> Answer<()> + Send + Sync + 'static) -> Candidate {
        let (info, tape, answer) = (self.info.clone(), self.tape.clone(), self.answer);
        Candidate::new(self.info, move || {
            there().map(|()| Self { info: info.clone(), tape: tape.clone(), answer })
        })
    }

    fn say(&self) -> Answer<()> {
        self.tape.0.lock().unwrap().push(self.info.name.to_owned());
        self.answer.map_err(|kind| Error::new(kind, "as told"))
    }
}

impl Observe for Recording {
    fn info(&self) -> DriverInfo {
        self.info.clone()
    }

    fn hypervisor(&self) -> Answer<Hypervisor> {
        Ok(Hypervisor::default())
    }

    fn host_memory(&self) -> Answer<HostMemory> {
        self.say().map(|()| HostMemory::default())
    }

    fn pcpu_times(&self, into: &mut Vec<PcpuTime>) -> Answer<()> {
        into.clear();
        self.say()
    }

    fn node(&self) -> Answer<domtop::model::Node> {
        self.say().map(|()| domtop::model::Node::default())
    }

    fn domains(&self, into: &mut Vec<Domain>) -> Answer<()> {
        self.say()?;
        into.clear();
        let key = DomainKey { id: Some(DomainId(0)), ..DomainKey::default() };
        into.push(Domain { key, ..Domain::default() });
        Ok(())
    }

    fn identify(&self, _domains: &mut [Domain]) -> Answer<()> {
        self.say()
    }

    fn inactive(&self, _into: &mut Vec<Domain>) -> Answer<()> {
        self.say()
    }

    fn progress(&self, _into: &mut Vec<Progress>) -> Answer<()> {
        self.say()
    }

    fn definition(&self, _key: DomainKey, _which: Which) -> Answer<Told> {
        self.say().map(|()| Told::default())
    }
}

impl Control for Recording {
    fn change(&self, _permit: &Permit, _key: DomainKey, _change: &Change) -> Answer<Lost> {
        self.say().map(|()| Lost::new())
    }

    fn start(&self, _permit: &Permit, _key: DomainKey, _kept: &Told) -> Answer<Lost> {
        self.say().map(|()| Lost::new())
    }

    fn make(&self, _permit: &Permit, _request: &Request) -> Answer<Lost> {
        self.say().map(|()| Lost::new())
    }
}
