//! Editing what is kept of a domain: in the user's editor, checked, shown, and only then ordered.
//!
//! ```text
//!   e ──► what is kept is read ──► Effect::Edit ──► the editor has the terminal
//!         who goes on meanwhile, or presses Esc, has called it off
//!                                                        │
//!    again ◄── e ◄── problems, what differs ◄── Msg::Edited ◄┘
//!                        │ y                  n drops it, Esc keeps the file
//!                        ▼
//!                  define FILE, a job like any other; refused: the file stays, and the notice says where
//! ```

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{Change, Shown, Stretch, compare, stretch::stretches};
use crate::{
    app::{
        App, Effect, Overlay, Panel,
        command::find,
        intent::{Intent, Line},
        words,
    },
    model::{
        DomainKey, HostId, JobId, Op, Which,
        markup::{Markup, Problem},
        order::Upon,
        text::visible,
    },
};

/// A definition that is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// On which host.
    pub host: HostId,
    /// Of which domain.
    pub key: DomainKey,
    /// What the domain is called, safe to show.
    pub label: String,
    /// What was kept of it when editing began, and then when the editor ended, raw.
    pub original: String,
    /// The file it is edited in, once there is one.
    pub file: Option<PathBuf>,
}

/// What came of editing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// What was edited; its file is still there where the text differs. Where nothing came of it, it has one only where
    /// a text is left in it.
    pub draft: Draft,
    /// What it became; nothing where it is the same as before.
    ///
    /// # Errors
    /// Why nothing came of it: a sentence.
    pub came: Result<Option<Box<Texts>>, String>,
}

/// The text before and after, with whom each is about where that can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// As it was when the editor ended.
    pub before: (Markup, Option<Identity>),
    /// As it is now.
    pub after: (Markup, Option<Identity>),
    /// Somebody else changed what is kept while it was edited; `before` is what they made of it.
    pub disturbed: bool,
}

/// Whom a definition is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its name, raw.
    pub name: String,
    /// Its uuid, where it is said.
    pub uuid: Option<Uuid>,
}

/// What was edited, to be looked at before it is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised {
    /// What was edited.
    pub draft: Draft,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// What it means that one might not expect, a sentence each; safe to show.
    pub warnings: Vec<String>,
    /// What differs from before.
    pub changes: Vec<Change>,
    /// What differs within each of those lines.
    pub stretches: Vec<Stretch>,
    /// Whether it was drawn: keys before that are no answers to it.
    pub seen: bool,
}

/// What the user looked at when editing was asked for: the host, the panel that has the keys, and its domain.
pub(super) type Place = (HostId, Panel, Option<DomainKey>);

impl Revised {
    /// What differs between the texts, and what it means.
    pub fn new(draft: Draft, texts: Texts) -> Self {
        let changes = compare(&texts.before.0, &texts.after.0);
        let mut warnings = identities(texts.before.1.as_ref(), texts.after.1.as_ref());
        if texts.disturbed {
            let what =
                "somebody else changed what is kept meanwhile: this takes that back where it says otherwise";
            warnings.insert(0, what.into());
        }
        let stretches = stretches(&changes);
        Self { draft, problems: texts.after.0.problems, warnings, changes, stretches, seen: false }
    }

    /// Whether it can be ordered at all.
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(|problem| problem.fatal)
    }

    /// Lines it takes to show it at least, where none has to be broken.
    pub const fn lines(&self) -> usize {
        self.problems.len() + self.warnings.len() + self.changes.len()
    }
}

/// That it is about another domain than before.
fn identities(was: Option<&Identity>, is: Option<&Identity>) -> Vec<String> {
    let (Some(was), Some(is)) = (was, is) else { return Vec::new() };
    let name = (was.name != is.name).then(|| {
        let (was, is) = (visible(&was.name), visible(&is.name));
        format!("the name changes from {was} to {is}: this defines another domain, or renames it")
    });
    let uuid = (was.uuid != is.uuid && was.uuid.is_some()).then(|| {
        let is = is.uuid.map_or_else(|| "none, so one is made up".into(), |uuid| uuid.to_string());
        format!("the uuid changes to {is}: this defines another domain")
    });
    name.into_iter().chain(uuid).collect()
}

