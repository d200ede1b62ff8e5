//! `readconsole` (public/sysctl.h): the ring the hypervisor prints to.
//!
//! It is never asked to clear the ring, which belongs to everyone.

use super::{Abi, Message, message::Sysctl};

/// Whether Xen counts what it printed, so that one can go on reading (3.2 and later); else it gives all each time.
pub const fn counts(abi: &Abi) -> bool {
    abi.sysctl >= 5
}

/// Asks for what was printed from `index` on, up to `size` bytes into `buffer`.
pub fn ask(abi: &Abi, index: u32, buffer: u64, size: u32) -> Option<Message> {
    let mut message = Message::sysctl(abi, Sysctl::ReadConsole)?;
    message.put_u64(8, buffer);
    message.put_u32(16, size);
    if counts(abi) {
        message.put(1, &[1]);
        message.put_u32(4, index);
    }
    Some(message)
}

/// How many bytes the answer to [`ask`] says it wrote, not to be trusted above what was asked for, and where to go
/// on from.
pub fn decode(reply: &Message) -> (u32, u32) {
    (reply.u32(16), reply.u32(4))
}
