//! Devices in domain XML, as the words xl attaches and detaches them by.

use std::path::Path;

use super::{call::Call, files};
use crate::{
    driver::{Answer, Error, Lost},
    model::{Kind, Op, definition::DeviceDefinition, request::Change},
    wire::{
        cfg::{self, Dialect},
        xml::{device, domain},
    },
};

/// The call that adds or removes the device in a file, and what it is added without; none for other changes.
///
/// # Errors
/// `Refused` where the file is no device or xl has no word for it.
pub(super) fn call(id: u32, change: &Change) -> Option<Answer<(Call, Lost)>> {
    match change {
        Change::Attach(file) => Some(attach(id, file)),
        Change::Detach(file) => Some(detach(id, file).map(|call| (call, Lost::new()))),
        _ => None,
    }
}

fn attach(id: u32, file: &Path) -> Answer<(Call, Lost)> {
    let no = |why: String| refused(Op::Attach, file, &why);
    let (device, text) = read(Op::Attach, file)?;
    let strangers = domain::strangers_of_device(&text);
    if !strangers.is_empty() {
        return Err(no(format!("xl would attach it without {}", strangers.join("; without "))));
    }
    let mut lost = domain::unread_of_device(&text);
    let (verb, words) = match device {
        DeviceDefinition::Disk(disk) => {
            // What could not be taken away again.
            no_options(std::slice::from_ref(&disk.target)).map_err(no)?;
            let (text, unsaid) = cfg::write_disk(&disk, Dialect::Xl).map_err(no)?;
            lost.extend(unsaid);
            ("block-attach", vec![text])
        }
        DeviceDefinition::Interface(interface) => {
            let (text, unsaid) = cfg::write_vif(&interface, Dialect::Xl, false).map_err(no)?;
            // All that is lost of an interface is where it leads: this one would be in another network.
            if !unsaid.is_empty() {
                return Err(no(format!("xl would attach it without {}", unsaid.join("; without "))));
            }
            ("network-attach", text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
        DeviceDefinition::Pci(address) => ("pci-attach", vec![address.to_string()]),
        other => return Err(no(unplugged(&other))),
    };
    no_options(&words).map_err(no)?;
    Ok((Call::attach(id, verb, &words), lost))
}

/// xl takes a word that begins as an option does for one, wherever it stands.
fn no_options(words: &[String]) -> Result<(), String> {
    match words.iter().find(|word| word.starts_with('-')) {
        None => Ok(()),
        Some(word) => Err(format!("`{word}` would be an option to xl")),
    }
}

fn detach(id: u32, file: &Path) -> Answer<Call> {
    let no = |why: String| refused(Op::Detach, file, &why);
    let (verb, word) = match read(Op::Detach, file)?.0 {
        DeviceDefinition::Disk(disk) if disk.target.is_empty() => {
            return Err(no("it does not say its target, by which xl knows it".into()));
        }
        DeviceDefinition::Disk(disk) => ("block-detach", disk.target),
        DeviceDefinition::Interface(interface) => {
            let mac =
                interface.mac.ok_or_else(|| no("it does not say its MAC, by which xl knows it".into()))?;
            ("network-detach", mac)
        }
        DeviceDefinition::Pci(address) => ("pci-detach", address.to_string()),
        other => return Err(no(unplugged(&other))),
    };
    no_options(std::slice::from_ref(&word)).map_err(no)?;
    Ok(Call::attach(id, verb, &[word]))
}

/// The device in a file, and the text that describes it.
fn read(op: Op, file: &Path) -> Answer<(DeviceDefinition, String)> {
    let text = files::text(file)?;
    let doing = || format!("{} {}", op.word(), file.display());
    let device = device::read(&text).map_err(|problems| Error::wrong(doing(), &problems))?;
    Ok((device, text))
}

fn unplugged(device: &DeviceDefinition) -> String {
    let what = match device {
        DeviceDefinition::Graphics(_) => "a display",
        DeviceDefinition::Input(_) => "a mouse or keyboard",
        DeviceDefinition::Disk(_) | DeviceDefinition::Interface(_) | DeviceDefinition::Pci(_) => "it",
    };
    format!("xl cannot add or remove {what} while a domain runs")
}

fn refused(op: Op, file: &Path, why: &str) -> Error {
    Error::new(Kind::Refused, format!("{} {}: {why}", op.word(), file.display()))
}
