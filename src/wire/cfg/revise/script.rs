//! Disks a script serves: the script is for its source, so it goes where that goes and to no other disk.
//!
//! Domain XML has no place for a script. Who changes there how a disk is served, or more of it than can be told from
//! another disk, has not said what is to become of the script.

use super::{Definition, item};
use crate::{
    model::definition::Disk,
    wire::cfg::{Config, disk},
};

/// Whether each script of a text can stay with its disk, or go with it, where `seen` is to become `wanted`.
pub(super) fn stay(config: &Config, seen: &Definition, wanted: &Definition) -> bool {
    let scripted: Vec<_> = disk::texts(config)
        .filter(|text| item::is_scripted(text))
        .filter_map(|text| Some(disk::read(&text).ok()?.0.target))
        .collect();
    let (standing, wanted) = (&seen.devices.disks, &wanted.devices.disks);
    standing.iter().filter(|disk| scripted.contains(&disk.target)).all(|disk| stays(disk, standing, wanted))
}

fn stays(disk: &Disk, standing: &[Disk], wanted: &[Disk]) -> bool {
    let is_of_source = |other: &&Disk| other.source == disk.source;
    let is_at_target = |other: &&Disk| other.target == disk.target;
    // Whether the script is for one more of its source, nobody said.
    let count = |disks: &[Disk]| disks.iter().filter(is_of_source).count();
    if disk.source.is_some() && count(wanted) > count(standing) {
        return false;
    }
    let mut unmoved = wanted.iter().filter(is_of_source).filter(is_at_target).peekable();
    if unmoved.peek().is_some() {
        return unmoved.any(|other| is_served_alike(other, disk));
    }
    let mut moved = wanted.iter().filter(is_of_source).filter(|_| disk.source.is_some()).peekable();
    if moved.peek().is_some() {
        return moved.all(|other| is_served_alike(other, disk));
    }
    let is_new = |other: &&Disk| !standing.iter().any(|old| old.source == other.source);
    let may_be_it = |other: &Disk| is_served_alike(other, disk);
    match wanted.iter().find(is_at_target) {
        Some(heir) if is_new(&heir) => may_be_it(heir),
        Some(heir) if !was_moved(heir, standing, wanted) => false,
        // It is gone, where none of the others can be the one it was.
        _ => !wanted.iter().filter(is_new).any(may_be_it),
    }
}

/// Whether a disk with the source of one that stands elsewhere is that one, and not one more of its source.
fn was_moved(heir: &Disk, standing: &[Disk], wanted: &[Disk]) -> bool {
    let is_wanted = |old: &Disk| wanted.iter().any(|it| it.source == old.source && it.target == old.target);
    heir.source.is_some() && standing.iter().any(|old| old.source == heir.source && !is_wanted(old))
}

/// Whether what a script serves as one it may serve as the other: a name of its own is no path.
fn is_served_alike(a: &Disk, b: &Disk) -> bool {
    let is_path = |disk: &Disk| disk.source.as_ref().map(|source| source.starts_with('/'));
    (a.storage, &a.driver, is_path(a)) == (b.storage, &b.driver, is_path(b))
}
