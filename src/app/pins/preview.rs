//! From edits to a change: what it will do and what will be wrong then, shown before it is asked for.

use super::{Edit, Half};
use crate::{
    app::{
        App, Effect,
        command::{availability, find},
        intent::{Act, Intent, Note, Plan, Target},
    },
    model::request::PinRequest,
};

/// Longest words of a command that name each vCPU.
const LONGEST: usize = 60;

impl App {
    /// Asks whether the edits are to be applied; what they change and what will be wrong then stands there.
    pub(in crate::app) fn apply_pins(&mut self) -> Vec<Effect> {
        let Some(command) = find("pin") else { return Vec::new() };
        match self.meant_pins() {
            Ok((acts, words, notes)) => {
                if let Err(why) = availability(self, command) {
                    return self.refused(command, &words, why);
                }
                self.guard(Intent { command, words, acts, plan: Plan::default(), notes })
            }
            Err(why) => {
                self.complain(format!("pins: {why}"));
                Vec::new()
            }
        }
    }

    /// What is to be done, in the words of the command, and what there is to be said of it.
    fn meant_pins(&self) -> Result<(Vec<Act>, String, Vec<Note>), String> {
        let edit = self.pins.edit.as_ref().ok_or("nothing was edited")?;
        if self.pins_asked() {
            return Err("that is being done".into());
        }
        let sight = self.sight()?;
        possible(edit)?;
        let edited = edit.vcpus();
        let warnings = sight.warnings();
        if let Some(grave) = warnings.iter().find(|w| w.grave && !w.vcpus.meet(&edited).is_empty()) {
            return Err(format!("{}: nothing was asked", grave.text));
        }
        let mut notes: Vec<Note> = changes(edit).collect();
        notes.extend(warnings.into_iter().map(|warning| Note::Warning(warning.text)));
        let act = Act { target: Some(Target::of(sight.domain)), requests: edit.asked() };
        Ok((vec![act], words(&edit.requests()), notes))
    }
}

/// No set may be empty: no hypervisor takes one.
fn possible(edit: &Edit) -> Result<(), String> {
    for pin in edit.edited() {
        let vcpu = pin.base.vcpu;
        if pin.wanted.hard.is_empty() {
            return Err(format!("vCPU {vcpu} could run nowhere: nothing was asked"));
        }
        if pin.wanted.soft.is_empty() {
            return Err(format!("vCPU {vcpu} would prefer nothing: let it prefer all, or a pCPU"));
        }
    }
    Ok(())
}

/// A line for each set that changes, and for what somebody else changed of it meanwhile.
fn changes(edit: &Edit) -> impl Iterator<Item = Note> + '_ {
    edit.edited().flat_map(|pin| {
        let vcpu = pin.base.vcpu;
        let half = move |half: Half| {
            pin.edits(half).then(|| Note::Change {
                what: format!("vCPU {vcpu} {}", half.word()),
                from: half.of(&pin.base).to_string(),
                to: half.of(&pin.wanted).to_string(),
            })
        };
        let conflict = pin.conflict.as_ref().map(|was| {
            Note::Warning(format!(
                "somebody else pinned vCPU {vcpu} meanwhile: its {was} when the editing began"
            ))
        });
        [half(Half::Hard), half(Half::Soft), conflict].into_iter().flatten()
    })
}

/// The words of the command: `1 4-7`, `all 0-3 soft`, `0 0; 1 1`; how many vCPUs where that is too long.
fn words(requests: &[PinRequest]) -> String {
    let of = |request: &PinRequest| {
        let vcpu = request.vcpu.map_or_else(|| "all".to_owned(), |vcpu| vcpu.to_string());
        let hard = request.hard.as_ref().map(|set| format!("{vcpu} {set}"));
        let soft = request.soft.as_ref().map(|set| format!("{vcpu} {set} soft"));
        hard.into_iter().chain(soft)
    };
    let words = requests.iter().flat_map(of).collect::<Vec<_>>().join("; ");
    if words.len() <= LONGEST { words } else { format!("{} vCPUs", requests.len()) }
}