impl App {
    /// Has what is kept of a domain read, to be edited then: of the one that is shown, or one that is named.
    pub(in crate::app) fn edit_xml(&mut self, typed: &str) -> Vec<Effect> {
        let here = self.screen.focus == Panel::Xml && typed.is_empty();
        let shown = self.xml.of.filter(|_| here).map(|of| (of, self.xml.label.clone()));
        let host = self.pane().id;
        let word = words::split(typed).into_iter().next().unwrap_or_default();
        let found = shown.map_or_else(|| self.named(&word).map(|(key, label)| ((host, key), label)), Ok);
        let found = found.and_then(|found| self.may_on(found.0.0, Op::Define).map(|()| found));
        match found {
            Ok(((host, key), label)) => {
                self.say(format!("reading what is kept of {label}"));
                let draft = Draft { host, key, label, ..Draft::default() };
                self.xml.draft = Some((draft, self.whereabouts()));
            }
            Err(why) => self.complain(format!("edit: {why}")),
        }
        Vec::new()
    }

    /// What is to be edited was read, where this is it.
    pub(super) fn begin_edit(
        &mut self,
        asked: (HostId, DomainKey, Which),
        told: &Result<Box<Shown>, String>,
    ) -> Vec<Effect> {
        if self.xml.awaited() != Some(asked) {
            return Vec::new();
        }
        let Some((draft, place)) = self.xml.draft.take() else { return Vec::new() };
        match told {
            // It would take the terminal from what the user is at by now.
            Ok(_) if self.overlay.is_some() || self.went_on(&place) => {
                self.say(format!("edit {}: it was read after you went on: ask again", draft.label));
                Vec::new()
            }
            Ok(shown) => {
                let original = shown.markup.text.clone();
                vec![Effect::Edit(Box::new(Draft { original, ..draft }))]
            }
            Err(why) => {
                self.complain(format!("edit {}: {}", draft.label, super::read::reasons(why).join("; ")));
                Vec::new()
            }
        }
    }

    /// What the user looks at.
    fn whereabouts(&self) -> Place {
        let shown = self.xml.of.map(|(_, key)| key).filter(|_| self.screen.focus == Panel::Xml);
        (self.pane().id, self.screen.focus, shown.or(self.table.cursor))
    }

    /// Whether the user looks at something else by now; another run of the same domain is not.
    fn went_on(&self, (host, panel, was): &Place) -> bool {
        let (by_now, focus, is) = self.whereabouts();
        let same = was.zip(is).map_or(*was == is, |(was, is)| was.same_domain(is));
        (*host, *panel) != (by_now, focus) || !same
    }

    /// Who goes on to something else does not want it edited any more.
    pub(super) fn forget_left(&mut self) {
        if self.xml.draft.as_ref().is_some_and(|(_, place)| self.went_on(place)) {
            self.call_off();
        }
    }

    /// What is to be edited once it was read is not any more; whether there was something.
    pub(in crate::app) fn call_off(&mut self) -> bool {
        let draft = self.xml.draft.take();
        let label = draft.map(|(draft, _)| draft.label);
        if let Some(label) = &label {
            self.say(format!("edit {label}: called off"));
        }
        label.is_some()
    }

    /// The editor has ended.
    pub(in crate::app) fn edited(&mut self, edited: Edited) {
        let label = edited.draft.label.clone();
        match edited.came {
            Ok(Some(texts)) => {
                let revised = Box::new(Revised::new(edited.draft, *texts));
                self.notice = None;
                self.overlay = Some(Overlay::Revised { revised, offset: 0 });
            }
            Ok(None) => self.say(format!("edit {label}: nothing was changed")),
            Err(why) => {
                let place = edited.draft.file.as_deref().map(keeping);
                self.complain(format!("{}: {}", place.unwrap_or(format!("edit {label}")), visible(&why)));
            }
        }
    }

