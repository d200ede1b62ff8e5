//! What keys and clicks do to the grid.

use tui_input::Input;

use super::{Cell, Edit, Half, Sight, edit::normal};
use crate::{
    app::{
        App, Overlay,
        command::{availability, find},
        domains::Step,
        intent::Target,
    },
    model::{
        CpuSet, DomainKey,
        placement::{on_node, pack, spread},
    },
};

/// What is let in or taken out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Whole {
    /// The selected columns.
    Selection,
    /// The NUMA node of the cursor.
    Node,
    /// The core of the cursor.
    Core,
}

/// A ready-made placement of all vCPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Preset {
    /// A core each, then siblings.
    Spread,
    /// As few cores as hold them.
    Pack,
    /// All of the cursor's node.
    Node,
}

/// New sets of vCPUs by number.
type Sets = Vec<(u32, CpuSet)>;

/// Lines of a page before the first frame.
const PAGE: usize = 8;

impl App {
    /// Moves the cursor over the vCPUs; the selection ends.
    pub(in crate::app) fn walk_pins(&mut self, step: Step) {
        let page = usize::from(self.screen.regions.pins.lines.height);
        let lines = self.grid().0;
        self.pins.anchor = None;
        let page = if page == 0 { PAGE } else { page };
        self.pins.cursor.line = step.from(self.pins.cursor.line, lines, page);
    }

    /// Moves the cursor over the pCPUs; the selection ends.
    pub(in crate::app) fn slide_pins(&mut self, step: Step) {
        let columns = self.grid().1;
        self.pins.anchor = None;
        self.pins.cursor.column = step.from(self.pins.cursor.column, columns, PAGE);
    }

    /// Moves the cursor to another node's first pCPU.
    pub(in crate::app) fn leap_pins(&mut self, by: isize) {
        let Ok(sight) = self.sight() else { return };
        let node = |column: &usize| sight.columns.get(*column).and_then(|cpu| sight.topology.node_of(*cpu));
        let here = self.pins.cursor.column;
        let starts: Vec<usize> = (0..sight.columns.len())
            .filter(|column| {
                *column == 0 || node(column).map(|n| n.node) != node(&(column - 1)).map(|n| n.node)
            })
            .collect();
        let to = if by < 0 {
            starts.iter().rev().find(|start| **start < here).copied().unwrap_or(0)
        } else {
            starts.iter().find(|start| **start > here).copied().unwrap_or(here)
        };
        self.pins.anchor = None;
        self.pins.cursor.column = to;
    }

    /// Moves the cursor and selects what lies between.
    pub(in crate::app) fn select_pins(&mut self, go: fn(&mut Self)) {
        let anchor = self.pins.anchor.unwrap_or(self.pins.cursor);
        go(self);
        self.pins.anchor = Some(anchor).filter(|anchor| *anchor != self.pins.cursor);
    }

    /// Selects every vCPU.
    pub(in crate::app) fn select_vcpus(&mut self) {
        let last = self.grid().0.saturating_sub(1);
        let column = self.pins.cursor.column;
        (self.pins.cursor.line, self.pins.anchor) = (last, Some(Cell { line: 0, column }));
    }

    /// Puts the cursor on the pCPU its vCPU is on.
    pub(in crate::app) fn find_pins(&mut self) {
        self.grid();
        let Ok(sight) = self.sight() else { return };
        let place = sight.lines.get(self.pins.cursor.line).and_then(super::Line::place);
        let column = place.and_then(|place| sight.columns.iter().position(|cpu| *cpu == place));
        if let Some(column) = column {
            (self.pins.cursor.column, self.pins.anchor) = (column, None);
        }
    }

    /// A click puts the cursor on a cell; one on the cursor's cell toggles it.
    pub(in crate::app) fn click_pins(&mut self, at: (u16, u16), had_keys: bool) {
        let lines = self.grid().0;
        let Some(cell) = self.screen.regions.pins.under(at, lines) else { return };
        if had_keys && cell == self.pins.cursor && self.pins.anchor.is_none() {
            self.toggle_pins(Whole::Selection);
        } else {
            (self.pins.cursor, self.pins.anchor) = (cell, None);
        }
    }

    /// Lets in what is not in everywhere, else takes it out.
    pub(in crate::app) fn toggle_pins(&mut self, whole: Whole) {
        self.edit_pins(|app, sight| {
            let cpus = app.meant(sight, whole)?;
            let picked: Vec<_> = app.picked(sight).collect();
            let out = picked.iter().all(|(_, set)| cpus.is_within(set));
            Ok(picked.into_iter().map(|(vcpu, set)| (vcpu, merged(set, &cpus, out, sight))).collect())
        });
    }

