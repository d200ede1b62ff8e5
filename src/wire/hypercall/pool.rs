//! `cpupool_op` (public/sysctl.h), Xen 4.1 and later.

use super::{Abi, Message, message::Sysctl};

/// One cpupool; its CPUs are in the buffer it was asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its number.
    pub id: u32,
    /// Its scheduler.
    pub scheduler: u32,
    /// How many domains are in it.
    pub domains: u32,
}

/// Asks for the first cpupool whose number is `id` or above, its CPUs into `map`; ENOENT where there is none.
pub fn ask(abi: &Abi, id: u32, map: u64, cpus: u32) -> Option<Message> {
    /// `XEN_SYSCTL_CPUPOOL_OP_INFO`.
    const INFO: u32 = 3;
    let mut message = Message::sysctl(abi, Sysctl::CpuPool)?;
    message.put_u32(0, INFO);
    message.put_u32(4, id);
    message.put_map(24, map, cpus);
    Some(message)
}

/// Reads the answer to [`ask`].
pub fn decode(reply: &Message) -> Pool {
    Pool { id: reply.u32(4), scheduler: reply.u32(8), domains: reply.u32(20) }
}