    /// A frame was drawn: what is asked about an edited text can be answered.
    pub(in crate::app) fn see_revised(&mut self) {
        if let Some(Overlay::Revised { revised, .. }) = &mut self.overlay {
            revised.seen = true;
        }
    }

    /// Whether something is asked that was not drawn yet.
    pub(in crate::app) fn asks_unseen(&self) -> bool {
        matches!(&self.overlay, Some(Overlay::Revised { revised, .. }) if !revised.seen)
    }

    /// What is asked about an edited text is not any more, where it is: it stays in its file.
    pub(in crate::app) fn lay_aside(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Revised { revised, .. }) => drop(self.leave_revised(revised.draft, Keep::Yes)),
            other => self.overlay = other,
        }
    }

    /// Yes: what was edited is ordered, where it can be.
    pub(in crate::app) fn define_revised(&mut self, revised: Box<Revised>, offset: usize) -> Vec<Effect> {
        if !revised.is_sound() {
            self.complain("nothing can be made of this text: edit it again, or leave it in its file".into());
            self.overlay = Some(Overlay::Revised { revised, offset });
            return Vec::new();
        }
        let Draft { host, key, file, original, .. } = revised.draft.clone();
        if let Err(why) = self.may_on(host, Op::Define) {
            self.complain(format!("define: {why}"));
            self.overlay = Some(Overlay::Revised { revised, offset });
            return Vec::new();
        }
        let words = vec![file.unwrap_or_default().to_string_lossy().into_owned()];
        let intent = find("define").map(|row| Intent::new(row, Line { targets: Vec::new(), words }));
        match intent {
            Some(Ok(intent)) => {
                let effects = self.submit_upon(&intent, host, Some(&Upon { key, kept: original.into() }));
                let job = self.jobs.list().next_back().map(|job| job.id);
                self.xml.sent.extend(job.map(|job| (job, revised.draft)));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// The text is edited again.
    pub(in crate::app) fn edit_again(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Revised { revised, .. }) => vec![Effect::Edit(Box::new(revised.draft))],
            other => {
                self.overlay = other;
                Vec::new()
            }
        }
    }

    /// Nothing is done with it: the file stays, or goes.
    pub(in crate::app) fn leave_revised(&mut self, draft: Draft, keep: Keep) -> Vec<Effect> {
        let Some(file) = draft.file else { return Vec::new() };
        match keep {
            Keep::Yes => {
                self.say(format!("{}: not defined", keeping(&file)));
                Vec::new()
            }
            Keep::No => {
                self.say(format!("edit {}: dropped", draft.label));
                vec![Effect::Discard(file)]
            }
        }
    }

    /// A job has ended, where it was one of an edited text: whether its file goes, or where it stays.
    pub(in crate::app) fn defined(&mut self, id: JobId) -> Option<(PathBuf, Keep)> {
        let place = self.xml.sent.iter().position(|(job, _)| *job == id)?;
        // What was left out of what is kept now stands nowhere else.
        let needed =
            self.jobs.job(id).is_some_and(|job| job.failure.is_some() || job.lost().next().is_some());
        let (_, draft) = self.xml.sent.swap_remove(place);
        self.xml.age();
        draft.file.map(|file| (file, if needed { Keep::Yes } else { Keep::No }))
    }
}

/// That a file keeps the text. It comes first: where it is matters most, and lines are cut at their end.
pub(in crate::app) fn keeping(file: &Path) -> String {
    format!("{} keeps the text", visible(&file.to_string_lossy()))
}

/// Whether the file of a text stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Keep {
    /// It stays.
    Yes,
    /// It goes.
    No,
}

impl super::Xml {
    /// The definition that is to be read before it is edited.
    pub(super) fn awaited(&self) -> Option<(HostId, DomainKey, Which)> {
        self.draft.as_ref().map(|(draft, _)| (draft.host, draft.key, Which::Kept))
    }
}