    /// Every pCPU for the picked vCPUs.
    pub(in crate::app) fn pin_everywhere(&mut self) {
        self.edit_pins(|app, sight| Ok(app.picked(sight).map(|(vcpu, _)| (vcpu, CpuSet::all())).collect()));
    }

    /// What is selected and nothing else.
    pub(in crate::app) fn pin_only(&mut self) {
        self.edit_pins(|app, sight| {
            let cpus = app.meant(sight, Whole::Selection)?;
            Ok(app.picked(sight).map(|(vcpu, _)| (vcpu, cpus.clone())).collect())
        });
    }

    /// The set of the cursor's vCPU for all.
    pub(in crate::app) fn copy_pins(&mut self) {
        self.edit_pins(|app, sight| {
            let line = sight.lines.get(app.pins.cursor.line).ok_or("there is no vCPU")?;
            let set = app.pins.half.of(&line.pin.wanted);
            Ok(sight.lines.iter().map(|line| (line.number(), set.clone())).collect())
        });
    }

    /// A ready-made placement of all vCPUs that are plugged in.
    pub(in crate::app) fn preset_pins(&mut self, preset: Preset) {
        self.edit_pins(|app, sight| {
            let plugged = |line: &&super::Line| line.vcpu.is_none_or(|vcpu| vcpu.online);
            let vcpus: Vec<u32> = sight.lines.iter().filter(plugged).map(super::Line::number).collect();
            let sets = sight.in_room(|room| match preset {
                Preset::Spread => spread(room, vcpus.len()),
                Preset::Pack => pack(room, vcpus.len()),
                Preset::Node => on_node(room, app.node(sight)?, vcpus.len()),
            });
            let sets = sets.ok_or("there is no pCPU there that can run this domain")?;
            Ok(vcpus.into_iter().zip(sets).collect())
        });
    }

    /// The picked vCPUs as they were read.
    pub(in crate::app) fn revert_pins(&mut self) {
        self.grid();
        let picked: CpuSet = match self.sight() {
            Ok(sight) => self.picked(&sight).map(|(vcpu, _)| vcpu).collect(),
            Err(_) => return,
        };
        for pin in self.pins.edit.iter_mut().flat_map(|edit| &mut edit.pins) {
            if picked.contains(pin.base.vcpu) {
                (pin.wanted, pin.conflict) = (pin.base.clone(), None);
            }
        }
        self.forget_unedited();
    }

    /// Opens the line for a set, filled in with the one of the cursor's vCPU; or takes what was typed already.
    pub(in crate::app) fn type_pins(&mut self, typed: &str) {
        self.grid();
        let sight = match self.editable() {
            Ok(sight) => sight,
            Err(why) => return self.complain(format!("pins: {why}")),
        };
        let vcpus: Vec<u32> = self.picked(&sight).map(|(vcpu, _)| vcpu).collect();
        let set = sight
            .lines
            .get(self.pins.cursor.line)
            .map(|line| self.pins.half.of(&line.pin.wanted).to_string());
        let key = sight.domain.key;
        if typed.is_empty() {
            let input = Input::from(set.unwrap_or_default());
            self.overlay = Some(Overlay::Cpus { key, vcpus, input, error: None });
        } else {
            self.accept_cpus((key, vcpus), typed.into());
        }
    }

    /// A set was typed for these vCPUs of a domain.
    pub(in crate::app) fn accept_cpus(&mut self, (key, vcpus): (DomainKey, Vec<u32>), input: Input) {
        let parsed = match self.editable() {
            Ok(sight) if sight.domain.key == key => set_of(input.value(), &sight),
            Ok(_) => return self.complain("pins: the domain the set was for has gone".into()),
            Err(why) => return self.complain(format!("pins: {why}")),
        };
        match parsed {
            Ok(set) => self.edit_pins(|_, _| Ok(vcpus.iter().map(|vcpu| (*vcpu, set.clone())).collect())),
            Err(why) => self.overlay = Some(Overlay::Cpus { key, vcpus, input, error: Some(why) }),
        }
    }

    /// One step back: the selection, the edits, the panel.
    pub(in crate::app) fn back_from_pins(&mut self) {
        if self.pins.anchor.take().is_none() {
            if self.pins.edit.is_some() { self.drop_pins() } else { self.step_back() }
        }
    }

    /// Asks whether all edits are to be dropped.
    pub(in crate::app) fn drop_pins(&mut self) {
        self.overlay = Some(Overlay::Discard);
    }

