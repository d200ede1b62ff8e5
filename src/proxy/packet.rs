//! A sample in bytes: encoded once, whoever gets it.

use std::sync::Arc;

use crate::{
    model::{DomainKey, Node, Snapshot, Stamp},
    wire::proxy::{put_node, put_roster, put_tick, put_vcpus},
};

/// Bytes that many have in their outbox.
pub(super) type Piece = Arc<[u8]>;

/// Bytes that seldom change, and how often they did.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) generation: u32,
    pub(super) bytes: Piece,
}

/// A sample in bytes.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) number: u32,
    pub(super) at: Stamp,
    /// The number of what it was sampled for.
    pub(super) serial: u64,
    pub(super) node: Block,
    pub(super) roster: Block,
    pub(super) tick: Piece,
    /// Every virtual CPU, where that was wanted.
    pub(super) all_vcpus: Option<Piece>,
    /// Those of single domains, by key.
    pub(super) vcpus: Vec<(DomainKey, Piece)>,
}

impl Packet {
    /// The virtual CPUs of one domain.
    pub(super) fn vcpus_of(&self, key: DomainKey) -> Option<&Piece> {
        self.vcpus.iter().find(|(of, _)| *of == key).map(|(_, piece)| piece)
    }
}

/// Makes packets of snapshots.
#[derive(Debug)]
pub(super) struct Packer {
    number: u32,
    node: (Arc<Node>, Block),
    roster: (Vec<u8>, Block),
    bytes: Vec<u8>,
}

/// What a packet is to hold of virtual CPUs.
pub(super) struct Views<'a> {
    /// Whether anybody wants all of them.
    pub(super) all: bool,
    /// The domains in view.
    pub(super) focus: &'a [DomainKey],
}

impl Default for Packer {
    fn default() -> Self {
        let none = || Block { generation: 0, bytes: [].into() };
        Self { number: 0, node: (Arc::default(), none()), roster: (Vec::new(), none()), bytes: Vec::new() }
    }
}

impl Packer {
    /// Encodes a snapshot that was taken for what has this number.
    pub(super) fn pack(&mut self, snapshot: &Snapshot, serial: u64, views: &Views<'_>) -> Packet {
        self.number = self.number.wrapping_add(1);
        self.node(snapshot);
        self.roster(snapshot);
        let (number, generation) = (self.number, self.roster.1.generation);
        let mut piece = |put: &dyn Fn(&mut Vec<u8>)| {
            self.bytes.clear();
            put(&mut self.bytes);
            Piece::from(&*self.bytes)
        };
        let single = |key: &DomainKey| snapshot.vcpus_of(key.id.unwrap_or_default());
        let vcpus = views.focus.iter().map(|key| (*key, piece(&|into| put_vcpus(number, single(key), into))));
        let vcpus = vcpus.collect();
        Packet {
            number,
            at: snapshot.at,
            serial,
            tick: piece(&|into| put_tick(generation, number, snapshot, into)),
            all_vcpus: views.all.then(|| piece(&|into| put_vcpus(number, &snapshot.vcpus, into))),
            vcpus,
            node: self.node.1.clone(),
            roster: self.roster.1.clone(),
        }
    }

    fn node(&mut self, snapshot: &Snapshot) {
        let (node, block) = &mut self.node;
        if block.generation == 0 || !Arc::ptr_eq(node, &snapshot.node) {
            node.clone_from(&snapshot.node);
            self.bytes.clear();
            put_node(node, &mut self.bytes);
            *block = Block { generation: block.generation.wrapping_add(1), bytes: (&*self.bytes).into() };
        }
    }

    /// What seldom changes is encoded each time, and sent where the bytes are others.
    fn roster(&mut self, snapshot: &Snapshot) {
        let (last, block) = &mut self.roster;
        self.bytes.clear();
        put_roster(0, &snapshot.domains, &mut self.bytes);
        if block.generation == 0 || *last != self.bytes {
            last.clone_from(&self.bytes);
            self.bytes.clear();
            let generation = block.generation.wrapping_add(1);
            put_roster(generation, &snapshot.domains, &mut self.bytes);
            *block = Block { generation, bytes: (&*self.bytes).into() };
        }
    }
}
