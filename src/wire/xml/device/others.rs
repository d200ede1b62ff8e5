//! `<input>`, `<sound>` and `<hostdev>`.

use crate::{
    model::definition::{Input, PciAddress},
    wire::xml::{
        document::Element,
        fault::Faults,
        values,
        writer::{Plain, Writer},
    },
};

/// Reads an input device.
pub(in crate::wire::xml) fn input(element: Element<'_, '_>, faults: &mut Faults) -> Option<Input> {
    let said = |name| element.value(name).filter(|value| !value.is_empty()).map(String::from);
    let kind = said("type");
    if kind.is_none() {
        faults.fatal(element, "it has no `type`: mouse, tablet, keyboard");
    }
    Some(Input { kind: kind?, bus: said("bus") })
}

/// Reads the model of a sound card.
pub(in crate::wire::xml) fn sound(element: Element<'_, '_>, faults: &mut Faults) -> Option<String> {
    let model = element.value("model").filter(|model| !model.is_empty()).map(String::from);
    if model.is_none() {
        faults.fatal(element, "it has no `model`: sb16, es1370, ac97, ich6");
    }
    model
}

/// Reads a PCI device of the host; none where it is another device of it.
pub(in crate::wire::xml) fn pci(element: Element<'_, '_>, faults: &mut Faults) -> Option<PciAddress> {
    let is = |name, word: &str, usual: &str| *element.value(name).unwrap_or(usual.to_owned().into()) == *word;
    if !is("mode", "subsystem", "subsystem") || !is("type", "pci", "") {
        return None;
    }
    let Some(address) = element.child("source").and_then(|source| source.child("address")) else {
        faults.fatal(element, "it has no <source><address bus='…' slot='…' function='…'/></source>");
        return None;
    };
    let missing = ["bus", "slot", "function"].into_iter().find(|name| address.attribute(name).is_none());
    if let Some(name) = missing {
        faults.fatal(address, format!("it has no `{name}`"));
        return None;
    }
    Some(PciAddress {
        domain: address.attribute("domain").map_or(Some(0), |_| part(address, "domain", 0xffff, faults))?,
        bus: part(address, "bus", 0xff, faults)?,
        slot: part(address, "slot", 0x1f, faults)?,
        function: part(address, "function", 7, faults)?,
    })
}

fn part<T: TryFrom<u32>>(address: Element<'_, '_>, name: &str, most: u32, faults: &mut Faults) -> Option<T> {
    faults.value(address, name, |text| values::hex(text, most))
}

/// Writes an input device.
pub(in crate::wire::xml) fn write_input(input: &Input, out: &mut Writer) {
    out.begin("input").attribute("type", &input.kind).maybe("bus", input.bus.as_ref()).end();
}

/// Writes a sound card.
pub(in crate::wire::xml) fn write_sound(model: &str, out: &mut Writer) {
    out.begin("sound").attribute("model", model).end();
}

/// Writes a PCI device of the host.
pub(in crate::wire::xml) fn write_pci(address: PciAddress, out: &mut Writer) {
    out.begin("hostdev").attribute("mode", "subsystem").attribute("type", "pci");
    out.begin("source").begin("address");
    out.attribute("domain", Plain(format_args!("{:#06x}", address.domain)));
    out.attribute("bus", Plain(format_args!("{:#04x}", address.bus)));
    out.attribute("slot", Plain(format_args!("{:#04x}", address.slot)));
    out.attribute("function", Plain(format_args!("{:#x}", address.function))).end();
    out.end();
    out.end();
}
