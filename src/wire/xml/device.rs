//! The XML of one device ↔ [`DeviceDefinition`].

pub(super) mod character;
pub(super) mod disk;
pub(super) mod graphics;
pub(super) mod interface;
pub(super) mod others;

use super::{
    Problem,
    document::{Document, Element},
    fault::Faults,
    values::none_of,
    writer::Writer,
};
use crate::model::definition::DeviceDefinition;

/// The elements that are read as a device of their own.
const NAMES: [&str; 5] = ["disk", "interface", "graphics", "input", "hostdev"];

/// Reads a device.
///
/// # Errors
/// All that is wrong with it, by place; at least one of the problems is fatal.
pub fn read(text: &str) -> Result<DeviceDefinition, Vec<Problem>> {
    let document = Document::parse(text).map_err(|problem| vec![problem])?;
    let mut faults = Faults::default();
    let device = device(document.root(), &mut faults);
    match device {
        Some(device) if !faults.are_fatal() => Ok(device),
        _ => {
            if !faults.are_fatal() {
                faults.fatal(document.root(), "it is of a kind that cannot be attached or detached here");
            }
            Err(faults.told(&document))
        }
    }
}

fn device(element: Element<'_, '_>, faults: &mut Faults) -> Option<DeviceDefinition> {
    match element.name() {
        "disk" => disk::read(element, faults).map(DeviceDefinition::Disk),
        "interface" => interface::read(element, faults).map(DeviceDefinition::Interface),
        "graphics" => graphics::read(element, faults).map(DeviceDefinition::Graphics),
        "input" => others::input(element, faults).map(DeviceDefinition::Input),
        "hostdev" => others::pci(element, faults).map(DeviceDefinition::Pci),
        name => {
            faults.fatal(element, format!("a device was expected: {}", none_of(name, NAMES.into_iter())));
            None
        }
    }
}

/// Writes a device as it would stand in a domain, not indented.
pub fn write(device: &DeviceDefinition) -> String {
    let mut out = Writer::default();
    match device {
        DeviceDefinition::Disk(disk) => disk::write(disk, &mut out),
        DeviceDefinition::Interface(interface) => interface::write(interface, &mut out),
        DeviceDefinition::Graphics(graphics) => graphics::write(graphics, &mut out),
        DeviceDefinition::Input(input) => others::write_input(input, &mut out),
        DeviceDefinition::Pci(address) => others::write_pci(*address, &mut out),
    }
    out.finish()
}

/// An attribute of the first child of a name, where it says something.
fn said(element: Element<'_, '_>, child: &str, attribute: &str) -> Option<String> {
    let value = element.child(child)?.value(attribute)?;
    (!value.is_empty()).then(|| value.into_owned())
}
