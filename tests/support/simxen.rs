//! A simulated hypervisor that reads and writes this process's memory at the addresses it is given, as Xen does.
//!
//! Written apart from the program's layouts: what it writes are C structures, member after member in the order of the
//! public headers, and the offsets come from C's rule of alignment. So it is a check of the tables, not their mirror.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "small numbers of a simulation"
)]

mod calls;
mod changes;
mod layout;
mod memory;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use domtop::driver::xen::hypercall::{Hypercall, Pages};
use nix::errno::Errno;

use memory::{Regions, SimPages};

/// What is called, to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    Version,
    List,
    PhysInfo,
    CpuInfo,
    OtherSysctl,
    Domctl,
    Multicall,
    /// A call within a multicall: not one of the caller's.
    Entry,
}

/// One simulated domain.
#[derive(Clone, Debug)]
pub struct SimDomain {
    pub id: u16,
    pub handle: [u8; 16],
    pub flags: u32,
    pub tot_pages: u64,
    pub max_pages: u64,
    pub cpu_time: u64,
    pub online: u32,
    /// One more than the highest vCPU.
    pub vcpus: u32,
    pub cpupool: u32,
    pub emulation: u32,
    /// Whether vCPU n may run on CPU n only.
    pub pinned: bool,
    /// Hard and soft maps by vCPU, where they were set.
    pub hard: BTreeMap<u32, u64>,
    pub soft: BTreeMap<u32, u64>,
    /// Weight and cap, where they were set.
    pub share: (Option<u16>, Option<u16>),
    /// How often it is paused; with the flag set and 0 here, once.
    pub pauses: u32,
    /// How many more times destroying it does but a part, in the releases that say so.
    pub turns: u32,
    /// `HVM_PARAM_CALLBACK_IRQ`: not 0 where the guest has drivers for Xen.
    pub callback: u64,
    /// vCPUs Xen holds on a CPU.
    pub held: Vec<u32>,
    /// Whether somebody else pauses it whenever it is resumed.
    pub contended: bool,
}

impl SimDomain {
    /// A blocked domain of one vCPU.
    pub fn new(id: u16) -> Self {
        let mut handle = [0; 16];
        if id > 0 {
            handle[..2].copy_from_slice(&id.to_be_bytes());
            handle[15] = 0x77;
        }
        Self {
            id,
            handle,
            flags: 0xffff_0010,
            tot_pages: 16_384 + u64::from(id),
            max_pages: 16_640 + u64::from(id),
            cpu_time: 1_000_000_007 * (u64::from(id) + 1),
            online: 1,
            vcpus: 1,
            cpupool: 0,
            emulation: 0,
            pinned: false,
            hard: BTreeMap::new(),
            soft: BTreeMap::new(),
            share: (None, None),
            pauses: 0,
            turns: 0,
            callback: 0,
            held: Vec::new(),
            contended: false,
        }
    }
}

/// What the hypervisor is like; tests change it between calls.
#[derive(Clone, Debug)]
pub struct State {
    pub release: (u16, u16),
    /// 0 with `domctl` 0: only `dom0_op` is there.
    pub sysctl: u32,
    pub domctl: u32,
    pub domains: Vec<SimDomain>,
    pub cpus: u32,
    pub total_pages: u64,
    pub free_pages: u64,
    pub console: Vec<u8>,
    pub ring: usize,
    pub scheduler: u32,
    /// The domctl version whose records are written, where it is not the one spoken: a vendor's backport.
    pub records: u32,
    /// Bytes added to each record, for a release of the future.
    pub extra: usize,
    /// What the list says it wrote, where it lies.
    pub lie: Option<u32>,
    /// How many calls still miss a page.
    pub faults: u32,
    /// What multicall gives, where there is none.
    pub no_multicall: Option<Errno>,
    pub privileged: bool,
    /// A security policy refuses all.
    pub policy: bool,
    /// Domains the policy hides.
    pub hidden: Vec<u16>,
    /// Strings are refused.
    pub denied: bool,
    /// Every changing command that came, refused or not: what it is and to which domain.
    pub changes: Vec<(Change, u16)>,
    /// What every changing command gives.
    pub refusal: Option<Errno>,
    /// Buttons beyond those of ACPI, such as the reset no release for x86 has.
    pub buttons: Vec<u32>,
}

/// A changing command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Destroy,
    Pause,
    Unpause,
    SetAffinity,
    MaxMemory,
    MaxVcpus,
    PutShare,
    Trigger(u32),
}

