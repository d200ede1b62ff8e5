//! A host opened for changes, and what is to be done there.

use std::{cell::RefCell, sync::Arc};

use super::{
    super::{
        args::ActWish,
        find,
        hosts::{self, Choice},
        look::readable,
        trouble::{Status, Trouble},
    },
    ask,
    held::Held,
    looking_only,
};
use crate::{
    app::{
        command::Guard,
        intent::{Intent, Line, Target},
    },
    audit::Scribe,
    driver::{Controller, Reader, session},
    model::{Demand, Domain, DomainKey, Snapshot, request::Change, request::Request, undo},
    sampler,
};

/// A host opened for changes, and what is to be done there.
pub(super) struct Errand<'a> {
    pub(super) wish: &'a ActWish,
    pub(super) intent: Intent,
    /// Looked at also while the drivers are at it.
    pub(super) reader: RefCell<Reader>,
    pub(super) controller: Arc<Controller>,
    /// The host as last read.
    pub(super) snapshot: Snapshot,
    pub(super) held: Held,
    /// Into the audit, where there is one.
    pub(super) scribe: Option<Scribe>,
}

impl<'a> Errand<'a> {
    /// Opens the host and finds the domain.
    pub(super) fn open(wish: &'a ActWish, choice: &Choice) -> Result<Self, Trouble> {
        let uri = choice.uri.to_string();
        let opened = session::open(&choice.uri, hosts::id(0));
        let session = opened.map_err(|failure| Trouble::open(&uri, &failure))?;
        if let Some(why) = &session.barred {
            return Err(looking_only(wish, why));
        }
        let closed = || Trouble::new(Status::Refused, format!("{uri} takes no changes"));
        let controller = Arc::new(session.controller.ok_or_else(closed)?);
        let (mut reader, mut snapshot) = (session.reader, Snapshot::default());
        read(&mut reader, &mut snapshot)?;
        let target = wish.domain.as_deref().map(|wanted| find::domain(&snapshot, wanted));
        let targets = target.transpose()?.map(Target::of).into_iter().collect();
        let line = Line { targets, words: wish.words.clone() };
        let intent = Intent::new(wish.command, line).map_err(Trouble::usage)?;
        let held = Held::take()?;
        let reader = RefCell::new(reader);
        let errand = Self { wish, intent, reader, controller, snapshot, held, scribe: None };
        errand.reversible().map(|()| errand)
    }

    /// Asks what is to be asked; what the user said yes to must still be there then.
    pub(super) fn ask(&mut self) -> Result<(), Trouble> {
        let guard = self.intent.guard();
        // A script is told, but not held up: what a guard asks is the row's alone.
        for note in self.intent.clone().noting(Some(&self.snapshot)).notes {
            ask::write(&format!("domtop: note: {note}\n"));
        }
        if !ask::guard(self.wish, &self.intent, &self.held)? {
            return Ok(());
        }
        read(self.reader.get_mut(), &mut self.snapshot)?;
        self.target().map_or(Ok(()), |target| still(target, guard, &self.snapshot.domains))
    }

    /// The domain it is about, where it is about one there is.
    pub(super) fn target(&self) -> Option<&Target> {
        self.intent.acts.first()?.target.as_ref()
    }

    /// What is to be done, all of it to the same domain.
    pub(super) fn requests(&self) -> &[Request] {
        self.intent.acts.first().map_or(&[], |act| &act.requests)
    }

    /// The change to a domain it makes, where it makes one.
    pub(super) fn change(&self) -> Option<(DomainKey, &Change)> {
        match self.requests() {
            [Request::Domain(key, change), ..] => Some((*key, change)),
            _ => None,
        }
    }

    /// The command as it would be typed.
    pub(super) fn typed(&self) -> String {
        self.intent.acts.first().map_or_else(|| self.intent.title(), |act| self.intent.typed(act))
    }

    /// Reads the host; what cannot be read keeps its place in the snapshot, with the reason.
    pub(super) fn sample(&mut self, awaited: Vec<DomainKey>) {
        let demand = Demand { awaited, ..Demand::default() };
        self.reader.get_mut().sample(sampler::stamp(), &demand, &mut self.snapshot);
    }

    /// What is to be taken back must have a way back, which is known before it is done.
    fn reversible(&self) -> Result<(), Trouble> {
        let (Some(_), Some((key, change))) = (self.wish.revert_after, self.change()) else { return Ok(()) };
        let standing = self.controller.standing(key, change.op());
        let before = standing.map_err(|failure| Trouble::failure(&failure))?;
        undo::inverse(change, &before).map(drop).map_err(|why| {
            let text = format!("{} could not be taken back: {why}\n  nothing was done", self.intent.title());
            Trouble::new(Status::Refused, text)
        })
    }
}

/// Whether the domain is still what the question named.
fn still(target: &Target, guard: Guard, domains: &[Domain]) -> Result<(), Trouble> {
    let label = &target.label;
    let Some(now) = domains.iter().find(|domain| domain.key == target.key) else {
        let text = format!("{label} has gone meanwhile, or was started anew: nothing was done");
        return Err(Trouble::new(Status::NoDomain, text));
    };
    let refused = |what: String| {
        Err(Trouble::new(Status::Refused, format!("{label} {what} meanwhile: nothing was done")))
    };
    match now.label() {
        name if name != *label => refused(format!("was renamed to {name}")),
        _ if guard == Guard::Confirm && !target.lives() && Target::of(now).lives() => {
            refused("began to run".into())
        }
        _ => Ok(()),
    }
}

fn read(reader: &mut Reader, snapshot: &mut Snapshot) -> Result<(), Trouble> {
    reader.sample(sampler::stamp(), &Demand::default(), snapshot);
    readable(reader, snapshot)
}
