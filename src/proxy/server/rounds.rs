//! What is done once in each turn of the loop: letting go of those who take too little, and working out what all want.

use super::Server;
use crate::{
    model::Nanos,
    proxy::{
        client::{Client, End},
        load::{Waiting, heaviest},
    },
};

impl Server {
    /// What is done once, however much came in one turn of the loop.
    pub(super) fn round_off(&mut self, now: Nanos) {
        self.relieve(now);
        if std::mem::take(&mut self.changed) {
            self.merge(now);
        }
        // What they demanded may be in the last sample.
        for id in std::mem::take(&mut self.demanded) {
            self.turn(id, now);
        }
        if std::mem::take(&mut self.changed) {
            self.merge(now);
        }
    }

    /// Lets go of those who leave most untaken, until there is no more of it than may be.
    pub(super) fn relieve(&mut self, now: Nanos) {
        while let Some(id) = self.heaviest() {
            let Some(client) = self.clients.remove(&id) else { return };
            let why = "it leaves more untaken than there is room for";
            self.settle((id, client), Err(End::Cut(why)), now);
        }
    }

    fn heaviest(&self) -> Option<u64> {
        let all: usize = self.clients.values().map(Client::waiting).sum();
        if all <= self.rules.unsent.min(self.rules.unsent_of_one) {
            return None;
        }
        let mut waiting = Vec::with_capacity(self.clients.len());
        for (id, client) in &self.clients {
            waiting.push(Waiting { id: *id, uid: client.who.uid, pieces: client.untaken() });
        }
        heaviest(&waiting, &self.rules, self.own)
    }
}