    /// Lines and columns there are; cursor and anchor are kept on them.
    fn grid(&mut self) -> (usize, usize) {
        let (lines, columns) = self.sight().map_or((0, 0), |sight| (sight.lines.len(), sight.columns.len()));
        self.pins.bound(lines, columns);
        (lines, columns)
    }

    /// What is shown, where it may be edited.
    fn editable(&self) -> Result<Sight<'_>, String> {
        availability(self, find("pin").ok_or("there is no such command")?)?;
        let sight = self.sight()?;
        match &sight.unknown {
            Some(why) => Err(why.clone()),
            None => Ok(sight),
        }
    }

    /// The selected vCPUs with the set that is edited of each.
    fn picked<'s>(&self, sight: &'s Sight<'_>) -> impl Iterator<Item = (u32, &'s CpuSet)> + use<'s> {
        let (lines, half) = (self.pins.selection().0, self.pins.half);
        let from = *lines.start();
        let count = lines.end() - from + 1;
        sight.lines.iter().skip(from).take(count).map(move |line| (line.number(), half.of(&line.pin.wanted)))
    }

    /// The pCPUs that are meant.
    fn meant(&self, sight: &Sight<'_>, whole: Whole) -> Result<CpuSet, String> {
        let (columns, at) = (self.pins.selection().1, self.pins.cursor.column);
        let cpu = *sight.columns.get(at).ok_or("there is no pCPU")?;
        let group = match whole {
            Whole::Selection => sight.columns.get(columns).map(|cpus| cpus.iter().copied().collect()),
            Whole::Node => sight.topology.node_of(cpu).map(crate::model::placement::NodeGroup::cpus),
            Whole::Core => sight.topology.core_of(cpu).map(crate::model::placement::Core::cpus),
        };
        group.ok_or_else(|| format!("pCPU {cpu} is offline: it belongs to no core and no node"))
    }

    /// The node under the cursor.
    fn node(&self, sight: &Sight<'_>) -> Option<u32> {
        let cpu = *sight.columns.get(self.pins.cursor.column)?;
        sight.topology.node_of(cpu).map(|node| node.node)
    }

    /// Gives vCPUs the sets `make` wants for them; the editing begins by that, on the domain that is shown.
    fn edit_pins(&mut self, make: impl FnOnce(&Self, &Sight<'_>) -> Result<Sets, String>) {
        self.grid();
        let edit = self.editable().and_then(|sight| {
            let sets = make(self, &sight)?;
            let sets: Sets = sets.into_iter().map(|(v, set)| (v, sight.topology.normal(&set))).collect();
            let affinities = sight.lines.iter().map(|line| normal(&line.pin.base, &sight.topology)).collect();
            Ok((sets, Edit::new(self.pane().id, Target::of(sight.domain), affinities)))
        });
        match edit {
            Ok((sets, fresh)) => self.put_pins(&sets, fresh),
            Err(why) => self.complain(format!("pins: {why}")),
        }
    }

    fn put_pins(&mut self, sets: &[(u32, CpuSet)], fresh: Edit) {
        let half: Half = self.pins.half;
        let edit = self.pins.edit.get_or_insert(fresh);
        for pin in &mut edit.pins {
            if let Some((_, set)) = sets.iter().find(|(vcpu, _)| *vcpu == pin.base.vcpu) {
                half.of_mut(&mut pin.wanted).clone_from(set);
                pin.conflict = pin.conflict.take().filter(|_| pin.base != pin.wanted);
            }
        }
        self.forget_unedited();
    }

    /// Where nothing is left to apply, the panel follows the table's cursor again.
    pub(super) fn forget_unedited(&mut self) {
        self.pins.edit.take_if(|edit| edit.edited().next().is_none());
    }
}

/// A set with these CPUs let in, or taken out.
fn merged(set: &CpuSet, cpus: &CpuSet, out: bool, sight: &Sight<'_>) -> CpuSet {
    // Named, so that single ones can be taken out; and beyond the machine's end as it was.
    let mut named = if set.is_all() { set.of(sight.topology.cpus) } else { set.clone() };
    for cpu in cpus.iter(sight.topology.cpus) {
        if out { named.remove(cpu) } else { named.insert(cpu) }
    }
    named
}

/// A typed set, all of whose CPUs the machine has.
fn set_of(text: &str, sight: &Sight<'_>) -> Result<CpuSet, String> {
    let set: CpuSet = text.parse().map_err(|why: crate::model::cpuset::BadCpuSet| why.to_string())?;
    let machine: CpuSet = (0..sight.topology.cpus).collect();
    if set.is_all() || set.is_within(&machine) {
        return Ok(set);
    }
    Err(format!("this machine has pCPUs {machine} only"))
}
