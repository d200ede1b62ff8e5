//! What moves bytes on the hosts, whoever asked for it: how far it has come and how fast.

use super::{Job, Jobs};
use crate::model::{DomainKey, HostId, Op, Snapshot, transfer::Transfer};

impl Jobs {
    /// A snapshot came: what goes on, goes on; what it tells nothing of has ended.
    pub(super) fn follow_transfers(&mut self, host: HostId, snapshot: &Snapshot) {
        let (others, before): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.transfers).into_iter().partition(|(of, _)| *of != host);
        self.transfers = others;
        let at = snapshot.at.mono;
        for progress in &snapshot.progress {
            let known = before.iter().find(|(_, transfer)| transfer.is(progress));
            let mut transfer = known.map_or_else(|| Transfer::new(progress, at), |(_, known)| known.clone());
            transfer.look(progress, at);
            self.transfers.push((host, transfer));
        }
    }

    /// What moves a domain's memory, where something does.
    pub fn transfer_of(&self, host: HostId, key: DomainKey) -> Option<&Transfer> {
        self.transfers.iter().find(|(of, it)| *of == host && it.key == Some(key)).map(|(_, it)| it)
    }

    /// How far a job has come that moves bytes. One that restores makes its domain: it is told by being the only one.
    pub fn transfer(&self, job: &Job) -> Option<&Transfer> {
        let op = job.op().filter(|_| !job.stage.is_final())?;
        let mut like = self.transfers.iter().filter(|(of, it)| *of == job.host && it.op == op);
        match &job.target {
            Some(target) => like.find(|(_, it)| it.key == Some(target.key)).map(|(_, it)| it),
            None if op == Op::Restore => {
                let first = like.next().filter(|_| like.next().is_none());
                let alone = self.running().filter(|other| other.op() == Some(op)).count() == 1;
                first.filter(|_| alone).map(|(_, it)| it)
            }
            None => None,
        }
    }
}
