//! Commands that change a domain and say no more than a number (public/domctl.h; `public/dom0_ops.h` before 3.0.3).
//!
//! Those with more to say stand beside what reads it: affinities in `vcpu`, shares in `sched`.

use super::{Abi, Message, message::Domctl};

/// Ends a domain. Xen 3.2 to 4.5 give up with EAGAIN when they were at it too long: ask again until they do not.
pub fn destroy(abi: &Abi, domain: u16) -> Option<Message> {
    Message::domctl(abi, Domctl::Destroy, domain)
}

/// Stops a domain's vCPUs. Each adds to a count since 4.5 (EUSERS, later EOVERFLOW, above 255); before, a second
/// one is no more than the first.
pub fn pause(abi: &Abi, domain: u16) -> Option<Message> {
    Message::domctl(abi, Domctl::Pause, domain)
}

/// Takes one [`pause`] back; EINVAL where there is none (4.5 and later).
pub fn unpause(abi: &Abi, domain: u16) -> Option<Message> {
    Message::domctl(abi, Domctl::Unpause, domain)
}

/// Sets how much memory a domain may have. Xen 3.0.3 to 4.0 refuse less than it has with EINVAL; others take it, and
/// the domain gets nothing more until it has shrunk below.
pub fn max_memory(abi: &Abi, domain: u16, kib: u64) -> Option<Message> {
    let mut message = Message::domctl(abi, Domctl::MaxMemory, domain)?;
    message.put_u64(if abi.is_legacy() { 8 } else { 0 }, kib);
    Some(message)
}

/// Whether a domain's vCPUs may still be made more once it was created; since 4.12 their number is fixed then.
pub const fn may_add_vcpus(abi: &Abi) -> bool {
    abi.domctl < 0x11
}

/// Makes room for more vCPUs; they come unplugged. EINVAL for fewer than there are, or more than there can be.
pub fn max_vcpus(abi: &Abi, domain: u16, count: u32) -> Option<Message> {
    let mut message = Message::domctl(abi, Domctl::MaxVcpus, domain)?;
    message.put_u32(if abi.is_legacy() { 4 } else { 0 }, count);
    Some(message)
}

/// A button of an emulated machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Reset: numbered since 3.1, but on x86 no release does anything but answer ENOSYS.
    Reset,
    /// Power, as ACPI tells the guest of it; 3.4 and later.
    Power,
}

/// Presses a button; 3.1 and later. ENOSYS where this release does not have it.
pub fn trigger(abi: &Abi, domain: u16, button: Button) -> Option<Message> {
    let mut message = Message::domctl(abi, Domctl::Trigger, domain)?;
    message.put_u32(0, if button == Button::Reset { 1 } else { 3 });
    Some(message)
}
