//! Edits while the host goes on: its snapshots, other operators, other hosts.

use crate::{
    app::{App, jobs::Job},
    model::{Nanos, placement::Topology},
};

/// How long after a job has ended the snapshot that shows it may take: affinities are read about once a second.
const READ_BACK: Nanos = Nanos(3_000_000_000);

impl App {
    /// A snapshot is shown: edits follow what was read, or are given up where their domain has gone. Nothing is lost
    /// without a word.
    pub(in crate::app) fn follow_pins(&mut self) {
        let Some(edit) = &self.pins.edit else { return };
        let key = edit.target.key;
        let Some(shown) = self.pane().shown.clone().filter(|shown| shown.stale.is_none()) else { return };
        if !shown.domains.iter().any(|domain| domain.key == key) {
            let again = shown.domains.iter().any(|d| d.key.uuid == key.uuid && d.key.id.is_some());
            return self.lose_pins(if again { "it was started again" } else { "it has gone" });
        }
        let Ok(read) = self.affinities(key).map(<[_]>::to_vec) else { return };
        self.reread_pins(&read, &Topology::of(&shown.node.pcpus));
        self.forget_unedited();
    }

    fn reread_pins(&mut self, read: &[crate::model::Affinity], topology: &Topology) {
        let ours = self.last_job_about_pins().is_some_and(|job| self.is_fresh(job));
        let Some(edit) = self.pins.edit.as_mut() else { return };
        let told = edit.reread(read, topology);
        if ours {
            // What differs is what was asked for from here.
            edit.pins.iter_mut().for_each(|pin| pin.conflict = None);
        }
        let label = edit.target.label.clone();
        if !told.lost.is_empty() {
            self.complain(format!(
                "pins: edits of vCPU {} of {label} dropped: it is there no more",
                told.lost
            ));
        } else if let Some(vcpu) = told.changed.first().filter(|_| !ours) {
            self.complain(format!(
                "pins: somebody else pinned vCPU {vcpu} of {label} meanwhile; the edits are kept"
            ));
        }
    }

    /// Gives edits up, and says so.
    pub(in crate::app) fn lose_pins(&mut self, why: &str) {
        self.pins.anchor = None;
        if let Some(edit) = self.pins.edit.take() {
            let (vcpus, label) = (edit.vcpus(), &edit.target.label);
            self.complain(format!("pins: edits of vCPU {vcpus} of {label} dropped: {why}"));
        }
    }

    /// Drops the edits: the user said yes.
    pub(in crate::app) fn discard_pins(&mut self) {
        if let Some(edit) = self.pins.edit.take() {
            self.say(format!("pins: edits of {} dropped", edit.target.label));
        }
    }

    /// Whether what is edited is on its way to the host: asked for, and not read back yet.
    pub fn pins_asked(&self) -> bool {
        let Some(edit) = &self.pins.edit else { return false };
        let asked = |job: &&Job| job.failure.is_none() && self.is_fresh(job) && job.requests == edit.asked();
        self.last_job_about_pins().as_ref().is_some_and(asked)
    }

    /// The last job about the domain being edited.
    fn last_job_about_pins(&self) -> Option<&Job> {
        let edit = self.pins.edit.as_ref()?;
        let key = Some(edit.target.key);
        let about = |job: &&Job| job.host == edit.host && job.target.as_ref().map(|target| target.key) == key;
        self.jobs.list().rev().find(about)
    }

    /// Whether what a job did may not have been read yet.
    fn is_fresh(&self, job: &Job) -> bool {
        job.ended.is_none_or(|ended| self.now.since(ended) < READ_BACK)
    }
}
