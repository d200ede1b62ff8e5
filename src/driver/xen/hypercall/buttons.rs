//! Shutdown and reboot of guests nobody can talk to: the buttons of their emulated machine.
//!
//! A guest that listens to xenstore is asked there, by another driver: it knows which of its services to end first.
//! What is left are emulated machines without drivers for Xen, and what tells them is that no driver has said yet how
//! it wants to hear of events.

use super::{link::Link, refusal};
use crate::{
    driver::{Answer, Error},
    model::{DomainKey, Kind},
    wire::hypercall::{
        Release,
        abi::call,
        command::{self, Button},
        domain::Virtualised,
        hvm,
    },
};

impl Link {
    pub(super) fn shutdown(&mut self, key: DomainKey) -> Answer<()> {
        self.press(key, "shut down", Button::Power)
    }

    pub(super) fn reboot(&mut self, key: DomainKey) -> Answer<()> {
        self.press(key, "reboot", Button::Reset)
    }

    /// Whether this release may have a button.
    pub(super) fn has_button(&self, button: Button) -> bool {
        let numbered = command::trigger(&self.abi, 0, button).is_some();
        numbered && (button == Button::Reset || self.abi.release >= Release::new(3, 4))
    }

    fn press(&mut self, key: DomainKey, verb: &str, button: Button) -> Answer<()> {
        let (record, doing) = self.alive(key, verb)?;
        if record.flags.shutdown().is_some() {
            return Err(refusal::unwise(&doing, "it has shut down already"));
        }
        if record.kind(&self.abi) != Some(Virtualised::Emulated) {
            return Err(refusal::elsewhere(&doing, "such a guest is asked through xenstore"));
        }
        if self.has_drivers(&doing, record.domain)? {
            return Err(refusal::elsewhere(
                &doing,
                "it has drivers for Xen, so it is asked through xenstore",
            ));
        }
        if !self.has_button(button) {
            return Err(self.cannot(&format!("{doing} by a button")));
        }
        let message = command::trigger(&self.abi, record.domain, button);
        self.order(&doing, message).map_err(|error| missing(error, &doing, button))
    }

    /// Whether the guest has drivers for Xen: they say by which interrupt they hear of events.
    fn has_drivers(&mut self, doing: &str, domain: u16) -> Answer<bool> {
        self.arena.write(0, &hvm::ask(domain, hvm::CALLBACK_IRQ));
        let arguments = [hvm::GET_PARAM, self.arena.address(0), 0, 0, 0];
        let asked = self.arena.call(call::HVM_OP, arguments);
        asked.map_err(|errno| {
            refusal::failed(&format!("{doing}: ask whether it has drivers for Xen"), errno)
        })?;
        Ok(hvm::value(self.arena.bytes(0, hvm::PARAM)).is_some_and(|value| value != 0))
    }
}

/// What it means that a release has no such button after all.
fn missing(error: Error, doing: &str, button: Button) -> Error {
    match (error.kind, button) {
        (Kind::Unsupported, Button::Reset) => {
            refusal::elsewhere(doing, "it has no drivers for Xen, and this Xen has no reset button to press")
                .hint("shut it down or destroy it, then start it again")
        }
        _ => error,
    }
}