/// Releases with their domctl and sysctl versions, typed from the table of the headers' history.
pub const RELEASES: &[(&str, (u16, u16), u32, u32)] = &[
    ("3.0.0", (3, 0), 0, 0),
    ("3.0.3", (3, 0), 3, 2),
    ("3.0.4", (3, 0), 4, 2),
    ("3.1", (3, 1), 5, 3),
    ("Fedora 8", (3, 1), 5, 4),
    ("3.2", (3, 2), 5, 6),
    ("3.3", (3, 3), 5, 6),
    ("3.4", (3, 4), 5, 6),
    ("4.0", (4, 0), 6, 7),
    ("4.1", (4, 1), 7, 8),
    ("4.2", (4, 2), 8, 9),
    ("4.3", (4, 3), 9, 10),
    ("4.4", (4, 4), 9, 10),
    ("4.5", (4, 5), 10, 11),
    ("4.6", (4, 6), 11, 12),
    ("4.7", (4, 7), 11, 13),
    ("4.8", (4, 8), 12, 14),
    ("4.9", (4, 9), 13, 15),
    ("4.10.0", (4, 10), 14, 16),
    ("4.10.4", (4, 10), 15, 16),
    ("4.11", (4, 11), 16, 17),
    ("4.12", (4, 12), 17, 18),
    ("4.13", (4, 13), 18, 18),
    ("4.14", (4, 14), 18, 19),
    ("4.15", (4, 15), 19, 19),
    ("4.16", (4, 16), 20, 20),
    ("4.17", (4, 17), 21, 21),
    ("4.18", (4, 18), 22, 21),
    ("4.19", (4, 19), 23, 21),
    ("4.20", (4, 20), 23, 21),
    ("4.21", (4, 21), 23, 22),
    ("4.22", (4, 22), 24, 22),
];

impl State {
    /// A release by its row of [`RELEASES`], with these domains.
    pub fn new(release: &str, domains: Vec<SimDomain>) -> Self {
        let row = RELEASES.iter().find(|row| row.0 == release).expect("a release of the table");
        Self {
            release: row.1,
            sysctl: row.3,
            domctl: row.2,
            domains,
            cpus: 4,
            total_pages: 4 << 20,
            free_pages: 1 << 20,
            console: b"(XEN) Xen version\n(XEN) Latest ChangeSet\n".to_vec(),
            ring: 16_384,
            scheduler: if row.1 >= (4, 12) { 6 } else { 5 },
            records: row.2,
            extra: 0,
            lie: None,
            faults: 0,
            no_multicall: None,
            privileged: true,
            policy: false,
            hidden: Vec::new(),
            denied: false,
            changes: Vec::new(),
            refusal: None,
            buttons: Vec::new(),
        }
    }
}

/// The hypervisor.
pub struct SimXen {
    state: Mutex<State>,
    regions: Regions,
    counts: [AtomicU64; 8],
    /// How often its memory was touched again.
    touched: Arc<AtomicU64>,
}

impl SimXen {
    pub fn new(state: State) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(state),
            regions: Regions::default(),
            counts: Default::default(),
            touched: Arc::default(),
        })
    }

    /// A release with these domains.
    pub fn of(release: &str, domains: Vec<SimDomain>) -> Arc<Self> {
        Self::new(State::new(release, domains))
    }

    /// Changes what it is like.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    /// Looks at what it is like.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap())
    }

    /// How often something was called since the counts were cleared.
    pub fn count(&self, called: Called) -> u64 {
        self.counts[called as usize].load(Relaxed)
    }

    /// How many hypercalls were made since the counts were cleared.
    pub fn calls(&self) -> u64 {
        self.counts.iter().map(|c| c.load(Relaxed)).sum::<u64>() - self.count(Called::Entry)
    }

    /// How often pages were touched again.
    pub fn touched(&self) -> u64 {
        self.touched.load(Relaxed)
    }

    /// How many mappings the caller holds.
    pub fn mappings(&self) -> usize {
        self.regions.len()
    }

    pub fn clear_counts(&self) {
        self.counts.iter().for_each(|c| c.store(0, Relaxed));
    }

    fn note(&self, called: Called) {
        self.counts[called as usize].fetch_add(1, Relaxed);
    }
}

impl Hypercall for SimXen {
    fn call(&self, number: u64, arguments: [u64; 5]) -> Result<u64, Errno> {
        let mut state = self.state.lock().unwrap();
        if state.faults > 0 && number != 17 {
            state.faults -= 1;
            return Err(Errno::EFAULT);
        }
        self.dispatch(&mut state, number, arguments, calls::Origin::Caller)
    }

    fn pages(&self, bytes: usize) -> Result<Box<dyn Pages>, Errno> {
        Ok(Box::new(SimPages::new(bytes, &self.regions, &self.touched)))
    }

    fn peer(&self) -> Arc<str> {
        "simulated Xen".into()
    }
}
